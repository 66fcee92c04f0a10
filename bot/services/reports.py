"""A unit's reports as they stand: what they are called, who is shown what of them, every move of theirs (C5, C6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import forms
from bot.core import access, lifecycle
from bot.core.messages import Attachment, Button, Message
from bot.core.plain_text import unbracketed
from bot.core.problems import Problem
from bot.core.standings import Standing, standings
from bot.forms.figures import strayed
from bot.services import subjects
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts import reports as texts
from bot.texts import stamping as stamping_texts
from bot.texts import versions as version_texts
from bot.texts import weeks as week_texts
from storage import audit, excuses, outbox, submissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core import deadlines
    from bot.core.campaign import Campaign
    from bot.core.form import Form
    from bot.core.messages import Rows
    from bot.services.subjects import Subject
    from bot.services.visit import Visit
    from storage.submissions import Filed
    from storage.work import Work

#: Notices about one version, by what their keys begin with, that ask for what may be done before they are read.
ASKING = ("sign", "sheet", "returned", "withdrawn")
#: Reports on one page of 我的报送.
LISTED = 9


def form_of(campaign: Campaign, duty: str) -> Form:
    """Return the form a duty is filed on."""
    return forms.of(campaign, campaign.duty(duty).form)


def what(campaign: Campaign, filed: Filed) -> str:
    """Say which report it is: 农机服务中心第28周每周工作信息, 农机服务中心《专项整治工作总结》, …典型案例（第3件）."""
    subject = subjects.of(campaign, filed)
    return campaign.unit(subject.unit).name + subjects.named(campaign, subject.occurrence)


def number(campaign: Campaign, subject: Subject) -> str:
    """Return what people call a report: of a week 2020-28-05, of a date 20200909-04-05, of a case 2020-003-07-05.

    The last part is the unit's place in the campaign, the one before it the duty's: two may be due on one day. Of the
    weekly duties the first does without.
    """
    place = [unit.key for unit in campaign.every_unit].index(subject.unit) + 1
    duty = campaign.duty(subject.occurrence.duty)
    period = subject.occurrence.period
    stem = period.replace("W", "") if duty.every else period if duty.at_once else period.replace("-", "")
    if duty.every and duty == next(each for each in campaign.duties if each.every):
        return f"{stem}-{place:02}"
    return f"{stem}-{campaign.duties.index(duty) + 1:02}-{place:02}"


def standings_in(work: Work, occurrence: deadlines.Occurrence) -> dict[str, Standing[Filed]]:
    """Return where every unit of the campaign stands in one period, in the campaign's order."""
    return standings(
        (unit.key for unit in work.campaign.units),
        submissions.versions(work, occurrence.duty, occurrence.period),
        occurrence.due,
        excuses.units(work, occurrence),
    )


# ── Moves ────────────────────────────────────────────────────────────────


def current(visit: Visit, report: int) -> Filed:
    """Return the newest version of the report this one is a version of, to somebody who may see it."""
    filed = seen(visit, report)
    if filed.current:
        return filed
    newest = submissions.current(visit.work, filed.duty, filed.period, filed.unit)
    assert newest is not None  # noqa: S101 - one version of every report is current
    return newest


def exact(visit: Visit, report: int) -> Filed:
    """Return just this version; Problem("superseded") when there is a newer one."""
    filed = seen(visit, report)
    if not filed.current:
        raise Problem("superseded", report=filed.id)
    return filed


def seen(visit: Visit, report: int) -> Filed:
    """Return this version to somebody who may see it, whether it is the newest or not."""
    filed = submissions.get(visit.work, report)
    if filed is None:
        raise Problem("gone")
    visit.require("report.see", filed.unit)
    return filed


def after(visit: Visit, filed: Filed, how: lifecycle.Move) -> lifecycle.State:
    """Return the state a move leads to; Problem("state_passed"), which names the report, when it is not possible."""
    needs = visit.campaign.duty(filed.duty).needs
    if not lifecycle.permits(filed.state, how, needs):
        raise _passed(filed)
    return lifecycle.after(filed.state, how, needs)


