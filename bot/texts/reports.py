"""Pages about reports: the report itself, the receipt, the lists, the sign-off, the brigade's desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.lifecycle import NAMES
from bot.core.messages import Attachment, Button, Message, Place
from bot.texts.menu import BACK_TO_MENU

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

APPROVE = "同意报送"
RETURN = "退回"
URGE = "催报"
ACCEPT = "接收"
ACCEPT_ALL = "全部接收"
#: Units with a button of their own on one page of the brigade's desk.
PAGE = 10
#: An answer of at most so many characters stands on the line of its heading.
BRIEF = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One unit or one report in a list: what is said of it, and the report to open (None: there is none)."""

    text: str
    label: str = ""
    report: int | None = None


def receipt(what: str, number: str, *, heads: str, zero: bool, signed: bool, report: int) -> Message:
    """Confirm what was filed; `heads` are those who sign now, "" when the unit has none yet."""
    lines = [f"{'零报告' if zero else what}已提交，编号 {number}。"]
    if signed:
        lines.append("已报送大队。")
    elif heads:
        lines.append(f"已转{heads}签批，签批后即为已报送。")
    else:
        lines.append("本单位还没有登记负责人，暂时无人签批，请告知执法大队联系人。")
    return Message(
        "\n".join(lines),
        title="提交成功",
        buttons=((Button("查看本次报送", f"m:see:{report}"), BACK_TO_MENU),),
        place="next",
    )


def choose(options: Sequence[tuple[str, str]]) -> Message:
    """Ask which report, when several are owed; options are (label, action)."""
    rows = tuple((Button(label, action),) for label, action in options)
    return Message("请选择要填报哪一份：", buttons=(*rows, (BACK_TO_MENU,)), place="next")


def report_page(
    *,
    title: str,
    answers: Sequence[tuple[str, str]],
    facts: Sequence[str],
    state: str,
    buttons: Sequence[tuple[Button, ...]],
    attachments: tuple[Attachment, ...] = (),
    place: Place = "next",
) -> Message:
    """Show one whole report: answers as (column, text), then who and when, then its state."""
    body = "\n\n".join(_paragraphs(answers))
    foot = "\n".join([*facts, f"状态：{NAMES[state]}"])
    return Message(
        f"{body}\n\n{foot}" if body else foot,
        title=title,
        buttons=tuple(buttons),
        attachments=attachments,
        place=place,
    )


