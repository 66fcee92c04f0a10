"""The board in the browser: what its cells, figures, filters and downloads are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from bot.texts.summary import closes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.standings import Kind

Tone = Literal["", "done", "late", "waiting", "missing"]

FORBIDDEN: Final = "看板供执法大队和领导小组查看全局情况。本单位的报送和问题，请在对话中查看和办理。"

#: What stands beside the sign of a cell.
WORDS: Final[Mapping[Kind, str]] = {
    "on_time": "按时",
    "late": "迟报",
    "awaiting": "待签批",
    "stamping": "待盖章",
    "returned": "已退回",
    "missing": "未报",
    "excused": "免报",
}
#: The same for a stage's notice, which takes no more than 收到.
STAGE_WORDS: Final[Mapping[Kind, str]] = {**WORDS, "on_time": "已收到", "late": "已收到", "missing": "未收到"}
TONES: Final[Mapping[Kind, Tone]] = {
    "on_time": "done",
    "late": "late",
    "awaiting": "waiting",
    "stamping": "waiting",
    "returned": "waiting",
    "missing": "missing",
    "excused": "",
}
NOT_YET: Final = "未到期"
#: Over before the product was in use: nobody could file it here.
UNCOUNTED: Final = "不统计"


def said(stands: str, reported: str, *, overdue: bool) -> str:
    """Return a cell in full: 已报送，7月10日 09:12; 未报送，已逾期."""
    return "，".join(part for part in (stands, reported, "已逾期" if overdue else "") if part)


def stage(name: str, end: str) -> str:
    """自查整改阶段（至9月30日）."""
    return f"{name}阶段（至{end}）" if name else ""


#: The figures above the board.
REPORTED: Final = "本周已报／应报"
#: Where there is none to be reported this week: after the end, and in a week that leaves it out.
LAST_REPORTED: Final = "最近一周已报／应报"
OPEN: Final = "未销号"
OVERDUE: Final = "已逾期"
VERIFYING: Final = "待核查"
RATE: Final = "整改率"
NONE: Final = "—"


def week(title: str, due: str, *, past: bool) -> str:
    """第28周，7月10日（周五）12:00截止; 第28周，7月10日（周五）12:00已截止."""
    return f"{title}，{closes(due, past=past)}"


def mended(found: int, mended: int) -> str:
    """发现20件，整改到位13件."""
    return f"发现{found}件，整改到位{mended}件"


#: The lists of the ledger, in the order of the filter, by the letters of `texts.ledger.VIEWS`.
VIEWS: Final = tuple("olsfmvrcta")

#: More about a download.
AS_FILTERED: Final = "按当前筛选条件"
SO_FAR: Final = "截至目前"


def pdf(name: str) -> str:
    """整治情况通报（PDF）."""
    return f"{name}（PDF）"
