"""工作日: days that are worked, or not, beside the official calendar.

A change says what it moves before it is made. It moves nothing into the past and nothing out of it: who has reported in
time stays so, and what was sent is not sent again (reminders are known by their report, not by their day).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.core import deadlines
from bot.core.campaign_changes import Change, changed
from bot.core.plain_text import unbracketed
from bot.core.problems import Problem
from bot.core.standings import OWING
from bot.core.workdays import Workdays
from bot.forms.admin import WORKDAY
from bot.services import changing, dialogs, notices, reports
from bot.texts import days_admin as texts
from bot.texts import moments
from storage import outbox, overrides, people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit

_DAY: Final = timedelta(days=1)
#: How far the page looks ahead, and how long after the campaign a day may still matter (deadlines of the ledger).
AHEAD, AFTERWARDS = timedelta(days=70), timedelta(days=183)
_SATURDAY: Final = 5

WORKED: Final = {True: "上班", False: "休息"}
CHOICES: Final[dict[str, bool | None]] = {"on": True, "off": False, "official": None}


def show(visit: Visit, told: str = "") -> Message:
    """工作日: what differs from Monday to Friday in the weeks to come, and what was changed here."""
    visit.require("workday.manage")
    today, campaign = visit.now.date(), visit.campaign
    own = _own(visit)
    last = min(today + AHEAD, max(campaign.end, today) + AFTERWARDS)
    return texts.days_page(
        texts.DaysView(
            until=moments.day(last),
            official=[_stretch(each) for each in _unusual(campaign.workdays, today, last, own)],
            own=[
                f"{moments.day_and_weekday(day)}{WORKED[works]}" for day, works in sorted(own.items()) if day >= today
            ],
            unknown_years=unknown_years(visit),
        ),
        told,
    )


def unknown_years(visit: Visit) -> tuple[int, ...]:
    """Return the years to come that matter and have no official calendar yet."""
    today = visit.now.date()
    return Workdays.unknown_years(today, max(visit.campaign.end, today + AHEAD))


def _own(visit: Visit) -> dict[date, bool]:
    """Return the days that were changed in the chat and have not been given back."""
    days: dict[date, bool] = {}
    for each in overrides.every(visit.work):
        if each.kind == "workday":
            days.pop(date.fromisoformat(each.key), None)
            if (works := each.value["work"]) is not None:
                days[date.fromisoformat(each.key)] = works
    return days


class _Stretch(NamedTuple):
    """Days on end that are all worked, or all not, against the week's custom."""

    first: date
    last: date
    works: bool


def _unusual(workdays: Workdays, first: date, last: date, own: Collection[date]) -> Iterator[_Stretch]:
    """Yield what is against the week's custom, but for the days in `own`. A weekend does not end a holiday."""
    found: _Stretch | None = None
    for day in (first + number * _DAY for number in range((last - first).days + 1)):
        works, weekend = workdays.is_workday(day), day.weekday() >= _SATURDAY
        unusual = works == weekend and day not in own
        if found and unusual and works == found.works:
            found = found._replace(last=day)
        elif found and (works or not weekend):
            yield found
            found = None
        if not found and unusual:
            found = _Stretch(day, day, works)
    if found:
        yield found


def _stretch(each: _Stretch) -> str:
    if each.first == each.last:
        return f"{moments.day_and_weekday(each.first)}{WORKED[each.works]}"
    return f"{moments.day_and_weekday(each.first)}至{moments.day_and_weekday(each.last)}{WORKED[each.works]}"


# ── 调整 ─────────────────────────────────────────────────────────────────


def ask(visit: Visit) -> Message:
    """调整工作日: ask for the day and what it is to be."""
    visit.require("workday.manage")
    today = visit.now.date()
    latest = max(visit.campaign.end, today) + AFTERWARDS
    return dialogs.begin(visit, WORKDAY, "workday", {"earliest": today.isoformat(), "latest": latest.isoformat()})


