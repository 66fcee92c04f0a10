"""One-time invitations, by the hash of their token, and the brake on guessing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from storage.tables import Account, Invitation, Moment

if TYPE_CHECKING:
    from storage.people import AccountRow
    from storage.work import Work

#: Wrong tokens without a wait; each one after doubles it, from the first wait up to the longest.
FREE_GUESSES = 3
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """What an invitation promises; `terms` are the services'."""

    id: int
    role: str
    unit: str
    name: str
    terms: dict[str, Any]
    expires_at: datetime


_CREATE = insert(Invitation).returning(col(Invitation.id))
_ROW = (
    col(Invitation.id),
    col(Invitation.role),
    col(Invitation.unit),
    col(Invitation.name),
    col(Invitation.terms),
    col(Invitation.expires_at),
)
_GOOD = (col(Invitation.used_at).is_(None), col(Invitation.expires_at) > bindparam("now", type_=Moment))
_THIS = (col(Invitation.token_hash) == bindparam("hashed"), *_GOOD)
_LOOK = select(*_ROW).where(*_THIS)
_REDEEM = update(Invitation).where(*_THIS).values(used_at=bindparam("now", type_=Moment)).returning(*_ROW)
_OPEN = select(*_ROW).where(*_GOOD).order_by(col(Invitation.id))
_TAKE_BACK = (
    update(Invitation)
    .where(col(Invitation.id) == bindparam("invitation"), *_GOOD)
    .values(used_at=bindparam("now", type_=Moment))
    .returning(*_ROW)
)
_USED_BY = update(Invitation).where(col(Invitation.id) == bindparam("invitation")).values(used_by=bindparam("person"))
_BY_WHOM = select(col(Invitation.used_by)).where(col(Invitation.token_hash) == bindparam("hashed"))
_FAILED = (
    update(Account)
    .where(col(Account.id) == bindparam("account_id"))
    .values(failures=Account.failures + 1)
    .returning(col(Account.failures))
)
_BRAKE = (
    update(Account)
    .where(col(Account.id) == bindparam("account_id"))
    .values(locked_until=bindparam("until", type_=Moment))
)


def create(
    work: Work,
    *,
    role: str,
    unit: str,
    name: str,
    token_hash: str,
    expires_at: datetime,
    terms: dict[str, Any] | None = None,
) -> int:
    """Store an invitation; return its id."""
    row = {
        "role": role,
        "unit": unit,
        "name": name,
        "token_hash": token_hash,
        "created_at": work.now,
        "expires_at": expires_at,
        "terms": terms or {},
    }
    made: int = work.conn.execute(_CREATE, row).scalar_one()
    return made


def look(work: Work, token_hash: str) -> InvitationRow | None:
    """Return what a link promises without using it up; None when it is unknown, used or expired."""
    row = work.conn.execute(_LOOK, {"hashed": token_hash, "now": work.now}).first()
    return InvitationRow(*row) if row is not None else None


def redeem(work: Work, token_hash: str) -> InvitationRow | None:
    """Use an invitation up; None when it is unknown, used or expired. Of two at once, one gets it."""
    row = work.conn.execute(_REDEEM, {"hashed": token_hash, "now": work.now}).first()
    return InvitationRow(*row) if row is not None else None


def open_ones(work: Work) -> list[InvitationRow]:
    """Return the invitations that can still be used, oldest first."""
    return [InvitationRow(*row) for row in work.conn.execute(_OPEN, {"now": work.now})]


def take_back(work: Work, invitation_id: int) -> InvitationRow | None:
    """Let an invitation be good no more; None when it is not any more."""
    row = work.conn.execute(_TAKE_BACK, {"invitation": invitation_id, "now": work.now}).first()
    return InvitationRow(*row) if row is not None else None


def mark_used(work: Work, invitation_id: int, person_id: int) -> None:
    """Remember whom the invitation made known."""
    work.conn.execute(_USED_BY, {"invitation": invitation_id, "person": person_id})


def used_by(work: Work, token_hash: str) -> int | None:
    """Return whom a link made known; None while nobody has used it."""
    person: int | None = work.conn.scalar(_BY_WHOM, {"hashed": token_hash})
    return person


def note_failure(work: Work, account_id: int) -> None:
    """Count a wrong token, and lock the account for a while once they are too many. `people.bind` forgives them."""
    failures: int = work.conn.execute(_FAILED, {"account_id": account_id}).scalar_one()
    if failures >= FREE_GUESSES:
        doubled = FIRST_WAIT * 2 ** min(failures - FREE_GUESSES, 10)
        work.conn.execute(_BRAKE, {"account_id": account_id, "until": work.now + min(doubled, LONGEST_WAIT)})


def locked(work: Work, account: AccountRow) -> bool:
    """Tell whether this account's tokens are not looked at for now."""
    return account.locked_until is not None and work.now < account.locked_until
