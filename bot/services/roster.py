"""名册导入: units and people out of a workbook, checked row by row, entered only on confirmation, and never twice.

Goes the way of a ledger (`bot.services.imports`): `take` writes the file down, `scheduler.imports` reads it, `checked`
keeps what was found and tells whoever sent it, `confirm` enters. Within a unit, and among the roles of the bureau, a
name is one person; across units it is, with the same phone.

Whoever is entered has no chat yet. `confirm` makes their one-time links, which the administrator passes on out of one
workbook. An invitation keeps its token's hash only, so the workbook cannot be made out of invitations: the links stand
in the import's row, in place of what was to be entered. That is no more than the transcript keeps of an invitation
made in the chat (`bot.services.inviting`); only who sent the roster gets the workbook, and none of links out of date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.core import access
from bot.core.access import UNIT_ROLES
from bot.core.problems import Problem
from bot.core.roster_rows import NAME, Row, fault, from_json, to_json
from bot.core.sheet import Misfit
from bot.forms.admin import ROSTER, free
from bot.services import changing, dialogs, enrolment, inviting, notices, posts, units_admin
from bot.texts import roster as texts
from bot.texts.enrolment import ROLE_NAMES
from bot.texts.imports import STATES
from bot.texts.imports import fault as fault_line
from storage import audit, imports, people
from storage.people import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.core.campaign import Campaign, Unit
    from bot.core.ledger_rows import Fault, Verdict
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.imports import Import
    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Sent:
    """A file to be checked, and what holds for it."""

    id: int
    sha256: str
    units: Sequence[Unit]
    now: datetime  # in the campaign's zone


# ── Sending a file ───────────────────────────────────────────────────────


def show(visit: Visit) -> Message:
    """名册导入: what it does."""
    visit.require("people.manage")
    return texts.page()


def template(visit: Visit) -> Message:
    """名册模板: a workbook to fill in."""
    visit.require("people.manage")
    return texts.template()


def ask(visit: Visit) -> Message:
    """上传名册: ask for the file."""
    visit.require("people.manage")
    inviting.require_door(visit)
    return dialogs.begin(visit, ROSTER, "roster", {})


def take(visit: Visit, finished: Finished) -> Message:
    """Take the file of a finished dialog; it is checked soon."""
    visit.require("people.manage")
    [file] = finished.draft.answers["table"]
    imports.add(visit.work, visit.person_id, file["sha256"], file["name"], "roster")
    return texts.taken(file["name"])


# ── Checking it, outside any transaction ─────────────────────────────────


def waiting(work: Work) -> list[Sent]:
    """Return the files to be checked."""
    now = work.now.astimezone(work.campaign.zone)
    return [Sent(each.id, each.sha256, work.campaign.every_unit, now) for each in imports.waiting(work, "roster")]


def checked(work: Work, import_id: int, verdict: Verdict[Row] | Misfit) -> bool:
    """Keep what was found in a file, or why it was refused, and tell its sender; False when somebody was faster."""
    sent = imports.get(work, import_id, "roster")
    if sent is None or sent.state != "waiting":
        return False
    sender = people.find(work, sent.person_id)
    if sender is None or not access.may(sender.roles, "people.manage"):  # what is found names others and their phones
        return imports.move(work, sent.id, "waiting", "dropped", checked_at=work.now)
    if isinstance(verdict, Misfit):
        why = texts.refusal(verdict)
        moved = imports.move(work, sent.id, "waiting", "failed", faults=[[0, "", why]], checked_at=work.now)
        message = texts.failed(sent.name, why)
    else:
        roll = _Roll.of(work)
        roll.go_through(verdict.rows)
        faults = sorted([*verdict.faults, *roll.faults], key=lambda each: each.row)
        kept = [[each.row, each.column, each.reason] for each in faults]
        moved = imports.move(
            work, sent.id, "waiting", "checked", rows=to_json(roll.good), faults=kept, checked_at=work.now
        )
        message = texts.checked(
            sent.id,
            sent.name,
            count=verdict.count,
            new=len(roll.new),
            known=len(roll.good) - len(roll.new),
            wrong=len({each.row for each in faults}),
            units=list(_new_units(work.campaign, roll.good)),
            links=len(roll.strangers),
            faults=[fault_line(each.row, each.column, each.reason) for each in faults],
            unread=verdict.unread,
        )
    if moved:
        notices.tell(work, [sent.person_id], f"roster/{sent.id}/checked", message, asked=True)
    return moved


class _Roll:
    """Everybody there is, while rows are gone through: whom each means, and what is new about it."""

    def __init__(self, everyone: Iterable[Member], campaign: Campaign) -> None:
        self._people = {member.id: member for member in everyone}
        self._keys = {unit.name: unit.key for unit in campaign.every_unit}
        self._named: dict[int, None] = {}
        self.good: list[Row] = []
        self.new: list[Row] = []
        self.faults: list[Fault] = []

    @classmethod
    def of(cls, work: Work) -> _Roll:
        """Return it before the first row."""
        return cls(people.everyone(work), work.campaign)

    @property
    def strangers(self) -> list[Member]:
        """Return those of the rows who have no chat yet."""
        return [self._people[person] for person in self._named if not self._people[person].address]

    def key(self, row: Row) -> str:
        """Return the row's unit, "" for the bureau; a new one's name stands for its key."""
        return row.key or self._keys.get(row.unit, row.unit) if row.role in UNIT_ROLES else ""

    def go_through(self, rows: Iterable[Row]) -> None:
        """Sort the rows: good ones, new ones among them, and those that contradict what is known."""
        for row in rows:
            try:
                member = self.who(row)
            except Misfit as problem:
                self.faults.append(fault(row.number, NAME, problem))
                continue
            self.good.append(row)
            if self.put(row, member.id if member else -row.number):
                self.new.append(row)

    def who(self, row: Row) -> Member | None:
        """Return whom a row means, None for somebody new; Misfit for another number than they have."""
        named = [member for member in self._people.values() if member.name == row.name]
        if row.phone and (same := next((member for member in named if member.phone == row.phone), None)):
            return same
        there = [member for member in named if any(unit == self.key(row) for _, unit in member.roles)]
        fitting = [member for member in there if not (row.phone and member.phone)]
        if there and not fitting:
            raise Misfit("roster_phone_differs", phone=there[0].phone)
        return next(iter(fitting), None)

    def put(self, row: Row, person_id: int) -> bool:
        """Count a row as entered; tell whether the role is new to them."""
        before = self._people.get(person_id) or Member(person_id, row.name, "", ())
        post = (row.role, self.key(row))
        roles = tuple(dict.fromkeys((*before.roles, post)))
        self._people[person_id] = replace(before, phone=before.phone or row.phone, roles=roles)
        self._named[person_id] = None
        return post not in before.roles


def _new_units(campaign: Campaign, rows: Iterable[Row]) -> dict[str, str]:
    """Return the units the campaign does not have, each with its code."""
    known = {unit.name for unit in campaign.every_unit}
    return {row.unit: row.code for row in rows if row.unit and not row.key and row.unit not in known}


# ── Entering it ──────────────────────────────────────────────────────────


def confirm(visit: Visit, import_id: int) -> Message:
    """确认录入: enter units and roles that are still new, and make links for those who have no chat yet.

    Problem("roster_passed") when that has been done.
    """
    visit.require("people.manage")
    campaign = changing.hold(visit)
    sent = _own(visit, import_id)
    inviting.require_door(visit)
    rows = [row for row in from_json(sent.rows) if not _has_left(campaign, row)]
    units = _add_units(visit, rows)
    before = _Roll.of(visit.work)
    before.go_through(rows)  # once more: people have come and gone since it was checked
    roll = _Roll.of(visit.work)
    given = [row for row in before.good if _enter(visit, roll, row)]
    links = [_link(visit, member) for member in roll.strangers]
    if not imports.move(visit.work, sent.id, "checked", "entered", rows=links, entered_at=visit.work.now):
        raise _passed("entered")
    detail = {"roles": len(given), "units": list(units), "links": len(links)}
    audit.note(visit.work, visit.person_id, "roster.import", f"import:{sent.id}", **detail)
    return texts.entered(sent.id, roles=len(given), units=list(units), links=len(links), days=enrolment.VALID_FOR.days)


def drop(visit: Visit, import_id: int) -> Message:
    """放弃: enter nothing."""
    visit.require("people.manage")
    sent = _own(visit, import_id)
    if not imports.move(visit.work, sent.id, "checked", "dropped"):
        raise _passed("dropped")
    return texts.dropped(sent.name)


def _own(visit: Visit, import_id: int) -> Import:
    """Return the visitor's checked file; Problem("gone") for another's, Problem("roster_passed") once decided."""
    sent = imports.get(visit.work, import_id, "roster")
    if sent is None or sent.person_id != visit.person_id:
        raise Problem("gone")
    if sent.state != "checked":
        raise _passed(sent.state)
    return sent


def _passed(state: str) -> Problem:
    return Problem("roster_passed", state=STATES[state])


def _has_left(campaign: Campaign, row: Row) -> bool:
    return any(unit.left and (unit.key == row.key or unit.name == row.unit) for unit in campaign.every_unit)


def _add_units(visit: Visit, rows: Sequence[Row]) -> Mapping[str, str]:
    """Add the new units; Problem when somebody has taken a code meanwhile, before anything is added."""
    units = _new_units(visit.campaign, rows)
    for name, code in units.items():
        free({"name": name, "code": code}, units_admin.facts_of(visit.campaign))
    for name, code in sorted(units.items(), key=lambda each: not each[1]):  # a code that is made up is none of theirs
        units_admin.create(visit, name, code)
    return units


def _enter(visit: Visit, roll: _Roll, row: Row) -> bool:
    """Give a row's person their role, and their phone where none is known; tell whether the role is new to them."""
    work, member = visit.work, roll.who(row)
    if member is None:
        person_id = people.create_person(work, row.name, row.phone)
    else:
        person_id = member.id
        if row.phone and not member.phone:
            people.correct(work, person_id, row.name, row.phone)
            audit.note(work, visit.person_id, "person.correct", f"person:{person_id}", name=row.name, phone=row.phone)
    return roll.put(row, person_id) and posts.give(work, person_id, row.role, roll.key(row), visit.person_id)


def _link(visit: Visit, member: Member) -> dict[str, Any]:
    """Make somebody's one-time links; return them as a line of the workbook."""
    role, unit = member.roles[0]
    issued = enrolment.invite(
        visit.work, role, unit, member.name, by=visit.person_id, terms={"person": member.id, "phone": member.phone}
    )
    return {
        "name": member.name,
        "units": list(dict.fromkeys(_units(visit.campaign, member))),
        "roles": list(dict.fromkeys(ROLE_NAMES[role] for role, _ in member.roles)),
        "phone": member.phone,
        "links": dict(enrolment.links(visit.work, issued.token)),
        "until": issued.expires_at.isoformat(),
    }


def _units(campaign: Campaign, member: Member) -> Iterator[str]:
    return (campaign.unit_name(unit) for _, unit in member.roles if unit)
