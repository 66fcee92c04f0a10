"""The ledger as a workbook, cell by cell, and its version for the public, beside what the database holds."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.core.issues import NAMES, STATES
from bot.core.ledger_columns import TITLES
from exports import EXPORTS
from exports.entries import Scene
from exports.ledger import COLUMNS, VIEW_NAMES, decode, encode
from exports.process import gather
from exports.workbook import FILLS, write
from storage import issues, people
from storage.ledger import Filter
from storage.work import Store
from tests.exports.test_paper import MISSING, facts, pages, run
from tests.kit.office import Office
from tests.storage.making import change, enter, move, new

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign
    from storage.work import Work

TODAY = date(2020, 7, 9)
Shown = dict[str, Any]


def bytes_of(work: Work, name: str = "ledger", rest: str = "") -> bytes:
    target = BytesIO()
    write(EXPORTS[name](work, rest), target)
    return target.getvalue()


def sheet_of(work: Work, name: str = "ledger", rest: str = "") -> Worksheet:
    (sheet,) = load_workbook(BytesIO(bytes_of(work, name, rest))).worksheets
    return sheet


def lines_of(sheet: Worksheet) -> list[Shown]:
    """Return the table's lines by the titles of their columns."""
    head, *rows = sheet.iter_rows(min_row=3, values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows if isinstance(row[0], int)]


def shown(work: Work, name: str = "ledger", rest: str = "") -> list[Shown]:
    return lines_of(sheet_of(work, name, rest))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def person(work: Work, name: str = "孙某") -> int:
    return people.create_person(work, name)


def said(work: Work, by: str, **answers: object) -> dict[str, Any]:
    return {"by": by, "at": work.now.isoformat(), **answers}


def one(work: Work, /, description: str = "检查笔录缺少签字", **changes: Any) -> issues.Entry:  # noqa: ANN401
    """Enter a problem as the form does; `answers` are added to the usual ones."""
    answers = changes.pop("answers", {})
    state, asked = changes.pop("state", "found"), changes.pop("asked", "")
    made = new(description, item="行政执法三项制度", **changes)
    return enter(work, person(work), replace(made, answers={**made.answers, **answers}), state, asked)


def test_every_column_the_campaign_may_name_exists_under_that_title() -> None:
    assert tuple(column.title for column, _ in COLUMNS) == TITLES
    assert len(set(TITLES)) == len(TITLES)


def test_a_new_entry_is_shown_as_it_was_entered(store: Store) -> None:
    answers = {"party": "兴旺农资店", "timetable": "7月15日前补正"}
    entry = store.do(one, "卷宗缺少\n现场检查笔录", happened_on=date(2020, 6, 30), epidemic=True, answers=answers)
    (line,) = store.do(shown)

    assert line == {
        "序号": 1,
        "编号": entry.number,
        "单位": "农机服务中心",
        "问题来源": "自查",
        "问题类别": "行政执法监督制度",
        "具体项目": "行政执法三项制度",
        "问题情形": "慢作为",
        "发现时间": day("2020-07-06"),
        "发生时间": day("2020-06-30"),
        "疫情防控期间": "是",
        "严重程度": "一般",
        "具体问题表述": "卷宗缺少\n现场检查笔录",
        "涉及当事人": "兴旺农资店",
        "整改类型": "限期整改",
        "整改措施": "补正材料",
        "责任人": "张某",
        "联系电话": "13800000000",
        "时间安排": "7月15日前补正",
        "整改时限": day("2020-07-20"),
        "原定时限": None,
        "整改进展": None,
        "完成时间": None,
        "未整改到位原因及下一步计划": None,
        "整改状态": "待整改",
        "预警": "蓝",
        "核查人": None,
        "核查时间": None,
        "核查结果": None,
        "是否销号": "否",
        "移交情况": None,
        "备注": None,
    }


