"""Connections to SQLite and PostgreSQL: drivers, pragmas, pools. Leaves out transactions (`storage.work`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

#: Connections a process opens to PostgreSQL, and use cases it runs there at a time.
CONNECTIONS = 8
#: Connections a process reads a SQLite file with.
READERS = 4
#: How long another program may hold the SQLite file, in seconds.
PATIENCE = 5

#: Plain ASCII: a NUL or half an emoji in what somebody sent is an escape here, where PostgreSQL would refuse it raw.
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class DatabaseError(Exception):
    """The database cannot be used at all. Says so in a sentence for the operator."""


def parse_url(url: str) -> URL:
    """Return the URL with the driver this product uses; DatabaseError for a database it does not know."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError("数据库地址有误：应以 sqlite:/// 或 postgresql:// 开头。") from error
    backend = parsed.drivername.partition("+")[0]
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise DatabaseError("数据库地址有误：应以 sqlite:/// 或 postgresql:// 开头。")
    if parsed.database in {None, "", ":memory:"} or Path(parsed.database or "").is_dir():
        raise DatabaseError("数据库地址有误：SQLite 要写明文件，例如 sqlite:///data/duban.db。")
    return parsed.set(drivername="sqlite+pysqlite")


def is_sqlite(url: str) -> bool:
    """Tell whether the URL names a SQLite file."""
    return parse_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path:
    """Return the file a SQLite URL names."""
    return Path(parse_url(url).database or "")


def open_engine(url: str, *, readonly: bool = False, pooled: bool = True) -> Engine:
    """Return an engine. On SQLite a transaction begins with the write lock taken, or cannot write (`readonly`).

    What fails names no values: they are people's words, and links that let people in, and errors go to the log.

    `pooled=False` opens a connection for each use and closes it after: for what happens once.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, readonly=readonly, pooled=pooled)
    return _open_postgresql(parsed, pooled=pooled)


def _open_sqlite(url: URL, *, readonly: bool, pooled: bool) -> Engine:
    options: dict[str, Any] = {"pool_size": READERS, "max_overflow": 0} if pooled else {"poolclass": NullPool}
    engine = create_engine(
        url,
        hide_parameters=True,
        # isolation_level=None: the driver begins nothing by itself. Its own way, to begin with the first write and
        # without the write lock, silently loses an update whose row was read before.
        connect_args={
            "isolation_level": None,
            "timeout": PATIENCE,
            "check_same_thread": False,
            "cached_statements": 512,
        },
        json_serializer=_to_json,
        **options,
    )
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        if readonly:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def take(connection: PoolProxiedConnection) -> None:
        connection.cursor().execute(begin)

    # Not the "begin" event: an engine with one asks for listeners around each and every statement.
    engine.dialect.do_begin = take  # type: ignore[method-assign,assignment]
    return engine


def _open_postgresql(url: URL, *, pooled: bool) -> Engine:
    options: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 2} if pooled else {"poolclass": NullPool}
    return create_engine(
        url,
        hide_parameters=True,
        connect_args={
            "application_name": "duban",
            "connect_timeout": 10,
            # A lost network is noticed in half a minute, at both ends: a dead replica's locks are free by then.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 4,
            "options": "-c timezone=UTC -c tcp_keepalives_idle=10"
            " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4",
        },
        json_serializer=_to_json,
        **options,
    )
