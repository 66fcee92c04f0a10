"""Occurrences: each time a duty falls due, with its period, its opening and its due moment.

Owns the calendar of a campaign. Leaves out who is reminded of it (`bot.core.reminders`).

A report belongs to a period, not to the day it came on. A weekly duty's period is the ISO week of its nominal
day: the week keeps its name when a holiday moves the due moment. When a whole week is off, the moment moves
into the week before (or, with `holiday = "after"`, a later one); a report due before its week may be filed as
soon as the week in which it is due begins, and is current once that week's own report has fallen due.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.core.campaign_rules import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from bot.core.campaign import Campaign, Duty

#: The period of a case that is being filled in: it gets its number when it is filed.
NEW: Final = "new"

_CASE = re.compile(r"[0-9]{4}-[0-9]{3,6}")
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WORKWEEK = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a duty falls due. `opens` and `due` are aware, in the campaign's zone."""

    duty: str
    period: str  # "2020-W28", or the named date "2020-08-31"
    opens: datetime  # from here on it can be filed
    due: datetime
    title: str  # "第28周（7月6日—7月10日）", "8月31日前"

    @property
    def key(self) -> str:
        """What everything about it is filed under: "weekly/2020-W28"."""
        return f"{self.duty}/{self.period}"


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment the clocks of `zone` show `at` on `day`.

    Where clocks skip it, the moment it would have been; where they show it twice, the first.
    """
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=1024)
def occurrences(campaign: Campaign, duty_key: str) -> tuple[Occurrence, ...]:
    """Every occurrence of the duty in the campaign, oldest first; KeyError for an unknown duty.

    None for a duty reported at once: each case makes its own.
    """
    duty = campaign.duty(duty_key)
    if duty.every:
        return tuple(_weekly(campaign, duty))
    if duty.on and duty.by:
        opens = instant(campaign.stage(duty.stage).start if duty.stage else campaign.start, time(), campaign.zone)
        due = instant(_moved(campaign, duty, duty.on), duty.by, campaign.zone)
        return (Occurrence(duty.key, duty.on.isoformat(), opens, due, f"{_month_day(due.date())}前"),)
    return ()


def weeks(campaign: Campaign) -> tuple[Occurrence, ...]:
    """Every occurrence of what is reported every week, oldest first; none where nothing is."""
    return tuple(each for duty in campaign.duties if duty.every for each in occurrences(campaign, duty.key))


def dated(campaign: Campaign) -> tuple[Occurrence, ...]:
    """Every report that is due by a date, duty by duty; the notice of a stage is none: it is only read."""
    filed = (duty for duty in campaign.duties if duty.on and duty.stage is None)
    return tuple(each for duty in filed for each in occurrences(campaign, duty.key))


def occurrence(campaign: Campaign, key: str) -> Occurrence | None:
    """The occurrence filed under `key`, if the campaign has it; a duty reported at once has one for every case."""
    return _by_key(campaign).get(key) or _case(campaign, *key.partition("/")[::2])


def case_period(year: int, number: int) -> str:
    """Name the period of a duty reported at once: the `number`-th case of a unit in a year, "2020-003"."""
    return f"{year}-{number:03}"


def _case(campaign: Campaign, duty_key: str, period: str) -> Occurrence | None:
    """The occurrence of one case. It is due never: its due moment is the end of the campaign's last day."""
    duty = next((each for each in campaign.duties if each.key == duty_key and each.at_once), None)
    if duty is None or not (period == NEW or _CASE.fullmatch(period)):
        return None
    title = "新增一件" if period == NEW else f"第{int(period.partition('-')[2])}件"
    opens = instant(campaign.start, time(), campaign.zone)
    return Occurrence(duty.key, period, opens, instant(campaign.end + _DAY, time(), campaign.zone), title)


def current(campaign: Campaign, duty: str, now: datetime) -> Occurrence | None:
    """The occurrence to report on at `now`, due or overdue; None when there is none.

    A weekly duty's is that of the ISO week that holds `now`; from its due moment on, the following one if a
    holiday moved that one into this week. A dated duty's is the one it has, once the campaign has begun.
    """
    now = now.astimezone(UTC)  # two moments of one zone would be compared by the clock on the wall
    opened = [each for each in occurrences(campaign, duty) if each.opens <= now]
    if not campaign.duty(duty).every:
        return opened[-1] if opened else None
    week = week_of(now.astimezone(campaign.zone).date())
    own = occurrence(campaign, f"{duty}/{week}")
    if own and now < own.due:
        return own
    return next((each for each in opened if each.period > week), own)


