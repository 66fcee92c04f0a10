"""An existing ledger, row by row: what can be entered as it stands, and what is wrong with the rest (plan: L1-L4).

Every cell is read by the very kind of its question; nothing is guessed that a person would be asked. Leaves out the
file (`exports.reader`), what is on the ledger already and entering (`bot.services.imports`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from bot.core import entries, ledger_headings
from bot.core.choices import plain
from bot.core.fields import Choice, Date, Nested, Phone, YesNo
from bot.core.ledger_headings import AREA, ITEM, NUMBER, Header
from bot.core.messages import Said
from bot.core.plain_text import one_line
from bot.core.problems import Problem
from bot.core.sheet import Broken, Cell, Line, Misfit, day_of, text_of
from bot.texts import imports as texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.core.form import Facts, Field, Form
    from bot.core.kind import Value
    from bot.core.nested import Group

#: More rows than this are refused: the file is to be split.
MOST_ROWS: Final = 2000
#: A line without a description and with no more than so many cells is a number, a note, a blank form: no entry.
_THIN: Final = 2
_WRITTEN: Final = 20

_TOTALS: Final = frozenset({"合计", "总计", "小计", "共计"})
#: How the lines below a table begin: notes, and places to sign.
_NOTE: Final = re.compile(
    "(备?注|说明|填表|填报|制表|审核|复核|审批|负责人|单位负责人|联系人|报送|汇总)[^，。；]{0,8}[:：]"
)
_TIME: Final = re.compile(r"[T\s]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_YEAR: Final = re.compile(r"\d{4}|[零〇○一二三四五六七八九]{4}")
_POWER: Final = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[-–—―－/\\:：·、,，.>→_()（）]+")
_TICKS: Final = {"√": "是", "✓": "是", "✔": "是", "☑": "是", "×": "否", "✗": "否", "✘": "否"}
_CLOSED: Final = {"已销号": "是", "未销号": "否", "待销号": "否", "尚未销号": "否"}

#: In which column a contradiction between answers is best corrected.
_AT_FAULT: Final = {
    "happened_after_found": "happened_on",
    "mended_before_found": "mended_on",
    "due_before_found": "due",
    "verified_before_found": "verified_on",
}


@dataclass(frozen=True)
class Terms:
    """What holds for a file: the form of a row and the lists it chooses from, who sent it, and when.

    `own`: the units the sender may enter problems of. `verifies`: may enter what is closed already. `now`: in the
    campaign's zone. `example`: the description of the template's sample row, which is nobody's problem.
    """

    form: Form
    facts: Facts
    own: tuple[str, ...]
    verifies: bool
    now: datetime
    example: str = ""

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the titles of the columns."""
        return tuple(dict.fromkeys(each.column for each in self.form.fields))


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be entered: its number in the sheet, and complete answers to the form."""

    number: int
    answers: dict[str, Any]

    @property
    def mark(self) -> str:
        """Return the mark by which the entry is known again."""
        return _mark(self.answers)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: in which column (the file's own word for it), and why.

    `mark`: that of its entry, "" where it says too little: what is on the ledger already is not wrong.
    """

    row: int
    column: str
    reason: str
    mark: str = ""


