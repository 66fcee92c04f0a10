"""One-time invitations, by the hash of their token, and the brake on guessing them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, update
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
    """What an invitation promises."""

    id: int
    role: str
    unit: str
    name: str


_CREATE = insert(Invitation).returning(col(Invitation.id))
_REDEEM = (
    update(Invitation)
    .where(
        col(Invitation.token_hash) == bindparam("hashed"),
        col(Invitation.used_at).is_(None),
        col(Invitation.expires_at) > bindparam("now", type_=Moment),
    )
    .values(used_at=bindparam("now", type_=Moment))
    .returning(col(Invitation.id), col(Invitation.role), col(Invitation.unit), col(Invitation.name))
)
_USED_BY = update(Invitation).where(col(Invitation.id) == bindparam("invitation")).values(used_by=bindparam("person"))
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


def create(work: Work, *, role: str, unit: str, name: str, token_hash: str, expires_at: datetime) -> int:
    """Store an invitation; return its id."""
    row = {
        "role": role,
        "unit": unit,
        "name": name,
        "token_hash": token_hash,
        "created_at": work.now,
        "expires_at": expires_at,
    }
    made: int = work.conn.execute(_CREATE, row).scalar_one()
    return made


def redeem(work: Work, token_hash: str) -> InvitationRow | None:
    """Use an invitation up; None when it is unknown, used or expired. Of two at once, one gets it."""
    row = work.conn.execute(_REDEEM, {"hashed": token_hash, "now": work.now}).first()
    return InvitationRow(*row) if row is not None else None


def mark_used(work: Work, invitation_id: int, person_id: int) -> None:
    """Remember whom the invitation made known."""
    work.conn.execute(_USED_BY, {"invitation": invitation_id, "person": person_id})


def note_failure(work: Work, account_id: int) -> None:
    """Count a wrong token, and lock the account for a while once they are too many. `people.bind` forgives them."""
    failures: int = work.conn.execute(_FAILED, {"account_id": account_id}).scalar_one()
    if failures >= FREE_GUESSES:
        doubled = FIRST_WAIT * 2 ** min(failures - FREE_GUESSES, 10)
        work.conn.execute(_BRAKE, {"account_id": account_id, "until": work.now + min(doubled, LONGEST_WAIT)})


def locked(work: Work, account: AccountRow) -> bool:
    """Tell whether this account's tokens are not looked at for now."""
    return account.locked_until is not None and work.now < account.locked_until
