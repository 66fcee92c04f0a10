"""Where the entries stood at a moment, counted unit by unit: what the statistics table is made of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.issues import state_of
from bot.core.statistics import Group
from storage.tables import Issue, IssueChange, Moment

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work

_later = aliased(IssueChange)
_LAST = (
    select(func.max(col(_later.version)))
    .where(
        col(_later.issue_id) == col(Issue.id),
        col(_later.before) != col(_later.after),
        col(_later.at) < bindparam("until", type_=Moment),
    )
    .correlate(Issue)
    .scalar_subquery()
)
_RECEIVER = case(
    (col(IssueChange.after) == "transferred", func.coalesce(col(IssueChange.detail)["receiver"].as_string(), "")),
    else_="",
).label("receiver")
_GROUPS = (
    select(col(Issue.unit), col(Issue.area), col(IssueChange.after), _RECEIVER, func.count())
    .join(IssueChange, (col(IssueChange.issue_id) == col(Issue.id)) & (col(IssueChange.version) == _LAST))
    .group_by(col(Issue.unit), col(Issue.area), col(IssueChange.after), "receiver")
)
_OF_UNIT = _GROUPS.where(col(Issue.unit) == bindparam("of_unit"))


def groups(work: Work, unit: str, until: datetime) -> list[Group]:
    """Return what was on the ledger before `until`, each entry in the state it was in then and its area of now."""
    rows = work.conn.execute(_OF_UNIT, {"of_unit": unit, "until": until})
    return [Group(area, state_of(state), receiver, number) for _, area, state, receiver, number in rows]


def by_unit(work: Work, until: datetime) -> dict[str, list[Group]]:
    """Return the same of every unit that had something on the ledger."""
    found: dict[str, list[Group]] = defaultdict(list)
    for unit, area, state, receiver, number in work.conn.execute(_GROUPS, {"until": until}):
        found[unit].append(Group(area, state_of(state), receiver, number))
    return found
