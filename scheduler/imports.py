"""Checking ledgers and rosters that were sent: read and examined in a thread, outside any transaction.

May die at any point and run on several replicas: a file is waiting until its verdict is written down, once.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.core import ledger_headings, ledger_rows, roster_rows
from bot.core.sheet import Misfit
from bot.services import imports, roster
from exports import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.core.sheet import Line
    from storage.files import FileStore
    from storage.work import Store

log = logging.getLogger(__name__)

V = TypeVar("V")


async def check_waiting(store: Store, files: FileStore) -> int:
    """Check every file that waits, one after the other; return for how many this call wrote the verdict down."""
    written = 0
    for sent in await store.read(imports.waiting):
        check = partial(ledger_rows.check, terms=sent.terms)
        verdict = await asyncio.to_thread(examine, files.path(sent.sha256), sent.terms.titles, check)
        written += await store.run(imports.checked, sent.id, verdict)
    for people in await store.read(roster.waiting):
        listed = partial(roster_rows.check, units=people.units, now=people.now)
        found = await asyncio.to_thread(examine, files.path(people.sha256), roster_rows.TITLES, listed)
        written += await store.run(roster.checked, people.id, found)
    return written


def examine(path: Path, titles: Sequence[str], check: Callable[[Sequence[Line]], V]) -> V | Misfit:
    """Return what a file holds, or why it is refused: a file that cannot be checked is not tried for ever."""
    try:
        return check(reader.read(path, partial(ledger_headings.known, titles=titles)))
    except Misfit as problem:
        return problem
    except Exception:
        log.exception("a file could not be checked: %s", path.name)
        return Misfit("import_unreadable")
