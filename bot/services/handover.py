"""换人: a contact or head is replaced, at once by somebody enrolled, or as soon as an invited successor has come in.

Until an invited successor has opened their link the predecessor keeps the role: no unit is without anybody for as long
as a letter is under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.access import UNIT_ROLES
from bot.core.problems import Problem
from bot.forms.people import HANDOVER
from bot.services import choosing, dialogs, inviting, people_admin, posts
from bot.services.subjects import row_id
from bot.texts import people as texts
from storage import posts as stored
from storage.statements import lock

if TYPE_CHECKING:
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.enrolment import Terms
    from bot.services.visit import Visit


def ask(visit: Visit, argument: str) -> Message:
    """Take "person" or "person:role:unit" off a button; ask which role where there are several."""
    visit.require("people.manage")
    number, _, post = argument.partition(":")
    leaver = posts.known(visit.work, row_id(number))
    held = _posts(visit, leaver.id)
    if post:
        role, _, unit = post.partition(":")
        held = [each for each in held if each == (role, unit)]
    if not held:
        raise Problem("nothing_to_hand_over", name=leaver.name)
    if len(held) > 1:
        options = [
            (posts.position(visit.campaign, role, unit), f"m:handover:{leaver.id}:{role}:{unit}") for role, unit in held
        ]
        return texts.choose(f"{leaver.name}的哪个岗位换人？", options)
    role, unit = held[0]
    position = posts.position(visit.campaign, role, unit)
    facts = choosing.facts(visit, unit, role, leaver.id) | {"about": f"{position}，现任：{leaver.name}"}
    return dialogs.begin(visit, HANDOVER, f"handover/{leaver.id}/{role}/{unit}", facts)


def take(visit: Visit, finished: Finished) -> Message:
    """Do it, or invite the one who does it by coming in."""
    visit.require("people.manage")
    _, number, role, unit = finished.row.subject.split("/")
    leaver, answers = posts.known(visit.work, int(number)), finished.draft.answers
    position = posts.position(visit.campaign, role, unit)
    if (role, unit) not in _posts(visit, leaver.id):
        raise Problem("role_gone", role=position)
    successor = choosing.chosen(visit, finished.draft.facts, answers)
    if successor is None:
        terms: Terms = {"replaces": leaver.id}
        if answers.get("phone"):
            terms["phone"] = answers["phone"]
        more = f"{answers['name']}打开链接后自动接任；在此之前，{position}仍由{leaver.name}担任，提醒照常发送。"
        return inviting.issue(visit, role, unit, answers["name"], terms, more)
    lock(visit.work, "role", role, unit)
    posts.pass_on(visit.work, leaver.id, role, unit, successor, visit.person_id)
    name = posts.known(visit.work, successor).name
    return people_admin.person(visit, successor, f"{position}已由{name}接任，{leaver.name}已收到通知。")


def _posts(visit: Visit, person_id: int) -> list[tuple[str, str]]:
    """Return the posts in which somebody can be replaced; a deputy's ends by itself."""
    return [
        (post.role, post.unit)
        for post in stored.of_person(visit.work, person_id)
        if post.role in UNIT_ROLES and post.deputy_of is None
    ]
