"""What a campaign file asks, read a second time: from the TOML and the official calendar, with none of our own code.

An `Occasion` is one time something has to be reported, a `Rung` one moment at which its ladder speaks, quiet hours
applied. Written from the file's meaning, so that it can be held against what the product did.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import chinese_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ASKS_BEFOREHAND = ("notice", "prompt", "nudge")


@dataclass(frozen=True)
class Occasion:
    """One time a duty has to be done. Every message about it calls it by `name` and, if it is weekly, by `mark`."""

    duty: str
    name: str  # "每周工作信息"; of a stage's notice the stage, "自查整改阶段"
    mark: str  # "第28周", "" for a duty with one date
    period: str  # "2020-W28", "2020-09-09"
    due: datetime
    opens: datetime
    needs: tuple[str, ...] = ()
    stage: bool = False

    @property
    def weekly(self) -> bool:
        return bool(self.mark)


@dataclass(frozen=True)
class Rung:
    """One moment of an occasion's ladder, and until when it would still be worth saying."""

    occasion: Occasion
    kind: str
    to: tuple[str, ...]
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Push:
    """A table sent by itself after each occasion of a duty, and again when late reports change it."""

    duty: str
    to: tuple[str, ...]
    after: timedelta
    again: timedelta


@dataclass
class Plan:
    """A campaign file, read."""

    file: dict[str, Any]
    units: dict[str, str] = field(init=False)  # key: name
    stages: dict[str, dict[str, Any]] = field(init=False)

    @classmethod
    def read(cls, path: Path) -> Plan:
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def __post_init__(self) -> None:
        self.units = {unit["key"]: unit["name"] for unit in self.file["units"]}
        self.stages = {stage["key"]: stage for stage in self.file.get("stages", ())}
        heading = self.file["campaign"]
        self.zone = ZoneInfo(heading["zone"])
        self.start: date = heading["start"]
        self.end: date = heading["end"]
        self.off = set(self.file.get("workdays", {}).get("off", ()))
        self.on = set(self.file.get("workdays", {}).get("on", ()))
        quiet = self.file.get("quiet")
        self.quiet = (time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["to"])) if quiet else None

    # Days and hours

    def worked(self, day: date) -> bool:
        return day in self.on or (day not in self.off and bool(chinese_calendar.is_workday(day)))

    def count(self, day: date, number: int) -> date:
        """Return the `number`-th working day from `day`; 0 is the day itself."""
        while number:
            step = 1 if number > 0 else -1
            day += step * DAY
            if self.worked(day):
                number -= step
        return day

    def moment(self, day: date, at: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(at), self.zone)

    def is_quiet(self, at: datetime) -> bool:
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        now = at.astimezone(self.zone).time()
        return begins <= now < ends if begins <= ends else now >= begins or now < ends

    def audible(self, at: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours it lies in."""
        at = at.astimezone(self.zone)
        if self.quiet is None or not self.is_quiet(at):
            return at
        ends = at.replace(hour=self.quiet[1].hour, minute=self.quiet[1].minute, second=0, microsecond=0)
        return ends if ends > at else ends + DAY

    def midnight_after_next_workday(self, at: datetime) -> datetime:
        return self.moment(self.count(at.date(), 1) + DAY, "00:00")

    # What is due, and what is said about it

    @cached_property
    def occasions(self) -> list[Occasion]:
        found = [occasion for duty in self.file["duties"] for occasion in self._occasions(duty)]
        return sorted(found, key=lambda each: each.due)

    def _occasions(self, duty: dict[str, Any]) -> Iterator[Occasion]:
        if "on" in duty:
            opens = self.stages[duty["stage"]]["start"] if "stage" in duty else self.start
            yield self._occasion(duty, self._moved(duty, duty["on"], "none"), duty["on"].isoformat(), opens)
        elif "every" in duty:
            day = self.start
            while day <= self.end:
                if WEEKDAYS[day.weekday()] == duty["every"]:
                    due = self._moved(duty, day, "before")
                    if due >= self.start:
                        monday = min(each - each.weekday() * DAY for each in (day, due))
                        year, week, _ = day.isocalendar()
                        yield self._occasion(duty, due, f"{year}-W{week:02}", monday)
                day += DAY

    @cached_property
    def cases(self) -> list[Occasion]:
        """What is reported whenever it occurs: one each, as it has no ladder."""
        opens, ends = self.moment(self.start, "00:00"), self.moment(self.end + DAY, "00:00")
        every = (duty for duty in self.file["duties"] if duty.get("at_once"))
        return [
            Occasion(each["key"], each["name"], "", "", ends, opens, tuple(each.get("needs", ()))) for each in every
        ]

    def _occasion(self, duty: dict[str, Any], due: date, period: str, opens: date) -> Occasion:
        return Occasion(
            duty=duty["key"],
            name=f"{self.stages[duty['stage']]['name']}阶段" if "stage" in duty else duty["name"],
            mark=f"第{int(period[-2:])}周" if "every" in duty else "",
            period=period,
            due=self.moment(due, duty["by"]),
            opens=self.moment(opens, "00:00"),
            needs=tuple(duty.get("needs", ())),
            stage="stage" in duty,
        )

    def _moved(self, duty: dict[str, Any], day: date, unless_told: str) -> date:
        holiday = duty.get("holiday", unless_told)
        if self.worked(day) or holiday == "none":
            return day
        return self.count(day, -1 if holiday == "before" else 1)

    @cached_property
    def rungs(self) -> list[Rung]:
        ladders = {duty["key"]: duty.get("ladder", []) for duty in self.file["duties"]}
        found = [rung for each in self.occasions for rung in self._ladder(each, ladders[each.duty])]
        return sorted(found, key=lambda rung: rung.at)

    def _ladder(self, occasion: Occasion, steps: list[dict[str, Any]]) -> Iterator[Rung]:
        said = [
            (self.audible(self.moment(day, step["at"])), day, step)
            for step in steps
            for day in self._days(occasion.due.date(), step)
            if day >= self.start
        ]
        for at, day, step in said:
            others = [each for each, _, other in said if each > at and set(other["to"]) & set(step["to"])]
            until = min(others) if others else self.midnight_after_next_workday(at)
            if isinstance(step.get("until"), int):
                until = at + timedelta(minutes=step["until"])
            elif "until" in step:
                until = self.moment(day, step["until"])
            if step["kind"] in ASKS_BEFOREHAND:
                until = min(until, occasion.due)
            yield Rung(occasion, step["kind"], tuple(step["to"]), at, until)

    def _days(self, due: date, step: dict[str, Any]) -> list[date]:
        first = self.count(due, step.get("day", 0))
        if not step.get("every_day_after"):
            return [first]
        rest = (first + number * DAY for number in range((self.end - first).days + 1))
        return [day for day in rest if self.worked(day)]

    @cached_property
    def pushes(self) -> list[Push]:
        return [
            Push(
                each["duty"],
                tuple(each["to"]),
                timedelta(minutes=each.get("after_due_minutes", 0)),
                timedelta(minutes=each.get("again_minutes", 30)),
            )
            for each in self.file.get("pushes", ())
        ]

    # What a text is about

    def about(self, text: str) -> set[Occasion]:
        """Return every occasion a text names, by its duty's name and, for a weekly one, its week."""
        said = "\n".join(line for line in text.splitlines() if not line.startswith("· "))  # no stage's task
        every = (*self.occasions, *self.cases)
        return {each for each in every if each.name in said and each.mark in said}

    def words(self) -> set[str]:
        """Return what only this campaign is called, or calls its units, papers and days."""
        file = self.file
        named = [each["name"] for part in ("units", "areas", "duties") for each in file[part]]
        days = [f"每周{'一二三四五六日'[WEEKDAYS.index(duty['every'])]}" for duty in file["duties"] if "every" in duty]
        return {
            name.partition("（")[0] for name in (*named, *days, file["campaign"]["title"], file["campaign"]["bureau"])
        }

    def units_in(self, text: str) -> set[str]:
        return {key for key, name in self.units.items() if name in text}
