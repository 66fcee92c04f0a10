"""A table in an office's own workbook: filled as it was drawn, with everything below moved, and never in the way."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from PIL import Image as Picture

from bot import cli
from bot.core.messages import Attachment
from bot.core.tables import Cell, Column, Row, Table
from exports.files import Maker
from exports.office_template import Templates, fill, load
from exports.office_template.check import blank_tables
from exports.office_template.places import UnfitError, find
from exports.office_template.rows import Change
from exports.process import Order, Press
from exports.workbook import FILLS, write
from storage import people
from storage.files import FileStore
from storage.work import Store
from tests.kit.workbooks import faults
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.core.campaign import Campaign
    from storage.work import Work
    from tests.kit.databases import SqliteFiles

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2020, 7, 9, 7, 0, tzinfo=UTC)
EDGE = Side(style="thin")
BOX = Border(left=EDGE, right=EDGE, top=EDGE, bottom=EDGE)
COLUMNS = (
    Column("number", "序号", 5, "count"),
    Column("unit", "单位", 16, "label"),
    Column("done", "工作开展情况", 16),
    Column("found", "发现", 8, "count", total=True, group="累计"),
    Column("mended", "整改", 8, "count", total=True, group="累计"),
    Column("new", "发现", 8, "count", total=True, group="本周"),
    Column("at", "报送时间", 15, "moment"),
)
AT = datetime(2020, 7, 10, 9, 5, tzinfo=SHANGHAI)


def table(*rows: Row | tuple[Cell, ...]) -> Table:
    return Table(
        name="工作汇总表_2020年第28周",
        title="某局工作汇总表",
        columns=COLUMNS,
        rows=tuple(row if isinstance(row, Row) else Row(row) for row in rows),
        unit="汇总单位：某局",
        period="2020年第28周",
        made="汇总时间：2020年7月10日 16:00",
        notes=("应报3家，未报送1家。", "未报送单位：种子站。"),
        signatures=("制表人：", "审核人："),
    )


def units(number: int) -> Table:
    return table(*((at, f"第{at}站", "检查门店。", at, at - 1, 1, AT) for at in range(1, number + 1)))


def draw(cells: Mapping[str, Any], *, merged: Iterable[str] = (), boxed: str = "") -> Workbook:
    """Return a workbook with these cells, the area `boxed` with lines around."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "汇总"
    for at, value in cells.items():
        sheet[at] = value
    for area in merged:
        sheet.merge_cells(area)
    for row in sheet[boxed] if boxed else ():
        for cell in row:
            cell.border = BOX
    return book


def grouped(**more: str) -> Workbook:
    """Return a form of two rows of headings, four empty rows, sums and a place to sign."""
    heads = {"A3": "序 号", "B3": "单位\n", "C3": "工作开展　情况", "D3": "累计", "F3": "本周", "H3": "报送时间："}
    below = {"D4": "发现", "E4": "整改", "F4": "发现", "G4": "完成率"}
    foot = {"A9": "合 计", "A10": "单位负责人：", "E10": "填表人："}
    areas = ("A1:H1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:H4", "A9:C9", "A10:D10", "E10:H10")
    book = draw({"A1": "{{标题}}", **heads, **below, **foot, **more}, merged=areas, boxed="A3:H9")
    sheet: Any = book.active
    sheet.row_dimensions[5].height, sheet.row_dimensions[10].height = 31, 44
    sheet.column_dimensions["C"].width = 30
    return book


def filled(book: Workbook, told: Table, tmp_path: Path) -> Any:  # noqa: ANN401 - openpyxl's published types lack much
    """Return the workbook with the table in it, read back."""
    book.save(tmp_path / "template.xlsx")
    made = fill(tmp_path / "template.xlsx", told)
    assert not faults(made)
    return load_workbook(BytesIO(made))


def logo() -> Image:
    Picture.new("RGB", (40, 20), "red").save(made := BytesIO(), "png")
    return Image(made)


