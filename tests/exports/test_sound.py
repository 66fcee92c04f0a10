"""What is held against a workbook is found: each of these makes Excel offer to repair the file."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from bot.core.tables import Chart, Column, Row, Series, Table
from exports.workbook import write
from tests.kit.workbooks import faults

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (Column("unit", "单位", 16, "label"), Column("found", "发现", 8, "count", total=True))
CHART = Chart("各单位", (Series("发现", ("found",)),), labels="unit")
SHEET, CHARTED = "xl/worksheets/sheet1.xml", "xl/charts/chart1.xml"


def package() -> dict[str, bytes]:
    table = Table("表", "表", COLUMNS, (Row(("one", 3)), Row(("two", 4))), "某局", charts=(CHART,))
    write(table, target := BytesIO())
    with ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    with ZipFile(target := BytesIO(), "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_nothing_is_held_against_ours() -> None:
    assert faults(packed(package())) == []


@pytest.mark.parametrize(
    ("part", "ours", "theirs", "word"),
    [
        (SHEET, 'ref="A1:B1"', 'ref="A1:B3"', "overlaps"),
        (SHEET, 'ref="A1:B1"', 'ref="A1"', "one cell"),
        (SHEET, 'width="16"', 'width="300"', "wide"),
        (SHEET, 'r="B4"', 'r="A4"', "after column 1"),
        (SHEET, 'r="4"', 'r="3"', "row 3 after 3"),
        (SHEET, 'ht="33"', 'ht="410"', "high"),
        (SHEET, "one", "o_x0001_ne", "signs"),
        (SHEET, "one", "1" * 32_768, "32768 signs"),
        (SHEET, "<v>3</v>", "<v>三</v>", "no number"),
        (SHEET, 's="1"', 's="99"', "style 99"),
        (SHEET, 'r:id="rId1"', 'r:id="rId9"', "no relation rId9"),
        ("xl/workbook.xml", 'name="表"', 'name="' + "😀" * 16 + '"', "a sheet called"),
        ("xl/workbook.xml", "'表'!$A$1", "'别的'!$A$1", "Print_Area"),
        ("xl/styles.xml", '<fonts count="', '<fonts count="1', "fonts"),
        (CHARTED, "<gapWidth", "<c:dropLines xmlns:c='x'/><gapWidth", "dropLines in barChart"),
        (CHARTED, ' sourceLinked="0"', "", "number format"),
        (CHARTED, '<ptCount val="2"', '<ptCount val="1"', "Cache"),
        ("xl/drawings/drawing1.xml", "<from><col>0", "<from><col>9", "drawn from"),
        ("[Content_Types].xml", "/xl/charts/chart1.xml", "/xl/charts/chart9.xml", "is not there"),
        ("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet2.xml", "is not there"),
    ],
)  # fmt: skip
def test_what_excel_would_repair_is_found(part: str, ours: str, theirs: str, word: str) -> None:
    parts = package()
    text = parts[part].decode()
    assert ours in text, text[:3000]
    broken = parts | {part: text.replace(ours, theirs, 1).encode()}

    assert word in "\n".join(faults(packed(broken)))
