"""Whether the ledger adds up: every unit's stock now, what came and went in a period, and the balance (plan: L6).

The period ends now. Owns the sums and what has to be equal. Leaves out counting (`storage.ledger`) and every word and
column of the table made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from bot.core.issues import MENDED, NAMES, OPEN, STATES, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: The `unit` of the line that sums up the others.
TOTAL: Final = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the entries of one unit stand now. `overdue`: of those the unit has to act on, how many are late."""

    unit: str
    found: int
    states: Mapping[State, int]
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """How often something happened to the entries of one unit in a period, as `storage.ledger.flows` counts it."""

    unit: str
    found: int = 0
    mended: int = 0
    closed: int = 0
    returned: int = 0
    reopened: int = 0
    transferred: int = 0
    taken_back: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's line: 累计 is `tally` and the properties named after states, 本期 is `flow`."""

    unit: str  # key, or TOTAL
    tally: Tally
    flow: Flow

    @property
    def found(self) -> int:
        """累计发现."""
        return self.tally.found

    @property
    def in_hand(self) -> int:
        """待整改 and 整改中 together."""
        return self.tally.states["found"] + self.tally.states["mending"]

    @property
    def verifying(self) -> int:
        """待核查."""
        return self.tally.states["verifying"]

    @property
    def closed(self) -> int:
        """已销号."""
        return self.tally.states["closed"]

    @property
    def returned(self) -> int:
        """退回整改: now, not how often."""
        return self.tally.states["returned"]

    @property
    def transferred(self) -> int:
        """移交."""
        return self.tally.states["transferred"]

    @property
    def overdue(self) -> int:
        """Of `in_hand` and `returned`, those that are late."""
        return self.tally.overdue

    @property
    def mended(self) -> int:
        """累计整改: the unit has done its part, verified or not."""
        return sum(self.tally.states[state] for state in MENDED)

    @property
    def rate(self) -> float | None:
        """整改率: mended of found, as `share`."""
        return share(self.mended, self.found)

    @property
    def closing(self) -> int:
        """期末未结: neither closed nor transferred now."""
        return self.in_hand + self.returned + self.verifying

    @property
    def resumed(self) -> int:
        """重新整改: back on the unit's desk after it was closed or transferred."""
        return self.flow.reopened + self.flow.taken_back

    @property
    def opening(self) -> int:
        """期初未结: opening + found - closed - transferred + resumed (all of the period) is `closing`."""
        return self.closing - self.flow.found + self.flow.closed + self.flow.transferred - self.resumed


def lines(units: Iterable[str], tallies: Iterable[Tally], flows: Iterable[Flow]) -> list[Line]:
    """Return a checked line for each of `units`, in that order, then for every other that has entries.

    `flows` are those of a period that ends now. ValueError as `check`.
    """
    stock, moved = {each.unit: each for each in tallies}, {each.unit: each for each in flows}
    others = sorted({*stock, *moved}.difference(ordered := list(units)))
    made = [Line(unit, stock.get(unit) or _none(unit), moved.get(unit) or Flow(unit)) for unit in ordered + others]
    for line in made:
        check(line)
    return made


def total(lines: Sequence[Line]) -> Line:
    """Return the line that sums up all of these."""
    tally = Tally(
        TOTAL,
        sum(line.tally.found for line in lines),
        {state: sum(line.tally.states[state] for line in lines) for state in STATES},
        sum(line.tally.overdue for line in lines),
    )
    return Line(TOTAL, tally, total_flow(line.flow for line in lines))


def total_flow(flows: Iterable[Flow]) -> Flow:
    """Return what happened in all of these units."""
    held = list(flows)
    return Flow(TOTAL, **{name: sum(getattr(flow, name) for flow in held) for name in _COUNTS})


def share(part: int, whole: int) -> float | None:
    """Return a share in percent with one decimal. Rounded down: 100 is all of them. None of nothing."""
    return part * 1000 // whole / 10 if whole else None


def check(line: Line) -> None:
    """Raise ValueError for a line that cannot be: an entry in no state or in two, or a past with less than none.

    - every entry is in one state: the states' sum is what was found (plan: L6)
    - what is late is still to be acted on
    - what the period took away had been there: the opening balance is not negative
    """
    states = line.tally.states
    if sum(states.values()) != line.found:
        counts = ", ".join(f"{NAMES[state]} {states[state]}" for state in STATES)
        raise ValueError(f"{line.unit}: found {line.found}, but {counts}")
    if line.overdue > sum(states[state] for state in OPEN):
        raise ValueError(f"{line.unit}: more overdue ({line.overdue}) than there is to act on")
    if line.opening < 0:
        raise ValueError(f"{line.unit}: the period took away more than there was (opening balance {line.opening})")


_COUNTS: Final = tuple(field.name for field in fields(Flow) if field.name != "unit")


def _none(unit: str) -> Tally:
    return Tally(unit, 0, dict.fromkeys(STATES, 0))
