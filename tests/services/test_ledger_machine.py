"""The ledger as a machine: moved as the table permits and as it does not, while days pass; it always adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import RehearsalClock
from bot.core import issues as table
from bot.core import reconciliation
from bot.core.problems import Problem
from storage import issues, ledger, people
from storage.ledger import Filter
from storage.work import Store
from tests.conftest import THURSDAY
from tests.storage.making import change, enter, new

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from bot.core.issues import Asked, Move, State
    from storage.issues import Change, Entry
    from storage.work import Work
    from tests.kit.databases import SqliteFiles

UNITS = ("nongji", "xumu", "fagui")
MOVES: tuple[Move, ...] = tuple(dict.fromkeys(each.move for each in table.RULES))
LONGEST = timedelta(days=7)
MOST = 100


@dataclass
class Expected:
    """What an entry has to be: as it was last changed, and every earlier sight of it."""

    now: Entry
    seen: list[Entry] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """The ledger of an office whose people are quick, slow, forgetful and wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = RehearsalClock(THURSDAY, speed=0)
        self.store = self.fresh(self.clock)
        self.entries: dict[int, Expected] = {}
        self.by = 0

    def fresh(self, clock: RehearsalClock) -> Store:
        raise NotImplementedError

    def teardown(self) -> None:
        self.store.close()

    @initialize()
    def begin(self) -> None:
        self.by = self.store.do(people.create_person, "张三")

    @rule(unit=st.sampled_from(UNITS), criminal=st.booleans(), days=st.integers(-3, 10))
    def enter(self, unit: str, criminal: bool, days: int) -> None:  # noqa: FBT001 - drawn
        due = self.clock.now().date() + timedelta(days)
        made = self.store.do(enter, self.by, new(unit=unit, criminal=criminal, due=due))
        assert made.id not in self.entries
        self.entries[made.id] = Expected(made)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        it = self.one(data)
        rules = list(table.rules_for(it.now.state, it.now.asked, criminal=it.now.criminal))
        move = data.draw(st.sampled_from(rules)).move
        state, asked = table.after(it.now.state, it.now.asked, move, criminal=it.now.criminal)
        values = {"due": it.now.due + LONGEST} if move == "grant" else {}
        assert self.change(it.now, move, state, asked, values)
        it.seen.append(it.now)
        it.now = self.read(it.now.id)
        assert (it.now.state, it.now.asked, it.now.version) == (state, asked, it.seen[-1].version + 1)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def move_against_the_rules(self, data: st.DataObject) -> None:
        it = self.one(data)
        legal = {each.move for each in table.rules_for(it.now.state, it.now.asked, criminal=it.now.criminal)}
        move = data.draw(st.sampled_from([each for each in MOVES if each not in legal]))
        with pytest.raises(Problem, match="issue_"):
            table.after(it.now.state, it.now.asked, move, criminal=it.now.criminal)

    @precondition(lambda self: any(it.seen for it in self.entries.values()))
    @rule(data=st.data())
    def move_what_has_changed_meanwhile(self, data: st.DataObject) -> None:
        seen = data.draw(st.sampled_from([old for it in self.entries.values() for old in it.seen]))
        rules = list(table.rules_for(seen.state, seen.asked, criminal=seen.criminal))
        move = data.draw(st.sampled_from(rules)).move
        state, asked = table.after(seen.state, seen.asked, move, criminal=seen.criminal)
        assert not self.change(seen, move, state, asked, {})

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.clock.move(self.clock.now() + timedelta(hours=hours))

    # what always holds

    @invariant()
    def every_entry_is_where_it_was_put(self) -> None:
        found = self.store.do(ledger.page, Filter(), self.clock.now().date(), 0, MOST)
        assert {entry.id: entry for entry in found} == {key: it.now for key, it in self.entries.items()}
        for entry in found:
            assert (entry.state == "verifying") == (entry.asked == "closing/brigade")
            assert entry.state in table.OPEN | {"verifying"} or not entry.asked
            assert not (entry.criminal and entry.state in table.MENDED)

    @invariant()
    def history_is_one_unbroken_chain(self) -> None:
        for key, it in self.entries.items():
            first, *later = story = self.store.do(issues.history, key)
            assert [each.version for each in story] == list(range(1, it.now.version + 1))
            assert (first.move, first.before, first.asked_before, first.due_before) == ("enter", "", "", None)
            assert _end(story[-1]) == (it.now.state, it.now.asked, it.now.due)
            for before, each in pairwise(story):
                assert (each.before, each.asked_before, each.due_before) == _end(before)
                assert each.at >= before.at
            for each in later:
                start = table.state_of(each.before), each.asked_before
                assert table.after(*start, each.move, criminal=it.now.criminal) == _end(each)[:2]  # type: ignore[arg-type]

    @invariant()
    def the_sums_agree(self) -> None:
        today, now = self.clock.now().date(), [it.now for it in self.entries.values()]
        for days in (0, 2, 400):
            lines = self.store.do(partial(_lines, today=today, days=days))
            for line in lines:
                states = Counter(entry.state for entry in now if entry.unit == line.unit)
                assert line.tally.states == {state: states[state] for state in table.STATES}
                assert sum(line.tally.states.values()) == line.found
                flow = line.flow
                came, went = flow.found + line.resumed, flow.closed + flow.transferred
                assert line.opening + came - went == line.closing
                assert line.opening == 0 or days < 400
            late = sum(table.overdue(entry.state, entry.due, today) for entry in now)
            whole = reconciliation.total(lines)
            assert (whole.found, whole.overdue) == (len(now), late)

    # how it is done

    def one(self, data: st.DataObject) -> Expected:
        return self.entries[data.draw(st.sampled_from(sorted(self.entries)))]

    def read(self, key: int) -> Entry:
        entry = self.store.do(issues.get, key)
        assert entry is not None
        return entry

    def change(self, seen: Entry, move: Move, state: State, asked: Asked, values: dict[str, date]) -> bool:
        return self.store.do(change, seen, move, self.by, state, asked, **values)


def _end(change: Change) -> tuple[str, str, date]:
    return change.after, change.asked_after, change.due_after


def _lines(work: Work, today: date, days: int) -> list[reconciliation.Line]:
    since = work.now - timedelta(days)
    return reconciliation.lines(UNITS, ledger.tally(work, today), ledger.flows(work, since))


def test_the_ledger_keeps_its_promises(sqlite_files: SqliteFiles, tmp_path: Path, campaign: Campaign) -> None:
    class Ledger(Machine):
        def fresh(self, clock: RehearsalClock) -> Store:
            folder = Path(mkdtemp(dir=tmp_path))
            return Store(sqlite_files.copy(folder), now=clock.now, campaign=campaign)

    bounded = settings(max_examples=20, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow])
    run_state_machine_as_test(Ledger, settings=bounded)
