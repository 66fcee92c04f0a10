from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import inbox

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from storage.inbox import Incoming
    from storage.work import Store, Work


def test_what_comes_twice_is_stored_once_and_order_is_kept(store: Store) -> None:
    first = store.do(inbox.receive, "telegram", [("9", "a", {"n": 9}), ("3", "a", {"n": 3}), ("9", "a", {"n": 9})])
    assert [row.source for row in first] == ["9", "3"]
    again = store.do(inbox.receive, "telegram", [("3", "a", {"n": 3}), ("1", "b", {"n": 1})])
    assert [(row.source, row.payload) for row in again] == [("1", {"n": 1})]
    assert store.do(inbox.receive, "web", [("3", "a", None)])[0].payload is None


async def test_two_hundred_deliveries_of_one_update_make_one_row(store: Store) -> None:
    taken = await asyncio.gather(*(store.run(inbox.receive, "telegram", [("7", "a", {})]) for _ in range(200)))
    assert sum(map(len, taken)) == 1


def test_a_chat_is_served_oldest_first_until_nothing_waits(store: Store) -> None:
    one, two = store.do(inbox.receive, "web", [("x", "a", {"say": "一"}), ("y", "a", {"say": "二"})])
    store.do(inbox.receive, "web", [("z", "b", {})])
    assert store.do(inbox.oldest_waiting, "web", "a") == one
    assert store.do(inbox.finish, one.id)
    assert not store.do(inbox.finish, one.id)
    assert store.do(inbox.oldest_waiting, "web", "a") == two
    assert store.do(inbox.give_up, two.id, "failed")
    assert store.do(inbox.oldest_waiting, "web", "a") is None
    assert store.do(inbox.oldest_waiting, "telegram", "b") is None


def test_what_is_left_behind_is_found_by_how_long_it_waits(store: Store, clock: RehearsalClock) -> None:
    store.do(inbox.receive, "web", [("x", "a", {}), ("y", "a", {})])
    clock.move(clock.now() + timedelta(seconds=20))
    store.do(inbox.receive, "web", [("z", "b", {})])
    assert store.do(inbox.waiting_addresses, timedelta(seconds=10)) == [("web", "a")]
    assert store.do(inbox.waiting_addresses, timedelta(0)) == [("web", "a"), ("web", "b")]


def test_anything_a_person_types_can_be_stored(store: Store) -> None:
    nasty = {"text": "=HYPERLINK(1)\x00<b>\ud83d 好"}
    assert store.do(inbox.receive, "web", [("x", "a", nasty)])[0].payload == nasty
    found = store.do(inbox.oldest_waiting, "web", "a")
    assert found is not None
    assert found.payload == nasty


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_replicas_serve_one_person_one_after_the_other(store: Store) -> None:
    one, two = store.do(inbox.receive, "web", [("x", "a", {}), ("y", "a", {})])
    looked, may_end = threading.Event(), threading.Event()

    def serve_slowly(work: Work) -> Incoming | None:
        found = inbox.oldest_waiting(work, "web", "a")
        looked.set()
        may_end.wait(10)
        inbox.finish(work, one.id)
        return found

    def run(results: list[Incoming | None]) -> None:
        results.append(store.do(inbox.oldest_waiting, "web", "a"))

    slow: list[Incoming | None] = []
    quick: list[Incoming | None] = []
    first = threading.Thread(target=lambda: slow.append(store.do(serve_slowly)))
    second = threading.Thread(target=run, args=(quick,))
    first.start()
    assert looked.wait(10)
    second.start()
    second.join(0.2)
    assert quick == []
    may_end.set()
    first.join()
    second.join()
    assert (slow, quick) == ([one], [two])
