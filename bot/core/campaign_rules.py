"""What must hold between the parts of a campaign, beyond the shape of each.

Owns the rules and where each is broken. Leaves out the words (`bot.texts.campaign`) and the lines of the file
(`bot.campaigns`). Works on an outline, so that a file with a misshapen part still has the rest examined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.core.ledger_columns import TITLES
from bot.core.pushes import PUSHABLE
from bot.core.pushes import ROLES as PUSH_ROLES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from bot.core.campaign import (
        Area,
        Campaign,
        Duty,
        Ledger,
        LedgerStep,
        Lists,
        Push,
        Quiet,
        Recipient,
        Stage,
        Step,
        Unit,
    )
    from bot.core.workdays import Workdays

Path = tuple[str | int, ...]

LONGEST = timedelta(days=3660)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: The key of what is reported every week: the menu, the desk and the week's table ask for it by this.
WEEKLY = "weekly"
#: The kinds that ask for a report while there is time, and who they may ask.
ASKING = ("notice", "prompt", "nudge")
UNIT_ROLES = ("contact", "head")
BUREAU_ROLES = ("brigade", "leader", "admin")
#: Who may read the ledger's entries, and so be reminded of them: not the administrator (`bot.core.access`).
LEDGER_ROLES = (*UNIT_ROLES, "brigade", "leader")
#: The form of a stage's notice.
STAGE_FORM = "stage"
#: As many as the forms made of them, "standards" and "statistics", can ask about.
MOST_POWERS = 18
MOST_AREAS = 20
#: One mailbox in plain signs: nothing that could end a header, or be two of them.
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
#: The ledger's lists by their names; what one entry may be handed over to stands in two of them.
LEDGER_LISTS = (("sources",), ("kinds",), ("severities",), ("discipline", "judicial"), ("columns",))


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a campaign file: `key` names the sentence, `facts` fill it, `path` is the place."""

    key: str
    path: Path
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it for developers; people read `bot.texts.campaign`."""
        return f"{'.'.join(map(str, self.path))}: {self.key} {self.facts or ''}".rstrip()


@dataclass(frozen=True)
class Outline:
    """The well-shaped parts of a campaign, each with its place in the file."""

    start: date | None = None
    end: date | None = None
    quiet: Quiet | None = None
    workdays: Workdays | None = None
    stages: tuple[tuple[Path, Stage], ...] = ()
    units: tuple[tuple[Path, Unit], ...] = ()
    areas: tuple[tuple[Path, Area], ...] = ()
    duties: tuple[tuple[Path, Duty], ...] = ()
    recipients: tuple[tuple[Path, Recipient], ...] = ()
    pushes: tuple[tuple[Path, Push], ...] = ()
    #: The places of a duty's steps, by the duty's own, where some steps of the file are left out.
    steps: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    #: Keys of duties, stages, recipients that are there but misshapen: naming one is no second mistake.
    broken_duties: frozenset[str] = frozenset()
    broken_stages: frozenset[str] = frozenset()
    broken_recipients: frozenset[str] = frozenset()
    own_lists: Lists | None = None
    ledger: Ledger | None = None
    #: The ledger's steps; they may be usable although its section is not.
    rungs: tuple[tuple[Path, LedgerStep], ...] = ()
    #: Whether the file has areas and a ledger at all, well shaped or not.
    has_areas: bool = False
    has_ledger: bool = False

    @classmethod
    def of(cls, campaign: Campaign) -> Outline:
        """Return the outline of a campaign whose every part is well shaped."""
        return cls(
            start=campaign.start,
            end=campaign.end,
            quiet=campaign.quiet,
            workdays=campaign.workdays,
            stages=tuple((("stages", n), part) for n, part in enumerate(campaign.stages)),
            units=tuple((("units", n), part) for n, part in enumerate(campaign.every_unit)),
            areas=tuple((("areas", n), part) for n, part in enumerate(campaign.areas)),
            duties=tuple((("duties", n), part) for n, part in enumerate(campaign.duties)),
            recipients=tuple((("recipients", n), part) for n, part in enumerate(campaign.recipients)),
            pushes=tuple((("pushes", n), part) for n, part in enumerate(campaign.pushes)),
            own_lists=campaign.own_lists,
            ledger=campaign.ledger,
            rungs=tuple(
                (("ledger", "ladder", n), step)
                for n, step in enumerate(campaign.ledger.ladder if campaign.ledger else ())
            ),
            has_areas=bool(campaign.areas),
            has_ledger=campaign.ledger is not None,
        )

    def ladder(self, path: Path, duty: Duty) -> Iterator[tuple[Path, Step]]:
        """Yield the steps of a duty, each with its place in the file."""
        places = self.steps.get(path) or tuple((*path, "ladder", n) for n in range(len(duty.ladder)))
        return zip(places, duty.ladder, strict=True)


def contradictions(outline: Outline) -> Iterator[Mistake]:
    """Yield everything in the outline that does not hold together."""
    yield from _period(outline)
    yield from _names(outline)
    yield from _stages(outline)
    for path, duty in outline.duties:
        yield from _rule(outline, path, duty)
        yield from _ladder(duty, tuple(outline.ladder(path, duty)))
    yield from _recipients(outline)
    yield from _pushes(outline)
    if outline.own_lists:
        yield from _lists(outline, outline.own_lists)
    if outline.ledger:
        yield from _ledger(outline, outline.ledger)
    yield from _rungs(outline)
    if outline.quiet and outline.quiet.begins == outline.quiet.ends:
        yield Mistake("quiet_empty", ("quiet", "to"))
    if outline.workdays:
        for day in sorted(set(outline.workdays.off) & set(outline.workdays.on)):
            yield Mistake("day_both", ("workdays", "on"), {"day": day})


def _period(outline: Outline) -> Iterator[Mistake]:
    if outline.start and outline.end:
        facts = {"start": outline.start, "end": outline.end}
        if outline.end < outline.start:
            yield Mistake("end_before_start", ("campaign", "end"), facts)
        elif outline.end - outline.start > LONGEST:
            yield Mistake("period_too_long", ("campaign", "end"), facts)


def _twice(values: Iterable[tuple[Path, Hashable]], key: str) -> Iterator[Mistake]:
    seen: set[Hashable] = set()
    for path, value in values:
        if value in seen:
            yield Mistake(key, path, {"value": value})
        seen.add(value)


def _names(outline: Outline) -> Iterator[Mistake]:
    for parts in (outline.stages, outline.units, outline.areas, outline.duties, outline.recipients):
        yield from _twice((((*path, "key"), part.key) for path, part in parts), "key_twice")
        yield from _twice((((*path, "name"), part.name) for path, part in parts), "name_twice")
    for path, area in outline.areas:
        yield from _twice((((*path, "items", n), item) for n, item in enumerate(area.items)), "item_twice")


def _stages(outline: Outline) -> Iterator[Mistake]:
    for path, stage in outline.stages:
        if stage.end < stage.start:
            yield Mistake("end_before_start", (*path, "end"), {"start": stage.start, "end": stage.end})
        for name, day in (("start", stage.start), ("end", stage.end)):
            yield from _inside(outline, (*path, name), day)
    ordered = sorted(outline.stages, key=lambda entry: entry[1].start)
    for (_, first), (path, second) in pairwise(ordered):
        if second.start <= first.end:
            facts = {"name": second.name, "other": first.name, "day": first.end + timedelta(days=1)}
            yield Mistake("stages_overlap", (*path, "start"), facts)


def _inside(outline: Outline, path: Path, day: date) -> Iterator[Mistake]:
    if outline.start and outline.end and (day < outline.start or day > outline.end >= outline.start):
        yield Mistake("outside_period", path, {"day": day, "start": outline.start, "end": outline.end})


def _rule(outline: Outline, path: Path, duty: Duty) -> Iterator[Mistake]:
    rules = [name for name in ("every", "on", "at_once") if getattr(duty, name)]
    if not rules:
        yield Mistake("rule_missing", path, {"name": duty.name})
    for name in rules[1:]:
        yield Mistake("rules_many", (*path, name), {"names": rules})
    if rules == ["at_once"]:
        yield from (
            Mistake("at_once_alone", (*path, name), {"name": name})
            for name in ("by", "holiday", "ladder")
            if getattr(duty, name)
        )
    elif rules and duty.by is None:
        yield Mistake("by_missing", path, {"name": duty.name})
    if duty.every and duty.key != WEEKLY:
        yield Mistake("weekly_key", (*path, "key"), {"key": duty.key, "wanted": WEEKLY})
    if rules and duty.key == WEEKLY and not duty.every:
        yield Mistake("weekly_rule", (*path, rules[0]), {"key": duty.key, "name": rules[0]})
    if duty.on:
        yield from _inside(outline, (*path, "on"), duty.on)
    yield from _notice(outline, path, duty)
    if duty.every and outline.start and outline.end and outline.start <= outline.end:
        wait = (WEEKDAYS.index(duty.every) - outline.start.weekday()) % 7
        if outline.start + timedelta(days=wait) > outline.end:
            yield Mistake("never_due", (*path, "every"), {"every": duty.every})


def _notice(outline: Outline, path: Path, duty: Duty) -> Iterator[Mistake]:
    """Yield what is wrong with a stage's notice: it names a stage, and is told once, while that stage lasts."""
    if duty.stage is None:
        if duty.form == STAGE_FORM:
            yield Mistake("stage_missing", path, {"known": [stage.key for _, stage in outline.stages]})
        return
    if duty.form != STAGE_FORM:
        yield Mistake("stage_form", (*path, "form"), {"form": duty.form, "wanted": STAGE_FORM})
    yield from (
        Mistake("notice_alone", (*path, name), {"name": name})
        for name in ("needs", "every", "at_once")
        if getattr(duty, name)
    )
    stages = {stage.key: stage for _, stage in outline.stages}
    stage = stages.get(duty.stage)
    if stage and duty.on and not stage.start <= duty.on <= stage.end:
        facts = {"day": duty.on, "name": stage.name, "start": stage.start, "end": stage.end}
        yield Mistake("notice_outside", (*path, "on"), facts)
    if not stage and duty.stage not in outline.broken_stages:
        yield Mistake("stage_unknown", (*path, "stage"), {"stage": duty.stage, "known": list(stages)})


