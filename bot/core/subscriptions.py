"""What people have asked to be told by itself, and when: how the week stands, and what has turned red (plan: T5).

Owns the moments. Leaves out who has asked (`storage.subscriptions`), what is said (`bot.texts.subscribing`), and that
it is said once (`bot.services.subscribing`). In quiet hours nothing is decided; that is done when they end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from bot.core.deadlines import dated, instant, weeks
from bot.core.reminders import REMEMBERED, audible, end_of_next_workday, is_quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence

#: A report that comes so soon after its due moment is not told of as missing.
GRACE: Final = timedelta(minutes=10)
#: When entries that have turned overdue are told of; at the end of the quiet hours where those last longer.
MORNING: Final = time(7, 30)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something to tell from `at` on and before `until`, to those who asked before it came to be (`since`); all UTC."""

    kind: ClassVar[Literal["week", "red"]] = "red"
    key: str
    since: datetime
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class WeekDone(Occasion):
    """A week's reports have fallen due, and its day is nearly over: "summary/2020-W28"."""

    kind: ClassVar[Literal["week", "red"]] = "week"
    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class FallenDue(Occasion):
    """A report has fallen due: "red/weekly/2020-W28"."""

    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Morning(Occasion):
    """A working day begins, and entries' deadlines have passed: "red/issues/2020-07-10"."""

    SERIES: ClassVar[str] = "red/issues/"
    day: date

    def first_deadline(self, last: date | None) -> date:
        """Return the first deadline whose entries are news; `last`: the day on which that was told of before."""
        return max(self.day - REMEMBERED, last or date.min)


def occasions(campaign: Campaign, now: datetime, installed: datetime) -> list[Occasion]:
    """Return what has come at `now`, matters still, and came to be when the product was in use."""
    if is_quiet(campaign, now):
        return []
    now = now.astimezone(UTC)
    every = (*_by_the_calendar(campaign), *_mornings(campaign, now.astimezone(campaign.zone).date()))
    return [each for each in every if installed <= each.since and each.at <= now < each.until]


@lru_cache(maxsize=64)
def _by_the_calendar(campaign: Campaign) -> tuple[Occasion, ...]:
    late = [_late(campaign, each) for each in (*weeks(campaign), *dated(campaign))]
    done = (_week(campaign, each) for each in weeks(campaign))
    # Holidays may move two reports to one moment: the later week's summary is told then.
    return (*late, *{each.since: each for each in done}.values())


def _late(campaign: Campaign, this: Occurrence) -> FallenDue:
    due = this.due.astimezone(UTC)
    at = audible(campaign, (due + GRACE).astimezone(campaign.zone))
    return FallenDue(f"red/{this.key}", due, at, end_of_next_workday(campaign, due), this)


def _week(campaign: Campaign, this: Occurrence) -> WeekDone:
    hour = instant(this.due.date(), campaign.summary_at, campaign.zone).astimezone(UTC)
    done = max(hour, this.due.astimezone(UTC))
    at = audible(campaign, done.astimezone(campaign.zone))
    return WeekDone(f"summary/{this.period}", done, at, end_of_next_workday(campaign, done), this)


def _mornings(campaign: Campaign, today: date) -> Iterator[Morning]:
    """Yield today's, if it is a working day of a campaign with a ledger."""
    if campaign.ledger and campaign.start <= today <= campaign.end and campaign.workdays.is_workday(today):
        at = audible(campaign, instant(today, MORNING, campaign.zone))
        yield Morning(f"{Morning.SERIES}{today}", at, at, end_of_next_workday(campaign, at), today)
