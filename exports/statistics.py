"""附件2 情况统计表: what happened in a period beside what there is at its end, unit by unit, and charts (plan: D5, T2).

Owns columns and words. Leaves out counting: `storage.ledger.flows` in the period, `bot.core.statistics` at its end.
What only a unit knows (penalties, cases opened, rules made) is out of its report, once that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.core import deadlines
from bot.core.fields import Count
from bot.core.plain_text import unbracketed
from bot.core.reconciliation import Flow, total_flow
from bot.core.statistics import figures, of_area
from bot.core.tables import Cell, Chart, Column, Row, Series, Table, cells_of, columns_of
from bot.forms.figures import remarks
from bot.texts import moments
from exports import reported
from exports.entries import Scene
from exports.reconciliation import percent
from storage import ledger, statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from bot.core.campaign import Campaign
    from bot.core.statistics import Group
    from exports.reported import Roll
    from storage.work import Work

#: Columns next to each other, and what stands under them in the row of a unit (its key).
Part = tuple[Sequence[Column], Callable[[str], Iterable[Cell]]]

FORM, NAME = "statistics", "情况统计表"
PERIOD: Final = (("found", "发现"), ("mended", "整改到位"), ("closed", "销号"), ("transferred", "移交"))
SO_FAR: Final = (
    ("found", "发现"),
    ("mended", "整改到位"),
    ("verifying", "待核查"),
    ("closed", "已销号"),
    ("in_hand", "正在整改"),
    ("to_discipline", "移交纪检监察"),
    ("to_judicial", "移送司法"),
)
#: The areas' figures, each under a heading of its own: next to each other, as the chart wants them.
BY_AREA: Final = (("found", "累计发现（按方面）"), ("mended", "累计整改到位（按方面）"))
#: How wide a figure is; the areas' share what A3 has left, down to a width at which a name is one sign a line.
_WIDE, _LEAST, _LEFT = 7, 5, 80
EXPLAINED: Final = (
    "该期按期内发生的件次统计，退回后再次整改到位的再计一次；累计为期末的情况，“整改到位”含待核查和已销号。"
)


def load(work: Work, ref: str) -> Table:
    """Return the table of "2020-07-01_2020-07-31", both days included.

    KeyError for no period, for one that has not begun, and when the campaign keeps no ledger.
    """
    scene, campaign = Scene.of(work), work.campaign
    (first, last), (since, until) = span(campaign, ref)
    if first > scene.today:
        raise KeyError(ref)
    flows = {flow.unit: flow for flow in ledger.flows(work, since, until)}
    groups = statistics.by_unit(work, until)
    roll = _roll(work)
    areas = _areas(campaign, groups)
    filed = {unit.key for unit, _ in roll.counted} if roll else set()
    units = _units(campaign, {*flows, *groups, *filed})
    judicial = campaign.ledger.judicial if campaign.ledger else ()
    found = {unit: figures(groups.get(unit, ()), list(areas), judicial) for unit in units}
    parts = [_in_period(flows), _so_far(found), _by_area(found, areas), *([_reported(roll)] if roll else [])]
    name = name_of(campaign)
    return Table(
        name=f"{name}_{ref.replace('_', '至')}",
        title=reported.title_of(campaign, name),
        unit=f"汇总单位：{campaign.bureau}",
        period=f"统计期间：{moments.full(first)}至{moments.full(last)}",
        made=f"统计时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=(*reported.ROOMY, *(column for columns, _ in parts for column in columns)),
        rows=tuple(
            Row((number, scene.units.get(unit, unit), *(cell for _, cells in parts for cell in cells(unit))))
            for number, unit in enumerate(units, 1)
        ),
        notes=(*_sums(list(flows.values()), list(found.values())), EXPLAINED, *(_source(roll) if roll else ())),
        signatures=reported.SIGNATURES,
        low=True,
        charts=_charts(len(areas), moments.full(min(last, scene.today))),
    )


def span(campaign: Campaign, ref: str) -> tuple[tuple[date, date], tuple[datetime, datetime]]:
    """Return the days a ref names, and from which moment to which they go; KeyError when it names none."""
    try:
        first, last = map(date.fromisoformat, ref.split("_"))
        since, until = (deadlines.instant(day, time(), campaign.zone) for day in (first, last + timedelta(1)))
    except (ValueError, OverflowError):
        raise KeyError(ref) from None
    if first > last or ref != f"{first}_{last}":
        raise KeyError(ref)
    return (first, last), (since, until)


def name_of(campaign: Campaign) -> str:
    """Return what the table is called, as the campaign calls the report it is made with."""
    try:
        return reported.name_of(reported.duty_of(campaign, FORM).name, "表")
    except KeyError:
        return NAME


def _roll(work: Work) -> Roll | None:
    """Return where the units stand with their own figures; None when the campaign does not ask for them."""
    try:
        return reported.of_form(work, FORM)
    except KeyError:
        return None


def _areas(campaign: Campaign, groups: Mapping[str, Iterable[Group]]) -> dict[str, str]:
    """Return the areas' names by their keys; one that has left the campaign goes by its key."""
    known = {area.key: area.name for area in campaign.areas}
    there = {each.area for of_unit in groups.values() for each in of_unit}
    return known | {key: key for key in sorted(there - known.keys())}


