from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlmodel import col

from storage import issues, ledger, people
from storage.issues import Change, Entry
from storage.ledger import Filter
from storage.tables import Issue
from tests.storage.making import FOUND, change, enter, move, new

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from bot.core.issues import Move, State
    from storage.work import Store, Work


@pytest.fixture
def person(store: Store) -> int:
    return store.do(people.create_person, "张三")


def test_an_entry_is_found_as_it_was_entered(store: Store, person: int, clock: RehearsalClock) -> None:
    made = new(criminal=True, epidemic=True)
    entered = store.do(
        issues.enter,
        made,
        series="NJ",
        by=person,
        state="mending",
        asked="closing/head",
        latest={"ask_closing": {"by": "张三"}},
        detail={"imported": True},
    )
    assert entered == Entry(
        id=entered.id,
        number="NJ-2020-001",
        unit="nongji",
        version=1,
        state="mending",
        asked="closing/head",
        area="rules",
        item="rules/行政执法三项制度",
        source="自查",
        kind="慢作为",
        severity="一般",
        handling="dated",
        epidemic=True,
        criminal=True,
        continuing=False,
        found_on=FOUND,
        happened_on=FOUND,
        due=date(2020, 7, 20),
        first_due=date(2020, 7, 20),
        wanted_due=None,
        answers=made.answers,
        latest={"ask_closing": {"by": "张三"}},
        entered_by=person,
        entered_by_name="张三",
        entered_at=clock.now(),
        changed_at=clock.now(),
    )
    assert store.do(issues.get, entered.id) == entered
    assert store.do(issues.by_number, "NJ-2020-001") == entered
    assert store.do(issues.get, entered.id + 1) is None
    assert store.do(issues.by_number, "NJ-2020-002") is None
    assert store.do(issues.history, entered.id) == [
        Change(
            version=1,
            at=clock.now(),
            person_id=person,
            person_name="张三",
            move="enter",
            before="",
            after="mending",
            asked_before="",
            asked_after="closing/head",
            due_before=None,
            due_after=date(2020, 7, 20),
            reason="",
            detail={"imported": True},
        )
    ]


def test_every_unit_has_numbers_of_its_own_and_none_is_given_again(store: Store, person: int) -> None:
    one = store.do(enter, person)
    store.do(enter, person, new(unit="xumu"), "closed")
    store.do(move, one.id, "transfer", person)
    two = store.do(enter, person, new(unit="xumu"))
    three = store.do(enter, person)
    assert [entry.number for entry in (one, two, three)] == ["NJ-2020-001", "XM-2020-002", "NJ-2020-002"]