def preview(visit: Visit, finished: Finished) -> Message:
    """Say what the day of a finished dialog would change; nothing is changed yet."""
    answers = finished.draft.answers
    return _ask_surely(visit, f"{answers['day']}:{answers['work']}")


def _ask_surely(visit: Visit, argument: str) -> Message:
    visit.require("workday.manage")
    day, made = _read(argument)
    before, after = visit.campaign, _after(visit, day, made)
    return texts.ask_day(
        texts.DayChange(
            argument=argument,
            day=moments.day_and_weekday(day),
            before=WORKED[before.workdays.is_workday(day)],
            after=WORKED[after.workdays.is_workday(day)],
            moved=[
                texts.moved(_what(before, old), *(moments.deadline(each.due, before.zone) for each in (old, new)))
                for old, new in _moved(before, after)
            ],
        )
    )


def change(visit: Visit, argument: str) -> Message:
    """确认调整: make the change the page asked about, unless the time has passed it by."""
    visit.require("workday.manage")
    day, made = _read(argument)
    before = changing.hold(visit)
    _after(visit, day, made)
    changing.change(visit, made, "workday.set")
    for old, new in _moved(before, visit.campaign):
        _tell(visit, old, new)
    works = WORKED[visit.campaign.workdays.is_workday(day)]
    return show(visit, f"已调整：{moments.day_and_weekday(day)}{works}。")


def _tell(visit: Visit, old: Occurrence, new: Occurrence) -> None:
    """Tell who was told of the old due moment, and still owes the report, of the new one; what waits is unsaid."""
    if outbox.latest(visit.work, f"{old.key}/") is None:
        return
    units = [unit for unit, at in reports.standings_in(visit.work, new).items() if at.kind in OWING]
    for unit in units:
        outbox.silence(visit.work, f"{old.key}/", unit, "moved")
    held = [each.id for each in people.everyone(visit.work) if any(unit in units for _, unit in each.roles)]
    zone = visit.campaign.zone
    due = [moments.deadline(each.due, zone) for each in (old, new)]
    message = texts.moved_notice(_what(visit.campaign, old), *due)
    notices.tell(visit.work, held, f"{old.key}/moved/{visit.input_id}", message)


def _read(argument: str) -> tuple[date, Change]:
    """Read a day and what it is to be off a button; Problem("gone") for what no button of ours says."""
    text, _, choice = argument.partition(":")
    try:
        day = date.fromisoformat(text)
        works = CHOICES[choice]
    except (ValueError, KeyError):
        raise Problem("gone") from None
    return day, Change("workday", day.isoformat(), {"work": works})


def _after(visit: Visit, day: date, made: Change) -> Campaign:
    """Return the campaign as it would be; Problem when nothing would change, or what is past."""
    before, now = visit.campaign, visit.work.now
    if not visit.now.date() <= day <= max(before.end, visit.now.date()) + AFTERWARDS:
        raise Problem("day_past")
    after = changed(before, [made])
    works = after.workdays.is_workday(day)
    if works == before.workdays.is_workday(day) and (made.value["work"] is not None or day not in _own(visit)):
        raise Problem("day_same", day=moments.day_and_weekday(day), works=WORKED[works])
    for old, new in _moved(before, after):
        if min(old.due, new.due) <= now:
            due = moments.deadline(new.due, before.zone)
            raise Problem("day_too_late", what=_what(before, old), due=due)
    return after


def _moved(before: Campaign, after: Campaign) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Yield what is due at another moment after the change, as it was and as it will be."""
    for duty in before.duties:
        will_be = {each.key: each for each in deadlines.occurrences(after, duty.key)}
        for old in deadlines.occurrences(before, duty.key):
            new = will_be.get(old.key)
            if new is not None and new.due != old.due:
                yield old, new


def _what(campaign: Campaign, occurrence: Occurrence) -> str:
    """第41周每周工作信息; a dated duty by its name."""
    duty = campaign.duty(occurrence.duty)
    return f"{unbracketed(occurrence.title)}{duty.name}" if duty.every else duty.name
