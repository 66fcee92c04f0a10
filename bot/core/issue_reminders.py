"""Reminders of the entries' own deadlines: which rounds have come, which entries each is about, who hears (plan: L5).

A round is one clock time of the ledger's ladder on one day of the campaign, at the end of the quiet hours when it falls
into them. It matters until its day is over; the next round of that clock time takes up the days that were missed. A
rung is due for every deadline that lies so many working days from one of those days: a span of deadlines, so that the
calendar is asked a few times a round and not for every entry.

Escalation cannot be missed by coming late: an entry that came (back) to its unit, or got another deadline, when a rung
after that deadline had passed already is mentioned in the next working day's round.

Leaves out the words (`bot.texts.issue_reminders`), and that a round is run once (`bot.services.issue_reminding`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from bot.core.campaign_rules import UNIT_ROLES
from bot.core.deadlines import instant
from bot.core.issues import TO_SIGN
from bot.core.reminders import REMEMBERED, audible, end_of_next_workday, is_quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bot.core.campaign import Campaign, LedgerStep, Role
    from bot.core.issues import Asked, State
    from bot.core.reminders import Recipient
    from bot.core.workdays import Workdays

#: One message names at most so many entries, each with a button of its own; the others are counted.
NAMED: Final = 8
#: A list over several units names at least so many of each, while there is room.
_OF_EACH: Final = 2
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """One clock time of the ladder on one day; `moment` is UTC, quiet hours already applied."""

    day: date
    at: time
    moment: datetime

    @property
    def series(self) -> str:
        """What the marks of every round of this clock time begin with."""
        return f"ledger/round/{self.at:%H%M}/"

    @property
    def mark(self) -> str:
        """The key of the row that says it was run; it ends with the day."""
        return f"{self.series}{self.day}"

    @property
    def key(self) -> str:
        """What the keys of its messages begin with."""
        return f"ledger/{self.day}/{self.at:%H%M}"


@dataclass(frozen=True, slots=True)
class Span:
    """The deadlines a step of the ladder is due for, both included; `first` None: however long ago.

    So it is, too, for entries renewed after `looked`, when their clock time was last looked at; None: not on this day,
    or not for this step.
    """

    step: LedgerStep
    first: date | None
    last: date
    looked: datetime | None

    def holds(self, entry: Pending) -> bool:
        """Tell whether the step is due for this entry."""
        if entry.due > self.last:
            return False
        late = self.looked is not None and entry.renewed is not None and entry.renewed > self.looked
        return late or self.first is None or entry.due >= self.first


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry its unit has to act on. `renewed`: when it last came (back) to it or its deadline moved, if lately."""

    id: int
    number: str
    unit: str
    state: State
    asked: Asked
    due: date
    renewed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: to those of a unit who hear of the same entries; to brigade and leaders over all units (unit "").

    `roles` are those they are addressed in; `entries` are in the order of their deadlines.
    """

    unit: str
    roles: frozenset[Role]
    people: tuple[int, ...]
    entries: tuple[Pending, ...]

    @property
    def place(self) -> str:
        """The end of its key: "@nongji", "/bureau"."""
        return f"@{self.unit}" if self.unit else "/bureau"

    @property
    def named(self) -> tuple[Pending, ...]:
        """Those it names: the first by deadline; over several units the first of each, worst unit first."""
        if self.unit:
            return self.entries[:NAMED]
        units = self.by_unit
        share = max(_OF_EACH, NAMED // len(units))
        return tuple(entry for entries in units.values() for entry in entries[:share])[:NAMED]

    @property
    def by_unit(self) -> Mapping[str, Sequence[Pending]]:
        """Its entries by unit, in the order of their deadlines."""
        units: dict[str, list[Pending]] = defaultdict(list)
        for entry in self.entries:
            units[entry.unit].append(entry)
        return units


def rounds(campaign: Campaign, now: datetime) -> tuple[Round, ...]:
    """Return the rounds that have come today, earliest first; none in quiet hours or outside the campaign."""
    if campaign.ledger is None or is_quiet(campaign, now):
        return ()
    now = now.astimezone(UTC)
    today = now.astimezone(campaign.zone).date()
    clocks = {step.at for step in campaign.ledger.ladder}
    days = [day for day in (today - _DAY, today) if campaign.start <= day <= campaign.end]
    every = (Round(day, at, _moment(campaign, day, at)) for day in days for at in clocks)
    come = (each for each in every if each.moment <= now and each.moment.astimezone(campaign.zone).date() == today)
    return tuple(sorted(come, key=lambda each: (each.moment, each.day, each.at)))


def first_day(campaign: Campaign, this: Round, last: date | None, since: datetime) -> date:
    """Return the first day whose rungs this round mentions.

    `last` is the day of the last round of its clock time; `since` is when the installation began: what would have been
    said before it is nobody's. Longer ago than `REMEMBERED` is not made up for.
    """
    day = this.day
    floor = max(campaign.start, this.day - REMEMBERED, last + _DAY if last else date.min)
    while day > floor and _moment(campaign, day - _DAY, this.at) >= since:
        day -= _DAY
    return day


def spans(campaign: Campaign, this: Round, first: date, looked: datetime) -> tuple[Span, ...]:
    """Return what the steps of this clock time are due for, over the days from `first` to that of the round.

    `looked` is when a round of this clock time last looked for renewed entries; that is done on working days.
    """
    steps = campaign.ledger.ladder if campaign.ledger else ()
    since = looked if campaign.workdays.is_workday(this.day) else None
    found = (_span(campaign.workdays, step, first, this.day, since) for step in steps if step.at == this.at)
    return tuple(span for span in found if span is not None)


def reach(every: Iterable[Span], *, renewed: bool) -> tuple[date | None, date] | None:
    """Return the first (None: ever) and the last deadline these are about, None for no deadline at all.

    `renewed`: there are entries that a span may hold for their being renewed.
    """
    ends = [(None if renewed and span.looked else span.first, span.last) for span in every]
    ends = [(first, last) for first, last in ends if first is None or first <= last]
    if not ends:
        return None
    known = [first for first, _ in ends if first is not None]
    return (min(known) if len(known) == len(ends) else None), max(last for _, last in ends)


def hearers(every: Iterable[Span], entry: Pending) -> frozenset[Role]:
    """Return the roles that hear of this entry.

    What lies on the head's desk is brought before the head whenever the contact would be reminded; the contact, who
    has done their part, is left alone while the closing waits there.
    """
    roles: set[Role] = {role for span in every if span.holds(entry) for role in span.step.to}
    if "contact" in roles and entry.asked in TO_SIGN:
        roles.add("head")
    if entry.asked == "closing/head":
        roles.discard("contact")
    return frozenset(roles)


def letters(every: Sequence[Span], entries: Iterable[Pending], people: Sequence[Recipient]) -> Iterator[Letter]:
    """Yield what is to be said, everybody's once: about each of their units, and to the bureau about all."""
    heard = sorted(((entry, hearers(every, entry)) for entry in entries), key=lambda each: (each[0].due, each[0].id))
    units: dict[str, list[tuple[Pending, frozenset[Role]]]] = defaultdict(list)
    for entry, roles in heard:
        if roles:
            units[entry.unit].append((entry, roles))
    for unit, theirs in units.items():
        yield from _letters(unit, theirs, people)
    yield from _letters("", heard, people)


