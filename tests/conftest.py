"""What most tests stand on: a campaign, a clock that stands still until told, and a database of either kind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from bot import campaigns
from bot.clock import RehearsalClock
from exports.channels.bot_api import BotApi
from storage.work import Store
from tests.kit.botapi import BotApiServer
from tests.kit.databases import PostgresServer, SqliteFiles
from tests.kit.phone import Phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.core.campaign import Campaign

# How long an example takes depends on what else the machine does: no test fails for it.
settings.register_profile("duban", deadline=None)
settings.load_profile("duban")

SAMPLE = Path(__file__).parent.parent / "campaigns" / "sample-2020.toml"
#: A Thursday, 15:00 in the campaign's zone: the weekly report is due the next day at noon.
THURSDAY = datetime(2020, 7, 9, 7, 0, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    return campaigns.load(SAMPLE)


@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(THURSDAY, speed=0)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory, campaign: Campaign) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"), campaign)


@pytest.fixture(scope="session")
def postgres_server(campaign: Campaign) -> Iterator[PostgresServer]:
    server = PostgresServer(campaign)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a fresh, migrated database; once for each kind."""
    if request.param == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        return files.copy(tmp_path)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.clean()


@pytest.fixture
def store(database_url: str, clock: RehearsalClock, campaign: Campaign) -> Iterator[Store]:
    opened = Store(database_url, now=clock.now, campaign=campaign)
    yield opened
    opened.close()


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
async def api(server: BotApiServer) -> AsyncIterator[BotApi]:
    async with BotApi(server.token, server.url) as api:
        yield api


@pytest.fixture
async def phone(server: BotApiServer) -> Phone:
    return Phone(server, 7001, "甲联系人")
