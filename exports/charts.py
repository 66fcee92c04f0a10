"""A table's charts as Excel draws them: they point at the cells, so that a number changed there moves its bar.

Owns their looks. Leaves out which numbers are drawn (`bot.core.tables.Chart`), and where on the sheet
(`exports.workbook`). The numbers of the moment are written into the chart as well: a phone that only shows files does
not look at the cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl.chart import BarChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumFmt,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout
from openpyxl.chart.series import Series as Bars
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.descriptors import Typed
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter, quote_sheetname

from bot.core.plain_text import clean

if TYPE_CHECKING:
    from bot.core.tables import Chart, Series, Table
    from exports.workbook import Fonts

#: Light and dark: told apart on a black and white printer as well.
COLOURS: Final = ("A9BED3", "2F5D8A", "C9A66B", "7A7A7A")
LINES: Final = "D9D9D9"
#: Hundredths of a point.
TITLE, TEXT, LABEL = 1400, 1050, 900
#: What stands at the end of a bar; nothing where there is none.
COUNTED: Final = "0;;"
#: Up to this number each step of the axis is one: there are no half entries.
STEPPED: Final = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: its sheet, and the rows of its lower headings, its first and last record, its sums."""

    sheet: str
    head: int
    first: int
    last: int
    sums: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring cells, and what is in them."""

    cells: str
    values: list[str]


class _Labels(DataLabelList):
    """Labels whose format is not the cells': openpyxl's do not say, and programs differ in what that means."""

    numFmt = Typed(expected_type=NumFmt, allow_none=True)  # type: ignore[assignment]  # noqa: N815 - as it is called
    __elements__ = DataLabelList.__elements__
    __nested__ = tuple(name for name in DataLabelList.__nested__ if name != "numFmt")


def draw(chart: Chart, table: Table, place: Place, fonts: Fonts) -> BarChart:
    """Return the chart: lying bars with a row each, or columns side by side with a sum each."""
    made = BarChart(barDir="bar" if chart.labels else "col", gapWidth=45, overlap=0)
    made.title = _title(chart.title, fonts)
    names = _names(chart, table, place)
    runs = [_numbers(series, chart, table, place) for series in chart.series]
    for number, (series, run) in enumerate(zip(chart.series, runs, strict=True)):
        made.series.append(_bars(number, series, names, run, fonts))
    peak = max((int(value) for run in runs for value in run.values), default=0)
    for axis in (made.x_axis, made.y_axis):
        axis.delete = False  # openpyxl's own choice hides them
        axis.txPr = _text(TEXT, fonts.body)
    made.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="7F7F7F"))
    made.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill=LINES)))
    made.y_axis.number_format = "0"
    made.y_axis.scaling.min = 0
    made.y_axis.majorUnit = 1 if peak <= STEPPED else None
    if chart.labels:  # the first row on top, and the numbers below all the same
        made.x_axis.scaling.orientation = "maxMin"
        made.y_axis.crosses = "max"
    made.legend.position = "t"
    made.legend.overlay = False
    made.legend.txPr = _text(TEXT, fonts.body)
    made.roundedCorners = False
    return made


def _bars(number: int, series: Series, names: _Run, run: _Run, fonts: Fonts) -> Bars:
    labels = _Labels(numFmt=NumFmt(COUNTED, sourceLinked=False), showVal=True, txPr=_text(LABEL, fonts.body))
    for hidden in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showBubbleSize"):
        setattr(labels, hidden, False)
    words = StrData(ptCount=len(names.values), pt=[StrVal(at, value) for at, value in enumerate(names.values)])
    counts = NumData("General", len(run.values), [NumVal(at, v=value) for at, value in enumerate(run.values)])
    return Bars(
        idx=number,
        order=number,
        tx=SeriesLabel(v=clean(series.name)),
        spPr=GraphicalProperties(solidFill=COLOURS[number % len(COLOURS)]),
        invertIfNegative=False,
        dLbls=labels,
        cat=AxDataSource(strRef=StrRef(names.cells, words)),
        val=NumDataSource(NumRef(run.cells, counts)),
    )


def _names(chart: Chart, table: Table, place: Place) -> _Run:
    """Return what names the bars: the cells of a column, or the headings of several."""
    if chart.labels:
        at = _at(table, chart.labels)
        return _Run(_range(place, at, at, place.first, place.last), [_said(row.cells[at]) for row in table.rows])
    columns = chart.series[0].columns
    first, last = _at(table, columns[0]), _at(table, columns[-1])
    titles = [_said(column.title) for column in table.columns[first : last + 1]]
    return _Run(_range(place, first, last, place.head, place.head), titles)


def _numbers(series: Series, chart: Chart, table: Table, place: Place) -> _Run:
    first, last = _at(table, series.columns[0]), _at(table, series.columns[-1])
    if chart.labels:
        values = [row.cells[first] for row in table.rows]
        return _Run(_range(place, first, first, place.first, place.last), [str(value or 0) for value in values])
    sums = [str(value or 0) for value in table.totals[first : last + 1]]
    return _Run(_range(place, first, last, place.sums, place.sums), sums)


def _at(table: Table, key: str) -> int:
    """Return the place of a column; ValueError when the table has none of this key."""
    return [column.key for column in table.columns].index(key)


def _range(place: Place, left: int, right: int, top: int, bottom: int) -> str:
    begin, end = get_column_letter(left + 1), get_column_letter(right + 1)
    return f"{quote_sheetname(place.sheet)}!${begin}${top}:${end}${bottom}"


def _said(cell: object) -> str:
    return "" if cell is None else clean(str(cell))


def _signs(size: int, font: str, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, latin=Font(typeface=font), ea=Font(typeface=font))


def _text(size: int, font: str) -> RichText:
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_signs(size, font)), r=(), endParaRPr=CharacterProperties())
    return RichText(p=[paragraph])


def _title(text: str, fonts: Fonts) -> Title:
    signs = _signs(TITLE, fonts.title)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=signs), r=[RegularTextRun(signs, clean(text))])
    return Title(tx=Text(rich=RichText(p=[paragraph])), layout=Layout(), overlay=False)
