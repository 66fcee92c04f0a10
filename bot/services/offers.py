"""The tables that can be had in the chat (plan: T2): who may have each, which parts there are, what its file is called.

To add a table, add it to `OFFERS` under its name in `exports.EXPORTS`. What is asked for comes off a button, so it is
read like anything from outside.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.core import access, deadlines
from bot.core.campaign_rules import WEEKLY
from bot.core.messages import Button
from bot.core.problems import Problem
from bot.services import ledger_tables, reception, subjects
from bot.services.subjects import row_id
from bot.services.wanted import Wanted, as_of
from bot.texts import exporting as texts
from bot.texts import menu, moments
from exports import cases, contacts, discipline, reconciliation, standards, statistics, weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from bot.core.campaign import Campaign
    from bot.core.messages import Message, Place
    from bot.services.visit import Visit

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """A table: its name (KeyError when the campaign has no such table), who may have it, what is wanted of it.

    `read` takes what a button says behind "<table>/" and raises Problem for what it cannot be; "" is what there is
    without asking. `ask` returns the page on which it is chosen, or another page of that.
    """

    name: Callable[[Campaign], str]
    allowed: Callable[[Visit], bool]
    read: Callable[[Visit, str], Wanted]
    ask: Callable[[Visit, str], Message] | None = None


# ── By week ──────────────────────────────────────────────────────────────


def _week(visit: Visit, period: str) -> Wanted:
    shown = subjects.occurrence(visit.campaign, f"{WEEKLY}/{period}") if period else reception.this_week(visit)
    return Wanted(
        shown.period,
        f"{weekly.title_of(visit.campaign)} · {shown.title}",
        weekly.name_of(visit.campaign, shown),
        as_of(visit, "汇总情况"),
        way=Button("查看报送情况", f"m:state:{shown.key}"),
    )


def _ask_week(visit: Visit, page: str) -> Message:
    this = reception.this_week(visit)
    begun = deadlines.open_ones(visit.campaign, WEEKLY, visit.now)
    present = begun.index(this) if this in begun else 0
    options = [(each.title, f"m:take:weekly/{each.period}") for each in begun]
    return _weeks(weekly.title_of(visit.campaign), options, present, page, "weekly")


def _weeks(title: str, options: list[tuple[str, str]], present: int, page: str, table: str) -> Message:
    named = [(texts.week(name, at - present), action) for at, (name, action) in enumerate(options)]
    place: Place = "same" if page else "next"  # only a turned page says which
    return texts.weeks(title, named, row_id(page or "0"), f"m:export:{table}/", place)


def _balance(visit: Visit, period: str) -> Wanted:
    mondays = {deadlines.week_of(monday): monday for monday in _mondays(visit)}
    shown = period or next(iter(mondays))
    if shown not in mondays:
        raise Problem("gone")
    return Wanted(
        shown,
        f"{reconciliation.TITLE} · {_named(mondays[shown])}",
        f"{reconciliation.TITLE}_{moments.week(shown)}",
        as_of(visit, "对账情况"),
        way=Button(menu.ACCOUNT, "m:account"),
    )


def _ask_balance(visit: Visit, page: str) -> Message:
    options = [(_named(monday), f"m:take:reconciliation/{deadlines.week_of(monday)}") for monday in _mondays(visit)]
    return _weeks(reconciliation.TITLE, options, 0, page, "reconciliation")


def _mondays(visit: Visit) -> Iterator[date]:
    """Yield the weeks of the campaign up to the present one, newest first."""
    monday = deadlines.monday(visit.now.date())
    while True:
        yield monday
        if monday <= visit.campaign.start:
            return
        monday -= _WEEK


def _named(monday: date) -> str:
    number = monday.isocalendar().week
    return f"第{number}周（{moments.day(monday)}—{moments.day(monday + timedelta(days=6))}）"


# ── By days ──────────────────────────────────────────────────────────────


def _days(visit: Visit, ref: str) -> Wanted:
    try:
        (first, last), _ = statistics.span(visit.campaign, ref)
    except KeyError:
        raise Problem("gone") from None
    if first > visit.now.date():
        raise Problem("gone")
    wanted = _plain(visit, statistics.name_of(visit.campaign))
    when = texts.span(first, last)
    return wanted._replace(
        rest=ref, title=f"{wanted.title} · {when}", file=texts.file_named(statistics.name_of(visit.campaign), when)
    )


def _ask_days(visit: Visit, _: str) -> Message:
    options = [(name, f"m:take:statistics/{first}_{last}") for name, first, last in _periods(visit)]
    return texts.periods(statistics.name_of(visit.campaign), options)


def _periods(visit: Visit) -> Iterator[tuple[str, date, date]]:
    """Yield what a table of statistics is asked for, as far as the campaign has got and goes back."""
    campaign, today = visit.campaign, visit.now.date()
    monday, month = deadlines.monday(today), today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    found = [
        ("本周", monday, monday + timedelta(days=6)),
        ("上周", monday - _WEEK, monday - timedelta(days=1)),
        *(
            (name, day, day.replace(day=monthrange(day.year, day.month)[1]))
            for name, day in (("本月", month), ("上月", before))
        ),
        *((f"{stage.name}阶段", stage.start, stage.end) for stage in campaign.stages),
        ("整治以来", campaign.start, max(campaign.start, min(today, campaign.end))),
    ]
    for name, first, last in found:
        if first <= today and first <= campaign.end and last >= campaign.start:
            yield name, first, last


# ── As they are ──────────────────────────────────────────────────────────


def _plain(visit: Visit, name: str) -> Wanted:
    return Wanted("", name, texts.file_named(name, moments.full(visit.now)), as_of(visit, "情况"))


def _whole(name: Callable[[Campaign], str]) -> Offer:
    """Return a table of the units' reports that has no parts."""

    def read(visit: Visit, rest: str) -> Wanted:
        if rest:
            raise Problem("gone")
        return _plain(visit, name(visit.campaign))

    return Offer(name, _reports, read)


def _of_ledger(name: str | Callable[[Campaign], str]) -> Callable[[Campaign], str]:
    """Return what names a table that there is only with a ledger."""

    def named(campaign: Campaign) -> str:
        if campaign.ledger is None:
            raise KeyError(name)
        return name if isinstance(name, str) else name(campaign)

    return named


def _reports(visit: Visit) -> bool:
    return visit.may("table.get")


#: In the order in which they are offered.
OFFERS: Final[Mapping[str, Offer]] = {
    "weekly": Offer(weekly.title_of, _reports, _week, _ask_week),
    "ledger": Offer(
        _of_ledger(menu.LEDGER),
        lambda visit: access.reach(visit.roles, "ledger.get") != (),
        ledger_tables.entries,
        ledger_tables.ask,
    ),
    "reconciliation": Offer(
        _of_ledger(reconciliation.TITLE), lambda visit: visit.may("ledger.get"), _balance, _ask_balance
    ),
    "public": Offer(_of_ledger(texts.PUBLIC), lambda visit: visit.may("ledger.publish"), ledger_tables.public),
    "discipline": _whole(lambda _: discipline.TITLE),
    "cases": _whole(cases.name_of),
    "standards": _whole(standards.name_of),
    "contacts": _whole(contacts.name_of),
    "statistics": Offer(_of_ledger(statistics.name_of), _reports, _days, _ask_days),
}
