"""The whole ledger as a workbook: time, processor, memory and size; and what the chat notices of it meanwhile.

Beside it, in the same run: the same rows and values written by bare write-only openpyxl; and the chat with nothing else
to do, and with ledgers written one after the other in a thread that are just too short for a process of their own.
Run: python -m bench.export [entries] [rounds]
"""

from __future__ import annotations

import asyncio
import itertools
import random
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook, load_workbook

from bench.ledger import ENTRIES, make, open_store
from bot.core.messages import Attachment, Message, Said, Tapped
from bot.services import conversation
from exports import EXPORTS
from exports.channels.base import Upload
from exports.files import Maker
from storage import inbox, outbox, people
from storage.files import FileStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bot.core.messages import Event
    from storage.work import Store, Work

#: Who chats meanwhile, and how long each takes to answer on average (seconds).
CLERKS: Final = 50
THINK: Final = 0.5
WARM, QUIET = 5.0, 15.0
WHOLE: Final = Attachment("table", "ledger/", "问题台账.xlsx")
#: What is typed to enter a problem; "" taps 跳过.
ANSWERS: Final = (
    *("农机服务中心", "权责清单运行", "自查", "不作为", "2020-12-17", "2020-12-15", "否", "一般"),
    *("抽查卷宗3份，其中1份缺少现场检查笔录，当事人签字不齐全。", "", "", "限期整改", "补正卷宗材料，组织一次培训。"),
    *("张某", "13800000000", "月底前补正材料", "2020-12-30"),
)


def write_plainly(work: Work) -> bytes:
    """Write the same rows with openpyxl and nothing else: no style, no height, nothing made harmless."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    table = EXPORTS["ledger"](work, "")
    sheet.append([column.title for column in table.columns])
    for row in table.rows:
        sheet.append(row.cells)
    book.save(target := BytesIO())
    return target.getvalue()


async def measure(way: str, path: str) -> None:
    """Write the ledger once; print seconds, CPU seconds, MB of memory at most, MB of file."""
    store, begun = open_store(path), time.perf_counter()
    content = await (store.read(write_plainly) if way == "floor" else maker_of(store, path).make(WHOLE))
    taken = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF if way == "floor" else resource.RUSAGE_CHILDREN)
    if isinstance(content, Upload):
        content = content.content
        _check(content, await store.read(lambda work: len(EXPORTS["ledger"](work, "").rows)))
    await store.aclose()
    print(taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, len(content) / 1024**2)


def _check(content: bytes, entries: int) -> None:
    """Assert that every entry is in the workbook, once."""
    rows = load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(max_col=2, values_only=True)
    numbers = [row[1] for row in rows if isinstance(row[0], int)]
    assert len(numbers) == len(set(numbers)) == entries, (len(numbers), entries)


def maker_of(store: Store, path: str) -> Maker:
    """Return the product's maker of files."""
    return Maker(store, FileStore(Path(path).with_name("files")))


class Clerk:
    """Somebody of the brigade: looks through the ledger and enters problems, one after the other."""

    def __init__(self, number: int) -> None:
        self.address = f"clerk-{number}"
        self._dice = random.Random(number)
        self._card = Message("")
        self._said = itertools.count(1)
        self._moves = self._live()

    async def chat(self, store: Store, waits: list[float]) -> None:
        """Go on until cancelled; note how long each answer took."""
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / THINK))
            event, begun = next(self._moves), time.perf_counter()
            row: tuple[str, str, dict[str, Any]] = (f"{self.address}-{next(self._said)}", self.address, {})
            (incoming,) = await store.run(inbox.receive, "web", [row])
            served = await store.run(conversation.serve, incoming, event, "bench")
            waits.append(time.perf_counter() - begun)
            self._card = Message.from_json(served.replies[-1].payload)
            await store.run(outbox.settle, [outbox.Outcome(reply.id, "sent") for reply in served.replies])

    def _live(self) -> Iterator[Event]:
        for place in itertools.cycle(range(4)):
            yield Tapped("m:ledger")
            yield Tapped("m:list:a" if place % 2 else "m:list:l")
            for _ in range(3):
                yield Tapped(f"m:issue:{self._dice.randrange(1, 1000)}")
            yield Tapped("m:enter")
            for answer in ANSWERS:
                yield Said(answer) if answer else self._tap("跳过")
            yield self._tap("提交")
            assert "NJ-2020-" in self._card.text, self._card.text

    def _tap(self, label: str) -> Tapped:
        found = [button for row in self._card.buttons for button in row if label in button.label]
        assert found, f"no {label} under {self._card.text}"
        return Tapped(found[0].action)


