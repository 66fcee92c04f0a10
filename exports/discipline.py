"""报送纪律情况表: every unit's weeks beside each other, how often it was in time, and its reports of a date (plan: T2).

Owns columns and signs. Leaves out what is counted (`bot.core.discipline`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core import deadlines, discipline
from bot.core.discipline import Record
from bot.core.plain_text import unbracketed
from bot.core.tables import Column, Row, Table
from bot.texts import moments
from bot.texts.overview import NOT_YET, SIGNS
from exports import reported
from exports.reconciliation import percent
from storage import settings, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.core.standings import Kind
    from bot.core.tables import Cell, Tone
    from storage.work import Work

    Sign = tuple[str, Tone]

TITLE: Final = "报送纪律情况表"
LEGEND: Final = (
    "〇按时，迟为迟报，缺为未报送，免为免报；签（待签批）、盖（待盖章）、退（已退回）到期仍未报齐，计入未报；"
    "・未到期，或系统启用前已到期，不作统计。"
)
EXPLAINED: Final = "每周报送统计系统启用以来已到期的各周；按时率为按时次数占应报次数的比例，免报的不算应报。"
_SUMS, _DATED = "每周报送累计", "按期报送"
#: As narrow as a sign and a week's number: half a year of weeks is one sheet of A3.
_WEEK: Final = 4
#: What stands after the weeks: how often, and how good that is.
SUMS: Final = (
    *(
        Column(key, title, 6, "count", total=True, group=_SUMS)
        for key, title in (("on_time", "按时"), ("late", "迟报"), ("missing", "未报"), ("excused", "免报"))
    ),
    Column("rate", "按时率", 9, "label", group=_SUMS),
)


def load(work: Work, ref: str) -> Table:
    """Return the table; KeyError for any `ref`."""
    if ref:
        raise KeyError(ref)
    campaign, book, since = work.campaign, standing.book(work), settings.installed_at(work)
    weeks, dated = discipline.fallen_due(deadlines.weeks(campaign), since, work.now), deadlines.dated(campaign)
    past = discipline.fallen_due(dated, since, work.now)
    in_weeks, at_dates = [book.at(week) for week in weeks], [book.at(each) for each in dated]
    kept = {unit.key: discipline.record(at[unit.key] for at in in_weeks) for unit in campaign.units}
    return Table(
        name=TITLE,
        title=campaign.title + TITLE,
        unit=f"汇总单位：{campaign.bureau}",
        period=f"{moments.week(weeks[0].period)}至{moments.week(weeks[-1].period)}" if weeks else "",
        made=f"统计时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=(*reported.ROOMY, *_week_columns(campaign, weeks), *SUMS, *_dated_columns(campaign, dated)),
        rows=tuple(
            _row(
                (number, unit.name),
                [_sign(at[unit.key].kind) for at in in_weeks],
                kept[unit.key],
                [_sign(at[unit.key].kind, past=each in past) for each, at in zip(dated, at_dates, strict=True)],
            )
            for number, unit in enumerate(campaign.units, 1)
        ),
        notes=(_sum(list(kept.values())), LEGEND, EXPLAINED),
        signatures=reported.SIGNATURES,
        low=True,
    )


def _week_columns(campaign: Campaign, weeks: Sequence[Occurrence]) -> Iterator[Column]:
    for week in weeks:
        number = int(week.period.partition("-W")[2])
        yield Column(week.key, str(number), _WEEK, "label", group=f"{campaign.duty(week.duty).name}（周次）")


def _dated_columns(campaign: Campaign, dated: Sequence[Occurrence]) -> Iterator[Column]:
    for each in dated:
        name = unbracketed(campaign.duty(each.duty).name)
        yield Column(each.key, f"{name}\n{each.title}", 12, "label", group=_DATED)


def _sign(kind: Kind, *, past: bool = True) -> Sign:
    if kind == "missing" and not past:
        return NOT_YET, "normal"
    return SIGNS[kind], reported.TONES[kind]


def _row(before: tuple[Cell, ...], weeks: Sequence[Sign], kept: Record, dates: Sequence[Sign]) -> Row:
    sums = (kept.on_time, kept.late, kept.missing, kept.excused, _rate(kept) or None)
    cells = (*before, *(sign for sign, _ in weeks), *sums, *(sign for sign, _ in dates))
    plain: tuple[Tone, ...] = ("normal",)
    tones = (plain * len(before), (tone for _, tone in weeks), plain * len(sums), (tone for _, tone in dates))
    return Row(cells, tones=tuple(tone for part in tones for tone in part))


def _rate(kept: Record) -> str:
    return percent(kept.on_time, kept.on_time + kept.late + kept.missing)


def _sum(kept: Sequence[Record]) -> str:
    """Return the line of counts, whose numbers add up to the first but for the excused."""
    every = Record(
        sum(each.on_time for each in kept),
        sum(each.late for each in kept),
        sum(each.missing for each in kept),
        sum(each.excused for each in kept),
    )
    rate = f"，按时率{_rate(every)}" if _rate(every) else ""
    return (
        f"每周报送应报{every.on_time + every.late + every.missing}次：按时{every.on_time}次，迟报{every.late}次，"
        f"未报{every.missing}次{rate}；另免报{every.excused}次。"
    )
