"""The life of an issue on the ledger: its states, what the unit may ask for, and every permitted move (plan: L4).

One table, `RULES`: from which states, while what is asked for, a move leads where, and whose right it is. What a unit
asks for (closing, more time, transfer) its head signs and the brigade decides. Leaves out storing (`storage.issues`)
and the forms that gather what a move needs (`bot.forms`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from bot.core.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bot.core.access import Action
    from bot.core.workdays import Workdays

State = Literal["found", "mending", "verifying", "closed", "returned", "transferred"]
#: What the unit has asked for, and on whose desk it lies.
Asked = Literal[
    "",
    "closing/head",
    "closing/brigade",
    "extension/head",
    "extension/brigade",
    "transfer/head",
    "transfer/brigade",
]
Move = Literal[
    "progress",
    "correct",
    "ask_closing",
    "ask_extension",
    "ask_transfer",
    "withdraw",
    "sign",
    "refuse",
    "close",
    "send_back",
    "grant",
    "decline",
    "continue",
    "transfer",
    "reply",
    "take_back",
    "reopen",
]
Handling = Literal["at_once", "dated"]
#: How near the deadline is: far, near, past; "" for what has none any more, or waits for the brigade.
Colour = Literal["", "blue", "yellow", "red"]

#: The official words, in the order in which a table counts them.
NAMES: Final[Mapping[State, str]] = {
    "found": "待整改",
    "mending": "整改中",
    "verifying": "待核查",
    "closed": "已销号",
    "returned": "退回整改",
    "transferred": "移交",
}
ASKED_NAMES: Final[Mapping[Asked, str]] = {
    "": "",
    "closing/head": "销号申请待负责人签批",
    "closing/brigade": "销号申请待大队核查",
    "extension/head": "延期申请待负责人签批",
    "extension/brigade": "延期申请待大队审批",
    "transfer/head": "移交申请待负责人签批",
    "transfer/brigade": "移交申请待大队确认",
}
HANDLING_NAMES: Final[Mapping[Handling, str]] = {"at_once": "立行立改", "dated": "限期整改"}
COLOUR_NAMES: Final[Mapping[Colour, str]] = {"": "", "blue": "蓝", "yellow": "黄", "red": "红"}

STATES: Final[tuple[State, ...]] = get_args(State)
_BY_NAME: Final[Mapping[str, State]] = {state: state for state in STATES}
#: The unit has to act: these are reminded of, and can be overdue.
OPEN: Final[frozenset[State]] = frozenset({"found", "mending", "returned"})
#: The unit has done its part: what counts as mended.
MENDED: Final[frozenset[State]] = frozenset({"verifying", "closed"})
#: On the head's desk, and on the brigade's.
TO_SIGN: Final[frozenset[Asked]] = frozenset({"closing/head", "extension/head", "transfer/head"})
TO_DECIDE: Final[frozenset[Asked]] = frozenset({"closing/brigade", "extension/brigade", "transfer/brigade"})

_NOTHING: Final[frozenset[Asked]] = frozenset({""})
_NOT_CLOSING: Final[frozenset[Asked]] = frozenset(get_args(Asked)) - {"closing/head", "closing/brigade"}
_ANYTHING: Final[frozenset[Asked]] = frozenset(get_args(Asked))
_VERIFYING: Final[frozenset[State]] = frozenset({"verifying"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One move out of `states` while one of `asked` is asked for. `to` and `then` None: as before.

    `honest`: not permitted for what may be a crime, which no penalty settles (plan: L4, no 以罚代刑).
    """

    move: Move
    right: Action
    states: frozenset[State]
    asked: frozenset[Asked]
    to: State | None = None
    then: Asked | None = ""
    honest: bool = False


def _only(*asked: Asked) -> frozenset[Asked]:
    return frozenset(asked)


