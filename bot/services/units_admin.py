"""单位: adding, renaming, 停报 and 恢复. What a unit filed keeps its number, and is called by its present name."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.core.campaign_changes import Change
from bot.core.problems import Problem
from bot.forms.admin import UNIT, UNIT_NAME, free
from bot.services import changing, dialogs, notices
from bot.texts import units_admin as texts
from bot.texts.enrolment import ROLE_NAMES
from storage import audit, excuses, outbox, overrides, people

if TYPE_CHECKING:
    from datetime import date

    from bot.core.campaign import Campaign, Unit
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit

_KEY = re.compile(r"u([1-9][0-9]{0,8})")
_DAY = timedelta(days=1)


def listing(visit: Visit, page: int = 0) -> Message:
    """单位: all of them, those that have left as well."""
    visit.require("unit.manage")
    return texts.units_page([_line(unit) for unit in visit.campaign.every_unit], page)


def show(visit: Visit, key: str, told: str = "") -> Message:
    """Show one unit and its people."""
    visit.require("unit.manage")
    unit = _unit(visit, key)
    held = [
        texts.Person(member.id, ROLE_NAMES[role], member.name)
        for role in ("contact", "head")
        for member in _members(visit, role, key)
    ]
    return texts.unit_page(_line(unit), held, told)


def _line(unit: Unit) -> texts.UnitLine:
    return texts.UnitLine(unit.key, unit.name, unit.series, unit.left)


def _unit(visit: Visit, key: str) -> Unit:
    """Return the unit a button names; Problem("gone") for one nobody knows."""
    try:
        return visit.campaign.unit(key)
    except KeyError:
        raise Problem("gone") from None


def _members(visit: Visit, role: str, key: str) -> list[people.Member]:
    return people.members(visit.work, role, key)


# ── 新增, 改名 ───────────────────────────────────────────────────────────


def ask_new(visit: Visit) -> Message:
    """新增单位: ask for its name and its code."""
    visit.require("unit.manage")
    return dialogs.begin(visit, UNIT, "unit/new", facts_of(visit.campaign))


def add(visit: Visit, finished: Finished) -> Message:
    """Add the unit of a finished dialog."""
    visit.require("unit.manage")
    answers = finished.draft.answers
    unit = create(visit, answers["name"], answers.get("code", ""))
    return show(visit, unit.key, f"已新增{unit.name}。请为它邀请联系人和单位负责人。")


def create(visit: Visit, name: str, code: str = "") -> Unit:
    """Add a unit; Problem when its name or code is taken. What fell due before today it does not owe."""
    free({"name": name, "code": code}, facts_of(changing.hold(visit)))
    key = _new_key(visit)
    value = {"name": name, "left": False} | ({"code": code} if code else {})
    changing.change(visit, Change("unit", key, value), "unit.add")
    _excuse(visit, key, visit.campaign.start, "新增单位")
    return visit.campaign.unit(key)


def ask_name(visit: Visit, key: str) -> Message:
    """改名: ask for the new name."""
    visit.require("unit.manage")
    unit = _unit(visit, key)
    return dialogs.begin(visit, UNIT_NAME, f"unit/{key}", {**facts_of(visit.campaign), "old": unit.name})


def rename(visit: Visit, finished: Finished) -> Message:
    """Give the unit of a finished dialog its new name."""
    visit.require("unit.manage")
    answers = finished.draft.answers
    free(answers, facts_of(changing.hold(visit)))
    unit = _unit(visit, finished.row.subject.partition("/")[2])
    changing.change(visit, Change("unit", unit.key, {"name": answers["name"]}), "unit.rename")
    return show(visit, unit.key, f"“{unit.name}”已改名为“{answers['name']}”。")


def facts_of(campaign: Campaign) -> dict[str, Any]:
    """Return the facts of a unit's forms."""
    return {
        "names": [unit.name for unit in campaign.every_unit],
        "series": [unit.series for unit in campaign.every_unit],
        "ledger": campaign.ledger is not None,
    }


def _new_key(visit: Visit) -> str:
    """Return a key nothing was ever filed under, and whose numbers are nobody's."""
    known = {unit.key for unit in visit.campaign.every_unit} | {each.key for each in overrides.every(visit.work)}
    series = {unit.series for unit in visit.campaign.every_unit}
    last = max((int(found[1]) for key in known if (found := _KEY.fullmatch(key))), default=0)
    return next(key for number in count(last + 1) if (key := f"u{number}").upper() not in series)


# ── 停报, 恢复 ───────────────────────────────────────────────────────────


def ask_stop(visit: Visit, key: str) -> Message:
    """停报, first tap: say what it means."""
    visit.require("unit.manage")
    return texts.ask_stop(_line(_require_reporting(visit, key)))


def stop(visit: Visit, key: str) -> Message:
    """Let a unit report no more; its people are told, and what waits to be said to them of it is not said."""
    visit.require("unit.manage")
    changing.hold(visit)
    unit = _require_reporting(visit, key)
    changing.change(visit, Change("unit", key, {"left": True}), "unit.stop")
    for duty in visit.campaign.duties:
        outbox.silence(visit.work, f"{duty.key}/", key, "left")
    _tell(visit, key, f"unit/{key}/stop/{visit.input_id}", texts.stopped_notice(unit.name))
    return show(visit, key, f"{unit.name}已停报。")


def ask_back(visit: Visit, key: str) -> Message:
    """恢复, first tap: say what it means."""
    visit.require("unit.manage")
    return texts.ask_back(_line(_require_left(visit, key)))


def bring_back(visit: Visit, key: str) -> Message:
    """Let a unit report again, from today on: what fell due meanwhile it does not owe."""
    visit.require("unit.manage")
    changing.hold(visit)
    unit = _require_left(visit, key)
    stops = [entry.at for entry in audit.of(visit.work, f"unit:{key}") if entry.action == "unit.stop"]
    changing.change(visit, Change("unit", key, {"left": False}), "unit.back")
    since = stops[-1].astimezone(visit.campaign.zone).date() if stops else visit.campaign.start
    _excuse(visit, key, since, "停报")
    _tell(visit, key, f"unit/{key}/back/{visit.input_id}", texts.back_notice(unit.name))
    return show(visit, key, f"{unit.name}已恢复报送。")


def _require_reporting(visit: Visit, key: str) -> Unit:
    unit = _unit(visit, key)
    if unit.left:
        raise Problem("unit_left_already", name=unit.name)
    if len(visit.campaign.units) == 1:
        raise Problem("unit_last", name=unit.name)
    return unit


def _require_left(visit: Visit, key: str) -> Unit:
    unit = _unit(visit, key)
    if not unit.left:
        raise Problem("unit_reports_already", name=unit.name)
    return unit


def _excuse(visit: Visit, key: str, first: date, why: str) -> None:
    """Let a unit owe nothing of what fell due from `first` to yesterday."""
    last = visit.now.date() - _DAY
    if first <= last:
        excuses.grant(visit.work, unit=key, duty="", first=first, last=last, reason=why, by=visit.person_id)


def _tell(visit: Visit, key: str, occasion: str, message: Message) -> None:
    held = [member.id for role in ("contact", "head") for member in _members(visit, role, key)]
    notices.tell(visit.work, [person for person in held if person != visit.person_id], occasion, message)
