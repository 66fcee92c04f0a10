"""A stage of the campaign as its units see it: what is to be done in it, and 收到, once for a unit (plan: D8).

收到 is a report like any other, of the form "stage" with nothing in it: the desk, the matrix and the reminders count
it. Difficulties are told by correcting it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import lifecycle
from bot.core.problems import Problem
from bot.services import reports, subjects
from bot.services.subjects import Subject
from bot.texts import moments
from bot.texts import stages as texts
from storage import audit, outbox, submissions

if TYPE_CHECKING:
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.services.visit import Visit
    from storage.submissions import Filed


def choose(visit: Visit, occurrence: Occurrence) -> Message:
    """Show the stage to the visitor's unit; of several units to the first that has not answered."""
    units = [unit.key for unit in visit.campaign.units if visit.may("stage.acknowledge", unit.key)]
    mine = [Subject(occurrence, unit) for unit in units]
    if not mine:
        raise Problem("forbidden")
    return show(visit, next((each for each in mine if not _answers(visit, each)), mine[0]))


def show(visit: Visit, subject: Subject) -> Message:
    """Show the stage to one of its units, with 收到 while nobody of the unit has said so."""
    visit.require("report.see", subject.unit)
    return _page(visit, subject)


def acknowledge(visit: Visit, argument: str) -> Message:
    """收到: the unit has read what the stage asks of it. A contact or the head says so, the first one for all."""
    subject = subjects.parse(visit.campaign, argument)
    visit.require("stage.acknowledge", subject.unit)
    occurrence = subject.occurrence
    if visit.campaign.duty(occurrence.duty).stage is None:  # buttons can be forged
        raise Problem("gone")
    if occurrence.opens > visit.now:
        raise Problem("not_open_yet", opens=moments.deadline(occurrence.opens, visit.campaign.zone))
    submissions.hold(visit.work, occurrence.duty, occurrence.period, subject.unit)  # two of a unit tap at once
    if not _answers(visit, subject):
        _file(visit, subject)
    return _page(visit, subject)


def _file(visit: Visit, subject: Subject) -> None:
    work, occurrence = visit.work, subject.occurrence
    filed = submissions.file(
        work,
        duty=occurrence.duty,
        period=occurrence.period,
        unit=subject.unit,
        number=reports.number(visit.campaign, subject),
        answers={},
        form_version=reports.form_of(visit.campaign, occurrence.duty).version,
        zero=False,
        filed_by=visit.person_id,
        state=lifecycle.after("draft", "file", visit.campaign.duty(occurrence.duty).needs),
        reported_at=work.now,
    )
    audit.note(work, visit.person_id, "submission.file", f"submission:{filed.id}", version=filed.version)
    outbox.silence(work, f"{occurrence.key}/", subject.unit)


def _answers(visit: Visit, subject: Subject) -> list[Filed]:
    """Return every version of the unit's answer, oldest first; none once it was returned or withdrawn."""
    rows = submissions.of_report(visit.work, subject.occurrence.duty, subject.occurrence.period, subject.unit)
    return rows if rows and rows[-1].state not in lifecycle.OWED else []


def _page(visit: Visit, subject: Subject) -> Message:
    campaign, unit = visit.campaign, subject.unit
    stage = campaign.duty(subject.occurrence.duty).stage
    if stage is None:
        raise Problem("gone")
    answers = _answers(visit, subject)
    answered = (
        texts.Answered(
            answers[0].filed_by_name,
            moments.moment(answers[0].filed_at, campaign.zone),
            answers[-1].answers.get("difficulties", ""),
        )
        if answers
        else None
    )
    acknowledge = not answers and subject.occurrence.opens <= visit.now and visit.may("stage.acknowledge", unit)
    return texts.page(
        campaign.stage(stage),
        campaign.unit(unit).name,
        answered,
        acknowledge=f"m:ack:{subject}" if acknowledge else "",
        report=f"m:fix:{answers[-1].id}" if answers and visit.may("report.file", unit) else "",
    )
