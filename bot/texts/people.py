"""What is said about people: who is who, who cannot be reached, what has become of a role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.messages import Attachment, Button, Message, Place
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts.enrolment import ROLE_NAMES, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

PEOPLE = "人员"
BACK = Button("返回人员", "m:people")
NO_ACCOUNT = "无聊天帐号"
#: What the channels say, and what it means.
_REASONS = {"blocked": "已停用机器人", "deactivated": "聊天帐号已注销", "not found": "找不到聊天帐号"}
_UNREACHED = "消息送不到"
#: Units named before the rest is only counted.
_NAMED = 8
CHANNELS = {"telegram": "Telegram", "web": "网页"}


@dataclass(frozen=True, slots=True)
class Line:
    """One person in one place of the list. `mark` says why nothing reaches them, "" when it does."""

    group: str
    role: str
    name: str
    phone: str
    mark: str
    person: int


def why(unreachable: str) -> str:
    """Say why nothing arrives, in the words of an office."""
    return next((words for sign, words in _REASONS.items() if sign in unreachable.lower()), _UNREACHED)


def vacant(role: str, units: Sequence[str]) -> str:
    """缺联系人：农机服务中心、畜牧兽医服务中心."""
    more = f"等{len(units)}个单位" if len(units) > _NAMED else ""
    return f"缺{ROLE_NAMES[role]}：{'、'.join(units[:_NAMED])}{more}"


def listing(
    title: str, head: Sequence[str], lines: Sequence[Line], buttons: Sequence[tuple[Button, ...]], place: Place
) -> Message:
    """Return a page of people, those of a unit under its name."""
    text = list(head)
    group = ""
    for line in lines:
        if line.group != group:
            group = line.group
            text.append(f"\n【{group}】")
        mark = f"（{line.mark}）" if line.mark else ""
        text.append(f"{line.role}　{line.name}　{line.phone}".rstrip("　") + mark)
    people = {line.person: line.name for line in lines}
    rows = menu_texts.in_pairs([Button(name, f"m:person:{person}") for person, name in people.items()])
    return Message(
        "\n".join(text).strip() or "没有需要列出的人员。",
        title=title,
        buttons=(*rows, *buttons, (menu_texts.BACK_TO_MENU,)),
        place=place,
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One person as their page shows them."""

    name: str
    phone: str
    posts: Sequence[str]
    reached: str
    drafts: int
    expected: Sequence[str]  # who has been invited to take over from them


def card(shown: Card, buttons: Sequence[Button], notice: str = "", place: Place = "next") -> Message:
    """Return the page of one person."""
    lines = [
        *([notice, ""] if notice else []),
        f"角色：{'、'.join(shown.posts) or '目前没有角色'}",
        f"电话：{shown.phone or '未登记'}",
        f"聊天：{shown.reached}",
        f"未填完的内容：{shown.drafts}份",
        *shown.expected,
    ]
    rows = (*menu_texts.in_pairs(buttons), (BACK, menu_texts.BACK_TO_MENU))
    return Message("\n".join(lines), title=shown.name, buttons=rows, place=place)


def post(role: str, unit: str, principal: str, until: date | None) -> str:
    """农机服务中心单位负责人（代李某签批，至7月20日）."""
    standing_in = f"（代{principal}签批，至{moments.day(until)}）" if until is not None else ""
    return role_of(role, unit) + standing_in


def reached(channel: str, seen: datetime | None, unreachable: str, zone: ZoneInfo) -> str:
    """Say how somebody is reached: Telegram，最近使用 7月9日 15:00."""
    if seen is None:
        return f"{NO_ACCOUNT}，请点“重新邀请”发送邀请链接"
    last = f"{CHANNELS.get(channel, channel)}，最近使用 {moments.moment(seen, zone)}"
    return f"{last}（{why(unreachable)}，消息送不到）" if unreachable else last


def expected(name: str, position: str) -> str:
    """Say who has been invited to take over."""
    return f"已邀请{name or '一位同志'}接任{position}，加入后自动交接"


def confirm(question: str, label: str, action: str, back: str) -> Message:
    """Ask once before something is done."""
    return Message(
        question,
        title="请确认",
        buttons=((Button(label, action, "danger"), Button("取消", back)),),
        place="next",
    )


def choose(question: str, options: Sequence[tuple[str, str]]) -> Message:
    """Ask which one is meant."""
    rows = tuple((Button(label, action),) for label, action in options)
    return Message(question, buttons=(*rows, (menu_texts.BACK_TO_MENU,)), place="next")


def ask_dismiss(name: str, position: str, *, only: bool, admin: bool) -> str:
    """Ask whether a role is to end."""
    if admin:
        return f"确定免去{name}的{position}吗？免去后，其发出的、还没有使用的邀请链接一并作废。"
    alone = "免去后，该岗位暂时无人，提醒和通知将无人接收。如有人接任，请改用“换人”。" if only else ""
    return f"确定免去{name}的{position}吗？{alone}"


ASK_REINVITE = "确定为{name}重新生成邀请链接吗？本人用新手机打开后，填报内容和角色都还在；原来的聊天也仍可使用。"
ASK_UNINVITE = "确定作废发给{name}的邀请（{position}）吗？作废后，原链接不能再用。"
ASK_UNDEPUTE = "确定提前结束{name}的代签吗？双方都会收到通知。"


# ── Invitations ──────────────────────────────────────────────────────────


