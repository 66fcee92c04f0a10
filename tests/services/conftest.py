"""An office of its own for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.kit.office import Office
from tests.services.tries import Whole
from tests.services.whole_office import prepared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.kit.databases import SqliteFiles


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The sample campaign on Thursday afternoon of week 28, with nobody enrolled yet."""
    office = await Office.open(database_url, "2020-07-09 15:00")
    yield office
    await office.close()


@pytest.fixture(scope="session")
def whole(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """An office with everything in it, prepared once: whoever tries something there takes it back."""

    async def prepare() -> Whole:
        office, things = await prepared(sqlite_files.copy(tmp_path_factory.mktemp("whole")))
        chats = office.chats.items()
        return Whole(
            office.store,
            {name: chat.address for name, chat in chats},
            things,
            {name: chat.messages for name, chat in chats},
        )

    made = asyncio.run(prepare())
    yield made
    made.store.close()
