"""Which reminders must have come, told from the campaign file and from what people did; and whether they did.

The rules, as an office would put them (requirements: M1, M2, M4, M5):

- A rung speaks once to everybody who has one of its roles, at its moment; in quiet hours, when they end.
- To a unit's people it speaks of their unit only while it is their turn. The contact's turn: nothing is in, or it came
  back, or the stamp is missing. The head's: the report waits for the signature. Of what is the contact's turn heads
  hear when it is overdue, and beforehand (notice) unless only the stamp is missing; of a stage they hear everything.
- To the bureau it speaks of all units: at the due moment in any case, later only while one is behind.
- What one person is told at one moment comes as one message; of two rungs about one report the later speaks.
- Whoever comes into a role hears at once of what was said before and still matters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from tests.campaign.standing import Standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.campaign.journal import Journal
    from tests.campaign.plan import Occasion, Plan, Push, Rung

UNIT_ROLES = ("contact", "head")
TURNS = {"owed": "contact", "to stamp": "contact", "to sign": "head"}


@dataclass(frozen=True)
class Told:
    """One thing a message says: about which report, to whom as what, and of which units."""

    occasion: Occasion
    kind: str
    role: str
    units: frozenset[str]
    signs: bool = False  # there is something to sign


Expected = dict[tuple[str, "datetime"], list[Told]]

#: What changes a table's line of a unit.
CHANGES = {"filed", "filed for", "signed", "stamped", "returned"}
HOUR = timedelta(hours=1)


@dataclass
class Oracle:
    plan: Plan
    journal: Journal

    def __post_init__(self) -> None:
        self.standings = Standings(self.journal)

    def reminders(self) -> Expected:
        """Return everything that must have been said: by person and moment."""
        latest: dict[tuple[str, datetime, Occasion, str], Told] = {}
        for rung in self.plan.rungs:  # in the order of time: a later one about the same report takes the place
            for name, at, unit, roles in self._spoken_to(rung):
                told = self._told(rung, at, unit, roles)
                if told is not None:
                    latest[name, at, rung.occasion, unit] = told
        expected: Expected = defaultdict(list)
        for (name, at, _, _), told in latest.items():
            expected[name, at].append(told)
        return expected

    def tables(self) -> set[tuple[str, datetime, Occasion]]:
        """Return when each table must have come to whom: once it is due, and again when it has changed since."""
        return {
            (member.name, self.plan.audible(at), occasion)
            for push in self.plan.pushes
            for occasion, at in self._pushed(push)
            for member in self.journal.members
            if member.role in push.to and member.there(at)
        }

    def _pushed(self, push: Push) -> Iterator[tuple[Occasion, datetime]]:
        weeks = [each for each in self.plan.occasions if each.duty == push.duty]
        ends = [each.due + push.after for each in weeks[1:]]
        for occasion, end in zip_longest(weeks, ends):
            last = self.journal.beat(occasion.due + push.after)
            while last is not None and (end is None or last < end):
                yield occasion, last
                changed = [each.at for each in self.journal.deeds if each.occasion == occasion and each.what in CHANGES]
                later = min((at for at in changed if at > last), default=None)
                last = self.journal.beat(max(later, last + push.again)) if later else None

    def snoozed(self) -> set[tuple[str, datetime, Occasion]]:
        """Return what must have come an hour after somebody asked for it: it was still their turn."""
        asked = ((deed, deed.at + HOUR) for deed in self.journal.done("snoozed"))
        return {
            (deed.name, at, deed.occasion)
            for deed, at in asked
            if self.standings.state(deed.occasion, deed.unit, at) in {"owed", "to stamp"}
        }

    def urged(self) -> set[tuple[str, datetime, Occasion]]:
        """Return whom a nudge by hand must have reached: whoever's turn it was."""
        return {
            (member.name, deed.at, deed.occasion)
            for deed in self.journal.done("urged")
            for member in self.journal.members
            if member.role in UNIT_ROLES and member.there(deed.at)
            if TURNS.get(self.standings.state(deed.occasion, member.unit, deed.at)) == member.role
        }

    def _spoken_to(self, rung: Rung) -> Iterator[tuple[str, datetime, str, set[str]]]:
        """Yield who is spoken to, when, about which unit ("" for all of them) and in which roles."""
        found: dict[tuple[str, datetime, str], set[str]] = defaultdict(set)
        for member in self.journal.members:
            at = self.journal.beat(max(rung.at, member.joined))
            if at is not None and member.role in rung.to and at < rung.until and member.there(at):
                found[member.name, at, member.unit if member.role in UNIT_ROLES else ""].add(member.role)
        for (name, at, unit), roles in found.items():
            yield name, at, unit, roles

    def _told(self, rung: Rung, at: datetime, unit: str, roles: set[str]) -> Told | None:
        if not unit:
            behind = frozenset(each for each in self.plan.units if self._behind(rung, each, at))
            if rung.kind == "overdue" and not behind:
                return None
            return Told(rung.occasion, rung.kind, min(roles), behind)
        state = self.standings.state(rung.occasion, unit, at)
        if state == "to sign" and "head" in roles:
            return Told(rung.occasion, rung.kind, "head", frozenset({unit}), signs=True)
        if state in {"owed", "to stamp"} and "contact" in roles:
            return Told(rung.occasion, rung.kind, "contact", frozenset({unit}))
        hears = rung.kind == "overdue" or rung.occasion.stage or (rung.kind == "notice" and state == "owed")
        if state in {"owed", "to stamp"} and "head" in roles and hears:
            return Told(rung.occasion, rung.kind, "head", frozenset({unit}))
        return None

    def _behind(self, rung: Rung, unit: str, at: datetime) -> bool:
        return self.standings.state(rung.occasion, unit, at) not in {"in", "excused"}
