"""Every refusal has a sentence, and a sentence never fails."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bot.core.kind import _UNREADABLE
from bot.core.problems import Problem
from bot.texts.problems import SENTENCES, UNKNOWN, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

BOT = Path(__file__).parents[2] / "bot"


class Raised(NamedTuple):
    """One place that refuses: the keys it may name, and the facts it gives; None for some that are only known then."""

    where: str
    keys: tuple[str, ...]
    facts: frozenset[str | None]


def raised() -> Iterator[Raised]:
    """Yield every place in the product that makes a Problem."""
    for path in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                said = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                facts = frozenset(word.arg for word in node.keywords)
                yield Raised(f"{path.name}:{node.lineno}", tuple(each for each in said if isinstance(each, str)), facts)


RAISED = list(raised())
#: What names no key of its own: `bot.core.kind` looks it up.
LOOKED_UP = {*_UNREADABLE.values()}
#: A fact that shows the report below the sentence instead of standing in it.
SHOWN = "report"
#: How a sentence says what to do, or what is possible instead.
WAY_ON = re.compile("请|可以|可在|可从|可用")
#: Sentences that need no way on of their own, and why.
NO_WAY_ON = {
    "state_passed": "the report is shown below, with what can be done to it now",
    "no_sheet": "the report is shown below",
    "nothing_due": "the menu is shown below",
    "unit_needed": "said at the command line, with an example of what to write",
}


def test_refusals_are_found_in_the_code() -> None:
    keys = {key for each in RAISED for key in each.keys}
    assert {"text_long", "date_early", "file_kind", "forbidden", "unit_not_missing", "nobody_missing"} <= keys


@pytest.mark.parametrize("place", RAISED, ids=lambda place: place.where)
def test_every_refusal_has_a_sentence_and_just_the_facts_it_needs(place: Raised) -> None:
    for key in place.keys:
        needed = {name for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name} - {"example"}
        assert None in place.facts or place.facts - {SHOWN} == needed, key


def test_every_sentence_is_said_somewhere() -> None:
    assert SENTENCES.keys() == {key for each in RAISED for key in each.keys} | LOOKED_UP


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_refusal_says_what_can_be_done_instead(key: str) -> None:
    assert re.search("[。：]$|{example}$", SENTENCES[key])
    assert bool(WAY_ON.search(SENTENCES[key])) != (key in NO_WAY_ON)


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_sentence_reads_well_whatever_it_is_given(key: str) -> None:
    told = sentence(Problem(key))
    assert told.strip()
    assert "{" not in told
    named = [name for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name is not None]
    assert all(name.isidentifier() for name in named)


def test_facts_and_sizes_are_said_in_words() -> None:
    assert sentence(Problem("text_long", written=5000, most=1500)) == "写了5000字，最多1500字，请精简后再发一次。"
    assert sentence(Problem("file_large", size=31_457_280, limit=20_971_520)).startswith("文件有30 MB，最大20 MB")
    assert sentence(Problem("unreadable_too_large", limit=1_500_000)).startswith("文件太大，最大1.4 MB")


def test_an_example_goes_with_the_refusal() -> None:
    assert sentence(Problem("count_unknown"), "例如：3") == "请填一个整数，没有就填0。例如：3"


def test_braces_in_facts_and_unknown_keys_do_no_harm() -> None:
    assert "{0.__class__}" in sentence(Problem("many_unknown", unknown="{0.__class__}"))
    assert sentence(Problem("nobody_wrote_this")) == UNKNOWN
