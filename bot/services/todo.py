"""我的待办: everything a person's units owe, with the button that does it; the most urgent first.

What is filed and waits for somebody of the unit is shown whenever it is due; what nobody has begun, from thirty days
before. A head sees first what waits for a signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from bot import forms
from bot.core import access, deadlines, lifecycle, urgency
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.services import subjects
from bot.services.subjects import Subject, row_id
from bot.texts import moments
from bot.texts import todo as texts
from storage import drafts, ledger, settings, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.services.visit import Visit
    from storage.standing import Book, Brief

#: What is due later than this is one line.
AHEAD: Final = timedelta(days=30)
#: Units with a button of their own.
UNITS: Final = 4


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing a unit owes: `brief` what is filed of it, `draft` what the visitor has begun; `due` None: no day."""

    subject: Subject
    brief: Brief | None
    due: datetime | None
    draft: int | None = None
    correction: bool = False


def todo(visit: Visit, argument: str = "") -> Message:
    """我的待办 of a contact or a head."""
    held = {unit for role, unit in visit.roles if role in access.UNIT_ROLES}
    if not held:
        raise Problem("forbidden")
    units = tuple(unit.key for unit in visit.campaign.units if unit.key in held)
    book = standing.book(visit.work, units)
    owed = [*_dated(visit, book), *_at_once(visit, book)]
    items = [_item(visit, each, several=len(units) > 1) for each in owed if not _far(visit, each)]
    order = sorted(items, key=lambda item: (item[0].lacks != texts.TO_SIGN, *_rank(item[1], visit.now)))
    return texts.page(
        [item for item, _ in order],
        row_id(argument or "0"),
        later=_later(visit, owed),
        ledger=_ledger(visit, units),
        tools=[*_cases(visit), *_units(visit, units)],
    )


def _dated(visit: Visit, book: Book) -> Iterator[Owed]:
    """Yield what is owed by a day, opened or not; of what lies in the future the next of each duty."""
    installed = settings.installed_at(visit.work)
    begun = {(row.form, row.subject): row.id for row in drafts.of_person(visit.work, visit.person_id)}
    for duty in visit.campaign.duties:
        if not forms.exists(duty.form):
            continue
        for occurrence in _until_next(visit, duty.key):
            for unit, at in book.at(occurrence).items():
                subject, newest = Subject(occurrence, unit), book.newest(occurrence, unit)
                if newest is not None and newest.state in lifecycle.UNDER_WAY:
                    done = at.reported is not None
                    owed = not done and at.kind != "excused"
                    yield Owed(subject, newest, occurrence.due if owed else None, correction=done)
                elif at.reported is None and at.kind != "excused" and occurrence.due >= installed:
                    yield Owed(subject, newest, occurrence.due, begun.get((duty.form, str(subject))))


def _until_next(visit: Visit, duty: str) -> Iterator[Occurrence]:
    """Yield what has opened, and the one after."""
    for each in deadlines.occurrences(visit.campaign, duty):
        yield each
        if each.opens > visit.now:
            return


def _at_once(visit: Visit, book: Book) -> Iterator[Owed]:
    """Yield the cases that wait for somebody of the unit."""
    waiting = lifecycle.UNDER_WAY | {"returned"}
    for duty in visit.campaign.duties:
        for rows in book.versions.values():
            for brief in rows:
                if duty.at_once and brief.duty == duty.key and brief.current and brief.state in waiting:
                    yield Owed(Subject(subjects.occurrence(visit.campaign, brief.key), brief.unit), brief, None)


def _far(visit: Visit, owed: Owed) -> bool:
    """Tell whether it has time: nobody has begun it, and it is due much later or cannot be filed yet."""
    if owed.brief is not None or owed.draft is not None or owed.due is None:
        return False
    return owed.subject.occurrence.opens > visit.now or owed.due > visit.now + AHEAD


