"""A dispatcher over the real Telegram channel, a Bot API server, and a database of either kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.core.messages import Attachment, Message
from bot.services import notices
from exports.channels.bot_api import BotApi
from exports.channels.telegram import TelegramChannel
from exports.files import Maker
from scheduler.dispatcher import Dispatcher
from storage import people
from storage.files import FileStore
from storage.tables import Account, Outbox
from tests.kit.botapi import BotApiServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from bot.clock import RehearsalClock
    from storage.work import Store, Work

ANNA, BOB = 7001, 7002


@dataclass
class Desk:
    """What a test of the dispatcher needs at hand."""

    store: Store
    clock: RehearsalClock
    server: BotApiServer
    dispatcher: Dispatcher
    people: dict[int, int]  # chat -> person id
    files: FileStore
    api: BotApi

    async def queue(
        self,
        chat: int,
        key: str,
        message: Message | str,
        *,
        kind: str = "notice",
        not_before: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Queue a notice for the person in this chat."""
        message = Message(message) if isinstance(message, str) else message

        def tell(work: Work) -> None:
            notices.tell(
                work, [self.people[chat]], key, message, kind=kind, not_before=not_before, expires_at=expires_at
            )

        await self.store.run(tell)

    async def states(self) -> dict[str, str]:
        """Return the state of every row by its key."""

        def look(work: Work) -> dict[str, str]:
            return {row.key: row.state for row in work.conn.execute(select(col(Outbox.key), col(Outbox.state)))}

        return await self.store.read(look)

    async def unreachable(self, chat: int) -> str:
        def look(work: Work) -> str:
            return str(work.conn.scalar(select(col(Account.unreachable)).where(col(Account.address) == str(chat))))

        return await self.store.read(look)

    def texts(self, chat: int) -> list[str]:
        """Return what the bot has said in a chat."""
        return [message.text for message in self.server.by_bot(chat)]

    def another(self, owner: str) -> Dispatcher:
        """Return the dispatcher of another process on the same database."""
        return _dispatcher(self.store, self.files, self.api, owner)


def _dispatcher(store: Store, files: FileStore, api: BotApi, owner: str) -> Dispatcher:
    channel = TelegramChannel(api, pause=0.01)
    return Dispatcher(store, {"telegram": channel}, Maker(store, files), owner=owner)


@pytest.fixture
async def desk(store: Store, clock: RehearsalClock, tmp_path: Path) -> AsyncIterator[Desk]:
    files = FileStore(tmp_path / "files")
    async with BotApiServer() as server, BotApi(server.token, server.url, read=0.5) as api:
        persons = {}
        for chat, name in ((ANNA, "甲联系人"), (BOB, "乙联系人")):
            server.known(chat, name)
            persons[chat] = await store.run(_enrol, str(chat), name)
        yield Desk(store, clock, server, _dispatcher(store, files, api, "first"), persons, files, api)


def _enrol(work: Work, address: str, name: str) -> int:
    person_id = people.create_person(work, name)
    people.bind(work, people.account(work, "telegram", address).id, person_id)
    return person_id


@pytest.fixture
def pdf(desk: Desk) -> Attachment:
    """A stored file, ready to be attached."""
    file = desk.files.put(b"%PDF-1.7 stamped", "报告（盖章）.pdf", "application/pdf")
    return Attachment("file", file.sha256, file.name)
