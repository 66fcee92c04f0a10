"""What an open form is told: when it is begun, and of the ledger anew every time it is looked at.

`facts` is for whoever opens a form; with them the questions that follow a fact are answered. A report is begun on one
day and submitted on another, with entries made in between: what it says is held against the ledger as it is then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bot.core import deadlines
from bot.core.issues import NAMES
from bot.core.problems import Problem
from bot.core.statistics import figures
from bot.services import subjects
from bot.texts import weeks as texts
from bot.texts.moments import deadline
from storage import ledger, people, statistics, weeks

if TYPE_CHECKING:
    from datetime import datetime

    from bot.services.subjects import Subject
    from bot.services.visit import Visit

#: Entries looked at for their numbers and words; the counts are of all.
LISTED: Final = 30

Find = Callable[["Visit", "Subject"], Mapping[str, Any]]


def facts(visit: Visit, form: str, subject: Subject) -> Mapping[str, Any]:
    """Return what a form is begun with, beside the campaign's lists and what the report before it said."""
    finders = [found[form] for found in (OPENING, RENEWED) if form in found]
    return {key: value for find in finders for key, value in find(visit, subject).items()}


def renewed(visit: Visit, form: str, subject: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the facts of this form that have moved on; none for a subject the campaign no longer has.

    Asked at every step: while nobody has touched the ledger since `facts` were gathered, that is one lookup.
    """
    find = RENEWED.get(form)
    if find is None or ("as_of" in facts and facts["as_of"] == weeks.newest(visit.work)):
        return {}
    try:
        about = subjects.parse(visit.campaign, subject)
    except Problem:  # who submits it is told
        return {}
    return find(visit, about)


def week(visit: Visit, subject: Subject) -> Mapping[str, Any]:
    """Return what the ledger has of a unit's week, as the facts of `bot.forms.weekly`; nothing without a ledger.

    The week ends with its due moment: for a report that comes late, and for a correction of an old one, these are the
    entries of that week as the ledger has them by now.
    """
    if visit.campaign.ledger is None:
        return {}
    since, until = deadlines.window(visit.campaign, subject.occurrence)
    flows = ledger.flows(visit.work, since, until, (subject.unit,))
    found, mended = sum(flow.found for flow in flows), sum(flow.mended for flow in flows)
    new, lines = _entries(visit, subject.unit, since, until)
    return {
        "as_of": weeks.newest(visit.work),
        "found": found,
        "mended": mended,
        "registered": texts.registered(new, found, mended),
        "entries": lines,
    }


def campaign_so_far(visit: Visit, subject: Subject) -> Mapping[str, Any]:
    """Return what the ledger has of a unit by the due moment, as the facts of `bot.forms.statistics`; see `week`."""
    if visit.campaign.ledger is None:
        return {}
    since, until = deadlines.window(visit.campaign, subject.occurrence)
    groups = statistics.groups(visit.work, subject.unit, until)
    counts = figures(groups, [area.key for area in visit.campaign.areas], visit.campaign.ledger.judicial)
    at = deadline(until, visit.campaign.zone) if until <= visit.now else ""
    return {
        **counts,
        "as_of": weeks.newest(visit.work),
        "registered": texts.registered_so_far(counts, at),
        "entries": _entries(visit, subject.unit, since, until)[1],
    }


def _entries(visit: Visit, unit: str, since: datetime, until: datetime) -> tuple[list[str], str]:
    """Return the numbers of what is new in this time, and a line for each entry that is new or was mended."""
    entries = weeks.entries(visit.work, since, until, unit, LISTED + 1)
    new = [entry.number for entry in entries if entry.entered_at >= since]
    lines = [texts.entry(entry.number, entry.answers["description"], NAMES[entry.state]) for entry in entries[:LISTED]]
    return new, texts.entries(lines, more=len(entries) > LISTED)


def people_of(visit: Visit, subject: Subject) -> Mapping[str, Any]:
    """Return who the unit's people are, as the facts of `bot.forms.contact_sheet`."""
    heads = people.members(visit.work, "head", subject.unit)[:1]
    contacts = people.members(visit.work, "contact", subject.unit)
    contacts = sorted(contacts, key=lambda each: each.id != visit.person_id)[:1]  # the visitor, if one of them
    return {
        f"{role}_{what}": value
        for role, members in (("head", heads), ("contact", contacts))
        for member in members
        for what, value in (("name", member.name), ("phone", member.phone))
        if value
    }


def bounds(visit: Visit, _: Subject) -> Mapping[str, Any]:
    """Return the day before which nothing is looked into."""
    return {"earliest": visit.campaign.ledger.earliest.isoformat()} if visit.campaign.ledger else {}


#: By the form's name: what is found once,
OPENING: Final[Mapping[str, Find]] = MappingProxyType({"contact_sheet": people_of, "case": bounds})
#: and what follows the ledger.
RENEWED: Final[Mapping[str, Find]] = MappingProxyType(
    {"weekly": week, "inspection": campaign_so_far, "statistics": campaign_so_far}
)
