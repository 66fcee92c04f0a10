"""Workbooks as they come in: which sheet is read, what a cell holds, and what is turned away."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.core.ledger_headings import known
from bot.core.ledger_rows import MOST_ROWS
from bot.core.sheet import Broken, Line, Misfit
from exports import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HEADS = ("序号", "单位", "具体问题表述", "整改措施")
RATE = partial(known, titles=HEADS)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Workbook], Path]:
    def save(book: Workbook) -> Path:
        book.save(tmp_path / "book")
        return tmp_path / "book"

    return save


def book_of(*rows: tuple[Any, ...], title: str = "台账") -> Workbook:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def refused(path: Path) -> str:
    with pytest.raises(Misfit) as caught:
        reader.read(path, RATE)
    return caught.value.key


def cells(lines: Sequence[Line]) -> list[list[Any]]:
    return [[cell for cell in line.cells if cell is not None] for line in lines]


def test_values_come_as_they_are_and_empty_lines_not_at_all(saved: Callable[[Workbook], Path]) -> None:
    odd = (1, 1.5, True, date(2020, 7, 1), datetime(2020, 7, 1, 8, 30), time(9, 0), "=1+1", "#N/A", "文")  # noqa: DTZ001 - as Excel has it
    book = book_of(HEADS, (), ("", None), odd)
    lines = reader.read(saved(book), RATE)
    assert [line.number for line in lines] == [1, 4]
    # a formula nobody has computed holds no value
    assert cells(lines)[1] == [
        1, 1.5, True, datetime(2020, 7, 1), datetime(2020, 7, 1, 8, 30), "09:00:00", Broken("#N/A"), "文",  # noqa: DTZ001 - as above
    ]  # fmt: skip


def test_the_sheet_with_the_most_headings_is_read_but_never_a_hidden_one(saved: Callable[[Workbook], Path]) -> None:
    book = book_of(("通知",), title="封面")
    for title, heads, state in (("附表", HEADS[:3], "visible"), ("台账", HEADS, "visible"), ("旧", HEADS, "hidden")):
        sheet = book.create_sheet(title)
        sheet.append(heads)
        sheet.append((title,))
        sheet.sheet_state = state
    assert cells(reader.read(saved(book), RATE)) == [list(HEADS), ["台账"]]


def test_a_book_without_a_ledger_has_no_lines(saved: Callable[[Workbook], Path]) -> None:
    assert reader.read(saved(book_of(("通知",))), RATE) == []


def test_a_cell_merged_downwards_holds_in_each_of_its_lines(saved: Callable[[Workbook], Path]) -> None:
    book = book_of(
        HEADS, (1, "农机服务中心", "甲"), (2, None, "乙"), (), (3, "畜牧兽医服务中心", "丙"), ("合计", None, None)
    )
    assert book.active is not None
    book.active.merge_cells("B2:B4")
    book.active.merge_cells("A6:B6")
    assert cells(reader.read(saved(book), RATE))[1:] == [
        [1, "农机服务中心", "甲"],
        [2, "农机服务中心", "乙"],
        [3, "畜牧兽医服务中心", "丙"],
        ["合计"],
    ]


def test_what_lies_far_to_the_right_is_not_read(saved: Callable[[Workbook], Path]) -> None:
    book = book_of(HEADS)
    assert book.active is not None
    book.active.cell(2, reader.COLUMNS, "还看")
    book.active.cell(2, reader.COLUMNS + 1, "不看")
    assert cells(reader.read(saved(book), RATE))[1] == ["还看"]


def test_a_sheet_may_say_that_it_is_smaller_than_it_is(tmp_path: Path) -> None:
    path = rewritten(tmp_path, book_of(HEADS, (1,), (2,)), b'ref="A1:D3"', b'ref="A1"')
    assert [line.number for line in reader.read(path, RATE)] == [1, 2, 3]


def test_a_sheet_may_say_that_it_is_far_larger_than_it_is(tmp_path: Path) -> None:
    path = rewritten(tmp_path, book_of(HEADS, (1,), (2,)), b'<row r="3"', b'<row r="999999999999"')
    assert [line.number for line in reader.read(path, RATE)] == [1, 2]


def test_lines_after_a_gap_are_read_and_a_million_empty_ones_are_not(tmp_path: Path) -> None:
    far = b'<row r="10000"><c r="A10000"><v>7</v></c></row><row r="30000"><c r="A30000"><v>8</v></c></row></sheetData>'
    path = rewritten(tmp_path, book_of(HEADS), b"</sheetData>", far)
    assert [line.number for line in reader.read(path, RATE)] == [1, 10000]


def test_too_many_lines_are_refused_however_few_of_them_are_entries(saved: Callable[[Workbook], Path]) -> None:
    assert refused(saved(book_of(HEADS, *[(1,)] * (MOST_ROWS + 500)))) == "import_long"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),  # an old .xls, and every encrypted .xlsx
        "单位,问题\n".encode("gb18030"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "book").write_bytes(content)
    assert refused(tmp_path / "book") == "import_unreadable"


def test_a_workbook_with_macros_is_refused(tmp_path: Path) -> None:
    book_of(HEADS).save(tmp_path / "book")
    with zipfile.ZipFile(tmp_path / "book", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    assert refused(tmp_path / "book") == "import_unreadable"


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    book_of(HEADS).save(tmp_path / "book")
    with zipfile.ZipFile(tmp_path / "book", "a", zipfile.ZIP_DEFLATED) as archive:
        for part in range(5):
            archive.writestr(f"xl/media/{part}", bytes(reader.LARGEST // 5))
    assert (tmp_path / "book").stat().st_size < 1_000_000
    assert refused(tmp_path / "book") == "import_large"


def test_a_part_that_holds_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = rewritten(tmp_path, book_of(HEADS), b"</sheetData>", b" " * 1_000_000 + b"</sheetData>")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little")))
    assert refused(path) == "import_unreadable"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]]
) -> None:
    target = BytesIO()
    book_of(HEADS, (1, "单位", "问题", "措施")).save(target)
    content = bytearray(target.getvalue())
    for place, sign in damage:
        content[place % len(content)] = sign
    path = tmp_path_factory.mktemp("damaged") / "book"
    path.write_bytes(content)
    lines: list[Line] = []
    with suppress(Misfit):
        lines = reader.read(path, RATE)
    assert all(isinstance(line, Line) for line in lines)


def rewritten(folder: Path, book: Workbook, old: bytes, new: bytes) -> Path:
    """Save a book with something changed in its only sheet."""
    target = BytesIO()
    book.save(target)
    path = folder / "book"
    with zipfile.ZipFile(target) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed:
        for part in whole.namelist():
            content = whole.read(part)
            if part == "xl/worksheets/sheet1.xml":
                assert old in content
                content = content.replace(old, new)
            changed.writestr(part, content)
    return path
