"""The workbook an existing ledger is copied into: drawn from the form its rows are read with, so that both agree."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from bot.core.fields import Choice, Date, Nested, Phone, YesNo
from bot.core.ledger_headings import NUMBER
from bot.forms.issue import at_once
from bot.forms.ledger_row import LEDGER_ROW, VERIFYING, closed
from bot.texts import dialog as words
from bot.texts import imports as texts
from exports.template import AS_DATE, AS_TEXT, Heading, Template, write_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.campaign import Campaign
    from bot.core.form import Field
    from storage.files import FileStore
    from storage.work import Work

_PROSE: Final = {"description": 36, "measures": 28, "timetable": 24, "progress": 26, "result": 18}
_WIDTHS: Final = {**_PROSE, "unit": 18, "item": 26, "source": 13, "kind": 11, "party": 13, "epidemic": 13}
_NARROW, _DAY, _CALL = 9.5, 12, 14
#: How long the sample gives itself to mend.
_MENDING: Final = timedelta(days=40)


def template_bytes(campaign: Campaign, ref: str) -> bytes:
    """Return the template for the units of `ref`: keys with commas between, or "*" for all; KeyError for none.

    The one for all units is the brigade's: it has the columns of what is closed already.
    """
    every = ref == "*"
    units = campaign.units if every else tuple(campaign.unit(key) for key in ref.split(","))
    target = BytesIO()
    template = Template(
        sheet=texts.SHEET,
        title=texts.template_title(campaign.title),
        hint=texts.HINT,
        columns=_columns(campaign, tuple(unit.name for unit in units), verifies=every),
        notes=texts.GUIDE_NOTES,
    )
    write_template(template, target)
    return target.getvalue()


def load(work: Work, ref: str) -> Callable[[FileStore], bytes]:
    """Return what makes the template, as the table of documents wants it (`exports.DOCUMENTS`)."""
    campaign = work.campaign
    return lambda _: template_bytes(campaign, ref)


def _columns(campaign: Campaign, units: tuple[str, ...], *, verifies: bool) -> list[Heading]:
    facts = {**campaign.ledger_lists, "units": [[name, name] for name in units]}
    samples = _samples(campaign, facts)
    found = {NUMBER: Heading(NUMBER, 6, how=texts.HOW[NUMBER], sample=texts.SAMPLE)}
    for field in LEDGER_ROW.fields:
        if verifies or field.key not in VERIFYING:
            found.setdefault(field.column, _column(field, facts, samples.get(field.key)))
    return list(found.values())


def _column(field: Field, facts: dict[str, Any], sample: str | date | None) -> Heading:
    return Heading(
        title=field.column,
        width=_width(field),
        need=_need(field, alone=len(facts["units"]) == 1),
        how=texts.HOW[field.column],
        options=_options(field, facts),
        format={Date: AS_DATE, Phone: AS_TEXT}.get(type(field.kind), "General"),
        prose=field.key in _PROSE,
        sample=sample,
    )


def _width(field: Field) -> float:
    if isinstance(field.kind, Date):
        return _DAY
    if isinstance(field.kind, Phone):
        return _CALL
    return _WIDTHS.get(field.key, _NARROW)


def _need(field: Field, *, alone: bool) -> str:
    """Say whether a column has to be filled in; `alone`: there is but one unit, which goes without saying."""
    if field.asked_if is closed:
        return texts.CLOSED_ONLY
    if field.optional or (field.key == "unit" and alone):
        return texts.OPTIONAL
    if field.asked_if is None:
        return texts.REQUIRED
    return texts.AT_ONCE_ONLY if field.asked_if is at_once else texts.DATED_ONLY


def _options(field: Field, facts: dict[str, Any]) -> tuple[str, ...]:
    match field.kind:
        case Nested() as kind:
            return tuple(words.nested(name, item) for _, name, items in kind.groups(facts) for item in items)
        case Choice() as kind:
            return tuple(option.label for option in kind.choices(facts))
        case YesNo():
            return words.YES, words.NO
    return ()


def _samples(campaign: Campaign, facts: dict[str, Any]) -> dict[str, str | date]:
    """Return the sample row by field: a problem to be mended by a deadline."""
    picked = {field.key: options[0] for field in LEDGER_ROW.fields if (options := _options(field, facts))}
    told = {field.key: field.sample for field in LEDGER_ROW.fields if field.sample}
    days = {"found_on": campaign.start, "happened_on": campaign.start, "due": campaign.start + _MENDING}
    handled = {"handling": "限期整改", "epidemic": words.NO, "closed": words.NO}
    left_out = {"mended_on", "finished_on", "verified_by", "verified_on", "result", "progress"}
    every: dict[str, str | date] = {**told, **picked, **days, **handled}
    return {key: value for key, value in every.items() if key not in left_out}
