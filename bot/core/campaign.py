"""The campaign file as typed values: units, stages, areas, duties, ladders, pushes and who gets them.

Owns the shape of a campaign and the words a file may use. Leaves out reading a file (`bot.campaigns`), what
contradicts what (`bot.core.campaign_rules`) and what is due when (`bot.core.deadlines`).
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bot.core.campaign_rules import Outline, contradictions
from bot.core.pushes import PUSHABLE
from bot.core.workdays import Workdays

Role = Literal["contact", "head", "brigade", "leader", "admin"]
Kind = Literal["notice", "prompt", "nudge", "missing", "overdue"]
Need = Literal["sign_off", "stamp"]
Holiday = Literal["before", "after", "none"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

#: How long after the campaign's end something may still be due: a deadline typed without its year is not meant for
#: another year.
_AFTERWARDS = timedelta(days=183)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _clock(value: object) -> object:
    """Read "16:00"; TOML's own local time is taken as well."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value)):
        return time(int(match[1]), int(match[2]))
    raise PydanticCustomError("clock", "not a time of day")


def _until(value: object) -> object:
    """Read `until`: minutes after the step, or a time of the same day."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    try:
        return _clock(value)
    except PydanticCustomError as error:
        raise PydanticCustomError("until", "neither minutes nor a time of day") from error


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder, "Asia"
        raise PydanticCustomError("zone", "no such time zone") from error


Clock = Annotated[time, BeforeValidator(_clock)]
Until = Annotated[int | time | None, BeforeValidator(_until)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
#: Keys become part of button actions (64 bytes: "m:snooze:weekly/2020-W28@nongji") and of outbox keys.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,19}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Roles = Annotated[tuple[Role, ...], Field(strict=False, min_length=1)]


class Part(BaseModel):
    """A part of the file: unchangeable, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Stage(Part):
    """A stage of the campaign (plan: D8), `start` and `end` included."""

    key: Key
    name: Text
    start: date
    end: date
    tasks: Texts = ()


class Unit(Part):
    """A unit that reports."""

    key: Key
    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^([A-Z][A-Z0-9]{0,9})?$")] = ""
    left: bool = False  # it reports no more; what it filed keeps its name and its number

    @property
    def series(self) -> str:
        """What the numbers of its ledger entries begin with: its code, or its key in capitals."""
        return self.code or self.key.upper()


class Area(Part):
    """One of the areas put right, with its items: the categories of the ledger (plan: L1)."""

    key: Key
    name: Text
    items: Texts


class Step(Part):
    """One rung of a ladder (plan: M1, M2, M5).

    `day` counts working days from the due day; `every_day_after` repeats the step on every working day from
    there to the end of the campaign. `until` is when it no longer matters: minutes after it, or a time of the
    same day.
    """

    day: int = 0
    every_day_after: bool = False
    at: Clock
    kind: Kind
    to: Roles
    until: Until = None


class Duty(Part):
    """Something units report: each week (`every`), by a date (`on`), or whenever it occurs (`at_once`).

    One with a `stage` is that stage's notice (plan: D8): its units read what is to be done in it, and say so.
    """

    key: Key
    name: Text
    form: Key
    stage: Key | None = None
    needs: Annotated[tuple[Need, ...], Field(strict=False)] = ()
    every: Weekday | None = None
    on: date | None = None
    at_once: bool = False
    by: Clock | None = None
    holiday: Holiday | None = None
    ladder: Annotated[tuple[Step, ...], Field(strict=False)] = ()

    @property
    def moves(self) -> Holiday:
        """Where the duty goes when its day is not worked; a date stays unless the file says otherwise."""
        return self.holiday or ("before" if self.every else "none")


class Quiet(Part):
    """The hours in which nothing is sent; they may pass midnight. Their end is no longer quiet."""

    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")

    def holds(self, at: time) -> bool:
        """Whether `at` lies in the quiet hours."""
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


class Recipient(Part):
    """Where tables go that is nobody's own chat: a mailbox, a WeCom group's robot (its key is in the settings)."""

    key: Key
    name: Text
    channel: Literal["mail", "wecom"]
    address: Annotated[str, StringConstraints(strip_whitespace=True)] = ""


class Push(Part):
    """A table sent unasked: after its duty's due moment, and again when late reports change it (plan: T1, T4).

    `also` are recipients by their keys. `again_minutes` is how soon after it was sent it may go out again, 0 for never.
    """

    table: Key
    duty: Key
    to: Annotated[tuple[Role, ...], Field(strict=False)] = ()
    also: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    after_due_minutes: Annotated[int, Field(ge=0)] = 0
    again_minutes: Annotated[int, Field(ge=0)] = 30

    @property
    def again(self) -> timedelta | None:
        """How long after it was sent it may go out again because it has changed; None for never."""
        return timedelta(minutes=self.again_minutes) if self.again_minutes and PUSHABLE[self.table].again else None


class WeekSummary(Part):
    """`[summary]`: when those who have asked for it are told how the week stands (plan: T5)."""

    at: Clock = time(17)


class LedgerStep(Part):
    """A rung of the ladder that goes with an entry's own deadline (plan: L5).

    `day` counts working days from the deadline, 0 is the deadline itself, worked or not.
    """

    day: int
    every_day_after: bool = False
    at: Clock
    to: Roles


class Ledger(Part):
    """`[ledger]`: the lists an entry chooses from, its limits, its reminders (plan: L1-L5)."""

    earliest: date  # what happened before is not looked into
    sources: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    kinds: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    severities: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    discipline: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]  # who takes over misconduct,
    judicial: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]  # and who what may be a crime
    yellow: Annotated[int, Field(ge=0)] = 3  # working days before a deadline from which it is near
    columns: Texts = ()  # of the ledger as a table, by their titles; all of them when none is named
    ladder: Annotated[tuple[LedgerStep, ...], Field(strict=False)] = ()