def enrol(work: Work) -> None:
    """Make everybody one of the brigade."""
    for number in range(CLERKS):
        person = people.create_person(work, f"办事员{number}")
        people.grant(work, person, "brigade", "")
        people.bind(work, people.account(work, "web", f"clerk-{number}").id, person)


async def chat(path: str) -> None:
    """Let everybody chat: with nothing else to do, while the whole ledger is written, while short ones are."""
    store = open_store(path)
    await store.run(enrol)
    waits: list[float] = []
    maker = maker_of(store, path)
    everybody = [asyncio.create_task(Clerk(number).chat(store, waits)) for number in range(CLERKS)]
    meanwhile: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
        ("(warming up)", lambda: asyncio.sleep(WARM)),
        ("nothing else to do", lambda: asyncio.sleep(QUIET)),
        ("whole ledger, own process", lambda: maker.make(WHOLE)),
        ("nothing else to do", lambda: asyncio.sleep(QUIET)),
        ("short ledgers, in a thread", lambda: _short_ones(maker)),
    )
    for name, happens in meanwhile:
        waits.clear()
        begun = time.perf_counter()
        await happens()
        for lost in filter(asyncio.Task.done, everybody):
            lost.result()
        _print_waits(name, waits, time.perf_counter() - begun)
    for task in everybody:
        task.cancel()
    await asyncio.gather(*everybody, return_exceptions=True)
    await store.aclose()


async def _short_ones(maker: Maker) -> None:
    """Make ledgers of as many entries as are still written in a thread."""
    until = time.perf_counter() + QUIET
    while time.perf_counter() < until:
        await maker.make(Attachment("table", "ledger/a=staff;b=7", "问题台账.xlsx"))


def _print_waits(name: str, waits: list[float], seconds: float) -> None:
    tail = quantiles(waits, n=100)[98]
    print(
        f"  {name:28} {seconds:5.1f} s  {len(waits) / seconds:4.0f} steps/s"
        f"   median {1000 * median(waits):5.1f} ms   p99 {1000 * tail:6.1f} ms   longest {1000 * max(waits):6.0f} ms"
    )


def main(entries: int = ENTRIES, rounds: int = 2) -> None:
    """Measure both ways in turn and print the best of each, then the chat."""
    print(f"{entries} entries, best of {rounds}, Python {sys.version.split()[0]}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "duban.db"))
        make(path, entries)
        best: dict[str, tuple[float, ...]] = {}
        for _ in range(rounds):
            for way in ("floor", "ours"):
                command = [sys.executable, "-m", "bench.export", way, path]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
                figures = tuple(float(figure) for figure in said.split())
                name = "openpyxl write-only, bare values" if way == "floor" else "the ledger, in its own process"
                best[name] = min(best.get(name, figures), figures, key=lambda each: each[1])
        for name, (seconds, cpu, memory, size) in best.items():
            print(f"{name:34} {seconds:5.1f} s  {cpu:5.1f} s CPU  {memory:4.0f} MB peak memory  {size:5.1f} MB file")
        floor, ours = best.values()
        print(f"ratio {ours[1] / floor[1]:.2f}", flush=True)
        subprocess.run([sys.executable, "-m", "bench.export", "chat", path], check=True)  # noqa: S603


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["chat", path]:
            asyncio.run(chat(path))
        case [("floor" | "ours" | "check") as way, path]:
            asyncio.run(measure(way, path))
        case numbers:
            main(*map(int, numbers))