def test_a_life_is_shown_as_far_as_it_has_come(store: Store, clock: RehearsalClock) -> None:
    def live(work: Work) -> None:
        by, entry = person(work), one(work)
        latest = {"progress": said(work, "赵某", text="已补正2份")}
        move(work, entry.id, "progress", by, latest=latest)
        latest["ask_extension"] = said(work, "赵某", due="2020-07-31", reason="师资未到位")
        move(work, entry.id, "ask_extension", by, latest=latest)
        move(work, entry.id, "sign", by)
        move(work, entry.id, "grant", by, due=date(2020, 7, 31))

    def give_back(work: Work) -> None:
        by, (line,) = person(work), shown(work)
        entry = issues.by_number(work, line["编号"])
        assert entry is not None
        latest = {**entry.latest, "ask_closing": said(work, "赵某", result="全部补正", mended_on="2020-07-12")}
        move(work, entry.id, "ask_closing", by, latest=latest)
        move(work, entry.id, "sign", by)
        latest["send_back"] = said(work, "孙某", reason="缺少签到表", due="2020-08-05")
        move(work, entry.id, "send_back", by, latest=latest, due=date(2020, 8, 5))

    store.do(live)
    (extended,) = store.do(shown)
    assert (extended["整改时限"], extended["原定时限"]) == (day("2020-07-31"), day("2020-07-20"))
    assert extended["整改进展"] == "已补正2份（2020-07-09）"
    assert extended["未整改到位原因及下一步计划"] == "申请延期：师资未到位"
    assert (extended["整改状态"], extended["核查人"], extended["完成时间"]) == ("整改中", None, None)

    clock.move(clock.now() + timedelta(days=4, hours=10))  # 01:00 of the 14th there, the 13th in UTC
    store.do(give_back)
    (returned,) = store.do(shown)
    assert returned["整改进展"] == "全部补正（2020-07-14）"
    assert returned["未整改到位原因及下一步计划"] == returned["核查结果"] == "退回整改：缺少签到表"
    assert (returned["核查人"], returned["核查时间"]) == ("孙某", day("2020-07-14"))
    assert (returned["整改状态"], returned["是否销号"], returned["完成时间"]) == ("退回整改", "否", None)


def test_what_is_closed_has_its_verification_and_hinders_no_more(store: Store) -> None:
    def live(work: Work, /, opinion: dict[str, str], **entered: Any) -> None:  # noqa: ANN401
        by, entry = person(work), one(work, state="mending", asked="closing/head", **entered)
        latest = {
            "ask_closing": said(work, "赵某", result="当场补正", mended_on="2020-07-07"),
            "continue": said(work, "孙某", reason="每月抽查", due="2020-08-01"),
        }
        move(work, entry.id, "sign", by, latest=latest)
        move(
            work,
            entry.id,
            "close",
            by,
            latest={**latest, "close": {**said(work, "李某"), "at": "2020-07-20", **opinion}},
        )

    store.do(live, {}, handling="at_once")
    store.do(live, {"opinion": "整改到位"}, description="第二件")
    at_once, dated = store.do(shown)

    assert (at_once["整改类型"], at_once["核查结果"]) == ("立行立改", "同意销号")
    assert dated["核查结果"] == "整改到位"
    for line in (at_once, dated):
        assert (line["整改状态"], line["是否销号"], line["完成时间"]) == ("已销号", "是", day("2020-07-07"))
        assert (line["核查人"], line["预警"], line["未整改到位原因及下一步计划"]) == ("李某", None, None)


def test_transfers_reviews_and_crimes_are_told(store: Store) -> None:
    def live(work: Work) -> None:
        by, entry = person(work), one(work)
        told = said(work, "孙某", receiver="公安机关", on="2020-07-08", document="移〔2020〕3号", reason="涉嫌犯罪")
        latest = {"transfer": told, "reply": said(work, "孙某", text="已立案", on="2020-07-09")}
        move(work, entry.id, "transfer", by, latest=latest, criminal=True)
        watched = one(work, "第二件")
        latest = {"continue": said(work, "孙某", reason="每月抽查卷宗2份")}
        move(work, watched.id, "continue", by, latest=latest, continuing=True, due=date(2020, 8, 1))

    store.do(live)
    handed, watched = store.do(shown)

    assert handed["移交情况"] == "2020-07-08移交公安机关（移〔2020〕3号），涉嫌犯罪；2020-07-09回复：已立案"
    assert (handed["整改状态"], handed["备注"], handed["预警"]) == ("移交", "涉嫌犯罪", None)
    assert watched["备注"] == "持续整改，下次复核2020-08-01"
    assert watched["未整改到位原因及下一步计划"] == watched["核查结果"] == "持续整改：每月抽查卷宗2份"


