"""报送总览: all duties, all units x duties, and one unit over all duties; what is counted is counted in `core`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import forms
from bot.core import deadlines, discipline, lifecycle, urgency
from bot.core.messages import Button
from bot.core.plain_text import unbracketed
from bot.core.standings import OWING
from bot.services import subjects
from bot.services.calling import Roster
from bot.texts import moments
from bot.texts import overview as texts
from bot.texts import reception as desk_texts
from bot.texts.menu import SUMMARY
from storage import ledger, settings, standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bot.core.campaign import Duty
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.core.standings import Kind
    from bot.services.visit import Visit
    from storage.standing import Book, Brief

#: What counts as on its way: somebody of the unit has it in hand.
WAITING: Final[frozenset[Kind]] = frozenset({"awaiting", "stamping", "returned"})


def matrix(visit: Visit, page: str = "") -> Message:
    """报送总览: the duties on the first page, the units on those that follow."""
    visit.require("standing.see")
    number = subjects.row_id(page or "0")
    book, since = standing.book(visit.work), settings.installed_at(visit.work)
    at = moments.moment(visit.now, visit.campaign.zone)
    if number:
        names = [unbracketed(duty.name) for duty, _ in dated(visit)]
        return texts.grid_page(at, names, list(_grid(visit, book, since)), number)
    lines = [_duty(visit, book, duty, since) for duty in _duties(visit)]
    excuses = [Button(texts.EXCUSES, "m:excuses")] if visit.may("report.excuse") else []
    return texts.duties_page(at, len(book.units), lines, excuses)


def _grid(visit: Visit, book: Book, since: datetime) -> Iterator[texts.Row]:
    """Yield a row of signs for every unit."""
    columns = [(book.at(each), past_due(visit, each, since)) for _, each in dated(visit)]
    weeks = [book.at(week) for week in fallen_weeks(visit, since)]
    for unit in visit.campaign.units:
        signs = "".join(_sign(at[unit.key].kind, overdue=overdue) for at, overdue in columns)
        kept = discipline.record(at[unit.key] for at in weeks)
        yield texts.Row(unit.key, unit.name, signs, texts.weeks(kept.missing, kept.late))


def _sign(kind: Kind, *, overdue: bool) -> str:
    return texts.SIGNS[kind] if kind != "missing" or overdue else texts.NOT_YET


def past_due(visit: Visit, occurrence: Occurrence, since: datetime) -> bool:
    """Tell whether it has fallen due while the product was in use: nobody could file here what did so before."""
    return bool(discipline.fallen_due([occurrence], since, visit.now))


def _duties(visit: Visit) -> list[Duty]:
    """Return what can be reported here: first by the day, then what just occurs."""
    duties = [duty for duty in visit.campaign.duties if forms.exists(duty.form)]
    return sorted(duties, key=lambda duty: (duty.at_once, duty.stage is not None))


def dated(visit: Visit) -> list[tuple[Duty, Occurrence]]:
    """Return those with a day, each with the occurrence to look at."""
    return [(duty, now) for duty in _duties(visit) if (now := _now(visit, duty)) is not None]


def _now(visit: Visit, duty: Duty) -> Occurrence | None:
    """Return the occurrence of a duty to look at: the present one, or the first to come; None without a day."""
    now = deadlines.present(visit.campaign, duty.key, visit.now)
    return now or next(iter(deadlines.occurrences(visit.campaign, duty.key)), None)


def _title(duty: Duty, occurrence: Occurrence) -> str:
    """Return what a line is about: 第28周每周工作信息, 专项整治联系人."""
    return f"{unbracketed(occurrence.title) if duty.every else ''}{unbracketed(duty.name)}"


def _duty(visit: Visit, book: Book, duty: Duty, since: datetime) -> texts.DutyLine:
    occurrence = _now(visit, duty)
    if occurrence is None:
        return _cases(book, duty)
    stand = book.at(occurrence)
    past = past_due(visit, occurrence, since)
    kinds = [at.kind for at in stand.values()]
    done = sum(at.reported is not None for at in stand.values())
    asked = occurrence.opens <= visit.now and not urgency.past(occurrence.due, since)
    counts = [
        ("已收到" if duty.stage else "已报", done),
        ("办理中", sum(kind in WAITING for kind in kinds)),
        ("未收到" if duty.stage else "未报", kinds.count("missing") if asked else 0),
        ("免报", kinds.count("excused")),
    ]
    late = [visit.campaign.unit(unit).name for unit, at in stand.items() if past and at.kind in OWING]
    return texts.DutyLine(
        name=_title(duty, occurrence),
        short=unbracketed(duty.name),
        when=when(visit, occurrence, since),
        counts=counts,
        late=late,
        action=f"m:state:{occurrence.key}",
    )


def when(visit: Visit, occurrence: Occurrence, since: datetime) -> str:
    """Return the day a report is due, and whether it was over before the product was in use."""
    day = moments.day(occurrence.due)
    if visit.campaign.duty(occurrence.duty).stage is not None and occurrence.opens > visit.now:
        return texts.goes_out(day)
    before = urgency.past(occurrence.due, since)
    return texts.closes(day, past=urgency.past(occurrence.due, visit.now), before=before)


def _cases(book: Book, duty: Duty) -> texts.DutyLine:
    """Return the line of what just occurs: how many there are, and how many wait for whom."""
    states = [each.state for each in _newest(book, duty)]
    counts = [
        ("已报", sum(state in lifecycle.DONE for state in states)),
        ("其中待接收", states.count("reported")),
        ("办理中", sum(state in lifecycle.UNDER_WAY or state == "returned" for state in states)),
    ]
    return texts.DutyLine(duty.name, unbracketed(duty.name), "随时报送", counts, (), f"m:state:{duty.key}")


def _newest(book: Book, duty: Duty) -> Iterator[Brief]:
    for rows in book.versions.values():
        yield from (each for each in rows if each.duty == duty.key and each.current)


def fallen_weeks(visit: Visit, since: datetime) -> list[Occurrence]:
    """Return what is reported every week and has fallen due."""
    return discipline.fallen_due(deadlines.weeks(visit.campaign), since, visit.now)


# ── One unit ─────────────────────────────────────────────────────────────


def unit(visit: Visit, key: str) -> Message:
    """Show one unit over all duties; to its own people as well."""
    known = subjects.known_unit(visit.campaign, key)
    if not visit.may("standing.see"):
        visit.require("report.see", known)
    book = standing.book(visit.work, (known,))
    found = dated(visit)
    cases = [
        (duty, sum(each.state != "withdrawn" for each in _newest(book, duty)))
        for duty in _duties(visit)
        if duty.at_once
    ]
    return texts.unit_page(
        visit.campaign.unit(known).name,
        [
            *(_unit_line(visit, book, duty, occurrence, known) for duty, occurrence in found),
            *(texts.duty_line(duty.name, f"{number}件", "") for duty, number in cases),
        ],
        weekly=_unit_weeks(visit, book, known),
        ledger=_unit_ledger(visit, known),
        people=Roster(visit).lines(known),
        buttons=list(_unit_buttons(visit, book, found, known)),
        back=_back(visit, known),
    )


def _unit_line(visit: Visit, book: Book, duty: Duty, occurrence: Occurrence, key: str) -> str:
    at = book.at(occurrence)[key]
    excuse = book.excuse(occurrence, key) if at.kind == "excused" else None
    past = urgency.past(occurrence.due, visit.now)
    stands = desk_texts.stands(at.kind, stage=duty.stage is not None, why=excuse.reason if excuse else "")
    when = texts.closes(moments.day(occurrence.due), past=past)
    if duty.stage is not None and occurrence.opens > visit.now:
        return texts.duty_line(_title(duty, occurrence), texts.goes_out(moments.day(occurrence.due)), "")
    if at.reported is not None and at.reported.reported_at is not None:
        when = moments.moment(at.reported.reported_at, visit.campaign.zone)
    if at.kind == "missing" and not past:
        stands = texts.not_yet(stands)
    return texts.duty_line(_title(duty, occurrence), stands, when)


def _unit_weeks(visit: Visit, book: Book, key: str) -> str:
    weeks = [(week, book.at(week)[key]) for week in fallen_weeks(visit, settings.installed_at(visit.work))]
    if not weeks:
        return ""
    late = [unbracketed(week.title) for week, at in weeks if at.kind == "late"]
    missing = [unbracketed(week.title) for week, at in weeks if at.reported is None and at.kind != "excused"]
    return texts.record(discipline.record(at for _, at in weeks), late, missing)


def _unit_ledger(visit: Visit, key: str) -> str:
    if visit.campaign.ledger is None or not visit.may("issue.see", key):
        return ""
    today = visit.now.date()
    unfinished = ledger.count(visit.work, ledger.Filter((key,), "open"), today)
    return texts.ledger(unfinished, ledger.count(visit.work, ledger.Filter((key,), "overdue"), today))


def _unit_buttons(visit: Visit, book: Book, found: Sequence[tuple[Duty, Occurrence]], key: str) -> Iterator[Button]:
    """Yield the way to what the unit has filed; for the desk also to what it has not, for a contact to its form."""
    for duty, occurrence in found:
        newest = book.newest(occurrence, key)
        if visit.may("standing.see"):
            yield Button(unbracketed(duty.name), f"m:state:{occurrence.key}@{key}")
        elif newest is not None:
            yield Button(unbracketed(duty.name), f"m:see:{newest.id}")
        elif occurrence.opens <= visit.now and visit.may("report.file", key):
            yield Button(texts.fill_in(unbracketed(duty.name)), f"m:file:{occurrence.key}@{key}")


def _back(visit: Visit, key: str) -> list[Button]:
    issues = [Button("问题台账", f"m:list:o:{key}")] if visit.campaign.ledger and visit.may("issue.see", key) else []
    excuse = [Button("免报", f"m:excuse:@{key}")] if visit.may("report.excuse") else []
    desk = [Button(texts.GRID, "m:matrix:1")] if visit.may("standing.see") else []
    summary = [Button(SUMMARY, "m:summary")] if visit.may("summary.see") else []
    return [*issues, *excuse, *desk, *summary]
