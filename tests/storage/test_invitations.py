from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import invitations, people

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from storage.work import Store, Work


def invite(work: Work, token_hash: str) -> int:
    return invitations.create(
        work, role="contact", unit="nongji", name="张三", token_hash=token_hash, expires_at=work.now + timedelta(days=7)
    )


async def test_of_many_who_open_one_link_one_gets_in(store: Store) -> None:
    made = await store.run(invite, "hash")
    found = [each for each in await asyncio.gather(*(store.run(invitations.redeem, "hash") for _ in range(20))) if each]
    assert [(each.id, each.role, each.unit, each.name) for each in found] == [(made, "contact", "nongji", "张三")]
    person = await store.run(people.create_person, "张三")
    await store.run(invitations.mark_used, made, person)


def test_a_link_expires(store: Store, clock: RehearsalClock) -> None:
    store.do(invite, "hash")
    clock.move(clock.now() + timedelta(days=7))
    assert store.do(invitations.redeem, "hash") is None
    assert store.do(invitations.redeem, "another") is None


def test_guessing_is_slowed_more_and_more_and_forgiven(store: Store, clock: RehearsalClock) -> None:
    account = store.do(people.account, "telegram", "5")
    waits = []
    for _ in range(12):
        store.do(invitations.note_failure, account.id)
        until = store.do(people.account, "telegram", "5").locked_until
        waits.append(until and (until - clock.now()) // timedelta(minutes=1))
    assert waits == [None, None, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert store.do(_locked)
    clock.move(clock.now() + timedelta(hours=1))
    assert not store.do(_locked)
    store.do(lambda work: people.bind(work, account.id, people.create_person(work, "张三")))
    store.do(invitations.note_failure, account.id)
    assert not store.do(_locked)


def _locked(work: Work) -> bool:
    return invitations.locked(work, people.account(work, "telegram", "5"))
