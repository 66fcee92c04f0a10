"""导出表格: which table, which part of it, and how a long one comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment, Button, Message
from bot.texts import ledger, moments, paging
from bot.texts.menu import BACK_TO_MENU, EXPORT, in_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.core.messages import Place

#: What the tables are called that have no report's name.
PUBLIC: Final = "台账公开版"
BACK: Final = Button("其他表格", "m:export")
MORE: Final = Button("继续导出", "m:export")
#: Which entries of the ledger are asked for, by the letters of its lists.
VIEWS: Final[Mapping[str, str]] = {letter: ledger.VIEWS[letter] for letter in "aolsfmvrct"}
ALL_UNITS, ALL_AREAS = "全部单位", "全部方面"
BY_UNIT, BY_AREA = "选择单位", "选择方面"
PUBLIC_WARNING: Final = "已隐去姓名、电话和当事人，公开前请再通读一遍。"
#: Choices on one page: weeks have a row each, units share one.
WEEKS, UNITS = 6, 16
#: Two labels of at most so many characters fit side by side on a phone.
_SHORT: Final = 10
_ANNEX: Final = re.compile(r"(.+)（(附件[0-9]+)）")


# ── Which ────────────────────────────────────────────────────────────────


def tables(options: Sequence[tuple[str, str]]) -> Message:
    """Ask which table; options are (name, action)."""
    return Message(
        "请选择要导出的表格，内容以导出时为准：",
        title=EXPORT,
        buttons=(*_packed([Button(*option) for option in options]), (BACK_TO_MENU,)),
        place="next",
    )


def weeks(title: str, options: Sequence[tuple[str, str]], page: int, turn: str, place: Place) -> Message:
    """Ask which week, newest first; `turn` is a page's action but for its number."""
    at, pages = paging.within(page, len(options), WEEKS)
    shown = [(Button(*option),) for option in options[at * WEEKS : (at + 1) * WEEKS]]
    return _choice(title, "请选择哪一周：", [*shown, *paging.turns(at, pages, turn)], [BACK], place)


def periods(title: str, options: Sequence[tuple[str, str]]) -> Message:
    """Ask which days a table of statistics is about."""
    ask = "请选择统计期间，表中同时列出期末累计数："
    return _choice(title, ask, _packed([Button(*option) for option in options]), [BACK])


def entries(
    unit: str, area: str, views: Sequence[tuple[str, str]], narrower: Sequence[Button], ways: Sequence[Button]
) -> Message:
    """Ask which entries of the ledger, of the units and areas chosen so far."""
    first = "单位或方面" if len(narrower) > 1 else "方面"
    ask = f"范围：{unit}，{area}。\n请选择导出哪些问题，也可以先选{first}："
    rows = [*in_pairs([Button(*view) for view in views]), tuple(narrower)]
    return _choice("导出问题台账", ask, rows, ways)


def scopes(title: str, options: Sequence[tuple[str, str]], page: int, turn: str, back: str, place: Place) -> Message:
    """Ask which unit or area; the first option is all of them."""
    everything, *rest = [Button(*option) for option in options]
    at, pages = paging.within(page, len(rest), UNITS)
    rows = [(everything,), *_packed(rest[at * UNITS : (at + 1) * UNITS]), *paging.turns(at, pages, turn)]
    return _choice(title, "请选择：", rows, [Button("返回", back)], place)


def _choice(
    title: str, ask: str, rows: Sequence[tuple[Button, ...]], ways: Sequence[Button], place: Place = "next"
) -> Message:
    return Message(ask, title=title, buttons=(*rows, (*ways, BACK_TO_MENU)), place=place)


def _packed(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Return rows: two short ones next to each other share one."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and max(len(rows[-1][0].label), len(button.label)) <= _SHORT:
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return rows


def week(name: str, place: int) -> str:
    """本周 第28周（7月6日—7月10日）; the two newest are named so when `place` says that this is the present one."""
    return " ".join(part for part in ({0: "本周", 1: "上周"}.get(place, ""), name) if part)


def span(first: date, last: date) -> str:
    """2020年7月1日至7月31日."""
    year = f"{last.year}年" if last.year != first.year else ""
    return f"{moments.full(first)}至{year}{moments.day(last)}"


# ── The file ─────────────────────────────────────────────────────────────


def file_named(*parts: str) -> str:
    """Name a file: 附件1 before what it is, then which part and of when: 附件1_专项整治联系人汇总表."""
    name, *rest = parts
    annex = _ANNEX.fullmatch(name)
    first = (annex[2], annex[1]) if annex else (name,)
    return "_".join(part for part in (*first, *rest) if part)


def file(title: str, line: str, ref: str, name: str, ways: Sequence[Button]) -> Message:
    """Send a table."""
    return Message(
        line,
        title=title,
        buttons=((*ways, MORE), (BACK_TO_MENU,)),
        attachments=(Attachment("table", ref, name),),
    )


def counted(what: str, size: int) -> str:
    """台账，共3件: whoever opens the file on a phone knows what to expect."""
    return f"{what}，共{size}件"


def as_of(at: str, what: str) -> str:
    """以下为7月10日 12:00的汇总情况."""
    return f"以下为{at}的{what}。"


# ── A long one ───────────────────────────────────────────────────────────


def follows(title: str, rows: int) -> Message:
    """Say that a long table is being made; it comes by itself."""
    return Message(
        f"正在生成，共{rows}行。\n好了马上发给您，这期间可以继续办理其他事项。",
        title=title,
        buttons=((MORE, BACK_TO_MENU),),
        place="next",
    )


def progress(said: str, percent: int) -> str:
    """Return what `follows` has said with how far it is."""
    first, *_, last = said.split("\n")
    return "\n".join([first, f"已完成{percent}%。", last])


#: What it says in the end, by what became of the file's row.
ENDED: Final[Mapping[str, str]] = {
    "sent": "已生成，请查收下方文件。",
    "unknown": "文件已生成，发送时网络中断。没有收到的，请重新导出。",
    "dead": "文件没有生成成功，请稍后重新导出；多次不成的，请告知执法大队联系人。",
}