def present(campaign: Campaign, duty: str, now: datetime) -> Occurrence | None:
    """The occurrence to look at: the current one, else the last that has opened; None before the first."""
    return current(campaign, duty, now) or next(iter(open_ones(campaign, duty, now)), None)


def open_ones(campaign: Campaign, duty: str, now: datetime) -> tuple[Occurrence, ...]:
    """Every occurrence that can be filed at `now`, in time or late, newest first."""
    now = now.astimezone(UTC)
    return tuple(each for each in reversed(occurrences(campaign, duty)) if each.opens <= now)


def previous(campaign: Campaign, this: Occurrence) -> Occurrence | None:
    """The occurrence of the same duty before `this` one."""
    rows = occurrences(campaign, this.duty)
    place = rows.index(this)
    return rows[place - 1] if place else None


def window(campaign: Campaign, this: Occurrence) -> tuple[datetime, datetime]:
    """The stretch of time a report is about: from the due moment before it on, and before its own.

    The first one begins when it opens. What comes in after the due moment belongs to the next report, however late
    this one is filed. Holidays may move two reports to one moment: then the second is about no time at all.
    """
    before = previous(campaign, this)
    return (before.due if before else this.opens), this.due


def nominal_day(campaign: Campaign, this: Occurrence) -> date:
    """The day the rule names, before a holiday moved it."""
    duty = campaign.duty(this.duty)
    if not duty.every:
        return date.fromisoformat(this.period)
    return monday_of(this.period) + timedelta(days=WEEKDAYS.index(duty.every))


def week_of(day: date) -> str:
    """The ISO week that holds `day`, as a period: "2020-W28"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday(day: date) -> date:
    """The first day of the week that holds `day`."""
    return day - timedelta(days=day.weekday())


def monday_of(period: str) -> date:
    """The first day of an ISO week ("2020-W28"); KeyError for no week."""
    try:
        year, _, week = period.partition("-W")
        day = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        raise KeyError(period) from None
    if week_of(day) != period:
        raise KeyError(period)
    return day


def week_span(period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of an ISO week, and the first after it; KeyError for no week."""
    first = monday_of(period)
    return instant(first, time(), zone), instant(first + _WEEK, time(), zone)


@lru_cache(maxsize=64)
def _by_key(campaign: Campaign) -> dict[str, Occurrence]:
    return {each.key: each for duty in campaign.duties for each in occurrences(campaign, duty.key)}


def _weekly(campaign: Campaign, duty: Duty) -> Iterator[Occurrence]:
    nominal = campaign.start
    while duty.every != WEEKDAYS[nominal.weekday()]:
        nominal += timedelta(days=1)
    while nominal <= campaign.end:
        due_day = _moved(campaign, duty, nominal)
        # Due before the campaign's first day it would be overdue when all begins: that week asks nothing.
        if due_day >= campaign.start:
            yield _week(campaign, duty, nominal, due_day)
        nominal += _WEEK


def _week(campaign: Campaign, duty: Duty, nominal: date, due_day: date) -> Occurrence:
    first = monday(nominal)
    assert duty.by is not None  # noqa: S101 - a rule without an hour is refused with its campaign
    return Occurrence(
        duty=duty.key,
        period=week_of(nominal),
        opens=instant(min(first, monday(due_day)), time(), campaign.zone),
        due=instant(due_day, duty.by, campaign.zone),
        title=f"第{nominal.isocalendar().week}周（{_month_day(first)}—{_month_day(first + _WORKWEEK)}）",
    )


def _moved(campaign: Campaign, duty: Duty, nominal: date) -> date:
    if duty.moves == "none" or campaign.workdays.is_workday(nominal):
        return nominal
    return campaign.workdays.before(nominal) if duty.moves == "before" else campaign.workdays.after(nominal)


def _month_day(day: date) -> str:
    return f"{day.month}月{day.day}日"
