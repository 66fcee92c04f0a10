"""The faults of a ledger somebody sent, all of them, as a table: row, column, reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.tables import Column, Row, Table
from storage import imports

if TYPE_CHECKING:
    from storage.imports import Import, Kind
    from storage.work import Work

COLUMNS = (
    Column("number", "序号", 8, "count"),
    Column("row", "行号", 8, "count"),
    Column("column", "列", 24, "label"),
    Column("reason", "问题", 60),
)
EXPLAINED = "行号、列名与所发文件一致。改好后可再次导入，已录入的问题不会重复。"


def load(work: Work, ref: str) -> Table:
    """Return the table of the import `ref` (its id); KeyError when there is none."""
    return table(sent(work, ref, "ledger"), "导入台账检查结果", EXPLAINED)


def sent(work: Work, ref: str, kind: Kind) -> Import:
    """Return the file `ref` names; KeyError when there is none of this kind."""
    found = imports.get(work, int(ref), kind) if ref.isascii() and ref.isdigit() else None
    if found is None:
        raise KeyError(ref)
    return found


def table(file: Import, title: str, note: str) -> Table:
    """Return what is wrong with a file, line by line."""
    return Table(
        name=title,
        title=title,
        unit=f"文件：{file.name}",
        columns=COLUMNS,
        rows=tuple(Row((number, *fault)) for number, fault in enumerate(file.faults, 1)),
        notes=(note,),
    )
