"""联系不上的人员: whoever stops their chat is known to admin and brigade at once, who call the unit instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services import notices, posts
from bot.texts import people as texts
from storage import people

if TYPE_CHECKING:
    from storage.people import Member
    from storage.work import Work

#: Colleagues named, with their phones.
_BESIDE = 3


def mark(work: Work, channel: str, address: str, why: str) -> None:
    """Remember why nothing arrives at an address ("" when it does again), and tell: once an occasion.

    Nobody is told of somebody who is reached elsewhere, or who holds no role.
    """
    whose = people.mark_unreachable(work, channel, address, why)
    person = people.find(work, whose) if whose is not None else None
    if not why or person is None or not person.roles or person.reachable:
        return
    told = [member.id for role in ("brigade", "admin") for member in people.members(work, role)]
    message = texts.unreachable(
        person.name,
        "、".join(posts.position(work.campaign, role, unit) for role, unit in person.roles),
        person.phone,
        texts.why(why),
        _beside(work, person),
        person.id,
    )
    key = f"unreachable/{person.id}/{work.now.isoformat()}"
    notices.tell(work, [each for each in told if each != person.id], key, message)


def _beside(work: Work, person: Member) -> list[str]:
    """Return who else is to be reached in the person's units."""
    units = {unit for _, unit in person.roles if unit}
    found = [
        f"{each.name}{each.phone}"
        for each in people.everyone(work)
        if each.id != person.id and each.phone and units & {unit for _, unit in each.roles}
    ]
    return found[:_BESIDE]
