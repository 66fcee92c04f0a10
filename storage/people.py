"""Persons, the roles they hold, and the accounts (one chat each) through which they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, bindparam, func, insert, select, update
from sqlmodel import col

from storage.hot import Hot
from storage.statements import insert_once
from storage.tables import Account, Inbox, Membership, Moment, Outbox, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.work import Work

#: How exactly it is known when an account was last seen: writing it down for every message would cost too much.
SEEN_EVERY = timedelta(minutes=1)

Roles = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account with the person it belongs to; a stranger's has no person, no name, no roles."""

    id: int
    channel: str
    address: str
    person_id: int | None
    name: str
    draft_id: int | None
    told_at: datetime | None
    locked_until: datetime | None
    roles: Roles = ()  # (role, unit), in the order they were given


@dataclass(frozen=True, slots=True)
class Member:
    """One person, and where they are reached best: the reachable account seen last."""

    id: int
    name: str
    phone: str
    roles: Roles
    channel: str = ""
    address: str = ""
    unreachable: str = ""  # why nothing arrives there ("blocked"), "" while it does

    @property
    def reachable(self) -> bool:
        """Tell whether there is an account to which messages arrive."""
        return self.address != "" and self.unreachable == ""


@dataclass(frozen=True, slots=True)
class Home:
    """Where one person's notices go."""

    channel: str
    address: str


class _Found(NamedTuple):
    """A row of `_ACCOUNT`."""

    id: int
    person_id: int | None
    name: str | None
    draft_id: int | None
    told_at: datetime | None
    locked_until: datetime | None
    seen_at: datetime
    unreachable: str
    role: str | None
    unit: str | None


#: Roles held now: a deputy's ends by itself, whether or not a heartbeat has written that down yet.
HELD = col(Membership.ended_at).is_(None) & (
    col(Membership.until).is_(None) | (col(Membership.until) > bindparam("now", type_=Moment))
)
_ACCOUNT = Hot(
    select(
        col(Account.id),
        col(Account.person_id),
        col(Person.name),
        col(Account.draft_id),
        col(Account.told_at),
        col(Account.locked_until),
        col(Account.seen_at),
        col(Account.unreachable),
        col(Membership.role),
        col(Membership.unit),
    )
    .outerjoin(Person, col(Person.id) == col(Account.person_id))
    .outerjoin(Membership, (col(Membership.person_id) == col(Account.person_id)) & HELD)
    .where(col(Account.channel) == bindparam("at_channel"), col(Account.address) == bindparam("at_address"))
    .order_by(col(Membership.id))
)
_MEET = insert_once(Account)
_ONE = update(Account).where(col(Account.id) == bindparam("account_id"))
_SEEN = _ONE.values(seen_at=bindparam("now", type_=Moment), unreachable="")
_FOCUS = Hot(_ONE.values(draft_id=bindparam("draft")))
_UNFOCUS = update(Account).where(col(Account.draft_id) == bindparam("draft")).values(draft_id=None)
_BIND = _ONE.values(person_id=bindparam("person"), failures=0, locked_until=None)
_TOLD = _ONE.values(told_at=bindparam("now", type_=Moment))
_MARK = (
    update(Account)
    .where(
        col(Account.channel) == bindparam("at_channel"),
        col(Account.address) == bindparam("at_address"),
        (col(Account.unreachable) == "") | (bindparam("why", type_=String) == ""),
    )
    .values(unreachable=bindparam("why", type_=String))
    .returning(col(Account.person_id))
)
_CREATE = insert(Person).returning(col(Person.id))
_CORRECT = (
    update(Person)
    .where(col(Person.id) == bindparam("person"))
    .values(name=bindparam("new_name"), phone=bindparam("new_phone"))
)
_GRANT = insert_once(Membership)
_END = (
    update(Membership)
    .where(
        col(Membership.person_id) == bindparam("person"),
        col(Membership.role) == bindparam("the_role"),
        col(Membership.unit) == bindparam("the_unit"),
        col(Membership.ended_at).is_(None),
    )
    .values(ended_at=bindparam("now", type_=Moment))
    .returning(col(Membership.id))
)
_END_DEPUTY = _END.where(col(Membership.until).is_not(None))
#: The best account of each person comes first among their rows.
_BEST_FIRST = ((col(Account.unreachable) == "").desc(), col(Account.seen_at).desc(), col(Account.id).desc())
_MEMBERS = select(
    col(Person.id),
    col(Person.name),
    col(Person.phone),
    col(Membership.role),
    col(Membership.unit),
    col(Account.channel),
    col(Account.address),
    col(Account.unreachable),
).order_by(col(Person.id), *_BEST_FIRST, col(Membership.id))
_HOLDS = (col(Membership.person_id) == col(Person.id)) & HELD
_AT = col(Account.person_id) == col(Person.id)
_PEOPLE = _MEMBERS.join(Membership, _HOLDS).outerjoin(Account, _AT)
_PERSON = _MEMBERS.outerjoin(Membership, _HOLDS).outerjoin(Account, _AT).where(col(Person.id) == bindparam("person"))
_SEEN_LAST = select(func.max(col(Account.seen_at))).where(col(Account.person_id) == bindparam("person"))
_IN_ROLE = _PEOPLE.where(col(Membership.role) == bindparam("the_role"))
_IN_UNIT = _IN_ROLE.where(col(Membership.unit) == bindparam("the_unit"))
_NAMES = select(col(Person.name)).distinct()
_HOME = (
    select(col(Account.channel), col(Account.address))
    .where(col(Account.person_id) == bindparam("person"))
    .order_by(*_BEST_FIRST)
    .limit(1)
)


