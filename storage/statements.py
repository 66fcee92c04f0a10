"""Pieces of SQL that differ between SQLite and PostgreSQL, built once at import.

A statement that is built anew for each call costs more than running it.
"""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Mapped
    from sqlalchemy.sql.dml import ReturningInsert
    from sqlmodel import SQLModel

    from storage.work import Work

#: PostgreSQL's ids have 32 bits, and it refuses even to look for a larger one: it may come off a forged button.
LARGEST_ID = (1 << 31) - 1
#: PostgreSQL only: waits for the lock `number` and holds it until the transaction ends.
LOCK = select(func.pg_advisory_xact_lock(bindparam("number")))


def insert_once(table: type[SQLModel]) -> Callable[[Work], ReturningInsert[Any]]:
    """Return what picks the statement "insert, or do nothing when a unique column says that it exists".

    It returns the new row's primary key, and no row when there is none.
    """
    key = inspect(table).primary_key[0]
    on_sqlite = sqlite.insert(table).on_conflict_do_nothing().returning(key)
    on_postgresql = postgresql.insert(table).on_conflict_do_nothing().returning(key)
    return lambda work: on_postgresql if work.on_postgresql else on_sqlite


def lock(work: Work, *names: str) -> None:
    """Let only one transaction at a time past this point for these names. SQLite has one writer anyway."""
    if work.on_postgresql:
        work.conn.execute(LOCK, {"number": lock_number(*names)})


def lock_number(*names: str) -> int:
    """Return PostgreSQL's name for a lock: 64 signed bits."""
    digest = hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def beginning(column: Mapped[str]) -> ColumnElement[bool]:
    """Return "column begins with the parameter `prefix`", as a range an index can serve: see `prefix_values`.

    The column has to compare byte by byte (tables.py: BYTEWISE).
    """
    return (column >= bindparam("prefix")) & (column < bindparam("prefix_end"))


def prefix_values(prefix: str) -> dict[str, str]:
    """Return the parameters `beginning` needs."""
    return {"prefix": prefix, "prefix_end": prefix + chr(sys.maxunicode)}
