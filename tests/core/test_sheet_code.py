"""The code on a printed sheet: what changes it, what does not, and how it is typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sheet_code import ALPHABET, code, read

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99_999) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
answers = st.dictionaries(st.sampled_from(("done", "found", "mended", "next", "files", "areas")), values)
versions = st.integers(1, 99)


def of(version: int, given: dict[str, Any]) -> str:
    return code("weekly", "2020-W28", "nongji", version, given)


def test_a_code_is_two_groups_of_four_unmistakable_signs() -> None:
    made = of(1, {"done": "本周无新增", "found": 0, "mended": 0})
    assert made == "F4C6-64FV"  # printed sheets carry it: it must not change with the program
    assert not set("0O1I") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


@given(answers, versions)
def test_it_is_the_same_however_the_answers_were_kept(given: dict[str, Any], version: int) -> None:
    again = json.loads(json.dumps(dict(reversed(given.items()))))
    assert of(version, given) == of(version, again)


@given(answers, answers, versions, versions)
def test_any_change_of_answers_or_version_changes_it(
    one: dict[str, Any], other: dict[str, Any], first: int, second: int
) -> None:
    same = first == second and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (of(first, one) == of(second, other)) is same


@pytest.mark.parametrize(("at", "to"), [(0, "statistics"), (1, "2020-W29"), (2, "xumu")])
def test_another_report_has_another(at: int, to: str) -> None:
    changed = ["weekly", "2020-W28", "nongji"]
    changed[at] = to
    duty, period, unit = changed
    assert code(duty, period, unit, 1, {}) != of(1, {})


@given(answers, versions)
def test_every_code_is_read_back(given: dict[str, Any], version: int) -> None:
    made = of(version, given)
    assert read(made) == made


@pytest.mark.parametrize(
    "typed",
    [
        "7K3Q-92FD",
        "7k3q92fd",
        " 7k3q 92fd ",
        "7K3Q—92FD",
        "7 K 3 Q - 9 2 F D",
        "７Ｋ３Ｑ－９２ＦＤ",
        "核验码：7K3Q-92FD",
        "核验码 7k3q-92fd",
        "7K3Q\n92FD",
    ],
)
def test_a_typed_code_is_recognised(typed: str) -> None:
    assert read(typed) == "7K3Q-92FD"


@pytest.mark.parametrize("typed", ["", "7K3Q-92F", "7K3Q-92FDD", "0K3Q-92FD", "IK3Q-92FD", "本周无新增", "码7K3Q-92FD"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read(typed) is None


@given(st.text(max_size=30))
def test_anything_typed_is_survived(typed: str) -> None:
    found = read(typed)
    assert found is None or read(found) == found
