"""Where the product's time comes from: the machine's clock, or a rehearsal's that can be moved on.

Nothing below the edges reads a clock; they are handed `Clock.now()` as an argument.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class RehearsalClock(Clock):
    """A clock for demonstrations and tests: starts at `start`, runs `speed` times as fast, can be moved."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        """Start running at once. ValueError when `start` has no offset."""
        if start.tzinfo is None:
            raise ValueError("a rehearsal needs an instant with an offset")
        self._speed = speed
        self.move(start)

    def now(self) -> datetime:
        """Return the rehearsed instant."""
        return self._start + timedelta(seconds=(time.monotonic() - self._since) * self._speed)

    def move(self, instant: datetime) -> None:
        """Make it `instant` now, earlier or later."""
        self._start = instant.astimezone(UTC)
        self._since = time.monotonic()
