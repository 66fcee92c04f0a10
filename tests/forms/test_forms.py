"""The forms of the registry, and what the weekly one asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.core.fields import File
from bot.core.messages import FileRef
from bot.forms import FORMS
from bot.forms.weekly import LEDGER, REMARKS, WEEKLY, ledger_counts, strayed

if TYPE_CHECKING:
    from bot.core.form import Form


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_fit_for_a_table(form: Form) -> None:
    assert FORMS[form.name] is form
    columns = [field.column for field in form.fields if field.column or form.review]
    assert all(columns)
    assert len(set(columns)) == len(columns)
    assert all(len(column) <= 12 for column in columns)


def test_the_weekly_columns_are_in_office_wording() -> None:
    assert [field.column for field in WEEKLY.fields] == [
        "涉及方面",
        "本周工作开展情况",
        "工作成效",
        "发现问题数",
        "发现问题数说明",
        "整改完成数",
        "整改完成数说明",
        "发现问题及整改情况",
        "存在困难",
        "下周工作计划",
        "附件",
    ]


def test_the_weekly_zero_report_says_so() -> None:
    assert WEEKLY.zero is not None
    assert WEEKLY.zero.label == "本周无新增（零报告）"
    assert json.loads(json.dumps(dict(WEEKLY.zero.answers))) == {"done": "本周无新增", "found": 0, "mended": 0}


@pytest.mark.parametrize(("found", "mended", "asked"), [(0, 0, False), (1, 0, True), (0, 2, True)])
def test_the_weekly_form_asks_for_problems_only_when_there_are_some(found: int, mended: int, asked: bool) -> None:  # noqa: FBT001 - a column of the table above
    fields = WEEKLY.asked({"found": found, "mended": mended})
    assert ("problems" in [field.key for field in fields]) is asked


@pytest.mark.parametrize(
    ("answers", "facts", "asked"),
    [
        ({"found": 2}, {}, []),
        ({}, {"found": 2, "mended": 0}, []),
        ({"found": 2, "mended": 0}, {"found": 2, "mended": 0}, []),
        ({"found": 0, "mended": 0}, {"found": 2, "mended": 0}, ["found_remark"]),
        ({"found": 3, "mended": 1}, {"found": 2, "mended": 0}, ["found_remark", "mended_remark"]),
        ({"found": 2, "mended": 1}, {"found": 2, "mended": 0}, ["mended_remark"]),
    ],
)
def test_a_count_that_is_not_the_ledgers_takes_a_remark(
    answers: dict[str, int], facts: dict[str, int], asked: list[str]
) -> None:
    assert [field.key for field in WEEKLY.asked(answers, facts) if field.key in REMARKS.values()] == asked
    if answers:
        assert [REMARKS[key] for key in strayed({**answers, LEDGER: ledger_counts(facts)})] == asked


def test_a_remark_follows_its_count() -> None:
    for count, remark in REMARKS.items():
        assert WEEKLY.place(remark) == WEEKLY.place(count) + 1


def test_the_ledgers_counts_are_kept_where_no_answer_is() -> None:
    assert WEEKLY.field(LEDGER) is None
    assert ledger_counts({"found": 2, "mended": 0, "last_plan": "x"}) == {"found": 2, "mended": 0}
    assert ledger_counts({"last_plan": "x"}) == {}
    assert strayed({"found": 2, "mended": 1}) == {}  # filed before there was a ledger
    assert strayed({"found": 2, "mended": 1, LEDGER: {"found": 3, "mended": 1}}) == {"found": 3}


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        ({}, True),
        ({"found": 0, "mended": 0}, True),
        ({"found": 1, "mended": 0}, False),
        ({"found": 0, "mended": 1}, False),
    ],
)
def test_the_weekly_zero_report_is_for_weeks_without_anything(facts: dict[str, int], offered: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert WEEKLY.zero is not None
    assert WEEKLY.zero.true(facts) is offered


@pytest.mark.parametrize("name", ["现场.jpg", "通知.pdf", "台账.xlsx", "总结.wps"])
def test_the_weekly_form_takes_what_offices_send(name: str) -> None:
    field = WEEKLY.field("files")
    assert field is not None
    assert isinstance(field.kind, File)
    assert field.kind.most == 5
    assert field.kind.sent(FileRef("a", name, 5), None)