def _units(campaign: Campaign, there: set[str]) -> list[str]:
    """Return the units that report, those that did, and those that have left the file with entries of theirs."""
    known = [unit.key for unit in campaign.every_unit if not unit.left or unit.key in there]
    return known + sorted(there.difference(known))


def _in_period(flows: Mapping[str, Flow]) -> Part:
    columns = [Column(f"period_{key}", title, _WIDE, "count", total=True, group="该期") for key, title in PERIOD]

    def cells(unit: str) -> list[Cell]:
        flow = flows.get(unit) or Flow(unit)
        return [flow.found, flow.mended, flow.closed, flow.transferred]

    return columns, cells


def _so_far(found: Mapping[str, Mapping[str, int]]) -> Part:
    columns = [Column(key, title, _WIDE, "count", total=True, group="累计") for key, title in SO_FAR]

    def cells(unit: str) -> list[Cell]:
        known = found[unit]
        return [*(known[key] for key, _ in SO_FAR), percent(known["mended"], known["found"]) or None]

    return [*columns, Column("rate", "整改率", 9, "label", group="累计")], cells


def _by_area(found: Mapping[str, Mapping[str, int]], areas: Mapping[str, str]) -> Part:
    wide = min(_WIDE + 1, max(_LEAST, _LEFT // max(2 * len(areas), 1)))
    columns = [
        Column(of_area(figure, number), name, wide, "count", total=True, group=group)
        for figure, group in BY_AREA
        for number, name in enumerate(areas.values(), 1)
    ]
    return columns, lambda unit: [found[unit][column.key] for column in columns]


def _reported(roll: Roll) -> Part:
    """Return what is asked for as a number and not known to the ledger, and where the unit stands with it."""
    known = remarks(roll.form)
    fields = tuple(each for each in roll.form.fields if isinstance(each.kind, Count) and each.key not in known)
    asked = replace(roll.form, fields=fields)
    columns = [replace(column, group="单位上报") for column in columns_of(asked)]
    entries = {unit.key: at for unit, at in roll.entries}

    def cells(unit: str) -> list[Cell]:
        at = entries.get(unit)
        answers = at.reported.answers if at and at.reported else {}
        return [*cells_of(asked, answers), reported.standing(at, roll.missing) if at else None]

    return [*columns, Column("standing", "报送情况", 12, "label", group="单位上报")], cells


def _sums(flows: Iterable[Flow], found: Sequence[Mapping[str, int]]) -> Iterator[str]:
    """Yield what happened, and the sentence that the numbers add up."""
    flow = total_flow(flows)
    yield (
        f"该期发现{flow.found}件，整改到位{flow.mended}件，销号{flow.closed}件，移交{flow.transferred}件；"
        f"期内退回整改{flow.returned}件，重新整改{flow.reopened + flow.taken_back}件。"
    )
    every = {key: sum(known[key] for known in found) for key, _ in SO_FAR}
    rate = f"；整改率{percent(every['mended'], every['found'])}" if every["found"] else ""
    yield (
        f"累计发现{every['found']}件＝整改到位{every['mended']}件（待核查{every['verifying']}件＋已销号{every['closed']}件）"
        f"＋正在整改{every['in_hand']}件＋移交纪检监察{every['to_discipline']}件＋移送司法{every['to_judicial']}件{rate}。"
    )


def _source(roll: Roll) -> Iterator[str]:
    """Yield what the units' own figures are out of, and who has reported them."""
    name = unbracketed(roll.duty.name)
    yield f"“单位上报”为各单位《{name}》所报的数字，{roll.period}。"
    yield from roll.notes()


def _charts(areas: int, until: str) -> tuple[Chart, ...]:
    series = tuple(
        Series(name, tuple(of_area(figure, number) for number in range(1, areas + 1)))
        for figure, name in (("found", "发现"), ("mended", "整改到位"))
    )
    by_unit = Series("发现", ("found",)), Series("整改到位", ("mended",))
    return (
        *((Chart(f"各方面问题发现和整改情况（截至{until}）", series),) if areas else ()),
        Chart(f"各单位问题发现和整改情况（截至{until}）", by_unit, labels="unit"),
    )
