"""How the campaign stands at a moment, as leaders ask for it (plan: T5): what page, picture, 通报 and board tell.

Owns what is told and how it is counted. Leaves out reading it (`exports.summary`), its words and its looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.campaign_rules import WEEKLY
from bot.core.plain_text import unbracketed
from bot.core.standings import OWING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bot.core.reconciliation import Line
    from bot.core.standings import Kind

#: Weeks of the trend, and entries of what is overdue that are named.
WEEKS: Final = 8
NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where the units stand with one report: of a week, or of a date. `kinds` by unit key, in the campaign's order."""

    key: str  # "weekly/2020-W28"
    name: str  # "每周工作信息"
    title: str  # "第28周（7月6日—7月10日）", "8月31日前"
    due: datetime  # in the campaign's zone
    past: bool
    kinds: Mapping[str, Kind]

    def number(self, *kinds: Kind) -> int:
        """Return how many units stand so."""
        return sum(kind in kinds for kind in self.kinds.values())

    @property
    def weekly(self) -> bool:
        """Whether it is a week's."""
        return self.key.partition("/")[0] == WEEKLY

    @property
    def called(self) -> str:
        """第28周每周工作信息, 行政裁量基准."""
        return f"{unbracketed(self.title)}{self.name}" if self.weekly else self.name

    @property
    def expected(self) -> int:
        """应报: all but the excused."""
        return len(self.kinds) - self.number("excused")

    @property
    def reported(self) -> int:
        """已报, in time or late."""
        return self.number("on_time", "late")

    @property
    def owing(self) -> list[str]:
        """Return the keys of the units that still owe it."""
        return [unit for unit, kind in self.kinds.items() if kind in OWING]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit: how it stands with this week's report and its entries (None: no ledger).

    `kind` is None where there is no week yet, and for a unit that has left: it is there while it has entries.
    """

    key: str
    name: str
    kind: Kind | None
    stock: Line | None


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area and its entries."""

    key: str
    name: str
    stock: Line


@dataclass(frozen=True, slots=True)
class Point:
    """One week of the trend: reports that were expected and came, entries found and closed in it, open at its end."""

    period: str  # "2020-W28"
    number: int  # 28
    expected: int
    on_time: int
    late: int
    found: int
    closed: int
    open: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """An entry that is late: `days` calendar days after its deadline."""

    id: int
    number: str
    unit: str  # name
    brief: str
    due: date
    days: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it. `stock` sums up `units`; `lagging` is past due and still owed.

    `coming` is due by a date, soonest first; `following` is the next week's report after `week` that is still to come.
    """

    title: str  # of the campaign
    bureau: str
    now: datetime  # in the campaign's zone
    stage: str  # "自查整改", "" between two stages
    stage_end: date | None
    begins: date  # the campaign's first day and its last
    ends: date
    week: Reporting | None
    units: Sequence[UnitLine]
    areas: Sequence[AreaLine]
    stock: Line | None
    trend: Sequence[Point]
    coming: Sequence[Reporting]
    following: Reporting | None
    lagging: Sequence[Reporting]
    overdue: Sequence[Overdue]

    @property
    def dates(self) -> list[Reporting]:
        """Return what is due next, soonest first: the week to come as well, once the one shown is over."""
        week = [self.following] if self.following and self.week and self.week.past else []
        return sorted([*self.coming, *week], key=lambda each: each.due)

    def name(self, unit: str) -> str:
        """Return a unit's name by its key; KeyError for one that does not report."""
        return next(line.name for line in self.units if line.key == unit)
