"""Use cases on SQLite: one writing thread, which lets those that wait together share one commit.

A commit costs one sync of the disk, whatever it holds. So the thread takes everything that waits (up to `GROUP`), runs
it in one transaction with a savepoint each, and tells those who wait after the commit. Reads have their own
connections and never wait for it.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from storage import failpoints
from storage.engine import READERS, open_engine
from storage.jobs import Job, StoreClosedError, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from storage.locks import FileLock

#: Use cases that share a commit at most: more only makes the first of them wait.
GROUP = 50


class GroupWriter:
    """The writing thread and the readers of one SQLite file.

    `lock` is held around every group, so that another process (the command line) may write beside this one: SQLite
    before 3.51.3 can lose data when two connections write while its write-ahead log starts anew.
    """

    def __init__(self, url: str, lock: FileLock) -> None:
        """Open nothing yet: the first use case does."""
        self._lock = lock
        self._engine = open_engine(url, pooled=False)
        self._reading = open_engine(url, readonly=True)
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="duban-read")
        self._thread: threading.Thread | None = None
        self._gate = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None

    def submit(self, job: Job) -> None:
        """Take a use case. Its order among those of one caller is kept."""
        with self._gate:
            if self._closed:
                raise StoreClosedError
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="duban-write", daemon=True)
                self._thread.start()
            self._waiting.put(job)

    def submit_read(self, job: Job) -> None:
        """Take a use case that only reads: what is committed, as of one instant."""
        with self._gate:
            if self._closed:
                raise StoreClosedError
            self._readers.submit(self._read, job)

    def close(self) -> None:
        """Finish what was taken and close every connection. The write-ahead log is gone then."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._readers.shutdown()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            self._reading.dispose()
        self._lock.close()

    def _read(self, job: Job) -> None:
        try:
            with self._reading.connect() as connection:
                job.attempt(connection)
        except BaseException as error:  # noqa: BLE001 - for the one who waits
            job.error = error
        settle((job,))

    def _serve(self) -> None:
        going_on = True
        while going_on:
            group: list[Job] = []
            going_on = self._collect(group)
            if group:
                try:
                    self._commit(group)
                except BaseException as error:  # noqa: BLE001 - nothing of the group is on disk: all of them hear why
                    self._disconnect()
                    for job in group:
                        job.error = job.error or error
                settle(group)
        self._disconnect()

    def _collect(self, group: list[Job]) -> bool:
        """Wait for a job and take what has gathered behind it; False once the last one is taken."""
        waiting = self._waiting
        job = waiting.get()
        while job is not None:
            group.append(job)
            if len(group) == GROUP:
                return True
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return True
        return False

    def _commit(self, group: Sequence[Job]) -> None:
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.connect()
            connection = self._connection
            transaction = connection.begin()
            try:
                alone = len(group) == 1
                kept = group[0].attempt(connection) if alone else self._attempt_each(connection, group)
                if failpoints.armed():
                    _reach(group, "commit-before", failpoints.BEFORE_COMMIT)
                if kept:
                    transaction.commit()
                else:
                    transaction.rollback()
                if failpoints.armed():
                    _reach(group, "commit-after", failpoints.AFTER_COMMIT)
            except BaseException:
                transaction.close()
                raise

    @staticmethod
    def _attempt_each(connection: Connection, group: Sequence[Job]) -> bool:
        """Run each behind a savepoint, so that one that fails takes only its own changes back."""
        raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        execute = raw.execute  # past SQLAlchemy: three statements for every use case
        kept = False
        for job in group:
            execute("SAVEPOINT job")
            if job.attempt(connection):
                kept = True
            elif not raw.in_transaction:  # a full disk ends the whole transaction, the others' changes with it
                raise sqlite3.OperationalError("the transaction was lost") from job.error
            else:
                execute("ROLLBACK TO job")
            execute("RELEASE job")
        return kept

    def _disconnect(self) -> None:
        """Close the connection, under the lock: closing the last one writes the log back into the file."""
        if self._connection is None:
            return
        with self._lock:
            self._connection.close()
            self._connection = None


def _reach(group: Sequence[Job], point: str, suffix: str) -> None:
    failpoints.reach(point)
    for job in group:
        failpoints.reach(job.label + suffix)
