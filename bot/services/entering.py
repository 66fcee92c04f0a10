"""录入问题: putting problems on the ledger by dialog, several in a row (plan: L1-L3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.core import access
from bot.core.entries import due_of
from bot.core.problems import Problem
from bot.forms.issue import AT_ONCE, ISSUE
from bot.services import dialogs, issues, notices, subjects
from bot.texts import issues as texts
from bot.texts import moments
from storage import issues as stored
from storage import people

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.core.issues import Asked, State
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.issues import Entry

#: What several problems found on one occasion have in common: kept for 再录一件, and to be changed before submitting.
KEPT: Final = ("unit", "source", "found_on", "epidemic", "severity", "handling", "responsible", "phone")
#: What is likely to be the same: offered, a tap each.
OFFERED: Final = ("happened_on", "due")


def begin(visit: Visit) -> Message:
    """Open the form, or go on with the entry that is open."""
    return dialogs.begin(visit, ISSUE, "issue/new", _facts(visit))


def again(visit: Visit, issue_id: int) -> Message:
    """再录一件: the next entry, with the answers it has in common with this one."""
    before = issues.load(visit, issue_id)
    visit.require("issue.enter", before.unit)  # a head of one unit may be another's contact
    known = {"unit": before.unit, **before.answers}
    facts = _facts(visit) | {f"last_{key}": known[key] for key in OFFERED if key in known}
    kept: dict[str, Any] = {key: known[key] for key in KEPT if key in known}
    return dialogs.begin(visit, ISSUE, "issue/new", facts, kept, whole=False)


def _facts(visit: Visit) -> dict[str, Any]:
    issues.ledger_of(visit.campaign)
    units = _units(visit)
    facts: dict[str, Any] = dict(visit.campaign.ledger_lists)
    if len(units) > 1:
        facts["units"] = [[key, visit.campaign.unit_name(key)] for key in units]
    elif units:
        facts |= {"unit": units[0], "about": visit.campaign.unit_name(units[0])}
    return facts


def _units(visit: Visit) -> tuple[str, ...]:
    """Return the units the visitor may enter problems of; Problem when there is none, or all of them have left."""
    reach = access.reach(visit.roles, "issue.enter")
    if reach == ():
        raise Problem("forbidden")
    units = tuple(unit.key for unit in visit.campaign.units if reach is None or unit.key in reach)
    return units or tuple(subjects.known_unit(visit.campaign, unit) for unit in reach or ())


def file(visit: Visit, finished: Finished) -> Message:
    """Enter what a finished dialog holds. What was mended at once goes straight to the head for its closing."""
    answers = dict(finished.draft.answers)
    unit = answers.pop("unit", None) or finished.draft.facts["unit"]  # the one named when it was begun
    at_once = answers["handling"] == AT_ONCE
    due = due_of(answers, visit.now.date(), visit.campaign.workdays)
    if due < visit.now.date():  # submitted on a later day than it was filled in: the draft waits for another deadline
        raise Problem("due_passed")
    dialogs.close(visit, finished)  # even if it is refused: that does not pass
    visit.require("issue.enter", unit)
    subjects.known_unit(visit.campaign, unit)
    state: State = "mending" if at_once else "found"
    asked: Asked = "closing/head" if at_once else ""
    entry = stored.enter(
        visit.work,
        _new(unit, answers, due),
        series=visit.campaign.unit(unit).series,
        by=visit.person_id,
        state=state,
        asked=asked,
        latest={"ask_closing": issues.said(visit, _closing(answers))} if at_once else {},
    )
    if at_once:
        issues.request(visit, entry)
    for_unit = not visit.may("issue.mend", unit)
    if for_unit:
        _tell_unit(visit, entry)
    return texts.entered(
        issues.facts_of(visit, entry), heads=issues.heads_of(visit, entry), at_once=at_once, for_unit=for_unit
    )


def _new(unit: str, answers: Mapping[str, Any], due: date) -> stored.New:
    return stored.New(
        unit=unit, handling=answers["handling"], criminal=False, due=due, **issues.described(unit, answers)
    )


def _closing(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for closing that an entry mended at once amounts to."""
    closing = {"criminal": False, "result": answers["measures"], "mended_on": answers["mended_on"]}
    return closing | ({"after": answers["evidence"]} if answers.get("evidence") else {})


def _tell_unit(visit: Visit, entry: Entry) -> None:
    """Tell the unit's contacts of what the brigade has found."""
    contacts = [member.id for member in people.members(visit.work, "contact", entry.unit)]
    message = texts.entered_notice(issues.facts_of(visit, entry), moments.day(entry.due))
    notices.tell(visit.work, contacts, f"issue/{entry.id}/1", message)
