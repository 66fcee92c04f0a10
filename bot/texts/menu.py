"""The menu that fits a person's roles, and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Button, Message, Place, Rows, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_WEEKLY = "填报本周信息"
MINE = "我的报送"
SIGN = "待我签批"
STATE = "本周报送情况"
TABLE = "导出汇总表"
TROUBLES = "送达异常"
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
    STATE: "m:state",
    TABLE: "m:table",
    TROUBLES: "m:troubles",
    MENU: "m:menu",
    "主菜单": "m:menu",
    HELP: "m:help",
}

#: The words on the menu itself: these are understood even where a text is asked for.
LABELS = frozenset({FILE_WEEKLY, MINE, SIGN, STATE, TABLE, TROUBLES, MENU, HELP})

#: Two labels of at most so many characters fit side by side on a phone.
SHORT = 8

BACK_TO_MENU = Button("返回菜单", "m:menu")

HELP_TEXT = {
    "contact": "联系人：每周五中午12:00前点“填报本周信息”，按提示逐项作答后提交；本周无新增的，点“零报告”即可。"
    "提交后由单位负责人签批，签批后即为已报送。",
    "head": "单位负责人：收到报送后点“同意报送”或“退回”，退回请写明原因。",
    "brigade": "大队联系人：“本周报送情况”可查看各单位进度、催报、接收或退回；周五中午后自动收到汇总表。",
    "leader": "领导小组：点“本周报送情况”随时查看进度，点“导出汇总表”取回表格。",
    "admin": "管理员：开通人员请在服务器上生成邀请链接；“送达异常”列出没有送到的消息。",
}
HELP_COMMANDS = "常用命令：/menu 菜单　/weekly 填报　/status 进度　/cancel 取消　/help 帮助"


def greeting(name: str, positions: Sequence[str]) -> str:
    """Name the person and what they are here."""
    return f"{name}，您好。\n您的身份：{'、'.join(positions)}。"


def menu(
    text: str,
    roles: Sequence[str],
    *,
    title: str = "",
    waiting: int = 0,
    troubles: int = 0,
    unfinished: Sequence[tuple[str, int]] = (),
    place: Place = "new",
) -> Message:
    """Return the menu: `waiting` reports to sign, `troubles` undelivered, `unfinished` drafts as (what, draft id)."""
    rows: list[tuple[Button, ...]] = [
        (Button(f"继续填写：{what}", f"m:go:{draft}", "primary"),) for what, draft in unfinished[:3]
    ]
    if "contact" in roles:
        rows.append((Button(FILE_WEEKLY, "m:file:weekly", "plain" if unfinished else "primary"),))
    if "head" in roles:
        tone: Tone = "primary" if waiting else "plain"
        rows.append((Button(f"{SIGN}（{waiting}）" if waiting else SIGN, "m:sign", tone),))
    if "contact" in roles or "head" in roles:
        rows.append((Button(MINE, "m:mine"),))
    if {"brigade", "leader", "admin"} & set(roles):
        rows.append((Button(STATE, "m:state", "primary"),))
    if {"brigade", "leader"} & set(roles):
        rows.append((Button(TABLE, "m:table"),))
    if {"brigade", "admin"} & set(roles) and troubles:
        rows.append((Button(f"{TROUBLES}（{troubles}）", "m:troubles"),))
    rows.append((Button(HELP, "m:help"),))
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


def help_page(roles: Sequence[str]) -> Message:
    """Say in a line a role what to do, and the commands."""
    lines = [HELP_TEXT[role] for role in dict.fromkeys(roles)]
    return Message("\n\n".join([*lines, HELP_COMMANDS]), title=HELP, buttons=((BACK_TO_MENU,),), place="next")
