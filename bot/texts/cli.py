"""What the command line says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts.enrolment import role_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

PRODUCT = "督办：专项整治信息报送与提醒"
COMMAND = "命令"
RUN = "启动服务（有令牌时接 Telegram，没有时开网页）"
WEBHOOK = "由 Telegram 推送到该地址（https），不写则由本机轮询"
DEMO = "打开演示：示例数据，时钟可拨动"
NO_BROWSER = "只打印网址，不打开浏览器"
CAMPAIGN = "专项整治配置文件"
CAMPAIGN_FILE = "配置文件（.toml）"
CAMPAIGN_CHECK = "检查配置文件，列出含义或全部错误"
EXPORT = "表格模板"
EXPORT_FILE = "模板文件（.xlsx），以表格的代号或名称命名"
EXPORT_CHECK = "检查本单位的表格模板，说明对应哪张表、哪些列能填入"
PUSH = "自动推送"
PUSH_TEST = "给方案里的收件人各发一条测试消息，说明是否送达"
PUSH_KEY = "收件人的代号，或 telegram；不写则全部"
INVITE = "生成一次性邀请链接"
ROLE = "角色"
UNIT = "单位代号（联系人、负责人必填）"
NAME = "姓名"
PEOPLE = "列出已开通的人员"
MIGRATE = "更新数据库结构"

NO_CAMPAIGN = "请用 DUBAN_CAMPAIGN 指明专项整治配置文件，例如 DUBAN_CAMPAIGN=campaigns/sample-2020.toml。"
WEBHOOK_NEEDS_TOKEN = "使用 --webhook 需要先设置 DUBAN_TELEGRAM_TOKEN。"  # noqa: S105 - a sentence
WEBHOOK_WRONG = "--webhook 后应为 https:// 开头的完整地址。"
NOTHING_TO_RUN = "没有设置 DUBAN_TELEGRAM_TOKEN，DUBAN_WEB 又为空，没有可启动的入口；请至少设置其中一项。"
NOBODY = "还没有开通任何人员，请用 python bot.py invite 生成邀请链接。"
MIGRATED = "数据库已是最新结构。"


def campaign_wrong(path: Path, mistakes: Sequence[str]) -> str:
    """Say that the campaign file must be mended first, with the first mistake."""
    more = f"（共{len(mistakes)}处，用 python bot.py campaign check {path} 查看全部）" if len(mistakes) > 1 else ""
    return f"配置文件 {path} 有误：{mistakes[0]}{more}"


def invitation_valid(until: datetime) -> str:
    """Say how long the link is good."""
    return f"链接仅可使用一次，{until:%Y-%m-%d %H:%M} 前有效。"


def person(name: str, roles: Iterable[tuple[str, str]], units: Mapping[str, str], *, reachable: bool) -> str:
    """One person a line."""
    positions = "、".join(role_of(role, units.get(unit, unit)) for role, unit in roles)
    fields = [name, positions or "（无角色）"]
    return "\t".join(fields if reachable else [*fields, "消息无法送达"])


NO_BOT_NAME = "Telegram 没有应答，未能取得机器人名称；请稍后再生成 Telegram 邀请链接。"
ADDRESS_TAKEN = "{address} 无法使用，可能已被其他程序占用；请用 DUBAN_WEB 换一个地址。"
TELEGRAM_READY = "已接入 Telegram：@{name}"
WEB_READY = "网页版：{address}"
