"""A table as somebody finds it in the workbook: its lines by their headings, its sums, what is said below."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from exports import EXPORTS
from exports.workbook import write
from tests.kit.workbooks import faults

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from storage.work import Work

#: A line by its headings: "单位", and "累计 发现" for what stands under a common one.
Line = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """What is read back."""

    sheet: Worksheet
    lines: list[Line]
    totals: Line
    notes: list[str]

    @property
    def title(self) -> str:
        return str(self.sheet["A1"].value)

    def of(self, unit: str) -> Line:
        """Return the line of a unit, by its name."""
        [found] = [line for line in self.lines if line["单位"] == unit]
        return found


def bytes_of(work: Work, name: str, ref: str = "") -> bytes:
    """Return a table as it is sent."""
    target = BytesIO()
    write(EXPORTS[name](work, ref), target)
    assert not faults(target.getvalue())
    return target.getvalue()


def opened(work: Work, name: str, ref: str = "") -> Opened:
    """Make a table and read it back."""
    (sheet,) = load_workbook(BytesIO(bytes_of(work, name, ref))).worksheets
    rows = list(sheet.iter_rows(values_only=True))
    top = next(at for at, row in enumerate(rows) if row[0] == "序号")
    grouped = rows[top + 1][0] is None and any(rows[top + 1])
    heads = _joined(rows[top], rows[top + 1]) if grouped else [str(cell) for cell in rows[top]]
    lines: list[Line] = []
    totals: Line = {}
    notes: list[str] = []
    for row in rows[top + 1 + grouped :]:
        line = dict(zip(heads, row, strict=True))
        if row[0] == "合计":
            totals = line
        elif isinstance(row[0], int):
            lines.append(line)
        elif row[0]:
            notes.append(str(row[0]))
    return Opened(sheet, lines, totals, notes)


def _joined(tops: tuple[Any, ...], below: tuple[Any, ...]) -> list[str]:
    heads: list[str] = []
    group = ""
    for top, low in zip(tops, below, strict=True):
        group = str(top) if top is not None else group
        heads.append(f"{group} {low}" if low is not None else group)
    return heads
