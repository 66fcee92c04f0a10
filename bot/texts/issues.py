"""Pages and notices about one entry of the ledger: the entry itself, its history, requests and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.issues import ASKED_NAMES, NAMES, OPEN
from bot.core.messages import Attachment, Button, Message, Place
from bot.core.plain_text import clip, one_line
from bot.texts import moments
from bot.texts.issues_marks import left, mark
from bot.texts.menu import BACK_TO_MENU, LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from bot.core.issues import Asked, Colour, Move, State
    from bot.core.workdays import Workdays

#: The words on the buttons, for every move somebody makes by a button.
MOVES: Final[Mapping[Move, str]] = {
    "progress": "报送进展",
    "ask_closing": "申请销号",
    "ask_extension": "申请延期",
    "ask_transfer": "申请移交",
    "correct": "更正",
    "withdraw": "撤回申请",
    "sign": "同意",
    "refuse": "退回申请",
    "close": "同意销号",
    "send_back": "退回整改",
    "grant": "同意延期",
    "decline": "不同意",
    "continue": "持续整改",
    "transfer": "移交",
    "reply": "登记移交回复",
    "take_back": "移交退回",
    "reopen": "重新整改",
}
#: The same in the history, where they name what was done.
DONE: Final[Mapping[str, str]] = {
    **{str(move): label for move, label in MOVES.items()},
    "enter": "录入",
    "correct": "更正内容",
    "sign": "负责人同意申请",
    "refuse": "负责人退回申请",
    "decline": "大队未同意申请",
    "take_back": "接收单位退回移交",
}
PRIMARY: Final[frozenset[Move]] = frozenset({"progress", "sign", "close", "grant"})
DANGER: Final[frozenset[Move]] = frozenset({"refuse", "send_back", "decline"})
STORY: Final = "办理记录"
PAPERS: Final = "查看材料"
SHEET: Final = "销号申请单"
#: Changes on one page of the history.
STORY_PAGE: Final = 10
#: A text up to this length stands on the line of its heading; one over that is cut off on the page.
_SHORT, _LONG = 28, 800


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says of an entry, in words; dates are days in the campaign's zone."""

    id: int
    number: str
    unit: str
    state: State
    asked: Asked
    due: date
    first_due: date
    colour: Colour
    brief: str  # its description on one line


def line(facts: Facts, today: date, workdays: Workdays, *, unit: bool = True) -> str:
    """Return an entry as one line of a list: mark, number, unit, problem, and how it stands."""
    parts = [part for part in (mark(facts.colour), facts.number, facts.unit if unit else "") if part]
    stands = [left(facts.state, facts.due, today, workdays) or NAMES[facts.state], ASKED_NAMES[facts.asked]]
    if facts.state == "verifying":
        stands = [ASKED_NAMES[facts.asked]]
    return f"{' '.join(parts)}：{facts.brief}（{'，'.join(each for each in stands if each)}）"


def deadline(facts: Facts, today: date, workdays: Workdays, *, name: str) -> str:
    """Return the line of the deadline, the first one beside it when it was moved."""
    moved = f"（原定{_day(facts.first_due, today)}）" if facts.first_due != facts.due else ""
    rest = left(facts.state, facts.due, today, workdays)
    return f"{name}：{_day(facts.due, today)}{moved}" + (f"　{mark(facts.colour)} {rest}" if rest else "")


def _day(value: date, today: date) -> str:
    return moments.day(value) if value.year == today.year else f"{value.year}年{moments.day(value)}"


def page(
    facts: Facts,
    head: Sequence[str],
    parts: Sequence[tuple[str, str]],
    foot: Sequence[str],
    *,
    buttons: Sequence[tuple[Button, ...]],
    notice: str = "",
    place: Place = "next",
) -> Message:
    """Show an entry: its deadline, the problem and what is under way, then the facts a line each."""
    paragraphs = [notice, "\n".join(head), *_paragraphs(parts), "\n".join(foot)]
    return Message(
        clip("\n\n".join(each for each in paragraphs if each), 3900),
        title=f"{facts.number} · {NAMES[facts.state]}",
        buttons=tuple(buttons),
        place=place,
    )


