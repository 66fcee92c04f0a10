"""The conversation as it happens: Server-Sent Events, one list per change.

A page is told the order of everything it shows and whatever of it is new or changed; it draws by key, so being told
twice is harmless. A connection begins with the whole list instead of resuming after a Last-Event-ID: a row's id says
when it was written, not when it became visible, and counting on from one would miss rows that became visible late.
"""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, StreamingResponse

from handlers.web import sessions, transcript
from handlers.web.house import CHANNEL, House
from storage import transcript as rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

#: How often a page looks by itself, in seconds: another replica's deliveries ring no bell here.
LOOK = 2.0
#: After so many looks without news a page is told that the line still stands, and proxies do not hang up.
SILENT_LOOKS = 7
_STILL = "event: still\ndata:\n\n"

_HEADERS = {"X-Accel-Buffering": "no"}


def event(value: object) -> str:
    """Return one event of a stream; for None, the word that there is no news."""
    if value is None:
        return _STILL
    return f"data: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n"


def respond(events: AsyncIterator[str]) -> StreamingResponse:
    """Return a stream of events."""
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def changes(house: House, address: str, look: Callable[[], Awaitable[Any]]) -> AsyncIterator[Any]:
    """Yield what `look` returns, at once and whenever it is something else; None now and then in between."""
    seen: Any = None
    silent = 0
    with house.channel.listen(address) as bell:
        while not house.channel.closed:
            bell.clear()
            found = await look()
            if found != seen:
                seen, silent = found, 0
                yield found
            elif (silent := silent + 1) >= SILENT_LOOKS:
                silent = 0
                yield None
            try:
                await asyncio.wait_for(bell.wait(), LOOK)
            except TimeoutError:
                continue


class Conversation:
    """One address's conversation, as its pages are told of it."""

    def __init__(self, house: House, address: str) -> None:
        """Read for `address`."""
        self._house = house
        self._address = address
        self._size_of = lru_cache(maxsize=1024)(self._measure)

    async def marks(self) -> rows.Marks:
        """Return what changes whenever the conversation does."""
        return await self._house.store.read(rows.marks, CHANNEL, self._address, transcript.MOST)

    async def entries(self) -> list[transcript.Entry]:
        """Return the whole of it."""
        shown, heard = await self._house.store.read(rows.recent, CHANNEL, self._address, transcript.MOST)
        return transcript.entries(shown, heard, self._house.campaign.zone, self._size_of)

    async def events(self) -> AsyncIterator[str]:
        """Yield the whole of it, then each change."""
        told: dict[str, transcript.Entry] = {}
        async for marks in changes(self._house, self._address, self.marks):
            if marks is None:
                yield event(None)
                continue
            entries = await self.entries()
            changed = [entry for entry in entries if told.get(entry["key"]) != entry]
            told = {entry["key"]: entry for entry in entries}
            yield event({"order": list(told), "changed": changed})

    def _measure(self, sha256: str) -> int | None:
        try:
            return self._house.files.path(sha256).stat().st_size
        except (OSError, ValueError):
            return None


class Streams:
    """The routes."""

    def __init__(self, house: House) -> None:
        """Serve this house."""
        self._house = house

    async def stream(self, request: Request) -> Response:
        """GET /api/stream: the conversation, live."""
        address = sessions.require_visitor(self._house, request)
        return respond(Conversation(self._house, address).events())

    async def whole(self, request: Request) -> Response:
        """GET /api/transcript: the same once, for a page whose proxy holds streams back."""
        address = sessions.require_visitor(self._house, request)
        entries = await Conversation(self._house, address).entries()
        return JSONResponse({"order": [entry["key"] for entry in entries], "changed": entries})