def test_numbers_begin_anew_with_the_year_where_the_campaign_is(
    store: Store, person: int, clock: RehearsalClock
) -> None:
    last = datetime(2020, 12, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    numbers = []
    for moment in (last, last + timedelta(seconds=1), last):
        clock.move(moment)
        numbers.append(store.do(enter, person).number)
    assert numbers == ["NJ-2020-001", "NJ-2021-001", "NJ-2020-002"]


def test_numbers_grow_beyond_three_digits(store: Store, person: int) -> None:
    def give(work: Work, issue_id: int, sequence: int) -> None:
        work.conn.execute(update(Issue).where(col(Issue.id) == issue_id).values(sequence=sequence))

    store.do(give, store.do(enter, person).id, 999)
    assert [store.do(enter, person).number for _ in range(2)] == ["NJ-2020-1000", "NJ-2020-1001"]


async def test_entries_made_at_once_are_numbered_one_after_the_other(store: Store, person: int) -> None:
    units = ["nongji", "xumu"] * 15
    entered = await asyncio.gather(*(store.run(enter, person, new(f"问题{at}", unit)) for at, unit in enumerate(units)))
    wanted = [f"{series}-2020-{number:03}" for series in ("NJ", "XM") for number in range(1, 16)]
    assert sorted(entry.number for entry in entered) == wanted
    for unit in ("nongji", "xumu"):  # in the order in which they came to be
        mine = sorted((entry.id, entry.number) for entry in entered if entry.unit == unit)
        assert [number for _, number in mine] == sorted(number for _, number in mine)


def test_a_change_writes_what_belongs_to_it_and_its_history(store: Store, person: int, clock: RehearsalClock) -> None:
    head = store.do(people.create_person, "李四")
    entered = store.do(enter, person, new(), "mending", "extension/brigade")
    clock.move(clock.now() + timedelta(hours=3))
    changed = store.do(
        move,
        entered.id,
        "grant",
        head,
        reason="材料齐全",
        detail={"opinion": "同意"},
        due=date(2020, 8, 3),
        wanted_due=None,
        latest={"grant": {"by": "李四"}},
    )
    assert changed == replace(
        entered,
        version=2,
        asked="",
        due=date(2020, 8, 3),
        latest={"grant": {"by": "李四"}},
        changed_at=clock.now(),
    )
    assert changed.first_due == date(2020, 7, 20)
    assert store.do(issues.history, entered.id)[1:] == [
        Change(
            version=2,
            at=clock.now(),
            person_id=head,
            person_name="李四",
            move="grant",
            before="mending",
            after="mending",
            asked_before="extension/brigade",
            asked_after="",
            due_before=date(2020, 7, 20),
            due_after=date(2020, 8, 3),
            reason="材料齐全",
            detail={"opinion": "同意"},
        )
    ]


def test_the_history_is_told_from_the_beginning_and_is_each_entrys_own(store: Store, person: int) -> None:
    one, other = store.do(enter, person), store.do(enter, person)
    moves: tuple[Move, ...] = ("progress", "ask_closing", "sign", "send_back")
    for name in moves:
        store.do(move, one.id, name, person)
    store.do(move, other.id, "progress", person)
    told = store.do(issues.history, one.id)
    assert [step.move for step in told] == ["enter", *moves]
    assert [step.version for step in told] == [1, 2, 3, 4, 5]
    assert [step.after for step in told] == ["found", "mending", "mending", "verifying", "returned"]
    assert [step.before for step in told[1:]] == [step.after for step in told[:-1]]
    assert store.do(issues.history, 0) == []


def test_who_comes_second_changes_nothing(store: Store, person: int) -> None:
    seen = store.do(enter, person, new(), "verifying", "closing/brigade")
    assert store.do(change, seen, "close", person, "closed")
    assert not store.do(change, seen, "send_back", person, "returned", reason="重做")
    kept = store.do(issues.get, seen.id)
    assert kept is not None
    assert (kept.state, kept.asked, kept.version) == ("closed", "", 2)
    assert [step.move for step in store.do(issues.history, seen.id)] == ["enter", "close"]


async def test_of_many_who_decide_at_once_one_does(store: Store, person: int) -> None:
    seen = await store.run(enter, person, new(), "verifying", "closing/brigade")
    decisions: list[tuple[str, State]] = [("close", "closed"), ("send_back", "returned")]
    decided = await asyncio.gather(*(store.run(change, seen, name, person, state) for name, state in decisions * 8))
    assert sum(decided) == 1
    told = await store.read(issues.history, seen.id)
    assert len(told) == 2
    assert told[1].move == decisions[decided.index(True) % 2][0]


def test_a_correction_is_searched_for_by_its_new_words_and_the_same_number(store: Store, person: int) -> None:
    entered = store.do(enter, person)
    assert store.do(change, entered, "correct", person, "found", search="新的说法")
    for words, found in (("nj-2020-001 新的说法", 1), ("笔录", 0)):
        assert store.do(ledger.count, Filter(words=words), FOUND) == found


def test_what_is_not_to_be_changed_is_not(store: Store, person: int) -> None:
    entered = store.do(enter, person)
    for values in ({"number": "NJ-2020-009"}, {"unit": "xumu"}, {"first_due": FOUND}, {"version": 7}):
        with pytest.raises(ValueError, match=next(iter(values))):
            store.do(change, entered, "correct", person, "found", **values)
    assert store.do(issues.get, entered.id) == entered


def test_entries_are_known_again_by_their_fingerprints(store: Store, person: int) -> None:
    one = store.do(enter, person, new("甲", fingerprint="f1"))
    store.do(enter, person, new("乙", fingerprint="f2"))
    many = [f"x{number}" for number in range(1200)]
    assert store.do(issues.known, ["f1", *many, "f1"]) == {"f1": one.number}
    assert store.do(issues.known, [*many, "f2", "f1"]).keys() == {"f1", "f2"}
    assert store.do(issues.known, []) == {}
