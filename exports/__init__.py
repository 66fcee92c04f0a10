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
    bulletin,
    bulletin_word,
    cases,
    closing_sheet,
    contacts,
    discipline,
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
    standards,
    statistics,
    summary_picture,
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
    "contacts": contacts.load,
    "statistics": statistics.load,
    "standards": standards.load,
    "cases": cases.load,
    "discipline": discipline.load,
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
    "summary-picture": summary_picture.load,
    "bulletin": lambda work, week: partial(bulletin.pdf_bytes, bulletin.load(work, week)),
    "bulletin-word": lambda work, week: partial(bulletin_word.word_bytes, bulletin.load(work, week)),
}
