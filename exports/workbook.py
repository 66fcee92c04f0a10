"""A table as an Excel workbook that looks like an office document. Workbooks of other shapes: `exports.paper`.

Owns fonts, borders, widths, heights, paper and what keeps a text harmless in a cell. Leaves out what the
table says. openpyxl's write-only mode with a few reused cells keeps memory flat: a new styled cell for every
value takes twice the time, its normal mode many times the memory.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate, groupby, islice
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from bot.core import plain_text
from exports.charts import Place, draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from openpyxl.cell import Cell as SheetCell

    from bot.core.tables import Cell, Column, Row, Shape, Table, Tone

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Papers turned sideways: Excel's number, and what they carry at about four fifths of full size: prose is widened up
#: to this sum. The first that carries a table is taken, or else the last: then the print is as small as it must be.
A4, A3 = (9, 185), (8, 262)
PAPERS = (A4, A3)
#: Points: what the margins leave of these papers, and how wide a digit is.
AREAS = {A4: (784.0, 516.0), A3: (1133.0, 763.0)}
DIGIT = 5.25
#: A table is printed this much smaller rather than have a few lines, or only the signatures, on a page of their own.
SHRUNK = 0.85
#: Rows of the sheet that charts lie on, and how much of a page these take.
CHART_ROWS, CHART_PAGE = 30, 0.92
#: Rows that are looked at for the widths of prose: a long table is not gone through for that.
SAMPLED = 300
#: Points; 10.5 is 五号.
SIZE, SMALL, LARGE = 10.5, 9, 18
LINE, TITLE_LINE, PADDING, LEAST_ROW, SIGN_ROW = 14.5, 27.0, 6.0, 26.0, 42.0
#: Excel ends a row at 409.5 points: a longer record takes several rows, merged, of about `SLICE` lines.
MOST_LINES, SLICE = 27, 12
#: Columns that stay in sight while the sheet is moved sideways: the number and the unit.
FROZEN = 2
#: What Excel allows: UTF-16 units in a cell, characters in a sheet's name. The last is our own, for files.
CELL_UNITS, SHEET_NAME, FILE_NAME = 32_767, 31, 80
#: Excel counts days from 1900 and takes that year for a leap year: what lies before this day stays text.
EARLIEST = date(1900, 3, 1)

HEAD_FILL, TOTAL_FILL = "DDE6EF", "EEF2F6"
FILLS: dict[Tone, str] = {"normal": "", "missing": "F4CCCC", "late": "FDE9D0", "waiting": "FFF8DC"}
FORMATS: dict[Shape, str] = {
    "count": "0",
    "date": 'yyyy"年"m"月"d"日"',
    "day": "yyyy-mm-dd",
    "moment": 'm"月"d"日" hh:mm',
}

_EDGE = Side(style="thin", color="000000")
#: `_x0041_` in a text would be read as one character; with its first `_` written like that it stays itself.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts, by the names an office's computers know; where one is missing, another takes its place."""

    title: str = "黑体"
    head: str = "黑体"
    body: str = "仿宋"
    foot: str = "宋体"


FONTS = Fonts()


class _Look(NamedTuple):
    """What a prototype cell looks like; `quoted`: Excel must not take the text for a formula when edited."""

    font: str
    size: float = SIZE
    bold: bool = False
    fill: str = ""
    border: bool = True
    across: str = "center"
    down: str = "center"
    format: str = "General"
    quoted: bool = False


def write(table: Table, target: Path | BinaryIO, fonts: Fonts = FONTS) -> None:
    """Write `table` as an .xlsx workbook to a path or into an open binary file."""
    book: Any = Workbook(write_only=True)  # Any: for the default style, which nothing published reaches
    book.properties.title = clean(table.title)
    book.properties.creator = None
    # Widths are counted in digits of this style's font: with ours, a Chinese character takes just two.
    book._named_styles["Normal"].font = Font(name=fonts.body, size=SIZE)  # noqa: SLF001
    sheet = _Sheet(book, table, fonts)
    sheet.heading()
    sheet.header()
    for row in table.checked():
        sheet.record(row)
    sheet.totals()
    sheet.ending()
    sheet.charts()
    book.save(target)


