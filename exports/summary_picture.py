"""整治情况 as a picture for a phone: how the campaign stands, to be taken in without a tap.

Owns what stands on it, in words and figures. Leaves out what is counted (`bot.core.summary`), the layout
(`summary_picture.typ`) and the typesetter (`exports.typesetting`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bot.core.plain_text import clip
from bot.core.standings import OWING
from bot.texts import moments
from bot.texts.overview import within
from bot.texts.summary import closes, phase
from exports import summary
from exports.reported import NAMES, NOT_YET
from exports.typesetting import png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from bot.core.reconciliation import Line
    from bot.core.standings import Kind
    from bot.core.summary import AreaLine, Point, Reporting, Summary, UnitLine
    from storage.files import FileStore
    from storage.work import Work

#: Three pixels a point: as many as a phone's screen has across.
PPI: Final = 216
#: Signs there is room for: of the title, of names in a row of their own, behind a date, of one beside its bar.
_TITLE, _NAMES, _FEWER, _NAME = 40, 48, 26, 13
#: Duties that are told of with their dates, past or to come.
_DATES: Final = 6
#: Where a unit can stand with a report, in the order in which it is told.
_KINDS: Final[tuple[Kind, ...]] = ("on_time", "late", *OWING, "excused")


def load(work: Work, period: str) -> Callable[[FileStore], bytes]:
    """Return what draws it, with the reports of this week ("") or of another one; KeyError as `summary.load`."""
    return partial(picture_bytes, summary.load(work, period))


def picture_bytes(shown: Summary, files: FileStore | None = None) -> bytes:  # noqa: ARG001 - as every document
    """Return the picture as the bytes of a PNG."""
    return png("summary_picture", data_of(shown), ppi=PPI)


def data_of(shown: Summary) -> dict[str, Any]:
    """Return what the layout reads: texts as they stand there, figures as they are drawn."""
    return {
        "title": clip(shown.title, _TITLE),
        "moment": f"截至{moments.day(shown.now)} {shown.now:%H:%M}",
        "stage": phase(shown),
        "week": _week(shown, shown.week) if shown.week else None,
        "stock": _stock(shown.stock) if shown.stock else None,
        "units": _bars("单位", "家", shown.units),
        "areas": _bars("方面", "个方面", shown.areas),
        "trend": [_point(each) for each in shown.trend],
        "lagging": [
            {"what": each.name, "when": f"{moments.day(each.due)}到期", "who": _owing(shown, each, each.owing, _FEWER)}
            for each in shown.lagging[-_DATES:]
        ],
        "coming": [
            {"what": each.called, "when": _due(each.due), "who": f"已报{each.reported}/{each.expected}"}
            for each in shown.dates[:_DATES]
        ],
    }


def _week(shown: Summary, week: Reporting) -> dict[str, Any]:
    names = {**NAMES, "missing": NAMES["missing"] if week.past else NOT_YET}
    counts = {kind: [unit for unit, each in week.kinds.items() if each == kind] for kind in _KINDS}
    return {
        "name": week.name,
        "title": week.title,
        "due": closes(_due(week.due), past=week.past),
        "past": week.past,
        "reported": week.reported,
        "expected": week.expected,
        "parts": [{"kind": kind, "name": names[kind], "number": len(units)} for kind, units in counts.items() if units],
        "owed": [
            {"name": names[kind], "who": _owing(shown, week, units, _NAMES)}
            for kind in OWING
            if (units := counts[kind])
        ],
    }


def _owing(shown: Summary, report: Reporting, units: Sequence[str], room: int) -> str:
    """Name these units, as many as there is room for and how many there are; or that they are all there are."""
    if len(units) == report.expected > 1:
        return f"全部{len(units)}家"
    return within([shown.name(unit) for unit in units], room)


def _stock(stock: Line) -> dict[str, Any]:
    return {
        "figures": [
            ["累计发现", stock.found],
            ["整改到位", stock.mended],
            ["未销号", stock.closing],
            ["逾期", stock.overdue],
        ],
        "share": stock.rate,
        "rate": f"{stock.rate}%",
        "more": f"已销号{stock.closed}　待核查{stock.verifying}　已移交{stock.transferred}",
    }


def _bars(what: str, each: str, lines: Iterable[UnitLine | AreaLine]) -> dict[str, Any]:
    """Return a bar for all that have entries, the most overdue first, and how many have none."""
    stocks = [(line.name, line.stock) for line in lines if line.stock is not None]
    drawn = sorted(
        ((name, stock) for name, stock in stocks if stock.found),
        key=lambda each: (-each[1].overdue, -each[1].closing, -each[1].found),
    )
    left = len(stocks) - len(drawn)
    return {
        "what": what,
        "rows": [
            {
                "name": _short(name),
                "found": stock.found,
                "open": stock.closing,
                "overdue": stock.overdue,
            }
            for name, stock in drawn
        ],
        "rest": f"{'其余' if drawn else ''}{left}{each}没有登记问题" if left else "",
    }


def _short(name: str) -> str:
    """Return a name for the side of a bar: of a long one its beginning and its end, where names differ."""
    half = _NAME // 2
    return name if len(name) <= _NAME else f"{name[:half]}…{name[-half:]}"


def _point(point: Point) -> dict[str, Any]:
    return {
        "week": f"{point.number}周",
        "expected": point.expected,
        "on_time": point.on_time,
        "late": point.late,
        "open": point.open,
    }


def _due(moment: datetime) -> str:
    return f"{moments.day_and_weekday(moment)}{moment:%H:%M}"
