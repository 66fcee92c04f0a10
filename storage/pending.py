"""What units have to act on, by deadline: as few columns as a round of reminders needs, however many entries there are.

Lists for people are in `storage.ledger`, whole entries in `storage.issues`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, literal_column, select
from sqlmodel import col

from bot.core.issue_reminders import Pending
from bot.core.issues import OPEN
from storage.tables import Issue, IssueChange, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from storage.work import Work

#: A partial index serves a query only when it says these words, not parameters.
_UNFINISHED: Final[ColumnElement[bool]] = literal_column("issue.state NOT IN ('closed', 'transferred')")
_PENDING = (
    select(col(Issue.id), col(Issue.number), col(Issue.unit), col(Issue.state), col(Issue.asked), col(Issue.due))
    .where(
        _UNFINISHED,
        col(Issue.state).in_(sorted(OPEN)),
        col(Issue.due).between(bindparam("first"), bindparam("last")),
    )
    .order_by(col(Issue.due), col(Issue.id))
)
_RENEWED = (
    select(col(IssueChange.issue_id), func.max(col(IssueChange.at)).label("last"))
    .where(
        col(IssueChange.at) > bindparam("since", type_=Moment),
        col(IssueChange.after).in_(sorted(OPEN)),
        col(IssueChange.before).not_in(sorted(OPEN)) | (col(IssueChange.due_before) != col(IssueChange.due_after)),
    )
    .group_by(col(IssueChange.issue_id))
)
_DESCRIPTIONS = select(col(Issue.id), col(Issue.answers)).where(col(Issue.id).in_(bindparam("ids", expanding=True)))
#: As many as a statement may ask for at a time on every SQLite in use.
_AT_A_TIME: Final = 500


def renewed(work: Work, since: datetime) -> dict[int, datetime]:
    """Return when entries last came (back) to their unit or were given another deadline, by id, if after `since`."""
    return {row.issue_id: row.last for row in work.conn.execute(_RENEWED, {"since": since})}


def due(work: Work, first: date | None, last: date, lately: Mapping[int, datetime]) -> list[Pending]:
    """Return what units have to act on by a day from `first` (None: ever) to `last`, by that day.

    `lately` says of some when they were `renewed`.
    """
    rows = work.conn.execute(_PENDING, {"first": first or date.min, "last": last})
    return [Pending(row.id, row.number, row.unit, row.state, row.asked, row.due, lately.get(row.id)) for row in rows]


def descriptions(work: Work, ids: Iterable[int]) -> dict[int, str]:
    """Return id -> description of these entries."""
    wanted = list(dict.fromkeys(ids))
    return {
        row.id: str(row.answers.get("description", ""))
        for start in range(0, len(wanted), _AT_A_TIME)
        for row in work.conn.execute(_DESCRIPTIONS, {"ids": wanted[start : start + _AT_A_TIME]})
    }
