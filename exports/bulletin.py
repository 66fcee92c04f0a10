"""通报: how a week went, on one page to be posted: who has reported, how the ledger stands, what comes next.

Owns what it says: names of units, numbers and counts, and nothing of people or of what was found. Leaves out what is
counted (`bot.core.summary`), the layouts (`bulletin.typ`; for those who must edit `exports.bulletin_word`) and the
typesetter. Its figures are those of the moment it is made, an earlier week's too; what a week brought is the week's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from bot.core import deadlines
from bot.core.plain_text import unbracketed
from bot.core.standings import OWING
from bot.texts import moments
from bot.texts.overview import within
from exports import summary
from exports.reported import NAMES, NOT_YET
from exports.typesetting import pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.reconciliation import Flow, Line
    from bot.core.summary import AreaLine, Reporting, Summary, UnitLine
    from storage.files import FileStore
    from storage.work import Work

NAME: Final = "工作通报"
COLUMNS: Final = ("发现", "整改到位", "未销号", "逾期", "整改率")
#: Entries that are named, by their numbers.
_WORST: Final = 5
#: Signs there are for the names of units that owe something that was due by a date.
_NAMES: Final = 240


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, as it is read: a heading for each column, the first of them a name's."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part: "一、本周报送情况", its paragraphs, then its tables."""

    title: str
    paragraphs: tuple[str, ...]
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What stands on it, in words."""

    title: str
    issue: str  # "第3期"
    bureau: str
    day: str  # "2020年7月10日"
    sections: tuple[Section, ...]


def load(work: Work, period: str) -> Bulletin:
    """Return the bulletin of the week `period` ("2020-W28"); KeyError for no week, and for one that has not begun."""
    if not period:
        raise KeyError(period)
    shown = summary.load(work, period)
    weeks = [week.period for week in deadlines.weeks(work.campaign)]
    return told(shown, weeks.index(period) + 1, summary.flow_in(work, period))


def told(shown: Summary, number: int, flow: Flow) -> Bulletin:
    """Return what is told of the campaign's week of this number, and what it brought."""
    parts = (
        Section("本周报送情况", tuple(_reports(shown))),
        Section("问题整改情况", tuple(_entries(shown, flow)), tuple(_grids(shown))),
        Section("下步安排", tuple(_next(shown))),
    )
    said = [part for part in parts if part.paragraphs]
    return Bulletin(
        title=f"{shown.title}{NAME}",
        issue=f"第{number}期",
        bureau=shown.bureau,
        day=moments.full(shown.now),
        sections=tuple(
            replace(part, title=f"{sign}、{part.title}") for sign, part in zip("一二三", said, strict=False)
        ),
    )


def _reports(shown: Summary) -> Iterator[str]:
    """Yield how many have reported, and by name who has not, or late."""
    week = shown.week
    if week is None:
        return
    names = {**NAMES, "missing": NAMES["missing"] if week.past else NOT_YET}
    owed = "，".join(f"{names[kind]}{number}家" for kind in OWING if (number := week.number(kind)))
    excused = f"；免报{number}家" if (number := week.number("excused")) else ""
    kinds = f"，其中按时{week.number('on_time')}家、迟报{week.number('late')}家" if week.reported else ""
    yield (
        f"{week.title}{week.name}应于{_moment(week.due)}前报送。截至{_moment(shown.now)}，应报{week.expected}家，"
        f"已报{week.reported}家{kinds}{'；' if owed else ''}{owed}{excused}。"
    )
    for kind in ("late", *OWING, "excused"):
        if units := [shown.name(unit) for unit, each in week.kinds.items() if each == kind]:
            yield f"{names[kind]}：{'、'.join(units)}。"


def _entries(shown: Summary, flow: Flow) -> Iterator[str]:
    """Yield how the ledger stands, and what the week has brought; nothing without a ledger."""
    stock = shown.stock
    if stock is None:
        return
    if not stock.found:
        yield f"截至{_moment(shown.now)}，各单位尚未登记问题。"
        return
    transferred = f"、移交{stock.transferred}件" if stock.transferred else ""
    verifying = f"（含待核查{stock.verifying}件）" if stock.verifying else ""
    yield (
        f"截至{_moment(shown.now)}，累计发现问题{stock.found}件，整改到位{stock.mended}件，整改率{_rate(stock)}。"
        f"其中已销号{stock.closed}件{transferred}，未销号{stock.closing}件{verifying}；逾期{stock.overdue}件。"
    )
    returned = f"，退回{flow.returned}件" if flow.returned else ""
    assert shown.week is not None  # noqa: S101 - it was asked for by its period
    week = unbracketed(shown.week.title)
    yield f"{week}新增{flow.found}件，整改到位{flow.mended}件，销号{flow.closed}件{returned}。"
    if none := sum(not line.stock.found for line in shown.units if line.stock):
        yield f"{none}家单位尚未登记问题，不列入下表。"


def _grids(shown: Summary) -> Iterator[Grid]:
    """Yield the table by unit and the one by area, of those that have entries."""
    for name, lines in (("单位", shown.units), ("方面", shown.areas)):
        if rows := tuple(_row(line) for line in lines if line.stock and line.stock.found):
            yield Grid((name, *COLUMNS), rows)


def _row(line: UnitLine | AreaLine) -> tuple[str, ...]:
    stock = line.stock
    assert stock is not None  # noqa: S101 - only those with entries have a row
    counts = (stock.found, stock.mended, stock.closing, stock.overdue)
    return (line.name, *map(str, counts), _rate(stock))


def _next(shown: Summary) -> Iterator[str]:
    """Yield what is due next, what was due and is owed still, and which entries have been late for longest."""
    number = count(1)
    coming = sorted([*shown.coming, *([shown.following] if shown.following else [])], key=lambda each: each.due)
    if coming:
        due = "；".join(f"{_moment(each.due)}前报送{each.called}" for each in coming)
        yield f"{next(number)}．按时报送。{due}。"
    if shown.lagging:
        late = "；".join(f"{each.name}（{moments.day(each.due)}到期）：{_owing(shown, each)}" for each in shown.lagging)
        yield f"{next(number)}．抓紧补报。{late}。"
    if shown.stock and shown.stock.overdue:
        worst = "、".join(f"{each.unit}{each.number}（逾期{each.days}天）" for each in shown.overdue[:_WORST])
        yield f"{next(number)}．限期整改。逾期{shown.stock.overdue}件，时间最长的：{worst}。"


def _owing(shown: Summary, report: Reporting) -> str:
    if len(report.owing) == report.expected > 1:
        return f"全部{report.expected}家未完成报送"
    return f"{within([shown.name(unit) for unit in report.owing], _NAMES // len(shown.lagging))}未完成报送"


def _rate(stock: Line) -> str:
    return f"{stock.rate:.1f}%" if stock.rate is not None else ""


def _moment(moment: datetime) -> str:
    return f"{moments.day(moment)}{moment:%H:%M}"


def pdf_bytes(bulletin: Bulletin, files: FileStore | None = None) -> bytes:  # noqa: ARG001 - as every document
    """Return it as the bytes of a PDF of one page."""
    return pdf("bulletin", asdict(bulletin))
