"""A bureau of its own for every test."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.e2e.bureau import Bureau
from tests.kit.databases import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.core.campaign import Campaign
    from tests.kit.databases import PostgresServer, SqliteFiles


@pytest.fixture
async def bureau(database_url: str, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Bureau]:
    """On SQLite and on PostgreSQL."""
    bureau = await Bureau.open(database_url, tmp_path, campaign)
    yield bureau
    await bureau.close()


@pytest.fixture
async def small_bureau(sqlite_files: SqliteFiles, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Bureau]:
    """On SQLite only: where the database makes no difference."""
    bureau = await Bureau.open(sqlite_files.copy(tmp_path), tmp_path, campaign)
    yield bureau
    await bureau.close()


@pytest.fixture
async def large_bureau(postgres_server: PostgresServer, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Bureau]:
    """On PostgreSQL only: several bots may serve it."""
    bureau = await Bureau.open(postgres_server.clean(), tmp_path, campaign)
    yield bureau
    await bureau.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def bureaus(request: pytest.FixtureRequest, tmp_path: Path, campaign: Campaign) -> Callable[[], Awaitable[Bureau]]:
    """Return what opens as many as a test asks for, of one kind; the test closes them."""
    numbers = itertools.count(1)

    def database(folder: Path) -> str:
        if request.param == "sqlite":
            files: SqliteFiles = request.getfixturevalue("sqlite_files")
            return files.copy(folder)
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.empty()
        migrate(url, campaign)
        return url

    async def open_another() -> Bureau:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return await Bureau.open(database(folder), folder, campaign)

    # Begun here, while the test has not: a fixture cannot be asked for within the event loop.
    request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres_server")
    return open_another
