"""A sheet as it is seen: its texts, which cells are one, and which column each heading or placeholder means.

A heading is known by its own words and by those of the group above it; spaces and punctuation do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils import get_column_letter

from bot.core import ledger_headings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.core.tables import Column

#: What is looked at of a sheet.
ROWS, COLUMNS = 5000, 200
#: How far above a heading its groups are looked for.
_ABOVE: Final = 3
#: {{单位}}, and the same as a Chinese keyboard types it.
MARK: Final = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
#: A row that numbers the columns has at least so many numbers, and may have these words.
_NUMBERED, _ORDINALS = 3, frozenset("甲乙丙丁") | {"栏次"}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a cell calls a column: its own words, and what stands above them."""

    column: int
    cell: str
    text: str
    above: tuple[str, ...] = ()


def exact(text: str) -> str:
    """Return a heading for comparing: without spaces, line breaks and punctuation of either width."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def loose(text: str) -> str:
    """Return the same without what stands in brackets: 发现问题（件）."""
    return exact(ledger_headings.heading(text))


def said(cell: Any) -> str:  # noqa: ANN401 - openpyxl's published types lack much
    """Return the text of a cell, "" for a formula."""
    if cell is None or cell.value is None or cell.data_type == "f":
        return ""
    return str(cell.value).strip() if isinstance(cell.value, str | int | CellRichText) else ""


class Grid:
    """A sheet as it is seen: its texts, and which cells are one."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 - as above
        """Look at the top of the sheet."""
        self.sheet = sheet
        self.rows = min(sheet.max_row, ROWS)
        self.columns = min(sheet.max_column, COLUMNS)
        self._merged = {
            (row, column): (area.min_row, area.min_col, area.max_row, area.max_col)
            for area in sheet.merged_cells.ranges
            for row in range(area.min_row, min(area.max_row, ROWS) + 1)
            for column in range(area.min_col, min(area.max_col, COLUMNS) + 1)
        }

    def block(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return the cell's (top, left, bottom, right): more than itself where cells are merged."""
        return self._merged.get((row, column), (row, column, row, column))

    def cell(self, row: int, column: int) -> Any:  # noqa: ANN401 - as above
        """Return the cell, None where there is nothing; it is not made for looking at."""
        return self.sheet._cells.get((row, column))  # noqa: SLF001 - as said

    def text(self, row: int, column: int) -> str:
        """Return what is read there."""
        return said(self.cell(*self.block(row, column)[:2]))

    def texts(self, row: int) -> list[str]:
        """Return what a row says, from the left, each text once."""
        return [text for column in self.across(row) if (text := said(self.cell(row, column)))]

    def across(self, row: int) -> Iterator[int]:
        """Yield the columns whose cell is not merely the rest of another."""
        return (column for column in range(1, self.columns + 1) if self.block(row, column)[1] == column)

    def bordered(self, row: int) -> bool:
        """Tell whether lines are drawn around cells of a row."""
        cells = (self.cell(row, column) for column in range(1, self.columns + 1))
        return any(
            cell is not None and (cell.border.bottom.style or cell.border.top.style or cell.border.left.style)
            for cell in cells
        )

    def headings(self, row: int) -> list[Heading]:
        """Return the headings that end in a row."""
        return [heading for column in self.across(row) if (heading := self._heading(row, column))]

    def _heading(self, row: int, column: int) -> Heading | None:
        top, left, bottom, right = self.block(row, column)
        if bottom != row:
            return None
        text = self.text(row, column)
        for above in range(1, _ABOVE) if (top, left) == (bottom, right) else ():
            # an unmerged heading that stands beside groups is written above or below
            if text or above >= row:
                break
            if self.block(row - above, column)[1::2] == (column, column):
                text, top = self.text(row - above, column), row - above
        if not text or MARK.search(text):
            return None
        groups = tuple(self.text(up, column) for up in range(top - 1, max(top - 1 - _ABOVE, 0), -1))
        return Heading(column, f"{get_column_letter(column)}{top}", text, tuple(filter(None, groups)))

    def marks(self, row: int) -> list[Heading]:
        """Return the placeholders of a row as headings."""
        return [
            called(name, column, f"{get_column_letter(column)}{row}")
            for column in self.across(row)
            for name in MARK.findall(said(self.cell(row, column)))
        ]

    def counts_columns(self, row: int) -> bool:
        """Tell whether a row only numbers the columns: 甲 乙 1 2 3 4."""
        texts = self.texts(row)
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
        others = {text for text in texts if not (text.isascii() and text.isdigit())}
        return (
            len(numbers) >= _NUMBERED
            and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            and others <= _ORDINALS
        )


def called(name: str, column: int = 0, cell: str = "") -> Heading:
    """Return what is between the braces as a heading: of 累计/发现, the first is the group."""
    *above, text = re.split("[/／]", name)
    return Heading(column, cell, text, tuple(reversed(above)))


def matched(headings: Sequence[Heading], columns: Sequence[Column]) -> dict[int, Heading]:
    """Return which heading is which of the columns: with its group if it can be, else by its own words.

    Columns of the same words are taken in their order, if there are as many headings for them. What is called like a
    group is its first column, if that is one of words.
    """
    found: dict[int, Heading] = {}
    for norm in (exact, loose):
        for at, column in enumerate(columns):
            rest = (each for each in headings if each not in found.values())
            if at not in found and (same := next((each for each in rest if _is(each, column, norm)), None)):
                found[at] = same
        often = Counter(norm(column.title) for column in columns)
        for title, number in often.items():
            open_ = [at for at, column in enumerate(columns) if at not in found and norm(column.title) == title]
            rest_ = [each for each in headings if each not in found.values() and norm(each.text) == title]
            if number == 1 or len(open_) == len(rest_) == number:
                found |= dict(zip(open_, rest_, strict=False))
    for at, column in enumerate(columns):
        # 联系人 alone is the name under it
        first = column.kind == "label" and column.group and (not at or columns[at - 1].group != column.group)
        rest = (each for each in headings if each not in found.values() and exact(each.text) == exact(column.group))
        if first and at not in found and (same := next(rest, None)):
            found[at] = same
    return found


def _is(heading: Heading, column: Column, norm: Callable[[str], str]) -> bool:
    if not column.group:
        return False
    if norm(heading.text) == norm(column.group + column.title):
        return True
    return norm(heading.text) == norm(column.title) and norm(column.group) in map(norm, heading.above)
