"""The ledger's entries and their history. Every change is a compare-and-set on the version and one row of history.

Owns entering, changing and looking up one entry. Lists, searches and counts are in `storage.ledger`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlmodel import col

from storage.statements import lock
from storage.tables import Issue, IssueChange, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from bot.core.issues import Asked, Handling, State
    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands. Fields are those of `tables.Issue`; `entered_by_name` is who entered it."""

    id: int
    number: str
    unit: str
    version: int
    state: State
    asked: Asked
    area: str
    item: str
    source: str
    kind: str
    severity: str
    handling: Handling
    epidemic: bool
    criminal: bool
    continuing: bool
    found_on: date
    happened_on: date
    due: date
    first_due: date
    wanted_due: date | None
    answers: dict[str, Any]
    latest: dict[str, Any]
    entered_by: int
    entered_by_name: str
    entered_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One row of an entry's history."""

    version: int
    at: datetime
    person_id: int
    person_name: str
    move: str
    before: str
    after: str
    asked_before: str
    asked_after: str
    due_before: date | None
    due_after: date
    reason: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class New:
    """What an entry is made of. `answers` are the entry form's, JSON; the rest is what is asked of the database."""

    unit: str
    area: str
    item: str
    source: str
    kind: str
    severity: str
    handling: str
    epidemic: bool
    criminal: bool
    found_on: date
    happened_on: date
    due: date
    answers: dict[str, Any]
    search: str
    fingerprint: str


#: What a change may write beside state, asked and version.
CHANGEABLE: Final = frozenset(
    {
        *("area", "item", "source", "kind", "severity", "epidemic", "found_on", "happened_on", "answers"),
        *("search", "fingerprint", "criminal", "continuing", "due", "wanted_due", "latest"),
    }
)

COLUMNS: Final = (
    col(Issue.id),
    col(Issue.number),
    col(Issue.unit),
    col(Issue.version),
    col(Issue.state),
    col(Issue.asked),
    col(Issue.area),
    col(Issue.item),
    col(Issue.source),
    col(Issue.kind),
    col(Issue.severity),
    col(Issue.handling),
    col(Issue.epidemic),
    col(Issue.criminal),
    col(Issue.continuing),
    col(Issue.found_on),
    col(Issue.happened_on),
    col(Issue.due),
    col(Issue.first_due),
    col(Issue.wanted_due),
    col(Issue.answers),
    col(Issue.latest),
    col(Issue.entered_by),
    col(Person.name),
    col(Issue.entered_at),
    col(Issue.changed_at),
)
#: Every entry; `storage.ledger` narrows it down.
ENTRIES: Final = select(*COLUMNS).select_from(Issue).join(Person, col(Person.id) == col(Issue.entered_by))

_GET = ENTRIES.where(col(Issue.id) == bindparam("issue"))
_BY_NUMBER = ENTRIES.where(col(Issue.number) == bindparam("the_number"))
_LAST = select(func.max(col(Issue.sequence))).where(
    col(Issue.unit) == bindparam("of_unit"), col(Issue.year) == bindparam("of_year")
)
_ENTER = insert(Issue).returning(col(Issue.id))
_NOTE = insert(IssueChange)
_HISTORY = (
    select(
        col(IssueChange.version),
        col(IssueChange.at),
        col(IssueChange.person_id),
        col(Person.name),
        col(IssueChange.move),
        col(IssueChange.before),
        col(IssueChange.after),
        col(IssueChange.asked_before),
        col(IssueChange.asked_after),
        col(IssueChange.due_before),
        col(IssueChange.due_after),
        col(IssueChange.reason),
        col(IssueChange.detail),
    )
    .join(Person, col(Person.id) == col(IssueChange.person_id))
    .where(col(IssueChange.issue_id) == bindparam("issue"))
    .order_by(col(IssueChange.version))
)
_KNOWN = select(col(Issue.fingerprint), col(Issue.number)).where(
    col(Issue.fingerprint).in_(bindparam("fingerprints", expanding=True))
)
#: As many as a statement may ask for at a time on every SQLite in use.
_AT_A_TIME: Final = 500


