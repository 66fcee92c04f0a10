"""The revisions make what tables.py says, from nothing and from every older database."""

from __future__ import annotations

import re
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from bot.core import deadlines
from storage import (
    audit,
    drafts,
    excuses,
    imports,
    inbox,
    invitations,
    issues,
    ledger,
    outbox,
    people,
    submissions,
    subscriptions,
)
from storage.engine import open_engine
from storage.ledger import Filter
from storage.migrations import configure, upgrade
from storage.work import Store

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign
    from tests.kit.databases import PostgresServer

OLDER = Path(__file__).parent / "older"
REVISIONS = [script.revision for script in ScriptDirectory.from_config(configure()).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Return two databases without any tables."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return [server.empty(), server.empty()]


def test_the_revisions_make_what_the_tables_say(empty_urls: list[str]) -> None:
    migrated, declared = empty_urls
    upgrade(migrated)
    engine = open_engine(declared, pooled=False)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
    with open_engine(migrated, pooled=False).begin() as left, engine.begin() as right:
        assert compare_metadata(MigrationContext.configure(left, opts={"compare_type": True}), SQLModel.metadata) == []
        # Alembic overlooks the conditions of partial indexes and collations: ask the database itself.
        assert schema(left) == schema(right)


def schema(connection: Connection) -> set[str]:
    """Return all columns, constraints and indexes as the database writes them."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        lines = {f"{table}: {line.strip().rstrip(',')}" for table, sql in rows for line in sql.splitlines()}
        # A table made anew for its columns has its name in quotes from then on.
        return {
            re.sub(r"\s+", " ", re.sub(r'TABLE "(\w+)"', r"TABLE \1", line))
            for line in lines
            if "alembic_version" not in line
        }
    found = connection.execute(
        text(
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' '"
            " || coalesce(collation_name, '') || ' ' || coalesce(column_default, '')"
            " FROM information_schema.columns WHERE table_schema = 'public'"
            " UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
    )
    return {line for line in found.scalars() if "alembic_version" not in line}


def test_every_revision_has_a_database_of_its_time() -> None:
    assert sorted(file.stem for file in OLDER.glob("*.sql")) == sorted(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_in_use_is_brought_up_to_date(
    empty_urls: list[str], revision: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    url = empty_urls[0]
    upgrade(url, revision)
    with open_engine(url, pooled=False).begin() as connection:
        for statement in (OLDER / f"{revision}.sql").read_text("utf-8").split(";\n"):
            connection.exec_driver_sql(statement) if statement.strip() else None
    store = Store(url, now=clock.now, campaign=campaign)
    store.migrate()
    store.migrate()  # a second start changes nothing

    account = store.do(people.account, "telegram", "501")
    assert (account.name, account.roles, account.draft_id) == ("张三", (("contact", "nongji"),), 1)
    waiting = store.do(inbox.oldest_waiting, "telegram", "501")
    assert waiting is not None
    assert (waiting.source, waiting.payload) == ("9002", {"text": "巡查"})
    draft = store.do(drafts.open_for, 1, "weekly", "weekly/2020-W28@nongji")
    assert draft is not None
    assert (draft.revision, draft.state) == (2, {"at": "done"})
    one, two = store.do(submissions.versions, "weekly", "2020-W27")
    assert (one.current, one.reason, two.current, two.signed_by_name) == (False, "缺数据", True, "李四")
    assert two.reported_at is not None
    assert two.reported_at == two.signed_at
    assert [row.payload for row in store.do(outbox.claim, "me", 9, outbox.LEASE, ["telegram"])] == [
        {"text": "明日截止"}
    ]
    assert store.do(invitations.redeem, "a1") is None
    assert store.do(invitations.redeem, "b2")
    assert [entry.action for entry in store.do(audit.of, "submission:2")] == ["submission.sign"]
    if revision >= "0002":
        look_at_the_ledger(store)
    if revision >= "0003":
        look_at_what_was_changed_in_the_chat(store)
    if revision >= "0005":
        assert store.do(subscriptions.of, 2) == {"red"}
    store.close()


def look_at_the_ledger(store: Store) -> None:
    (asking,) = store.do(ledger.page, Filter(words="岗前培训"), date(2020, 7, 9), 0, 10)
    assert (asking.number, asking.entered_by_name, asking.wanted_due) == ("NJ-2020-001", "张三", date(2020, 7, 31))
    assert [change.move for change in store.do(issues.history, asking.id)] == ["enter", "ask_extension"]
    (tally,) = store.do(ledger.tally, date(2020, 7, 9))
    assert (tally.found, tally.states["mending"], tally.states["closed"]) == (2, 1, 1)
    (flow,) = store.do(ledger.flows, datetime(2020, 6, 1, tzinfo=UTC))
    assert (flow.found, flow.mended, flow.closed) == (2, 1, 1)


def look_at_what_was_changed_in_the_chat(store: Store) -> None:
    excused = [(week.period, store.do(excuses.units, week)) for week in deadlines.occurrences(store.campaign, "weekly")]
    assert [each for each in excused if each[1]] == [("2020-W32", {"nongji"}), ("2020-W33", {"nongji"})]
    assert store.do(lambda work: work.campaign.unit("nongji").name) == "农机化服务中心"
    roster = store.do(imports.get, 2, "roster")
    assert roster is not None
    assert (roster.name, roster.rows[0]["unit"]) == ("名册.xlsx", "种子站")


def test_two_processes_that_start_together_both_find_the_tables(
    empty_urls: list[str], clock: RehearsalClock, campaign: Campaign
) -> None:
    failures: list[Exception] = []

    def start() -> None:
        store = Store(empty_urls[0], now=clock.now, campaign=campaign)
        try:
            store.migrate()
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
