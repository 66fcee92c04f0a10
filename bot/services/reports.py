"""A unit's reports: filling in, filing, correcting, withdrawing, looking up (requirements: D1, C3, C5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import forms
from bot.core import access, deadlines, lifecycle
from bot.core.messages import Attachment, Button, Message
from bot.core.problems import Problem
from bot.core.standings import Standing, standings
from bot.forms.weekly import LEDGER, ledger_counts, strayed
from bot.services import dialogs, known, notices, subjects
from bot.services.subjects import Subject
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts import reports as texts
from bot.texts import weeks as week_texts
from storage import audit, excuses, outbox, people, settings, submissions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.campaign import Campaign
    from bot.core.form import Form
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.submissions import Filed
    from storage.work import Work

#: How many overdue periods the choice offers: older ones are reached through 我的报送.
OVERDUE_OFFERED = 6
LISTED = 12


def form_of(campaign: Campaign, duty: str) -> Form:
    """Return the form a duty is filed on."""
    return forms.of(campaign, campaign.duty(duty).form)


def what(campaign: Campaign, filed: Filed) -> str:
    """Say which report it is: 畜牧兽医服务中心第28周每周工作信息."""
    return _what(campaign, subjects.of(campaign, filed))


def _what(campaign: Campaign, subject: Subject, *, unit: bool = True) -> str:
    name = campaign.unit(subject.unit).name if unit else ""
    week = subject.occurrence.title.partition("（")[0]
    return f"{name}{week}{campaign.duty(subject.occurrence.duty).name}"


def standings_in(work: Work, occurrence: deadlines.Occurrence) -> dict[str, Standing[Filed]]:
    """Return where every unit of the campaign stands in one period, in the campaign's order."""
    return standings(
        (unit.key for unit in work.campaign.units),
        submissions.versions(work, occurrence.duty, occurrence.period),
        occurrence.due,
        excuses.units(work, occurrence.duty, occurrence.due.date()),
    )


def owed(visit: Visit, duty: str) -> Iterator[Subject]:
    """Yield what the visitor's units have not filed yet (or have had returned), newest first."""
    installed = settings.installed_at(visit.work)
    for occurrence in deadlines.open_ones(visit.campaign, duty, visit.now)[:OVERDUE_OFFERED]:
        if occurrence.due < installed:
            continue  # it fell due before the product was in use: nobody could file it here
        for unit in access.units_for(visit.roles, "contact"):
            filed = submissions.current(visit.work, duty, occurrence.period, unit)
            if filed is None or filed.state in lifecycle.OWED:
                yield Subject(occurrence, unit)


def choose(visit: Visit, duty: str) -> Message:
    """填报本周信息: open the report that is owed; ask when there are several; show this week's when it is filed."""
    units = access.units_for(visit.roles, "contact")
    if not units:
        raise Problem("forbidden")
    now = deadlines.current(visit.campaign, duty, visit.now)
    owing = list(owed(visit, duty))
    if len(owing) == 1 and (owing[0].occurrence == now or now is None):
        return fill(visit, owing[0])
    if not owing:
        filed = now and submissions.current(visit.work, duty, now.period, units[0])
        if not filed:
            raise Problem("nothing_due")
        return show(visit, filed.id) if len(units) == 1 else mine(visit)
    options = [(_label(visit, subject, now), f"m:file:{subject}") for subject in owing]
    if now is not None and now not in {subject.occurrence for subject in owing}:
        options.append(("查看本周已提交的报送", "m:mine"))
    return texts.choose(options)


def _label(visit: Visit, subject: Subject, now: deadlines.Occurrence | None) -> str:
    week = subject.occurrence.title if subject.occurrence != now else f"本周 {subject.occurrence.title}"
    late = "（已逾期）" if visit.now > subject.occurrence.due else ""
    several = len(access.units_for(visit.roles, "contact")) > 1
    return f"{visit.campaign.unit(subject.unit).name + ' ' if several else ''}{week}{late}"


def fill_period(visit: Visit, occurrence: deadlines.Occurrence) -> Message:
    """Open the visitor's report of this period, or show it when it is filed; ask which when several units owe it."""
    units = access.units_for(visit.roles, "contact")
    owing = [each for each in owed(visit, occurrence.duty) if each.occurrence == occurrence]
    if len(owing) == 1:
        return fill(visit, owing[0])
    return fill(visit, Subject(occurrence, units[0])) if len(units) == 1 else choose(visit, occurrence.duty)


def fill(visit: Visit, subject: Subject) -> Message:
    """Open the form for one unit and period; a report that is filed already is shown instead."""
    visit.require("report.file", subject.unit)
    if subject.occurrence.opens > visit.now:
        raise Problem("not_open_yet", opens=moments.deadline(subject.occurrence.opens, visit.campaign.zone))
    filed = submissions.current(visit.work, subject.occurrence.duty, subject.occurrence.period, subject.unit)
    if filed is not None and filed.state not in lifecycle.OWED:
        return show(visit, filed.id)
    return _open(visit, subject, filed)


