"""Dialogs on disk: one open draft per person, form and subject; closed ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, bindparam, insert, select, update
from sqlmodel import col

from storage.hot import Hot
from storage.tables import Draft, Moment

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft; `state` is the core's, unread here."""

    id: int
    person_id: int
    form: str
    subject: str
    revision: int
    state: dict[str, Any]
    updated_at: datetime
    closed_at: datetime | None


_ROW = select(
    col(Draft.id),
    col(Draft.person_id),
    col(Draft.form),
    col(Draft.subject),
    col(Draft.revision),
    col(Draft.state),
    col(Draft.updated_at),
    col(Draft.closed_at),
)
_LOAD = Hot(_ROW.where(col(Draft.id) == bindparam("draft_id")).with_for_update())
_OPEN = _ROW.where(
    col(Draft.person_id) == bindparam("person_id"),
    col(Draft.form) == bindparam("form"),
    col(Draft.subject) == bindparam("subject"),
    col(Draft.closed_at).is_(None),
).with_for_update()
_OF_PERSON = _ROW.where(col(Draft.person_id) == bindparam("person_id"), col(Draft.closed_at).is_(None)).order_by(
    col(Draft.updated_at).desc(), col(Draft.id).desc()
)
_SUBJECTS = select(col(Draft.subject)).where(col(Draft.closed_at).is_(None)).distinct()
_CREATE = insert(Draft).returning(col(Draft.id))
_ADVANCE = Hot(
    update(Draft)
    .where(
        col(Draft.id) == bindparam("draft_id"),
        col(Draft.revision) == bindparam("expected"),
        col(Draft.closed_at).is_(None),
    )
    .values(
        revision=bindparam("new_revision"),
        state=bindparam("new_state", type_=JSON),
        updated_at=bindparam("now", type_=Moment),
    )
)
_CLOSE = (
    update(Draft)
    .where(col(Draft.id) == bindparam("draft_id"), col(Draft.closed_at).is_(None))
    .values(closed_at=bindparam("now", type_=Moment), outcome=bindparam("how"))
)

_HAND_OVER = (
    update(Draft)
    .where(col(Draft.id) == bindparam("draft_id"), col(Draft.closed_at).is_(None))
    .values(person_id=bindparam("to"))
)


def create(work: Work, person_id: int, form: str, subject: str) -> int:
    """Open a draft at revision 0 with nothing in it; return its id. IntegrityError when one is open already."""
    made: int = work.conn.execute(
        _CREATE,
        {
            "person_id": person_id,
            "form": form,
            "subject": subject,
            "revision": 0,
            "state": {},
            "created_at": work.now,
            "updated_at": work.now,
            "outcome": "",
        },
    ).scalar_one()
    return made


def load(work: Work, draft_id: int) -> DraftRow | None:
    """Return a draft, open or closed; held until the transaction ends."""
    row = _LOAD.first(work, {"draft_id": draft_id})
    return DraftRow(*row) if row is not None else None


def open_for(work: Work, person_id: int, form: str, subject: str) -> DraftRow | None:
    """Return this person's open draft on the subject, held until the transaction ends."""
    row = work.conn.execute(_OPEN, {"person_id": person_id, "form": form, "subject": subject}).first()
    return DraftRow(*row) if row is not None else None


def of_person(work: Work, person_id: int) -> list[DraftRow]:
    """Return this person's open drafts, the one last worked on first."""
    return [DraftRow(*row) for row in work.conn.execute(_OF_PERSON, {"person_id": person_id})]


def subjects(work: Work) -> set[str]:
    """Return what somebody has an open draft about."""
    return set(work.conn.scalars(_SUBJECTS))


def advance(work: Work, draft_id: int, expected: int, revision: int, state: dict[str, Any]) -> bool:
    """Move an open draft from revision `expected`; False when somebody was faster."""
    values = {
        "draft_id": draft_id,
        "expected": expected,
        "new_revision": revision,
        "new_state": state,
        "now": work.now,
    }
    return _ADVANCE.change(work, values) == 1


def close(work: Work, draft_id: int, outcome: str) -> bool:
    """Close a draft as "finished" or "cancelled"; False when it was closed already."""
    return work.conn.execute(_CLOSE, {"draft_id": draft_id, "now": work.now, "how": outcome}).rowcount == 1


def hand_over(work: Work, draft_id: int, person_id: int) -> bool:
    """Let an open draft be another person's; False when it is closed. They must have none of its form and subject."""
    return work.conn.execute(_HAND_OVER, {"draft_id": draft_id, "to": person_id}).rowcount == 1