def _ladder(duty: Duty, steps: tuple[tuple[Path, Step], ...]) -> Iterator[Mistake]:
    for path, step in steps:
        yield from _step(duty, path, step)
    for (_, first), (path, second) in pairwise(steps):
        if (second.day, second.at) < (first.day, first.at):
            yield Mistake("ladder_order", path, {"day": first.day, "at": first.at})
    rungs = ((path, (step.kind, step.day, step.at, step.every_day_after)) for path, step in steps)
    for mistake in _twice(rungs, "step_twice"):
        yield Mistake(mistake.key, mistake.path, {"kind": mistake.facts["value"][0]})


def _step(duty: Duty, path: Path, step: Step) -> Iterator[Mistake]:
    roles = {"missing": BUREAU_ROLES, "overdue": UNIT_ROLES + BUREAU_ROLES}.get(step.kind, UNIT_ROLES)
    for role in step.to:
        if role not in roles:
            yield Mistake("role_misplaced", (*path, "to"), {"kind": step.kind, "role": role, "roles": roles})
    if duty.by is not None:
        early = step.day < 0 or (step.day == 0 and step.at < duty.by)
        if early != (step.kind in ASKING):
            key = "asks_too_late" if step.kind in ASKING else "tells_too_early"
            yield Mistake(key, (*path, "at"), {"kind": step.kind, "by": duty.by})
    if step.every_day_after and (step.day < 1 or step.kind in ASKING):
        yield Mistake("repeats_early", (*path, "every_day_after"), {})
    if isinstance(step.until, time) and step.until <= step.at:
        yield Mistake("until_before_at", (*path, "until"), {"at": step.at})


