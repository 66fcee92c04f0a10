"""The brigade's desk, by duty and unit: who stands where, what waits to be accepted, the table on demand (C5, T1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import deadlines, urgency
from bot.core.campaign_rules import WEEKLY
from bot.core.lifecycle import OWED
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.core.standings import OWING
from bot.services import reports, signoff, subjects
from bot.services.calling import Roster
from bot.services.subjects import Subject, row_id
from bot.texts import moments
from bot.texts import reception as texts
from bot.texts.reports import ON_BEHALF
from storage import excuses, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.campaign import Duty
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message, Place
    from bot.core.standings import Kind, Standing
    from bot.services.visit import Visit
    from storage.excuses import Excused
    from storage.standing import Brief
    from storage.submissions import Filed


def this_week(visit: Visit) -> Occurrence:
    """Return the period the desk opens with: the present one, or the last before the campaign's end."""
    weeks = deadlines.weeks(visit.campaign)
    if not weeks:
        raise Problem("gone")
    found = deadlines.present(visit.campaign, WEEKLY, visit.now)
    if found is None:
        raise Problem("not_begun", first=moments.day_and_weekday(weeks[0].due))
    return found


def state(visit: Visit, argument: str = "") -> Message:
    """报送情况: of this week, "duty/period", one "duty/period@unit", or a "duty" that just occurs; ":page" behind."""
    visit.require("standing.see")
    key, _, number = argument.partition(":")
    duty = next((duty for duty in visit.campaign.duties if duty.key == key.partition("/")[0] and duty.at_once), None)
    if duty is not None:
        return cases(visit, duty, row_id(number or "0"))
    if "@" in key:
        return unit_page(visit, subjects.parse(visit.campaign, key))
    return desk(visit, key, row_id(number or "0"), place="same" if number else "next")


def desk(visit: Visit, key: str = "", page: int = 0, *, place: Place = "next") -> Message:
    """Every unit's standing in one period."""
    visit.require("standing.see")
    occurrence = subjects.occurrence(visit.campaign, key) if key else this_week(visit)
    duty = visit.campaign.duty(occurrence.duty)
    stand = reports.standings_in(visit.work, occurrence)
    view = texts.Desk(
        key=occurrence.key,
        title=f"{duty.name} · {occurrence.title}",
        due=_due(visit, occurrence),
        groups=_groups(visit, occurrence, stand),
        stage=duty.stage is not None,
        waiting=0 if duty.stage else sum(_to_accept(at) for at in stand.values()),
        units=_unit_buttons(visit, occurrence, stand),
    )
    return texts.desk_page(
        view, _tools(visit, duty, occurrence, stand), page=page, weeks=_weeks(visit, occurrence), place=place
    )


def _due(visit: Visit, occurrence: Occurrence) -> str:
    when = moments.deadline(occurrence.due, visit.campaign.zone)
    return texts.due(when, past=urgency.past(occurrence.due, visit.now))


def _groups(visit: Visit, occurrence: Occurrence, stand: Mapping[str, Standing[Filed]]) -> dict[Kind, list[str]]:
    reasons = excuses.standing(visit.work)
    groups: dict[Kind, list[str]] = {kind: [] for kind in texts.GROUPS}
    for unit in visit.campaign.units:
        at = stand[unit.key]
        excuse = standing.excuse(visit.campaign, reasons, occurrence, unit.key) if at.kind == "excused" else None
        group: Kind = "on_time" if at.reported else at.kind
        groups[group].append(texts.marked(unit.name, *_marks(visit, at, excuse)))
    return groups


def _marks(visit: Visit, at: Standing[Filed], excuse: Excused | None) -> list[str]:
    """Return what is said beside a unit's name."""
    report = at.reported
    if excuse is not None:
        return [excuse.reason]
    if report is None:
        return []
    marks = ["已接收"] if report.state == "accepted" else []
    marks += ["零报告"] if report.zero else []
    marks += [ON_BEHALF] if report.on_behalf else []
    if at.kind == "late" and report.reported_at:
        marks.append(texts.late(moments.moment(report.reported_at, visit.campaign.zone)))
    return [*marks, texts.CORRECTING] if at.correcting else marks


def _tools(
    visit: Visit, duty: Duty, occurrence: Occurrence, stand: Mapping[str, Standing[Filed]]
) -> list[list[Button]]:
    """Return what can be done to all units at once."""
    rows: list[list[Button]] = [[], []]
    if visit.may("report.urge") and any(at.kind in OWING for at in stand.values()) and occurrence.opens <= visit.now:
        rows[0].append(Button(texts.URGE, f"m:urge:{occurrence.key}", "primary"))
    if visit.may("report.receive") and duty.stage is None and any(_to_accept(at) for at in stand.values()):
        rows[1].append(Button(texts.ACCEPT_ALL, f"m:acceptall:{occurrence.key}"))
    if visit.may("table.get") and duty.key == WEEKLY:
        rows[1].append(Button(texts.TABLE, f"m:table:{occurrence.key}"))
    return rows


def _to_accept(at: Standing[Filed]) -> bool:
    """Tell whether the desk is to accept it; of what is being corrected the newer version, once it is reported."""
    return at.reported is not None and at.reported.state == "reported" and not at.correcting