def _paragraphs(answers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield each long answer under its heading; short ones in a row share a paragraph, a line each."""
    lines: list[str] = []
    for column, text in answers:
        if len(text) <= BRIEF and "\n" not in text:
            lines.append(f"{column}：{text}")
            continue
        if lines:
            yield "\n".join(lines)
            lines = []
        yield f"【{column}】\n{text}"
    if lines:
        yield "\n".join(lines)


def sign_request(page: Message) -> Message:
    """Turn a report's page into the request that reaches the head."""
    return Message(page.text, title=f"请签批：{page.title}", buttons=page.buttons, attachments=page.attachments)


def signed_notice(what: str, by: str, report: int) -> Message:
    """Tell the contact that the head agreed."""
    return Message(
        f"{by}已同意报送，{what}已报送执法大队。",
        title="已签批",
        buttons=((Button("查看本次报送", f"m:see:{report}"),),),
    )


def returned_notice(what: str, by: str, reason: str, report: int) -> Message:
    """Tell the contact that it came back, why, and what to do."""
    return Message(
        f"{what}已被{by}退回。\n退回原因：{reason}\n请修改后重新提交，原有内容已为您保留。",
        title="报送被退回",
        buttons=((Button("修改后重报", f"m:fix:{report}", "primary"),),),
    )


def withdrawn_notice(what: str, by: str) -> Message:
    """Tell the head that nothing is to be signed any more."""
    return Message(f"{by}已撤回{what}，暂时无需签批。", title="报送已撤回")


def corrected_mark(version: int) -> str:
    """第2版（更正）, or nothing for the first."""
    return "" if version == 1 else f"（第{version}版）"


def listing(title: str, lines: Sequence[Line], empty: str, *, extra: Sequence[Button] = ()) -> Message:
    """List reports one a line, each with a button of its own."""
    rows = [(Button(line.label, f"m:see:{line.report}"),) for line in lines if line.report is not None]
    text = "\n".join(line.text for line in lines) if lines else empty
    return Message(text, title=title, buttons=(*rows, (*extra, BACK_TO_MENU)), place="next")


@dataclass(frozen=True, slots=True)
class Desk:
    """The brigade's view of one period: who stands where, in the campaign's order."""

    key: str  # "weekly/2020-W28"
    title: str
    due: str
    reported: Sequence[Line]
    awaiting: Sequence[Line]
    stamping: Sequence[Line]
    returned: Sequence[Line]
    missing: Sequence[Line]
    excused: Sequence[Line]


def desk_page(
    desk: Desk,
    *,
    page: int,
    urge: bool,
    receive: bool,
    table: bool,
    earlier: str,
    later: str,
    place: Place = "next",
) -> Message:
    """Show the period: counts first, then names; buttons to the reports, page by page."""
    groups = (
        ("已报送", desk.reported),
        ("待签批", desk.awaiting),
        ("待盖章", desk.stamping),
        ("已退回", desk.returned),
        ("未报送", desk.missing),
        ("免报", desk.excused),
    )
    total = sum(len(lines) for _, lines in groups) - len(desk.excused)
    parts = [
        f"截止：{desk.due}",
        f"应报{total}家：" + "，".join(f"{name}{len(lines)}家" for name, lines in groups if lines),
    ]
    parts += [f"\n{name}：" + "、".join(line.text for line in lines) for name, lines in groups if lines]
    lines = [line for _, group in groups for line in group if line.report is not None]
    pages = max(1, -(-len(lines) // PAGE))
    page = min(page, pages - 1)
    shown = [Button(line.label, f"m:see:{line.report}") for line in lines[page * PAGE : (page + 1) * PAGE]]
    rows: list[tuple[Button, ...]] = []
    if urge:
        rows.append((Button(URGE, f"m:urge:{desk.key}", "primary"),))
    tools = []
    if receive:
        tools.append(Button(ACCEPT_ALL, f"m:acceptall:{desk.key}"))
    if table:
        tools.append(Button("导出汇总表", f"m:table:{desk.key}"))
    if tools:
        rows.append(tuple(tools))
    rows += [tuple(shown[i : i + 2]) for i in range(0, len(shown), 2)]
    turns = []
    if page > 0:
        turns.append(Button("上一页", f"m:state:{desk.key}:{page - 1}"))
    if page + 1 < pages:
        turns.append(Button("下一页", f"m:state:{desk.key}:{page + 1}"))
    if turns:
        rows.append(tuple(turns))
    weeks = []
    if earlier:
        weeks.append(Button("前一周", f"m:state:{earlier}"))
    if later:
        weeks.append(Button("后一周", f"m:state:{later}"))
    rows.append((*weeks, BACK_TO_MENU))
    return Message("\n".join(parts), title=desk.title, buttons=tuple(rows), place=place)


def urge_notice(what: str, due: str, *, overdue: bool, action: str) -> Message:
    """Nudge a contact by hand."""
    rest = f"应于{due}前报送，目前还没有收到，请尽快补报。" if overdue else f"须在{due}前报送，请抓紧。"
    return Message(
        f"执法大队催报：{what}{rest}",
        title=URGE,
        buttons=((Button("填报本周信息", action, "primary"),),),
    )


def urge_sign_notice(what: str, report: int) -> Message:
    """Nudge a head by hand: the report waits for a signature."""
    return Message(
        f"执法大队催报：{what}已填好，等您签批。",
        title=URGE,
        buttons=((Button("查看并签批", f"m:see:{report}", "primary"),),),
    )


def urged(units: Sequence[str], unreached: Sequence[str]) -> Message:
    """Tell the brigade who was nudged, and who cannot be."""
    lines = [f"已催报{len(units)}家：{'、'.join(units)}。"] if units else []
    if unreached:
        lines.append(f"以下单位还没有可通知的人员，请电话联系：{'、'.join(unreached)}。")
    return Message("\n".join(lines), title="催报已发出" if units else URGE, buttons=((BACK_TO_MENU,),))


def table_message(title: str, line: str, key: str, ref: str, name: str) -> Message:
    """Send the aggregated table, with the way to the desk beside it."""
    return Message(
        line,
        title=title,
        buttons=((Button("查看报送情况", f"m:state:{key}"), Button(URGE, f"m:urge:{key}")),),
        attachments=(Attachment("table", ref, name),),
    )
