"""Who changed what, when and why: written in the transaction of the change, never altered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select
from sqlmodel import col

from storage.tables import Audit

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `person_id` None: the product itself."""

    at: datetime
    person_id: int | None
    action: str
    detail: dict[str, Any]


_NOTE = insert(Audit)
_OF = (
    select(col(Audit.at), col(Audit.person_id), col(Audit.action), col(Audit.detail))
    .where(col(Audit.subject) == bindparam("about"))
    .order_by(col(Audit.id))
)


def note(work: Work, /, person_id: int | None, action: str, subject: str, **detail: object) -> None:
    """Write down a change: action "submission.sign", subject "submission:12", detail any JSON values."""
    work.conn.execute(
        _NOTE,
        {"at": work.now, "person_id": person_id, "action": action, "subject": subject, "detail": detail},
    )


def of(work: Work, subject: str) -> list[Entry]:
    """Return a subject's history, oldest first."""
    return [Entry(*row) for row in work.conn.execute(_OF, {"about": subject})]
