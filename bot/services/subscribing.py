"""订阅: how the week stands, or what has turned red, is told by itself to whoever asks for it (plan: T5).

Run at every heartbeat, on any replica. What makes an occasion happen once is its mark, a row of the outbox that is
never sent, written in the transaction that queues its messages.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.core import access, deadlines
from bot.core.problems import Problem
from bot.core.reminders import REMEMBERED
from bot.core.subscriptions import FallenDue, Morning, WeekDone, occasions
from bot.services import arrears, notices, summary
from bot.services.issue_reminding import UNDER_WAY
from bot.texts import subscribing as texts
from storage import audit, outbox, pending, people, settings, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.core.issue_reminders import Pending
    from bot.core.messages import Message
    from bot.core.subscriptions import Occasion
    from bot.services.visit import Visit
    from storage.subscriptions import Kind, Subscriber
    from storage.work import Work

T = TypeVar("T")


# ── Asking for it ────────────────────────────────────────────────────────


def show(visit: Visit) -> Message:
    """订阅: what there is, and whether the visitor has asked for it."""
    visit.require("summary.see")
    return _page(visit)


def begin(visit: Visit, name: str) -> Message:
    """开通 one kind."""
    kind = _kind(visit, name)
    new = subscriptions.begin(visit.work, visit.person_id, kind)
    if new:
        audit.note(visit.work, visit.person_id, "subscription.begin", f"person:{visit.person_id}", kind=kind)
    return _page(visit, texts.begun(kind, already=not new))


def end(visit: Visit, name: str) -> Message:
    """取消 one kind."""
    kind = _kind(visit, name)
    ended = subscriptions.end(visit.work, visit.person_id, kind)
    if ended:
        audit.note(visit.work, visit.person_id, "subscription.end", f"person:{visit.person_id}", kind=kind)
    return _page(visit, texts.ended(kind, already=not ended))


def _kind(visit: Visit, name: str) -> Kind:
    visit.require("summary.see")
    for kind in _kinds(visit):
        if kind == name:
            return kind
    raise Problem("gone")


def _kinds(visit: Visit) -> Sequence[Kind]:
    """Return what there is to tell in this campaign."""
    return ("week", "red") if deadlines.weeks(visit.campaign) else ("red",)


def _page(visit: Visit, said: str = "") -> Message:
    begun = subscriptions.of(visit.work, visit.person_id)
    return texts.page(_kinds(visit), begun, visit.campaign.summary_at, said)


# ── Telling ──────────────────────────────────────────────────────────────


def planned(work: Work) -> list[Occasion]:
    """Return what has come and was not decided yet. Reads only: nothing where nobody asks, else a key an occasion."""
    asked_for = {each.kind for each in subscriptions.subscribers(work)}
    if not asked_for:
        return []
    come = occasions(work.campaign, work.now, settings.installed_at(work))
    return [each for each in come if each.kind in asked_for and not _decided(work, each)]


def _decided(work: Work, occasion: Occasion) -> bool:
    """Tell whether it was; a morning also when a later one was: the clock was set back."""
    if isinstance(occasion, Morning):
        last = outbox.latest(work, Morning.SERIES)
        return last is not None and last.key >= occasion.key
    return outbox.latest(work, occasion.key) is not None


def remind(work: Work) -> int:
    """Tell what has come; return how many messages were queued."""
    last = outbox.latest(work, Morning.SERIES)
    due = [each for each in planned(work) if outbox.decide(work, each.key, "decided")]
    weeks = [each for each in due if isinstance(each, WeekDone)]
    reports = [each for each in due if isinstance(each, FallenDue)]
    told = sum(_tell_week(work, each) for each in weeks) + (_tell_reports(work, reports) if reports else 0)
    return told + sum(_tell_entries(work, each, last) for each in due if isinstance(each, Morning))


def _listeners(work: Work, kind: Kind) -> Iterator[Subscriber]:
    """Yield who has asked, as long as it is theirs to know."""
    for each in subscriptions.subscribers(work):
        person = people.find(work, each.person_id) if each.kind == kind else None
        if person is not None and access.may(person.roles, "summary.see"):
            yield each


def _tell_week(work: Work, done: WeekDone) -> int:
    told = [each.person_id for each in _listeners(work, "week") if each.since <= done.since]
    if not told:
        return 0
    message = summary.message(work, done.occurrence.period)
    return notices.tell(work, told, done.key, message, expires_at=done.until)


def _tell_reports(work: Work, come: Sequence[FallenDue]) -> int:
    """Tell what is owed of what has fallen due; what comes at the same time speaks in one message."""
    owed = {each.key: each for each in arrears.owed(work, [each.occurrence for each in come])}
    red = [each for each in come if each.occurrence.key in owed]
    groups = _alike(_listeners(work, "red"), lambda by: [each for each in red if by.since <= each.since])
    return sum(
        notices.tell(
            work,
            told,
            heard[0].key,
            texts.reports([owed[each.occurrence.key] for each in heard]),
            expires_at=max(each.until for each in heard),
        )
        for heard, told in groups.items()
    )


def _tell_entries(work: Work, morning: Morning, last: outbox.Occasion | None) -> int:
    """Tell which entries are late that were not the `last` morning: their deadline has passed, or they came late."""
    day = date.fromisoformat(last.key.removeprefix(Morning.SERIES)) if last else None
    looked = last.created_at if last else settings.installed_at(work)
    renewed = pending.renewed(work, max(looked, work.now - REMEMBERED) - UNDER_WAY)
    found = pending.due(work, None, morning.day - timedelta(days=1), renewed)

    def news(by: Subscriber) -> list[Pending]:
        first = max(morning.first_deadline(day), by.since.astimezone(work.campaign.zone).date())
        return [each for each in found if each.due >= first or (each.renewed is not None and each.renewed >= by.since)]

    return sum(
        notices.tell(
            work,
            told,
            morning.key,
            texts.entries([(each.number, work.campaign.unit_name(each.unit), each.due) for each in heard]),
            expires_at=morning.until,
        )
        for heard, told in _alike(_listeners(work, "red"), news).items()
    )


def _alike(
    listeners: Iterable[Subscriber], news: Callable[[Subscriber], Iterable[T]]
) -> dict[tuple[T, ...], list[int]]:
    """Return what there is to tell, and the ids of those to whom just that is news."""
    groups: dict[tuple[T, ...], list[int]] = defaultdict(list)
    for each in listeners:
        if heard := tuple(news(each)):
            groups[heard].append(each.person_id)
    return groups
