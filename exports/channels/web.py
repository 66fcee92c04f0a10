"""The web chat as a way of reaching people: pages show the outbox itself, so sending is only a ring.

Owns the bells by which open pages hear at once that something changed. Leaves out reading it and drawing it
(`handlers.web`). With several replicas a page may hang on another process, so pages look by themselves too.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exports.channels.base import Parcel

#: Listens to every address: the demo shows who got something.
EVERYBODY = ""


class WebChannel:
    """Rings the pages of the address a message is for. Belongs to one event loop."""

    name = "web"
    carries_files = False  # the page asks for a file when it is wanted
    rate = 0.0  # nobody limits us

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closed = False

    async def deliver(self, parcel: Parcel) -> str:
        """Ring; the row is visible since it was committed as being sent. Returns a new id for the message."""
        self.ring(parcel.address)
        return f"w{uuid4().hex}"

    async def redraw(self, parcel: Parcel) -> None:
        """Ring: the page draws what the row says now."""
        self.ring(parcel.address)

    def ring(self, address: str) -> None:
        """Wake the pages of `address`, and those who listen to everybody."""
        for listened in {address, EVERYBODY}:
            for bell in self._bells.get(listened, ()):
                bell.set()

    @contextmanager
    def listen(self, address: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever something changes for `address`."""
        bell = asyncio.Event()
        self._bells[address].add(bell)
        try:
            yield bell
        finally:
            self._bells[address].discard(bell)
            if not self._bells[address]:
                del self._bells[address]

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self.closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()
