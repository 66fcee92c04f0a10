from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from storage import audit, people, submissions
from storage.audit import Entry
from storage.submissions import Filed

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from storage.work import Store, Work


def file(work: Work, person: int, unit: str = "nongji", period: str = "2020-W28", done: str = "巡查") -> Filed:
    return submissions.file(
        work,
        duty="weekly",
        period=period,
        unit=unit,
        number=f"{period}-{unit}-{done}",
        answers={"done": done},
        form_version=1,
        zero=False,
        filed_by=person,
        state="awaiting",
    )


@pytest.fixture
def person(store: Store) -> int:
    return store.do(people.create_person, "张三")


def test_a_report_is_found_as_it_was_filed(store: Store, person: int, clock: RehearsalClock) -> None:
    filed = store.do(file, person)
    assert filed == Filed(
        id=filed.id,
        number="2020-W28-nongji-巡查",
        duty="weekly",
        period="2020-W28",
        unit="nongji",
        version=1,
        current=True,
        state="awaiting",
        form_version=1,
        zero=False,
        answers={"done": "巡查"},
        filed_by=person,
        filed_by_name="张三",
        filed_at=clock.now(),
    )
    assert store.do(submissions.get, filed.id) == filed
    assert store.do(submissions.current, "weekly", "2020-W28", "nongji") == filed
    assert store.do(submissions.current, "weekly", "2020-W29", "nongji") is None
    assert store.do(submissions.get, filed.id + 1) is None


def test_a_correction_is_a_new_version_under_the_same_number_and_the_old_one_is_kept(store: Store, person: int) -> None:
    one, two = store.do(file, person), store.do(file, person, done="检查")
    assert (two.version, two.number, two.answers) == (2, one.number, {"done": "检查"})
    kept = store.do(submissions.get, one.id)
    assert kept is not None
    assert (kept.current, kept.answers) == (False, {"done": "巡查"})
    assert store.do(submissions.for_period, "weekly", "2020-W28") == [two]
    assert store.do(submissions.versions, "weekly", "2020-W28") == [kept, two]


async def test_versions_filed_at_once_are_numbered_one_after_the_other(store: Store, person: int) -> None:
    filed = await asyncio.gather(*(store.run(file, person) for _ in range(20)))
    assert sorted(each.version for each in filed) == list(range(1, 21))
    assert len(await store.read(submissions.for_period, "weekly", "2020-W28")) == 1


async def test_of_two_heads_who_sign_one_does(store: Store, person: int, clock: RehearsalClock) -> None:
    filed = await store.run(file, person)
    head = await store.run(people.create_person, "李四")
    moved = await asyncio.gather(
        *(
            store.run(submissions.move, filed.id, "awaiting", "reported", signed_by=head, signed_at=clock.now())
            for _ in range(10)
        )
    )
    assert sum(moved) == 1
    signed = await store.read(submissions.get, filed.id)
    assert signed is not None
    assert (signed.state, signed.signed_by, signed.signed_by_name, signed.signed_at) == (
        "reported",
        head,
        "李四",
        clock.now(),
    )


def test_a_version_that_was_superseded_cannot_be_signed(store: Store, person: int) -> None:
    old = store.do(file, person)
    store.do(file, person)
    assert not store.do(submissions.move, old.id, "awaiting", "reported")


def test_a_move_writes_what_belongs_to_it_and_nothing_else(store: Store, person: int) -> None:
    filed = store.do(file, person)
    assert store.do(submissions.move, filed.id, "awaiting", "returned", returned_by=person, reason="缺数据")
    returned = store.do(submissions.get, filed.id)
    assert returned is not None
    assert (returned.reason, returned.returned_by_name) == ("缺数据", "张三")
    with pytest.raises(ValueError, match="answers"):
        store.do(submissions.move, filed.id, "returned", "reported", answers={})


def test_lists_for_contacts_and_heads(store: Store, person: int) -> None:
    one = store.do(file, person, "nongji", "2020-W27")
    two = store.do(file, person, "nongji")
    three = store.do(file, person, "xumu")
    store.do(file, person, "zhifa")
    store.do(submissions.move, two.id, "awaiting", "reported")
    assert [each.id for each in store.do(submissions.of_units, ["nongji", "xumu"], 2)] == [three.id, two.id]
    assert [each.id for each in store.do(submissions.awaiting, ["nongji", "xumu"])] == [one.id, three.id]
    assert store.do(submissions.count_awaiting, ["nongji", "xumu"]) == 2
    assert store.do(submissions.count_awaiting, []) == 0


def test_every_change_leaves_a_note(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(audit.note, person, "submission.file", "submission:1", version=1)
    store.do(audit.note, None, "submission.close", "submission:1")
    assert store.do(audit.of, "submission:1") == [
        Entry(clock.now(), person, "submission.file", {"version": 1}),
        Entry(clock.now(), None, "submission.close", {}),
    ]
