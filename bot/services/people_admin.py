"""人员: who holds which role and how they are reached, for brigade and admin; changed by the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.access import UNIT_ROLES
from bot.core.messages import Button, Message, Place
from bot.core.problems import Problem
from bot.forms.people import PERSON, ROLE
from bot.services import dialogs, enrolment, inviting, posts
from bot.services.subjects import row_id
from bot.texts import people as texts
from bot.texts.enrolment import ROLE_NAMES
from storage import audit, drafts, invitations, people
from storage import posts as stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.people import Member

#: Lines on a page of people: their buttons stand two to a row.
PAGE = 10
#: What the group of those without a unit is called.
BUREAU = "局机关"
LOST = "lost"


# ── The list ─────────────────────────────────────────────────────────────


def listing(visit: Visit, argument: str = "") -> Message:
    """人员: everybody by unit, or ("lost") only those whom nothing reaches; "" and "lost" begin at the first page."""
    visit.require("people.see")
    only, _, number = argument.rpartition(":") if argument != LOST else (LOST, "", "")
    if only not in {"", LOST}:
        raise Problem("gone")
    everyone = people.everyone(visit.work)
    lines = [line for line in _lines(visit, everyone) if line.mark or not only]
    page = row_id(number or "0")
    shown = lines[page * PAGE : (page + 1) * PAGE]
    place: Place = "same" if number else "next"
    title = "联系不上的人员" if only else texts.PEOPLE
    head = list(_vacant(visit, everyone)) if not page else []
    buttons = [
        *_turns(only, page, len(lines)),
        *([] if only else _ways(visit, lines)),
        *([(texts.BACK,)] if only else []),
    ]
    return texts.listing(title, head, shown, buttons, place)


def _lines(visit: Visit, everyone: Sequence[Member]) -> Iterator[texts.Line]:
    """Yield a line for every role of everybody: the bureau's first, then unit by unit."""
    units = list(dict.fromkeys(["", *(unit.key for unit in visit.campaign.every_unit)]))
    places = units + sorted({unit for each in everyone for _, unit in each.roles} - set(units))
    by_place: dict[str, list[texts.Line]] = {place: [] for place in places}
    for each in everyone:
        mark = "" if each.reachable else texts.why(each.unreachable) if each.address else texts.NO_ACCOUNT
        for role, unit in each.roles:
            group = visit.campaign.unit_name(unit) if unit else BUREAU
            by_place[unit].append(texts.Line(group, ROLE_NAMES[role], each.name, each.phone, mark, each.id))
    for lines in by_place.values():
        yield from lines


def _vacant(visit: Visit, everyone: Sequence[Member]) -> Iterator[str]:
    """Yield which units have nobody who fills in, and nobody who signs."""
    held = {post for each in everyone for post in each.roles}
    for role in ("contact", "head"):
        units = [unit.name for unit in visit.campaign.units if (role, unit.key) not in held]
        if units:
            yield texts.vacant(role, units)


def _turns(only: str, page: int, many: int) -> list[tuple[Button, ...]]:
    """Return the row that turns pages."""
    to = f"m:people:{only}:" if only else "m:people:"
    row = [Button("上一页", f"{to}{page - 1}")] if page else []
    if many > (page + 1) * PAGE:
        row.append(Button("下一页", f"{to}{page + 1}"))
    return [tuple(row)] if row else []


def _ways(visit: Visit, lines: Sequence[texts.Line]) -> list[tuple[Button, ...]]:
    """Return the buttons below the list: whom nothing reaches, who has not come in yet, inviting."""
    lost = len({line.person for line in lines if line.mark})
    waiting = len(invitations.open_ones(visit.work))
    row = [Button(f"联系不上的人员（{lost}）", f"m:people:{LOST}", "primary")] if lost else []
    if waiting:
        row.append(Button(f"未加入（{waiting}）", "m:invited"))
    rows = [tuple(row)] if row else []
    if visit.may("people.manage"):
        rows.append((Button("邀请人员", "m:invite"), Button("代签", "m:deputy")))
    return rows


# ── One person ───────────────────────────────────────────────────────────


def person(visit: Visit, person_id: int, notice: str = "", *, place: Place = "next") -> Message:
    """Show one person, to the admin with what can be done."""
    visit.require("people.see")
    shown = posts.known(visit.work, person_id)
    held = stored.of_person(visit.work, shown.id)
    card = texts.Card(
        shown.name,
        shown.phone,
        [
            texts.post(
                post.role,
                visit.campaign.unit_name(post.unit),
                post.principal or "",
                posts.last_day(visit.campaign, post.until) if post.until else None,
            )
            for post in held
        ],
        texts.reached(shown.channel, people.seen(visit.work, shown.id), shown.unreachable, visit.campaign.zone),
        len(drafts.of_person(visit.work, shown.id)),
        [
            texts.expected(row.name, posts.position(visit.campaign, row.role, row.unit))
            for row in invitations.open_ones(visit.work)
            if row.terms.get("replaces") == shown.id
        ],
    )
    return texts.card(card, list(_actions(visit, shown)), notice, place)


