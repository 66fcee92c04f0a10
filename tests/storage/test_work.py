from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.core.problems import Problem
from storage import drafts, people, settings
from storage.engine import DatabaseError, open_engine
from storage.jobs import StoreClosedError
from storage.work import Store, Work

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign


def add(work: Work, name: str) -> int:
    return people.create_person(work, name)


def names(work: Work) -> list[str]:
    return list(work.conn.scalars(text("SELECT name FROM person ORDER BY id")))


def add_and_fail(work: Work, name: str) -> None:
    people.create_person(work, name)
    raise Problem("changed_my_mind")


async def test_what_a_use_case_returns_is_durable_by_then(
    store: Store, database_url: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    assert await store.run(add, "甲") == 1
    other = Store(database_url, now=clock.now, campaign=campaign)
    assert await other.read(names) == ["甲"]
    await other.aclose()


async def test_an_exception_comes_back_and_undoes_its_use_case(store: Store) -> None:
    with pytest.raises(Problem):
        await store.run(add_and_fail, "甲")
    assert await store.read(names) == []


async def test_one_that_fails_in_a_group_takes_only_its_own_changes_back(store: Store) -> None:
    results = await asyncio.gather(
        *(store.run(add_and_fail if n % 3 == 0 else add, f"第{n}") for n in range(60)), return_exceptions=True
    )
    assert [isinstance(result, Problem) for result in results] == [n % 3 == 0 for n in range(60)]
    assert sorted(await store.read(names)) == sorted(f"第{n}" for n in range(60) if n % 3)


async def test_a_broken_statement_in_a_group_leaves_the_others(store: Store) -> None:
    def break_it(work: Work) -> None:
        people.create_person(work, "broken")
        work.conn.execute(text("INSERT INTO person (id) VALUES (NULL)"))

    results = await asyncio.gather(
        *(store.run(break_it) if n == 5 else store.run(add, str(n)) for n in range(12)), return_exceptions=True
    )
    assert isinstance(results[5], DBAPIError)
    assert sorted(await store.read(names)) == sorted(str(n) for n in range(12) if n != 5)


async def test_of_two_hundred_rivals_each_step_is_taken_by_one(store: Store) -> None:
    person = await store.run(add, "甲")
    draft = await store.run(drafts.create, person, "weekly", "weekly/2020-W28@x")

    def step(work: Work) -> bool:
        row = drafts.load(work, draft)
        assert row is not None
        return drafts.advance(work, draft, row.revision, row.revision + 1, {"steps": row.revision + 1})

    assert all(await asyncio.gather(*(store.run(step) for _ in range(200))))
    row = await store.run(drafts.load, draft)
    assert row is not None
    assert (row.revision, row.state) == (200, {"steps": 200})


async def test_two_hundred_people_at_once(store: Store) -> None:
    ids = await asyncio.gather(*(store.run(add, str(n)) for n in range(200)))
    assert len(set(ids)) == 200
    assert len(await store.read(names)) == 200


async def test_a_task_that_gives_up_waiting_disturbs_nobody(store: Store) -> None:
    tasks = [asyncio.create_task(store.run(add, str(n))) for n in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(each, int) for each in done) >= 20
    assert await store.run(add, "next")


async def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError):
        await store.read(add, "甲")
    assert await store.run(add, "乙")


