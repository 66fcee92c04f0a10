"""Who holds which post since when, and who stands in for whom until when: memberships with their dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.people import HELD
from storage.tables import Membership, Moment, Person

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.orm import Mapped

    from storage.work import Work

    Value = BindParameter[Any] | Mapped[Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One role somebody holds. A deputy's has an `until` and the principal they stand in for."""

    id: int
    person_id: int
    name: str
    role: str
    unit: str
    since: datetime
    until: datetime | None
    deputy_of: int | None
    principal: str | None


_principal = aliased(Person)
_POSTS = (
    select(
        col(Membership.id),
        col(Membership.person_id),
        col(Person.name),
        col(Membership.role),
        col(Membership.unit),
        col(Membership.since),
        col(Membership.until),
        col(Membership.deputy_of),
        col(_principal.name),
    )
    .join(Person, col(Person.id) == col(Membership.person_id))
    .outerjoin(_principal, col(_principal.id) == col(Membership.deputy_of))
    .order_by(col(Membership.id))
)
_OF_PERSON = _POSTS.where(HELD, col(Membership.person_id) == bindparam("person"))
_DEPUTIES = _POSTS.where(HELD, col(Membership.deputy_of).is_not(None))
_POST = _POSTS.where(HELD, col(Membership.id) == bindparam("membership"))
_EVER = (
    select(col(Membership.person_id))
    .where(col(Membership.role) == bindparam("the_role"), col(Membership.unit) == bindparam("the_unit"))
    .group_by(col(Membership.person_id))
    .order_by(func.min(col(Membership.id)))
)
_OVER = _POSTS.where(col(Membership.ended_at).is_(None), col(Membership.until) <= bindparam("now", type_=Moment))
_END = (
    update(Membership)
    .where(col(Membership.id) == bindparam("membership"), col(Membership.ended_at).is_(None))
    .values(ended_at=bindparam("now", type_=Moment))
)


def stood_in(person: Value, unit: Value, at: Value) -> ColumnElement[bool]:
    """Return "this person stood in for this unit's head at that moment", of columns or parameters."""
    return exists().where(
        col(Membership.person_id) == person,
        col(Membership.unit) == unit,
        col(Membership.deputy_of).is_not(None),
        col(Membership.since) <= at,
        col(Membership.until) > at,
        col(Membership.ended_at).is_(None) | (col(Membership.ended_at) >= at),
    )


_WAS_DEPUTY = select(stood_in(bindparam("person"), bindparam("the_unit"), bindparam("at", type_=Moment)))


def of_person(work: Work, person_id: int) -> list[Post]:
    """Return what a person holds now, in the order it was given."""
    return _all(work, _OF_PERSON, {"person": person_id})


def ever(work: Work, role: str, unit: str) -> list[int]:
    """Return who holds this role in this unit or ever held it, the first ones first."""
    return list(work.conn.scalars(_EVER, {"the_role": role, "the_unit": unit}))


def deputies(work: Work) -> list[Post]:
    """Return everybody who stands in for somebody now."""
    return _all(work, _DEPUTIES, {})


def get(work: Work, post_id: int) -> Post | None:
    """Return a post that is held now."""
    return next(iter(_all(work, _POST, {"membership": post_id})), None)


def over(work: Work) -> list[Post]:
    """Return the deputies whose time is over and not written down as ended yet. Reads only."""
    return _all(work, _OVER, {})


def end(work: Work, post_id: int) -> bool:
    """Write down that a post has ended; False when somebody was faster."""
    return work.conn.execute(_END, {"membership": post_id, "now": work.now}).rowcount == 1


def is_deputy(work: Work, person_id: int, unit: str, at: datetime | None = None) -> bool:
    """Tell whether they stood in for the unit's head `at` that moment, by default now: 代签."""
    values = {"person": person_id, "the_unit": unit, "at": at or work.now}
    return bool(work.conn.scalar(_WAS_DEPUTY, values))


def _all(work: Work, statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Post]:
    return [Post(*row) for row in work.conn.execute(statement, {**values, "now": work.now})]
