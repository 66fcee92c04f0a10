"""整治情况: how the campaign stands, for leaders and the brigade, and the pages behind it (plan: T5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment, Button, Message
from bot.core.plain_text import clip, unbracketed
from bot.core.standings import OWING
from bot.texts import moments, paging
from bot.texts.issues_marks import mark
from bot.texts.menu import BACK_TO_MENU, EXPORT, SUMMARY, in_pairs
from bot.texts.overview import NAMED, few
from bot.texts.reception import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.reconciliation import Line
    from bot.core.standings import Kind
    from bot.core.summary import AreaLine, Reporting, Summary, UnitLine

#: Units of one page: each has a button of its own.
PAGE: Final = 16
#: Units with the most overdue, and dates to come, that are named.
_WORST: Final = 3
_DATES: Final = 2
_ROOM: Final = 3900
_NONE: Final = "暂无问题"

OWING_UNITS: Final = "谁还没报"
OVERDUE: Final = "哪些逾期"
BY_UNIT: Final = "按单位"
BY_AREA: Final = "按方面"
WEEKS: Final = "往期"
BULLETIN: Final = "通报"
SUBSCRIBE: Final = "订阅"
PICTURE: Final = "整治情况.png"
BACK: Final = Button(f"返回{SUMMARY}", "m:summary")
_RED: Final = mark("red")
#: What stands beside a unit's name.
_KINDS: Final[Mapping[Kind, str]] = {**GROUPS, "on_time": "已报送", "late": "迟报"}


# ── The summary itself ───────────────────────────────────────────────────


def page(now: Summary, period: str = "") -> Message:
    """Say how it stands in a few lines, with the picture; `period`: it is about that week."""
    return Message(
        "\n".join(_lines(now)),
        title=SUMMARY,
        buttons=(*in_pairs(list(_ways(now))), (BACK_TO_MENU,)),
        attachments=(Attachment("table", f"summary-picture/{period}", PICTURE),),
    )


def _lines(now: Summary) -> Iterator[str]:
    yield "，".join(filter(None, (f"截至{moments.day(now.now)} {now.now:%H:%M}", phase(now)))) + "。"
    if now.week:
        yield from _week(now.week, {line.key: line.name for line in now.units})
    if now.stock:
        yield from _stock(now.stock, now.units)
    if now.lagging:
        late = "、".join(f"《{each.name}》{len(each.owing)}家" for each in now.lagging)
        yield f"{_RED} 已过期未报齐：{late}。"
    if coming := now.dates[:_DATES]:
        yield f"近期：{'，'.join(f'{moments.day(each.due)}{_titled(each)}' for each in coming)}。"


def phase(now: Summary) -> str:
    """自查整改阶段（至9月30日）, or that it has not begun, or is over; "" between two stages."""
    if now.stage_end:
        return f"{now.stage}阶段（至{moments.day(now.stage_end)}）"
    if now.now.date() < now.begins:
        return f"整治工作{moments.day(now.begins)}开始"
    return f"整治工作已于{moments.day(now.ends)}结束" if now.now.date() > now.ends else ""


def _titled(report: Reporting) -> str:
    """第29周每周工作信息, 《行政裁量基准》."""
    return report.called if report.weekly else f"《{report.called}》"


def _week(week: Reporting, names: Mapping[str, str]) -> Iterator[str]:
    when = closes(f"{moments.day(week.due)} {week.due:%H:%M}", past=week.past)
    yield f"{unbracketed(week.title)}报送：{counts(week)}，{when}。"
    missing = [names[unit] for unit, kind in week.kinds.items() if kind == "missing"]
    waiting = [names[unit] for unit in week.owing if week.kinds[unit] != "missing"]
    if len(missing) == week.expected > 1:
        yield f"{stands('missing', past=week.past)}：全部{len(missing)}家。"
    elif missing:
        yield _named(stands("missing", past=week.past), missing)
    if waiting:
        yield _named("办理中", waiting)


def _named(what: str, units: Sequence[str]) -> str:
    """未报送2家：农机服务中心、种业服务中心; of many the first, and how many."""
    return f"{what}{f'{len(units)}家' if len(units) <= NAMED else ''}：{few(units)}。"


def counts(week: Reporting) -> str:
    """应报16家，已报12家（其中迟报1家）；应报16家，已报齐."""
    done = f"已报{week.reported}家" if week.owing else "已报齐"
    late = f"（其中迟报{number}家）" if (number := week.number("late")) else ""
    return f"应报{week.expected}家，{done}{late}"


def _stock(stock: Line, units: Sequence[UnitLine]) -> Iterator[str]:
    if not stock.found:
        yield "问题台账：还没有录入问题。"
        return
    yield f"问题台账：发现{stock.found}件，整改到位{stock.mended}件，整改率{stock.rate:g}%。"
    transferred = f"，移交{stock.transferred}件" if stock.transferred else ""
    yield f"已销号{stock.closed}件，未销号{stock.closing}件{transferred}。"
    if stock.overdue:
        yield f"{_RED} 逾期{stock.overdue}件，{_worst(units)}。"


def _worst(units: Sequence[UnitLine]) -> str:
    """Name the units with the most overdue: 其中农机服务中心3件、种业服务中心1件; 均为农机服务中心."""
    late = {line.name: line.stock.overdue for line in units if line.stock and line.stock.overdue}
    worst = sorted(late, key=lambda name: late[name], reverse=True)
    if len(worst) == 1:
        return f"均为{worst[0]}"
    return "其中" + "、".join(f"{name}{late[name]}件" for name in worst[:_WORST])


def _ways(now: Summary) -> Iterator[Button]:
    """Yield the ways on, the pressing ones first."""
    if now.lagging or any(week.expected > week.on_time + week.late for week in now.trend):
        yield Button(OWING_UNITS, "m:owing")
    if now.stock and now.stock.overdue:
        yield Button(OVERDUE, "m:list:l", "danger")
    yield Button(BY_UNIT, "m:sumunits")
    if now.stock:
        yield Button(BY_AREA, "m:sumareas")
    if now.week:
        yield Button(WEEKS, "m:sumweek")
        yield Button(BULLETIN, f"m:bulletin:{now.week.key.partition('/')[2]}")
    yield Button(EXPORT, "m:export")
    yield Button(SUBSCRIBE, "m:subscriptions")


def closes(at: str, *, past: bool) -> str:
    """7月10日12:00截止; 7月10日12:00已截止."""
    return f"{at}{'已' if past else ''}截止"


# ── By unit, by area ─────────────────────────────────────────────────────


def units_page(now: Summary, lines: Sequence[UnitLine], reporting: Iterable[str], number: int) -> Message:
    """Show every unit in a line; those that report have a button to their page."""
    known = set(reporting)
    at, pages = paging.within(number, len(lines), PAGE)
    shown = list(enumerate(lines, 1))[at * PAGE : (at + 1) * PAGE]
    said = [_unit(place, line, now.week, left=line.key not in known) for place, line in shown]
    buttons = [Button(f"{place}. {line.name}", f"m:unit:{line.key}") for place, line in shown if line.key in known]
    head = (
        f"{unbracketed(now.week.title)}报送和问题整改情况，逾期的在前：" if now.week else "问题整改情况，逾期的在前："
    )
    return card(BY_UNIT, [head, *said], [*in_pairs(buttons), *paging.turns(at, pages, "m:sumunits:")])


def _unit(place: int, line: UnitLine, week: Reporting | None, *, left: bool) -> str:
    parts = [stands(line.kind, past=week.past)] if line.kind and week else []
    parts += _open(line.stock) if line.stock else []
    red = _RED if (line.stock and line.stock.overdue) or (line.kind in OWING and week and week.past) else ""
    return f"{red}{place}. {line.name}{'（已停报）' if left else ''}：{'，'.join(parts) or _NONE}"


def stands(kind: Kind, *, past: bool) -> str:
    """Say where a unit stands: 已报送, 迟报; 尚未报送 while there is time."""
    return "尚未报送" if kind == "missing" and not past else _KINDS[kind]


def _open(stock: Line) -> list[str]:
    counts = (("未销号", stock.closing), ("逾期", stock.overdue))
    return [f"{name}{number}件" for name, number in counts if number]


def areas_page(lines: Sequence[AreaLine], known: Iterable[str]) -> Message:
    """Show every area in a line, and the way to each."""
    there = set(known)
    buttons = [Button(line.name, f"m:sumarea:{line.key}") for line in lines if line.key in there]
    return card(BY_AREA, [_balance(line.name, line.stock) for line in lines], in_pairs(buttons))


def area_page(key: str, name: str, total: Line, units: Sequence[tuple[str, Line]]) -> Message:
    """Show one area, unit by unit, and the lists of its entries."""
    lists = [
        Button(f"{label}（{number}）", f"m:list:{letter}::{key}", "danger" if letter == "l" else "plain")
        for label, letter, number in (("已逾期", "l", total.overdue), ("未销号", "o", total.closing))
        if number
    ]
    lines = [_balance("合计", total), *(_balance(unit, line) for unit, line in units)]
    rows = in_pairs(lists)
    rows.append((Button(BY_AREA, "m:sumareas"),))
    return card(name, lines if total.found else ["这方面还没有录入问题。"], rows)


def _balance(name: str, line: Line) -> str:
    counts = (
        ("发现", line.found),
        ("整改到位", line.mended),
        ("已销号", line.closed),
        ("移交", line.transferred),
        ("未销号", line.closing),
        ("逾期", line.overdue),
    )
    said = [f"{label}{number}件" for label, number in counts if number]
    return f"{_RED if line.overdue else ''}{name}：{'，'.join(said) or _NONE}"


def card(title: str, lines: Sequence[str], rows: Sequence[tuple[Button, ...]]) -> Message:
    """Show a page behind the summary, with the way back."""
    text = clip("\n".join(lines).strip(), _ROOM)
    return Message(text, title=title, buttons=(*rows, (BACK, BACK_TO_MENU)), place="next")
