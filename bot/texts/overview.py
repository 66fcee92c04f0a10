"""报送总览: all duties at a glance, all units x duties as a grid of signs, and one unit over all duties.

The signs are Chinese characters and their full-width punctuation: whatever the font, each is as wide as the next, so
the columns stand below each other in a chat as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.core.plain_text import clip
from bot.texts import paging
from bot.texts.menu import BACK_TO_MENU, MATRIX, in_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.discipline import Record
    from bot.core.standings import Kind

#: Units of one page of the grid: each has a button of its own.
PAGE: Final = 16
#: Names said in full in a line; of more, how many there are says enough.
NAMED: Final = 6
_ROOM: Final = 3900

SIGNS: Final[Mapping[Kind, str]] = {
    "on_time": "〇",
    "late": "迟",
    "awaiting": "签",
    "stamping": "盖",
    "returned": "退",
    "missing": "缺",
    "excused": "免",
}
#: Nothing filed, and nothing overdue.
NOT_YET: Final = "・"
LEGEND: Final = "〇按时　迟＝迟报　签＝待签批　盖＝待盖章　退＝已退回　缺＝逾期未报　免＝免报　・未到期或不统计"
WEEKS: Final = "名称后为每周报送累计的缺、迟次数"
_DIGITS: Final = "１２３４５６７８９"
_LETTERS: Final = "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"

GRID: Final = "各单位一览"
DUTIES: Final = "各项报送"
EXCUSES: Final = "免报名单"


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty on the first page: its counts by kind, and who is late with it."""

    name: str
    short: str  # on its button
    when: str
    counts: Sequence[tuple[str, int]]
    late: Sequence[str]
    action: str


def duties_page(at: str, units: int, lines: Sequence[DutyLine], tools: Sequence[Button]) -> Message:
    """Show every duty: when it is due, how many have reported, who is late."""
    parts = [f"截至{at}，应报{units}家。", ""]
    for number, line in enumerate(lines, 1):
        parts += [f"{number}. {line.name}（{line.when}）", *(f"　　{each}" for each in _counts(line))]
    buttons = [Button(f"{number}. {line.short}", line.action) for number, line in enumerate(lines, 1)]
    rows = ((Button(GRID, "m:matrix:1", "primary"),), *in_pairs(buttons), *in_pairs([*tools, BACK_TO_MENU]))
    return Message(clip("\n".join(parts), _ROOM), title=MATRIX, buttons=rows, place="next")


def _counts(line: DutyLine) -> list[str]:
    counts = "，".join(f"{name}{number}" for name, number in line.counts if number)
    late = f"逾期：{few(line.late)}" if line.late else ""
    return [part for part in (counts, late) if part]


def few(names: Sequence[str]) -> str:
    """Name the first of them, and how many there are."""
    more = f"等{len(names)}家" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def within(names: Sequence[str], room: int) -> str:
    """Name the first of them, as many as so many signs hold but one at the least, and how many there are."""
    for told, name in enumerate(names):
        room -= len(name) + 1
        if told and room < 0:
            return f"{'、'.join(names[:told])}等{len(names)}家"
    return "、".join(names)


def weeks(missing: int, late: int) -> str:
    """缺2迟1: how often a unit has kept the desk waiting so far."""
    return (f"缺{missing}" if missing else "") + (f"迟{late}" if late else "")


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the grid: a sign for each duty, in their order."""

    key: str
    name: str
    signs: str
    weeks: str


def grid_page(at: str, duties: Sequence[str], rows: Sequence[Row], number: int) -> Message:
    """Show units x duties: numbered columns, a line a unit; signs first, so that they stand below each other."""
    page, pages = paging.within(number - 1, len(rows), PAGE)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    columns = [digit for digit, _ in zip(_DIGITS + _LETTERS, duties, strict=False)]
    named = "　".join(f"{column}{name}" for column, name in zip(columns, duties, strict=False))
    lines = [f"{row.signs} {row.name}{' ' + row.weeks if row.weeks else ''}" for row in shown]
    text = "\n\n".join([f"截至{at}。", "\n".join(["".join(columns), *lines]), f"{named}\n{LEGEND}\n{WEEKS}"])
    buttons = (
        *in_pairs([Button(row.name, f"m:unit:{row.key}") for row in shown]),
        *_grid_turns(page, pages),
        (Button(DUTIES, "m:matrix"), BACK_TO_MENU),
    )
    return Message(clip(text, _ROOM), title=f"{MATRIX} · {GRID}", buttons=buttons, place="next")


def _grid_turns(page: int, pages: int) -> list[tuple[Button, ...]]:
    """Return the row that turns pages; page 0 of the overview is the duties."""
    return paging.turns(page + 1, pages + 1, "m:matrix:") if page else paging.turns(0, pages, "m:matrix:")


def unit_page(
    name: str,
    lines: Sequence[str],
    *,
    weekly: str,
    ledger: str,
    people: Sequence[str],
    buttons: Sequence[Button],
    back: Sequence[Button],
) -> Message:
    """Show one unit: every duty, its weeks so far, its entries in the ledger, its people."""
    parts = [
        "\n".join(["【各项报送】", *lines]),
        f"【每周报送累计】\n{weekly}" if weekly else "",
        f"【问题台账】\n{ledger}" if ledger else "",
        "\n".join(["【人员】", *people]) if people else "",
    ]
    rows = (*in_pairs(buttons), *in_pairs([*back, BACK_TO_MENU]))
    return Message(clip("\n\n".join(part for part in parts if part), _ROOM), title=name, buttons=rows, place="next")


def duty_line(what: str, stands: str, when: str) -> str:
    """专项整治工作总结：尚未报送（10月9日截止）."""
    return f"{what}：{stands}（{when}）" if when else f"{what}：{stands}"


def closes(day: str, *, past: bool, before: bool = False) -> str:
    """10月9日截止; 6月30日已截止; 6月30日已截止，启用前: nobody could report it here in time."""
    return f"{day}已截止{'，启用前' if before else ''}" if past else f"{day}截止"


def fill_in(name: str) -> str:
    """填报行政裁量基准."""
    return f"填报{name}"


def goes_out(day: str) -> str:
    """10月9日下发: a notice nobody has been sent yet."""
    return f"{day}下发"


def not_yet(stands: str) -> str:
    """尚未报送: there is time left."""
    return f"尚{stands}"


def record(kept: Record, late: Sequence[str], missing: Sequence[str]) -> str:
    """按时5次，迟报1次（第26周），未报0次，免报0次."""
    late_ones = f"（{few_weeks(late)}）" if late else ""
    missing_ones = f"（{few_weeks(missing)}）" if missing else ""
    kinds = (("按时", kept.on_time, ""), ("迟报", kept.late, late_ones), ("未报", kept.missing, missing_ones))
    return "，".join([*(f"{name}{number}次{which}" for name, number, which in kinds), f"免报{kept.excused}次"]) + "。"


def few_weeks(titles: Sequence[str]) -> str:
    """Name the latest weeks of a list that may be long."""
    return ("…、" if len(titles) > NAMED else "") + "、".join(titles[-NAMED:])


def ledger(unfinished: int, overdue: int) -> str:
    """未销号3件，其中已逾期1件."""
    return f"未销号{unfinished}件" + (f"，其中已逾期{overdue}件" if overdue else "") + "。"
