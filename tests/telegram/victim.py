"""A process that dies right after its inbox commit, before Telegram is told: `victim URL TOKEN DATABASE`."""

from __future__ import annotations

import asyncio
import os
import sys

from exports.channels.bot_api import BotApi
from handlers.telegram.ingress import Polling, Receiver
from tests.telegram.conftest import open_store


async def main(url: str, token: str, database: str) -> None:
    async with BotApi(token, url) as api:
        await Polling(api, Receiver(open_store(database), lambda _: os._exit(137))).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
