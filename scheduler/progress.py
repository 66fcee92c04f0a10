"""How far a file is that somebody waits for: when that is said, on the message that announced it.

Owns drawing that message again. Whatever fails there is left: it is only said how far the file is. Leaves out making
and sending the file (`scheduler.dispatcher`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final, Self

from bot.core.messages import Message
from bot.texts import exporting as texts
from exports.channels.base import Moved, Parcel, Redrawing, Refused, Unsent, Unsure
from scheduler.pace import PER_ADDRESS
from storage import awaited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from exports.channels.base import Channel
    from scheduler.pace import Pace
    from storage.outbox import Outgoing
    from storage.work import Store

log = logging.getLogger(__name__)

#: Seconds until it is said for the first time, and again.
EVERY: Final = 4.0
#: It is made but not there yet: still to be packed, and sent.
MOST: Final = 99
#: Seconds for which the last word on a file waits for its turn; what is said on the way is sooner out of date.
LAST_WORD: Final = 30.0


class Progress:
    """Says every now and then, while it is open, which per cent are done, if there is news of it."""

    def __init__(self, say: Callable[[int], Awaitable[None]]) -> None:
        """Call `say` with the per cent."""
        self._say = say
        self._percent = 0
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    def told(self, done: int, total: int) -> None:
        """Hear how much is done, and of how much."""
        percent = min(100 * done // max(total, 1), MOST)
        if percent > self._percent:
            self._percent = percent
            self._news.set()

    async def __aenter__(self) -> Self:
        """Begin."""
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: what is being said is said to its end, unless all is called off."""
        assert self._following is not None  # noqa: S101 - entered before
        self._ended.set()
        self._news.set()
        if kind is not None:
            self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), EVERY)
            await self._news.wait()
            self._news.clear()
            if self._ended.is_set():
                return
            await self._say(self._percent)


class Announcements:
    """The messages that announced files: each says how far its file is, and how it ended."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        lane: Callable[[Outgoing], asyncio.Lock],
    ) -> None:
        """Wire what the dispatcher sends with: nothing overtakes in a chat's `lane`."""
        self._store = store
        self._channels = channels
        self._paces = paces
        self._lane = lane

    async def progress(self, file: Outgoing, percent: int) -> None:
        """Say how far a file is."""
        await self._say(file, lambda said: texts.progress(said, percent), PER_ADDRESS)

    async def ended(self, file: Outgoing, state: str) -> None:
        """Say what has become of a file, by the state of its row; nothing of one that is tried again."""
        if state in texts.ENDED:
            await self._say(file, lambda _: texts.ENDED[state], LAST_WORD)

    async def _say(self, file: Outgoing, told: Callable[[str], str], patience: float) -> None:
        pace = self._paces[file.channel]
        wait = pace.wait(file.address)
        if wait > patience:
            return
        await asyncio.sleep(wait)
        try:
            async with self._lane(file):
                shown = await self._store.run(awaited.announce, file, told)
                if shown is not None and isinstance(channel := self._channels.get(shown.channel), Redrawing):
                    await channel.redraw(Parcel(shown.address, Message.from_json(shown.payload), shown.edits))
        except Unsent as failure:
            pace.hold(failure.retry_after or 0.0)
        except (Unsure, Refused, Moved) as failure:
            log.debug("what announced outbox row %s was not drawn again: %s", file.id, failure)
        except Exception:
            log.exception("what announced outbox row %s could not be drawn again", file.id)
