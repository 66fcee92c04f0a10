"""典型案例汇总表: every case that has been reported, one row each, in the order of the units (plan: D7, T2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import forms
from bot.core.standings import standing
from bot.core.tables import Column, Row, Table, cells_of, columns_of
from bot.texts import moments
from bot.texts.reports import filer
from exports import reported
from storage import submissions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.campaign import Campaign, Duty
    from bot.core.form import Form
    from bot.core.tables import Cell
    from storage.submissions import Filed
    from storage.work import Work

FORM: Final = "case"
BEFORE: Final = (*reported.BEFORE, Column("case_number", "编号", 12, "label"))
AFTER: Final = reported.AFTER[:-1]
#: What a text of so many signs needs to be read without going down a narrow column.
_WIDTHS: Final[Mapping[str, int]] = {"name": 16, "story": 44, "result": 26, "meaning": 26, "files": 14}


def load(work: Work, ref: str) -> Table:
    """Return the table; KeyError when the campaign collects no cases, and for any `ref`."""
    if ref:
        raise KeyError(ref)
    campaign = work.campaign
    name = name_of(campaign)
    form, cases = forms.of(campaign, FORM), _counting(work)
    columns = (replace(column, width=_WIDTHS.get(column.key, column.width)) for column in columns_of(form))
    return Table(
        name=name,
        title=reported.title_of(campaign, name),
        unit=f"汇总单位：{campaign.bureau}",
        made=f"汇总时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=(*BEFORE, *columns, *AFTER),
        rows=tuple(
            Row((number, campaign.unit_name(case.unit), case.number, *_cells(case, form, campaign)))
            for number, case in enumerate(cases, 1)
        ),
        notes=(_count(cases),),
        signatures=reported.SIGNATURES,
    )


def name_of(campaign: Campaign) -> str:
    """Return what the table is called, as the campaign calls its cases; KeyError as `load`."""
    return reported.name_of(_duties(campaign)[0].name, "汇总表")


def _duties(campaign: Campaign) -> list[Duty]:
    duties = [duty for duty in campaign.duties if duty.form == FORM]
    if not duties:
        raise KeyError(FORM)
    return duties


def _counting(work: Work) -> list[Filed]:
    """Return the version of every case that counts, unit after unit as the campaign has them."""
    filed: dict[str, list[Filed]] = defaultdict(list)
    for duty in _duties(work.campaign):
        for version in submissions.of_duty(work, duty.key):
            filed[f"{version.duty}/{version.period}@{version.unit}"].append(version)
    # A case is due never: whether it is in time makes no difference here.
    standings = (standing(versions, work.now) for versions in filed.values())
    places = {unit.key: place for place, unit in enumerate(work.campaign.every_unit)}
    return sorted(
        (at.reported for at in standings if at.reported),
        key=lambda case: (places.get(case.unit, len(places)), case.unit, case.duty, case.period),
    )


def _cells(case: Filed, form: Form, campaign: Campaign) -> tuple[Cell, ...]:
    return (
        *cells_of(form, case.answers, campaign.lists),
        filer(case.filed_by_name, on_behalf=case.on_behalf),
        case.signed_by_name,
        case.reported_at.astimezone(campaign.zone) if case.reported_at else None,
    )


def _count(cases: Sequence[Filed]) -> str:
    if not cases:
        return "目前还没有已报送的案例。"
    kinds = Counter(str(case.answers.get("kind", "")) for case in cases)
    units = len({case.unit for case in cases})
    counts = "，".join(f"{kind}{count}件" for kind, count in kinds.items())
    return f"共{len(cases)}件，来自{units}家单位：{counts}。"
