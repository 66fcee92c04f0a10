"""问题台账: lists, search, the desks of heads and brigade, whether it adds up (plan: L5, L6).

Who sees what: a unit its own, the brigade and the leaders everything. Leaves out the single entry
(`bot.services.issues`), entering (`bot.services.entering`) and tables (`bot.services.exporting`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.core import access, deadlines, issues, reconciliation
from bot.core.messages import Button, Message
from bot.core.problems import Problem
from bot.forms.finding import FIND, IMPORT
from bot.forms.verifying import SIGN_TOGETHER, TOGETHER
from bot.services import dialogs
from bot.services.issues import facts_of, ledger_of, make, show
from bot.services.subjects import row_id
from bot.texts import issues as issue_texts
from bot.texts import ledger as texts
from bot.texts import menu as menu_texts
from bot.texts import moments
from storage import drafts
from storage import issues as stored
from storage import ledger as storage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.issues import Entry

#: What the letters on the buttons of lists mean to the database.
VIEWS: Final[Mapping[str, storage.View]] = {
    "f": "found",
    "m": "mending",
    "v": "verifying",
    "r": "returned",
    "c": "closed",
    "t": "transferred",
    "l": "overdue",
    "s": "soon",
    "o": "open",
    "a": "all",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A list as its buttons carry it: letter of the view, unit, area, whether only the visitor's own, page."""

    view: str = "o"
    unit: str = ""
    area: str = ""
    mine: bool = False
    page: int = 0

    def text(self, page: int | None = None) -> str:
        """Return what `parse` reads; without a page but with its colon when `page` is -1."""
        number = "" if page == -1 else str(self.page if page is None else page)
        return f"{self.view}:{self.unit}:{self.area}:{int(self.mine)}:{number}"


def parse(visit: Visit, argument: str) -> Chosen:
    """Read a list off a button; Problem("gone") for what no button of ours says."""
    view, unit, area, mine, page = (*argument.split(":"), "", "", "", "", "")[:5]
    areas = {area.key for area in visit.campaign.areas}
    units = {unit.key for unit in visit.campaign.every_unit}
    if view not in texts.VIEWS or (unit and unit not in units) or (area and area not in areas):
        raise Problem("gone")
    return Chosen(view, unit, area, mine == "1", row_id(page or "0"))


def _reach(visit: Visit) -> tuple[str, ...] | None:
    """Return the units whose entries the visitor sees; Problem("forbidden") when there are none."""
    ledger_of(visit.campaign)
    reach = access.reach(visit.roles, "issue.see")
    if reach == ():
        raise Problem("forbidden")
    return reach


def filter_of(visit: Visit, chosen: Chosen) -> storage.Filter:
    """Return which entries a list shows; Problem("forbidden") when it is not the visitor's to see."""
    reach = _reach(visit)
    if chosen.unit:
        visit.require("issue.see", chosen.unit)
    return storage.Filter(
        units=(chosen.unit,) if chosen.unit else reach,
        view=VIEWS[chosen.view],
        area=chosen.area,
        entered_by=visit.person_id if chosen.mine else None,
    )


def home(visit: Visit) -> Message:
    """问题台账: how many are in which state, and the ways into the lists."""
    reach = _reach(visit)
    tallies = storage.tally(visit.work, visit.now.date(), reach)
    where = "全局" if reach is None else "、".join(visit.campaign.unit_name(unit) for unit in reach)
    states = {state: sum(tally.states[state] for tally in tallies) for state in issues.STATES}
    overdue = sum(tally.overdue for tally in tallies)
    letters = {letter: states[state] for letter, view in VIEWS.items() for state in states if state == view}
    return texts.home(
        where=where,
        counts={**letters, "l": overdue},
        states=states,
        overdue=overdue,
        enter=access.reach(visit.roles, "issue.enter") != (),
        publish=visit.may("ledger.publish"),
        account=access.reach(visit.roles, "ledger.get") != (),
    )