RULES: Final[tuple[Rule, ...]] = (
    # the unit
    Rule("progress", "issue.mend", OPEN, _NOT_CLOSING, to="mending", then=None),
    Rule("correct", "issue.mend", OPEN, _NOTHING),
    Rule("ask_closing", "issue.mend", OPEN, _NOTHING, then="closing/head", honest=True),
    Rule("ask_extension", "issue.mend", OPEN, _NOTHING, then="extension/head"),
    Rule("ask_transfer", "issue.mend", OPEN, _NOTHING, then="transfer/head"),
    Rule("withdraw", "issue.mend", OPEN, TO_SIGN | _only("extension/brigade", "transfer/brigade")),
    Rule("withdraw", "issue.mend", _VERIFYING, _only("closing/brigade"), to="mending"),
    # its head
    Rule("sign", "issue.sign", OPEN, _only("closing/head"), to="verifying", then="closing/brigade", honest=True),
    Rule("sign", "issue.sign", OPEN, _only("extension/head"), then="extension/brigade"),
    Rule("sign", "issue.sign", OPEN, _only("transfer/head"), then="transfer/brigade"),
    Rule("refuse", "issue.sign", OPEN, TO_SIGN),
    # the brigade
    Rule("close", "issue.verify", _VERIFYING, _only("closing/brigade"), to="closed", honest=True),
    Rule("send_back", "issue.verify", _VERIFYING, _only("closing/brigade"), to="returned"),
    Rule("grant", "issue.verify", OPEN, _only("extension/brigade")),
    Rule("decline", "issue.verify", OPEN, _only("extension/brigade", "transfer/brigade")),
    Rule("continue", "issue.verify", OPEN | _VERIFYING, _only("", "closing/brigade"), to="mending"),
    Rule("transfer", "issue.transfer", OPEN | _VERIFYING, _ANYTHING, to="transferred"),
    Rule("reply", "issue.transfer", frozenset({"transferred"}), _NOTHING),
    Rule("take_back", "issue.verify", frozenset({"transferred"}), _NOTHING, to="returned"),
    Rule("reopen", "issue.verify", frozenset({"closed"}), _NOTHING, to="returned"),
)


def rules_for(state: State, asked: Asked, *, criminal: bool = False) -> Iterator[Rule]:
    """Yield the moves permitted here, whoever makes them."""
    for rule in RULES:
        if state in rule.states and asked in rule.asked and not (rule.honest and criminal):
            yield rule


def rule_of(state: State, asked: Asked, move: Move, *, criminal: bool = False) -> Rule:
    """Return the rule of this move here; Problem("issue_criminal") or Problem("issue_passed") when there is none."""
    for rule in RULES:
        if rule.move == move and state in rule.states and asked in rule.asked:
            if rule.honest and criminal:
                raise Problem("issue_criminal")
            return rule
    raise Problem("issue_passed", state=standing(state, asked))


def after(state: State, asked: Asked, move: Move, *, criminal: bool = False) -> tuple[State, Asked]:
    """Return what this move leads to; Problem as `rule_of`."""
    rule = rule_of(state, asked, move, criminal=criminal)
    return rule.to or state, asked if rule.then is None else rule.then


def right_to(move: Move) -> Action:
    """Return whose right a move is: the same in every state."""
    return next(rule.right for rule in RULES if rule.move == move)


def standing(state: State, asked: Asked) -> str:
    """Return where an issue stands, in words: 整改中（延期申请待大队审批）."""
    name = NAMES[state]
    return f"{name}（{ASKED_NAMES[asked]}）" if asked else name


def colour(state: State, due: date, today: date, workdays: Workdays, yellow: int) -> Colour:
    """Return how near the deadline is; it is past once its day is over. `yellow` in working days."""
    if state not in OPEN:
        return ""
    if due < today:
        return "red"
    return "yellow" if workdays.shift(due, -yellow) <= today else "blue"


def overdue(state: State, due: date, today: date) -> bool:
    """Tell whether the unit is late with it."""
    return state in OPEN and due < today


def state_of(name: str) -> State:
    """Return the state as the type knows it; KeyError for a word the database cannot hold."""
    return _BY_NAME[name]
