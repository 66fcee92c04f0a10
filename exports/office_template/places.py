"""Where a table goes in an office's workbook: by its headings, by placeholders like {{单位}}, or by both.

Owns choosing the sheet, the headings, the row whose look the records take, those prepared below it, and the row of the
sums. Leaves out what a heading means (`exports.office_template.grid`) and writing (`exports.office_template.records`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.texts.templates import SINGLE, SUMS
from exports.office_template.grid import Grid, Heading, exact, matched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.tables import Column

#: With fewer headings of the table's, a row is no row of headings. They stand among the first rows.
LEAST, DEPTH = 2, 60
#: The row of the sums is this near to the records.
_NEAR: Final = 10


class UnfitError(Exception):
    """A workbook that cannot be used as a template; `key` and `facts` are for `bot.texts.templates.unfit`."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key, facts)
        self.key, self.facts = key, facts


@dataclass(frozen=True, slots=True)
class Place:
    """Where one column of the table goes: `at` counts the table's from 0, `heading` has the sheet's."""

    at: int
    heading: Heading
    marked: bool = False

    @property
    def column(self) -> int:
        """The sheet's column, from 1."""
        return self.heading.column


@dataclass(frozen=True, slots=True)
class Body:
    """The rows `first` to `last` (`first - 1` where none is prepared) that records take the place of.

    Their look is that of the row `pattern`; `borrowed`: which is that of the headings, or of the sums. `marked`: it has
    placeholders, and what else it says is said in every record. `sample`: they are filled in as an example.
    """

    first: int
    last: int
    pattern: int
    borrowed: bool = False
    marked: bool = False
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything goes; `header` and `sums` are rows, 0 where there are none."""

    sheet: Any
    places: tuple[Place, ...]
    body: Body
    header: int
    sums: int
    missing: tuple[Column, ...]
    unknown: tuple[Heading, ...]  # headings,
    strange: tuple[Heading, ...]  # and placeholders of the pattern, that name no column


def find(book: Any, columns: Sequence[Column]) -> Places:  # noqa: ANN401 - openpyxl's published types lack much
    """Return where the columns go, on the sheet that has most of them; UnfitError when none has enough."""
    grids = [Grid(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    found = [(_headed(grid, columns), _marked(grid, columns), grid) for grid in grids]
    header, marks, grid = max(
        found, key=lambda each: max(len(each[0][1]), len(each[1][1])), default=((0, {}), (0, {}), None)
    )
    least = min(LEAST, len(columns))
    if grid is None or (not marks[1] and len(header[1]) < least):
        raise UnfitError("no_header", least=least)
    return _placed(grid, columns, header if len(header[1]) >= least else (0, {}), marks)


#: A row, and which heading or placeholder in it is which of the columns.
_Found = tuple[int, "Mapping[int, Heading]"]


def _headed(grid: Grid, columns: Sequence[Column]) -> _Found:
    rows = ((row, matched(grid.headings(row), columns)) for row in range(1, min(grid.rows, DEPTH) + 1))
    return max(rows, key=lambda each: len(each[1]), default=(0, {}))


def _marked(grid: Grid, columns: Sequence[Column]) -> _Found:
    """Return the row with the most placeholders of columns; what is no column's alone does not count."""
    rows = ((row, matched(grid.marks(row), columns)) for row in range(1, min(grid.rows, DEPTH) + 1))
    return max(
        ((row, found) for row, found in rows if any(each.text not in SINGLE for each in found.values())),
        key=lambda each: len(each[1]),
        default=(0, {}),
    )


def _placed(grid: Grid, columns: Sequence[Column], headed: _Found, marked: _Found) -> Places:
    row, marks = marked
    header, headings = headed if not row or headed[0] < row else (0, {})
    body = _prepared(grid, Body(row, row, row, marked=True)) if row else _below(grid, header)
    taken = {each.column for each in grid.marks(row)} if row else set()
    found = {at: Place(at, each) for at, each in headings.items() if each.column not in taken}
    found |= {at: Place(at, each, marked=True) for at, each in marks.items()}
    places = tuple(found[at] for at in sorted(found) if body.borrowed or _open(grid, body.pattern, found[at].column))
    known = {place.at for place in places}
    return Places(
        sheet=grid.sheet,
        places=places,
        body=body,
        header=header,
        sums=_sums(grid, header, body),
        missing=tuple(column for at, column in enumerate(columns) if at not in known),
        unknown=tuple(_unknown(grid, header, body, places)),
        strange=tuple(each for each in grid.marks(row) if each not in marks.values() and each.text not in SINGLE)
        if row
        else (),
    )


