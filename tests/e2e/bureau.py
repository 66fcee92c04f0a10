"""A bureau in a test: a database, a Bot API server, the bots that serve it, and people with phones."""

from __future__ import annotations

import asyncio
import itertools
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from bot.core.access import UNIT_ROLES
from bot.core.messages import Message
from storage import outbox, people, settings, submissions
from storage.tables import Outbox
from storage.work import Store, Work
from tests.kit.botapi import BotApiServer
from tests.kit.phone import Phone
from tests.kit.process import TOKEN, Bot

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.campaign import Campaign
    from storage.submissions import Filed

#: When the product was set up here: on the Thursday before the Friday of the tests, so that only week 28 is owed.
INSTALLED = "2020-07-09T09:00:00+08:00"
PERIOD = "2020-W28"
_users = itertools.count(7001)


class Bureau:
    """Everything around the bot. The store is the test's own way to look at the database."""

    def __init__(self, server: BotApiServer, database: str, folder: Path, campaign: Campaign) -> None:
        self.server = server
        self.database = database
        self.folder = folder
        self.campaign = campaign
        self.bots: list[Bot] = []
        installed = datetime.fromisoformat(INSTALLED)
        self.store = Store(database, now=lambda: installed, campaign=campaign)

    @classmethod
    async def open(cls, database: str, folder: Path, campaign: Campaign) -> Bureau:
        server = BotApiServer(token=TOKEN)
        await server.start()
        bureau = cls(server, database, folder, campaign)
        await bureau.store.run(settings.put, settings.INSTALLED, INSTALLED)
        return bureau

    async def close(self) -> None:
        for bot in self.bots:
            await bot.kill()
        await self.store.aclose()
        await self.server.stop()
        for bot in self.bots:
            bot.behaved()

    def bot(self, clock: str, **how: Any) -> Bot:  # noqa: ANN401 - the fields of Bot
        """Return a bot of this bureau, not started yet; `clock` is local: "2020-07-10 12:00"."""
        bot = Bot(self.server, self.database, self.folder, moment(clock), **how)
        self.bots.append(bot)
        return bot

    async def person(self, name: str, role: str, unit: str = "") -> Phone:
        """Bring in somebody who was invited and has opened the chat."""
        phone = Phone(self.server, next(_users), name, timeout=15)

        def enrol(work: Work) -> None:
            person_id = people.create_person(work, name)
            people.grant(work, person_id, role, unit if role in UNIT_ROLES else "")
            people.bind(work, people.account(work, "telegram", str(phone.user)).id, person_id)

        await self.store.run(enrol)
        return phone

    async def filed(self, unit: str) -> list[Filed]:
        """Return every version of the unit's report for the week."""
        rows = await self.store.read(submissions.versions, "weekly", PERIOD)
        return [row for row in rows if row.unit == unit]

    async def outbox(self, *states: str) -> list[tuple[str, str, str]]:
        """Return (key, state, error) of the outbox rows in one of these states, oldest first."""

        def look(work: Work) -> list[tuple[str, str, str]]:
            query = select(col(Outbox.key), col(Outbox.state), col(Outbox.error)).order_by(col(Outbox.id))
            rows = work.conn.execute(query.where(col(Outbox.state).in_(states)))
            return [(row[0], row[1], row[2]) for row in rows]

        return await self.store.read(look)

    async def beats(self, bot: Bot) -> None:
        """Start this bot and wait until its first heartbeat has planned and sent all it had to."""
        key = f"beat/{next(_users)}"
        watcher = self.server.known(next(_users), "值班手机")

        def put(work: Work) -> None:
            told = Message(f"值班铃 {key}").to_json()
            outbox.put(
                work, key=key, recipient=key, kind="notice", channel="telegram", address=str(watcher.id), payload=told
            )

        await self.store.run(put)
        await bot.start()
        await self.server.wait_for(lambda: self.server.by_bot(watcher.id), 15)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is left to be sent now."""
        async with asyncio.timeout(30):
            while await self.outbox("new", "claimed", "sending"):  # noqa: ASYNC110 - another process empties it
                await asyncio.sleep(0.05)

    def unit_name(self, key: str) -> str:
        return self.campaign.unit(key).name


def moment(local: str) -> str:
    """Return "2020-07-10 12:00" as DUBAN_CLOCK takes it."""
    return datetime.fromisoformat(local).isoformat() + "+08:00"


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
