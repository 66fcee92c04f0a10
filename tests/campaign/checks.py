"""What the journal of a played campaign is held to. Each check returns the lines that are wrong."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.campaign.journal import DEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tests.campaign.journal import Journal, Shown
    from tests.campaign.oracle import Expected, Oracle, Told
    from tests.campaign.plan import Occasion, Plan

TITLES = {
    "notice": "报送预告",
    "prompt": "报送提醒",
    "nudge": "催办提醒",
    "missing": "报送情况",
    "overdue": "逾期提醒",
}
Came = set[tuple[str, "datetime", "Occasion"]]


def is_table(shown: Shown) -> bool:
    return "/table/" in shown.key


def reminders(plan: Plan, expected: Expected, journal: Journal) -> Iterator[str]:
    """Hold the reminders that came against those that had to come, both ways, and what each of them says."""
    came: dict[tuple[str, datetime], Shown] = {}
    for shown in journal.unasked():
        if shown.cause == "clock" and not is_table(shown):
            if (shown.name, shown.at) in came:
                yield f"第二条提醒：{shown.name} {shown.line()}"
            came[shown.name, shown.at] = shown
    for where in sorted(expected.keys() | came.keys(), key=lambda each: each[1]):
        if where not in came:
            yield f"没有收到：{where[0]} {where[1]:%m-%d %H:%M} {_said(expected[where])}"
        elif where not in expected:
            yield f"不该收到：{where[0]} {came[where].line()}"
        else:
            yield from (f"{fault}：{where[0]} {came[where].line()}" for fault in _faults(plan, came, expected, where))


def _faults(
    plan: Plan, came: dict[tuple[str, datetime], Shown], expected: Expected, where: tuple[str, datetime]
) -> Iterator[str]:
    """Yield what a message says too much or leaves out."""
    shown, told = came[where], expected[where]
    if plan.about(shown.message.text) != {each.occasion for each in told}:
        yield f"应为{_said(told)}"
    if plan.units_in(shown.message.text) != {unit for each in told for unit in each.units}:
        yield f"单位应为{_said(told)}"
    if {each.occasion.stage for each in told} == {False} and shown.message.title != _title(told):
        yield f"标题应为{_title(told)}"
    if any("签批" in label for label in shown.labels) != any(each.signs for each in told):
        yield "签批按钮不对"


def _title(told: Sequence[Told]) -> str:
    """Return what a message is called: by the kind of its rung, or by how many things it says."""
    return TITLES[told[0].kind] if len(told) == 1 else f"有{len(told)}件事请处理"


def _said(told: Sequence[Told]) -> str:
    return "；".join(
        f"{each.occasion.mark}{each.occasion.name} {each.kind} {each.role} {','.join(sorted(each.units))}"
        for each in told
    )


def together(expected: Expected, journal: Journal, at: datetime, things: int) -> Iterator[str]:
    """Some are told this many things at this moment; nobody is told any of them in a second message."""
    most = max((len(told) for (_, when), told in expected.items() if when == at), default=0)
    if most != things:
        yield f"{at:%m-%d %H:%M}应有{things}件事合为一条，实有{most}件"
    came = Counter(each.name for each in journal.unasked() if each.at == at and each.cause == "clock")
    yield from (f"{at:%m-%d %H:%M}有{number}条：{name}" for name, number in came.items() if number > 1)


def lively(plan: Plan, oracle: Oracle, expected: Expected, journal: Journal) -> Iterator[str]:
    """Whatever the checks look for has happened: none of them holds because there was nothing to look at."""
    said = [each for told in expected.values() for each in told]
    weeks = [each for each in plan.occasions if each.weekly]
    happened = {
        "级别": {each.kind for each in said} >= TITLES.keys(),
        "收信人": {each.role for each in said} >= {"contact", "head", "brigade", "leader"},
        "待签批": any(each.signs for each in said),
        "动作": {each.what for each in journal.deeds} == DEEDS.keys(),
        "免打扰中顺延": any(plan.is_quiet(each.made) for each in journal.unasked() if each.made),
        "四种结果": {oracle.standings.outcome(week, unit, journal.beats[-1]) for week in weeks for unit in plan.units}
        >= {"按时", "迟报", "未报", "免报"},
        "更新的汇总表": len(oracle.tables()) > len(weeks),
        "催报和再提醒": bool(oracle.urged() and oracle.snoozed()),
    }
    yield from (f"没有发生：{what}" for what, so in happened.items() if not so)


def same(what: str, came: Came, expected: Came) -> Iterator[str]:
    """Compare two sets of who was told what when."""
    for sign, rows in (("没有收到", expected - came), ("不该收到", came - expected)):
        for name, at, occasion in sorted(rows, key=lambda each: (each[1], each[0])):
            yield f"{what}{sign}：{name} {at:%m-%d %H:%M} {occasion.mark}{occasion.name}"


def tables(plan: Plan, oracle: Oracle, journal: Journal) -> Iterator[str]:
    """Hold the tables sent against when they were due and what had changed."""
    came = Counter((each.name, each.at, each.message.title) for each in journal.unasked() if is_table(each))
    yield from (f"两份汇总表：{where}" for where, number in came.items() if number > 1)
    shown = {(name, at, _tabled(plan, title)) for name, at, title in came}
    yield from same("汇总表", shown, oracle.tables())


def _tabled(plan: Plan, title: str) -> Occasion:
    """Return what a table is of: its title begins as the duty's name does, and has the week."""
    (occasion,) = [
        each for each in plan.occasions if title.startswith(each.name.partition("（")[0]) and each.mark in title
    ]
    return occasion


