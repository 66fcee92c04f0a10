"""Dates as people type them: 2020-7-8, 2020年7月8日, 20200708, 7月8日, 7.8, 昨天, 上周五."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from bot.core.numerals import chinese

_NEAR: Final = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
}
_WEEK: Final = re.compile(r"(?P<which>上|本|这|下)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKS: Final = {"上": -1, "下": 1}
_SIGNS: Final = "[0-9零〇○一二三四五六七八九十]"
_FULL: Final = re.compile(
    rf"(?:(?P<year>\d{{4}}|[零〇○一二三四五六七八九]{{4}})\s*[-/.年\s]\s*)?"
    rf"(?P<month>{_SIGNS}{{1,3}})\s*[-/.月\s]\s*(?P<day>{_SIGNS}{{1,3}})\s*[日号]?"
)
_PACKED: Final = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)")


def _whole(text: str) -> int:
    value = int(text) if text.isdecimal() else chinese(text)
    return -1 if value is None else value


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_date(text: str, today: date, earliest: date, latest: date) -> date | None:
    """Return the day somebody typed; None when it is none. It may lie outside the limits.

    Without a year the nearest year is meant in which the day lies within the limits, this year if there is
    none.
    """
    text = unicodedata.normalize("NFKC", text).strip().rstrip("。.")
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    if week := _WEEK.fullmatch(text):
        monday = today - timedelta(days=today.weekday())
        weekday = "一二三四五六日".index(week["day"].replace("天", "日"))
        return monday + timedelta(days=weekday + 7 * _WEEKS.get(week["which"] or "", 0))
    found = _PACKED.fullmatch(text) or _FULL.fullmatch(text)
    if found is None:
        return None
    month, day = _whole(found["month"]), _whole(found["day"])
    if found["year"]:
        return _day(_whole(found["year"]), month, day)
    near = [_day(today.year + years, month, day) for years in (0, -1, 1)]
    return next((day for day in near if day and earliest <= day <= latest), near[0])
