"""What `bot.py export check` finds in an office's template: for which table it is, what fits, and what does not.

Owns finding. Leaves out every word of it (`bot.texts.templates`). A table's columns are those of a campaign in which
nothing has happened yet.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import closing
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from bot.core import deadlines
from bot.core.ledger_headings import SYNONYMS
from bot.core.tables import Row
from bot.texts import templates as texts
from exports import EXPORTS
from exports.office_template import OURS, fill, is_workbook, load, names, stem
from exports.office_template.apart import single, stand_alone, summed
from exports.office_template.grid import MARK, exact
from exports.office_template.places import UnfitError, find
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.core.campaign import Campaign
    from bot.core.tables import Column, Table
    from exports.office_template.places import Places
    from storage.work import Work

#: What openpyxl does not keep, by the part of a workbook it is in and what it is called there.
_LOST: Final[Mapping[str, tuple[str, bytes]]] = {
    texts.SHAPES: (r"xl/drawings/[^/]+\.xml", rb"<(?:\w+:)?(?:sp|grpSp|cxnSp)\b"),
    texts.PICTURES: (r"xl/media/.+\.[ew]mf", b""),
    texts.RULES: (r"xl/worksheets/[^/]+\.xml", rb"<x14:(?:dataValidation|conditionalFormatting)\b"),
    texts.HEADER_PICTURES: (r"xl/worksheets/[^/]+\.xml", rb"<legacyDrawingHF\b"),
    texts.MACROS: (r"xl/vbaProject\.bin", b""),
    texts.IN_CELLS: (r"xl/cellimages\.xml", b""),
    texts.CONTROLS: (r"xl/ctrlProps/.+\.xml", b""),
}


def check(path: Path, campaign: Campaign, now: datetime) -> tuple[str, bool]:
    """Return what is to be said about a template, and whether it can be used."""
    if not is_workbook(path):  # it would never be found
        return texts.unfit(path, "format", {}), False
    try:
        book = load(path)
    except UnfitError as error:
        return texts.unfit(path, error.key, error.facts), False
    tables = blank_tables(campaign, now)
    with closing(book):
        name = next((name for name, table in tables.items() if stem(path) in (exact(name), *names(table))), "")
        if not name:
            called = {name: table.name.partition("_")[0] for name, table in tables.items()}
            return texts.no_table(path, called), False
        table = tables[name]
        try:
            places = find(book, table.columns)
            fill(path, replace(table, rows=(Row((None,) * len(table.columns)),) * 2))
        except UnfitError as error:
            return texts.unfit(path, error.key, error.facts), False
        except Exception as error:  # noqa: BLE001 - an office's file may be wrong in any way there is
            return texts.unfit(path, "broken", {"error": repr(error)}), False
        told = (*_columns(places, table), *_apart(book, places, table), *_lost(path))
        return "\n".join((texts.fits(path, table.name.partition("_")[0], name), *told)), True


def blank_tables(campaign: Campaign, now: datetime) -> dict[str, Table]:
    """Return each table the campaign has, as it is before anything has come in."""
    with tempfile.TemporaryDirectory(prefix="duban-") as folder:
        store = Store(f"sqlite:///{Path(folder, 'blank.db').as_posix()}", now=lambda: now, campaign=campaign)
        try:
            store.migrate()
            return store.do(_blank)
        finally:
            store.close()


def _blank(work: Work) -> dict[str, Table]:
    found = {}
    for name in EXPORTS:
        try:
            found[name] = EXPORTS[name](work, _ref(work.campaign, name)).held() if name not in OURS else None
        except KeyError:  # a campaign without a ledger, say
            continue
    return {name: table for name, table in found.items() if table is not None}


def _ref(campaign: Campaign, name: str) -> str:
    """Return for which time a table is asked for."""
    match name:
        case "weekly":
            return next((each.period for each in deadlines.weeks(campaign)), "")
        case "reconciliation":
            return deadlines.week_of(campaign.start)
        case "statistics":
            return f"{campaign.start}_{campaign.end}"
    return ""


def _columns(places: Places, table: Table) -> Iterator[str]:
    """Yield what is said about the columns and the rows."""
    body = places.body
    yield texts.rows(places.sheet.title, places.header, body.pattern, body.first, borrowed=body.borrowed)
    if body.sample:
        yield texts.samples(body.first, body.last)
    elif body.last > body.first:
        yield texts.prepared(body.first + 1, body.last)
    yield texts.found([(place.heading.cell, texts.column(table.columns[place.at])) for place in places.places])
    if places.missing:
        yield texts.missing([texts.column(column) for column in places.missing])
    if places.unknown:
        yield texts.unknown([(each.cell, each.text, _nearest(each.text, places.missing)) for each in places.unknown])


def _apart(book: Any, places: Places, table: Table) -> Iterator[str]:  # noqa: ANN401 - openpyxl's types lack much
    """Yield what is said about placeholders, sums and formulas."""
    marks = [(_address(cell, places), name) for cell, text in stand_alone(book, places) for name in MARK.findall(text)]
    good = [(cell, name) for cell, name in marks if _means(name, table)]
    if good:
        yield texts.marks(good)
    strange = [(each.cell, "/".join((*reversed(each.above), each.text))) for each in places.strange]
    strange += [mark for mark in marks if mark not in good]
    if strange:
        yield texts.strange([(cell, name, _nearest(name, table.columns, texts.SINGLE)) for cell, name in strange])
    said = {name for _, name in good}
    if unsaid := [name for name in texts.SINGLE if name not in said and single(name, table)]:
        yield texts.unsaid(unsaid)
    if table.totals:
        yield texts.sums(places.sums, marked=any(summed(name, table.columns) is not None for name in said))
    if formulas := sum(cell.data_type == "f" for sheet in book for cell in sheet._cells.values()):  # noqa: SLF001
        yield texts.formulas(formulas)


def _means(name: str, table: Table) -> bool:
    """Tell whether a placeholder apart from the records stands for anything."""
    return name in {*texts.SINGLE, *texts.SUMS} or summed(name, table.columns) is not None


def _address(cell: Any, places: Places) -> str:  # noqa: ANN401 - as above
    return str(cell.coordinate) if cell.parent is places.sheet else f"{cell.parent.title}!{cell.coordinate}"


def _nearest(text: str, columns: Sequence[Column], others: Sequence[str] = ()) -> str:
    """Return which of these a heading may be meant for, "" for none."""
    known = {exact(column.title): texts.column(column) for column in columns} | {name: name for name in others}
    other_words = {exact(word): exact(title) for title, words in SYNONYMS.items() for word in words}
    meant = other_words.get(exact(text), "")
    near = [meant] if meant in known else get_close_matches(exact(text), known, n=1, cutoff=0.5)
    return known[near[0]] if near else ""


def _lost(path: Path) -> Iterator[str]:
    """Yield what the template has that the filled one will not have."""
    with ZipFile(path) as archive:
        parts = archive.namelist()
        lost = [
            name
            for name, (part, content) in _LOST.items()
            if any(re.fullmatch(part, each) and re.search(content, archive.read(each)) for each in parts)
        ]
    if lost:
        yield texts.lost(lost)
