"""Every refusal has a sentence, and a sentence never fails."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from bot.core.kind import _UNREADABLE
from bot.core.problems import Problem
from bot.texts.problems import SENTENCES, UNKNOWN, sentence

BOT = Path(__file__).parents[2] / "bot"
RAISED = {
    ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else "": f"{path.name}:{node.lineno}"
    for folder in ("core", "forms")
    for path in (BOT / folder).rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem" and node.args
}


def test_refusals_are_found_in_the_code() -> None:
    assert {"text_long", "date_early", "file_kind"} <= RAISED.keys()


@pytest.mark.parametrize("key", [*sorted(RAISED.keys() - {""}), *sorted({*_UNREADABLE.values()})])
def test_every_refusal_of_core_and_forms_has_a_sentence(key: str) -> None:
    assert key in SENTENCES, RAISED.get(key)


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
