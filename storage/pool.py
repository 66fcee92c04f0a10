"""Use cases on PostgreSQL: a few threads with a connection each, one transaction a use case."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from storage import failpoints
from storage.engine import CONNECTIONS, open_engine
from storage.jobs import Job, StoreClosedError, settle

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 5
#: PostgreSQL: serialization_failure and deadlock_detected. The transaction is gone, and doing it again is right.
AGAIN = frozenset({"40001", "40P01"})


class Pool:
    """The threads and connections of one process."""

    def __init__(self, url: str) -> None:
        """Open nothing yet: the first use case does."""
        self._engine = open_engine(url)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="duban-pool")
        self._gate = threading.Lock()
        self._closed = False

    def submit(self, job: Job) -> None:
        """Take a use case."""
        self._take(self._run, job)

    def submit_read(self, job: Job) -> None:
        """Take a use case that only reads: what is committed, as of one instant."""
        self._take(self._read, job)

    def _take(self, run: Callable[[Job], None], job: Job) -> None:
        with self._gate:
            if self._closed:
                raise StoreClosedError
            self._threads.submit(run, job)

    def close(self) -> None:
        """Finish what was taken and close every connection."""
        with self._gate:
            self._closed = True
        self._threads.shutdown()
        self._engine.dispose()

    def _run(self, job: Job) -> None:
        for tried in range(1, TRIES + 1):
            job.error = self._try(job)
            if job.error is None or tried == TRIES or not _worth_repeating(job.error):
                break
            time.sleep(random.uniform(0, 0.01 * 2**tried))  # noqa: S311 - spreads rivals, keeps no secret
        settle((job,))

    def _try(self, job: Job) -> BaseException | None:
        committing = False
        try:
            with self._engine.connect() as connection, connection.begin():
                job.result = job.call(connection)
                if failpoints.armed():
                    _reach(job, "commit-before", failpoints.BEFORE_COMMIT)
                committing = True
            if failpoints.armed():
                _reach(job, "commit-after", failpoints.AFTER_COMMIT)
        except BaseException as error:  # noqa: BLE001 - for the one who waits
            if committing and isinstance(error, DBAPIError):
                error.connection_invalidated = False  # it may be committed: not to be done again
            return error
        return None

    def _read(self, job: Job) -> None:
        for tried in range(1, TRIES + 1):
            job.error = self._try_reading(job)
            if job.error is None or tried == TRIES or not _worth_repeating(job.error):
                break
        settle((job,))

    def _try_reading(self, job: Job) -> BaseException | None:
        try:
            with self._reading.connect() as connection:
                job.result = job.call(connection)
        except BaseException as error:  # noqa: BLE001 - for the one who waits
            return error
        return None


def _worth_repeating(error: BaseException) -> bool:
    """Tell whether nothing was done and the next try may succeed: rivals, or a connection the server had dropped."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in AGAIN


def _reach(job: Job, point: str, suffix: str) -> None:
    failpoints.reach(point)
    failpoints.reach(job.label + suffix)
