"""A spreadsheet somebody sent, as plain values: its lines, and what their cells say.

Leaves out opening the file (`exports.reader`) and what the lines are about (`bot.core.ledger_rows`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.plain_text import clean
from bot.core.problems import Problem


class Misfit(Problem):
    """Something wrong with a file or a cell of it. Its words are in `bot.texts.imports`, as short as a table's."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds an error instead of a value: "#N/A"."""

    code: str


Cell = str | int | float | bool | date | datetime | Broken | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet that is not empty; `number` is what Excel writes beside it."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, place: int | None) -> Cell:
        """Return the cell at a place; None where there is none."""
        return self.cells[place] if place is not None and place < len(self.cells) else None


#: Excel counts days from here, and takes 1900 for a leap year: right from March 1900 on.
_FIRST_DAY: Final = date(1899, 12, 30)
#: A number in this range, in a column of dates, is a day somebody's spreadsheet shows as a number: 2000 to 2099.
_SERIALS: Final = (36526, 73051)


def text_of(cell: Cell) -> str:
    """Return what a cell says, cleaned: whole numbers without a point, days in words, 是 and 否; "" for nothing."""
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer():
            return str(int(cell))
        case date():
            return f"{cell.year}年{cell.month}月{cell.day}日"
        case Broken(code):
            return code
    return clean(str(cell))


def day_of(cell: Cell) -> date | None:
    """Return the day a cell holds as a day, or as Excel's number of one; None for text and everything else."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and _SERIALS[0] <= cell < _SERIALS[1]:
        return _FIRST_DAY + timedelta(days=int(cell))
    return None
