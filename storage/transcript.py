"""What one chat of the web front has seen and said: its outbox and inbox rows, read only.

Owns the queries. Leaves out how rows become a conversation on a page (`handlers.web.transcript`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from storage.tables import Inbox, Outbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from storage.work import Work

#: An outbox row is shown from the moment its sending is committed; a waiting reminder may still be dropped. A file that
#: somebody waits for is shown once it is there.
SHOWN = col(Outbox.state).in_(("sending", "sent", "unknown")) & (
    (col(Outbox.kind) != "file") | (col(Outbox.state) != "sending")
)

#: Rows of the outbox with what each says instead of its first words, rows of the inbox.
Marks = tuple[tuple[tuple[int, str], ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One outbox row as far as a page needs it."""

    id: int
    key: str
    kind: str
    payload: dict[str, Any]
    edits: str
    remote: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """One inbox row as far as a page needs it."""

    id: int
    source: str
    payload: dict[str, Any]
    at: datetime


def marks(work: Work, channel: str, address: str, most: int) -> Marks:
    """Return what a page would show, cheaply: as long as that stays the same, so does the page."""
    shown = (
        select(col(Outbox.id), col(Outbox.digest))
        .where(col(Outbox.channel) == channel, col(Outbox.address) == address, SHOWN)
        .order_by(col(Outbox.id).desc())
        .limit(most)
    )
    heard = (
        select(col(Inbox.id))
        .where(col(Inbox.channel) == channel, col(Inbox.address) == address)
        .order_by(col(Inbox.id).desc())
        .limit(most)
    )
    return tuple((row.id, row.digest) for row in work.conn.execute(shown)), tuple(work.conn.scalars(heard))


def recent(work: Work, channel: str, address: str, most: int) -> tuple[list[Shown], list[Heard]]:
    """Return the newest `most` rows of either kind, oldest first."""
    shown = (
        select(
            col(Outbox.id),
            col(Outbox.key),
            col(Outbox.kind),
            col(Outbox.payload),
            col(Outbox.edits),
            col(Outbox.remote),
            col(Outbox.created_at),
        )
        .where(col(Outbox.channel) == channel, col(Outbox.address) == address, SHOWN)
        .order_by(col(Outbox.id).desc())
        .limit(most)
    )
    heard = (
        select(col(Inbox.id), col(Inbox.source), col(Inbox.payload), col(Inbox.received_at))
        .where(col(Inbox.channel) == channel, col(Inbox.address) == address)
        .order_by(col(Inbox.id).desc())
        .limit(most)
    )
    return (
        [
            Shown(row.id, row.key, row.kind, row.payload, row.edits, row.remote, row.created_at)
            for row in work.conn.execute(shown)
        ][::-1],
        [Heard(row.id, row.source, row.payload, row.received_at) for row in work.conn.execute(heard)][::-1],
    )


def payload(work: Work, channel: str, address: str, row_id: int) -> dict[str, Any] | None:
    """Return what one outbox row says, if it was shown to this address; None otherwise, whatever the reason."""
    found: dict[str, Any] | None = work.conn.scalar(
        select(col(Outbox.payload)).where(
            col(Outbox.id) == row_id,
            col(Outbox.channel) == channel,
            col(Outbox.address) == address,
            SHOWN,
        )
    )
    return found


def newest(work: Work, channel: str, addresses: Iterable[str], most: int) -> dict[str, list[int]]:
    """Return the ids of the newest rows shown to each of these addresses, newest first; `most` over all."""
    rows = work.conn.execute(
        select(col(Outbox.address), col(Outbox.id))
        .where(
            col(Outbox.channel) == channel,
            col(Outbox.address).in_(list(addresses)),
            SHOWN,
        )
        .order_by(col(Outbox.id).desc())
        .limit(most)
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.address, []).append(row.id)
    return found
