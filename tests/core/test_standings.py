"""Where a unit stands after any life of its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.core.lifecycle import CORRECTABLE, DONE, MOVES, Move, after, permits
from bot.core.problems import Problem
from bot.core.standings import standing, standings

DUE = datetime(2020, 7, 10, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    unit: str
    version: int
    state: str
    signed_at: datetime | None = None


def test_nothing_filed_is_missing() -> None:
    assert standing([], DUE).kind == "missing"


def test_signed_at_noon_sharp_is_in_time_and_a_second_later_is_not() -> None:
    assert standing([Version("a", 1, "reported", DUE)], DUE).kind == "on_time"
    assert standing([Version("a", 1, "reported", DUE + timedelta(seconds=1))], DUE).kind == "late"


def test_a_correction_does_not_make_late_what_was_in_time() -> None:
    first = Version("a", 1, "reported", DUE - timedelta(hours=1))
    waiting = standing([first, Version("a", 2, "awaiting")], DUE)
    assert (waiting.kind, waiting.correcting, waiting.signed) == ("on_time", True, first)
    second = Version("a", 2, "reported", DUE + timedelta(hours=3))
    signed = standing([first, second], DUE)
    assert (signed.kind, signed.correcting, signed.signed) == ("on_time", False, second)


def test_a_unit_that_has_left_the_campaign_is_not_counted() -> None:
    gone = Version("gone", 1, "reported", DUE)
    assert list(standings(["a", "b"], [gone], DUE)) == ["a", "b"]


@given(st.lists(st.sampled_from(["file", *get_args(Move)]), max_size=40), st.integers(min_value=0, max_value=39))
def test_any_life_leads_to_a_standing_that_fits_its_newest_version(steps: list[str], noon: int) -> None:
    versions: list[Version] = []
    for minute, step in enumerate(steps):
        now = DUE + timedelta(minutes=minute - noon)
        if step == "file":
            if not versions or versions[-1].state in CORRECTABLE:
                versions.append(Version("a", len(versions) + 1, "awaiting"))
            continue
        if not versions:
            continue
        newest, move = versions[-1], step
        allowed = permits(newest.state, move)  # type: ignore[arg-type]
        try:
            state = after(newest.state, move)  # type: ignore[arg-type]
        except Problem:
            assert not allowed
            continue
        assert allowed
        versions[-1] = replace(newest, state=state, signed_at=now if move == "sign" else newest.signed_at)
    at = standing(versions, DUE)
    if not versions:
        assert at.kind == "missing"
        return
    newest = versions[-1]
    if newest.state in DONE:
        assert at.signed is newest
        assert not at.correcting
    elif newest.state in {"returned", "withdrawn"}:
        assert at.signed is None
    else:
        assert at.correcting == (at.signed is not None)
    if at.signed is not None:
        assert at.signed.state in DONE
        assert at.signed.signed_at is not None


def test_no_move_leads_out_of_what_the_brigade_accepted() -> None:
    assert not [move for (state, move) in MOVES if state in {"accepted", "withdrawn", "returned"}]
