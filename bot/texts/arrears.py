"""谁还没报: the reports that some units still owe, and which units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.texts.menu import MATRIX
from bot.texts.reception import GROUPS
from bot.texts.summary import OWING_UNITS, card, stands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.messages import Button, Message
    from bot.core.standings import Kind

#: Reports on the page: each has a row of buttons.
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Owed:
    """One report that is not complete: when it closes, and the units that owe it, each with where it stands.

    `past`: it is closed.
    """

    key: str  # "weekly/2020-W28"
    what: str
    when: str
    units: Sequence[tuple[str, Kind]]
    past: bool


def page(found: Sequence[Owed], rows: Sequence[tuple[Button, ...]]) -> Message:
    """Show what is owed; a row of buttons for each."""
    lines = [f"{owed.what}（{owed.when}）\n{behind(owed)}\n" for owed in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"更早的还有{len(found) - _SHOWN}项，请到“{MATRIX}”查看。")
    return card(OWING_UNITS, lines or ["各单位均已报齐。"], rows[:_SHOWN])


def behind(owed: Owed) -> str:
    """Name the units by where they stand, a line each: 未报送2家：农机服务中心、种业服务中心."""
    groups = {kind: [unit for unit, at in owed.units if at == kind] for kind in GROUPS}
    return "\n".join(
        f"{stands(kind, past=owed.past)}{len(units)}家：{'、'.join(units)}。" for kind, units in groups.items() if units
    )
