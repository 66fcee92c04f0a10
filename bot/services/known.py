"""What an open form is told anew every time it is looked at; everything else it was told when it was begun.

A weekly report is begun on one day and submitted on another, with entries made in between: what it says is held against
the ledger as it is then.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bot.core import deadlines
from bot.core.issues import NAMES
from bot.core.problems import Problem
from bot.forms.weekly import WEEKLY
from bot.services import subjects
from bot.texts import weeks as texts
from storage import ledger, weeks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.services.subjects import Subject
    from bot.services.visit import Visit

#: Entries looked at for their numbers and words; the counts are of all.
LISTED: Final = 30


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
    entries = weeks.entries(visit.work, since, until, subject.unit, LISTED + 1)
    new = [entry.number for entry in entries if entry.entered_at >= since]
    lines = [texts.entry(entry.number, entry.answers["description"], NAMES[entry.state]) for entry in entries[:LISTED]]
    return {
        "as_of": weeks.newest(visit.work),
        "found": found,
        "mended": mended,
        "registered": texts.registered(new, found, mended),
        "entries": texts.entries(lines, more=len(entries) > LISTED),
    }


#: By the form's name.
RENEWED: Final[Mapping[str, Callable[[Visit, Subject], Mapping[str, Any]]]] = MappingProxyType({WEEKLY.name: week})
