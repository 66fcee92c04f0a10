"""How an invented campaign stands, for tests of what is drawn and printed of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core.issues import STATES
from bot.core.reconciliation import Flow, Line, Tally, total
from bot.core.summary import AreaLine, Overdue, Point, Reporting, Summary, UnitLine

if TYPE_CHECKING:
    from bot.core.standings import Kind

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2020, 7, 10, 17, 0, tzinfo=ZONE)
NAMES = ("农机服务中心", "畜牧兽医服务中心", "动物卫生监督室", "农产品质量安全检测中心", "政策法规室")
KINDS: tuple[Kind, ...] = ("on_time", "missing", "on_time", "late", "awaiting", "on_time", "excused")
AREAS = ("行政执法监督制度", "行政执法监督", "社会监督", "执法队伍建设", "行政执法责任制")


def line(key: str, overdue: int = 0, **states: int) -> Line:
    """Return a line with so many entries in these states."""
    return Line(
        key, Tally(key, sum(states.values()), {state: states.get(state, 0) for state in STATES}, overdue), Flow(key)
    )


def stocks(keys: list[str], entries: int, *, late: bool) -> list[Line]:
    """Return a line for each, `entries` in all; every fifth has none. `late`: every third has some overdue."""
    each = entries * 5 // (4 * len(keys))
    parts = {"mending": each // 4, "returned": each // 10, "verifying": each // 10, "transferred": each // 40}
    having = {**parts, "closed": each - sum(parts.values())}
    return [
        line(key, each // 6 if late and place % 3 == 0 else 0, **having) if place % 5 != 4 else line(key)
        for place, key in enumerate(keys)
    ]


def dated(key: str, name: str, day: date, owing: list[str], keys: list[str]) -> Reporting:
    due = datetime(day.year, day.month, day.day, 17, 30, tzinfo=ZONE)
    kinds: dict[str, Kind] = {unit: "missing" if unit in owing else "on_time" for unit in keys}
    return Reporting(f"{key}/{day}", name, f"{day.month}月{day.day}日前", due, due < NOW, kinds)


def summary(
    units: int = 16,
    entries: int = 250,
    *,
    name: str = "",
    late: bool = False,
    kinds: tuple[Kind, ...] = KINDS,
    past: bool = False,
    lagging: int = 0,
    weeks: int = 8,
    title: str = "行政执法不作为乱作为专项整治",
) -> Summary:
    """Return how it stands with so many units and entries; `name` is what all of them are called, with a number."""
    keys = [f"unit-{number}" for number in range(units)]
    names = [f"{name}{number:02}" if name else NAMES[number % len(NAMES)] for number in range(units)]
    due = NOW - timedelta(hours=5) if past else NOW + timedelta(hours=5)
    week = Reporting(
        "weekly/2020-W28",
        "每周工作信息",
        "第28周（7月6日—7月10日）",
        due,
        past,
        dict(zip(keys, islice(cycle(kinds), units), strict=True)),
    )
    held = stocks(keys, entries, late=late)
    overdue = sum(each.overdue for each in held)
    return Summary(
        title=title,
        bureau="某区农业农村局",
        now=NOW,
        stage="自查整改",
        stage_end=date(2020, 9, 30),
        begins=date(2020, 6, 20),
        ends=date(2020, 12, 31),
        week=week,
        units=[UnitLine(key, each, week.kinds[key], one) for key, each, one in zip(keys, names, held, strict=True)],
        areas=[
            AreaLine(each.unit, area, each)
            for area, each in zip(AREAS, stocks(list(AREAS), entries, late=False), strict=True)
        ],
        stock=total(held),
        trend=[
            Point(f"2020-W{number}", number, units, units - number % 3, number % 2, 9, 7, entries // 2 + number)
            for number in range(29 - weeks, 29)
        ],
        coming=[
            dated("standards", "行政裁量基准", date(2020, 8, 31), keys[1:], keys),
            dated("inspection", "自查整改情况报告", date(2020, 9, 9), keys, keys),
        ],
        following=Reporting(
            "weekly/2020-W29",
            "每周工作信息",
            "第29周（7月13日—7月17日）",
            datetime(2020, 7, 17, 12, tzinfo=ZONE),
            past=False,
            kinds=dict.fromkeys(keys, "missing"),
        ),
        lagging=[
            dated(f"late-{number}", f"第{number}项情况报告", date(2020, 7, 1 + number), keys[: units * 2 // 3], keys)
            for number in range(lagging)
        ],
        overdue=[
            Overdue(number, f"NJ-2020-{number:03}", names[number % units], "台账不全", date(2020, 6, 30), 10)
            for number in range(min(overdue, 10))
        ],
    )
