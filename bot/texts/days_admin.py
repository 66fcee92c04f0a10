"""工作日: what differs from the week's custom, and what a changed day changes, said before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.messages import Button, Message
from bot.texts.admin import BACK, DAYS, calendar_line
from bot.texts.menu import BACK_TO_MENU, TODO

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class DaysView:
    """What differs from Monday to Friday in the weeks to come; `own`: what was changed here."""

    until: str
    official: Sequence[str]
    own: Sequence[str]
    unknown_years: Sequence[int] = ()


def days_page(view: DaysView, told: str = "") -> Message:
    """Show the days that are not as the week would have them."""
    parts = [
        told,
        f"周一至周五上班，周六、周日休息。到{view.until}为止，与此不同的有：",
        "\n".join(view.official) or "没有。",
    ]
    if view.own:
        parts.append("\n".join(["【在这里调整过的】", *view.own]))
    if view.unknown_years:
        parts.append(calendar_line(view.unknown_years))
    return Message(
        "\n\n".join(part for part in parts if part),
        title=DAYS,
        buttons=((Button("调整工作日", "m:dayset", "primary"), BACK),),
        place="next",
    )


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day about to be changed, and the due moments that move with it."""

    argument: str  # for the button: "2020-10-09:off"
    day: str
    before: str
    after: str
    moved: Sequence[str] = field(default=())


def ask_day(change: DayChange) -> Message:
    """Say what a changed day changes, before it is done."""
    parts = [f"{change.day}由{change.before}改为{change.after}。"]
    if change.moved:
        parts.append("\n".join(["随之变动的截止时间：", *change.moved]))
    else:
        parts.append("各项报送的截止时间不变。")
    parts.append("按工作日计算的提醒也随之调整，已发出的不会重发；已收到提醒、还没有报送的，会得到新的截止时间。")
    return Message(
        "\n\n".join(parts),
        title="调整工作日",
        buttons=((Button("确认调整", f"m:dayok:{change.argument}", "primary"), Button("不调整", "m:days")),),
        place="next",
    )


def moved(what: str, before: str, after: str) -> str:
    """第41周每周工作信息：10月9日（周五）12:00 改为 10月8日（周四）12:00."""
    return f"· {what}：由{before}改为{after}"


def moved_notice(what: str, before: str, after: str) -> Message:
    """Tell a unit's people, who were told of another moment before."""
    return Message(
        f"因工作日调整，{what}的截止时间由{before}改为{after}，请以新的时间为准。",
        title="截止时间变动",
        buttons=((Button(TODO, "m:todo", "primary"), BACK_TO_MENU),),
    )
