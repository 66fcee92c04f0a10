from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import campaigns
from bot.core.messages import Button, Message
from exports.channels.base import Parcel
from exports.channels.telegram import TelegramChannel
from storage import inbox
from storage.files import FileStore
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.campaign import Campaign
    from exports.channels.bot_api import BotApi
    from storage.inbox import Incoming
    from tests.kit.botapi import BotApiServer
    from tests.kit.phone import Phone

NOON = datetime(2020, 7, 10, 4, tzinfo=UTC)


@cache
def campaign() -> Campaign:
    return campaigns.load(Path("campaigns/sample-2020.toml"))


def open_store(url: str) -> Store:
    return Store(url, now=lambda: NOON, campaign=campaign())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "duban.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{database}")
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def card(api: BotApi, phone: Phone) -> Message:
    """A message with buttons on the phone's screen."""
    message = Message("请签批", buttons=((Button("同意报送", "s:ok:1"),),))
    await TelegramChannel(api).deliver(Parcel(str(phone.user), message))
    return message


@pytest.fixture
def newest(server: BotApiServer, store: Store) -> Callable[[], Incoming]:
    """Take what the server has for the bot into the inbox; returns the last of it."""

    def take() -> Incoming:
        rows = [(str(update["update_id"]), "7001", update) for update in server.updates]
        return list(store.do(inbox.receive, "telegram", rows))[-1]

    return take
