"""What was sent unasked, occasion by occasion: the newest first, however much else has gone out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import outbox, people, pushes

if TYPE_CHECKING:
    from storage.work import Store, Work

WEEKS = [f"weekly/2020-W{week}/table/weekly/1" for week in (26, 27, 28)]


def send(work: Work, key: str, *recipients: str, kind: str = "push") -> None:
    for recipient in recipients:
        outbox.put(work, key=key, recipient=recipient, kind=kind, channel="mail", address=recipient)


def shown(store: Store, most: int, skipped: int = 0) -> list[list[tuple[str, str]]]:
    found = store.do(pushes.newest, most, skipped)
    return [[(row.key, row.address) for row in rows] for rows in found]


def test_the_newest_occasions_come_first_each_with_all_its_rows(store: Store) -> None:
    for key in WEEKS:
        store.do(send, key, "office", "group")
        store.do(send, f"reply/{key}", "account:1", kind="reply")
    store.do(send, "weekly/2020-W28/notice@nongji", "person:1", kind="notice")
    each = [[(key, "office"), (key, "group")] for key in reversed(WEEKS)]
    assert shown(store, 50) == each
    assert shown(store, 2) == each[:2]
    assert shown(store, 2, 2) == each[2:]
    assert shown(store, 2, 4) == []
    assert store.do(pushes.count) == 3


def test_who_gets_a_table_later_belongs_to_its_occasion(store: Store) -> None:
    store.do(send, WEEKS[0], "office")
    store.do(send, WEEKS[1], "office")
    store.do(send, WEEKS[0], "group")
    assert shown(store, 1) == [[(WEEKS[1], "office")]]
    assert shown(store, 1, 1) == [[(WEEKS[0], "office"), (WEEKS[0], "group")]]
    assert store.do(pushes.count) == 2


def test_only_what_was_sent_unasked_is_looked_up(store: Store) -> None:
    person = store.do(people.create_person, "李某")

    def put(work: Work, key: str, kind: str) -> int | None:
        return outbox.put(work, key=key, recipient=f"person:{person}", kind=kind, person_id=person, channel="web")

    table, notice = store.do(put, WEEKS[0], "push"), store.do(put, "weekly/2020-W26/notice@nongji", "notice")
    assert table is not None
    assert notice is not None
    found = store.do(pushes.get, table)
    assert found is not None
    assert (found.key, found.person_name, found.state) == (WEEKS[0], "李某", "new")
    assert store.do(pushes.get, notice) is None
