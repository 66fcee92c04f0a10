"""How people get in: one-time invitation links, and what strangers hear (requirements: C7)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from bot.core.access import ROLES, UNIT_ROLES
from bot.core.messages import Command, Event, Message
from bot.core.problems import Problem
from bot.services import notices, posts
from bot.texts import enrolment as texts
from bot.texts import people as people_texts
from storage import audit, invitations, people, settings

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from storage.invitations import InvitationRow
    from storage.people import AccountRow
    from storage.work import Work

VALID_FOR = timedelta(days=7)
#: A stranger is answered once in this time, however much they write.
STRANGER_EVERY = timedelta(hours=1)
TOKEN_BYTES = 24  # 32 characters of A-Za-z0-9_-; Bot API: a start payload has at most 64


#: Where the two kinds of link lead: the bot's name and the web chat's address, as the running product last said.
TELEGRAM, WEB = "links/telegram", "links/web"


class Terms(TypedDict, total=False):
    """What an invitation promises beside its role. `by`: who has made it, and does not use it themselves."""

    by: int
    phone: str
    person: int  # an enrolled person's other phone: no new role comes with it
    replaces: int  # whose role it is until the invited person has come in
    deputy_of: int  # the head they stand in for,
    until: str  # and until which moment (ISO)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new invitation. The token is shown once; stored is its hash."""

    token: str
    expires_at: datetime


def remember_door(work: Work, door: str, where: str) -> None:
    """Keep where the links of one kind lead, "" for nowhere: use cases know no settings."""
    settings.put(work, door, where)


def links(work: Work, token: str) -> list[tuple[str, str]]:
    """Return every link a token opens, each with the name of where it leads."""
    telegram, web = settings.get(work, TELEGRAM), settings.get(work, WEB)
    found = [("Telegram", f"https://t.me/{telegram}?start={token}")] if telegram else []
    return [*found, ("网页", f"{web}/join/{token}")] if web else found


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


def invite(
    work: Work, role: str, unit: str = "", name: str = "", *, by: int | None = None, terms: Terms | None = None
) -> Issued:
    """Make an invitation that is good once, for `VALID_FOR`; a deputy's no longer than they stand in."""
    if terms is None or "person" not in terms:  # who is enrolled keeps what they hold, even for a unit that has left
        check_role(work.campaign, role, unit)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    promised: dict[str, Any] = {**(terms or {}), **({"by": by} if by is not None else {})}
    expires_at = work.now + VALID_FOR
    if "until" in promised:
        expires_at = min(expires_at, datetime.fromisoformat(promised["until"]))
    made = invitations.create(
        work, role=role, unit=unit, name=name, token_hash=digest(token), expires_at=expires_at, terms=promised
    )
    audit.note(work, by, "invitation.create", f"invitation:{made}", role=role, unit=unit, name=name)
    return Issued(token, expires_at)


def redeem(work: Work, account: AccountRow, token: str, name: str) -> int | None:
    """Bind this account to what the token promises; the person's id, or None, however it failed.

    Somebody who is known already gains the role and keeps everything else; their own link opened again is no guess.
    Problem("link_for_another") for somebody who is known and not meant: the link stays good.
    """
    if account.person_id is not None and invitations.used_by(work, digest(token)) == account.person_id:
        return account.person_id
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
    hashed = digest(token)
    promised = invitations.look(work, hashed)
    if promised is None:
        invitations.note_failure(work, guesser.id)
        return None
    if guesser.roles and not _meant(guesser, promised):
        raise Problem("link_for_another", name=promised.name)
    return invitations.redeem(work, hashed) if _holds(work, promised) else None


def _meant(known: AccountRow, promised: InvitationRow) -> bool:
    """Tell whether it is for somebody who holds a role here: whoever looks at another's link does not use it up."""
    if "person" in promised.terms:
        return bool(promised.terms["person"] == known.person_id)
    others = {promised.terms.get(role) for role in ("by", "replaces", "deputy_of")}
    return known.person_id not in others and promised.name in {"", known.name}


def _holds(work: Work, promised: InvitationRow) -> bool:
    """Tell whether what a deputy was invited for still is: the head they stand in for is the unit's."""
    head = promised.terms.get("deputy_of")
    return head is None or any(each.id == head for each in people.members(work, "head", promised.unit))


def _let_in(work: Work, account: AccountRow, found: InvitationRow, name: str) -> int:
    person_id = found.terms.get("person") or _own(account, found) or _known(work, found)
    if person_id is None:
        called = found.name or name or texts.ROLE_NAMES[found.role]
        person_id = people.create_person(work, called, found.terms.get("phone", ""))
    if person_id != account.person_id:
        people.bind(work, account.id, person_id)
    invitations.mark_used(work, found.id, person_id)
    audit.note(work, person_id, "invitation.use", f"invitation:{found.id}", role=found.role, unit=found.unit)
    _take_up(work, person_id, found)
    inviter = found.terms.get("by")
    if inviter is not None and inviter != person_id:
        joined = people_texts.joined(
            posts.known(work, person_id).name, posts.position(work.campaign, found.role, found.unit)
        )
        notices.tell(work, [inviter], f"invitation/{found.id}/used", joined)
    return person_id


def _take_up(work: Work, person_id: int, found: InvitationRow) -> None:
    """Give what was promised; a role somebody else has had until now ends there with this."""
    terms, by = found.terms, found.terms.get("by")
    leaver, head = terms.get("replaces"), terms.get("deputy_of")
    if "person" in terms:
        return
    if head is not None:
        posts.depute(work, person_id, head, found.unit, datetime.fromisoformat(terms["until"]), by)
    elif leaver not in {None, person_id} and any(
        each.id == leaver for each in people.members(work, found.role, found.unit)
    ):
        posts.pass_on(work, leaver, found.role, found.unit, person_id, by)
    else:
        posts.give(work, person_id, found.role, found.unit, by, tell=False)


def _own(account: AccountRow, found: InvitationRow) -> int | None:
    """Return whose account it is; None for nobody's, and for that of a leaver of another name: a phone passed on."""
    return account.person_id if account.roles or found.name in {"", account.name} else None


def _known(work: Work, found: InvitationRow) -> int | None:
    """Return who is meant when somebody of that name holds that role already: the same person with another phone.

    A deputy is never one of the heads: whoever may name one does not let others in as a head.
    """
    if "deputy_of" in found.terms:
        return None
    leaver = found.terms.get("replaces")
    same = [
        each.id
        for each in people.members(work, found.role, found.unit)
        if each.name == found.name and each.id != leaver
    ]
    return same[0] if len(same) == 1 else None


def greet_stranger(work: Work, account: AccountRow, event: Event, name: str) -> tuple[Message, ...]:
    """Answer an account without a role: its token, one polite line, or silence. () as well for who has come in."""
    if isinstance(event, Command) and event.name == "start" and event.argument:
        person_id = redeem(work, account, event.argument, name)
        if person_id is None:
            return (texts.LINK_INVALID,)
        found = people.find(work, person_id)
        return () if found and found.roles else (texts.NO_ROLE,)
    if account.person_id is not None:
        return (texts.NO_ROLE,)
    if account.told_at is not None and work.now - account.told_at < STRANGER_EVERY:
        return ()
    people.told(work, account.id)
    return (texts.STRANGER,)
