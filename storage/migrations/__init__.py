"""The tables' history, by Alembic. `upgrade` is all the product needs.

For developers: `alembic -c storage/migrations/alembic.ini revision --autogenerate -m "..."` against the database in
`DUBAN_DATABASE`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from storage.engine import DatabaseError, open_engine
from storage.statements import LOCK, lock_number

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Connection, Engine


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, wholly or not at all. On SQLite the caller keeps other processes away."""
    engine = open_engine(url, pooled=False)
    try:
        if engine.dialect.name == "sqlite":
            _upgrade_sqlite(engine, revision)
        else:
            with engine.begin() as connection:
                connection.execute(LOCK, {"number": lock_number("migrations")})  # of replicas one migrates
                _alembic(connection, revision)
    except DBAPIError as error:
        raise DatabaseError(f"数据库无法使用：{' '.join(str(error.orig).split())}") from error
    finally:
        engine.dispose()


def _upgrade_sqlite(engine: Engine, revision: str) -> None:
    """Migrate with foreign keys unchecked until the end: a table is changed by making it anew."""
    with engine.connect() as connection:
        raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        raw.execute("PRAGMA foreign_keys=OFF")  # of no effect once a transaction has begun
        with connection.begin():
            _alembic(connection, revision)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration would leave rows without what they refer to: {broken[:5]}")


def _alembic(connection: Connection, revision: str) -> None:
    config = configure()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def configure() -> Config:
    """Return Alembic's configuration for this package's revisions."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
