"""A month as a keyboard: paging by month and year, today marked, only permitted days to tap.

Its actions: `y:<ISO day>` a day, `q:<ISO day>` the same from a quick button, `c:<YYYY-MM>` another month,
`n:<number>` a cell that means nothing.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from itertools import count
from typing import Final

from bot.texts import dialog as words

#: Label and action of each button.
Keys = tuple[tuple[tuple[str, str], ...], ...]

_WEEKS: Final = calendar.Calendar()  # weeks begin on Monday
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)")
_YEAR: Final = 12
_NO_DAY: Final = 32


def _ordinal(day: date) -> int:
    return day.year * _YEAR + day.month - 1


def read_month(text: str, earliest: date, latest: date) -> str | None:
    """Return the month `text` names ("2020-07"), moved into the limits; None when it names none."""
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    ordinal = int(found[1]) * _YEAR + int(found[2]) - 1
    ordinal = min(max(ordinal, _ordinal(earliest)), _ordinal(latest))
    return f"{ordinal // _YEAR:04}-{ordinal % _YEAR + 1:02}"


def month_keys(month: str, today: date, earliest: date, latest: date) -> Keys:
    """Return the keyboard of `month` ("2020-07"); a day outside the limits is a cell that means nothing."""
    year, number = int(month[:4]), int(month[5:])
    shown, first, last = year * _YEAR + number - 1, _ordinal(earliest), _ordinal(latest)
    low = earliest.day if shown == first else 1 if shown > first else _NO_DAY
    high = latest.day if shown == last else _NO_DAY if shown < last else 0
    marked = today.day if shown == _ordinal(today) else 0
    blanks = count()

    def blank(label: str = words.BLANK) -> tuple[str, str]:
        return label, f"n:{next(blanks)}"

    def turn(label: str, to: int) -> tuple[str, str]:
        return (label, f"c:{to // _YEAR:04}-{to % _YEAR + 1:02}") if first <= to <= last else blank()

    def cell(week_day: int) -> tuple[str, str]:
        if not week_day:
            return blank()
        if not low <= week_day <= high:
            return blank()
        return (words.today(week_day) if week_day == marked else str(week_day)), f"y:{month}-{week_day:02}"

    near = [(distance, today + timedelta(days=distance)) for distance in (-1, 0, 1)]
    quick = tuple(
        (words.near_day(distance, day.month, day.day), f"q:{day.isoformat()}")
        for distance, day in near
        if earliest <= day <= latest
    )
    heading = (
        turn(words.YEAR_BACK, shown - _YEAR),
        turn(words.MONTH_BACK, shown - 1),
        blank(words.month(year, number)),
        turn(words.MONTH_ON, shown + 1),
        turn(words.YEAR_ON, shown + _YEAR),
    )
    grid = tuple(tuple(cell(day) for day in week) for week in _WEEKS.monthdayscalendar(year, number))
    return (*((quick,) if quick else ()), heading, tuple(blank(name) for name in words.WEEKDAYS), *grid)
