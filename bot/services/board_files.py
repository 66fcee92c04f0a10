"""What can be downloaded from the board: tables and the bulletin as the chat gives them, and the papers of an entry.

Each goes by its ref, as its attachment in the chat does; a ref off an address is read like anything from outside.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment
from bot.core.problems import Problem
from bot.services import issues, ledger_tables, reception, summary
from bot.services.offers import OFFERS
from bot.services.subjects import row_id
from bot.texts import board as texts
from bot.texts import menu
from exports import ledger as books
from exports.entries import Scene
from exports.workbook import file_name

if TYPE_CHECKING:
    from bot.services.visit import Visit
    from bot.services.wanted import Wanted
    from storage.issues import Entry
    from storage.ledger import Filter

#: The papers of an entry: "papers/12/0" is the first one of entry 12.
PAPERS: Final = "papers"
BULLETIN: Final = "bulletin"
LEDGER: Final = "ledger"
#: What the board offers beside the ledger and the bulletin.
TABLES: Final = ("weekly", "reconciliation", "statistics", "discipline", "contacts", "standards", "cases")


@dataclass(frozen=True, slots=True)
class File:
    """One thing to download: what it is, more about it, and the ref it is asked for by ("weekly/2020-W28")."""

    ref: str
    name: str
    note: str = ""


def offered(visit: Visit) -> list[File]:
    """Return what the visitor may download, as of now; the ledger goes with its filters (`of_entries`)."""
    found = []
    for table in TABLES:
        with suppress(Problem, KeyError):  # not theirs, not begun, or not in this campaign
            wanted = _read(visit, table, _since(visit) if table == "statistics" else "")
            note = wanted.title.partition(" · ")[2] or texts.SO_FAR
            found.append(File(f"{table}/{wanted.rest}", OFFERS[table].name(visit.campaign), note))
    with suppress(Problem):
        message = summary.bulletin(visit)
        found.append(File(message.attachments[0].ref, texts.pdf(message.title), reception.this_week(visit).title))
    return found


def _since(visit: Visit) -> str:
    """Return the days of the campaign so far."""
    today = visit.now.date()
    return f"{min(visit.campaign.start, today)}_{min(visit.campaign.end, today)}"


def of_entries(where: Filter) -> File:
    """Return the table of these entries."""
    return File(f"{LEDGER}/{books.encode(where)}", menu.LEDGER, texts.AS_FILTERED)


def attachment(visit: Visit, name: str, rest: str) -> Attachment:
    """Return what a ref of the board names; Problem("gone") for what the board does not offer."""
    if name == PAPERS:
        return _paper(visit, *rest.partition("/")[::2])
    try:
        if name == BULLETIN:
            return summary.bulletin(visit, rest).attachments[0]
        wanted = _entries(visit, rest) if name == LEDGER else _read(visit, name, rest)
    except KeyError as error:
        raise Problem("gone") from error
    return Attachment("table", f"{name}/{wanted.rest}", file_name(wanted.file))


def _read(visit: Visit, table: str, rest: str) -> Wanted:
    """Return a table; KeyError or Problem for what there is not, or is not theirs."""
    if table not in TABLES:
        raise Problem("gone")
    offer = OFFERS[table]
    if not offer.allowed(visit):
        raise Problem("forbidden")
    return offer.read(visit, rest)


def _entries(visit: Visit, rest: str) -> Wanted:
    where, scene = books.decode(visit.campaign, rest), Scene.of(visit.work)
    about = (books.about(where, scene), *(scene.units[unit] for unit in where.units or ()))
    return ledger_tables.of_entries(visit, where, " · ".join(part for part in (menu.LEDGER, *about) if part))


# ── Papers ───────────────────────────────────────────────────────────────


def papers(entry: Entry) -> list[File]:
    """Return the papers of an entry: what they show, and their names."""
    found = enumerate(issues.papers_of(entry))
    return [File(f"{PAPERS}/{entry.id}/{place}", file["name"], shows) for place, (shows, file) in found]


def _paper(visit: Visit, number: str, place: str) -> Attachment:
    entry = issues.load(visit, row_id(number))
    found = [file for _, file in issues.papers_of(entry)]
    at = row_id(place)
    if at >= len(found):
        raise Problem("gone")
    return Attachment("file", found[at]["sha256"], found[at]["name"], about=f"issue:{entry.id}")
