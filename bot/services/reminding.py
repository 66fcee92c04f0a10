"""Reminders that go out by themselves: what the plan says is due becomes outbox rows (plan: M1, M3, M4).

Run at every heartbeat and safe to run any number of times, on any replica: `UNIQUE(key, recipient)` makes each
reminder exist once.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from bot.core.access import as_role
from bot.core.messages import Message
from bot.core.problems import Problem
from bot.core.reminders import (
    NOTHING,
    Notice,
    Part,
    Plan,
    Recipient,
    Standing,
    State,
    audible,
    end_of_next_workday,
    live,
    plan,
    undecided,
)
from bot.services import notices, reports, subjects
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts import reminders as texts
from storage import drafts, outbox, people, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.deadlines import Occurrence
    from bot.core.standings import Kind
    from bot.core.standings import Standing as At
    from bot.services.visit import Visit
    from storage.submissions import Filed
    from storage.work import Work

#: What the planner of reminders calls where a unit stands.
STATES: Mapping[Kind, State] = {
    "on_time": "reported",
    "late": "reported",
    "awaiting": "filed",
    "stamping": "stamping",
    "excused": "excused",
    "returned": "returned",
    "missing": "none",
}


def planned(work: Work) -> Plan:
    """Return what is due now and not decided yet. Reads only."""
    at = (work.campaign, work.now, settings.installed_at(work))
    keys = list(dict.fromkeys(moment.key for moment in live(*at)))
    if not keys:
        return NOTHING
    known = outbox.known_keys(work, [f"{key}@" for key in keys], keys)
    readers = _readers(work)
    occurrences = {each.moment.occurrence.key: each.moment.occurrence for each in undecided(*at, readers, known)}
    if not occurrences:  # as at most heartbeats: no report is looked at
        return NOTHING
    return plan(*at, readers, _standings(work, occurrences), known)


def _readers(work: Work) -> list[Recipient]:
    """Return whom a reminder can be addressed to: who has no account yet is not decided on before they join."""
    return [
        Recipient(person.id, frozenset((as_role(role), unit) for role, unit in person.roles))
        for person in people.everyone(work)
        if person.address
    ]


def _standings(work: Work, occurrences: Mapping[str, Occurrence]) -> dict[tuple[str, str], Standing]:
    begun = drafts.subjects(work)
    return {
        (key, unit): _standing(at, begun=f"{key}@{unit}" in begun)
        for key, occurrence in occurrences.items()
        for unit, at in reports.standings_in(work, occurrence).items()
    }


def _standing(at: At[Filed], *, begun: bool) -> Standing:
    state = STATES[at.kind]
    return Standing("draft" if state == "none" and begun else state, at.report.id if at.report else None)


def remind(work: Work) -> int:
    """Queue what is due, write down what is skipped; return how many messages were queued."""
    due = planned(work)
    for skip in due.skips:
        outbox.put(
            work,
            key=skip.key,
            recipient=f"person:{skip.person_id}",
            kind="notice",
            person_id=skip.person_id,
            state="skipped",
            error=skip.reason,
        )
    return sum(
        notices.tell(
            work,
            [notice.person_id],
            notice.key,
            texts.words(notice, work.campaign, work.now),
            expires_at=notice.until,
        )
        for notice in due.notices
    )


def snooze(visit: Visit, argument: str) -> Message:
    """一小时后提醒: one more reminder of what is missing now, unless it is done by then."""
    subject = subjects.parse(visit.campaign, argument)
    visit.require("report.see", subject.unit)
    work, zone, due = visit.work, visit.campaign.zone, subject.occurrence.due
    standing = _standings(work, {subject.occurrence.key: subject.occurrence})[subject.occurrence.key, subject.unit]
    if standing.turn is None or (standing.turn, subject.unit) not in visit.roles:
        raise Problem("nothing_to_snooze")
    late = work.now.astimezone(UTC) >= due.astimezone(UTC)
    at = audible(visit.campaign, (work.now + texts.SNOOZE).astimezone(zone))
    until = end_of_next_workday(visit.campaign, at) if late else due.astimezone(UTC)
    if at >= until:
        raise Problem("too_late_to_snooze", due=moments.deadline(due, zone))
    own = f"{subject.occurrence.key}/snooze/{visit.person_id}/"
    outbox.silence(work, own, subject.unit, why="folded")  # tapped twice, it still comes once
    part = Part(
        key=f"{own}{visit.input_id}@{subject.unit}",
        kind="overdue" if late else "nudge",
        role=standing.turn,
        occurrence=subject.occurrence,
        open=((subject.unit, standing),),
        expected=1,
        at=at,
        until=until,
    )
    message = texts.words(Notice(visit.person_id, (part,)), visit.campaign, at)
    notices.tell(work, [visit.person_id], part.key, message, not_before=at, expires_at=until)
    return Message(f"好的，{moments.moment(at, zone)}再提醒您。", buttons=((menu_texts.BACK_TO_MENU,),))
