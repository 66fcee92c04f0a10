"""Pages of the brigade's desk: who stands where with one report, one unit's part in it, nudging by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.lifecycle import NAMES
from bot.core.messages import Button, Message, Place
from bot.core.plain_text import clip
from bot.texts import paging
from bot.texts.menu import BACK_TO_MENU, in_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.standings import Kind

URGE: Final = "催报"
EXCUSE: Final = "免报"
FILE_FOR: Final = "代报"
ACCEPT_ALL: Final = "全部接收"
FILL_IN: Final = "立即填报"
TABLE: Final = "导出汇总表"
OTHERS: Final = "其他报送事项"
CORRECTING: Final = "更正中"
STATE: Final = "返回报送情况"
#: Units or cases with a button of their own on one page: sixteen units are one page.
PAGE: Final = 16
#: More than a message holds is cut off: this much is left for its end.
_ROOM: Final = 3900

#: The groups of the desk, in their order; late reports are among the reported.
GROUPS: Final[Mapping[Kind, str]] = {
    "on_time": "已报送",
    "awaiting": "待签批",
    "stamping": "待盖章",
    "returned": "已退回",
    "missing": "未报送",
    "excused": "免报",
}
#: The same for a stage's notice, which takes no more than 收到.
STAGE_GROUPS: Final[Mapping[Kind, str]] = {**GROUPS, "on_time": "已收到", "missing": "未收到"}


@dataclass(frozen=True, slots=True)
class Desk:
    """One period of one duty: names in their groups, in the campaign's order, and the buttons that open them."""

    key: str  # "weekly/2020-W28"
    title: str
    due: str
    groups: Mapping[Kind, Sequence[str]]
    stage: bool
    waiting: int  # reports to be accepted: those not marked so
    units: Sequence[Button]


def desk_page(
    desk: Desk, tools: Sequence[Sequence[Button]], *, page: int, weeks: Sequence[Button], place: Place = "next"
) -> Message:
    """Show the period: counts first, then names; buttons to the units, page by page."""
    names = STAGE_GROUPS if desk.stage else GROUPS
    total = sum(len(lines) for kind, lines in desk.groups.items() if kind != "excused")
    filled = [(names[kind], desk.groups[kind]) for kind in GROUPS if desk.groups[kind]]
    parts = [
        f"截止：{desk.due}",
        f"应报{total}家：" + "，".join(f"{name}{len(lines)}家" for name, lines in filled),
        *([f"待接收{desk.waiting}家"] if desk.waiting else []),
        *(f"\n{name}：{'、'.join(lines)}" for name, lines in filled),
    ]
    rows = [tuple(row) for row in tools if row]
    rows += _paged(desk.units, page, f"m:state:{desk.key}")
    rows += [(*weeks, Button(OTHERS, "m:matrix")), (BACK_TO_MENU,)]
    return Message(clip("\n".join(parts), _ROOM), title=desk.title, buttons=tuple(rows), place=place)


def _paged(buttons: Sequence[Button], page: int, turn: str) -> list[tuple[Button, ...]]:
    """Return one page of buttons, two to a row, and those that turn it."""
    page, pages = paging.within(page, len(buttons), PAGE)
    return [*in_pairs(buttons[page * PAGE : (page + 1) * PAGE]), *paging.turns(page, pages, f"{turn}:")]


def due(when: str, *, past: bool) -> str:
    """7月10日（周五）12:00（已过）."""
    return f"{when}（已过）" if past else when


def marked(name: str, *marks: str) -> str:
    """农机服务中心（零报告，迟报 7月10日 13:05）."""
    said = "，".join(mark for mark in marks if mark)
    return f"{name}（{said}）" if said else name


def late(at: str) -> str:
    """Say when it came, too late."""
    return f"迟报 {at}"


def cases_page(
    title: str, cases: Sequence[tuple[str, Button]], tools: Sequence[Button], *, waiting: int, page: int, turn: str
) -> Message:
    """Show what was reported of something that occurs, newest first: a line and a button for each."""
    page, pages = paging.within(page, len(cases), PAGE)
    shown = list(enumerate(cases, 1))[page * PAGE : (page + 1) * PAGE]
    head = f"共{len(cases)}件" + (f"，待接收{waiting}件" if waiting else "") + "。"
    text = "\n".join([head, "", *(f"{number}. {line}" for number, (line, _) in shown)])
    rows = [
        *([tuple(tools)] if tools else []),
        *in_pairs([Button(f"{number}. {button.label}", button.action) for number, (_, button) in shown]),
        *paging.turns(page, pages, f"{turn}:"),
        (Button(OTHERS, "m:matrix"), BACK_TO_MENU),
    ]
    return Message(clip(text if cases else "还没有单位报送。", _ROOM), title=title, buttons=tuple(rows), place="next")