def move(visit: Visit, filed: Filed, how: lifecycle.Move, **facts: object) -> Filed:
    """Move a report's state and return it as it is then, or say that somebody else was faster. One audit row.

    What still waits to be said of the state it was in is not said any more.
    """
    state = after(visit, filed, how)
    if state == "reported" and filed.reported_at is None:
        facts["reported_at"] = visit.work.now
    if not submissions.move(visit.work, filed.id, filed.state, state, **facts):
        raise _passed(exact(visit, filed.id))
    copy = {"stamp": facts["stamp"]} if "stamp" in facts else {}
    audit.note(
        visit.work,
        visit.person_id,
        f"submission.{how}",
        f"submission:{filed.id}",
        before=filed.state,
        after=state,
        **copy,
    )
    if how != "print":  # the stamped copy is waited for as before
        hush(visit.work, filed)
    return seen(visit, filed.id)


def hush(work: Work, filed: Filed) -> None:
    """Leave unsaid what still waits to be said of a version as it was: by the ladder, and of itself overnight."""
    outbox.silence(work, f"{filed.duty}/{filed.period}/", filed.unit)
    outbox.retire(work, [f"{kind}/{filed.id}" for kind in ASKING])


def _passed(filed: Filed) -> Problem:
    return Problem("state_passed", state=lifecycle.NAMES[filed.state], report=filed.id)


# ── Pages ────────────────────────────────────────────────────────────────


def show(visit: Visit, report: int, note: str = "") -> Message:
    """Show a report's newest version with what the visitor may do to it, under `note`."""
    filed = current(visit, report)
    return page(visit.campaign, filed, (*_actions(visit, filed), (menu_texts.BACK_TO_MENU,)), note)


def signing(report: int) -> tuple[Button, ...]:
    """Return the head's two buttons."""
    return (Button(texts.APPROVE, f"m:ok:{report}", "primary"), Button(texts.RETURN, f"m:no:{report}", "danger"))


def _actions(visit: Visit, filed: Filed) -> Iterator[tuple[Button, ...]]:
    """Yield what this visitor may do to the report as it is now, row by row."""
    unit, duty = filed.unit, visit.campaign.duty(filed.duty)
    needs = duty.needs
    if visit.may("report.sign", unit) and lifecycle.permits(filed.state, "sign", needs):
        yield signing(filed.id)
    receives = visit.may("report.receive", unit) and duty.stage is None  # what was read needs no reception
    if receives and lifecycle.permits(filed.state, "accept", needs):
        yield (
            Button(texts.ACCEPT, f"m:accept:{filed.id}", "primary"),
            Button(texts.RETURN, f"m:no:{filed.id}", "danger"),
        )
    if paper := tuple(_paper(visit, filed, needs)):
        yield paper
    if visit.may("report.file", unit):
        if own := tuple(_own(filed, needs)):
            yield own
    elif visit.may("report.file_for", unit) and filed.state in lifecycle.OWED:
        yield (Button(texts.FILE_FOR, f"m:for:{subjects.of(visit.campaign, filed)}"),)
    if filed.version > 1:
        yield (Button(texts.VERSIONS, f"m:versions:{filed.id}"),)


def _paper(visit: Visit, filed: Filed, needs: tuple[lifecycle.Need, ...]) -> Iterator[Button]:
    if visit.may("report.stamp", filed.unit):
        if lifecycle.permits(filed.state, "stamp", needs):
            yield Button(texts.UPLOAD, f"m:stamp:{filed.id}", "primary")
        elif lifecycle.permits(filed.state, "restamp", needs):
            yield Button(texts.UPLOAD_ANOTHER if filed.stamp else texts.UPLOAD, f"m:stamp:{filed.id}")
    if "stamp" in needs and filed.state in lifecycle.PRINTED:
        yield Button(texts.SHEET, f"m:print:{filed.id}")


def _own(filed: Filed, needs: tuple[lifecycle.Need, ...]) -> Iterator[Button]:
    if filed.state in lifecycle.CORRECTABLE:
        yield Button(texts.AGAIN if filed.state in lifecycle.OWED else texts.CORRECT, f"m:fix:{filed.id}")
    if lifecycle.permits(filed.state, "withdraw", needs):
        yield Button(texts.WITHDRAW, f"m:withdraw:{filed.id}")


