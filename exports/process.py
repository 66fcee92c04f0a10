"""A long table is written in a process of its own, so that nobody waits for an answer in the chat meanwhile.

Writing is work of the processor: in a thread it would share the interpreter with every chat. The child reads the same
database by itself, in one transaction that cannot write, and is told the moment and the campaign: it has no clock and
no settings. What it reads it puts into a file first: a transaction as long as the writing would keep the database from
tidying up behind itself, and slow down everybody's. On the way it says how far it is, a line at a time. Owns that
child: one at a time, how long it may take, what is left when it fails (nothing).
"""

from __future__ import annotations

import asyncio
import logging
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
from exports.office_template import Templates
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bot.core.campaign import Campaign
    from bot.core.tables import Row, Table
    from storage.work import Work

    #: Is told how much is done, and of how much.
    Told = Callable[[int, int], None]

log = logging.getLogger(__name__)

#: Rows written here, in a thread: a moment's work. A thousand would be felt in the chat (bench/export.py).
MOST: Final = 300
#: Seconds a child may take: ten times what 100,000 entries take on a machine of today.
PATIENCE: Final = 600.0
#: How far a child steps back (POSIX): whoever chats has the processor first.
NICE: Final = 10
#: Rows the child holds at a time, and after which it says how far it is.
AT_A_TIME: Final = 500
#: How much longer writing a row takes than reading it, about.
WRITING: Final = 3
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

    def __init__(self, url: str, *, templates: Path | None = None, patience: float = PATIENCE) -> None:
        """Read from this database, write into the templates of this folder.

        A child that takes longer than `patience` (seconds) is ended.
        """
        self._url = url
        self._templates = templates
        self._heard: set[bytes] = set()
        self._patience = patience
        self._turn = asyncio.Semaphore(1)

    async def print(self, order: Order, told: Told | None = None) -> bytes:
        """Return the workbook; ExportError when there is none, TimeoutError when it took too long.

        `told` hears how far it is.
        """
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="duban-") as folder:
                await self._run(order, folder, told)
                return await asyncio.to_thread(_result(folder).read_bytes)

    async def _run(self, order: Order, folder: str, told: Told | None) -> None:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "exports.process", folder),
            # What openpyxl writes on the way goes into our folder, and with it.
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": folder, "TEMP": folder, "TMP": folder},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert child.stdin and child.stdout and child.stderr  # noqa: S101, PT018 - pipes, as asked for
        try:
            async with asyncio.timeout(self._patience):
                _, _, said = await asyncio.gather(
                    _say(child.stdin, pickle.dumps((self._url, order, self._templates))),
                    _hear(child.stdout, told),
                    child.stderr.read(),
                )
                await child.wait()
        finally:
            with suppress(ProcessLookupError):  # it has ended already
                child.kill()
            await child.wait()
        if child.returncode:
            raise ExportError(f"{order.name}/{order.rest}: {said.decode(errors='replace')[-2000:]}")
        if said and said not in self._heard:  # a template that does not fit
            self._heard.add(said)
            log.warning("%s", said.decode(errors="replace")[-2000:].strip())


async def _say(to: asyncio.StreamWriter, what: bytes) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # it has ended already, and says why
        to.write(what)
        await to.drain()
    to.close()


async def _hear(said: asyncio.StreamReader, told: Told | None) -> None:
    async for line in said:
        with suppress(ValueError):  # somebody else's word
            done, total = map(int, line.split())
            if told is not None:
                told(done, total)


def _result(folder: str) -> Path:
    return Path(folder, "table.xlsx")


class Meter:
    """Says on standard output how much of a table is read and written: what has not been said yet."""

    def __init__(self) -> None:
        """Begin with nothing done, of nothing."""
        self._said = self._rows = 0

    def read(self, rows: int, total: int) -> None:
        """So many rows are read, of about `total`."""
        self._rows = max(rows, total)
        self._say(rows)

    def wrote(self, rows: int) -> None:
        """So many rows have been gone through; they may be once more."""
        self._say(self._rows + WRITING * rows)

    def _say(self, done: int) -> None:
        if done > self._said:
            self._said = done
            sys.stdout.write(f"{done} {(1 + WRITING) * self._rows}\n")
            sys.stdout.flush()


def read_aside(work: Work, name: str, rest: str, file: Path, meter: Meter) -> Table:
    """Return a table whose rows lie in `file`: it can be written when the transaction is over."""
    table = EXPORTS[name](work, rest)
    rows, total = table.checked(), len(table.rows)
    done = 0
    with file.open("wb") as spool:
        while some := tuple(islice(rows, AT_A_TIME)):
            pickle.dump(some, spool)
            meter.read(done := done + len(some), total)
    return replace(table, rows=Stream(total, partial(_rows_in, file, meter)))


def _rows_in(file: Path, meter: Meter) -> Iterator[Row]:
    done = 0
    with file.open("rb") as spool, suppress(EOFError):
        while True:
            some = pickle.load(spool)  # noqa: S301 - our own
            yield from some
            meter.wrote(done := done + len(some))


def main(folder: str) -> None:
    """Write, in the child, what the parent says on standard input, into this folder."""
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the parent, who ends us if need be
        signal.signal(name, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    url, order, templates = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent, who has started us
    store = Store(url, now=lambda: order.now, campaign=order.campaign)
    try:
        table = asyncio.run(store.read(read_aside, order.name, order.rest, Path(folder, "rows"), Meter()))
    finally:
        store.close()
    Templates(templates).write(order.name, table, _result(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
