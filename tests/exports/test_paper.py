"""The workbook on paper: LibreOffice opens it without a word and prints A4 pages turned sideways."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.core.tables import Column, Row, Table
from exports.workbook import write

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ("soffice", "pdfinfo", "pdftotext")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

COLUMNS = (
    Column("number", "序号", 5, "count"),
    Column("unit", "单位", 16, "label"),
    Column("done", "工作开展情况", 16),
    Column("found", "问题数", 9, "count", total=True),
)


def table(name: str, answers: list[str]) -> Table:
    rows = tuple(Row((at, f"第{at}中队", answer, at)) for at, answer in enumerate(answers, 1))
    signatures = ("制表人：", "审核人：", "负责人（签字）：　　　（盖章）")
    return Table(name, "工作汇总表", COLUMNS, rows, "汇总单位：某局", "第28周", "今天", ("应报3家。",), signatures)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print all tables in one go: starting LibreOffice is what takes the time."""
    folder = tmp_path_factory.mktemp("printed")
    made = [
        table("short", ["检查门店。", "=1+1", ""]),
        table("full", ["检查门店。"] * 17),
        table("long", ["检查农资门店，宣讲法律法规。" * 110, "检查门店。", "检查门店。"] * 4),
    ]
    for each in made:
        write(each, folder / f"{each.name}.xlsx")
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    files = [str(folder / f"{each.name}.xlsx") for each in made]
    assert "error" not in run(*command, "--outdir", str(folder), *files).lower()
    return folder


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603
    return done.stdout + done.stderr


def pages(file: Path) -> list[str]:
    return run("pdftotext", "-layout", str(file), "-").removesuffix("\f").split("\f")


def facts(file: Path) -> dict[str, str]:
    parts = (line.partition(":") for line in run("pdfinfo", str(file)).splitlines())
    return {name: value.strip() for name, _, value in parts}


@pytest.mark.parametrize("name", ["short", "long"])
def test_paper_is_a4_turned_sideways(printed: Path, name: str) -> None:
    wide, high = re.findall(r"[\d.]+", facts(printed / f"{name}.pdf")["Page size"])[:2]

    assert (float(wide), float(high)) == pytest.approx((841.9, 595.3), abs=0.5)


def test_a_short_table_is_one_page_with_everything_on_it(printed: Path) -> None:
    (page,) = pages(printed / "short.pdf")

    for words in (
        "工作汇总表",
        "汇总单位：某局",
        "=1+1",
        "合计",
        "应报3家。",
        "制表人：",
        "（盖章）",
        "第1页/共1页",
    ):
        assert words in page


def test_a_table_a_little_too_long_is_one_page_as_well(printed: Path) -> None:
    (page,) = pages(printed / "full.pdf")

    assert "第17中队" in page
    assert "（盖章）" in page


def test_a_long_table_repeats_its_header_and_numbers_its_pages(printed: Path) -> None:
    found = pages(printed / "long.pdf")

    assert len(found) > 1
    assert str(len(found)) == facts(printed / "long.pdf")["Pages"]
    for number, page in enumerate(found, 1):
        assert "工作开展情况" in page
        assert f"第{number}页/共{len(found)}页" in page
    assert "负责人（签字）" in found[-1]
