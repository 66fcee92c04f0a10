"""What came in, from the moment it is on disk until what it asked for is, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

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
_RECEIVE = insert_once(Inbox)
_OLDEST = (
    select(*_COLUMNS)
    .where(
        col(Inbox.channel) == bindparam("channel"),
        col(Inbox.address) == bindparam("address"),
        col(Inbox.done_at).is_(None),
    )
    .order_by(col(Inbox.id))
    .limit(1)
)
_WAITING = (
    select(col(Inbox.channel), col(Inbox.address))
    .where(col(Inbox.done_at).is_(None), col(Inbox.received_at) <= bindparam("before", type_=Moment))
    .group_by(col(Inbox.channel), col(Inbox.address))
    .order_by(col(Inbox.channel), col(Inbox.address))
)
_DONE = (
    update(Inbox)
    .where(col(Inbox.id) == bindparam("row_id"), col(Inbox.done_at).is_(None))
    .values(done_at=bindparam("now", type_=Moment), error=bindparam("why"))
)


def receive(work: Work, channel: str, rows: Sequence[tuple[str, str, Any]]) -> list[Incoming]:
    """Store inputs given as (source, address, payload); return those that are new, in their order.

    An input is known by exactly its channel and source: Telegram's update ids start anew at random.
    """
    statement = _RECEIVE(work)
    fresh = []
    for source, address, payload in rows:
        found = work.conn.scalar(
            statement,
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
            fresh.append(Incoming(found, channel, source, address, payload, work.now))
    return fresh


def oldest_waiting(work: Work, channel: str, address: str) -> Incoming | None:
    """Return what this chat sent first and has not been served, None when all is done.

    Holds the chat until the transaction ends: two replicas serve one person one after the other.
    """
    lock(work, "inbox", channel, address)
    row = work.conn.execute(_OLDEST, {"channel": channel, "address": address}).first()
    return Incoming(*row) if row is not None else None


def waiting_addresses(work: Work, left_for: timedelta) -> list[tuple[str, str]]:
    """Return the (channel, address) of every chat with something that has waited at least so long."""
    rows = work.conn.execute(_WAITING, {"before": work.now - left_for})
    return [(channel, address) for channel, address in rows]


def finish(work: Work, incoming_id: int) -> bool:
    """Mark an input served, in the transaction that holds what it changed; False when it was already."""
    return work.conn.execute(_DONE, {"row_id": incoming_id, "now": work.now, "why": ""}).rowcount == 1


def give_up(work: Work, incoming_id: int, error: str) -> bool:
    """Mark an input as one that cannot be served; `error` says why."""
    return work.conn.execute(_DONE, {"row_id": incoming_id, "now": work.now, "why": error}).rowcount == 1
