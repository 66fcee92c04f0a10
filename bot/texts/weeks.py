"""What the ledger has, of a week or so far: beside the questions of a report, on its page, under its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.plain_text import clip, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Numbers said in full; of more, how many there are says enough.
_NUMBERS: Final = 6
#: An entry's description in a list.
_BRIEF: Final = 60
#: What a list may come to: it is offered as an answer of at most 1000 characters.
_ROOM: Final = 900


def registered(numbers: Sequence[str], found: int, mended: int) -> str:
    """Say what the ledger has: 本周新增2件（NJ-2020-003、NJ-2020-004），整改完成1件."""
    more = "等" if found > _NUMBERS else ""
    named = f"（{'、'.join(numbers[:_NUMBERS])}{more}）" if found else ""
    return f"本周新增{found}件{named}，整改完成{mended}件"


def registered_so_far(figures: Mapping[str, int], at: str) -> str:
    """Say what the ledger has by the due moment, `at` once that has passed (`bot.core.statistics`)."""
    return (
        f"截至{at or '目前'}，发现问题{figures['found']}件；整改完成{figures['mended']}件，"
        f"其中待核查{figures['verifying']}件、已销号{figures['closed']}件；整改中{figures['in_hand']}件；"
        f"移交纪检监察{figures['to_discipline']}件，移送司法机关{figures['to_judicial']}件。"
    )


def entry(number: str, description: str, state: str) -> str:
    """Return an entry on one line: NJ-2020-003 执法记录填写不规范（待整改）."""
    return f"{number} {one_line(description, _BRIEF)}（{state}）"


def entries(lines: Sequence[str], *, more: bool) -> str:
    """Return entries a line each, as many as an answer has room for; `more`: there are others."""
    shown: list[str] = []
    room = _ROOM
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    left_out = more or len(shown) < len(lines)
    return "\n".join([*shown, "（其余见问题台账）"] if left_out else shown)


def beside(known: int) -> str:
    """Return what stands behind a count that is not the ledger's."""
    return f"（问题台账{known}件）"


def strayed(unit: str, what: str, given: int, known: int, reason: str) -> str:
    """Return the line under the table: 农机服务中心：发现问题数2件（问题台账3件），原因：其中1件尚未录入."""
    why = f"，原因：{clip(one_line(reason, 300), 300).rstrip('。')}" if reason else ""
    return f"{unit}：{what}{given}件{beside(known)}{why}。"