def test_what_was_handed_over_and_came_back_says_so(store: Store, clock: RehearsalClock) -> None:
    def hand_over(work: Work) -> issues.Entry:
        entry = one(work)
        told = said(work, "孙某", receiver="区纪委监委", on="2020-07-08", reason="违反纪律")
        return move(work, entry.id, "transfer", person(work), latest={"transfer": told})

    def take_back(work: Work, entry: issues.Entry) -> None:
        latest = {**entry.latest, "take_back": said(work, "孙某", reason="不予立案")}
        move(work, entry.id, "take_back", person(work), latest=latest)

    entry = store.do(hand_over)
    clock.move(clock.now() + timedelta(days=1))
    store.do(take_back, entry)
    (line,) = store.do(shown)

    assert line["移交情况"] == "2020-07-08移交区纪委监委，违反纪律；移交退回：不予立案"
    assert line["未整改到位原因及下一步计划"] == "移交退回：不予立案"


@pytest.mark.parametrize(
    ("due", "colour", "tone"),
    [
        (date(2020, 7, 8), "红", "missing"),
        (date(2020, 7, 9), "黄", "waiting"),
        (date(2020, 7, 14), "黄", "waiting"),  # three working days ahead, over a weekend
        (date(2020, 7, 15), "蓝", "normal"),
    ],
)
def test_a_line_is_coloured_by_its_deadline(store: Store, due: date, colour: str, tone: str) -> None:
    store.do(one, due=due)
    sheet = store.do(sheet_of)

    assert [line["预警"] for line in lines_of(sheet)] == [colour]
    fills = {cell.fill.fgColor.rgb for cell in sheet[4] if cell.fill.fill_type}
    assert fills == ({"00" + FILLS[tone]} if FILLS[tone] else set())  # type: ignore[index]


def test_a_formula_is_text_and_a_long_description_is_whole(store: Store) -> None:
    store.do(one, '=HYPERLINK("http://example.org")')
    store.do(one, "很长的描述。" * 160)
    sheet = store.do(sheet_of)

    at = TITLES.index("具体问题表述") + 1
    cells = [row[at - 1] for row in sheet.iter_rows(min_row=4) if isinstance(row[0].value, int)]
    assert [cell.data_type for cell in cells] == ["s", "s"]
    assert [cell.value for cell in cells] == ['=HYPERLINK("http://example.org")', "很长的描述。" * 160]


def test_the_order_is_the_campaign_s_and_within_a_unit_the_numbers(store: Store, campaign: Campaign) -> None:
    for unit in ("xumu", "nongji", "fagui", "nongji"):
        store.do(one, f"{unit}的问题", unit=unit)
    lines = store.do(shown)

    assert [line["序号"] for line in lines] == [1, 2, 3, 4]
    assert [line["编号"] for line in lines] == ["NJ-2020-001", "NJ-2020-002", "XM-2020-001", "FG-2020-001"]
    assert [line["单位"] for line in lines] == [
        campaign.unit(key).name for key in ("nongji", "nongji", "xumu", "fagui")
    ]


def test_only_the_chosen_entries_are_shown(store: Store) -> None:
    store.do(one, unit="nongji", due=date(2020, 7, 8))
    store.do(one, unit="xumu", due=date(2020, 7, 8))
    store.do(one, unit="xumu", area="staff", due=date(2020, 7, 8))
    store.do(one, unit="xumu")
    sheet = store.do(sheet_of, "ledger", "u=xumu;v=overdue;a=rules")

    assert [line["编号"] for line in lines_of(sheet)] == ["XM-2020-001"]
    assert sheet["A2"].value == "单位：畜牧兽医服务中心"
    words = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "逾期未整改，行政执法监督制度" in words
    assert "共1件，均为逾期未整改。" in words


def test_an_empty_ledger_is_a_table_without_lines(store: Store) -> None:
    sheet = store.do(sheet_of)
    words = [row[0] for row in sheet.iter_rows(values_only=True)]

    assert lines_of(sheet) == []
    assert words[0] == "行政执法不作为乱作为专项整治问题台账"
    assert str(words[3]).startswith("共0件：待整改0件，")
    assert str(words[-1]).startswith("制表人：")


def everywhere(work: Work) -> None:
    """Put entries into every state, some late, some nearly so."""
    by = person(work)
    for number, state in enumerate(STATES * 3):
        entry = one(work, f"第{number}件", due=TODAY + timedelta(number - 6))
        change(work, entry, "test", by, state)


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_the_counts_below_the_table_are_those_of_its_lines(store: Store, view: str) -> None:
    store.do(everywhere)
    sheet = store.do(sheet_of, "ledger", "" if view == "all" else f"v={view}")

    lines = lines_of(sheet)
    (note,) = (str(row[0]) for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("共"))
    total, *others = map(int, re.findall(r"(\d+)件", note))
    assert total == len(lines) > 0
    if view in {"all", "open"}:
        *counts, late, near = others
        assert sum(counts) == total
        states = re.findall(r"[：，](\w+?)\d+件", note.split("；")[0])
        assert [sum(line["整改状态"] == state for line in lines) for state in states] == counts
        assert [sum(line["预警"] == colour for line in lines) for colour in "红黄"] == [late, near]


