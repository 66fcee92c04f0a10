"""How long a large table takes to become a workbook, and how much memory, beside bare write-only openpyxl.

Run it: python -m bench.workbook. Each way of writing has a process of its own, and so its own peak of memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook

from bot.core.tables import Column, Row, Table
from exports.workbook import write

ROWS, COLUMNS, ROUNDS = 10_000, 18, 3


def table() -> Table:
    """Return a ledger of 10,000 issues: numbers, names, moments and some prose."""
    columns = (
        Column("number", "序号", 6, "count"),
        Column("unit", "单位", 16, "label"),
        *(Column(f"word{at}", f"项目{at}", 12, "label") for at in range(8)),
        *(Column(f"prose{at}", f"说明{at}", 24) for at in range(3)),
        *(Column(f"count{at}", f"件数{at}", 8, "count", total=True) for at in range(3)),
        *(Column(f"at{at}", f"时间{at}", 15, "moment") for at in range(2)),
    )
    prose = "检查农资门店和合作社，发现台账不全，已当场责令改正。"
    start = datetime(2020, 7, 1, tzinfo=UTC)
    rows = tuple(
        Row(
            (
                number,
                f"第{number % 30}农业中心",
                *("一般" for _ in range(8)),
                *(prose * (1 + (number + at) % 3) for at in range(3)),
                *(number % 7 for _ in range(3)),
                *(start + timedelta(minutes=number) for _ in range(2)),
            ),
            "late" if number % 11 == 0 else "normal",
        )
        for number in range(1, ROWS + 1)
    )
    return Table("台账", "台账", columns, rows, unit="单位：某区农业农村局")


def write_plainly(table: Table, target: Path) -> None:
    """Write the same values with openpyxl and nothing else: no style, no height, nothing made harmless."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([column.title for column in table.columns])
    for row in table.rows:
        sheet.append([cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in row.cells])
    book.save(target)


def measure(way: str) -> None:
    """Write once here; print CPU seconds, MB of memory above the rows', MB of memory before, MB of file."""
    made = table()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "table.xlsx")
        {"ours": write, "floor": write_plainly}[way](made, target)
        seconds = time.process_time() - begun
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        size = target.stat().st_size
        sheet = load_workbook(target, read_only=True).worksheets[0]
        assert sum(1 for _ in sheet.iter_rows()) >= ROWS
    print(seconds, grown / 1024, before / 1024, size / 1024**2)


def main() -> None:
    """Measure both ways in turn, a few rounds, and print the best of each."""
    print(f"{ROWS} rows x {COLUMNS} columns, best of {ROUNDS}, Python {sys.version.split()[0]}")
    best: dict[str, tuple[float, ...]] = {}
    for _ in range(ROUNDS):
        for way in ("floor", "ours"):
            command = [sys.executable, "-m", "bench.workbook", way]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
            figures = tuple(float(figure) for figure in said.split())
            best[way] = min(best.get(way, figures), figures)
    for way, name in (("floor", "openpyxl write-only, bare values"), ("ours", "office document")):
        seconds, grown, before, size = best[way]
        print(f"{name:34} {seconds:5.2f} s CPU  {before:.0f} + {grown:.1f} MB peak memory  {size:.2f} MB file")
    print(f"ratio {best['ours'][0] / best['floor'][0]:.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
