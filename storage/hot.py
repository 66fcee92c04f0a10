"""The few statements that every input runs: written by SQLAlchemy once, run past it on SQLite.

There, SQLAlchemy's part in running a statement costs four times SQLite's own. What it does for a value is kept: each
goes through its type both ways. PostgreSQL runs them the usual way; its answer takes longer than either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Insert, Select, Update

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Dialect

    from storage.work import Work

Statement = Select[*tuple[Any, ...]] | Insert | Update
Values = dict[str, Any]
Converters = list[tuple[int, Callable[[Any], Any]]]


class _Written(NamedTuple):
    """The SQL, its parameters by place, those that are always the same, and what values go through."""

    sql: str
    names: tuple[str, ...]
    fixed: Values
    into: Converters
    out_of: Converters

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        merged = {**self.fixed, **values}
        row = [merged[name] for name in self.names]
        for place, convert in self.into:
            row[place] = convert(row[place])
        return row


class Hot:
    """One such statement. Takes a value for each `bindparam` (an insert: for each column), no lists."""

    def __init__(self, statement: Statement | Callable[[Work], Statement]) -> None:
        """Take the statement, or what picks it."""
        self._pick = statement if callable(statement) else lambda _: statement
        self._written: _Written | None = None

    def rows(self, work: Work, values: Values) -> Sequence[Sequence[Any]]:
        """Run it; return what it selects or returns."""
        if work.on_postgresql:
            return work.conn.execute(self._pick(work), values).all()
        written = self._write(work, values)
        rows = _raw(work).execute(written.sql, written.parameters(values)).fetchall()
        if rows and written.out_of:
            return [_converted(row, written.out_of) for row in rows]
        return rows

    def first(self, work: Work, values: Values) -> Sequence[Any] | None:
        """Run it; return the first row, None without any."""
        rows = self.rows(work, values)
        return rows[0] if rows else None

    def change(self, work: Work, values: Values) -> int:
        """Run it; return how many rows it changed."""
        if work.on_postgresql:
            return work.conn.execute(self._pick(work), values).rowcount
        written = self._write(work, values)
        return _raw(work).execute(written.sql, written.parameters(values)).rowcount

    def change_each(self, work: Work, many: Sequence[Values]) -> None:
        """Run it for each of these, of which there is at least one."""
        if work.on_postgresql:
            work.conn.execute(self._pick(work), many)
            return
        written = self._write(work, many[0])
        _raw(work).executemany(written.sql, [written.parameters(values) for values in many])

    def _write(self, work: Work, values: Values) -> _Written:
        if self._written is None:
            self._written = _write(self._pick(work), work.conn.dialect, values)
        return self._written


def _raw(work: Work) -> sqlite3.Connection:
    return cast("sqlite3.Connection", work.conn.connection.driver_connection)


def _write(statement: Statement, dialect: Dialect, values: Values) -> _Written:
    keys = list(values) if statement.is_insert else None  # an insert names the columns it is given
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    if compiled.insert_prefetch:
        raise ValueError(f"a value is needed for each of {[column.name for column in compiled.insert_prefetch]}")
    names = tuple(compiled.positiontup or ())
    fixed: Values = {}
    into: Converters = []
    for place, name in enumerate(names):
        bind = compiled.binds[name]
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if not bind.required:
            fixed[name] = convert(bind.effective_value) if convert else bind.effective_value
        elif convert:
            into.append((place, convert))
    out_of: Converters = []
    for place, column in enumerate(statement.exported_columns):
        back = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if back:
            out_of.append((place, back))
    return _Written(compiled.string, names, fixed, into, out_of)


def _converted(row: Sequence[Any], converters: Converters) -> list[Any]:
    converted = list(row)
    for place, convert in converters:
        converted[place] = convert(converted[place])
    return converted
