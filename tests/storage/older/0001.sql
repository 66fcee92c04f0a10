-- A database as it was in use at revision 0001: a row for every table. Understood by SQLite and PostgreSQL.
INSERT INTO setting (key, value) VALUES ('installed_at', '2020-06-15T01:00:00+00:00');
INSERT INTO person (name, phone, created_at) VALUES ('张三', '000-0000', '2020-06-16 01:00:00');
INSERT INTO person (name, phone, created_at) VALUES ('李四', '', '2020-06-16 01:05:00');
INSERT INTO membership (person_id, role, unit, since) VALUES (1, 'contact', 'nongji', '2020-06-16 01:00:00');
INSERT INTO membership (person_id, role, unit, since) VALUES (2, 'head', 'nongji', '2020-06-16 01:05:00');
INSERT INTO account (channel, address, person_id, draft_id, seen_at, unreachable, failures) VALUES ('telegram', '501', 1, 1, '2020-07-09 06:00:00', '', 0);
INSERT INTO account (channel, address, person_id, seen_at, unreachable, failures) VALUES ('web', 'w2', 2, '2020-07-09 06:30:00', '', 0);
INSERT INTO invitation (token_hash, role, unit, name, created_at, expires_at, used_at, used_by) VALUES ('a1', 'contact', 'nongji', '张三', '2020-06-15 02:00:00', '2020-06-22 02:00:00', '2020-06-16 01:00:00', 1);
INSERT INTO invitation (token_hash, role, unit, name, created_at, expires_at) VALUES ('b2', 'brigade', '', '', '2020-07-09 02:00:00', '2020-07-16 02:00:00');
INSERT INTO inbox (channel, source, address, payload, received_at, done_at, error) VALUES ('telegram', '9001', '501', '{"text": "/start"}', '2020-07-09 05:59:00', '2020-07-09 05:59:01', '');
INSERT INTO inbox (channel, source, address, payload, received_at, error) VALUES ('telegram', '9002', '501', '{"text": "巡查"}', '2020-07-09 06:00:00', '');
INSERT INTO draft (person_id, form, subject, revision, state, created_at, updated_at, outcome) VALUES (1, 'weekly', 'weekly/2020-W28@nongji', 2, '{"at": "done"}', '2020-07-09 05:59:01', '2020-07-09 05:59:30', '');
INSERT INTO submission (number, duty, period, unit, version, current, state, form_version, zero, answers, filed_by, filed_at, signed_by, signed_at, reason) VALUES ('2020-27-01', 'weekly', '2020-W27', 'nongji', 1, false, 'returned', 1, false, '{"done": "巡查"}', 1, '2020-07-02 06:00:00', NULL, NULL, '缺数据');
INSERT INTO submission (number, duty, period, unit, version, current, state, form_version, zero, answers, filed_by, filed_at, signed_by, signed_at, reason) VALUES ('2020-27-01', 'weekly', '2020-W27', 'nongji', 2, true, 'reported', 1, false, '{"done": "检查"}', 1, '2020-07-02 07:00:00', 2, '2020-07-02 08:00:00', '');
INSERT INTO outbox (key, recipient, kind, person_id, channel, address, payload, edits, state, created_at, not_before, owner, tries, remote, error, digest) VALUES ('weekly/2020-W28/notice@nongji', 'person:1', 'notice', 1, 'telegram', '501', '{"text": "明日截止"}', '', 'new', '2020-07-09 06:00:00', '2020-07-09 06:00:00', '', 0, '', '', '');
INSERT INTO stored_file (sha256, name, size, mime, person_id, created_at) VALUES ('c3', '照片.jpg', 12, 'image/jpeg', 1, '2020-07-02 06:00:00');
INSERT INTO audit (at, person_id, action, subject, detail) VALUES ('2020-07-02 08:00:00', 2, 'submission.sign', 'submission:2', '{}');
