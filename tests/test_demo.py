"""What has happened when the demonstration begins, and where its clock can be moved on to."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import demo_story
from bot.app import Product
from bot.campaigns import load
from bot.clock import RehearsalClock
from bot.config import Settings
from bot.core import deadlines
from bot.core.campaign_rules import WEEKLY
from bot.demo import jumps
from storage import submissions

CAMPAIGNS = Path(__file__).parent.parent / "campaigns"
SAMPLE = load(CAMPAIGNS / "sample-2020.toml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SAMPLE.zone)


@pytest.mark.parametrize(
    ("since", "now", "labels"),
    [
        ("2020-07-09", "2020-07-09 09:00", ["到周四下午", "到周五08:30", "到周五11:00", "到8月20日09:00"]),
        ("2020-07-09", "2020-07-10 11:00", ["到周五中午", "到下周四下午", "到下周五08:30", "到8月20日09:00"]),
        ("2020-09-01", "2020-09-08 17:00", ["到周三08:30", "到周三下午", "到周四09:00", "到周四下午"]),
        ("2020-07-09", "2020-12-31 17:00", []),
    ],
)
def test_the_next_moments_and_the_next_of_a_dated_duty(since: str, now: str, labels: list[str]) -> None:
    ahead = jumps(SAMPLE, at(now), at(since))
    assert [label for label, _ in ahead] == labels
    moments = [moment for _, moment in ahead]
    assert moments == sorted(set(moments))
    assert all(moment > at(now) for moment in moments)


@pytest.mark.parametrize("name", ["sample-2020", "sample-2026-safety"])
async def test_the_story_can_be_told_of_any_campaign(name: str, tmp_path: Path) -> None:
    campaign = load(CAMPAIGNS / f"{name}.toml")
    weeks = deadlines.occurrences(campaign, WEEKLY)
    clock = RehearsalClock(weeks[0].opens)
    begin = weeks[demo_story.WEEK].due - timedelta(days=1)
    product = Product(Settings(database=f"sqlite:///{tmp_path}/demo.db", _env_file=None), campaign, clock)
    async with product.opened():
        played = await demo_story.tell(product, clock, begin)
        first, *others = [unit.key for unit in campaign.units]
        papers = await product.store.run(submissions.of_units, [first, *others], 999)
    assert len(played) == 2 * len(campaign.units) + 3
    sheets = {each.unit: each.state for each in papers if campaign.duty(each.duty).form == "contact_sheet"}
    stamps = any("stamp" in duty.needs for duty in campaign.duties if duty.form == "contact_sheet")
    assert sheets == {first: "signed" if stamps else "reported"} | dict.fromkeys(others, "reported")
