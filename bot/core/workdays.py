"""Working days: China's official calendar behind the overrides of a campaign.

Owns which day is worked and how days are counted. Leaves out what is due on them (`bot.core.deadlines`).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import chinese_calendar
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = timedelta(days=1)
_SATURDAY = 5

Dates = Annotated[tuple[date, ...], Field(strict=False)]


@lru_cache(maxsize=4096)
def _official(day: date) -> bool | None:
    """Whether the State Council's calendar has people work on `day`; None when that year is not published."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


class Workdays(BaseModel):
    """The working days of one campaign: `off` and `on` (`[workdays]`) come before the official calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    off: Dates = ()
    on: Dates = ()

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked. In a year without a published calendar: Monday to Friday."""
        if day in self.off:
            return False
        if day in self.on:
            return True
        official = _official(day)
        return day.weekday() < _SATURDAY if official is None else official

    def before(self, day: date) -> date:
        """The last working day strictly before `day`."""
        return self.shift(day, -1)

    def after(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self.shift(day, 1)

    def shift(self, day: date, count: int) -> date:
        """The `count`-th working day after (negative: before) `day`; 0 is `day` itself, worked or not."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def since(self, day: date, last: date) -> Iterator[date]:
        """Every working day from `day` to `last`, both included."""
        while day <= last:
            if self.is_workday(day):
                yield day
            day += _DAY

    @staticmethod
    def unknown_years(first: date, last: date) -> tuple[int, ...]:
        """The years between the two days without an official calendar: they are told, never guessed."""
        return tuple(year for year in range(first.year, last.year + 1) if _official(date(year, 1, 1)) is None)
