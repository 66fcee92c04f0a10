"""Pages about reports: the report itself, the receipt, the lists, the sign-off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.messages import Attachment, Button, Message, Place
from bot.core.plain_text import unbracketed
from bot.texts.menu import BACK_TO_MENU, SIGN, TODO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.campaign import Duty

APPROVE = "同意报送"
RETURN = "退回"
ACCEPT = "接收"
CORRECT = "更正"
AGAIN = "修改后重报"
WITHDRAW = "撤回"
UPLOAD = "上传盖章件"
UPLOAD_ANOTHER = "更换盖章件"
SHEET = "取打印件"
VERSIONS = "历次版本"
COMPARE = "与上一版比较"
FILE_FOR = "代报"
SEE = "查看本次报送"
MORE_TO_SIGN = "继续签批"
MORE_TO_ACCEPT = "继续接收"
NEWER = "上一页"
OLDER = "下一页"
FILED_ONES = "查看本周已提交的报送"
ON_BEHALF = "大队代报"
ON_BEHALF_MARK = f"（{ON_BEHALF}）"
NOTHING_YET = "还没有报送记录。"
ZERO_REPORT = "零报告"
#: What stands in place of the answers of a zero report.
ZERO = ("零报告", "本周无新增。")
REPORTED = "已报送大队。"
#: Where a stage's notice stands that somebody of the unit has answered.
READ = "已收到"
SIGNED = "并报送执法大队。"
NOTHING_TO_SIGN = "目前没有待签批的报送和申请。"
#: Reports listed at once for a head to sign.
SIGNED_HERE = 8
#: Reports offered at once to be filled in.
CHOSEN_HERE = 10
#: An answer of at most so many characters stands on the line of its heading.
BRIEF = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One unit or one report in a list: what is said of it, and the report to open (None: there is none)."""

    text: str
    label: str = ""
    report: int | None = None


def named(duty: Duty, title: str) -> str:
    """Name a report by its duty and its period's title: 第28周每周工作信息, 《专项整治工作总结》, 典型案例（第3件）."""
    if duty.every:
        return unbracketed(title) + duty.name
    if duty.at_once:
        return f"{duty.name}（{title}）"
    return duty.name if duty.stage else f"《{duty.name}》"


def receipt(what: str, number: str, *, then: str, report: int, void: str = "") -> Message:
    """Confirm what was filed: what follows, and what became void by it."""
    return Message(
        "\n".join([f"{what}已提交，编号 {number}。", *([f"{void}。"] if void else []), then]),
        title="提交成功",
        buttons=((Button(SEE, f"m:see:{report}"), BACK_TO_MENU),),
        place="next",
    )


def to_sign(reached: Sequence[str], heads: Sequence[str], *, stamp: bool) -> str:
    """Say who signs now, of the unit's heads those in reach; there may be none of either."""
    if not heads:
        return "本单位还没有登记负责人，暂时无人签批，请告知执法大队联系人。"
    after = "签批后请打印盖章并上传，上传后即为已报送" if stamp else "签批后即为已报送"
    if not reached:
        return f"负责人{'、'.join(heads)}暂时收不到消息，请当面或电话告知其开通后签批；{after}。"
    return f"已转{'、'.join(reached)}签批，{after}。"


def voided(*, signed: bool, printed: bool, stamped: bool) -> str:
    """Say what a new version makes void: 原签批和盖章随之作废，须重新签批、盖章; "" for nothing."""
    gone = [name for name, done in (("签批", signed), ("盖章", stamped), ("打印件", printed)) if done]
    again = [name for name, due in (("签批", signed), ("盖章", stamped or printed)) if due]
    return f"原{'和'.join(gone)}随之作废，须重新{'、'.join(again)}" if gone else ""


def filed_for(unit: str, *, told: bool) -> str:
    """Tell the brigade what became of what it filed for a unit, and whether the unit hears of it."""
    return f"已代{unit}报送，" + ("并已告知该单位。" if told else "该单位还没有可通知的人员，请电话告知。")


def filer(name: str, *, on_behalf: bool) -> str:
    """Name who filed a report: 赵某, 大队代报（李某）."""
    return f"{ON_BEHALF}（{name}）" if on_behalf else name


def choose(options: Sequence[tuple[str, str]]) -> Message:
    """Ask which report, when several are owed; options are (label, action), those that do not fit are in 我的待办."""
    rows = [(Button(label, action),) for label, action in options]
    if len(rows) > CHOSEN_HERE:
        rows[CHOSEN_HERE - 1 :] = [(Button(f"其余{len(rows) - CHOSEN_HERE + 1}份：{TODO}", "m:todo"),)]
    return Message("请选择要填报哪一份：", buttons=(*rows, (BACK_TO_MENU,)), place="next")


