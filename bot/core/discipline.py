"""How a unit keeps its dates over the campaign: in time, late, not at all, excused (plan: T2).

Counted is what has fallen due while the product was in use; what fell due before could not be filed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.core.deadlines import Occurrence
    from bot.core.standings import Standing


@dataclass(frozen=True, slots=True)
class Record:
    """按时, 迟报, 未报, 免报: how often each."""

    on_time: int = 0
    late: int = 0
    missing: int = 0
    excused: int = 0


def fallen_due(occurrences: Iterable[Occurrence], since: datetime, now: datetime) -> list[Occurrence]:
    """Return those whose due moment has passed at `now`, but not before the product was in use (`since`)."""
    first, last = since.astimezone(UTC), now.astimezone(UTC)
    return [each for each in occurrences if first <= each.due.astimezone(UTC) < last]


def record(standings: Iterable[Standing[Any]]) -> Record:
    """Count one unit's standings in what has fallen due; what still waits for a signature or a stamp is missing."""
    kinds = [each.kind for each in standings]
    on_time, late, excused = (kinds.count(kind) for kind in ("on_time", "late", "excused"))
    return Record(on_time, late, len(kinds) - on_time - late - excused, excused)
