"""What leaves the product: tables as files, and the channels that carry messages out.

An attachment names by its ref what is made: of `weekly/2020-W28`, "2020-W28" is for `weekly` to read. `EXPORTS` names
every table: name -> what reads it in an open transaction; `exports.workbook` writes it. `DOCUMENTS` names what is no
table: name -> what reads it in an open transaction and returns what makes its bytes once that is over. Both raise
KeyError for what they cannot make. `exports.files` is who asks them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from exports import (
    closing_sheet,
    import_faults,
    ledger,
    ledger_template,
    public,
    qr,
    reconciliation,
    roster_faults,
    roster_links,
    roster_template,
    sheet,
    weekly,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.tables import Table
    from storage.files import FileStore
    from storage.work import Work

EXPORTS: Mapping[str, Callable[[Work, str], Table]] = {
    "weekly": weekly.load,
    "ledger": ledger.load,
    "public": public.load,
    "reconciliation": reconciliation.load,
    "import-faults": import_faults.load,
    "roster-faults": roster_faults.load,
    "roster-links": roster_links.load,
}

DOCUMENTS: Mapping[str, Callable[[Work, str], Callable[[FileStore], bytes]]] = {
    "ledger-template": ledger_template.load,
    "roster-template": roster_template.load,
    "invitation-qr": qr.load,
    "closing-sheet": lambda work, issue: partial(closing_sheet.sheet_bytes, closing_sheet.load(work, issue)),
    "sheet": lambda work, version: partial(sheet.sheet_bytes, sheet.load(work, version)),
}