def enter(
    work: Work,
    new: New,
    *,
    series: str,
    by: int,
    state: State,
    asked: Asked = "",
    latest: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Put an entry on the ledger under the unit's next number of this year (the campaign's zone)."""
    lock(work, "issue", new.unit)
    year = work.now.astimezone(work.campaign.zone).year
    last: int | None = work.conn.scalar(_LAST, {"of_unit": new.unit, "of_year": year})
    sequence = (last or 0) + 1
    number = f"{series}-{year}-{sequence:03}"
    made: int = work.conn.execute(
        _ENTER,
        {
            "number": number,
            "unit": new.unit,
            "year": year,
            "sequence": sequence,
            "version": 1,
            "state": state,
            "asked": asked,
            "area": new.area,
            "item": new.item,
            "source": new.source,
            "kind": new.kind,
            "severity": new.severity,
            "handling": new.handling,
            "epidemic": new.epidemic,
            "criminal": new.criminal,
            "continuing": False,
            "found_on": new.found_on,
            "happened_on": new.happened_on,
            "due": new.due,
            "first_due": new.due,
            "wanted_due": None,
            "answers": new.answers,
            "latest": dict(latest or {}),
            "search": f"{number.lower()} {new.search}",
            "fingerprint": new.fingerprint,
            "entered_by": by,
            "entered_at": work.now,
            "changed_at": work.now,
        },
    ).scalar_one()
    work.conn.execute(
        _NOTE,
        {
            "issue_id": made,
            "unit": new.unit,
            "version": 1,
            "at": work.now,
            "person_id": by,
            "move": "enter",
            "before": "",
            "after": state,
            "asked_before": "",
            "asked_after": asked,
            "due_before": None,
            "due_after": new.due,
            "reason": "",
            "detail": dict(detail or {}),
        },
    )
    entry = get(work, made)
    assert entry is not None  # noqa: S101 - it has just been made
    return entry


def change(
    work: Work,
    entry: Entry,
    /,
    *,
    move: str,
    by: int,
    state: State,
    asked: Asked,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    **values: Any,  # noqa: ANN401 - columns of several types
) -> bool:
    """Change an entry that is still as it was read, and write its history; False when somebody was faster.

    `values` are columns out of `CHANGEABLE`; `search` without the number in front.
    """
    if not CHANGEABLE.issuperset(values):
        raise ValueError(f"a change does not write {sorted(values.keys() - CHANGEABLE)}")
    if "search" in values:
        values["search"] = f"{entry.number.lower()} {values['search']}"
    changed = work.conn.execute(
        update(Issue)
        .where(col(Issue.id) == entry.id, col(Issue.version) == entry.version)
        .values(version=entry.version + 1, state=state, asked=asked, changed_at=work.now, **values)
    )
    if changed.rowcount != 1:
        return False
    work.conn.execute(
        _NOTE,
        {
            "issue_id": entry.id,
            "unit": entry.unit,
            "version": entry.version + 1,
            "at": work.now,
            "person_id": by,
            "move": move,
            "before": entry.state,
            "after": state,
            "asked_before": entry.asked,
            "asked_after": asked,
            "due_before": entry.due,
            "due_after": values.get("due", entry.due),
            "reason": reason,
            "detail": dict(detail or {}),
        },
    )
    return True


def get(work: Work, issue_id: int) -> Entry | None:
    """Return one entry as it stands."""
    row = work.conn.execute(_GET, {"issue": issue_id}).first()
    return entry_of(row) if row is not None else None


def by_number(work: Work, number: str) -> Entry | None:
    """Return the entry of this number, in capitals as it was given."""
    row = work.conn.execute(_BY_NUMBER, {"the_number": number}).first()
    return entry_of(row) if row is not None else None


def history(work: Work, issue_id: int) -> list[Change]:
    """Return an entry's changes, oldest first."""
    rows: list[Row[*tuple[Any, ...]]] = list(work.conn.execute(_HISTORY, {"issue": issue_id}))
    return [Change(*row) for row in rows]


def known(work: Work, fingerprints: Iterable[str]) -> dict[str, str]:
    """Return fingerprint -> number of those that are on the ledger already."""
    wanted = list(dict.fromkeys(fingerprints))
    return {
        fingerprint: number
        for start in range(0, len(wanted), _AT_A_TIME)
        for fingerprint, number in work.conn.execute(_KNOWN, {"fingerprints": wanted[start : start + _AT_A_TIME]})
    }


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """Return the entry a row of `ENTRIES` holds."""
    return Entry(*row)
