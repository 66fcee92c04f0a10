from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from storage import drafts, people

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from storage.work import Store

SUBJECT = "weekly/2020-W28@nongji"


def test_a_dialog_goes_on_where_it_was_left(store: Store) -> None:
    person = store.do(people.create_person, "张三")
    draft = store.do(drafts.create, person, "weekly", SUBJECT)
    assert store.do(drafts.advance, draft, 0, 1, {"at": "done"})
    row = store.do(drafts.open_for, person, "weekly", SUBJECT)
    assert row is not None
    assert (row.id, row.revision, row.state, row.closed_at) == (draft, 1, {"at": "done"}, None)
    assert store.do(drafts.load, draft) == row
    assert store.do(drafts.load, draft + 1) is None
    assert store.do(drafts.open_for, person, "weekly", "weekly/2020-W29@nongji") is None


async def test_of_many_taps_on_one_page_one_counts(store: Store) -> None:
    person = await store.run(people.create_person, "张三")
    draft = await store.run(drafts.create, person, "weekly", SUBJECT)
    taken = await asyncio.gather(*(store.run(drafts.advance, draft, 0, 1, {"by": n}) for n in range(50)))
    assert sum(taken) == 1
    row = await store.run(drafts.load, draft)
    assert row is not None
    assert row.state == {"by": taken.index(True)}


def test_there_is_one_open_draft_on_a_subject_and_a_closed_one_stays_closed(
    store: Store, clock: RehearsalClock
) -> None:
    person = store.do(people.create_person, "张三")
    draft = store.do(drafts.create, person, "weekly", SUBJECT)
    with pytest.raises(IntegrityError):
        store.do(drafts.create, person, "weekly", SUBJECT)
    assert store.do(drafts.close, draft, "finished")
    assert not store.do(drafts.close, draft, "cancelled")
    assert not store.do(drafts.advance, draft, 0, 1, {})
    closed = store.do(drafts.load, draft)
    assert closed is not None
    assert closed.closed_at == clock.now()
    assert store.do(drafts.create, person, "weekly", SUBJECT) != draft


def test_unfinished_drafts_are_offered_the_last_touched_first(store: Store, clock: RehearsalClock) -> None:
    person, other = store.do(people.create_person, "张三"), store.do(people.create_person, "李四")
    one, two, three = (store.do(drafts.create, person, "weekly", f"weekly/2020-W{n}@x") for n in (26, 27, 28))
    store.do(drafts.create, other, "weekly", SUBJECT)
    clock.move(clock.now() + timedelta(minutes=5))
    store.do(drafts.advance, one, 0, 1, {})
    store.do(drafts.close, two, "cancelled")
    assert [row.id for row in store.do(drafts.of_person, person)] == [one, three]
