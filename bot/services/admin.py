"""系统管理: how things stand, and the message that tests whether others arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.core.access import ROLES, UNIT_ROLES
from bot.core.problems import Problem
from bot.services import days_admin, notices, roster, units_admin
from bot.services.subjects import row_id
from bot.texts import admin as texts
from bot.texts import moments
from bot.texts.enrolment import ROLE_NAMES
from storage import audit, outbox, people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.messages import Message, Place
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.people import Member


def overview(visit: Visit) -> Message:
    """系统管理: a few facts, what is missing, and the ways on."""
    visit.require("unit.manage")
    campaign, everyone = visit.campaign, people.everyone(visit.work)
    return texts.overview(
        texts.Facts(
            campaign=campaign.title,
            period=f"{moments.day(campaign.start)}—{moments.day(campaign.end)}",
            units=len(campaign.units),
            left=len(campaign.every_unit) - len(campaign.units),
            people=len(everyone),
            strangers=sum(not member.address for member in everyone),
            without_contact=_without(visit, everyone, "contact"),
            without_head=_without(visit, everyone, "head"),
            unknown_years=days_admin.unknown_years(visit),
            clock=f"{visit.now.year}年{moments.day_and_weekday(visit.now.date())}{visit.now:%H:%M}",
            zone=texts.zone(visit.now.utcoffset() or timedelta()),
        )
    )


def _without(visit: Visit, everyone: Sequence[Member], role: str) -> list[str]:
    """Name the units nobody holds this role in."""
    held = {unit for member in everyone for name, unit in member.roles if name == role}
    return [unit.name for unit in visit.campaign.units if unit.key not in held]


# ── 测试消息 ─────────────────────────────────────────────────────────────


def ask_whom(visit: Visit) -> Message:
    """测试消息: ask whom it goes to."""
    visit.require("message.test")
    held = {role for member in people.everyone(visit.work) for role, _ in member.roles}
    return texts.ask_whom([(f"全体{ROLE_NAMES[role]}", role) for role in ROLES if role in held])


def ask_person(visit: Visit, page: int) -> Message:
    """选一个人: list everybody."""
    visit.require("message.test")
    units = {unit.key: unit.name for unit in visit.campaign.every_unit}
    named = [(member.id, _label(member, units)) for member in people.everyone(visit.work)]
    return texts.ask_person(named, page)


def _label(member: Member, units: dict[str, str]) -> str:
    """赵某（农机服务中心）: two people may be called alike."""
    place = next((units.get(unit, unit) for role, unit in member.roles if role in UNIT_ROLES), "")
    return f"{member.name}（{place}）" if place else member.name


def ask_test(visit: Visit, target: str) -> Message:
    """Name those it would go to, and ask once more."""
    return texts.ask_test(target, visit.input_id, [member.name for member in _targets(visit, target)])


def send_test(visit: Visit, argument: str) -> Message:
    """确认发送: send it, once for each time it was asked; then say where it has got to."""
    target, _, asked = argument.partition(":")
    members, number = _targets(visit, target), row_id(asked)
    if not outbox.states(visit.work, _key(number)):
        told = notices.tell(
            visit.work,
            [member.id for member in members],
            _key(number),
            texts.test_message(),
            asked=target == "me",
        )
        for member in members:
            if not member.address:
                _note_absent(visit, member, number)
        audit.note(visit.work, visit.person_id, "message.test", f"test:{number}", to=target, told=told)
    return delivery(visit, number)


def _note_absent(visit: Visit, member: Member, asked: int) -> None:
    """Write down that somebody has no chat to send it to: the list is to name everybody."""
    outbox.put(
        visit.work,
        key=_key(asked),
        recipient=f"person:{member.id}",
        kind="notice",
        person_id=member.id,
        state="skipped",
        error="absent",
    )


def delivery(visit: Visit, asked: int, place: Place = "next") -> Message:
    """Say for each of them whether the message has arrived."""
    visit.require("message.test")
    lines = [f"{name}：{texts.DELIVERY[state]}" for name, state in outbox.states(visit.work, _key(asked))]
    if not lines:
        raise Problem("gone")
    return texts.delivery(asked, lines, place)


def _targets(visit: Visit, target: str) -> list[Member]:
    """Return whom a button means: oneself, everybody in a role, or one person. Problem("gone") for nobody."""
    visit.require("message.test")
    everyone = people.everyone(visit.work)
    if target in ROLES:
        found = [member for member in everyone if any(role == target for role, _ in member.roles)]
    else:
        person = visit.person_id if target == "me" else row_id(target)
        found = [member for member in everyone if member.id == person]
    if not found:
        raise Problem("gone")
    return found


def _key(asked: int) -> str:
    return f"test/{asked}"


#: Every button of 系统管理: the word after "m:", and what it does.
TAPS: Final[Mapping[str, Callable[[Visit, str], Message]]] = {
    "admin": lambda visit, _: overview(visit),
    "unitsadmin": lambda visit, page: units_admin.listing(visit, row_id(page or "0")),
    "unitadmin": units_admin.show,
    "unitadd": lambda visit, _: units_admin.ask_new(visit),
    "unitname": units_admin.ask_name,
    "unitstop": units_admin.ask_stop,
    "unitstopped": units_admin.stop,
    "unitback": units_admin.ask_back,
    "unitbacked": units_admin.bring_back,
    "days": lambda visit, _: days_admin.show(visit),
    "dayset": lambda visit, _: days_admin.ask(visit),
    "dayok": days_admin.change,
    "test": lambda visit, _: ask_whom(visit),
    "testwho": lambda visit, page: ask_person(visit, row_id(page or "0")),
    "testto": ask_test,
    "testgo": send_test,
    "teststate": lambda visit, asked: delivery(visit, row_id(asked), "same"),
    "roster": lambda visit, _: roster.show(visit),
    "rosterfile": lambda visit, _: roster.template(visit),
    "rosterup": lambda visit, _: roster.ask(visit),
    "rosterok": lambda visit, row: roster.confirm(visit, row_id(row)),
    "rosterno": lambda visit, row: roster.drop(visit, row_id(row)),
}

#: What its finished forms do.
FINISHED: Final[Mapping[str, Callable[[Visit, Finished], Message]]] = {
    "unit": units_admin.add,
    "unit_name": units_admin.rename,
    "workday": days_admin.preview,
    "roster": roster.take,
}
