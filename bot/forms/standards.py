"""Discretion standards 行政裁量基准 (plan: D3): how far they have come for each kind of power, and what shows it.

Made for a campaign: two questions a power, in the order of its `[lists] powers`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bot.core.fields import OFFICE, PDF, PICTURES, Choice, File, Option, Text
from bot.core.form import Field, Form
from bot.core.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.campaign import Campaign
    from bot.core.form import Answers

#: How far a standard has come, in this order; with nothing of the kind to regulate, there is none to make.
STATES: Final = (
    Option("none", "不涉及"),
    Option("open", "未制定"),
    Option("drafted", "已制定"),
    Option("bound", "已装订"),
    Option("published", "已公布"),
    Option("filed", "已备案"),
)
#: From here on there is something to show.
SHOWN: Final = frozenset({"drafted", "bound", "published", "filed"})

_NAME: Final = 60
_NOTE: Final = Field(
    "note",
    "还有需要说明的情况吗？",
    Text(most=500),
    column="备注",
    optional=True,
    example="行政许可事项已划转，正在办理交接",
)


@lru_cache(maxsize=64)
def standards_of(campaign: Campaign) -> Form:
    """Return the form of this campaign; ValueError when it names no powers, or more than a form can ask about."""
    if not campaign.own_lists.powers:
        raise ValueError("the form 'standards' needs [lists] powers")
    return Form(
        "standards",
        version=1,
        title="行政裁量基准",
        fields=(
            *(
                each
                for number, power in enumerate(campaign.own_lists.powers, 1)
                for each in _about(number, one_line(power, _NAME))
            ),
            _NOTE,
        ),
    )


def _about(number: int, power: str) -> tuple[Field, Field]:
    state = f"state_{number}"
    return (
        Field(state, f"{power}的裁量基准进展到哪一步了？", Choice(STATES), column=f"{power}进展"),
        Field(
            f"evidence_{number}",
            f"如有{power}裁量基准的文本、公布网页或备案回执，请发送（最多5个）。",
            File(most=5, kinds=(*PICTURES, *PDF, *OFFICE), named="照片、PDF或办公文档"),
            column=f"{power}材料",
            optional=True,
            asked_if=_shown(state),
        ),
    )


def _shown(state: str) -> Callable[[Answers, Any], bool]:
    return lambda answers, _: answers.get(state) in SHOWN
