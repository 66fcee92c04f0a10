"""A unit's reports, filled in and filed: by its contact, or by the brigade for it; corrected, withdrawn (D1-D7, C5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core import deadlines, lifecycle, sheet_code
from bot.core.messages import Button, Message
from bot.core.problems import Problem
from bot.forms.figures import LEDGER, ledger_counts, to_correct
from bot.services import dialogs, known, notices, reports, stamping, subjects, versions
from bot.services.subjects import Subject
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts import reports as texts
from bot.texts import stamping as stamping_texts
from storage import audit, drafts, people, submissions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.form import Form
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.submissions import Filed

# ── Filling in ───────────────────────────────────────────────────────────


def fill(visit: Visit, subject: Subject) -> Message:
    """Open the form for one unit and period; a report that is filed already is shown instead."""
    visit.require("report.file", subject.unit)
    return _fill(visit, subject)


def fill_for(visit: Visit, argument: str) -> Message:
    """代报: the brigade fills in a unit's form; whoever is the unit's contact as well does it as such."""
    subject = subjects.parse(visit.campaign, argument)
    _move_of(visit, subject.unit)
    return _fill(visit, subject)


def _fill(visit: Visit, subject: Subject) -> Message:
    if subject.occurrence.opens > visit.now:
        raise Problem("not_open_yet", opens=moments.deadline(subject.occurrence.opens, visit.campaign.zone))
    duty, period = subject.occurrence.duty, subject.occurrence.period
    filed = submissions.current(visit.work, duty, period, subject.unit)
    if filed is not None and filed.state not in lifecycle.OWED:
        return reports.show(visit, filed.id)
    if filed is None and visit.campaign.duty(duty).at_once and period != deadlines.NEW:
        raise Problem("gone")  # a case gets its number when it is filed
    return _open(visit, subject, filed)


def correct(visit: Visit, report: int) -> Message:
    """更正 / 修改后重报: the form again with the answers as they are; what it files is a new version."""
    filed = reports.current(visit, report)
    visit.require("report.file", filed.unit)
    if filed.state not in lifecycle.CORRECTABLE:
        raise Problem("accepted_already", report=filed.id)
    return _open(visit, subjects.of(visit.campaign, filed), filed)


def _open(visit: Visit, subject: Subject, filed: Filed | None) -> Message:
    subjects.known_unit(visit.campaign, subject.unit)
    form = reports.form_of(visit.campaign, subject.occurrence.duty)
    facts = {**_facts(visit, subject, filed), **known.facts(visit, form.name, subject)}
    _put_away_older(visit, form, subject, facts["base"])
    answers = to_correct(form, filed.answers) if filed and not filed.zero else None
    return dialogs.begin(visit, form, str(subject), facts, answers)


def _put_away_older(visit: Visit, form: Form, subject: Subject, base: int) -> None:
    """Close what the visitor had begun on a version that is no longer the newest: it could never be filed."""
    row = drafts.open_for(visit.work, visit.person_id, form.name, str(subject))
    if row is not None and row.state["facts"]["base"] != base:
        drafts.close(visit.work, row.id, "cancelled")


def _facts(visit: Visit, subject: Subject, filed: Filed | None) -> Mapping[str, Any]:
    """Return what the form's questions recall and offer (C3), and the version the answers start from."""
    campaign, occurrence = visit.campaign, subject.occurrence
    about = [campaign.unit(subject.unit).name, occurrence.title]
    if _move_of(visit, subject.unit) == "file_for":
        about.append(texts.ON_BEHALF)
    if void := _voided(filed):
        about.append(void)
    facts: dict[str, Any] = {
        **campaign.lists,
        "base": filed.version if filed else 0,
        "about": " · ".join(about),
    }
    before = deadlines.previous(campaign, occurrence) if campaign.duty(occurrence.duty).every else None
    last = before and submissions.current(visit.work, before.duty, before.period, subject.unit)
    if last and last.answers.get("next"):
        facts["last_plan"] = last.answers["next"]
    return facts


def _voided(before: Filed | None) -> str:
    """Say what a new version after this one makes void, "" for nothing."""
    if before is None:
        return ""
    return texts.voided(
        signed=before.signed_at is not None, printed=before.state == "stamping", stamped=bool(before.stamp)
    )


def _move_of(visit: Visit, unit: str) -> lifecycle.Move:
    """Return as whom the visitor files for this unit; Problem("forbidden") for as nobody."""
    if visit.may("report.file", unit):
        return "file"
    visit.require("report.file_for", unit)
    return "file_for"


# ── Filing ───────────────────────────────────────────────────────────────


