"""Reports as they were filed: a version for every filing, never changed but for its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, insert, literal, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.lifecycle import TO_STAMP
from bot.texts.enrolment import DEPUTY_MARK
from storage.posts import stood_in
from storage.statements import lock
from storage.tables import Person, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Filed:
    """One version of one unit's report, with the names of those who had it in hand ("" for nobody)."""

    id: int
    number: str
    duty: str
    period: str
    unit: str
    version: int
    current: bool
    state: str
    form_version: int
    zero: bool
    answers: dict[str, Any]
    filed_by: int
    filed_by_name: str
    filed_at: datetime
    on_behalf: bool = False  # by the brigade, for the unit
    code: str = ""  # on the printed sheet
    signed_by: int | None = None
    signed_by_name: str = ""  # a deputy's with its mark: 李某（代）
    signed_at: datetime | None = None
    stamped_by: int | None = None
    stamped_by_name: str = ""
    stamped_at: datetime | None = None
    stamp: list[dict[str, Any]] = field(default_factory=list)  # the stamped copy: FileRef.to_json() shapes
    reported_at: datetime | None = None
    accepted_by: int | None = None
    accepted_by_name: str = ""
    accepted_at: datetime | None = None
    returned_by: int | None = None
    returned_by_name: str = ""
    returned_at: datetime | None = None
    reason: str = ""
    withdrawn_at: datetime | None = None


#: What a move may write beside the state.
MOVABLE = frozenset(
    {
        "signed_by",
        "signed_at",
        "stamped_by",
        "stamped_at",
        "stamp",
        "reported_at",
        "accepted_by",
        "accepted_at",
        "returned_by",
        "returned_at",
        "reason",
        "withdrawn_at",
    }
)

_filer, _signer, _stamper, _receiver, _returner = (aliased(Person) for _ in range(5))


def _name(person: type[Person]) -> ColumnElement[str]:
    return func.coalesce(col(person.name), "")


_STOOD_IN = case(
    (
        stood_in(col(Submission.signed_by), col(Submission.unit), col(Submission.signed_at)),
        literal(DEPUTY_MARK),
    ),
    else_="",
)


_ROW = (
    select(
        col(Submission.id),
        col(Submission.number),
        col(Submission.duty),
        col(Submission.period),
        col(Submission.unit),
        col(Submission.version),
        col(Submission.current),
        col(Submission.state),
        col(Submission.form_version),
        col(Submission.zero),
        col(Submission.answers),
        col(Submission.filed_by),
        _name(_filer),
        col(Submission.filed_at),
        col(Submission.on_behalf),
        col(Submission.code),
        col(Submission.signed_by),
        _name(_signer) + _STOOD_IN,
        col(Submission.signed_at),
        col(Submission.stamped_by),
        _name(_stamper),
        col(Submission.stamped_at),
        col(Submission.stamp),
        col(Submission.reported_at),
        col(Submission.accepted_by),
        _name(_receiver),
        col(Submission.accepted_at),
        col(Submission.returned_by),
        _name(_returner),
        col(Submission.returned_at),
        col(Submission.reason),
        col(Submission.withdrawn_at),
    )
    .select_from(Submission)
    .join(_filer, col(_filer.id) == col(Submission.filed_by))
    .outerjoin(_signer, col(_signer.id) == col(Submission.signed_by))
    .outerjoin(_stamper, col(_stamper.id) == col(Submission.stamped_by))
    .outerjoin(_receiver, col(_receiver.id) == col(Submission.accepted_by))
    .outerjoin(_returner, col(_returner.id) == col(Submission.returned_by))
)
_IN_PERIOD = (col(Submission.duty) == bindparam("at_duty"), col(Submission.period) == bindparam("at_period"))
_OF_UNIT = (*_IN_PERIOD, col(Submission.unit) == bindparam("at_unit"))
_GET = _ROW.where(col(Submission.id) == bindparam("submission"))
_CURRENT = _ROW.where(*_OF_UNIT, col(Submission.current))
_PERIOD = _ROW.where(*_IN_PERIOD, col(Submission.current)).order_by(col(Submission.id))
_VERSIONS = _ROW.where(*_IN_PERIOD).order_by(col(Submission.unit), col(Submission.version))
_DUTY = _ROW.where(col(Submission.duty) == bindparam("at_duty")).order_by(col(Submission.id))
_UNITS = (
    _ROW.where(col(Submission.unit).in_(bindparam("units", expanding=True)), col(Submission.current))
    .order_by(col(Submission.id).desc())
    .limit(bindparam("most"))
)
_AWAITING = (
    col(Submission.unit).in_(bindparam("units", expanding=True)),
    col(Submission.current),
    col(Submission.state) == "awaiting",
)
_TO_SIGN = _ROW.where(*_AWAITING).order_by(col(Submission.id))
_COUNT_TO_SIGN = select(func.count()).select_from(Submission).where(*_AWAITING)
_TO_STAMP = _ROW.where(
    col(Submission.unit).in_(bindparam("units", expanding=True)),
    col(Submission.current),
    col(Submission.state).in_(sorted(TO_STAMP)),
).order_by(col(Submission.id))
_OF_REPORT = _ROW.where(*_OF_UNIT).order_by(col(Submission.version))
_BY_CODE = _ROW.where(col(Submission.code) == bindparam("the_code")).limit(1)
_PERIODS = (
    select(col(Submission.period))
    .where(col(Submission.duty) == bindparam("at_duty"), col(Submission.unit) == bindparam("at_unit"))
    .distinct()
)
_NEWEST = select(col(Submission.version), col(Submission.number)).where(*_OF_UNIT, col(Submission.current))
_HOLD = select(col(Submission.id)).where(*_OF_UNIT, col(Submission.current)).with_for_update()
_SUPERSEDE = update(Submission).where(*_OF_UNIT, col(Submission.current)).values(current=False)
_FILE = insert(Submission).returning(col(Submission.id))


