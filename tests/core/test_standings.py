"""Where a unit stands after any life of its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.core.lifecycle import CORRECTABLE, DONE, NAMES, RULES, TO_STAMP, UNDER_WAY, Move, State, after, permits
from bot.core.problems import Problem
from bot.core.standings import standing, standings

DUE = datetime(2020, 7, 10, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    unit: str
    version: int
    state: str
    reported_at: datetime | None = None


def test_nothing_filed_is_missing() -> None:
    assert standing([], DUE).kind == "missing"


def test_reported_at_noon_sharp_is_in_time_and_a_second_later_is_not() -> None:
    assert standing([Version("a", 1, "reported", DUE)], DUE).kind == "on_time"
    assert standing([Version("a", 1, "reported", DUE + timedelta(seconds=1))], DUE).kind == "late"


def test_a_correction_does_not_make_late_what_was_in_time() -> None:
    first = Version("a", 1, "reported", DUE - timedelta(hours=1))
    waiting = standing([first, Version("a", 2, "awaiting")], DUE)
    assert (waiting.kind, waiting.correcting, waiting.reported) == ("on_time", True, first)
    second = Version("a", 2, "reported", DUE + timedelta(hours=3))
    signed = standing([first, second], DUE)
    assert (signed.kind, signed.correcting, signed.reported) == ("on_time", False, second)


def test_a_unit_that_has_left_the_campaign_is_not_counted() -> None:
    gone = Version("gone", 1, "reported", DUE)
    assert list(standings(["a", "b"], [gone], DUE)) == ["a", "b"]


NEEDS = st.sets(st.sampled_from(["sign_off", "stamp"])).map(sorted)


@given(
    needs=NEEDS,
    steps=st.lists(st.sampled_from(get_args(Move)), max_size=40),
    noon=st.integers(min_value=0, max_value=39),
    excused=st.booleans(),
)
def test_any_life_leads_to_a_standing_that_fits_its_newest_version(  # noqa: C901 - a life has many turns
    needs: list[str], steps: list[Move], noon: int, *, excused: bool
) -> None:
    versions: list[Version] = []
    for minute, move in enumerate(steps):
        now = DUE + timedelta(minutes=minute - noon)
        if move in {"file", "file_for"}:
            if not versions or versions[-1].state in CORRECTABLE:
                state = after("draft", move, needs)
                versions.append(Version("a", len(versions) + 1, state, now if state == "reported" else None))
            continue
        if not versions:
            continue
        newest = versions[-1]
        allowed = permits(newest.state, move, needs)
        try:
            state = after(newest.state, move, needs)
        except Problem:
            assert not allowed
            continue
        assert allowed
        versions[-1] = replace(newest, state=state, reported_at=now if state == "reported" else newest.reported_at)
    at = standing(versions, DUE, excused=excused)
    if not versions:
        assert at.kind == ("excused" if excused else "missing")
        return
    newest = versions[-1]
    if newest.state in DONE:
        assert at.reported is newest
        assert not at.correcting
    elif newest.state in {"returned", "withdrawn"}:
        assert at.reported is None
        assert at.kind in ({"excused"} if excused else {"returned", "missing"})
    else:
        assert at.correcting == (at.reported is not None)
        if at.reported is None:
            assert at.kind == ("excused" if excused else "stamping" if newest.state in TO_STAMP else "awaiting")
    if at.reported is not None:
        assert at.reported.state in DONE
        assert at.reported.reported_at is not None


def test_no_move_leads_out_of_what_the_brigade_accepted() -> None:
    assert not [rule for rule in RULES if rule.before in {"accepted", "withdrawn", "returned"}]


@given(NEEDS)
def test_a_report_takes_just_the_steps_its_duty_needs(needs: list[str]) -> None:
    state: State = after("draft", "file", needs)
    taken = []
    for move, need in (("sign", "sign_off"), ("print", ""), ("stamp", "stamp")):
        if permits(state, move, needs):  # type: ignore[arg-type]
            taken.append(need)
            state = after(state, move, needs)  # type: ignore[arg-type]
    assert state == "reported"
    assert sorted(filter(None, taken)) == needs
    assert after("draft", "file_for", needs) == "reported"


def test_every_state_has_a_name_and_every_move_one_outcome() -> None:
    assert set(NAMES) == set(get_args(State)) == DONE | UNDER_WAY | {"draft", "returned", "withdrawn"}
    for needs in ((), ("sign_off",), ("stamp",), ("sign_off", "stamp")):
        moves = [(rule.before, rule.move) for rule in RULES if rule.holds(needs)]
        assert len(moves) == len(set(moves))


def test_an_excused_unit_owes_nothing_and_what_it_files_counts() -> None:
    assert standing([], DUE, excused=True).kind == "excused"
    assert standing([Version("a", 1, "reported", DUE)], DUE, excused=True).kind == "on_time"
    assert standings(["a", "b"], [], DUE, {"b"})["b"].kind == "excused"


def test_what_was_returned_or_withdrawn_is_in_time_only_if_it_comes_again_in_time() -> None:
    early, late = DUE - timedelta(hours=1), DUE + timedelta(hours=3)
    first, again = Version("a", 1, "reported", early), Version("a", 3, "reported", late)
    for state, reported_at in (("returned", early), ("withdrawn", early), ("withdrawn", None)):
        undone = Version("a", 2, state, reported_at)
        assert standing([undone, again], DUE).kind == "late"
        assert standing([first, undone, again], DUE).kind == "late", "a correction in between is no way around it"
    by_the_head = Version("a", 2, "returned")
    assert standing([first, by_the_head, again], DUE).kind == "on_time", "a head's no takes nothing back"


def test_an_excused_unit_need_not_finish_what_it_has_begun() -> None:
    for state in ("awaiting", "signed", "stamping"):
        begun = Version("a", 1, state)
        at = standing([begun], DUE, excused=True)
        assert (at.kind, at.report, at.reported) == ("excused", begun, None)
