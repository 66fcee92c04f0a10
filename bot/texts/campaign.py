"""What is said about a campaign file: its mistakes, each with a cure, and what it means in plain words.

Leaves out finding mistakes (`bot.core.campaign_rules`, `bot.campaigns`).
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.core.deadlines import Occurrence, instant, nominal_day, occurrences
from bot.texts.moments import day, deadline, weekday

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.core.campaign import Campaign, Duty, Ledger, Step
    from bot.core.campaign_rules import Mistake, Path

ROLES = {
    "contact": "联系人",
    "head": "单位负责人",
    "brigade": "大队联系人",
    "leader": "领导小组",
    "admin": "管理员",
}
KINDS = {
    "notice": "预告",
    "prompt": "提醒",
    "nudge": "催办",
    "missing": "未报名单",
    "overdue": "逾期提醒",
    "push": "自动推送",
    "ledger": "台账提醒",
}
NEEDS = {"sign_off": "负责人签批", "stamp": "盖章扫描件"}
HOLIDAYS = {
    "before": "遇节假日提前到之前最后一个工作日",
    "after": "遇节假日顺延到之后第一个工作日",
    "none": "遇节假日不变",
}
EVERY = {
    "monday": "每周一",
    "tuesday": "每周二",
    "wednesday": "每周三",
    "thursday": "每周四",
    "friday": "每周五",
    "saturday": "每周六",
    "sunday": "每周日",
}
_SHOWN = 20


# ── Mistakes ─────────────────────────────────────────────────────────────


def unreadable(path: str, *, missing: bool) -> str:
    """Say that the file cannot be opened."""
    if missing:
        return f"找不到文件“{path}”。请核对路径和文件名。"
    return f"文件“{path}”打不开。请确认它是一个文件、并且允许读取。"


def not_utf8(path: str) -> str:
    """Say that the file is in another encoding."""
    return f"文件“{path}”不是 UTF-8 编码。请用记事本“另存为”，编码改成 UTF-8。"


def syntax(error: str, number: int, line: str, *, ended: bool) -> str:
    """Say what breaks the TOML, as far as the parser's `error` and the `line` show it."""
    if wide := re.findall(r"[“”‘’＝，：【】]", _unquoted(line)):
        reason = f'用了中文符号 {" ".join(dict.fromkeys(wide))}。改成英文半角的 " = , : [ ]'
    elif "overwrite" in error or "twice" in error:
        reason = "同一个名称写了两次。删去其中一处"
    elif ended or "Unterminated" in error or "Unclosed" in error or "Illegal character '\\n'" in error:
        reason = '引号或方括号没有成对。改成成对的 "…" 或 […]'
    elif "after a key" in error or "Invalid statement" in error:
        reason = '不是“名称 = 值”的写法。改成 name = "…" 这样，注释前面加 #'
    elif "Invalid value" in error:
        reason = '等号右边写得不对。文字改成加英文引号 "…"，日期改成 2020-08-31，是否改成 true 或 false'
    else:
        reason = "写法不对。对照样例文件改成“名称 = 值”"
    return f"第{number}行：{reason}。（原文：{line.strip()[:60]}）"


def sentence(mistake: Mistake, line: int | None) -> str:
    """Say a mistake, where it is and what to change."""
    place = f"第{line}行" if line else "文件中"
    say = _SENTENCES.get(mistake.key, _plain)
    return f"{place}（{_where(mistake.path)}）：{say(mistake)}"


def _where(path: Path) -> str:
    return "·".join(part if isinstance(part, str) else f"第{part + 1}个" for part in path)


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"|#.*', "", line)


def _shown(value: object) -> str:
    if isinstance(value, date | time):
        return f"{value:%H:%M}" if isinstance(value, time) else value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def _toml(values: Iterable[object]) -> str:
    return "、".join(json.dumps(value, ensure_ascii=False) for value in values)


