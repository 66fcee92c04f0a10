"""A use case on its way through a runner, and what the two runners (`writer`, `pool`) have in common."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from sqlalchemy import Connection


class StoreClosedError(RuntimeError):
    """The store was closed: nothing more is accepted. What was accepted before is finished."""

    def __init__(self) -> None:
        super().__init__("the store is closed")


class Job:
    """One use case, called with an open connection, and whoever waits for it: a task, or a thread (`loop` None)."""

    __slots__ = ("call", "error", "future", "label", "loop", "result")

    def __init__(
        self,
        label: str,
        call: Callable[[Connection], Any],
        future: asyncio.Future[Any] | Future[Any],
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.label = label
        self.call = call
        self.future = future
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None

    def attempt(self, connection: Connection) -> bool:
        """Call the use case; keep its result, or its exception and return False."""
        try:
            self.result = self.call(connection)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for the one who waits
            self.error = error
            return False
        return True

    def settle(self) -> None:
        """Tell the one who waits, in their own thread; one who gave up waiting is passed over."""
        future = self.future
        if future.done():
            return
        if self.error is None:
            future.set_result(self.result)
        else:
            future.set_exception(self.error)


def settle(jobs: Iterable[Job]) -> None:
    """Tell everybody who waits for these jobs; one wake-up for each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is None:
            job.settle()
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, waiting in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended and nobody waits any more
            loop.call_soon_threadsafe(_settle_all, waiting)


def _settle_all(jobs: list[Job]) -> None:
    for job in jobs:
        job.settle()


class Runner(Protocol):
    """Runs jobs in transactions: `storage.writer` for SQLite, `storage.pool` for PostgreSQL."""

    def submit(self, job: Job) -> None:
        """Take a job; it is settled once it is durable, or has failed. StoreClosedError after `close`."""
        ...

    def submit_read(self, job: Job) -> None:
        """Take a job that only reads, from one consistent snapshot."""
        ...

    def close(self) -> None:
        """Finish what was taken and close every connection."""
        ...
