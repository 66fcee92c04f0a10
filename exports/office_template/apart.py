"""What stands apart from the records in an office's workbook: title, unit, period, notes, places to sign, sums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from openpyxl.cell import MergedCell

from bot.texts import templates as texts
from exports.office_template.cells import ROW, TALLEST, Room, height, put, render, wrap
from exports.office_template.grid import MARK, Grid, called, matched, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.core.tables import Cell, Column, Table
    from exports.office_template.places import Places

_BETWEEN: Final = "　" * 6
#: What stands for no column.
_SINGLE: Final[Mapping[str, Callable[[Table], str]]] = {
    texts.TITLE: lambda table: table.title,
    texts.UNIT: lambda table: table.unit,
    texts.PERIOD: lambda table: table.period,
    texts.MADE: lambda table: table.made,
    texts.NOTES: lambda table: "\n".join(table.notes),
    texts.SIGN: lambda table: _BETWEEN.join(table.signatures),
}
#: Those that begin with what they are: it is left out where the template says that itself.
_LABELLED: Final = re.compile(rf"[:：]\s*[{{｛]{{2}}\s*(?:{texts.UNIT}|{texts.MADE})")
#: {{合计:发现}}
_SUM: Final = re.compile(rf"{texts.SUM}\s*[:：]\s*(.+)")


def single(name: str, table: Table) -> str:
    """Return what a placeholder stands for that is no column's, "" for an unknown one."""
    if name in texts.SUMS:
        return name
    return _SINGLE[name](table) if name in _SINGLE else ""


def summed(name: str, columns: tuple[Column, ...]) -> int | None:
    """Return the place of the column a placeholder asks the sum of; None when it asks for no such thing."""
    found = _SUM.fullmatch(name)
    return next(iter(matched([called(found[1])], columns)), None) if found else None


def stand_alone(book: Any, places: Places) -> Iterator[tuple[Any, str]]:  # noqa: ANN401 - openpyxl's types lack much
    """Yield each cell with placeholders that is no record's, and its text; of all sheets."""
    rows = range(places.body.first, places.body.last + 1)
    for sheet in book.worksheets:
        for cell in tuple(sheet._cells.values()):  # noqa: SLF001 - only those there are
            inside = sheet is places.sheet and cell.row in rows
            if not inside and not isinstance(cell, MergedCell) and MARK.search(text := said(cell)):
                yield cell, text


def fill_apart(book: Any, places: Places, table: Table) -> None:  # noqa: ANN401 - as above
    """Write the sums into their row, then what the placeholders apart from the records stand for."""
    totals = table.totals
    if places.sums and totals:
        _write_sums(places, totals)
    grids: dict[str, tuple[Grid, Room]] = {}

    for cell, text in stand_alone(book, places):

        def say(name: str, text: str = text) -> Cell:
            at = summed(name, table.columns)
            if at is not None:
                return totals[at] if totals else None
            value = single(name, table)
            return value.partition("：")[2] or value if _LABELLED.search(text) and name in texts.LABELLED else value

        put(cell, render(text, say))
        sheet = cell.parent
        if sheet.title not in grids:
            grids[sheet.title] = Grid(sheet), Room(book, sheet)
        _make_room(cell, *grids[sheet.title])


def _write_sums(places: Places, totals: tuple[int | None, ...]) -> None:
    """Write the sums where the template says nothing itself; its formulas stay, and placeholders say which it wants."""
    names = (name for text in Grid(places.sheet).texts(places.sums) for name in MARK.findall(text))
    if any(map(_SUM.fullmatch, names)):
        return
    for place in places.places:
        cell = places.sheet.cell(places.sums, place.column)
        free = cell.value is None or cell.data_type == "n"
        if totals[place.at] is not None and free and not isinstance(cell, MergedCell):
            put(cell, totals[place.at])


def _make_room(cell: Any, grid: Grid, room: Room) -> None:  # noqa: ANN401 - as above
    """Let a text be read whole: in several lines, in a row as high as they are."""
    if cell.data_type != "s":
        return
    top, left, bottom, right = grid.block(cell.row, cell.column)
    if left == right and not cell.alignment.wrap_text:  # it runs on over empty cells beside it
        right = next((at for at in range(right, grid.columns) if grid.text(cell.row, at + 1)), grid.columns)
    lines = room.lines(cell.value, left, right, cell.font)
    heights = cell.parent.row_dimensions
    if lines > 1:
        wrap(cell)
    elif heights[bottom].height:  # as the office has it
        return
    missing = height(lines, cell.font) - sum(heights[row].height or ROW for row in range(top, bottom + 1))
    if missing > 0:
        heights[bottom].height = min((heights[bottom].height or ROW) + missing, TALLEST)
