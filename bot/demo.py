"""The demonstration: the sample campaign, invented people in every role, and a clock that can be moved on.

Everything in it is the real product on a database of its own; only the people and what they have reported so far are
made up here, through the same use cases that serve everybody.
"""

from __future__ import annotations

import asyncio
import tempfile
import webbrowser
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app import Product, address_of, heed_signals, keep_log, listen, say, serve_web, until_stopped
from bot.clock import RehearsalClock
from bot.config import DEFAULT_WEB, WrongSetting, split_address
from bot.core import deadlines, reminders
from bot.core.access import UNIT_ROLES
from bot.core.draft import REVIEW, Draft
from bot.core.issues import right_to
from bot.forms import FORMS
from bot.services import entering, issues, reception, reports, signoff
from bot.services.dialogs import Finished
from bot.services.visit import Visit
from bot.texts import demo as texts
from handlers.web.app import Demo, DemoPerson
from storage import drafts, ledger, people, submissions
from storage import issues as stored
from storage import settings as remembered
from storage.people import AccountRow

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from datetime import date

    from bot.config import Settings
    from bot.core.access import Action, Role
    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.core.form import Form
    from storage.work import Work

#: The demonstration begins on the Thursday of this week of the campaign (counted from its first), in the morning.
WEEK = 2
MORNING = 9
#: Weeks before it that have been reported already.
BEFORE = 2
#: Every so many units one has nothing new.
NOTHING_NEW = 5
#: Units whose people are played by whoever watches; the others have reported already, but for the last two.
PLAYED = 2
MISSING = 2
#: Who makes the invented moves on the ledger.
MOVERS: Mapping[Action, Role] = {"issue.mend": "contact", "issue.sign": "head", "issue.verify": "brigade"}


async def run(settings: Settings, campaign: Campaign, *, browser: bool) -> int:
    """Serve the demonstration until stopped. Its database lives as long as it does."""
    keep_log("")
    stopped = heed_signals()
    with tempfile.TemporaryDirectory(prefix="duban-demo-", ignore_cleanup_errors=True) as folder:
        weeks = deadlines.occurrences(campaign, reception.WEEKLY)
        week = weeks[WEEK]
        begin = settings.clock or _thursday(week)
        clock = RehearsalClock(weeks[WEEK - BEFORE].opens)
        listening = _listen(settings)
        own = settings.model_copy(
            update={
                "database": f"sqlite:///{Path(folder).as_posix()}/demo.db",
                "telegram_token": type(settings.telegram_token)(""),
            }
        )
        product = Product(own, campaign, clock)
        async with product.opened():
            cast = await product.store.run(invent)
            units = [unit.key for unit in campaign.units]
            for before in weeks[WEEK - BEFORE : WEEK]:
                clock.move(before.due - timedelta(hours=3))
                await product.store.run(report, before, units, cast)
                if before is weeks[WEEK - BEFORE]:
                    await product.store.run(find_problems, begin.date(), cast)
            await product.store.run(mend_problems, cast)
            clock.move(begin - timedelta(hours=1))
            await product.store.run(report, week, units[PLAYED : len(units) - MISSING], cast)
            played = await product.store.run(open_chats, cast)
            clock.move(begin)
            # As if it had been installed this morning: the weeks before are past, and nothing of them is sent.
            await product.store.run(remembered.put, remembered.INSTALLED, begin.isoformat())

            async def move(to: datetime) -> None:
                clock.move(to)
                product.heart.kick()

            demo = Demo(people=played, jumps=lambda: jumps(campaign, clock.now()), move=move)
            server = asyncio.create_task(serve_web(await product.web_app(demo=demo), listening))
            await product.start()
            address = address_of(listening)
            say(texts.READY.format(address=address))
            if browser:
                await asyncio.to_thread(webbrowser.open, address)
            try:
                await until_stopped(stopped, [server])
            finally:
                product.web.close()
                server.cancel()
                await asyncio.gather(server, return_exceptions=True)
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Take the address of the web chat; without one in the settings any free port does."""
    if settings.web:
        return listen(*split_address(settings.web))
    try:
        return listen(*split_address(DEFAULT_WEB))
    except WrongSetting:
        return listen("127.0.0.1", 0)


def _thursday(week: Occurrence) -> datetime:
    return week.opens + timedelta(days=3, hours=MORNING)


def jumps(campaign: Campaign, now: datetime) -> list[tuple[str, datetime]]:
    """Return where the clock can be moved on to: the next moments of the weekly ladder, in words."""
    coming = sorted(
        {
            moment.at
            for occurrence in deadlines.occurrences(campaign, reception.WEEKLY)
            for moment in reminders.moments(campaign, occurrence)
            if moment.at > now
        }
    )
    return [(texts.jump(at.astimezone(campaign.zone), now.astimezone(campaign.zone)), at) for at in coming[:4]]


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody made up for the demonstration."""

    person_id: int
    name: str
    role: Role
    unit: str  # "" for roles of the bureau

    @property
    def key(self) -> str:
        """Return what their chat is called."""
        return f"{self.role}-{self.unit}" if self.unit else self.role

    def visit(self, work: Work) -> Visit:
        """Return them as somebody without a chat: what happens before the demonstration reaches nobody's screen."""
        account = AccountRow(0, "web", "", self.person_id, self.name, None, None, None, ((self.role, self.unit),))
        return Visit(work, account, 0)


