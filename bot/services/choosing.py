"""Whom a form names: somebody close at hand, somebody enrolled elsewhere, or somebody still to be invited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.problems import Problem
from bot.forms.people import NEW, OTHER
from bot.services import posts
from storage import people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.services.visit import Visit

#: Offered by name; a unit has two or three people.
_NEAR = 8


def facts(visit: Visit, unit: str, role: str, but: int) -> dict[str, Any]:
    """Return who may be named, as the facts of a form: everybody but one, those of the unit first."""
    near: list[list[str]] = []
    known: dict[str, list[int]] = {}
    for each in people.everyone(visit.work):
        if each.id == but:
            continue
        here = [posts.position(visit.campaign, held, "") for held, at in each.roles if at == unit]
        if here and (role, unit) not in each.roles and len(near) < _NEAR:
            near.append([str(each.id), f"{each.name}（{'、'.join(here)}）"])
        else:
            known.setdefault(each.name, []).append(each.id)
    return {"near": near, "known": known}


def chosen(visit: Visit, draft_facts: Mapping[str, Any], answers: Mapping[str, Any]) -> int | None:
    """Return who was chosen, None when they are to be invited; Problem("person_left") for who has left meanwhile."""
    who = answers["who"]
    if who == NEW:
        return None
    person_id = draft_facts["known"][answers["known"]][0] if who == OTHER else int(who)
    found = people.find(visit.work, person_id)
    if found is None or not found.roles:
        raise Problem("person_left")
    return found.id
