"""The forms of the registry, what the weekly one asks, and those made for a campaign."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot import forms
from bot.campaigns import load
from bot.core import dialog
from bot.core.campaign import Area, Lists
from bot.core.campaign_rules import MOST_AREAS, MOST_POWERS
from bot.core.fields import Choice, Count, File
from bot.core.messages import FileRef, Sent
from bot.core.statistics import figures
from bot.forms import FORMS, TAILORED
from bot.forms.figures import LEDGER, ledger_counts, remark_of, remarks, strayed, to_correct
from bot.forms.inspection import INSPECTION
from bot.forms.standards import STATES, standards_of
from bot.forms.statistics import statistics_of
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from bot.core.form import Form

CAMPAIGN = load(Path(__file__).parents[2] / "campaigns" / "sample-2020.toml")
REMARKS = remarks(WEEKLY)


@pytest.mark.parametrize(
    "form", [*FORMS.values(), *(form(CAMPAIGN) for form in TAILORED.values())], ids=[*FORMS, *TAILORED]
)
def test_every_form_is_fit_for_a_table(form: Form) -> None:
    assert forms.exists(form.name)
    assert forms.of(CAMPAIGN, form.name).fields is form.fields
    columns = [field.column for field in form.fields if field.column or form.review]
    assert all(columns)
    assert len(set(columns)) == len(columns)
    assert all(len(column) <= 12 for column in columns if form.name not in TAILORED)  # there the campaign has a say


@pytest.mark.parametrize("name", ["sample-2020", "sample-2026-safety"])
def test_a_form_goes_by_the_name_of_its_duty(name: str) -> None:
    campaign = load(Path(__file__).parents[2] / "campaigns" / f"{name}.toml")
    for duty in campaign.duties:
        of_that_form = [each for each in campaign.duties if each.form == duty.form]
        if len(of_that_form) == 1 and not duty.every:
            assert duty.name.startswith(forms.of(campaign, duty.form).title)


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
        assert [REMARKS[key] for key in strayed(WEEKLY, {**answers, LEDGER: ledger_counts(WEEKLY, facts)})] == asked


@pytest.mark.parametrize("form", [WEEKLY, INSPECTION, statistics_of(CAMPAIGN)], ids=lambda form: form.name)
def test_a_remark_comes_right_after_its_figure_and_names_it(form: Form) -> None:
    counts = {field.key for field in form.fields if isinstance(field.kind, Count)}
    assert counts >= remarks(form).keys() >= {field.key for field in form.fields if field.follows}
    for figure, after in pairwise(form.fields):
        if figure.key in remarks(form):
            assert after.key == remark_of(figure.key)
            assert after.column == f"{figure.column}说明"
            assert after.question.startswith(f"{figure.column}与问题台账不一致")


def test_the_ledgers_counts_are_kept_where_no_answer_is() -> None:
    assert WEEKLY.field(LEDGER) is None
    assert ledger_counts(WEEKLY, {"found": 2, "mended": 0, "last_plan": "x"}) == {"found": 2, "mended": 0}
    assert ledger_counts(WEEKLY, {"last_plan": "x"}) == {}
    assert strayed(WEEKLY, {"found": 2, "mended": 1}) == {}  # filed before there was a ledger
    assert strayed(WEEKLY, {"found": 2, "mended": 1, LEDGER: {"found": 3, "mended": 1}}) == {"found": 3}


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


def test_the_statistics_table_asks_only_what_the_ledger_does_not_know() -> None:
    form = statistics_of(CAMPAIGN)
    facts = figures([], [area.key for area in CAMPAIGN.areas], [])
    assert set(facts) == set(remarks(form))
    assert [field.column for field in form.steps({}, facts)] == [
        "行政处罚件数",
        "立案件数",
        "责任追究人数",
        "建章立制件数",
        "备注",
    ]
    assert form.live({}, facts) == facts
    assert len(form.steps({})) == len(facts) + 5  # without a ledger all of it is asked


@pytest.mark.parametrize("number", [1, 6, MOST_POWERS])
def test_the_standards_are_asked_power_by_power(number: int) -> None:
    powers = tuple(f"职权{place}" for place in range(1, number + 1))
    form = standards_of(CAMPAIGN.model_copy(update={"own_lists": Lists(powers=powers)}))
    made = {f"state_{place}": "none" for place in range(1, number + 1)}
    assert [field.column for field in form.asked(made)] == [*(f"{power}进展" for power in powers), "备注"]
    shown = [
        state.value for state in STATES if "evidence_1" in [each.key for each in form.asked({"state_1": state.value})]
    ]
    assert shown == ["drafted", "bound", "published", "filed"]


def test_a_standard_is_told_in_one_tap() -> None:
    kinds = [field.kind for field in standards_of(CAMPAIGN).fields if field.key.startswith("state_")]
    assert len(kinds) == 6
    assert all(isinstance(kind, Choice) for kind in kinds)
    assert [state.label for state in STATES] == ["不涉及", "未制定", "已制定", "已装订", "已公布", "已备案"]


def test_forms_made_for_a_campaign_are_made_up_to_its_limits_and_say_what_they_need() -> None:
    areas = tuple(Area(key=f"a{number}", name="方" * 80, items=("其他",)) for number in range(MOST_AREAS))
    assert len(remarks(statistics_of(CAMPAIGN.model_copy(update={"areas": areas})))) == 7 + 2 * MOST_AREAS
    powers = tuple(f"{number}" + "职" * 300 for number in range(MOST_POWERS))
    assert standards_of(CAMPAIGN.model_copy(update={"own_lists": Lists(powers=powers)})).fields
    with pytest.raises(ValueError, match=r"'standards' needs \[lists\] powers"):
        forms.of(CAMPAIGN.model_copy(update={"own_lists": Lists()}), "standards")


def test_what_followed_the_ledger_goes_on_following_it_in_a_correction() -> None:
    filed = {"found": 2, "mended": 1, "mended_remark": "见附件", "work": "自查", LEDGER: {"found": 2, "mended": 0}}
    assert to_correct(INSPECTION, filed) == {key: filed[key] for key in ("mended", "mended_remark", "work", LEDGER)}
    assert to_correct(WEEKLY, filed) == filed  # a weekly count was answered by a person
    older = {"found": 2, "mended": 1}
    assert to_correct(INSPECTION, older) == older


@pytest.mark.parametrize("name", ["inspection", "closing"])
@pytest.mark.parametrize(
    ("sent", "fits"), [("全文.docx", True), ("全文.wps", True), ("全文.pdf", True), ("表.xlsx", False)]
)
def test_a_paper_is_taken_as_it_was_written(name: str, sent: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table above
    form = FORMS[name]
    draft = dialog.begin(form, 1, {})
    assert draft.at == "report"
    turn = dialog.step(form, draft, Sent(FileRef("a", sent, 5)), datetime(2020, 9, 8, tzinfo=CAMPAIGN.zone))
    assert (turn.draft.scratch is not None) is fits
