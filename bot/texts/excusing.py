"""What is said of excuses: granted, taken back, and the list of those that hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.core.plain_text import clip
from bot.texts import moments, paging
from bot.texts.menu import BACK_TO_MENU, TODO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

LIST: Final = "免报名单"
END: Final = "取消免报"
NOBODY: Final = "目前没有免报的单位。需要免报的，请在报送情况中点单位办理。"
PAGE: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One excuse in the list."""

    id: int
    unit: str
    what: str
    reason: str
    by: str  # 李某，7月9日 15:00


def span(first: date, last: date) -> str:
    """7月1日至7月31日的各项报送; 7月1日的各项报送."""
    days = moments.day(first) if first == last else f"{moments.day(first)}至{moments.day(last)}"
    return f"{days}的各项报送"


def granted(unit: str, what: str, back: Button) -> Message:
    """Confirm an excuse."""
    return Message(
        f"{unit}{what}已免报，已告知该单位。",
        title="已免报",
        buttons=((back, Button(LIST, "m:excuses")), (BACK_TO_MENU,)),
        place="next",
    )


def granted_notice(unit: str, what: str, reason: str) -> Message:
    """Tell a unit that it owes nothing."""
    return Message(
        f"大队已同意{unit}{what}免报。\n原因：{reason}\n如仍要报送，照常填报即可。",
        title="免报通知",
    )


def ask_end(excuse: Line) -> Message:
    """Ask whether taking it back is meant."""
    return Message(
        f"确定取消{excuse.unit}{excuse.what}的免报吗？取消后须照常报送。",
        title=END,
        buttons=((Button("确定取消免报", f"m:unexcused:{excuse.id}", "danger"), Button("不取消", "m:excuses")),),
        place="next",
    )


def ended(excuse: Line) -> Message:
    """Confirm that it is taken back."""
    return Message(
        f"{excuse.unit}{excuse.what}的免报已取消，已告知该单位照常报送。",
        title="已取消免报",
        buttons=((Button(LIST, "m:excuses"), BACK_TO_MENU),),
        place="next",
    )


def ended_notice(unit: str, what: str) -> Message:
    """Tell a unit that it owes its reports again."""
    return Message(
        f"大队已取消{unit}{what}的免报，请照常报送。",
        title="免报已取消",
        buttons=((Button(TODO, "m:todo", "primary"),),),
    )


def listing(lines: Sequence[Line], page: int) -> Message:
    """Show the excuses that hold, the newest first, each with the way to take it back."""
    page, pages = paging.within(page, len(lines), PAGE)
    shown = list(enumerate(lines, 1))[page * PAGE : (page + 1) * PAGE]
    said = [f"{number}. {each.unit}：{each.what}\n原因：{each.reason}（{each.by}）" for number, each in shown]
    rows = [(Button(f"{END}：{number}. {each.unit}", f"m:unexcuse:{each.id}"),) for number, each in shown]
    return Message(
        clip("\n\n".join(said) or NOBODY, 3900),
        title=LIST,
        buttons=(*rows, *paging.turns(page, pages, "m:excuses:"), (Button("报送情况", "m:state"), BACK_TO_MENU)),
        place="next",
    )
