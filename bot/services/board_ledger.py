"""The ledger on the board: what it can be filtered by, a page of entries, one entry with its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core import issues
from bot.core.plain_text import one_line
from bot.core.problems import Problem
from bot.services import board_files, ledger
from bot.services import issues as pages
from bot.texts import board as texts
from bot.texts import ledger as list_texts
from bot.texts import moments
from bot.texts.issues_marks import left
from storage import ledger as storage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.services.board_files import File
    from bot.services.visit import Visit
    from storage.issues import Entry

#: Entries on one page.
PAGE: Final = 50
#: Characters of a description in the list.
_BRIEF: Final = 160


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; `count`: how many entries it shows by itself, None where that is not said."""

    key: str
    name: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the ledger can be filtered by."""

    views: Sequence[Choice]
    units: Sequence[Choice]
    areas: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as a page asks for it: the view by its letter, unit, area, words, the page from 0."""

    view: str = "o"
    unit: str = ""
    area: str = ""
    words: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the list."""

    id: int
    number: str
    unit: str
    area: str
    brief: str
    state: str
    due: str
    left: str
    colour: issues.Colour


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the table of the whole list."""

    total: int
    page: int
    pages: int
    lines: Sequence[Line]
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the chat shows it, its history from the first change on, and its papers."""

    id: int
    number: str
    state: str
    head: Sequence[str]
    parts: Sequence[tuple[str, str]]
    foot: Sequence[str]
    story: Sequence[str]
    files: Sequence[File]


def choices(visit: Visit) -> Choices | None:
    """Return the filters; None for who does not see the entries, and without a ledger."""
    if visit.campaign.ledger is None or not visit.may("issue.see"):
        return None
    today = visit.now.date()
    tallies = storage.tally(visit.work, today)
    states: dict[str, int] = {state: sum(tally.states[state] for tally in tallies) for state in issues.STATES}
    counts = {
        **states,
        "open": sum(states.values()) - states["closed"] - states["transferred"],
        "all": sum(states.values()),
        "overdue": sum(tally.overdue for tally in tallies),
        "soon": storage.count(visit.work, storage.Filter(view="soon"), today, _soon(visit)),
    }
    return Choices(
        [Choice(key, list_texts.VIEWS[key], counts[ledger.VIEWS[key]]) for key in texts.VIEWS],
        [Choice(unit.key, unit.name) for unit in visit.campaign.every_unit],
        [Choice(area.key, area.name) for area in visit.campaign.areas],
    )


def entries(visit: Visit, asked: Asked) -> Listed:
    """Return a page of the ledger, the last one when there are fewer; Problem("gone") for an unknown filter."""
    where = _filter(visit, asked)
    found = ledger.listed(visit, where, asked.page, PAGE)
    return Listed(
        found.total,
        found.page,
        max(1, -(-found.total // PAGE)),
        [_line(visit, entry) for entry in found.entries],
        [board_files.of_entries(where)] if visit.may("ledger.get") else [],
    )


def entry(visit: Visit, issue_id: int) -> Shown:
    """Return one entry; Problem("gone") when there is none."""
    pages.ledger_of(visit.campaign)
    visit.require("issue.see")
    found = pages.load(visit, issue_id)
    content = pages.content(visit, found)
    return Shown(
        found.id,
        found.number,
        issues.standing(found.state, found.asked),
        *content,
        story=pages.changes(visit, found),
        files=board_files.papers(found),
    )


def _filter(visit: Visit, asked: Asked) -> storage.Filter:
    pages.ledger_of(visit.campaign)
    visit.require("issue.see")
    campaign = visit.campaign
    known = (
        asked.view in texts.VIEWS,
        not asked.unit or any(unit.key == asked.unit for unit in campaign.every_unit),
        not asked.area or any(area.key == asked.area for area in campaign.areas),
    )
    if not all(known):
        raise Problem("gone")
    return storage.Filter(
        (asked.unit,) if asked.unit else None, ledger.VIEWS[asked.view], asked.area, words=asked.words
    )


def _soon(visit: Visit) -> date:
    return visit.campaign.workdays.shift(visit.now.date(), pages.ledger_of(visit.campaign).yellow)


def _line(visit: Visit, entry: Entry) -> Line:
    facts = pages.facts_of(visit, entry)
    today = visit.now.date()
    return Line(
        id=entry.id,
        number=entry.number,
        unit=facts.unit,
        area=visit.campaign.area_name(entry.area),
        brief=one_line(str(entry.answers.get("description", "")), _BRIEF),
        state=issues.standing(entry.state, entry.asked),
        due=moments.day(entry.due) if entry.due.year == today.year else entry.due.isoformat(),
        left=left(entry.state, entry.due, today, visit.campaign.workdays),
        colour=facts.colour,
    )
