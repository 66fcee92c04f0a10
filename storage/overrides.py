"""What was changed in the chat of what the campaign file says; `bot.core.campaign_changes` makes a campaign of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlmodel import col

from bot.core.campaign_changes import Change
from storage.hot import Hot
from storage.tables import Override

if TYPE_CHECKING:
    from storage.work import Work

#: Asked in every transaction: whatever has been changed on any replica holds from its commit on.
_NEWEST = Hot(select(col(Override.id), col(Override.at)).order_by(col(Override.id).desc()).limit(1))
_ALL = select(col(Override.kind), col(Override.key), col(Override.value)).order_by(col(Override.id))
_ADD = insert(Override)


def newest(work: Work) -> tuple[Any, ...]:
    """Return what tells one set of changes from another."""
    return tuple(_NEWEST.first(work, {}) or ())


def every(work: Work) -> list[Change]:
    """Return all changes, oldest first."""
    return [Change(*row) for row in work.conn.execute(_ALL)]


def add(work: Work, change: Change, by: int) -> None:
    """Write a change down. It holds from the next transaction on."""
    row = {"kind": change.kind, "key": change.key, "value": dict(change.value), "person_id": by, "at": work.now}
    work.conn.execute(_ADD, row)