def by_hand(plan: Plan, oracle: Oracle, journal: Journal) -> Iterator[str]:
    """Hold nudges by hand and reminders asked for against who had to get them."""
    urges = (each for each in journal.unasked() if each.message.title == "催报")
    came = {(each.name, each.at, _only(plan, each)) for each in urges}
    yield from same("催报", came, oracle.urged())
    snoozes = {(each.name, each.at, _only(plan, each)) for each in journal.unasked() if "/snooze/" in each.key}
    yield from same("一小时后提醒", snoozes, oracle.snoozed())


def _only(plan: Plan, shown: Shown) -> Occasion:
    (occasion,) = plan.about(shown.message.text)
    return occasion


def hours(plan: Plan, journal: Journal) -> Iterator[str]:
    """Nothing but answers in quiet hours; what somebody else's deed makes known comes at once, or when they end."""
    for each in journal.unasked():
        if plan.is_quiet(each.at):
            yield f"免打扰时间：{each.name} {each.line()}"
        if each.cause == "deed" and "/snooze/" not in each.key:
            assert each.made is not None
            if each.at != plan.audible(each.made):
                yield f"迟到的通知：{each.name} {each.line()}"


def privacy(plan: Plan, journal: Journal) -> Iterator[str]:
    """Nobody of a unit is ever shown another unit."""
    units: dict[str, set[str]] = {}
    for member in journal.members:
        units.setdefault(member.name, set()).add(member.unit)
    for each in journal.shown:
        own = units.get(each.name, set())
        if "" not in own and not plan.units_in(f"{each.message.title}\n{each.message.text}") <= own:
            yield f"别的单位：{each.name} {each.line()}"


def words(journal: Journal, foreign: set[str]) -> Iterator[str]:
    """Nothing of another campaign's file is ever said."""
    said: dict[str, Shown] = {}
    for each in journal.shown:
        files = [file.name for file in each.message.attachments]
        text = "\n".join([each.message.title, each.message.text, *each.labels, *files])
        said |= {word: each for word in foreign if word in text}
    yield from (f"“{word}”不是本方案的：{each.name} {each.line()}" for word, each in said.items())


def outbox(rows: Sequence[tuple[str, str, str, str, str]]) -> Iterator[str]:
    """Every row that is no answer was sent or says why not, and none is there twice: (key, to, kind, state, why)."""
    twice = Counter((key, to) for key, to, *_ in rows)
    yield from (f"两次：{where}" for where, number in twice.items() if number > 1)
    for key, to, kind, state, why in rows:
        if kind != "reply" and state != "sent" and not (state == "skipped" and why):
            yield f"没有下文：{key} {to} {state} {why}"


def records(plan: Plan, oracle: Oracle, journal: Journal, pages: dict[str, str], now: datetime) -> Iterator[str]:
    """Hold each unit's page against what is counted from people's deeds: its weeks, and its dated papers."""
    for unit, page in pages.items():
        count = Counter(oracle.standings.outcome(each, unit, now) for each in plan.occasions if each.weekly)
        count["未报"] = sum(count[name] for name in ("未报", "待签批", "已退回"))
        for name in ("按时", "迟报", "未报", "免报"):
            said = re.search(rf"{name}(\d+)次", page)
            if said is None or int(said[1]) != count[name]:
                yield f"{plan.units[unit]}{name}应为{count[name]}次：{page}"
        for case in plan.cases:
            told = sum(deed.occasion == case and deed.unit == unit for deed in journal.done("filed"))
            if f"{case.name}：{told}件" not in page:
                yield f"{plan.units[unit]}{case.name}应为{told}件：{page}"
        for each in plan.occasions:
            if not each.weekly and each.opens <= now:
                name, stands = each.name.partition("（")[0], _shown_as(each, oracle.standings.outcome(each, unit, now))
                if not any(name in line and f"：{stands}" in line for line in page.splitlines()):
                    yield f"{plan.units[unit]}{name}应为{stands}：{page}"


def _shown_as(occasion: Occasion, outcome: str) -> str:
    if occasion.stage:
        return {"未报": "未收到", "按时": "已收到", "迟报": "已收到"}.get(outcome, outcome)
    return {"未报": "未报送", "按时": "已报送"}.get(outcome, outcome)


def week(
    plan: Plan, oracle: Oracle, occasion: Occasion, rows: Sequence[tuple[str, str]], now: datetime
) -> Iterator[str]:
    """Hold a week's table, (unit's name, how it stands) row by row, against the deeds."""
    for (unit, name), (shown, stands) in zip(plan.units.items(), rows, strict=True):
        outcome = oracle.standings.outcome(occasion, unit, now)
        if name != shown or stands.partition("\n")[0] != {"未报": "未报送"}.get(outcome, outcome):
            yield f"{occasion.mark}{name}应为{outcome}：{shown}{stands}"
