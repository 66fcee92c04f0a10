"""The week's aggregated table: one row a unit in the campaign's order, missing units marked (plan: T1).

Owns what the table says. Leaves out its looks (`exports.workbook`) and when it is sent (`scheduler`).
A report's content is shown only once the unit's head has signed it. A count that is not the ledger's stands in its
column as it was reported; the ledger's, and why they differ, in a line under the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import forms
from bot.core import deadlines
from bot.core.campaign_rules import WEEKLY
from bot.core.standings import Standing, standings
from bot.core.tables import Cell, Row, Table, cells_of, columns_of
from bot.forms.figures import remarks
from bot.texts import moments
from bot.texts.reports import filer
from exports.reported import AFTER, BEFORE, NAMES, NOT_YET, SIGNATURES, TONES, counts, remarks_on, standing
from storage import excuses, submissions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.core.campaign import Campaign
    from bot.core.form import Form
    from storage.work import Work

DUTY = WEEKLY


@dataclass(frozen=True, slots=True)
class Report:
    """What the table needs of one version of a unit's report; people by name, moments aware."""

    unit: str  # its key
    version: int
    state: str  # bot.core.lifecycle
    answers: Mapping[str, Any]
    zero: bool
    filed_by: str
    signed_by: str = ""
    signed_at: datetime | None = None
    reported_at: datetime | None = None


def weekly_table(
    campaign: Campaign,
    occurrence: deadlines.Occurrence,
    form: Form,
    reports: Iterable[Report],
    now: datetime,
    excused: Collection[str] = (),
) -> Table:
    """Return the table of a week as it stands at `now`; `reports` are the units' versions, in any order.

    A unit that has left since stays in the weeks it has reported in.
    """
    due = occurrence.due.astimezone(UTC)  # two moments of one zone would be compared by the clock on the wall
    stand = standings((unit.key for unit in campaign.every_unit), reports, due, excused)
    entries = [
        (unit.name, stand[unit.key]) for unit in campaign.every_unit if not unit.left or stand[unit.key].reported
    ]
    beside = set(remarks(form).values())
    asked = replace(form, fields=tuple(field for field in form.fields if field.key not in beside))
    missing = NAMES["missing"] if now >= due else NOT_YET
    return Table(
        name=name_of(campaign, occurrence),
        title=campaign.title + title_of(campaign),
        unit=f"汇总单位：{campaign.bureau}",
        period=f"{occurrence.period[:4]}年{occurrence.title}",
        made=f"汇总时间：{moments.full_moment(now, campaign.zone)}",
        columns=(*BEFORE, *columns_of(asked), *AFTER),
        rows=tuple(_row(number, *entry, asked, campaign, missing) for number, entry in enumerate(entries, 1)),
        notes=(*counts(entries, missing), *remarks_on(entries, form)),
        signatures=SIGNATURES,
    )


def _row(number: int, unit: str, entry: Standing[Report], form: Form, campaign: Campaign, missing: str) -> Row:
    report, signed = entry.report, entry.reported
    cells: tuple[Cell, ...] = (
        number,
        unit,
        *cells_of(form, signed.answers if signed else {}, campaign.lists),
        report.filed_by if report else None,
        signed.signed_by if signed else None,
        signed.signed_at.astimezone(campaign.zone) if signed and signed.signed_at else None,
        standing(entry, missing),
    )
    return Row(cells, TONES[entry.kind])


def title_of(campaign: Campaign) -> str:
    """Return what the table is called, as the campaign calls its reports: 每周工作信息汇总表."""
    return f"{campaign.duty(DUTY).name}汇总表"


def name_of(campaign: Campaign, occurrence: deadlines.Occurrence) -> str:
    """Return what the table of a period is called: 每周工作信息汇总表_2020年第28周."""
    return f"{title_of(campaign)}_{moments.week(occurrence.period)}"


def load(work: Work, period: str) -> Table:
    """Return the table of the week `period` ("2020-W28"); KeyError when the campaign has no such week."""
    occurrence = deadlines.occurrence(work.campaign, f"{DUTY}/{period}")
    if occurrence is None:
        raise KeyError(period)
    form = forms.of(work.campaign, work.campaign.duty(DUTY).form)
    reports = [_report(filed) for filed in submissions.versions(work, DUTY, period)]
    return weekly_table(work.campaign, occurrence, form, reports, work.now, excuses.units(work, occurrence))


def _report(filed: submissions.Filed) -> Report:
    return Report(
        unit=filed.unit,
        version=filed.version,
        state=filed.state,
        answers=filed.answers,
        zero=filed.zero,
        filed_by=filer(filed.filed_by_name, on_behalf=filed.on_behalf),
        signed_by=filed.signed_by_name,
        signed_at=filed.signed_at,
        reported_at=filed.reported_at,
    )