#: One readable row of a file, in the shape of whoever reads it.
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """What a file holds: `count` rows, of which `rows` can be entered. `unread`: headings nobody asked for."""

    count: int
    rows: tuple[R, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[str, ...] = ()


def check(lines: Sequence[Line], terms: Terms) -> Verdict[Row]:
    """Check every row of a sheet. Misfit when it is no ledger: import_header, _columns, _empty, _long."""
    header = ledger_headings.find(lines, terms.titles)
    if header is None:
        raise Misfit("import_header")
    sheet = _Sheet(header, terms)
    chosen = [line for line in lines[header.below :] if sheet.is_entry(line)]
    if len(chosen) > MOST_ROWS:
        raise Misfit("import_long", most=MOST_ROWS)
    if not chosen:
        raise Misfit("import_empty")
    readings = [_Reading(sheet, line) for line in chosen]
    rows, faults = _sorted_out(readings, sheet)
    if absent := {title for reading in readings for title in reading.absent}:
        raise Misfit("import_columns", columns=[title for title in terms.titles if title in absent])
    return Verdict(len(chosen), tuple(rows), tuple(faults), header.unread)


def _sorted_out(readings: Sequence[_Reading], sheet: _Sheet) -> tuple[list[Row], list[Fault]]:
    """Part the good rows from the faults; of two equal rows the second is one."""
    rows: list[Row] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for reading in readings:
        row = reading.row()
        faults += reading.faults
        if row is None:
            continue
        if (before := first.setdefault(row.mark, row.number)) != row.number:
            twice = sheet.fault(row.number, "description", Misfit("row_twice", row=before))
            faults.append(replace(twice, mark=row.mark))
        else:
            rows.append(row)
    return rows, faults


@dataclass(frozen=True)
class _Sheet:
    """The sheet being read."""

    header: Header
    terms: Terms

    def title(self, key: str) -> str:
        """Return the title of a field's column."""
        found = self.terms.form.field(key)
        return found.column if found else key

    def place(self, title: str) -> int | None:
        """Return where a column stands, if it does."""
        return self.header.places.get(title)

    def fault(self, row: int, key: str, problem: Problem) -> Fault:
        """Return what is wrong, in the file's own words."""
        title = self.title(key)
        return Fault(row, self.header.labels.get(title, title), texts.reason(problem))

    def is_entry(self, line: Line) -> bool:
        """Tell whether a line holds an entry: no sum, note, signature, repeated heading, nor the sample."""
        filled = [text for cell in line.cells if (text := text_of(cell))]
        description = text_of(line.cell(self.place(self.title("description"))))
        if not filled or plain(filled[0]) in _TOTALS:
            return False
        if filled[0] != description and _NOTE.match(filled[0]):
            return False
        if ledger_headings.heading(description) == ledger_headings.heading(self._description_heading):
            return False
        if description == self.terms.example and texts.SAMPLE in text_of(line.cell(self.place(NUMBER))):
            return False
        return bool(description) or len(filled) > _THIN

    def areas_in(self, text: str) -> set[str]:
        """Return the areas a text names; a name within a longer one that is meant as well does not count."""
        written = _squashed(text)
        named = {key: name for key, name, _ in self._groups if _squashed(name) in written}
        return {key for key, name in named.items() if not any(name in each != name for each in named.values())}

    @cached_property
    def _groups(self) -> tuple[Group, ...]:
        kind = next(each.kind for each in self.terms.form.fields if isinstance(each.kind, Nested))
        return kind.groups(self.terms.facts)

    @property
    def _description_heading(self) -> str:
        title = self.title("description")
        return self.header.labels.get(title, title)

    @cached_property
    def items(self) -> dict[str, list[str]]:
        """Return how an item may be written -> the items meant: alone, or with its area before it."""
        written: dict[str, list[str]] = {}
        for key, name, items in self._groups:
            for item in items:
                for words in (item, name + item):
                    written.setdefault(_squashed(words), []).append(f"{key}/{item}")
        return written


@dataclass
class _Reading:
    """One row while it is read, and what is wrong with it; `absent`: columns it needs and the sheet has not."""

    sheet: _Sheet
    line: Line
    faults: list[Fault] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def row(self) -> Row | None:
        """Return the row with all its answers; None when something is wrong with it."""
        terms = self.sheet.terms
        answers: dict[str, Any] = {}
        for each in terms.form.fields:
            if each.asked_if is None or each.asked_if(answers, terms.facts):
                answers |= self._answer(each)
        if "found_on" in answers:
            answers.setdefault("happened_on", answers["found_on"])
        self._agree(answers)
        self.faults = [replace(fault, mark=_mark(answers)) for fault in self.faults]
        return None if self.faults or self.absent else Row(self.line.number, answers)

    def _answer(self, each: Field) -> dict[str, Value]:
        """Return the answer in a cell by its key; nothing where it is empty or wrong."""
        try:
            value = self._value(each)
        except Problem as problem:
            self.faults.append(self.sheet.fault(self.line.number, each.key, problem))
            return {}
        return {} if value is None else {each.key: value}

    def _agree(self, answers: dict[str, Any]) -> None:
        """Note where the answers contradict each other, or are not the sender's to give."""
        terms = self.sheet.terms
        try:
            if terms.form.check is not None:
                terms.form.check(answers, terms.facts)
        except Problem as problem:
            self.faults.append(self.sheet.fault(self.line.number, _AT_FAULT.get(problem.key, "description"), problem))
        if answers.get("closed") and not terms.verifies:
            self.faults.append(self.sheet.fault(self.line.number, "closed", Misfit("row_closed")))

    def _value(self, each: Field) -> Value:
        """Return what a cell answers; None for nothing, where that will do."""
        cell = self.line.cell(self.sheet.place(each.column))
        if isinstance(cell, Broken):
            raise Misfit("cell_broken", code=cell.code)
        text = text_of(cell)
        if not text and isinstance(each.kind, Nested):
            text = self._beside(ITEM)
        return self._read(each, cell, text) if text else self._nothing(each)

    def _read(self, each: Field, cell: Cell, text: str) -> Value:
        match each.kind:
            case Date():
                return self._date(each, cell, text)
            case Nested():
                return self._item(text)
            case YesNo():
                return self._yes_no(each, text)
            case Choice():
                return self._unit(text) if each.key == "unit" else self._choice(each, text)
            case Phone():
                text = digits(text)
        return self._said(each, text)

    def _said(self, each: Field, text: str) -> Value:
        return each.kind.read(Said(text), self.sheet.terms.now, self.sheet.terms.facts)

    def _nothing(self, each: Field) -> Value:
        """Take an empty cell where it will do; a column that is not there at all is named once, not for every row."""
        own = self.sheet.terms.own
        if each.key == "unit" and len(own) == 1:
            return own[0]
        if each.optional:
            return None
        if self.sheet.place(each.column) is not None:
            raise Misfit("text_empty")
        self.absent.append(each.column)
        return None

    def _unit(self, text: str) -> Value:
        """Read a unit by its name or key."""
        names: dict[str, str] = dict(self.sheet.terms.facts["units"])
        own = [names.get(key, key) for key in self.sheet.terms.own]
        wanted = plain(text)
        unit = next((key for key, name in names.items() if wanted in {plain(name), key}), None)
        if unit is None:
            raise Misfit("unit_unknown", written=one_line(text, _WRITTEN), options=own)
        if unit not in self.sheet.terms.own:
            raise Misfit("unit_foreign", options=own)
        return unit

    def _item(self, text: str) -> Value:
        """Read an item, with its area before it, in a column of its own, or alone where that is enough."""
        item = self._beside(ITEM)
        areas = self.sheet.areas_in(self._beside(AREA) + (text if item else ""))
        found = self.sheet.items.get(_squashed(item or text), [])
        meant = [each for each in found if not areas or each.partition("/")[0] in areas]
        if len(meant) != 1:
            raise Misfit("item_several" if meant else "item_unknown", written=one_line(item or text, _WRITTEN))
        return meant[0]

    def _beside(self, title: str) -> str:
        """Return what stands in a column that is no question's own."""
        return text_of(self.line.cell(self.sheet.place(title)))

    def _choice(self, each: Field, text: str) -> Value:
        """Read a label: a bare number is no answer here, as nobody has seen the options numbered."""
        assert isinstance(each.kind, Choice)  # noqa: S101 - the caller has looked
        facts = self.sheet.terms.facts
        labels = [option.label for option in each.kind.choices(facts)]
        if plain(text) not in {plain(label) for label in labels}:
            raise Misfit("choice_unknown", written=one_line(text, _WRITTEN), options=labels)
        return self._said(each, text)

    def _yes_no(self, each: Field, text: str) -> Value:
        word = plain(text)
        if word.isdecimal():
            raise Misfit("yesno_unknown")
        return self._said(each, _TICKS.get(word, _CLOSED.get(word, text)))

    def _date(self, each: Field, cell: Cell, text: str) -> Value:
        """Read a day with its year: in a file nobody sees which year a bare 7月8日 was taken for."""
        day = day_of(cell)
        text = day.isoformat() if day else _TIME.sub("", unicodedata.normalize("NFKC", text))
        value = self._said(each, text)
        if not _YEAR.match(text):
            raise Misfit("date_yearless")
        return value


def _mark(answers: Mapping[str, Any]) -> str:
    """Return the mark of an entry; "" while it lacks what the mark is made of."""
    marked = [answers.get(key) for key in ("unit", "found_on", "description")]
    return entries.fingerprint(*map(str, marked)) if all(marked) else ""


def _squashed(text: str) -> str:
    """Return text for comparing, without what people put between an area and its item."""
    return _BETWEEN.sub("", plain(text))


def digits(text: str) -> str:
    """Return a number a spreadsheet shows as a power of ten in full; as it is when digits have been lost."""
    found = _POWER.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return text
    shown = found[1] + (found[2] or "")
    return shown if len(shown) == int(found[3]) + 1 else text


def to_json(rows: Sequence[Row]) -> list[Any]:
    """Return rows as they are kept until they are confirmed."""
    return [[row.number, row.answers] for row in rows]


def from_json(shape: Sequence[Any]) -> Iterator[Row]:
    """Yield the rows `to_json` described."""
    for number, answers in shape:
        yield Row(number, answers)
