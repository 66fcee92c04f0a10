"""The ledger as a table: of which entries, and the public version (plan: L5, L7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.messages import Button
from bot.core.problems import Problem
from bot.services import ledger
from bot.services.subjects import row_id
from bot.services.wanted import Wanted, as_of
from bot.texts import exporting as texts
from bot.texts import ledger as ledger_texts
from bot.texts import menu, moments
from exports.ledger import encode
from storage.ledger import Filter

if TYPE_CHECKING:
    from bot.core.messages import Message, Place
    from bot.services.visit import Visit


def entries(visit: Visit, chosen: str) -> Wanted:
    """Read "view:unit:area", as the ledger's own lists say it."""
    wanted = ledger.parse(visit, chosen)
    return of_entries(visit, ledger.filter_of(visit, wanted), ledger.title_of(visit, wanted))


def of_entries(visit: Visit, where: Filter, title: str) -> Wanted:
    """Return the table of these entries, if they are all the visitor's to take along."""
    for unit in where.units or ("",):
        visit.require("ledger.get", unit)
    size = ledger.size_of(visit, where)
    return Wanted(
        encode(where),
        title,
        texts.file_named(*title.split(" · "), moments.full(visit.now)),
        as_of(visit, texts.counted("台账", size)),
        size,
        Button(menu.LEDGER, "m:ledger"),
    )


def public(visit: Visit, rest: str) -> Wanted:
    """Read nothing: what is published is the whole ledger."""
    if rest:
        raise Problem("gone")
    whole, title = Filter(), f"{menu.LEDGER}（{ledger_texts.PUBLIC}）"
    name = texts.file_named(title, moments.full(visit.now))
    size, way = ledger.size_of(visit, whole), Button(menu.LEDGER, "m:ledger")
    return Wanted(encode(whole), title, name, texts.PUBLIC_WARNING, size, way)


def ask(visit: Visit, scope: str) -> Message:
    """Ask which entries; "unit:area" behind a colon narrows the choice, "u" and "a" before it ask for these."""
    what, unit, area, page = (*scope.split(":"), "", "", "", "")[:4]
    chosen = ledger.parse(visit, f"a:{unit}:{area}")
    ledger.filter_of(visit, chosen)
    reach = ledger.filter_of(visit, replace(chosen, unit="")).units
    units = [each.key for each in visit.campaign.every_unit if reach is None or each.key in reach]
    place: Place = "same" if page else "next"  # only a turned page says which
    back = f"m:export:ledger/:{unit}:{area}"
    if what == "u":
        options = [(visit.campaign.unit_name(key), f"m:export:ledger/:{key}:{area}") for key in units]
        everything = (texts.ALL_UNITS, f"m:export:ledger/::{area}")
        turn = f"m:export:ledger/u:{unit}:{area}:"
        return texts.scopes(texts.BY_UNIT, [everything, *options], row_id(page or "0"), turn, back, place)
    if what:
        options = [(each.name, f"m:export:ledger/:{unit}:{each.key}") for each in visit.campaign.areas]
        everything = (texts.ALL_AREAS, f"m:export:ledger/:{unit}:")
        turn = f"m:export:ledger/a:{unit}:{area}:"
        return texts.scopes(texts.BY_AREA, [everything, *options], row_id(page or "0"), turn, back, place)
    narrower = [Button(texts.BY_UNIT, f"m:export:ledger/u:{unit}:{area}")] if len(units) > 1 else []
    return texts.entries(
        visit.campaign.unit_name(unit or units[0]) if unit or len(units) == 1 else texts.ALL_UNITS,
        visit.campaign.area(area).name if area else texts.ALL_AREAS,
        [(name, f"m:take:ledger/{view}:{unit}:{area}") for view, name in texts.VIEWS.items()],
        [*narrower, Button(texts.BY_AREA, f"m:export:ledger/a:{unit}:{area}")],
        [texts.BACK if visit.may("table.get") else Button(menu.LEDGER, "m:ledger")],
    )
