"""An existing ledger, row by row: what is read of it, what is wrong with it, and that nothing makes it fail."""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import ledger_rows
from bot.core.fields import Date
from bot.core.ledger_headings import SYNONYMS, find
from bot.core.ledger_rows import MOST_ROWS, Fault, Row, Terms, Verdict, check, from_json, to_json
from bot.core.sheet import Broken, Cell, Line, Misfit, text_of
from bot.forms import ledger_row
from bot.forms.ledger_row import DESCRIPTION, LEDGER_ROW
from bot.texts import imports as texts
from exports import reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.campaign import Campaign

NOW = datetime(2020, 7, 9, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SOURCES = "自查、群众信访举报、媒体曝光、行政复议、行政诉讼、上级督查督办、巡视巡察、专项检查、其他"
DATED: dict[str, Cell] = {
    "序号": 1,
    "单位": "农机服务中心",
    "问题类别": "社会监督－投诉举报登记",
    "问题来源": "自查",
    "问题情形": "慢作为",
    "发现时间": datetime(2020, 7, 1, 0, 0),  # noqa: DTZ001 - as Excel has it
    "发生时间": date(2020, 6, 28),
    "疫情防控期间": "否",
    "严重程度": "一般",
    "具体问题表述": "投诉举报登记簿缺少办结时间",
    "涉及当事人": "某农资经营部",
    "整改类型": "限期整改",
    "整改措施": "补齐登记",
    "完成时间": None,
    "责任人": "张某",
    "联系电话": 13800000000,
    "时间安排": "7月底前补齐",
    "整改时限": "2020年7月31日",
    "整改进展": None,
}
AT_ONCE = DATED | {"整改类型": "立行立改", "完成时间": date(2020, 7, 2), "具体问题表述": "公示栏信息没有更新"}
AT_ONCE |= dict.fromkeys(("责任人", "联系电话", "时间安排", "整改时限"))


def terms(campaign: Campaign, *own: str, verifies: bool = False) -> Terms:
    facts = {**campaign.ledger_lists, "units": [[unit.key, unit.name] for unit in campaign.units]}
    return Terms(LEDGER_ROW, facts, own or ("nongji",), verifies, NOW, DESCRIPTION)


def sheet(*rows: dict[str, Cell], heads: Iterable[str] = (), above: Iterable[str] = ()) -> list[Line]:
    """Lines as a sheet has them: titles above, headings, rows."""
    columns = tuple(heads) or tuple(dict.fromkeys(head for row in rows for head in row))
    cells: list[tuple[Cell, ...]] = [(text,) for text in above]
    cells += [columns, *(tuple(row.get(head) for head in columns) for row in rows)]
    return [Line(number, line) for number, line in enumerate(cells, 1)]


def answers(row: dict[str, Cell], given: Terms) -> dict[str, Any]:
    verdict = check(sheet(row), given)
    assert verdict.faults == ()
    [read] = verdict.rows
    return read.answers


def reasons(row: dict[str, Cell], given: Terms) -> list[tuple[str, str]]:
    return [(fault.column, fault.reason) for fault in check(sheet(row), given).faults]


# what is read


def test_a_row_with_a_deadline_is_read_as_the_form_would_have_it(campaign: Campaign) -> None:
    assert answers(DATED, terms(campaign)) == {
        "unit": "nongji",
        "item": "public/投诉举报登记",
        "source": "自查",
        "kind": "慢作为",
        "found_on": "2020-07-01",
        "happened_on": "2020-06-28",
        "epidemic": False,
        "severity": "一般",
        "description": "投诉举报登记簿缺少办结时间",
        "party": "某农资经营部",
        "handling": "dated",
        "measures": "补齐登记",
        "responsible": "张某",
        "phone": "13800000000",
        "timetable": "7月底前补齐",
        "due": "2020-07-31",
    }


def test_of_what_was_mended_at_once_the_day_is_read_and_no_deadline(campaign: Campaign) -> None:
    read = answers(AT_ONCE | {"整改时限": "随时"}, terms(campaign))
    assert read["mended_on"] == "2020-07-02"
    assert "due" not in read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2020-7-1", "2020-07-01"),
        ("２０２０．７．１", "2020-07-01"),
        ("二〇二〇年七月一日", "2020-07-01"),
        ("20200701", "2020-07-01"),
        (20200701, "2020-07-01"),
        (20200701.0, "2020-07-01"),
        ("2020-07-01 00:00:00", "2020-07-01"),
        (44013, "2020-07-01"),  # a day as Excel counts them
        (44013.75, "2020-07-01"),
    ],
)
def test_days_are_read_however_they_are_written(campaign: Campaign, cell: Cell, read: str) -> None:
    assert answers(DATED | {"发现时间": cell}, terms(campaign))["found_on"] == read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (13800000000.0, "13800000000"),
        ("1.3800000000E+10", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0371-66660000转8", "0371-66660000转8"),
    ],
)
def test_phone_numbers_are_read_however_excel_keeps_them(campaign: Campaign, cell: Cell, read: str) -> None:
    assert answers(DATED | {"联系电话": cell}, terms(campaign))["phone"] == read