def _below(grid: Grid, header: int) -> Body:
    """Return where records go below the headings: the first row there is theirs, if it looks like one."""
    row = header + 1
    while grid.counts_columns(row):
        row += 1
    if _is_sum(grid, row):
        if not grid.texts(row + 1) and grid.bordered(row + 1):
            return _prepared(grid, Body(row + 1, row + 1, row + 1))
        return Body(row, row - 1, header, borrowed=True)
    other = any(each.text in SINGLE for each in grid.marks(row)) or (grid.bordered(header) and not grid.bordered(row))
    return Body(row, row - 1, header, borrowed=True) if other else _prepared(grid, Body(row, row, row))


def _prepared(grid: Grid, body: Body) -> Body:
    """Return the same with the rows below that look like it, empty or filled in: they are used up, or taken out."""
    for column in range(1, grid.columns + 1):
        if grid.block(body.first, column)[::2] != (body.first, body.first):
            raise UnfitError("merged_down", row=body.first)
    sample = not body.marked and not _waits(grid, body.first)
    last = body.first
    while grid.bordered(body.first) and last < grid.rows and _is_like(grid, last + 1, body.first, sample=sample):
        last += 1
    return Body(body.first, last, body.pattern, marked=body.marked, sample=sample)


def _is_like(grid: Grid, row: int, like: int, *, sample: bool) -> bool:
    """Tell whether a row is drawn like another and waits to be filled in, or is a sample as that one is."""
    shape = [grid.block(like, column)[1::2] for column in range(1, grid.columns + 1)]
    same = [grid.block(row, column) for column in range(1, grid.columns + 1)]
    if [block[1::2] for block in same] != shape or any(block[::2] != (row, row) for block in same):
        return False
    if not grid.bordered(row) or _is_sum(grid, row):
        return False
    return _waits(grid, row) or (sample and _goes_on(grid, row, like))


def _goes_on(grid: Grid, row: int, like: int) -> bool:
    """Tell whether a row is the next of a list: it is numbered where the first is, or else as full as that."""
    typed = _typed(grid, like)
    begin, here = (grid.text(at, min(typed)) for at in (like, row))
    if begin.isdigit():
        return here.isdigit()
    named = bool(here) and not {":", "："}.intersection(here)  # 填表人：赵某
    return named and 2 * len(typed & _typed(grid, row)) >= len(typed)


def _waits(grid: Grid, row: int) -> bool:
    """Tell whether a row waits to be filled in: at most it is numbered, and has formulas."""
    return len(_typed(grid, row)) <= 1 and all(text.isdigit() for text in grid.texts(row))


def _typed(grid: Grid, row: int) -> set[int]:
    """Return the columns in which somebody has written something."""
    cells = ((column, grid.cell(row, column)) for column in grid.across(row))
    return {column for column, cell in cells if cell is not None and cell.value is not None and cell.data_type != "f"}


def _is_sum(grid: Grid, row: int) -> bool:
    """Tell whether a row says first that it holds the sums."""
    return any(exact(text) in SUMS for text in grid.texts(row)[:1])


def _sums(grid: Grid, header: int, body: Body) -> int:
    near = (*range(max(header, body.first - 2) + 1, body.first), *range(body.last + 1, body.last + 1 + _NEAR))
    return next((row for row in near if row > 0 and _is_sum(grid, row)), 0)


def _open(grid: Grid, row: int, column: int) -> bool:
    """Tell whether a cell can be written, and is not merely the rest of another."""
    return grid.block(row, column)[1] == column


def _unknown(grid: Grid, header: int, body: Body, places: Iterable[Place]) -> Iterable[Heading]:
    """Yield the headings over what stays empty; a column with words or a formula of its own does not."""
    columns = {place.column for place in places}
    for heading in grid.headings(header) if header else ():
        cell = None if body.borrowed else grid.cell(body.pattern, heading.column)
        own = cell is not None and (cell.data_type == "f" or (body.marked and cell.value is not None))
        if heading.column not in columns and not own:
            yield heading
