"""What strangers and newcomers are told."""

from __future__ import annotations

from bot.core.messages import Message

ROLE_NAMES = {
    "contact": "联系人",
    "head": "单位负责人",
    "brigade": "大队联系人",
    "leader": "领导小组",
    "admin": "管理员",
}

#: Behind the name of whoever signed for a head.
DEPUTY_MARK = "（代）"

STRANGER = Message("您好，本服务仅供受邀的单位人员使用。如需开通，请向执法大队联系人索取邀请链接。")
#: For who was let in once and holds no role any more.
NO_ROLE = Message("您目前没有使用权限，如有需要请联系执法大队联系人。")
#: Used, expired and unknown links answer alike, so that nothing can be learnt from guessing.
LINK_INVALID = Message("这个邀请链接无法使用，可能已用过或已过期。请向执法大队联系人重新索取。")


def role_of(role: str, unit_name: str) -> str:
    """畜牧兽医服务中心联系人; roles of the whole bureau go without a unit."""
    return f"{unit_name}{ROLE_NAMES[role]}" if unit_name else ROLE_NAMES[role]
