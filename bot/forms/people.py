"""What is filled in about people: invitations, corrections, roles, who takes over, who stands in.

Facts: `units` [[key, name], ...]; `near` [[person id, name and role], ...], who is closest at hand; `known` {name:
[person id, ...]}, everybody else who may be named; `latest` (ISO), until when somebody may stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from bot.core.access import ROLES, UNIT_ROLES
from bot.core.fields import Choice, Date, Kind, Option, Phone, Text, options_from
from bot.core.form import Field, Form
from bot.core.problems import Problem
from bot.texts.enrolment import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.core.form import Answers, Facts

#: Who is meant, where it is nobody close at hand: somebody enrolled elsewhere, somebody to be invited.
OTHER: Final = "other"
NEW: Final = "new"
_NAME_MOST: Final = 20


@dataclass(frozen=True)
class _TheirPhone(Kind):
    """Somebody else's number: nobody is offered to send their own."""

    example: ClassVar = Phone.example

    def said(self, text: str, now: datetime, facts: Facts) -> str:  # noqa: ARG002
        """Read a typed number."""
        return Phone().shared(text)


def _near(facts: Facts) -> tuple[Option, ...]:
    close = options_from("near")(facts)
    return (*close, Option(OTHER, "其他单位的在册人员"), Option(NEW, "还没有加入的人员"))


def _is(who: str) -> Callable[[Answers, Facts], bool]:
    return lambda answers, _: answers.get("who") == who


def _one_of_that_name(answers: Answers, facts: Facts) -> None:
    """Refuse a name nobody has, and one that several have: which of them is meant cannot be said here."""
    if (name := answers.get("known")) is None:
        return
    found = (facts.get("known") or {}).get(name, [])
    if len(found) != 1:
        raise Problem("several_called_so" if found else "nobody_called_so", name=name)


_ROLE: Final = (
    Field(
        "role",
        "请选择角色。",
        Choice(tuple(Option(role, ROLE_NAMES[role]) for role in ROLES)),
        column="角色",
    ),
    Field(
        "unit",
        "请选择所在单位。",
        Choice(options_from("units")),
        column="单位",
        asked_if=lambda answers, _: answers.get("role") in UNIT_ROLES,
    ),
)
_NAME: Final = Field("name", "请输入姓名。", Text(most=_NAME_MOST), column="姓名", example="赵某")
_PHONE: Final = Field("phone", "请输入联系电话，不清楚的可以跳过。", _TheirPhone(), column="电话", optional=True)


def _picking(question: str, column: str) -> tuple[Field, ...]:
    """Return the questions that say who it is to be: enrolled, or to be invited."""
    return (
        Field("who", question, Choice(_near), column=column),
        Field(
            "known",
            "请输入这位同志的姓名，须与名册一致。",
            Text(most=_NAME_MOST),
            column="在册人员",
            asked_if=_is(OTHER),
            example="赵某",
        ),
        Field("name", _NAME.question, _NAME.kind, column="姓名", asked_if=_is(NEW), example="赵某"),
        Field("phone", _PHONE.question, _PHONE.kind, column="电话", optional=True, asked_if=_is(NEW)),
    )


INVITATION: Final = Form(
    "invite",
    version=1,
    title="邀请人员",
    fields=(*_ROLE, _NAME, _PHONE),
    finish="确认邀请",
)

PERSON: Final = Form(
    "person_edit",
    version=1,
    title="修改姓名电话",
    fields=(_NAME, _PHONE),
    finish="确认修改",
)

ROLE: Final = Form("person_role", version=1, title="增加角色", fields=_ROLE, finish="确认增加")

HANDOVER: Final = Form(
    "handover",
    version=1,
    title="换人",
    fields=_picking("由谁接任？", "接任人"),
    finish="确认换人",
    check=_one_of_that_name,
)

DEPUTY: Final = Form(
    "deputy",
    version=1,
    title="指定代签人",
    fields=(
        *_picking("由谁代为签批？", "代签人"),
        Field("until", "代签到哪一天为止（含当天）？", Date(lambda today: today, "latest"), column="代签至"),
    ),
    finish="确认指定",
    check=_one_of_that_name,
)
