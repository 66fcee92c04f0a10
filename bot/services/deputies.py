"""代签: somebody signs for a head until a day that is named beforehand; head, admin or that day end it."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from bot.core import access
from bot.core.deadlines import instant
from bot.core.messages import Button, Message
from bot.core.problems import Problem
from bot.forms.people import DEPUTY
from bot.services import choosing, dialogs, inviting, posts, subjects
from bot.texts import moments
from bot.texts import people as texts
from storage import people
from storage import posts as stored

if TYPE_CHECKING:
    from bot.services.dialogs import Finished
    from bot.services.enrolment import Terms
    from bot.services.visit import Visit
    from storage.people import Member
    from storage.posts import Post
    from storage.work import Work

#: Nobody stands in for longer: who is away for good is replaced.
LONGEST = timedelta(days=92)
PAGE = 8


def show(visit: Visit) -> Message:
    """代签: who stands in for whom where the visitor may say so, and the buttons to begin and to end it."""
    reach = _reach(visit)
    lines, buttons = [], []
    for post in stored.deputies(visit.work):
        if reach is None or post.unit in reach:
            lines.append(_line(visit, post))
            buttons.append(Button(f"提前结束：{post.name}", f"m:undepute:{post.id}"))
    if reach is None:
        buttons.append(Button("指定代签人", "m:depute", "primary"))
    buttons += [
        Button(f"为{visit.campaign.unit_name(unit)}指定代签人", f"m:depute:{unit}", "primary") for unit in reach or ()
    ]
    return texts.deputies(lines, buttons)


def _reach(visit: Visit) -> tuple[str, ...] | None:
    reach = access.reach(visit.roles, "deputy.name")
    if reach == ():
        raise Problem("forbidden")
    return reach


def _line(visit: Visit, post: Post) -> str:
    unit, until = visit.campaign.unit_name(post.unit), posts.last_day(visit.campaign, post.until or visit.now)
    return f"{unit}：{post.name}代{post.principal}签批，至{moments.day(until)}"


def ask(visit: Visit, argument: str) -> Message:
    """指定代签人: ask for which unit, then who and until when."""
    reach = _reach(visit)
    if not argument or argument.startswith("page:"):
        return _choose_unit(visit, reach, subjects.row_id(argument.removeprefix("page:") or "0"))
    unit = subjects.known_unit(visit.campaign, argument)
    visit.require("deputy.name", unit)
    principal = _principal(visit, unit)
    latest = min(visit.now.date() + LONGEST, max(visit.campaign.end, visit.now.date()))
    facts = choosing.facts(visit, unit, "head", principal.id) | {
        "about": f"{visit.campaign.unit_name(unit)}，负责人：{principal.name}",
        "latest": latest.isoformat(),
    }
    return dialogs.begin(visit, DEPUTY, f"deputy/{unit}/{principal.id}", facts)


def _choose_unit(visit: Visit, reach: tuple[str, ...] | None, page: int) -> Message:
    units = [unit for unit in visit.campaign.units if reach is None or unit.key in reach]
    shown = units[page * PAGE : (page + 1) * PAGE]
    options = [(unit.name, f"m:depute:{unit.key}") for unit in shown]
    if len(units) > (page + 1) * PAGE:
        options.append(("更多单位", f"m:depute:page:{page + 1}"))
    return texts.choose("为哪个单位的负责人指定代签人？", options)


def _principal(visit: Visit, unit: str) -> Member:
    """Return whose signature it is: the visitor's own where they are the unit's head, else the head's there is."""
    standing_in = {post.person_id for post in stored.deputies(visit.work) if post.unit == unit}
    heads = [each for each in people.members(visit.work, "head", unit) if each.id not in standing_in]
    if visit.person_id in standing_in and not visit.may("people.manage"):
        raise Problem("deputy_of_deputy")
    if not heads:
        raise Problem("no_head", unit=visit.campaign.unit_name(unit))
    return next((each for each in heads if each.id == visit.person_id), heads[0])


def take(visit: Visit, finished: Finished) -> Message:
    """Name the deputy, or invite them: then they stand in as soon as they have come in."""
    _, unit, number = finished.row.subject.split("/")
    visit.require("deputy.name", unit)
    answers, principal = finished.draft.answers, posts.known(visit.work, int(number))
    if principal.id != _principal(visit, unit).id and ("head", unit) not in principal.roles:
        raise Problem("role_gone", role=posts.position(visit.campaign, "head", unit))
    last = date.fromisoformat(answers["until"])
    until = instant(last + timedelta(days=1), time(), visit.campaign.zone)
    if until <= visit.work.now:
        raise Problem("deputy_day_passed")
    deputy = choosing.chosen(visit, finished.draft.facts, answers)
    if deputy is None:
        terms: Terms = {"deputy_of": principal.id, "until": until.isoformat()}
        if answers.get("phone"):
            terms["phone"] = answers["phone"]
        more = f"{answers['name']}打开链接后即可代{principal.name}签批，至{moments.day(last)}。"
        return inviting.issue(visit, "head", unit, answers["name"], terms, more)
    if not posts.depute(visit.work, deputy, principal.id, unit, until, visit.person_id):
        raise Problem("signs_already", name=posts.known(visit.work, deputy).name)
    return show(visit)


def ask_end(visit: Visit, post_id: int) -> Message:
    """提前结束: ask first."""
    post = _post(visit, post_id)
    question = texts.ASK_UNDEPUTE.format(name=post.name)
    return texts.confirm(question, "确认结束", f"m:undeputed:{post.id}", "m:deputy")


def end(visit: Visit, post_id: int) -> Message:
    """End it before its day."""
    if not posts.end_deputy(visit.work, _post(visit, post_id), visit.person_id):
        raise Problem("deputy_over")
    return show(visit)


def _post(visit: Visit, post_id: int) -> Post:
    post = stored.get(visit.work, post_id)
    if post is None or post.deputy_of is None:
        raise Problem("deputy_over")
    visit.require("deputy.name", post.unit)
    return post


def over(work: Work) -> bool:
    """Tell whether somebody's time is over and nobody has been told. Reads only."""
    return bool(stored.over(work))


def end_due(work: Work) -> int:
    """Write down whose time is over, and tell; return how many. Their role counts no more anyway."""
    return sum(posts.end_deputy(work, post, None) for post in stored.over(work))
