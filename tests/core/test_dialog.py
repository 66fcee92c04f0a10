"""The dialog as conversations: a person types and taps, and reads what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.core import dialog
from bot.core.dialog import REVIEW, Draft, Turn
from bot.core.fields import Choice, Count, Date, File, Many, Nested, Option, Phone, Text, YesNo, options_from
from bot.core.form import Field, Form, Zero, above_zero
from bot.core.messages import Command, FileRef, Message, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.core.problems import Problem

if TYPE_CHECKING:
    from bot.core.form import Answers, Facts
    from bot.core.messages import Event

NOW = datetime(2020, 7, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS = {
    "areas": [["permits", "行政许可"], ["fines", "行政处罚"], ["staff", "队伍建设"]],
    "last_plan": "开展案卷评查",
    "found": 2,
}
SHORT = Form(
    "short",
    1,
    "试填",
    (
        Field("areas", "哪些方面？", Many(options_from("areas"), least=1), column="方面", optional=True),
        Field(
            "done",
            "做了什么？",
            Text(1500),
            column="工作",
            recall="last_plan",
            recall_label="上周计划",
            example="查店12家",
        ),
        Field("found", "发现几件？", Count(), column="发现数", prefill="found"),
        Field("what", "什么问题？", Text(1000), column="问题", asked_if=above_zero("found")),
        Field("next", "下周计划？", Text(800), column="计划", optional=True),
    ),
    intro="请逐项填写。",
    zero=Zero({"done": "本周无新增", "found": 0}),
)


def in_order(answers: Answers, _: Facts) -> None:
    """Refuse what was found before it happened, or mended before it was found."""
    found, happened, mended = (answers.get(key) for key in ("found_on", "happened_on", "mended_on"))
    if found and happened and happened > found:
        raise Problem("happened_after_found")
    if found and mended and mended < found:
        raise Problem("mended_before_found")


FOUND_ON = Field("found_on", "哪天发现？", Date(), column="发现时间")
HAPPENED_ON = Field("happened_on", "哪天发生？", Date(), column="发生时间")
DATES = Form(
    "dates",
    1,
    "先后",
    (
        FOUND_ON,
        HAPPENED_ON,
        Field("mended", "改好了吗？", YesNo(), column="已改好"),
        Field("mended_on", "哪天改好？", Date(), column="完成时间", asked_if=lambda a, _: a.get("mended") is True),
        Field("what", "什么问题？", Text(50), column="问题"),
        Field("party", "涉及谁？", Text(50), column="当事人", optional=True),
    ),
    check=in_order,
)
PLAIN = Form("plain", 1, "两问", (Field("a", "甲？", Text(50)), Field("b", "乙？", Count())))


class Person:
    """Somebody with a chat in front of them; the draft goes through its JSON at every step."""

    def __init__(
        self,
        form: Form,
        facts: dict[str, Any] | None = None,
        answers: dict[str, Any] | None = None,
        *,
        whole: bool = True,
    ) -> None:
        self.form = form
        self.draft = dialog.begin(form, 7, FACTS if facts is None else facts, answers or {}, whole=whole)
        self.last: Message = dialog.page(form, self.draft, NOW)
        self.outcome = "asking"

    def does(self, event: Event) -> Turn:
        turn = dialog.step(self.form, self.draft, event, NOW)
        state = json.loads(json.dumps(turn.draft.to_state()))
        self.draft = Draft.from_state(turn.draft.id, turn.draft.revision, state)
        assert self.draft == turn.draft
        self.outcome = turn.outcome
        self.last = turn.message or self.last
        return turn

    def says(self, *texts: str) -> None:
        for text in texts:
            self.does(Said(text))

    def taps(self, *labels: str) -> None:
        for label in labels:
            self.does(Tapped(self.button(label)))

    def button(self, label: str) -> str:
        return next(button.action for row in self.last.buttons for button in row if button.label == label)

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.last.buttons for button in row]

    def sees(self, *parts: str) -> bool:
        return all(part in f"{self.last.title}\n{self.last.text}" for part in parts)


@pytest.fixture
def contact() -> Person:
    return Person(SHORT)


def at_review(contact: Person) -> Person:
    contact.taps("行政许可", "完成")
    contact.says("查店", "1", "账目不清", "查账")
    assert contact.draft.at == REVIEW
    return contact


def test_a_form_is_filled_in_from_the_first_question_to_the_last(contact: Person) -> None:
    assert contact.sees("试填 · 第1题/共4题", "请逐项填写。", "哪些方面？（可跳过）")
    contact.taps("行政处罚", "行政许可", "完成")
    assert contact.sees("第2题/共4题", "【上周计划】\n开展案卷评查", "做了什么？")
    assert contact.last.expects == "text"
    assert contact.last.example == "查店12家"
    contact.says("查店")
    contact.taps("沿用：2")
    assert contact.sees("第4题/共5题", "什么问题？")
    contact.says("账目不清")
    contact.taps("跳过")
    assert contact.sees(
        "试填 · 核对",
        "1. 方面：行政许可、行政处罚",
        "2. 工作：查店",
        "3. 发现数：2",
        "4. 问题：账目不清",
        "5. 计划：（未填）",
    )
    contact.taps("提交")
    assert contact.outcome == "finished"
    assert contact.draft.answers == {
        "areas": ["permits", "fines"],
        "done": "查店",
        "found": 2,
        "what": "账目不清",
    }
    assert not contact.draft.zero


def test_zero_is_one_tap_on_the_first_question(contact: Person) -> None:
    contact.taps("本周无新增（零报告）")
    assert contact.outcome == "finished"
    assert contact.draft.zero
    assert contact.draft.answers == {"done": "本周无新增", "found": 0}


def test_zero_is_not_offered_where_something_is_known() -> None:
    zero = Zero({"done": "本周无新增", "found": 0}, unless=("found",))
    form = replace(SHORT, zero=zero)
    assert "本周无新增（零报告）" in Person(form, {**FACTS, "found": 0}).labels
    assert "本周无新增（零报告）" in Person(form, {"areas": FACTS["areas"]}).labels
    contact = Person(form)
    assert "本周无新增（零报告）" not in contact.labels
    assert refused(contact, Tapped(dialog.action(contact.draft, "z"))).startswith("本周台账已有登记，不能报零报告")
    contact.taps("跳过")
    assert contact.sees("第2题")


def test_a_zero_button_that_has_become_untrue_is_answered_with_the_question() -> None:
    contact = Person(replace(SHORT, zero=Zero({"found": 0}, unless=("found",))), {**FACTS, "found": 0})
    zero = contact.button("本周无新增（零报告）")
    contact.draft = replace(contact.draft, facts=FACTS)
    assert refused(contact, Tapped(zero)).startswith("本周台账已有登记，不能报零报告")
    assert contact.sees("第1题/共4题", "哪些方面？")
    assert "本周无新增（零报告）" not in contact.labels


def test_zero_is_not_offered_once_something_is_answered(contact: Person) -> None:
    contact.taps("行政许可", "完成", "上一步")
    assert "本周无新增（零报告）" not in contact.labels


def test_taps_redraw_or_turn_the_page_and_typed_text_goes_below(contact: Person) -> None:
    places = [contact.last.place]
    for label in ("行政许可", "完成"):
        contact.taps(label)
        places.append(contact.last.place)
    contact.says("查店")
    assert [*places, contact.last.place] == ["new", "same", "next", "new"]


def test_back_shows_what_was_answered_and_keeps_it(contact: Person) -> None:
    contact.taps("跳过")
    contact.says("查店")
    contact.taps("上一步")
    assert contact.sees("第2题", "已填：查店")
    contact.taps("保留")
    assert contact.sees("第3题")
    assert contact.draft.answers == {"done": "查店"}


def test_back_goes_over_questions_that_were_not_asked(contact: Person) -> None:
    contact.taps("跳过")
    contact.says("查店", "0")
    assert contact.sees("下周计划？")
    contact.taps("上一步")
    assert contact.sees("发现几件？", "已填：0")
    contact.says("3")
    assert contact.sees("什么问题？")


def test_the_first_question_has_no_way_back_and_a_required_one_no_skip(contact: Person) -> None:
    assert "上一步" not in contact.labels
    contact.taps("跳过")
    assert "跳过" not in contact.labels


def test_back_from_the_review_page_leads_to_the_last_question(contact: Person) -> None:
    at_review(contact).taps("上一步")
    assert contact.sees("下周计划？", "已填：查账")
    contact.taps("保留")
    assert contact.draft.at == REVIEW


def test_ticks_made_before_are_there_again(contact: Person) -> None:
    contact.taps("行政许可", "完成", "上一步")
    assert "✓ 行政许可" in contact.labels
    contact.taps("✓ 行政许可", "行政处罚", "完成")
    assert contact.draft.answers == {"areas": ["fines"]}


def test_skipping_an_answered_question_empties_it(contact: Person) -> None:
    at_review(contact).taps("修改", "5. 计划", "跳过")
    assert contact.draft.at == REVIEW
    assert contact.sees("5. 计划：（未填）")


# change one answer


def test_changing_one_answer_returns_to_the_review_page(contact: Person) -> None:
    at_review(contact).taps("修改")
    assert contact.sees("请问要修改哪一项？")
    assert contact.last.place == "next"
    contact.taps("2. 工作")
    contact.says("查店12家")
    assert contact.sees("核对", "2. 工作：查店12家")


def test_an_answer_to_change_can_be_picked_by_its_number(contact: Person) -> None:
    at_review(contact).says("2")
    assert contact.sees("做了什么？", "已填：查店")
    contact.taps("上一步")
    assert contact.sees("核对")
    contact.says("修改", "３")
    assert contact.sees("发现几件？")


def test_the_chooser_leads_back(contact: Person) -> None:
    at_review(contact).taps("修改", "返回核对")
    assert contact.sees("核对", "提交")


def test_a_changed_answer_drops_what_is_no_longer_asked(contact: Person) -> None:
    at_review(contact).taps("修改", "3. 发现数", "0")
    assert not contact.sees("账目不清")
    contact.taps("提交")
    assert contact.draft.answers == {"areas": ["permits"], "done": "查店", "found": 0, "next": "查账"}


def test_a_changed_answer_asks_what_has_become_of_interest(contact: Person) -> None:
    contact.taps("跳过")
    contact.says("查店", "0", "查账", "3", "2")
    assert contact.sees("什么问题？")
    contact.taps("上一步")
    assert contact.sees("发现几件？", "已填：2")
    contact.taps("保留")
    contact.says("账目不清")
    assert contact.sees("核对", "4. 问题：账目不清")


def test_an_answer_put_aside_by_a_condition_comes_back_with_it(contact: Person) -> None:
    at_review(contact).says("3", "0", "3", "5")
    assert contact.sees("核对", "4. 问题：账目不清")


# ways out


def test_cancelling_asks_only_when_something_would_be_lost(contact: Person) -> None:
    contact.taps("取消")
    assert contact.outcome == "cancelled"

    answered = Person(SHORT)
    answered.taps("行政许可", "完成", "取消")
    assert answered.outcome == "asking"
    assert answered.sees("确定取消吗？")
    answered.taps("继续填写")
    assert answered.sees("第2题")
    answered.taps("取消", "确定取消")
    assert answered.outcome == "cancelled"


def test_ticks_not_yet_confirmed_are_something_to_lose(contact: Person) -> None:
    contact.taps("行政许可", "取消")
    assert contact.sees("确定取消吗？")
    contact.taps("继续填写")
    assert "✓ 行政许可" in contact.labels


def test_words_typed_while_asked_about_cancelling_are_no_answer(contact: Person) -> None:
    contact.taps("跳过")
    contact.says("查店")
    contact.taps("取消")
    contact.says("算了吧")
    assert contact.sees("请点下面的按钮", "确定取消吗？")
    contact.says("确定取消")
    assert contact.outcome == "cancelled"


def test_cancelling_twice_by_command_asks_once_more(contact: Person) -> None:
    contact.taps("行政许可", "完成", "取消")
    contact.does(Tapped(dialog.action(contact.draft, "x")))
    assert contact.outcome == "asking"
    assert contact.sees("确定取消吗？")


def test_later_keeps_everything(contact: Person) -> None:
    contact.taps("行政许可", "稍后再填")
    assert contact.outcome == "paused"
    again = dialog.page(SHORT, contact.draft, NOW)
    assert again.place == "new"
    assert "✓ 行政许可" in [button.label for row in again.buttons for button in row]


def test_a_labels_words_do_as_well_as_the_button(contact: Person) -> None:
    contact.says("跳过", "查店", "上一步")
    assert contact.sees("已填：查店")
    contact.says("保留", "0", " 跳过 ", "提交")
    assert contact.outcome == "finished"


# what is not understood


def refused(contact: Person, event: Event) -> str:
    before = contact.draft
    turn = contact.does(event)
    assert turn.draft == before
    assert turn.outcome == "asking"
    return contact.last.text


def test_wrong_input_is_told_and_the_question_stands(contact: Person) -> None:
    contact.taps("跳过")
    assert refused(contact, Said("字" * 5000)).startswith("写了5000字，最多1500字")
    assert refused(contact, Said(" \u200b ")).startswith("还没有写内容，请输入文字。例如：查店12家")
    assert refused(contact, Unreadable("sticker")).startswith("表情收到了")
    assert refused(contact, Unreadable("voice")).startswith("语音暂时听不了")
    assert refused(contact, Unreadable("too_large", {"limit": 20_971_520})).startswith("文件太大，最大20 MB")
    assert refused(contact, Sent(FileRef("a", "a.pdf", 5))).startswith("这一题不用上传文件")
    assert refused(contact, SharedPhone("13800000000")).startswith("这一题不用发送号码")
    assert refused(contact, Command("weekly")).startswith("正在填写")
    assert contact.sees("第2题/共4题", "做了什么？")
    contact.says("查店")
    assert refused(contact, Said("好几件")).startswith("请填一个整数，没有就填0。例如：3")


def test_a_formula_and_markup_are_just_text(contact: Person) -> None:
    contact.taps("跳过")
    contact.says('=HYPERLINK("http://x")<b>\x00\x1b')
    assert contact.draft.answers["done"] == '=HYPERLINK("http://x")<b>'


def test_a_stale_button_is_answered_with_the_present_question(contact: Person) -> None:
    skip = contact.button("跳过")
    contact.taps("跳过")
    assert refused(contact, Tapped(skip)).startswith("这一步已经答过了，请看当前问题")
    assert contact.sees("第2题")
    assert contact.last.place == "new"


@pytest.mark.parametrize(
    "forged", ["", "d", "d:7", "d:8:1:s", "d:7:1", "d:7:9:s", "d:7:1:", "m:menu", "d:٧:1:s", "d:-7:1:s"]
)
def test_a_foreign_button_changes_nothing(contact: Person, forged: str) -> None:
    assert refused(contact, Tapped(forged)).startswith("这一步已经答过了")


@pytest.mark.parametrize(
    "move", ["ok", "e:0", "b", "h", "p", "w", "X", "t:9:1", "t:x", "o:0", "y:1", "zz", "e:99999", "k"]
)
def test_a_move_that_is_not_offered_changes_nothing(contact: Person, move: str) -> None:
    refused(contact, Tapped(dialog.action(contact.draft, move)))
    assert contact.sees("第1题")


def test_words_on_the_review_page_point_to_its_buttons(contact: Person) -> None:
    at_review(contact)
    assert refused(contact, Said("好的")).startswith("请点下面的按钮")
    assert refused(contact, Said("9")).startswith("请点下面的按钮")


def test_ticks_tapped_faster_than_the_card_is_drawn_all_count(contact: Person) -> None:
    taps = [Tapped(contact.button(label)) for label in ("行政许可", "行政处罚", "行政许可")]
    for tap in taps:
        contact.does(tap)
    contact.taps("完成")
    assert contact.draft.answers == {"areas": ["permits", "fines"]}
    refused(contact, taps[0])  # the question is over: now it is stale


def test_a_tick_from_before_leaving_the_question_is_stale(contact: Person) -> None:
    tick = Tapped(contact.button("行政许可"))
    contact.taps("跳过", "上一步")
    assert refused(contact, tick).startswith("这一步已经答过了")


# answers that contradict each other


def dated(*, mended: str = "", **more: str) -> dict[str, Any]:
    """Return the answers of DATES, found on 1 July what happened the day before."""
    answers: dict[str, Any] = {"found_on": "2020-07-01", "happened_on": "2020-06-30", "mended": bool(mended)}
    return {**answers, **({"mended_on": mended} if mended else {}), "what": "账目不清", **more}


def test_an_answer_that_contradicts_is_refused_on_its_question_and_the_other_can_be_changed() -> None:
    contact = Person(DATES)
    contact.says("7月1日")
    assert refused(contact, Said("7月3日")) == "发生时间不能晚于发现时间，请核对。\n\n哪天发生？"
    contact.taps("上一步")
    contact.says("7月4日", "7月3日")
    assert contact.sees("改好了吗？")
    contact.taps("是")
    assert refused(contact, Said("7月3日")).startswith("完成时间不能早于发现时间")
    contact.says("7月4日", "账目不清", "跳过", "提交")
    assert contact.outcome == "finished"


def test_a_tapped_and_a_known_value_are_held_against_the_others_too() -> None:
    known = replace(HAPPENED_ON, prefill="last")
    contact = Person(replace(DATES, fields=(FOUND_ON, known)), {"last": "2020-07-05"})
    contact.says("7月1日")
    assert refused(contact, Tapped(contact.button("沿用：2020年7月5日"))).startswith("发生时间不能晚于发现时间")
    assert refused(contact, Tapped(contact.button("今天（7月8日）"))).startswith("发生时间不能晚于发现时间")
    contact.says("6月30日", "提交")
    assert contact.outcome == "finished"


@pytest.mark.parametrize("first", [1, 2])
def test_two_answers_are_changed_one_after_the_other_in_whichever_order(first: int) -> None:
    contact = Person(DATES, answers=dated())
    other = 3 - first
    later = {1: "7月6日", 2: "7月5日"}
    contact.says(str(first), later[first], str(other), later[other])
    assert contact.sees("1. 发现时间：2020年7月6日", "2. 发生时间：2020年7月5日")
    assert not contact.sees("不能")
    earlier = {1: "6月2日", 2: "6月1日"}
    contact.says(str(first), earlier[first], str(other), earlier[other], "提交")
    assert contact.outcome == "finished"


def test_the_review_page_says_what_contradicts_and_cannot_be_submitted_like_that() -> None:
    contact = Person(DATES, answers=dated())
    contact.says("2", "7月3日")
    assert contact.sees("先后 · 核对", "发生时间不能晚于发现时间，请核对。", "2. 发生时间：2020年7月3日")
    assert refused(contact, Tapped(contact.button("提交"))).count("发生时间不能晚于发现时间") == 1
    contact.says("1", "7月3日")
    assert not contact.sees("不能晚于")
    contact.taps("提交")
    assert contact.outcome == "finished"


def test_a_correction_of_contradicting_answers_is_mended_one_by_one() -> None:
    contact = Person(DATES, answers=dated(happened_on="2020-07-06", mended="2020-06-01"))
    assert contact.sees("核对", "发生时间不能晚于发现时间")
    contact.says("5", "账目混乱")  # what has nothing to do with it can be changed meanwhile
    assert contact.draft.answers["what"] == "账目混乱"
    contact.says("2", "6月30日")
    assert contact.sees("核对", "完成时间不能早于发现时间")
    contact.says("4", "7月2日", "提交")
    assert contact.outcome == "finished"


def test_kept_answers_that_contradict_do_not_stop_the_questions() -> None:
    kept = {"found_on": "2020-07-01", "happened_on": "2020-07-06", "mended": False}
    contact = Person(DATES, answers=kept, whole=False)
    assert contact.sees("第4题/共5题", "什么问题？")
    contact.says("账目不清")
    assert contact.sees("涉及谁？")
    contact.taps("跳过")
    assert contact.sees("核对", "发生时间不能晚于发现时间")
    contact.says("2", "7月1日", "提交")
    assert contact.outcome == "finished"


def test_a_kept_answer_further_on_does_not_stand_in_the_way_of_a_question() -> None:
    contact = Person(DATES, answers={"happened_on": "2020-07-06", "mended": False, "what": "账目"}, whole=False)
    assert contact.sees("哪天发现？")
    contact.says("7月1日", "跳过")
    assert contact.sees("核对", "发生时间不能晚于发现时间")
    contact.says("2", "7月1日", "提交")
    assert contact.outcome == "finished"


def test_an_answer_that_comes_back_with_its_question_and_contradicts_by_then() -> None:
    contact = Person(DATES, answers=dated(mended="2020-07-01"))
    contact.says("3", "否", "1", "7月5日")
    assert not contact.sees("不能")
    contact.says("3", "是")
    assert contact.sees("核对", "完成时间不能早于发现时间", "4. 完成时间：2020年7月1日")
    contact.says("4", "7月6日", "提交")
    assert contact.draft.answers["mended_on"] == "2020-07-06"


def test_a_form_without_review_shows_the_page_rather_than_finish_with_a_contradiction() -> None:
    form = replace(DATES, review=False)
    brigade = Person(form, answers={"found_on": "2020-07-01", "happened_on": "2020-07-06"}, whole=False)
    brigade.says("否", "账目不清", "跳过")
    assert brigade.outcome == "asking"
    assert brigade.sees("核对", "发生时间不能晚于发现时间")
    brigade.says("1", "7月6日")
    assert brigade.outcome == "finished"
    assert brigade.draft.answers["found_on"] == "2020-07-06"


# keeping some answers


def test_kept_answers_are_not_asked_again_but_all_others_are() -> None:
    contact = Person(SHORT, answers={"done": "查店", "found": 1}, whole=False)
    assert contact.sees("第1题/共5题", "哪些方面？")
    assert "上一步" not in contact.labels
    contact.taps("跳过")
    assert contact.sees("第4题", "什么问题？")
    contact.taps("上一步")
    assert contact.sees("第3题", "已填：1")
    contact.taps("保留")
    contact.says("账目不清")
    assert contact.sees("下周计划？")
    contact.taps("跳过")
    assert contact.sees("核对", "2. 工作：查店")
    contact.taps("提交")
    assert contact.draft.answers == {"done": "查店", "found": 1, "what": "账目不清"}


def test_when_nothing_that_was_kept_fits_it_is_as_if_nothing_had_been() -> None:
    contact = Person(SHORT, answers={"done": 5, "old": 1}, whole=False)
    assert contact.sees("请逐项填写。", "第1题")
    assert "本周无新增（零报告）" in contact.labels
    assert "上一步" not in contact.labels


# what is known moves on


UNLIKE = replace(
    SHORT,
    fields=(
        *SHORT.fields[1:3],
        Field(
            "why", "为何不同？", Text(50), column="说明", asked_if=lambda a, f: a.get("found", 0) != f.get("found", 0)
        ),
        *SHORT.fields[3:],
    ),
    zero=None,
)


def test_a_question_may_depend_on_what_is_known() -> None:
    contact = Person(UNLIKE)
    contact.says("查店")
    contact.taps("沿用：2")
    assert contact.sees("什么问题？")
    contact.taps("上一步")
    contact.says("3")
    assert contact.sees("为何不同？")
    contact.says("一件尚未录入", "账目", "跳过")
    assert contact.sees("3. 说明：一件尚未录入")


def test_a_question_opened_by_what_has_become_known_is_asked_before_submitting() -> None:
    contact = Person(UNLIKE, answers={"done": "查店", "found": 2, "what": "账目"})
    contact.draft = replace(contact.draft, facts={**FACTS, "found": 3})
    contact.taps("提交")
    assert contact.sees("为何不同？")
    contact.draft = replace(contact.draft, facts={**FACTS, "found": 2})
    contact.last = dialog.page(UNLIKE, contact.draft, NOW)
    assert contact.sees("核对")  # and no longer, once nothing is unlike any more
    contact.taps("提交")
    assert contact.draft.answers == {"done": "查店", "found": 2, "what": "账目"}


def test_a_long_known_text_has_a_short_button_and_is_taken_whole() -> None:
    told = "\n".join(f"NJ-2020-00{n} 执法记录填写不规范（待整改）" for n in range(1, 9))
    form = Form("long", 1, "长", (Field("what", "什么问题？", Text(1000), prefill="entries", recall="entries"),))
    contact = Person(form, {"entries": told})
    label = contact.labels[0]
    assert label.startswith("沿用：NJ-2020-001 执法记录")
    assert len(label) <= 27
    assert contact.sees("【供参考】\n" + told)
    contact.taps(label)
    assert contact.draft.answers == {"what": told}


# other kinds in a dialog


ITEMS = {"items": [["rules", "执法制度", ["两法衔接", "权责清单/运行"]], ["public", "社会监督", ["政务公开"]]]}
CHOSEN = Form(
    "chosen", 1, "类别", (Field("a", "甲？", Count()), Field("item", "哪一类？", Nested("items"), column="类别"))
)


def test_an_item_is_chosen_in_two_steps() -> None:
    contact = Person(CHOSEN, ITEMS)
    contact.says("1")
    assert contact.labels[:2] == ["执法制度", "社会监督"]
    contact.taps("执法制度")
    assert contact.last.place == "same"
    assert contact.sees("哪一类？", "【执法制度】")
    assert contact.labels[:3] == ["两法衔接", "权责清单/运行", "‹ 换一个方面"]
    contact.taps("‹ 换一个方面")
    assert contact.last.place == "same"
    contact.taps("社会监督", "政务公开")
    assert contact.sees("核对", "2. 类别：社会监督－政务公开")
    contact.says("2", "1", "2")
    assert contact.sees("核对", "2. 类别：执法制度－权责清单/运行")
    contact.taps("提交")
    assert contact.draft.answers == {"a": 1, "item": "rules/权责清单/运行"}


def test_an_open_area_is_closed_by_leaving_the_question() -> None:
    contact = Person(CHOSEN, ITEMS)
    contact.says("1", "执法制度", "上一步", "保留")
    assert contact.labels[:2] == ["执法制度", "社会监督"]
    contact.says("执法制度", "两法衔接", "上一步")
    assert contact.sees("已填：执法制度－两法衔接")
    contact.says("社会监督")
    assert contact.sees("【社会监督】", "已填：执法制度－两法衔接")
    contact.taps("保留")
    assert contact.sees("2. 类别：执法制度－两法衔接")


def test_a_button_of_an_area_left_meanwhile_is_stale() -> None:
    contact = Person(CHOSEN, ITEMS)
    contact.says("1", "执法制度")
    item = contact.button("权责清单/运行")
    contact.taps("‹ 换一个方面")
    assert refused(contact, Tapped(item)).startswith("这一步已经答过了")
    assert refused(contact, Tapped(dialog.action(contact.draft, "o:0"))).startswith("这个按钮现在用不上")
    assert refused(contact, Said("司法监督")).startswith("没有这一项，请点下面的按钮，或回复序号。例如：1")


def test_an_open_area_that_is_gone_leads_back_to_the_areas() -> None:
    contact = Person(CHOSEN, ITEMS)
    contact.says("1", "执法制度")
    contact.draft = replace(contact.draft, facts={"items": ITEMS["items"][1:]})
    contact.last = dialog.page(CHOSEN, contact.draft, NOW)
    assert contact.labels[0] == "社会监督"
    contact.says("1", "1")
    assert contact.sees("2. 类别：社会监督－政务公开")


def test_a_calendar_is_paged_in_place() -> None:
    contact = Person(Form("days", 1, "日期", (Field("day", "哪一天？", Date()), Field("b", "乙？", Count()))))
    assert "[8]" in contact.labels
    contact.taps("‹")
    assert contact.last.place == "same"
    assert "2020年6月" in contact.labels
    contact.taps("2020年6月")
    assert contact.sees("这一格没有可选的日期")
    assert contact.last.place == "same"
    contact.taps("30")
    assert contact.draft.answers == {"day": "2020-06-30"}
    contact.taps("上一步")
    assert contact.sees("已填：2020年6月30日")


def test_files_are_gathered_until_done() -> None:
    contact = Person(Form("paper", 1, "附件", (Field("files", "请发送附件。", File(most=3), optional=True),)))
    contact.does(Sent(FileRef("a", "一.jpg", 5)))
    contact.does(Sent(FileRef("b", "二.jpg", 5)))
    assert contact.sees("已收到2个文件（最多3个）", "1. 一.jpg", "2. 二.jpg")
    contact.taps("重新上传")
    assert "完成" not in contact.labels
    contact.does(Sent(FileRef("c", "三.jpg", 5)))
    contact.taps("完成")
    assert contact.sees("1个（三.jpg）")
    contact.says("1")
    contact.does(Sent(FileRef("d", "四.jpg", 5)))
    contact.taps("完成", "提交")
    assert [file["name"] for file in contact.draft.answers["files"]] == ["三.jpg", "四.jpg"]


def test_an_own_number_is_shared_and_the_rest_is_tapped() -> None:
    fields = (
        Field("phone", "联系电话？", Phone()),
        Field("kind", "哪一类？", Choice((Option("slow", "慢作为"), Option("none", "不作为")))),
        Field("grave", "严重吗？", YesNo()),
    )
    contact = Person(Form("sheet", 1, "登记", fields))
    assert contact.last.expects == "phone"
    contact.does(SharedPhone("+8613800000000"))
    contact.taps("不作为", "否")
    assert contact.sees("1. 联系电话？：13800000000", "2. 哪一类？：不作为", "3. 严重吗？：否")


def test_a_form_without_review_is_finished_by_its_last_answer() -> None:
    reason = Field("reason", "因何退回？", Text(50, suggestions=("不够具体", "数字有误")))
    head = Person(Form("return", 1, "退回", (reason,), review=False), {"about": "植保站 · 第28周"})
    assert head.sees("植保站 · 第28周", "因何退回？")
    assert head.labels == ["不够具体", "数字有误", "取消"]
    head.taps("数字有误")
    assert head.outcome == "finished"
    assert head.draft.answers == {"reason": "数字有误"}


# correcting, and other versions of the form


def test_a_correction_begins_at_the_review_page_with_the_old_answers() -> None:
    contact = Person(SHORT, answers={"done": "查店", "found": 1, "what": "账目"})
    assert contact.sees("核对", "1. 方面：（未填）", "4. 问题：账目", "5. 计划：（未填）")
    contact.taps("提交")
    assert contact.draft.answers == {"done": "查店", "found": 1, "what": "账目"}


def test_a_correction_asks_what_does_not_fit_any_more() -> None:
    contact = Person(SHORT, answers={"done": "查店", "found": "一", "old": 1})
    assert contact.sees("发现几件？")
    contact.says("0")
    assert contact.sees("核对")


def test_a_draft_of_an_earlier_version_goes_on() -> None:
    contact = Person(SHORT)
    contact.taps("跳过")
    contact.says("查店")
    newer = Form("short", 2, "试填", (SHORT.fields[1], Field("many", "几件？", Count(), column="件数")))
    contact.form = newer
    contact.last = dialog.page(newer, contact.draft, NOW)
    assert contact.sees("几件？", "第2题/共2题")
    contact.says("4")
    assert contact.sees("1. 工作：查店", "2. 件数：4")
    contact.taps("提交")
    assert contact.draft.answers == {"done": "查店", "many": 4}


def test_a_draft_on_the_review_page_is_asked_only_what_a_new_version_adds() -> None:
    contact = at_review(Person(SHORT))
    added = Field("why", "为什么？", Text(50), column="原因")
    contact.form = replace(SHORT, version=2, fields=(SHORT.fields[0], added, *SHORT.fields[1:]))
    contact.last = dialog.page(contact.form, contact.draft, NOW)
    assert contact.sees("第2题/共6题", "为什么？")
    contact.says("账目混乱")
    assert contact.sees("核对", "2. 原因：账目混乱", "3. 工作：查店")


def test_a_correction_with_an_open_first_question_offers_no_way_back() -> None:
    contact = Person(PLAIN, answers={"b": 2})
    assert contact.sees("甲？")
    assert "上一步" not in contact.labels
    contact.says("好")
    assert contact.sees("核对")


def test_a_known_value_that_does_not_suit_is_not_offered() -> None:
    contact = Person(SHORT, {**FACTS, "found": "很多"})
    contact.taps("跳过")
    contact.says("查店")
    assert not any(label.startswith("沿用") for label in contact.labels)


@pytest.mark.parametrize(
    ("day", "offered"), [("2020-07-07", False), ("2020-07-08", True), ("2020-07-20", True), ("2020-07-21", False)]
)
def test_a_known_day_is_offered_only_within_the_limits_of_the_question(day: str, offered: bool) -> None:  # noqa: FBT001 - a column of the table above
    due = Field("due", "最迟哪天？", Date(lambda today: today, "end"), prefill="last_due")
    contact = Person(Form("due", 1, "时限", (due,)), {"last_due": day, "end": "2020-07-20"})
    assert any(label.startswith("沿用") for label in contact.labels) is offered
    if not offered:
        refused(contact, Tapped(dialog.action(contact.draft, "p")))


def test_a_known_value_is_offered_beside_another_one_that_was_answered() -> None:
    contact = Person(SHORT)
    contact.says("跳过", "查店", "3", "上一步")
    assert contact.sees("已填：3")
    assert {"保留", "沿用：2"} <= set(contact.labels)
    contact.taps("沿用：2", "上一步")
    assert contact.sees("已填：2")
    assert not any(label.startswith("沿用") for label in contact.labels)


def test_a_prefill_typed_as_its_label_is_taken() -> None:
    contact = Person(SHORT)
    contact.says("跳过", "查店", "沿用：2")
    assert contact.draft.answers["found"] == 2


# lengths


def test_a_long_recall_is_shortened_not_the_question() -> None:
    contact = Person(SHORT, {**FACTS, "last_plan": "😀计划" * 1500})
    contact.taps("跳过")
    assert len(contact.last.text) < 4096
    assert contact.sees("做了什么？", "…")


def test_a_review_is_shortened_only_where_it_would_be_too_long(contact: Person) -> None:
    contact.taps("跳过")
    contact.says("查" * 1500, "1", "账" * 900, "计" * 800)
    assert contact.sees("查" * 1500, "账" * 900, "计" * 800)
    assert not contact.sees("省略")

    contact.says("2", "查" * 1499 + "完", "4", "账" * 1000)
    contact.does(Said("4"))
    contact.says("😀" * 1000)
    assert contact.sees("计" * 800, "（共1500字，此处从略）", "（共1000字，此处从略）", "提交的是全文")
    assert len((contact.last.title + contact.last.text).encode("utf-16-le")) // 2 < 4096
    contact.taps("提交")
    assert contact.draft.answers["what"] == "😀" * 1000


def test_actions_are_read_back() -> None:
    assert dialog.parse_action("d:7:3:t:1:0") == (7, 3, "t", "1:0")
    assert dialog.parse_action("d:7:3:s") == (7, 3, "s", "")
    assert dialog.parse_action("d:7:3:" + "x" * 80) is None
    draft = Draft(2**63 - 1, 2**31, "plain", 1, "a")
    assert all(len(dialog.action(draft, move).encode()) <= 64 for move in ("q:2020-07-08", "t:59:1"))


def test_the_shortest_form_needs_no_facts() -> None:
    contact = Person(PLAIN, {})
    contact.says("好", "两件", "提交")
    assert contact.draft.answers == {"a": "好", "b": 2}


def test_a_long_list_of_long_options_still_makes_a_message() -> None:
    options = tuple(Option(f"v{place}", f"{place}" + "长" * 90) for place in range(60))
    field = Field("one", "哪一项？", Choice(options), recall="last_plan")
    contact = Person(Form("long", 1, "长", (field,)), {"last_plan": "计" * 3000})
    assert len(contact.last.title + contact.last.text) < 4096
    contact.taps(contact.labels[59])
    assert contact.draft.answers == {"one": "v59"}
