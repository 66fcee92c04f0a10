"""The forms of the registry, and what the weekly one asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.core.fields import File
from bot.core.messages import FileRef
from bot.forms import FORMS
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from bot.core.form import Form


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_fit_for_a_table(form: Form) -> None:
    assert FORMS[form.name] is form
    columns = [field.column for field in form.fields]
    assert all(columns)
    assert len(set(columns)) == len(columns)
    assert max(map(len, columns)) <= 12


def test_the_weekly_columns_are_in_office_wording() -> None:
    assert [field.column for field in WEEKLY.fields] == [
        "涉及方面",
        "本周工作开展情况",
        "工作成效",
        "发现问题数",
        "整改完成数",
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


@pytest.mark.parametrize("name", ["现场.jpg", "通知.pdf", "台账.xlsx", "总结.wps"])
def test_the_weekly_form_takes_what_offices_send(name: str) -> None:
    field = WEEKLY.field("files")
    assert field is not None
    assert isinstance(field.kind, File)
    assert field.kind.most == 5
    assert field.kind.sent(FileRef("a", name, 5), None)
