"""What a dialog or a button is about, as a short string: "weekly/2020-W28@nongji", "return/12"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bot.core import deadlines
from bot.core.problems import Problem
from bot.texts import reports as texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from storage.submissions import Filed


class Subject(NamedTuple):
    """One unit's report for one period."""

    occurrence: Occurrence
    unit: str

    def __str__(self) -> str:
        """Return the form `parse` reads."""
        return f"{self.occurrence.key}@{self.unit}"


def parse(campaign: Campaign, text: str) -> Subject:
    """Read "duty/period@unit"; Problem("gone") when the campaign knows no such thing (any more)."""
    key, _, unit = text.partition("@")
    return Subject(occurrence(campaign, key), known_unit(campaign, unit))


def of(campaign: Campaign, filed: Filed) -> Subject:
    """Return what a filed report is about."""
    return Subject(occurrence(campaign, f"{filed.duty}/{filed.period}"), filed.unit)


def named(campaign: Campaign, occurrence: Occurrence) -> str:
    """Say which report it is, whichever unit's: 第28周每周工作信息, 《专项整治工作总结》, 典型案例（第3件）."""
    return texts.named(campaign.duty(occurrence.duty), occurrence.title)


def occurrence(campaign: Campaign, key: str) -> Occurrence:
    """Read "duty/period"; Problem("gone") when there is none."""
    found = deadlines.occurrence(campaign, key)
    if found is None:
        raise Problem("gone")
    return found


def known_unit(campaign: Campaign, unit: str) -> str:
    """Return the unit's key; Problem("gone") when the campaign has no such unit, "unit_left" for one that has left."""
    known = next((each for each in campaign.every_unit if each.key == unit), None)
    if known is None:
        raise Problem("gone")
    if known.left:
        raise Problem("unit_left", name=known.name)
    return unit


def title(campaign: Campaign, form_title: str, text: str, state: Mapping[str, Any]) -> str:
    """Say what a draft is about: 第28周每周工作信息, 《专项整治工作总结》, 申请延期 NJ-2020-001, or a form's.

    What the brigade fills in for a unit names the unit: 政策法规室第28周每周工作信息（大队代报）.
    """
    if found := deadlines.occurrence(campaign, text.partition("@")[0]):
        unit, *more = str(state.get("facts", {}).get("about", "")).split(" · ")
        what = named(campaign, found)
        return f"{unit}{what}{texts.ON_BEHALF_MARK}" if texts.ON_BEHALF in more else what
    if text.startswith("issue/") and text != "issue/new":
        number = str(state.get("facts", {}).get("about", "")).partition(" ")[0]
        return f"{form_title} {number}".strip()
    return form_title


#: Ids are 32-bit integers on PostgreSQL: every number of so many digits is one.
_DIGITS = 9


def row_id(text: str) -> int:
    """Read a row's id off a button, or a page's number; Problem("gone") for anything else: buttons can be forged."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Problem("gone")
    return int(text)