def file(visit: Visit, finished: Finished) -> Message:
    """File what a finished dialog holds as the next version, and hand it on to whoever has it in hand next."""
    work, campaign = visit.work, visit.campaign
    subject = subjects.parse(campaign, finished.row.subject)
    how = _move_of(visit, subject.unit)
    duty = campaign.duty(subject.occurrence.duty)
    before = submissions.hold(work, duty.key, subject.occurrence.period, subject.unit)
    _follows(visit, before, finished)
    subject = _numbered(visit, subject)
    period, answers = subject.occurrence.period, _answers(finished)
    state = lifecycle.after("draft", how, duty.needs)
    filed = submissions.file(
        work,
        duty=duty.key,
        period=period,
        unit=subject.unit,
        number=reports.number(campaign, subject),
        answers=answers,
        form_version=finished.form.version,
        zero=finished.draft.zero,
        filed_by=visit.person_id,
        state=state,
        on_behalf=how == "file_for",
        code=lambda version: sheet_code.code(duty.key, period, subject.unit, version, answers),
        reported_at=work.now if state in lifecycle.DONE else None,
    )
    audit.note(work, visit.person_id, f"submission.{how}", f"submission:{filed.id}", version=filed.version)
    reports.hush(work, before or filed)
    return texts.receipt(
        texts.ZERO_REPORT if filed.zero else subjects.named(campaign, subject.occurrence),
        filed.number,
        void=_voided(before),
        then=_hand_on(visit, filed, before),
        report=filed.id,
    )


def _follows(visit: Visit, before: Filed | None, finished: Finished) -> None:
    """Refuse what does not follow the newest version (accepted, or somebody else filed), or voids a paper for nothing.

    A correction that changes no answer is such.
    """
    if before is None:
        return
    if before.state not in lifecycle.CORRECTABLE:
        raise Problem("accepted_already", report=before.id)
    if before.version != finished.draft.facts["base"]:
        at = moments.moment(before.filed_at, visit.campaign.zone)
        raise Problem("filed_meanwhile", name=before.filed_by_name, at=at, report=before.id)
    on_paper = before.state == "stamping" or (before.stamp and before.state not in lifecycle.OWED)
    if on_paper and before.answers == _answers(finished):
        raise Problem("unchanged", report=before.id)


def _numbered(visit: Visit, subject: Subject) -> Subject:
    """Give a new case the unit's next number of the year; whoever holds its place is the only one to ask."""
    occurrence, unit = subject.occurrence, subject.unit
    if occurrence.period != deadlines.NEW:
        return subject
    year = visit.now.year
    taken = [period.partition("-") for period in submissions.periods(visit.work, occurrence.duty, unit)]
    number = max((int(number) for of, _, number in taken if of == str(year)), default=0) + 1
    key = f"{occurrence.duty}/{deadlines.case_period(year, number)}"
    return Subject(subjects.occurrence(visit.campaign, key), unit)


def _answers(finished: Finished) -> dict[str, Any]:
    """Return what is kept for good: the answers, and the ledger's counts they were held against."""
    counts = ledger_counts(finished.form, finished.draft.facts)
    return {**finished.draft.answers, **({LEDGER: counts} if counts else {})}


def _hand_on(visit: Visit, filed: Filed, before: Filed | None) -> str:
    """Tell whoever has the report in hand next, and return what the filer is told of it."""
    work, campaign = visit.work, visit.campaign
    heads = people.members(work, "head", filed.unit)
    if filed.on_behalf:
        contacts = people.members(work, "contact", filed.unit)
        notice = texts.filed_for_notice(reports.what(campaign, filed), visit.account.name, filed.id)
        told = notices.tell(
            work, [each.id for each in (*contacts, *heads)], f"filed-for/{filed.id}@{filed.unit}", notice
        )
        return texts.filed_for(campaign.unit(filed.unit).name, told=told > 0)
    if filed.state == "awaiting":
        page = reports.page(campaign, filed, (reports.signing(filed.id),))
        request = texts.sign_request(page, versions.changed(campaign, before, filed) if before else "", filed.id)
        notices.tell(work, [head.id for head in heads], f"sign/{filed.id}", request)
        return texts.to_sign(
            [head.name for head in heads if head.reachable],
            [head.name for head in heads],
            stamp="stamp" in campaign.duty(filed.duty).needs,
        )
    if filed.state == "signed":
        stamping.send_sheet(visit, filed)
        return stamping_texts.TO_STAMP
    return texts.REPORTED


# ── Withdrawing ──────────────────────────────────────────────────────────


def ask_withdraw(visit: Visit, report: int) -> Message:
    """撤回, first tap: ask whether it is meant."""
    filed = reports.current(visit, report)
    visit.require("report.file", filed.unit)
    reports.after(visit, filed, "withdraw")
    return texts.ask_withdraw(reports.what(visit.campaign, filed), filed.id)


def withdraw(visit: Visit, report: int) -> Message:
    """Withdraw just the version that was asked about, unless the brigade has accepted it; the heads hear of it."""
    filed = reports.exact(visit, report)
    visit.require("report.file", filed.unit)
    reports.move(visit, filed, "withdraw", withdrawn_at=visit.work.now)
    name = reports.what(visit.campaign, filed)
    heads = people.members(visit.work, "head", filed.unit)
    notices.tell(
        visit.work,
        [head.id for head in heads if head.id != visit.person_id],
        f"withdrawn/{filed.id}",
        texts.withdrawn_notice(name, visit.account.name),
    )
    return Message(
        f"{name}已撤回。",
        title="已撤回",
        buttons=((Button(texts.AGAIN, f"m:fix:{filed.id}", "primary"), menu_texts.BACK_TO_MENU),),
        place="next",
    )