def _unit_buttons(visit: Visit, occurrence: Occurrence, stand: Mapping[str, Standing[Filed]]) -> list[Button]:
    """Return the way to every unit's part: first what waits for the desk, then who owes, then what is settled."""
    order = [each for each in texts.GROUPS if each in OWING]
    buttons: list[tuple[int, Button]] = []
    for unit in visit.campaign.units:
        at = stand[unit.key]
        rank = 0 if _to_accept(at) else 1 + order.index(at.kind) if at.kind in OWING else len(order) + 1
        action = f"m:state:{Subject(occurrence, unit.key)}"
        if at.reported is not None and visit.may("report.see", unit.key):
            action = f"m:see:{at.reported.id}"
        buttons.append((rank, Button(unit.name, action)))
    return [button for _, button in sorted(buttons, key=lambda each: each[0])]


def _weeks(visit: Visit, occurrence: Occurrence) -> list[Button]:
    """Return the ways to the periods before and after, as far as there is something to see yet."""
    rows = [each for each in deadlines.occurrences(visit.campaign, occurrence.duty) if each.opens <= visit.work.now]
    place = rows.index(occurrence) if occurrence in rows else len(rows)
    around = (("前一周", place - 1), ("后一周", place + 1))
    return [Button(label, f"m:state:{rows[at].key}") for label, at in around if 0 <= at < len(rows)]


# ── One unit's part ──────────────────────────────────────────────────────


def unit_page(visit: Visit, subject: Subject) -> Message:
    """Show where one unit stands with one report, whom to call, and what can be done."""
    visit.require("standing.see")
    occurrence, unit = subject
    at = reports.standings_in(visit.work, occurrence)[unit]
    excused = excuses.standing(visit.work) if at.kind == "excused" else []
    excuse = standing.excuse(visit.campaign, excused, occurrence, unit)
    returned = at.kind == "returned" and visit.may("report.see", unit)  # why, is between those who see the report
    why = excuse.reason if excuse else at.report.reason if at.report and returned else ""
    duty = visit.campaign.duty(occurrence.duty)
    return texts.unit_page(
        title=f"{visit.campaign.unit(unit).name} · {subjects.named(visit.campaign, occurrence)}",
        stands=texts.stands(at.kind, stage=duty.stage is not None, why=why),
        due=_due(visit, occurrence),
        call=Roster(visit).lines(unit),
        buttons=_unit_tools(visit, subject, at, excuse),
        back=(Button("单位总体情况", f"m:unit:{unit}"), Button(texts.STATE, f"m:state:{occurrence.key}")),
    )


def _unit_tools(visit: Visit, subject: Subject, at: Standing[Filed], excuse: Excused | None) -> list[Button]:
    """Return what can be done about one unit's part, as far as the visitor may."""
    unit, opened = subject.unit, subject.occurrence.opens <= visit.now
    stage = visit.campaign.duty(subject.occurrence.duty).stage is not None
    tools = []
    if at.kind in OWING and opened and visit.may("report.urge", unit):
        tools.append(Button(texts.URGE, f"m:urge:{subject}", "primary"))
    if at.report is not None and visit.may("report.see", unit):
        tools.append(Button("查看报送", f"m:see:{at.report.id}"))
    owed = at.report is None or at.report.state in OWED
    if owed and opened and not stage and visit.may("report.file_for", unit):
        tools.append(Button(texts.FILE_FOR, f"m:for:{subject}"))
    if visit.may("report.excuse", unit):
        if excuse is not None:
            tools.append(Button("取消免报", f"m:unexcuse:{excuse.id}"))
        elif at.kind in {"missing", "returned"}:
            tools.append(Button(texts.EXCUSE, f"m:excuse:{subject}"))
    return tools


# ── What occurs, and has no day ──────────────────────────────────────────


def cases(visit: Visit, duty: Duty, page: int = 0) -> Message:
    """Show every report of a duty that is reported at once, newest first."""
    visit.require("standing.see")
    rows = sorted(standing.of_duty(visit.work, duty.key), key=lambda each: each.filed_at, reverse=True)
    waiting = sum(each.state == "reported" for each in rows)
    tools = [Button(texts.ACCEPT_ALL, f"m:acceptall:{duty.key}")] if waiting and visit.may("report.receive") else []
    return texts.cases_page(
        duty.name,
        [_case(visit, each) for each in rows],
        tools,
        waiting=waiting,
        page=page,
        turn=f"m:state:{duty.key}",
    )


def _case(visit: Visit, brief: Brief) -> tuple[str, Button]:
    name = visit.campaign.unit(brief.unit).name
    occurrence = subjects.occurrence(visit.campaign, brief.key)
    at = moments.moment(brief.filed_at, visit.campaign.zone)
    see = visit.may("report.see", brief.unit)
    action = f"m:see:{brief.id}" if see else f"m:unit:{brief.unit}"
    return texts.case(name, occurrence.title, brief.state, at), Button(name, action)


# ── Accepting ────────────────────────────────────────────────────────────


def accept_all(visit: Visit, key: str) -> Message:
    """全部接收, then the desk again; of "duty/period", or of every case of a "duty" that just occurs."""
    visit.require("report.receive")
    duty, _, period = key.partition("/")
    waiting = {each.period for each in standing.of_duty(visit.work, duty) if each.state == "reported"}
    chosen = sorted(waiting & {period} if period else waiting)
    if not sum(signoff.accept_all(visit, duty, each) for each in chosen):
        raise Problem("nothing_to_accept")
    return state(visit, key)
