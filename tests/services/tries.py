"""Taps tried in the whole office and taken back, as if by whoever the table names; and whether they wrote anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import update
from sqlmodel import SQLModel, col

from bot.services import conversation
from storage import people
from storage.tables import Draft
from storage.work import Work
from tests.services.whole_office import LEFT

if TYPE_CHECKING:
    from bot.core.messages import Event, Message
    from storage.people import AccountRow
    from storage.work import Store
    from tests.services.whole_office import Things

#: What a tap may leave behind even where nothing is done: forms that were opened, and where a chat stands.
BOOKKEEPING: Final = frozenset({"draft", "account", "inbox"})


@dataclass(frozen=True, slots=True)
class Whole:
    """The office once it is prepared."""

    store: Store
    addresses: dict[str, str]
    things: dict[str, Things]
    heard: dict[str, list[Message]]  # what everybody was told meanwhile

    def action(self, text: str, unit: str) -> str:
        """Fill in an action's blanks."""
        known: dict[str, object] = {**self.things[unit].ids, "unit": unit, "left": LEFT}
        return re.sub(r"\{([^}]*)\}", lambda found: str(known[found[1]]), text)


class Tries:
    """Taps in an open transaction, each of which is taken back."""

    def __init__(self, whole: Whole, work: Work) -> None:
        self.whole, self.work = whole, work
        self._campaign, self._inputs = work.campaign, 10_000
        self._watch()

    def _watch(self) -> None:
        """Let SQLite count the rows that are written, but for bookkeeping."""
        run = self.work.conn.exec_driver_sql
        run("CREATE TEMP TABLE IF NOT EXISTS written AS SELECT 0 AS rows")
        for table in SQLModel.metadata.tables.keys() - BOOKKEEPING:
            for how in ("INSERT", "UPDATE", "DELETE"):
                run(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS {how}_{table} AFTER {how} ON main.{table}"  # noqa: S608 - our own names
                    " BEGIN UPDATE written SET rows = rows + 1; END"
                )

    def account(self, name: str) -> AccountRow:
        return people.account(self.work, "web", self.whole.addresses[name])

    def answer(self, name: str, event: Event) -> tuple[Message, ...]:
        """Let somebody do something, for good within this transaction."""
        self._inputs += 1
        work = Work(self.work.conn, self.work.now, self._campaign)
        return conversation.answer(
            work, people.account(work, "web", self.whole.addresses[name]), event, self._inputs, ""
        )

    def begin(self, point: str = "tap") -> None:
        self.work.conn.exec_driver_sql(f"SAVEPOINT {point}")

    def back(self, point: str = "tap") -> None:
        self.work.conn.exec_driver_sql(f"ROLLBACK TO {point}")
        self.work.conn.exec_driver_sql(f"RELEASE {point}")

    def tried(self, name: str, event: Event, *, draft: int = 0) -> tuple[tuple[Message, ...], bool]:
        """Return what somebody is told, and whether anything was changed; then take it back."""
        self.begin()
        if draft:
            self._takes(name, draft)
        before = self._written()
        told = self.answer(name, event)
        changed = self._written() != before
        self.back()
        return told, changed

    def _written(self) -> int:
        return int(self.work.conn.exec_driver_sql("SELECT rows FROM written").scalar_one())

    def _takes(self, name: str, draft: int) -> None:
        """Let a form be somebody's, as if they had opened it when it was still their right."""
        account = self.account(name)
        self.work.conn.execute(update(Draft).where(col(Draft.id) == draft).values(person_id=account.person_id))
        people.focus(self.work, account.id, draft)