def lines(sheet: Any) -> list[list[object]]:  # noqa: ANN401 - as above
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def areas(sheet: Any) -> set[str]:  # noqa: ANN401 - as above
    return {str(area) for area in sheet.merged_cells.ranges}


# ── Where things go ──────────────────────────────────────────────────────


def test_columns_go_below_their_headings_and_what_is_below_moves_down(tmp_path: Path) -> None:
    book = filled(grouped(), units(6), tmp_path)
    (sheet,) = book.worksheets

    at = datetime(2020, 7, 10, 9, 5)  # noqa: DTZ001 - a workbook knows no zones
    assert lines(sheet)[0] == ["某局工作汇总表", *[None] * 7]
    assert lines(sheet)[4:] == [
        *([n, f"第{n}站", "检查门店。", n, n - 1, 1, None, at] for n in range(1, 7)),
        ["合 计", None, None, 21, 15, 6, None, None],
        ["单位负责人：", None, None, None, "填表人：", None, None, None],
    ]
    assert {"A11:C11", "A12:D12", "E12:H12", "A3:A4", "A1:H1"} <= areas(sheet)
    assert len(areas(sheet)) == 10
    assert [sheet.row_dimensions[row].height for row in (5, 10, 12)] == [31, 31, 44]
    assert all(sheet.cell(row, column).border.bottom.style for row in range(5, 12) for column in range(1, 9))
    assert "h" in sheet["H7"].number_format


@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_rows_left_over_are_taken_out(tmp_path: Path, number: int) -> None:
    (sheet,) = filled(grouped(), units(number), tmp_path).worksheets

    assert [row[0] for row in lines(sheet)[4:]] == [*(range(1, number + 1) or [None]), "合 计", "单位负责人："]


EXAMPLES: dict[str, Any] = {
    "A1": "序号", "B1": "单位", "C1": "累计发现", "D1": "备注",
    "A2": 1, "B2": "甲站", "C2": 5, "D2": "示例",
    "A3": 2, "B3": "乙站", "C3": 6,
    "A4": 3, "B4": "丙站",
    "A5": "合计", "C5": "=SUM(C2:C4)",
    "A6": "填表人：", "B6": "赵某", "C6": "审核人：", "D6": "钱某",
}  # fmt: skip


@pytest.mark.parametrize("number", [0, 2, 5])
def test_a_form_that_was_filled_in_before_is_emptied_first(tmp_path: Path, number: int) -> None:
    (sheet,) = filled(draw(EXAMPLES, boxed="A1:D6"), units(number), tmp_path).worksheets

    last = max(number, 1) + 1
    records = [[at, f"第{at}站", at, None] for at in range(1, number + 1)] or [[None] * 4]
    foot = [["合计", None, f"=SUM(C2:C{last})", None], ["填表人：", "赵某", "审核人：", "钱某"]]
    assert lines(sheet)[1:] == records + foot


def test_a_form_that_lists_the_units_has_them_listed_anew(tmp_path: Path) -> None:
    cells = {
        "A1": "单位",
        "B1": "累计发现",
        "C1": "整改",
        "A2": "甲站",
        "A3": "乙站",
        "A4": "填表人：",
        "B4": "审核人：",
    }
    (sheet,) = filled(draw(cells, boxed="A1:C4"), units(3), tmp_path).worksheets

    assert [row[0] for row in lines(sheet)[1:]] == ["第1站", "第2站", "第3站", "填表人："]


