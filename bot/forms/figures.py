"""Figures the ledger has as well: one that is not the ledger's takes a remark, and a filed report keeps both.

The fact of a figure has the figure's own key; its remark comes after it under `remark_of`. Fact `registered`: all of
them in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.core.fields import Count, Text
from bot.core.form import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.form import Answers, Facts, Form

#: Where a filed report keeps the ledger's figures of that moment, beside its answers.
LEDGER: Final = "ledger"
REGISTERED: Final = "台账登记"


def computed(key: str, question: str, column: str, example: str) -> tuple[Field, Field]:
    """Return the question of a figure that is the ledger's until somebody answers otherwise, and that of its remark."""
    figure = Field(key, question, Count(), column=column, follows=key, recall="registered", recall_label=REGISTERED)
    return figure, remark(key, column, example)


def remark(key: str, column: str, example: str) -> Field:
    """Return the question why a figure is not the ledger's."""
    return Field(
        remark_of(key),
        f"{column}与问题台账不一致，请说明原因。",
        Text(most=300),
        column=f"{column}说明",
        asked_if=strays(key),
        recall="registered",
        recall_label=REGISTERED,
        example=example,
    )


def remark_of(key: str) -> str:
    """Return the key of a figure's remark."""
    return f"{key}_remark"


def strays(key: str) -> Callable[[Answers, Facts], bool]:
    """Return the condition that this figure is not the ledger's."""

    def met(answers: Answers, facts: Facts) -> bool:
        given = answers.get(key)
        return given is not None and facts.get(key, given) != given

    return met


def remarks(form: Form) -> dict[str, str]:
    """Return figure -> remark, by their keys, in the form's order."""
    return {each.key: remark_of(each.key) for each in form.fields if form.field(remark_of(each.key))}


def ledger_counts(form: Form, facts: Facts) -> dict[str, int]:
    """Return the ledger's figures among the facts; none when there is no ledger."""
    return {key: facts[key] for key in remarks(form) if key in facts}


def strayed(form: Form, answers: Mapping[str, Any]) -> dict[str, int]:
    """Return the ledger's figure of that moment for every one of a filed report that is another."""
    known: dict[str, int] = answers.get(LEDGER) or {}
    return {key: known[key] for key in remarks(form) if key in known and answers.get(key) != known[key]}


def to_correct(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filed report's answers for its correction: what followed the ledger goes on following it."""
    known: dict[str, int] = answers.get(LEDGER) or {}
    followed = {each.key for each in form.fields if each.follows and answers.get(each.key) == known.get(each.key)}
    return {key: value for key, value in answers.items() if key not in followed}
