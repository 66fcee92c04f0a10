"""The week's table: who has reported, in time or late, who is missing, and numbers that add up."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.core import deadlines, lifecycle
from bot.core.campaign import Campaign
from bot.core.fields import Count, Many, Text, options_from
from bot.core.form import Field, Form, above_zero
from bot.core.tables import digest
from bot.forms.weekly import WEEKLY
from exports.weekly import Report, weekly_table
from exports.workbook import file_name, write

if TYPE_CHECKING:
    from bot.core.tables import Table

CAMPAIGN = Campaign.model_validate(
    {
        "campaign": {
            "key": "sample",
            "title": "专项整治",
            "bureau": "某区农业农村局",
            "zone": "Asia/Shanghai",
            "start": date(2020, 6, 22),
            "end": date(2020, 12, 31),
        },
        "units": [
            {"key": "nongji", "name": "农机监理站"},
            {"key": "zhongzi", "name": "种子管理站"},
            {"key": "yuzheng", "name": "渔政管理站"},
            {"key": "xumu", "name": "畜牧服务中心"},
        ],
        "areas": [{"key": "staff", "name": "执法队伍建设", "items": ["执法能力培训"]}],
        "duties": [{"key": "weekly", "name": "每周工作信息", "form": "weekly", "every": "friday", "by": "12:00"}],
    }
)
FORM = Form(
    "weekly",
    version=1,
    title="本周工作信息",
    fields=(
        Field("areas", "涉及哪些方面？", Many(options_from("areas")), column="涉及方面", optional=True),
        Field("done", "开展了哪些工作？", Text(most=1500), column="工作开展情况"),
        Field("found", "发现问题几件？", Count(), column="发现问题数"),
        Field("mended", "整改完成几件？", Count(), column="整改完成数", asked_if=above_zero("found")),
    ),
)
WEEK = next(each for each in deadlines.occurrences(CAMPAIGN, "weekly") if each.period == "2020-W28")
NOON = WEEK.due  # Friday 10 July, 12:00
AFTERNOON = NOON + timedelta(hours=4)


def report(unit: str, signed_at: datetime | None = None, **changes: Any) -> Report:  # noqa: ANN401
    return replace(
        Report(
            unit=unit,
            version=1,
            state="reported" if signed_at else "awaiting",
            answers={"areas": ["staff"], "done": "检查门店8家", "found": 3, "mended": 2},
            zero=False,
            filed_by="王小甲",
            signed_by="李小乙" if signed_at else "",
            signed_at=signed_at,
            reported_at=signed_at,
        ),
        **changes,
    )


def table(*reports: Report, now: datetime = AFTERNOON) -> Table:
    return weekly_table(CAMPAIGN, WEEK, FORM, reports, now)


def standings(shown: Table) -> list[object]:
    return [row.cells[-1] for row in shown.rows]


def test_there_is_one_row_a_unit_in_the_campaign_s_order() -> None:
    signed = datetime(2020, 7, 10, 1, 5, tzinfo=UTC)
    shown = table(
        report("yuzheng", signed),
        report("nongji", NOON + timedelta(hours=2), answers={"done": "巡查", "found": 1}),
    )

    assert [column.title for column in shown.columns] == [
        *("序号", "单位", "涉及方面", "工作开展情况", "发现问题数", "整改完成数"),
        *("填报人", "签批人", "报送时间", "报送情况"),
    ]
    assert [row.cells for row in shown.rows] == [
        (1, "农机监理站", None, "巡查", 1, None, "王小甲", "李小乙", NOON + timedelta(hours=2), "迟报"),
        (2, "种子管理站", None, None, None, None, None, None, None, "未报送"),
        (3, "渔政管理站", "执法队伍建设", "检查门店8家", 3, 2, "王小甲", "李小乙", signed, "按时"),
        (4, "畜牧服务中心", None, None, None, None, None, None, None, "未报送"),
    ]
    assert [row.tone for row in shown.rows] == ["late", "missing", "normal", "missing"]
    assert shown.totals == (None, None, None, None, 4, 2, None, None, None, None)


def test_it_says_whose_it_is_and_when_it_was_made() -> None:
    shown = table()

    assert shown.title == "专项整治每周工作信息汇总表"
    assert shown.unit == "汇总单位：某区农业农村局"
    assert shown.period == "2020年第28周（7月6日—7月10日）"
    assert shown.made == "汇总时间：2020年7月10日 16:00"
    assert file_name(shown.name) == "每周工作信息汇总表_2020年第28周.xlsx"
    assert "（盖章）" in shown.signatures[-1]


def test_moments_are_on_the_clock_of_the_campaign() -> None:
    shown = table(report("nongji", datetime(2020, 7, 10, 1, 5, tzinfo=UTC)))

    at = shown.rows[0].cells[-2]
    assert isinstance(at, datetime)
    assert f"{at:%d %H:%M}" == "10 09:05"


@pytest.mark.parametrize(
    ("after_noon", "standing"),
    [
        (-timedelta(days=1), "按时"),
        (timedelta(0), "按时"),
        (timedelta(microseconds=1), "迟报"),
        (timedelta(days=3), "迟报"),
    ],
)
def test_signed_at_noon_is_in_time(after_noon: timedelta, standing: str) -> None:
    for zone in (UTC, CAMPAIGN.zone):
        assert standings(table(report("nongji", (NOON + after_noon).astimezone(zone))))[0] == standing


def test_before_the_deadline_nobody_is_missing_yet() -> None:
    early, late = table(now=NOON - timedelta(seconds=1)), table(now=NOON)

    assert standings(early) == ["尚未报送"] * 4
    assert early.notes[0] == "报送情况：应报4家，按时0家，迟报0家，待签批0家，尚未报送4家。"
    assert standings(late) == ["未报送"] * 4
    assert late.notes[1] == "未报送单位：农机监理站、种子管理站、渔政管理站、畜牧服务中心。"


def test_what_the_head_has_not_signed_is_not_shown() -> None:
    shown = table(report("nongji"), report("xumu", NOON, state="returned"))

    assert shown.rows[0].cells[2:] == (None, None, None, None, "王小甲", None, None, "待签批")
    assert shown.rows[3].cells[2:] == (None, None, None, None, "王小甲", None, None, "已退回")
    assert shown.totals[4] == 0
    assert shown.notes == (
        "报送情况：应报4家，按时0家，迟报0家，待签批1家，已退回1家，未报送2家。",
        "未报送单位：种子管理站、渔政管理站。",
        "已退回单位：畜牧服务中心。",
        "待签批单位：农机监理站。",
    )


def test_a_zero_report_counts_as_a_report() -> None:
    nothing = {"done": "本周无新增", "found": 0, "mended": 0}
    shown = table(
        report("nongji", NOON, zero=True, answers=nothing),
        report("xumu", AFTERNOON, zero=True, answers=nothing),
        report("yuzheng", zero=True, answers=nothing),
    )

    assert standings(shown) == ["按时\n（零报告）", "未报送", "待签批", "迟报\n（零报告）"]
    assert shown.rows[0].cells[3:6] == ("本周无新增", 0, 0)
    assert shown.notes[0] == ("报送情况：应报4家，按时1家，迟报1家，待签批1家，未报送1家；已报送的单位中零报告2家。")


def test_when_all_is_in_the_notes_say_no_more_than_that() -> None:
    shown = table(*(report(unit.key, NOON, state="accepted") for unit in CAMPAIGN.units))

    assert shown.notes == ("报送情况：应报4家，按时4家，迟报0家，待签批0家，未报送0家。",)


def test_a_withdrawn_report_is_missing_and_a_unit_that_left_is_not_asked() -> None:
    shown = table(report("nongji", NOON, state="withdrawn"), report("gone", NOON))

    assert standings(shown) == ["未报送"] * 4


def test_a_correction_takes_the_place_of_the_first_version_once_it_is_signed() -> None:
    first = report("nongji", NOON - timedelta(hours=1))
    again = report("nongji", version=2, answers={"done": "检查门店9家", "found": 4})
    waiting = table(again, first)
    signed = table(
        first, replace(again, state="reported", signed_by="李小乙", signed_at=AFTERNOON, reported_at=AFTERNOON)
    )

    assert (waiting.rows[0].cells[3], waiting.rows[0].cells[-1]) == ("检查门店8家", "按时\n（更正中）")
    assert (signed.rows[0].cells[3], signed.rows[0].cells[-1]) == ("检查门店9家", "按时")


def test_what_was_returned_is_late_when_it_comes_back_late() -> None:
    first = report("nongji", NOON - timedelta(hours=1), state="returned")
    again = report("nongji", AFTERNOON, version=2)

    assert standings(table(first))[0] == "已退回"
    assert standings(table(first, replace(again, state="awaiting", signed_at=None, reported_at=None)))[0] == "待签批"
    assert standings(table(first, again))[0] == "迟报"


def test_an_answer_of_an_older_form_is_shown_in_words() -> None:
    shown = table(report("nongji", NOON, answers={"areas": ["old"], "done": "巡查", "found": "两件"}))

    assert shown.rows[0].cells[2:6] == ("old", "巡查", "两件", None)
    assert shown.totals[4] == 0


def remarked(unit: str, signed_at: datetime | None = None, **answers: Any) -> Report:  # noqa: ANN401
    kept = {"done": "巡查", "found": 2, "mended": 1, "ledger": {"found": 2, "mended": 1}, **answers}
    return report(unit, signed_at, answers=kept)


def test_a_count_that_is_not_the_ledgers_is_explained_under_the_table() -> None:
    reports = [
        remarked("nongji", NOON, found=3, found_remark="1件周五查实，\n尚未录入。"),
        remarked("zhongzi", NOON),
        remarked("yuzheng", found=9, found_remark="还没有签批"),
        remarked("xumu", NOON, found=0, mended=0, found_remark="x" * 400, mended_remark="正在办理销号"),
    ]
    shown = weekly_table(CAMPAIGN, WEEK, WEEKLY, reports, AFTERNOON)

    at = [column.key for column in shown.columns].index("found")
    assert [row.cells[at] for row in shown.rows] == [3, 2, None, 0]
    assert shown.totals[at] == 5
    assert [column.title for column in shown.columns if "说明" in column.title] == []
    explained = [note for note in shown.notes if "台账" in note]
    assert explained[0] == "农机监理站：发现问题数3件（问题台账2件），原因：1件周五查实， 尚未录入。"
    assert explained[1].startswith("畜牧服务中心：发现问题数0件（问题台账2件），原因：xxx")
    assert explained[1].endswith("x…。")
    assert explained[2:] == ["畜牧服务中心：整改完成数0件（问题台账1件），原因：正在办理销号。"]
    assert shown.notes[-3:] == tuple(explained)


def test_a_changed_remark_is_a_reason_for_a_new_table() -> None:
    first = remarked("nongji", NOON, found=3, found_remark="尚未录入")
    again = remarked("nongji", NOON, found=3, found_remark="周五录入")
    told = [digest(weekly_table(CAMPAIGN, WEEK, WEEKLY, [each], NOON)) for each in (first, again)]
    assert told[0] != told[1]


def test_a_report_from_before_the_ledger_needs_no_explanation() -> None:
    shown = weekly_table(CAMPAIGN, WEEK, WEEKLY, [report("nongji", NOON)], AFTERNOON)

    assert not any("台账" in note for note in shown.notes)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([unit.key for unit in CAMPAIGN.units]),
            st.integers(1, 4),
            st.sampled_from(sorted(lifecycle.NAMES)),
            st.integers(-60, 60),
            st.booleans(),
        ),
        max_size=12,
        unique_by=lambda each: each[:2],
    ),
    st.integers(-90, 90),
)
def test_the_numbers_always_add_up(filed: list[tuple[str, int, str, int, bool]], minutes: int) -> None:
    reports = [
        report(
            unit,
            NOON + timedelta(minutes=late) if state != "awaiting" else None,
            version=version,
            state=state,
            zero=zero,
        )
        for unit, version, state, late, zero in filed
    ]
    shown = table(*reports, now=NOON + timedelta(minutes=minutes))

    due, *parts = (int(number) for number in re.findall(r"(\d+)家", shown.notes[0].partition("；")[0]))
    assert due == len(shown.rows) == sum(parts)
    named = [name for note in shown.notes[1:] for name in note.partition("：")[2].strip("。").split("、")]
    behind = [row.cells[1] for row in shown.rows if row.tone in {"missing", "waiting"}]
    assert sorted(named) == sorted(str(name) for name in behind)
    assert shown.totals[4] == sum(3 for row in shown.rows if row.tone in {"normal", "late"})


def test_a_new_table_is_due_when_a_late_report_comes_in_and_not_before() -> None:
    first = report("nongji", NOON)
    at_noon = digest(table(first, now=NOON))

    assert digest(table(first, now=AFTERNOON)) == at_noon
    assert digest(table(first, report("xumu"), now=AFTERNOON)) != at_noon


def test_the_workbook_holds_what_the_table_says() -> None:
    shown = table(report("nongji", NOON, answers={"done": "=1+1", "found": 3, "mended": 2}), report("xumu"))
    file = BytesIO()
    write(shown, file)
    (sheet,) = load_workbook(file).worksheets

    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "专项整治每周工作信息汇总表"
    assert list(rows[2]) == [column.title for column in shown.columns]
    for written, row in zip(rows[3:7], shown.rows, strict=True):
        assert list(written) == [
            cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row.cells
        ]
    assert list(rows[7]) == ["合计", None, None, None, 3, 2, None, None, None, None]
    assert [row[0] for row in rows[8:11]] == list(shown.notes)
