"""What the ledger knows of the statistics table (plan: D5): every entry of a unit in one state at one moment.

The figures add up: found is mended + in_hand + to_discipline + to_judicial, and mended is verifying + closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.core.issues import MENDED, OPEN, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class Group(NamedTuple):
    """How many entries of an area were in a state; of those handed over, by who received them."""

    area: str
    state: State
    receiver: str
    number: int


def figures(groups: Iterable[Group], areas: Sequence[str], judicial: Collection[str]) -> dict[str, int]:
    """Return the figures by their keys; those of the `areas` under `of_area`, by their place.

    What went to none of the `judicial` bodies went to the discipline commission.
    """
    groups = list(groups)

    def count(states: Collection[str], area: str | None = None) -> int:
        return sum(each.number for each in groups if each.state in states and area in {None, each.area})

    everything = frozenset(each.state for each in groups)
    to_judicial = sum(each.number for each in groups if each.state == "transferred" and each.receiver in judicial)
    found = {
        "found": count(everything),
        "mended": count(MENDED),
        "verifying": count({"verifying"}),
        "closed": count({"closed"}),
        "in_hand": count(OPEN),
        "to_discipline": count({"transferred"}) - to_judicial,
        "to_judicial": to_judicial,
    }
    for number, area in enumerate(areas, 1):
        found[of_area("found", number)] = count(everything, area)
        found[of_area("mended", number)] = count(MENDED, area)
    return found


def of_area(figure: str, number: int) -> str:
    """Return the key of a figure of the `number`-th area, from 1."""
    return f"{figure}_{number}"
