"""The office of the play: as `tests.kit.office`, with a journal of what arrives and of who comes and goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.core.messages import Message, Tapped
from bot.services import enrolment
from storage import outbox
from storage.tables import Outbox
from tests.campaign.journal import Cause, Journal, Member, Shown
from tests.kit.office import Chat, Office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from storage.work import Work


class Phone(Chat):
    """A chat whose every message is in the journal."""

    office: Bureau

    page: Message = Message("")  # the newest answer: what they are looking at

    def receive(self, message: Message) -> None:
        super().receive(message)
        self.page = message
        self.office.journal.shown.append(Shown(self.office.now, self.name, "answer", message))

    def notice(self, message: Message, key: str, made: datetime) -> None:
        """Take in a message that nobody's own tap has asked for."""
        super().receive(message)
        cause: Cause = "clock" if self.office.beating and made == self.office.hands.now else "deed"
        self.office.journal.shown.append(Shown(self.office.now, self.name, cause, message, key, made))

    def told(self, words: str) -> bool:
        """Tell whether the page has these words."""
        return words in "\n".join([self.page.title, self.page.text, *self.labels(self.page)])

    async def menu(self, label: str) -> Message:
        """Open the menu and tap this."""
        await self.says("/menu")
        return await self.tap(label)

    async def tap(self, label: str) -> Message:
        """Tap a button of the page."""
        return await self.tap_in(self.page, label)

    async def tap_in(self, message: Message, label: str) -> Message:
        """Scroll up to a message and tap the button with this in its label."""
        for button in (button for row in message.buttons for button in row):
            if label in button.label:
                return await self.does(Tapped(button.action))
        raise AssertionError(f"{self.name} sees no {label} in {message}")


@dataclass
class Bureau(Office):
    """The bureau, watched."""

    journal: Journal = field(default_factory=Journal)
    beating: bool = False

    @property
    def now(self) -> datetime:
        return self.hands.now.astimezone(self.campaign.zone)

    async def person(self, name: str, *roles: tuple[str, str]) -> Phone:
        chat = await super().person(name, *roles)
        phone = Phone(self, name, chat.address)
        self.chats[name] = phone
        for role, unit in roles:
            self.journal.members.append(Member(name, role, unit, self.now))
        return phone

    async def door(self) -> None:
        """Let invitations lead somewhere."""
        await self.store.run(enrolment.remember_door, enrolment.TELEGRAM, "duban_bot")

    async def takes_over(self, leaver: Phone, name: str, link: str) -> Phone:
        """Let somebody open the invitation in which they take over a role."""
        phone = Phone(self, name, f"chat-{len(self.chats) + 1}")
        self.chats[name] = phone
        await phone.says(f"/start {link.rpartition('=')[2]}")
        members = self.journal.members
        (post,) = (each for each in members if each.name == leaver.name)
        members[members.index(post)] = replace(post, left=self.now)
        members.append(replace(post, name=name, joined=self.now))
        return phone

    async def beat(self) -> None:
        self.journal.beats.append(self.now)
        self.beating = True
        await super().beat()
        self.beating = False

    async def arrive(self) -> None:
        """Hand out what is queued and due, with what the journal wants to know of it."""
        rows = await self.store.read(_due)
        if not rows:
            return
        await self.store.run(_sent, [row.id for row in rows])
        phones = {chat.address: chat for chat in self.chats.values()}
        for row in rows:
            phone = phones[row.address]
            assert isinstance(phone, Phone)
            phone.notice(Message.from_json(row.payload), row.key, row.created_at)


def _due(work: Work) -> Sequence[Row[Any]]:
    columns = (Outbox.id, Outbox.address, Outbox.payload, Outbox.key, Outbox.created_at)
    due = select(*(col(each) for each in columns)).where(outbox.OPEN, col(Outbox.state) == "new")
    return work.conn.execute(due.where(col(Outbox.not_before) <= work.now).order_by(col(Outbox.id))).all()


def _sent(work: Work, rows: list[int]) -> None:
    work.conn.execute(update(Outbox).where(col(Outbox.id).in_(rows)).values(state="sent", sent_at=work.now))
