"""One transaction for one use case: `await store.run(use_case, ...)`.

A use case is a plain function `use_case(work, ...)`. It is called in a thread, inside an open transaction; its result
comes back once the commit is durable, its exception after only its own changes are undone. It may be called again
when the database asks for that (`storage.pool`), so it changes nothing but the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from bot.core.campaign_changes import as_far_as_possible
from storage import overrides, settings
from storage.engine import is_sqlite, sqlite_file
from storage.jobs import Job, Runner
from storage.locks import FileLock
from storage.migrations import upgrade
from storage.pool import Pool
from storage.writer import GroupWriter

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from bot.core.campaign import Campaign

P = ParamSpec("P")
R = TypeVar("R")
UseCase = Callable[Concatenate["Work", P], R]


@dataclass(slots=True)
class Work:
    """An open transaction, its one moment (aware, UTC), and the campaign it serves."""

    conn: Connection
    now: datetime
    campaign: Campaign
    queued: bool = False  # something was put into the outbox for the dispatcher to find
    file: Campaign = field(init=False)  # the campaign without what was changed in the chat

    def __post_init__(self) -> None:
        """Remember the campaign as its file has it."""
        self.file = self.campaign

    @property
    def on_postgresql(self) -> bool:
        """Tell whether several writers may be at work at the same time."""
        return self.conn.dialect.name == "postgresql"


class Store:
    """The database: runs use cases. Belongs to no event loop; may be used from several, and from threads."""

    def __init__(self, url: str, *, now: Callable[[], datetime], campaign: Campaign) -> None:
        """Name the database; nothing is opened before the first use. DatabaseError for a URL it cannot be."""
        self.url = url
        self.campaign = campaign
        self._now = now
        self._changed: tuple[tuple[Any, ...], Campaign] = ((), campaign)
        self._sqlite = is_sqlite(url)

    @cached_property
    def _runner(self) -> Runner:
        if not self._sqlite:
            return Pool(self.url)
        return GroupWriter(self.url, FileLock(_lock_file(self.url)))

    def migrate(self) -> None:
        """Bring the tables to this version; safe beside other processes. DatabaseError when it cannot be reached."""
        if self._sqlite:
            file = sqlite_file(self.url)
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(_lock_file(self.url))
            try:
                with lock:
                    upgrade(self.url)
            finally:
                lock.close()
        else:
            upgrade(self.url)
        self.do(settings.install)

    async def run(self, use_case: UseCase[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case; return its result once it is durable. StoreClosedError after closing."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._runner.submit(self._job(use_case, args, kwargs, future, loop))
        return await future

    async def read(self, use_case: UseCase[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case that only reads; one that writes fails."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._runner.submit_read(self._job(use_case, args, kwargs, future, loop))
        return await future

    def do(self, use_case: UseCase[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what `run` does, for callers without an event loop. Not from within a use case."""
        future: Future[R] = Future()
        self._runner.submit(self._job(use_case, args, kwargs, future))
        return future.result()

    def close(self) -> None:
        """Finish what was accepted, then close. Anything later is refused with StoreClosedError."""
        self._runner.close()

    async def aclose(self) -> None:
        """Do what `close` does without holding up the event loop."""
        await asyncio.to_thread(self.close)

    def _job(
        self,
        use_case: Callable[..., R],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        future: asyncio.Future[R] | Future[R],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> Job:
        def call(connection: Connection) -> R:
            work = Work(connection, self._now(), self.campaign)
            work.campaign = self._as_changed(work)
            return use_case(work, *args, **kwargs)

        return Job(getattr(use_case, "__name__", ""), call, future, loop)

    def _as_changed(self, work: Work) -> Campaign:
        """Return the campaign with what was changed in the chat, as this transaction sees it."""
        version, campaign = self._changed
        newest = overrides.newest(work)
        if newest != version:
            campaign = as_far_as_possible(self.campaign, overrides.every(work))
            self._changed = (newest, campaign)
        return campaign


def _lock_file(url: str) -> Path:
    file = sqlite_file(url)
    return file.with_name(file.name + ".lock")
