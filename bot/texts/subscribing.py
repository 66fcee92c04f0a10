"""订阅: what can be told by itself, begun and ended in one tap; what is told when something turns red (plan: T5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.texts import moments
from bot.texts.arrears import behind
from bot.texts.issues_marks import mark
from bot.texts.menu import BACK_TO_MENU, SUMMARY
from bot.texts.summary import BACK, OVERDUE, OWING_UNITS, SUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, time

    from bot.texts.arrears import Owed

#: What there is to ask for, by its kind.
NAMES: Final[Mapping[str, str]] = {"week": "每周汇总", "red": "逾期提醒"}
#: Entries named in one message; the list has them all.
_NAMED: Final = 5
_RED: Final = mark("red")


def page(kinds: Sequence[str], begun: set[str], at: time, said: str = "") -> Message:
    """Show what can be told, and whether it is; `said` is what the last tap came to."""
    about = {
        "week": f"每周报送截止当天{at:%H:%M}，发送整治情况和图片。",
        "red": "有单位逾期未报，或有问题过了整改时限，及时告知。",
    }
    lines = [f"{NAMES[kind]}（{'已开通' if kind in begun else '未开通'}）：{about[kind]}" for kind in kinds]
    buttons = [_switch(kind, on=kind in begun) for kind in kinds]
    text = "\n\n".join([*([said] if said else []), *lines])
    rows = (*((each,) for each in buttons), (BACK, BACK_TO_MENU))
    return Message(text, title=SUBSCRIBE, buttons=rows, place="same" if said else "next")


def _switch(kind: str, *, on: bool) -> Button:
    if on:
        return Button(f"取消{NAMES[kind]}", f"m:unsubscribe:{kind}")
    return Button(f"开通{NAMES[kind]}", f"m:subscribe:{kind}", "primary")


def begun(kind: str, *, already: bool) -> str:
    """Say that it is told from now on."""
    return f"{NAMES[kind]}已经开通，不用再办。" if already else f"已开通{NAMES[kind]}。"


def ended(kind: str, *, already: bool) -> str:
    """Say that it is told no more."""
    return f"{NAMES[kind]}没有开通，不用取消。" if already else f"已取消{NAMES[kind]}。"


def reports(owed: Sequence[Owed]) -> Message:
    """Tell that reports have fallen due and are not complete."""
    return Message(
        "\n\n".join(f"{_RED} {each.what}没有报齐（{each.when}）。\n{behind(each)}" for each in owed),
        title="逾期未报",
        buttons=((Button(OWING_UNITS, "m:owing"), Button(SUMMARY, "m:summary")),),
    )


def entries(found: Sequence[tuple[str, str, date]]) -> Message:
    """Tell of the entries, (number, unit, deadline) each, that were not mended by their deadline."""
    lines = [f"{_RED} {number} {unit}（时限{moments.day(due)}）" for number, unit, due in found[:_NAMED]]
    more = [f"另有{len(found) - _NAMED}件，请点“{OVERDUE}”查看。"] if len(found) > _NAMED else []
    return Message(
        "\n".join([f"有{len(found)}件问题过了整改时限，还没有整改到位：", *lines, *more]),
        title="问题逾期",
        buttons=((Button(OVERDUE, "m:list:l"), Button(SUMMARY, "m:summary")),),
    )
