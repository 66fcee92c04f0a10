"""Tables that go out by themselves, when they are due and again when they change; telling of what did not arrive.

Which, when and to whom stands in the campaign file (plan: T1, T4).

Run at every heartbeat and safe to run any number of times, on any replica: `UNIQUE(key, recipient)` makes each table
exist once for each who gets it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.core import deadlines, pushes
from bot.core.messages import Attachment
from bot.core.reminders import REMEMBERED, audible, is_quiet
from bot.core.tables import digest
from bot.services import deliveries, notices
from bot.texts import pushing as texts
from exports import EXPORTS
from exports.workbook import file_name
from storage import outbox, people, settings
from storage import pushes as stored
from storage.pulse import pulse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.campaign import Push, Recipient
    from bot.core.deadlines import Occurrence
    from bot.core.messages import Message
    from storage.people import Member
    from storage.pushes import Failing
    from storage.work import Work

log = logging.getLogger(__name__)

#: How long what is pushed may take to arrive before it counts as failing: what breaks for a moment mends itself.
PATIENCE: Final = timedelta(minutes=3)
#: The digest of a table that cannot be made: it is queued once all the same, so that the brigade hears of it.
UNMAKEABLE: Final = "unmakeable"
#: How long ago a table may have been sent and its failing still be news.
NEWS: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DueTable:
    """A table to send, or (`number` 0) one whose day has passed unsent and that is only written down."""

    rule: Push
    occurrence: Occurrence
    number: int
    digest: str = ""


def changes(work: Work) -> tuple[str, datetime]:
    """Return what is another as soon as any table can have become due: whether anything changed, and the minute."""
    return pulse(work), work.now.replace(second=0, microsecond=0)


def tables_due(work: Work) -> list[DueTable]:
    """Return the tables that are due, and again those that late reports have changed. Reads only."""
    return [due for rule in work.campaign.pushes for due in _due(work, rule)]


def push_tables(work: Work) -> int:
    """Queue what is due, write down what is not sent any more; return how many messages were queued."""
    return sum(_push(work, due) for due in tables_due(work))


def _due(work: Work, rule: Push) -> Iterator[DueTable]:
    ended = _ended(work, rule)
    for older in filter(partial(_is_remembered, work), ended[:-1]):  # the product was down over their day
        if outbox.latest(work, _prefix(rule, older)) is None:
            yield DueTable(rule, older, 0)
    for newest in ended[-1:]:
        last = outbox.latest(work, _prefix(rule, newest))
        if last is None:
            # It waits for whoever is to get it.
            if _is_remembered(work, newest) and (_people(work, rule) or rule.also):
                yield from _if_changed(work, DueTable(rule, newest, 1))
        elif rule.again is not None and not timedelta(0) <= work.now - last.created_at < rule.again:
            number = int(last.key.rpartition("/")[2])
            if number:  # else its day had passed unsent: a clock set back, or a deadline moved, does not bring it back
                yield from _if_changed(work, DueTable(rule, newest, number + 1, last.digest))


def _if_changed(work: Work, due: DueTable) -> Iterator[DueTable]:
    """Yield the table if it tells something else than the digest does that was sent last."""
    if due.rule.again is None:
        yield due
        return
    name, _, rest = pushes.ref(work.campaign, due.rule.table, due.occurrence).partition("/")
    try:
        shown = digest(EXPORTS[name](work, rest))
    except KeyError:  # a holiday can bring a report's day before its week, of which there is no table yet
        log.info("%s/%s cannot be made yet", name, rest)
        return
    except Exception:  # it stops no reminder, and is told when it is to be sent
        log.exception("%s/%s cannot be made", name, rest)
        shown = UNMAKEABLE
    if shown != due.digest:
        yield DueTable(due.rule, due.occurrence, due.number, shown)


def _people(work: Work, rule: Push) -> list[Member]:
    """Return who gets the table in their own chat; who holds several of its roles is there once for each."""
    return [each for role in pushes.ROLES if role in rule.to for each in people.members(work, role) if each.address]


def _push(work: Work, due: DueTable) -> int:
    key = f"{_prefix(due.rule, due.occurrence)}{due.number}"
    if not due.number:
        payload = _message(work, due, urge=False).to_json()
        outbox.put(
            work, key=key, recipient=outbox.NOBODY, kind="push", payload=payload, state="skipped", error="expired"
        )
        return 0
    # A table is made when it is sent: one that still waits would say the same as this one.
    outbox.retire(work, [f"{_prefix(due.rule, due.occurrence)}{number}" for number in range(1, due.number)])
    told = 0
    for member in _people(work, due.rule):
        if due.number > 1 and not member.reachable:
            continue  # that the first did not arrive was told
        message = _message(work, due, urge=any(role == "brigade" for role, _ in member.roles))
        told += notices.tell(work, [member.id], key, message, kind="push", digest=due.digest)
    message = _message(work, due, urge=False)
    also = filter(None, map(work.campaign.recipient, due.rule.also))
    return told + sum(_send(work, recipient, key, message, due.digest) for recipient in also)


def _send(work: Work, recipient: Recipient, key: str, message: Message, shown: str) -> bool:
    made = outbox.put(
        work,
        key=key,
        recipient=f"to:{recipient.key}",
        kind="push",
        channel=recipient.channel,
        address=recipient.key,
        payload=message.to_json(),
        not_before=audible(work.campaign, work.now.astimezone(work.campaign.zone)),
        digest=shown,
    )
    return made is not None


def _message(work: Work, due: DueTable, *, urge: bool) -> Message:
    campaign, table, occurrence = work.campaign, due.rule.table, due.occurrence
    duty = campaign.duty(due.rule.duty)
    name = file_name(texts.file_name(duty, table, occurrence.period))
    return texts.message(
        texts.title(duty, table, occurrence, campaign.zone),
        texts.line(texts.name(duty, table), work.now, campaign.zone, again=due.number > 1),
        Attachment(
            "table",
            pushes.ref(campaign, table, occurrence),
            name.removesuffix(".xlsx") + pushes.PUSHABLE[table].ending,
        ),
        occurrence.key,
        urge=urge,
    )


def _prefix(rule: Push, occurrence: Occurrence) -> str:
    return f"{occurrence.key}/table/{rule.table}/"


def _ended(work: Work, rule: Push) -> list[Occurrence]:
    """Return the periods that have fallen due since the installation, oldest first."""
    after = timedelta(minutes=rule.after_due_minutes)
    since = settings.installed_at(work)
    return [
        occurrence
        for occurrence in deadlines.occurrences(work.campaign, rule.duty)
        if since <= occurrence.due + after <= work.now
    ]


def _is_remembered(work: Work, occurrence: Occurrence) -> bool:
    """Tell whether it is not too long ago to be sent for the first time."""
    return work.now - REMEMBERED <= occurrence.due


# ── What did not arrive ──────────────────────────────────────────────────


def failing(work: Work) -> list[Failing]:
    """Return what was pushed, did not arrive, and has not been told of: given up at once, else after `PATIENCE`.

    Reads only. In quiet hours nothing is sent, so nothing fails.
    """
    campaign, zone = work.campaign, work.campaign.zone
    late = work.now - PATIENCE
    if is_quiet(campaign, work.now) or is_quiet(campaign, late):
        return []
    return [
        each
        for each in stored.failing(work, work.now - NEWS)
        if each.delivery.state in deliveries.GIVEN_UP or audible(campaign, each.queued_at.astimezone(zone)) <= late
    ]


def tell_failing(work: Work) -> int:
    """Tell brigade and admin what has not arrived, once for each time it was queued; return how many were told."""
    found = [each for each in failing(work) if outbox.decide(work, each.mark, "told")]
    if not found:
        return 0
    members = [each for role in ("brigade", "admin") for each in people.members(work, role)]
    reached = [each.id for each in members if each.reachable] or [each.id for each in members]
    message = deliveries.failed(work.campaign, [each.delivery for each in found])
    return notices.tell(work, reached, found[0].mark, message)
