"""Answers that follow what is known: nobody is asked for them, everybody may change them, and then they stay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dialog import REVIEW
from bot.core.fields import Choice, Count, Many, Option, Text
from bot.core.form import Field, Form, Zero, above_zero
from bot.forms.figures import computed
from tests.core.test_dialog import Person

if TYPE_CHECKING:
    from bot.core.kind import Value

KNOWN = {"found": 3, "mended": 1, "registered": "发现3件，整改1件"}
TABLE = Form(
    "table",
    1,
    "统计表",
    (
        *computed("found", "共发现几件？", "发现数", "漏录1件"),
        Field("fines", "处罚几件？", Count(), column="处罚数"),
        *computed("mended", "整改几件？", "整改数", "漏录1件"),
        Field("what", "发现了什么？", Text(100), column="问题", asked_if=above_zero("found")),
        Field("note", "备注？", Text(100), column="备注", optional=True),
    ),
    intro="数字已填好。",
)


def at_review(facts: dict[str, Any] | None = None) -> Person:
    person = Person(TABLE, facts=KNOWN if facts is None else facts)
    person.taps("2")
    person.says("账目不清")
    person.taps("跳过")
    assert person.draft.at == REVIEW
    return person


def renew(person: Person, **facts: Value) -> None:
    """Let what is known change meanwhile, as `services.dialogs` does at every step."""
    person.draft = replace(person.draft, facts={**person.draft.facts, **facts})


def test_what_is_known_is_not_asked_but_shown_and_submitted() -> None:
    person = Person(TABLE, facts=KNOWN)
    assert person.sees("统计表 · 第1题/共3题", "数字已填好。", "处罚几件？")
    assert person.labels == ["0", "1", "2", "3", "稍后再填", "取消"]  # there is nothing before it
    person.taps("2")
    assert person.sees("第2题/共3题", "发现了什么？")
    person.says("账目不清")
    person.taps("跳过")
    assert person.sees("1. 发现数：3", "2. 处罚数：2", "3. 整改数：1", "4. 问题：账目不清", "5. 备注：（未填）")
    person.taps("提交")
    assert person.draft.answers == {"found": 3, "fines": 2, "mended": 1, "what": "账目不清"}


def test_back_goes_past_what_was_not_asked() -> None:
    person = at_review()
    person.taps("上一步", "上一步", "上一步")
    assert person.draft.at == "fines"
    assert "上一步" not in person.labels


def test_a_condition_counts_what_is_known() -> None:
    person = Person(TABLE, facts={**KNOWN, "found": 0})
    person.taps("2", "跳过")
    assert person.draft.at == REVIEW
    assert not person.sees("问题")


def test_another_figure_takes_a_remark_that_stays_with_it() -> None:
    person = at_review()
    person.taps("修改", "1. 发现数")
    assert person.sees("共发现几件？", "【台账登记】\n发现3件，整改1件", "已填：3")
    assert "保留" in person.labels
    person.says("4")
    assert person.sees("发现数与问题台账不一致，请说明原因。")
    person.says("漏录1件")
    assert person.sees("1. 发现数：4", "2. 发现数说明：漏录1件", "4. 整改数：1")
    renew(person, found=5)
    person.taps("修改", "返回核对")
    assert person.sees("1. 发现数：4", "2. 发现数说明：漏录1件")
    person.taps("提交")
    assert person.draft.answers["found"] == 4
    assert person.draft.answers["found_remark"] == "漏录1件"


def test_an_answer_nobody_changed_moves_with_what_is_known() -> None:
    person = at_review()
    renew(person, found=7)
    person.taps("修改", "返回核对")
    assert person.sees("1. 发现数：7")
    assert not person.sees("说明")
    renew(person, found=8)
    person.taps("提交")
    assert person.draft.answers["found"] == 8


@pytest.mark.parametrize("step", ["沿用：3", "3"])
def test_a_changed_answer_follows_again_once_it_is_as_known(step: str) -> None:
    person = at_review()
    person.says("1", "4", "漏录1件", "1")
    assert "沿用：3" in person.labels
    person.says(step)
    assert person.sees("1. 发现数：3")
    assert not person.sees("说明")
    renew(person, found=6)
    person.taps("提交")
    assert person.draft.answers["found"] == 6


def test_a_changed_answer_stays_even_when_the_ledger_comes_by_it() -> None:
    person = at_review()
    person.says("1", "4", "漏录1件")
    renew(person, found=4)
    person.taps("修改", "返回核对")
    assert not person.sees("说明")
    renew(person, found=5)
    person.taps("修改", "返回核对")
    assert person.sees("1. 发现数：4", "2. 发现数说明：漏录1件")


def test_without_anything_known_it_is_asked_like_the_others() -> None:
    person = Person(TABLE, facts={})
    assert person.sees("第1题/共4题", "共发现几件？")
    person.says("2", "0", "1", "账目不清")
    person.taps("跳过")
    person.taps("提交")
    assert person.draft.answers == {"found": 2, "fines": 0, "mended": 1, "what": "账目不清"}


@pytest.mark.parametrize("unfit", [-1, "三", None, True])
def test_a_fact_that_is_no_answer_is_not_followed(unfit: Value) -> None:
    assert Person(TABLE, facts={**KNOWN, "found": unfit}).sees("共发现几件？")


def test_a_form_of_nothing_but_what_is_known_begins_on_the_review_page() -> None:
    person = Person(Form("known", 1, "已知", TABLE.fields[:2]), facts=KNOWN)
    assert person.draft.at == REVIEW
    person.taps("取消")  # nobody has answered anything: there is nothing to lose
    assert person.outcome == "cancelled"


def test_zero_is_offered_on_the_first_question_that_is_asked() -> None:
    form = replace(TABLE, zero=Zero({"fines": 0}))
    assert Person(form, facts=KNOWN).labels[0] == "本周无新增（零报告）"


def test_what_follows_is_never_left_open_nor_resumed() -> None:
    for field in (
        Field("n", "?", Count(), follows="n", optional=True),
        Field("n", "?", Count(), follows="n", prefill="m"),
        Field("n", "?", Many((Option("a", "甲"),)), follows="n"),
    ):
        with pytest.raises(ValueError, match="'n': what follows a fact"):
            Form("f", 1, "F", (field,))
    assert Form("f", 1, "F", (Field("n", "?", Choice((Option("a", "甲"),)), follows="n"),)).live({}, {"n": "a"})


COUNTS = st.integers(0, 4)
MOVES = st.lists(st.tuples(st.sampled_from(["ledger", "person", "later"]), COUNTS), max_size=12)


@given(MOVES)
def test_nothing_a_person_answered_otherwise_is_ever_overwritten(moves: list[tuple[str, int]]) -> None:
    person, ledger, said = at_review(), 3, None
    for who, count in moves:
        if who == "ledger":
            ledger = count
            renew(person, found=count)
        elif who == "person":
            person.says("1", str(count))
            said = count if count != ledger else None
        else:
            person.taps("稍后再填")
        while person.draft.at != REVIEW:  # why the figure is another, and what was found
            person.says("情况属实")
    expected = ledger if said is None else said
    while person.outcome != "finished":
        person.taps("提交")
        if person.draft.at != REVIEW:
            person.says("情况属实")
    assert person.draft.answers["found"] == expected
    assert ("found_remark" in person.draft.answers) is (expected != ledger)
    assert person.draft.answers["mended"] == 1


LONG = Form("long", 1, "长表", tuple(Field(f"n{n}", f"第{n}个数？", Count(), column=f"数{n}") for n in range(1, 26)))


def test_a_long_chooser_is_turned_page_by_page() -> None:
    person = Person(LONG, answers={f"n{n}": n for n in range(1, 26)})
    person.taps("修改")
    assert person.labels == [*(f"{n}. 数{n}" for n in range(1, 17)), "返回核对", "下一页"]
    person.taps("下一页")
    assert person.labels == [*(f"{n}. 数{n}" for n in range(17, 26)), "上一页", "返回核对"]
    person.says("3")  # a number picks an answer of any page
    assert person.sees("第3个数？")
    person.says("7")
    person.taps("修改", "下一页", "返回核对", "修改")
    assert person.labels[0] == "1. 数1"
    assert person.sees("请问要修改哪一项？")
    person.taps("返回核对", "提交")
    assert person.draft.answers["n3"] == 7