def _actions(visit: Visit, shown: Member) -> Iterator[Button]:
    if not visit.may("people.manage"):
        return
    yield Button("修改姓名电话", f"m:rename:{shown.id}")
    yield Button("增加角色", f"m:addrole:{shown.id}")
    if shown.roles:
        yield Button("免去角色", f"m:dismiss:{shown.id}")
    if any(role in UNIT_ROLES for role, _ in shown.roles):
        yield Button("换人", f"m:handover:{shown.id}")
    if shown.roles:
        yield Button("重新邀请", f"m:reinvite:{shown.id}")


def ask_correction(visit: Visit, person_id: int) -> Message:
    """修改姓名电话: a name written wrongly, another number. Somebody else is 换人."""
    visit.require("people.manage")
    shown = posts.known(visit.work, person_id)
    answers = {"name": shown.name, **({"phone": shown.phone} if shown.phone else {})}
    facts = {"about": f"{shown.name}（只改错字和电话；换了人请用“换人”）"}
    return dialogs.begin(visit, PERSON, f"person/{shown.id}", facts, answers)


def correct(visit: Visit, finished: Finished) -> Message:
    """Write the name and number down."""
    visit.require("people.manage")
    before = posts.known(visit.work, _whose(finished))
    name, phone = finished.draft.answers["name"], finished.draft.answers.get("phone", "")
    if (name, phone) == (before.name, before.phone):
        return person(visit, before.id, "没有改动。")
    people.correct(visit.work, before.id, name, phone)
    was = {"name": before.name, "phone": before.phone}
    audit.note(visit.work, visit.person_id, "person.correct", f"person:{before.id}", name=name, phone=phone, was=was)
    return person(visit, before.id, "已修改。")


def ask_role(visit: Visit, person_id: int) -> Message:
    """增加角色: ask which."""
    visit.require("people.manage")
    shown = posts.known(visit.work, person_id)
    return dialogs.begin(visit, ROLE, f"role/{shown.id}", inviting.units(visit) | {"about": shown.name})


def add_role(visit: Visit, finished: Finished) -> Message:
    """Give the role; the person is told."""
    visit.require("people.manage")
    shown = posts.known(visit.work, _whose(finished))
    role, unit = finished.draft.answers["role"], finished.draft.answers.get("unit", "")
    enrolment.check_role(visit.campaign, role, unit)
    position = posts.position(visit.campaign, role, unit)
    if not posts.give(visit.work, shown.id, role, unit, visit.person_id):
        raise Problem("role_held", name=shown.name, role=position)
    return person(visit, shown.id, f"已增加：{position}。")


def ask_dismiss(visit: Visit, argument: str) -> Message:
    """免去角色: ask which where there are several, then ask once more."""
    visit.require("people.manage")
    number, _, post = argument.partition(":")
    shown = posts.known(visit.work, row_id(number))
    titles = {f"{role}:{unit}": posts.position(visit.campaign, role, unit) for role, unit in shown.roles}
    if not titles:
        raise Problem("role_gone", role="角色")
    if not post and len(titles) > 1:
        options = [(title, f"m:dismiss:{shown.id}:{held}") for held, title in titles.items()]
        return texts.choose(f"免去{shown.name}的哪个角色？", options)
    post = post or next(iter(titles))
    if post not in titles:
        raise Problem("role_gone", role="角色")
    role, _, unit = post.partition(":")
    only = len(people.members(visit.work, role, unit)) == 1
    question = texts.ask_dismiss(shown.name, titles[post], only=only, admin=role == "admin")
    return texts.confirm(question, "确认免去", f"m:dismissed:{shown.id}:{post}", f"m:person:{shown.id}")


def dismiss(visit: Visit, argument: str) -> Message:
    """End the role; the person is told."""
    visit.require("people.manage")
    number, _, post = argument.partition(":")
    role, _, unit = post.partition(":")
    shown = posts.known(visit.work, row_id(number))
    if (role, unit) not in shown.roles:
        raise Problem("role_gone", role="角色")
    posts.end(visit.work, shown.id, role, unit, visit.person_id)
    done = f"已免去：{posts.position(visit.campaign, role, unit)}。"
    if shown.id == visit.person_id and role == "admin":
        return Message(f"{done}您不再是管理员。", place="next")
    return person(visit, shown.id, done)


def ask_reinvite(visit: Visit, person_id: int) -> Message:
    """重新邀请: ask first."""
    visit.require("people.manage")
    shown = posts.known(visit.work, person_id)
    question = texts.ASK_REINVITE.format(name=shown.name)
    return texts.confirm(question, "确认生成", f"m:reinvited:{shown.id}", f"m:person:{shown.id}")


def reinvite(visit: Visit, person_id: int) -> Message:
    """Make a link that leads somebody enrolled back to themselves, from another phone."""
    visit.require("people.manage")
    shown = posts.known(visit.work, person_id)
    if not shown.roles:
        raise Problem("person_left")
    role, unit = shown.roles[0]
    return inviting.issue(visit, role, unit, shown.name, {"person": shown.id})


def _whose(finished: Finished) -> int:
    return int(finished.row.subject.partition("/")[2])
