"""Whatever a person does, in whatever order: the dialog's promises hold at every step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaigns import load
from bot.core import dialog
from bot.core.dialog import REVIEW, Draft, Turn
from bot.core.fields import Choice, Count, Date, File, Many, Nested, Option, Phone, Text, YesNo, options_from
from bot.core.form import Field, Form, Zero, above_zero
from bot.core.messages import Command, Event, FileRef, Message, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.core.problems import Problem
from bot.forms.case import CASE
from bot.forms.closing import SUMMARY
from bot.forms.contact_sheet import CONTACT_SHEET
from bot.forms.figures import computed
from bot.forms.inspection import INSPECTION
from bot.forms.issue import ISSUE
from bot.forms.returned import RETURN
from bot.forms.standards import standards_of
from bot.forms.statistics import statistics_of
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from bot.core.kind import Answers, Facts, Value

NOW = datetime(2020, 7, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS = {
    "areas": [["permits", "行政许可和行政处罚案件办理情况"], ["fines", "行政处罚"], ["staff", "队伍建设"]],
    "last_plan": "😀开展案卷评查" * 300,
    "found": 2,
    "mended": 0,
    "registered": "本周新增2件（ZB-2020-001、ZB-2020-002），整改完成0件",
    "entries": "ZB-2020-001 台账不全（待整改）\nZB-2020-002 记录缺页（整改中）",
    "about": "植保站 · 第28周",
    "units": [["zhibao", "植保站"], ["nongji", "农机站"]],
    "items": [["permits", "行政许可", ["受理/登记", "其他"]], ["fines", "行政处罚案件办理的全部情况", ["其他"]]],
    "sources": [["自查", "自查"]],
    "kinds": [["慢作为", "慢作为"], ["乱作为", "乱作为"]],
    "severities": [["一般", "一般"], ["严重", "严重"]],
    "earliest": "2016-01-01",
    "last_happened_on": "2020-07-08",
    "last_due": "2020-07-31",
    "total": 2,
    "found_1": 2,
    "verifying": 1,
    "cases": [["从重处罚", "从重处罚"], ["其他", "新型或者具有普遍意义的典型案例"]],
    "head_name": "钱某",
    "contact_name": "赵某",
    "contact_phone": "不详",
}


def in_order(answers: Answers, facts: Facts) -> None:
    """Refuse a day that does not lie between the others, and more than is known."""
    first, day, last = (answers.get(key) for key in ("first", "day", "last"))
    if (first and day and day < first) or (last and day and last < day) or (first and last and last < first):
        raise Problem("happened_after_found")
    if answers.get("grave") and answers.get("found", 0) > 10 * facts["found"]:
        raise Problem("count_large", most=20)


EVERY = Form(
    "every",
    1,
    "各种题目",
    (
        Field("kind", "哪一类？", Choice((Option("slow", "慢作为"), Option("none", "不作为")))),
        Field("areas", "哪些方面？", Many(options_from("areas")), optional=True),
        Field("grave", "严重吗？", YesNo()),
        Field(
            "why",
            "为何严重？",
            Text(1500, least=2, suggestions=("数额较大",)),
            asked_if=lambda a, _: bool(a.get("grave")),
        ),
        Field("item", "哪一项？", Nested("items")),
        Field("first", "从哪天起？", Date("earliest", lambda today: today), optional=True),
        Field("day", "哪一天？", Date(earliest=lambda today: today - timedelta(90), latest=lambda today: today)),
        Field("found", "几件？", Count(most=50), prefill="found"),
        Field("last", "到哪天为止？", Date(), asked_if=lambda a, f: a.get("found") != f.get("found")),
        Field("phone", "电话？", Phone(), asked_if=above_zero("found"), optional=True),
        Field("file", "依据？", File(most=1), asked_if=lambda a, _: a.get("why") == "数额较大"),
        Field("files", "附件？", File(most=2, kinds=("image/",)), optional=True),
        *computed("total", "合计几件？", "合计", "漏录1件"),
        Field("rest", "其他？", Text(3000), recall="last_plan", optional=True),
    ),
    zero=Zero({"grave": False}, unless=("mended",)),
    check=in_order,
)
SAMPLE = load(Path(__file__).parents[2] / "campaigns" / "sample-2020.toml")
DUTIES = (CONTACT_SHEET, standards_of(SAMPLE), INSPECTION, statistics_of(SAMPLE), SUMMARY, CASE)
FORMS = (EVERY, WEEKLY, RETURN, ISSUE, *DUTIES)

FILES = st.builds(
    FileRef,
    st.sampled_from(["a1", "b2", "c3", "\ud800"]),
    st.text(max_size=20) | st.sampled_from(["图.jpg", "x" * 300 + ".png", "../y.pdf"]),
    st.sampled_from([0, 5, 10**7, 10**10]),
    st.sampled_from(["image/jpeg", "application/pdf", "", "video/mp4"]),
)
SAYINGS = st.one_of(
    st.text(alphabet=st.characters(), max_size=40),
    st.sampled_from(
        [
            "1",
            "2",
            "二",
            "是",
            "否",
            "慢作为",
            "昨天",
            "7月8日",
            "13800000000",
            "数额较大",
            "完成",
            "1、3",
            "=1+1",
            "<b>",
            "沿用：2",
            "其他",
            "行政许可",
            "‹ 换一个方面",
            "6月1日",
            "2019年1月1日",
            "21",
        ]
    ),
    st.sampled_from(["上一步", "跳过", "取消", "确定取消", "提交", "修改", "保留"]),
    st.sampled_from(["\x00", "\ud83d", "字" * 1500, "😀" * 1500, "字" * 5000]),
)
#: What a person does: taps the n-th button shown now or ever, or sends something.
DEEDS = st.one_of(
    st.tuples(st.just("now"), st.integers(0, 80)),
    st.tuples(st.just("now"), st.integers(0, 80)),
    st.tuples(st.just("ever"), st.integers(0, 2000)),
    SAYINGS.map(Said),
    FILES.map(Sent),
    st.text(max_size=70).map(Tapped),
    st.tuples(st.sampled_from("otkcyqunbhpsxXwlmez") | st.just("ok"), st.text(max_size=9)),
    st.builds(SharedPhone, st.text(max_size=20) | st.just("+8613800000000")),
    st.builds(Command, st.text(max_size=9)),
    st.builds(Unreadable, st.text(max_size=9) | st.sampled_from(["sticker", "too_large"]), st.just({"limit": 5})),
)


class Anybody:
    """A chat that checks every promise at every step."""

    def __init__(self, form: Form, answers: dict[str, Any] | None = None, *, whole: bool = True) -> None:
        self.form = form
        self.draft = dialog.begin(form, 2**63 - 1, FACTS, answers or {}, whole=whole)
        self.message = dialog.page(form, self.draft, NOW)
        self.shown: list[str] = []
        self.outcome = "asking"
        self.check(self.message)

    def event(self, deed: Value) -> Event:
        match deed:
            case ("now", int(place)):
                actions = [button.action for row in self.message.buttons for button in row]
                return Tapped(actions[place % len(actions)])
            case ("ever", int(place)):
                return Tapped(self.shown[place % len(self.shown)])
            case (str(move), str(arg)):
                return Tapped(dialog.action(self.draft, f"{move}:{arg}"))
        return deed  # type: ignore[no-any-return]

    def does(self, deed: Value) -> Turn:
        event = self.event(deed)
        before = self.draft
        turn = dialog.step(self.form, before, event, NOW)
        state = json.loads(json.dumps(before.to_state()))
        assert dialog.step(self.form, Draft.from_state(before.id, before.revision, state), event, NOW) == turn
        assert turn.draft == before or turn.draft.revision == before.revision + 1
        assert (turn.message is not None) == (turn.outcome == "asking")
        if turn.draft == before:
            assert turn.outcome == "asking"
        if turn.outcome == "finished":
            self.check_finished(turn.draft)
        self.outcome = turn.outcome
        if turn.outcome in {"asking", "paused"}:
            self.draft = turn.draft
            self.message = turn.message or dialog.page(self.form, turn.draft, NOW)
            self.check(self.message)
        return turn

    def check(self, message: Message) -> None:
        actions = [button.action for row in message.buttons for button in row]
        assert actions
        assert len(set(actions)) == len(actions)
        assert all(len(action.encode()) <= 64 for action in actions)
        assert all(button.label.strip() for row in message.buttons for button in row)
        assert all(message.buttons)
        assert len(f"{message.title}\n{message.text}".encode("utf-16-le")) // 2 <= 4096
        assert Message.from_json(json.loads(json.dumps(message.to_json()))) == message
        self.shown += actions

    def check_finished(self, draft: Draft) -> None:
        if draft.zero:
            assert self.form.zero is not None
            assert draft.answers == self.form.zero.answers
            return
        asked = self.form.asked(draft.answers, FACTS)
        assert all(field.key in draft.answers or field.optional for field in asked)
        assert draft.answers.keys() <= {field.key for field in asked}
        assert self.form.contradiction(draft.answers, FACTS) is None
        for field in asked:
            if field.key in draft.answers:
                value = draft.answers[field.key]
                assert field.kind.valid(json.loads(json.dumps(value)), FACTS)
                assert field.kind.show(value, FACTS)

    def answers_anyhow(self) -> None:
        """Answer the question at hand as somebody would who wants to be through."""
        labels = {button.label: button.action for row in self.message.buttons for button in row}
        field = self.form.field(self.draft.at)
        assert field is not None
        for label in ("保留", "完成", "跳过"):
            if label in labels:
                self.does(Tapped(labels[label]))
                return
        match field.kind:
            case File():
                self.does(Sent(FileRef("a1", "全文.pdf", 5, "application/pdf")))
            case Text():
                self.does(Said("数额较大了"))
            case Date():
                self.answers_day(field.key)
            case Phone():
                self.does(Said("13800000000"))
            case _:
                self.does(Said("1"))

    def answers_day(self, key: str) -> None:
        """Answer with the day that agrees with the others, whatever they are."""
        known = [self.draft.answers.get(other) for other in ("first", "day", "found_on", "mended_on")]
        days = sorted(day for day in known if day) or ["2020-07-08"]
        early = key in {"first", "happened_on", "found_on"} or (key == "day" and "first" not in self.draft.answers)
        self.does(Said(days[0] if early else "2020-07-08"))

    def sets_right(self) -> None:
        """Change on the review page what contradicts, one answer after the other."""
        for key in ("first", "happened_on", "found_on", "day", "last", "mended_on", "due", "found"):
            asked = [field.key for field in self.form.asked(self.draft.answers, FACTS)]
            if key in asked and key in self.draft.answers:
                self.does(Said(str(asked.index(key) + 1)))
                assert self.draft.at == key
                self.does(Said("2" if key == "found" else "2020-07-08"))

    def finishes(self) -> None:
        """Answer what is open, set right what contradicts, and submit."""
        for _ in range(3 * len(self.form.fields) + 3):
            if self.draft.over == "cancel":
                self.does(Said("继续填写"))
            elif self.draft.over == "change":
                self.does(Said("返回核对"))
            elif self.draft.at != REVIEW:
                self.answers_anyhow()
            elif self.form.contradiction(self.draft.answers, FACTS):
                self.sets_right()
            else:
                self.does(Said(self.form.finish))
            if self.outcome == "finished":
                return
        pytest.fail(f"not finished: {self.draft}")


@settings(max_examples=300)
@given(st.sampled_from(FORMS), st.lists(DEEDS, max_size=40))
def test_nothing_breaks_and_the_form_can_always_be_finished(form: Form, deeds: list[Any]) -> None:
    person = Anybody(form)
    for deed in deeds:
        person.does(deed)
        if person.outcome in {"finished", "cancelled"}:
            return
    person.finishes()


@settings(max_examples=150)
@given(st.sampled_from((EVERY, WEEKLY)), st.lists(DEEDS, max_size=40))
def test_back_and_the_same_answer_again_lead_to_the_same_place(form: Form, deeds: list[Any]) -> None:
    person = Anybody(form)
    for deed in deeds:
        if person.outcome in {"finished", "cancelled"}:
            return
        person.does(deed)
        before = person.draft
        if person.outcome != "asking" or before.over or before.changing or before.at == form.fields[0].key:
            continue
        person.does(Said("上一步"))
        there = person.draft
        assert there.answers == before.answers
        field = form.field(there.at)
        assert field is not None
        if there.at not in before.answers:
            person.does(Said("跳过"))
        else:
            person.does(Said("完成" if field.kind.resumes else "保留"))
            if isinstance(field.kind, Many | File) and person.draft == there:  # tapped, not typed
                person.does(Tapped(dialog.action(there, "k")))
        again = person.draft
        assert replace(again, revision=0, since=0, scratch=None) == replace(before, revision=0, since=0, scratch=None)


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from([field.key for field in EVERY.fields]), st.none() | st.integers() | st.text(), max_size=5
    )
)
def test_a_correction_of_anything_can_be_begun(answers: dict[str, Any]) -> None:
    person = Anybody(EVERY, answers)
    assert all(EVERY.fitting({key: value}, FACTS) for key, value in person.draft.answers.items())
    person.does(Said("1"))


DAYS = st.sampled_from(["2016-01-01", "2020-06-01", "2020-07-01", "2020-07-08"])


@settings(max_examples=100)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("first", "day", "last"), DAYS),
            "found": st.sampled_from([0, 2, 30]),
            "grave": st.booleans(),
            "item": st.sampled_from(["permits/受理/登记", "fines/其他", "fines", "gone/其他"]),
        },
    ),
    st.booleans(),
    st.lists(DEEDS, max_size=15),
)
def test_whatever_was_kept_and_contradicts_can_be_set_right(
    answers: dict[str, Any],
    whole: bool,  # noqa: FBT001 - drawn like the others
    deeds: list[Any],
) -> None:
    person = Anybody(EVERY, answers, whole=whole)
    for deed in deeds:
        person.does(deed)
        if person.outcome in {"finished", "cancelled"}:
            return
    person.finishes()
