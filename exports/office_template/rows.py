"""Rows of a sheet made more or fewer, and all that speaks of the rows below follows; openpyxl's way moves values only.

Owns cells, heights, merged areas, formulas of every sheet, names, rules of cells, print areas, page breaks, filters,
pictures and charts. Leaves out what is written into the new rows (`exports.office_template.records`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.pagebreak import RowBreak

#: A reference within a formula: the sheet, then a cell, cells, or whole rows.
_SHEET: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!")
_CELLS: Final = re.compile(r"(\$?[A-Za-z]{1,3})(\$?)(\d{1,7})(?::(\$?[A-Za-z]{1,3})(\$?)(\d{1,7}))?")
_ROWS: Final = re.compile(r"()(\$?)(\d{1,7}):()(\$?)(\d{1,7})")

Text = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """The rows `first` to `last` of a sheet become `count` rows. Where there were none, `last` is `first - 1`."""

    sheet: str
    first: int
    last: int
    count: int

    @property
    def by(self) -> int:
        """How far what stands below moves down."""
        return self.count - (self.last - self.first + 1)

    @property
    def end(self) -> int:
        """The last of the rows as they are then."""
        return self.first + self.count - 1

    def row(self, row: int) -> int:
        """Return where a row is then; one that is no more counts as the last of those that are."""
        if row < self.first:
            return row
        return row + self.by if row > self.last else min(row, max(self.end, self.first))

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return where an area is then: what reached into the changed rows reaches over all of them."""
        if bottom < self.first or top > self.last or self.last < self.first:
            return self.row(top), self.row(bottom)
        return min(top, self.first), max(self.end, self.first) if bottom <= self.last else bottom + self.by

    def formula(self, text: str, home: str, own: int = 0) -> str:
        """Return a formula of the sheet `home` ("=SUM(E5:E9)") as it is then; one that cannot be read stays.

        Of a formula in row `own` of those changed, an area within that row stays in it.
        """
        with suppress(TokenizerError):
            tokens = Tokenizer(text)
            for token in tokens.items:
                if token.type == Token.OPERAND and token.subtype == Token.RANGE:
                    token.value = self._reference(token.value, home, own)
            return str(tokens.render())  # type: ignore[no-untyped-call]
        return text

    def term(self, text: str, home: str) -> str:
        """Return the same for what is written without the sign in front: names, rules, where a chart's numbers are."""
        return self.formula(f"={text}", home)[1:]

    def areas(self, text: str) -> str:
        """Return areas of this sheet, as in "A5:B9 D5", as they are then."""
        return " ".join(self._reference(area, self.sheet) for area in text.split())

    def _reference(self, text: str, home: str, own: int = 0) -> str:
        prefix = _SHEET.match(text)
        named = (prefix[1] or prefix[2]).replace("''", "'") if prefix else home
        at = prefix.end() if prefix else 0
        found = _CELLS.fullmatch(text, at) or _ROWS.fullmatch(text, at)
        if found is None or named.casefold() != self.sheet.casefold():
            return text
        left, held, top, right, also, bottom = found.groups()
        if bottom is None:
            return f"{text[:at]}{left}{held}{self.row(int(top))}"
        span = int(top), int(bottom)
        if span != (own, own):
            span = self.span(*span)
        return f"{text[:at]}{left}{held}{span[0]}:{right}{also}{span[1]}"


def change_rows(book: Any, sheet: Any, change: Change) -> None:  # noqa: ANN401 - openpyxl's published types lack much
    """Move what stands below, empty the changed rows, and let everything in the workbook follow."""
    for each in book.worksheets:
        _formulas(each, change)
        _charts(each, change)
        _names(each.defined_names, each.title, change)
    _names(book.defined_names, "", change)
    _cells(sheet, change)
    _heights(sheet, change)
    _merges(sheet, change)
    _rules(sheet, change)
    _paper(sheet, change)
    _lists(sheet, change)
    _pictures(sheet, change)


def _formulas(sheet: Any, change: Change) -> None:  # noqa: ANN401
    for cell in sheet._cells.values():  # noqa: SLF001 - only those there are
        if cell.data_type != "f":
            continue
        if isinstance(cell.value, ArrayFormula):
            cell.value.text = change.formula(cell.value.text or "", sheet.title)
            if sheet.title == change.sheet:
                cell.value.ref = change.areas(cell.value.ref)
        elif isinstance(cell.value, str):
            cell._value = change.formula(cell.value, sheet.title)  # noqa: SLF001 - it stays what it is