def with_columns(campaign: Campaign, *titles: str) -> Campaign:
    assert campaign.ledger is not None
    return campaign.model_copy(update={"ledger": campaign.ledger.model_copy(update={"columns": titles})})


def test_an_office_chooses_its_columns_and_their_order(
    database_url: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    store = Store(database_url, now=clock.now, campaign=with_columns(campaign, "序号", "具体问题表述", "单位"))
    try:
        store.do(one)
        sheet = store.do(sheet_of)
    finally:
        store.close()

    assert [cell.value for cell in sheet[3]] == ["序号", "具体问题表述", "单位"]
    assert [cell.value for cell in sheet[4]] == [1, "检查笔录缺少签字", "农机服务中心"]
    assert sheet.page_setup.paperSize == 9


def test_all_columns_together_are_printed_on_a3(store: Store) -> None:
    sheet = store.do(sheet_of)

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_on_paper_the_heading_is_on_every_page(store: Store, tmp_path: Path) -> None:
    for number in range(25):
        store.do(one, f"第{number}件，" + "检查农资门店，宣讲法律法规。" * 10)
    (tmp_path / "ledger.xlsx").write_bytes(store.do(bytes_of))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run(
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "ledger.xlsx"),
    )
    printed = pages(tmp_path / "ledger.pdf")

    assert "A3" in facts(tmp_path / "ledger.pdf")["Page size"]
    assert len(printed) > 1
    for page in printed:
        assert "联系电话" in page
    for words in ("第0件", "第24件", "NJ-2020-", "025", "13800000000", "2020-07-20", "共25件", "制表人："):
        assert any(words in page for page in printed), words


def test_a_unit_that_has_left_the_campaign_keeps_its_entries(store: Store, clock: RehearsalClock) -> None:
    store.do(one)
    without = store.campaign.changed(store.campaign.units[1:], store.campaign.workdays)
    later = Store(store.url, now=clock.now, campaign=without)
    try:
        assert [line["单位"] for line in later.do(shown)] == ["nongji"]
    finally:
        later.close()


def test_a_campaign_without_a_ledger_has_none(store: Store, clock: RehearsalClock) -> None:
    bare = Store(store.url, now=clock.now, campaign=store.campaign.model_copy(update={"ledger": None}))
    try:
        for name, rest in (("ledger", ""), ("public", ""), ("reconciliation", "2020-W28")):
            with pytest.raises(KeyError):
                bare.do(gather, name, rest)
    finally:
        bare.close()


# ── What a ref says ──────────────────────────────────────────────────────


def test_a_ref_says_which_entries(campaign: Campaign) -> None:
    assert encode(Filter()) == ""
    assert encode(Filter(("nongji", "xumu"), "overdue", "rules")) == "u=nongji,xumu;v=overdue;a=rules"
    assert decode(campaign, "") == Filter()
    assert decode(campaign, "v=closed") == Filter(view="closed")
    assert decode(campaign, "u=") == Filter(units=())


UNITS = ("nongji", "xumu", "zhifa-yi")
FILTERS = st.builds(
    Filter,
    st.none() | st.lists(st.sampled_from(UNITS), unique=True).map(tuple),
    st.sampled_from(sorted(VIEW_NAMES)),
    st.sampled_from(("", "rules", "staff")),
    st.none() | st.integers(1, 10**9),
    st.text(st.characters(codec="utf-8"), max_size=20),
)


@given(FILTERS)
def test_every_filter_comes_back_from_its_ref(campaign: Campaign, where: Filter) -> None:
    assert decode(campaign, encode(where)) == where


@pytest.mark.parametrize(
    "text",
    [
        "u=nobody",
        "u=nongji,",
        "v=",
        "v=nonsense",
        "v=all",
        "a=nowhere",
        "b=x",
        "b=",
        "z=1",
        "u",
        "v=open;u=nongji",
        ";",
    ],
)
def test_nonsense_names_no_entries(campaign: Campaign, text: str) -> None:
    with pytest.raises(KeyError):
        decode(campaign, text)


def test_every_view_has_the_name_of_its_state() -> None:
    assert {view: name for view, name in VIEW_NAMES.items() if view in STATES} == NAMES


# ── For the public ───────────────────────────────────────────────────────

