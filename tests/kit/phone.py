"""A person with a phone, at a `BotApiServer`: types, taps what is on the screen, and sees what comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.kit.botapi import BotApiServer, Shown


class Phone:
    """`timeout` bounds every wait; nothing more for `settle` means that was all. Both in seconds."""

    def __init__(
        self, server: BotApiServer, user: int, name: str = "", *, timeout: float = 5.0, settle: float = 0.04
    ) -> None:
        self.server = server
        self.user = user
        self.timeout = timeout
        self.settle = settle
        self.chat = server.known(user, name)

    @property
    def messages(self) -> list[Shown]:
        """What the bot has said, in the order it stands there."""
        return self.server.by_bot(self.user)

    @property
    def last(self) -> Shown:
        """What the bot said or changed last: where the eye is."""
        messages = self.messages
        assert messages, f"the bot has said nothing to {self.chat.name}"
        return max(messages, key=lambda message: message.changed)

    @property
    def changes(self) -> int:
        return max((message.changed for message in self.messages), default=0)

    def finds(self, label: str) -> Shown:
        """Return the message nearest to the bottom that has this button."""
        for message in sorted(self.messages, key=lambda message: message.changed, reverse=True):
            if message.data(label) is not None:
                return message
        shown = [label for message in self.messages for label in message.labels]
        raise AssertionError(f"no button {label!r}; {self.chat.name} sees {shown}, last: {self.messages[-1:]}")

    async def says(self, text: str, *, answered: bool = True) -> None:
        """Type a text and read the answer (not waited for when none is to come)."""
        before = self.changes
        self.server.says(self.user, text)
        await self._read(before, answered=answered, after=text)

    async def taps(self, label: str, *, on: Shown | None = None, answered: bool = True) -> None:
        """Tap the button with this label (or the one that contains it) and read the answer."""
        message = on or self.finds(label)
        data = message.data(label)
        assert data is not None, f"no button {label!r} on {message}"
        await self.taps_data(data, on=message, answered=answered)

    async def taps_data(self, data: str, *, on: Shown | None = None, answered: bool = True) -> None:
        """Tap a button by its action, as one that is no longer on the screen, or is somebody else's."""
        before = self.changes
        self.server.taps(self.user, on or self.last, data)
        await self._read(before, answered=answered, after=data)

    async def sends_file(
        self,
        name: str,
        content: bytes,
        mime: str = "application/pdf",
        *,
        caption: str = "",
        answered: bool = True,
    ) -> None:
        before = self.changes
        _, document = self.server.upload(content, name, mime)
        self.server.message(self.user, {"document": document} | _caption(caption))
        await self._read(before, answered=answered, after=name)

    async def sends_photo(self, content: bytes, *, caption: str = "", answered: bool = True) -> None:
        before = self.changes
        file_id, document = self.server.upload(content, "photo.jpg", "image/jpeg")
        size = {"file_unique_id": file_id, "width": 90, "height": 60}
        thumbnail = size | {"file_id": f"{file_id}-small", "file_size": 100}
        full = size | {"file_id": file_id, "file_size": document["file_size"]}
        self.server.message(self.user, {"photo": [thumbnail, full]} | _caption(caption))
        await self._read(before, answered=answered, after="photo")

    async def sends(self, content: dict[str, object], *, answered: bool = True) -> None:
        """Send anything else: `content` holds the Bot API's fields, such as {"sticker": {…}}."""
        before = self.changes
        self.server.message(self.user, content)
        await self._read(before, answered=answered, after=next(iter(content)))

    async def shares_phone(self, number: str, *, of: int = 0, answered: bool = True) -> None:
        """Share one's own number, or the card of somebody else (`of`)."""
        card = {"phone_number": number, "first_name": self.chat.name, "user_id": of or self.user}
        await self.sends({"contact": card}, answered=answered)

    async def reads(self, words: str) -> Shown:
        """Wait until the bot has said this, and return where."""
        found: list[Shown] = []

        def arrived() -> bool:
            found[:] = [message for message in self.messages if message.has(words)]
            return bool(found)

        try:
            await self.server.wait_for(arrived, self.timeout)
        except TimeoutError:
            raise AssertionError(f"{self.chat.name} never read {words!r}; last: {self.messages[-1:]}") from None
        return found[-1]

    async def _read(self, before: int, *, answered: bool, after: str) -> None:
        if not answered:
            return
        try:
            await self.server.wait_for(lambda: self.changes > before, self.timeout)
        except TimeoutError:
            raise AssertionError(f"no answer to {after!r}; last: {self.messages[-1:]}") from None
        seen = -1
        while seen != self.changes:
            seen = self.changes
            await asyncio.sleep(self.settle)


def _caption(caption: str) -> dict[str, str]:
    return {"caption": caption} if caption else {}
