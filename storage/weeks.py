"""What a unit entered on the ledger, and what it mended, in a week: the entries behind `storage.ledger.flows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import col

from bot.core.issues import MENDED
from storage.hot import Hot
from storage.issues import ENTRIES, Entry, entry_of
from storage.tables import Issue, IssueChange, Moment

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work

_SINCE, _UNTIL = (bindparam(name, type_=Moment) for name in ("since", "until"))
_MENDED = and_(col(IssueChange.after).in_(sorted(MENDED)), col(IssueChange.before).not_in(sorted(MENDED)))
_TOUCHED = select(col(IssueChange.issue_id)).where(
    col(IssueChange.unit) == bindparam("of_unit"),
    col(IssueChange.at) >= _SINCE,
    col(IssueChange.at) < _UNTIL,
    or_(col(IssueChange.move) == "enter", _MENDED),
)
_ENTRIES = (
    ENTRIES.where(col(Issue.id).in_(_TOUCHED))
    .order_by(col(Issue.entered_at) < _SINCE, col(Issue.year), col(Issue.sequence))
    .limit(bindparam("most"))
)


_NEWEST = Hot(select(func.max(col(IssueChange.id))))


def newest(work: Work) -> int:
    """Return what rises with every change of any entry: as long as it stays the same, so does every count."""
    [row] = _NEWEST.rows(work, {})
    return row[0] or 0


def entries(work: Work, since: datetime, until: datetime, unit: str, most: int) -> list[Entry]:
    """Return what was entered or mended from `since` on and before `until`: the new ones first, then by number."""
    values = {"since": since, "until": until, "of_unit": unit, "most": most}
    return [entry_of(row) for row in work.conn.execute(_ENTRIES, values)]
