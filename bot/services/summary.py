"""整治情况: how the campaign stands in one message, and where to look closer: units, areas, weeks (plan: T5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import deadlines, reconciliation
from bot.core.campaign_rules import WEEKLY
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.core.standings import OWING
from bot.services import reception, subjects
from bot.services.issues import ledger_of
from bot.texts import moments
from bot.texts import summary as texts
from bot.texts import summary_weeks as week_texts
from exports.summary import flow_in, load
from storage import ledger, settings

if TYPE_CHECKING:
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.core.summary import Summary, UnitLine
    from bot.services.visit import Visit
    from storage.work import Work


def show(visit: Visit) -> Message:
    """整治情况, as it is now."""
    visit.require("summary.see")
    return message(visit.work)


def message(work: Work, period: str = "") -> Message:
    """Return what is told whoever may see it, of this week or of another one that has begun."""
    return texts.page(load(work, period), period)


# ── By unit, by area ─────────────────────────────────────────────────────


def units(visit: Visit, page: str = "") -> Message:
    """按单位: who is most behind comes first."""
    visit.require("summary.see")
    now = load(visit.work)
    ordered = sorted(now.units, key=lambda line: _pressing(line, now), reverse=True)
    reporting = [unit.key for unit in visit.campaign.units]
    return texts.units_page(now, ordered, reporting, subjects.row_id(page or "0"))


def _pressing(line: UnitLine, now: Summary) -> tuple[int, bool]:
    owes = line.kind in OWING and now.week is not None and now.week.past
    return (line.stock.overdue if line.stock else 0), owes


def areas(visit: Visit) -> Message:
    """按方面: the ledger by area, the most overdue first."""
    visit.require("summary.see")
    ledger_of(visit.campaign)
    ordered = sorted(load(visit.work).areas, key=lambda line: line.stock.overdue, reverse=True)
    return texts.areas_page(ordered, [area.key for area in visit.campaign.areas])


def area(visit: Visit, key: str) -> Message:
    """One area, unit by unit: the units that have entries there, the most overdue first."""
    visit.require("summary.see")
    ledger_of(visit.campaign)
    known = next((each for each in visit.campaign.areas if each.key == key), None)
    if known is None:
        raise Problem("gone")
    order = [unit.key for unit in visit.campaign.every_unit]
    found = reconciliation.lines(order, ledger.tally_in_area(visit.work, visit.now.date(), key), ())
    ranked = sorted((line for line in found if line.found), key=lambda line: (-line.overdue, -line.closing))
    named = [(visit.campaign.unit_name(line.unit), line) for line in ranked]
    return texts.area_page(key, known.name, reconciliation.total(found), named)


# ── By week ──────────────────────────────────────────────────────────────


def week(visit: Visit, period: str = "") -> Message:
    """往期: the last weeks, or one of them."""
    visit.require("summary.see")
    if not period:
        points = load(visit.work).trend[::-1]
        return week_texts.listing(points, ledger=visit.campaign.ledger is not None)
    begun = _begun(visit, period)
    shown = load(visit.work, period).week
    assert shown is not None  # noqa: S101 - it was asked for by its period
    names = {unit.key: unit.name for unit in visit.campaign.units}
    flow = flow_in(visit.work, period) if visit.campaign.ledger else None
    return week_texts.page(shown, names, flow, _around(visit, begun), period)


def _begun(visit: Visit, period: str) -> Occurrence:
    """Return the week; Problem("gone") for none, and for one that is still to come."""
    found = subjects.occurrence(visit.campaign, f"{WEEKLY}/{period}")
    if found.opens > visit.now:
        raise Problem("gone")
    return found


def _around(visit: Visit, this: Occurrence) -> list[Button]:
    """Return the ways to the weeks before and after, as far as they are in use and have begun."""
    installed = settings.installed_at(visit.work)
    weeks = deadlines.weeks(visit.campaign)
    rows = [each for each in weeks if each == this or (each.opens <= visit.now and each.due >= installed)]
    place = rows.index(this)
    around = (("前一周", place - 1), ("后一周", place + 1))
    return [Button(label, f"m:sumweek:{rows[at].period}") for label, at in around if 0 <= at < len(rows)]


# ── 通报 ──────────────────────────────────────────────────────────────────


def bulletin(visit: Visit, period: str = "", *, word: bool = False) -> Message:
    """通报: the week on one page, as it stands now."""
    visit.require("summary.see")
    shown = _begun(visit, period) if period else reception.this_week(visit)
    return week_texts.bulletin(shown.title, moments.moment(visit.now, visit.campaign.zone), shown.period, word=word)
