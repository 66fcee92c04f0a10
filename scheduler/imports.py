"""Checking ledgers that were sent: read and examined in a thread, outside any transaction.

May die at any point and run on several replicas: a file is waiting until its verdict is written down, once.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from bot.core import ledger_headings, ledger_rows
from bot.core.sheet import Misfit
from bot.services import imports
from exports import reader

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.ledger_rows import Terms, Verdict
    from storage.files import FileStore
    from storage.work import Store

log = logging.getLogger(__name__)


async def check_waiting(store: Store, files: FileStore) -> int:
    """Check every file that waits, one after the other; return for how many this call wrote the verdict down."""
    written = 0
    for sent in await store.read(imports.waiting):
        verdict = await asyncio.to_thread(examine, files.path(sent.sha256), sent.terms)
        written += await store.run(imports.checked, sent.id, verdict)
    return written


def examine(path: Path, terms: Terms) -> Verdict | Misfit:
    """Return what a file holds, or why it is refused: a file that cannot be checked is not tried for ever."""
    try:
        lines = reader.read(path, partial(ledger_headings.known, titles=terms.titles))
        return ledger_rows.check(lines, terms)
    except Misfit as problem:
        return problem
    except Exception:
        log.exception("a ledger could not be checked: %s", path.name)
        return Misfit("import_unreadable")
