"""A row of an existing ledger: an entry, and what has become of it meanwhile (plan: L1-L4).

Read out of a table by `bot.core.ledger_rows` and drawn as the template for it, never asked in a chat. Facts: as
`bot.forms.issue`, with every unit of the campaign in `units`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.fields import Date, Text, YesNo
from bot.core.form import Field, Form
from bot.core.sheet import Misfit
from bot.forms.issue import ISSUE, dated, in_order, today
from bot.forms.mending import PROGRESS
from bot.forms.verifying import OPINION

if TYPE_CHECKING:
    from bot.core.form import Answers, Facts


def closed(answers: Answers, _: Facts) -> bool:
    """Tell whether it has been closed already."""
    return answers.get("closed") is True


def in_sequence(answers: Answers, facts: Facts) -> None:
    """Refuse what happened, was due, mended or verified before it could be."""
    in_order(answers, facts)
    found = answers.get("found_on")
    for key, problem in (
        ("due", "due_before_found"),
        ("finished_on", "mended_before_found"),
        ("verified_on", "verified_before_found"),
    ):
        if found and answers.get(key) and answers[key] < found:
            raise Misfit(problem)


def _imported(field: Field) -> Field:
    """Return a question of the entry form as a table answers it: old ledgers hold deadlines long past."""
    if field.key == "due":
        return replace(field, kind=Date("earliest"))
    return replace(field, optional=True) if field.key == "happened_on" else field


LEDGER_ROW: Final = Form(
    "ledger_row",
    version=1,
    title="问题台账",
    fields=(
        *(_imported(field) for field in ISSUE.fields if field.key != "evidence"),
        Field(
            "finished_on",
            "限期整改的，整改到位了没有？",
            Date("earliest", today),
            column="完成时间",
            optional=True,
            asked_if=dated,
        ),
        Field("progress", "整改到哪一步了？", PROGRESS.fields[0].kind, column="整改进展", optional=True),
        Field("closed", "是否已经销号？", YesNo(), column="是否销号", optional=True),
        Field("verified_by", "由谁核查？", Text(most=30), column="核查人", optional=True, asked_if=closed),
        Field(
            "verified_on",
            "什么时候核查的？",
            Date("earliest", today),
            column="核查时间",
            optional=True,
            asked_if=closed,
        ),
        Field("result", "核查结果怎样？", OPINION, column="核查结果", optional=True, asked_if=closed),
    ),
    check=in_sequence,
)

#: Columns only those who verify may fill in.
VERIFYING: Final = frozenset({"closed", "verified_by", "verified_on", "result"})

#: The description of the template's sample row, by which that row is known again.
DESCRIPTION: Final = next(field.example for field in ISSUE.fields if field.key == "description")
