"""How near an entry's deadline is, as it is shown wherever an entry is shown (plan: L5): a mark and a few words.

Ahead of a deadline people look at the calendar: the days are counted as they come. Lateness is measured in working
days, by which it reaches heads, brigade and leaders: a weekend after the deadline is no more than "已逾期".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.core.issues import OPEN, overdue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.core.issues import Colour, State
    from bot.core.workdays import Workdays

MARKS: Final[Mapping[Colour, str]] = {"": "", "blue": "🔵", "yellow": "🟡", "red": "🔴"}

_NEAR: Final[Mapping[int, str]] = {0: "今天到期", 1: "明天到期"}


def mark(colour: Colour) -> str:
    """Return the mark of a colour; "" for none."""
    return MARKS[colour]


def left(state: State, due: date, today: date, workdays: Workdays) -> str:
    """Return how much time is left: 剩5天, 明天到期, 今天到期, 已逾期3个工作日; "" when the unit need not act."""
    if state not in OPEN:
        return ""
    if not overdue(state, due, today):
        days = (due - today).days
        return _NEAR.get(days, f"剩{days}天")
    late = sum(1 for _ in workdays.since(due + timedelta(days=1), today))
    return f"已逾期{late}个工作日" if late else "已逾期"
