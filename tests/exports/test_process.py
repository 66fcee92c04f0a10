"""A long table comes out of a process of its own as it would out of this one, and nothing is left when it does not."""

from __future__ import annotations

import asyncio
import pickle
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from bot.core.messages import Attachment
from bot.core.tables import Table
from exports.files import Maker
from exports.process import AT_A_TIME, MOST, ExportError, Order, Press, gather
from exports.workbook import MIME, write
from storage import people
from storage.files import FileStore
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.campaign import Campaign
    from storage.work import Store, Work

NOW = datetime(2020, 7, 9, 7, 0, tzinfo=UTC)
Cells = list[tuple[object, ...]]


class Scratch:
    """Where temporary files go: each child has a folder there while it is at work, and leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def at_work(self) -> int:
        return sum(1 for _ in self.folder.iterdir())

    async def busy(self) -> None:
        while not self.at_work():  # noqa: ASYNC110 - nobody tells us when a child has been started
            await asyncio.sleep(0.001)


@pytest.fixture
def scratch(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    # after the store: a database server may have been started for it, and keeps its files where temporary files were
    made = Scratch(tmp_path / "scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(made.folder))
    return made


def fill(work: Work, entries: int) -> None:
    by = people.create_person(work, "孙某")
    for number in range(entries):
        enter(work, by, new(f"第{number}件", "nongji" if number % 2 else "xumu"))


def cells(content: bytes) -> Cells:
    (sheet,) = load_workbook(BytesIO(content)).worksheets
    return list(sheet.iter_rows(values_only=True))


def written(work: Work, name: str, rest: str) -> bytes:
    found = gather(work, name, rest)
    assert isinstance(found, Table)
    write(found, target := BytesIO())
    return target.getvalue()


def order(campaign: Campaign, name: str = "ledger", rest: str = "", now: datetime = NOW) -> Order:
    return Order(name, rest, now, campaign)


@pytest.mark.parametrize(("name", "rest"), [("ledger", "u=xumu"), ("public", ""), ("reconciliation", "2020-W28")])
async def test_a_child_writes_what_would_be_written_here(store: Store, scratch: Scratch, name: str, rest: str) -> None:
    await store.run(fill, 5)
    content = await Press(store.url).print(order(store.campaign, name, rest))

    assert cells(content) == cells(await store.read(written, name, rest))
    assert len(cells(content)) > 5
    assert scratch.at_work() == 0


@pytest.mark.parametrize("rows", [0, 5, 1_200])
async def test_a_child_says_how_far_it_is(store: Store, rows: int) -> None:
    await store.run(fill, rows)
    said: list[tuple[int, int]] = []
    await Press(store.url).print(order(store.campaign), lambda done, total: said.append((done, total)))

    assert [done for done, _ in said] == sorted({done for done, _ in said})
    assert said[-1:] == [(total, total) for _, total in said[-1:]]
    assert len(said) == 2 * -(-rows // AT_A_TIME), "a word for each chunk that is read, and one when it is written"


async def test_a_child_has_the_moment_it_is_told(store: Store) -> None:
    later = order(store.campaign, now=datetime(2020, 8, 1, 1, 0, tzinfo=UTC))
    content = await Press(store.url).print(later)

    assert "制表时间：2020年8月1日 09:00" in {cell for row in cells(content) for cell in row}


def test_a_short_table_is_held_and_a_long_one_is_an_order(store: Store) -> None:
    store.do(fill, MOST)
    short = store.do(gather, "ledger", "")
    store.do(fill, 1)

    assert isinstance(short, Table)
    assert isinstance(short.rows, tuple)
    assert len(short.rows) == MOST
    assert store.do(gather, "ledger", "") == order(store.campaign)
    assert isinstance(store.do(gather, "ledger", "u=nongji"), Table)


async def test_a_long_ledger_is_whole_while_the_office_goes_on(store: Store, tmp_path: Path, scratch: Scratch) -> None:
    await store.run(fill, MOST + 1)
    maker = Maker(store, FileStore(tmp_path / "files"))
    making = asyncio.create_task(maker.make(Attachment("table", "ledger/", "问题台账.xlsx")))
    await scratch.busy()
    await store.run(fill, 1)  # nobody has to wait for the child to have read
    made = await making

    assert (made.name, made.mime) == ("问题台账.xlsx", MIME)
    numbers = [row[1] for row in cells(made.content) if isinstance(row[0], int)]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) in {MOST + 1, MOST + 2}
    assert scratch.at_work() == 0


async def test_one_child_at_a_time(store: Store, scratch: Scratch) -> None:
    press, most = Press(store.url), 0
    printing = asyncio.gather(*(press.print(order(store.campaign)) for _ in range(3)))
    while not printing.done():
        most = max(most, scratch.at_work())
        await asyncio.sleep(0.01)

    assert most == 1
    assert len(await printing) == 3


@pytest.mark.parametrize("wrong", [{"name": "nothing"}, {"rest": "u=nobody"}])
async def test_a_child_that_fails_says_why(store: Store, scratch: Scratch, wrong: dict[str, str]) -> None:
    with pytest.raises(ExportError, match="KeyError"):
        await Press(store.url).print(replace(order(store.campaign), **wrong))  # type: ignore[arg-type]

    assert scratch.at_work() == 0


async def test_one_that_failed_does_not_keep_the_next_from_being_written(store: Store) -> None:
    press = Press(store.url)
    with pytest.raises(ExportError):
        await press.print(order(store.campaign, "nothing"))

    assert cells(await press.print(order(store.campaign)))


async def test_a_child_that_takes_too_long_is_ended(store: Store, scratch: Scratch) -> None:
    with pytest.raises(TimeoutError):
        await Press(store.url, patience=0).print(order(store.campaign))

    assert scratch.at_work() == 0


async def test_a_child_nobody_waits_for_any_more_is_ended(store: Store, scratch: Scratch) -> None:
    printing = asyncio.create_task(Press(store.url).print(order(store.campaign)))
    await scratch.busy()
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing

    assert scratch.at_work() == 0


async def test_an_unknown_table_is_refused_before_any_child_is_started(store: Store, tmp_path: Path) -> None:
    maker = Maker(store, FileStore(tmp_path / "files"))

    for ref in ("nothing/", "ledger/u=nobody", "weekly/2019-W01", "closing-sheet/0"):
        with pytest.raises(KeyError):
            await maker.make(Attachment("table", ref, "x.xlsx"))


def test_a_campaign_travels_to_another_process_as_it_is(campaign: Campaign) -> None:
    assert campaign.lists
    assert campaign.ledger_lists
    arrived = pickle.loads(pickle.dumps(campaign))  # noqa: S301 - our own

    assert arrived == campaign
    assert arrived.zone is campaign.zone
    assert arrived.unit("nongji") == campaign.unit("nongji")
