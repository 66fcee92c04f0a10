"""What a way of sending must offer, and the four ways in which sending fails.

The dispatcher knows channels only through this page; what a failure means for the outbox is decided there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from bot.core.messages import Message


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is sent: its bytes are in memory (Bot API: sendDocument takes 50 MB).

    `shown`: a picture to be looked at in the chat, not a file to be kept.
    """

    name: str
    mime: str
    content: bytes
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one address. `edits` is the channel's id of a message to replace, "" for a new one.

    `key` names the occasion: it is the same at every try.
    """

    address: str
    message: Message
    edits: str = ""
    files: tuple[Upload, ...] = ()
    key: str = ""


class Unsent(Exception):  # noqa: N818 - names an outcome, as the three below
    """It did not arrive and may be tried again, not before `retry_after` seconds when the channel said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep what the channel said."""
        super().__init__(reason)
        self.retry_after = retry_after


class Unsure(Exception):  # noqa: N818
    """The connection broke after the request had left: it may have arrived."""


class Refused(Exception):  # noqa: N818
    """It will never arrive. `gone` means the whole address is dead: blocked, chat not found."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        """Keep what the channel said."""
        super().__init__(reason)
        self.gone = gone


class Moved(Exception):  # noqa: N818
    """The chat has another address now (Bot API: migrate_to_chat_id)."""

    def __init__(self, address: str) -> None:
        """Keep the new address."""
        super().__init__(address)
        self.address = address


class Channel(Protocol):
    """One way of reaching people."""

    name: str
    #: Whether attachments go along; else people fetch them where they read the message.
    carries_files: bool
    #: Rows of this channel are paced together: messages a second over all addresses, 0 for no limit.
    rate: float

    async def deliver(self, parcel: Parcel) -> str:
        """Send and return the channel's id of the message; raise Unsent, Unsure, Refused or Moved."""
        ...


@runtime_checkable
class Redrawing(Channel, Protocol):
    """One whose messages can be drawn again where they are."""

    async def redraw(self, parcel: Parcel) -> None:
        """Draw the message `parcel.edits` again, if it is still there; raise as `Channel.deliver` does."""
        ...
