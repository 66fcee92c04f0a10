"""A workbook somebody sent, as lines of plain values. Takes what it is given for hostile: size first, then parsing.

Leaves out what the lines mean (`bot.core.ledger_rows`). Formulas are never computed: their last value is read.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right
from contextlib import closing
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from bot.core.ledger_headings import DEPTH
from bot.core.ledger_rows import MOST_ROWS
from bot.core.sheet import Broken, Cell, Line, Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

#: Unpacked, all parts together, in bytes: a ledger of two thousand rows has a tenth of it.
LARGEST: Final = 100 * 1024 * 1024
#: Sheets looked at, columns read: what lies beyond is no ledger.
SHEETS, COLUMNS = 20, 40
#: Lines a sheet may have: its rows, and room for headings, sums and notes.
LINES: Final = MOST_ROWS + 500
#: Empty lines after which nothing is expected any more: spreadsheets keep a million of them for a stray format.
GAP: Final = 10_000
#: Excel has no more rows. A file may claim more, and openpyxl would go through all of them.
_LAST_ROW: Final = 1_048_576
#: More merged cells than this are left alone.
_MERGED: Final = 5000
_MACROS: Final = "xl/vbaProject.bin"
_MERGE: Final = re.compile(rb'mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')

# What openpyxl leaves out of a workbook when it reads one (drop-down lists of newer kinds) is nothing we look for.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")


def read(path: Path, rate: Callable[[Sequence[Line]], int]) -> list[Line]:
    """Return the lines that are not empty of the sheet whose first lines `rate` highest, the first one of equals.

    Cells merged downwards hold their value in every line. Misfit("import_unreadable") for anything but a workbook
    without password and macros, "import_large" for one that unpacks to too much, "import_long" for too many lines;
    OSError without a file.
    """
    with path.open("rb") as file:
        _require_sane(file)
        try:
            with closing(load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book:
                seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
                return _best(seen[:SHEETS], rate)
        except (Misfit, MemoryError):
            raise
        except Exception as error:  # a parser of somebody's XML fails in any way there is
            raise Misfit("import_unreadable") from error


def _require_sane(file: Any) -> None:  # noqa: ANN401 - an open binary file, as zipfile wants it
    try:
        with ZipFile(file) as archive:
            size = sum(part.file_size for part in archive.infolist())
            macros = _MACROS in archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise Misfit("import_unreadable") from error
    if size > LARGEST:
        raise Misfit("import_large")
    if macros:
        raise Misfit("import_unreadable")


def _best(sheets: Sequence[Any], rate: Callable[[Sequence[Line]], int]) -> list[Line]:
    tops = [list(islice(_lines(sheet), DEPTH)) for sheet in sheets]
    ratings = [rate(top) for top in tops]
    if not any(ratings):
        return []
    sheet = sheets[ratings.index(max(ratings))]
    lines = list(islice(_lines(sheet), LINES + 1))
    if len(lines) > LINES:
        raise Misfit("import_long", most=MOST_ROWS)
    return _filled_down(lines, _merged(sheet))


def _lines(sheet: Any) -> Iterator[Line]:  # noqa: ANN401 - openpyxl's read-only sheets are not published as a type
    """Yield the lines that hold anything."""
    sheet.reset_dimensions()  # a file may say that it is smaller than it is
    rows, last = sheet.iter_rows(max_col=COLUMNS), 0
    for number, row in enumerate(islice(rows, _LAST_ROW), 1):
        cells = tuple(_cell(cell.value, cell.data_type) for cell in row)
        if any(cell is not None and cell != "" for cell in cells):
            last = number
            yield Line(number, cells)
        elif number - last > GAP:
            return


def _cell(value: object, kind: str) -> Cell:
    if kind == "e":
        return Broken(str(value))
    if value is None or isinstance(value, str | int | float | date):
        return value
    return str(value)  # a time of day, a duration


def _merged(sheet: Any) -> list[tuple[int, int, int]]:  # noqa: ANN401 - as above
    """Return (column, first row, last row) of the cells merged downwards; columns count from 0."""
    with sheet._get_source() as source:  # noqa: SLF001 - the read-only mode keeps no merged cells
        found = [merge.groups() for merge in islice(_MERGE.finditer(source.read()), _MERGED)]
    return [
        (column_index_from_string(left.decode()) - 1, int(top), int(bottom))
        for left, top, right, bottom in found
        if left == right and top != bottom
    ]


def _filled_down(lines: list[Line], merged: Sequence[tuple[int, int, int]]) -> list[Line]:
    """Return the lines with the value of a merged cell in each of its lines."""
    numbers = [line.number for line in lines]
    cells = [list(line.cells) for line in lines]
    for column, top, bottom in merged:
        if column >= COLUMNS:
            continue
        first, last = bisect_left(numbers, top), bisect_right(numbers, bottom)
        if first < last and numbers[first] == top:
            for place in range(first + 1, last):
                cells[place][column] = cells[first][column]
    return [Line(number, tuple(row)) for number, row in zip(numbers, cells, strict=True)]
