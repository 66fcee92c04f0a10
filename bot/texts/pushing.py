"""What the tables that go out unasked are called, and what is said with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment, Button, Message
from bot.core.plain_text import unbracketed
from bot.texts import moments, reception

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.core.campaign import Duty
    from bot.core.deadlines import Occurrence

#: What a table is called; {duty} is the name of what is reported, without what stands in brackets.
_NAMES: Final[Mapping[str, str]] = {
    "weekly": "{duty}汇总表",
    "reconciliation": "问题整改对账表",
    "bulletin": "整治情况通报",
    "summary-picture": "整治情况图",
    "contacts": "{duty}汇总表",
    "statistics": "{duty}",
    "standards": "{duty}进度表",
    "discipline": "报送纪律情况表",
    "ledger": "问题台账",
}
#: Why a table is sent again.
LATE: Final = "有单位补报"


def name(duty: Duty, table: str) -> str:
    """Return what a table that follows this duty is called: 每周工作信息汇总表, 问题台账."""
    return _NAMES[table].format(duty=unbracketed(duty.name))


def title(duty: Duty, table: str, occurrence: Occurrence, zone: ZoneInfo) -> str:
    """Name a table and what it is about: 每周工作信息汇总表 · 第28周（7月6日—7月10日）, 联系人汇总表 · 6月30日截止."""
    when = occurrence.title if duty.every else f"{moments.day(occurrence.due.astimezone(zone))}截止"
    return f"{name(duty, table)} · {when}"


def file_name(duty: Duty, table: str, period: str) -> str:
    """Return what the file is called, without its ending: 每周工作信息汇总表_2020年第28周."""
    return f"{name(duty, table)}_{moments.week(period) if duty.every else period}"


def line(what: str, now: datetime, zone: ZoneInfo, *, again: bool) -> str:
    """Say what goes with it. The file says itself of when it is: it is made when it is sent."""
    if again:
        return f"{LATE}，{what}已更新（{moments.moment(now, zone)}）。"
    return f"报送已截止，{what}请查收。"


def message(title: str, line: str, attachment: Attachment, state: str, *, urge: bool) -> Message:
    """Return the message that carries it; `state` is what the units reported, `urge`: the reader may call for it."""
    see = Button("查看报送情况", f"m:state:{state}")
    buttons = (see, Button(reception.URGE, f"m:urge:{state}")) if urge else (see,)
    return Message(line, title=title, buttons=(buttons,), attachments=(attachment,))
