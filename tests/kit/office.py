"""An office in a test: a store, a clock set by hand, and people who talk to the use cases as they would in a chat.

Nothing is replaced: inputs go through the inbox, replies and notices through the outbox; only the chat system between
them is left out (the fronts have tests of their own).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select, update
from sqlmodel import col

from bot.campaigns import load
from bot.core import magic
from bot.core.messages import Button, Command, Event, FileRef, Message, Said, Sent, Tapped
from bot.services import conversation, deputies, issue_reminding, pushing, reminding, subscribing
from storage import inbox, people, settings
from storage.tables import Outbox
from storage.work import Store, Work

if TYPE_CHECKING:
    from bot.core.campaign import Campaign

SAMPLE = Path(__file__).resolve().parents[2] / "campaigns" / "sample-2020.toml"
OWNER = "test"


@dataclass
class Hands:
    """The clock the office looks at; tests move its hands."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """The bureau: its store, its campaign, its people by name."""

    store: Store
    hands: Hands
    campaign: Campaign
    chats: dict[str, Chat] = field(default_factory=dict)

    @classmethod
    async def open(cls, url: str, now: str, campaign: Campaign | None = None) -> Self:
        """Open an office on an empty database; `now` is local time in the campaign's zone: "2020-07-09 15:00"."""
        campaign = campaign or load(SAMPLE)
        hands = Hands(datetime.fromisoformat(now).replace(tzinfo=campaign.zone))
        store = Store(url, now=hands, campaign=campaign)
        store.migrate()
        await store.run(settings.put, settings.INSTALLED, hands.now.isoformat())
        return cls(store, hands, campaign)

    async def close(self) -> None:
        await self.store.aclose()

    def it_is(self, now: str) -> None:
        """Set the clock: "2020-07-10 08:30"."""
        self.hands.now = datetime.fromisoformat(now).replace(tzinfo=self.campaign.zone)

    async def person(self, name: str, *roles: tuple[str, str]) -> Chat:
        """Bring in somebody with these (role, unit) pairs, with a chat of their own."""
        chat = Chat(self, name, f"chat-{len(self.chats) + 1}")

        def enrol(work: Work) -> None:
            person_id = people.create_person(work, name)
            for role, unit in roles:
                people.grant(work, person_id, role, unit)
            people.bind(work, people.account(work, "web", chat.address).id, person_id)

        await self.store.run(enrol)
        self.chats[name] = chat
        return chat

    async def stranger(self) -> Chat:
        """Bring in somebody nobody knows."""
        name = f"stranger-{len(self.chats)}"
        self.chats[name] = Chat(self, name, name)
        return self.chats[name]

    async def beat(self) -> None:
        """Do what a heartbeat does but for the sending: queue what is due, then let everything queued arrive."""
        await self.store.run(deputies.end_due)
        await self.store.run(reminding.remind)
        await self.store.run(pushing.push_tables)
        await self.store.run(issue_reminding.remind)
        await self.store.run(subscribing.remind)
        await self.arrive()
        await self.store.run(pushing.tell_failing)
        await self.arrive()

    async def arrive(self) -> None:
        """Hand out what is queued for a chat and due, as the dispatcher would."""

        def hand_out(work: Work) -> list[tuple[str, dict[str, Any]]]:
            due = select(col(Outbox.id), col(Outbox.address), col(Outbox.payload)).where(
                col(Outbox.channel) == "web", col(Outbox.state) == "new", col(Outbox.not_before) <= work.now
            )
            rows = work.conn.execute(due.order_by(col(Outbox.id))).all()
            work.conn.execute(
                update(Outbox)
                .where(col(Outbox.id).in_([row.id for row in rows]))
                .values(state="sent", sent_at=work.now)
            )
            return [(row.address, row.payload) for row in rows]

        by_address = {chat.address: chat for chat in self.chats.values()}
        for address, payload in await self.store.run(hand_out):
            by_address[address].receive(Message.from_json(payload))

    async def rows(self, state: str) -> list[tuple[str, str, str]]:
        """Return (key, recipient, error) of the outbox rows in a state, oldest first."""

        def look(work: Work) -> list[tuple[str, str, str]]:
            query = select(col(Outbox.key), col(Outbox.recipient), col(Outbox.error)).where(col(Outbox.state) == state)
            return [tuple(row) for row in work.conn.execute(query.order_by(col(Outbox.id)))]  # type: ignore[misc]

        return await self.store.run(look)

    async def everyone_files(self, units: list[str]) -> None:
        """Let these units file this week's zero report and sign it."""
        for unit in units:
            contact = self.chats.get(f"{unit}联系人") or await self.person(f"{unit}联系人", ("contact", unit))
            head = self.chats.get(f"{unit}负责人") or await self.person(f"{unit}负责人", ("head", unit))
            await contact.taps("填报本周信息")
            await contact.taps("零报告")
            await head.taps("同意报送")


_sources = itertools.count(1)


@dataclass
class Chat:
    """One person in front of the chat: what they see, and what they do."""

    office: Office
    name: str
    address: str
    messages: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message:
        """The newest message."""
        return self.messages[-1]

    def receive(self, message: Message) -> None:
        self.messages.append(message)

    def sees(self, words: str) -> bool:
        """Tell whether the newest message has these words in its title, text or buttons."""
        return words in "\n".join([self.last.title, self.last.text, *self.labels()])

    def labels(self, message: Message | None = None) -> list[str]:
        """Return the labels of a message's buttons, by default the newest one's."""
        return [button.label for row in (message or self.last).buttons for button in row]

    async def says(self, text: str) -> Message:
        """Type something; return the newest answer. A leading "/" makes it a command."""
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            return await self.does(Command(name, argument))
        return await self.does(Said(text))

    async def taps(self, label: str) -> Message:
        """Tap the newest button with this in its label; /menu is opened first when there is none in sight."""
        button = self.find(label)
        if button is None:
            await self.says("/menu")
            button = self.find(label)
        assert button is not None, f"{self.name} sees no {label}: {self.labels()}"
        return await self.does(Tapped(button.action))

    def find(self, label: str) -> Button | None:
        """Return the newest button with this in its label."""
        for message in reversed(self.messages[-4:]):
            for row in message.buttons:
                for button in row:
                    if label in button.label:
                        return button
        return None

    async def sends(self, name: str, content: bytes = b"%PDF-1.4 test", mime: str = "application/pdf") -> Message:
        """Send a file."""
        return await self.does(Sent(FileRef("0" * 64, name, len(content), magic.type_of(content, name, mime))))

    async def does(self, event: Event, source: str = "") -> Message:
        """Let an event come in and be answered; the same `source` twice is the same input delivered twice."""
        row: tuple[str, str, dict[str, Any]] = (source or f"{self.address}-{next(_sources)}", self.address, {})
        for incoming in await self.office.store.run(inbox.receive, "web", [row]):
            served = await self.office.store.run(conversation.serve, incoming, event, OWNER)
            for reply in served.replies:
                self.receive(Message.from_json(reply.payload))
        await self.office.arrive()
        return self.last

    async def answers(self, *steps: str) -> None:
        """Answer one question after another: "tap:…" taps, anything else is typed."""
        for step in steps:
            await (self.taps(step.removeprefix("tap:")) if step.startswith("tap:") else self.says(step))


Minutes = Callable[[int], timedelta]
