"""谁还没报: every report that is past due, or due this week, and that some units still owe.

The present week comes first, then what was due by a date, then the weeks before; of these the newest first.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot.core import discipline, urgency
from bot.core.campaign_rules import WEEKLY
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
    found = owed(visit.work, _in_order(_asked_for(visit)))
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
            past = urgency.past(each.due, work.now)
            when = closes(moments.moment(each.due, zone), past=past)
            found.append(texts.Owed(each.key, subjects.named(work.campaign, each), when, owing, past=past))
    return found


def _asked_for(visit: Visit) -> list[Occurrence]:
    """Return what has fallen due since the product is in use, and what will this week."""
    days_left = timedelta(days=7 - visit.now.weekday())
    sunday = instant(visit.now.date() + days_left, time(), visit.campaign.zone)
    every = (*weeks(visit.campaign), *dated(visit.campaign))
    return discipline.fallen_due(every, settings.installed_at(visit.work), sunday)


def _in_order(found: list[Occurrence]) -> list[Occurrence]:
    """Put what a leader looks for first: weeks on end would hide a paper that is months late."""
    newest = sorted(found, key=lambda each: each.due, reverse=True)
    week = next((each for each in newest if each.duty == WEEKLY), None)
    return sorted(newest, key=lambda each: (each != week, each.duty == WEEKLY))


def _row(visit: Visit, owed: texts.Owed) -> tuple[Button, ...]:
    urge = (Button(URGE, f"m:urge:{owed.key}"),) if visit.may("report.urge") else ()
    return (Button(owed.what, f"m:state:{owed.key}"), *urge)
