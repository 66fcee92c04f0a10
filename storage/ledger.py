"""The ledger as a whole: its lists, searches and counts. One entry and its history are in `storage.issues`.

Which units somebody may look at is the caller's to say: `units` None is every unit, and none at all is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FunctionElement,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlmodel import col

from bot.core.entries import folded
from bot.core.issues import MENDED, OPEN, STATES, State, state_of
from bot.core.reconciliation import Flow, Tally
from storage.issues import ENTRIES, Entry, entry_of
from storage.tables import Issue, IssueChange, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Row
    from sqlalchemy.orm import Mapped
    from sqlalchemy.sql.compiler import SQLCompiler

    from bot.core.issues import Asked
    from storage.work import Work

Statement = Select[*tuple[Any, ...]]
#: One about every unit, and one about `units`.
Both = tuple[Statement, Statement]
Order = tuple[SQLColumnExpression[Any], ...]
#: "open": neither closed nor transferred. "overdue", "soon": the unit has to act, and is late or nearly so.
View = Literal["all", "open", "overdue", "soon"] | State
#: A search looks at no more words than these.
MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries. `units` None: every unit's.

    `words`, parted by spaces, all have to occur, anywhere in the entry or in its unit's name.
    """

    units: tuple[str, ...] | None = None
    view: View = "all"
    area: str = ""
    entered_by: int | None = None
    words: str = ""


class _Place(FunctionElement[int]):
    """Where in the first text the second begins, from 1; 0 for nowhere. Takes % and _ for what they are."""

    type = Integer()
    inherit_cache = True