def look(work: Work, channel: str, address: str) -> AccountRow | None:
    """Return the account of a chat whose page is only looking: nothing is written down; None when there is none."""
    rows = _ACCOUNT.rows(work, {"at_channel": channel, "at_address": address, "now": work.now})
    return _account(channel, address, rows) if rows else None


def account(work: Work, channel: str, address: str) -> AccountRow:
    """Return the account of a chat that has just written, made at its first message.

    Whoever writes is reachable: a mark that says otherwise is taken away.
    """
    at = {"at_channel": channel, "at_address": address, "now": work.now}
    rows = _ACCOUNT.rows(work, at)
    if not rows:
        work.conn.scalar(
            _MEET(work),
            {"channel": channel, "address": address, "seen_at": work.now, "unreachable": "", "failures": 0},
        )
        rows = _ACCOUNT.rows(work, at)
    found = _Found(*rows[0])
    if found.unreachable or not found.seen_at <= work.now < found.seen_at + SEEN_EVERY:
        work.conn.execute(_SEEN, {"account_id": found.id, "now": work.now})
    return _account(channel, address, rows)


def _account(channel: str, address: str, rows: Sequence[Sequence[Any]]) -> AccountRow:
    """Make one account of its rows: each has another of its roles."""
    found = _Found(*rows[0])
    return AccountRow(
        id=found.id,
        channel=channel,
        address=address,
        person_id=found.person_id,
        name=found.name or "",
        draft_id=found.draft_id,
        told_at=found.told_at,
        locked_until=found.locked_until,
        roles=tuple((role, unit) for *_, role, unit in rows if role is not None),
    )


def focus(work: Work, account_id: int, draft_id: int | None) -> None:
    """Remember which dialog this chat is in: what is typed next belongs there."""
    _FOCUS.change(work, {"account_id": account_id, "draft": draft_id})


def unfocus(work: Work, draft_id: int) -> None:
    """Let no chat be in this dialog any more: it was given to somebody else."""
    work.conn.execute(_UNFOCUS, {"draft": draft_id})


def told(work: Work, account_id: int) -> None:
    """Remember that a stranger was answered now."""
    work.conn.execute(_TOLD, {"account_id": account_id, "now": work.now})


def bind(work: Work, account_id: int, person_id: int) -> None:
    """Let an account belong to a person."""
    work.conn.execute(_BIND, {"account_id": account_id, "person": person_id})


def create_person(work: Work, name: str, phone: str = "") -> int:
    """Add a person; return their id."""
    made: int = work.conn.execute(_CREATE, {"name": name, "phone": phone, "created_at": work.now}).scalar_one()
    return made


def correct(work: Work, person_id: int, name: str, phone: str) -> None:
    """Change how a person is called and reached; they stay who they are."""
    work.conn.execute(_CORRECT, {"person": person_id, "new_name": name, "new_phone": phone})