def invitation(
    who: str, links: Sequence[tuple[str, str]], expires: datetime, files: tuple[Attachment, ...], more: str = ""
) -> Message:
    """Hand out a link, in words and as a picture."""
    lines = [
        f"发给：{who}",
        *(f"{name}：{link}" for name, link in links),
        "",
        f"请转发给本人打开或扫二维码，只能用一次，{moments.day(expires)}{expires:%H:%M}前有效。请勿转发给他人。",
        *([more] if more else []),
    ]
    if any(at in link for _, link in links for at in ("://127.", "://localhost", "://[::1]")):
        lines.append("注意：网页链接目前只能在本机打开；要发给别人，请先在服务器上设置 DUBAN_PUBLIC_URL。")
    return Message(
        "\n".join(lines),
        title="邀请链接",
        buttons=((Button("再邀请一人", "m:invite"), Button("查看邀请", "m:invited")), (BACK, menu_texts.BACK_TO_MENU)),
        attachments=files,
    )


def invited(lines: Sequence[str], buttons: Sequence[Button], place: Place) -> Message:
    """List the invitations nobody has used yet."""
    text = "\n".join(lines) or "没有尚未使用的邀请。"
    rows = tuple((button,) for button in buttons)
    return Message(text, title="未加入的人员", buttons=(*rows, (BACK, menu_texts.BACK_TO_MENU)), place=place)


def joined(name: str, position: str) -> Message:
    """Tell whoever invited somebody that they are in."""
    return Message(f"{name}已通过邀请链接加入：{position}。", title="有人加入")


# ── What has become of a role ────────────────────────────────────────────


def given(position: str) -> Message:
    """Tell somebody of their new role."""
    return Message(f"您已被设为{position}，菜单中已增加相应事项。", title="角色变动", buttons=_MENU)


def ended(position: str, successor: str, drafts: int) -> Message:
    """Tell somebody that a role of theirs has ended, and who has it now."""
    by = f"，由{successor}接任" if successor else ""
    moved = f"您未填完的{drafts}份内容已移交给{successor}继续办理。" if drafts and successor else ""
    return Message(f"您不再担任{position}{by}。{moved}感谢您的工作！", title="角色变动")


def taken_over(position: str, predecessor: str, drafts: int, signatures: int) -> Message:
    """Tell the successor what they find."""
    waiting = [
        *([f"移交给您未填完的内容{drafts}份，可从菜单“继续填写”"] if drafts else []),
        *([f"待您签批{signatures}份"] if signatures else []),
    ]
    hand = "；".join(waiting) + "。" if waiting else "目前没有待接手的内容。"
    sign = ((Button(menu_texts.SIGN, "m:sign", "primary"),),) if signatures else ()
    text = f"您已接任{position}（原由{predecessor}担任）。{hand}今后的提醒会直接发给您。"
    return Message(text, title="工作交接", buttons=(*sign, *_MENU))


def inherited(position: str, predecessor: str, drafts: int) -> Message:
    """Tell a colleague what a leaver had begun."""
    text = f"{predecessor}不再担任{position}，未填完的{drafts}份内容已移交给您，可从菜单“继续填写”。"
    return Message(text, title="工作交接", buttons=_MENU)


def found(position: str, drafts: int) -> Message:
    """Tell a newcomer what somebody before them had begun, and nobody had taken over."""
    text = f"{position}岗位此前有{drafts}份内容没有填完，已移交给您，可从菜单“继续填写”。"
    return Message(text, title="工作交接", buttons=_MENU)


def deputy_begins(unit: str, principal: str, until: date) -> Message:
    """Tell the deputy."""
    return Message(
        f"{principal}请您代为签批{unit}的报送，至{moments.day(until)}（含当天）。待签批的内容在菜单“{menu_texts.SIGN}”中。",
        title="代签通知",
        buttons=((Button(menu_texts.SIGN, "m:sign", "primary"), menu_texts.BACK_TO_MENU),),
    )


def has_deputy(unit: str, deputy: str, until: date) -> Message:
    """Tell the head."""
    text = f"{deputy}自现在起代您签批{unit}的报送，至{moments.day(until)}（含当天）；期间您本人仍可签批。"
    return Message(text, title="代签通知", buttons=((Button("查看代签", "m:deputy"), menu_texts.BACK_TO_MENU),))


def deputy_ends(unit: str, deputy: str, principal: str, *, resumes: bool) -> Message:
    """Tell both; `resumes` unless the principal is the unit's head no more."""
    then = f"，恢复由{principal}签批" if resumes else ""
    return Message(f"{deputy}代{principal}签批{unit}报送的期限已结束{then}。", title="代签结束")


def deputies(lines: Sequence[str], buttons: Sequence[Button]) -> Message:
    """List who stands in for whom."""
    text = "\n".join(lines) or "目前没有代签。外出期间可指定一位代签人，到期自动结束。"
    rows = tuple((button,) for button in buttons)
    return Message(text, title="代签", buttons=(*rows, (menu_texts.BACK_TO_MENU,)), place="next")


def unreachable(name: str, positions: str, phone: str, reason: str, others: Sequence[str], person: int) -> Message:
    """Tell admin and brigade that somebody is out of reach."""
    call = f"电话{phone}" if phone else "未登记电话"
    beside = f"本单位其他人员：{'、'.join(others)}。" if others else ""
    return Message(
        f"{name}（{positions}）收不到消息了：{reason}。请电话联系（{call}）。{beside}"
        "需要换手机或换人的，由管理员在“人员”中办理。",
        title="人员联系不上",
        buttons=((Button("查看此人", f"m:person:{person}"), menu_texts.BACK_TO_MENU),),
    )


_MENU = ((menu_texts.BACK_TO_MENU,),)
