"""What is said of what was sent unasked: whether it arrived, why not, and what can be done."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.texts import moments, paging
from bot.texts.admin import some
from bot.texts.channels import CHANNELS
from bot.texts.menu import BACK_TO_MENU, PUSHES, TROUBLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

#: What became of a row that was being sent; `sent` needs no reason, the others may have one.
SENT: Final = "已送达"
WAITING: Final = "待发送"
SENDING: Final = "正在发送"
RETRYING: Final = "正在重试"
UNKNOWN: Final = "不确定是否送达"
DEAD: Final = "未送达"
SKIPPED: Final = "未发送"

_REASONS: Final[Mapping[str, str]] = {
    "unmakeable": "表格没有做成，请告知管理员",
    "interrupted": "发送时程序中断",
    "expired": "当时程序没有运行",
    "outdated": "已有更新的一份",
    "handed over": "已不在岗",
    "failed": "发送时出错，请告知管理员",
}
_CHINESE: Final = re.compile("[一-鿿]")
#: What a table was called is not known of the oldest rows.
UNNAMED: Final = "一份表格"
#: What was only written down was meant for all.
_ALL: Final = "各收件人"
SEE: Final = Button(PUSHES, "m:pushes")
#: Buttons under the message that tells of what failed; the others are on 送达情况.
MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One addressee of an occasion; `resend` is the row's id when it can be sent again, else 0."""

    addressee: str
    state: str
    reason: str = ""
    resend: int = 0

    @property
    def told(self) -> str:
        """未送达，收件邮箱不被接受（550），请核对地址."""
        return f"{self.state}，{self.reason}" if self.reason else self.state


@dataclass(frozen=True, slots=True)
class Occasion:
    """What was sent to several at once."""

    title: str
    at: datetime
    rows: tuple[Row, ...]


def addressee(person: str, name: str, channel: str) -> str:
    """赵某; 办公室（邮件）."""
    return person or (f"{name}（{CHANNELS.get(channel, channel)}）" if name else _ALL)


def reason(error: str) -> str:
    """Say why something did not arrive; "" when it was told in no words of ours."""
    return _REASONS.get(error) or (error if _CHINESE.search(error) else "")


def _again(rows: Sequence[tuple[str, Row]]) -> list[tuple[Button]]:
    """Return a button a row to send it again, of (what, to whom), the newest first.

    The newest of a table is enough, as it is made anew; of several tables for one addressee each says which.
    """
    newest: dict[tuple[str, str], Row] = {}
    for what, row in rows:
        if row.resend:
            newest.setdefault((what, row.addressee), row)
    several = Counter(addressee for _, addressee in newest)
    return [
        (Button(f"重发：{to}，{what}" if several[to] > 1 else f"重发：{to}", f"m:resend:{row.resend}"),)
        for (what, to), row in newest.items()
    ]


def page(occasions: Sequence[Occasion], number: int, pages: int, others: int, zone: ZoneInfo) -> Message:
    """送达情况: what was sent, the newest first, and to whom it did not get; `others`: messages that did not arrive."""
    text = "\n\n".join(_occasion(each, zone) for each in occasions)
    again = _again([(each.title, row) for each in occasions for row in each.rows])
    more = [(Button(f"{TROUBLES}（{others}）", "m:troubles"),)] if others else []
    return Message(
        text or "还没有自动推送过表格。",
        title=PUSHES,
        buttons=(*again, *paging.turns(number, pages, "m:pushes:"), *more, (BACK_TO_MENU,)),
        place="next",
    )


def _occasion(occasion: Occasion, zone: ZoneInfo) -> str:
    states = dict.fromkeys(row.told for row in occasion.rows)
    lines = [f"{_listed(occasion, told)}：{told}" for told in states]
    return "\n".join([f"▪ {occasion.title}，{moments.moment(occasion.at, zone)}", *lines])


def _listed(occasion: Occasion, told: str) -> str:
    names = [row.addressee for row in occasion.rows if row.told == told]
    return some(names) if told == SENT else "、".join(names)


def failed(rows: Sequence[tuple[str, Row]]) -> Message:
    """Tell brigade and admin what did not arrive, each as (what, to whom)."""
    lines = [f"{row.addressee}：{what}{row.told}" for what, row in rows]
    if any(row.state == UNKNOWN for _, row in rows):
        lines.append("不确定是否送达的，请先问对方是否收到，再决定要不要重发。")
    again = _again(rows[::-1])[:MOST]
    return Message("\n".join(lines), title=f"有{len(rows)}份推送未送达", buttons=(*again, (SEE,)))


def troubles(lines: Sequence[str], ids: Sequence[int]) -> Message:
    """送达异常: the newest messages that did not arrive, each with its button."""
    text = "\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1)) or "没有未送达的消息。"
    again = [(Button(f"重发第{place}条", f"m:resend:{row}"),) for place, row in enumerate(ids, 1)]
    return Message(text, title=TROUBLES, buttons=(*again, (BACK_TO_MENU,)), place="next")


def trouble(who: str, phone: str, what: str, at: str, state: str) -> str:
    """赵某，电话13800000000：报送提醒，7月10日 09:00，未送达."""
    return f"{who}{f'，电话{phone}' if phone else ''}：{what}，{at}，{state}"


def resent(at: str, *, pushed: bool) -> Message:
    """Say that something is sent again; `at`: not before that, as it is quiet now."""
    said = f"现在是免打扰时间，{at}重新发送。" if at else "已安排重新发送。"
    way = ((SEE, BACK_TO_MENU),) if pushed else ((BACK_TO_MENU,),)
    return Message(f"{said}结果请看“{PUSHES}”。" if pushed else said, buttons=way)