class Listed(NamedTuple):
    """A page of entries and how many there are altogether."""

    entries: list[Entry]
    total: int
    page: int


def listed(visit: Visit, chosen: storage.Filter, page: int, size: int = texts.PAGE) -> Listed:
    """Return a page of this size, the last one when there are fewer."""
    today, soon = visit.now.date(), _soon(visit)
    if page == 0:
        first = storage.page(visit.work, chosen, today, 0, size, soon_until=soon)
        if len(first) < size:  # that is all: a search that looked through everything need not count as well
            return Listed(first, len(first), 0)
    total = size_of(visit, chosen)
    at = min(page, max(0, (total - 1) // size))
    shown = storage.page(visit.work, chosen, today, at * size, size, soon_until=soon, total=total)
    return Listed(shown, total, at)


def size_of(visit: Visit, where: storage.Filter) -> int:
    """Return how many entries there are."""
    return storage.count(visit.work, where, visit.now.date(), soon_until=_soon(visit))


def _soon(visit: Visit) -> date:
    """Return until when a deadline is near."""
    return visit.campaign.workdays.shift(visit.now.date(), ledger_of(visit.campaign).yellow)


def _lines(visit: Visit, entries: Sequence[Entry], *, unit: bool) -> list[texts.Line]:
    today, workdays = visit.now.date(), visit.campaign.workdays
    return [
        texts.Line(entry.id, entry.number, issue_texts.line(facts_of(visit, entry), today, workdays, unit=unit))
        for entry in entries
    ]


def listing(visit: Visit, argument: str) -> Message:
    """Show one page of a list."""
    chosen = parse(visit, argument)
    where = filter_of(visit, chosen)
    found = listed(visit, where, chosen.page)
    several = where.units is None or len(where.units) > 1
    tools: list[list[Button]] = [[]]
    if several or chosen.unit:
        tools[0].append(Button(texts.BY_UNIT, f"m:units:{chosen.text(0)}"))
    tools[0].append(Button(texts.BY_AREA, f"m:areas:{chosen.text(0)}"))
    if found.total:
        tools.append([Button(texts.EXPORT, f"m:book:{chosen.text(0)}"), Button(texts.FIND, "m:find")])
    if visit.may("summary.see"):
        tools.append([Button(menu_texts.SUMMARY, "m:summary")])
    return texts.listing(
        title=title_of(visit, chosen),
        total=found.total,
        lines=_lines(visit, found.entries, unit=several),
        page=found.page,
        turn=f"m:list:{chosen.text(-1)}",
        tools=tools,
        # Only a turned page says all of it: the others open a list.
        place="same" if argument.count(":") == len(fields(Chosen)) - 1 else "next",
    )


def title_of(visit: Visit, chosen: Chosen) -> str:
    """Return what a list is called: 问题台账 · 未销号 · 农机服务中心."""
    parts = [texts.VIEWS[chosen.view]]
    if chosen.unit:
        parts.append(visit.campaign.unit_name(chosen.unit))
    if chosen.area:
        parts.append(visit.campaign.area(chosen.area).name)
    if chosen.mine:
        parts.append(texts.MINE)
    return f"{menu_texts.LEDGER} · {' · '.join(parts)}"


def units(visit: Visit, argument: str) -> Message:
    """按单位: the same list of one unit."""
    chosen = parse(visit, argument)
    reach = _reach(visit)
    keys = [unit.key for unit in visit.campaign.every_unit if reach is None or unit.key in reach]
    options = [(visit.campaign.unit_name(key), _to(replace(chosen, unit=key, page=0))) for key in keys]
    everyone = ("全部单位", _to(replace(chosen, unit="", page=0)))
    return texts.choose(texts.BY_UNIT, [everyone, *options], _to(chosen))


def areas(visit: Visit, argument: str) -> Message:
    """按方面: the same list of one area."""
    _reach(visit)
    chosen = parse(visit, argument)
    options = [(area.name, _to(replace(chosen, area=area.key, page=0))) for area in visit.campaign.areas]
    return texts.choose(texts.BY_AREA, [("全部方面", _to(replace(chosen, area="", page=0))), *options], _to(chosen))


def _to(chosen: Chosen) -> str:
    return f"m:list:{chosen.view}:{chosen.unit}:{chosen.area}:{int(chosen.mine)}"


# ── Search ───────────────────────────────────────────────────────────────


def ask_words(visit: Visit) -> Message:
    """查找: ask for a number or words."""
    _reach(visit)
    return dialogs.begin(visit, FIND, "find", {})


def found(visit: Visit, finished: Finished) -> Message:
    """Show the first page of what the words find."""
    row, draft = finished.row, finished.draft
    drafts.advance(visit.work, row.id, row.revision, draft.revision, draft.to_state())  # other pages need the words
    return _found(visit, finished.row.id, str(finished.draft.answers["words"]), 0)


def results(visit: Visit, argument: str) -> Message:
    """Show another page; the words are those of the visitor's search, which is kept."""
    draft, _, page = argument.partition(":")
    return _found(visit, row_id(draft), _search(visit, draft), row_id(page or "0"))


def _search(visit: Visit, draft: str) -> str:
    """Return the words of one of the visitor's searches; Problem("gone") for anything else."""
    row = drafts.load(visit.work, row_id(draft))
    if row is None or row.person_id != visit.person_id or row.form != FIND.name:
        raise Problem("gone")
    return str(row.state.get("answers", {}).get("words", ""))


def searched(visit: Visit, search: str) -> tuple[str, storage.Filter]:
    """Return what one of the visitor's searches is called, and which entries it finds."""
    words = _search(visit, search)
    return f"{menu_texts.LEDGER} · 查找 {words}", storage.Filter(units=_reach(visit), words=words)


def _found(visit: Visit, draft_id: int, words: str, page: int) -> Message:
    where = storage.Filter(units=_reach(visit), words=words)
    hits = listed(visit, where, page)
    return texts.listing(
        title=f"查找：{words}",
        total=hits.total,
        lines=_lines(visit, hits.entries, unit=where.units is None or len(where.units) > 1),
        page=hits.page,
        turn=f"m:found:{draft_id}:",
        tools=[[Button(texts.EXPORT, f"m:foundbook:{draft_id}"), Button("重新查找", "m:find")]],
        place="same" if page else "next",
        empty="没有找到。可以换个字词，或只输入编号的数字部分。",
    )


# ── The desks ────────────────────────────────────────────────────────────


def waiting(visit: Visit, *, sign: bool) -> int:
    """Return how many requests wait for the visitor as a head (`sign`) or as the brigade."""
    asked, units = _desk(visit, sign=sign)
    return 0 if units == () else storage.count_waiting(visit.work, asked, units)


def _desk(visit: Visit, *, sign: bool) -> tuple[frozenset[issues.Asked], tuple[str, ...] | None]:
    if sign:
        return issues.TO_SIGN, access.reach(visit.roles, "issue.sign")
    return issues.TO_DECIDE, access.reach(visit.roles, "issue.verify")


def desk(visit: Visit, argument: str = "", *, sign: bool = False) -> Message:
    """待我核查, or the requests in 待我签批: what waits longest first."""
    asked, units = _desk(visit, sign=sign)
    if units == ():
        raise Problem("forbidden")
    page, total = row_id(argument or "0"), waiting(visit, sign=sign)
    page = min(page, max(0, (total - 1) // texts.PAGE))
    entries = storage.waiting(visit.work, asked, units, page * texts.PAGE, texts.PAGE)
    if total == 1 and not argument:
        return show(visit, entries[0].id)
    lines = _lines(visit, entries, unit=units is None)
    return texts.desk(
        lines,
        total,
        page,
        closings=len(_decidable(entries, sign=sign)),
        sign=sign,
        place="same" if argument else "next",
    )


def _decidable(entries: Sequence[Entry], *, sign: bool) -> list[Entry]:
    """Return those that can be decided together: a head signs any request, the brigade closes."""
    return [entry for entry in entries if sign or entry.asked == "closing/brigade"]


def together(visit: Visit, argument: str) -> Message:
    """本页全部同意: ask for the opinion on just the entries that are on the page now."""
    kind, _, page = argument.partition(":")
    sign = kind == "s"
    asked, units = _desk(visit, sign=sign)
    if units == ():
        raise Problem("forbidden")
    entries = storage.waiting(visit.work, asked, units, row_id(page or "0") * texts.PAGE, texts.PAGE)
    chosen = _decidable(entries, sign=sign)
    if not chosen:
        raise Problem("nothing_waiting")
    facts = {
        "list": "\n".join(f"{line.number} {line.text}" for line in _brief(visit, chosen)),
        "entries": [[entry.id, entry.version] for entry in chosen],
    }
    form = SIGN_TOGETHER if sign else TOGETHER
    for row in drafts.of_person(visit.work, visit.person_id):
        if row.form == form.name:  # what an earlier page asked is asked anew
            drafts.close(visit.work, row.id, "cancelled")
    return dialogs.begin(visit, form, f"together/{visit.input_id}", facts)


def _brief(visit: Visit, entries: Sequence[Entry]) -> list[texts.Line]:
    facts = [facts_of(visit, entry) for entry in entries]
    return [
        texts.Line(each.id, each.number, f"{each.unit}：{each.brief}（{issues.ASKED_NAMES[each.asked]}）")
        for each in facts
    ]


def decide_together(visit: Visit, finished: Finished) -> Message:
    """Sign or close every entry that is still as it was when the list was shown; name the others.

    Problem("forbidden") when none of them is the visitor's to decide any more.
    """
    sign = finished.form.name == SIGN_TOGETHER.name
    done, passed = [], []
    for issue_id, version in finished.draft.facts["entries"]:
        entry = stored.get(visit.work, issue_id)
        if entry is None or not visit.may("issue.sign" if sign else "issue.verify", entry.unit):
            continue
        if entry.version != version:
            passed.append(entry.number)
            continue
        try:
            make(visit, entry, "sign" if sign else "close", finished.draft.answers)
        except Problem:
            passed.append(entry.number)
        else:
            done.append(entry.number)
    if not done and not passed:
        raise Problem("forbidden")
    back = Button("继续签批", "m:signing:") if sign else Button("继续核查", "m:desk:")
    return issue_texts.together_done(done, passed, "签批" if sign else "销号", back)


# ── An existing ledger ───────────────────────────────────────────────────


def importing(visit: Visit) -> Message:
    """导入台账: what to do, with the template at hand."""
    if access.reach(visit.roles, "issue.enter") == ():
        raise Problem("forbidden")
    return texts.importing()


def upload(visit: Visit) -> Message:
    """上传台账: ask for the file."""
    if access.reach(visit.roles, "issue.enter") == ():
        raise Problem("forbidden")
    return dialogs.begin(visit, IMPORT, "import", {})


# ── Whether it adds up ───────────────────────────────────────────────────


def account(visit: Visit) -> Message:
    """对账表: found, in hand, closed, of this week and altogether, and that the sums agree (plan: L6)."""
    ledger_of(visit.campaign)
    reach = access.reach(visit.roles, "ledger.get")
    if reach == ():
        raise Problem("forbidden")
    monday = deadlines.monday(visit.now.date())
    since = deadlines.instant(monday, time(), visit.campaign.zone)
    keys = [unit.key for unit in visit.campaign.units if reach is None or unit.key in reach]
    lines = reconciliation.lines(
        keys,
        storage.tally(visit.work, visit.now.date(), reach),
        storage.flows(visit.work, since, units=reach),
    )
    return texts.account(
        period=f"{moments.day(monday)}—{moments.day(monday + timedelta(days=6))}",
        total=reconciliation.total(lines),
        units=[(visit.campaign.unit_name(line.unit), line) for line in lines],
        book=reach is None,
    )