def grant(
    work: Work,
    person_id: int,
    role: str,
    unit: str = "",
    *,
    until: datetime | None = None,
    deputy_of: int | None = None,
) -> int | None:
    """Give a role, a deputy's `until` a moment; return the membership's id, None when they hold it already.

    What they held as a deputy ends with it: the new one says until when, or for good.
    """
    at = {"person": person_id, "the_role": role, "the_unit": unit, "now": work.now}
    work.conn.execute(_END_DEPUTY, at)
    row = {"person_id": person_id, "role": role, "unit": unit, "since": work.now}
    made: int | None = work.conn.scalar(_GRANT(work), row | {"until": until, "deputy_of": deputy_of})
    return made


def end(work: Work, person_id: int, role: str, unit: str = "") -> int | None:
    """Take a role back; the row stays, with its end. Return its id, None when they did not hold it."""
    row = {"person": person_id, "the_role": role, "the_unit": unit, "now": work.now}
    ended: int | None = work.conn.execute(_END, row).scalar_one_or_none()
    return ended


def home(work: Work, person_id: int) -> Home | None:
    """Return where this person's notices go, None without any account."""
    row = work.conn.execute(_HOME, {"person": person_id}).first()
    return Home(*row) if row is not None else None


def members(work: Work, role: str, unit: str | None = None) -> list[Member]:
    """Return who holds this role (in this unit), in the order they were added; `roles` shows this role only."""
    if unit is None:
        return _fold(work, _IN_ROLE, {"the_role": role})
    return _fold(work, _IN_UNIT, {"the_role": role, "the_unit": unit})


def find(work: Work, person_id: int) -> Member | None:
    """Return a person with the roles they hold now, which may be none."""
    return next(iter(_fold(work, _PERSON, {"person": person_id})), None)


def seen(work: Work, person_id: int) -> datetime | None:
    """Return when this person last wrote, None without any account."""
    last: datetime | None = work.conn.scalar(_SEEN_LAST, {"person": person_id})
    return last


def everyone(work: Work) -> list[Member]:
    """Return everybody who holds a role, with all of theirs, in the order they were added."""
    return _fold(work, _PEOPLE, {})


def names(work: Work) -> set[str]:
    """Return the names of all people there ever were, whatever they are now."""
    return set(work.conn.scalars(_NAMES))


def _fold(work: Work, statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Member]:
    """Make one member of the rows of each person: the first names the best account, all of them the roles."""
    first: dict[int, Any] = {}
    roles: dict[int, dict[tuple[str, str], None]] = {}
    for row in work.conn.execute(statement, {**values, "now": work.now}):
        first.setdefault(row.id, row)
        held = roles.setdefault(row.id, {})
        if row.role is not None:
            held[row.role, row.unit] = None
    return [
        Member(
            person_id,
            row.name,
            row.phone,
            tuple(roles[person_id]),
            row.channel or "",
            row.address or "",
            row.unreachable or "",
        )
        for person_id, row in first.items()
    ]


def mark_unreachable(work: Work, channel: str, address: str, why: str) -> int | None:
    """Remember why nothing arrives at an address any more ("blocked"); "" when it does again.

    Return whose address it is, None when it is nobody's or has been known already.
    """
    at = {"at_channel": channel, "at_address": address, "why": why}
    whose: int | None = work.conn.execute(_MARK, at).scalar_one_or_none()
    return whose


def move_address(work: Work, channel: str, old: str, new: str) -> None:
    """Follow a chat to its new address, with everything that waits for it (Bot API: migrate_to_chat_id)."""
    _rename(work, Outbox, channel, old, new, col(Outbox.state).in_(("new", "claimed", "sending")))
    _rename(work, Inbox, channel, old, new, col(Inbox.done_at).is_(None))
    taken = select(col(Account.id)).where(col(Account.channel) == channel, col(Account.address) == new)
    if work.conn.scalar(taken) is None:
        _rename(work, Account, channel, old, new)
    else:
        mark_unreachable(work, channel, old, "moved")


def _rename(
    work: Work, table: type[Account | Inbox | Outbox], channel: str, old: str, new: str, *which: ColumnElement[bool]
) -> None:
    here = (col(table.channel) == channel, col(table.address) == old)
    work.conn.execute(update(table).where(*here, *which).values(address=new))
