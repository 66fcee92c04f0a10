"""The workbook a roster is filled into: units and people, a row for every role of everybody."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from bot.core.ledger_headings import NUMBER
from bot.core.roster_rows import CODE, NAME, PHONE, ROLE, UNIT
from bot.texts import imports
from bot.texts import roster as texts
from exports.template import AS_TEXT, Heading, Template, write_template
from exports.workbook import A4

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.campaign import Unit
    from storage.files import FileStore
    from storage.work import Work


def load(work: Work, _: str) -> Callable[[FileStore], bytes]:
    """Return what makes the template, as the table of documents wants it (`exports.DOCUMENTS`)."""
    title, units = texts.template_title(work.campaign.title), work.campaign.units
    return lambda _: template_bytes(title, units)


def template_bytes(title: str, units: Sequence[Unit]) -> bytes:
    """Return the template; these units can be chosen, and others written."""
    names = tuple(unit.name for unit in units)
    columns = (
        Heading(NUMBER, 6, sample=texts.SAMPLE),
        Heading(UNIT, 30, imports.REQUIRED, options=names, strict=False, sample=names[0]),
        Heading(CODE, 12, format=AS_TEXT),
        Heading(NAME, 14, imports.REQUIRED, sample=texts.EXAMPLE),
        Heading(ROLE, 16, imports.REQUIRED, options=texts.ROLES, sample=texts.ROLES[0]),
        Heading(PHONE, 20, format=AS_TEXT, sample="13800000000"),
    )
    target = BytesIO()
    write_template(
        Template(
            sheet=texts.SHEET,
            title=title,
            hint=texts.HINT,
            columns=[replace(column, how=texts.HOW[column.title]) for column in columns],
            notes=texts.GUIDE_NOTES,
            paper=A4[0],
        ),
        target,
    )
    return target.getvalue()
