"""免报: a unit owes nothing for one report or for some days, with a reason; and taking that back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from bot.core import deadlines
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.forms.excusing import EXCUSE, ONCE, SCOPES
from bot.services import dialogs, notices, reports, subjects
from bot.services.subjects import row_id
from bot.texts import excusing as texts
from bot.texts import moments
from bot.texts import reception as desk_texts
from storage import audit, excuses, outbox, people
from storage.statements import lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.excuses import Excused

#: What a draft about an excuse begins with: it is no draft of the report itself.
SUBJECT: Final = "excuse/"


def ask(visit: Visit, argument: str) -> Message:
    """免报: ask for how long and why; `argument` "duty/period@unit", or "@unit" for days rather than a report."""
    occurrence, unit = _about(visit, argument)
    name = visit.campaign.unit(unit).name
    facts = {
        "about": f"{name} · {subjects.named(visit.campaign, occurrence)}" if occurrence else name,
        "earliest": visit.campaign.start.isoformat(),
        "latest": visit.campaign.end.isoformat(),
        **({"scopes": SCOPES} if occurrence else {}),
    }
    return dialogs.begin(visit, EXCUSE, f"{SUBJECT}{argument}", facts)


def _about(visit: Visit, argument: str) -> tuple[Occurrence | None, str]:
    """Return what is meant, once it is sure that the unit owes it."""
    visit.require("report.excuse")
    key, _, unit_key = argument.partition("@")
    unit = subjects.known_unit(visit.campaign, unit_key)
    if not key:
        return None, unit
    occurrence = subjects.occurrence(visit.campaign, key)
    if visit.campaign.duty(occurrence.duty).at_once:
        raise Problem("gone")
    at = reports.standings_in(visit.work, occurrence)[unit]
    if at.reported is not None:
        raise Problem("excuse_reported")
    if at.kind == "excused":
        raise Problem("excused_already")
    if at.kind in {"awaiting", "stamping"}:
        raise Problem("excuse_under_way")
    return occurrence, unit


def grant(visit: Visit, finished: Finished) -> Message:
    """Write the excuse down; the unit hears of it, and is not reminded of what it covers."""
    subject, answers = finished.row.subject.removeprefix(SUBJECT), finished.draft.answers
    lock(visit.work, "excuse", subject)  # two clerks excuse the same at once
    occurrence, unit = _about(visit, subject)
    duty, first, last = _scope(visit.campaign, occurrence, answers)
    reason = str(answers["reason"])
    made = excuses.grant(visit.work, unit=unit, duty=duty, first=first, last=last, reason=reason, by=visit.person_id)
    about = {"unit": unit, "duty": duty, "first": first.isoformat(), "last": last.isoformat(), "reason": reason}
    audit.note(visit.work, visit.person_id, "excuse.grant", f"excuse:{made}", **about)
    excused = _standing(visit, made)
    for each in _covered(visit.campaign, excused):
        outbox.silence(visit.work, f"{each.key}/", unit)
    line = _line(visit.campaign, excused)
    _tell(visit, unit, f"excused/{made}", texts.granted_notice(line.unit, line.what, reason))
    back = Button(desk_texts.STATE, f"m:state:{occurrence.key}" if occurrence else f"m:unit:{unit}")
    return texts.granted(line.unit, line.what, back)


def _scope(campaign: Campaign, occurrence: Occurrence | None, answers: Mapping[str, Any]) -> tuple[str, date, date]:
    """Return the duty ("" for all) and the days an excuse is about."""
    if occurrence is not None and answers.get("scope") == ONCE:
        day = deadlines.nominal_day(campaign, occurrence)
        return occurrence.duty, day, day
    return "", date.fromisoformat(answers["first"]), date.fromisoformat(answers["last"])


def _covered(campaign: Campaign, excused: Excused) -> Iterator[Occurrence]:
    """Yield what the unit is excused from."""
    for duty in campaign.duties:
        for each in deadlines.occurrences(campaign, duty.key):
            if excused.covers(campaign, excused.unit, each):
                yield each


def listing(visit: Visit, page: str = "") -> Message:
    """免报名单: every excuse that holds, the newest first."""
    visit.require("report.excuse")
    standing = reversed(excuses.standing(visit.work))
    return texts.listing([_line(visit.campaign, each) for each in standing], row_id(page or "0"))


def ask_end(visit: Visit, excuse: int) -> Message:
    """取消免报, first tap: ask whether it is meant."""
    visit.require("report.excuse")
    return texts.ask_end(_line(visit.campaign, _standing(visit, excuse)))


def end(visit: Visit, excuse: int) -> Message:
    """Take an excuse back; the unit owes its reports again, and hears so."""
    visit.require("report.excuse")
    excused = _standing(visit, excuse)
    if not excuses.end(visit.work, excused.id, visit.person_id):
        raise Problem("excuse_over")
    audit.note(visit.work, visit.person_id, "excuse.end", f"excuse:{excused.id}")
    line = _line(visit.campaign, excused)
    _tell(visit, excused.unit, f"unexcused/{excused.id}", texts.ended_notice(line.unit, line.what))
    return texts.ended(line)


def _standing(visit: Visit, excuse: int) -> Excused:
    """Return an excuse that holds; Problem("excuse_over") when it does not, or there is none."""
    found = next((each for each in excuses.standing(visit.work) if each.id == excuse), None)
    if found is None:
        raise Problem("excuse_over")
    return found


def _tell(visit: Visit, unit: str, key: str, message: Message) -> None:
    """Tell a unit's contacts and heads."""
    roles = ("contact", "head")
    told = [member.id for role in roles for member in people.members(visit.work, role, unit)]
    notices.tell(visit.work, told, f"{key}@{unit}", message)


def _line(campaign: Campaign, excused: Excused) -> texts.Line:
    at = moments.moment(excused.granted_at, campaign.zone)
    return texts.Line(
        id=excused.id,
        unit=campaign.unit(excused.unit).name,
        what=_what(campaign, excused),
        reason=excused.reason,
        by=f"{excused.granted_by_name}，{at}",
    )


def _what(campaign: Campaign, excused: Excused) -> str:
    """Say what of: 第28周每周工作信息, 7月1日至7月31日的各项报送."""
    if not excused.duty:
        return texts.span(excused.first, excused.last)
    return next((subjects.named(campaign, each) for each in _covered(campaign, excused)), excused.duty)