def file_name(name: str) -> str:
    """Return a file name that is good on every system: `每周工作信息汇总表_2020年第28周.xlsx`."""
    return re.sub(r'[\\/:*?"<>|\s]+', "_", clean(name))[:FILE_NAME].strip("._ ") + ".xlsx"


def sheet_name(title: str) -> str:
    """Return what a sheet is called: what Excel takes for a name of one."""
    return plain_text.one_line(re.sub(r"[\\/*?:\[\]']", "", clean(title)), SHEET_NAME) or "表"


def clean(text: str) -> str:
    """Return `text` as a cell can hold it: no control character, no half of one, not too much of it."""
    return plain_text.clip(plain_text.clean(text), CELL_UNITS)


def measure(text: str) -> int:
    """Return the width of a line in digits: GB 18030 spends two bytes on what is drawn twice as wide."""
    return len(text) if text.isascii() else len(text.encode("gb18030", "ignore"))


def count_lines(text: str, width: float) -> int:
    """Return how many lines `text` takes in a cell of `width`; a line seldom ends exactly at the edge."""
    room = max(width - 2.5, 2)
    return sum(max(1, math.ceil(measure(line) / room)) for line in text.split("\n"))


def share_widths(table: Table) -> list[float]:
    """Return the columns' widths: what they ask for, and for prose what the page has left."""
    asked = [float(column.width) for column in table.columns]
    spare = choose_paper(asked)[1] - sum(asked)
    prose = [at for at, column in enumerate(table.columns) if column.kind == "text"]
    if spare <= 0 or not prose:
        return asked
    longest = dict.fromkeys(prose, 0)
    for row in islice(table.rows, SAMPLED):
        for at in prose:
            if isinstance(cell := row.cells[at], str):
                longest[at] = max(longest[at], measure(cell))
    # Less than in proportion: one very long answer is not to squeeze all its neighbours.
    weights = {at: max(length, 12) ** 0.75 for at, length in longest.items()}
    unit = spare / sum(weights.values())
    return [width + unit * weights.get(at, 0) for at, width in enumerate(asked)]


def choose_paper(widths: Sequence[float]) -> tuple[int, int]:
    """Return the smallest paper that carries columns of these widths, or the largest there is."""
    return next((paper for paper in PAPERS if sum(widths) <= paper[1] + 0.5), PAPERS[-1])


def split_columns(widths: Sequence[float], parts: int) -> list[range]:
    """Return `parts` runs of columns, about equally wide; one run when there are too few columns for that."""
    if len(widths) < parts:
        return [range(len(widths))]
    sums = [0.0, *accumulate(widths)]
    edges = [0]
    for part in range(1, parts):
        choice = range(edges[-1] + 1, len(widths) - (parts - part) + 1)
        goal = sums[-1] * part / parts
        edges.append(min(choice, key=lambda edge: abs(sums[edge] - goal)))
    return [range(*pair) for pair in zip(edges, [*edges[1:], len(widths)], strict=True)]


class _Rows(WriteOnlyWorksheet):
    """A write-only sheet that takes cells as they are: openpyxl's own tries each as a value first, in vain."""

    def _values_to_row(self, cells: Iterable[SheetCell], row: int) -> Iterator[SheetCell]:
        for at, cell in enumerate(cells, 1):
            cell.row, cell.column = row, at
            yield cell


