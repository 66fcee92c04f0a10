"""What reminders say.

Owns the sentences and buttons of a notice. Leaves out who gets one and when (`bot.core.reminders`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.deadlines import Occurrence, week_of
from bot.core.messages import Button, Message, Rows
from bot.texts.moments import day, weekday

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign
    from bot.core.reminders import Notice, Part

_WEEK = timedelta(days=7)
_SNOOZE = timedelta(hours=1)

_TITLES = {
    "notice": "报送预告",
    "prompt": "报送提醒",
    "nudge": "催办提醒",
    "missing": "报送情况",
    "overdue": "逾期提醒",
}


def words(notice: Notice, campaign: Campaign, now: datetime) -> Message:
    """Return the message for a notice, as it is true at `now`."""
    now = now.astimezone(campaign.zone)
    parts = tuple(_joined(notice.parts))
    paragraphs = [_paragraph(part, campaign, now) for part in parts]
    if len(parts) == 1:
        title, text = _TITLES[parts[0].kind], paragraphs[0]
    else:
        title = f"有{len(parts)}件事请处理"
        text = "\n\n".join(f"{number}. {paragraph}" for number, paragraph in enumerate(paragraphs, start=1))
    return Message(text=text, title=title, buttons=_buttons(parts, campaign, now))


def snoozed(campaign: Campaign, occurrence: Occurrence, unit: str) -> Message:
    """Return the reminder somebody asked for an hour ago."""
    due = f"{day(occurrence.due)}（{weekday(occurrence.due)}）{occurrence.due:%H:%M}"
    return Message(
        text=f"{campaign.unit(unit).name}的{what(campaign, occurrence)}还没有报送，请于{due}前报送。",
        title=_TITLES["prompt"],
        buttons=((Button(_file_label(campaign, occurrence), f"m:file:{occurrence.key}", "primary"),),),
    )


def table_line(campaign: Campaign, now: datetime, *, again: bool) -> str:
    """Say what goes with a table sent unasked."""
    at = now.astimezone(campaign.zone)
    if again:
        return f"有单位补报，汇总表已更新（截至{day(at)}{at:%H:%M}）。"
    return f"报送已截止，汇总表请查收（截至{day(at)}{at:%H:%M}）。"


def what(campaign: Campaign, occurrence: Occurrence) -> str:
    """Name what is reported: "第28周（7月6日—7月10日）每周工作信息", "《工作总结》"."""
    duty = campaign.duty(occurrence.duty)
    return f"{occurrence.title}{duty.name}" if duty.every else f"《{duty.name}》"


def when(moment: datetime, now: datetime) -> str:
    """Say a moment as seen from `now`, in the zone `moment` has: "本周五（7月10日）12:00"."""
    return f"{_seen(moment.date(), now.astimezone(moment.tzinfo).date())}{moment:%H:%M}"


def _seen(value: date, today: date) -> str:
    words = day(value) if value.year == today.year else f"{value.year}年{day(value)}"
    if value == today:
        return f"今天（{words} {weekday(value)}）"
    near = {week_of(today): "本", week_of(today + _WEEK): "下", week_of(today - _WEEK): "上"}
    if week := near.get(week_of(value)):
        return f"{week}{weekday(value)}（{words}）"
    return f"{words}（{weekday(value)}）"


def _joined(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Say what concerns several units of one person in one sentence."""
    joined: dict[tuple[str, str, str, bool], Part] = {}
    for part in parts:
        same = (part.kind, part.role, part.occurrence.key, bool(part.awaiting))
        before = joined.get(same)
        joined[same] = (
            replace(part, missing=before.missing + part.missing, awaiting=before.awaiting + part.awaiting)
            if before
            else part
        )
    yield from joined.values()


def _paragraph(part: Part, campaign: Campaign, now: datetime) -> str:
    if part.role == "contact":
        return _to_contact(part, campaign, now)
    if part.role == "head":
        return _to_head(part, campaign, now)
    return _to_bureau(part, campaign, now)


