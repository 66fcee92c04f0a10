"""免报: stretches of days in which a unit owes a report nothing, each granted with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from storage.tables import Excuse, Moment, Person

if TYPE_CHECKING:
    from datetime import date, datetime

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Excused:
    """One excuse that holds; `duty` "" for every duty, both days included."""

    id: int
    unit: str
    duty: str
    first: date
    last: date
    reason: str
    granted_by_name: str
    granted_at: datetime

    def covers(self, unit: str, duty: str, day: date) -> bool:
        """Tell whether it is about what this unit owes on this day for this duty."""
        return self.unit == unit and self.duty in {"", duty} and self.first <= day <= self.last


_GRANT = insert(Excuse).returning(col(Excuse.id))
_END = (
    update(Excuse)
    .where(col(Excuse.id) == bindparam("excuse"), col(Excuse.ended_at).is_(None))
    .values(ended_at=bindparam("now", type_=Moment), ended_by=bindparam("by"))
)
_STANDING = (
    select(
        col(Excuse.id),
        col(Excuse.unit),
        col(Excuse.duty),
        col(Excuse.first),
        col(Excuse.last),
        col(Excuse.reason),
        col(Person.name),
        col(Excuse.granted_at),
    )
    .join(Person, col(Person.id) == col(Excuse.granted_by))
    .where(col(Excuse.ended_at).is_(None))
    .order_by(col(Excuse.id))
)


def grant(work: Work, *, unit: str, duty: str, first: date, last: date, reason: str, by: int) -> int:
    """Write an excuse down; return its id."""
    made: int = work.conn.execute(
        _GRANT,
        {
            "unit": unit,
            "duty": duty,
            "first": first,
            "last": last,
            "reason": reason,
            "granted_by": by,
            "granted_at": work.now,
        },
    ).scalar_one()
    return made


def end(work: Work, excuse: int, by: int) -> bool:
    """Take an excuse back; False when there is none that holds."""
    return work.conn.execute(_END, {"excuse": excuse, "now": work.now, "by": by}).rowcount == 1


def standing(work: Work) -> list[Excused]:
    """Return every excuse that has not been taken back, in the order they were granted."""
    return [Excused(*row) for row in work.conn.execute(_STANDING)]


def units(work: Work, duty: str, day: date) -> set[str]:
    """Return the units excused from what falls due for this duty on this day."""
    return {each.unit for each in standing(work) if each.covers(each.unit, duty, day)}
