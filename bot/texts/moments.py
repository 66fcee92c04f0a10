"""Dates and times as an office says them; all in the campaign's zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def day(value: date) -> str:
    """7月10日."""
    return f"{value.month}月{value.day}日"


def full(value: date) -> str:
    """2020年7月10日."""
    return f"{value.year}年{day(value)}"


def full_moment(value: datetime, zone: ZoneInfo) -> str:
    """2020年7月10日 09:12."""
    local = value.astimezone(zone)
    return f"{full(local)} {local:%H:%M}"


def week(period: str) -> str:
    """2020年第28周, of the period "2020-W28"."""
    year, _, number = period.partition("-W")
    return f"{year}年第{int(number)}周"


def weekday(value: date) -> str:
    """周五."""
    return WEEKDAYS[value.weekday()]


def day_and_weekday(value: date) -> str:
    """7月10日（周五）."""
    return f"{day(value)}（{weekday(value)}）"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """7月10日 09:12."""
    local = value.astimezone(zone)
    return f"{day(local)} {local:%H:%M}"


def deadline(value: datetime, zone: ZoneInfo) -> str:
    """7月10日（周五）12:00."""
    local = value.astimezone(zone)
    return f"{day_and_weekday(local)}{local:%H:%M}"