@pytest.mark.parametrize("cell", ["社会监督/投诉举报登记", "社会监督：投诉举报登记", "投诉举报登记", " 投诉举报登记 "])
def test_an_item_may_be_written_with_its_area_or_alone(campaign: Campaign, cell: str) -> None:
    assert answers(DATED | {"问题类别": cell}, terms(campaign))["item"] == "public/投诉举报登记"


@pytest.mark.parametrize("area", ["方面", "问题类别"])
def test_area_and_item_may_have_a_column_each(campaign: Campaign, area: str) -> None:
    row = {key: cell for key, cell in DATED.items() if key != "问题类别"}
    row |= {area: "社会监督", "具体项目": "投诉举报登记"}
    assert answers(row, terms(campaign))["item"] == "public/投诉举报登记"
    assert reasons(row | {area: "执法队伍建设"}, terms(campaign))[0][1].startswith("没有“投诉举报登记”这一项")


def test_an_item_of_two_areas_needs_its_area(campaign: Campaign) -> None:
    items = [["a", "甲方面", ["登记"]], ["b", "乙方面", ["登记"]]]
    given = terms(campaign)
    given = Terms(given.form, {**given.facts, "items": items}, given.own, verifies=False, now=NOW)
    assert reasons(DATED | {"问题类别": "登记"}, given) == [("问题类别", "“登记”在几个方面都有，请写成“方面－项目”")]
    assert answers(DATED | {"问题类别": "乙方面－登记"}, given)["item"] == "b/登记"


