"""Whatever a person does, in whatever order: the dialog's promises hold at every step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import dialog
from bot.core.dialog import REVIEW, Draft, Turn
from bot.core.fields import Choice, Count, Date, File, Many, Option, Phone, Text, YesNo, options_from
from bot.core.form import Field, Form, Zero, above_zero
from bot.core.messages import Command, Event, FileRef, Message, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.forms.returned import RETURN
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from bot.core.kind import Value

NOW = datetime(2020, 7, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS = {
    "areas": [["permits", "行政许可和行政处罚案件办理情况"], ["fines", "行政处罚"], ["staff", "队伍建设"]],
    "last_plan": "😀开展案卷评查" * 300,
    "found": 2,
    "about": "植保站 · 第28周",
}
EVERY = Form(
    "every",
    1,
    "各种题目",
    (
        Field("kind", "哪一类？", Choice((Option("slow", "慢作为"), Option("none", "不作为")))),
        Field("areas", "哪些方面？", Many(options_from("areas")), optional=True),
        Field("grave", "严重吗？", YesNo()),
        Field(
            "why", "为何严重？", Text(1500, least=2, suggestions=("数额较大",)), asked_if=lambda a: bool(a.get("grave"))
        ),
        Field("day", "哪一天？", Date(earliest=lambda today: today - timedelta(90), latest=lambda today: today)),
        Field("found", "几件？", Count(most=50), prefill="found"),
        Field("phone", "电话？", Phone(), asked_if=above_zero("found"), optional=True),
        Field("file", "依据？", File(most=1), asked_if=lambda a: a.get("why") == "数额较大"),
        Field("files", "附件？", File(most=2, kinds=("image/",)), optional=True),
        Field("rest", "其他？", Text(3000), recall="last_plan", optional=True),
    ),
    zero=Zero({"grave": False}),
)
FORMS = (EVERY, WEEKLY, RETURN)

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

    def __init__(self, form: Form, answers: dict[str, Any] | None = None) -> None:
        self.form = form
        self.draft = dialog.begin(form, 2**63 - 1, FACTS, answers or {})
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
                self.does(Sent(FileRef("a1", "图.jpg", 5, "image/jpeg")))
            case Text():
                self.does(Said("数额较大"))
            case Date():
                self.does(Said("昨天"))
            case Phone():
                self.does(Said("13800000000"))
            case _:
                self.does(Said("1"))


@settings(max_examples=150)
@given(st.sampled_from(FORMS), st.lists(DEEDS, max_size=40))
def test_nothing_breaks_and_the_form_can_always_be_finished(form: Form, deeds: list[Any]) -> None:
    person = Anybody(form)
    for deed in deeds:
        person.does(deed)
        if person.outcome in {"finished", "cancelled"}:
            return
    for _ in range(3 * len(form.fields) + 3):
        if person.draft.over == "cancel":
            person.does(Said("继续填写"))
        elif person.draft.over == "change":
            person.does(Said("返回核对"))
        elif person.draft.at == REVIEW:
            person.does(Said(form.finish))
        else:
            person.answers_anyhow()
        if person.outcome == "finished":
            return
    pytest.fail(f"not finished: {person.draft}")


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
