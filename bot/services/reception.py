"""The brigade's desk: who stands where this week, nudging the missing, the table on demand (M4, T1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core import deadlines
from bot.core.problems import Problem
from bot.services import notices, reports, signoff, subjects
from bot.services.subjects import Subject
from bot.texts import moments
from bot.texts import reports as texts
from exports import weekly
from exports.workbook import file_name
from storage import audit, outbox, people

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message, Place
    from bot.core.standings import Standing
    from bot.services.visit import Visit
    from storage.submissions import Filed

WEEKLY = "weekly"
#: A second nudge by hand within this time is taken for a double tap.
URGE_EVERY = timedelta(minutes=10)


def this_week(visit: Visit) -> Occurrence:
    """Return the period the desk opens with: the present one, or the last before the campaign's end."""
    now = deadlines.current(visit.campaign, WEEKLY, visit.now)
    found = now or next(iter(deadlines.open_ones(visit.campaign, WEEKLY, visit.now)), None)
    if found is None:
        first = next(iter(deadlines.occurrences(visit.campaign, WEEKLY)), None)
        raise Problem("not_begun", first=moments.day_and_weekday(first.due) if first else "")
    return found


def desk(visit: Visit, key: str = "", page: int = 0, *, place: Place = "next") -> Message:
    """报送情况: every unit's standing in one period."""
    visit.require("standing.see")
    occurrence = subjects.occurrence(visit.campaign, key) if key else this_week(visit)
    stand = reports.standings_in(visit.work, occurrence)
    groups: dict[str, list[texts.Line]] = {
        "reported": [],
        "awaiting": [],
        "stamping": [],
        "returned": [],
        "missing": [],
        "excused": [],
    }
    for unit in visit.campaign.units:
        at = stand[unit.key]
        groups["reported" if at.reported else at.kind].append(_line(visit.campaign.zone, unit.name, at))
    view = texts.Desk(
        key=occurrence.key,
        title=f"{visit.campaign.duty(occurrence.duty).name} · {occurrence.title}",
        due=moments.deadline(occurrence.due, visit.campaign.zone),
        **groups,
    )
    return texts.desk_page(
        view,
        page=page,
        urge=visit.may("report.urge") and bool(view.missing or view.awaiting or view.stamping or view.returned),
        receive=visit.may("report.receive")
        and any(at.reported is not None and at.reported.state == "reported" for at in stand.values()),
        table=visit.may("table.get"),
        earlier=_neighbour(visit, occurrence, -1),
        later=_neighbour(visit, occurrence, +1),
        place=place,
    )


def _line(zone: ZoneInfo, name: str, at: Standing[Filed]) -> texts.Line:
    report = at.report
    if report is None:
        return texts.Line(name)
    marks = []
    if report.state == "accepted":
        marks.append("已接收")
    if at.reported and report.zero:
        marks.append("零报告")
    if at.kind == "late" and report.reported_at:
        marks.append(f"迟报 {moments.moment(report.reported_at, zone)}")
    if at.correcting:
        marks.append("更正待签批")
    return texts.Line(f"{name}（{'，'.join(marks)}）" if marks else name, name, report.id)


def _neighbour(visit: Visit, occurrence: Occurrence, step: int) -> str:
    """Return the key of the period before or after, "" where there is none to see yet."""
    rows = [each for each in deadlines.occurrences(visit.campaign, occurrence.duty) if each.opens <= visit.work.now]
    place = rows.index(occurrence) + step if occurrence in rows else -1
    return rows[place].key if 0 <= place < len(rows) else ""


def accept_all(visit: Visit, key: str) -> Message:
    """全部接收, then the desk again."""
    occurrence = subjects.occurrence(visit.campaign, key)
    if not signoff.accept_all(visit, occurrence.duty, occurrence.period):
        raise Problem("nothing_to_accept")
    return desk(visit, key, place="next")


def urge(visit: Visit, key: str) -> Message:
    """催报: nudge whoever keeps a unit's report from arriving: its contacts, or its heads once it is filled in."""
    visit.require("report.urge")
    campaign, work = visit.campaign, visit.work
    occurrence = subjects.occurrence(campaign, key)
    last = outbox.latest(work, f"{key}/urge/")
    if last is not None and timedelta(0) <= work.now - last.created_at < URGE_EVERY:
        raise Problem("urged_just_now", at=moments.moment(last.created_at, campaign.zone))
    urged: list[str] = []
    unreached: list[str] = []
    stand = reports.standings_in(work, occurrence)
    for unit in campaign.units:
        at = stand[unit.key]
        if at.reported is not None or at.kind == "excused":
            continue
        report = at.report if at.kind == "awaiting" else None
        told = notices.tell(
            work,
            _who_holds_it_up(visit, unit.key, report),
            f"{key}/urge/{visit.input_id}@{unit.key}",
            _urge_notice(visit, Subject(occurrence, unit.key), report),
        )
        (urged if told else unreached).append(unit.name)
    if not urged and not unreached:
        raise Problem("nobody_missing")
    audit.note(work, visit.person_id, "report.urge", key, units=urged)
    return texts.urged(urged, unreached)


def _who_holds_it_up(visit: Visit, unit: str, report: Filed | None) -> list[int]:
    role = "contact" if report is None else "head"
    return [member.id for member in people.members(visit.work, role, unit)]


def _urge_notice(visit: Visit, subject: Subject, report: Filed | None) -> Message:
    occurrence, campaign = subject.occurrence, visit.campaign
    if report is not None:
        return texts.urge_sign_notice(reports.what(campaign, report), report.id)
    week = f"{occurrence.title}{campaign.duty(occurrence.duty).name}"
    due = moments.deadline(occurrence.due, campaign.zone)
    return texts.urge_notice(week, due, overdue=visit.now > occurrence.due, action=f"m:file:{subject}")


def table(visit: Visit, key: str = "") -> Message:
    """导出汇总表: the period's aggregated table as it is now."""
    visit.require("table.get")
    occurrence = subjects.occurrence(visit.campaign, key) if key else this_week(visit)
    return table_message(occurrence, f"以下为{moments.moment(visit.now, visit.campaign.zone)}的汇总情况。")


def table_message(occurrence: Occurrence, line: str) -> Message:
    """Return the message that carries a period's table."""
    return texts.table_message(
        title=f"{weekly.TITLE} · {occurrence.title}",
        line=line,
        key=occurrence.key,
        ref=occurrence.key,
        name=file_name(weekly.name_of(occurrence)),
    )
