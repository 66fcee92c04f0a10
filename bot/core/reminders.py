"""Reminders: which rung of which ladder is due to whom, decided purely.

Owns the moments of a ladder and the plan at a given now. Leaves out the words (`bot.texts.reminders`), the
outbox and the sending. What a plan returns is data to be written in one transaction: a row for every key.

How a rung is decided (plan: M1 to M5). Each (key, recipient) is decided once, the first time a plan sees its
moment: sent; or skipped because it is too late ("expired"), the report is in ("reported"), it waits with
somebody else ("waiting"), a later rung for the same report says it better ("folded"), or one message says it
beside something else ("joined"). In quiet hours nothing is decided: that is done when they end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from bot.core.campaign_rules import ASKING, UNIT_ROLES
from bot.core.deadlines import Occurrence, instant, occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bot.core.campaign import Campaign, Duty, Kind, Role, Step

#: Where a unit's report is: nothing is filed, it is begun, it came back, it waits for the head or for its stamped copy;
#: and, asking nobody any more, it is in or the unit is excused.
State = Literal["none", "draft", "returned", "filed", "stamping", "reported", "excused"]
Reason = Literal["expired", "reported", "waiting", "folded", "joined"]

#: How long ago a moment may have expired and still be written down as skipped: longer downtimes leave no row.
REMEMBERED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Moment:
    """One rung of the ladder of one occurrence; `at` and `until` are UTC, quiet hours already applied."""

    key: str  # "weekly/2020-W28/notice"
    kind: Kind
    to: tuple[Role, ...]
    occurrence: Occurrence
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be reminded, with their roles: ("contact", "nongji"), ("brigade", "")."""

    person_id: int
    roles: frozenset[tuple[Role, str]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one unit's report for one occurrence stands; `report` is the version to correct, to sign, to stamp."""

    state: State
    report: int | None = None

    @property
    def turn(self) -> Role | None:
        """Whose turn it is; None when nobody has to act."""
        return _TURNS.get(self.state)


_TURNS: Final[Mapping[State, Role]] = {
    "none": "contact",
    "draft": "contact",
    "returned": "contact",
    "filed": "head",
    "stamping": "contact",
}
_NOTHING_FILED: Final = Standing("none")


class Pending(NamedTuple):
    """A rung that is still to be decided for somebody, in the roles it addresses; `unit` "" for the bureau."""

    moment: Moment
    key: str
    unit: str
    person_id: int
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a notice says. To contact and head about their unit; to the bureau as a list of units."""

    key: str  # "weekly/2020-W28/prompt@nongji", lists: "weekly/2020-W28/missing"
    kind: Kind
    role: Role
    occurrence: Occurrence
    open: tuple[tuple[str, Standing], ...]  # the units whose report is not in, each with what is missing
    expected: int  # units that have to report
    at: datetime
    until: datetime

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose report is not in."""
        return tuple(unit for unit, _ in self.open)

    @property
    def asks(self) -> bool:
        """Whether its reader is who has to act."""
        return any(standing.turn == self.role for _, standing in self.open)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person, under its first part's key; the other keys are the plan's "joined" skips."""

    person_id: int
    parts: tuple[Part, ...]

    @property
    def key(self) -> str:
        """The key of its row."""
        return self.parts[0].key

    @property
    def until(self) -> datetime:
        """When nothing of it matters any more (UTC)."""
        return max(part.until for part in self.parts)


@dataclass(frozen=True, slots=True)
class Skip:
    """A reminder that is not sent, and why; written down so that it is decided once."""

    key: str
    person_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write down now: messages to send, and reminders that will not be sent."""

    notices: tuple[Notice, ...] = ()
    skips: tuple[Skip, ...] = ()


NOTHING = Plan()


def moments(campaign: Campaign, occurrence: Occurrence) -> tuple[Moment, ...]:
    """Every moment of the occurrence's ladder, in order.

    Without an `until` of its own a rung matters until the next that speaks to any of its readers, the last
    until the end of the next working day; one that asks for a report no longer than to the due moment.
    """
    duty = campaign.duty(occurrence.duty)
    rungs = sorted(_rungs(campaign, duty, occurrence), key=attrgetter("at"))
    return tuple(
        Moment(
            key=f"{occurrence.key}/{rung.name}",
            kind=rung.step.kind,
            to=rung.step.to,
            occurrence=occurrence,
            at=rung.at,
            until=_until(campaign, occurrence, rung, rungs),
        )
        for rung in rungs
    )


@lru_cache(maxsize=64)
def timeline(campaign: Campaign) -> tuple[Moment, ...]:
    """Every moment of the whole campaign, in order."""
    every = (
        moment
        for duty in campaign.duties
        for each in occurrences(campaign, duty.key)
        for moment in moments(campaign, each)
    )
    return tuple(sorted(every, key=attrgetter("at")))


def live(campaign: Campaign, now: datetime, since: datetime) -> tuple[Moment, ...]:
    """The moments a plan at `now` looks at: `known` need hold only their keys, plain and with "@unit".

    None in quiet hours.
    """
    if is_quiet(campaign, now):
        return ()
    now = now.astimezone(UTC)
    since = since.astimezone(UTC)
    rows = timeline(campaign)
    upto = bisect_right(rows, now, key=attrgetter("at"))
    return tuple(
        each
        for each in rows[:upto]
        if since <= min(each.at, each.occurrence.due.astimezone(UTC)) and each.until > now - REMEMBERED
    )


def is_quiet(campaign: Campaign, now: datetime) -> bool:
    """Whether `now` lies in the campaign's quiet hours."""
    return campaign.quiet is not None and campaign.quiet.holds(now.astimezone(campaign.zone).time())


def undecided(
    campaign: Campaign, now: datetime, since: datetime, people: Sequence[Recipient], known: AbstractSet[tuple[str, int]]
) -> tuple[Pending, ...]:
    """Return what a plan at `now` decides, in the order of the timeline: see `plan`. Asks no report how it stands."""
    readers = _readers(people)
    found: dict[tuple[str, int], Pending] = {}
    for moment in live(campaign, now, since):
        for key, unit, person_id, roles in _concerned(campaign, moment, readers):
            if (key, person_id) not in known:
                found.setdefault((key, person_id), Pending(moment, key, unit, person_id, roles))
    return tuple(found.values())


def plan(
    campaign: Campaign,
    now: datetime,
    since: datetime,
    people: Sequence[Recipient],
    standings: Mapping[tuple[str, str], Standing],
    known: AbstractSet[tuple[str, int]],
) -> Plan:
    """Return what is to be sent and what is to be skipped at `now`.

    `since` is when the installation began: what fell due before it does not exist, nor is it overdue after it.
    `standings` is keyed by (occurrence key, unit); a unit without one has filed nothing. `known` holds every
    (key, person id) decided before, whatever became of it: planning again with this plan's own keys in it
    returns nothing.
    """
    due: dict[tuple[int, str, str], list[Part]] = defaultdict(list)
    skips: list[Skip] = []
    for moment, key, unit, person_id, roles in undecided(campaign, now, since, people, known):
        if moment.until <= now.astimezone(UTC):
            skips.append(Skip(key, person_id, "expired"))
            continue
        table = _Table(campaign, moment.occurrence, standings)
        part = table.unit_part(moment, key, unit, roles) if unit else table.list_part(moment, roles)
        if part is None:
            skips.append(Skip(key, person_id, table.why_not(unit)))
        else:
            due[person_id, moment.occurrence.key, unit].append(part)
    notices = tuple(_folded(due, skips))
    return Plan(notices, tuple(skips))


@dataclass(frozen=True, slots=True)
class _Rung:
    """A step on its day: `at` is UTC and outside quiet hours."""

    name: str
    step: Step
    day: date
    at: datetime


def _rungs(campaign: Campaign, duty: Duty, occurrence: Occurrence) -> Iterator[_Rung]:
    """Yield the steps of the ladder, each on its day; a day before the campaign begins has none.

    A rung's name is its kind where the ladder has that kind once, else with the day ("notice-3", "overdue+1")
    and, if that is not enough, the hour: adding a rung of another kind to a campaign under way renames none.
    """
    dated = [
        (step, number, day)
        for step in duty.ladder
        for number, day in _days(campaign, step, occurrence.due.date())
        if day >= campaign.start
    ]
    kinds = Counter(step.kind for step in duty.ladder)
    hours: dict[tuple[Kind, int], set[time]] = defaultdict(set)
    for step, number, _ in dated:
        hours[step.kind, number].add(step.at)
    for step, number, day in dated:
        name: str = step.kind
        if kinds[step.kind] > 1 or step.every_day_after:
            name += f"{number:+d}"
        if len(hours[step.kind, number]) > 1:
            name += f"-{step.at:%H%M}"
        yield _Rung(name, step, day, audible(campaign, instant(day, step.at, campaign.zone)))


def _days(campaign: Campaign, step: Step, due_day: date) -> Iterator[tuple[int, date]]:
    """Yield the days a step falls on, each with its number of working days from the due day."""
    first = campaign.workdays.shift(due_day, step.day)
    if not step.every_day_after:
        yield step.day, first
        return
    yield from enumerate(campaign.workdays.since(first, campaign.end), start=step.day)


def audible(campaign: Campaign, at: datetime) -> datetime:
    """Return `at` as UTC, moved to the end of the quiet hours when it falls inside."""
    quiet = campaign.quiet
    if quiet and quiet.holds(at.time()):
        past_midnight = quiet.begins > quiet.ends and at.time() >= quiet.begins
        at = instant(at.date() + timedelta(days=past_midnight), quiet.ends, campaign.zone)
    return at.astimezone(UTC)


def _until(campaign: Campaign, occurrence: Occurrence, rung: _Rung, rungs: Sequence[_Rung]) -> datetime:
    step = rung.step
    if isinstance(step.until, int):
        until = rung.at + timedelta(minutes=step.until)
    elif step.until is not None:
        until = instant(rung.day, step.until, campaign.zone).astimezone(UTC)
    else:
        later = (each.at for each in rungs if each.at > rung.at and set(each.step.to) & set(step.to))
        until = next(later, None) or end_of_next_workday(campaign, rung.at)
    return min(until, occurrence.due.astimezone(UTC)) if step.kind in ASKING else until


def end_of_next_workday(campaign: Campaign, at: datetime) -> datetime:
    """Return midnight (UTC) after the first working day after `at`'s."""
    day = campaign.workdays.after(at.astimezone(campaign.zone).date())
    return instant(day + timedelta(days=1), time(), campaign.zone).astimezone(UTC)


_Readers = dict[tuple[str, str], list[int]]


def _readers(people: Sequence[Recipient]) -> _Readers:
    """Return who holds a role in a unit; roles of the bureau are filed under no unit."""
    readers: _Readers = defaultdict(list)
    for person in people:
        places = {(role, unit if role in UNIT_ROLES else "") for role, unit in person.roles}
        for place in sorted(places):
            readers[place].append(person.person_id)
    return readers


def _concerned(
    campaign: Campaign, moment: Moment, readers: _Readers
) -> Iterator[tuple[str, str, int, tuple[Role, ...]]]:
    """Yield key, unit, person and the roles they are addressed in, once each; unit "" for the bureau's."""
    bureau = tuple(role for role in moment.to if role not in UNIT_ROLES)
    for person_id, roles in _holders("", bureau, readers):
        yield moment.key, "", person_id, roles
    units = tuple(role for role in moment.to if role in UNIT_ROLES)
    if units:
        for unit in campaign.units:
            key = f"{moment.key}@{unit.key}"
            for person_id, roles in _holders(unit.key, units, readers):
                yield key, unit.key, person_id, roles


def _holders(unit: str, roles: tuple[Role, ...], readers: _Readers) -> Iterator[tuple[int, tuple[Role, ...]]]:
    held: dict[int, tuple[Role, ...]] = {}
    for role in roles:
        for person_id in readers.get((role, unit), ()):
            held[person_id] = (*held.get(person_id, ()), role)
    yield from held.items()


class _Table:
    """How all units stand with one occurrence, and what a rung has to say about it."""

    def __init__(
        self, campaign: Campaign, occurrence: Occurrence, standings: Mapping[tuple[str, str], Standing]
    ) -> None:
        self._campaign = campaign
        self._occurrence = occurrence
        self._standings = standings

    def standing(self, unit: str) -> Standing:
        return self._standings.get((self._occurrence.key, unit), _NOTHING_FILED)

    def why_not(self, unit: str) -> Reason:
        return "waiting" if unit and self.standing(unit).turn else "reported"

    def unit_part(self, moment: Moment, key: str, unit: str, roles: tuple[Role, ...]) -> Part | None:
        """Return what to tell a contact or head about their unit; None when it is not theirs to act.

        Whoever's turn it is hears every rung. Of what is the contact's to do heads hear only when it is overdue, and
        beforehand (notice) while nothing is filed; but a stage's notice is meant for both.
        """
        standing = self.standing(unit)
        if standing.turn is None:
            return None
        role = standing.turn
        if role not in roles:
            if role == "head" or not self._heads_hear(moment, standing):
                return None
            role = "head"
        return self._part(moment, key, role, ((unit, standing),))

    def _heads_hear(self, moment: Moment, standing: Standing) -> bool:
        stage = self._campaign.duty(self._occurrence.duty).stage is not None
        return stage or moment.kind == "overdue" or (moment.kind == "notice" and standing.state != "stamping")

    def list_part(self, moment: Moment, roles: tuple[Role, ...]) -> Part | None:
        """Return the list for the bureau. A complete one is news at the due moment, later it is None."""
        every = ((unit.key, self.standing(unit.key)) for unit in self._campaign.units)
        unfinished = tuple((unit, standing) for unit, standing in every if standing.turn)
        if moment.kind == "overdue" and not unfinished:
            return None
        return self._part(moment, moment.key, roles[0], unfinished)

    def _part(self, moment: Moment, key: str, role: Role, unfinished: tuple[tuple[str, Standing], ...]) -> Part:
        return Part(
            key=key,
            kind=moment.kind,
            role=role,
            occurrence=moment.occurrence,
            open=unfinished,
            expected=sum(self.standing(unit.key).state != "excused" for unit in self._campaign.units),
            at=moment.at,
            until=moment.until,
        )


def _folded(due: Mapping[tuple[int, str, str], Sequence[Part]], skips: list[Skip]) -> Iterator[Notice]:
    """Yield one notice a person, with the latest part on each report; the other keys go to `skips`."""
    latest: list[tuple[int, Part]] = []
    for (person_id, _, _), parts in due.items():
        *earlier, last = parts  # the timeline is in order, and so are they
        latest.append((person_id, last))
        skips.extend(Skip(part.key, person_id, "folded") for part in earlier)
    latest.sort(key=lambda entry: (entry[0], entry[1].occurrence.due, entry[1].key))
    for person_id, entries in groupby(latest, key=lambda entry: entry[0]):
        parts = tuple(part for _, part in entries)
        skips.extend(Skip(part.key, person_id, "joined") for part in parts[1:])
        yield Notice(person_id, parts)
