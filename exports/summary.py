"""How the campaign stands, read in one transaction (plan: T5). What it tells is `bot.core.summary`."""

from __future__ import annotations

from datetime import timedelta
from itertools import dropwhile
from typing import TYPE_CHECKING, Final

from bot.core import deadlines, reconciliation, urgency
from bot.core.campaign_rules import WEEKLY
from bot.core.plain_text import one_line, unbracketed
from bot.core.reconciliation import Flow, Line
from bot.core.summary import NAMED, WEEKS, AreaLine, Overdue, Point, Reporting, Summary, UnitLine
from storage import ledger, settings, standing
from storage.ledger import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from storage.standing import Book
    from storage.work import Work

#: What is due so soon is told of, and at the least so many.
_SOON: Final = timedelta(days=21)
_LEAST: Final = 2
_BRIEF: Final = 40


def load(work: Work, period: str = "") -> Summary:
    """Return how it stands now, with the reports of this week or of another `period`.

    KeyError for no such week, and for one that has not begun.
    """
    campaign = work.campaign
    now = work.now.astimezone(campaign.zone)
    book, since = standing.book(work), settings.installed_at(work)
    week = _week(campaign, period, now)
    after = _following(campaign, week, now) if week else None
    shown = _reporting(campaign, book, week, now) if week else None
    stock = _stock(work, now.date())
    stage = next((each for each in campaign.stages if each.start <= now.date() <= each.end), None)
    dated = [
        _reporting(campaign, book, each, now) for each in deadlines.dated(campaign) if not urgency.past(each.due, since)
    ]
    return Summary(
        title=campaign.title,
        bureau=campaign.bureau,
        now=now,
        stage=stage.name if stage else "",
        stage_end=stage.end if stage else None,
        begins=campaign.start,
        ends=campaign.end,
        week=shown,
        units=list(_units(campaign, shown, stock)),
        areas=list(_areas(work, now.date())),
        stock=reconciliation.total(list(stock.values())) if campaign.ledger else None,
        trend=_trend(work, book, list(stock.values()), now, since),
        coming=_coming([each for each in dated if not each.past], now),
        following=_reporting(campaign, book, after, now) if after else None,
        lagging=[each for each in dated if each.past and each.owing],
        overdue=list(_overdue(work, now.date())),
    )


def _week(campaign: Campaign, period: str, now: datetime) -> Occurrence | None:
    """Return the week asked for, else the present one, else the last that has begun."""
    if not period:
        return deadlines.present(campaign, WEEKLY, now) if deadlines.weeks(campaign) else None
    found = next((each for each in deadlines.open_ones(campaign, WEEKLY, now) if each.period == period), None)
    if found is None:
        raise KeyError(period)
    return found


def _following(campaign: Campaign, week: Occurrence, now: datetime) -> Occurrence | None:
    """Return the first week after this one whose report is still to come."""
    weeks = deadlines.weeks(campaign)
    return next((each for each in weeks[weeks.index(week) + 1 :] if not urgency.past(each.due, now)), None)


def _reporting(campaign: Campaign, book: Book, occurrence: Occurrence, now: datetime) -> Reporting:
    return Reporting(
        key=occurrence.key,
        name=unbracketed(campaign.duty(occurrence.duty).name),
        title=occurrence.title,
        due=occurrence.due,
        past=urgency.past(occurrence.due, now),
        kinds={unit: each.kind for unit, each in book.at(occurrence).items()},
    )


def _coming(found: list[Reporting], now: datetime) -> list[Reporting]:
    ordered = sorted(found, key=lambda each: each.due)
    near = [each for each in ordered if each.due <= now + _SOON]
    return near if len(near) >= _LEAST else ordered[:_LEAST]


def _units(campaign: Campaign, shown: Reporting | None, stock: dict[str, Line]) -> Iterator[UnitLine]:
    """Yield those that report, then those that have left and whose entries are counted all the same."""
    for unit in campaign.units:
        yield UnitLine(unit.key, unit.name, shown.kinds[unit.key] if shown else None, stock.get(unit.key))
    here = {unit.key for unit in campaign.units}
    for key, line in stock.items():
        if key not in here:
            yield UnitLine(key, campaign.unit_name(key), None, line)


def _stock(work: Work, today: date) -> dict[str, Line]:
    """Return every unit's entries, also of those that have left; nothing without a ledger."""
    if work.campaign.ledger is None:
        return {}
    units = [unit.key for unit in work.campaign.units]
    return {line.unit: line for line in reconciliation.lines(units, ledger.tally(work, today), ())}


def _areas(work: Work, today: date) -> Iterator[AreaLine]:
    if work.campaign.ledger is None:
        return
    areas = [area.key for area in work.campaign.areas]
    for line in reconciliation.lines(areas, ledger.tally_areas(work, today), ()):
        yield AreaLine(line.unit, work.campaign.area_name(line.unit), line)


def _trend(work: Work, book: Book, stock: list[Line], now: datetime, since: datetime) -> list[Point]:
    """Return the last weeks that have begun, oldest first, from the first one in use or with a report on."""
    campaign = work.campaign
    begun = [each for each in deadlines.weeks(campaign) if each.opens <= now]
    used = dropwhile(lambda each: each.due < since and not book.versions.get(each.key), begun)
    weeks = list(used)[-WEEKS:]
    points: list[Point] = []
    left = sum(line.closing for line in stock)  # now; from here back in time
    until: datetime | None = None
    for week in reversed(weeks):
        begin, end = deadlines.week_span(week.period, campaign.zone)
        if end != until:  # what came after the last of them
            left -= _gain(_flow(work, end, until))
        flow = _flow(work, begin, end)
        at = _reporting(campaign, book, week, now)
        counts = (at.expected, at.number("on_time"), at.number("late"))
        number = int(week.period.partition("-W")[2])
        points.append(Point(week.period, number, *counts, flow.found, flow.closed, left))
        left -= _gain(flow)
        until = begin
    return points[::-1]


def flow_in(work: Work, period: str) -> Flow:
    """Return what came and went in a week ("2020-W28") from Monday to Sunday; nothing without a ledger."""
    return _flow(work, *deadlines.week_span(period, work.campaign.zone))


def _flow(work: Work, begin: datetime, end: datetime | None) -> Flow:
    if work.campaign.ledger is None:
        return Flow(reconciliation.TOTAL)
    return reconciliation.total_flow(ledger.flows(work, begin, end))


def _gain(flow: Flow) -> int:
    """Return how many more were unfinished at the end of a stretch of time than at its beginning."""
    return flow.found + flow.reopened + flow.taken_back - flow.closed - flow.transferred


def _overdue(work: Work, today: date) -> Iterator[Overdue]:
    if work.campaign.ledger is None:
        return
    for entry in ledger.page(work, Filter(view="overdue"), today, 0, NAMED):
        brief = one_line(str(entry.answers.get("description", "")), _BRIEF)
        days = (today - entry.due).days
        yield Overdue(entry.id, entry.number, work.campaign.unit_name(entry.unit), brief, entry.due, days)
