from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from exports.channels.bot_api import BotApi
from handlers.telegram.ingress import COMMANDS, Polling, Receiver, RefusedError, introduce
from storage import people
from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage.inbox import Incoming
    from storage.work import Store
    from tests.kit.botapi import BotApiServer

ME = 7001


class Arrivals(list["Incoming"]):
    @property
    def texts(self) -> list[str]:
        return [incoming.payload["message"]["text"] for incoming in self]


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@contextlib.asynccontextmanager
async def polling(api: BotApi, store: Store, arrivals: list[Incoming]) -> AsyncIterator[None]:
    poll = Polling(api, Receiver(store, arrivals.append), wait=1, pause=0.01)
    task = asyncio.create_task(poll.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def stored(database: Path) -> list[str]:
    """What another process sees in the inbox."""
    with contextlib.closing(sqlite3.connect(database)) as other:
        return [source for (source,) in other.execute("SELECT source FROM inbox ORDER BY id")]


async def test_telegram_is_told_only_after_the_commit(
    server: BotApiServer, api: BotApi, store: Store, database: Path
) -> None:
    seen = []

    def look(_: Incoming) -> None:
        seen.append((stored(database), server.unconfirmed))

    update = server.says(ME, "你好")
    task = asyncio.create_task(Polling(api, Receiver(store, look), wait=1).run())
    await server.wait_for(lambda: not server.updates)
    task.cancel()
    assert seen == [([str(update)], 1)]


async def test_what_a_killed_process_had_taken_is_served_once(
    server: BotApiServer, api: BotApi, store: Store, database: Path, arrivals: Arrivals
) -> None:
    for text in ("一", "二", "三"):
        server.says(ME, text)
    victim = [
        sys.executable,
        "-m",
        "tests.telegram.victim",
        server.url,
        server.token,
        f"sqlite:///{database}",
    ]
    died = await asyncio.to_thread(subprocess.run, victim, timeout=30, check=False)
    assert died.returncode == 137
    assert len(stored(database)) == 3
    assert server.unconfirmed == 3
    async with polling(api, store, arrivals):
        server.says(ME, "四")
        await server.wait_for(lambda: not server.updates)
    assert len(stored(database)) == 4
    assert arrivals.texts[-1] == "四"
    assert arrivals.texts.count("一") <= 1


async def test_more_than_one_batch_arrives_whole_and_in_order(
    server: BotApiServer, api: BotApi, store: Store, arrivals: Arrivals
) -> None:
    wanted = [f"第{n}条" for n in range(250)]
    for text in wanted:
        server.says(ME, text)
    async with polling(api, store, arrivals):
        await server.wait_for(lambda: not server.updates)
    assert arrivals.texts == wanted


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getUpdates", status=502, times=2),
        Fault("getUpdates", status=429, retry_after=1),
        Fault("getUpdates", drop="before", times=2),
        Fault("getUpdates", drop="after", times=2),
        Fault("deleteWebhook", status=500, times=2),
    ],
)
async def test_a_shaky_network_loses_and_doubles_nothing(
    server: BotApiServer, api: BotApi, store: Store, arrivals: Arrivals, fault: Fault
) -> None:
    server.faults.append(fault)
    async with polling(api, store, arrivals):
        for text in ("一", "二", "三"):
            server.says(ME, text)
            await asyncio.sleep(0.01)
        await server.wait_for(lambda: not server.updates)
    assert arrivals.texts == ["一", "二", "三"]


async def test_a_database_that_is_away_is_waited_for(
    server: BotApiServer, api: BotApi, store: Store, database: Path, arrivals: Arrivals
) -> None:
    with contextlib.closing(sqlite3.connect(database)) as other:
        other.execute("ALTER TABLE inbox RENAME TO away")
        async with polling(api, store, arrivals):
            server.says(ME, "还在吗")
            await server.wait_for(lambda: server.counts["getUpdates"] > 2)
            assert server.unconfirmed == 1
            other.execute("ALTER TABLE away RENAME TO inbox")
            await server.wait_for(lambda: not server.updates)
    assert arrivals.texts == ["还在吗"]