SECRETS = ("张小三", "李小四", "王小五", "兴旺农资店", "13800000000", "13900000000", "豫A12345", "41010119000101001X")


def named(work: Work) -> None:
    """Enter problems whose texts tell more than the public is to know."""
    people.grant(work, people.create_person(work, "王小五"), "contact", "nongji")
    text = "兴旺农资店张小三（13800000000，41010119000101001X）称王小五驾驶豫A12345"
    answers = {"party": "兴旺农资店（张小三）", "responsible": "李小四", "phone": "13900000000"}
    one(work, text, answers={**answers, "measures": "李小四约谈张 小 三"})
    one(work, "李小四未签字", unit="xumu", answers={"responsible": "钱某", "measures": "致电13900000000"})


def test_the_public_sees_no_name_no_party_and_no_number(store: Store) -> None:
    store.do(named)
    content = store.do(bytes_of, "public")

    with zipfile.ZipFile(BytesIO(content)) as parts:
        everything = "".join(parts.read(name).decode() for name in parts.namelist())
    for secret in SECRETS:
        assert secret not in everything
    assert "张 小 三" not in everything


def test_the_public_sees_the_problem_and_where_it_stands(store: Store) -> None:
    store.do(named)
    store.do(one, unit="fagui", state="verifying", asked="closing/brigade")
    first, second, third = store.do(shown, "public")

    assert first == {
        "序号": 1,
        "单位": "农机服务中心",
        "问题类别": "行政执法监督制度",
        "问题情形": "慢作为",
        "具体问题": "某单位张某（××，××）称王某驾驶××",
        "整改类型": "限期整改",
        "整改措施": "李某约谈张某",
        "整改时限": day("2020-07-20"),
        "整改状态": "待整改",
        "是否销号": "否",
    }
    assert (second["具体问题"], second["整改措施"]) == ("李某未签字", "致电××")
    assert third["整改状态"] == "待核查"  # on whose desk it lies is nobody's business


def test_the_public_version_is_a_page_of_paper_with_a_heading_of_its_own(store: Store) -> None:
    store.do(named)
    sheet = store.do(sheet_of, "public", "u=nongji")

    assert sheet["A1"].value == "行政执法不作为乱作为专项整治问题整改情况公示"
    assert sheet.page_setup.paperSize == 9
    assert len(lines_of(sheet)) == 1


# ── As it comes about ────────────────────────────────────────────────────


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    office = await Office.open(database_url, "2020-07-09 15:00")
    yield office
    await office.close()


async def test_what_was_said_in_the_chat_stands_in_the_table(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    brigade = await office.person("孙某", ("brigade", ""))
    await contact.taps("录入问题")
    await contact.answers(
        *("tap:行政执法监督制度", "tap:两法衔接", "tap:自查", "tap:慢作为", "7月1日", "6月30日", "tap:否", "tap:一般"),
        *("抽查卷宗3份，其中1份缺少现场检查笔录", "某农资经营部", "tap:跳过"),
        *("tap:限期整改", "补正卷宗材料", "张某", "13800000000", "7月15日前补正", "7月20日", "tap:提交"),
    )
    await contact.taps("查看这件")
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过", "tap:提交")
    await contact.taps("申请销号")
    await contact.answers("tap:否", "卷宗已补正", "7月9日", "tap:跳过")
    await contact.sends("整改后.pdf")
    await contact.answers("tap:完成", "tap:提交")
    (before,) = await office.store.read(shown)
    await head.taps("同意")
    await brigade.taps("同意销号")
    (line,) = await office.store.read(shown)

    assert (before["整改状态"], before["是否销号"]) == ("整改中（销号申请待负责人签批）", "否")
    wanted = {
        "编号": "NJ-2020-001",
        "问题类别": "行政执法监督制度",
        "具体项目": "两法衔接",
        "发现时间": day("2020-07-01"),
        "涉及当事人": "某农资经营部",
        "整改措施": "补正卷宗材料",
        "责任人": "张某",
        "整改进展": "卷宗已补正（2020-07-09）",
        "完成时间": day("2020-07-09"),
        "整改状态": "已销号",
        "核查人": "孙某",
        "核查时间": day("2020-07-09"),
        "核查结果": "同意销号",
        "是否销号": "是",
    }
    assert {title: line[title] for title in wanted} == wanted


def test_near_is_what_the_lists_call_near(store: Store) -> None:
    scene = store.do(Scene.of)

    assert (scene.today, scene.near) == (TODAY, date(2020, 7, 14))
