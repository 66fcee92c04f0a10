"""Where units stand in many duties at once: three reads, however many. In a single one: `reports.standings_in`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.standings import Standing, standings
from storage import excuses
from storage import standing as stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from storage.excuses import Excused
    from storage.standing import Brief
    from storage.work import Work


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
    versions: dict[str, list[Brief]] = defaultdict(list)
    for each in stored.versions(work, None if units is None else keys):
        versions[each.key].append(each)
    return Book(work.campaign, keys, versions, excuses.standing(work))


def excuse(campaign: Campaign, excused: Iterable[Excused], occurrence: Occurrence, unit: str) -> Excused | None:
    """Return which of these excuses the unit has this time; None when it owes the report."""
    return next((each for each in excused if each.covers(campaign, unit, occurrence)), None)
