"""Facts below are from the State Council's notices for those years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.workdays import Workdays

DAYS = st.dates(date(2004, 2, 1), date(2030, 11, 30))
PLAIN = Workdays()


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2020, 6, 24), True),
        (date(2020, 6, 25), False),  # Dragon Boat Festival, a Thursday
        (date(2020, 6, 26), False),
        (date(2020, 6, 28), True),  # a Sunday worked in exchange
        (date(2020, 9, 27), True),  # the same before the National Day
        (date(2020, 10, 1), False),
        (date(2020, 10, 8), False),
        (date(2020, 10, 9), True),
        (date(2020, 10, 10), True),  # a Saturday worked
        (date(2021, 2, 7), True),  # a Sunday worked before the Spring Festival
        (date(2021, 2, 11), False),
        (date(2021, 2, 17), False),
        (date(2021, 2, 18), True),
        (date(2021, 2, 20), True),  # a Saturday worked after it
        (date(2022, 1, 30), True),  # a Sunday worked before a whole week off
        (date(2022, 2, 4), False),
    ],
)
def test_official_calendar_with_days_worked_in_exchange(day: date, *, worked: bool) -> None:
    assert PLAIN.is_workday(day) is worked


def test_overrides_come_first() -> None:
    days = Workdays(off=(date(2020, 7, 10),), on=(date(2020, 10, 2),))
    assert not days.is_workday(date(2020, 7, 10))
    assert days.is_workday(date(2020, 10, 2))
    assert days.before(date(2020, 7, 11)) == date(2020, 7, 9)


def test_a_year_that_is_not_published_is_told_and_counts_monday_to_friday() -> None:
    assert PLAIN.unknown_years(date(2003, 12, 1), date(2004, 2, 1)) == (2003,)
    assert PLAIN.unknown_years(date(2020, 1, 1), date(2021, 12, 31)) == ()
    assert PLAIN.unknown_years(date(2099, 1, 1), date(2099, 1, 2)) == (2099,)
    assert PLAIN.is_workday(date(2099, 10, 1))  # a Thursday: nobody knows yet
    assert not PLAIN.is_workday(date(2099, 10, 3))


def test_counting_over_the_dragon_boat_festival() -> None:
    assert PLAIN.before(date(2020, 6, 28)) == date(2020, 6, 24)
    assert PLAIN.shift(date(2020, 6, 30), -3) == date(2020, 6, 24)
    assert PLAIN.shift(date(2020, 6, 24), 1) == date(2020, 6, 28)
    assert PLAIN.shift(date(2020, 6, 26), 0) == date(2020, 6, 26)


@given(day=DAYS, count=st.integers(1, 15), off=st.sets(DAYS, max_size=20), on=st.sets(DAYS, max_size=20))
def test_shift_counts_worked_days_and_goes_back(day: date, count: int, off: set[date], on: set[date]) -> None:
    days = Workdays(off=tuple(off), on=tuple(on - off))
    later = days.shift(day, count)
    assert days.is_workday(later)
    assert sum(days.is_workday(day + timedelta(n)) for n in range(1, (later - day).days + 1)) == count
    assert days.shift(later, -count) <= day or days.is_workday(day)
    if days.is_workday(day):
        assert days.shift(later, -count) == day
