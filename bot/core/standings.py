"""Where a unit stands with one report, given every version of it: one answer for table, desk, reminders and urging.

While a correction waits for its signature, the version signed before it goes on counting; and what was first signed in
time does not become late by being corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from bot.core.lifecycle import DONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

Kind = Literal["on_time", "late", "awaiting", "returned", "missing"]


class Version(Protocol):
    """What is looked at of one version; `state` is one of `bot.core.lifecycle`, moments are aware."""

    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def signed_at(self) -> datetime | None: ...  # noqa: D102


V = TypeVar("V", bound=Version)


@dataclass(frozen=True, slots=True)
class Standing(Generic[V]):
    """Where a unit stands, and the version that says so: the one that counts, or the one waited for."""

    kind: Kind
    report: V | None = None
    correcting: bool = False  # a newer version waits for its signature

    @property
    def signed(self) -> V | None:
        """Return the version whose content may be shown."""
        return self.report if self.kind in {"on_time", "late"} else None


def standing(versions: Sequence[V], due: datetime) -> Standing[V]:
    """Return where a unit stands after these versions of its report, oldest first; it was to be signed by `due`."""
    if not versions:
        return Standing("missing")
    newest = versions[-1]
    signed = [each for each in versions if each.state in DONE]
    if signed and newest.state in {*DONE, "awaiting"}:
        first = signed[0].signed_at
        # In UTC: two moments of one zone would be compared by the clock on the wall.
        in_time = first is not None and first.astimezone(UTC) <= due.astimezone(UTC)
        return Standing("on_time" if in_time else "late", signed[-1], correcting=newest.state == "awaiting")
    if newest.state == "awaiting":
        return Standing("awaiting", newest)
    return Standing("returned", newest) if newest.state == "returned" else Standing("missing")


def standings(units: Iterable[str], versions: Iterable[V], due: datetime) -> dict[str, Standing[V]]:
    """Return every unit's standing, in the order of `units`; `versions` may come in any order."""
    filed: dict[str, list[V]] = {unit: [] for unit in units}
    for each in sorted(versions, key=lambda each: each.version):
        if each.unit in filed:  # a unit that has left the campaign stays in the history
            filed[each.unit].append(each)
    return {unit: standing(rows, due) for unit, rows in filed.items()}