def test_a_form_with_placeholders_says_the_rest_in_every_row(tmp_path: Path) -> None:
    cells = {
        "A1": "{{标题}}（{{期次}}）",
        "A2": "填报单位：{{ 汇总单位 }}",
        "C2": "｛｛制表时间｝｝",
        "A3": "名称",
        "B3": "累计问题",
        "A4": "{{单位}}（公章）",
        "B4": "{{累计/发现}}",
        "C4": "发现{{本周/发现}}件，{{报送时间}}报",
        "D4": "件",
        "E4": "{{不知}}",
        "A5": "{{合计}}",
        "B5": "{{合计:累计/发现}}",
        "A6": "说明：\n{{备注}}",
        "A7": "{{签字}}{{什么}}",
    }
    book = draw(cells, boxed="A3:E5")
    book.create_sheet("封面")["A1"] = "{{标题}}"
    made = filled(book, units(2), tmp_path)

    assert lines(made["汇总"]) == [
        ["某局工作汇总表（2020年第28周）", None, None, None, None],
        ["填报单位：某局", None, "汇总时间：2020年7月10日 16:00", None, None],
        ["名称", "累计问题", None, None, None],
        ["第1站（公章）", 1, "发现1件，2020年7月10日 09:05报", "件", None],
        ["第2站（公章）", 2, "发现1件，2020年7月10日 09:05报", "件", None],
        ["合计", 3, None, None, None],
        ["说明：\n应报3家，未报送1家。\n未报送单位：种子站。", None, None, None, None],
        ["制表人：　　　　　　审核人：", None, None, None, None],
    ]
    assert made["封面"]["A1"].value == "某局工作汇总表"


def test_headings_stand_in_for_placeholders_that_are_not_there(tmp_path: Path) -> None:
    book = draw({"A1": "序号", "B1": "名称", "C1": "累计发现", "B2": "{{单位}}"})
    (sheet,) = filled(book, units(2), tmp_path).worksheets

    assert lines(sheet)[1:] == [[1, "第1站", 1], [2, "第2站", 2]]


def test_columns_of_one_name_are_taken_in_their_order(tmp_path: Path) -> None:
    people = tuple(
        Column(f"{group}{title}", title, 9, "label", group=group)
        for group in ("领导", "联系人")
        for title in ("姓名", "职务")
    )
    told = Table("名册", "名册", people, (Row(("赵某", "局长", "孙某", "科员")),))
    (sheet,) = filled(draw({"A1": "领导", "B1": "职务", "C1": "联系人", "D1": "岗位"}), told, tmp_path).worksheets
    assert lines(sheet)[1] == ["赵某", None, "孙某", None]  # which of the two is not said

    (sheet,) = filled(draw({"A1": "领导", "B1": "职务", "C1": "联系人", "D1": "职 务"}), told, tmp_path).worksheets
    assert lines(sheet)[1] == ["赵某", "局长", "孙某", "科员"]


@pytest.mark.parametrize("top", [True, False])
def test_sums_may_stand_above_the_records_and_columns_be_numbered(tmp_path: Path, top: bool) -> None:  # noqa: FBT001
    sums = {"A3": "合计"} if top else {"A4": "合计"}
    cells = {"A1": "单位", "B1": "累计发现", "C1": "整改", "D1": "备注", "A2": "甲", "B2": "1", "C2": "2", "D2": "3"}
    (sheet,) = filled(draw({**cells, **sums}, boxed="A1:D4"), units(2), tmp_path).worksheets

    records = [["第1站", 1, 0, None], ["第2站", 2, 1, None]]
    whole = [["合计", 3, 1, None]]
    assert lines(sheet)[2:] == (whole + records if top else records + whole)


def test_headings_alone_are_enough(tmp_path: Path) -> None:
    book = draw({"A1": "单位", "B1": "累计发现", "A2": "制表人："}, boxed="A1:B1")
    sheet: Any = book.active
    for cell in sheet[1]:
        cell.font, cell.fill = Font(name="黑体", b=True), PatternFill("solid", fgColor="DDDDDD")
    sheet.print_area = "A1:B1"
    (sheet,) = filled(book, units(2), tmp_path).worksheets

    assert lines(sheet) == [["单位", "累计发现"], ["第1站", 1], ["第2站", 2], ["制表人：", None]]
    record = sheet["A2"]
    assert (record.font.name, record.font.b, record.fill.fill_type) == ("黑体", False, None)
    assert record.border.bottom.style
    assert sheet.print_area == "'汇总'!$A$1:$B$3"


def test_the_sheet_with_most_headings_is_filled_and_the_others_stay(tmp_path: Path) -> None:
    book = grouped()
    other = book.create_sheet("填表说明", 0)
    other["A1"], other["B1"] = "单位", "说明"
    made = filled(book, units(1), tmp_path)

    assert lines(made["填表说明"]) == [["单位", "说明"]]
    assert made["汇总"]["B5"].value == "第1站"


