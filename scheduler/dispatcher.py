"""From the outbox to the channels: claim, send outside any transaction, settle.

Owns pacing, retrying and giving up. What each failure means (`exports.channels.base`):

- Unsent: nothing left, or the channel said "later": back in the queue, with a growing delay or the channel's own.
- Unsure: it may have arrived. A reply or a file asked for is sent once more (twice is better than never); a reminder
  and a pushed table are not (once too often is worse than a clerk's tap): `unknown`, and listed for the operator.
- Refused: `dead`, listed for the operator; when the whole address is gone, the account is marked unreachable
  and admin and brigade are told.

Sending is at least once: Telegram has no idempotency key, so a crash between its "ok" and our commit may repeat one
reply. Replies are not paced (people wait for them; a 429 is obeyed); notices and files are.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from bot.core.messages import Attachment, Message
from bot.services import reaching
from bot.texts import conversation as texts
from exports.channels.base import Channel, Moved, Parcel, Refused, Unsent, Unsure, Upload
from storage import outbox, people
from storage.failpoints import reach
from storage.outbox import Outcome, Outgoing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from storage.work import Store

log = logging.getLogger(__name__)

BATCH = 50
#: Seconds after which other rows are no longer kept waiting for a file.
UNHURRIED = 2.0
LEASE = timedelta(seconds=60)
#: With the longest delay between them, about a day: a channel that is down is waited for, reminders until they expire.
TRIES = 300
LONGEST_DELAY = timedelta(minutes=5)
#: Bot API: about one message a second in one chat.
PER_ADDRESS = 1.0
BURST = 5
#: Addresses whose last turn is remembered; past that, those long past are forgotten.
REMEMBERED = 10_000


class Pace:
    """A token bucket for one channel, and the moments before which it or one address must keep still (monotonic)."""

    def __init__(self, rate: float) -> None:
        """Allow `rate` messages a second with a burst of `BURST`; 0 for no limit."""
        self._rate = rate
        self._tokens = float(BURST)
        self._filled = time.monotonic()
        self._addresses: dict[str, float] = {}
        self.not_before = 0.0

    def wait(self, address: str) -> float:
        """Take a turn for `address`; return how many seconds to wait before using it."""
        now = time.monotonic()
        start = max(now, self.not_before)
        if self._rate:
            self._tokens = min(float(BURST), self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            self._tokens -= 1
            start = max(start, now - self._tokens / self._rate if self._tokens < 0 else now)
            start = max(start, self._addresses.get(address, 0.0))
            self._addresses[address] = start + PER_ADDRESS
            if len(self._addresses) > REMEMBERED:
                self._addresses = {key: at for key, at in self._addresses.items() if at > now}
        return start - now

    def hold(self, seconds: float) -> None:
        """Keep still for so long: the channel said so."""
        self.not_before = max(self.not_before, time.monotonic() + seconds)


class Dispatcher:
    """Sends what is in the outbox. Replies come by `send`, the rest is found by `dispatch`."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        make: Callable[[Attachment], Awaitable[Upload]],
        *,
        owner: str,
    ) -> None:
        """Wire the store, the channels by name, what turns an attachment into a file, and this process's name."""
        self._store = store
        self._channels = channels
        self._make = make
        self._owner = owner
        self._paces = {name: Pace(channel.rate) for name, channel in channels.items()}
        self._settled: list[Outcome] = []
        self._settling: asyncio.Task[None] | None = None
        self._at_once = asyncio.Semaphore(8)
        self._files_at_once = asyncio.Semaphore(4)  # of their own: making one may take a minute
        self._sending: set[asyncio.Task[None]] = set()
        self._slow: set[asyncio.Task[Any]] = set()  # of these, the ones that nobody waits for any more
        self._lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def send(self, rows: Sequence[Outgoing]) -> None:
        """Send replies, in order. They are `sending` already; their outcome is written down soon after."""
        for row in rows:
            hold = self._paces[row.channel].not_before - time.monotonic()
            if hold > 0:
                await asyncio.sleep(min(hold, 30))
            async with self._lane(row):
                await self._deliver(row)

    async def dispatch(self) -> int:
        """Send everything that is due; return how many rows were tried. One at a time: see `scheduler.jobs`."""
        tried = 0
        await self._store.run(outbox.recover, self._owner)
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
        if wait > 0:
            await asyncio.sleep(wait)
        lane = self._lane(row) if row.kind == "reply" else contextlib.nullcontext()
        large = row.kind in {"file", "push"}
        room = self._files_at_once if large else self._at_once
        async with lane, self._aside() if large else contextlib.nullcontext(), room:
            if not await self._store.run(outbox.sending, row.id, self._owner, LEASE):
                return  # its lease ran out and another process took it, or a later reply made it needless
            await self._deliver(row)

    @contextlib.asynccontextmanager
    async def _aside(self) -> AsyncIterator[None]:
        """Keep the others waiting for `UNHURRIED` at the most: a file may take a minute to make."""
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

    async def _deliver(self, row: Outgoing) -> None:
        channel = self._channels[row.channel]
        try:
            message, files = await self._ready(row, files=channel.carries_files)
        except Exception:
            log.exception("outbox row %s cannot be made", row.id)
            self._settle(Outcome(row.id, "dead", error="unmakeable"))
            return
        reach("send-before")
        try:
            remote = await channel.deliver(Parcel(row.address, message, row.edits, files))
        except Unsent as failure:
            self._retry(row, failure)
        except Unsure as failure:
            again = row.kind in {"reply", "file"} and row.tries < 1
            self._settle(Outcome(row.id, "retry" if again else "unknown", error=str(failure)))
        except Moved as failure:
            await self._store.run(people.move_address, row.channel, row.address, failure.address)
            self._settle(Outcome(row.id, "retry", error="moved"))
        except Refused as failure:
            log.warning("outbox row %s was refused: %s", row.id, failure)
            if failure.gone:
                await self._store.run(reaching.mark, row.channel, row.address, str(failure))
            self._settle(Outcome(row.id, "dead", error=str(failure)))
        except Exception:
            log.exception("outbox row %s failed", row.id)
            self._settle(Outcome(row.id, "unknown", error="failed"))
        else:
            reach("send-after")
            self._settle(Outcome(row.id, "sent", remote=remote))

    async def _ready(self, row: Outgoing, *, files: bool) -> tuple[Message, tuple[Upload, ...]]:
        """Return the message with its files made; a reply without them rather than none: somebody waits for it."""
        message = Message.from_json(row.payload)
        if not files or not message.attachments:
            return message, ()
        try:
            return message, await self._make_all(row, message.attachments)
        except Exception:
            if row.kind != "reply":
                raise
            log.exception("a file of outbox row %s cannot be made", row.id)
            return replace(message, text=f"{message.text}\n\n{texts.NO_FILE}".strip(), attachments=()), ()

    async def _make_all(self, row: Outgoing, wanted: Sequence[Attachment]) -> tuple[Upload, ...]:
        """Make a message's files; while that takes, nobody may think that this process has died over it."""
        keeping = asyncio.create_task(self._keep(row))
        try:
            return tuple([await self._make(each) for each in wanted])
        finally:
            keeping.cancel()

    async def _keep(self, row: Outgoing) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            await self._store.run(outbox.keep, row.id, self._owner, LEASE)

    def _retry(self, row: Outgoing, failure: Unsent) -> None:
        if failure.retry_after is not None:
            self._paces[row.channel].hold(failure.retry_after)
        elif row.tries + 1 >= TRIES:
            log.warning("outbox row %s given up after %s tries: %s", row.id, TRIES, failure)
            self._settle(Outcome(row.id, "dead", error=str(failure)))
            return
        delay = timedelta(seconds=failure.retry_after if failure.retry_after is not None else 2.0 ** min(row.tries, 10))
        self._settle(Outcome(row.id, "retry", error=str(failure), delay=min(delay, LONGEST_DELAY)))

    def _settle(self, outcome: Outcome) -> None:
        """Write the outcome down with the next group: what is sent meanwhile shares its commit."""
        self._settled.append(outcome)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._write_down())

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