def _to_contact(part: Part, campaign: Campaign, now: datetime) -> str:
    units, subject = _names(campaign, part.missing), what(campaign, part.occurrence)
    due = when(part.occurrence.due, now)
    if part.kind == "overdue":
        return f"{units}的{subject}应于{due}前报送，目前还没有收到，请尽快补报。"
    if part.kind == "nudge":
        return f"{units}的{subject}还没有报送，{_left(part, now)}请于{due}前报送。"
    if part.kind == "prompt":
        return f"{units}的{subject}请于{due}前报送。点下面的按钮就可以填，没填完会自动保存。"
    return f"{units}的{subject}请于{due}前报送，现在就可以填写。"


def _to_head(part: Part, campaign: Campaign, now: datetime) -> str:
    units, subject = _names(campaign, part.missing or part.awaiting), what(campaign, part.occurrence)
    due = when(part.occurrence.due, now)
    if part.kind == "overdue" and part.awaiting:
        return f"{units}的{subject}应于{due}前报送，现已过截止时间，还等您签批。"
    if part.kind == "overdue":
        return f"{units}的{subject}应于{due}前报送，联系人还没有提交，请督促尽快补报。"
    if part.awaiting:
        return f"{units}的{subject}已经填好，等您签批。{_left(part, now)}请于{due}前签批。"
    return f"{units}的{subject}请于{due}前报送，联系人填好后会送您签批。"


def _to_bureau(part: Part, campaign: Campaign, now: datetime) -> str:
    subject, due = what(campaign, part.occurrence), when(part.occurrence.due, now)
    if not part.missing and not part.awaiting:
        return f"{subject}{due}截止，应报{part.expected}个单位，全部报齐。"
    late = "已逾期" if part.kind == "overdue" else "已截止"
    lines = [f"{subject}{late}（截止时间：{due}），应报{part.expected}个单位。"]
    if part.missing:
        lines.append(f"未报{len(part.missing)}个：{_names(campaign, part.missing)}。")
    if part.awaiting:
        lines.append(f"待负责人签批{len(part.awaiting)}个：{_names(campaign, part.awaiting)}。")
    return "\n".join(lines)


def _left(part: Part, now: datetime) -> str:
    """Say how long is left when it is little: "还剩1小时，"; nothing when a day or more is."""
    minutes = -int((now.astimezone(UTC) - part.occurrence.due).total_seconds() // 60)  # a begun minute counts
    hours, rest = divmod(minutes, 60)
    if not 0 < minutes < 24 * 60:
        return ""
    return "还剩" + (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest else "") + "，"


def _names(campaign: Campaign, units: tuple[str, ...]) -> str:
    return "、".join(campaign.unit(key).name for key in units)


def _buttons(parts: tuple[Part, ...], campaign: Campaign, now: datetime) -> Rows:
    rows: dict[str, tuple[Button, ...]] = {}  # by action: what two parts offer is offered once
    for part in parts:
        if row := _row(part, campaign, now):
            rows.setdefault(row[0].action, row)
    return tuple(rows.values())


def _row(part: Part, campaign: Campaign, now: datetime) -> tuple[Button, ...]:
    key = part.occurrence.key
    if part.role == "contact":
        return (
            Button(_file_label(campaign, part.occurrence, now), f"m:file:{key}", "primary"),
            *(Button("一小时后提醒", f"m:snooze:{key}@{unit}") for unit in _snoozable(part, now)),
        )
    if part.role == "head":
        return (Button("查看并签批", "m:sign", "primary"),) if part.awaiting else ()
    state = Button("查看报送情况", f"m:state:{key}")
    if part.role == "brigade" and part.missing:
        return (Button("催报", f"m:urge:{key}", "primary"), state)
    return (state,)


def _snoozable(part: Part, now: datetime) -> tuple[str, ...]:
    """The unit whose prompt may come again: one, and while there is more than an hour left."""
    ends = part.occurrence.due.astimezone(UTC) - _SNOOZE
    return part.missing if part.kind == "prompt" and len(part.missing) == 1 and now < ends else ()


def _file_label(campaign: Campaign, occurrence: Occurrence, now: datetime | None = None) -> str:
    """Name the button that opens the form; a week that is over is named by its number."""
    duty = campaign.duty(occurrence.duty)
    if not duty.every:
        return f"填报{duty.name}"
    if now is None or occurrence.period == week_of(now.date()):
        return "填报本周信息"
    return f"填报第{int(occurrence.period[-2:])}周信息"
