"""A table as people in an office know it: title, columns, one row a unit, totals, notes, places to sign.

Owns what a table says. Leaves out what it looks like as a file (`exports.workbook`) and what the
single tables are about (`exports.weekly` and its neighbours). A table too long to be held has a `Stream` of rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from bot.core import fields

if TYPE_CHECKING:
    from bot.core.form import Field, Form

#: What a cell holds. Whoever builds the table puts moments into the campaign's zone, as they are to be shown.
Cell = str | int | date | datetime | None

#: "label" is a short text (a name, a state) and stands in the middle; "text" is prose and begins at the left;
#: "day" is a date in few signs (2020-07-10), for tables of many columns.
Shape = Literal["label", "text", "count", "date", "day", "moment"]

#: What a row has to tell beside its words: something is missing, came late, or waits for somebody.
Tone = Literal["normal", "missing", "late", "waiting"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` counts digits (a Chinese character takes two); columns of prose grow beyond it."""

    key: str
    title: str
    width: int
    kind: Shape = "text"
    total: bool = False
    group: str = ""  # neighbours of one group share a heading above their own


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a cell for each column. `tones` are the single cells', where they are not all `tone`."""

    cells: tuple[Cell, ...]
    tone: Tone = "normal"
    tones: tuple[Tone, ...] = ()


@dataclass(frozen=True)
class Stream(Sequence[Row]):
    """`length` rows, made anew each time somebody goes through them, so that no more than one is held."""

    length: int
    make: Callable[[], Iterable[Row]]

    def __iter__(self) -> Iterator[Row]:
        """Make the rows, one after the other."""
        return iter(self.make())

    def __len__(self) -> int:
        """Return how many there are, without making any."""
        return self.length

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 - a row or some of them, as of any sequence
        """Make them all to give out one: for looking at, not for going through."""
        return tuple(self)[at]


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one colour: what stands in one column, or the sums under several next to each other."""

    name: str
    columns: tuple[str, ...]  # their keys


@dataclass(frozen=True, slots=True)
class Chart:
    """Some of the table's numbers as bars: one for each row, named by the column `labels`; "": for each of the sums."""

    title: str
    series: tuple[Series, ...]
    labels: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table. ValueError when a row has not one cell for each column, naming the row."""

    name: str  # of the file, without its ending
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    unit: str = ""  # the three lines under the title: who it is from or for,
    period: str = ""  # what time it is about,
    made: str = ""  # when it was made
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()  # places to sign, side by side, each with its own words
    charts: tuple[Chart, ...] = ()  # drawn below, on a page of their own
    low: bool = False  # rows of figures and signs: no higher than their lines

    def __post_init__(self) -> None:
        """Find a row of the wrong length here, not as a shifted column on somebody's desk."""
        if not isinstance(self.rows, Stream):
            for _ in self.checked():
                pass

    def checked(self) -> Iterator[Row]:
        """Yield the rows; ValueError as above, at the row: those of a `Stream` are not known before."""
        for number, row in enumerate(self.rows, 1):
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"{self.name}: row {number} has {len(row.cells)} cells for {len(self.columns)} columns"
                )
            yield row

    def held(self) -> Table:
        """Return the same table with its rows in memory: what they were read from may be closed then."""
        return replace(self, rows=tuple(self.rows))

    @property
    def totals(self) -> tuple[int | None, ...]:
        """The sum under each column that has one, None under the others; empty when no column has one."""
        if not any(column.total for column in self.columns):
            return ()
        return tuple(
            sum(cell for row in self.rows if isinstance(cell := row.cells[at], int)) if column.total else None
            for at, column in enumerate(self.columns)
        )


#: How the kinds of answer stand in a table, and how wide at the least; every other kind is prose.
_SHAPES: tuple[tuple[type[fields.Kind], Shape, int], ...] = (
    (fields.Count, "count", 8),
    (fields.Date, "date", 16),
    (fields.Phone, "label", 14),
    (fields.Choice, "label", 12),
    (fields.YesNo, "label", 9),
)
_PROSE = 8


def columns_of(form: Form) -> tuple[Column, ...]:
    """Return a column for each question of `form`, in its order; counts are summed up."""
    return tuple(_column(field) for field in form.fields)


def cells_of(form: Form, answers: fields.Answers, facts: fields.Facts = fields.NOTHING) -> tuple[Cell, ...]:
    """Return the cells under these columns, empty without an answer; `facts` hold the lists chosen from."""
    return tuple(_cell(field.kind, answers.get(field.key), facts) for field in form.fields)


def _column(field: Field) -> Column:
    shape, width = next(
        ((shape, width) for kind, shape, width in _SHAPES if isinstance(field.kind, kind)), ("text", _PROSE)
    )
    return Column(field.key, field.label, width, shape, total=shape == "count")


def _cell(kind: fields.Kind, value: Any, facts: fields.Facts) -> Cell:  # noqa: ANN401 - as kept in JSON
    """Return the cell; an answer this version of the form would not take is shown in words."""
    if value is None:
        return None
    cell: Cell = kind.cell(value, facts) if kind.valid(value, facts) else kind.show(value, facts)
    return cell


def digest(table: Table) -> str:
    """Return a stable hash of what `table` tells, whenever it was made: once it changes, a new one is due."""
    told = (
        table.title,
        table.unit,
        table.period,
        [(column.group, column.title) for column in table.columns],
        [(row.tone, *(_plain(cell) for cell in row.cells)) for row in table.rows],
        table.totals,
        table.notes,
        table.signatures,
    )
    return sha256(json.dumps(told).encode()).hexdigest()


def _plain(cell: Cell) -> str | int | None:
    return cell.isoformat() if isinstance(cell, date) else cell
