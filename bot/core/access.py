"""Who may do what: one table of action x role x own or any unit, and the one question asked of it.

Every use case asks `require` before it does anything (requirements: People). A right held for the whole bureau
("any") needs no unit; a right for one's own unit ("own") counts only for units the role is held in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from bot.core.problems import Problem

Role = Literal["contact", "head", "brigade", "leader", "admin"]
Reach = Literal["own", "any"]
Action = Literal[
    "report.file",  # fill in, correct and withdraw a unit's report
    "report.see",
    "report.sign",  # sign off, or send back to the contact
    "stage.acknowledge",  # say for the unit that a stage's notice has arrived
    "report.stamp",  # fetch the sheet to be stamped, send its stamped copy
    "report.file_for",  # file for a unit that cannot
    "report.receive",  # accept, or return to the unit
    "report.urge",
    "report.excuse",  # 免报: a unit owes nothing for a while
    "standing.see",  # who has reported and who has not, all units
    "table.get",
    "summary.see",  # how the campaign stands at a glance, and to be told of it unasked
    "issue.enter",  # put a problem on the ledger, by dialog or from a table
    "issue.see",
    "issue.mend",  # progress, corrections, and asking: closing, more time, transfer
    "issue.sign",  # the head's yes or no to what the unit asks
    "issue.verify",  # close, send back, keep under review, reopen; grant what was asked
    "issue.transfer",  # hand over to the discipline commission or judicial bodies
    "ledger.get",  # the ledger and the reconciliation as tables
    "ledger.publish",  # the version for public notice
    "delivery.see",  # what could not be delivered, and send it again
    "people.see",  # who holds which role, with their phones, and who cannot be reached
    "people.manage",  # invite, give and end roles, hand over, correct names and phones
    "deputy.name",  # let somebody stand in for a head for a while
    "unit.manage",  # add, rename, close units
    "workday.manage",  # days that are worked, or not, beside the official calendar
    "message.test",
]

RULES: Mapping[Action, Mapping[Role, Reach]] = {
    "report.file": {"contact": "own"},
    "report.see": {"contact": "own", "head": "own", "brigade": "any", "leader": "any"},
    "report.sign": {"head": "own"},
    "stage.acknowledge": {"contact": "own", "head": "own"},
    "report.stamp": {"contact": "own", "head": "own"},
    "report.file_for": {"brigade": "any"},
    "report.receive": {"brigade": "any"},
    "report.urge": {"brigade": "any"},
    "report.excuse": {"brigade": "any", "admin": "any"},
    "standing.see": {"brigade": "any", "leader": "any", "admin": "any"},
    "table.get": {"brigade": "any", "leader": "any"},
    "summary.see": {"brigade": "any", "leader": "any"},
    "issue.enter": {"contact": "own", "brigade": "any"},
    "issue.see": {"contact": "own", "head": "own", "brigade": "any", "leader": "any"},
    "issue.mend": {"contact": "own"},
    "issue.sign": {"head": "own"},
    "issue.verify": {"brigade": "any"},
    "issue.transfer": {"brigade": "any"},
    "ledger.get": {"contact": "own", "head": "own", "brigade": "any", "leader": "any"},
    "ledger.publish": {"brigade": "any", "leader": "any"},
    "delivery.see": {"brigade": "any", "admin": "any"},
    "people.see": {"brigade": "any", "admin": "any"},
    "people.manage": {"admin": "any"},
    "deputy.name": {"head": "own", "admin": "any"},
    "unit.manage": {"admin": "any"},
    "workday.manage": {"admin": "any"},
    "message.test": {"admin": "any"},
}

#: Roles held in a unit; the others are held for the whole bureau.
UNIT_ROLES: frozenset[str] = frozenset({"contact", "head"})
ROLES: tuple[Role, ...] = ("contact", "head", "brigade", "leader", "admin")

_ROLES: Mapping[str, Role] = {role: role for role in ROLES}

Roles = Iterable[tuple[str, str]]


def as_role(name: str) -> Role:
    """Return the role of this name; KeyError for none of ours, which the database cannot hold."""
    return _ROLES[name]


def may(roles: Roles, action: Action, unit: str = "") -> bool:
    """Tell whether someone with these (role, unit) pairs may do this, to this unit's things ("" for none's)."""
    rule = RULES[action]
    return any(
        (reach := rule.get(as_role(role))) == "any" or (reach == "own" and unit != "" and own == unit)
        for role, own in roles
    )


def require(roles: Roles, action: Action, unit: str = "") -> None:
    """Raise Problem("forbidden") unless they may."""
    if not may(roles, action, unit):
        raise Problem("forbidden")


def reach(roles: Roles, action: Action) -> tuple[str, ...] | None:
    """Return the units whose things they may do this to; None for every unit's."""
    if may(roles, action):
        return None
    own = dict.fromkeys(unit for _, unit in roles if unit and may(roles, action, unit))
    return tuple(own)


def units_for(roles: Roles, role: Role) -> tuple[str, ...]:
    """Return the units this role is held in, in the order given."""
    return tuple(unit for name, unit in roles if name == role and unit)