def _charts(sheet: Any, change: Change) -> None:  # noqa: ANN401
    for chart in sheet._charts:  # noqa: SLF001 - nothing published lists them
        for series in chain.from_iterable(part.ser for part in chart._charts):  # noqa: SLF001 - those drawn over it, too
            for source in _sources(series):
                source.f = change.term(source.f, sheet.title)


def _sources(series: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield what holds a chart's references."""
    for name in ("tx", "cat", "val", "xVal", "yVal", "bubbleSize"):
        part = getattr(series, name, None)
        for kind in ("numRef", "strRef", "multiLvlStrRef"):
            if (source := getattr(part, kind, None)) is not None and source.f:
                yield source


def _names(names: Any, home: str, change: Change) -> None:  # noqa: ANN401
    for name in names.values():
        if name.attr_text:
            name.attr_text = change.term(name.attr_text, home)


def _cells(sheet: Any, change: Change) -> None:  # noqa: ANN401
    kept = {}
    for (row, column), cell in sheet._cells.items():  # noqa: SLF001
        if change.first <= row <= change.last:
            continue
        if row > change.last:
            cell.row = row + change.by
            if getattr(cell, "hyperlink", None):
                cell.hyperlink.ref = cell.coordinate
        kept[cell.row, column] = cell
    sheet._cells = kept  # noqa: SLF001


def _heights(sheet: Any, change: Change) -> None:  # noqa: ANN401
    heights = sheet.row_dimensions
    below = [heights.pop(row) for row in sorted(heights) if row >= change.first]
    for each in below:
        if each.index > change.last:
            each.index += change.by
            heights[each.index] = each


def _merges(sheet: Any, change: Change) -> None:  # noqa: ANN401
    areas = [
        area for area in sheet.merged_cells.ranges if not change.first <= area.min_row <= area.max_row <= change.last
    ]
    for area in areas:
        area.min_row, area.max_row = change.span(area.min_row, area.max_row)
    sheet.merged_cells.ranges = set(areas)


def _rules(sheet: Any, change: Change) -> None:  # noqa: ANN401
    """Move the rules for how cells look, and for what may be typed into them."""
    here: Text = lambda text: change.term(text, sheet.title)  # noqa: E731
    moved = ConditionalFormattingList()
    for each in sheet.conditional_formatting:
        for rule in each.rules:
            rule.formula = [here(text) for text in rule.formula]
            moved.add(change.areas(str(each.sqref)), rule)
    sheet.conditional_formatting = moved
    for rule in sheet.data_validations.dataValidation:
        rule.sqref = change.areas(str(rule.sqref))
        rule.formula1, rule.formula2 = (text and here(text) for text in (rule.formula1, rule.formula2))


def _paper(sheet: Any, change: Change) -> None:  # noqa: ANN401
    printed = list(sheet._print_area.ranges)  # noqa: SLF001 - published is only its text
    for area in printed:
        at_end = change.last < change.first and area.max_row == change.last
        area.min_row, area.max_row = change.span(area.min_row, area.max_row)
        if at_end:  # the first rows there are belong to the headings above
            area.max_row = change.end
    sheet._print_area.ranges = set(printed)  # noqa: SLF001 - as above
    breaks = RowBreak()
    for each in sheet.row_breaks.brk:
        if not change.first <= each.id < change.last:
            each.id = change.row(each.id)
            breaks.append(each)
    sheet.row_breaks = breaks


def _lists(sheet: Any, change: Change) -> None:  # noqa: ANN401
    """Move what Excel calls tables, and filters."""
    filters = [sheet.auto_filter, *(table.autoFilter for table in sheet.tables.values())]
    for each in (*sheet.tables.values(), *filters):
        if each is not None and each.ref:
            each.ref = change.areas(each.ref)


def _pictures(sheet: Any, change: Change) -> None:  # noqa: ANN401
    """Move what lies below, whole: it keeps its size. Rows of a drawing count from 0."""
    for each in (*sheet._images, *sheet._charts):  # noqa: SLF001 - nothing published lists them
        corner = getattr(each.anchor, "_from", None)
        if corner is None:
            continue
        by = change.row(corner.row + 1) - (corner.row + 1)
        corner.row += by
        if hasattr(each.anchor, "to"):
            each.anchor.to.row += by
