from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.channels.bot_api import BotApi
from exports.channels.telegram import TelegramChannel
from tests.kit.botapi import BotApiServer
from tests.kit.phone import Phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
async def api(server: BotApiServer) -> AsyncIterator[BotApi]:
    async with BotApi(server.token, server.url) as api:
        yield api


@pytest.fixture
async def telegram(api: BotApi) -> TelegramChannel:
    return TelegramChannel(api, pause=0.01)


@pytest.fixture
async def phone(server: BotApiServer) -> Phone:
    return Phone(server, 7001, "甲联系人")