def report_page(
    *,
    title: str,
    answers: Sequence[tuple[str, str]],
    facts: Sequence[str],
    state: str,
    buttons: Sequence[tuple[Button, ...]],
    attachments: tuple[Attachment, ...] = (),
    note: str = "",
    place: Place = "next",
) -> Message:
    """Show one whole report under `note`: answers as (column, text), then who and when, then its state."""
    foot = "\n".join([*facts, f"状态：{state}"])
    return Message(
        "\n\n".join(part for part in (note, *_paragraphs(answers), foot) if part),
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


def sign_request(page: Message, changed: str, report: int) -> Message:
    """Turn a report's page into the request that reaches the head; `changed`: otherwise than the version before."""
    compare = ((Button(COMPARE, f"m:compare:{report}:0"),),) if changed else ()
    return Message(
        f"{changed}\n\n{page.text}" if changed else page.text,
        title=f"请签批：{page.title}",
        buttons=(*page.buttons, *compare),
        attachments=page.attachments,
    )


def to_sign_page(lines: Sequence[Line], requests: int) -> Message:
    """List what waits for a head's signature, each to be opened or signed; `requests`: about entries of the ledger."""
    rows: list[tuple[Button, ...]] = [
        (Button(line.label, f"m:see:{line.report}"), Button(APPROVE, f"m:ok:{line.report}"))
        for line in lines[:SIGNED_HERE]
    ]
    if requests:
        rows.append((Button(f"问题台账申请（{requests}）", "m:signing:", "primary"),))
    more = f"\n以上先列{SIGNED_HERE}份，共{len(lines)}份。" if len(lines) > SIGNED_HERE else ""
    text = "\n".join(line.text for line in lines[:SIGNED_HERE]) + more
    return Message(text or NOTHING_TO_SIGN, title=SIGN, buttons=(*rows, (BACK_TO_MENU,)), place="next")


def signed_notice(what: str, by: str, report: int) -> Message:
    """Tell the contact that the head agreed."""
    return Message(
        f"{by}已同意报送，{what}已报送执法大队。",
        title="已签批",
        buttons=((Button(SEE, f"m:see:{report}"),),),
    )


def signed(what: str, report: int, *, then: str, fetch: bool, waiting: int) -> Message:
    """Tell the head what became of the report they have agreed to: `fetch`: nobody else can print it; what waits."""
    more = ((Button(f"{MORE_TO_SIGN}（{waiting}）", "m:sign", "primary"),),) if waiting else ()
    sheet = ((Button(SHEET, f"m:print:{report}"),),) if fetch else ()
    return Message(
        f"{what}已签批，{then}",
        title="已同意报送",
        buttons=(*sheet, *more, (Button(SEE, f"m:see:{report}"), BACK_TO_MENU)),
        place="next",
    )


def returned_notice(what: str, by: str, reason: str, report: int) -> Message:
    """Tell the contact that it came back, why, and what to do."""
    return Message(
        f"{what}已被{by}退回。\n退回原因：{reason}\n请修改后重新提交，原有内容已为您保留。",
        title="报送被退回",
        buttons=((Button(AGAIN, f"m:fix:{report}", "primary"),),),
    )


def withdrawn_notice(what: str, by: str) -> Message:
    """Tell the head that nothing is to be signed any more."""
    return Message(f"{by}已撤回{what}，暂时无需签批。", title="报送已撤回")


def filed_for_notice(what: str, by: str, report: int) -> Message:
    """Tell a unit that the brigade has filed for it."""
    return Message(
        f"执法大队（{by}）已代你单位报送{what}。内容有出入的，联系人可在大队接收前更正。",
        title=ON_BEHALF,
        buttons=((Button(SEE, f"m:see:{report}"),),),
    )


def ask_withdraw(what: str, report: int) -> Message:
    """Ask whether a withdrawal is meant."""
    return Message(
        f"确定撤回{what}吗？撤回后需重新提交，才算报送。",
        title="撤回报送",
        buttons=((Button("确定撤回", f"m:withdrawn:{report}", "danger"), Button("不撤回", f"m:see:{report}")),),
        place="next",
    )


def corrected_mark(version: int) -> str:
    """（第2版，更正）, or nothing for the first."""
    return "" if version == 1 else f"（第{version}版，{CORRECT}）"


def listing(title: str, lines: Sequence[Line], empty: str, *, extra: Sequence[Button] = ()) -> Message:
    """List reports one a line, each with a button of its own."""
    rows = [(Button(line.label, f"m:see:{line.report}"),) for line in lines if line.report is not None]
    text = "\n".join(line.text for line in lines) if lines else empty
    return Message(text, title=title, buttons=(*rows, (*extra, BACK_TO_MENU)), place="next")
