"""免报: stretches of days in which a unit owes a report nothing, each granted with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from bot.core.deadlines import nominal_day
from storage.tables import Excuse, Moment, Person

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Excused:
    """One excuse that holds; both days included.

    With a `duty` it is for the report of that day in the rule, wherever a holiday moves it; `duty` "" stands for
    whatever falls due on these days.
    """

    id: int
    unit: str
    duty: str
    first: date
    last: date
    reason: str
    granted_by_name: str
    granted_at: datetime

    def covers(self, campaign: Campaign, unit: str, occurrence: Occurrence) -> bool:
        """Tell whether it is about what this unit owes this time."""
        if self.unit != unit or self.duty not in {"", occurrence.duty}:
            return False
        day = nominal_day(campaign, occurrence) if self.duty else occurrence.due.date()
        return self.first <= day <= self.last


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


def units(work: Work, occurrence: Occurrence) -> set[str]:
    """Return the units excused this time."""
    return {each.unit for each in standing(work) if each.covers(work.campaign, each.unit, occurrence)}
