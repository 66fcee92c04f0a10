"""Cells of an office's workbook: how much room a text takes there, and values that stay what they are.

Leaves out which cell says what.
"""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils import column_index_from_string

from bot.texts import moments
from exports.office_template.grid import COLUMNS, MARK
from exports.workbook import LINE, PADDING, SIZE, count_lines, formula_like, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.tables import Cell

#: Points a row has without a height of its own, and the most Excel gives one; digits a column has without a width.
ROW, TALLEST, WIDTH = 15.0, 400.0, 8.43
#: The size of the letters widths are counted in, where the workbook does not say.
_LETTERS: Final = 11.0


class Room:
    """How much room the cells of a sheet have."""

    def __init__(self, book: Any, sheet: Any) -> None:  # noqa: ANN401 - openpyxl's published types lack much
        """Measure the columns."""
        usual = getattr(book._named_styles["Normal"], "font", None)  # noqa: SLF001 - nothing published reaches it
        self._letters = float(usual.sz) if usual is not None and usual.sz else _LETTERS
        self._usual = sheet.sheet_format.defaultColWidth or WIDTH
        self._widths: dict[int, float] = {}
        for letter, each in sheet.column_dimensions.items():
            first = each.min or column_index_from_string(letter)
            for column in range(first, min(each.max or first, COLUMNS) + 1):
                self._widths[column] = 0.0 if each.hidden else each.width

    def lines(self, text: str, left: int, right: int, font: Any) -> int:  # noqa: ANN401 - as above
        """Return how many lines a text takes over these columns; one where they are hidden."""
        width = sum(self._widths.get(column, self._usual) for column in range(left, right + 1))
        return count_lines(text, width * self._letters / (font.sz or _LETTERS)) if width else 1


def height(lines: int, font: Any) -> float:  # noqa: ANN401 - as above
    """Return the points so many lines take."""
    return lines * LINE / SIZE * float(font.sz or _LETTERS) + PADDING


def put(cell: Any, value: Cell) -> None:  # noqa: ANN401 - as above
    """Write a value; a text stays one, whatever it looks like."""
    value = written(value)
    cell._value = value  # noqa: SLF001 - the setter takes "=1+1" for a formula, "#N/A" for an error
    cell.data_type = kind_of(value)
    if formula_like(value):
        cell.quotePrefix = True


def kind_of(value: Cell) -> str:
    """Return what openpyxl calls a value's type."""
    return "s" if isinstance(value, str) else "d" if isinstance(value, date) else "n"


def wrap(cell: Any, **how: str) -> None:  # noqa: ANN401 - as above
    """Let a cell's text take several lines."""
    looks = copy(cell.alignment)
    looks.wrap_text = not looks.shrink_to_fit
    for name, value in how.items():
        setattr(looks, name, value)
    cell.alignment = looks


def shrink(cell: Any) -> None:  # noqa: ANN401 - as above
    """Let a date that is too wide for its column be smaller: it takes no second line, and would be shown as ####."""
    looks = copy(cell.alignment)
    looks.wrap_text, looks.shrink_to_fit = False, True
    cell.alignment = looks


def render(text: str, say: Callable[[str], Cell]) -> Cell:
    """Return a text with its placeholders filled in; the value itself where it is nothing else than one."""
    whole = MARK.fullmatch(text.strip())
    return say(whole[1]) if whole else MARK.sub(lambda mark: _shown(say(mark[1])), text)


def _shown(value: Cell) -> str:
    match value:
        case datetime():
            return f"{moments.full(value)} {value:%H:%M}"
        case date():
            return moments.full(value)
    return "" if value is None else str(value)
