from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.issues import STATES, State
from bot.core.reconciliation import TOTAL, Flow, Line, Tally, check, lines, total

COUNT = st.integers(0, 500)


def tally(unit: str, *states: int, overdue: int = 0) -> Tally:
    counts = dict.fromkeys(STATES, 0) | dict(zip(STATES, states, strict=False))
    return Tally(unit, sum(counts.values()), counts, overdue)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Line]:
    """Return lines of ledgers that began with some entries and had a period."""
    made = []
    for unit in ("nongji", "xumu", "zhifa"):
        stock = tally(unit, *(draw(COUNT) for _ in STATES))
        flow = Flow(unit, **{field: draw(COUNT) for field in ("found", "mended", "returned", "reopened", "taken_back")})
        opening = draw(COUNT)
        unfinished = stock.found - stock.states["closed"] - stock.states["transferred"]
        gone = opening + flow.found + flow.reopened + flow.taken_back - unfinished
        if gone < 0:
            flow, gone = dataclasses.replace(flow, found=flow.found - gone), 0
        closed = draw(st.integers(0, gone))
        made.append(Line(unit, stock, dataclasses.replace(flow, closed=closed, transferred=gone - closed)))
    return made


def test_a_units_line_says_how_it_stands_and_what_the_week_did() -> None:
    stock = tally("nongji", 2, 5, 3, 20, 1, 4, overdue=6)
    week = Flow("nongji", found=4, mended=5, closed=6, returned=1, reopened=1, transferred=2, taken_back=1)
    (line,) = lines(["nongji"], [stock], [week])
    assert (line.found, line.in_hand, line.verifying, line.closed, line.returned, line.transferred) == (
        35,
        7,
        3,
        20,
        1,
        4,
    )
    assert (line.mended, line.overdue, line.rate) == (23, 6, 65.7)
    assert (line.opening, line.resumed, line.closing) == (13, 2, 11)
    assert line.opening + 4 - 6 - 2 + line.resumed == line.closing
    assert line.flow == week


def test_units_stand_in_the_campaigns_order_with_those_that_have_nothing_and_then_those_that_left_it() -> None:
    made = lines(["xumu", "nongji", "zhifa"], [tally("nongji", 1), tally("old", 0, 0, 0, 2)], [Flow("gone")])
    assert [line.unit for line in made] == ["xumu", "nongji", "zhifa", "gone", "old"]
    assert [line.found for line in made] == [0, 1, 0, 0, 2]
    assert lines(["xumu"], [], [])[0].rate is None


def test_all_together_are_the_last_line() -> None:
    made = lines(
        ["nongji", "xumu"],
        [tally("nongji", 2, 5, 3, 20, 1, 4, overdue=6), tally("xumu", 1, 0, 0, 1, overdue=1)],
        [Flow("nongji", found=4, closed=6), Flow("xumu", found=1)],
    )
    line = total(made)
    assert line.unit == TOTAL
    assert (line.found, line.in_hand, line.closed, line.overdue, line.flow.found, line.flow.closed) == (
        37,
        8,
        21,
        7,
        5,
        6,
    )
    assert total([]).found == 0


@pytest.mark.parametrize(("closed", "left", "rate"), [(0, 3, 0.0), (1, 2, 33.3), (2, 1, 66.6), (3, 0, 100.0)])
def test_the_rate_is_rounded_down(closed: int, left: int, rate: float) -> None:
    assert Line("nongji", tally("nongji", left, 0, 0, closed), Flow("nongji")).rate == rate


def test_the_rate_is_not_a_hundred_before_everything_is_mended() -> None:
    assert Line("nongji", tally("nongji", 1, 0, 0, 99_999), Flow("nongji")).rate == 99.9


@given(ledgers())
def test_every_line_and_their_sum_balance(made: list[Line]) -> None:
    for line in (*made, total(made)):
        check(line)
        flow = line.flow
        assert line.in_hand + line.verifying + line.closed + line.returned + line.transferred == line.found
        assert line.opening + flow.found - flow.closed - flow.transferred + line.resumed == line.closing
        assert line.rate is None or 0 <= line.rate <= 100
    for name in ("found", "mended", "opening", "closing", "resumed", "overdue"):
        assert getattr(total(made), name) == sum(getattr(line, name) for line in made)


@given(st.integers(1, 9), st.sampled_from(STATES), st.booleans())
def test_an_entry_in_two_states_or_in_none_is_told(by: int, state: State, more: bool) -> None:  # noqa: FBT001 - drawn
    stock = tally("nongji", 10, 10, 10, 10, 10, 10)
    wrong = dataclasses.replace(stock, states={**stock.states, state: 10 + (by if more else -by)})
    with pytest.raises(ValueError, match="nongji: found 60, but 待整改 "):
        lines(["nongji"], [wrong], [])


def test_what_cannot_have_been_is_told() -> None:
    with pytest.raises(ValueError, match="more overdue"):
        check(Line("nongji", tally("nongji", 1, 0, 5, overdue=2), Flow("nongji")))
    with pytest.raises(ValueError, match="opening balance -3"):
        check(Line("nongji", tally("nongji", 1), Flow("nongji", found=4)))
