"""A table's records in an office's workbook, each with the look of the template's own first row.

Leaves out where they go (`exports.office_template.places`), and moving what stands below
(`exports.office_template.rows`).
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import MergedCell
from openpyxl.formula.translate import Translator
from openpyxl.styles import PatternFill
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.dimensions import RowDimension

from exports.office_template.apart import single
from exports.office_template.cells import ROW, TALLEST, Room, height, kind_of, render, shrink, wrap
from exports.office_template.grid import Grid, called, said
from exports.office_template.rows import Change, change_rows
from exports.workbook import FILLS, FORMATS, LEAST_ROW, LINE, SLICE, formula_like, written

if TYPE_CHECKING:
    from bot.core.tables import Cell, Row, Table, Tone
    from exports.office_template.places import Place, Places


_PLAIN: tuple[Tone, ...] = ("normal",)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One cell of the row whose look the records take."""

    column: int
    right: int  # the last column it reaches over
    look: Any  # a cell that stands nowhere: what it looks like
    rest: bool  # it is merely the rest of another
    place: Place | None  # what the table puts there
    text: str = ""  # what is said in every record, with placeholders
    formula: str = ""  # the template's own, for every record


@dataclass(frozen=True, slots=True)
class _Record:
    """One record: values and tones by the pattern's cells, how many rows of the sheet it takes, how high they are."""

    values: tuple[Cell, ...]
    lines: tuple[int, ...]
    tones: tuple[Tone, ...]
    rows: int
    height: float
    empty: bool = False


class Records:
    """The records of a table while they are written into a sheet."""

    def __init__(self, book: Any, places: Places, table: Table) -> None:  # noqa: ANN401 - openpyxl's types lack much
        """Look at the row they are to look like."""
        self._book, self._table, self._body, self._sheet = book, table, places.body, places.sheet
        self._room = Room(book, self._sheet)
        self._marks = {replace(place.heading, cell=""): place.at for place in places.places if place.marked}
        self._patterns = _patterns(places)
        self._like = None if places.body.borrowed else self._sheet.row_dimensions[places.body.pattern]
        self._fixed = self._like is not None and self._like.height is not None
        self._least = (self._like.height or ROW) if self._like is not None else LEAST_ROW
        self._styles: dict[tuple[object, ...], Any] = {}

    def write(self) -> None:
        """Write them, and move what stands below."""
        records = [self._record(row) for row in self._table.checked()] or [self._empty()]
        change = Change(self._sheet.title, self._body.first, self._body.last, sum(record.rows for record in records))
        change_rows(self._book, self._sheet, change)
        row = self._body.first
        for record in records:
            for at in range(record.rows):
                self._make_row(row + at, record, change, first=at == 0)
            if record.rows > 1:
                self._merge(row, row + record.rows - 1)
            row += record.rows

    def _empty(self) -> _Record:
        """Return the row of a table without records: nothing but its lines."""
        number = len(self._patterns)
        return _Record((None,) * number, (1,) * number, _PLAIN * number, 1, self._least, empty=True)

    def _record(self, row: Row) -> _Record:
        values = tuple(self._value(pattern, row) for pattern in self._patterns)
        tones = row.tones or (row.tone,) * len(row.cells)
        lines = tuple(map(self._lines, self._patterns, values))
        # a line more than the template's own row has room for, or any where it does not say how high that is
        need = max(
            height(number, each.look.font) if number > 1 or not self._fixed else 0.0
            for number, each in zip(lines, self._patterns, strict=True)
        )
        rows = 1 if need <= TALLEST or self._sheet.tables else math.ceil(need / (SLICE * LINE))
        return _Record(
            values=values,
            lines=lines,
            tones=tuple("normal" if each.place is None else tones[each.place.at] for each in self._patterns),
            rows=rows,
            height=min(max(need, self._least) / rows, TALLEST),
        )

    def _value(self, pattern: _Pattern, row: Row) -> Cell:
        if pattern.text:
            return written(render(pattern.text, lambda name: self._say(pattern.column, name, row)))
        return None if pattern.place is None else written(row.cells[pattern.place.at])

    def _say(self, column: int, name: str, row: Row) -> Cell:
        at = self._marks.get(called(name, column))
        return single(name, self._table) if at is None else row.cells[at]

    def _lines(self, pattern: _Pattern, value: Cell) -> int:
        if not isinstance(value, str):
            return 1
        return self._room.lines(value, pattern.column, pattern.right, pattern.look.font)

    def _make_row(self, row: int, record: _Record, change: Change, *, first: bool) -> None:
        """Write one row of the sheet: a record's first has its values, further ones only its lines."""
        cells, like = self._sheet._cells, self._like  # noqa: SLF001 - a way to them that does not ask what is known
        made = RowDimension(self._sheet, index=row) if like is None else copy(like)
        made.index, made.height = row, record.height
        self._sheet.row_dimensions[row] = made
        told = zip(self._patterns, record.values, record.lines, record.tones, strict=True)
        for pattern, value, lines, tone in told:
            kind = SheetCell if first and not pattern.rest else MergedCell
            cell: Any = kind(self._sheet, row, pattern.column)
            cell._style = self._style(pattern, value, tone, lined=lines > 1, cut=record.rows > 1)  # noqa: SLF001 - a look at once
            cells[row, pattern.column] = cell
            if kind is MergedCell:
                continue
            if pattern.formula and not record.empty:
                cell.value = self._formula(pattern, row, change)
            else:
                cell._value, cell.data_type = value, kind_of(value)  # noqa: SLF001 - as in `cells.put`
            if pattern.right > pattern.column and record.rows == 1:
                self._area(row, row, pattern)

    def _merge(self, top: int, bottom: int) -> None:
        """Make a record's cells one each, over its rows."""
        for pattern in self._patterns:
            if not pattern.rest:
                self._area(top, bottom, pattern)

    def _area(self, top: int, bottom: int, pattern: _Pattern) -> None:
        """Merge cells; openpyxl's own way compares each area with all."""
        area = CellRange(min_row=top, min_col=pattern.column, max_row=bottom, max_col=pattern.right)
        self._sheet.merged_cells.ranges.add(area)

    def _formula(self, pattern: _Pattern, row: int, change: Change) -> str:
        own = self._body.pattern
        text = change.formula(pattern.formula, self._sheet.title, own)
        return str(Translator(text, f"{get_column_letter(pattern.column)}{own}").translate_formula(row_delta=row - own))

    def _style(self, pattern: _Pattern, value: Cell, tone: Tone, *, lined: bool, cut: bool) -> Any:  # noqa: ANN401
        """Return the look of a cell; there are only a few, and each is made once."""
        dated, quoted = isinstance(value, date), formula_like(value)
        key = (pattern.column, tone, lined, dated, quoted, cut)
        if key not in self._styles:
            self._styles[key] = self._look(pattern, tone, lined=lined, dated=dated, quoted=quoted, cut=cut)
        return self._styles[key]

    def _look(self, pattern: _Pattern, tone: Tone, *, lined: bool, dated: bool, quoted: bool, cut: bool) -> Any:  # noqa: ANN401
        cell: Any = SheetCell(self._sheet, 1, 1)
        cell._style = copy(pattern.look._style)  # noqa: SLF001 - a look at once
        if FILLS[tone] and pattern.place is not None:
            cell.fill = PatternFill("solid", fgColor=FILLS[tone])
        if cut:
            wrap(cell, vertical="top")
        elif lined:
            wrap(cell)
        if dated:
            shrink(cell)
        if dated and not is_date_format(cell.number_format):
            kind = self._table.columns[pattern.place.at].kind if pattern.place is not None else "day"
            cell.number_format = FORMATS[kind] if kind in {"date", "moment"} else FORMATS["day"]
        cell.quotePrefix = quoted or cell.quotePrefix
        return cell._style  # noqa: SLF001 - as above