@compiles(_Place)
def _instr(element: _Place, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's own
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Place, "postgresql")
def _strpos(element: _Place, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's own
    return f"strpos({compiler.process(element.clauses, **options)})"


class _Unfinished(ColumnElement[bool]):
    """What `_UNFINISHED` says, for a search: on SQLite it keeps to the index that has the words.

    Its planner would take the smaller one of what is unfinished, and look for the words in each row.
    """

    type = Boolean()
    inherit_cache = True


@compiles(_Unfinished)
def _by_any_index(element: _Unfinished, compiler: SQLCompiler, **_: Any) -> str:  # noqa: ANN401, ARG001
    return str(_UNFINISHED)


@compiles(_Unfinished, "sqlite")
def _by_the_words(element: _Unfinished, compiler: SQLCompiler, **_: Any) -> str:  # noqa: ANN401, ARG001
    return f"(+{_UNFINISHED})"


class _Shape(NamedTuple):
    """What a filter asks about, whatever the values. Every shape has its statements, built once."""

    view: View
    units: bool
    area: bool
    entered_by: bool
    words: int


#: A partial index serves a query only when it says these words, not parameters.
_UNFINISHED: Final[ColumnElement[bool]] = literal_column("issue.state NOT IN ('closed', 'transferred')")
_WAITS: Final[ColumnElement[bool]] = literal_column("issue.asked <> ''")
_TO_ACT_ON: Final = (_UNFINISHED, col(Issue.state).in_(sorted(OPEN)))
_NEWEST_FIRST: Final = frozenset({"all", "closed", "transferred"})
_BY_NUMBER: Final = (col(Issue.year), col(Issue.sequence))
_LONG_AGO, _NEVER = date(1, 1, 1), datetime(9999, 12, 31, tzinfo=UTC)


def _both(statement: Statement, unit: Mapped[str]) -> Both:
    return statement, statement.where(unit.in_(bindparam("units", expanding=True)))


def _window(ids: Statement, order: Order) -> Statement:
    """Return the statement for one page of these. Their ids are found first: what is skipped is not read."""
    window = ids.order_by(*order).limit(bindparam("most")).offset(bindparam("skipped"))
    return ENTRIES.where(col(Issue.id).in_(window)).order_by(*order)


def _number(ids: Statement) -> Statement:
    return select(func.count()).select_from(ids.subquery())


_TALLY = _both(
    select(
        col(Issue.unit),
        col(Issue.state),
        func.count(),
        func.count().filter(col(Issue.due) < bindparam("today")),
    ).group_by(col(Issue.unit), col(Issue.state)),
    col(Issue.unit),
)
_IN_AREA = _TALLY[0].where(col(Issue.area) == bindparam("area"))
_AREAS = select(
    col(Issue.area),
    col(Issue.state),
    func.count(),
    func.count().filter(col(Issue.due) < bindparam("today")),
).group_by(col(Issue.area), col(Issue.state))
_before, _after = col(IssueChange.before), col(IssueChange.after)
_mended = sorted(MENDED)
_FLOWS = _both(
    select(
        col(IssueChange.unit),
        func.count().filter(_before == ""),
        func.count().filter(_after.in_(_mended), _before.not_in(_mended)),
        func.count().filter(_after == "closed"),
        func.count().filter(_before == "verifying", _after == "returned"),
        func.count().filter(_before == "closed"),
        func.count().filter(_after == "transferred"),
        func.count().filter(_before == "transferred"),
    )
    .where(
        _before != _after,
        col(IssueChange.at) >= bindparam("since", type_=Moment),
        col(IssueChange.at) < bindparam("until", type_=Moment),
    )
    .group_by(col(IssueChange.unit)),
    col(IssueChange.unit),
)
_asked, _asked_of_units = _both(
    select(col(Issue.id)).where(_WAITS, col(Issue.asked).in_(bindparam("wanted", expanding=True))), col(Issue.unit)
)
_untouched = (col(Issue.changed_at), col(Issue.id))
_WAITING = _window(_asked, _untouched), _window(_asked_of_units, _untouched)
_COUNT_WAITING = _number(_asked), _number(_asked_of_units)
_DUE = _both(
    ENTRIES.where(*_TO_ACT_ON, col(Issue.due).between(bindparam("first"), bindparam("last")))
    .order_by(col(Issue.due), col(Issue.id))
    .limit(bindparam("most")),
    col(Issue.unit),
)
_UNITS = select(col(Issue.unit)).distinct()


def page(
    work: Work,
    chosen: Filter,
    today: date,
    offset: int,
    limit: int,
    soon_until: date | None = None,
    *,
    total: int = 0,
) -> list[Entry]:
    """Return a page of the list: by deadline what is unfinished; newest first everything, and what is finished.

    `soon_until`: the last deadline that is near; ValueError when the view "soon" comes without it. `total`: how many
    there are, where that is known: the last pages are read from the other end then.
    """
    values = _values(work, chosen, today, soon_until)
    end = min(offset + limit, total)
    if 2 * offset < total or offset >= end:
        values |= {"skipped": offset, "most": limit}
        return [entry_of(row) for row in work.conn.execute(_page(_shape(chosen)), values)]
    values |= {"skipped": total - end, "most": end - offset}
    backwards = [entry_of(row) for row in work.conn.execute(_page(_shape(chosen), from_end=True), values)]
    return backwards[::-1]


def count(work: Work, chosen: Filter, today: date, soon_until: date | None = None) -> int:
    """Return how many entries all pages have together."""
    return work.conn.scalar(_count(_shape(chosen)), _values(work, chosen, today, soon_until)) or 0


def stream(
    work: Work, chosen: Filter, today: date, chunk: int = 1000, soon_until: date | None = None
) -> Iterator[Entry]:
    """Yield all of them, unit after unit as the campaign has them, each unit's in the order of its numbers.

    Holds `chunk` rows at a time, and has to be used up within the transaction.
    """
    statement, values = _of_unit(_shape(chosen)), _values(work, chosen, today, soon_until)
    for unit in _units(work, chosen):
        rows = work.conn.execute(statement, {**values, "of_unit": unit}, execution_options={"yield_per": chunk})
        for row in rows:
            yield entry_of(row)


def tally(work: Work, today: date, units: tuple[str, ...] | None = None) -> list[Tally]:
    """Return where the entries stand now, for every unit that has some, in no order."""
    return _tallies(work.conn.execute(*_about(_TALLY, units, today=today)))


def tally_areas(work: Work, today: date) -> list[Tally]:
    """Return the same of all units' entries for every area that has some: an area's key stands as the `unit`."""
    return _tallies(work.conn.execute(_AREAS, {"today": today}))


def tally_in_area(work: Work, today: date, area: str) -> list[Tally]:
    """Return the same of one area's entries, for every unit that has some in it."""
    return _tallies(work.conn.execute(_IN_AREA, {"today": today, "area": area}))


def _tallies(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Tally]:
    states: dict[str, dict[State, int]] = {}
    overdue: dict[str, int] = {}
    for key, name, number, late in rows:
        state = state_of(name)
        states.setdefault(key, dict.fromkeys(STATES, 0))[state] = number
        overdue[key] = overdue.get(key, 0) + (late if state in OPEN else 0)
    return [Tally(key, sum(counts.values()), counts, overdue[key]) for key, counts in states.items()]


def flows(
    work: Work, since: datetime, until: datetime | None = None, units: tuple[str, ...] | None = None
) -> list[Flow]:
    """Return what happened from `since` on and before `until` (None: up to now), for every unit where something did.

    - found: entered
    - mended: the head signed that it is, or it was entered as mended; what is sent back counts again when signed again
    - closed: verified, or entered as closed
    - returned: sent back by the brigade instead of closed
    - reopened: had been closed
    - transferred: handed over
    - taken_back: had been transferred

    They add up (plan: L6): neither closed nor transferred at `until` are those that were so at `since`
    + found - closed - transferred + reopened + taken_back.
    """
    rows = work.conn.execute(*_about(_FLOWS, units, since=since, until=until or _NEVER))
    return [Flow(*row) for row in rows]


def waiting(work: Work, asked: frozenset[Asked], units: tuple[str, ...] | None, offset: int, limit: int) -> list[Entry]:
    """Return what waits for one of these decisions, longest untouched first."""
    rows = work.conn.execute(*_about(_WAITING, units, wanted=sorted(asked), skipped=offset, most=limit))
    return [entry_of(row) for row in rows]


def count_waiting(work: Work, asked: frozenset[Asked], units: tuple[str, ...] | None) -> int:
    """Return how many entries `waiting` has to show."""
    return work.conn.scalar(*_about(_COUNT_WAITING, units, wanted=sorted(asked))) or 0


def due_between(
    work: Work, first: date | None, last: date, units: tuple[str, ...] | None = None, limit: int = 1000
) -> list[Entry]:
    """Return what units have to act on by a day from `first` (None: ever) to `last`, by that day."""
    rows = work.conn.execute(*_about(_DUE, units, first=first or _LONG_AGO, last=last, most=limit))
    return [entry_of(row) for row in rows]


def _about(
    both: tuple[Statement, Statement],
    units: tuple[str, ...] | None,
    **values: Any,  # noqa: ANN401 - of any type
) -> tuple[Statement, dict[str, Any]]:
    """Return what to execute for these units."""
    return (both[0], values) if units is None else (both[1], {**values, "units": units})


def _units(work: Work, chosen: Filter) -> list[str]:
    """Return the units to go through: the campaign's, then those that have left it."""
    there = set(work.conn.scalars(_UNITS)) if chosen.units is None else set(chosen.units)
    known = [unit.key for unit in work.campaign.every_unit if unit.key in there]
    return known + sorted(there.difference(known))


def _words(chosen: Filter) -> list[str]:
    return list(dict.fromkeys(folded(chosen.words).split()))[:MOST_WORDS]


def _shape(chosen: Filter) -> _Shape:
    return _Shape(
        chosen.view,
        chosen.units is not None,
        bool(chosen.area),
        chosen.entered_by is not None,
        len(_words(chosen)),
    )


def _values(work: Work, chosen: Filter, today: date, soon_until: date | None) -> dict[str, Any]:
    """Return the parameters of `_conditions`; more than a shape has use for do no harm."""
    if chosen.view == "soon" and soon_until is None:
        raise ValueError("what is soon has to be said")
    return {
        "today": today,
        "soon_until": soon_until,
        "units": chosen.units or (),
        "area": chosen.area,
        "entered_by": chosen.entered_by,
        **{f"word{at}": word for at, word in enumerate(_words(chosen))},
        **{f"named{at}": _named(work, word) for at, word in enumerate(_words(chosen))},
    }


def _named(work: Work, word: str) -> list[str]:
    """Return the units with this in their name."""
    return [unit.key for unit in work.campaign.every_unit if word in folded(unit.name)]


def _conditions(shape: _Shape) -> Iterator[ColumnElement[bool]]:
    searched = shape.words and shape.view != "soon"  # that is few entries
    for each in _in_view(shape.view):
        yield _Unfinished() if searched and each is _UNFINISHED else each
    if shape.units:
        yield col(Issue.unit).in_(bindparam("units", expanding=True))
    if shape.area:
        yield col(Issue.area) == bindparam("area")
    if shape.entered_by:
        yield col(Issue.entered_by) == bindparam("entered_by")
    for at in range(shape.words):
        named = col(Issue.unit).in_(bindparam(f"named{at}", expanding=True))
        yield or_(_Place(col(Issue.search), bindparam(f"word{at}", type_=String())) > 0, named)


def _in_view(view: View) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a view."""
    if view == "all":
        return ()
    if view == "open":
        return (_UNFINISHED,)
    if view == "overdue":
        return (*_TO_ACT_ON, col(Issue.due) < bindparam("today"))
    if view == "soon":
        return (*_TO_ACT_ON, col(Issue.due).between(bindparam("today"), bindparam("soon_until")))
    state = col(Issue.state) == view
    return (state,) if view in _NEWEST_FIRST else (_UNFINISHED, state)


@lru_cache(maxsize=512)
def _page(shape: _Shape, *, from_end: bool = False) -> Statement:
    return _window(_ids(shape), _order(shape, from_end=from_end))


@lru_cache(maxsize=512)
def _count(shape: _Shape) -> Statement:
    return _number(_ids(shape))


@lru_cache(maxsize=512)
def _of_unit(shape: _Shape) -> Statement:
    mine = col(Issue.unit) == bindparam("of_unit")
    return ENTRIES.where(mine, *_conditions(shape._replace(units=False))).order_by(*_BY_NUMBER)


def _ids(shape: _Shape) -> Statement:
    return select(col(Issue.id)).where(*_conditions(shape))


def _order(shape: _Shape, *, from_end: bool) -> Order:
    """Return the order of a list, or the same from its end.

    SQLite would find what is newest of a few by going through all rows backwards, a hundred times what it takes to go
    through an index. An expression keeps it from that.
    """
    keys: Order = (col(Issue.due), col(Issue.id))
    falling = False
    if shape.view in _NEWEST_FIRST:
        falling = shape == _Shape("all", shape.units, area=False, entered_by=False, words=0)
        keys = (col(Issue.id) if falling else -col(Issue.id),)
    return tuple(key.desc() if falling != from_end else key.asc() for key in keys)
