"""Workbooks to be filled in and sent back: headings, drop-down lists, a sample row, how to fill it in.

Owns what they look like. Leaves out their columns (`exports.ledger_template`, `exports.roster_template`) and reading
(`exports.reader`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from bot.texts import imports as texts
from exports.workbook import A3, A4, FONTS, HEAD_FILL, LARGE, LINE, PADDING, SIZE, TITLE_LINE, count_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

#: Rows made ready: bordered, with lists to choose from.
READY: Final = 500
#: Where the headings stand, the sample, and the first row to be filled in.
HEAD, SAMPLE, FIRST = 3, 4, 5
LAST: Final = FIRST + READY - 1
ROW: Final = 26.0
REQUIRED_FILL, SAMPLE_FILL, SAMPLE_INK = "FFF2CC", "F2F2F2", "808080"
#: Excel keeps numbers of text as they are typed: a phone number stays one.
AS_TEXT, AS_DATE = "@", "yyyy-mm-dd"
LISTS: Final = "选项"

_EDGE: Final = Side(style="thin", color="000000")
_BORDER: Final = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_GUIDE: Final = (16, 16, 90)


@dataclass(frozen=True)
class Heading:
    """One column: its title, its width, how it is filled in, what may stand in it, and the sample.

    A `strict` column takes nothing but its `options`.
    """

    title: str
    width: float
    need: str = texts.OPTIONAL
    how: str = ""
    options: tuple[str, ...] = ()
    strict: bool = True
    format: str = "General"
    prose: bool = False
    sample: str | date | None = None


@dataclass(frozen=True)
class Template:
    """A workbook to be filled in: the sheet's name, what stands above it, its columns, the notes of the guide."""

    sheet: str
    title: str
    hint: str
    columns: Sequence[Heading]
    notes: Sequence[str]
    paper: int = A3[0]


def write_template(template: Template, target: Path | BinaryIO) -> None:
    """Write the workbook."""
    book = Workbook()
    book.properties.title = template.title
    book.properties.creator = None
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    _draw(sheet, template)
    _guide(book.create_sheet(texts.GUIDE), template)
    _lists(book.create_sheet(LISTS), sheet, template.columns)
    book.save(target)


def _draw(sheet: Worksheet, template: Template) -> None:
    sheet.title, columns = template.sheet, template.columns
    _line(sheet, 1, template.title, Font(name=FONTS.title, size=LARGE), TITLE_LINE + PADDING)
    _line(sheet, 2, template.hint, Font(name=FONTS.body, size=SIZE), LINE + PADDING)
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        _fill_column(sheet, at, column)
    lines = max(count_lines(str(column.sample or ""), column.width) for column in columns)
    sheet.row_dimensions[HEAD].height = 2 * LINE + PADDING
    sheet.row_dimensions[SAMPLE].height = max(lines * LINE + PADDING, ROW)
    # Not row by row: then a row would no longer grow with what is written into it.
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = ROW, True
    sheet.freeze_panes = f"C{FIRST}"
    sheet.sheet_view.zoomScale = 90
    _paper(sheet, template.paper, HEAD)


def _line(sheet: Worksheet, row: int, text: str, font: Font, height: float) -> None:
    """Write a line that begins at the left and runs over the columns: it stays in sight while they are moved."""
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = font, Alignment(vertical="center")
    sheet.row_dimensions[row].height = height


def _fill_column(sheet: Worksheet, at: int, column: Heading) -> None:
    """Write a column's heading and sample, and make its rows ready."""
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    start = Alignment(horizontal="left" if column.prose else "center", vertical="center", wrap_text=True)
    head = sheet.cell(HEAD, at, column.title)
    head.font, head.alignment, head.border = Font(name=FONTS.head, size=SIZE), middle, _BORDER
    head.fill = PatternFill("solid", fgColor=REQUIRED_FILL if column.need == texts.REQUIRED else HEAD_FILL)
    sample = sheet.cell(SAMPLE, at, column.sample)
    sample.font = Font(name=FONTS.body, size=SIZE, color=SAMPLE_INK, italic=True)
    sample.fill = PatternFill("solid", fgColor=SAMPLE_FILL)
    sample.alignment, sample.border, sample.number_format = start, _BORDER, column.format
    first: Any = sheet.cell(FIRST, at)
    first.font, first.alignment, first.border = Font(name=FONTS.body, size=SIZE), start, _BORDER
    first.number_format = column.format
    style = first._style  # noqa: SLF001 - see below
    for row in range(FIRST + 1, LAST + 1):
        cell: Any = sheet.cell(row, at)
        cell._style = style  # noqa: SLF001 - a style at once: part by part takes ten times as long


def _paper(sheet: Worksheet, paper: int, repeated: int) -> None:
    """Turn the page sideways, as wide as the table, the headings in line `repeated` on every page."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = paper
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = f"{repeated}:{repeated}"


def _lists(hidden: Worksheet, sheet: Worksheet, columns: Sequence[Heading]) -> None:
    """Keep the options on a sheet nobody sees (a list within a rule has no more than 255 characters)."""
    hidden.sheet_state = "hidden"
    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        rule = _rule(column, letter)
        for row, option in enumerate(column.options, 1):
            hidden.cell(row, at, option)
        if rule is not None:
            sheet.add_data_validation(rule)
            rule.add(f"{letter}{FIRST}:{letter}{LAST}")


def _rule(column: Heading, letter: str) -> DataValidation | None:
    """Return what Excel lets be typed into a column."""
    if column.options:
        source = f"'{LISTS}'!${letter}$1:${letter}${len(column.options)}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=column.strict)
        rule.error = texts.PICK
    elif column.format == AS_DATE:
        rule = DataValidation(type="date", operator="greaterThan", formula1="DATE(2000,1,1)", allow_blank=True)
        rule.showErrorMessage, rule.error = True, texts.DATE
    else:
        return None
    rule.errorTitle = column.title
    return rule


def _guide(sheet: Worksheet, template: Template) -> None:
    """Write how each column is filled in."""
    _line(sheet, 1, texts.GUIDE, Font(name=FONTS.title, size=LARGE), TITLE_LINE + PADDING)
    for at, width in enumerate(_GUIDE, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    _guide_row(sheet, texts.GUIDE_HEADS, FONTS.head)
    for column in template.columns:
        _guide_row(sheet, (column.title, column.need, column.how), FONTS.body)
    for row, note in enumerate(template.notes, len(template.columns) + 4):
        _line(sheet, row, note, Font(name=FONTS.body, size=SIZE), LINE + PADDING)
    _paper(sheet, A4[0], 2)
    sheet.page_setup.fitToHeight = 1


def _guide_row(sheet: Worksheet, row: tuple[str, ...], font: str) -> None:
    sheet.append(row)
    for at, cell in enumerate(sheet[sheet.max_row], 1):
        across = "left" if at == len(row) and font == FONTS.body else "center"
        cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)
        cell.font, cell.border = Font(name=font, size=SIZE), _BORDER
    lines = max(count_lines(text, width) for text, width in zip(row, _GUIDE, strict=True))
    sheet.row_dimensions[sheet.max_row].height = max(lines * LINE + PADDING, ROW)