def invent(work: Work) -> list[Invented]:
    """Make up a contact and a head for every unit, and one person for every role of the bureau."""
    posts: list[tuple[Role, str]] = [("brigade", ""), ("leader", ""), ("admin", "")]
    for unit in work.campaign.units:
        posts += [("contact", unit.key), ("head", unit.key)]
    cast = []
    for (role, key), name in zip(posts, cycle(texts.NAMES), strict=False):
        person_id = people.create_person(work, name)
        people.grant(work, person_id, role, key)
        cast.append(Invented(person_id, name, role, key))
    return cast


def open_chats(work: Work, cast: list[Invented]) -> tuple[DemoPerson, ...]:
    """Give everybody the chat in which they are played."""
    played = []
    for person in cast:
        people.bind(work, people.account(work, "web", person.key).id, person.person_id)
        unit_name = work.campaign.unit(person.unit).name if person.unit else ""
        played.append(DemoPerson(person.key, person.name, person.role, unit_name, person.key))
    return tuple(played)


def report(work: Work, occurrence: Occurrence, units: list[str], cast: list[Invented]) -> None:
    """Let these units file and sign their reports for the period, each with its own invented content."""
    posts = {(person.role, person.unit): person for person in cast}
    form = FORMS["weekly"]
    for place, unit in enumerate(units):
        zero = form.zero if place % NOTHING_NEW == NOTHING_NEW - 1 else None
        answers = dict(zero.answers) if zero else texts.report(place)
        contact = posts["contact", unit].visit(work)
        finished = _filled_in(contact, form, f"{occurrence.key}@{unit}", answers, {"base": 0}, zero=zero is not None)
        reports.file(contact, finished)
        drafts.close(work, finished.row.id, "finished")
        head = posts["head", unit].visit(work)
        for filed in submissions.awaiting(work, [unit]):
            signoff.sign(head, filed.id)


def _filled_in(
    visit: Visit, form: Form, subject: str, answers: dict[str, Any], facts: dict[str, Any], *, zero: bool = False
) -> Finished:
    """Return a dialog as if the visitor had answered all of it."""
    row = drafts.load(visit.work, drafts.create(visit.work, visit.person_id, form.name, subject))
    assert row is not None  # noqa: S101 - made in the line above
    draft = Draft(row.id, 1, form.name, form.version, REVIEW, answers=answers, facts=facts, zero=zero)
    return Finished(row, form, draft)


def find_problems(work: Work, begin: date, cast: list[Invented]) -> None:
    """Let units enter what they have found."""
    posts = {(person.role, person.unit): person for person in cast}
    today = work.now.astimezone(work.campaign.zone).date()
    for each in _fitting(work.campaign):
        unit = work.campaign.units[each.unit].key
        contact = posts["contact", unit].visit(work)
        answers = texts.problem(each, today, begin)
        finished = _filled_in(contact, FORMS["issue"], "issue/new", answers, {"unit": unit})
        entering.file(contact, finished)
        drafts.close(work, finished.row.id, "finished")


def _fitting(campaign: Campaign) -> list[texts.Problem]:
    """Return the invented problems that suit this campaign: none without a ledger."""
    areas = {area.key for area in campaign.areas}
    return [
        each
        for each in texts.PROBLEMS
        if campaign.ledger and each.unit < len(campaign.units) and each.item.partition("/")[0] in areas
    ]


def mend_problems(work: Work, cast: list[Invented]) -> None:
    """Let the entries go their ways."""
    posts = {(person.role, person.unit): person for person in cast}
    today = work.now.astimezone(work.campaign.zone).date()
    entered = sorted(entry.id for entry in ledger.stream(work, ledger.Filter(), today))
    for each, issue_id in zip(_fitting(work.campaign), entered, strict=True):
        for name in each.way:
            entry = stored.get(work, issue_id)
            assert entry is not None  # noqa: S101 - found a moment ago
            role = MOVERS[right_to(name)]
            person = posts[role, entry.unit if role in UNIT_ROLES else ""]
            issues.make(person.visit(work), entry, name, texts.move(name, today))