def page(campaign: Campaign, filed: Filed, buttons: Rows, note: str = "") -> Message:
    """Return one whole version of a report: its answers, who had it in hand, its state, its files."""
    form = form_of(campaign, filed.duty)
    files = [each for field in form.fields for each in files_in(filed.answers.get(field.key))]
    return texts.report_page(
        title=what(campaign, filed),
        answers=list(_answers(campaign, form, filed)),
        facts=list(_facts(campaign, filed)),
        state=_state(campaign, filed),
        buttons=buttons,
        note=note,
        attachments=tuple(
            Attachment("file", each["sha256"], each["name"], about=f"submission:{filed.id}")
            for each in (*files, *filed.stamp)
        ),
    )


def _answers(campaign: Campaign, form: Form, filed: Filed) -> Iterator[tuple[str, str]]:
    """Yield what was answered, by its column."""
    if filed.zero:
        yield texts.ZERO
        return
    beside = {key: week_texts.beside(count) for key, count in strayed(form, filed.answers).items()}
    for field in form.fields:
        if field.key in filed.answers:
            yield field.label, field.kind.show(filed.answers[field.key], campaign.lists) + beside.get(field.key, "")


def _facts(campaign: Campaign, filed: Filed) -> Iterator[str]:
    """Yield who did what to it when."""
    zone = campaign.zone
    yield f"编号：{filed.number}{texts.corrected_mark(filed.version)}"
    yield f"填报：{texts.filer(filed.filed_by_name, on_behalf=filed.on_behalf)}，{moments.moment(filed.filed_at, zone)}"
    if filed.signed_at:
        yield f"签批：{filed.signed_by_name}，{moments.moment(filed.signed_at, zone)}"
    if filed.stamped_at:
        yield stamping_texts.stamped_line(
            filed.stamped_by_name, moments.moment(filed.stamped_at, zone), len(filed.stamp)
        )
    if filed.accepted_at:
        yield f"接收：{filed.accepted_by_name}，{moments.moment(filed.accepted_at, zone)}"
    if filed.state == "returned":
        yield f"退回：{filed.returned_by_name}，原因：{filed.reason}"


def _state(campaign: Campaign, filed: Filed) -> str:
    """Say where a version stands: 待盖章; 已收到 of a stage's notice; 已报送，已被新版本替代."""
    read = campaign.duty(filed.duty).stage is not None and filed.state in lifecycle.DONE
    name = texts.READ if read else lifecycle.NAMES[filed.state]
    return name if filed.current else version_texts.replaced(name)


def files_in(answer: object) -> list[dict[str, Any]]:
    """Return the files in an answer: FileRef.to_json() shapes, [] for an answer of another kind."""
    if isinstance(answer, list):
        return [each for each in answer if isinstance(each, dict) and "sha256" in each]
    return []


def mine(visit: Visit, page_number: int = 0) -> Message:
    """我的报送: the reports of the visitor's units with state and number, the newest first, page by page."""
    units = sorted({unit for role, unit in visit.roles if role in access.UNIT_ROLES})
    if not units:
        raise Problem("forbidden")
    first = page_number * LISTED
    rows = submissions.of_units(visit.work, units, first + LISTED + 1)[first:]
    lines = [_line(visit.campaign, filed, several=len(units) > 1) for filed in rows[:LISTED]]
    turns = []
    if page_number:
        turns.append(Button(texts.NEWER, f"m:mine:{page_number - 1}"))
    if len(rows) > LISTED:
        turns.append(Button(texts.OLDER, f"m:mine:{page_number + 1}"))
    return texts.listing(menu_texts.MINE, lines, texts.NOTHING_YET, extra=turns)


def _line(campaign: Campaign, filed: Filed, *, several: bool) -> texts.Line:
    subject = subjects.of(campaign, filed)
    weekly = campaign.duty(filed.duty).every
    week = unbracketed(subject.occurrence.title) if weekly else subjects.named(campaign, subject.occurrence)
    name = f"{campaign.unit(filed.unit).name} {week}" if several else week
    state = _state(campaign, filed) + (texts.ON_BEHALF_MARK if filed.on_behalf else "")
    return texts.Line(f"{name}　{filed.number}　{state}", f"{name} · {state}", filed.id)
