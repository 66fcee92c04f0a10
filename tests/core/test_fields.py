"""Every kind of answer: what people type, tap and send, and what is kept and shown of it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fields import (
    OFFICE,
    PDF,
    PICTURES,
    Choice,
    Count,
    Date,
    File,
    Many,
    More,
    Option,
    Phone,
    Text,
    YesNo,
    options_from,
)
from bot.core.messages import Command, FileRef, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.core.numerals import chinese, number
from bot.core.plain_text import clean, clip, fit_all, units
from bot.core.problems import Problem
from bot.core.typed_dates import read_date

if TYPE_CHECKING:
    from bot.core.kind import Kind, Value

NOW = datetime(2020, 7, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Wednesday
TODAY = NOW.date()
FRUIT = (Option("a", "苹果"), Option("b", "香蕉、芭蕉"), Option("c", "３号梨"))
REPORT = FileRef("ab" * 32, "报告.pdf", 1000, "application/pdf")


def refusal(kind: Kind, event: Value, held: Value = None) -> Problem:
    with pytest.raises(Problem) as caught:
        kind.read(event, NOW, {}, held)
    return caught.value


# text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  检查门店12家\n", "检查门店12家"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("一\u2028二\x85三", "一\n二\n三"),
        ("一\n\n\n \n二", "一\n\n二"),
        ("坏\x00字\x1b符\x07\x7f\x9b", "坏字符"),
        ("半个\ud83d表情", "半个表情"),
        ("倒\u202e着\u2066写\u2069", "倒着写"),
        ("e\u0301", "\u00e9"),
        ("甲\t乙", "甲 乙"),
        ('=HYPERLINK("http://x","y")', '=HYPERLINK("http://x","y")'),
        ("<b>粗</b> &amp;", "<b>粗</b> &amp;"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        (" \n\u3000\u200b\ufeff", ""),
        ("\u200d\u2800\u3164", ""),
    ],
)
def test_typed_text_is_cleaned_and_stays_text(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(alphabet=st.characters(), max_size=300))
def test_cleaned_text_suits_a_spreadsheet_and_stays_as_it_is(typed: str) -> None:
    kept = clean(typed)
    kept.encode()  # no lone surrogate
    assert not any((ord(sign) < 32 and sign != "\n") or sign in "\ufffe\uffff" for sign in kept)
    assert clean(kept) == kept == kept.strip()


def test_a_text_too_long_is_told_with_both_lengths() -> None:
    assert refusal(Text(most=1500), Said("字" * 5000)).facts == {"written": 5000, "most": 1500}
    assert Text(most=1500).read(Said(" " + "字" * 1500 + "\n"), NOW) == "字" * 1500
    assert refusal(Text(most=9, least=3), Said("两字")).key == "text_short"
    assert refusal(Text(most=9), Said(" \n\u3000")).key == "text_empty"


def test_a_suggestion_is_an_answer() -> None:
    kind = Text(most=20, suggestions=("不够具体", "数字有误"))
    assert [key for row in kind.keyboard(NOW, {}, None) for key in row] == [("不够具体", "o:0"), ("数字有误", "o:1")]
    assert kind.read(Tapped("o:1"), NOW) == "数字有误"
    assert refusal(kind, Tapped("o:2")).key == "button_unknown"


@given(st.text(alphabet="aé字😀\u0301", max_size=60), st.integers(1, 40))
def test_clipped_text_never_passes_its_room(text: str, room: int) -> None:
    assert units(clip(text, room)) <= room
    assert clip(text, 2 * len(text) + 1) == text


@given(st.lists(st.integers(0, 900), max_size=12), st.integers(1, 3000))
def test_short_texts_stay_whole_when_room_is_shared(lengths: list[int], room: int) -> None:
    share = fit_all(["字" * length for length in lengths], room)
    if share is None:
        assert sum(lengths) <= room
    else:
        assert sum(lengths) > room >= sum(min(length, share) for length in lengths)


# choices


@pytest.mark.parametrize("typed", ["香蕉、芭蕉", " 香蕉、 芭蕉 ", "2", "２", "2.", "二"])
def test_an_option_is_understood_by_label_or_number(typed: str) -> None:
    assert Choice(FRUIT).read(Said(typed), NOW) == "b"
    assert Many(FRUIT).read(Said(typed), NOW) == ["b"]


@pytest.mark.parametrize("typed", ["橘子", "0", "4", "-1", "2.5", "苹果香蕉"])
def test_what_is_no_option_is_refused(typed: str) -> None:
    assert refusal(Choice(FRUIT), Said(typed)).key == "choice_unknown"
    assert refusal(Many(FRUIT), Said(typed)).key == "many_unknown"


def test_a_digit_in_a_label_wins_over_the_place() -> None:
    assert Choice((Option("x", "2"), Option("y", "1"))).read(Said("2"), NOW) == "x"


@pytest.mark.parametrize("typed", ["1、3", "3,1", "1 3", "苹果；3号梨", "三，一"])
def test_several_options_typed_at_once_keep_their_order(typed: str) -> None:
    assert Many(FRUIT, least=1).read(Said(typed), NOW) == ["a", "c"]


def test_ticks_go_on_and_off_and_twice_does_no_harm() -> None:
    kind = Many(FRUIT, least=1)
    held: Any = None
    for tap in ("t:2:1", "t:0:1", "t:2:1", "t:1:1", "t:1:0", "t:1:0"):
        more = kind.read(Tapped(tap), NOW, {}, held)
        assert isinstance(more, More)
        held = more.held
    assert held == ["a", "c"]
    assert kind.keyboard(NOW, {}, held) == (
        (("✓ 苹果", "t:0:0"), ("香蕉、芭蕉", "t:1:1")),
        (("✓ ３号梨", "t:2:0"),),
        (("完成", "k"),),
    )
    assert kind.read(Tapped("k"), NOW, {}, held) == ["a", "c"]


def test_done_waits_for_enough_ticks() -> None:
    assert refusal(Many(FRUIT, least=2), Tapped("k"), ["a"]).facts == {"least": 2}
    assert not any(action == "k" for row in Many(FRUIT, least=2).keyboard(NOW, {}, ["a"]) for _, action in row)
    assert Many(FRUIT).read(Tapped("k"), NOW) == Many(FRUIT).read(Said("都没有"), NOW) == []


def test_options_of_the_campaign_come_with_the_facts() -> None:
    kind = Many(options_from("areas"))
    facts = {"areas": [["permits", "行政许可办理"], ["fines", "行政处罚"]]}
    assert kind.read(Said("1"), NOW, facts) == ["permits"]
    assert kind.show(["permits", "gone"], facts) == "行政许可办理、gone"
    assert kind.askable(facts)
    assert not kind.askable({})
    assert kind.valid(["fines"], facts)
    assert not kind.valid(["fines"])


def test_labels_too_long_for_a_phone_are_listed_in_the_text() -> None:
    assert Choice(FRUIT).hint({}, None) == ""
    assert (
        Choice((Option("l", "行政许可和行政处罚案件办理情况"), *FRUIT)).hint({}, None).startswith("1. 行政许可和行政")
    )


@pytest.mark.parametrize("said", ["是", "是的", "有", "1", "１", "对。", "YES"])
def test_yes(said: str) -> None:
    assert YesNo().read(Said(said), NOW) is True


@pytest.mark.parametrize("said", ["否", "不是", "没有", "2", "无"])
def test_no(said: str) -> None:
    assert YesNo().read(Said(said), NOW) is False


def test_yes_and_no_are_buttons_and_nothing_between() -> None:
    assert [YesNo().read(Tapped(key[1]), NOW) for key in YesNo().keyboard(NOW, {}, None)[0]] == [True, False]
    assert refusal(YesNo(), Said("也许")).key == "yesno_unknown"


# dates


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2020-7-8", date(2020, 7, 8)),
        ("2020/07/08", date(2020, 7, 8)),
        ("2020.7.8", date(2020, 7, 8)),
        ("2020年7月8日", date(2020, 7, 8)),
        ("２０２０年７月８号", date(2020, 7, 8)),
        ("二〇二〇年七月八日", date(2020, 7, 8)),
        ("20200708", date(2020, 7, 8)),
        ("7月8日", date(2020, 7, 8)),
        ("7-8", date(2020, 7, 8)),
        ("七月三十一号", date(2020, 7, 31)),
        ("2020 7 8", date(2020, 7, 8)),
        ("今天", TODAY),
        ("昨天", TODAY - timedelta(1)),
        ("前天", TODAY - timedelta(2)),
        ("明日", TODAY + timedelta(1)),
        ("周五", date(2020, 7, 10)),
        ("上周五", date(2020, 7, 3)),
        ("下星期天", date(2020, 7, 19)),
    ],
)
def test_a_typed_day_is_understood(typed: str, day: date) -> None:
    assert Date().read(Said(typed), NOW) == day.isoformat()


@pytest.mark.parametrize(
    "typed", ["2020-2-30", "13月1日", "0月0日", "过几天", "202", "7", "99999999", "十月", "1-2-3-4"]
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    assert refusal(Date(), Said(typed)).key == "date_unknown"


def test_a_day_without_a_year_is_the_nearest_permitted_one() -> None:
    assert Date(latest=lambda today: today).read(Said("12月30日"), NOW) == "2019-12-30"
    assert Date(earliest=lambda today: today).read(Said("1月5日"), NOW) == "2021-01-05"
    assert Date(latest=date(2020, 6, 30)).read(Said("6月1日"), NOW) == "2020-06-01"


def test_limits_are_told() -> None:
    kind = Date(earliest=date(2016, 1, 1), latest=lambda today: today)
    assert refusal(kind, Said("2015-12-31")).facts == {"earliest": "2016年1月1日"}
    assert refusal(kind, Said("明天")).facts == {"latest": "2020年7月8日"}
    assert refusal(kind, Tapped("y:2020-07-09")).key == "date_late"


def test_the_calendar_marks_today_and_leaves_out_forbidden_days() -> None:
    kind = Date(earliest=date(2020, 6, 20), latest=lambda today: today)
    keys = dict(key for row in kind.keyboard(NOW, {}, None) for key in row if key[1][0] in "yq")
    assert keys["[8]"] == "y:2020-07-08"
    assert keys["昨天（7月7日）"] == "q:2020-07-07"
    assert "明天（7月9日）" not in keys
    assert {label for label in keys if label.isdigit()} == {str(day) for day in range(1, 8)}


def test_the_calendar_is_paged_within_its_limits() -> None:
    kind = Date(earliest=date(2020, 6, 20), latest=lambda today: today)
    heading = kind.keyboard(NOW, {}, None)[1]
    assert [label for label, _ in heading] == ["·", "‹", "2020年7月", "·", "·"]
    june = kind.read(Tapped(heading[1][1]), NOW)
    assert june == More("2020-06")
    days = [label for row in kind.keyboard(NOW, {}, june.held) for label, action in row if action.startswith("y")]
    assert days == [str(day) for day in range(20, 31)]
    assert kind.read(Tapped("c:1990-01"), NOW) == More("2020-06")
    assert [refusal(kind, Tapped(tap)).key for tap in ("n:3", "c:x", "y:2020-07-32")] == [
        "date_blank",
        "button_unknown",
        "button_unknown",
    ]


@given(st.dates(date(1951, 1, 1), date(2098, 1, 1)), st.integers(0, 400), st.integers(0, 400), st.integers(-30, 30))
def test_every_permitted_day_of_a_month_can_be_tapped(today: date, before: int, after: int, months: int) -> None:
    kind = Date(earliest=today - timedelta(before), latest=today + timedelta(after))
    now = datetime(today.year, today.month, today.day, tzinfo=NOW.tzinfo)
    page = today.year * 12 + today.month - 1 + months
    held = kind.read(Tapped(f"c:{page // 12}-{page % 12 + 1:02}"), now).held
    rows = kind.keyboard(now, {}, held)
    actions = [action for row in rows for _, action in row]
    assert len(set(actions)) == len(actions)
    assert all(len(row) in {2, 5, 7} or row is rows[0] for row in rows)
    earliest, latest = kind.limits(today)
    days = [date.fromisoformat(action[2:]) for action in actions if action[0] == "y"]
    first = date.fromisoformat(held + "-01")
    month = [first + timedelta(day) for day in range(31) if (first + timedelta(day)).month == first.month]
    assert days == [day for day in month if earliest <= day <= latest]
    assert days
    assert all(kind.read(Tapped(f"y:{day}"), now) == day.isoformat() for day in days)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_a_day_reads_as_it_is_shown(day: date) -> None:
    assert Date().read(Said(Date().show(day.isoformat())), NOW) == day.isoformat()
    assert read_date(day.strftime("%Y%m%d"), TODAY, date.min, date.max) == day
    assert Date().cell(day.isoformat()) == day


# counts


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("3", 3),
        ("３", 3),
        (" 3件 ", 3),
        ("共12起。", 12),
        ("1,200", 1200),
        ("零", 0),
        ("〇", 0),
        ("没有", 0),
        ("无", 0),
        ("两件", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("二〇二〇", 2020),
        ("三万", 30000),
    ],
)
def test_a_count_is_understood(typed: str, count: int) -> None:
    assert Count().read(Said(typed), NOW) == count


@pytest.mark.parametrize("typed", ["-3", "3.5", "三四件左右", "一些", "3和4", "¼", "٣x", "件"])
def test_what_is_no_count_is_refused(typed: str) -> None:
    assert refusal(Count(), Said(typed)).key == "count_unknown"


def test_a_count_has_quick_buttons_and_a_limit() -> None:
    assert Count().keyboard(NOW, {}, None) == ((("0", "o:0"), ("1", "o:1"), ("2", "o:2"), ("3", "o:3")),)
    assert Count().read(Tapped("o:3"), NOW) == 3
    assert refusal(Count(most=10), Said("11")).facts == {"most": 10}
    assert len(Count(most=1).keyboard(NOW, {}, None)[0]) == 2
    assert refusal(Count(most=1), Tapped("o:2")).key == "button_unknown"


@given(st.text(alphabet="零一二三四五六七八九十百千万两〇0123456789件,.- ", max_size=14))
def test_any_numeral_is_a_number_or_none(text: str) -> None:
    found = number(text)
    assert found is None or found >= 0
    assert chinese("十五") == 15


# phones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("００８６１３８００００００００", "13800000000"),
        ("0371-66660000", "0371-66660000"),
        ("037166660000", "0371-66660000"),
        ("(010) 66660000", "010-66660000"),
        ("+86 371 66660000", "0371-66660000"),
        ("66660000", "66660000"),
        ("0371-66660000-801", "0371-66660000转801"),
        ("66660000转8", "66660000转8"),
    ],
)
def test_a_phone_number_is_understood(typed: str, kept: str) -> None:
    assert Phone().read(Said(typed), NOW) == kept
    assert Phone().read(SharedPhone(typed), NOW) == kept


@pytest.mark.parametrize("typed", ["1380000000", "12800000000", "问办公室", "110", "138000000000", "+1 202 555 0100"])
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    assert refusal(Phone(), Said(typed)).key == "phone_unknown"


# files


def test_files_come_one_by_one_until_done() -> None:
    kind = File(most=2)
    assert refusal(kind, Tapped("k")).key == "file_none"
    first = kind.read(Sent(REPORT), NOW)
    assert first.held == [REPORT.to_json()]
    again = kind.read(Sent(REPORT), NOW, {}, first.held)
    assert again == first
    second = kind.read(Sent(FileRef("cd" * 32, "图.jpg", 5, "image/jpeg")), NOW, {}, first.held)
    assert refusal(kind, Sent(FileRef("ef", "三.jpg", 5)), second.held).facts == {"most": 2}
    value = kind.read(Tapped("k"), NOW, {}, second.held)
    assert kind.show(value) == "2个（报告.pdf、图.jpg）"
    assert kind.valid(json.loads(json.dumps(value)))
    assert kind.read(Tapped("u"), NOW, {}, second.held) == More([])


def test_a_single_file_is_the_answer_at_once() -> None:
    assert File(most=1).read(Sent(REPORT), NOW) == [REPORT.to_json()]


def test_a_file_nobody_could_use_is_refused() -> None:
    office = File(kinds=(*PICTURES, *PDF, *OFFICE), named="照片或文档", largest=20_000_000)
    assert refusal(office, Sent(FileRef("a", "x.exe", 5, "application/x-msdownload"))).facts == {
        "name": "x.exe",
        "kinds": "照片或文档",
    }
    assert refusal(office, Sent(FileRef("a", "x.pdf", 20_000_001, "application/pdf"))).key == "file_large"
    assert refusal(office, Sent(FileRef("a", "x.pdf", 0, "application/pdf"))).key == "file_blank"
    assert refusal(office, Said("在路上")).key == "file_expected"
    for name, mime in [("表.WPS", "application/wps-office.wps"), ("p", "image/heic"), ("a.docx", "")]:
        assert isinstance(office.read(Sent(FileRef("a", name, 5, mime)), NOW), More)


@pytest.mark.parametrize(
    ("name", "mime"),
    [("现场.jpg", "application/octet-stream"), ("整改通知.pdf", "image/png"), ("现场.jpg", "application/pdf")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_by_its_name(name: str, mime: str) -> None:
    evidence = File(kinds=(*PICTURES, *PDF), named="照片或PDF")
    problem = refusal(evidence, Sent(FileRef("a", name, 5, mime)))
    assert (problem.key, problem.facts) == ("file_disguised", {"name": name})


def test_a_wrong_kind_is_said_before_a_disguise() -> None:
    evidence = File(kinds=PICTURES, named="照片")
    assert refusal(evidence, Sent(FileRef("a", "报告.docx", 5, "application/octet-stream"))).key == "file_kind"
    assert refusal(evidence, Sent(FileRef("a", "照片.jpg", 0, "application/octet-stream"))).key == "file_blank"


def test_a_picture_is_taken_under_any_pictures_ending() -> None:
    evidence = File(kinds=PICTURES, named="照片")
    assert evidence.read(Sent(FileRef("a", "照片.jpg", 5, "image/heic")), NOW).held[0]["mime"] == "image/heic"


@pytest.mark.parametrize(
    ("name", "mime", "kept"),
    [
        ("1000001234", "image/jpeg", "1000001234.jpg"),
        ("", "application/pdf", "文件.pdf"),
        ("照片.JPG", "image/heic", "照片.JPG"),
        ("名单", "application/zip", "名单"),
    ],
)
def test_a_name_without_an_ending_gets_that_of_its_type(name: str, mime: str, kept: str) -> None:
    assert File().read(Sent(FileRef("a", name, 5, mime)), NOW).held[0]["name"] == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/报告.pdf", "报告.pdf"),
        ("C:\\a\\b.doc", "b.doc"),
        ("坏\x00\n名.jpg", "坏 名.jpg"),
        ("", "文件"),
        ("/", "文件"),
    ],
)
def test_a_file_keeps_a_harmless_name(name: str, kept: str) -> None:
    assert File().read(Sent(FileRef("a", name, 5)), NOW).held[0]["name"] == kept


def test_a_long_file_name_keeps_its_ending() -> None:
    name = File().read(Sent(FileRef("a", "长" * 200 + ".xlsx", 5)), NOW).held[0]["name"]
    assert name.endswith("….xlsx")
    assert len(name) <= 110


# what suits no kind


KINDS: tuple[Kind, ...] = (Text(10), Choice(FRUIT), Many(FRUIT), Date(), Count(), Phone(), File(), YesNo())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_wrong_input_is_a_refusal_of_its_own(kind: Kind) -> None:
    assert refusal(kind, Unreadable("sticker")).key == "unreadable_sticker"
    assert refusal(kind, Unreadable("voice")).key == "unreadable_voice"
    assert refusal(kind, Unreadable("location")).key == "unreadable_location"
    assert refusal(kind, Unreadable("too_large", {"limit": 20})).facts == {"limit": 20}
    assert refusal(kind, Unreadable("anything new")).key == "unreadable"
    assert refusal(kind, Command("start")).key == "command_unwanted"
    assert refusal(kind, Tapped("zz:9")).key == "button_unknown"
    assert refusal(kind, Tapped("")).key == "button_unknown"
    if not isinstance(kind, File):
        assert refusal(kind, Sent(REPORT)).key == "file_unwanted"
    if not isinstance(kind, Phone):
        assert refusal(kind, SharedPhone("13800000000")).key == "phone_unwanted"


@pytest.mark.parametrize(
    ("kind", "value", "shown", "cell"),
    [
        (Text(10), "=1+1", "=1+1", "=1+1"),
        (Choice(FRUIT), "a", "苹果", "苹果"),
        (Many(FRUIT), ["a", "c"], "苹果、３号梨", "苹果、３号梨"),
        (Many(FRUIT), [], "无", "无"),
        (Date(), "2020-07-08", "2020年7月8日", TODAY),
        (Count(), 0, "0", 0),
        (Phone(), "13800000000", "13800000000", "13800000000"),
        (YesNo(), False, "否", "否"),
        (File(), [REPORT.to_json()], "1个（报告.pdf）", "1个（报告.pdf）"),
    ],
)
def test_a_value_is_shown_and_tabled(kind: Kind, value: Value, shown: str, cell: Value) -> None:
    assert kind.valid(value)
    assert kind.show(value) == shown
    assert kind.cell(value) == cell
    assert kind.cell(None) is None


@given(st.sampled_from(KINDS), st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text())))
def test_what_a_kind_calls_valid_it_can_show(kind: Kind, value: Value) -> None:
    if kind.valid(value):
        assert kind.show(value)
        kind.cell(value)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Choice(()),
        lambda: Choice((Option("a", "甲"), Option("a", "乙"))),
        lambda: Many((Option("a", "甲"), Option("b", " 甲"))),
        lambda: Text(most=0),
        lambda: Text(most=3, suggestions=("太长太长",)),
    ],
)
def test_a_kind_that_cannot_work_is_not_built(build: Value) -> None:
    with pytest.raises(ValueError, match=r"option|text|suggestion"):
        build()