def _patterns(places: Places) -> list[_Pattern]:
    """Return the pattern's cells."""
    grid, body = Grid(places.sheet), places.body
    by_column = {place.column: place for place in places.places}
    make = _borrowed if body.borrowed else _own
    columns = (
        column for column in range(1, grid.columns + 1) if column in by_column or grid.cell(body.pattern, column)
    )
    return [make(grid, places, column, by_column.get(column)) for column in columns]


def _own(grid: Grid, places: Places, column: int, place: Place | None) -> _Pattern:
    row = places.body.pattern
    cell, look = grid.cell(row, column), _look_of(grid, row, column)
    _, left, _, right = grid.block(row, column)
    if left != column:
        return _Pattern(column, column, look, rest=True, place=None)
    if cell is not None and (place is None or place.marked):
        if cell.data_type == "f" and isinstance(cell.value, str):
            return _Pattern(column, right, look, rest=False, place=place, formula=cell.value)
        if places.body.marked:
            return _Pattern(column, right, look, rest=False, place=place, text=said(cell))
    return _Pattern(column, right, look, rest=False, place=place)


def _borrowed(grid: Grid, places: Places, column: int, place: Place | None) -> _Pattern:
    """Return the look of a heading, or of the sums, without what makes it one."""
    row = places.body.pattern
    look = _look_of(grid, grid.block(row, column)[0], column)
    font = copy(look.font)
    font.b = False
    look.font, look.fill = font, PatternFill()
    return _Pattern(column, column, look, rest=False, place=place)


def _look_of(grid: Grid, row: int, column: int) -> Any:  # noqa: ANN401 - as above
    """Return a cell that stands nowhere and looks like that one."""
    look: Any = SheetCell(grid.sheet, 1, 1)
    source = grid.cell(row, column)
    if source is not None:
        look._style = copy(source._style)  # noqa: SLF001 - a look at once
    return look
