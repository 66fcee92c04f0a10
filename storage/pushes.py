"""What was sent unasked, and what became of it: for 送达情况, and to tell the brigade of what failed (plan: T4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, exists, func, literal, literal_column, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage.outbox import IN_TROUBLE, OPEN
from storage.tables import Audit, Moment, Outbox, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.work import Work

#: What is written down about a row that somebody has sent again.
RESENT: Final = "delivery.resend"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row: a table for one person (`person_name`), or for a recipient of the campaign file (`address`, its key)."""

    id: int
    key: str  # "weekly/2020-W28/table/weekly/1"
    state: str
    error: str
    payload: dict[str, Any]
    created_at: datetime
    channel: str
    address: str
    person_name: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A row that has not arrived and that nobody has been told of since it was queued last (`queued_at`)."""

    delivery: Delivery
    queued_at: datetime
    mark: str  # what is written down once it is told


#: The partial indexes serve a query only when it says these words, not parameters.
_PUSHED: Any = literal_column("outbox.kind = 'push'")
_COLUMNS = (
    col(Outbox.id),
    col(Outbox.key),
    col(Outbox.state),
    col(Outbox.error),
    col(Outbox.payload),
    col(Outbox.created_at),
    col(Outbox.channel),
    col(Outbox.address),
    func.coalesce(col(Person.name), ""),
)
_ROWS: Select[*tuple[Any, ...]] = (
    select(*_COLUMNS).outerjoin(Person, col(Person.id) == col(Outbox.person_id)).order_by(col(Outbox.id))
)
#: The first row of each occasion stands for it: from the newest on, no more rows are read than are shown. Grouped by
#: key they would be looked for among all that ever went out.
_earlier = aliased(Outbox)
_FIRST = ~exists().where(col(_earlier.key) == col(Outbox.key), col(_earlier.id) < col(Outbox.id))
_OCCASIONS = (
    select(col(Outbox.key))
    .where(_PUSHED, _FIRST)
    .order_by(col(Outbox.id).desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_COUNT = select(func.count()).select_from(Outbox).where(_PUSHED, _FIRST)
_OF_OCCASIONS = _ROWS.where(_PUSHED, col(Outbox.key).in_(bindparam("keys", expanding=True)))
_ONE = _ROWS.where(_PUSHED, col(Outbox.id) == bindparam("row_id"))

_ID = cast(col(Outbox.id), String)
_RESENDS = (col(Audit.subject) == literal("outbox:").concat(_ID)) & (col(Audit.action) == RESENT)
_TIMES = cast(select(func.count()).select_from(Audit).where(_RESENDS).correlate(Outbox).scalar_subquery(), String)
_LAST = select(func.max(col(Audit.at))).where(_RESENDS).correlate(Outbox).scalar_subquery()
_MARK = literal("undelivered/").concat(_ID).concat("/").concat(_TIMES)
_told = aliased(Outbox)


def _untold(state: Any, mark: ColumnElement[str]) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - as SQLAlchemy's own
    queued_at = func.coalesce(_LAST, col(Outbox.created_at), type_=Moment)
    return _ROWS.add_columns(queued_at, mark).where(
        state,
        col(Outbox.kind) == "push",
        col(Outbox.created_at) >= bindparam("since", type_=Moment),
        ~exists().where(col(_told.key) == mark),
    )


#: Given up, of which one hears even after having heard of the next; and waiting, or tried again.
_FAILING = (_untold(IN_TROUBLE, _MARK.concat("/over")), _untold(OPEN, _MARK))


def count(work: Work) -> int:
    """Return how many occasions there were of sending something unasked."""
    return work.conn.scalar(_COUNT) or 0


def newest(work: Work, most: int, skipped: int = 0) -> list[list[Delivery]]:
    """Return what was sent on the newest occasions but `skipped` ones, each with its rows; newest first."""
    keys: Sequence[str] = work.conn.scalars(_OCCASIONS, {"most": most, "skipped": skipped}).all()
    rows = _deliveries(work.conn.execute(_OF_OCCASIONS, {"keys": list(keys)}))
    return [[row for row in rows if row.key == key] for key in keys]


def get(work: Work, row_id: int) -> Delivery | None:
    """Return one row; None when it is none that was sent unasked."""
    return next(iter(_deliveries(work.conn.execute(_ONE, {"row_id": row_id}))), None)


def failing(work: Work, since: datetime) -> list[Failing]:
    """Return what has not arrived and nobody was told of, of the rows made from `since` on; oldest first.

    Among it is what is waiting for its turn. Cheap when there is little: asked at every heartbeat.
    """
    rows = [row for query in _FAILING for row in work.conn.execute(query, {"since": since})]
    found = (Failing(Delivery(*row[:-2]), *row[-2:]) for row in rows)
    return sorted(found, key=lambda each: each.delivery.id)


def _deliveries(rows: Iterable[Any]) -> list[Delivery]:
    return [Delivery(*row) for row in rows]
