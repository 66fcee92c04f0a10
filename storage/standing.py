"""What decides where units stand: every version of their reports, without what it says. Whole ones: `submissions`.

`book` holds all of it at once, three reads, however many duties are asked about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select
from sqlmodel import col

from bot.core.standings import Standing, standings
from storage import excuses
from storage.tables import Submission

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from storage.excuses import Excused
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


@dataclass(frozen=True, slots=True)
class Book:
    """Every report of these units, in brief, and the excuses that hold."""

    campaign: Campaign
    units: Sequence[str]
    versions: Mapping[str, Sequence[Brief]]  # by "duty/period"
    excused: Sequence[Excused]

    def at(self, occurrence: Occurrence) -> dict[str, Standing[Brief]]:
        """Return where every unit stands."""
        return standings(
            self.units,
            self.versions.get(occurrence.key, ()),
            occurrence.due,
            {unit for unit in self.units if self.excuse(occurrence, unit) is not None},
        )

    def excuse(self, occurrence: Occurrence, unit: str) -> Excused | None:
        """Return why the unit owes nothing this time; None when it does."""
        return excuse(self.campaign, self.excused, occurrence, unit)

    def newest(self, occurrence: Occurrence, unit: str) -> Brief | None:
        """Return the newest version a unit has filed; it need not be the one that counts."""
        rows = self.versions.get(occurrence.key, ())
        return next((each for each in rows if each.unit == unit and each.current), None)


def book(work: Work, units: Iterable[str] | None = None) -> Book:
    """Open the book on these units (None: all that report)."""
    keys = tuple(unit.key for unit in work.campaign.units) if units is None else tuple(units)
    filed: dict[str, list[Brief]] = defaultdict(list)
    for each in versions(work, None if units is None else keys):
        filed[each.key].append(each)
    return Book(work.campaign, keys, filed, excuses.standing(work))


def excuse(campaign: Campaign, excused: Iterable[Excused], occurrence: Occurrence, unit: str) -> Excused | None:
    """Return which of these excuses the unit has this time; None when it owes the report."""
    return next((each for each in excused if each.covers(campaign, unit, occurrence)), None)
