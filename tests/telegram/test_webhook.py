from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from handlers.telegram.ingress import Polling, Receiver, RefusedError
from handlers.telegram.webhook import BODY, register, webhook_route
from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.core.messages import Message
    from exports.channels.bot_api import BotApi
    from storage.inbox import Incoming
    from storage.work import Store
    from tests.kit.botapi import BotApiServer
    from tests.kit.phone import Phone

ME = 7001
SECRET = "s3cret-Token_1"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture
def arrivals() -> list[Incoming]:
    return []


@pytest.fixture
async def url(store: Store, arrivals: list[Incoming]) -> AsyncIterator[str]:
    app = Starlette(routes=[webhook_route(Receiver(store, arrivals.append), SECRET, "/telegram")])
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    web = uvicorn.Server(config)
    task = asyncio.create_task(web.serve())
    while not web.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}/telegram"
    web.should_exit = True
    await task


def stored(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as other:
        return [source for (source,) in other.execute("SELECT source FROM inbox ORDER BY id")]


async def test_updates_are_posted_stored_and_handed_on(
    server: BotApiServer, api: BotApi, url: str, database: Path, arrivals: list[Incoming]
) -> None:
    waiting = server.says(ME, "先前的话")
    await register(api, url, SECRET)
    update = server.says(ME, "你好")
    await server.wait_for(lambda: not server.updates)
    assert sorted(stored(database)) == sorted([str(waiting), str(update)])
    assert {incoming.payload["message"]["text"] for incoming in arrivals} == {"先前的话", "你好"}


async def test_a_tap_is_answered_in_the_same_breath(
    server: BotApiServer, api: BotApi, url: str, phone: Phone, card: Message, arrivals: list[Incoming]
) -> None:
    await register(api, url, SECRET)
    await phone.taps("同意报送", answered=False)
    await server.wait_for(lambda: server.answered_taps)
    assert len(arrivals) == 1
    assert not server.waiting_taps


@pytest.mark.parametrize("headers", [{}, {next(iter(HEADER)): "guess"}, {next(iter(HEADER)): "密"}])
async def test_without_the_secret_nothing_is_taken(url: str, database: Path, headers: dict[str, str]) -> None:
    update = {"update_id": 1, "message": {"text": "/start"}}
    async with httpx.AsyncClient() as stranger:
        encoded = httpx.Headers({name.encode(): value.encode() for name, value in headers.items()})
        assert (await stranger.post(url, json=update, headers=encoded)).status_code == 403
        assert (await stranger.get(url)).status_code == 405
    assert not stored(database)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (BODY + 1), 413),
        (b"{", 200),
        (b"[]", 200),
        (b'"\xff"', 200),
        (b"{}", 200),
        (b'{"update_id":1}', 200),
    ],
)
async def test_what_is_no_update_is_put_away(url: str, database: Path, body: bytes, status: int) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(url, content=body, headers=HEADER)).status_code == status
    assert not stored(database)


async def test_an_update_is_posted_again_until_it_is_stored(
    server: BotApiServer, api: BotApi, url: str, database: Path, arrivals: list[Incoming]
) -> None:
    with contextlib.closing(sqlite3.connect(database)) as other:
        other.execute("ALTER TABLE inbox RENAME TO away")
        await register(api, url, SECRET)
        server.says(ME, "还在吗")
        await asyncio.sleep(0.1)
        assert server.unconfirmed == 1
        other.execute("ALTER TABLE away RENAME TO inbox")
        await server.wait_for(lambda: not server.updates)
    assert len(arrivals) == 1


async def test_an_update_posted_twice_is_taken_once(url: str, database: Path, arrivals: list[Incoming]) -> None:
    person = {"id": ME, "is_bot": False, "first_name": "甲"}
    message = {
        "message_id": 2,
        "from": person,
        "chat": {"id": ME, "type": "private"},
        "date": 1,
        "text": "好",
    }
    async with httpx.AsyncClient() as telegram:
        for _ in range(2):
            answer = await telegram.post(url, json={"update_id": 5, "message": message}, headers=HEADER)
            assert answer.status_code == 200
    assert stored(database) == ["5"]
    assert len(arrivals) == 1


async def test_registering_waits_for_the_network_and_names_a_wrong_address(server: BotApiServer, api: BotApi) -> None:
    server.faults.append(Fault("setWebhook", status=502, times=2))
    await register(api, "https://duban.example/telegram", SECRET, pause=0.01)
    assert server.webhook["secret_token"] == SECRET
    with pytest.raises(RefusedError, match="https url"):
        await register(api, "ftp://duban.example", SECRET)


async def test_polling_takes_over_from_a_webhook(
    server: BotApiServer, api: BotApi, store: Store, arrivals: list[Incoming]
) -> None:
    await register(api, "https://127.0.0.1:1/nobody", SECRET)
    server.says(ME, "换一种方式")
    task = asyncio.create_task(Polling(api, Receiver(store, arrivals.append), wait=1).run())
    await server.wait_for(lambda: not server.updates)
    task.cancel()
    assert len(arrivals) == 1
