"""A form: what is asked, what is complete, and what does not get built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.fields import Choice, Count, Many, Option, Text, YesNo, options_from
from bot.core.form import Field, Form, Zero, above_zero
from bot.core.problems import Problem

if TYPE_CHECKING:
    from bot.core.kind import Answers, Facts, Value

FOUND = Field("found", "发现几件？", Count(), column="发现数")
WHAT = Field("what", "是什么问题？", Text(100), asked_if=above_zero("found"))
GRAVE = Field("grave", "严重吗？", YesNo(), asked_if=lambda answers, _: bool(answers.get("what")))
WHAT_KIND = Field("kind", "有没有？", YesNo())
FOUND_IF = Field("found", "发现几件？", Count(), asked_if=lambda answers, _: answers.get("kind") is True)
NEXT = Field("next", "下周计划？", Text(100), optional=True)


def form(*fields: Field, **more: Value) -> Form:
    return Form("trial", 1, "试填", fields or (FOUND, WHAT, GRAVE, NEXT), **more)


def not_more_than_there_are(answers: Answers, facts: Facts) -> None:
    if answers.get("found", 0) > facts.get("shops", 9):
        raise Problem("too_many")


def keys(asked: tuple[Field, ...]) -> list[str]:
    return [field.key for field in asked]


def test_a_condition_decides_what_is_asked() -> None:
    assert keys(form().asked({})) == ["found", "next"]
    assert keys(form().asked({"found": 2})) == ["found", "what", "next"]
    assert keys(form().asked({"found": 2, "what": "账目"})) == ["found", "what", "grave", "next"]


def test_an_answer_to_a_question_no_longer_asked_counts_for_nothing() -> None:
    answers = {"found": 0, "what": "账目", "grave": True, "next": "查账"}
    assert keys(form().asked(answers)) == ["found", "next"]
    assert form().live(answers) == {"found": 0, "next": "查账"}


def test_a_condition_may_look_at_what_is_known() -> None:
    unlike = Field("why", "为何不同？", Text(100), asked_if=lambda a, facts: a.get("found") != facts.get("found"))
    trial = form(FOUND, unlike)
    assert keys(trial.asked({"found": 2}, {"found": 2})) == ["found"]
    assert keys(trial.asked({"found": 1}, {"found": 2})) == ["found", "why"]
    assert trial.live({"found": 2, "why": "漏报"}, {"found": 2}) == {"found": 2}
    assert trial.next_after({"found": 1}, (), {"found": 2}) is unlike


def test_answers_contradict_each_other_only_where_they_are_asked_for() -> None:
    trial = form(WHAT_KIND, FOUND_IF, check=not_more_than_there_are)
    problem = trial.contradiction({"kind": True, "found": 3}, {"shops": 2})
    assert problem is not None
    assert problem.key == "too_many"
    assert trial.contradiction({"kind": True, "found": 3}, {"shops": 3}) is None
    assert trial.contradiction({"kind": False, "found": 3}, {"shops": 2}) is None
    assert trial.contradiction({}, {}) is None
    assert form().contradiction({"found": 3}) is None


def test_a_zero_report_is_true_unless_something_is_known() -> None:
    zero = Zero({"found": 0}, unless=("found", "mended"))
    assert zero.true({})
    assert zero.true({"found": 0, "mended": 0})
    assert not zero.true({"found": 0, "mended": 1})
    assert Zero({"found": 0}).true({"found": 1})


def test_the_next_question_is_the_first_open_one() -> None:
    trial = form()
    assert trial.next_after({}) is FOUND
    assert trial.next_after({"found": 1}) is WHAT
    assert trial.next_after({"found": 0}) is NEXT
    assert trial.next_after({"found": 0}, ("next",)) is None
    assert trial.next_after({"next": "查账"}, ("found",)) is FOUND  # skipping is for optional questions only


def test_a_list_without_options_is_not_asked() -> None:
    trial = form(Field("areas", "方面？", Many(options_from("areas"))), FOUND)
    assert keys(trial.asked({})) == ["found"]
    assert keys(trial.asked({}, {"areas": [["a", "许可"]]})) == ["areas", "found"]


def test_answers_of_another_version_are_kept_where_they_fit() -> None:
    kept = form().fitting({"found": "三", "what": "账目", "gone": 1, "next": "x" * 101})
    assert kept == {"what": "账目"}


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: form(FOUND, FOUND), "'found'.*twice"),
        (lambda: form(Field("Found", "?", Count())), "'Found'.*small letters"),
        (lambda: form(Field("found", "", Count())), "'found'.*question"),
        (lambda: form(Field("found", "长" * 301, Count())), "'found'.*question"),
        (lambda: form(WHAT, FOUND), "'what'.*'found', which is no earlier field"),
        (lambda: form(FOUND, Field("x", "?", Count(), asked_if=above_zero("fuond"))), "'x'.*'fuond'"),
        (lambda: form(FOUND, Field("x", "?", Count(), asked_if=lambda a, _: a["found"] > 0)), "'x'.*not answered"),
        (lambda: form(FOUND, Field("x", "?", Count(), asked_if=lambda _, f: f["found"] > 0)), "'x'.*not known"),
        (lambda: form(check=lambda a, _: a["found"] + 1), "check.*not answered"),
        (lambda: form(FOUND, Field("x", "?", Count(), recall_label="上周")), "'x'.*recall"),
        (lambda: form(zero=Zero({"nought": 0})), "'nought', which is no field"),
        (lambda: form(zero=Zero({"found": "零"})), "'found'.*zero"),
        (lambda: form(zero=Zero({})), "zero report needs"),
        (lambda: Form("trial", 1, "试填", ()), "1 to 100 fields"),
        (lambda: Form("trial", 0, "试填", (FOUND,)), "version"),
        (lambda: Form("Trial form", 1, "试填", (FOUND,)), "Trial form"),
    ],
)
def test_a_form_built_wrongly_fails_naming_form_and_field(build: Value, named: str) -> None:
    with pytest.raises(ValueError, match=f"form '[Tt]rial.*{named}|form '{named}"):
        build()


def test_a_field_without_a_column_is_called_by_its_question() -> None:
    assert FOUND.label == "发现数"
    assert NEXT.label == "下周计划？"
    assert FOUND.sample == "3"
    assert Field("c", "?", Choice((Option("a", "甲"),)), example="甲").sample == "甲"
