"""The workbook an existing ledger is copied into: headings, drop-down lists, a sample row, how to fill it in.

Drawn from the form its rows are read with (`bot.forms.ledger_row`), so that both always agree. Leaves out reading
(`exports.reader`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from bot.core.fields import Choice, Date, Nested, Phone, YesNo
from bot.core.ledger_headings import NUMBER
from bot.forms.issue import at_once
from bot.forms.ledger_row import LEDGER_ROW, VERIFYING, closed
from bot.texts import dialog as words
from bot.texts import imports as texts
from exports.workbook import A3, A4, FONTS, HEAD_FILL, LARGE, LINE, PADDING, SIZE, TITLE_LINE, count_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from bot.core.campaign import Campaign
    from bot.core.form import Field
    from storage.files import FileStore
    from storage.work import Work

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
_PROSE: Final = {"description": 36, "measures": 28, "timetable": 24, "progress": 26, "result": 18}
_WIDTHS: Final = {**_PROSE, "unit": 18, "item": 26, "source": 13, "kind": 11, "party": 13, "epidemic": 13}
_NARROW, _DAY, _CALL = 9.5, 12, 14
_GUIDE: Final = (16, 16, 90)
#: How long the sample gives itself to mend.
_MENDING: Final = timedelta(days=40)


@dataclass(frozen=True)
class _Column:
    """One column: its title, its width, what may stand in it, and the sample."""

    title: str
    width: float
    need: str = texts.OPTIONAL
    options: tuple[str, ...] = ()
    format: str = "General"
    prose: bool = False
    sample: str | date | None = None


def write_template(
    campaign: Campaign, units: tuple[str, ...], target: Path | BinaryIO, *, verifies: bool = False
) -> None:
    """Write the template for these units (by name); `verifies`: with the columns of what is closed already."""
    columns = _columns(campaign, units, verifies=verifies)
    book = Workbook()
    book.properties.title = texts.template_title(campaign.title)
    book.properties.creator = None
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    _draw(sheet, texts.template_title(campaign.title), columns)
    _guide(book.create_sheet(texts.GUIDE), columns)
    _lists(book.create_sheet(LISTS), sheet, columns)
    book.save(target)


def template_bytes(campaign: Campaign, ref: str) -> bytes:
    """Return the template for the units of `ref`: keys with commas between, or "*" for all; KeyError for none."""
    every = ref == "*"
    units = campaign.units if every else tuple(campaign.unit(key) for key in ref.split(","))
    target = BytesIO()
    write_template(campaign, tuple(unit.name for unit in units), target, verifies=every)
    return target.getvalue()


def load(work: Work, ref: str) -> Callable[[FileStore], bytes]:
    """Return what makes the template, as the table of documents wants it (`exports.DOCUMENTS`)."""
    campaign = work.campaign
    return lambda _: template_bytes(campaign, ref)


# ── What the columns are ─────────────────────────────────────────────────


def _columns(campaign: Campaign, units: tuple[str, ...], *, verifies: bool) -> list[_Column]:
    facts = {**campaign.ledger_lists, "units": [[name, name] for name in units]}
    samples = _samples(campaign, facts)
    found = {NUMBER: _Column(NUMBER, 6, sample=texts.SAMPLE)}
    for field in LEDGER_ROW.fields:
        if verifies or field.key not in VERIFYING:
            found.setdefault(field.column, _column(field, facts, samples.get(field.key)))
    return list(found.values())


def _column(field: Field, facts: dict[str, Any], sample: str | date | None) -> _Column:
    return _Column(
        title=field.column,
        width=_width(field),
        need=_need(field, alone=len(facts["units"]) == 1),
        options=_options(field, facts),
        format={Date: AS_DATE, Phone: AS_TEXT}.get(type(field.kind), "General"),
        prose=field.key in _PROSE,
        sample=sample,
    )


def _width(field: Field) -> float:
    if isinstance(field.kind, Date):
        return _DAY
    if isinstance(field.kind, Phone):
        return _CALL
    return _WIDTHS.get(field.key, _NARROW)


def _need(field: Field, *, alone: bool) -> str:
    """Say whether a column has to be filled in; `alone`: there is but one unit, which goes without saying."""
    if field.asked_if is closed:
        return texts.CLOSED_ONLY
    if field.optional or (field.key == "unit" and alone):
        return texts.OPTIONAL
    if field.asked_if is None:
        return texts.REQUIRED
    return texts.AT_ONCE_ONLY if field.asked_if is at_once else texts.DATED_ONLY


def _options(field: Field, facts: dict[str, Any]) -> tuple[str, ...]:
    match field.kind:
        case Nested() as kind:
            return tuple(words.nested(name, item) for _, name, items in kind.groups(facts) for item in items)
        case Choice() as kind:
            return tuple(option.label for option in kind.choices(facts))
        case YesNo():
            return words.YES, words.NO
    return ()


def _samples(campaign: Campaign, facts: dict[str, Any]) -> dict[str, str | date]:
    """Return the sample row by field: a problem to be mended by a deadline."""
    picked = {field.key: options[0] for field in LEDGER_ROW.fields if (options := _options(field, facts))}
    told = {field.key: field.sample for field in LEDGER_ROW.fields if field.sample}
    days = {"found_on": campaign.start, "happened_on": campaign.start, "due": campaign.start + _MENDING}
    handled = {"handling": "限期整改", "epidemic": words.NO, "closed": words.NO}
    left_out = {"mended_on", "finished_on", "verified_by", "verified_on", "result", "progress"}
    every: dict[str, str | date] = {**told, **picked, **days, **handled}
    return {key: value for key, value in every.items() if key not in left_out}


# ── What it looks like ───────────────────────────────────────────────────


def _draw(sheet: Worksheet, title: str, columns: list[_Column]) -> None:
    sheet.title = texts.SHEET
    _line(sheet, 1, title, Font(name=FONTS.title, size=LARGE), TITLE_LINE + PADDING)
    _line(sheet, 2, texts.HINT, Font(name=FONTS.body, size=SIZE), LINE + PADDING)
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
    _paper(sheet, A3[0], HEAD)


def _line(sheet: Worksheet, row: int, text: str, font: Font, height: float) -> None:
    """Write a line that begins at the left and runs over the columns: it stays in sight while they are moved."""
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = font, Alignment(vertical="center")
    sheet.row_dimensions[row].height = height


def _fill_column(sheet: Worksheet, at: int, column: _Column) -> None:
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


def _lists(hidden: Worksheet, sheet: Worksheet, columns: list[_Column]) -> None:
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


def _rule(column: _Column, letter: str) -> DataValidation | None:
    """Return what Excel lets be typed into a column."""
    if column.options:
        source = f"'{LISTS}'!${letter}$1:${letter}${len(column.options)}"
        rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
        rule.error = texts.PICK
    elif column.format == AS_DATE:
        rule = DataValidation(type="date", operator="greaterThan", formula1="DATE(2000,1,1)", allow_blank=True)
        rule.showErrorMessage, rule.error = True, texts.DATE
    else:
        return None
    rule.errorTitle = column.title
    return rule


def _guide(sheet: Worksheet, columns: list[_Column]) -> None:
    """Write how each column is filled in."""
    _line(sheet, 1, texts.GUIDE, Font(name=FONTS.title, size=LARGE), TITLE_LINE + PADDING)
    for at, width in enumerate(_GUIDE, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    _guide_row(sheet, texts.GUIDE_HEADS, FONTS.head)
    for column in columns:
        _guide_row(sheet, (column.title, column.need, texts.HOW[column.title]), FONTS.body)
    for row, note in enumerate(texts.GUIDE_NOTES, len(columns) + 4):
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
