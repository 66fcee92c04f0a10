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
    "report.receive",  # accept, or return to the unit
    "report.urge",
    "standing.see",  # who has reported and who has not, all units
    "table.get",
    "delivery.see",  # what could not be delivered, and send it again
]

RULES: Mapping[Action, Mapping[Role, Reach]] = {
    "report.file": {"contact": "own"},
    "report.see": {"contact": "own", "head": "own", "brigade": "any", "leader": "any"},
    "report.sign": {"head": "own"},
    "report.receive": {"brigade": "any"},
    "report.urge": {"brigade": "any"},
    "standing.see": {"brigade": "any", "leader": "any", "admin": "any"},
    "table.get": {"brigade": "any", "leader": "any"},
    "delivery.see": {"brigade": "any", "admin": "any"},
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


def units_for(roles: Roles, role: Role) -> tuple[str, ...]:
    """Return the units this role is held in, in the order given."""
    return tuple(unit for name, unit in roles if name == role and unit)
