"""What was changed in the chat holds for every process from the commit on, and not before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.core.campaign_changes import Change
from storage import overrides, people
from storage.work import Store, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign

RENAMED = Change("unit", "nongji", {"name": "农机化服务中心"})
DAY = date(2020, 7, 17)


@pytest.fixture
def stores(database_url: str, clock: RehearsalClock, campaign: Campaign) -> Iterator[tuple[Store, Store]]:
    """Two processes on one database."""
    both = tuple(Store(database_url, now=clock.now, campaign=campaign) for _ in range(2))
    both[0].migrate()
    both[0].do(people.create_person, "钱某")
    yield both[0], both[1]
    for store in both:
        store.close()


def name(work: Work) -> str:
    return work.campaign.unit("nongji").name


def works(work: Work) -> bool:
    return work.campaign.workdays.is_workday(DAY)


def test_a_change_is_seen_by_another_process_at_its_next_transaction(stores: tuple[Store, Store]) -> None:
    one, two = stores
    assert two.do(name) == "农机服务中心"
    one.do(overrides.add, RENAMED, 1)
    assert (one.do(name), two.do(name)) == ("农机化服务中心", "农机化服务中心")
    two.do(overrides.add, Change("workday", DAY.isoformat(), {"work": False}), 1)
    assert (one.do(works), two.do(works)) == (False, False)
    assert one.do(name) == "农机化服务中心"


def test_a_change_rolled_back_is_seen_by_nobody(stores: tuple[Store, Store]) -> None:
    one, two = stores

    def fail(work: Work) -> None:
        overrides.add(work, RENAMED, 1)
        raise RuntimeError("after the change")

    with pytest.raises(RuntimeError, match="after the change"):
        one.do(fail)
    assert (one.do(name), two.do(name)) == ("农机服务中心", "农机服务中心")
    one.do(overrides.add, Change("unit", "nongji", {"name": "农机推广中心"}), 1)
    assert (one.do(name), two.do(name)) == ("农机推广中心", "农机推广中心")


def test_changes_come_back_as_they_were_made(stores: tuple[Store, Store]) -> None:
    one, two = stores
    added = Change("unit", "u1", {"name": "种子站", "left": False})
    made = [RENAMED, Change("workday", DAY.isoformat(), {"work": None}), added]
    for each in made:
        one.do(overrides.add, each, 1)
    assert two.do(overrides.every) == made


async def test_a_reading_transaction_sees_it_too(stores: tuple[Store, Store]) -> None:
    one, two = stores
    await one.run(overrides.add, RENAMED, 1)
    assert await two.read(name) == "农机化服务中心"


def test_a_change_that_no_longer_fits_the_file_does_not_keep_it_from_starting(stores: tuple[Store, Store]) -> None:
    one, two = stores
    one.do(overrides.add, Change("unit", "nongji", {"name": "畜牧兽医服务中心"}), 1)  # another unit's name by now
    one.do(overrides.add, Change("unit", "xumu", {"left": True}), 1)
    assert two.do(name) == "农机服务中心"
    assert two.do(lambda work: work.campaign.unit("xumu").left)
