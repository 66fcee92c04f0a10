"""Inviting in the chat: one-time links with their picture, seen until they are used or taken back (requirements: C7).

An invitation's own row keeps the token's hash only. The answer that shows the link is another matter: it is written
down before it is sent, like every answer, and stays in the transcript of whoever asked for it. Whoever can read the
database could therefore use a link of the last seven days that nobody has used yet. That is accepted: they could as
well write a role into it, a used link opens nothing, and one that went astray is taken back with a tap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Attachment, Button, Message
from bot.core.problems import Problem
from bot.forms.people import INVITATION
from bot.services import dialogs, enrolment, posts
from bot.services.subjects import row_id
from bot.texts import moments
from bot.texts import people as texts
from storage import audit, invitations

if TYPE_CHECKING:
    from bot.services.dialogs import Finished
    from bot.services.enrolment import Terms
    from bot.services.visit import Visit
    from storage.invitations import InvitationRow

PAGE = 8


def begin(visit: Visit) -> Message:
    """邀请人员: ask whom, as what."""
    visit.require("people.manage")
    require_door(visit)
    return dialogs.begin(visit, INVITATION, "invite/new", units(visit))


def units(visit: Visit) -> dict[str, list[list[str]]]:
    """Return the units to choose from, as a form's facts."""
    return {"units": [[unit.key, unit.name] for unit in visit.campaign.units]}


def require_door(visit: Visit) -> None:
    """Raise Problem("no_door") where no link would lead anywhere."""
    if not enrolment.links(visit.work, ""):
        raise Problem("no_door")


def take(visit: Visit, finished: Finished) -> Message:
    """Make the invitation a finished form describes."""
    visit.require("people.manage")
    answers = finished.draft.answers
    terms: Terms = {"phone": answers["phone"]} if answers.get("phone") else {}
    return issue(visit, answers["role"], answers.get("unit", ""), answers["name"], terms)


def issue(visit: Visit, role: str, unit: str, name: str, terms: Terms, more: str = "") -> Message:
    """Make an invitation and show its links; the caller has asked for the right to."""
    require_door(visit)
    issued = enrolment.invite(visit.work, role, unit, name, by=visit.person_id, terms=terms)
    links = enrolment.links(visit.work, issued.token)
    return texts.invitation(
        f"{name}（{posts.position(visit.campaign, role, unit)}）",
        links,
        issued.expires_at.astimezone(visit.campaign.zone),
        tuple(Attachment("table", f"invitation-qr/{link}", f"邀请二维码_{where}.png") for where, link in links),
        more,
    )


def waiting(visit: Visit, argument: str = "") -> Message:
    """未加入的人员: the invitations nobody has used yet, each with the button that takes it back."""
    visit.require("people.see")
    rows = invitations.open_ones(visit.work)
    page = row_id(argument or "0")
    shown = rows[page * PAGE : (page + 1) * PAGE]
    lines = [f"{place}. {_line(visit, row)}" for place, row in enumerate(shown, page * PAGE + 1)]
    buttons = [
        Button(f"作废第{place}条", f"m:uninvite:{row.id}")
        for place, row in enumerate(shown, page * PAGE + 1)
        if visit.may("people.manage")
    ]
    if len(rows) > (page + 1) * PAGE:
        buttons.append(Button("下一页", f"m:invited:{page + 1}"))
    if page:
        buttons.append(Button("上一页", f"m:invited:{page - 1}"))
    return texts.invited(lines, buttons, "same" if argument else "next")


def _line(visit: Visit, row: InvitationRow) -> str:
    zone = visit.campaign.zone
    phone = f"，电话{row.terms['phone']}" if row.terms.get("phone") else ""
    return f"{row.name or '未写姓名'}（{_purpose(visit, row)}）{phone}，{moments.moment(row.expires_at, zone)}前有效"


def _purpose(visit: Visit, row: InvitationRow) -> str:
    position = posts.position(visit.campaign, row.role, row.unit)
    if "person" in row.terms:
        return f"{position}，换新手机"
    if "deputy_of" in row.terms:
        return f"{position}代签人"
    return f"接任{position}" if "replaces" in row.terms else position


def ask_take_back(visit: Visit, invitation: int) -> Message:
    """作废: ask first."""
    visit.require("people.manage")
    row = next((row for row in invitations.open_ones(visit.work) if row.id == invitation), None)
    if row is None:
        raise Problem("invitation_over")
    question = texts.ASK_UNINVITE.format(name=row.name or "对方", position=_purpose(visit, row))
    return texts.confirm(question, "确认作废", f"m:uninvited:{row.id}", "m:invited")


def take_back(visit: Visit, invitation: int) -> Message:
    """Let a link be good no more."""
    visit.require("people.manage")
    row = invitations.take_back(visit.work, invitation)
    if row is None:
        raise Problem("invitation_over")
    audit.note(visit.work, visit.person_id, "invitation.take_back", f"invitation:{row.id}", name=row.name)
    return waiting(visit)