class Lists(Part):
    """`[lists]`: what else forms let people choose from."""

    powers: Texts = ()  # the kinds of power whose discretion is given a standard (plan: D3)
    cases: Texts = ()  # the kinds of typical case (plan: D7)


class Heading(Part):
    """`[campaign]`: what it is called, where the clock stands, from when to when (both days included)."""

    key: Key
    title: Text
    bureau: Text
    zone: Zone
    start: date
    end: date


class Campaign(Part):
    """A whole campaign file, free of contradictions."""

    heading: Heading = Field(alias="campaign")
    stages: Annotated[tuple[Stage, ...], Field(strict=False)] = ()
    every_unit: Annotated[tuple[Unit, ...], Field(strict=False, min_length=1, alias="units")]
    areas: Annotated[tuple[Area, ...], Field(strict=False)] = ()
    duties: Annotated[tuple[Duty, ...], Field(strict=False, min_length=1)]
    recipients: Annotated[tuple[Recipient, ...], Field(strict=False)] = ()
    pushes: Annotated[tuple[Push, ...], Field(strict=False)] = ()
    summary: WeekSummary = WeekSummary()
    own_lists: Lists = Field(default=Lists(), alias="lists")
    ledger: Ledger | None = None
    quiet: Quiet | None = None
    workdays: Workdays = Workdays()

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Refuse what contradicts itself, however the campaign was made."""
        if found := tuple(contradictions(Outline.of(self))):
            raise PydanticCustomError("contradictions", "{found}", {"found": "; ".join(map(str, found))})
        return self

    def __hash__(self) -> int:
        """Hash cheaply: what is computed from a campaign is cached under it and asked for every second."""
        return hash((self.heading.key, self.heading.start, self.heading.end))

    def changed(self, units: tuple[Unit, ...], workdays: Workdays) -> Campaign:
        """Return this campaign with other units and working days; ValueError when it does not hold together then."""
        parts = {name: getattr(self, name) for name in type(self).model_fields}
        return Campaign(**{**parts, "every_unit": units, "workdays": workdays})

    @property
    def key(self) -> str:
        """The campaign's own key."""
        return self.heading.key

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units that report, in the order of tables."""
        return tuple(unit for unit in self.every_unit if not unit.left)

    @cached_property
    def lists(self) -> dict[str, list[list[str]]]:
        """The lists that forms let people choose from, as a draft's facts: [[value, label], ...]."""
        return {
            "areas": [[area.key, area.name] for area in self.areas],
            "powers": _alike(self.own_lists.powers),
            "cases": _alike(self.own_lists.cases),
        }

    @cached_property
    def ledger_lists(self) -> dict[str, Any]:
        """The lists the ledger's forms choose from, as a draft's facts; none without a ledger.

        `items`: [[area key, area name, [item, ...]], ...]; the other lists [[value, label], ...]; `earliest` and
        `latest` (ISO) are the bounds of the days an entry may name.
        """
        if self.ledger is None:
            return {}
        judicial, discipline = _alike(self.ledger.judicial), _alike(self.ledger.discipline)
        return {
            "items": [[area.key, area.name, list(area.items)] for area in self.areas],
            "sources": _alike(self.ledger.sources),
            "kinds": _alike(self.ledger.kinds),
            "severities": _alike(self.ledger.severities),
            "receivers": discipline + judicial,
            "judicial": judicial,
            "earliest": self.ledger.earliest.isoformat(),
            "latest": (self.end + _AFTERWARDS).isoformat(),
        }

    @property
    def title(self) -> str:
        """What the campaign is called."""
        return self.heading.title

    @property
    def bureau(self) -> str:
        """Whose campaign it is."""
        return self.heading.bureau

    @property
    def zone(self) -> ZoneInfo:
        """Where its clock stands."""
        return self.heading.zone

    @property
    def start(self) -> date:
        """Its first day."""
        return self.heading.start

    @property
    def end(self) -> date:
        """Its last day."""
        return self.heading.end

    def unit(self, key: str) -> Unit:
        """The unit of that key, even one that has left; KeyError when there is none."""
        return self._units[key]

    def unit_name(self, key: str) -> str:
        """The name of a unit; its key when the file does not have it any more, for what is kept outlives files."""
        return self._units[key].name if key in self._units else key

    def area(self, key: str) -> Area:
        """The area of that key; KeyError when there is none."""
        return self._areas[key]

    def area_name(self, key: str) -> str:
        """The name of an area, or its key, as `unit_name`."""
        return self._areas[key].name if key in self._areas else key

    def duty(self, key: str) -> Duty:
        """The duty of that key; KeyError when there is none."""
        return self._duties[key]

    def recipient(self, key: str) -> Recipient | None:
        """The recipient of that key; None when the file does not have it (any more)."""
        return next((each for each in self.recipients if each.key == key), None)

    @property
    def summary_at(self) -> time:
        """When, on the day a week's reports are due, those who have asked for it are told how the week stands."""
        return self.summary.at

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {unit.key: unit for unit in self.every_unit}

    def stage(self, key: str) -> Stage:
        """The stage of that key; KeyError when there is none."""
        return self._stages[key]

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {stage.key: stage for stage in self.stages}

    @cached_property
    def _areas(self) -> dict[str, Area]:
        return {area.key: area for area in self.areas}

    @cached_property
    def _duties(self) -> dict[str, Duty]:
        return {duty.key: duty for duty in self.duties}


def _alike(labels: tuple[str, ...]) -> list[list[str]]:
    """Return options that are kept as they are read."""
    return [[label, label] for label in labels]