def file(  # noqa: PLR0913 - a row has many columns; all are named
    work: Work,
    *,
    duty: str,
    period: str,
    unit: str,
    number: str,
    answers: dict[str, Any],
    form_version: int,
    zero: bool,
    filed_by: int,
    state: str,
    on_behalf: bool = False,
    code: Callable[[int], str] | None = None,
    reported_at: datetime | None = None,
) -> Filed:
    """File the next version; the one before is kept and no longer current. All versions keep the first's number.

    `code` is asked for what the sheet of this version carries.
    """
    lock(work, "submission", duty, period, unit)
    at = {"at_duty": duty, "at_period": period, "at_unit": unit}
    newest = work.conn.execute(_NEWEST, at).first()
    if newest is not None:
        work.conn.execute(_SUPERSEDE, at)
    version = newest.version + 1 if newest is not None else 1
    made: int = work.conn.execute(
        _FILE,
        {
            "duty": duty,
            "period": period,
            "unit": unit,
            "number": newest.number if newest is not None else number,
            "version": version,
            "current": True,
            "state": state,
            "form_version": form_version,
            "zero": zero,
            "answers": answers,
            "filed_by": filed_by,
            "filed_at": work.now,
            "on_behalf": on_behalf,
            "code": code(version) if code is not None else "",
            "stamp": [],
            "reported_at": reported_at,
            "reason": "",
        },
    ).scalar_one()
    return _filed(work.conn.execute(_GET, {"submission": made}).one())


def move(work: Work, /, submission_id: int, expected: str, state: str, **facts: object) -> bool:
    """Move the current version from state `expected`; False when somebody was faster or filed a newer version.

    `facts` are columns out of `MOVABLE`, for instance signed_by and signed_at.
    """
    if not MOVABLE.issuperset(facts):
        raise ValueError(f"a move does not write {sorted(facts.keys() - MOVABLE)}")
    moved = work.conn.execute(
        update(Submission)
        .where(col(Submission.id) == submission_id, col(Submission.state) == expected, col(Submission.current))
        .values(state=state, **facts)
    )
    return moved.rowcount == 1


def get(work: Work, submission_id: int) -> Filed | None:
    """Return one version."""
    row = work.conn.execute(_GET, {"submission": submission_id}).first()
    return _filed(row) if row is not None else None


def current(work: Work, duty: str, period: str, unit: str) -> Filed | None:
    """Return the newest version of one unit's report."""
    row = work.conn.execute(_CURRENT, {"at_duty": duty, "at_period": period, "at_unit": unit}).first()
    return _filed(row) if row is not None else None


def hold(work: Work, duty: str, period: str, unit: str) -> Filed | None:
    """Return the newest version, which nobody else changes or supersedes until the transaction ends."""
    lock(work, "submission", duty, period, unit)
    if work.on_postgresql:
        work.conn.execute(_HOLD, {"at_duty": duty, "at_period": period, "at_unit": unit})
    return current(work, duty, period, unit)


def for_period(work: Work, duty: str, period: str) -> list[Filed]:
    """Return the newest version of every unit that has filed, in the order of filing."""
    return _all(work, _PERIOD, {"at_duty": duty, "at_period": period})


def versions(work: Work, duty: str, period: str) -> list[Filed]:
    """Return every version of every unit, each unit's oldest first."""
    return _all(work, _VERSIONS, {"at_duty": duty, "at_period": period})


def of_duty(work: Work, duty: str) -> list[Filed]:
    """Return every version of every report on a duty, in the order of filing."""
    return _all(work, _DUTY, {"at_duty": duty})


def of_units(work: Work, units: Sequence[str], most: int) -> list[Filed]:
    """Return the newest reports of these units, each in its newest version, last filed first."""
    return _all(work, _UNITS, {"units": list(units), "most": most})


def awaiting(work: Work, units: Sequence[str]) -> list[Filed]:
    """Return what waits for the signature of these units' heads, longest waiting first."""
    return _all(work, _TO_SIGN, {"units": list(units)})


def count_awaiting(work: Work, units: Sequence[str]) -> int:
    """Return how many reports `awaiting` would return."""
    return work.conn.scalar(_COUNT_TO_SIGN, {"units": list(units)}) or 0


def to_stamp(work: Work, units: Sequence[str]) -> list[Filed]:
    """Return what waits for a stamped copy from these units, longest waiting first."""
    return _all(work, _TO_STAMP, {"units": list(units)})


def of_report(work: Work, duty: str, period: str, unit: str) -> list[Filed]:
    """Return every version of one unit's report, oldest first."""
    return _all(work, _OF_REPORT, {"at_duty": duty, "at_period": period, "at_unit": unit})


def by_code(work: Work, code: str) -> Filed | None:
    """Return the version whose sheet carries this code."""
    row = work.conn.execute(_BY_CODE, {"the_code": code}).first()
    return _filed(row) if row is not None else None


def periods(work: Work, duty: str, unit: str) -> list[str]:
    """Return every period of this duty the unit has ever filed something for, in no order."""
    return list(work.conn.scalars(_PERIODS, {"at_duty": duty, "at_unit": unit}))


def _all(work: Work, statement: Select[*tuple[Any, ...]], values: dict[str, Any]) -> list[Filed]:
    return [_filed(row) for row in work.conn.execute(statement, values)]


def _filed(row: Row[*tuple[Any, ...]]) -> Filed:
    return Filed(*row)