def _rank(due: datetime | None, now: datetime) -> tuple[int, timedelta]:
    """Return the place in the list: what can still be in time today, what is late (newest first), and then the rest."""
    if due is None:
        return 2, timedelta(0)
    left = due.astimezone(UTC) - now.astimezone(UTC)
    if left < timedelta(0):
        return 1, -left
    return (0 if due.astimezone(now.tzinfo).date() == now.date() else 2), left


def _later(visit: Visit, owed: list[Owed]) -> list[str]:
    far = {each.subject.occurrence: each.subject.occurrence.due for each in owed if _far(visit, each)}
    rows = sorted(far, key=lambda occurrence: occurrence.due)
    return [texts.coming(moments.day(each.due), subjects.named(visit.campaign, each)) for each in rows]


def _item(visit: Visit, owed: Owed, *, several: bool) -> tuple[texts.Item, datetime | None]:
    """Return the thing as it is shown, and when it is due."""
    campaign, due = visit.campaign, owed.due
    near = campaign.ledger.yellow if campaign.ledger is not None else urgency.NEAR
    lacks, action, mine = _turn(visit, owed)
    unit = campaign.unit(owed.subject.unit).name if several else ""
    item = texts.Item(
        what=unit + subjects.named(campaign, owed.subject.occurrence),
        lacks=lacks,
        left=texts.left(due, visit.now, campaign.workdays) if due else texts.CORRECTION if owed.correction else "",
        colour=urgency.colour(due, visit.now, campaign.workdays, near) if due else "",
        action=action,
        mine=mine,
    )
    return item, due


def _turn(visit: Visit, owed: Owed) -> tuple[str, str, bool]:
    """Return what is lacking, the button's action, and whether it is the visitor's turn."""
    unit, brief = owed.subject.unit, owed.brief
    files = visit.may("report.file", unit)
    if brief is not None and brief.state == "awaiting":
        signs = visit.may("report.sign", unit)
        return (texts.TO_SIGN if signs else texts.WITH_HEAD), f"m:see:{brief.id}", signs
    if brief is not None and brief.state in lifecycle.TO_STAMP:
        return texts.TO_STAMP, f"m:stamp:{brief.id}" if files else f"m:see:{brief.id}", files
    if visit.campaign.duty(owed.subject.occurrence.duty).stage is not None:
        return texts.TO_READ, f"m:file:{owed.subject}", visit.may("stage.acknowledge", unit)
    if owed.draft is not None:
        return texts.DRAFT, f"m:go:{owed.draft}", files
    if brief is not None:
        lacks = texts.RETURNED if brief.state == "returned" else texts.WITHDRAWN
        return lacks, f"m:fix:{brief.id}" if files else f"m:see:{brief.id}", files
    return texts.NOT_FILED, f"m:file:{owed.subject}" if files else "", files


def _ledger(visit: Visit, units: tuple[str, ...]) -> tuple[int, int]:
    """Return how many of the units' entries are past their deadline, and near it."""
    if visit.campaign.ledger is None:
        return 0, 0
    today = visit.now.date()
    soon = visit.campaign.workdays.shift(today, visit.campaign.ledger.yellow)
    overdue = ledger.count(visit.work, ledger.Filter(units, "overdue"), today)
    return overdue, ledger.count(visit.work, ledger.Filter(units, "soon"), today, soon)


def _units(visit: Visit, units: tuple[str, ...]) -> Iterator[Button]:
    """Yield the way to all a unit has to report; a unit is named where there are several."""
    for unit in units[:UNITS]:
        yield Button(f"{visit.campaign.unit(unit).name if len(units) > 1 else '本单位'}报送情况", f"m:unit:{unit}")


def _cases(visit: Visit) -> Iterator[Button]:
    """Yield the way to report what just occurs."""
    units = access.units_for(visit.roles, "contact")
    for duty in visit.campaign.duties:
        if units and duty.at_once and forms.exists(duty.form):
            new = f"{duty.key}/{deadlines.NEW}@{units[0]}" if len(units) == 1 else duty.key
            yield Button(f"报送{duty.name}", f"m:file:{new}")
