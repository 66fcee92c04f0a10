from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import col

from storage import inbox, outbox, people
from storage.people import Home
from storage.tables import Account

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import RehearsalClock
    from storage.work import Store, Work


def enrol(work: Work, name: str, address: str, *roles: tuple[str, str]) -> int:
    person = people.create_person(work, name, phone="000-0000")
    people.bind(work, people.account(work, "telegram", address).id, person)
    for role, unit in roles:
        people.grant(work, person, role, unit)
    return person


def seen(work: Work) -> datetime:
    return work.conn.execute(select(col(Account.seen_at))).scalar_one()


def test_a_stranger_becomes_somebody(store: Store, clock: RehearsalClock) -> None:
    stranger = store.do(people.account, "telegram", "5")
    assert (stranger.person_id, stranger.name, stranger.roles, stranger.told_at) == (None, "", (), None)
    store.do(people.told, stranger.id)
    assert store.do(people.account, "telegram", "5").told_at == clock.now()
    person = store.do(enrol, "张三", "5", ("contact", "nongji"), ("head", "xumu"))
    known = store.do(people.account, "telegram", "5")
    assert (known.id, known.person_id, known.name) == (stranger.id, person, "张三")
    assert known.roles == (("contact", "nongji"), ("head", "xumu"))
    assert store.do(people.account, "web", "5").person_id is None


async def test_a_first_message_that_comes_many_times_makes_one_account(store: Store) -> None:
    rows = await asyncio.gather(*(store.run(people.account, "telegram", "5") for _ in range(30)))
    assert len({row.id for row in rows}) == 1


def test_a_role_is_held_once_and_can_be_taken_back(store: Store) -> None:
    person = store.do(enrol, "张三", "5", ("contact", "nongji"))
    assert not store.do(people.grant, person, "contact", "nongji")
    assert store.do(people.end, person, "contact", "nongji")
    assert not store.do(people.end, person, "contact", "nongji")
    assert store.do(people.account, "telegram", "5").roles == ()
    assert store.do(people.everyone) == []
    assert store.do(people.grant, person, "contact", "nongji")
    assert store.do(people.account, "telegram", "5").roles == (("contact", "nongji"),)


def test_members_are_found_by_role_and_unit(store: Store) -> None:
    zhang = store.do(enrol, "张三", "1", ("contact", "nongji"), ("contact", "xumu"))
    li = store.do(enrol, "李四", "2", ("head", "nongji"))
    wang = store.do(enrol, "王五", "3", ("contact", "nongji"), ("brigade", ""))
    assert [member.id for member in store.do(people.members, "contact", "nongji")] == [zhang, wang]
    assert [member.id for member in store.do(people.members, "contact", "xumu")] == [zhang]
    assert [member.id for member in store.do(people.members, "contact")] == [zhang, wang]
    assert [member.name for member in store.do(people.members, "brigade")] == ["王五"]
    everyone = {member.id: member.roles for member in store.do(people.everyone)}
    assert everyone == {
        zhang: (("contact", "nongji"), ("contact", "xumu")),
        li: (("head", "nongji"),),
        wang: (("contact", "nongji"), ("brigade", "")),
    }


def test_notices_go_where_a_person_was_last_seen_and_can_be_reached(store: Store, clock: RehearsalClock) -> None:
    person = store.do(enrol, "张三", "phone", ("contact", "nongji"))
    clock.move(clock.now() + timedelta(hours=1))
    store.do(lambda work: people.bind(work, people.account(work, "web", "desk").id, person))
    assert store.do(people.home, person) == Home("web", "desk")
    store.do(people.mark_unreachable, "web", "desk", "gone")
    assert store.do(people.home, person) == Home("telegram", "phone")
    store.do(people.mark_unreachable, "telegram", "phone", "blocked")
    member = store.do(people.everyone)[0]
    assert (member.reachable, member.address, member.unreachable) == (False, "desk", "gone")
    store.do(people.account, "telegram", "phone")  # who writes is reachable again
    assert store.do(people.everyone)[0].reachable
    assert store.do(people.home, person) == Home("telegram", "phone")
    assert store.do(people.home, person + 1) is None


def test_being_seen_is_written_down_once_a_minute(store: Store, clock: RehearsalClock) -> None:
    first = clock.now()
    store.do(people.account, "telegram", "5")
    clock.move(first + timedelta(seconds=59))
    store.do(people.account, "telegram", "5")
    assert store.do(seen) == first
    clock.move(first + timedelta(seconds=60))
    store.do(people.account, "telegram", "5")
    assert store.do(seen) == first + timedelta(seconds=60)
    clock.move(first)  # the machine's clock was set back
    store.do(people.account, "telegram", "5")
    assert store.do(seen) == first


def test_a_chat_is_in_one_dialog_at_most(store: Store) -> None:
    account = store.do(people.account, "telegram", "5")
    store.do(people.focus, account.id, 12)
    assert store.do(people.account, "telegram", "5").draft_id == 12
    store.do(people.focus, account.id, None)
    assert store.do(people.account, "telegram", "5").draft_id is None


def test_a_chat_that_moves_takes_what_waits_with_it(store: Store) -> None:
    person = store.do(enrol, "张三", "old", ("contact", "nongji"))
    store.do(lambda work: inbox.receive(work, "telegram", [("1", "old", {})]))
    store.do(_put, person, "old")
    store.do(people.move_address, "telegram", "old", "new")
    assert store.do(people.account, "telegram", "new").person_id == person
    assert store.do(inbox.oldest_waiting, "telegram", "new") is not None
    assert [row.address for row in store.do(outbox.claim, "me", 9, outbox.LEASE, ["telegram"])] == ["new"]


def test_a_chat_that_moves_to_a_known_one_leaves_its_account_behind(store: Store) -> None:
    person = store.do(enrol, "张三", "old", ("contact", "nongji"))
    store.do(lambda work: people.bind(work, people.account(work, "telegram", "new").id, person))
    store.do(people.move_address, "telegram", "old", "new")
    assert store.do(people.home, person) == Home("telegram", "new")


def _put(work: Work, person: int, address: str) -> None:
    outbox.put(
        work,
        key="k",
        recipient=f"person:{person}",
        kind="notice",
        person_id=person,
        channel="telegram",
        address=address,
    )
