"""Reminders of the entries' own deadlines: a round that has come becomes outbox rows, once for all time (plan: L5).

Asked at every heartbeat, on any replica. What makes a round happen once is its mark, a row of the outbox that is never
sent, written in the transaction that queues its messages. Rounds that come at the same time speak in one message.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.core import issue_reminders
from bot.core.access import as_role
from bot.core.reminders import Recipient
from bot.services import notices
from bot.texts import issue_reminders as texts
from storage import outbox, pending, people, settings

if TYPE_CHECKING:
    from bot.core.issue_reminders import Letter, Pending, Round, Span
    from storage.work import Work

#: How long a change may take from its moment to its commit, replicas' clocks differing: what a round does not see yet,
#: the next one has to. Who was told within that time before a round is told twice, which does less harm.
UNDER_WAY = timedelta(minutes=1)


class Due(NamedTuple):
    """A round to run: it mentions the rungs of the days from `first` on, and what was renewed after `looked`."""

    round: Round
    first: date
    looked: datetime


def planned(work: Work) -> bool:
    """Tell whether there is a round to run now. Reads only."""
    return bool(rounds_due(work))


def rounds_due(work: Work) -> list[Due]:
    """Return the rounds that have come and were not run. Reads only: one key a clock time when there is none."""
    come = (each for each in issue_reminders.rounds(work.campaign, work.now) if outbox.latest(work, each.mark) is None)
    return [due for each in come if (due := _due(work, each)) is not None]


def _due(work: Work, this: Round) -> Due | None:
    """Return what the round has to look at; None when it is from before the installation, or a later one was run."""
    installed = settings.installed_at(work)
    last = outbox.latest(work, this.series)
    day = date.fromisoformat(last.key.removeprefix(this.series)) if last else None
    if this.moment < installed or (day is not None and day >= this.day):  # the clock was set back
        return None
    looked = datetime.fromisoformat(last.digest) if last else installed
    return Due(this, issue_reminders.first_day(work.campaign, this, day, installed), looked)


def remind(work: Work) -> int:
    """Run the rounds that have come; return how many messages were queued."""
    due = [each for each in rounds_due(work) if _take(work, each)]
    if not due:
        return 0
    spans = [span for each in due for span in issue_reminders.spans(work.campaign, *each)]
    letters = list(issue_reminders.letters(spans, _entries(work, spans), _recipients(work)))
    named = pending.descriptions(work, (entry.id for letter in letters for entry in letter.named))
    return sum(_send(work, due[-1].round, letter, named) for letter in letters)


def _take(work: Work, due: Due) -> bool:
    """Mark a round as run; False when another replica was faster. The mark keeps when it looked for renewed entries."""
    worked = work.campaign.workdays.is_workday(due.round.day)
    looked = work.now - UNDER_WAY if worked else due.looked
    return outbox.decide(work, due.round.mark, "round", looked.isoformat())


def _entries(work: Work, spans: list[Span]) -> list[Pending]:
    looked = min((span.looked for span in spans if span.looked is not None), default=None)
    renewed = pending.renewed(work, looked) if looked is not None else {}
    reach = issue_reminders.reach(spans, renewed=bool(renewed))
    return pending.due(work, *reach, renewed) if reach else []


def _recipients(work: Work) -> list[Recipient]:
    return [
        Recipient(person.id, frozenset((as_role(role), unit) for role, unit in person.roles))
        for person in people.everyone(work)
    ]


def _send(work: Work, this: Round, letter: Letter, descriptions: dict[int, str]) -> int:
    today = work.now.astimezone(work.campaign.zone).date()
    return notices.tell(
        work,
        letter.people,
        f"{this.key}{letter.place}",
        texts.words(letter, work.campaign, today, descriptions),
        expires_at=issue_reminders.until(work.campaign, work.now, letter.roles),
    )
