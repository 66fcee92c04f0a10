"""免报: why a unit owes nothing, and for how long.

Facts: `scopes` [[value, label], ...] where a single report can be meant, `earliest` and `latest` (ISO) the campaign's
days, `about` names unit and report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.fields import Choice, Date, Text, options_from
from bot.core.form import Field, Form
from bot.core.problems import Problem

if TYPE_CHECKING:
    from bot.core.form import Answers, Facts

ONCE: Final = "once"
SPAN: Final = "span"
SCOPES: Final = [[ONCE, "仅本次"], [SPAN, "一段时间，各项报送都免"]]


def for_a_while(answers: Answers, facts: Facts) -> bool:
    """Tell whether it is about days rather than one report."""
    return answers.get("scope") == SPAN or not facts.get("scopes")


def in_order(answers: Answers, _: Facts) -> None:
    """Refuse days that end before they begin."""
    first, last = answers.get("first"), answers.get("last")
    if first and last and last < first:
        raise Problem("excuse_backwards")


EXCUSE: Final = Form(
    "excuse",
    version=1,
    title="免报",
    fields=(
        Field("scope", "免报多久？", Choice(options_from("scopes")), column="免报范围"),
        Field("first", "从哪一天起免报？", Date("earliest", "latest"), column="开始日期", asked_if=for_a_while),
        Field("last", "免报到哪一天（含当天）？", Date("earliest", "latest"), column="结束日期", asked_if=for_a_while),
        Field(
            "reason",
            "因何免报？可点下面的常用原因，也可直接输入。",
            Text(most=200, suggestions=("机构改革，职能划转", "抽调执行专项任务", "本单位无此项工作")),
            column="免报原因",
            example="联系人休假，本周无执法工作",
        ),
    ),
    check=in_order,
)
