"""A long table is written in a process of its own, so that nobody waits for an answer in the chat meanwhile.

Writing is work of the processor: in a thread it would share the interpreter with every chat. The child reads the same
database by itself, in one transaction that cannot write, and is told the moment and the campaign: it has no clock and
no settings. What it reads it puts into a file first: a transaction as long as the writing would keep the database from
tidying up behind itself, and slow down everybody's. Owns that child: one at a time, how long it may take, what is left
when it fails (nothing).
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.core.tables import Stream
from exports import EXPORTS
from exports.workbook import write
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.campaign import Campaign
    from bot.core.tables import Row, Table
    from storage.work import Work

#: Rows written here, in a thread: a moment's work. A thousand would be felt in the chat (bench/export.py).
MOST: Final = 300
#: Seconds a child may take: ten times what 100,000 entries take on a machine of today.
PATIENCE: Final = 600.0
#: How far a child steps back (POSIX): whoever chats has the processor first.
NICE: Final = 10
#: Rows the child holds at a time.
AT_A_TIME: Final = 500
ROOT: Final = Path(__file__).resolve().parent.parent


class ExportError(Exception):
    """The child has ended without a workbook; says what it said last."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a child is to write: a table by its name and the rest of its ref, as of a moment (aware, UTC)."""

    name: str
    rest: str
    now: datetime
    campaign: Campaign


def gather(work: Work, name: str, rest: str) -> Table | Order:
    """Return a table with its rows, or the order for one too long to be held; KeyError when there is no such table."""
    table = EXPORTS[name](work, rest)
    return table.held() if len(table.rows) <= MOST else Order(name, rest, work.now, work.campaign)


class Press:
    """Has long tables written, one at a time. Belongs to one event loop."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        """Read from this database. A child that takes longer than `patience` (seconds) is ended."""
        self._url = url
        self._patience = patience
        self._turn = asyncio.Semaphore(1)

    async def print(self, order: Order) -> bytes:
        """Return the workbook; ExportError when there is none, TimeoutError when it took too long."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="duban-") as folder:
                await self._run(order, folder)
                return await asyncio.to_thread(_result(folder).read_bytes)

    async def _run(self, order: Order, folder: str) -> None:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "exports.process", folder),
            # What openpyxl writes on the way goes into our folder, and with it.
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": folder, "TEMP": folder, "TMP": folder},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._patience):
                _, said = await child.communicate(pickle.dumps((self._url, order)))
        finally:
            with suppress(ProcessLookupError):  # it has ended already
                child.kill()
            await child.wait()
        if child.returncode:
            raise ExportError(f"{order.name}/{order.rest}: {said.decode(errors='replace')[-2000:]}")


def _result(folder: str) -> Path:
    return Path(folder, "table.xlsx")


def read_aside(work: Work, name: str, rest: str, file: Path) -> Table:
    """Return a table whose rows lie in `file`: it can be written when the transaction is over."""
    table = EXPORTS[name](work, rest)
    rows = table.checked()
    with file.open("wb") as spool:
        while some := tuple(islice(rows, AT_A_TIME)):
            pickle.dump(some, spool)
    return replace(table, rows=Stream(len(table.rows), partial(_rows_in, file)))


def _rows_in(file: Path) -> Iterator[Row]:
    with file.open("rb") as spool, suppress(EOFError):
        while True:
            yield from pickle.load(spool)  # noqa: S301 - our own


def main(folder: str) -> None:
    """Write, in the child, what the parent says on standard input, into this folder."""
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the parent, who ends us if need be
        signal.signal(name, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    url, order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent, who has started us
    store = Store(url, now=lambda: order.now, campaign=order.campaign)
    try:
        table = asyncio.run(store.read(read_aside, order.name, order.rest, Path(folder, "rows")))
    finally:
        store.close()
    write(table, _result(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
