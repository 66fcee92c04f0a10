"""通报: one page whose figures are the summary's, with nobody's name on it, and the same in Word."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml.ns import qn

from bot.core.messages import Attachment
from bot.core.reconciliation import Flow
from exports.bulletin import COLUMNS, Bulletin, Section, load, pdf_bytes, told
from exports.bulletin_word import word_bytes
from exports.files import Maker
from storage import people, settings
from storage.files import FileStore
from tests.exports.summaries import NOW, summary
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.summary import Summary
    from storage.work import Store, Work

TOOLS = ("pdfinfo", "pdftotext")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
printed = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

LONG = "某某区农业综合行政执法大队直属派出中队"
FLOW = Flow("", found=9, mended=8, closed=7, returned=2)


def of(shown: Summary) -> Bulletin:
    return told(shown, 3, FLOW)


def text(paragraphs: Bulletin) -> str:
    return "\n".join(each for section in paragraphs.sections for each in (section.title, *section.paragraphs))


def pages(content: bytes, folder: Path) -> list[str]:
    """Return the text of every page, without the blanks between its pieces."""
    file = folder / "bulletin.pdf"
    file.write_bytes(content)
    said = [subprocess.run([*tool, str(file), *rest], capture_output=True, text=True, check=True).stdout  # noqa: S603
            for tool, rest in ((["pdfinfo"], []), (["pdftotext", "-raw"], ["-"]))]  # fmt: skip
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", said[0])
    return [re.sub(r"\s|\u200b", "", page) for page in said[1].split("\f")[:-1]]


# what it says


def test_it_tells_who_has_reported_how_the_ledger_stands_and_what_comes() -> None:
    shown = summary(5, 40, past=True, late=True, lagging=1)
    made = of(shown)
    assert (made.title, made.issue, made.bureau, made.day) == (
        *("行政执法不作为乱作为专项整治工作通报", "第3期", "某区农业农村局", "2020年7月10日"),
    )
    assert text(made).split("\n") == [
        "一、本周报送情况",
        (
            "第28周（7月6日—7月10日）每周工作信息应于7月10日12:00前报送。截至7月10日17:00，应报5家，已报3家，"
            "其中按时2家、迟报1家；未报送1家，待签批1家。"
        ),
        "迟报：农产品质量安全检测中心。",
        "未报送：畜牧兽医服务中心。",
        "待签批：政策法规室。",
        "二、问题整改情况",
        "截至7月10日17:00，累计发现问题40件，整改到位28件，整改率70.0%。其中已销号24件，未销号16件（含待核查4件）；逾期2件。",
        "第28周新增9件，整改到位8件，销号7件，退回2件。",
        "1家单位尚未登记问题，不列入下表。",
        "三、下步安排",
        "1．按时报送。7月17日12:00前报送第29周每周工作信息；8月31日17:30前报送行政裁量基准；9月9日17:30前报送自查整改情况报告。",
        "2．抓紧补报。第0项情况报告（7月1日到期）：农机服务中心、畜牧兽医服务中心、动物卫生监督室未完成报送。",
        "3．限期整改。逾期2件，时间最长的：农机服务中心NJ-2020-000（逾期10天）、畜牧兽医服务中心NJ-2020-001（逾期10天）。",
    ]
    units, areas = made.sections[1].grids
    assert units.head == ("单位", *COLUMNS)
    assert units.rows[0] == ("农机服务中心", "10", "7", "4", "1", "70.0%")
    assert [len(units.rows), len(areas.rows)] == [4, 4]


def test_what_comes_next_is_told_by_its_day() -> None:
    shown = summary(5)
    soon = replace(shown.coming[0], due=NOW + timedelta(days=3))
    assert "1．按时报送。7月13日17:00前报送行政裁量基准；7月17日12:00前报送第29周每周工作信息。" in text(
        of(replace(shown, coming=[soon]))
    )


def test_that_nobody_has_reported_is_not_divided_into_kinds() -> None:
    assert "应报5家，已报0家；尚未报送5家。" in text(of(summary(5, kinds=("missing",))))


def test_before_it_is_due_nobody_is_late() -> None:
    assert "尚未报送1家" in text(of(summary(5)))


def test_its_parts_are_numbered_as_far_as_there_are_any() -> None:
    shown = summary(3, 0, kinds=("on_time",))
    assert "截至7月10日17:00，各单位尚未登记问题。" in text(of(shown))
    bare = told(replace(shown, stock=None, coming=[], following=None), 27, FLOW)
    assert [section.title for section in bare.sections] == ["一、本周报送情况"]
    dated = told(replace(shown, stock=None), 27, FLOW)
    assert [section.title for section in dated.sections] == ["一、本周报送情况", "二、下步安排"]


def entered(work: Work) -> None:
    settings.put(work, settings.INSTALLED, "2020-06-20T00:00:00+00:00")
    enter(work, people.create_person(work, "孙某某"), new(description="涉及某养殖场的情况"))


def test_it_is_made_of_a_week_with_its_number_and_what_it_brought(store: Store) -> None:
    store.do(entered)
    made, before = store.do(load, "2020-W28"), store.do(load, "2020-W27")
    assert [made.issue, before.issue] == ["第3期", "第2期"]
    assert "第28周新增1件" in text(made)
    assert "第27周新增0件" in text(before)
    assert "1．按时报送。7月17日12:00前报送第29周每周工作信息" in text(made)
    assert "1．按时报送。7月10日12:00前报送第28周每周工作信息" in text(before)  # not what has passed


def test_it_names_nobody_and_nothing_that_was_found(store: Store) -> None:
    store.do(entered)
    said = repr(store.do(load, "2020-W28"))
    assert not [word for word in ("孙某某", "张某", "13800000000", "养殖场", "补正") if word in said]


@pytest.mark.parametrize("period", ["", "2020-W29", "2020-W25", "x", "2020-06-30"])
def test_there_is_none_of_a_week_that_is_none_or_has_not_begun(store: Store, period: str) -> None:
    with pytest.raises(KeyError):
        store.do(load, period)


# on paper


@printed
def test_every_word_and_figure_is_on_the_page(tmp_path: Path) -> None:
    made = of(summary(16, 2000, past=True, late=True, lagging=2))
    [page] = pages(pdf_bytes(made), tmp_path)
    for each in (made.title, made.issue, made.bureau, made.day, *text(made).split("\n")):
        assert re.sub(r"\s", "", each) in page
    for grid in made.sections[1].grids:
        for row in grid.rows:
            assert "".join(row) in page
    assert page.endswith("某区农业农村局2020年7月10日（盖章）")


@printed
@pytest.mark.parametrize(
    ("units", "name", "kinds"),
    [
        (1, "", ("on_time",)),
        (10, LONG, ("late",)),
        (17, LONG, ("missing", "late", "awaiting")),
        (30, "", ("missing",)),
        (30, LONG, ("missing",)),
        (30, LONG, ("on_time", "late", "missing", "returned", "awaiting", "stamping", "excused")),
    ],
    ids=["one", "ten late", "all kinds of owing", "nobody", "nobody of long names", "everything"],
)
def test_whatever_there_is_to_say_it_is_one_page(tmp_path: Path, units: int, name: str, kinds: tuple[str, ...]) -> None:
    shown = summary(units, 9000, name=name, late=True, past=True, lagging=5, kinds=kinds, title="专项整治" * 8)  # type: ignore[arg-type]
    [page] = pages(pdf_bytes(of(shown)), tmp_path)
    assert all(line.name in page for line in shown.units if line.stock and line.stock.found)
    assert page.endswith("（盖章）")


@printed
def test_nothing_typed_is_read_as_markup(tmp_path: Path) -> None:
    hostile = '#panic("x")*粗*$x$[[\\u{41}]]<b>=标题'
    shown = summary(2, 10)
    units = [replace(unit, name=hostile) for unit in shown.units]
    [page] = pages(pdf_bytes(of(replace(shown, units=units, title=hostile, bureau=hostile))), tmp_path)
    assert page.count(hostile) > 4


# in Word


def test_the_document_says_the_same() -> None:
    made = of(summary(16, 2000, past=True, late=True, lagging=2))
    document = Document(BytesIO(word_bytes(made)))
    paragraphs = [each.text for each in document.paragraphs if each.text]
    assert paragraphs == [
        made.title,
        made.issue,
        f"{made.bureau}\t{made.day}",
        *text(made).split("\n"),
        made.bureau,
        f"{made.day}（盖章）",
    ]
    grids = [grid for section in made.sections for grid in section.grids]
    assert [[tuple(cell.text for cell in row.cells) for row in table.rows] for table in document.tables] == [
        [grid.head, *grid.rows] for grid in grids
    ]


def test_its_fonts_page_and_headings_are_those_of_an_office() -> None:
    document = Document(BytesIO(word_bytes(of(summary()))))
    for name, font in (("Normal", "仿宋"), ("Title", "黑体"), ("Heading 1", "黑体"), ("表格文字", "仿宋")):
        fonts = document.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia")} == {font}
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)  # type: ignore[union-attr]
    assert [each.text for each in document.paragraphs if each.style and each.style.name == "Heading 1"] == [
        *("一、本周报送情况", "二、问题整改情况", "三、下步安排"),
    ]
    for table in document.tables:
        first, *others = (row._tr.trPr for row in table.rows)
        assert first.find(qn("w:tblHeader")) is not None
        assert all(each.find(qn("w:tblHeader")) is None for each in others)
    about = document.core_properties
    assert (about.author, about.title) == ("某区农业农村局", "行政执法不作为乱作为专项整治工作通报第3期")


def test_what_word_could_not_open_is_left_out() -> None:
    dirty = "一\x00二\x0b\ud800三\ufffe"
    made = Bulletin(dirty, dirty, dirty, dirty, (Section(dirty, (dirty,)),))
    document = Document(BytesIO(word_bytes(made)))
    assert {each.text.partition("（")[0] for each in document.paragraphs if each.text} == {"一二三", "一二三\t一二三"}


@pytest.mark.parametrize(
    ("ref", "name", "mime", "begins"),
    [
        ("bulletin/2020-W28", "通报.pdf", "application/pdf", b"%PDF"),
        (
            "bulletin-word/2020-W28",
            "通报.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            b"PK",
        ),
    ],
)
async def test_it_goes_out_as_the_file_it_is(
    store: Store, tmp_path: Path, ref: str, name: str, mime: str, begins: bytes
) -> None:
    made = await Maker(store, FileStore(tmp_path)).make(Attachment("table", ref, name))
    assert (made.name, made.mime, made.content[: len(begins)], made.shown) == (name, mime, begins, False)
