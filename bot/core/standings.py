"""Where a unit stands with one report, given every version of it: one answer for table, desk, reminders and urging.

While a correction is on its way, the version reported before it goes on counting; and what was first reported in time
does not become late by being corrected. What the brigade returned or the unit withdrew begins anew: then only what was
reported afterwards counts. A unit excused for the period owes nothing; what it reports all the same counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypeVar

from bot.core.lifecycle import DONE, TO_STAMP, UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

Kind = Literal["on_time", "late", "awaiting", "stamping", "returned", "missing", "excused"]

#: Where a unit stands of which nothing has come that counts, and that is not excused; in the order in which it is told.
OWING: Final[tuple[Kind, ...]] = ("missing", "returned", "awaiting", "stamping")


class Version(Protocol):
    """What is looked at of one version; `state` is one of `bot.core.lifecycle`, moments are aware."""

    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def reported_at(self) -> datetime | None: ...  # noqa: D102


V = TypeVar("V", bound=Version)


@dataclass(frozen=True, slots=True)
class Standing(Generic[V]):
    """Where a unit stands, and the version that says so: the one that counts, or the one waited for."""

    kind: Kind
    report: V | None = None
    correcting: bool = False  # a newer version is on its way

    @property
    def reported(self) -> V | None:
        """Return the version whose content may be shown."""
        return self.report if self.kind in {"on_time", "late"} else None


def standing(versions: Sequence[V], due: datetime, *, excused: bool = False) -> Standing[V]:
    """Return where a unit stands after these versions of its report, oldest first; it was to be reported by `due`."""
    nothing: Standing[V] = Standing("excused" if excused else "missing")
    if not versions:
        return nothing
    newest = versions[-1]
    done: list[V] = []
    for each in versions:
        if each.state in DONE:
            done.append(each)
        elif _undone(each):
            done.clear()
    if done and newest.state in DONE | UNDER_WAY:
        first = done[0].reported_at
        # In UTC: two moments of one zone would be compared by the clock on the wall.
        in_time = first is not None and first.astimezone(UTC) <= due.astimezone(UTC)
        return Standing("on_time" if in_time else "late", done[-1], correcting=newest.state in UNDER_WAY)
    if newest.state in UNDER_WAY:
        return Standing("excused" if excused else "stamping" if newest.state in TO_STAMP else "awaiting", newest)
    if excused:
        return nothing
    return Standing("returned", newest) if newest.state == "returned" else nothing


def _undone(version: Version) -> bool:
    """Tell whether the report was taken back with this version; a head's no to a correction takes nothing back."""
    return version.state == "withdrawn" or (version.state == "returned" and version.reported_at is not None)


def standings(
    units: Iterable[str], versions: Iterable[V], due: datetime, excused: Collection[str] = ()
) -> dict[str, Standing[V]]:
    """Return every unit's standing, in the order of `units`; `versions` may come in any order."""
    filed: dict[str, list[V]] = {unit: [] for unit in units}
    for each in sorted(versions, key=lambda each: each.version):
        if each.unit in filed:  # a unit that has left the campaign stays in the history
            filed[each.unit].append(each)
    return {unit: standing(rows, due, excused=unit in excused) for unit, rows in filed.items()}