def test_every_table_knows_its_own_headings_again(campaign: Campaign, tmp_path: Path) -> None:
    tables = blank_tables(campaign, NOW)

    assert len(tables) >= 9
    for name, told in tables.items():
        write(told, tmp_path / f"{name}.xlsx")
        found = find(load(tmp_path / f"{name}.xlsx"), told.columns)
        assert [place.column for place in found.places] == list(range(1, len(told.columns) + 1)), name
        assert not found.missing
        assert not found.unknown


# ── What follows the rows ────────────────────────────────────────────────


def with_formulas() -> Workbook:
    rows = {f"G{row}": f"=IF(D{row}=0,0,E{row}/D{row}/D$9)" for row in range(5, 9)}
    book = grouped(**rows, E9="=SUM(E5:E8)", G9="=SUM(G5:G8)+SUM(D5:F5)", A11="占比", B11="=E9/D9", H1="=D$9")
    other = book.create_sheet("附表")
    other["A1"], other["A2"], other["A3"] = "=汇总!E9", "=SUM(汇总!D5:D8)", "=A1+附表!A9"
    return book


def test_formulas_follow_their_rows(tmp_path: Path) -> None:
    book = with_formulas()
    book.defined_names["合计数"] = DefinedName("合计数", attr_text="汇总!$D$9")
    made = filled(book, units(6), tmp_path)
    sheet = made["汇总"]

    assert [sheet[f"G{row}"].value for row in (5, 10)] == [f"=IF(D{n}=0,0,E{n}/D{n}/D$11)" for n in (5, 10)]
    assert (sheet["D11"].value, sheet["E11"].value, sheet["B13"].value) == (21, "=SUM(E5:E10)", "=E11/D11")
    assert sheet["G11"].value == "=SUM(G5:G10)+SUM(D5:F10)"
    assert [cell.value for cell in made["附表"]["A"]] == ["=汇总!E11", "=SUM(汇总!D5:D10)", "=A1+附表!A9"]
    assert made.defined_names["合计数"].attr_text == "汇总!$D$11"
    assert made.calculation.fullCalcOnLoad


def test_rules_breaks_pictures_and_charts_follow_their_rows(tmp_path: Path) -> None:
    book = grouped()
    sheet: Any = book.active
    sheet.add_image(logo(), "A1")
    sheet.add_image(logo(), "G10")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=4, max_row=8), titles_from_data=True)
    sheet.add_chart(chart, "A12")
    sheet.print_area, sheet.print_title_rows, sheet.freeze_panes = "A1:H10", "3:4", "C5"
    sheet.row_breaks.append(Break(id=10))
    sheet.auto_filter.ref = "A4:H8"
    sheet.conditional_formatting.add("A5:H8", Rule("expression", formula=["$D5>$D$9"]))
    choice = DataValidation(type="list", formula1='"是,否"')
    sheet.add_data_validation(choice)
    choice.add("G5:G8")
    choice.add("B10")
    sheet["A10"].hyperlink = "https://example.invalid/"
    (sheet,) = filled(book, units(6), tmp_path).worksheets

    assert [image.anchor._from.row for image in sheet._images] == [0, 11]
    assert sheet._charts[0].anchor._from.row == 13
    assert sheet._charts[0].ser[0].val.numRef.f == "'汇总'!$D$5:$D$10"
    assert (sheet.print_area, sheet.print_title_rows, sheet.freeze_panes) == ("'汇总'!$A$1:$H$12", "$3:$4", "C5")
    assert [each.id for each in sheet.row_breaks.brk] == [12]
    assert sheet.auto_filter.ref == "A4:H10"
    ((rule,),) = ([(str(each.sqref), each.rules[0].formula)] for each in sheet.conditional_formatting)
    assert rule == ("A5:H10", ["$D5>$D$11"])
    assert str(sheet.data_validations.dataValidation[0].sqref) == "B12 G5:G10"
    assert sheet["A12"].hyperlink.ref == "A12"


