"""From the outbox to the channels: claim, send outside any transaction, settle.

Owns pacing, retrying and giving up. What each failure means (`exports.channels.base`):

- Unsent: nothing left, or the channel said "later": back in the queue, with a growing delay or the channel's own.
- Unsure: it may have arrived. A reply or a file asked for is sent once more (twice is better than never); a reminder
  and a pushed table are not (once too often is worse than a clerk's tap): `unknown`, and listed for the operator.
- Refused: `dead`, listed for the operator; when the whole address is gone, the account is marked unreachable
  and admin and brigade are told.

Sending is at least once: Telegram has no idempotency key, so a crash between its "ok" and our commit may repeat one
reply. Replies are not paced (people wait for them; a 429 is obeyed); notices and files are.

A file that somebody waits for is followed: the message that announced it says how far it is, and how it ended. Where
messages carry no files it is made all the same, and laid by for whoever fetches it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from bot.core.messages import Message
from bot.services import reaching
from bot.texts import conversation as texts
from exports.channels.base import Moved, Parcel, Refused, Unsent, Unsure
from scheduler.pace import Pace
from scheduler.progress import Announcements, Progress
from storage import awaited, outbox, people
from storage.failpoints import reach
from storage.outbox import Outcome, Outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from exports.channels.base import Channel, Upload
    from exports.files import Maker
    from exports.process import Told
    from storage.work import Store

log = logging.getLogger(__name__)

BATCH = 50
#: Seconds after which other rows are no longer kept waiting for a file.
UNHURRIED = 2.0
LEASE = timedelta(seconds=60)
#: With the longest delay between them, about a day: a channel that is down is waited for, reminders until they expire.
TRIES = 300
LONGEST_DELAY = timedelta(minutes=5)


class Dispatcher:
    """Sends what is in the outbox. Replies come by `send`, the rest is found by `dispatch`."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        maker: Maker,
        *,
        owner: str,
    ) -> None:
        """Wire the store, the channels by name, what turns attachments into files, and this process's name."""
        self._store = store
        self._channels = channels
        self._maker = maker
        self._owner = owner
        self._paces = {name: Pace(channel.rate) for name, channel in channels.items()}
        self._announcements = Announcements(store, channels, self._paces, self._lane)
        self._settled: list[Outcome] = []
        self._settling: asyncio.Task[None] | None = None
        self._at_once = asyncio.Semaphore(8)
        # Files have room of their own, as making one may take a minute, and so has each channel: one may hang.
        self._files_at_once = {name: asyncio.Semaphore(4) for name in channels}
        self._in_hand: set[int] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._slow: set[asyncio.Task[Any]] = set()  # of these, the ones that nobody waits for any more
        self._lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def send(self, rows: Sequence[Outgoing]) -> None:
        """Send replies, in order. They are `sending` already; their outcome is written down soon after."""
        for row in rows:
            hold = self._paces[row.channel].not_before - time.monotonic()
            if hold > 0:
                await asyncio.sleep(min(hold, 30))
            async with self._lane(row), self._held(row):
                await self._deliver(row)

    async def dispatch(self) -> int:
        """Send everything that is due; return how many rows were tried. One at a time: see `scheduler.jobs`."""
        tried = 0
        await self._store.run(outbox.recover, self._owner, frozenset(self._in_hand))
        while rows := await self._store.run(outbox.claim, self._owner, BATCH, LEASE, self._open_channels()):
            tried += len(rows)
            for row in rows:
                wait = self._paces[row.channel].wait(row.address)
                task = asyncio.create_task(self._send_later(row, wait))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            while hurried := self._sending - self._slow:
                done, _ = await asyncio.wait(hurried, timeout=UNHURRIED)
                for task in done:
                    task.result()
            await self.flush()
        return tried

    async def close(self) -> None:
        """Leave what is not sent yet to the next process, and write down what is."""
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self.flush()

    def _open_channels(self) -> list[str]:
        """Return the channels that may be used now: one that asked for quiet must not keep the others waiting."""
        now = time.monotonic()
        return [name for name, pace in self._paces.items() if pace.not_before <= now]

    async def _send_later(self, row: Outgoing, wait: float) -> None:
        lane = self._lane(row) if row.kind == "reply" else contextlib.nullcontext()
        large = row.kind in {"file", "push"}
        room = self._files_at_once[row.channel] if large else self._at_once
        async with self._aside() if large else contextlib.nullcontext(), self._held(row):
            if wait > 0:
                await asyncio.sleep(wait)
            async with lane, room:
                if not await self._store.run(outbox.sending, row.id, self._owner, LEASE):
                    return  # another process took it, or a later one made it needless
                await (self._bring(row) if awaited.is_awaited(row) else self._deliver(row))

    @contextlib.asynccontextmanager
    async def _aside(self) -> AsyncIterator[None]:
        """Keep the others waiting for `UNHURRIED` at the most: a file may take minutes to be made, and to be sent."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is a coroutine
        stepping = asyncio.get_running_loop().call_later(UNHURRIED, self._slow.add, task)
        try:
            yield
        finally:
            stepping.cancel()
            self._slow.discard(task)

    def _lane(self, row: Outgoing) -> asyncio.Lock:
        """Return what lets one chat's replies go one after the other: one that comes again must not overtake."""
        return self._lanes.setdefault((row.channel, row.address), asyncio.Lock())

    async def _bring(self, row: Outgoing) -> None:
        """Send a file that somebody waits for; the message that announced it says how far it is, and how it ended."""
        deliver = self._deliver if self._channels[row.channel].carries_files else self._lay_by
        async with Progress(partial(self._announcements.progress, row)) as progress:
            state = await deliver(row, progress.told)
        await self.flush()  # what is said of it is true by then
        await self._announcements.ended(row, state)

    async def _lay_by(self, row: Outgoing, told: Told) -> str:
        """Make the file for whoever fetches it; its message comes now, below what was said meanwhile."""
        message = Message.from_json(row.payload)
        if all(each.made for each in message.attachments):
            return await self._deliver(row)
        try:
            made = tuple([await self._maker.lay_by(each, told) for each in message.attachments])
        except Exception:
            log.exception("outbox row %s cannot be made", row.id)
            return self._settle(Outcome(row.id, "dead", error="unmakeable"))
        payload = replace(message, attachments=made).to_json()
        fresh = await self._store.run(awaited.hand_on, row, payload, self._owner)
        return await self._deliver(fresh) if fresh is not None else ""

    async def _deliver(self, row: Outgoing, told: Told | None = None) -> str:
        """Send a row and write its outcome down; return the state it has then."""
        try:
            message, files = await self._ready(row, told, files=self._channels[row.channel].carries_files)
        except Exception:
            log.exception("outbox row %s cannot be made", row.id)
            return self._settle(Outcome(row.id, "dead", error="unmakeable"))
        return self._settle(await self._try(row, Parcel(row.address, message, row.edits, files, row.key)))

    async def _try(self, row: Outgoing, parcel: Parcel) -> Outcome:
        reach("send-before")
        try:
            remote = await self._channels[row.channel].deliver(parcel)
        except Unsent as failure:
            return self._again(row, failure)
        except Unsure as failure:
            again = row.kind in {"reply", "file"} and row.tries < 1
            return Outcome(row.id, "retry" if again else "unknown", error=str(failure))
        except Moved as failure:
            await self._store.run(people.move_address, row.channel, row.address, failure.address)
            return Outcome(row.id, "retry", error="moved")
        except Refused as failure:
            log.warning("outbox row %s was refused: %s", row.id, failure)
            if failure.gone:
                await self._store.run(reaching.mark, row.channel, row.address, str(failure))
            return Outcome(row.id, "dead", error=str(failure))
        except Exception:
            log.exception("outbox row %s failed", row.id)
            return Outcome(row.id, "unknown", error="failed")
        reach("send-after")
        return Outcome(row.id, "sent", remote=remote)

    async def _ready(self, row: Outgoing, told: Told | None, *, files: bool) -> tuple[Message, tuple[Upload, ...]]:
        """Return the message with its files made; what has words of its own goes without them rather than not."""
        message = Message.from_json(row.payload)
        if not files or not message.attachments:
            return message, ()
        try:
            return message, tuple([await self._maker.make(each, told) for each in message.attachments])
        except Exception:
            if row.kind in {"file", "push"}:
                raise
            log.exception("a file of outbox row %s cannot be made", row.id)
            return replace(message, text=f"{message.text}\n\n{texts.NO_FILE}".strip(), attachments=()), ()

    @contextlib.asynccontextmanager
    async def _held(self, row: Outgoing) -> AsyncIterator[None]:
        """Hold a row for as long as it takes: nobody, this process included, may think that its sender has died."""
        self._in_hand.add(row.id)
        keeping = asyncio.create_task(self._keep(row))
        try:
            yield
        finally:
            keeping.cancel()
            self._in_hand.discard(row.id)

    async def _keep(self, row: Outgoing) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            await self._store.run(outbox.keep, row.id, self._owner, LEASE)

    def _again(self, row: Outgoing, failure: Unsent) -> Outcome:
        if failure.retry_after is not None:
            self._paces[row.channel].hold(failure.retry_after)
        elif row.tries + 1 >= TRIES:
            log.warning("outbox row %s given up after %s tries: %s", row.id, TRIES, failure)
            return Outcome(row.id, "dead", error=str(failure))
        delay = timedelta(seconds=failure.retry_after if failure.retry_after is not None else 2.0 ** min(row.tries, 10))
        return Outcome(row.id, "retry", error=str(failure), delay=min(delay, LONGEST_DELAY))

    def _settle(self, outcome: Outcome) -> str:
        """Write the outcome down with the next group: what is sent meanwhile shares its commit. Return the state."""
        self._settled.append(outcome)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._write_down())
        return outcome.state

    async def _write_down(self) -> None:
        while self._settled:
            batch, self._settled = self._settled, []
            try:
                await self._store.run(outbox.settle, batch)
            except Exception:  # the rows stay `sending`; their lease makes them visible again
                log.exception("could not write down what became of %s messages", len(batch))

    async def flush(self) -> None:
        """Wait until every outcome so far is on disk, even when cancelled meanwhile."""
        cancelled = False
        while self._settling is not None and not self._settling.done():
            try:
                await asyncio.shield(self._settling)
            except asyncio.CancelledError:
                cancelled = True
        if cancelled:  # swallowed, it would leave a heart that beats on while its owner waits for its end
            raise asyncio.CancelledError
