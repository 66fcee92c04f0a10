"""The heartbeat: APScheduler calls `beat`, and `beat` asks the campaign and the database what is due.

APScheduler is never the source of truth: its one job lives in memory, and a missed beat is made up by the next, since
each computes everything that is due. A clock set back stalls its timer, so a watchdog on the monotonic clock beats
when it has been silent for too long.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.services import deputies, issue_reminding, pushing, reminding, subscribing
from scheduler import imports

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from scheduler.dispatcher import Dispatcher
    from storage.files import FileStore
    from storage.work import Store

log = logging.getLogger(__name__)

#: Seconds of silence after which the watchdog beats.
SILENT = 30.0
#: Seconds an orderly stop waits for a beat under way.
PATIENCE = 5.0


class Heart:
    """Beats every `every` seconds, and at once when kicked; never twice at a time."""

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        files: FileStore,
        *,
        elected: Callable[[], bool],
        sweep: Callable[[], Awaitable[None]],
        every: float,
    ) -> None:
        """Wire what a beat does: plan and dispatch where this process is `elected`, sweep the inbox everywhere."""
        self._store = store
        self._dispatcher = dispatcher
        self._files = files
        self._elected = elected
        self._sweep = sweep
        self._every = every
        self._kicked = asyncio.Event()
        self._last = time.monotonic()
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self._checking: asyncio.Task[None] | None = None
        self._looked: tuple[str, datetime] | None = None  # at what the tables were as of
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Start beating. Needs a running event loop."""
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._watch())]
        self._scheduler.add_job(
            self._tick,
            IntervalTrigger(seconds=self._every),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()
        self.kick()

    def kick(self) -> None:
        """Ask for a beat now: something was queued, or the rehearsal's clock was moved."""
        self._kicked.set()

    async def _tick(self) -> None:
        """Kick: a coroutine, for APScheduler would call a function in another thread, and an event is of this one."""
        self.kick()

    async def close(self) -> None:
        """Stop beating; what was claimed and not sent stays in the outbox."""
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            await asyncio.sleep(0)  # a tick that has just begun is over then: cut short, it would be called an error
            self._scheduler.shutdown(wait=False)
        self._closing = True
        self.kick()
        if self._tasks:  # a message cut short is one of which nobody knows whether it arrived
            await asyncio.wait(self._tasks[:1], timeout=PATIENCE)
        tasks = [*self._tasks, self._checking] if self._checking is not None else self._tasks
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._dispatcher.close()

    async def beat(self) -> None:
        """Queue what is due, send what is queued, take up what was left behind."""
        if await asyncio.to_thread(self._elected):  # it may ask the database server
            if await self._store.read(deputies.over):
                await self._store.run(deputies.end_due)
            due = await self._store.read(reminding.planned)
            if due.notices or due.skips:
                await self._store.run(reminding.remind)
            await self._push()
            if await self._store.read(issue_reminding.planned):
                await self._store.run(issue_reminding.remind)
            if await self._store.read(subscribing.planned):
                await self._store.run(subscribing.remind)
            if self._checking is None or self._checking.done():  # it takes its time, and nobody waits for it
                self._checking = asyncio.create_task(self._check())
            await self._dispatcher.dispatch()
            if await self._store.read(pushing.failing):
                await self._store.run(pushing.tell_failing)
        await self._sweep()

    async def _push(self) -> None:
        """Queue the tables that are due, where anything can have become due."""
        changes = await self._store.read(pushing.changes)
        if changes != self._looked:
            if await self._store.read(pushing.tables_due):
                await self._store.run(pushing.push_tables)
            self._looked = changes

    async def _check(self) -> None:
        """Look through the ledgers that were sent."""
        try:
            if await imports.check_waiting(self._store, self._files):
                self.kick()
        except Exception:
            log.exception("ledgers that were sent could not be checked; the next heartbeat tries again")

    async def _run(self) -> None:
        while True:
            await self._kicked.wait()
            self._kicked.clear()
            if self._closing:
                return
            self._last = time.monotonic()
            try:
                await self.beat()
            except Exception:
                log.exception("a heartbeat failed; the next one tries again")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            if time.monotonic() - self._last > SILENT:
                log.warning("the scheduler's timer has stalled; beating without it")
                self.kick()