def _recipients(outline: Outline) -> Iterator[Mistake]:
    for path, each in outline.recipients:
        if each.channel == "mail" and not each.address:
            yield Mistake("address_missing", path, {"name": each.name})
        elif each.channel == "mail" and not _MAILBOX.fullmatch(each.address):
            yield Mistake("address_unfit", (*path, "address"), {"address": each.address})
        elif each.channel == "wecom" and each.address:
            yield Mistake("address_unwanted", (*path, "address"), {"key": each.key})
    addresses = (((*path, "address"), each.address.lower()) for path, each in outline.recipients if each.address)
    yield from _twice(addresses, "address_twice")


def _pushes(outline: Outline) -> Iterator[Mistake]:
    for path, push in outline.pushes:
        yield from _pushed(outline, path, push)
        yield from _readers(outline, path, push)
    for mistake in _twice(((path, (push.table, push.duty)) for path, push in outline.pushes), "push_twice"):
        yield Mistake(mistake.key, mistake.path, {})


def _pushed(outline: Outline, path: Path, push: Push) -> Iterator[Mistake]:
    """Yield what is wrong with what is sent: the table, the duty, or the two together."""
    duties = {duty.key: duty for _, duty in outline.duties}
    known = sorted(duties.keys() | outline.broken_duties)
    if push.duty not in known:
        yield Mistake("duty_unknown", (*path, "duty"), {"duty": push.duty, "known": known})
    if (table := PUSHABLE.get(push.table)) is None:
        yield Mistake("table_unknown", (*path, "table"), {"table": push.table, "known": list(PUSHABLE)})
        return
    duty = duties.get(push.duty)
    if duty and (duty.every or duty.on or duty.at_once) and not table.fits(duty):
        fitting = [key for key, each in duties.items() if table.fits(each)]
        facts = {"table": push.table, "duty": push.duty, "form": table.form, "weekly": table.weekly, "fitting": fitting}
        yield Mistake("push_unfit", (*path, "duty"), facts)
    if table.ledger and not outline.has_ledger:
        yield Mistake("push_no_ledger", (*path, "table"), {"table": push.table})
    if not table.again and push.again_minutes and "again_minutes" in push.model_fields_set:
        yield Mistake("push_once", (*path, "again_minutes"), {"table": push.table})


