"""送达异常: what could not be delivered, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Button, Message
from bot.core.problems import Problem
from bot.core.reminders import audible
from bot.texts import menu as menu_texts
from bot.texts import moments
from storage import audit, outbox

if TYPE_CHECKING:
    from bot.services.visit import Visit

SHOWN = 8
REASONS = {"unknown": "不确定是否送达", "dead": "未送达"}


def troubles(visit: Visit) -> Message:
    """List the newest messages that did not arrive, or may not have."""
    visit.require("delivery.see")
    rows = outbox.troubles(visit.work, SHOWN)
    lines, buttons = [], []
    for place, row in enumerate(rows, 1):
        title = row.payload.get("title") or row.payload.get("text", "")[:20]
        at = moments.moment(row.created_at, visit.campaign.zone)
        phone = f"，电话{row.phone}" if row.phone else ""
        lines.append(f"{place}. {row.person_name}{phone}：{title}，{at}，{REASONS[row.state]}")
        buttons.append((Button(f"重发第{place}条", f"m:resend:{row.id}"),))
    text = "\n".join(lines) or "没有未送达的消息。"
    return Message(text, title=menu_texts.TROUBLES, buttons=(*buttons, (menu_texts.BACK_TO_MENU,)), place="next")


def resend(visit: Visit, row_id: int) -> Message:
    """Send one of them again, once a tap."""
    visit.require("delivery.see")
    at = audible(visit.campaign, visit.now)
    if not outbox.resend(visit.work, row_id, at):
        raise Problem("resent_already")
    audit.note(visit.work, visit.person_id, "delivery.resend", f"outbox:{row_id}")
    quiet = at > visit.work.now
    said = f"现在是免打扰时间，{moments.moment(at, visit.campaign.zone)}重新发送。" if quiet else "已重新发送。"
    return Message(said, buttons=((menu_texts.BACK_TO_MENU,),))