@pytest.mark.parametrize(("cell", "read"), [("是", True), (True, True), ("√", True), ("否", False), (False, False)])
def test_yes_and_no_in_the_usual_signs(campaign: Campaign, cell: Cell, read: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert answers(DATED | {"疫情防控期间": cell}, terms(campaign))["epidemic"] is read


def test_without_the_day_it_happened_it_happened_when_it_was_found(campaign: Campaign) -> None:
    assert answers(DATED | {"发生时间": None}, terms(campaign))["happened_on"] == "2020-07-01"
    row = {key: cell for key, cell in DATED.items() if key != "发生时间"}
    assert answers(row, terms(campaign))["happened_on"] == "2020-07-01"


def test_old_ledgers_hold_deadlines_long_past(campaign: Campaign) -> None:
    row = DATED | {"发现时间": "2019-5-1", "发生时间": None, "整改时限": "2019-6-1"}
    assert answers(row, terms(campaign))["due"] == "2019-06-01"


def test_what_has_become_of_it_is_read_as_well(campaign: Campaign) -> None:
    row = DATED | {"整改进展": "已补齐", "完成时间": "2020-7-5", "是否销号": "已销号"}
    row |= {"核查人": "李某", "核查时间": "2020-7-6", "核查结果": "整改到位"}
    read = answers(row, terms(campaign, verifies=True))
    assert {
        key: read[key] for key in ("progress", "finished_on", "closed", "verified_by", "verified_on", "result")
    } == {
        "progress": "已补齐",
        "finished_on": "2020-07-05",
        "closed": True,
        "verified_by": "李某",
        "verified_on": "2020-07-06",
        "result": "整改到位",
    }


def test_who_has_one_unit_need_not_name_it(campaign: Campaign) -> None:
    assert answers(DATED | {"单位": None}, terms(campaign))["unit"] == "nongji"
    row = {key: cell for key, cell in DATED.items() if key != "单位"}
    assert answers(row, terms(campaign))["unit"] == "nongji"
    assert answers(DATED | {"单位": "nongji"}, terms(campaign, "nongji", "xumu"))["unit"] == "nongji"


def test_control_signs_are_taken_out_of_a_text(campaign: Campaign) -> None:
    read = answers(DATED | {"具体问题表述": "登记簿\x00缺少\u202e办结时间\u200b"}, terms(campaign))
    assert read["description"] == "登记簿缺少办结时间"


def test_rows_are_kept_until_they_are_confirmed(campaign: Campaign) -> None:
    rows = check(sheet(DATED, AT_ONCE), terms(campaign)).rows
    assert len(rows) == 2
    assert tuple(from_json(json.loads(json.dumps(to_json(rows))))) == rows


# what is wrong


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("问题来源", None, "没有填写"),
        ("问题来源", "听说的", f"没有“听说的”这一项，可填：{SOURCES}"),
        ("严重程度", 1, "没有“1”这一项，可填：一般、较重、严重"),
        ("疫情防控期间", 2, "请填“是”或“否”"),
        ("发现时间", "上半年", "没有看懂这个日期，请写成2020-7-8这样"),
        ("发现时间", "7月1日", "请写明年份，如2020-7-8"),
        ("发现时间", "昨天", "请写明年份，如2020-7-8"),
        ("发现时间", 7.1, "请写明年份，如2020-7-8"),  # 7.10 is the same number
        ("发现时间", "2020-7-10", "晚于2020年7月9日"),
        ("发现时间", "2015-12-31", "早于2016年1月1日"),
        ("发现时间", Broken("#N/A"), "单元格有错误值#N/A"),
        ("发生时间", "2020-7-2", "晚于发现时间"),
        ("整改时限", "2020-6-30", "早于发现时间"),
        ("完成时间", "2020-6-30", "早于发现时间"),
        ("具体问题表述", "缺少", "写了2字，至少5字"),
        ("整改措施", "改" * 801, "写了801字，最多800字"),
        ("联系电话", "1.38E+10", "没有看懂这个号码，请填手机号或带区号的座机号"),
        ("单位", "财政局", "没有“财政局”这个单位，可填：农机服务中心"),
        ("单位", "畜牧兽医服务中心", "只能导入本单位的问题，可填：农机服务中心"),
        ("问题类别", "社会监督", "没有“社会监督”这一项，请写成“方面－项目”，名称见导入模板"),
        ("是否销号", "是", "已销号的问题请由大队导入"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_its_reason(campaign: Campaign, column: str, cell: Cell, reason: str) -> None:
    assert reasons(DATED | {column: cell}, terms(campaign)) == [(column, reason)]


def test_all_that_is_wrong_with_a_row_is_said_at_once_in_the_files_own_words(campaign: Campaign) -> None:
    row = {"发现日期 ": "不详", **{key: cell for key, cell in DATED.items() if key != "发现时间"}, "责任人": ""}
    verdict = check(sheet(row, above=["某局问题台账"]), terms(campaign))
    assert [(fault.row, fault.column, fault.reason) for fault in verdict.faults] == [
        (3, "发现日期", "没有看懂这个日期，请写成2020-7-8这样"),
        (3, "责任人", "没有填写"),
    ]
    assert verdict.rows == ()


def test_of_two_equal_rows_the_second_is_a_fault(campaign: Campaign) -> None:
    verdict = check(sheet(DATED, AT_ONCE, DATED | {"具体问题表述": "投诉举报登记簿　缺少办结时间"}), terms(campaign))
    assert [row.number for row in verdict.rows] == [2, 3]
    assert [(fault.row, fault.reason) for fault in verdict.faults] == [(4, "与第2行重复")]


def test_who_has_several_units_has_to_name_one(campaign: Campaign) -> None:
    assert reasons(DATED | {"单位": None}, terms(campaign, "nongji", "xumu")) == [("单位", "没有填写")]
    row = {key: cell for key, cell in DATED.items() if key != "单位"}
    with pytest.raises(Misfit) as caught:
        check(sheet(row), terms(campaign, "nongji", "xumu"))
    assert texts.refusal(caught.value) == "缺少这些列：单位。请按导入模板补齐后再发一次。"


def test_a_missing_column_is_said_once_for_the_whole_file(campaign: Campaign) -> None:
    heads = [head for head in DATED if head not in {"疫情防控期间", "严重程度", "时间安排"}]
    with pytest.raises(Misfit) as caught:
        check(sheet(DATED, DATED, heads=heads), terms(campaign))
    assert texts.refusal(caught.value) == "缺少这些列：疫情防控期间、严重程度、时间安排。请按导入模板补齐后再发一次。"
    heads.extend(("疫情防控期间", "严重程度"))  # nothing here has a deadline: no timetable is missed
    assert len(check(sheet(AT_ONCE, heads=heads), terms(campaign)).rows) == 1


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ([], "import_header"),
        (sheet({"姓名": "张某", "单位": "某局", "电话": "1"}), "import_header"),
        (sheet(heads=DATED), "import_empty"),
        (sheet(*[DATED] * (MOST_ROWS + 1)), "import_long"),
    ],
)
def test_what_is_no_ledger_is_refused(campaign: Campaign, lines: list[Line], key: str) -> None:
    with pytest.raises(Misfit) as caught:
        check(lines, terms(campaign))
    assert caught.value.key == key
    assert "{" not in texts.refusal(caught.value)


