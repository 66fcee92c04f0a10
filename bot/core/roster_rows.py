"""A roster, row by row: who holds which role in which unit, and what is wrong with the rest.

Leaves out the file (`exports.reader`), who is there already and entering (`bot.services.roster`). A unit nobody knows
is a new one: whoever confirms is told so first.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from bot.core import ledger_headings
from bot.core.access import UNIT_ROLES
from bot.core.choices import plain
from bot.core.fields import Phone, Text
from bot.core.ledger_headings import NUMBER
from bot.core.ledger_rows import Fault, Verdict, digits
from bot.core.messages import Said
from bot.core.plain_text import one_line
from bot.core.problems import Problem
from bot.core.sheet import Broken, Misfit, text_of
from bot.core.unit_codes import code_of
from bot.texts import roster as texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.core.campaign import Unit
    from bot.core.kind import Kind
    from bot.core.ledger_headings import Header
    from bot.core.sheet import Line

UNIT, CODE, NAME, ROLE, PHONE = TITLES = ("单位", "单位编号", "姓名", "角色", "电话")
#: A roster is a few hundred people.
MOST_ROWS: Final = 1000
#: More new units at once are a column that was taken for another, and would take minutes to add.
MOST_UNITS: Final = 100

_REQUIRED: Final = (UNIT, NAME, ROLE)
_UNIT_NAME, _NAME, _PHONE = Text(most=30, least=2), Text(most=20), Phone()
_WRITTEN: Final = 20
#: Names of two characters are set apart to be as wide as those of three: 赵　某.
_PADDING: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Row:
    """One person's role: `unit` by name, "" for a role of the whole bureau; `code` of a new unit, where it has one.

    `key` is that of a unit that was known when the row was read, whatever it is called by the time it is entered.
    """

    number: int
    unit: str
    code: str
    name: str
    role: str
    phone: str
    key: str = ""


def to_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the shape kept until the rows are entered."""
    return [asdict(row) for row in rows]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return what `to_json` described."""
    return [Row(**row) for row in rows]


def fault(row: int, column: str, problem: Problem) -> Fault:
    """Return what is wrong with a row, in which column."""
    return Fault(row, column, texts.reason(problem))


def check(lines: Sequence[Line], units: Sequence[Unit], now: datetime) -> Verdict[Row]:
    """Check every row of a sheet; `now` in the campaign's zone.

    Misfit when it is no roster: import_header, import_columns, import_empty, import_long, roster_units.
    """
    header = ledger_headings.find(lines, TITLES)
    if header is None:
        raise Misfit("import_header")
    if absent := [title for title in _REQUIRED if title not in header.places]:
        raise Misfit("import_columns", columns=absent)
    readings = [_Reading(header, line, units, now) for line in lines[header.below :]]
    chosen = [reading for reading in readings if reading.names_somebody()]
    if len(chosen) > MOST_ROWS:
        raise Misfit("import_long", most=MOST_ROWS)
    if not chosen:
        raise Misfit("import_empty")
    for reading in chosen:
        reading.read()
    _agree(chosen)
    if len({reading.row.unit for reading in chosen if not reading.row.key}) > MOST_UNITS:
        raise Misfit("roster_units", most=MOST_UNITS)
    return Verdict(
        len(chosen),
        tuple(reading.row for reading in chosen if not reading.faults),
        tuple(each for reading in chosen for each in reading.faults),
        header.unread,
    )


def _agree(readings: Sequence[_Reading]) -> None:
    """Note where rows contradict each other; what one row says of a unit or a person holds in its other rows."""
    names: dict[str, str] = {}
    for reading in readings:  # a new unit is called as it was written first: 植保 站 is 植保站
        unit = reading.row.unit
        reading.row = replace(reading.row, unit=names.setdefault(plain(unit), unit))
    codes: dict[str, str] = {}
    owners: dict[str, str] = {}
    phones: dict[tuple[str, str], str] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for reading in readings:
        row = reading.row
        if row.unit and row.code and codes.setdefault(row.unit, row.code) != row.code:
            reading.note(CODE, Misfit("roster_code_differs", code=codes[row.unit]))
        elif row.unit and row.code and owners.setdefault(row.code, row.unit) != row.unit:
            reading.note(CODE, Problem("unit_code_taken", code=row.code))
        if row.phone and (known := phones.setdefault((row.name, row.unit), row.phone)) != row.phone:
            reading.note(PHONE, Misfit("roster_phone_differs", phone=known))
        elif (first := seen.setdefault((row.name, row.role, row.unit), row.number)) != row.number and row.name:
            reading.note(NAME, Misfit("row_twice", row=first))
    for reading in readings:
        row = reading.row
        code, phone = codes.get(row.unit, ""), phones.get((row.name, row.unit), "")
        reading.row = replace(row, code=code, phone=phone)


@dataclass
class _Reading:
    """One line while it is read, and what is wrong with it; `row` is whole where nothing is."""

    header: Header
    line: Line
    units: Sequence[Unit]
    now: datetime
    faults: list[Fault] = field(default_factory=list)
    row: Row = field(init=False)

    def names_somebody(self) -> bool:
        """Tell whether a line is about a person: no note, no place to sign, no repeated heading, not the sample."""
        name, role = self._text(NAME), self._text(ROLE)
        repeated = ledger_headings.heading(name) == ledger_headings.heading(self.header.labels[NAME])
        sample = name == texts.EXAMPLE and texts.SAMPLE in self._text(NUMBER)
        return bool(name or role) and not repeated and not sample

    def read(self) -> None:
        """Read the cells, and note what is wrong with them."""
        role = self._tried(ROLE, self._role)
        in_unit = role in UNIT_ROLES
        self.row = Row(
            number=self.line.number,
            unit=self._tried(UNIT, self._unit) if in_unit else "",
            code=self._tried(CODE, self._code) if in_unit else "",
            name=self._tried(NAME, lambda text: self._kind(_NAME, _PADDING.sub("", text))),
            role=role,
            phone=self._tried(PHONE, lambda text: self._kind(_PHONE, digits(text)) if text else ""),
            key=self._known.key if in_unit and self._known is not None else "",
        )

    def note(self, title: str, problem: Problem) -> None:
        """Note what is wrong, in the file's own words."""
        self.faults.append(fault(self.line.number, self.header.labels.get(title, title), problem))

    def _tried(self, title: str, read: Callable[[str], str]) -> str:
        """Return what a cell says; "" where it is wrong."""
        cell = self.line.cell(self.header.places.get(title))
        try:
            if isinstance(cell, Broken):
                raise Misfit("cell_broken", code=cell.code)
            return read(text_of(cell))
        except Problem as problem:
            self.note(title, problem)
            return ""

    def _text(self, title: str) -> str:
        return text_of(self.line.cell(self.header.places.get(title)))

    def _kind(self, kind: Kind, text: str) -> str:
        if not text:
            raise Misfit("text_empty")
        return str(kind.read(Said(text), self.now))

    def _role(self, text: str) -> str:
        if not text:
            raise Misfit("text_empty")
        role = texts.ROLE_WORDS.get(plain(text))
        if role is None:
            raise Misfit("choice_unknown", written=one_line(text, _WRITTEN), options=list(texts.ROLES))
        return role

    @cached_property
    def _known(self) -> Unit | None:
        wanted = plain(self._text(UNIT))
        return next((unit for unit in self.units if wanted in {plain(unit.name), unit.key}), None)

    def _unit(self, text: str) -> str:
        """Read a unit by its name or key; one nobody knows is new."""
        if self._known is None:
            return self._kind(_UNIT_NAME, text)
        if self._known.left:
            raise Misfit("roster_unit_left")
        return self._known.name

    def _code(self, text: str) -> str:
        """Read a new unit's code; a known unit has its own, which cannot be changed."""
        code = code_of(text) if text else ""
        if self._known is not None and code not in {"", self._known.series}:
            raise Misfit("roster_code_differs", code=self._known.series)
        if self._known is None and any(code == unit.series for unit in self.units):
            raise Problem("unit_code_taken", code=code)
        return code if self._known is None else ""
