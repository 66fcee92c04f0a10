"""What is derived from an entry of the ledger: the text it is found by, and the mark by which it is known again."""

from __future__ import annotations

import unicodedata
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from bot.core.plain_text import clean

if TYPE_CHECKING:
    from bot.core.form import Answers
    from bot.core.workdays import Workdays

#: Working days a head has for the closing of what was mended at once.
SIGNING: Final = 3
#: Answers somebody may look for, besides the number.
_SEARCHED: Final = ("description", "item", "party", "source", "kind", "severity", "responsible", "measures")


def search_text(answers: Answers) -> str:
    """Return what a search looks through, in small letters of half width."""
    return folded(" ".join(str(answers[key]) for key in _SEARCHED if answers.get(key)))


def due_of(answers: Answers, entered: date, workdays: Workdays) -> date:
    """Return the day until which an entry is to be dealt with.

    What was mended at once waits for nothing but its head's signature: `SIGNING` working days from the entry.
    """
    if answers["handling"] == "at_once":
        return workdays.shift(entered, SIGNING)
    return date.fromisoformat(str(answers["due"]))


def folded(text: str) -> str:
    """Return text for comparing: full-width or half-width, case and runs of spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", clean(text)).lower().split())


def fingerprint(unit: str, found_on: str, description: str) -> str:
    """Return the mark of an entry: the same unit's same problem of the same day is the same entry.

    Used to recognise a row of a table that has been entered before; `found_on` is an ISO day.
    """
    return sha256("\0".join((unit, found_on, "".join(folded(description).split()))).encode()).hexdigest()[:32]
