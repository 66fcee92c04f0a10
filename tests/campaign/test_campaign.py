"""Two campaigns played through from their first to their last day by simulated people, and held against their files.

The people and the checks know no unit and no duty: the second campaign is of another year, bureau and kind.
The log of everybody's messages is written beside the database; of a test that fails it is printed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import campaigns
from exports import EXPORTS
from storage.tables import Outbox
from tests.campaign import checks
from tests.campaign.bureau import Bureau
from tests.campaign.oracle import Oracle
from tests.campaign.plan import Plan
from tests.campaign.player import Player

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from storage.work import Work

FOLDER = Path(__file__).parents[2] / "campaigns"


#: Each is held against its own file, and says nothing of the other.
CAMPAIGNS = ("sample-2020", "sample-2026-safety")

#: A moment at which several duties fall together, and how many.
TOGETHER = {"sample-2020": ("2020-10-09 08:30", 3), "sample-2026-safety": ("2026-05-19 15:00", 2)}


@pytest.fixture(params=CAMPAIGNS)
async def player(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Player]:
    """Enrol everybody on the campaign's first day."""
    path = FOLDER / f"{request.param}.toml"
    plan = Plan.read(path)
    bureau = await Bureau.open(f"sqlite:///{tmp_path}/duban.db", f"{plan.start} 00:00", campaigns.load(path))
    player = Player(bureau, plan, request.param)
    await player.begin()
    yield player
    await bureau.close()


async def test_a_campaign_is_played_as_its_file_says(player: Player, tmp_path: Path) -> None:
    journal = player.journal
    try:
        await player.play()
        wrong = [line async for line in faults(player)]
        assert not wrong, "\n".join(wrong)
    except BaseException:
        print(journal.whole())  # noqa: T201 - whoever looks for the fault reads it
        raise
    finally:
        (tmp_path / "journal.txt").write_text(journal.whole(), encoding="utf-8")
    print(journal.summary())  # noqa: T201 - shown by pytest -s


async def faults(player: Player) -> AsyncIterator[str]:
    """Yield everything that is otherwise than the file and people's deeds would have it."""
    plan, journal, store = player.plan, player.journal, player.bureau.store
    oracle, now = Oracle(plan, journal), player.bureau.now
    expected = oracle.reminders()
    at, things = TOGETHER[player.seed]
    found: list[Iterator[str]] = [
        checks.lively(plan, oracle, expected, journal),
        checks.reminders(plan, expected, journal),
        checks.together(expected, journal, datetime.fromisoformat(at).replace(tzinfo=plan.zone), things),
        checks.tables(plan, oracle, journal),
        checks.by_hand(plan, oracle, journal),
        checks.hours(plan, journal),
        checks.privacy(plan, journal),
        checks.words(journal, others(player.seed)),
        checks.outbox(await store.read(outbox_rows)),
        checks.records(plan, oracle, journal, await player.desk.records(), now),
    ]
    for occasion in (each for each in plan.occasions if each.weekly):
        rows = await store.read(standings_of_the_week, occasion.period)
        found.append(checks.week(plan, oracle, occasion, rows, now))
    for each in found:
        for line in each:
            yield line


def others(name: str) -> set[str]:
    """Return what only the other campaigns' files say."""
    own = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    every = (Plan.read(FOLDER / f"{each}.toml").words() for each in CAMPAIGNS)
    return {word for words in every for word in words if word not in own}


def outbox_rows(work: Work) -> list[tuple[str, str, str, str, str]]:
    columns = (Outbox.key, Outbox.recipient, Outbox.kind, Outbox.state, Outbox.error)
    return [tuple(row) for row in work.conn.execute(select(*(col(each) for each in columns)))]


def standings_of_the_week(work: Work, period: str) -> list[tuple[str, str]]:
    """Return the units of the week's table with how they stand."""
    table = EXPORTS["weekly"](work, period)
    keys = [column.key for column in table.columns]
    return [(str(row.cells[keys.index("unit")]), str(row.cells[keys.index("standing")])) for row in table.rows]