@given(
    first=st.integers(2, 30),
    prepared=st.integers(0, 8),
    count=st.integers(1, 60),
    row=st.integers(1, 80),
    more=st.integers(0, 20),
)
def test_rows_keep_their_order_whatever_is_put_in(first: int, prepared: int, count: int, row: int, more: int) -> None:
    change = Change("表", first, first + prepared - 1, count)

    assert change.row(row) <= change.row(row + 1)
    assert change.row(first - 1) == first - 1
    assert change.row(first + prepared) == first + count
    top, bottom = change.span(row, row + more)
    assert top <= bottom
    if prepared and row <= first and row + more >= first + prepared - 1:
        assert (top, bottom) <= (first, max(bottom, first + count - 1))
        assert bottom - top >= count - 1
    assert change.formula(f"=SUM(A{row}:A{row + more})", "表") == f"=SUM(A{top}:A{bottom})"
    assert change.formula(f'=SUM(B!A{row}:A9)&"A{row}"', "表") == f'=SUM(B!A{row}:A9)&"A{row}"'


# ── What stands in the cells ─────────────────────────────────────────────


def test_what_is_typed_stays_text(tmp_path: Path) -> None:
    typed = ("=1+1", "{{标题}}", "a\x00b\x1b", "#N/A", "_x0041_", '=HYPERLINK("http://example.invalid")')
    told = table(*((1, text, text, 1, 1, 1, None) for text in typed))
    (sheet,) = filled(grouped(), told, tmp_path).worksheets

    cells = [sheet.cell(row, 2) for row in range(5, 5 + len(typed))]
    assert [cell.value for cell in cells] == ["=1+1", "{{标题}}", "ab", "#N/A", "_x005F_x0041_", typed[-1]]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells] == [True, False, False, False, False, True]


def test_looks_are_the_template_s_but_for_what_the_table_has_to_say(tmp_path: Path) -> None:
    book = grouped()
    sheet: Any = book.active
    sheet["B5"].font, sheet["B5"].alignment = Font(name="楷体", size=14), Alignment(horizontal="right")
    sheet["D5"].number_format = '0"件"'
    sheet["H5"].number_format = "yyyy/mm/dd"
    told = table((1, "甲", "短", 1, 0, 1, AT), Row((2, "乙" * 40, "短", 1, 0, 1, None), "missing"))
    (sheet,) = filled(book, told, tmp_path).worksheets

    for row in (5, 6):
        assert (sheet.cell(row, 2).font.name, sheet.cell(row, 2).alignment.horizontal) == ("楷体", "right")
        assert sheet.cell(row, 4).number_format == '0"件"'
    assert sheet["H5"].number_format == "yyyy/mm/dd"
    assert sheet["H5"].alignment.shrink_to_fit  # or it is shown as ####
    assert (sheet["B5"].alignment.wrap_text, sheet["B6"].alignment.wrap_text) == (None, True)
    assert (sheet["B5"].fill.fill_type, sheet["B6"].fill.fgColor.rgb) == (None, f"00{FILLS['missing']}")
    assert sheet["G6"].fill.fill_type is None  # no column of the table's
    assert sheet.row_dimensions[5].height == 31
    assert sheet.row_dimensions[6].height > 14 * 8


def test_a_record_too_long_for_a_row_takes_several(tmp_path: Path) -> None:
    long = "检查农资门店，宣讲法律法规。" * 120
    (sheet,) = filled(
        grouped(), table((1, "甲", long, 1, 1, 1, None), (2, "乙", "短", 2, 2, 2, None)), tmp_path
    ).worksheets

    (below,) = (row for row in range(6, 40) if sheet.cell(row, 1).value == 2)
    heights = [sheet.row_dimensions[row].height for row in range(5, below)]
    assert sheet["C5"].value == long
    assert {f"{letter}5:{letter}{below - 1}" for letter in "ABCDEFGH"} <= areas(sheet)
    assert max(heights) <= 409
    assert sum(heights) > 409
    assert [sheet.cell(below + 1, column).value for column in (1, 4, 5)] == ["合 计", 3, 3]


