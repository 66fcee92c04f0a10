"""Every question asked of the ledger, on entries and lives made by dice, against the same computed plainly."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, get_args

import pytest

from bot.core import reconciliation
from bot.core.entries import folded
from bot.core.issues import MENDED, OPEN, STATES, TO_DECIDE, TO_SIGN, Asked, State, rules_for
from storage import issues, ledger, people
from storage.ledger import Filter, View
from tests.storage.making import enter, move, new

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from bot.core.issues import Move
    from storage.issues import Entry
    from storage.work import Store, Work

#: Not in the campaign's order; one has left it.
SERIES = {"fagui": "FG", "nongji": "NJ", "xumu": "XM", "dissolved": "OLD"}
UNITS = tuple(SERIES)
NAMES = {"fagui": "政策法规室", "nongji": "农机服务中心", "xumu": "畜牧兽医服务中心", "dissolved": ""}
AREAS = ("rules", "staff", "public")
TODAY = date(2020, 7, 9)
SOON = date(2020, 7, 14)
EVERY_ASKED: tuple[Asked, ...] = get_args(Asked)
PIECES = ("台账不全", "100%抽检", "100抽检", "a_b", "aXb", "ＡＢＣ公司", "abc农场", "李某", "\\", "'", "案卷 台账")


@dataclass
class Book:
    """Entries as they were made, with the text each is searched by."""

    entries: list[Entry] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)


@pytest.fixture
def book(store: Store, clock: RehearsalClock) -> Book:
    return store.do(write, random.Random(1), clock)


def write(work: Work, dice: random.Random, clock: RehearsalClock) -> Book:
    book = Book(people=[people.create_person(work, name) for name in ("张三", "李四", "王五")])
    for number in range(90):
        unit = dice.choice(UNITS)
        said = f"{number} {' '.join(dice.sample(PIECES, 2))}"
        state, asked = dice.choice(STATES), dice.choice(EVERY_ASKED)
        due = TODAY + timedelta(dice.randrange(-8, 9))
        made = new(said, unit, area=dice.choice(AREAS), due=due, search=folded(said))
        work.now = clock.now() + timedelta(minutes=dice.randrange(60))
        by = dice.choice(book.people[:2])
        entry = issues.enter(work, made, series=SERIES[unit], by=by, state=state, asked=asked)
        book.entries.append(entry)
        book.texts[entry.id] = f"{entry.number.lower()} {folded(said)}"
    return book


def holds(entry: Entry, view: View) -> bool:
    if view == "all":
        return True
    if view == "open":
        return entry.state not in {"closed", "transferred"}
    if view == "overdue":
        return entry.state in OPEN and entry.due < TODAY
    if view == "soon":
        return entry.state in OPEN and TODAY <= entry.due <= SOON
    return entry.state == view


def plainly(book: Book, chosen: Filter) -> list[Entry]:
    found = [
        entry
        for entry in book.entries
        if (chosen.units is None or entry.unit in chosen.units)
        and holds(entry, chosen.view)
        and chosen.area in {"", entry.area}
        and chosen.entered_by in {None, entry.entered_by}
        and all(word in book.texts[entry.id] or word in NAMES[entry.unit] for word in folded(chosen.words).split())
    ]
    if chosen.view in {"all", "closed", "transferred"}:
        return sorted(found, key=lambda entry: -entry.id)
    return sorted(found, key=lambda entry: (entry.due, entry.id))


VIEWS: tuple[View, ...] = ("all", "open", "overdue", "soon", *STATES)
WORDS = (
    "",
    "",
    "",
    "台账",
    "100%",
    "%",
    "_",
    "a_b",
    "ABC",
    "ａｂｃ",
    "李某 台账",
    "'",
    "\\",
    "航天器",
    "FG-2020-",
    "nj-2020-001",
    "畜牧",
    "服务中心 台账",
)


def filters(book: Book, dice: random.Random, number: int) -> list[Filter]:
    return [
        Filter(
            units=dice.choice((None, None, ("nongji",), UNITS[:2], UNITS, ("nobody",), ())),
            view=dice.choice(VIEWS),
            area=dice.choice(("", "", *AREAS)),
            entered_by=dice.choice((None, None, *book.people)),
            words=dice.choice(WORDS),
        )
        for _ in range(number)
    ]


def everything(work: Work, chosen: Filter) -> list[Entry]:
    return list(ledger.stream(work, chosen, TODAY, 7, SOON))


def in_unit_order(entries: list[Entry]) -> list[Entry]:
    order = {unit: at for at, unit in enumerate(("nongji", "xumu", "fagui", "dissolved"))}  # as in the campaign
    return sorted(entries, key=lambda entry: (order[entry.unit], entry.id))


def test_lists_counts_and_streams_hold_what_the_filter_says(store: Store, book: Book) -> None:
    dice = random.Random(2)
    wanted = [Filter(view=view) for view in VIEWS] + filters(book, dice, 250)
    results = []
    for chosen in wanted:
        expected = plainly(book, chosen)
        assert store.do(ledger.count, chosen, TODAY, SOON) == len(expected), chosen
        assert store.do(ledger.page, chosen, TODAY, 0, 100, SOON) == expected, chosen
        streamed = store.do(everything, chosen)
        assert streamed == in_unit_order(expected), chosen
        results.append(len(expected))
    assert sum(number > 0 for number in results) > 60  # the dice made questions that have answers


def test_pages_follow_one_another_without_gap_or_overlap(store: Store, book: Book) -> None:
    for chosen in (Filter(), Filter(view="open"), Filter(("nongji", "xumu"), "closed"), Filter(words="台账")):
        offsets = range(0, store.do(ledger.count, chosen, TODAY) + 7, 7)
        for total in (0, len(plainly(book, chosen))):  # read from one end, and from both
            pages = [store.do(ledger.page, chosen, TODAY, offset, 7, total=total) for offset in offsets]
            assert [entry for page in pages for entry in page] == plainly(book, chosen)


def test_a_word_is_found_in_either_width_and_case_and_as_a_number(store: Store, book: Book) -> None:
    def numbers(words: str) -> set[str]:
        return {entry.number for entry in store.do(ledger.page, Filter(words=words), TODAY, 0, 100)}

    assert numbers("ＡＢＣ") == numbers("abc") == numbers(" Abc ") != set()
    assert numbers("nj-2020-003") == numbers("NJ-2020-003") == {"NJ-2020-003"}
    assert numbers("NJ-2020-003 航天器") == set()
    assert numbers("台账 李某") == numbers("李某　台账") == numbers("台账") & numbers("李某") != numbers("台账")
    assert numbers("%") == numbers("100%") < numbers("抽检")
    assert numbers("a_b").isdisjoint(numbers("axb") - numbers("a_b"))
    assert numbers("   ") == {entry.number for entry in book.entries}


def test_a_whole_page_of_text_may_be_searched_for(store: Store, book: Book) -> None:
    assert store.do(ledger.count, Filter(words=" ".join(f"词{number}" for number in range(3000))), TODAY) == 0
    assert store.do(ledger.count, Filter(words="台账\x00\ud800"), TODAY) == len(plainly(book, Filter(words="台账")))


def test_who_may_see_no_unit_sees_nothing(store: Store, book: Book) -> None:
    assert store.do(ledger.page, Filter(()), TODAY, 0, 10) == []
    assert store.do(ledger.count, Filter((), words="台账"), TODAY) == 0
    assert store.do(everything, Filter(())) == []
    assert store.do(ledger.tally, TODAY, ()) == []
    assert store.do(ledger.flows, datetime(2020, 1, 1, tzinfo=UTC), None, ()) == []
    assert store.do(ledger.waiting, TO_DECIDE, (), 0, 10) == []
    assert store.do(ledger.count_waiting, TO_DECIDE, ()) == 0
    assert store.do(ledger.due_between, None, SOON, ()) == []


def test_what_is_soon_has_to_be_said(store: Store) -> None:
    with pytest.raises(ValueError, match="soon"):
        store.do(ledger.count, Filter(view="soon"), TODAY)


@pytest.mark.parametrize("units", [None, ("nongji",), ("nongji", "dissolved"), ("nobody",)])
def test_every_state_is_counted_and_what_is_late(store: Store, book: Book, units: tuple[str, ...] | None) -> None:
    mine = [entry for entry in book.entries if units is None or entry.unit in units]
    tallies = {tally.unit: tally for tally in store.do(ledger.tally, TODAY, units)}
    assert set(tallies) == {entry.unit for entry in mine}
    for unit, tally in tallies.items():
        states = [entry.state for entry in mine if entry.unit == unit]
        assert tally.states == {state: states.count(state) for state in STATES}
        assert tally.found == len(states) == sum(tally.states.values())
        assert tally.overdue == sum(holds(entry, "overdue") for entry in mine if entry.unit == unit)


@pytest.mark.parametrize("asked", [TO_SIGN, TO_DECIDE, frozenset({"closing/brigade"})])
@pytest.mark.parametrize("units", [None, ("nongji",), ("nongji", "xumu")])
def test_what_waits_for_a_decision_is_listed_longest_untouched_first(
    store: Store, book: Book, asked: frozenset[Asked], units: tuple[str, ...] | None
) -> None:
    expected = sorted(
        (entry for entry in book.entries if entry.asked in asked and (units is None or entry.unit in units)),
        key=lambda entry: (entry.changed_at, entry.id),
    )
    assert store.do(ledger.count_waiting, asked, units) == len(expected) > 0
    assert store.do(ledger.waiting, asked, units, 0, 100) == expected
    assert store.do(ledger.waiting, asked, units, 2, 3) == expected[2:5]


@pytest.mark.parametrize("units", [None, ("nongji",), ("nongji", "xumu")])
def test_deadlines_of_some_days_are_those_of_what_units_have_to_act_on(
    store: Store, book: Book, units: tuple[str, ...] | None
) -> None:
    mine = [entry for entry in book.entries if entry.state in OPEN and (units is None or entry.unit in units)]
    mine.sort(key=lambda entry: (entry.due, entry.id))
    for first, last in ((TODAY, SOON), (TODAY, TODAY), (None, TODAY - timedelta(1)), (SOON, TODAY)):
        expected = [entry for entry in mine if (first is None or first <= entry.due) and entry.due <= last]
        assert store.do(ledger.due_between, first, last, units) == expected
        assert store.do(ledger.due_between, first, last, units, 3) == expected[:3]
    assert any(entry.due < TODAY for entry in mine)


# Lives


@dataclass(frozen=True)
class Event:
    """One step of one life, as it was taken."""

    at: datetime
    issue: int
    unit: str
    move: str
    before: str
    after: str


#: How an entry comes to be: entered by hand, mended on the spot, taken over from an existing ledger.
BEGINNINGS: tuple[tuple[State, Asked], ...] = (
    ("found", ""),
    ("found", ""),
    ("found", ""),
    ("mending", "closing/head"),
    ("mending", ""),
    ("closed", ""),
    ("transferred", ""),
)


#: Without a push in this direction hardly any life comes to its end.
ONWARDS: frozenset[Move] = frozenset({"ask_closing", "sign", "close", "send_back"})


def live(store: Store, clock: RehearsalClock, seed: int) -> list[Event]:
    """Let entries live by the rules over some weeks; return what happened, in order."""
    dice = random.Random(seed)
    person = store.do(people.create_person, "张三")
    events: list[Event] = []
    alive: dict[int, str] = {}
    for step in range(260):
        if dice.random() < 0.8:  # some things happen at the same moment
            clock.move(clock.now() + timedelta(minutes=dice.randrange(400)))
        if step < 12 or dice.random() < 0.15:
            unit = dice.choice(("nongji", "xumu", "fagui"))
            state, asked = dice.choice(BEGINNINGS)
            made = new(unit=unit, due=clock.now().date() + timedelta(dice.randrange(20)))
            entry = store.do(enter, person, made, state, asked)
            alive[entry.id] = unit
            events.append(Event(clock.now(), entry.id, unit, "enter", "", entry.state))
        else:
            events.append(store.do(take_a_step, dice.choice(list(alive)), person, dice))
    return events


def take_a_step(work: Work, issue_id: int, person: int, dice: random.Random) -> Event:
    entry = issues.get(work, issue_id)
    assert entry is not None
    moves = [rule.move for rule in rules_for(entry.state, entry.asked)]
    (name,) = dice.choices(moves, [9 if move in ONWARDS else 1 for move in moves])
    moved = move(work, issue_id, name, person)
    return Event(work.now, issue_id, entry.unit, name, entry.state, moved.state)


def counted(events: list[Event], unit: str) -> reconciliation.Flow:
    """Count by what was done, where `ledger.flows` counts by where it led."""
    mine = [event for event in events if event.unit == unit]
    moves = [event.move for event in mine]
    entered = [event.after for event in mine if event.move == "enter"]
    return reconciliation.Flow(
        unit,
        found=len(entered),
        mended=sum(event.move == "sign" and event.after in MENDED for event in mine) + entered.count("closed"),
        closed=moves.count("close") + entered.count("closed"),
        returned=moves.count("send_back"),
        reopened=moves.count("reopen"),
        transferred=moves.count("transfer") + entered.count("transferred"),
        taken_back=moves.count("take_back"),
    )


def states_at(events: list[Event], until: datetime) -> dict[int, Event]:
    """Return the last step of each entry before a moment."""
    return {event.issue: event for event in events if event.at < until}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_came_and_went_balances_between_any_two_moments(store: Store, clock: RehearsalClock, seed: int) -> None:
    events = live(store, clock, seed)
    assert {event.move for event in events} >= {"close", "send_back", "reopen", "transfer", "take_back", "withdraw"}
    moments = [event.at for event in events] + [events[-1].at + timedelta(seconds=1)]
    dice = random.Random(seed)
    for _ in range(60):
        since, until = sorted(dice.sample(moments, 2))
        flows = {flow.unit: flow for flow in store.do(ledger.flows, since, until)}
        between = [event for event in events if since <= event.at < until]
        for unit in ("nongji", "xumu", "fagui"):
            flow = flows.get(unit, reconciliation.Flow(unit))
            assert flow == counted(between, unit)
            before, then = (
                sum(
                    event.unit == unit and event.after not in {"closed", "transferred"}
                    for event in states_at(events, moment).values()
                )
                for moment in (since, until)
            )
            gone = flow.closed + flow.transferred
            assert then == before + flow.found - gone + flow.reopened + flow.taken_back
        (one,) = store.do(ledger.flows, since, until, ("xumu",)) or [reconciliation.Flow("xumu")]
        assert one == flows.get("xumu", reconciliation.Flow("xumu"))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_reconciliation_agrees_with_the_history(store: Store, clock: RehearsalClock, seed: int) -> None:
    events = live(store, clock, seed)
    since = events[130].at
    lines = store.do(reconcile, since, clock.now().date())
    for line in lines:
        mine = [event for event in events if event.unit == line.unit]
        last = {event.issue: event.after for event in mine}
        assert line.found == len(last)
        assert {state: list(last.values()).count(state) for state in STATES} == line.tally.states
        opening = [event for event in states_at(mine, since).values() if event.after not in {"closed", "transferred"}]
        assert line.opening == len(opening)
        replayed = {
            issue: [change.after for change in store.do(issues.history, issue)][-1] for issue in last
        }  # what the database tells of each entry's past leads to where the entry stands
        assert replayed == last
    assert reconciliation.total(lines).found == len({event.issue for event in events})


def reconcile(work: Work, since: datetime, today: date) -> list[reconciliation.Line]:
    units = [unit.key for unit in work.campaign.units]
    return reconciliation.lines(units, ledger.tally(work, today), ledger.flows(work, since))


def test_the_beginning_of_a_period_belongs_to_it_and_its_end_does_not(store: Store, clock: RehearsalClock) -> None:
    person = store.do(people.create_person, "张三")
    store.do(enter, person)
    at = clock.now()
    assert [flow.found for flow in store.do(ledger.flows, at, at + timedelta(seconds=1))] == [1]
    assert store.do(ledger.flows, at - timedelta(1), at) == []
    assert [flow.found for flow in store.do(ledger.flows, at)] == [1]  # without an end, all there is


def test_what_is_entered_as_closed_counts_as_found_mended_and_closed(store: Store) -> None:
    person = store.do(people.create_person, "张三")
    store.do(enter, person, None, "closed")
    (flow,) = store.do(ledger.flows, datetime(2020, 1, 1, tzinfo=UTC))
    assert flow == reconciliation.Flow("nongji", found=1, mended=1, closed=1)