def test_as_many_rows_as_are_permitted_are_read(campaign: Campaign) -> None:
    rows = [DATED | {"具体问题表述": f"第{number}本登记簿缺少办结时间"} for number in range(MOST_ROWS)]
    assert len(check(sheet(*rows), terms(campaign)).rows) == MOST_ROWS


# where the table is


def test_what_stands_around_a_table_is_no_entry(campaign: Campaign) -> None:
    lines = sheet(DATED, heads=DATED, above=["某局问题台账", "填报单位：农机服务中心"])
    below: list[tuple[Cell, ...]] = [
        (2, "农机服务中心"),
        tuple(DATED),  # the headings again, on the next page
        ("合计", None, "1件", None, None, "其中", 1),
        ("注：标红的已超过整改时限。",),
        ("制表人：", None, None, None, None, "审核人：", None, None, None, "负责人（签字）：", "（盖章）"),
    ]
    lines += [Line(20 + number, cells) for number, cells in enumerate(below)]
    verdict = check(lines, terms(campaign))
    assert [row.number for row in verdict.rows] == [4]
    assert (verdict.count, verdict.faults) == (1, ())


def test_rows_after_a_gap_or_a_sum_are_not_lost(campaign: Campaign) -> None:
    lines = sheet(DATED, {"序号": "小计", "单位": "1件"}, {"序号": 2}, AT_ONCE, heads=DATED)
    assert [row.number for row in check(lines, terms(campaign)).rows] == [2, 5]


def test_a_note_is_told_from_a_description_that_begins_like_one(campaign: Campaign) -> None:
    heads = ["具体问题表述", *(head for head in DATED if head not in {"序号", "单位", "具体问题表述"})]
    row = DATED | {"具体问题表述": "审批表负责人签字栏：均未签字"}
    assert len(check(sheet(row, heads=heads), terms(campaign)).rows) == 1


def test_the_sample_of_the_template_is_passed_over_until_somebody_writes_into_it(campaign: Campaign) -> None:
    sample = DATED | {"序号": "示例", "具体问题表述": DESCRIPTION}
    assert [row.number for row in check(sheet(sample, DATED), terms(campaign)).rows] == [3]
    overwritten = sample | {"具体问题表述": "窗口未公示办事指南"}
    assert [row.number for row in check(sheet(overwritten, DATED), terms(campaign)).rows] == [2, 3]


def test_headings_in_use_elsewhere_are_understood(campaign: Campaign) -> None:
    renamed = {
        "单位": "责任单位",
        "问题来源": "线索来源",
        "发现时间": "发现日期（年/月/日）",
        "疫情防控期间": "是否疫情\n防控期间",
        "具体问题表述": "*存在问题",
        "联系电话": "联系方式",
        "整改时限": "整改期限：",
    }
    row: dict[str, Cell] = {renamed.get(head, head): cell for head, cell in DATED.items()} | {
        "备注": "略",
        "排查人": "",
    }
    verdict = check(sheet(row), terms(campaign))
    assert [read.answers for read in verdict.rows] == [answers(DATED, terms(campaign))]
    assert verdict.unread == ("备注", "排查人")


def test_of_two_columns_of_one_meaning_the_nearer_word_counts(campaign: Campaign) -> None:
    row = {"责任单位": "某科室", **DATED, "整改情况": "见附件"}
    read = answers(row, terms(campaign))
    assert (read["unit"], read.get("progress")) == ("nongji", None)


