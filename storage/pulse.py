"""Whether anything has changed, without reading what: by the newest rows of what records every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlmodel import col

from storage.hot import Hot
from storage.tables import Audit, IssueChange

if TYPE_CHECKING:
    from storage.work import Work

#: A row may become visible after one with a higher id: it is noticed among so many of the newest.
_NEWEST: Final = 100


def _of(table: type[Audit | IssueChange]) -> Hot:
    newest = select(col(table.id)).order_by(col(table.id).desc()).limit(_NEWEST).subquery()
    return Hot(select(func.max(newest.c.id), func.min(newest.c.id), func.count()).select_from(newest))


_PULSES: Final = (_of(Audit), _of(IssueChange))


def pulse(work: Work) -> str:
    """Return what is another text after any change to reports, entries, people or the campaign."""
    return "/".join(f"{row[0]}.{row[1]}.{row[2]}" for each in _PULSES for row in each.rows(work, {}))
