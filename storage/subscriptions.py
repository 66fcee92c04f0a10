"""What people have asked to be told by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlmodel import col

from storage.statements import insert_once
from storage.tables import Subscription

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work

#: "week": the summary at the end of each week. "red": whatever turns red, on its day.
Kind = Literal["week", "red"]


class Subscriber(NamedTuple):
    """Somebody who is told this from `since` on."""

    person_id: int
    kind: Kind
    since: datetime


_BEGIN = insert_once(Subscription)
_END = delete(Subscription).where(
    col(Subscription.person_id) == bindparam("person"), col(Subscription.kind) == bindparam("what")
)
_OF = select(col(Subscription.kind)).where(col(Subscription.person_id) == bindparam("person"))
_EVERYBODY = select(col(Subscription.person_id), col(Subscription.kind), col(Subscription.since)).order_by(
    col(Subscription.id)
)


def begin(work: Work, person_id: int, kind: Kind) -> bool:
    """Let this person be told from now on; False when they are already."""
    return (
        work.conn.execute(_BEGIN(work), {"person_id": person_id, "kind": kind, "since": work.now}).first() is not None
    )


def end(work: Work, person_id: int, kind: Kind) -> bool:
    """Tell them no more; False when they were not told."""
    return work.conn.execute(_END, {"person": person_id, "what": kind}).rowcount == 1


def of(work: Work, person_id: int) -> set[str]:
    """Return what this person is told."""
    return set(work.conn.scalars(_OF, {"person": person_id}))


def subscribers(work: Work) -> list[Subscriber]:
    """Return who is told what, first come first."""
    return [Subscriber(row.person_id, row.kind, row.since) for row in work.conn.execute(_EVERYBODY)]
