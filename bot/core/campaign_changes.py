"""What was changed in the chat of what the campaign file says: units, and days that are worked or not.

Owns how changes make one campaign out of another. Leaves out keeping them (`storage.overrides`) and asking who may
(`bot.services`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from bot.core.campaign import Unit
from bot.core.workdays import Workdays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.campaign import Campaign

log = logging.getLogger(__name__)

Kind = Literal["unit", "workday"]

#: What is said of a new unit at least.
_NEW: Final = frozenset({"name", "left"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change. A unit's value: its new "name", "code", "left"; a day's: {"work": true | false | None}.

    A unit whose key is not known is a new one, and stands last; its value says its "name" and that it has not "left".
    A day with None is the official calendar's again.
    """

    kind: str  # Kind, as the database has it
    key: str  # the unit's key; the ISO day
    value: Mapping[str, Any] = field(default_factory=dict)


def changed(campaign: Campaign, changes: Sequence[Change]) -> Campaign:
    """Return the campaign with these changes, oldest first; ValueError when it does not hold together then."""
    if not changes:
        return campaign
    units = {unit.key: unit for unit in campaign.every_unit}
    days: dict[date, bool] = dict.fromkeys(campaign.workdays.off, False) | dict.fromkeys(campaign.workdays.on, True)
    for change in changes:
        if change.kind == "unit":
            if change.key not in units and not change.value.keys() >= _NEW:
                raise ValueError("a unit that is no more")  # the file has dropped it: a new name brings it back no more
            before = units[change.key].model_dump() if change.key in units else {"key": change.key}
            units[change.key] = Unit(**{**before, **change.value})
        else:
            days.pop(date.fromisoformat(change.key), None)
            if (works := change.value.get("work")) is not None:
                days[date.fromisoformat(change.key)] = works
    off, on = (tuple(sorted(day for day, works in days.items() if works is wanted)) for wanted in (False, True))
    return campaign.changed(tuple(units.values()), Workdays(off=off, on=on))


def as_far_as_possible(campaign: Campaign, changes: Iterable[Change]) -> Campaign:
    """Return the campaign with those changes that still fit: the file may have moved on since they were made.

    A new unit whose name or code the file has given to another since is kept as one that has left: it has filed.
    """
    for change in changes:
        for tried in _ways(campaign, change):
            try:
                campaign = changed(campaign, [tried])
                break
            except ValueError as error:
                log.warning("%s %r no longer fits the campaign file: %s", change.kind, change.key, error)
    return campaign


def _ways(campaign: Campaign, change: Change) -> Iterator[Change]:
    """Yield a change as it was made, then what is kept of a new unit."""
    yield change
    if change.kind == "unit" and change.value.keys() >= _NEW and all(u.key != change.key for u in campaign.every_unit):
        yield Change("unit", change.key, {"name": f"{change.value['name']}（{change.key}）", "left": True})
