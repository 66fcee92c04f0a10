"""How people get in: one-time invitation links, and what strangers hear (requirements: C7)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.access import ROLES, UNIT_ROLES
from bot.core.messages import Command, Event, Message
from bot.core.problems import Problem
from bot.texts import enrolment as texts
from storage import audit, invitations, people

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from storage.invitations import InvitationRow
    from storage.people import AccountRow
    from storage.work import Work

VALID_FOR = timedelta(days=7)
#: A stranger is answered once in this time, however much they write.
STRANGER_EVERY = timedelta(hours=1)
TOKEN_BYTES = 24  # 32 characters of A-Za-z0-9_-; Bot API: a start payload has at most 64


@dataclass(frozen=True, slots=True)
class Issued:
    """A new invitation. The token is shown once and stored nowhere."""

    token: str
    expires_at: datetime


def digest(token: str) -> str:
    """Return what is stored of a token. It is random and long: a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_role(campaign: Campaign, role: str, unit: str) -> None:
    """Raise Problem unless the role exists and has a unit just when it needs one."""
    if role not in ROLES:
        raise Problem("role_unknown", role=role, roles="、".join(ROLES))
    if role in UNIT_ROLES:
        if not unit:
            raise Problem("unit_needed", role=role)
        if unit not in {known.key for known in campaign.units}:
            raise Problem("unit_unknown", unit=unit, units="、".join(known.key for known in campaign.units))
    elif unit:
        raise Problem("unit_not_wanted", role=role)


def invite(work: Work, role: str, unit: str = "", name: str = "", *, by: int | None = None) -> Issued:
    """Make an invitation that is good once, for `VALID_FOR`."""
    check_role(work.campaign, role, unit)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = work.now + VALID_FOR
    made = invitations.create(work, role=role, unit=unit, name=name, token_hash=digest(token), expires_at=expires_at)
    audit.note(work, by, "invitation.create", f"invitation:{made}", role=role, unit=unit)
    return Issued(token, expires_at)


def redeem(work: Work, account: AccountRow, token: str, name: str) -> int | None:
    """Bind this account to what the token promises; the person's id, or None, however it failed.

    Somebody who is known already gains the role and keeps everything else.
    """
    found = _use(work, account, token)
    return None if found is None else _let_in(work, account, found, name)


def redeem_web(work: Work, token: str, name: str, door: str) -> str | None:
    """Open an account of the web chat for whoever brings a good token; its address, or None, however it failed.

    A browser has no account before it is let in: its wrong guesses count against `door`, where it comes from.
    """
    found = _use(work, people.account(work, "door", door), token)
    if found is None:
        return None
    address = secrets.token_urlsafe(TOKEN_BYTES)
    _let_in(work, people.account(work, "web", address), found, name)
    return address


def _use(work: Work, guesser: AccountRow, token: str) -> InvitationRow | None:
    """Use the token up; wrong ones are counted against `guesser`, who is not listened to after a few."""
    if invitations.locked(work, guesser):
        return None
    found = invitations.redeem(work, digest(token))
    if found is None:
        invitations.note_failure(work, guesser.id)
    return found


def _let_in(work: Work, account: AccountRow, found: InvitationRow, name: str) -> int:
    person_id = account.person_id
    if person_id is None:
        person_id = _known(work, found)
        if person_id is None:
            person_id = people.create_person(work, found.name or name or texts.ROLE_NAMES[found.role])
        people.bind(work, account.id, person_id)
    people.grant(work, person_id, found.role, found.unit)
    invitations.mark_used(work, found.id, person_id)
    audit.note(work, person_id, "invitation.use", f"invitation:{found.id}", role=found.role, unit=found.unit)
    return person_id


def _known(work: Work, found: InvitationRow) -> int | None:
    """Return who is meant when somebody of that name holds that role already: the same person with another phone."""
    same = [each.id for each in people.members(work, found.role, found.unit) if each.name == found.name]
    return same[0] if len(same) == 1 else None


def greet_stranger(work: Work, account: AccountRow, event: Event, name: str) -> tuple[Message, ...]:
    """Answer an account that belongs to nobody: its token, one polite line, or silence."""
    if isinstance(event, Command) and event.name == "start" and event.argument:
        if redeem(work, account, event.argument, name) is None:
            return (texts.LINK_INVALID,)
        return ()
    if account.told_at is not None and work.now - account.told_at < STRANGER_EVERY:
        return ()
    people.told(work, account.id)
    return (texts.STRANGER,)


def position(campaign: Campaign, role: str, unit: str) -> str:
    """Say one role as a title: 畜牧兽医服务中心联系人."""
    return texts.role_of(role, campaign.unit(unit).name if unit else "")
