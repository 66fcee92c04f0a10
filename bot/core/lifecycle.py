"""The states of a submission and the moves between them: one table, by what its duty needs (requirements: C5, C6).

A version's life; a later version supersedes an earlier one, begins anew, and so voids its signature and its stamp.
What is not filed yet is a draft: it has no row of its own among the submissions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

State = Literal["draft", "awaiting", "signed", "stamping", "reported", "accepted", "returned", "withdrawn"]
Move = Literal["file", "file_for", "sign", "send_back", "print", "stamp", "restamp", "accept", "return", "withdraw"]
Need = Literal["sign_off", "stamp"]

#: What people call them (C5). `signed`: nobody has the sheet to be stamped yet; `stamping`: its copy is waited for.
NAMES: Mapping[str, str] = {
    "draft": "草稿",
    "awaiting": "待签批",
    "signed": "已签批",
    "stamping": "待盖章",
    "reported": "已报送",
    "accepted": "已接收",
    "returned": "已退回",
    "withdrawn": "已撤回",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A permitted move; with `has` and `lacks` only for duties that need, or do not need, these steps."""

    before: State
    move: Move
    after: State
    has: frozenset[Need] = frozenset()
    lacks: frozenset[Need] = frozenset()

    def holds(self, needs: Collection[str]) -> bool:
        """Tell whether the rule is one for a duty that needs these steps."""
        return self.has.issubset(needs) and self.lacks.isdisjoint(needs)


_SIGN_OFF: frozenset[Need] = frozenset({"sign_off"})
_STAMP: frozenset[Need] = frozenset({"stamp"})

RULES: tuple[Rule, ...] = (
    Rule("draft", "file", "awaiting", has=_SIGN_OFF),
    Rule("draft", "file", "signed", has=_STAMP, lacks=_SIGN_OFF),  # there is no signature to wait for
    Rule("draft", "file", "reported", lacks=_SIGN_OFF | _STAMP),
    Rule("draft", "file_for", "reported"),  # by the brigade, which has the paper or the call in hand
    Rule("awaiting", "sign", "signed", has=_STAMP),
    Rule("awaiting", "sign", "reported", lacks=_STAMP),
    Rule("awaiting", "send_back", "returned"),
    Rule("signed", "print", "stamping"),  # the sheet has gone to somebody of the unit
    Rule("signed", "stamp", "reported"),
    Rule("stamping", "stamp", "reported"),
    Rule("reported", "restamp", "reported", has=_STAMP),  # a better copy of the same paper
    Rule("reported", "accept", "accepted"),
    Rule("reported", "return", "returned"),
    *(Rule(state, "withdraw", "withdrawn") for state in ("awaiting", "signed", "stamping", "reported")),
)

#: States in which the unit has done its duty.
DONE: frozenset[str] = frozenset({"reported", "accepted"})
#: States in which the unit's stamped copy is waited for.
TO_STAMP: frozenset[str] = frozenset({"signed", "stamping"})
#: States in which there is a sheet to print, for a duty that needs a stamp.
PRINTED: frozenset[str] = TO_STAMP | DONE
#: States in which something is on its way and waits for somebody of the unit.
UNDER_WAY: frozenset[str] = frozenset({"awaiting"}) | TO_STAMP
#: States in which the duty is still to be done: nothing filed counts, or waits for anybody but the unit.
OWED: frozenset[str] = frozenset({"returned", "withdrawn"})
#: States a new version may follow: everything but what the brigade has accepted.
CORRECTABLE: frozenset[str] = frozenset({"awaiting", "signed", "stamping", "reported", "returned", "withdrawn"})


def after(state: str, move: Move, needs: Collection[str]) -> State:
    """Return the state this move leads to; Problem("state_passed") where no rule has it."""
    for rule in RULES:
        if rule.before == state and rule.move == move and rule.holds(needs):
            return rule.after
    raise Problem("state_passed", state=NAMES.get(state, state))


def permits(state: str, move: Move, needs: Collection[str]) -> bool:
    """Tell whether the move is possible, to show its button or not."""
    return any(rule.before == state and rule.move == move and rule.holds(needs) for rule in RULES)
