"""The faults of a ledger somebody sent, all of them, as a table: row, column, reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.tables import Column, Row, Table
from storage import imports

if TYPE_CHECKING:
    from storage.work import Work

COLUMNS = (
    Column("number", "序号", 8, "count"),
    Column("row", "行号", 8, "count"),
    Column("column", "列", 24, "label"),
    Column("reason", "问题", 60),
)


def load(work: Work, ref: str) -> Table:
    """Return the table of the import `ref` (its id); KeyError when there is none."""
    sent = imports.get(work, int(ref)) if ref.isascii() and ref.isdigit() else None
    if sent is None:
        raise KeyError(ref)
    return Table(
        name="导入台账检查结果",
        title="导入台账检查结果",
        unit=f"文件：{sent.name}",
        columns=COLUMNS,
        rows=tuple(Row((number, *fault)) for number, fault in enumerate(sent.faults, 1)),
        notes=("行号、列名与所发文件一致。改好后可再次导入，已录入的问题不会重复。",),
    )
