"""The states of a submission and the moves between them: one table (requirements: C5, C6).

A version's life; a later version supersedes an earlier one and leaves its state as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["awaiting", "reported", "returned", "accepted", "withdrawn"]
Move = Literal["sign", "send_back", "accept", "return", "withdraw"]

#: What people call them (C5).
NAMES: Mapping[str, str] = {
    "awaiting": "待签批",
    "reported": "已报送",
    "returned": "已退回",
    "accepted": "已接收",
    "withdrawn": "已撤回",
}

MOVES: Mapping[tuple[State, Move], State] = {
    ("awaiting", "sign"): "reported",
    ("awaiting", "send_back"): "returned",
    ("awaiting", "withdraw"): "withdrawn",
    ("reported", "accept"): "accepted",
    ("reported", "return"): "returned",
    ("reported", "withdraw"): "withdrawn",
}

#: States in which the unit has done its duty.
DONE: frozenset[str] = frozenset({"reported", "accepted"})
#: States in which the duty is still to be done: nothing filed counts, or waits for anybody but the unit.
OWED: frozenset[str] = frozenset({"returned", "withdrawn"})
#: States a new version may follow: everything but what the brigade has accepted.
CORRECTABLE: frozenset[str] = frozenset({"awaiting", "reported", "returned", "withdrawn"})


def after(state: str, move: Move) -> State:
    """Return the state this move leads to; Problem("state_passed") where the table has no such move."""
    try:
        return MOVES[state, move]  # type: ignore[index]  # a state read from the database is a str
    except KeyError:
        raise Problem("state_passed", state=NAMES.get(state, state)) from None


def permits(state: str, move: Move) -> bool:
    """Tell whether the move is possible, to show its button or not."""
    return (state, move) in MOVES
