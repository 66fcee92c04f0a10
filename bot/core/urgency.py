"""How near what a unit owes is to its due moment: the colours of the ledger, for reports."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.issues import Colour
    from bot.core.workdays import Workdays

#: Working days before the due day from which it is near, where no ledger says otherwise.
NEAR: Final = 3


def past(due: datetime, now: datetime) -> bool:
    """Tell whether it is overdue."""
    return now.astimezone(UTC) > due.astimezone(UTC)


def colour(due: datetime, now: datetime, workdays: Workdays, near: int = NEAR) -> Colour:
    """Return how near it is; both moments in the campaign's zone."""
    if past(due, now):
        return "red"
    return "yellow" if workdays.shift(due.date(), -near) <= now.date() else "blue"


def days_late(due: datetime, now: datetime, workdays: Workdays) -> int:
    """Return the working days since the due day; 0 on that day, and over the weekend after it."""
    return sum(1 for _ in workdays.since(due.date() + timedelta(days=1), now.date()))
