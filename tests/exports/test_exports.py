"""Every table that can be asked for, read from a real database and written as a workbook."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from bot.campaigns import load
from bot.core import deadlines
from bot.core.messages import Attachment
from bot.core.tables import Column, Row, Stream, Table, digest
from exports import DOCUMENTS, EXPORTS
from exports.files import Maker
from exports.process import gather
from exports.workbook import MIME, write
from storage import files as stored
from storage import people, submissions
from storage.files import FileStore
from storage.work import Store
from tests.storage.making import enter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.tables import Shape
    from storage.work import Work

CAMPAIGN = load(Path(__file__).resolve().parents[2] / "campaigns" / "sample-2020.toml")
WEEK = next(each for each in deadlines.occurrences(CAMPAIGN, "weekly") if each.period == "2020-W28")


class Clock:
    """The present moment, set by hand."""

    now = WEEK.due.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'duban.db'}", now=clock, campaign=CAMPAIGN)
    store.migrate()
    yield store
    store.close()


def file(work: Work, unit: str, answers: dict[str, Any], signed_at: datetime | None) -> None:
    contact, head = people.create_person(work, "王小甲"), people.create_person(work, "李小乙")
    filed = submissions.file(
        work,
        duty="weekly",
        period="2020-W28",
        unit=unit,
        number=f"{unit}-28",
        answers=answers,
        form_version=1,
        zero=False,
        filed_by=contact,
        state="awaiting",
    )
    if signed_at:
        facts = {"signed_by": head, "signed_at": signed_at, "reported_at": signed_at}
        assert submissions.move(work, filed.id, "awaiting", "reported", **facts)


def test_the_week_s_reports_become_the_week_s_workbook(store: Store, clock: Clock) -> None:
    units = CAMPAIGN.units
    store.do(file, units[0].key, {"areas": ["rules"], "done": "检查门店8家", "found": 3, "mended": 2}, clock.now)
    clock.now += timedelta(hours=1)
    store.do(file, units[1].key, {"done": "=1+1", "found": 1, "mended": 0}, clock.now)
    store.do(file, units[2].key, {"done": "未签批的内容", "found": 9, "mended": 9}, None)
    store.do(file, units[0].key, {"done": "检查门店9家", "found": 4, "mended": 2}, clock.now)

    target = BytesIO()
    write(store.do(EXPORTS["weekly"], "2020-W28"), target)

    (sheet,) = load_workbook(target).worksheets
    head, *rows = sheet.iter_rows(min_row=3, values_only=True)
    at = {title: place for place, title in enumerate(head)}
    shown = [
        [row[at[title]] for title in ("单位", "本周工作开展情况", "发现问题数", "填报人", "签批人", "报送情况")]
        for row in rows[: len(units)]
    ]
    assert shown[:4] == [
        [units[0].name, "检查门店9家", 4, "王小甲", "李小乙", "按时"],
        [units[1].name, "=1+1", 1, "王小甲", "李小乙", "迟报"],
        [units[2].name, None, None, "王小甲", None, "待签批"],
        [units[3].name, None, None, None, None, "未报送"],
    ]
    assert [row[0] for row in shown] == [unit.name for unit in units]
    totals = rows[len(units)]
    assert (totals[0], totals[at["发现问题数"]], totals[at["整改完成数"]]) == ("合计", 5, 2)


def test_a_week_outside_the_campaign_has_no_table(store: Store) -> None:
    with pytest.raises(KeyError, match="2019-W01"):
        store.do(EXPORTS["weekly"], "2019-W01")


#: What can be asked for before anything has come in, and the part of a ref that is the table's own.
AT_FIRST = {
    "weekly": "2020-W28",
    "ledger": "",
    "public": "",
    "reconciliation": "2020-W28",
    "contacts": "",
    "statistics": "2020-07-01_2020-07-31",
    "standards": "",
    "cases": "",
    "discipline": "",
}


def test_every_table_is_asked_for_below() -> None:
    assert EXPORTS.keys() == AT_FIRST.keys() | {"import-faults", "roster-faults", "roster-links"}  # of what has come in
    assert not EXPORTS.keys() & DOCUMENTS.keys()


@pytest.mark.parametrize(("name", "rest"), AT_FIRST.items())
def test_every_table_can_be_made_before_anything_has_come_in(store: Store, name: str, rest: str) -> None:
    table = store.do(gather, name, rest)
    assert isinstance(table, Table)
    target = BytesIO()
    write(table, target)

    (sheet,) = load_workbook(target).worksheets
    assert sheet["A1"].value == table.title
    assert table.name
    assert table.signatures


@pytest.mark.parametrize("name", ["weekly", "reconciliation"])
def test_a_table_that_can_be_pushed_says_the_same_until_something_changes(store: Store, name: str) -> None:
    first = store.do(EXPORTS[name], WEEK.period)

    assert digest(store.do(EXPORTS[name], WEEK.period)) == digest(first)
    store.do(lambda work: enter(work, people.create_person(work, "孙某")))
    assert (digest(store.do(EXPORTS[name], WEEK.period)) == digest(first)) == (name == "weekly")


async def test_what_is_no_table_is_made_as_well(store: Store, tmp_path: Path) -> None:
    def enter_one(work: Work) -> int:
        return enter(work, people.create_person(work, "孙某")).id

    issue = await store.run(enter_one)
    maker = Maker(store, FileStore(tmp_path / "files"))

    for ref in ("ledger-template/*", "ledger-template/nongji,xumu", f"closing-sheet/{issue}"):
        made = await maker.make(Attachment("table", ref, "表.xlsx"))
        assert (made.name, made.mime) == ("表.xlsx", MIME)
        assert load_workbook(BytesIO(made.content)).worksheets[0]["A1"].value


async def test_a_stored_file_comes_as_it_was_sent(store: Store, tmp_path: Path) -> None:
    files = FileStore(tmp_path / "files")
    maker = Maker(store, files)
    sent = await asyncio.to_thread(files.put, b"%PDF-1.4 ...", "附件.pdf", "application/pdf")
    await store.run(stored.record, sent, await store.run(people.create_person, "孙某"))
    made = await maker.make(Attachment("file", sent.sha256, "证明.pdf"))

    assert (made.name, made.mime, made.content) == ("证明.pdf", "application/pdf", b"%PDF-1.4 ...")
    with pytest.raises(OSError, match="0000"):
        await maker.make(Attachment("file", "0" * 64, "附件.pdf"))


@pytest.mark.parametrize("kind", ["label", "text", "day"])
def test_a_date_in_any_column_is_shown_as_one(tmp_path: Path, kind: Shape) -> None:
    table = Table("日期", "日期", (Column("day", "日期", 16, kind),), (Row((WEEK.due.date(),)), Row(("不详",))))
    write(table, tmp_path / "table.xlsx")

    (sheet,) = load_workbook(tmp_path / "table.xlsx").worksheets
    assert sheet["A3"].value == datetime(2020, 7, 10)  # noqa: DTZ001 - a workbook knows no zones
    assert (sheet["A3"].number_format, sheet["A4"].value) == ("yyyy-mm-dd", "不详")


def peak(rows: int, target: Path) -> int:
    """Return the bytes it takes at most to write a stream of so many rows."""
    columns = (Column("number", "序号", 6, "count"), Column("text", "内容", 40))
    made = Stream(rows, lambda: (Row((number, "检查农资门店。" * (number % 9))) for number in range(rows)))
    tracemalloc.start()
    try:
        write(Table("长表", "长表", columns, made), target)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_long_table_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    peak(10, tmp_path / "table.xlsx")  # what is loaded at the first time
    short, long = (peak(rows, tmp_path / "table.xlsx") for rows in (500, 8_000))

    assert long < short + 100_000  # the rows' texts alone are ten times that
    with closing(load_workbook(tmp_path / "table.xlsx", read_only=True)) as book:
        assert sum(1 for _ in book.worksheets[0].iter_rows()) == 8_002
