"""Units x reports on the board: the rows, reports and signs of the grid in 报送总览, with a word to each sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core import discipline, urgency
from bot.core.plain_text import unbracketed
from bot.core.standings import OWING
from bot.services import overview
from bot.texts import board as texts
from bot.texts import moments
from bot.texts import overview as overview_texts
from bot.texts import reception as desk_texts
from storage import settings, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.deadlines import Occurrence
    from bot.core.reconciliation import Line
    from bot.core.standings import Standing
    from bot.services.visit import Visit
    from storage.standing import Brief

#: Weeks in the second view.
WEEKS: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One report: what it is, when it is due, and how many have it of how many owe it: 12/16."""

    key: str  # "weekly/2020-W28"
    name: str
    note: str
    done: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a unit stands with one report: the chat's sign, a word, and all of it."""

    sign: str
    word: str
    tone: texts.Tone
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One unit: its cells by column in both views, its weeks so far (缺2迟1), its entries (None: not shown)."""

    key: str
    name: str
    duties: Sequence[Cell]
    weeks: Sequence[Cell]
    kept: str
    open: int | None
    overdue: int | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Both views: the reports as they are now, and the last weeks. A row for each unit, in the campaign's order."""

    duties: Sequence[Column]
    weeks: Sequence[Column]
    rows: Sequence[Row]


def matrix(visit: Visit, stock: Mapping[str, Line | None]) -> Matrix:
    """Return the matrix; `stock` has the entries of the units, as far as they are shown."""
    visit.require("standing.see")
    sheet = _Sheet(visit)
    dated = [each for _, each in overview.dated(visit)]
    fallen = overview.fallen_weeks(visit, sheet.since)
    weeks = _last([*fallen, *(each for duty, each in overview.dated(visit) if duty.every)])
    kept = [sheet.at(each) for each in fallen]
    return Matrix(
        [sheet.duty(each) for each in dated],
        [sheet.week(each) for each in weeks],
        [
            Row(
                key=unit.key,
                name=unit.name,
                duties=[sheet.cell(each, unit.key) for each in dated],
                weeks=[sheet.cell(each, unit.key) for each in weeks],
                kept=_kept(at[unit.key] for at in kept),
                open=line.closing if (line := stock.get(unit.key)) else None,
                overdue=line.overdue if line else None,
            )
            for unit in visit.campaign.units
        ],
    )


def _last(weeks: Sequence[Occurrence]) -> list[Occurrence]:
    return sorted(dict.fromkeys(weeks), key=lambda each: each.period)[-WEEKS:]


def _kept(stands: Iterable[Standing[Brief]]) -> str:
    record = discipline.record(stands)
    return overview_texts.weeks(record.missing, record.late)


class _Sheet:
    """Who stands where; every report is looked up once."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._book = standing.book(visit.work)
        self._at: dict[str, dict[str, Standing[Brief]]] = {}
        self.since = settings.installed_at(visit.work)

    def at(self, occurrence: Occurrence) -> dict[str, Standing[Brief]]:
        """Return where every unit stands."""
        if occurrence.key not in self._at:
            self._at[occurrence.key] = self._book.at(occurrence)
        return self._at[occurrence.key]

    def duty(self, occurrence: Occurrence) -> Column:
        """Return the head of a duty's column; of a weekly one with the week."""
        duty = self._visit.campaign.duty(occurrence.duty)
        when = overview.when(self._visit, occurrence, self.since)
        note = f"{unbracketed(occurrence.title)}，{when}" if duty.every else when
        return Column(occurrence.key, unbracketed(duty.name), note, self._done(occurrence))

    def week(self, occurrence: Occurrence) -> Column:
        """Return the head of a week's column."""
        when = overview.when(self._visit, occurrence, self.since)
        return Column(occurrence.key, unbracketed(occurrence.title), when, self._done(occurrence))

    def _done(self, occurrence: Occurrence) -> str:
        stands = self.at(occurrence).values()
        return f"{sum(at.reported is not None for at in stands)}/{sum(at.kind != 'excused' for at in stands)}"

    def cell(self, occurrence: Occurrence, unit: str) -> Cell:
        """Return where one unit stands."""
        at, campaign = self.at(occurrence)[unit], self._visit.campaign
        stage = campaign.duty(occurrence.duty).stage is not None
        overdue = overview.past_due(self._visit, occurrence, self.since)
        if at.kind == "missing" and not overdue:  # there is time left, or it was over before the product was in use
            word = texts.UNCOUNTED if urgency.past(occurrence.due, self._visit.now) else texts.NOT_YET
            return Cell(overview_texts.NOT_YET, word, "", word)
        excuse = self._book.excuse(occurrence, unit) if at.kind == "excused" else None
        stands = desk_texts.stands(at.kind, stage=stage, why=excuse.reason if excuse else "")
        when = at.reported.reported_at if at.reported else None
        return Cell(
            overview_texts.SIGNS[at.kind],
            (texts.STAGE_WORDS if stage else texts.WORDS)[at.kind],
            texts.TONES[at.kind],
            texts.said(stands, moments.moment(when, campaign.zone) if when else "", overdue=_late(at, overdue=overdue)),
        )


def _late(at: Standing[Brief], *, overdue: bool) -> bool:
    """Tell whether the unit still owes what has fallen due."""
    return overdue and at.kind in OWING
