"""How a unit keeps its dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.deadlines import Occurrence
from bot.core.discipline import Record, fallen_due, record
from bot.core.standings import Standing
from bot.core.urgency import colour, days_late
from bot.core.workdays import Workdays
from bot.texts.todo import left

if TYPE_CHECKING:
    from bot.core.standings import Kind

NOON = datetime(2020, 7, 10, 4, tzinfo=UTC)  # a Friday


def week(number: int, due: datetime) -> Occurrence:
    return Occurrence("weekly", f"2020-W{number}", due - timedelta(days=4), due, "")


def test_only_what_fell_due_since_the_installation_counts() -> None:
    rows = [week(number, NOON + timedelta(weeks=number - 28)) for number in (26, 27, 28, 29)]
    installed = NOON - timedelta(days=8)
    assert [each.period for each in fallen_due(rows, installed, NOON)] == ["2020-W27"]
    assert [each.period for each in fallen_due(rows, NOON - timedelta(weeks=1), NOON)] == ["2020-W27"], "to the moment"
    assert [each.period for each in fallen_due(rows, installed, NOON + timedelta(seconds=1))] == [
        "2020-W27",
        "2020-W28",
    ]


def test_every_standing_counts_once_and_what_is_still_on_its_way_is_missing() -> None:
    kinds: list[Kind] = ["on_time", "on_time", "late", "awaiting", "stamping", "returned", "missing", "excused"]
    stands: list[Standing[Any]] = [Standing(kind) for kind in kinds]
    assert record(stands) == Record(on_time=2, late=1, missing=4, excused=1)
    assert record([]) == Record()


def test_the_time_left_is_counted_in_days_ahead_and_in_working_days_after() -> None:
    workdays = Workdays()
    said = {
        at: (left(NOON, at, workdays), colour(NOON, at, workdays))
        for at in (
            NOON - timedelta(days=7),
            NOON - timedelta(days=3),
            NOON - timedelta(days=1),
            NOON - timedelta(hours=1),
            NOON,
            NOON + timedelta(hours=1),
            NOON + timedelta(days=2),
            NOON + timedelta(days=4),
        )
    }
    assert list(said.values()) == [
        ("7月10日前，还剩7天", "blue"),
        ("7月10日前，还剩3天", "yellow"),
        ("明天04:00前", "yellow"),
        ("今天04:00前", "yellow"),
        ("今天04:00前", "yellow"),
        ("已逾期", "red"),
        ("已逾期", "red"),  # a weekend is no delay
        ("已逾期2个工作日", "red"),
    ]
    assert days_late(NOON, NOON, workdays) == 0
