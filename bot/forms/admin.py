"""What an administrator fills in: a unit, a day that is worked or not, a roster (系统管理).

Facts of a unit's forms: `names` and `series` that are taken, `ledger` whether entries are numbered, `old` its present
name. Facts of a day's: `earliest` and `latest` (ISO).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.core.choices import plain
from bot.core.fields import Choice, Date, Option, Text
from bot.core.form import Field, Form
from bot.core.problems import Problem
from bot.core.unit_codes import code_of
from bot.forms.finding import IMPORT

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.form import Answers, Facts


@dataclass(frozen=True)
class Code(Text):
    """What the numbers of a unit's entries begin with."""

    def said(self, text: str, now: datetime, facts: Facts) -> str:  # noqa: ARG002
        """Read it."""
        return code_of(text)


def free(answers: Answers, facts: Facts) -> None:
    """Refuse a name and a code another unit has, or had: what it filed goes on being called so."""
    name, code = str(answers.get("name", "")), str(answers.get("code", ""))
    if plain(name) in {plain(taken) for taken in facts.get("names") or ()}:
        raise Problem("unit_name_taken", name=name)
    if code in (facts.get("series") or ()):
        raise Problem("unit_code_taken", code=code)


_NAME: Final = Field("name", "单位叫什么名称？", Text(most=30, least=2), column="单位名称", example="种子管理站")

UNIT: Final = Form(
    "unit",
    version=1,
    title="新增单位",
    fields=(
        _NAME,
        Field(
            "code",
            "问题台账编号用什么代号？字母开头，只用字母和数字，最多10位。跳过的，由系统编一个。",
            Code(most=10),
            column="单位编号",
            optional=True,
            asked_if=lambda _, facts: bool(facts.get("ledger")),
            example="ZZ",
        ),
    ),
    check=free,
)

UNIT_NAME: Final = Form(
    "unit_name",
    version=1,
    title="单位改名",
    fields=(
        replace(
            _NAME,
            question="改为什么名称？以后各处都用新名称，编号和历史记录不变。",
            recall="old",
            recall_label="现名称",
        ),
    ),
    check=free,
)

WORKDAY: Final = Form(
    "workday",
    version=1,
    title="调整工作日",
    fields=(
        Field("day", "调整哪一天？", Date("earliest", "latest"), column="日期"),
        Field(
            "work",
            "这一天怎样安排？",
            Choice((Option("on", "上班"), Option("off", "休息"), Option("official", "按国家安排"))),
            column="安排",
        ),
    ),
    review=False,
)

ROSTER: Final = Form(
    "roster",
    version=1,
    title="名册导入",
    fields=(replace(IMPORT.fields[0], question="请发送Excel名册（.xlsx），表头与名册模板一致。", column="Excel名册"),),
    review=False,
)
