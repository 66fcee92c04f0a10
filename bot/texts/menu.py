"""The menu that fits a person's roles, and help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.core.messages import Button, Message, Place, Rows, Tone

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Part = Literal["weekly", "ledger"]

FILE_WEEKLY = "填报本周信息"
MINE = "我的报送"
SIGN = "待我签批"
TODO = "我的待办"
SUMMARY = "整治情况"
STATE = "本周报送情况"
MATRIX = "报送总览"
TABLE = "导出汇总表"
EXPORT = "导出表格"
ENTER = "录入问题"
LEDGER = "问题台账"
DESK = "待我核查"
ACCOUNT = "对账表"
PUSHES = "送达情况"
TROUBLES = "送达异常"
PEOPLE = "人员名册"
DEPUTY = "代签"
ADMIN = "系统管理"
MENU = "菜单"
HELP = "帮助"

#: Typed words that mean a button of the menu, for people who type.
WORDS = {
    FILE_WEEKLY: "m:file:weekly",
    "填报": "m:file:weekly",
    "周报": "m:file:weekly",
    MINE: "m:mine",
    SIGN: "m:sign",
    "签批": "m:sign",
    TODO: "m:todo",
    "待办": "m:todo",
    SUMMARY: "m:summary",
    "汇总": "m:summary",
    "情况": "m:summary",
    "订阅": "m:subscriptions",
    STATE: "m:state",
    MATRIX: "m:matrix",
    "总览": "m:matrix",
    TABLE: "m:table",
    EXPORT: "m:export",
    "导出": "m:export",
    ENTER: "m:enter",
    LEDGER: "m:ledger",
    "台账": "m:ledger",
    DESK: "m:desk",
    "核查": "m:desk",
    ACCOUNT: "m:account",
    "对账": "m:account",
    PUSHES: "m:pushes",
    "送达": "m:pushes",
    TROUBLES: "m:troubles",
    PEOPLE: "m:people",
    "人员": "m:people",
    DEPUTY: "m:deputy",
    ADMIN: "m:admin",
    "管理": "m:admin",
    MENU: "m:menu",
    "主菜单": "m:menu",
    HELP: "m:help",
}

#: The words on the menu itself: these are understood even where a text is asked for.
LABELS = frozenset(
    {FILE_WEEKLY, MINE, SIGN, TODO, SUMMARY, STATE, MATRIX, TABLE, EXPORT, ENTER, LEDGER, DESK, ACCOUNT}
    | {PUSHES, TROUBLES, PEOPLE, DEPUTY, ADMIN, MENU, HELP}
)

#: Two labels of at most so many characters fit side by side on a phone.
SHORT = 8

BACK_TO_MENU = Button("返回菜单", "m:menu")

HELP_TEXT = {
    "contact": "联系人：每周截止前点“填报本周信息”，按提示逐项作答后提交；本周无新增的，点“零报告”即可。"
    "提交后由单位负责人签批，签批后即为已报送。发现问题点“录入问题”，整改情况在“问题台账”中报送进展、申请销号。"
    "“我的待办”列出本单位要办的全部事项。",
    "head": "单位负责人：收到报送后点“同意报送”或“退回”，退回请写明原因；销号、延期、移交申请同样在“待我签批”中办理；"
    "“我的待办”列出本单位要办的全部事项；外出时点“代签”指定代签人。",
    "brigade": "大队联系人：“本周报送情况”可查看各单位进度、催报、免报、代报、接收或退回，其他事项在“报送总览”；"
    "每周截止后自动收到汇总表，是否送达看“送达情况”；“整治情况”查看总体情况；“待我核查”办理销号、延期和移交申请，“对账表”核对各单位问题数；联系电话在“人员名册”。",
    "leader": "领导小组：点“整治情况”（或发送 /summary）随时查看总体情况，再按单位、方面、往期细看，也可取通报；"
    "需要定期收到的，点其中的“订阅”。“本周报送情况”“报送总览”查看各单位报送，“导出表格”取回表格；"
    "“问题台账”“对账表”查看整改情况。",
    "admin": "管理员：点“系统管理”办理人员、邀请、单位、工作日、免报和名册导入，发送测试消息；"
    "“送达情况”“送达异常”列出推送的表格和没有送到的消息。",
}
HELP_COMMANDS = "常用命令：/menu 菜单　/weekly 填报　/ledger 台账　/export 导出　/status 进度　/cancel 取消　/help 帮助"


def greeting(name: str, positions: Sequence[str]) -> str:
    """Name the person and what they are here."""
    return f"{name}，您好。\n您的身份：{'、'.join(positions)}。"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: whom it is for, when it stands out, and whether it is shown only if something waits.

    `part`: of the campaign, without which there is nothing behind it.
    """

    label: str
    action: str
    roles: frozenset[str]
    tone: Tone = "plain"
    counted: bool = False
    only_waiting: bool = False
    part: Part | None = None


