"""What the demonstration says and the invented content it starts with. All of it is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.texts.moments import weekday

if TYPE_CHECKING:
    from datetime import datetime

READY = "演示已就绪，请用浏览器打开：{address}\n（按 Ctrl+C 结束，演示数据随之清除）"
#: Plainly nobody: surname and 某.
NAMES = tuple(f"{surname}某" for surname in "李吴郑赵钱孙周王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻")
PARTS_OF_DAY = ((12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


def jump(at: datetime, now: datetime) -> str:
    """到周四下午, 到下周五08:30; both in the campaign's zone."""
    coming = "下" if at.isocalendar().week != now.isocalendar().week else ""
    part = next(name for until, name in PARTS_OF_DAY if at.hour < until)
    if at.hour == 12 and at.minute == 0:  # noqa: PLR2004
        return f"到{coming}{weekday(at)}中午"
    return f"到{coming}{weekday(at)}{part}" if part == "下午" else f"到{coming}{weekday(at)}{at:%H:%M}"


_DONE = (
    "对照权责清单梳理执法事项，补充公示信息；开展日常巡查2次。",
    "组织学习行政执法三项制度，检查上半年案卷6份。",
    "公布监督举报电话，受理群众咨询5件，均已答复。",
    "核对执法人员持证情况，清理离岗人员证件1本。",
)
_NEXT = (
    "继续自查，整理问题清单。",
    "抽查执法案卷并登记问题。",
    "完成裁量基准初稿。",
    "走访服务对象，听取意见。",
)


def report(place: int) -> dict[str, Any]:
    """Return one unit's invented weekly report."""
    found = place % 3
    answers: dict[str, Any] = {
        "done": _DONE[place % len(_DONE)],
        "found": found,
        "mended": min(found, place % 2),
        "next": _NEXT[place % len(_NEXT)],
    }
    if found:
        answers["problems"] = "个别案卷文书填写不规范，已要求补正。"
    return answers
