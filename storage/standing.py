"""What decides where units stand: every version of their reports, without what it says. Whole ones: `submissions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import col

from storage.tables import Submission

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Brief:
    """One version of a report."""

    id: int
    number: str
    duty: str
    period: str
    unit: str
    version: int
    current: bool
    state: str
    filed_at: datetime
    reported_at: datetime | None

    @property
    def key(self) -> str:
        """Return the key of what it was filed for: "weekly/2020-W28"."""
        return f"{self.duty}/{self.period}"


_EVERY: Select[*tuple[Any, ...]] = select(
    col(Submission.id),
    col(Submission.number),
    col(Submission.duty),
    col(Submission.period),
    col(Submission.unit),
    col(Submission.version),
    col(Submission.current),
    col(Submission.state),
    col(Submission.filed_at),
    col(Submission.reported_at),
).order_by(col(Submission.id))
_OF_UNITS = _EVERY.where(col(Submission.unit).in_(bindparam("units", expanding=True)))
_OF_DUTY = _EVERY.where(col(Submission.duty) == bindparam("at_duty"), col(Submission.current))


def versions(work: Work, units: Collection[str] | None = None) -> list[Brief]:
    """Return every version of every report (None: of all units), in the order of filing."""
    if units is None:
        return [Brief(*row) for row in work.conn.execute(_EVERY)]
    return [Brief(*row) for row in work.conn.execute(_OF_UNITS, {"units": list(units)})]


def of_duty(work: Work, duty: str) -> list[Brief]:
    """Return the newest version of every report of this duty, first filed first by that version."""
    return [Brief(*row) for row in work.conn.execute(_OF_DUTY, {"at_duty": duty})]
