"""What somebody who opens the workbook finds in it, read back cell by cell."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import MergedCell

from bot.core.plain_text import clean
from bot.core.tables import Cell, Chart, Column, Row, Series, Table
from exports.workbook import (
    FILLS,
    FONTS,
    Fonts,
    count_lines,
    file_name,
    measure,
    share_widths,
    split_columns,
    write,
)
from tests.kit.workbooks import faults

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

SHANGHAI = timezone(timedelta(hours=8))
COLUMNS = (
    Column("number", "序号", 5, "count"),
    Column("unit", "单位", 16, "label"),
    Column("done", "工作开展情况", 16),
    Column("found", "发现", 8, "count", total=True, group="问题数"),
    Column("mended", "整改", 8, "count", total=True, group="问题数"),
    Column("day", "完成日期", 16, "date"),
    Column("at", "报送时间", 15, "moment"),
)
TABLE = Table(
    name="工作汇总表_2020年第28周",
    title="工作汇总表",
    columns=COLUMNS,
    rows=(
        Row(
            (
                1,
                "农机监理站",
                "检查农机合作社8家",
                3,
                2,
                date(2020, 7, 8),
                datetime(2020, 7, 10, 9, 5, tzinfo=SHANGHAI),
            )
        ),
        Row((2, "种子管理站", None, None, None, None, None), "missing"),
        Row(
            (
                3,
                "渔政管理站",
                "巡查水域",
                4,
                0,
                date(2020, 7, 9),
                datetime(2020, 7, 10, 15, 0, tzinfo=SHANGHAI),
            ),
            "late",
        ),
    ),
    unit="单位：农业农村局",
    period="2020年第28周",
    made="汇总时间：2020年7月10日 16:00",
    notes=("应报3家，未报送1家。", "未报送单位：种子管理站。"),
    signatures=("制表人：", "审核人：", "负责人（签字）：　　　（盖章）"),
)


def opened(table: Table, fonts: Fonts = FONTS) -> Worksheet:
    file = BytesIO()
    write(table, file, fonts)
    assert not faults(file.getvalue())
    (sheet,) = load_workbook(file).worksheets
    return sheet


def in_one_cell(text: str) -> Worksheet:
    return opened(Table("文本", "文本", (Column("text", "内容", 40),), (Row((text,)),)))


def test_every_cell_is_where_it_belongs() -> None:
    sheet = opened(TABLE)

    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [
        ["工作汇总表", None, None, None, None, None, None],
        ["单位：农业农村局", None, "2020年第28周", "汇总时间：2020年7月10日 16:00", None, None, None],
        ["序号", "单位", "工作开展情况", "问题数", None, "完成日期", "报送时间"],
        [None, None, None, "发现", "整改", None, None],
        [1, "农机监理站", "检查农机合作社8家", 3, 2, datetime(2020, 7, 8), datetime(2020, 7, 10, 9, 5)],  # noqa: DTZ001
        [2, "种子管理站", None, None, None, None, None],
        [3, "渔政管理站", "巡查水域", 4, 0, datetime(2020, 7, 9), datetime(2020, 7, 10, 15, 0)],  # noqa: DTZ001
        ["合计", None, None, 7, 2, None, None],
        ["应报3家，未报送1家。", None, None, None, None, None, None],
        ["未报送单位：种子管理站。", None, None, None, None, None, None],
        ["制表人：", None, "审核人：", "负责人（签字）：　　　（盖章）", None, None, None],
    ]
    assert {str(area) for area in sheet.merged_cells.ranges} == {
        "A1:G1", "A2:B2", "D2:G2",
        "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:G4",
        "A8:B8", "A9:G9", "A10:G10", "A11:B11", "D11:G11",
    }  # fmt: skip


def test_it_is_a_page_of_paper() -> None:
    sheet = opened(TABLE)

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.freeze_panes == "C5"
    assert sheet.print_area == "'工作汇总表'!$A$1:$G$11"
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center.text == "第&P页/共&N页"
    assert sheet.auto_filter.ref is None


@pytest.mark.parametrize(("rows", "pages_down"), [(1, 1), (15, 1), (18, 1), (22, 0), (300, 0)])
def test_signatures_are_not_alone_on_a_second_page_where_a_little_smaller_print_keeps_them(
    rows: int, pages_down: int
) -> None:
    table = replace(TABLE, rows=(TABLE.rows[0],) * rows)

    assert opened(table).page_setup.fitToHeight == pages_down


def test_without_groups_and_lines_the_header_is_the_second_row() -> None:
    columns = tuple(replace(column, group="") for column in COLUMNS)
    sheet = opened(replace(TABLE, columns=columns, unit="", period="", made=""))

    assert [cell.value for cell in sheet[2]] == [
        "序号",
        "单位",
        "工作开展情况",
        "发现",
        "整改",
        "完成日期",
        "报送时间",
    ]
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.freeze_panes == "C3"


def test_everything_in_the_grid_has_borders_and_wraps() -> None:
    sheet = opened(TABLE)

    for row in sheet["A3:G8"]:
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            assert cell.border.left.style == cell.border.bottom.style == "thin"
            assert cell.alignment.wrap_text
    assert sheet["C5"].alignment.horizontal == "left"
    assert sheet["B5"].alignment.horizontal == "center"
    assert sheet["A10"].border.left.style is None


def test_rows_are_coloured_by_what_they_tell() -> None:
    sheet = opened(TABLE)

    colours = [{cell.fill.fgColor.rgb for cell in sheet[row] if cell.fill.fill_type} for row in (5, 6, 7)]
    assert colours == [set(), {"00" + FILLS["missing"]}, {"00" + FILLS["late"]}]


def test_dates_are_shown_as_an_office_writes_them() -> None:
    sheet = opened(TABLE)

    assert (sheet["F5"].number_format, sheet["G5"].number_format) == (
        'yyyy"年"m"月"d"日"',
        'm"月"d"日" hh:mm',
    )


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 2, 28), datetime(1899, 12, 31, tzinfo=UTC)])
def test_a_day_before_excel_s_calendar_stays_readable(day: date) -> None:
    sheet = opened(Table("日期", "日期", (Column("day", "日期", 16, "date"),), (Row((day,)),)))

    assert sheet["A3"].value == day.isoformat()


def test_the_fonts_are_the_office_s_own() -> None:
    usual, own = opened(TABLE), opened(TABLE, Fonts(title="方正小标宋简体", head="楷体", body="仿宋_GB2312"))

    assert [usual[at].font.name for at in ("A1", "A3", "A5")] == ["黑体", "黑体", "仿宋"]
    assert [own[at].font.name for at in ("A1", "A3", "A5")] == ["方正小标宋简体", "楷体", "仿宋_GB2312"]


def test_the_file_tells_its_title_and_nobody_s_name(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "table.xlsx")

    with zipfile.ZipFile(tmp_path / "table.xlsx") as parts:
        said = parts.read("docProps/core.xml").decode()
    assert ">工作汇总表</dc:title>" in said
    assert "creator" not in said
    assert "lastModifiedBy" not in said


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@某人", '=HYPERLINK("http://example.org")', "=", "=A1&B1"])
def test_a_text_is_never_a_formula(text: str) -> None:
    cell = in_one_cell(text)["A3"]

    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "TRUE", "2020-07-10", "007", "1e5", "<b>粗</b>", "&amp;", "正常"])
def test_a_text_stays_the_text_it_is(text: str) -> None:
    cell = in_one_cell(text)["A3"]

    assert (cell.value, cell.data_type) == (text, "s")
    assert not cell.quotePrefix


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("上\x00下\x1b[0m", "上下[0m"),
        ("半个\ud83d字符", "半个字符"),
        ("一行\r\n两行\r三行", "一行\n两行\n三行"),
        ("字\ufffe符\uffff", "字符"),
        ("\x07", None),
        ("", None),
    ],
)
def test_what_no_workbook_can_hold_is_left_out(typed: str, kept: str | None) -> None:
    assert in_one_cell(typed)["A3"].value == kept


def test_what_looks_like_an_escape_is_written_so_that_it_is_shown_as_it_is() -> None:
    file = BytesIO()
    write(Table("文本", "文本", (Column("text", "内容", 40),), (Row(("编号_x0041_甲_x",)),)), file)

    with zipfile.ZipFile(file) as parts:
        assert "编号_x005F_x0041_甲_x<" in unescape(parts.read("xl/worksheets/sheet1.xml").decode())


@pytest.mark.parametrize("letter", ["字", "a", "😀"])
def test_a_cell_holds_no_more_than_excel_allows(letter: str) -> None:
    value = in_one_cell(letter * 40_000)["A3"].value

    assert isinstance(value, str)
    assert len(value.encode("utf-16-le")) // 2 in {32_766, 32_767}
    assert value.startswith(letter * 16_000)


@given(st.lists(st.text(st.characters(codec=None), max_size=60), min_size=1, max_size=4))
def test_any_text_comes_back_as_text(texts: list[str]) -> None:
    columns = tuple(Column(str(at), text, 10) for at, text in enumerate(texts))
    rows = (Row(tuple(texts)), Row(tuple(texts), "late"))
    title, notes = "".join(texts), tuple(texts)

    sheet = opened(Table(title, title, columns, rows, "某局", texts[0], texts[-1], notes, notes))

    for typed, heading, cell in zip(texts, sheet[3], sheet[4], strict=True):
        assert cell.value is None or cell.data_type == "s"
        assert cell.value == heading.value
        assert str(cell.value or "").replace("_x005F_", "_") == clean(typed)
    assert file_name(title).endswith(".xlsx")


@given(st.lists(st.tuples(st.integers(0, 99_999) | st.none(), st.integers(0, 99_999) | st.none()), max_size=20))
def test_the_totals_in_the_file_are_the_sums_of_its_rows(counts: list[tuple[int | None, int | None]]) -> None:
    rows = tuple(Row((number, "某单位", None, *pair, None, None)) for number, pair in enumerate(counts, 1))
    sheet = opened(replace(TABLE, rows=rows))

    last = 5 + len(counts)
    assert sheet.cell(last, 1).value == "合计"
    for column in (4, 5):
        above = [sheet.cell(row, column).value for row in range(5, last)]
        assert sheet.cell(last, column).value == sum(value for value in above if isinstance(value, int))


def test_a_long_answer_makes_its_row_higher() -> None:
    sheet = opened(with_answer("检查农资门店，宣讲法律法规。" * 20))

    heights = [sheet.row_dimensions[row].height for row in (5, 6)]
    assert heights[0] > 3 * heights[1]


def test_an_answer_no_row_can_hold_takes_several_rows_as_one_cell() -> None:
    answer = "检查农资门店，宣讲法律法规。" * 140  # 1,960 characters
    sheet = opened(with_answer(answer))

    (area,) = (area for area in sheet.merged_cells.ranges if area.coord.startswith("C5:"))
    rows = range(area.min_row, area.max_row + 1)
    heights = [sheet.row_dimensions[row].height for row in rows]
    assert sheet["C5"].value == answer
    assert max(heights) < 409.5  # where Excel ends a row
    assert sum(heights) >= count_lines(answer, share_widths(with_answer(answer))[2]) * 13
    assert sheet.cell(rows[-1] + 1, 1).value == 2  # the next unit follows at once


def with_answer(answer: str) -> Table:
    first: tuple[Cell, ...] = (1, "农机监理站", answer, 3, 2, None, None)
    return replace(TABLE, rows=(Row(first), *TABLE.rows[1:]))


def test_chinese_is_twice_as_wide_as_latin() -> None:
    assert (measure("abc"), measure("农机“三”abc")) == (3, 13)
    assert (count_lines("短", 16), count_lines("一\n二\n\n三", 16), count_lines("长" * 20, 22.5)) == (1, 4, 2)


def test_prose_takes_what_the_page_has_left() -> None:
    widths = share_widths(with_answer("长" * 1500))

    assert sum(widths) == pytest.approx(185)
    assert widths[:2] == [5, 16]


def test_a_table_that_asks_for_more_than_a_page_is_left_to_the_printer() -> None:
    columns = tuple(replace(column, width=60) for column in COLUMNS)

    assert share_widths(replace(TABLE, columns=columns)) == [60] * 7


@pytest.mark.parametrize(
    ("widths", "parts", "runs"),
    [
        ([1, 1, 1], 3, [(0,), (1,), (2,)]),
        ([9, 1, 1], 3, [(0,), (1,), (2,)]),
        ([1, 1, 1, 3, 3], 3, [(0, 1, 2), (3,), (4,)]),
        ([5, 5], 3, [(0, 1)]),
        ([5], 1, [(0,)]),
    ],
)
def test_blocks_side_by_side_are_about_equally_wide(
    widths: list[float], parts: int, runs: list[tuple[int, ...]]
) -> None:
    assert [tuple(run) for run in split_columns(widths, parts)] == runs


def test_lines_that_do_not_fit_side_by_side_share_one_cell() -> None:
    signatures = ("制表人：", "负责人（签字）：（盖章）")
    table = Table("名册", "名册", (Column("unit", "单位", 50),), (), "甲局", "", "今天", (), signatures)
    one = [str(row[0]) for row in opened(table).iter_rows(values_only=True)]
    dominated = replace(
        table, columns=(Column("n", "序号", 5, "count"), *table.columns, Column("x", "备注", 8, "label"))
    )
    last = [cell.value for cell in opened(dominated)[4]]

    assert [words.split() for words in one] == [["名册"], ["甲局", "今天"], ["单位"], list(signatures)]
    assert str(last[0]).split() == list(signatures)
    assert last[1:] == [None, None]


def test_the_file_s_name_is_good_everywhere() -> None:
    assert file_name("每周工作信息汇总表_2020年第28周") == "每周工作信息汇总表_2020年第28周.xlsx"
    assert file_name('../某/局:\n"汇总"?') == "某_局_汇总.xlsx"
    assert len(file_name("长" * 300)) <= 85


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("某局[2020]工作: 一/二*'汇总'?", "某局2020工作 一二汇总"),
        ("汇总\n表 ", "汇总 表"),
        ("：", "："),
        ("[]", "表"),
        ("长" * 40, "长" * 30 + "…"),
        ("😀" * 16, "😀" * 15 + "…"),
    ],
)
def test_a_sheet_is_called_what_excel_takes_for_a_name(title: str, name: str) -> None:
    assert opened(replace(TABLE, title=title)).title == name


def test_a_cell_may_have_a_colour_of_its_own() -> None:
    row = replace(TABLE.rows[0], tones=("normal", "normal", "late", "missing", "normal", "normal", "normal"))
    sheet = opened(replace(TABLE, rows=(row,)))

    fills = [str(cell.fill.fgColor.rgb)[2:] if cell.fill.fill_type else "" for cell in sheet[5]]
    assert fills == ["", "", FILLS["late"], FILLS["missing"], "", "", ""]


def test_a_group_called_longer_than_it_is_wide_makes_its_row_higher() -> None:
    named = tuple(replace(column, group=column.group and "累计发现的问题和整改的问题数") for column in COLUMNS)
    usual, high = opened(TABLE), opened(replace(TABLE, columns=named))

    assert high.row_dimensions[3].height > 1.5 * usual.row_dimensions[3].height
    assert high.row_dimensions[4].height == usual.row_dimensions[4].height


def test_rows_of_figures_may_be_as_low_as_a_line() -> None:
    usual, low = opened(TABLE), opened(replace(TABLE, low=True))

    assert low.row_dimensions[5].height < usual.row_dimensions[5].height
    assert opened(replace(with_answer("长" * 200), low=True)).row_dimensions[5].height > 40


CHART = Chart("各单位问题数", (Series("发现", ("found",)), Series("整改", ("mended",))), labels="unit")


@pytest.mark.parametrize(("rows", "pages_down", "titles"), [(3, 2, None), (60, 0, "$3:$4")])
def test_charts_come_last_on_a_page_of_their_own(rows: int, pages_down: int, titles: str | None) -> None:
    table = replace(TABLE, rows=(TABLE.rows[0],) * rows, charts=(CHART, CHART))
    sheet = opened(table)
    alone = opened(replace(table, charts=()))

    assert str(sheet.print_area).split(",")[0] == alone.print_area
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (pages_down, titles)
    charts: Any = sheet
    first, second = (chart.anchor for chart in charts._charts)
    assert first._from.row == second._from.row > alone.max_row
    assert first.to.col == second._from.col


def test_a_table_without_rows_has_nothing_to_draw() -> None:
    sheet: Any = opened(replace(TABLE, rows=(), charts=(CHART,)))

    assert not sheet._charts
    assert "," not in sheet.print_area


def test_a_chart_names_its_bars_with_texts_whatever_they_look_like() -> None:
    rows = tuple(Row((1, name, None, 1, 0, None, None)) for name in ("=1+1", "<b>&", "上\x00下"))
    sheet: Any = opened(replace(TABLE, rows=rows, charts=(CHART,)))

    (chart,) = sheet._charts
    assert [point.v for point in chart.series[0].cat.strRef.strCache.pt] == ["=1+1", "<b>&", "上下"]
    assert [point.v for point in chart.series[0].val.numRef.numCache.pt] == [1, 1, 1]
