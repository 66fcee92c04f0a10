"""Pages over the whole ledger: its first page, its lists, what was found, the desk, the reconciliation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.issues import NAMES
from bot.core.messages import Button, Message, Place
from bot.core.plain_text import clip
from bot.texts.menu import ACCOUNT, BACK_TO_MENU, DESK, ENTER, LEDGER, in_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.issues import State
    from bot.core.reconciliation import Line as Balance

#: Entries on one page: as many buttons as a phone shows without scrolling far.
PAGE: Final = 8
#: Two labels of at most so many characters fit side by side on a phone.
_SHORT: Final = 10
#: What lists there are, by the letter their buttons carry, and what they are called.
VIEWS: Final[Mapping[str, str]] = {
    "f": NAMES["found"],
    "m": NAMES["mending"],
    "v": NAMES["verifying"],
    "r": NAMES["returned"],
    "c": NAMES["closed"],
    "t": NAMES["transferred"],
    "l": "已逾期",
    "s": "即将到期",
    "o": "未销号",
    "a": "全部",
}
FIND: Final = "查找"
MINE: Final = "我录入的"
BY_UNIT: Final = "按单位"
BY_AREA: Final = "按方面"
EXPORT: Final = "导出本表"
IMPORT: Final = "导入台账"
TEMPLATE: Final = "导入模板"
PUBLIC: Final = "公开版"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in a list."""

    id: int
    number: str
    text: str


def home(
    *,
    where: str,
    counts: Mapping[str, int],
    states: Mapping[State, int],
    overdue: int,
    enter: bool,
    publish: bool,
    account: bool,
) -> Message:
    """Show where everything stands, and the ways into the lists; `counts` by the letters of `VIEWS`."""
    total = sum(states.values())
    lines = [f"{where}共{total}件。" if total else f"{where}还没有录入问题。"]
    if total:
        lines.append("　".join(f"{NAMES[state]}{states[state]}件" for state in NAMES if states[state]))
    if overdue:
        lines.append(f"🔴 其中已逾期{overdue}件。")
    views = [
        Button(f"{name}（{number}）", f"m:list:{letter}", "danger" if letter == "l" else "plain")
        for letter, name in VIEWS.items()
        if (number := counts.get(letter, 0))
    ]
    rows = in_pairs(views)
    if total:
        rows.append((Button(VIEWS["s"], "m:list:s"), Button(f"全部（{total}）", "m:list:a")))
        rows.append((Button(FIND, "m:find"), Button(MINE, "m:list:a:::1") if enter else Button(VIEWS["o"], "m:list:o")))
    if enter:
        rows.insert(0, (Button(ENTER, "m:enter", "primary"),))
    tools = [Button("导出台账", "m:book:a")] if total else []
    if total and publish:
        tools.append(Button(f"导出{PUBLIC}", "m:public"))
    if account:
        tools.append(Button(ACCOUNT, "m:account"))
    if enter:
        tools.append(Button(IMPORT, "m:import"))
    rows += in_pairs([*tools, BACK_TO_MENU])
    return Message("\n".join(lines), title=LEDGER, buttons=tuple(rows), place="next")


