"""From the inbox to an answer: in order within one chat, concurrently across chats.

Owns the queues and the bound on concurrency. Leaves out how a front reads its payloads (`Front`) and what an event
means (`bot.services.conversation`). The inbox row is done in the transaction that holds its effect, so a process may
die anywhere: whatever is not done is served again, here or by another replica.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.core.messages import Event, Unreadable
from bot.services import conversation
from storage import inbox
from storage.failpoints import reach
from storage.outbox import Outgoing

if TYPE_CHECKING:
    from storage.inbox import Incoming
    from storage.work import Store

log = logging.getLogger(__name__)

#: What nobody has served for so long is picked up by whoever looks: its process died or lost it.
LEFT_BEHIND = timedelta(seconds=10)
#: Seconds an orderly stop waits for what is in work: a channel may hang.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One inbox payload as the core understands it. `tapped` is the channel's id of the card a button was on."""

    event: Event | None  # None: nothing to answer (a group, a service message)
    tapped: str = ""
    name: str = ""  # what the sender calls themself


class Front(Protocol):
    """One chat system's way of reading what came in."""

    channel: str

    async def read(self, incoming: Incoming) -> Arrival:
        """Return the event; may fetch a file first. Runs outside any transaction and may run again after a crash."""
        ...


Deliver = Callable[[Sequence[Outgoing]], Awaitable[None]]


class Serving:
    """Serves what is handed to it. `at_once` bounds how many chats are in work together.

    Enough to fill a shared commit (`storage.writer`) while replies are on their way; how many files are fetched at a
    time is bounded by the front's connections.
    """

    def __init__(
        self,
        store: Store,
        deliver: Deliver,
        *,
        owner: str,
        notified: Callable[[], None] = lambda: None,
        at_once: int = 64,
    ) -> None:
        """Wire the store, the sender of replies, this process's name, and whom to tell of new notices."""
        self._store = store
        self._deliver = deliver
        self._owner = owner
        self._notified = notified
        self._turns = asyncio.Semaphore(at_once)
        self._fronts: dict[str, Front] = {}
        self._queues: dict[tuple[str, str], deque[Incoming]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def add(self, front: Front) -> None:
        """Serve this front's channel too."""
        self._fronts[front.channel] = front

    def hand(self, incoming: Incoming) -> None:
        """Take one stored input; returns at once. Call it after the inbox row is committed."""
        if self._closed:
            return  # it stays in the inbox for the next start
        chat = (incoming.channel, incoming.address)
        queue = self._queues.get(chat)
        if queue is not None:
            queue.append(incoming)
            return
        self._queues[chat] = deque((incoming,))
        task = asyncio.create_task(self._serve_chat(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def sweep(self, *, at_start: bool = False) -> None:
        """Take up what was left in the inbox: by an earlier run of this process, or by a replica that died."""
        for channel, address in await self._store.read(
            inbox.waiting_addresses, timedelta(0) if at_start else LEFT_BEHIND
        ):
            if channel in self._fronts and (channel, address) not in self._queues:
                oldest = await self._store.run(inbox.oldest_waiting, channel, address)
                if oldest is not None:
                    self.hand(oldest)

    async def drain(self) -> None:
        """Wait until everything handed over so far is served."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Take nothing more and finish what is in work, but not for ever: the rest waits in the inbox."""
        self._closed = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve_chat(self, chat: tuple[str, str]) -> None:
        queue = self._queues[chat]
        try:
            while queue:
                # The person's earlier input first, the turn second: a chatty person must not hold others' turns.
                async with self._turns:
                    try:
                        await self._serve(queue.popleft())
                    except Exception:
                        log.exception("could not serve chat %s:%s; its inbox row waits for the sweep", *chat)
        finally:
            del self._queues[chat]

    async def _serve(self, incoming: Incoming) -> None:
        arrival = await self._read(incoming)
        try:
            served = await self._store.run(
                conversation.serve,
                incoming,
                arrival.event,
                self._owner,
                tapped=arrival.tapped,
                name=arrival.name,
            )
        except Exception:
            log.exception("input %s could not be answered", incoming.id)
            served = await self._store.run(conversation.apologise, incoming, self._owner)
        if served.earlier is not None:  # left behind by a crash, or another replica has it: in its order
            await self._serve(served.earlier)
            await self._serve(incoming)
            return
        if served.notified:
            self._notified()
        if served.replies:
            reach("reply-before-send")
            await self._deliver(served.replies)

    async def _read(self, incoming: Incoming) -> Arrival:
        try:
            return await self._fronts[incoming.channel].read(incoming)
        except Exception:
            log.exception("input %s could not be read", incoming.id)
            return Arrival(Unreadable("broken"))
