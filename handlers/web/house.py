"""What the web front is built from: everything it is handed, nothing it makes itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.core.access import Role
    from bot.core.campaign import Campaign
    from bot.core.messages import Attachment
    from exports.channels.base import Upload
    from exports.channels.web import WebChannel
    from handlers.serving import Serving
    from storage.files import FileStore
    from storage.work import Store

CHANNEL = "web"
#: The largest file a page may send, in bytes.
UPLOAD_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody the demo can be used as, without logging in; `key` stands in the page's address."""

    key: str
    name: str
    role: Role
    unit_name: str
    address: str


@dataclass(frozen=True, slots=True)
class Demo:
    """A rehearsal: people one tap away, and a clock that can be moved to the next moments that matter."""

    people: tuple[DemoPerson, ...]
    jumps: Callable[[], Sequence[tuple[str, datetime]]]
    move: Callable[[datetime], Awaitable[None]]

    def person(self, key: str) -> DemoPerson | None:
        """Return the person of this key."""
        return next((person for person in self.people if person.key == key), None)


@dataclass(frozen=True, slots=True)
class House:
    """The parts the routes share. `secret` signs the sessions; without `demo` people need an invitation."""

    store: Store
    serving: Serving
    files: FileStore
    campaign: Campaign
    clock: Clock
    channel: WebChannel
    secret: str = field(repr=False)
    make_file: Callable[[Attachment], Awaitable[Upload]]
    demo: Demo | None = None
