"""A form: questions in their order, which of them are asked, and what is complete.

One declaration drives the dialog, the review page and the columns of a table. A form built wrongly fails at
import, naming form and field. Leaves out moving through it (`bot.core.dialog`) and reading answers
(`bot.core.fields`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from bot.core.kind import NOTHING, Answers, Facts, Kind
from bot.core.problems import Problem
from bot.texts import dialog as words

__all__ = ["Answers", "Facts", "Field", "Form", "Zero", "above_zero"]

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
#: Longer questions leave too little of a message to answers and refusals.
_QUESTION: Final = 300
#: More answers than this fit no review page.
_MOST_FIELDS: Final = 100


@dataclass(frozen=True)
class Field:
    """One question. `prefill`, `recall`, `follows` are keys of the facts: a value offered, a text shown, the answer.

    What follows a fact is asked only when there is no such fact: until a person answers otherwise, the answer is the
    fact, whatever that has become meanwhile.
    """

    key: str
    question: str
    kind: Kind
    column: str = field(default="", kw_only=True)
    optional: bool = field(default=False, kw_only=True)
    asked_if: Callable[[Answers, Facts], bool] | None = field(default=None, kw_only=True)
    prefill: str = field(default="", kw_only=True)
    recall: str = field(default="", kw_only=True)
    recall_label: str = field(default="", kw_only=True)
    follows: str = field(default="", kw_only=True)
    example: str = field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """Return the field's short name: the column's heading, or the question where it has none."""
        return self.column or self.question

    @property
    def sample(self) -> str:
        """Return an answer as it may look; "" when there is none to show."""
        return self.example or self.kind.example


@dataclass(frozen=True)
class Zero:
    """The button that reports nothing new: on the first question, it finishes with these answers.

    `unless` are keys of the facts: when one of them holds more than nothing, there is something to report.
    """

    answers: Mapping[str, Any]
    label: str = words.ZERO
    unless: tuple[str, ...] = ()

    def true(self, facts: Facts) -> bool:
        """Tell whether nothing known speaks against it."""
        return not any(facts.get(key) for key in self.unless)


@dataclass(frozen=True)
class Form:
    """Questions in their order. Without `review` it is finished by its last answer.

    `check` raises Problem when answers contradict each other; it must cope with any of them missing.
    """

    name: str
    version: int
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    zero: Zero | None = None
    finish: str = words.SUBMIT
    review: bool = True
    check: Callable[[Answers, Facts], None] | None = None

    def __post_init__(self) -> None:
        """Check the whole form; ValueError names it and the field."""
        for fault in _faults(self):
            raise ValueError(f"form {self.name!r}: {fault}")

    @cached_property
    def _by_key(self) -> dict[str, Field]:
        return {each.key: each for each in self.fields}

    def field(self, key: str) -> Field | None:
        """Return the field with this key."""
        return self._by_key.get(key)

    @cached_property
    def _following(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields if each.follows)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {each.key: place for place, each in enumerate(self.fields)}

    def place(self, key: str) -> int:
        """Return where the field stands in the form, from 0; the number of fields for what is no field."""
        return self._places.get(key, len(self.fields))

    def asked(self, answers: Answers, facts: Facts = NOTHING) -> tuple[Field, ...]:
        """Return the fields that are asked; an answer to one that is not counts for no condition."""
        answers = self.known(answers, facts)
        asked = []
        live: dict[str, Any] = {}
        for each in self.fields:
            if each.asked_if is not None and not each.asked_if(live, facts):
                continue
            if each.key in answers:
                live[each.key] = answers[each.key]
            elif not each.kind.askable(facts):
                continue
            asked.append(each)
        return tuple(asked)

    def followed(self, answers: Answers, facts: Facts = NOTHING) -> dict[str, Any]:
        """Return the facts that are answers, because nobody has answered otherwise."""
        return {
            each.key: facts[each.follows]
            for each in self._following
            if each.key not in answers and each.follows in facts and each.kind.valid(facts[each.follows], facts)
        }

    def known(self, answers: Answers, facts: Facts = NOTHING) -> Answers:
        """Return the answers with the facts that are answers as well."""
        return {**self.followed(answers, facts), **answers} if self._following else answers

    def steps(self, answers: Answers, facts: Facts = NOTHING, at: str = "") -> tuple[Field, ...]:
        """Return the fields that are asked of a person, one after the other; the one `at` hand is one of them."""
        followed = self.followed(answers, facts)
        return tuple(each for each in self.asked(answers, facts) if each.key not in followed or each.key == at)

    def next_after(self, answers: Answers, skipped: tuple[str, ...] = (), facts: Facts = NOTHING) -> Field | None:
        """Return the first asked field neither answered nor skipped; None when the form is complete."""
        for each in self.steps(answers, facts):
            if each.key not in answers and not (each.optional and each.key in skipped):
                return each
        return None

    def live(self, answers: Answers, facts: Facts = NOTHING) -> dict[str, Any]:
        """Return the answers of the fields that are asked."""
        answers = self.known(answers, facts)
        return {each.key: answers[each.key] for each in self.asked(answers, facts) if each.key in answers}

    def contradiction(self, answers: Answers, facts: Facts = NOTHING) -> Problem | None:
        """Return why the answers that are asked for cannot stand side by side; None when they can."""
        if self.check is None:
            return None
        try:
            self.check(self.live(answers, facts), facts)
        except Problem as problem:
            return problem
        return None

    def fitting(self, answers: Answers, facts: Facts = NOTHING) -> dict[str, Any]:
        """Return those answers this version of the form could have been given."""
        return {
            each.key: answers[each.key]
            for each in self.fields
            if each.key in answers and each.kind.valid(answers[each.key], facts)
        }


def above_zero(*keys: str) -> Callable[[Answers, Facts], bool]:
    """Return the condition that one of these counts is more than nothing."""

    def met(answers: Answers, _: Facts) -> bool:
        return any(answers.get(key, 0) > 0 for key in keys)

    return met


class _Probe(Mapping[str, Any]):
    """Answers to nothing, which note what a condition asks for."""

    def __init__(self) -> None:
        self.asked_for: list[str] = []

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        self.asked_for.append(key)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _faults(form: Form) -> Iterator[str]:
    """Yield what is wrong with a form."""
    if not _KEY.fullmatch(form.name):
        yield "a name consists of small letters, digits and _"
    if form.version < 1 or not form.title:
        yield "a version from 1 and a title are needed"
    if not 1 <= len(form.fields) <= _MOST_FIELDS:
        yield f"a form has 1 to {_MOST_FIELDS} fields"
    known: list[str] = []
    for each in form.fields:
        for fault in _field_faults(each, known):
            yield f"field {each.key!r}: {fault}"
        known.append(each.key)
    if form.check is not None:
        try:
            form.check({}, NOTHING)
        except Exception as error:  # noqa: BLE001 - whatever it raises, nobody could answer a first question
            yield f"check must cope with questions not answered yet ({error!r})"
    if form.zero is not None:
        yield from _zero_faults(form.zero, {each.key: each for each in form.fields})


def _zero_faults(zero: Zero, fields: Mapping[str, Field]) -> Iterator[str]:
    if not zero.label or not zero.answers:
        yield "a zero report needs a label and answers"
    for key, value in zero.answers.items():
        if key not in fields:
            yield f"the zero report answers {key!r}, which is no field"
        elif not fields[key].kind.valid(value):
            yield f"field {key!r}: the zero report's answer does not suit it"


def _field_faults(each: Field, known: list[str]) -> Iterator[str]:
    if not _KEY.fullmatch(each.key):
        yield "a key consists of small letters, digits and _"
    if each.key in known:
        yield "the key is used twice"
    if not 1 <= len(each.question) <= _QUESTION:
        yield f"a question has 1 to {_QUESTION} characters"
    if each.recall_label and not each.recall:
        yield "recall_label without recall"
    if each.follows and (each.optional or each.prefill or each.kind.resumes):
        yield "what follows a fact is never left open, offers that fact and is answered at once"
    if each.asked_if is not None:
        probe = _Probe()
        try:
            each.asked_if(probe, NOTHING)
        except Exception as error:  # noqa: BLE001 - whatever a condition raises is the form's fault
            yield f"asked_if must cope with questions not answered yet and facts not known ({error!r})"
        for wanted in probe.asked_for:
            if wanted not in known:
                yield f"asked_if looks at {wanted!r}, which is no earlier field"
