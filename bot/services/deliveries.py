"""送达情况: what was sent unasked and whether it arrived (plan: T4); 送达异常: whatever did not; sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.problems import Problem
from bot.core.reminders import audible
from bot.services.subjects import row_id
from bot.texts import deliveries as texts
from bot.texts import moments, paging
from storage import audit, outbox, pushes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.campaign import Campaign
    from bot.core.messages import Message
    from bot.services.visit import Visit
    from storage.pushes import Delivery

SHOWN: Final = 8
#: Occasions on a page.
_PAGE: Final = 5
#: Sent again by nobody but whoever taps.
GIVEN_UP: Final = {"unknown": texts.UNKNOWN, "dead": texts.DEAD}
_UNDER_WAY: Final = {
    "new": texts.WAITING,
    "claimed": texts.SENDING,
    "sending": texts.SENDING,
    "sent": texts.SENT,
    "skipped": texts.SKIPPED,
}


def page(visit: Visit, number: str = "") -> Message:
    """送达情况: the newest occasions of sending something unasked."""
    visit.require("delivery.see")
    shown, pages = paging.within(row_id(number or "0"), pushes.count(visit.work), _PAGE)
    found = pushes.newest(visit.work, _PAGE, shown * _PAGE)
    occasions = [_occasion(visit.campaign, rows) for rows in found]
    return texts.page(occasions, shown, pages, outbox.count_troubles(visit.work), visit.campaign.zone)


def _occasion(campaign: Campaign, rows: Sequence[Delivery]) -> texts.Occasion:
    first = rows[0]
    return texts.Occasion(_what(first), first.created_at, tuple(row(campaign, each) for each in rows))


def row(campaign: Campaign, delivery: Delivery) -> texts.Row:
    """Return what became of one row, in words."""
    tried_before = delivery.state in {"new", "claimed", "sending"} and delivery.error
    under_way = texts.RETRYING if tried_before else _UNDER_WAY.get(delivery.state, "")
    return texts.Row(
        _addressee(campaign, delivery.person_name, delivery.channel, delivery.address),
        GIVEN_UP.get(delivery.state) or under_way,
        texts.reason(delivery.error) if delivery.state != "sent" else "",
        delivery.id if (tried_before and delivery.state == "new") or delivery.state in GIVEN_UP else 0,
    )


def failed(campaign: Campaign, found: Sequence[Delivery]) -> Message:
    """Return what tells brigade and admin of what did not arrive."""
    return texts.failed([(_what(each), row(campaign, each)) for each in found])


def troubles(visit: Visit) -> Message:
    """List the newest messages that did not arrive, or may not have."""
    visit.require("delivery.see")
    rows = outbox.troubles(visit.work, SHOWN)
    lines = [
        texts.trouble(
            _addressee(visit.campaign, each.person_name, each.channel, each.address),
            each.phone,
            each.payload.get("title") or each.payload.get("text", "")[:20],
            moments.moment(each.created_at, visit.campaign.zone),
            GIVEN_UP[each.state],
        )
        for each in rows
    ]
    return texts.troubles(lines, [each.id for each in rows])


def resend(visit: Visit, row_id: int) -> Message:
    """Send one of them again, once a tap."""
    visit.require("delivery.see")
    at = audible(visit.campaign, visit.now)
    if not outbox.resend(visit.work, row_id, at):
        raise Problem("resent_already")
    audit.note(visit.work, visit.person_id, pushes.RESENT, f"outbox:{row_id}")
    quiet = moments.moment(at, visit.campaign.zone) if at > visit.work.now else ""
    return texts.resent(quiet, pushed=pushes.get(visit.work, row_id) is not None)


def _what(delivery: Delivery) -> str:
    """每周工作信息汇总表 · 第28周（7月6日—7月10日）. What was only written down has no message to be named by."""
    return str(delivery.payload.get("title") or texts.UNNAMED)


def _addressee(campaign: Campaign, person: str, channel: str, address: str) -> str:
    recipient = campaign.recipient(address) if not person else None
    return texts.addressee(person, recipient.name if recipient else address, channel)
