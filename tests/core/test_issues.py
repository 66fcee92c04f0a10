from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.issues import (
    MENDED,
    OPEN,
    RULES,
    STATES,
    TO_DECIDE,
    TO_SIGN,
    Asked,
    Colour,
    Move,
    State,
    after,
    colour,
    overdue,
    right_to,
    rule_of,
    rules_for,
    standing,
)
from bot.core.problems import Problem
from bot.core.workdays import Workdays

Place = tuple[State, Asked]

#: Where an entry may begin: found, entered as mended on the spot, taken over as being mended.
BEGINNINGS: tuple[Place, ...] = (("found", ""), ("mending", "closing/head"), ("mending", ""))
MOVES: tuple[Move, ...] = get_args(Move)
EVERY_ASKED: tuple[Asked, ...] = get_args(Asked)

#: The life of an entry as the plan tells it: what may be done with it wherever it can come to be.
AT_WORK: dict[Asked, str] = {
    "": "progress correct ask_closing ask_extension ask_transfer continue transfer",
    "closing/head": "withdraw sign refuse transfer",
    "extension/head": "progress withdraw sign refuse transfer",
    "extension/brigade": "progress withdraw grant decline transfer",
    "transfer/head": "progress withdraw sign refuse transfer",
    "transfer/brigade": "progress withdraw decline transfer",
}
LIFE: dict[Place, str] = {
    **{(state, asked): moves for state in sorted(OPEN) for asked, moves in AT_WORK.items()},
    ("verifying", "closing/brigade"): "withdraw close send_back continue transfer",
    ("closed", ""): "reopen",
    ("transferred", ""): "reply take_back",
}


def reachable(*begin: Place, criminal: bool = False) -> set[Place]:
    seen, ahead = set(begin), list(begin)
    while ahead:
        state, asked = ahead.pop()
        for rule in rules_for(state, asked, criminal=criminal):
            there = after(state, asked, rule.move, criminal=criminal)
            if there not in seen:
                seen.add(there)
                ahead.append(there)
    return seen


def test_an_entry_comes_to_be_where_the_plan_says_and_nowhere_else() -> None:
    assert reachable(*BEGINNINGS) == set(LIFE)


@pytest.mark.parametrize("place", LIFE, ids="/".join)
def test_of_all_moves_those_of_the_plan_are_permitted_and_every_other_is_refused(place: Place) -> None:
    permitted = {rule.move for rule in rules_for(*place)}
    assert permitted == set(LIFE[place].split())
    for move in set(MOVES) - permitted:
        with pytest.raises(Problem) as refused:
            after(*place, move)
        assert refused.value.key == "issue_passed"
        assert refused.value.facts == {"state": standing(*place)}


def test_what_no_rule_names_is_refused_from_everywhere() -> None:
    for state, asked, move in product(STATES, EVERY_ASKED, MOVES):
        named = [rule for rule in RULES if rule.move == move and state in rule.states and asked in rule.asked]
        assert len(named) <= 1  # never two answers
        if not named:
            with pytest.raises(Problem):
                rule_of(state, asked, move)


def test_where_each_move_leads() -> None:
    for state in OPEN:
        assert after(state, "", "progress") == ("mending", "")
        assert after(state, "extension/brigade", "progress") == ("mending", "extension/brigade")
        assert after(state, "", "correct") == (state, "")
        assert after(state, "", "ask_closing") == (state, "closing/head")
        assert after(state, "", "ask_extension") == (state, "extension/head")
        assert after(state, "", "ask_transfer") == (state, "transfer/head")
        assert after(state, "closing/head", "sign") == ("verifying", "closing/brigade")
        assert after(state, "extension/head", "sign") == (state, "extension/brigade")
        assert after(state, "transfer/head", "sign") == (state, "transfer/brigade")
        assert after(state, "extension/brigade", "grant") == (state, "")
        assert after(state, "transfer/brigade", "transfer") == ("transferred", "")
        assert after(state, "", "continue") == ("mending", "")
        for asked in TO_SIGN:
            assert after(state, asked, "refuse") == after(state, asked, "withdraw") == (state, "")
    assert after("verifying", "closing/brigade", "close") == ("closed", "")
    assert after("verifying", "closing/brigade", "send_back") == ("returned", "")
    assert after("verifying", "closing/brigade", "withdraw") == ("mending", "")
    assert after("closed", "", "reopen") == after("transferred", "", "take_back") == ("returned", "")
    assert after("transferred", "", "reply") == ("transferred", "")


def test_an_entry_waits_for_verification_if_and_only_if_its_closing_lies_with_the_brigade() -> None:
    for state, asked in reachable(*BEGINNINGS):
        assert (state == "verifying") is (asked == "closing/brigade")


def test_nothing_is_asked_for_what_is_closed_or_transferred() -> None:
    assert {asked for state, asked in reachable(*BEGINNINGS) if state in {"closed", "transferred"}} == {""}