def until(campaign: Campaign, now: datetime, roles: AbstractSet[Role]) -> datetime:
    """Return when a message of `now` is of no use any more (UTC).

    What is repeated every working day is outdated by its repetition; anything at the end of the next working day.
    """
    now = now.astimezone(UTC)
    today = now.astimezone(campaign.zone).date()
    again = (
        _moment(campaign, day, step.at)
        for step in (campaign.ledger.ladder if campaign.ledger else ())
        if step.every_day_after and roles & set(step.to)
        for day in (today, campaign.workdays.after(today))
        if campaign.workdays.is_workday(day)
    )
    return min([end_of_next_workday(campaign, now), *(moment for moment in again if moment > now)])


def _moment(campaign: Campaign, day: date, at: time) -> datetime:
    return audible(campaign, instant(day, at, campaign.zone))


def _span(workdays: Workdays, step: LedgerStep, first: date, last: date, looked: datetime | None) -> Span | None:
    """Return the deadlines the step is due for on one of these days; None when it does not fall on any of them."""
    if step.every_day_after:
        worked = last if workdays.is_workday(last) else workdays.before(last)
        return Span(step, None, _latest(workdays, step.day, worked), None) if worked >= first else None
    begins = _latest(workdays, step.day, first - _DAY) + _DAY
    return Span(step, begins, _latest(workdays, step.day, last), looked if step.day > 0 else None)


def _latest(workdays: Workdays, count: int, day: date) -> date:
    """Return the last deadline whose `count`-th working day (negative: before it) is no later than `day`."""
    if count > 0:
        return workdays.shift(day + _DAY, -count) - _DAY
    return workdays.shift(day, -count)


def _letters(
    unit: str, heard: Sequence[tuple[Pending, frozenset[Role]]], people: Sequence[Recipient]
) -> Iterator[Letter]:
    """Yield the letters about one unit, or ("") the bureau's: one for those who hold the same roles."""
    held = sorted(((person.person_id, _addressed(person, unit)) for person in people), key=lambda each: sorted(each[1]))
    for roles, same in groupby(held, key=lambda each: each[1]):
        entries = tuple(entry for entry, to in heard if to & roles)
        if entries:
            yield Letter(unit, roles, tuple(person_id for person_id, _ in same), entries)


def _addressed(person: Recipient, unit: str) -> frozenset[Role]:
    """Return the roles somebody holds in a unit, or ("") in the bureau."""
    if unit:
        return frozenset(role for role, own in person.roles if role in UNIT_ROLES and own == unit)
    return frozenset(role for role, _ in person.roles if role not in UNIT_ROLES)
