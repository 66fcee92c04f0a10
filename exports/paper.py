"""An office's form on one upright sheet of A4: labels and texts in boxes, pictures side by side, room to sign.

Owns layout: columns, heights, borders, where pictures lie, and when a sheet becomes two. Leaves out what the form says
(`exports.closing_sheet`), and long tables, which are written another way (`exports.workbook`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from exports.workbook import (
    FONTS,
    HEAD_FILL,
    LARGE,
    PADDING,
    SHEET_NAME,
    SIZE,
    SMALL,
    TITLE_LINE,
    clean,
    count_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from exports.pictures import Picture

#: Columns in digits: label and text, twice. A digit is 7 pixels of 1/96 inch; together they are as wide as the paper.
WIDTHS: Final = (12.5, 35.0, 12.5, 35.0)
_PIXELS: Final = tuple(round(width * 7) for width in WIDTHS)
_HALF: Final = sum(_PIXELS[:2])
#: Inches; points of height between them; the smallest print that still counts as one page.
_MARGINS: Final = PageMargins(left=0.6, right=0.6, top=0.6, bottom=0.6, header=0.3, footer=0.3)
_PAGE: Final = 842 - 2 * 0.6 * 72
_LEAST_SCALE: Final = 0.75
#: Points: a line, the least rows of facts and of prose, the highest row (Excel ends one at 409.5).
_LINE, _FACT, _PROSE, _TALLEST = 15.5, 24.0, 42.0, 390.0
#: Points: the box of an opinion above its line to sign, and how far it grows on an empty page.
_OPINION, _SIGN, _GROW = 62.0, 30.0, 60.0
#: By the pictures of a side: how many stand beside each other, and how many pixels high each may be.
_GRIDS: Final = ((1, 1, 190), (4, 2, 138), (99, 3, 100))
_GAP: Final = 5
_INDENT: Final = 3  # digits
_POINTS: Final = 0.75  # of a pixel
_EMU: Final = 9525  # in a pixel

_EDGE: Final = Side(style="thin", color="000000")
_BOXED: Final = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
#: `_x0041_` in a text would be read as one character; with its first `_` written like that it stays itself.
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Across = Literal["left", "center", "right"]
#: The first and the last column of a block.
Span = tuple[int, int]
_ALL: Final[Span] = (1, 4)
_LEFT: Final[Span] = (1, 2)
_RIGHT: Final[Span] = (3, 4)
_WHOLE: Final[Span] = (2, 4)
_PAIR: Final[tuple[Span, ...]] = ((2, 2), (4, 4))


@dataclass(frozen=True, slots=True)
class Look:
    """How a block looks."""

    font: str = FONTS.body
    size: float = SIZE
    fill: str = ""
    border: Border | None = _BOXED
    across: Across = "left"
    down: Literal["top", "center"] = "center"
    indent: int = 0


_LABEL: Final = Look(FONTS.head, fill=HEAD_FILL, across="center")
_TEXT: Final = Look(indent=1)
_SHORT: Final = Look(across="center")
_OPEN: Final = Look(border=None)


@dataclass(frozen=True, slots=True)
class Half:
    """One of two halves with pictures, and what is said below them."""

    name: str
    pictures: Sequence[Picture]
    notes: Sequence[str]


class Paper:
    """A form while it is filled, from the top down."""

    def __init__(self, name: str) -> None:
        """Begin an empty sheet of this name."""
        self._book = Workbook()
        book: Any = self._book  # for the default style, which nothing published reaches
        book.properties.title, book.properties.creator = clean(name), None
        book._named_styles["Normal"].font = Font(name=FONTS.body, size=SIZE)  # noqa: SLF001
        self._sheet: Any = book.active  # Any: the published types leave out much of what a sheet has
        self._sheet.title = re.sub(r"[\\/*?:\[\]']", "", clean(name))[:SHEET_NAME] or "表"
        for letter, width in zip("ABCD", WIDTHS, strict=True):
            self._sheet.column_dimensions[letter].width = width
        self._row = 0  # the last one filled
        self._elastic: list[int] = []  # rows that may grow

    def heading(self, title: str, left: str, right: str) -> None:
        """Write the title, and below it two lines side by side."""
        lines = count_lines(clean(title), sum(WIDTHS) * SIZE / LARGE)
        self._next(lines * TITLE_LINE + PADDING)
        self._put(_ALL, title, Look(FONTS.title, LARGE, border=None, across="center"))
        self._next(_LINE + PADDING)
        self._put(_LEFT, left, _OPEN)
        self._put(_RIGHT, right, Look(border=None, across="right"))

    def pair(self, *facts: tuple[str, str]) -> None:
        """Write two short facts beside each other: what each is called, what it is."""
        self._next(max(_FACT, *(_height(text, span) for (_, text), span in zip(facts, _PAIR, strict=True))))
        for (label, text), span in zip(facts, _PAIR, strict=True):
            self._put((span[0] - 1, span[0] - 1), label, _LABEL)
            self._put(span, text, _SHORT)

    def prose(self, label: str, text: str) -> None:
        """Write a text of any length over the whole width."""
        need, first = max(_height(text, _WHOLE), _PROSE), self._row + 1
        slices = math.ceil(need / _TALLEST)
        for _ in range(slices):
            self._next(need / slices)
        self._put((1, 1), label, _LABEL, first)
        self._put(_WHOLE, text, _TEXT, first)

    def halves(self, left: Half, right: Half) -> None:
        """Put two sets of pictures beside each other, what else belongs to them below."""
        self._next(_FACT)
        self._put(_LEFT, left.name, _LABEL)
        self._put(_RIGHT, right.name, _LABEL)
        most = max(len(left.pictures), len(right.pictures))
        columns, height = next((columns, height) for upto, columns, height in _GRIDS if most <= upto)
        for start in range(0, most, columns):
            self._next((height + 2 * _GAP) * _POINTS)
            for half, span in ((left, _LEFT), (right, _RIGHT)):
                self._put(span, "", Look(border=Border(left=_EDGE, right=_EDGE)))
                for at, picture in enumerate(half.pictures[start : start + columns]):
                    self._place(picture, span, at, columns, height)
        notes = ["\n".join(half.notes) for half in (left, right)]
        self._next(max(_height(note, _LEFT) for note in notes) if any(notes) else PADDING)
        for note, span in zip(notes, (_LEFT, _RIGHT), strict=True):
            self._put(
                span, note, Look(size=SMALL, border=Border(left=_EDGE, right=_EDGE, bottom=_EDGE), across="center")
            )

    def opinion(self, name: str, text: str, line: str) -> None:
        """Leave room for an opinion, begun with `text`, above a line to sign."""
        self._next(max(_height(text, _WHOLE), _OPINION))
        self._elastic.append(self._row)
        self._put(_WHOLE, text, Look(border=Border(left=_EDGE, right=_EDGE, top=_EDGE), down="top", indent=1))
        self._next(_SIGN)
        self._put(_WHOLE, line, Look(border=Border(left=_EDGE, right=_EDGE, bottom=_EDGE), across="right", indent=1))
        self._put((1, 1), name, _LABEL, self._row - 1)

    def save(self, target: Path | BinaryIO) -> None:
        """Set up the page and write the workbook to a path or into an open binary file."""
        spare = _PAGE - self._height
        for row in self._elastic:
            self._sheet.row_dimensions[row].height += min(max(spare / len(self._elastic), 0), _GROW)
        sheet = self._sheet
        sheet.print_area = f"A1:D{self._row}"
        sheet.page_margins = _MARGINS
        sheet.print_options.horizontalCentered = True
        sheet.sheet_view.showGridLines = False
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait", 9  # A4
        # One page as long as it can be read; else as many as it takes.
        one = self._height <= _PAGE / _LEAST_SCALE
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(one)
        if not one:
            sheet.oddFooter.center.text = "第&P页/共&N页"
        self._book.save(target)

    @property
    def _height(self) -> float:
        return math.fsum(self._sheet.row_dimensions[row].height for row in range(1, self._row + 1))

    def _next(self, height: float) -> None:
        self._row += 1
        self._sheet.row_dimensions[self._row].height = height

    def _put(self, span: Span, text: str, look: Look, first: int = 0) -> None:
        """Write into a block: these columns, from row `first` (or the present one) to the present one."""
        first = first or self._row
        cell = self._sheet.cell(first, span[0])
        cell.value = _ESCAPE.sub("_x005F_", clean(text)) or None
        if text:
            cell.data_type = "s"  # openpyxl has taken "=1+1" for a formula
        cell.quotePrefix = text.startswith(("=", "+", "-", "@"))  # and Excel would, once somebody edits it
        cell.font = Font(name=look.font, size=look.size)
        cell.alignment = Alignment(horizontal=look.across, vertical=look.down, wrap_text=True, indent=look.indent)
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.border:
            cell.border = look.border  # before merging, which gives the outer edges to all cells of the block
        if (first, span[0]) != (self._row, span[1]):
            self._sheet.merge_cells(start_row=first, start_column=span[0], end_row=self._row, end_column=span[1])

    def _place(self, picture: Picture, span: Span, at: int, columns: int, height: int) -> None:
        """Lay a picture into the middle of its place: the `at`-th of `columns` in the present row of a half."""
        room = _HALF / columns
        scale = min((room - 2 * _GAP) / picture.width, height / picture.height, 1)
        wide, high = picture.width * scale, picture.height * scale
        left = room * at + (room - wide) / 2
        column = span[0] - 1
        if left >= _PIXELS[column]:  # a place is told by its own column: what is beyond its edge, Excel cuts off
            left -= _PIXELS[column]
            column += 1
        top = _GAP + (height - high) / 2
        image = Image(BytesIO(picture.content))
        corner = AnchorMarker(col=column, colOff=round(left * _EMU), row=self._row - 1, rowOff=round(top * _EMU))
        image.anchor = OneCellAnchor(_from=corner, ext=XDRPositiveSize2D(round(wide * _EMU), round(high * _EMU)))
        self._sheet.add_image(image)


def _height(text: str, span: Span) -> float:
    """Return the points a text takes in these columns, its indent left free."""
    return count_lines(clean(text), sum(WIDTHS[span[0] - 1 : span[1]]) - _INDENT) * _LINE + PADDING