def _entry(label: str, action: str, roles: str, tone: Tone = "plain", part: Part | None = None, **more: bool) -> Entry:
    return Entry(label, action, frozenset(roles.split()), tone, part=part, **more)


ENTRIES = (
    _entry(FILE_WEEKLY, "m:file:weekly", "contact", "primary", part="weekly"),
    _entry(SIGN, "m:sign", "head", counted=True),
    _entry(TODO, "m:todo", "contact head"),
    _entry(SUMMARY, "m:summary", "brigade leader", "primary"),
    _entry(STATE, "m:state", "brigade leader admin", "primary", part="weekly"),
    _entry(MATRIX, "m:matrix", "brigade leader admin"),
    _entry(DESK, "m:desk", "brigade", counted=True, part="ledger"),
    _entry(ENTER, "m:enter", "contact brigade", part="ledger"),
    _entry(LEDGER, "m:ledger", "contact head brigade leader", part="ledger"),
    _entry(MINE, "m:mine", "contact head"),
    _entry(EXPORT, "m:export", "brigade leader"),
    _entry(ACCOUNT, "m:account", "brigade leader", part="ledger"),
    _entry(PUSHES, "m:pushes", "brigade"),
    _entry(PEOPLE, "m:people", "brigade"),
    _entry(DEPUTY, "m:deputy", "head"),
    _entry(ADMIN, "m:admin", "admin"),
    _entry(TROUBLES, "m:troubles", "brigade admin", counted=True, only_waiting=True),
    _entry(HELP, "m:help", "contact head brigade leader admin"),
)


def menu(
    text: str,
    roles: Sequence[str],
    *,
    title: str = "",
    waiting: Mapping[str, int],
    parts: Collection[Part],
    unfinished: Sequence[tuple[str, int]] = (),
    place: Place = "new",
) -> Message:
    """Return the menu. `waiting`: how many, by the label they wait under; `unfinished` drafts as (what, draft id).

    `parts`: those the campaign has.
    """
    rows: list[tuple[Button, ...]] = [
        (Button(f"继续填写：{what}", f"m:go:{draft}", "primary"),) for what, draft in unfinished[:3]
    ]
    for entry in ENTRIES:
        count = waiting.get(entry.label, 0) if entry.counted else 0
        if (
            not entry.roles & set(roles)
            or (entry.part and entry.part not in parts)
            or (entry.only_waiting and not count)
        ):
            continue
        tone: Tone = "primary" if count and not entry.only_waiting else entry.tone
        if entry.action == "m:file:weekly" and unfinished:
            tone = "plain"
        rows.append((Button(f"{entry.label}（{count}）" if count else entry.label, entry.action, tone),))
    return Message(text, title=title, buttons=_paired(rows), place=place)


def _paired(rows: list[tuple[Button, ...]]) -> Rows:
    """Put plain single buttons two to a row: fewer rows to scroll on a phone."""
    paired: list[tuple[Button, ...]] = []
    for row in rows:
        last = paired[-1] if paired else ()
        if row[0].tone == "plain" and len(last) == 1 and last[0].tone == "plain" and len(row[0].label) <= SHORT:
            paired[-1] = (*last, *row)
        else:
            paired.append(row)
    return tuple(paired)


def in_pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Return buttons two to a row."""
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def help_page(roles: Sequence[str]) -> Message:
    """Say in a line a role what to do, and the commands."""
    lines = [HELP_TEXT[role] for role in dict.fromkeys(roles)]
    return Message("\n\n".join([*lines, HELP_COMMANDS]), title=HELP, buttons=((BACK_TO_MENU,),), place="next")
