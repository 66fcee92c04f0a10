"""What is wrong with a roster somebody sent, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports import import_faults

if TYPE_CHECKING:
    from bot.core.tables import Table
    from storage.work import Work

EXPLAINED = "行号、列名与所发文件一致。改好后可再次导入，已录入的不会重复。"


def load(work: Work, ref: str) -> Table:
    """Return the faults of the roster `ref` (its id); KeyError when there is none."""
    return import_faults.table(import_faults.sent(work, ref, "roster"), "名册检查结果", EXPLAINED)