class _Sheet:
    """The one sheet of a workbook while it is written, from the top down."""

    def __init__(self, book: Any, table: Table, fonts: Fonts) -> None:  # noqa: ANN401 - as in `write`
        self.table = table
        self.fonts = fonts
        self.widths = share_widths(table)
        self.row = 0  # the last one written
        self.head = self.last = self.sums = 0  # those of the lower headings, the last record, the sums
        self.headings = 0.0  # how high these are: what every page begins with
        self.height = 0.0  # of all that is written, in points
        self.looks: dict[tuple[Shape, Tone, bool, bool, bool], _Look] = {}
        self.prototypes: dict[_Look, SheetCell] = {}
        self.plain = _Look(fonts.body, border=False, across="left")
        self.body = _Look(fonts.body)
        self.heading_look = _Look(fonts.head, fill=HEAD_FILL)
        self.title = _Look(fonts.title, size=LARGE, border=False)
        # Any: the published types leave out most of what a write-only sheet shares with a normal one.
        self.sheet: Any = _Rows(book, sheet_name(table.title))
        book._add_sheet(self.sheet)  # noqa: SLF001 - create_sheet makes only openpyxl's own
        self._set_up(fonts)

    def _set_up(self, fonts: Fonts) -> None:
        """Say how the sheet is shown and printed; openpyxl writes this before the first row."""
        sheet = self.sheet
        for at, width in enumerate(self.widths, 1):
            sheet.column_dimensions[get_column_letter(at)].width = width
        above = 1 + self._has_lines
        depth = 1 + self._has_groups
        sheet.freeze_panes = f"{get_column_letter(min(FROZEN, len(self.widths) - 1) + 1)}{above + depth + 1}"
        sheet.sheet_view.zoomScale = 90
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = choose_paper(self.widths)[0]
        sheet.page_setup.fitToWidth = 1
        sheet.print_options.horizontalCentered = True
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
        foot = sheet.oddFooter.center
        foot.text, foot.font, foot.size = "第&P页/共&N页", f"{fonts.foot},Regular", SMALL

    @property
    def _has_lines(self) -> bool:
        return any((self.table.unit, self.table.period, self.table.made))

    @property
    def _has_groups(self) -> bool:
        return any(column.group for column in self.table.columns)

    def heading(self) -> None:
        """Write the title and, below it, unit, period and date side by side."""
        wide = count_lines(clean(self.table.title), sum(self.widths) * SIZE / LARGE)
        self._blocks([self.table.title], [self.title], wide * TITLE_LINE + PADDING)
        if self._has_lines:
            looks = [self.plain, self.plain._replace(across="center"), self.plain._replace(across="right")]
            self._blocks([self.table.unit, self.table.period, self.table.made], looks, LINE + PADDING)

    def header(self) -> None:
        """Write the columns' titles, in two rows when there are groups."""
        columns, before = self.table.columns, self.height
        if self._has_groups:
            tops: list[Cell] = [written(column.group or column.title) for column in columns]
            deep = 1
            for at, column in enumerate(columns):
                if not column.group:
                    self._merge(self.row + 1, at, self.row + 2, at)
            for group, run in groupby(range(len(columns)), key=lambda at: columns[at].group):
                if group:
                    first, *rest = run
                    tops[first + 1 : first + 1 + len(rest)] = [None] * len(rest)
                    self._merge(self.row + 1, first, self.row + 1, first + len(rest))
                    room = sum(self.widths[first : first + 1 + len(rest)])
                    deep = max(deep, count_lines(group, room))
            self._put(tops, [self.heading_look] * len(columns), deep * LINE + PADDING)
        lowest = [written(column.title) if column.group or not self._has_groups else None for column in columns]
        need = max(count_lines(column.title, width) for column, width in zip(columns, self.widths, strict=True))
        self._put(lowest, [self.heading_look] * len(columns), need * LINE + PADDING)
        self.head = self.last = self.row
        self.headings = self.height - before

    def record(self, row: Row) -> None:
        """Write one row of the table; a very long one as several rows of the sheet, merged."""
        values = [written(cell) for cell in row.cells]
        need = max(
            count_lines(value, width) if isinstance(value, str) else 1
            for value, width in zip(values, self.widths, strict=True)
        )
        slices = 1 if need <= MOST_LINES else math.ceil(need / SLICE)
        height = max(need * LINE + PADDING, 0 if self.table.low else LEAST_ROW) / slices
        tones = row.tones or (row.tone,) * len(values)
        looks = [
            self._look(column, tone, value, top=slices > 1)
            for column, tone, value in zip(self.table.columns, tones, values, strict=True)
        ]
        self._put(values, looks, height)
        for _ in range(slices - 1):
            self._put([None] * len(values), looks, height)
        if slices > 1:
            for at in range(len(values)):
                self._merge(self.row - slices + 1, at, self.row, at)
        self.last = self.row

    def _look(self, column: Column, tone: Tone, value: Cell, *, top: bool) -> _Look:
        """Return the look of a cell; there are only a few, and each is made once."""
        quoted = formula_like(value)
        key = (column.kind, tone, isinstance(value, date), quoted, top)
        found = self.looks.get(key)
        if found is None:
            usual = FORMATS["day"] if isinstance(value, date) else "General"
            found = self.looks[key] = self.body._replace(
                fill=FILLS[tone],
                across="left" if column.kind == "text" else "center",
                down="top" if top else "center",
                format=FORMATS.get(column.kind, usual),
                quoted=quoted,
            )
        return found

    def totals(self) -> None:
        """Write the sums, if the table has any, with their name in the free columns before the first."""
        sums: list[Cell] = list(self.table.totals)
        if not sums:
            return
        free = next(at for at, cell in enumerate(sums) if cell is not None)
        if free:
            sums[0] = "合计"
            self._merge(self.row + 1, 0, self.row + 1, min(free, FROZEN) - 1)
        look = self.body._replace(bold=True, fill=TOTAL_FILL)
        self._put(sums, [look] * len(sums), LINE + PADDING)
        self.sums = self.row

    def ending(self) -> None:
        """Write the notes and the places to sign, and end the printed area there."""
        for note in self.table.notes:
            need = count_lines(clean(note), sum(self.widths))
            self._blocks([note], [self.plain], need * LINE + PADDING)
        if self.table.signatures:
            self._blocks(self.table.signatures, [self.plain] * len(self.table.signatures), SIGN_ROW)
        self.sheet.print_area = f"A1:{self._last_column}{self.row}"
        self.sheet.page_setup.fitToHeight = int(self._one_page)  # 0: as many as it takes
        if not (self.table.charts and self._one_page):  # the page with the charts would have them as well
            self.sheet.print_title_rows = f"{self.head - self._has_groups}:{self.head}"

    def charts(self) -> None:
        """Draw the charts side by side, on a page of their own.

        That page is a second printed area, not a manual break: Excel overlooks those where it fits a sheet to pages.
        """
        charts = self.table.charts
        if not charts or not len(self.table.rows):
            return
        one_page, end = self._one_page, self.row
        height = (self._page_height - (0 if one_page else self.headings)) * CHART_PAGE / CHART_ROWS
        for each in (LINE, *[height] * CHART_ROWS):  # the first keeps the charts' frame off the page before
            self._put([None], [self.plain], each)
        place = Place(self.sheet.title, self.head, self.head + 1, self.last, self.sums)
        for chart, run in zip(charts, split_columns(self.widths, len(charts)), strict=True):
            made: Any = draw(chart, self.table, place, self.fonts)
            corners = AnchorMarker(run[0], row=end + 1), AnchorMarker(run[-1] + 1, row=self.row)
            made.anchor = TwoCellAnchor(_from=corners[0], to=corners[1])
            self.sheet.add_chart(made)
        self.sheet.print_area = [f"A1:{self._last_column}{end}", f"A{end + 2}:{self._last_column}{self.row}"]
        self.sheet.page_setup.fitToHeight = 2 * one_page

    @property
    def _last_column(self) -> str:
        return get_column_letter(len(self.widths))

    @property
    def _page_height(self) -> float:
        """How high is what a page carries of the sheet, in points of the sheet."""
        wide, high = AREAS[choose_paper(self.widths)]
        return high / min(wide / (sum(self.widths) * DIGIT), 1)

    @property
    def _one_page(self) -> bool:
        """Whether one page carries all of it in print that is hardly smaller."""
        return self.height * SHRUNK <= self._page_height

    def _blocks(self, texts: Sequence[str], looks: Sequence[_Look], height: float) -> None:
        """Write texts side by side, each over several columns; where they do not fit, over all of them."""
        runs = split_columns(self.widths, len(texts))
        if len(texts) > 1 and not self._fit(texts, runs):
            texts, runs = [self._spread(texts)], split_columns(self.widths, 1)
        cells: list[Cell] = [None] * len(self.widths)
        styles = [looks[0]] * len(self.widths)
        for run, text, look in zip(runs, texts, looks, strict=False):
            cells[run[0]] = written(text)
            styles[run[0] : run[-1] + 1] = [look] * len(run)
            self._merge(self.row + 1, run[0], self.row + 1, run[-1])
        self._put(cells, styles, height)

    def _fit(self, texts: Sequence[str], runs: Sequence[range]) -> bool:
        return len(runs) == len(texts) and all(
            count_lines(text, sum(self.widths[at] for at in run)) == 1 for text, run in zip(texts, runs, strict=True)
        )

    def _spread(self, texts: Sequence[str]) -> str:
        """Return the texts as one, with as much between them as the width leaves."""
        texts = [text for text in texts if text]
        spare = sum(self.widths) - sum(measure(text) + 2 for text in texts)
        return ("　" * max(int(spare / 2 / max(len(texts) - 1, 1)), 2)).join(texts)

    def _put(self, values: Sequence[Cell], looks: Sequence[_Look], height: float) -> None:
        self.row += 1
        self.height += height
        self.sheet.row_dimensions[self.row].height = height
        self.sheet.append(self._cells(values, looks))
        del self.sheet.row_dimensions[self.row]  # it is written: thousands of them need not be kept

    def _cells(self, values: Sequence[Cell], looks: Sequence[_Look]) -> Iterator[SheetCell]:
        """Yield cells one by one: each is written before the next is asked for, so prototypes serve again."""
        for value, look in zip(values, looks, strict=True):
            cell: Any = self.prototypes.get(look) or self._prototype(look)
            cell._value = value  # noqa: SLF001 - the setter takes "=1+1" for a formula, "#N/A" for an error, and its time
            cell.data_type = "s" if isinstance(value, str) else "d" if isinstance(value, date) else "n"
            yield cell

    def _prototype(self, look: _Look) -> SheetCell:
        cell = WriteOnlyCell(self.sheet)
        cell.font = Font(name=look.font, size=look.size, bold=look.bold)
        cell.alignment = Alignment(horizontal=look.across, vertical=look.down, wrap_text=True)
        cell.number_format = look.format
        cell.quotePrefix = look.quoted
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.border:
            cell.border = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
        self.prototypes[look] = cell
        return cell

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge cells; rows count from 1, columns from 0. openpyxl's own way compares each with all."""
        if (top, left) != (bottom, right):
            area = CellRange(min_row=top, min_col=left + 1, max_row=bottom, max_col=right + 1)
            self.sheet.merged_cells.ranges.add(area)


def formula_like(value: Cell) -> bool:
    """Tell whether Excel would take a text for a formula when somebody edits the cell and leaves it again."""
    return isinstance(value, str) and value.startswith(("=", "+", "-", "@"))


def written(cell: Cell) -> Cell:
    """Return what is written: text made harmless, moments without a zone (Excel has none), "" as nothing."""
    if isinstance(cell, str):
        return _ESCAPE.sub("_x005F_", clean(cell)) or None
    if isinstance(cell, date) and cell.timetuple()[:3] < EARLIEST.timetuple()[:3]:
        return cell.isoformat()
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