async def test_a_closed_store_refuses_and_has_finished_what_it_took(
    store: Store, database_url: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    taken = [asyncio.create_task(store.run(add, str(n))) for n in range(30)]
    await asyncio.sleep(0)
    await store.aclose()
    assert len(await asyncio.gather(*taken)) == 30
    with pytest.raises(StoreClosedError):
        await store.run(add, "late")
    with pytest.raises(StoreClosedError):
        await store.read(names)
    again = Store(database_url, now=clock.now, campaign=campaign)
    assert len(await again.read(names)) == 30
    await again.aclose()


def test_threads_and_several_event_loops_share_a_store(store: Store) -> None:
    async def some(prefix: str) -> None:
        await asyncio.gather(*(store.run(add, f"{prefix}{n}") for n in range(20)))

    threads = [threading.Thread(target=lambda name=name: asyncio.run(some(name))) for name in "abc"]
    for thread in threads:
        thread.start()
    assert store.do(add, "main")
    for thread in threads:
        thread.join()
    assert len(store.do(names)) == 61


async def test_the_moment_of_a_use_case_is_the_stores_clock(store: Store, clock: RehearsalClock) -> None:
    def moment(work: Work) -> object:
        return work.now

    assert await store.run(moment) == clock.now()


async def test_a_setting_is_kept_and_replaced(store: Store) -> None:
    await store.run(settings.put, "greeting", "一")
    await store.run(settings.put, "greeting", "二")
    assert await store.read(settings.get, "greeting") == "二"
    assert await store.read(settings.get, "nothing") is None


async def test_the_day_of_installation_is_remembered_once(store: Store, clock: RehearsalClock) -> None:
    first = await store.read(settings.installed_at)
    await asyncio.to_thread(store.migrate)
    assert await store.read(settings.installed_at) == first < clock.now()


async def test_on_a_full_disk_everybody_hears_the_truth(
    tmp_path: Path, clock: RehearsalClock, campaign: Campaign
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'small.db'}", now=clock.now, campaign=campaign)
    store.migrate()

    def leave_room(work: Work, pages: int) -> None:
        used = work.conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        work.conn.exec_driver_sql(f"PRAGMA max_page_count={used + pages}")

    await store.run(leave_room, 6)
    results = await asyncio.gather(*(store.run(add, "甲" * 3000) for _ in range(20)), return_exceptions=True)
    told = sum(isinstance(result, int) for result in results)
    assert 0 < told < 20
    assert len(await store.read(names)) == told
    assert all(isinstance(result, int | sqlite3.OperationalError | DBAPIError) for result in results)
    await store.run(leave_room, 1000)
    assert await store.run(add, "still working")
    await store.aclose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_the_server_dropped_are_made_anew(store: Store, database_url: str) -> None:
    await asyncio.gather(*(store.run(add, str(n)) for n in range(20)))
    with open_engine(database_url, pooled=False).begin() as admin:
        ended = text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'duban' AND pid <> pg_backend_pid() AND state = 'idle'"
        )
        assert len(admin.execute(ended).all()) > 1
    await asyncio.gather(*(store.run(add, str(n)) for n in range(20)))
    assert len(await store.read(names)) == 40


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_that_block_each_other_both_get_through(store: Store) -> None:
    person = await store.run(add, "甲")
    one, two = [await store.run(drafts.create, person, "weekly", subject) for subject in "ab"]
    both_hold_one = threading.Barrier(2)

    def step(work: Work, first: int, second: int) -> None:
        drafts.load(work, first)
        with contextlib.suppress(threading.BrokenBarrierError):  # nobody comes the second time
            both_hold_one.wait(0.3)
        row = drafts.load(work, second)
        assert row is not None
        assert drafts.advance(work, second, row.revision, row.revision + 1, {})

    await asyncio.gather(store.run(step, one, two), store.run(step, two, one))
    assert [row.revision for row in await store.read(drafts.of_person, person)] == [1, 1]


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_a_database_it_cannot_use_is_refused_in_a_sentence(url: str, campaign: Campaign) -> None:
    with pytest.raises(DatabaseError, match="数据库地址有误"):
        Store(url, now=lambda: pytest.fail("no clock yet"), campaign=campaign)


def test_a_server_that_is_not_there_is_told_in_a_sentence(
    tmp_path: Path, clock: RehearsalClock, campaign: Campaign
) -> None:
    store = Store(f"postgresql:///none?host={tmp_path}", now=clock.now, campaign=campaign)
    with pytest.raises(DatabaseError, match="数据库无法使用"):
        store.migrate()
    store.close()


async def test_what_fails_names_no_values(store: Store) -> None:
    def fail(work: Work) -> None:
        work.conn.execute(text("SELECT * FROM nowhere WHERE token = :token"), {"token": "let-me-in"})

    with pytest.raises(DBAPIError) as failed:
        await store.run(fail)
    assert "let-me-in" not in str(failed.value)
