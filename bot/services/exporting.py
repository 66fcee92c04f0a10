"""导出表格: which table, which part of it, and the file; a long one follows by itself (plan: T2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.problems import Problem
from bot.services import ledger, ledger_tables, notices
from bot.services.offers import OFFERS
from bot.texts import exporting as texts
from exports.workbook import file_name
from storage import awaited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.messages import Message
    from bot.services.offers import Offer
    from bot.services.visit import Visit
    from bot.services.wanted import Wanted

#: A table of more rows than this is not waited for.
LARGE: Final = 2_000


def tables(visit: Visit) -> Message:
    """导出表格: what there is for the visitor; who may have just one table is asked at once which part of it."""
    offered = list(_offered(visit))
    if not offered:
        raise Problem("forbidden")
    if len(offered) == 1:
        return choose(visit, offered[0][0])
    return texts.tables([(name, f"m:export:{table}") for table, name in offered])


def _offered(visit: Visit) -> Iterator[tuple[str, str]]:
    for table, offer in OFFERS.items():
        if offer.allowed(visit):
            try:
                yield table, offer.name(visit.campaign)
            except KeyError:  # the campaign has no such table
                continue


def choose(visit: Visit, argument: str) -> Message:
    """Ask which part of a table ("<table>", or "<table>/<page>"); one that has no parts comes at once."""
    if not argument:
        return tables(visit)
    table, _, page = argument.partition("/")
    offer = _offer(visit, table)
    return offer.ask(visit, page) if offer.ask is not None else take(visit, argument)


def take(visit: Visit, argument: str) -> Message:
    """Give "<table>/<part>"."""
    table, _, part = argument.partition("/")
    return _give(visit, table, _offer(visit, table).read(visit, part))


def _offer(visit: Visit, table: str) -> Offer:
    """Return a table the visitor may have; Problem("gone") when there is no such, "forbidden" when it is not theirs."""
    offer = OFFERS.get(table)
    if offer is None:
        raise Problem("gone")
    if not offer.allowed(visit):
        raise Problem("forbidden")
    try:
        offer.name(visit.campaign)
    except KeyError:
        raise Problem("gone") from None
    return offer


def found(visit: Visit, search: str) -> Message:
    """导出本表: what a search has found."""
    title, where = ledger.searched(visit, search)
    return _give(visit, "ledger", ledger_tables.of_entries(visit, where, title))


def _give(visit: Visit, table: str, wanted: Wanted) -> Message:
    """Return the message with its file; a long one follows by itself, and the chat goes on meanwhile."""
    ways = [wanted.way] if wanted.way is not None else []
    message = texts.file(wanted.title, wanted.said, f"{table}/{wanted.rest}", file_name(wanted.file), ways)
    if wanted.rows <= LARGE:
        return message
    notices.tell(visit.work, [visit.person_id], awaited.key_of(visit.input_id), message, kind="file", asked=True)
    return texts.follows(wanted.title, wanted.rows)
