"""What came in, from the moment it is on disk until what it asked for is, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from storage.hot import Hot
from storage.statements import insert_once, lock
from storage.tables import Inbox, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Incoming:
    """One stored input. `payload` is whatever JSON its front put there."""

    id: int
    channel: str
    source: str
    address: str
    payload: Any
    received_at: datetime


_COLUMNS = (
    col(Inbox.id),
    col(Inbox.channel),
    col(Inbox.source),
    col(Inbox.address),
    col(Inbox.payload),
    col(Inbox.received_at),
)
_RECEIVE = Hot(insert_once(Inbox))
_OLDEST = Hot(
    select(col(Inbox.id))
    .where(
        col(Inbox.channel) == bindparam("channel"),
        col(Inbox.address) == bindparam("address"),
        col(Inbox.done_at).is_(None),
    )
    .order_by(col(Inbox.id))
    .limit(1)
)
_GET = select(*_COLUMNS).where(col(Inbox.id) == bindparam("row_id"))
_WAITING = (
    select(col(Inbox.channel), col(Inbox.address))
    .where(
        col(Inbox.done_at).is_(None),
        (col(Inbox.received_at) <= bindparam("before", type_=Moment))
        | (col(Inbox.received_at) > bindparam("now", type_=Moment)),  # the clock was set back: it may have waited long
    )
    .group_by(col(Inbox.channel), col(Inbox.address))
    .order_by(col(Inbox.channel), col(Inbox.address))
)
_DONE = Hot(
    update(Inbox)
    .where(col(Inbox.id) == bindparam("row_id"), col(Inbox.done_at).is_(None))
    .values(done_at=bindparam("now", type_=Moment), error=bindparam("why"))
)


def receive(work: Work, channel: str, rows: Sequence[tuple[str, str, Any]]) -> list[Incoming]:
    """Store inputs given as (source, address, payload); return those that are new, in their order.

    An input is known by exactly its channel and source: Telegram's update ids start anew at random.
    """
    fresh = []
    for source, address, payload in rows:
        found = _RECEIVE.first(
            work,
            {
                "channel": channel,
                "source": source,
                "address": address,
                "payload": payload,
                "received_at": work.now,
                "error": "",
            },
        )
        if found is not None:
            fresh.append(Incoming(found[0], channel, source, address, payload, work.now))
    return fresh


def oldest_id(work: Work, channel: str, address: str) -> int | None:
    """Return the id of what this chat sent first and has not been served, None when all is done.

    Holds the chat until the transaction ends: two replicas serve one person one after the other.
    """
    lock(work, "inbox", channel, address)
    row = _OLDEST.first(work, {"channel": channel, "address": address})
    return int(row[0]) if row is not None else None


def oldest_waiting(work: Work, channel: str, address: str) -> Incoming | None:
    """Return the whole of what `oldest_id` names."""
    found = oldest_id(work, channel, address)
    return Incoming(*work.conn.execute(_GET, {"row_id": found}).one()) if found is not None else None


def waiting_addresses(work: Work, left_for: timedelta) -> list[tuple[str, str]]:
    """Return the (channel, address) of every chat with something that has waited at least so long."""
    rows = work.conn.execute(_WAITING, {"before": work.now - left_for, "now": work.now})
    return [(channel, address) for channel, address in rows]


def finish(work: Work, incoming_id: int) -> bool:
    """Mark an input served, in the transaction that holds what it changed; False when it was already."""
    return _DONE.change(work, {"row_id": incoming_id, "now": work.now, "why": ""}) == 1


def give_up(work: Work, incoming_id: int, error: str) -> bool:
    """Mark an input as one that cannot be served; `error` says why."""
    return _DONE.change(work, {"row_id": incoming_id, "now": work.now, "why": error}) == 1