def test_notes_have_room_and_a_line_that_fits_is_left_alone(tmp_path: Path) -> None:
    book = grouped(A2="{{汇总单位}}", A11="{{备注}}")
    sheet: Any = book.active
    sheet.merge_cells("A11:B11")
    (sheet,) = filled(book, units(1), tmp_path).worksheets

    assert sheet["A2"].alignment.wrap_text is None
    assert sheet["A8"].alignment.wrap_text
    assert sheet.row_dimensions[8].height > 4 * 11


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.integers(0, 900).map("检查门店宣讲法规".__mul__)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, max_size=60), prepared=st.integers(1, 5))
def test_any_records_fit_in(tmp_path: Path, texts: list[str], prepared: int) -> None:
    cells = {"A1": "序号", "B1": "单位", "C1": "工作开展情况", "A8": "落款"}
    book = draw(cells, merged=("C2:D2", "A8:D8"), boxed=f"A1:D{1 + prepared}")
    sheet: Any = book.active
    for row in range(3, 2 + prepared):
        sheet.merge_cells(f"C{row}:D{row}")
    told = table(*((at, "站", text, at, 0, 0, None) for at, text in enumerate(texts, 1)))
    (sheet,) = filled(book, told, tmp_path).worksheets

    rows = [row for row in range(2, sheet.max_row + 1) if isinstance(sheet.cell(row, 1).value, int)]
    assert [sheet.cell(row, 1).value for row in rows] == list(range(1, len(texts) + 1))
    own = made(None, told)
    assert [sheet.cell(row, 3).value for row in rows] == [
        own.cell(row, 3).value for row in range(1, own.max_row + 1) if isinstance(own.cell(row, 1).value, int)
    ]
    (foot,) = (row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == "落款")
    taken = [cell for area in sheet.merged_cells.ranges for cell in area.cells]
    assert len(taken) == len(set(taken))  # Excel repairs a file in which merged cells overlap
    assert f"A{foot}:D{foot}" in areas(sheet)
    assert all((sheet.row_dimensions[row].height or 15) <= 409 for row in range(1, foot + 1))


# ── Never in the way ─────────────────────────────────────────────────────


def made(folder: Path | None, told: Table, name: str = "weekly") -> Any:  # noqa: ANN401 - as above
    return sheet_of(Templates(folder), told, name)


def sheet_of(templates: Templates, told: Table, name: str = "weekly") -> Any:  # noqa: ANN401 - as above
    templates.write(name, told, target := BytesIO())
    return load_workbook(target).worksheets[0]


@pytest.mark.parametrize(
    ("file", "used"),
    [
        ("weekly.xlsx", True),
        ("Weekly.XLSX", True),
        ("工作汇总表.xlsx", True),
        ("~$weekly.xlsx", False),
        ("ledger.xlsx", False),
    ],
)
def test_a_file_s_name_says_for_which_table_it_is(tmp_path: Path, file: str, used: bool) -> None:  # noqa: FBT001
    grouped().save(tmp_path / file)

    assert (made(tmp_path, units(2))["A3"].value == "序 号") == used
    assert made(tmp_path, units(2), "roster-links")["A3"].value == "序号"
    assert made(tmp_path / "nowhere", units(2))["A3"].value == made(None, units(2))["A3"].value == "序号"