def listing(
    *,
    title: str,
    total: int,
    lines: Sequence[Line],
    page: int,
    turn: str,
    tools: Sequence[Sequence[Button]],
    place: Place,
    empty: str = "没有这样的问题。",
) -> Message:
    """Show one page of entries, each a button away; `turn` is the action of a page but for its number."""
    pages = max(1, -(-total // PAGE))
    head = f"共{total}件" + (f"，第{page + 1}/{pages}页" if pages > 1 else "")
    text = "\n".join([head, "", *(f"{at}. {line.text}" for at, line in enumerate(lines, page * PAGE + 1))])
    buttons = [Button(line.number, f"m:issue:{line.id}") for line in lines]
    rows = in_pairs(buttons)
    turns = []
    if page > 0:
        turns.append(Button("上一页", f"{turn}{page - 1}"))
    if page + 1 < pages:
        turns.append(Button("下一页", f"{turn}{page + 1}"))
    if turns:
        rows.append(tuple(turns))
    rows += [tuple(row) for row in tools if row]
    rows.append((Button(LEDGER, "m:ledger"), BACK_TO_MENU))
    return Message(clip(text if total else empty, 3900), title=title, buttons=tuple(rows), place=place)


def importing() -> Message:
    """Say how an existing ledger is brought in."""
    return Message(
        "已有Excel台账的，可以一次导入。请先取模板填好，再上传；程序逐行检查，确认后才录入，重复的不会再录。",
        title=IMPORT,
        buttons=(
            (Button(TEMPLATE, "m:template"), Button("上传台账", "m:upload", "primary")),
            (Button(LEDGER, "m:ledger"), BACK_TO_MENU),
        ),
        place="next",
    )


def choose(title: str, options: Sequence[tuple[str, str]], back: str) -> Message:
    """Ask which unit or area; options are (label, action)."""
    buttons = [Button(label, action) for label, action in options]
    across = 2 if all(len(label) <= _SHORT for label, _ in options) else 1
    rows = [tuple(buttons[at : at + across]) for at in range(0, len(buttons), across)]
    return Message("请选择：", title=title, buttons=(*rows, (Button("返回", back), BACK_TO_MENU)), place="next")


def desk(lines: Sequence[Line], total: int, page: int, *, closings: int, sign: bool, place: Place) -> Message:
    """Show what waits for a decision; all closings of the page can be decided together."""
    tools = []
    if closings > 1:
        label = f"本页{closings}件全部{'同意' if sign else '同意销号'}"
        tools.append([Button(label, f"m:together:{'s' if sign else 'v'}:{page}", "primary")])
    return listing(
        title="待我签批的申请" if sign else DESK,
        total=total,
        lines=lines,
        page=page,
        turn="m:signing:" if sign else "m:desk:",
        tools=tools,
        place=place,
        empty="目前没有待办理的申请。",
    )


def account(
    *,
    period: str,
    total: Balance,
    units: Sequence[tuple[str, Balance]],
    book: bool,
) -> Message:
    """Show whether it adds up: this week, altogether, the balance, and each unit in a line; `book`: as a table too."""
    flow = total.flow
    rate = f"（{total.rate:g}%）" if total.rate is not None else ""
    week = (
        f"【本周】{period}\n新发现{flow.found}件，整改完成{flow.mended}件，销号{flow.closed}件，"
        f"退回{flow.returned}件，移交{flow.transferred}件。"
    )
    stock = (
        f"【累计】\n发现{total.found}件＝在整改{total.in_hand}＋待核查{total.verifying}＋已销号{total.closed}"
        f"＋退回整改{total.returned}＋移交{total.transferred}。\n"
        f"整改完成{total.mended}件{rate}，另有已逾期未改{total.overdue}件。"
    )
    balance = (
        f"【核对】\n期初未结{total.opening}＋新增{flow.found}＋重新整改{total.resumed}"
        f"－销号{flow.closed}－移交{flow.transferred}＝期末未结{total.closing}，账目相符。"
    )
    paragraphs = [week, stock, balance]
    if len(units) > 1:
        lines = [_unit_line(name, line) for name, line in units if line.found]
        paragraphs.append("\n".join(["【各单位】", *lines]) if lines else "")
    table = (Button("导出对账表", "m:accountbook"),) if book else ()
    return Message(
        clip("\n\n".join(each for each in paragraphs if each), 3900),
        title=ACCOUNT,
        buttons=((*table, Button(LEDGER, "m:ledger")), (BACK_TO_MENU,)),
        place="next",
    )


def _unit_line(name: str, line: Balance) -> str:
    late = f"，逾期{line.overdue}" if line.overdue else ""
    in_hand = line.in_hand + line.returned
    return f"{name}：发现{line.found}，在整改{in_hand}，待核查{line.verifying}，销号{line.closed}{late}"
