"""催报 by hand: whoever keeps a unit's report from arriving is told exactly what is missing (M4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.core import reminders, urgency
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.core.standings import OWING
from bot.services import notices, reports, subjects
from bot.services.calling import Roster
from bot.services.subjects import Subject
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts import reception as texts
from storage import audit, outbox
from storage.statements import lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.messages import Message
    from bot.core.standings import Standing
    from bot.services.visit import Visit
    from storage.submissions import Filed

#: A second nudge by hand to the same unit within this time is taken for a double tap.
EVERY: Final = timedelta(minutes=10)


class Owing(NamedTuple):
    """A unit that keeps the desk waiting."""

    subject: Subject
    at: Standing[Filed]

    @property
    def role(self) -> str:
        """Whose turn it is."""
        return "head" if self.at.kind == "awaiting" else "contact"


def urge(visit: Visit, argument: str) -> Message:
    """催报 of all units that owe it ("duty/period") or of one ("duty/period@unit")."""
    visit.require("report.urge")
    key, _, unit = argument.partition("@")
    occurrence = subjects.occurrence(visit.campaign, key)
    if occurrence.opens > visit.now:
        raise Problem("not_open_yet", opens=moments.deadline(occurrence.opens, visit.campaign.zone))
    wanted = {subjects.known_unit(visit.campaign, unit)} if unit else None
    owing = [each for each in _owing(visit, key) if wanted is None or each.subject.unit in wanted]
    if not owing:
        raise Problem("unit_not_missing" if unit else "nobody_missing")
    return _nudge(visit, key, owing, back=f"m:state:{argument}")


def _owing(visit: Visit, key: str) -> Iterator[Owing]:
    occurrence = subjects.occurrence(visit.campaign, key)
    if visit.campaign.duty(occurrence.duty).at_once:
        return
    for unit, at in reports.standings_in(visit.work, occurrence).items():
        if at.kind in OWING:
            yield Owing(Subject(occurrence, unit), at)


def _nudge(visit: Visit, key: str, owing: list[Owing], back: str) -> Message:
    lock(visit.work, "urge", key)  # two clerks at once: the second sees that the first has just done it
    roster, campaign = Roster(visit), visit.campaign
    urged: list[str] = []
    unreached: list[str] = []
    lately: list[datetime] = []
    for each in owing:
        unit = each.subject.unit
        reachable = [member.id for member in roster.of(each.role, unit) if member.reachable]
        just_now = _just_now(visit, key, unit)
        if just_now is not None and reachable:
            lately.append(just_now)
        elif reachable:
            notice = f"{key}/urge/{unit}/{visit.input_id}@{unit}"
            notices.tell(visit.work, reachable, notice, _notice(visit, each))
            urged.append(unit)
        else:
            unreached.append(texts.to_call(campaign.unit(unit).name, roster.lines(unit, [each.role])))
    if lately and not urged:
        raise Problem("urged_just_now", at=moments.moment(max(lately), campaign.zone))
    if urged:
        audit.note(visit.work, visit.person_id, "report.urge", key, units=urged)
    names = [campaign.unit(unit).name for unit in urged]
    return texts.urged(names, unreached, later=_later(visit), back=back)


def _later(visit: Visit) -> str:
    """Say when it goes out in quiet hours; "" when it does now."""
    if not reminders.is_quiet(visit.campaign, visit.now):
        return ""
    return moments.moment(reminders.audible(visit.campaign, visit.now), visit.campaign.zone)


def _just_now(visit: Visit, key: str, unit: str) -> datetime | None:
    """Return when this unit was nudged by hand, if that was a moment ago."""
    last = outbox.latest(visit.work, f"{key}/urge/{unit}/")
    return last.created_at if last and timedelta(0) <= visit.work.now - last.created_at < EVERY else None


def _notice(visit: Visit, owing: Owing) -> Message:
    """Say what is missing: the report, the signature, the stamped copy."""
    report = owing.at.report
    if report is None:
        return _nothing_filed(visit, owing.subject)
    what = reports.what(visit.campaign, report)
    if owing.at.kind == "awaiting":
        return texts.urge_sign_notice(what, report.id)
    if owing.at.kind == "stamping":
        return texts.urge_stamp_notice(what, report.id)
    return texts.urge_again_notice(what, report.reason, report.id)


def _nothing_filed(visit: Visit, subject: Subject) -> Message:
    occurrence, duty = subject.occurrence, visit.campaign.duty(subject.occurrence.duty)
    what = subjects.named(visit.campaign, occurrence)
    if duty.stage is not None:
        return texts.urge_stage_notice(what, Button("查看通知", f"m:file:{subject}", "primary"))
    label = menu_texts.FILE_WEEKLY if duty.every else texts.FILL_IN
    due = moments.deadline(occurrence.due, visit.campaign.zone)
    overdue = urgency.past(occurrence.due, visit.now)
    return texts.urge_notice(what, due, overdue=overdue, button=Button(label, f"m:file:{subject}", "primary"))