def test_a_template_that_does_not_fit_is_told_once_and_the_table_comes_anyway(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, templates = tmp_path / "weekly.xlsx", Templates(tmp_path)
    own = lines(made(None, units(2)))
    file.write_bytes(b"PK no workbook")
    for _ in range(3):
        assert lines(sheet_of(templates, units(2))) == own
    draw({"A1": "姓名", "B1": "电话"}).save(file)
    assert lines(sheet_of(templates, units(2))) == own
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "weekly.xlsx" in told[0]
    assert "unreadable" in told[0]
    assert "no_header" in told[1]

    grouped().save(file)  # mended: it is read anew
    assert sheet_of(templates, units(2))["A3"].value == "序 号"
    assert len(caplog.records) == 2


def test_rows_merged_downwards_cannot_be_filled_one_by_one(tmp_path: Path) -> None:
    grouped().save(tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    book.worksheets[0].merge_cells("B5:B8")
    with pytest.raises(UnfitError, match="merged_down"):
        filled(book, units(1), tmp_path)


@pytest.fixture
def store(sqlite_files: SqliteFiles, tmp_path: Path, campaign: Campaign) -> Iterator[Store]:
    opened = Store(sqlite_files.copy(tmp_path), now=lambda: NOW, campaign=campaign)
    yield opened
    opened.close()


async def test_what_the_office_gets_is_in_its_own_form(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    cells = {"A1": "{{标题}}", "A2": "单位", "B2": "报送情况"}
    draw(cells, boxed="A2:B3").save(folder / "每周工作信息汇总表.xlsx")
    maker = Maker(store, FileStore(tmp_path / "files"), folder)
    made = await maker.make(Attachment("table", "weekly/2020-W28", "表.xlsx"))

    (sheet,) = load_workbook(BytesIO(made.content)).worksheets
    assert sheet["A1"].value.endswith("每周工作信息汇总表")
    assert [row[0] for row in lines(sheet)[2:]] == [unit.name for unit in store.campaign.units]
    assert {row[1] for row in lines(sheet)[2:]} == {"尚未报送"}


async def test_a_child_writes_into_the_template_as_well(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def enter_some(work: Work) -> None:
        by = people.create_person(work, "孙某")
        for number in range(5):
            enter(work, by, new(f"第{number}件"))

    await store.run(enter_some)
    draw({"A1": "编号", "B1": "具体问题表述", "A3": "制表人："}, boxed="A1:B2").save(tmp_path / "ledger.xlsx")
    press, order = Press(store.url, templates=tmp_path), Order("ledger", "", NOW, store.campaign)
    (sheet,) = load_workbook(BytesIO(await press.print(order))).worksheets
    assert {row[1] for row in lines(sheet)[1:-1]} == {f"第{number}件" for number in range(5)}
    assert lines(sheet)[-1] == ["制表人：", None]
    assert not caplog.records

    (tmp_path / "ledger.xlsx").write_bytes(b"")
    for _ in range(2):
        (sheet,) = load_workbook(BytesIO(await press.print(order))).worksheets
        assert sheet["A3"].value == "序号"
    assert [record.getMessage().partition("(")[2][:10] for record in caplog.records] == ["unreadable"]


# ── In a spreadsheet program ─────────────────────────────────────────────


@pytest.mark.skipif(shutil.which("soffice") is None, reason="not installed: soffice")
def test_a_formula_over_its_own_record_stays_there_in_every_record(tmp_path: Path) -> None:
    made = filled(grouped(**{f"G{row}": f"=SUM(D{row}:F{row})" for row in range(5, 9)}), units(6), tmp_path)
    assert [made["汇总"][f"G{row}"].value for row in range(5, 11)] == [f"=SUM(D{row}:F{row})" for row in range(5, 11)]


def test_a_spreadsheet_program_reads_it_and_its_formulas_come_out_right(tmp_path: Path) -> None:
    book = with_formulas()
    sheet: Any = book.active
    sheet.add_image(logo(), "A1")
    book.save(tmp_path / "template.xlsx")
    told = table(*((at, "站", "检查门店。" * 40 * at, 10, at, 1, AT) for at in range(1, 10)))
    (tmp_path / "made.xlsx").write_bytes(fill(tmp_path / "template.xlsx", told))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ("soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "read"))
    subprocess.run((*command, str(tmp_path / "made.xlsx")), capture_output=True, timeout=120, check=True)  # noqa: S603

    read = load_workbook(tmp_path / "read" / "made.xlsx", data_only=True)
    sheet = read["汇总"]
    (foot,) = (row for row in range(5, sheet.max_row) if sheet.cell(row, 1).value == "合 计")
    assert (sheet.cell(foot, 4).value, sheet.cell(foot, 5).value) == (90, 45)
    assert sheet.cell(foot + 2, 2).value == 0.5
    assert [cell.value for cell in read["附表"]["A"]] == [45, 90, 45]
    assert len(sheet._images) == 1
    assert sheet.cell(foot + 1, 5).value == "填表人："


# ── What the check says ──────────────────────────────────────────────────


def checked(book: Workbook | None, file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    if book is not None:
        book.save(file)
    status = cli.main(["export", "check", str(file)])
    return status, capsys.readouterr().out


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DUBAN_CAMPAIGN", raising=False)
    monkeypatch.chdir(tmp_path)  # and no .env


def test_the_check_says_what_fits_and_what_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads = {"A3": "序号", "B3": "单位", "C3": "问题描述", "D3": "整改期限", "E3": "经办科室", "F3": "整改进展"}
    more = {"A1": "{{标题}}", "D1": "{{表题}}", "F4": "=A4", "A6": "合计", "B6": "=COUNTA(B4:B5)"}
    status, said = checked(draw({**heads, **more}, boxed="A3:F6"), tmp_path / "问题台账.xlsx", capsys)

    assert status == 0
    for words in (
        "可以使用，对应“问题台账”（ledger）。",
        "工作表“汇总”：表头在第3行，数据从第4行起，样式取自第4行。",
        "预留的空行（第5至5行）",
        "已对应3列：A3 序号，B3 单位，F3 整改进展。",
        "会写入的列（28列）：编号、",
        "不认识的表头（3处，该列留空）：C3“问题描述”，是否应为“具体问题表述”；D3“整改期限”，是否应为“整改时限”；E3“经办科室”",
        "占位符：A1 {{标题}}。",
        "不认识的占位符（1处，将留空）：D1“{{表题}}”，是否应为“{{标题}}”。",
        "不会写入的内容：{{汇总单位}}、{{制表时间}}、{{备注}}、{{签字}}。",
        "公式2处",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("file", "cells", "words"),
    [
        ("weekly.xlsx", {"A1": "姓名"}, "没有找到表头"),
        ("周报.xlsx", {"A1": "单位"}, "statistics.xlsx 或 专项整治情况统计表（附件2）.xlsx"),
        ("ledger.xlsx", None, "文件打不开"),
        ("ledger.xlsm", {"A1": "单位", "B1": "编号"}, "模板须为 .xlsx 文件"),
    ],
)
def test_the_check_says_what_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, cells: dict[str, str] | None, words: str
) -> None:
    status, said = checked(draw(cells) if cells else None, tmp_path / file, capsys)

    assert status == 2
    assert "不能使用" in said
    assert words in said


def test_the_check_names_what_gets_lost_and_where_sums_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reconciliation.xlsx"
    draw({"A1": "单位", "B1": "累计/发现", "C1": "整改率", "A3": "合计"}, boxed="A1:C3").save(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/drawings/drawing9.xml", "<xdr:wsDr><xdr:sp/></xdr:wsDr>")
    status, said = checked(None, file, capsys)

    assert status == 0
    assert "B1 累计/发现，C1 累计/整改率" in said
    assert "合计写入第3行" in said
    assert "填入后不会保留：文本框和图形。" in said


def test_the_check_says_what_is_taken_for_an_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = checked(draw(EXAMPLES, boxed="A1:D6"), tmp_path / "reconciliation.xlsx", capsys)

    assert status == 0
    assert "第2至4行已有的内容视为示例，填入后不保留，行数按实际增减。" in said
    assert "预留的空行" not in said


def test_the_check_needs_no_database(tmp_path: Path) -> None:
    root = Path(cli.__file__).parents[1]
    grouped().save(tmp_path / "weekly.xlsx")
    done = subprocess.run(  # noqa: S603
        (sys.executable, str(root / "bot.py"), "export", "check", "weekly.xlsx"),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert "对应“每周工作信息汇总表”（weekly）" in done.stdout.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["weekly.xlsx"]
