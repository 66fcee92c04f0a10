"""An office of its own for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kit.office import Office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The sample campaign on Thursday afternoon of week 28, with nobody enrolled yet."""
    office = await Office.open(database_url, "2020-07-09 15:00")
    yield office
    await office.close()
