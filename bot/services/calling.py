"""Whom to call in a unit: its contacts and heads, and why a message would not reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.texts import enrolment as role_texts
from bot.texts import reception as texts
from storage import people

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.services.visit import Visit
    from storage.people import Member

ROLES: Final = ("contact", "head")


class Roster:
    """Who holds which role in which unit, read once."""

    def __init__(self, visit: Visit, members: Iterable[Member] | None = None) -> None:
        """Take everybody, or those given."""
        self._phones = visit.may("people.see")
        self._own = {unit for _, unit in visit.roles if unit}
        self._members = list(people.everyone(visit.work)) if members is None else list(members)

    def of(self, role: str, unit: str) -> list[Member]:
        """Return who holds this role in this unit."""
        return [member for member in self._members if (role, unit) in member.roles]

    def lines(self, unit: str, roles: Sequence[str] = ROLES) -> list[str]:
        """Name them, each on a line, with what the visitor may know: phones are for the bureau's desk and the unit."""
        known = self._phones or unit in self._own
        return [line for role in roles for line in self._role(role, unit, known=known)]

    def _role(self, role: str, unit: str, *, known: bool) -> list[str]:
        name = role_texts.ROLE_NAMES[role]
        members = self.of(role, unit)
        if not members:
            return [texts.nobody(name)]
        return [
            texts.person(name, member.name, member.phone if known else "", _trouble(member) if self._phones else "")
            for member in members
        ]


def _trouble(member: Member) -> str:
    if not member.address:
        return texts.NOT_JOINED
    return "" if member.reachable else texts.UNREACHED
