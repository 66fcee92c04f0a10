from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from storage import outbox, people
from storage.outbox import LEASE, Outcome, Outgoing

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from storage.work import Store, Work

WEB = ["web"]


@pytest.fixture
def person(store: Store) -> int:
    def enrol(work: Work) -> int:
        person = people.create_person(work, "张三", phone="000-0000")
        people.bind(work, people.account(work, "web", "a").id, person)
        return person

    return store.do(enrol)


def put(work: Work, /, key: str, person: int, kind: str = "notice", **more: Any) -> int | None:  # noqa: ANN401
    return outbox.put(
        work,
        key=key,
        recipient=f"person:{person}",
        kind=kind,
        person_id=person,
        channel="web",
        address="a",
        payload={"text": key},
        **more,
    )


def claim(store: Store, owner: str = "me", most: int = 10) -> list[Outgoing]:
    return store.do(outbox.claim, owner, most, LEASE, WEB)


def begin(store: Store, owner: str = "me") -> Outgoing:
    (row,) = claim(store, owner)
    assert store.do(outbox.sending, row.id, owner, LEASE)
    return row


def reply(work: Work, key: str = "reply/1/0", owner: str = "me") -> Outgoing:
    account = people.account(work, "web", "a")
    return outbox.reply(work, key=key, account=account, payload={"text": "好"}, edits="7", owner=owner)


async def test_an_occasion_exists_once_for_each_recipient(store: Store, person: int) -> None:
    made = await asyncio.gather(*(store.run(put, "weekly/2020-W28/notice@x", person) for _ in range(50)))
    assert sum(each is not None for each in made) == 1
    other = await store.run(people.create_person, "李四")
    assert await store.run(put, "weekly/2020-W28/notice@x", other)


def test_what_is_queued_makes_itself_known(store: Store, person: int) -> None:
    def queue(work: Work, state: str) -> bool:
        put(work, f"k/{state}", person, state=state)
        return work.queued

    assert [store.do(queue, state) for state in ("new", "skipped", "sending", "new")] == [True, False, False, False]


def test_a_row_is_claimed_sent_and_settled(store: Store, person: int) -> None:
    store.do(put, "k", person)
    (row,) = claim(store)
    assert (row.key, row.kind, row.channel, row.address, row.payload, row.tries) == (
        "k",
        "notice",
        "web",
        "a",
        {"text": "k"},
        0,
    )
    assert claim(store, "other") == []
    assert not store.do(outbox.sending, row.id, "other", LEASE)
    assert store.do(outbox.sending, row.id, "me", LEASE)
    assert not store.do(outbox.sending, row.id, "me", LEASE)
    store.do(outbox.settle, [Outcome(row.id, "sent", remote="m7")])
    assert claim(store) == []
    assert store.do(outbox.recover, "next") == 0


async def test_no_row_is_claimed_by_two(store: Store, person: int) -> None:
    for n in range(60):
        await store.run(put, f"k/{n}", person)
    claims = await asyncio.gather(*(store.run(outbox.claim, f"p{n}", 10, LEASE, WEB) for n in range(12)))
    rows = [row.id for each in claims for row in each]
    assert len(rows) == len(set(rows)) == 60


def test_replies_first_then_in_order_on_open_channels_when_due(
    store: Store, person: int, clock: RehearsalClock
) -> None:
    one = store.do(put, "one", person)
    later = store.do(put, "later", person, not_before=clock.now() + timedelta(minutes=1))
    two = store.do(put, "two", person)
    answer = store.do(put, "answer", person, kind="reply")
    assert store.do(outbox.claim, "me", 10, LEASE, ["telegram"]) == []
    assert store.do(outbox.claim, "me", 10, LEASE, []) == []
    assert [row.id for row in claim(store, most=2)] == [answer, one]
    assert [row.id for row in claim(store)] == [two]
    clock.move(clock.now() + timedelta(minutes=1))
    assert [row.id for row in claim(store)] == [later]