def _readers(outline: Outline, path: Path, push: Push) -> Iterator[Mistake]:
    """Yield what is wrong with whom it is sent to."""
    if not push.to and not push.also:
        yield Mistake("push_nobody", path, {})
    for role in push.to:
        if role not in PUSH_ROLES:
            yield Mistake("role_misplaced", (*path, "to"), {"kind": "push", "role": role, "roles": PUSH_ROLES})
    known = [each.key for _, each in outline.recipients]
    for key in push.also:
        if key not in known and key not in outline.broken_recipients:
            yield Mistake("recipient_unknown", (*path, "also"), {"recipient": key, "known": known})
    yield from _twice((((*path, "also"), key) for key in push.also), "label_twice")


def _lists(outline: Outline, lists: Lists) -> Iterator[Mistake]:
    for name in ("powers", "cases"):
        yield from _twice(((("lists", name, n), label) for n, label in enumerate(getattr(lists, name))), "label_twice")
    duties = {duty.form: (*path, "form") for path, duty in outline.duties}
    if "standards" in duties and not lists.powers:
        yield Mistake("powers_missing", duties["standards"], {})
    if "standards" in duties and len(lists.powers) > MOST_POWERS:
        yield Mistake("list_long", ("lists", "powers"), {"number": len(lists.powers), "most": MOST_POWERS})
    if "statistics" in duties and len(outline.areas) > MOST_AREAS:
        yield Mistake("list_long", outline.areas[MOST_AREAS][0], {"number": len(outline.areas), "most": MOST_AREAS})


def _ledger(outline: Outline, ledger: Ledger) -> Iterator[Mistake]:
    if outline.end and ledger.earliest >= outline.end:
        yield Mistake("earliest_late", ("ledger", "earliest"), {"earliest": ledger.earliest, "end": outline.end})
    for names in LEDGER_LISTS:
        labels = ((("ledger", name, n), label) for name in names for n, label in enumerate(getattr(ledger, name)))
        yield from _twice(labels, "label_twice")
    for n, title in enumerate(ledger.columns):
        if title not in TITLES:
            yield Mistake("column_unknown", ("ledger", "columns", n), {"title": title, "known": TITLES})
    if not outline.has_areas:
        yield Mistake("areas_missing", ("ledger",), {})
    for path, area in outline.areas:
        if not area.items:
            yield Mistake("items_missing", (*path, "items"), {"name": area.name})
    units = {unit.key: (path, unit) for path, unit in outline.units}  # a key used twice is a mistake of its own
    yield from _twice((((*path, "code"), unit.series) for path, unit in units.values()), "series_twice")


def _rungs(outline: Outline) -> Iterator[Mistake]:
    for path, step in outline.rungs:
        for role in step.to:
            if role not in LEDGER_ROLES:
                facts = {"kind": "ledger", "role": role, "roles": LEDGER_ROLES}
                yield Mistake("role_misplaced", (*path, "to"), facts)
        if step.every_day_after and step.day < 1:
            yield Mistake("rung_repeats_early", (*path, "every_day_after"), {})
    for (_, first), (path, second) in pairwise(outline.rungs):
        if (second.day, second.at) < (first.day, first.at):
            yield Mistake("ladder_order", path, {"day": first.day, "at": first.at})
    rungs = ((path, (step.day, step.at, step.every_day_after)) for path, step in outline.rungs)
    for mistake in _twice(rungs, "rung_twice"):
        yield Mistake(mistake.key, mistake.path, {})
