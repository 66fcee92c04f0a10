"""What a campaign file means, in plain words: rules, what is sent to whom, the next due moments, what to mind."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.core.deadlines import Occurrence, instant, nominal_day, occurrences
from bot.texts import pushing
from bot.texts.campaign import EVERY, KINDS, ROLES, step_day
from bot.texts.moments import day, deadline, full, weekday

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign, Duty, Ledger, Push, Recipient, Step

NEEDS = {"sign_off": "负责人签批", "stamp": "盖章扫描件"}
HOLIDAYS = {
    "before": "遇节假日提前到之前最后一个工作日",
    "after": "遇节假日顺延到之后第一个工作日",
    "none": "遇节假日不变",
}
#: Due moments that are listed.
_SHOWN = 20


def describe(campaign: Campaign, now: datetime) -> str:
    """Say what the campaign means: rules in words, the next due moments with their weekdays, what to mind."""
    parts = (
        _about(campaign),
        _rules(campaign),
        _pushes(campaign),
        _ledger(campaign),
        _next(campaign, now),
        _warned(campaign),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _full(value: date) -> str:
    return f"{full(value)}（{weekday(value)}）"


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


def _pushes(campaign: Campaign) -> Iterator[str]:
    yield ""
    yield f"自动推送：{len(campaign.pushes)}张表" if campaign.pushes else "自动推送：没有"
    for push in campaign.pushes:
        duty = campaign.duty(push.duty)
        later = f"后{_span(push.after_due_minutes)}" if push.after_due_minutes else "时"
        yield (
            f"  {pushing.name(duty, push.table)}：“{duty.name}”截止{later}，发给{_addressed(campaign, push)}；"
            f"{_again(push)}"
        )
    if campaign.recipients:
        yield f"收件人：{len(campaign.recipients)}个"
    for each in campaign.recipients:
        yield f"  {each.name}：{_channel(each)}"
    if any(duty.every for duty in campaign.duties):
        yield f"每周情况：自己订阅了的，每周报送截止当天{campaign.summary_at:%H:%M}收到"


def _addressed(campaign: Campaign, push: Push) -> str:
    also = (each.name for key in push.also if (each := campaign.recipient(key)))
    return "、".join([*(ROLES[role] for role in push.to), *also])


def _again(push: Push) -> str:
    if push.again is None:
        return "只发一次"
    return f"之后{pushing.LATE}的，最多每{_span(push.again_minutes)}更新一次"


def _channel(recipient: Recipient) -> str:
    if recipient.channel == "mail":
        return f"发邮件到 {recipient.address}"
    return f"企业微信群机器人，密钥写在设置 DUBAN_WECOM 里，代号 {recipient.key}"


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")


def _ledger(campaign: Campaign) -> Iterator[str]:
    if (ledger := campaign.ledger) is None:
        return
    yield ""
    first = f"{campaign.units[0].series}-{campaign.start.year}-001"
    yield f"问题台账：录入{full(ledger.earliest)}以来发生的问题，编号如 {first}"
    yield f"  来源{len(ledger.sources)}种，情形{len(ledger.kinds)}种，严重程度：{'、'.join(ledger.severities)}"
    yield f"  移交：违纪违规的到{'、'.join(ledger.discipline)}，涉嫌犯罪的到{'、'.join(ledger.judicial)}"
    yield f"  亮灯：{_yellow(ledger.yellow)}亮黄灯，过了时限亮红灯，其余为蓝灯"
    columns = f"{len(ledger.columns)}列：{'、'.join(ledger.columns)}" if ledger.columns else "全部列"
    yield f"  表格：{columns}"
    if ledger.ladder:
        yield "  提醒（按每个问题自己的整改时限）："
    for step in ledger.ladder:
        days = f"{step_day(step.day)}起每个工作日" if step.every_day_after else step_day(step.day)
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
    days = f"{step_day(step.day)}起每个工作日" if step.every_day_after else step_day(step.day)
    until = ""
    if isinstance(step.until, int):
        until = f"（过{step.until}分钟不再补发）"
    elif step.until:
        until = f"（过{step.until:%H:%M}不再补发）"
    return f"{days} {step.at:%H:%M} {KINDS[step.kind]} → {_readers(step.to)}{until}"


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
    yield from _warnings_of_pushes(campaign)
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
                    f"“{duty.name}”{step_day(step.day)} {step.at:%H:%M} 的{KINDS[step.kind]}"
                    f"在免打扰时间内，将顺延到{campaign.quiet.ends:%H:%M}。"
                )


def _warnings_of_pushes(campaign: Campaign) -> Iterator[str]:
    used = {key for push in campaign.pushes for key in push.also}
    for each in campaign.recipients:
        if each.key not in used:
            yield f"收件人“{each.name}”没有推送用到；要发给它，在 [[pushes]] 的 also 里写上 {each.key}。"
    if campaign.quiet is None:
        return
    for push in campaign.pushes:
        duty = campaign.duty(push.duty)
        sent = (each.due + timedelta(minutes=push.after_due_minutes) for each in occurrences(campaign, duty.key))
        if any(campaign.quiet.holds(at.time()) for at in sent):
            what = pushing.name(duty, push.table)
            yield f"“{duty.name}”的{what}在免打扰时间内推送，将顺延到{campaign.quiet.ends:%H:%M}。"


def _warnings_of_ledger(campaign: Campaign, ledger: Ledger) -> Iterator[str]:
    if not ledger.ladder:
        yield "问题台账没有写提醒，整改时限快到、过了都不会有人收到消息；要提醒，写上 [[ledger.ladder]]。"
    if campaign.quiet:
        for step in ledger.ladder:
            if campaign.quiet.holds(step.at):
                yield (
                    f"问题台账{step_day(step.day)} {step.at:%H:%M} 的提醒"
                    f"在免打扰时间内，将顺延到{campaign.quiet.ends:%H:%M}。"
                )
