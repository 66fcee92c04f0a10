"""Ledgers and rosters somebody sent: kept with what was found in them until confirmed. Every move is a compare-and-set.

States: waiting -> checked -> entered | dropped; failed: nothing of it can be entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlmodel import col

from storage.tables import LedgerImport

if TYPE_CHECKING:
    from storage.work import Work

Kind = Literal["ledger", "roster"]


@dataclass(frozen=True, slots=True)
class Import:
    """One file as it stands. `rows` can be entered (`ledger_rows.to_json`), `faults` are [row, column, why]."""

    id: int
    person_id: int
    sha256: str
    name: str
    state: str
    rows: list[Any]
    faults: list[Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file to be checked."""

    id: int
    person_id: int
    sha256: str
    name: str


#: What a move may write beside the state.
MOVABLE: Final = frozenset({"rows", "faults", "checked_at", "entered_at"})

#: The partial index serves the query only when it says these words, not parameters.
_IS_WAITING: Any = literal_column("ledger_import.state = 'waiting'")
_ADD = insert(LedgerImport).returning(col(LedgerImport.id))
_GET = select(
    col(LedgerImport.id),
    col(LedgerImport.person_id),
    col(LedgerImport.sha256),
    col(LedgerImport.name),
    col(LedgerImport.state),
    col(LedgerImport.rows),
    col(LedgerImport.faults),
).where(col(LedgerImport.id) == bindparam("import_id"), col(LedgerImport.kind) == bindparam("of_kind"))
_WAITING = (
    select(
        col(LedgerImport.id),
        col(LedgerImport.person_id),
        col(LedgerImport.sha256),
        col(LedgerImport.name),
    )
    .where(_IS_WAITING, col(LedgerImport.kind) == bindparam("of_kind"))
    .order_by(col(LedgerImport.id))
)


def add(work: Work, person_id: int, sha256: str, name: str, kind: Kind = "ledger") -> int:
    """Take a file that is to be checked; return its id."""
    row: dict[str, Any] = {
        "person_id": person_id,
        "kind": kind,
        "sha256": sha256,
        "name": name,
        "state": "waiting",
        "rows": [],
        "faults": [],
        "created_at": work.now,
    }
    made: int = work.conn.execute(_ADD, row).scalar_one()
    return made


def get(work: Work, import_id: int, kind: Kind = "ledger") -> Import | None:
    """Return one file as it stands; None for one of another kind."""
    row = work.conn.execute(_GET, {"import_id": import_id, "of_kind": kind}).first()
    return Import(*row) if row is not None else None


def waiting(work: Work, kind: Kind = "ledger") -> list[Waiting]:
    """Return the files to be checked, oldest first."""
    return [Waiting(*row) for row in work.conn.execute(_WAITING, {"of_kind": kind})]


def move(work: Work, /, import_id: int, expected: str, state: str, **values: object) -> bool:
    """Move a file on from state `expected`; False when somebody was faster. `values` are columns out of `MOVABLE`."""
    if not MOVABLE.issuperset(values):
        raise ValueError(f"a move does not write {sorted(values.keys() - MOVABLE)}")
    moved = work.conn.execute(
        update(LedgerImport)
        .where(col(LedgerImport.id) == import_id, col(LedgerImport.state) == expected)
        .values(state=state, **values)
    )
    return moved.rowcount == 1