async def test_ids_that_start_anew_are_not_passed_over(
    server: BotApiServer, api: BotApi, store: Store, arrivals: Arrivals
) -> None:
    async with polling(api, store, arrivals):
        server.says(ME, "放假前")
        await server.wait_for(lambda: not server.updates)
        asked = server.counts["getUpdates"]
        await server.wait_for(lambda: server.counts["getUpdates"] > asked + 1)
        server.next_update = 5
        server.says(ME, "放假后")
        await server.wait_for(lambda: not server.updates)
    assert arrivals.texts == ["放假前", "放假后"]


async def test_a_second_poller_is_told_of_and_harms_nothing(
    server: BotApiServer, api: BotApi, store: Store, arrivals: Arrivals, caplog: pytest.LogCaptureFixture
) -> None:
    async with BotApi(server.token, server.url) as other, polling(api, store, arrivals):
        await server.wait_for(lambda: server.counts["getUpdates"] == 1)
        rival = asyncio.create_task(other.poll({}, wait=1))
        await server.wait_for(lambda: "同一个机器人令牌" in caplog.text)
        rival.cancel()
        server.says(ME, "还是我")
        await server.wait_for(lambda: not server.updates)
    assert arrivals.texts == ["还是我"]


async def test_groups_are_confirmed_and_ignored(
    server: BotApiServer, api: BotApi, store: Store, database: Path, arrivals: Arrivals
) -> None:
    server.known(-5, kind="supergroup")
    server.message(-5, {"text": "大家好"}, sender=ME)
    server.push({"edited_message": {"message_id": 1}})
    server.push({"message": "没有见过的样子"})
    async with polling(api, store, arrivals):
        await server.wait_for(lambda: not server.updates)
    assert not arrivals
    assert not stored(database)


async def test_who_blocks_the_bot_is_known_to_be_out_of_reach(
    server: BotApiServer, api: BotApi, store: Store, database: Path, arrivals: Arrivals
) -> None:
    def reason() -> str:
        with contextlib.closing(sqlite3.connect(database)) as other:
            return str(other.execute("SELECT unreachable FROM account WHERE address = '7001'").fetchone()[0])

    store.do(people.account, "telegram", str(ME))
    async with polling(api, store, arrivals):
        server.blocks(ME)
        await server.wait_for(lambda: not server.updates)
        assert reason() == "blocked"
        server.blocks(ME, blocked=False)
        await server.wait_for(lambda: not server.updates)
        assert not reason()


async def test_a_refused_token_ends_it_in_one_sentence(store: Store, server: BotApiServer) -> None:
    async with BotApi("110201543:wrong", server.url) as api:
        with pytest.raises(RefusedError, match="DUBAN_TELEGRAM_TOKEN") as refusal:
            await Polling(api, Receiver(store, lambda _: None)).run()
        assert "wrong" not in str(refusal.value)
        with pytest.raises(RefusedError):
            await introduce(api)


async def test_a_token_withdrawn_while_polling_ends_it(server: BotApiServer, api: BotApi, store: Store) -> None:
    task = asyncio.create_task(Polling(api, Receiver(store, lambda _: None), wait=1).run())
    await server.wait_for(lambda: server.counts["getUpdates"])
    server.token = "110201543:new"
    server.says(ME, "在吗")
    with pytest.raises(RefusedError):
        await asyncio.wait_for(task, 5)


async def test_the_bot_introduces_itself(server: BotApiServer, api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    server.faults.append(Fault("getMe", status=502))
    assert await introduce(api, pause=0.01) == server.username
    assert [(c["command"], c["description"]) for c in server.commands] == list(COMMANDS)
    server.faults.append(Fault("setMyCommands", status=500))
    with caplog.at_level(logging.WARNING):
        assert await introduce(api) == server.username