def _close(value: object, known: list[str]) -> str:
    """The one of `known` that was probably meant, or all of them."""
    near = get_close_matches(str(value), known, n=1)
    return f"改成 {_toml(near)}" if near else f"改成其中之一：{_toml(known)}"


def _plain(mistake: Mistake) -> str:
    return f"{_shown(mistake.facts.get('input'))} 写法不对。改成样例文件里的写法。"


def _unknown_key(mistake: Mistake) -> str:
    name = str(mistake.path[-1])
    known = "、".join(mistake.facts["known"])
    cure = f"改成 {mistake.facts['meant']}" if mistake.facts["meant"] else f"删去，或改成其中之一：{known}"
    return f"没有“{name}”这一项。{cure}。"


def _literal(mistake: Mistake) -> str:
    known = re.findall(r"'([^']+)'", mistake.facts["expected"])
    return f"{_shown(mistake.facts['input'])} 不能用在这里。{_close(mistake.facts['input'], known)}。"


def _date(mistake: Mistake) -> str:
    value = mistake.facts["input"]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return f"日期不加引号。改成 {value}。"
    return f"{_shown(value)} 不是日期。改成 2020-08-31 这样，不加引号。"


def _pattern(mistake: Mistake) -> str:
    value = _shown(mistake.facts["input"])
    if mistake.path[-1] == "code":
        return f'{value} 不能作编号的开头。改成大写英文字母开头，只用大写字母和数字，最多10个字符，如 "NJ"。'
    return f'{value} 不能作代号。改成小写英文字母开头，只用小写字母、数字、- 和 _，最多20个字符，如 "nongji"。'


def _overlap(mistake: Mistake) -> str:
    facts = mistake.facts
    return (
        f"阶段“{facts['name']}”与“{facts['other']}”时间重叠。开始日期改成 {facts['day']} 或以后，或提前结束前一阶段。"
    )


