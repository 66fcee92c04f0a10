"""Which process sends: one of all that share a database, for as long as it lives.

Channels are paced by whoever sends (`scheduler.dispatcher`), so only one may. Replicas on PostgreSQL stand for
election with an advisory lock on a connection of its own, which falls free with its holder. A SQLite file is served by
one process only: a second one is refused.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select
from sqlalchemy.exc import DBAPIError

from storage.engine import DatabaseError, is_sqlite, open_engine, sqlite_file
from storage.locks import FileLock
from storage.statements import lock_number

if TYPE_CHECKING:
    from sqlalchemy import Connection

SENDER = "sender"
IN_USE = "这个数据库正由另一个督办程序使用，请先停掉那一个：{file}"

_TRY = select(func.pg_try_advisory_lock(literal(lock_number(SENDER))))
_UNLOCK = select(func.pg_advisory_unlock(literal(lock_number(SENDER))))
_ALIVE = select(literal(1))


class Election:
    """This process's candidacy. Called from one thread at a time."""

    def __init__(self, url: str) -> None:
        """Name the database; nothing happens before `elected` is asked."""
        self._sqlite_lock: FileLock | None = None
        self._connection: Connection | None = None
        self._holds = False
        self._sqlite = is_sqlite(url)
        if self._sqlite:
            file = sqlite_file(url)
            self._file = file.with_name(file.name + ".sender")
        else:
            self._engine = open_engine(url, pooled=False)

    def elected(self) -> bool:
        """Tell whether this process sends now, standing for it if nobody does. DatabaseError beside another on SQLite.

        On PostgreSQL this asks the server each time: whoever was cut off is told at its next question.
        """
        return self._elected_on_sqlite() if self._sqlite else self._elected_on_postgresql()

    def resign(self) -> None:
        """Let another process send."""
        if self._sqlite_lock is not None:
            self._sqlite_lock.close()
            self._sqlite_lock = None
        if self._connection is not None and self._holds:
            with contextlib.suppress(DBAPIError):  # the connection is lost, and the lock with it
                self._connection.execute(_UNLOCK)
        self._holds = False
        self._drop()

    def _elected_on_sqlite(self) -> bool:
        if self._sqlite_lock is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._file)
            if not lock.take(wait=False):
                lock.close()
                raise DatabaseError(IN_USE.format(file=self._file.with_suffix("")))
            self._sqlite_lock = lock
        return True

    def _elected_on_postgresql(self) -> bool:
        try:
            if self._connection is None:
                # Outside any transaction: an idle connection holds up nobody but the rivals.
                options = {"isolation_level": "AUTOCOMMIT"}
                self._connection = self._engine.connect().execution_options(**options)
            if self._holds:
                self._connection.execute(_ALIVE)
            else:
                self._holds = bool(self._connection.scalar(_TRY))
        except DBAPIError:
            self._holds = False
            self._drop()
        return self._holds

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # closes it for certain, and the lock with it
            self._connection.close()
            self._connection = None