def test_what_has_expired_is_not_sent(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(put, "k", person, expires_at=clock.now() + timedelta(hours=1))
    clock.move(clock.now() + timedelta(hours=1))
    assert claim(store) == []
    assert not store.do(put, "k", person)
    assert store.do(outbox.troubles, 9) == []


def test_a_retry_waits_its_delay_and_counts(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(put, "k", person)
    row = begin(store)
    store.do(outbox.settle, [Outcome(row.id, "retry", error="429", delay=timedelta(seconds=30))])
    assert claim(store) == []
    clock.move(clock.now() + timedelta(seconds=30))
    assert [again.tries for again in claim(store)] == [1]


def test_several_that_fail_at_the_same_time_are_written_down(store: Store, person: int, clock: RehearsalClock) -> None:
    for number, kind in enumerate(("notice", "push", "reply", "file")):
        store.do(put, f"k/{number}", person, kind)
    rows = claim(store)
    assert all(store.do(outbox.sending, row.id, "me", LEASE) for row in rows)
    minute = timedelta(minutes=1)
    store.do(outbox.settle, [Outcome(row.id, "retry", error="bad gateway", delay=minute) for row in rows])
    assert claim(store) == []
    clock.move(clock.now() + minute)
    again = claim(store)
    assert {row.id for row in again} == {row.id for row in rows}
    assert all(store.do(outbox.sending, row.id, "me", LEASE) for row in again)
    store.do(outbox.settle, [Outcome(row.id, "dead", error="refused") for row in again])
    assert store.do(outbox.count_troubles) == 4


def test_a_claim_whose_owner_died_falls_free(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(put, "k", person)
    claim(store)
    assert store.do(outbox.recover, "me") == 0
    clock.move(clock.now() + LEASE + timedelta(seconds=1))
    assert store.do(outbox.recover, "me") == 1
    assert [row.tries for row in claim(store, "other")] == [0]


def test_a_reminder_that_may_have_arrived_is_not_sent_again_by_itself(
    store: Store, person: int, clock: RehearsalClock
) -> None:
    store.do(put, "k", person)
    row = begin(store)
    clock.move(clock.now() + LEASE + timedelta(seconds=1))
    store.do(outbox.recover, "me")
    assert claim(store) == []
    (trouble,) = store.do(outbox.troubles, 9)
    assert (trouble.id, trouble.state, trouble.person_name, trouble.phone) == (row.id, "unknown", "张三", "000-0000")


@pytest.mark.parametrize("kind", ["reply", "file"])
def test_a_reply_or_a_file_is_sent_once_more(store: Store, person: int, clock: RehearsalClock, kind: str) -> None:
    store.do(put, "k", person, kind=kind)
    for _ in range(2):
        begin(store)
        clock.move(clock.now() + LEASE + timedelta(seconds=1))
        store.do(outbox.recover, "me")
    assert claim(store) == []
    assert store.do(outbox.count_troubles) == 1


def test_a_reply_begins_as_being_sent_and_belongs_to_its_maker(
    store: Store, person: int, clock: RehearsalClock
) -> None:
    row = store.do(reply)
    assert (row.person_id, row.address, row.edits, row.tries) == (person, "a", "7", 0)
    assert claim(store) == []
    with pytest.raises(ValueError, match="answered before"):
        store.do(reply)
    clock.move(clock.now() + LEASE + timedelta(seconds=1))
    assert store.do(outbox.recover, "me") == 1
    assert [(again.id, again.tries) for again in claim(store)] == [(row.id, 1)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_a_restart_on_sqlite_nobody_waits_for_a_lease(store: Store, person: int) -> None:
    row = store.do(reply, owner="killed")
    store.do(put, "k", person)
    claim(store, "killed")
    assert store.do(outbox.recover, "next") == 2
    assert [again.id for again in claim(store, "next")] == [row.id, row.id + 1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_beside_replicas_a_living_ones_rows_are_left_alone(store: Store, person: int) -> None:
    store.do(reply, owner="replica")
    assert store.do(outbox.recover, "me") == 0


def test_a_late_word_that_it_was_sent_is_believed(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(put, "k", person)
    row = begin(store)
    clock.move(clock.now() + LEASE + timedelta(seconds=1))
    store.do(outbox.recover, "me")
    store.do(outbox.settle, [Outcome(row.id, "dead", error="late"), Outcome(row.id, "sent", remote="m7")])
    assert store.do(outbox.count_troubles) == 0


def test_the_operator_sends_again_to_where_the_person_is_now(store: Store, person: int, clock: RehearsalClock) -> None:
    store.do(put, "k", person, expires_at=clock.now() + timedelta(hours=1))
    row = begin(store)
    store.do(outbox.settle, [Outcome(row.id, "dead", error="blocked")])
    assert [(each.state, each.error) for each in store.do(outbox.troubles, 9)] == [("dead", "blocked")]
    store.do(people.mark_unreachable, "web", "a", "blocked")
    clock.move(clock.now() + timedelta(days=1))
    store.do(lambda work: people.bind(work, people.account(work, "web", "b").id, person))
    assert store.do(outbox.resend, row.id)
    assert not store.do(outbox.resend, row.id)
    assert [(each.address, each.tries) for each in claim(store)] == [("b", 0)]


def test_the_planner_knows_what_was_decided(store: Store, person: int) -> None:
    other = store.do(people.create_person, "李四")
    store.do(put, "weekly/2020-W28/notice@x", person)
    store.do(put, "weekly/2020-W28/prompt@x", other, state="skipped", error="joined")
    store.do(put, "weekly/2020-W29/notice@x", person)
    store.do(put, "weekly/2020-W2", person)
    store.do(put, "weekly-x/2020-W28/notice@x", person)
    found = store.do(outbox.known_keys, ["weekly/2020-W28/", "nothing/"])
    assert found == {("weekly/2020-W28/notice@x", person), ("weekly/2020-W28/prompt@x", other)}
    assert store.do(outbox.known_keys, []) == set()


def test_the_newest_table_of_an_occasion(store: Store, person: int, clock: RehearsalClock) -> None:
    assert store.do(outbox.latest, "weekly/2020-W28/table/") is None
    for n in range(1, 12):
        store.do(put, f"weekly/2020-W28/table/{n}", person, kind="push", digest=f"d{n}")
    found = store.do(outbox.latest, "weekly/2020-W28/table/")
    assert found is not None
    assert (found.key, found.digest, found.created_at) == ("weekly/2020-W28/table/11", "d11", clock.now())


def test_a_report_in_time_silences_what_waits_for_its_unit(store: Store, person: int) -> None:
    keys = ("weekly/2020-W28/nudge@ji", "weekly/2020-W28/nudge@nongji", "weekly/2020-W29/nudge@ji", "sign/3")
    for key in keys:
        store.do(put, key, person)
    claimed = claim(store, most=1)
    assert store.do(outbox.silence, "weekly/2020-W28/", "ji") == 1
    assert not store.do(outbox.sending, claimed[0].id, "me", LEASE)
    assert [row.key for row in claim(store)] == list(keys[1:])