def correct(visit: Visit, report: int) -> Message:
    """更正 / 修改后重报: the form again with the answers as they are; what it files is a new version."""
    filed = _current(visit, report)
    visit.require("report.file", filed.unit)
    if filed.state not in lifecycle.CORRECTABLE:
        raise Problem("accepted_already")
    return _open(visit, subjects.of(visit.campaign, filed), filed)


def _open(visit: Visit, subject: Subject, filed: Filed | None) -> Message:
    form = form_of(visit.campaign, subject.occurrence.duty)
    answers = filed.answers if filed and not filed.zero else None
    facts = {**_facts(visit, subject, filed), **known.renewed(visit, form.name, str(subject), {})}
    return dialogs.begin(visit, form, str(subject), facts, answers)


def _facts(visit: Visit, subject: Subject, filed: Filed | None) -> Mapping[str, Any]:
    """Return what the form's questions recall and offer (C3), and the version the answers start from."""
    facts: dict[str, Any] = {
        **visit.campaign.lists,
        "base": filed.version if filed else 0,
        "about": f"{visit.campaign.unit(subject.unit).name} · {subject.occurrence.title}",
    }
    before = deadlines.previous(visit.campaign, subject.occurrence)
    last = before and submissions.current(visit.work, before.duty, before.period, subject.unit)
    if last and last.answers.get("next"):
        facts["last_plan"] = last.answers["next"]
    return facts


def file(visit: Visit, finished: Finished) -> Message:
    """File what a finished dialog holds as the next version; ask the heads to sign where the duty needs it."""
    work, campaign = visit.work, visit.campaign
    subject = subjects.parse(campaign, finished.row.subject)
    visit.require("report.file", subject.unit)
    duty = campaign.duty(subject.occurrence.duty)
    before = submissions.current(work, duty.key, subject.occurrence.period, subject.unit)
    if before is not None and before.state not in lifecycle.CORRECTABLE:
        raise Problem("accepted_already")
    if before is not None and before.version != finished.draft.facts["base"]:
        raise Problem("filed_meanwhile", name=before.filed_by_name, at=moments.moment(before.filed_at, campaign.zone))
    state = lifecycle.after("draft", "file", duty.needs)
    signs = state == "awaiting"
    filed = submissions.file(
        work,
        duty=duty.key,
        period=subject.occurrence.period,
        unit=subject.unit,
        number=number(campaign, subject),
        answers=_answers(finished),
        form_version=finished.form.version,
        zero=finished.draft.zero,
        filed_by=visit.person_id,
        state=state,
        reported_at=work.now if state in lifecycle.DONE else None,
    )
    audit.note(work, visit.person_id, "submission.file", f"submission:{filed.id}", version=filed.version)
    outbox.silence(work, f"{subject.occurrence.key}/", subject.unit)
    heads = people.members(work, "head", subject.unit)
    if signs:
        request = texts.sign_request(_page(visit.campaign, filed, _signing(filed.id)))
        notices.tell(work, [head.id for head in heads], f"sign/{filed.id}", request)
    return texts.receipt(
        _what(campaign, subject, unit=False),
        filed.number,
        heads="、".join(head.name for head in heads),
        zero=filed.zero,
        signed=not signs,
        report=filed.id,
    )


def _answers(finished: Finished) -> dict[str, Any]:
    """Return what is kept for good: the answers, and the ledger's counts they were held against."""
    counts = ledger_counts(finished.draft.facts)
    return {**finished.draft.answers, **({LEDGER: counts} if counts else {})}


def number(campaign: Campaign, subject: Subject) -> str:
    """Return what people call a report: year, week and the unit's place in the campaign, 2020-28-05."""
    place = [unit.key for unit in campaign.every_unit].index(subject.unit) + 1
    return f"{subject.occurrence.period.replace('W', '')}-{place:02}"


def _signing(report: int) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(texts.APPROVE, f"m:ok:{report}", "primary"),
            Button(texts.RETURN, f"m:no:{report}", "danger"),
        ),
    )


def _current(visit: Visit, report: int) -> Filed:
    """Return the newest version of the report this one is a version of."""
    filed = submissions.get(visit.work, report)
    if filed is None:
        raise Problem("gone")
    if filed.current:
        return filed
    newest = submissions.current(visit.work, filed.duty, filed.period, filed.unit)
    assert newest is not None  # noqa: S101 - one version of every report is current
    return newest


