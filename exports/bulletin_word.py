"""The same 通报 for those who must edit it: a Word document with its headings, paragraphs and tables.

Owns how it looks in Word, and knows python-docx. Leaves out what it says (`exports.bulletin`). It may be longer than a
page; its fonts are those that offices have.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH as TO
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.core.plain_text import clean

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

    from exports.bulletin import Bulletin, Grid
    from storage.files import FileStore

CELL_STYLE: Final = "表格文字"
#: Font, size and line spacing in points: 二号, 三号, 五号, as official documents have them.
STYLES: Final = {
    "Normal": ("仿宋", 16, 28),
    "Title": ("黑体", 22, 34),
    "Heading 1": ("黑体", 16, 28),
    CELL_STYLE: ("仿宋", 10.5, 15),
}
#: A4, with the margins of official documents, in centimetres.
_PAGE: Final = (21.0, 29.7)
_TOP, _BOTTOM, _LEFT, _RIGHT = 3.7, 3.5, 2.8, 2.6
#: Of the columns beside the name's.
_COLUMN: Final = 1.9


def word_bytes(bulletin: Bulletin, files: FileStore | None = None) -> bytes:  # noqa: ARG001 - as every document
    """Return it as the bytes of a .docx document."""
    document = _blank(bulletin)
    _line(document, bulletin.title, "Title", TO.CENTER)
    _line(document, bulletin.issue, "Normal", TO.CENTER)
    _ends(document, bulletin.bureau, bulletin.day)
    for section in bulletin.sections:
        _line(document, section.title, "Heading 1")
        for each in section.paragraphs:
            _line(document, each).paragraph_format.first_line_indent = Pt(2 * STYLES["Normal"][1])
        for grid in section.grids:
            _table(document, grid)
    _line(document, "")
    for each in (bulletin.bureau, f"{bulletin.day}（盖章）"):
        _line(document, each, "Normal", TO.RIGHT).paragraph_format.keep_together = True
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _blank(bulletin: Bulletin) -> Word:
    """Return a document with nothing on it: its page, its styles, and whose it is."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = (Cm(each) for each in _PAGE)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = (
        Cm(each) for each in (_TOP, _BOTTOM, _LEFT, _RIGHT)
    )
    styles = document.styles
    styles.add_style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    for name, (font, size, spacing) in STYLES.items():
        _style(styles[name], font, size, spacing)
    about = document.core_properties
    about.title, about.author, about.comments = clean(bulletin.title + bulletin.issue), clean(bulletin.bureau), ""
    return document


def _style(style: ParagraphStyle, font: str, size: float, spacing: float) -> None:
    """Have a style print in one font, Chinese and all else, in black."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()  # those of a theme would win
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), False, RGBColor(0, 0, 0)
    shape = style.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Pt(spacing)
    for border in style.element.pPr.findall(qn("w:pBdr")):  # the rule under a title
        style.element.pPr.remove(border)


def _line(document: Word, text: str, style: str = "Normal", to: TO = TO.JUSTIFY) -> Paragraph:
    paragraph = document.add_paragraph(clean(text), style)
    paragraph.alignment = to
    return paragraph


def _ends(document: Word, left: str, right: str) -> None:
    """Write one text at either end of a line."""
    paragraph = _line(document, left)
    paragraph.add_run(f"\t{clean(right)}")
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_PAGE[0] - _LEFT - _RIGHT), WD_TAB_ALIGNMENT.RIGHT)


def _table(document: Word, grid: Grid) -> None:
    """Write a table: rows stay whole, and on every page its headings come first."""
    table = document.add_table(len(grid.rows) + 1, len(grid.head), "Table Grid")
    table.autofit = False
    rest = len(grid.head) - 1
    widths = [Cm(_PAGE[0] - _LEFT - _RIGHT - rest * _COLUMN), *[Cm(_COLUMN)] * rest]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, (row, texts) in enumerate(zip(table.rows, (grid.head, *grid.rows), strict=True)):
        for name in ("w:cantSplit",) if number else ("w:cantSplit", "w:tblHeader"):
            row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no word for it
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[place]
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.style, paragraph.text = CELL_STYLE, clean(text)
            paragraph.alignment = TO.CENTER if place or not number else TO.LEFT
    _line(document, "", CELL_STYLE)