def _paragraphs(parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield each text under its heading; short ones in a row share a paragraph, a line each."""
    lines: list[str] = []
    for name, text in parts:
        if len(text) <= _SHORT and "\n" not in text:
            lines.append(f"{name}：{text}")
            continue
        if lines:
            yield "\n".join(lines)
            lines = []
        yield f"【{name}】\n{clip(text, _LONG)}"
    if lines:
        yield "\n".join(lines)


def request(page: Message, asked: Asked) -> Message:
    """Turn an entry's page into what reaches whoever decides on a request."""
    what, _, desk = asked.partition("/")
    verb = {"closing": "销号", "extension": "延期", "transfer": "移交"}[what]
    title = f"请签批：申请{verb}" if desk == "head" else f"请{'核查' if what == 'closing' else '审批'}：申请{verb}"
    return Message(page.text, title=f"{title} · {page.title.partition(' ')[0]}", buttons=page.buttons)


def story(facts: Facts, lines: Sequence[str], number: int, pages: int) -> Message:
    """Show one page of an entry's history, oldest first."""
    turns = []
    if number > 0:
        turns.append(Button("更早", f"m:story:{facts.id}:{number - 1}"))
    if number + 1 < pages:
        turns.append(Button("更近", f"m:story:{facts.id}:{number + 1}"))
    rows = [tuple(turns)] if turns else []
    rows.append((Button("返回问题", f"m:issue:{facts.id}"), BACK_TO_MENU))
    where = f" · 第{number + 1}/{pages}页" if pages > 1 else ""
    return Message(
        clip("\n\n".join(lines), 3900), title=f"{facts.number} {STORY}{where}", buttons=tuple(rows), place="next"
    )


def changed(  # noqa: PLR0913 - all by name
    *,
    at: str,
    who: str,
    move: str,
    before: str,
    after: str,
    asked: Asked,
    dues: tuple[str, str] | None,
    details: Sequence[tuple[str, str]],
    files: int,
) -> str:
    """Return one change as a few lines: when, who, what, from where to where, why."""
    head = f"{at}　{who}　{DONE.get(move, move)}"
    path = after if before in {"", after} else f"{before} → {after}"
    lines = [head, f"状态：{path}" + (f"（{ASKED_NAMES[asked]}）" if asked else "")]
    if dues is not None:
        lines.append(f"时限：{dues[0]} → {dues[1]}")
    lines += [f"{name}：{clip(one_line(text, 200), 200)}" for name, text in details]
    if files:
        lines.append(f"材料：{files}个")
    return "\n".join(lines)


def papers(facts: Facts, attachments: tuple[Attachment, ...], names: Iterable[str]) -> Message:
    """Send the files of an entry."""
    return Message(
        "\n".join(names),
        title=f"{facts.number} 材料",
        buttons=((Button("返回问题", f"m:issue:{facts.id}"), BACK_TO_MENU),),
        attachments=attachments,
    )


def sheet(facts: Facts, attachment: Attachment) -> Message:
    """Send the closing sheet."""
    return Message(
        "打印后请负责人签字、盖章。",
        title=f"{facts.number} {SHEET}",
        buttons=((Button("返回问题", f"m:issue:{facts.id}"), BACK_TO_MENU),),
        attachments=(attachment,),
    )


# ── What follows an entry ────────────────────────────────────────────────


def entered(facts: Facts, *, heads: str, at_once: bool, for_unit: bool) -> Message:
    """Confirm an entry; `heads` sign what was mended at once, "" when the unit has none yet."""
    lines = [f"问题已录入台账，编号 {facts.number}。"]
    if at_once and heads:
        lines.append(f"立行立改的销号申请已转{heads}签批。")
    elif at_once:
        lines.append(NO_HEAD)
    elif for_unit:
        lines.append(f"已通知{facts.unit}整改。")
    return Message(
        "\n".join(lines),
        title="录入成功",
        buttons=(
            (Button("再录一件", f"m:again:{facts.id}", "primary"), Button("查看这件", f"m:issue:{facts.id}")),
            (Button(LEDGER, "m:ledger"), BACK_TO_MENU),
        ),
        place="next",
    )


NO_HEAD: Final = "本单位还没有登记负责人，暂时无人签批，请告知执法大队联系人。"


def entered_notice(facts: Facts, due: str) -> Message:
    """Tell a unit that the brigade has put something on its ledger."""
    return Message(
        f"大队录入了{facts.unit}的一件问题：{facts.brief}。\n整改时限：{due}。",
        title=f"新增问题 {facts.number}",
        buttons=((Button("查看问题", f"m:issue:{facts.id}", "primary"),),),
    )


def asked_receipt(facts: Facts, verb: str, heads: str) -> Message:
    """Confirm a request; the head has it now."""
    return Message(
        f"{verb}已提交。" + (f"已转{heads}签批。" if heads else NO_HEAD),
        title=f"{facts.number} 已提交",
        buttons=((Button("查看问题", f"m:issue:{facts.id}"), Button(LEDGER, "m:ledger"), BACK_TO_MENU),),
        place="next",
    )


def news(facts: Facts, text: str, *, reason: str = "", reply: str = "") -> Message:
    """Tell somebody what became of an entry, and why; or what was replied."""
    more = f"\n原因：{clip(reason, 500)}" if reason else f"\n回复：{clip(reply, 500)}" if reply else ""
    name = " ".join(part for part in (mark(facts.colour), facts.number, facts.unit) if part)
    return Message(
        f"{name}：{facts.brief}\n{text}{more}",
        title=text.partition("，")[0].rstrip("。"),
        buttons=((Button("查看问题", f"m:issue:{facts.id}", "primary" if facts.state in OPEN else "plain"),),),
    )


#: What is told of a move to those it concerns: {who}, {due}, {receiver}.
NEWS: Final[Mapping[str, str]] = {
    "sign": "{who}已同意申请，已报执法大队。",
    "refuse": "{who}退回了申请。",
    "close": "大队已同意销号。",
    "send_back": "大队已退回整改，请于{due}前整改到位。",
    "grant": "大队已同意延期，新的时限是{due}。",
    "decline": "大队未同意申请。",
    "continue": "大队要求持续整改，下次复核时间是{due}。",
    "transfer": "已移交{receiver}。",
    "reply": "已收到移交回复。",
    "take_back": "移交已退回，请于{due}前整改到位。",
    "reopen": "大队要求重新整改，请于{due}前整改到位。",
    "withdraw": "{who}撤回了申请，暂时无需办理。",
    "enter": "已录入。",
}
#: What the one who made a move is told, above the page.
SAID: Final[Mapping[str, str]] = {
    "progress": "进展已记入台账。",
    "correct": "更正已记入台账，原内容保留在办理记录中。",
    "withdraw": "申请已撤回。",
    "sign": "已同意，并报执法大队。",
    "refuse": "已退回，原因已告知联系人。",
    "close": "已同意销号。",
    "send_back": "已退回整改，原因已告知该单位。",
    "grant": "已同意延期。",
    "decline": "已告知该单位。",
    "continue": "已转为持续整改。",
    "transfer": "已移交，记录保留在台账中。",
    "reply": "移交回复已登记。",
    "take_back": "已退回本单位继续整改。",
    "reopen": "已重新列入整改。",
}
MOVED: Final = "这件问题刚有新的变化，您刚才的操作没有办理，请看最新情况后再办。"


def ask_withdraw(facts: Facts, action: str) -> Message:
    """Ask whether withdrawing is meant: what was filled in has to be filled in again."""
    return Message(
        f"确定撤回{facts.number}的申请吗？撤回后需重新申请。",
        title="撤回申请",
        buttons=((Button("确定撤回", action, "danger"), Button("不撤回", f"m:issue:{facts.id}")),),
        place="next",
    )


def together_done(done: Sequence[str], passed: Sequence[str], verb: str, back: Button) -> Message:
    """Say which entries were decided together, and which had changed meanwhile."""
    lines = [f"已{verb}{len(done)}件：{'、'.join(done)}。"] if done else []
    if passed:
        lines.append(f"以下问题刚有变化，没有办理，请逐件查看：{'、'.join(passed)}。")
    return Message("\n".join(lines), title="批量办理", buttons=((back, BACK_TO_MENU),), place="next")
