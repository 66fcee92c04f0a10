"""What has happened before the demonstration begins: invented people, their reports, papers and problems.

Made through the same use cases that serve everybody, at moments the rehearsal's clock is moved to; it reaches nobody's
screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

from bot import forms
from bot.core import deadlines
from bot.core.access import UNIT_ROLES
from bot.core.campaign_rules import WEEKLY
from bot.core.draft import REVIEW, Draft
from bot.core.issues import right_to
from bot.core.messages import Attachment
from bot.forms import FORMS
from bot.services import entering, filing, issues, signoff, stages, stamping
from bot.services.dialogs import Finished
from bot.services.visit import Visit
from bot.texts import demo as texts
from handlers.web.app import DemoPerson
from storage import drafts, ledger, people, submissions
from storage import issues as stored
from storage.people import AccountRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.app import Product
    from bot.clock import RehearsalClock
    from bot.core.access import Action, Role
    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.core.form import Form
    from bot.core.messages import FileRef
    from storage.submissions import Filed
    from storage.work import Work

#: The demonstration begins in this week of the campaign (counted from its first).
WEEK = 2
#: Weeks before it that have been reported already.
BEFORE = 2
#: Every so many units one has nothing new.
NOTHING_NEW = 5
#: Units whose people are played by whoever watches; the others have reported already, but for the last two.
PLAYED = 2
MISSING = 2
#: Who makes the invented moves on the ledger.
MOVERS: Mapping[Action, Role] = {"issue.mend": "contact", "issue.sign": "head", "issue.verify": "brigade"}


async def tell(product: Product, clock: RehearsalClock, begin: datetime) -> tuple[DemoPerson, ...]:
    """Let everything happen that has happened when the demonstration begins; return who can be played."""
    campaign, store = product.campaign, product.store
    weeks = deadlines.occurrences(campaign, WEEKLY)
    cast = await store.run(invent)
    units = [unit.key for unit in campaign.units]
    for before in weeks[WEEK - BEFORE : WEEK]:
        clock.move(before.due - timedelta(hours=3))
        await store.run(report, before, units, cast)
        if before is weeks[WEEK - BEFORE]:
            await store.run(find_problems, begin.date(), cast)
    await store.run(mend_problems, cast)
    await hand_in(product, clock, begin, cast)
    clock.move(begin - timedelta(hours=1))
    await store.run(report, weeks[WEEK], units[PLAYED : len(units) - MISSING], cast)
    return await store.run(open_chats, cast)


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
        filing.file(contact, finished)
        drafts.close(work, finished.row.id, "finished")
        head = posts["head", unit].visit(work)
        for filed in submissions.awaiting(work, [unit]):
            signoff.sign(head, filed.id)


async def hand_in(product: Product, clock: RehearsalClock, begin: datetime, cast: list[Invented]) -> None:
    """Let the stages' notices be read and the contact sheets be handed in; the first unit's waits for its stamp."""
    campaign = product.campaign
    for duty in campaign.duties:
        for occurrence in deadlines.occurrences(campaign, duty.key) if not duty.every else ():
            if occurrence.due < begin:
                clock.move(occurrence.due - timedelta(hours=2))
                if duty.stage:
                    await product.store.run(read_notice, occurrence, cast)
                elif duty.form == "contact_sheet":
                    for filed in await product.store.run(name_contacts, occurrence, cast):
                        await product.store.run(stamp, filed, cast, await _copy(product, filed))


async def _copy(product: Product, filed: Filed) -> FileRef:
    """Return the stamped copy: the sheet as it was printed, for there is no photograph of an invented stamp."""
    sheet = await product.maker.make(Attachment("table", f"sheet/{filed.id}", texts.COPY))
    return product.files.put(sheet.content, texts.COPY, sheet.mime)


def read_notice(work: Work, occurrence: Occurrence, cast: list[Invented]) -> None:
    """Let every unit say that it has read what a stage asks."""
    for person in cast:
        if person.role == "contact":
            stages.acknowledge(person.visit(work), f"{occurrence.key}@{person.unit}")


def name_contacts(work: Work, occurrence: Occurrence, cast: list[Invented]) -> list[Filed]:
    """Let every unit hand in its contact sheet; return those that are to be stamped as well, but for the first."""
    posts = {(person.role, person.unit): person for person in cast}
    form = forms.of(work.campaign, work.campaign.duty(occurrence.duty).form)
    to_stamp: list[Filed] = []
    for place, unit in enumerate(work.campaign.units):
        contact, head = posts["contact", unit.key], posts["head", unit.key]
        subject, answers = f"{occurrence.key}@{unit.key}", texts.contacts(place, contact.name, head.name)
        finished = _filled_in(contact.visit(work), form, subject, answers, {"base": 0})
        filing.file(contact.visit(work), finished)
        drafts.close(work, finished.row.id, "finished")
        for filed in submissions.awaiting(work, [unit.key]):
            signoff.sign(head.visit(work), filed.id)
        to_stamp += submissions.to_stamp(work, [unit.key])
    return to_stamp[1:]


def stamp(work: Work, filed: Filed, cast: list[Invented], copy: FileRef) -> None:
    """Let a unit send the stamped copy of its paper."""
    contact = next(person for person in cast if (person.role, person.unit) == ("contact", filed.unit)).visit(work)
    finished = _filled_in(contact, FORMS["stamped"], f"stamp/{filed.id}", {"copy": [copy.to_json()]}, {})
    stamping.take(contact, finished)
    drafts.close(work, finished.row.id, "finished")


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