def case(unit: str, title: str, state: str, at: str) -> str:
    """Return a case as one line of the list."""
    return f"{unit} {title}　{NAMES[state]}　{at}"


def unit_page(
    *, title: str, stands: str, due: str, call: Sequence[str], buttons: Sequence[Button], back: Sequence[Button]
) -> Message:
    """Show one unit's part in a period: where it stands, whom to call, what can be done."""
    parts = [f"{stands}。\n截止：{due}", "\n".join(call)]
    rows = (*in_pairs(buttons), tuple(back), (BACK_TO_MENU,))
    return Message("\n\n".join(part for part in parts if part), title=title, buttons=rows, place="next")


def stands(kind: Kind, *, stage: bool, why: str = "") -> str:
    """未报送; 已退回：请补充整改情况; 免报：机构改革."""
    name = "迟报" if kind == "late" and not stage else (STAGE_GROUPS if stage else GROUPS).get(kind, "已收到")
    return f"{name}：{why.rstrip('。')}" if why else name


def person(role: str, name: str, phone: str, trouble: str = "") -> str:
    """联系人 赵某 13800000000（还没有加入）."""
    said = " ".join(part for part in (role, name, phone) if part)
    return f"{said}（{trouble}）" if trouble else said


NOT_JOINED: Final = "还没有加入"
UNREACHED: Final = "消息送不到"


def nobody(role: str) -> str:
    """Say that a unit has nobody in a role."""
    return f"还没有登记{role}"


# ── Nudging by hand ──────────────────────────────────────────────────────


def urge_notice(what: str, due: str, *, overdue: bool, button: Button) -> Message:
    """Nudge a contact by hand: nothing has been filed."""
    rest = f"应于{due}前报送，目前还没有收到，请尽快补报。" if overdue else f"须在{due}前报送，请抓紧。"
    return _nudge(f"{what}{rest}", button)


def urge_stage_notice(what: str, button: Button) -> Message:
    """Nudge a unit that has not said 收到."""
    return _nudge(f"请查看{what}，看后点“收到”。", button)


def urge_again_notice(what: str, reason: str, report: int) -> Message:
    """Nudge a contact whose report came back: why, and the way to mend it."""
    return _nudge(
        f"{what}已退回，请尽快修改后重新报送。\n退回原因：{reason}",
        Button("修改后重报", f"m:fix:{report}", "primary"),
    )


def urge_sign_notice(what: str, report: int) -> Message:
    """Nudge a head by hand: the report waits for a signature."""
    return _nudge(f"{what}已填好，等您签批。", Button("查看并签批", f"m:see:{report}", "primary"))


def urge_stamp_notice(what: str, report: int) -> Message:
    """Nudge a contact by hand: the stamped copy is waited for."""
    return _nudge(
        f"{what}已签批，还差盖章件，请盖章后拍照或扫描上传。", Button("上传盖章件", f"m:stamp:{report}", "primary")
    )


def _nudge(text: str, button: Button) -> Message:
    return Message(f"执法大队催报：{text}", title=URGE, buttons=((button,),))


def urged(units: Sequence[str], unreached: Sequence[str], *, later: str, back: str) -> Message:
    """Tell the brigade who was nudged, who is to be called instead, and when it goes out in quiet hours (`later`)."""
    lines = [f"已催报{len(units)}家：{'、'.join(units)}。"] if units else []
    if units and later:
        lines.append(f"现在是免打扰时间，将于{later}发出。")
    if unreached:
        lines.append("以下单位暂时通知不到，请电话联系：\n" + "\n".join(unreached))
    buttons = ((Button(STATE, back), BACK_TO_MENU),)
    return Message(clip("\n".join(lines), _ROOM), title="催报已发出" if units else URGE, buttons=buttons, place="next")


def to_call(unit: str, people: Iterable[str]) -> str:
    """农机服务中心：联系人 赵某 13800000000."""
    return f"{unit}：{'；'.join(people)}"
