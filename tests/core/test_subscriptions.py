"""When it is told how the week stands, and what has turned red: the calendar's odd days."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.core.subscriptions import occasions
from tests.core.making import make, weekly

if TYPE_CHECKING:
    from bot.core.campaign import Campaign

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def bureau(by: str = "12:00", quiet: tuple[str, str] = ("21:00", "07:30"), off: tuple[date, ...] = ()) -> Campaign:
    duties = [weekly(by=by, ladder=())]
    return make(date(2020, 6, 20), date(2020, 12, 31), duties=duties, quiet=quiet, off=off)


def keys(campaign: Campaign, now: str, installed: str = "2020-06-20") -> list[str]:
    return [each.key for each in occasions(campaign, at(now), at(installed))]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2020-07-10 12:09", []),
        ("2020-07-10 12:10", ["red/weekly/2020-W28"]),
        ("2020-07-10 17:00", ["red/weekly/2020-W28", "summary/2020-W28"]),
        ("2020-07-10 21:00", []),
        ("2020-07-13 23:59", []),
        ("2020-07-13 20:59", ["red/weekly/2020-W28", "summary/2020-W28"]),
        ("2020-07-14 07:30", []),
    ],
)
def test_it_is_told_while_it_matters_but_for_the_quiet_hours(now: str, told: list[str]) -> None:
    assert keys(bureau(), now) == told


def test_what_fell_due_before_the_installation_is_not_told() -> None:
    assert keys(bureau(), "2020-07-10 18:00", installed="2020-07-10 12:30") == ["summary/2020-W28"]


def test_a_report_due_in_the_evening_is_summed_up_when_it_is_due() -> None:
    late = bureau(by="18:00")
    assert keys(late, "2020-07-10 17:59") == []
    assert keys(late, "2020-07-10 18:00") == ["summary/2020-W28"]


def test_what_is_due_in_the_quiet_hours_is_told_when_they_end() -> None:
    early = bureau(quiet=("12:00", "14:00"))
    assert keys(early, "2020-07-10 13:59") == []
    assert keys(early, "2020-07-10 14:00") == ["red/weekly/2020-W28"]


def test_two_weeks_that_a_holiday_moves_to_one_day_are_summed_up_once() -> None:
    told = keys(bureau(off=tuple(date(2020, 7, day) for day in range(13, 18))), "2020-07-10 17:00")
    assert told == ["red/weekly/2020-W28", "red/weekly/2020-W29", "summary/2020-W29"]
