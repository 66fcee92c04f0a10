"""Whatever units do with their reports, and whatever becomes of the messages: the week's table comes once, and true."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final, Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from bot.clock import RehearsalClock
from bot.core import lifecycle
from bot.services import pushing
from exports import EXPORTS
from storage import outbox, people, submissions
from storage import settings as remembered
from storage.outbox import LEASE, Outcome
from storage.tables import Outbox
from storage.work import Store
from tests.conftest import THURSDAY
from tests.services.test_pushing import wired

if TYPE_CHECKING:
    from bot.core.lifecycle import Move
    from storage.work import Work
    from tests.kit.databases import SqliteFiles

UNITS: Final = ("nongji", "xumu", "fagui")
PERIOD: Final = "2020-W28"
TABLE: Final = f"weekly/{PERIOD}/table/weekly/"
MOVES: Final[tuple[Move, ...]] = ("file", "file_for", "sign", "send_back", "accept", "return", "withdraw")
NOON, AGAIN = THURSDAY + timedelta(hours=21), timedelta(minutes=30)
CHANNELS: Final = ["web", "mail", "wecom"]
State = Literal["sent", "retry", "dead", "unknown"]
Report = tuple[str, "Move", int]  # a unit, what is done with its report, how many problems it tells of

REPORTS: Final = st.tuples(st.sampled_from(UNITS), st.sampled_from(MOVES), st.integers(0, 2))
ENDS: Final = st.sampled_from(("sent", "sent", "retry", "dead", "unknown"))
#: What units do, then the minutes that pass (now and then the clock is set back), and how whatever is sent then ends.
STEPS: Final = st.lists(st.tuples(st.lists(REPORTS, max_size=3), st.integers(-20, 200), ENDS), min_size=1, max_size=12)


@dataclass
class Friday:
    """The bureau from shortly before noon on; what was queued, and what has reached each of the three who get it."""

    store: Store
    clock: RehearsalClock
    by: int
    queued: list[tuple[str, Any]] = field(default_factory=list)  # a table's key, and what it told
    reached: dict[str, list[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def goes_on(self, reports: list[Report], minutes: int, end: State) -> None:
        """Let units act and time pass, and the heart beat before and after."""
        for report in reports:
            self.store.do(self._act, *report)
        self._beat(end)
        self.clock.move(self.clock.now() + timedelta(minutes=minutes))
        self._beat(end)

    def ends_well(self) -> None:
        """Let what waits be sent, and what is in trouble be sent again by a tap; then no more is due."""
        self.clock.move(max(self.clock.now(), NOON) + timedelta(days=1))
        self._beat("sent")
        self.clock.move(self.clock.now() + AGAIN)
        self.store.do(self._tap)
        self._beat("sent")
        assert self.store.do(pushing.tables_due) == []

    def _act(self, work: Work, unit: str, move: Move, count: int) -> None:
        now, needs, at = submissions.current(work, "weekly", PERIOD, unit), ("sign_off",), work.now
        if move in {"file", "file_for"}:
            if now is None or now.state in lifecycle.CORRECTABLE:
                self._file(work, unit, count, lifecycle.after("draft", move, needs))
        elif now is not None and lifecycle.permits(now.state, move, needs):
            facts: dict[str, object] = {"signed_by": self.by, "signed_at": at, "reported_at": at}
            after = lifecycle.after(now.state, move, needs)
            submissions.move(work, now.id, now.state, after, **(facts if move == "sign" else {}))

    def _file(self, work: Work, unit: str, count: int, state: str) -> None:
        submissions.file(
            work,
            duty="weekly",
            period=PERIOD,
            unit=unit,
            number=unit,
            answers={"found": count},
            form_version=2,
            zero=not count,
            filed_by=self.by,
            state=state,
            on_behalf=state == "reported",
            reported_at=work.now if state == "reported" else None,
        )

    def _beat(self, end: State) -> None:
        last = self.store.do(_newest)
        self.store.do(pushing.push_tables)
        newest = self.store.do(_newest)
        if newest != last:
            assert newest is not None
            told = self.store.do(_told)
            assert newest[0] == f"{TABLE}{len(self.queued) + 1}"
            assert newest[1] >= NOON
            assert not self.queued or told != self.queued[-1][1], "every renewal tells something new"
            assert last is None or not timedelta(0) <= newest[1] - last[1] < AGAIN
            self.queued.append((newest[0], told))
        assert self.queued or self.clock.now() < NOON
        self.store.do(self._send, end)

    def _send(self, work: Work, end: State) -> None:
        claimed = outbox.claim(work, "walk", 50, LEASE, CHANNELS)
        rows = [row for row in claimed if outbox.sending(work, row.id, "walk", LEASE)]
        if end == "sent":
            for row in rows:
                self.reached[f"{row.channel}:{row.address}"].append((row.key, _told(work)))
        outbox.settle(work, [Outcome(row.id, end, error="" if end == "sent" else "连接中断") for row in rows])

    def _tap(self, work: Work) -> None:
        key = self.queued[-1][0]
        for row_id in work.conn.scalars(select(col(Outbox.id)).where(col(Outbox.key) == key)).all():
            outbox.resend(work, row_id)


def _newest(work: Work) -> tuple[str, Any] | None:
    found = outbox.latest(work, TABLE)
    return (found.key, found.created_at) if found else None


def _told(work: Work) -> Any:  # noqa: ANN401 - rows of cells, to be compared
    table = EXPORTS["weekly"](work, PERIOD)
    return [row.cells for row in table.rows], table.notes


def _begin(work: Work) -> int:
    remembered.put(work, remembered.INSTALLED, THURSDAY.isoformat())
    person = people.create_person(work, "李某")
    people.grant(work, person, "brigade", "")
    people.bind(work, people.account(work, "web", "phone").id, person)
    return person


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_the_table_comes_once_for_each_change_and_last_as_it_is(
    sqlite_files: SqliteFiles, tmp_path: Path, steps: list[tuple[list[Report], int, State]]
) -> None:
    clock = RehearsalClock(NOON - timedelta(minutes=10), speed=0)
    store = Store(sqlite_files.copy(Path(mkdtemp(dir=tmp_path))), now=clock.now, campaign=wired())
    try:
        friday = Friday(store, clock, store.do(_begin))
        for step in steps:
            friday.goes_on(*step)
        friday.ends_well()
        final = store.do(_told)
        assert len(friday.reached) == 3
        for received in friday.reached.values():
            keys = [key for key, _ in received]
            assert len(set(keys)) == len(keys), "nothing comes twice for one occasion"
            assert received[-1][1] == final, "what came last is how it is"
    finally:
        store.close()