def _outside(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"{facts['day']} 不在整治期间内。改成 {facts['start']} 至 {facts['end']} 之间的日期，或调整整治起止日期。"


def _role(mistake: Mistake) -> str:
    facts = mistake.facts
    kind = KINDS[facts["kind"]]
    return f"{kind}不能发给“{ROLES[facts['role']]}”（{facts['role']}）。改成其中的：{_toml(facts['roles'])}。"


def _order(mistake: Mistake) -> str:
    facts = mistake.facts
    before = f"{_step_day(facts['day'])}{facts['at']:%H:%M}"
    return f"提醒没有按先后写：前一级是{before}。把这一级移到前面，或把时间改成在它之后。"


def _stage_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    cure = _close(facts["stage"], facts["known"]) if facts["known"] else "请补上 [[stages]]"
    return f"没有代号为 {_shown(facts['stage'])} 的阶段。{cure}。"


def _stage_missing(mistake: Mistake) -> str:
    known = mistake.facts["known"]
    cure = f"补上 stage = …，写其中之一：{_toml(known)}" if known else "请补上 [[stages]]，再写上 stage = …"
    return f"没有写是哪个阶段的通知。{cure}。"


def _form_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有名为 {_shown(facts['form'])} 的填报表。{_close(facts['form'], list(facts['known']))}。"


def _duty_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有代号为 {_shown(facts['duty'])} 的报送事项。{_close(facts['duty'], facts['known'])}。"


def _table_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有能自动推送的表 {_shown(facts['table'])}。{_close(facts['table'], list(facts['known']))}。"


def _column_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"台账没有名为 {_shown(facts['title'])} 的列。{_close(facts['title'], list(facts['known']))}。"


def _fixed(words: str) -> Callable[[Mistake], str]:
    """A sentence with blanks for the facts of the mistake."""
    return lambda mistake: words.format(**{name: _Shown(value) for name, value in mistake.facts.items()})


class _Shown:
    """A fact as it stands in the file."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return str(self.value) if spec == "bare" else _shown(self.value)


_SENTENCES: Mapping[str, Callable[[Mistake], str]] = {
    # the shape of one value
    "missing": lambda mistake: f"缺少“{mistake.path[-1]}”。请补上这一项，写法见样例文件。",
    "extra_forbidden": _unknown_key,
    "literal_error": _literal,
    "date_type": _date,
    "string_type": _fixed('{input} 不是文字。改成加英文引号的文字，如 "…"。'),
    "string_too_short": _fixed("不能为空。改成要显示的文字。"),
    "string_pattern_mismatch": _pattern,
    "int_type": _fixed("{input} 不是整数。改成不加引号的整数，如 -1、0、30。"),
    "greater_than_equal": _fixed("{input} 太小。改成不小于 {ge} 的整数。"),
    "bool_type": _fixed("{input} 不是“是”或“否”。改成 true 或 false，不加引号。"),
    "tuple_type": _fixed('{input} 应当是一组值。改成方括号的写法，如 ["…", "…"]。'),
    "too_short": _fixed("不能为空。请至少写一项。"),
    "model_type": _fixed("{input} 应当是一个小节。改成 [名称] 开头、下面逐行写“名称 = 值”。"),
    "clock": _fixed('{input} 不是一天里的时刻。改成 "16:00" 这样，从 "00:00" 到 "23:59"。'),
    "until": _fixed('{input} 不能作期限。改成分钟数（如 90），或当天的时刻（如 "18:00"）。'),
    "zone": _fixed('没有时区 {input}。改成 "Asia/Shanghai" 这样的名称。'),
    # what does not hold together
    "end_before_start": _fixed("结束日期 {end} 早于开始日期 {start}。改成 {start} 或以后的日期。"),
    "period_too_long": _fixed("从 {start} 到 {end} 超过十年。改成实际的结束日期。"),
    "key_twice": _fixed("代号 {value} 用了两次。改成另一个代号。"),
    "name_twice": _fixed("名称 {value} 用了两次。改成能区分开的名称。"),
    "item_twice": _fixed("项目 {value} 写了两次。删去一处，或改成另一项。"),
    "stages_overlap": _overlap,
    "outside_period": _outside,
    "rule_missing": _fixed(
        '没有写 {name} 什么时候报。补上 every = "friday"、on = 2020-08-31、at_once = true 其中之一。'
    ),
    "rules_many": lambda mistake: f"{'、'.join(mistake.facts['names'])} 只能写一个。改成只留其中一个。",
    "by_missing": _fixed('没有写 {name} 的截止时刻。补上 by = "12:00"。'),
    "at_once_alone": _fixed("发生时随时报的事项（at_once）没有截止时间，用不上 {name:bare}。删去 {name:bare}。"),
    "never_due": lambda mistake: (
        f"整治期间没有一个{EVERY[mistake.facts['every']][1:]}。改成期间内有的日子，或调整整治起止日期。"
    ),
    "role_misplaced": _role,
    "ladder_order": _order,
    "step_twice": lambda mistake: f"同一时间的“{KINDS[mistake.facts['kind']]}”写了两次。删去一处，收件人并到一处写。",
    "asks_too_late": lambda mistake: (
        f"“{KINDS[mistake.facts['kind']]}”要在截止前发出。改成 {mistake.facts['by']:%H:%M} 之前，"
        '或把 kind 改成 "overdue"。'
    ),
    "tells_too_early": lambda mistake: (
        f"“{KINDS[mistake.facts['kind']]}”要在截止后发出。改成当天 {mistake.facts['by']:%H:%M} 或以后，"
        '或把 kind 改成 "nudge"。'
    ),
    "repeats_early": _fixed(
        "every_day_after 只用于截止后第1个工作日起的 missing、overdue。改成 day = 1 或更大，或删去 every_day_after。"
    ),
    "until_before_at": _fixed("期限不晚于发出时刻 {at}。改成更晚的时刻，或分钟数。"),
    "duty_unknown": _duty_unknown,
    "form_unknown": _form_unknown,
    "weekly_key": _fixed("每周报送的事项，key 固定写 {wanted}，这里写的是 {key}。改成 {wanted}。"),
    "stage_unknown": _stage_unknown,
    "stage_missing": _stage_missing,
    "stage_form": _fixed("{form} 用不上 stage，阶段通知的 form 固定写 {wanted}。改成 {wanted}，或删去 stage。"),
    "notice_alone": _fixed("阶段通知在 on 写的日期发一次，点“收到”即可，用不上 {name:bare}。删去 {name:bare}。"),
    "notice_outside": _fixed("{day} 不在“{name:bare}”阶段内。改成 {start} 至 {end} 之间的日期。"),
    "push_never": _fixed("{duty} 不是每周报送的事项，而推送的表都是一周一张。改成每周报送的事项。"),
    "table_unknown": _table_unknown,
    "quiet_empty": _fixed("免打扰的起止时刻相同。改成不同的时刻，或删去 [quiet]。"),
    "earliest_late": _fixed("{earliest} 不早于整治结束日期 {end}，没有问题可以录入。改成更早的日期，如 2016-01-01。"),
    "label_twice": _fixed("{value} 写了两次。删去一处，或改成另一项。"),
    "powers_missing": _fixed("裁量基准按职权种类填报。请在 [lists] 中写明 powers，或删去这一事项。"),
    "list_long": _fixed("共{number}项，最多{most}项，再多就填不完了。请合并或删去一些。"),
    "column_unknown": _column_unknown,
    "areas_missing": _fixed("台账的问题要从整治内容里选。请补上 [[areas]]，或删去 [ledger]。"),
    "items_missing": _fixed("{name} 没有项目，台账里选不到。请至少写一项。"),
    "series_twice": _fixed("问题编号的开头 {value} 已经用了（不写 code 时是大写的 key）。改成另一个 code。"),
    "rung_repeats_early": _fixed("every_day_after 只用于整改时限之后。改成 day = 1 或更大，或删去 every_day_after。"),
    "rung_twice": _fixed("同一时间的台账提醒写了两次。删去一处，收件人并到一处写。"),
    "day_both": _fixed("{day} 既写在 off 又写在 on 里。改成只留一处。"),
}


# ── The check's printout ─────────────────────────────────────────────────


def describe(campaign: Campaign, now: datetime) -> str:
    """Say what the campaign means: rules in words, the next due moments with their weekdays, what to mind."""
    parts = (_about(campaign), _rules(campaign), _ledger(campaign), _next(campaign, now), _warned(campaign))
    return "\n".join(line for part in parts for line in part) + "\n"


def mistaken(path: str, mistakes: list[str]) -> str:
    """Say every mistake of a file."""
    return "\n".join((f"“{path}”有{len(mistakes)}处需要修改：", *(f"  {each}" for each in mistakes)))


def _full(value: date) -> str:
    return f"{value.year}年{day(value)}（{weekday(value)}）"


def _about(campaign: Campaign) -> Iterator[str]:
    yield f"{campaign.title}（{campaign.bureau}）"
    yield f"时间：{_full(campaign.start)}至{_full(campaign.end)}，按 {campaign.zone.key} 时间"
    yield f"单位：{len(campaign.units)}个"
    if campaign.areas:
        yield f"整治内容：{len(campaign.areas)}个方面{sum(len(area.items) for area in campaign.areas)}项"
    if campaign.stages:
        yield f"阶段：{len(campaign.stages)}个"
        for stage in campaign.stages:
            tasks = f"：{'、'.join(stage.tasks)}" if stage.tasks else ""
            yield f"  {stage.name} {day(stage.start)}—{day(stage.end)}{tasks}"
    if quiet := campaign.quiet:
        until = f"{'次日' if quiet.begins > quiet.ends else ''}{quiet.ends:%H:%M}"
        yield f"免打扰：{quiet.begins:%H:%M}至{until}，其间的提醒顺延到{quiet.ends:%H:%M}"


def _rules(campaign: Campaign) -> Iterator[str]:
    reports = [duty for duty in campaign.duties if duty.stage is None]
    notices = [duty for duty in campaign.duties if duty.stage is not None]
    yield ""
    yield f"报送事项：{len(reports)}件"
    for duty in reports:
        yield f"  {duty.name}：{_rule(duty)}{_choices(campaign, duty)}"
        for step in duty.ladder:
            yield f"    {_step(step)}"
    if notices:
        yield f"阶段通知：{len(notices)}次，各单位联系人或负责人点“收到”，不用签批"
    for duty in notices:
        yield f"  {duty.name}：“{campaign.stage(duty.stage or '').name}”阶段的时间和任务，{_rule(duty)}回复"
        for step in duty.ladder:
            yield f"    {_step(step)}"
    for push in campaign.pushes:
        later = f"后{push.after_due_minutes}分钟" if push.after_due_minutes else "时"
        yield (
            f"  自动推送：“{campaign.duty(push.duty).name}”截止{later}，"
            f"把汇总表发给{_readers(push.to)}；"
            f"之后有补报的，最多每{push.again_minutes}分钟更新一次"
        )


def _ledger(campaign: Campaign) -> Iterator[str]:
    if (ledger := campaign.ledger) is None:
        return
    earliest = f"{ledger.earliest.year}年{day(ledger.earliest)}"
    yield ""
    yield f"问题台账：录入{earliest}以来发生的问题，编号如 {campaign.units[0].series}-{campaign.start.year}-001"
    yield f"  来源{len(ledger.sources)}种，情形{len(ledger.kinds)}种，严重程度：{'、'.join(ledger.severities)}"
    yield f"  移交：违纪违规的到{'、'.join(ledger.discipline)}，涉嫌犯罪的到{'、'.join(ledger.judicial)}"
    yield f"  亮灯：{_yellow(ledger.yellow)}亮黄灯，过了时限亮红灯，其余为蓝灯"
    columns = f"{len(ledger.columns)}列：{'、'.join(ledger.columns)}" if ledger.columns else "全部列"
    yield f"  表格：{columns}"
    if ledger.ladder:
        yield "  提醒（按每个问题自己的整改时限）："
    for step in ledger.ladder:
        days = f"{_step_day(step.day)}起每个工作日" if step.every_day_after else _step_day(step.day)
        yield f"    {days} {step.at:%H:%M} → {_readers(step.to)}"


def _yellow(number: int) -> str:
    return f"时限前{number}个工作日起" if number else "时限当天"


def _choices(campaign: Campaign, duty: Duty) -> str:
    """Name the campaign's own list a form asks about."""
    names = {"standards": campaign.own_lists.powers, "case": campaign.own_lists.cases}.get(duty.form, ())
    return f"；{len(names)}类：{'、'.join(names)}" if names else ""


def _rule(duty: Duty) -> str:
    needs = f"；需{'、'.join(NEEDS[need] for need in duty.needs)}" if duty.needs else ""
    if duty.at_once or duty.by is None:
        return f"发生时随时报送，没有截止时间，不催报{needs}"
    if duty.every:
        return f"{EVERY[duty.every]}{duty.by:%H:%M}前，{HOLIDAYS[duty.moves]}{needs}"
    moved = f"，{HOLIDAYS[duty.moves]}" if duty.moves != "none" else ""
    return f"{_full(duty.on)}{duty.by:%H:%M}前{moved}{needs}" if duty.on else ""


def _step(step: Step) -> str:
    days = f"{_step_day(step.day)}起每个工作日" if step.every_day_after else _step_day(step.day)
    until = ""
    if isinstance(step.until, int):
        until = f"（过{step.until}分钟不再补发）"
    elif step.until:
        until = f"（过{step.until:%H:%M}不再补发）"
    return f"{days} {step.at:%H:%M} {KINDS[step.kind]} → {_readers(step.to)}{until}"


def _step_day(number: int) -> str:
    if not number:
        return "当天"
    return f"前{-number}个工作日" if number < 0 else f"后{number}个工作日"


def _readers(roles: tuple[str, ...]) -> str:
    return "、".join(ROLES[role] for role in roles)


def _next(campaign: Campaign, now: datetime) -> Iterator[str]:
    every = sorted(
        (each for duty in campaign.duties for each in occurrences(campaign, duty.key)),
        key=lambda each: each.due,
    )
    opening = instant(campaign.start, time(), campaign.zone)
    coming = [each for each in every if each.due >= max(now, opening)]
    shown = (coming or every)[:_SHOWN]
    yield ""
    if not every:
        yield "没有定期的截止时间。"
    elif coming:
        yield f"接下来的截止时间（还有{len(coming)}个，列出{len(shown)}个）："
    else:
        yield f"截止时间都已过去（共{len(every)}个，列出前{len(shown)}个）："
    for each in shown:
        due = deadline(each.due, campaign.zone)
        yield f"  {each.due.year}年{due} {_named(campaign, each)}{_moved(campaign, each)}"


def _named(campaign: Campaign, each: Occurrence) -> str:
    duty = campaign.duty(each.duty)
    return f"{duty.name} {each.title}" if duty.every else duty.name


def _moved(campaign: Campaign, each: Occurrence) -> str:
    nominal = nominal_day(campaign, each)
    if nominal == each.due.date():
        return ""
    turn = "提前" if each.due.date() < nominal else "顺延"
    return f"（{day(nominal)} {weekday(nominal)}放假，{turn}）"


def _warned(campaign: Campaign) -> Iterator[str]:
    warnings = tuple(_warnings(campaign))
    if warnings:
        yield ""
        yield "请留意："
        for warning in warnings:
            yield f"  {warning}"


def _warnings(campaign: Campaign) -> Iterator[str]:
    for year in campaign.workdays.unknown_years(campaign.start, campaign.end):
        given = sum(each.year == year for each in campaign.workdays.off + campaign.workdays.on)
        more = f"，并按 [workdays] 里所列的{given}天调整" if given else ""
        yield (
            f"{year}年的节假日安排尚未公布，暂按周一至周五计算{more}；"
            "公布后请更新程序，或把放假、调休日期写进 [workdays]。"
        )
    for duty in campaign.duties:
        yield from _warnings_of(campaign, duty)
    if campaign.ledger:
        yield from _warnings_of_ledger(campaign, campaign.ledger)


def _warnings_of(campaign: Campaign, duty: Duty) -> Iterator[str]:
    rows = occurrences(campaign, duty.key)
    if duty.on and rows and not campaign.workdays.is_workday(rows[0].due.date()):
        yield f'“{duty.name}”的截止日{_full(rows[0].due.date())}不是工作日；要提前，写上 holiday = "before"。'
    if duty.every:
        for each in rows:
            nominal, due = nominal_day(campaign, each), each.due.date()
            if due.isocalendar()[:2] != nominal.isocalendar()[:2]:
                turn = "提前" if due < nominal else "顺延"
                week = nominal.isocalendar().week
                yield f"“{duty.name}”第{week}周遇长假，截止时间{turn}到{_full(due)}，不在当周。"
    if campaign.quiet:
        for step in duty.ladder:
            if campaign.quiet.holds(step.at):
                yield (
                    f"“{duty.name}”{_step_day(step.day)} {step.at:%H:%M} 的{KINDS[step.kind]}"
                    f"在免打扰时间内，将顺延到{campaign.quiet.ends:%H:%M}。"
                )


def _warnings_of_ledger(campaign: Campaign, ledger: Ledger) -> Iterator[str]:
    if not ledger.ladder:
        yield "问题台账没有写提醒，整改时限快到、过了都不会有人收到消息；要提醒，写上 [[ledger.ladder]]。"
    if campaign.quiet:
        for step in ledger.ladder:
            if campaign.quiet.holds(step.at):
                yield (
                    f"问题台账{_step_day(step.day)} {step.at:%H:%M} 的提醒"
                    f"在免打扰时间内，将顺延到{campaign.quiet.ends:%H:%M}。"
                )