def test_headings_may_stand_in_two_lines(campaign: Campaign) -> None:
    grouped = ("整改措施", "完成时间", "责任人", "联系电话", "时间安排", "整改时限", "整改进展")
    above = tuple(("整改情况" if head == grouped[0] else None) if head in grouped else head for head in DATED)
    below = tuple(head if head in grouped else None for head in DATED)
    lines = [Line(3, above), Line(4, below), Line(5, tuple(DATED.values()))]
    assert [read.answers for read in check(lines, terms(campaign)).rows] == [answers(DATED, terms(campaign))]


def test_headings_far_down_are_not_looked_for(campaign: Campaign) -> None:
    assert len(check(sheet(DATED, above=["说明"] * 14), terms(campaign)).rows) == 1
    assert find(sheet(DATED, above=["说明"] * 15), terms(campaign).titles) is None


def test_no_word_stands_for_two_columns() -> None:
    words = [word for title, others in SYNONYMS.items() for word in (title, *others)]
    assert sorted(words) == sorted(set(words))


def test_a_cell_never_shows_a_whole_number_with_a_point() -> None:
    assert [text_of(cell) for cell in (3.0, 3.5, True, None, date(2020, 7, 1), 10**20, "　一 ")] == [
        "3", "3.5", "是", "", "2020年7月1日", str(10**20), "一",
    ]  # fmt: skip


# the words for it

CODE = [Path(module.__file__ or "") for module in (ledger_rows, ledger_row, reader)]


def test_every_misfit_has_words_of_its_own() -> None:
    told = {
        str(literal.value)
        for path in CODE
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Misfit"
        for literal in ast.walk(call.args[0])
        if isinstance(literal, ast.Constant)
    }
    assert {"import_long", "import_large", "row_twice", "item_several"} <= told
    assert told <= texts.REASONS.keys() | texts.REFUSALS.keys()


@pytest.mark.parametrize("key", [*texts.REASONS, "nobody_wrote_this", "text_short"])
def test_a_reason_reads_well_whatever_it_is_given(key: str) -> None:
    assert texts.reason(Misfit(key)).strip()
    assert "{" not in texts.reason(Misfit(key)) + texts.refusal(Misfit(key))


def test_options_are_named_only_where_they_are_few() -> None:
    few, many = Misfit("choice_unknown", options=["甲", "乙"]), Misfit("choice_unknown", options=["丙丁"] * 40)
    assert texts.reason(few).endswith("，可填：甲、乙")
    assert "丙丁" not in texts.reason(many)


# whatever else stands there

JUNK = st.one_of(
    st.none(),
    st.text(alphabet=st.characters(), max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.builds(Broken, st.sampled_from(["#N/A", "#REF!"])),
    st.sampled_from(["立行立改", "限期整改", "自查", "2020-7-1", "合计", "注：", "示例", "是", DESCRIPTION, *DATED]),
)


@given(
    st.lists(st.dictionaries(st.sampled_from([*DATED, "是否销号", "核查时间", "方面", "具体项目"]), JUNK), max_size=5)
)
def test_junk_in_the_cells_gives_faults_and_never_fails(campaign: Campaign, rows: list[dict[str, Cell]]) -> None:
    lines = sheet(DATED, *({**DATED, **row} for row in rows), heads=[*DATED, "是否销号", "核查时间"])
    _assert_sound(check(lines, terms(campaign)), terms(campaign))


@given(st.lists(st.builds(Line, st.integers(1, 99), st.lists(JUNK, max_size=6).map(tuple)), max_size=20))
def test_junk_instead_of_a_table_gives_one_refusal_and_never_fails(campaign: Campaign, lines: list[Line]) -> None:
    given = terms(campaign)
    with suppress(Misfit):
        _assert_sound(check(lines, given), given)


def _assert_sound(verdict: Verdict[Row], given: Terms) -> None:
    """Every row is either complete and valid, or has a fault that says why in a few words."""
    assert verdict.count >= len({each.row for each in verdict.faults} | {each.number for each in verdict.rows})
    for row in verdict.rows:
        assert isinstance(row, Row)
        asked = LEDGER_ROW.asked(row.answers, given.facts)
        assert all(field.optional or field.key in row.answers for field in asked)
        assert all(field.kind.valid(row.answers[field.key], given.facts) for field in asked if field.key in row.answers)
        assert all(row.answers[field.key] for field in asked if isinstance(field.kind, Date) and not field.optional)
        json.dumps(row.answers)
    for fault in verdict.faults:
        assert isinstance(fault, Fault)
        assert fault.reason