def show(visit: Visit, report: int) -> Message:
    """Show a report's newest version with what the visitor may do to it."""
    filed = _current(visit, report)
    visit.require("report.see", filed.unit)
    needs = visit.campaign.duty(filed.duty).needs
    rows: list[tuple[Button, ...]] = []
    if visit.may("report.sign", filed.unit) and lifecycle.permits(filed.state, "sign", needs):
        rows += _signing(filed.id)
    if visit.may("report.receive", filed.unit) and lifecycle.permits(filed.state, "accept", needs):
        rows.append(
            (
                Button(texts.ACCEPT, f"m:accept:{filed.id}", "primary"),
                Button(texts.RETURN, f"m:no:{filed.id}", "danger"),
            )
        )
    if visit.may("report.file", filed.unit):
        own = []
        if filed.state in lifecycle.CORRECTABLE:
            again = "修改后重报" if filed.state in lifecycle.OWED else "更正"
            own.append(Button(again, f"m:fix:{filed.id}"))
        if lifecycle.permits(filed.state, "withdraw", needs):
            own.append(Button("撤回", f"m:withdraw:{filed.id}"))
        if own:
            rows.append(tuple(own))
    rows.append((menu_texts.BACK_TO_MENU,))
    return _page(visit.campaign, filed, tuple(rows))


def _page(campaign: Campaign, filed: Filed, buttons: tuple[tuple[Button, ...], ...]) -> Message:
    form = form_of(campaign, filed.duty)
    if filed.zero:
        answers = [("零报告", "本周无新增。")]
    else:
        beside = {key: week_texts.beside(count) for key, count in strayed(filed.answers).items()}
        answers = [
            (field.column, field.kind.show(filed.answers[field.key], campaign.lists) + beside.get(field.key, ""))
            for field in form.fields
            if field.key in filed.answers
        ]
    zone = campaign.zone
    lines = [
        f"编号：{filed.number}{texts.corrected_mark(filed.version)}",
        f"填报：{filed.filed_by_name}，{moments.moment(filed.filed_at, zone)}",
    ]
    if filed.signed_at:
        lines.append(f"签批：{filed.signed_by_name}，{moments.moment(filed.signed_at, zone)}")
    if filed.accepted_at:
        lines.append(f"接收：{filed.accepted_by_name}，{moments.moment(filed.accepted_at, zone)}")
    if filed.state == "returned":
        lines.append(f"退回：{filed.returned_by_name}，原因：{filed.reason}")
    return texts.report_page(
        title=what(campaign, filed),
        answers=answers,
        facts=lines,
        state=filed.state,
        buttons=buttons,
        attachments=tuple(
            Attachment("file", each["sha256"], each["name"], about=f"submission:{filed.id}")
            for field in form.fields
            for each in files_in(filed.answers.get(field.key))
        ),
    )


def files_in(answer: object) -> list[dict[str, Any]]:
    """Return the files in an answer: FileRef.to_json() shapes, [] for an answer of another kind."""
    if isinstance(answer, list):
        return [each for each in answer if isinstance(each, dict) and "sha256" in each]
    return []


def mine(visit: Visit) -> Message:
    """我的报送: the newest reports of the visitor's units, with state and number."""
    units = sorted({unit for role, unit in visit.roles if role in access.UNIT_ROLES})
    if not units:
        raise Problem("forbidden")
    several = len(units) > 1
    lines = []
    for filed in submissions.of_units(visit.work, units, LISTED):
        subject = subjects.of(visit.campaign, filed)
        week = subject.occurrence.title.partition("（")[0]
        name = f"{visit.campaign.unit(filed.unit).name} " if several else ""
        state = lifecycle.NAMES[filed.state]
        lines.append(
            texts.Line(f"{name}{week}　{filed.number}　{state}", f"{name}{week} · {state}", filed.id),
        )
    return texts.listing(menu_texts.MINE, lines, "还没有报送记录。")


def ask_withdraw(visit: Visit, report: int) -> Message:
    """撤回, first tap: ask whether it is meant."""
    filed = _current(visit, report)
    visit.require("report.file", filed.unit)
    lifecycle.after(filed.state, "withdraw", visit.campaign.duty(filed.duty).needs)
    return Message(
        f"确定撤回{what(visit.campaign, filed)}吗？撤回后需重新提交，才算报送。",
        title="撤回报送",
        buttons=((Button("确定撤回", f"m:withdrawn:{filed.id}", "danger"), Button("不撤回", f"m:see:{filed.id}")),),
        place="next",
    )


def withdraw(visit: Visit, report: int) -> Message:
    """Withdraw a report the brigade has not accepted; the heads hear of it."""
    filed = _current(visit, report)
    visit.require("report.file", filed.unit)
    move(visit, filed, "withdraw", withdrawn_at=visit.work.now)
    name = what(visit.campaign, filed)
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
        buttons=((Button("修改后重报", f"m:fix:{filed.id}", "primary"), menu_texts.BACK_TO_MENU),),
        place="next",
    )


def move(visit: Visit, filed: Filed, how: lifecycle.Move, **facts: object) -> None:
    """Move a report's state, or say that somebody else was faster. One audit row."""
    state = lifecycle.after(filed.state, how, visit.campaign.duty(filed.duty).needs)
    if state == "reported":
        facts["reported_at"] = visit.work.now
    if not submissions.move(visit.work, filed.id, filed.state, state, **facts):
        raise Problem("state_passed", state=lifecycle.NAMES[filed.state])
    audit.note(
        visit.work,
        visit.person_id,
        f"submission.{how}",
        f"submission:{filed.id}",
        before=filed.state,
        after=state,
    )
