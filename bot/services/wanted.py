"""One table as somebody wants it, whatever it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.texts import exporting as texts
from bot.texts import moments

if TYPE_CHECKING:
    from bot.core.messages import Button
    from bot.services.visit import Visit


class Wanted(NamedTuple):
    """A table: the rest of its ref, its title, its file without the ending, and what is said with it."""

    rest: str
    title: str
    file: str
    said: str
    rows: int = 0  # where there may be many
    way: Button | None = None  # to what is in it


def as_of(visit: Visit, what: str) -> str:
    """以下为7月10日 12:00的台账."""
    return texts.as_of(moments.moment(visit.now, visit.campaign.zone), what)
