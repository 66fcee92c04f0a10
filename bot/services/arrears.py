"""谁还没报: every report that is past due, or due this week, and that some units still owe; the newest first."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot.core import discipline, urgency
from bot.core.deadlines import dated, instant, weeks
from bot.core.messages import Button
from bot.core.standings import OWING
from bot.services import subjects
from bot.texts import arrears as texts
from bot.texts import moments
from bot.texts.reception import URGE
from bot.texts.summary import closes
from storage import settings, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.services.visit import Visit
    from storage.work import Work


def page(visit: Visit) -> Message:
    """谁还没报: by report, with its units; the brigade can urge them here."""
    visit.require("summary.see")
    found = owed(visit.work, sorted(_asked_for(visit), key=lambda each: each.due, reverse=True))
    return texts.page(found, [_row(visit, each) for each in found])


def owed(work: Work, asked_for: Iterable[Occurrence]) -> list[texts.Owed]:
    """Return which of these reports some units still owe, and which units."""
    book, zone = standing.book(work), work.campaign.zone
    found = []
    for each in asked_for:
        standings = book.at(each)
        units = [(unit.name, standings[unit.key].kind) for unit in work.campaign.units]
        owing = [(name, kind) for name, kind in units if kind in OWING]
        if owing:
            when = closes(moments.moment(each.due, zone), past=urgency.past(each.due, work.now))
            found.append(texts.Owed(each.key, subjects.named(work.campaign, each), when, owing))
    return found


def _asked_for(visit: Visit) -> list[Occurrence]:
    """Return what has fallen due since the product is in use, and what will this week."""
    days_left = timedelta(days=7 - visit.now.weekday())
    sunday = instant(visit.now.date() + days_left, time(), visit.campaign.zone)
    every = (*weeks(visit.campaign), *dated(visit.campaign))
    return discipline.fallen_due(every, settings.installed_at(visit.work), sunday)


def _row(visit: Visit, owed: texts.Owed) -> tuple[Button, ...]:
    urge = (Button(URGE, f"m:urge:{owed.key}"),) if visit.may("report.urge") else ()
    return (Button(owed.what, f"m:state:{owed.key}"), *urge)
