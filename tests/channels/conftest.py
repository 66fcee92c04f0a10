from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exports.channels.telegram import TelegramChannel

if TYPE_CHECKING:
    from exports.channels.bot_api import BotApi


@pytest.fixture
async def telegram(api: BotApi) -> TelegramChannel:
    return TelegramChannel(api, pause=0.01)
