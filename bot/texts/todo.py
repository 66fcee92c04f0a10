"""我的待办: what somebody's units owe, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core import urgency
from bot.core.messages import Button, Message
from bot.core.plain_text import clip
from bot.texts import moments, paging
from bot.texts.issues_marks import mark
from bot.texts.menu import BACK_TO_MENU, LEDGER, TODO, in_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.issues import Colour
    from bot.core.workdays import Workdays

PAGE: Final = 7

NOT_FILED: Final = "未填报"
DRAFT: Final = "草稿未提交"
TO_READ: Final = "未签收"
TO_SIGN: Final = "待您签批"
WITH_HEAD: Final = "待负责人签批"
TO_STAMP: Final = "待盖章"
RETURNED: Final = "已退回，待修改"
WITHDRAWN: Final = "已撤回，待重报"
CORRECTION: Final = "更正"
NOTHING: Final = "目前没有要办的事项。"
#: What is lacking, and the word on the button that does it; others are looked at.
DOING: Final = {
    NOT_FILED: "填报",
    DRAFT: "继续填写",
    TO_READ: "查看并签收",
    TO_SIGN: "签批",
    TO_STAMP: "上传盖章件",
    RETURNED: "修改后重报",
    WITHDRAWN: "修改后重报",
}
LOOK: Final = "查看"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is owed; `action` "" when the reader can do nothing about it."""

    what: str
    lacks: str
    left: str
    colour: Colour
    action: str
    mine: bool  # it is the reader's turn


def left(due: datetime, now: datetime, workdays: Workdays) -> str:
    """Return how much time is left: 今天12:00前, 明天12:00前, 7月13日前，还剩4天, 已逾期2个工作日."""
    if urgency.past(due, now):
        late = urgency.days_late(due, now, workdays)
        return f"已逾期{late}个工作日" if late else "已逾期"
    days = (due.date() - now.date()).days
    near = {0: "今天", 1: "明天"}.get(days)
    return f"{near}{due:%H:%M}前" if near else f"{moments.day(due)}前，还剩{days}天"


def page(
    items: Sequence[Item], number: int, *, later: Sequence[str], ledger: tuple[int, int], tools: Sequence[Button]
) -> Message:
    """Show one page of what is owed, what comes later in a line, and the ledger's (overdue, soon) in another."""
    number, pages = paging.within(number, len(items), PAGE)
    shown = list(enumerate(items, 1))[number * PAGE : (number + 1) * PAGE]
    late = sum(item.colour == "red" for item in items)
    head = f"共{len(items)}项" + (f"，其中已逾期{late}项" if late else "") + "。" if items else NOTHING
    paragraphs = [
        head,
        "\n".join(_item(place, item) for place, item in shown),
        _ledger(*ledger),
        f"后续：{'；'.join(later)}。" if later else "",
    ]
    rows = [
        *((_button(place, item),) for place, item in shown if item.action),
        *paging.turns(number, pages, "m:todo:"),
        *in_pairs([*tools, *_list(*ledger), BACK_TO_MENU]),
    ]
    text = "\n\n".join(part for part in paragraphs if part)
    return Message(clip(text, 3900), title=TODO, buttons=tuple(rows), place="next")


def _item(place: int, item: Item) -> str:
    stands = "，".join(part for part in (item.left, item.lacks) if part)
    return f"{mark(item.colour)}{place}. {item.what}\n　　{stands}"


def _button(place: int, item: Item) -> Button:
    verb = DOING.get(item.lacks, LOOK) if item.mine else LOOK
    return Button(clip(f"{place}. {verb}{item.what}", 60), item.action, "primary" if item.mine else "plain")


def _ledger(overdue: int, soon: int) -> str:
    parts = [f"{name}{number}件" for name, number in (("已逾期", overdue), ("即将到期", soon)) if number]
    return f"{mark('red' if overdue else 'yellow')}{LEDGER}：{'，'.join(parts)}。" if parts else ""


def _list(overdue: int, soon: int) -> list[Button]:
    if not overdue and not soon:
        return []
    return [Button(f"{LEDGER}（{overdue + soon}）", "m:list:l" if overdue else "m:list:s")]


def coming(day: str, what: str) -> str:
    """8月31日《行政裁量基准》."""
    return f"{day}{what}"