def test_what_may_be_a_crime_is_never_closed_and_can_always_be_handed_over() -> None:
    places = reachable(("found", ""), ("mending", ""), ("returned", ""), criminal=True)
    assert not MENDED & {state for state, _ in places}
    for place in places:
        assert ("transferred", "") in reachable(place, criminal=True)


@pytest.mark.parametrize(
    ("state", "asked", "move"),
    [("found", "", "ask_closing"), ("mending", "closing/head", "sign"), ("verifying", "closing/brigade", "close")],
)
def test_what_turns_out_to_be_a_crime_goes_no_further_towards_closing(state: State, asked: Asked, move: Move) -> None:
    with pytest.raises(Problem) as refused:
        after(state, asked, move, criminal=True)
    assert refused.value.key == "issue_criminal"
    assert after(state, asked, "transfer" if state == "verifying" else "continue" if not asked else "refuse")


def test_every_entry_can_come_to_an_end_and_every_end_can_be_undone() -> None:
    for place in reachable(*BEGINNINGS):
        ends = reachable(place)
        assert {("closed", ""), ("transferred", ""), ("returned", "")} <= ends


def test_whatever_is_asked_is_somebodys_to_answer() -> None:
    for state, asked in reachable(*BEGINNINGS):
        rights = {rule.right for rule in rules_for(state, asked) if rule.then is not None and rule.move != "transfer"}
        if asked in TO_SIGN:
            assert "issue.sign" in rights
        if asked in TO_DECIDE:
            assert rights & {"issue.verify", "issue.transfer"}


@pytest.mark.parametrize("move", MOVES)
def test_a_move_is_the_same_peoples_right_in_every_state(move: Move) -> None:
    assert {rule.right for rule in RULES if rule.move == move} == {right_to(move)}


def test_where_an_entry_stands_is_said_in_the_official_words() -> None:
    assert standing("found", "") == "待整改"
    assert standing("mending", "extension/brigade") == "整改中（延期申请待大队审批）"
    assert standing("verifying", "closing/brigade") == "待核查（销号申请待大队核查）"


@pytest.mark.parametrize(
    ("due", "yellow_from"),
    [
        ("2020-07-10", "2020-07-07"),  # Friday: Tuesday
        ("2020-07-13", "2020-07-08"),  # Monday: over the weekend to Wednesday
        ("2020-07-11", "2020-07-08"),  # a Saturday is nearer than it looks
        ("2020-06-29", "2020-06-23"),  # over the Dragon Boat Festival, with a Sunday worked in exchange
        ("2020-10-09", "2020-09-28"),  # over the National Day
        ("2020-10-05", "2020-09-28"),  # in its middle
    ],
)
def test_an_entry_is_blue_yellow_from_three_working_days_before_its_deadline_and_red_after(
    due: str, yellow_from: str
) -> None:
    last, first = date.fromisoformat(due), date.fromisoformat(yellow_from)
    seen = {day: colour("mending", last, day, Workdays(), 3) for day in days(first - timedelta(20), last)}
    assert {day for day, shown in seen.items() if shown == "yellow"} == set(days(first, last))
    assert {shown for day, shown in seen.items() if day < first} == {"blue"}
    assert {colour("mending", last, last + timedelta(late), Workdays(), 3) for late in (1, 2, 90)} == {"red"}


@pytest.mark.parametrize(
    ("state", "shown"),
    [("found", "red"), ("mending", "red"), ("returned", "red"), ("verifying", ""), ("closed", ""), ("transferred", "")],
)
def test_only_what_the_unit_has_to_act_on_has_a_colour(state: State, shown: Colour) -> None:
    assert colour(state, date(2020, 7, 10), date(2020, 7, 11), Workdays(), 3) == shown


def test_without_a_span_only_the_last_day_is_yellow() -> None:
    day = date(2020, 7, 10)
    assert [colour("found", day, day + timedelta(days), Workdays(), 0) for days in (-1, 0, 1)] == [
        "blue",
        "yellow",
        "red",
    ]


@given(
    st.sampled_from(STATES),
    st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    st.integers(-40, 40),
    st.integers(0, 10),
    st.sets(st.dates(date(2020, 1, 1), date(2020, 12, 31)), max_size=20),
)
def test_the_colours_are_windows_of_deadlines_a_list_can_be_narrowed_to(
    state: State, today: date, away: int, yellow: int, off: set[date]
) -> None:
    workdays = Workdays(off=tuple(off))
    due = today + timedelta(away)
    shown = colour(state, due, today, workdays, yellow)
    assert (shown == "yellow") is (state in OPEN and today <= due <= workdays.shift(today, yellow))
    assert (shown == "red") is overdue(state, due, today) is (state in OPEN and due < today)
    assert (shown == "") is (state not in OPEN)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days) for days in range((last - first).days + 1)]
