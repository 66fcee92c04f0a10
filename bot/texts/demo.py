"""What the demonstration says and the invented content it starts with. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.texts.moments import day, weekday

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.core.issues import Move

READY = "演示已就绪，请用浏览器打开：{address}\n（按 Ctrl+C 结束，演示数据随之清除）"
#: Plainly nobody: surname and 某.
NAMES = tuple(f"{surname}某" for surname in "李吴郑赵钱孙周王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻")
PARTS_OF_DAY = ((12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


def jump(at: datetime, now: datetime) -> str:
    """到周四下午, 到下周五08:30, 到8月20日09:00; both in the campaign's zone."""
    weeks = (_monday(at) - _monday(now)).days // 7
    on = (weekday(at), f"下{weekday(at)}")[weeks] if weeks in {0, 1} else day(at)
    part = next(name for until, name in PARTS_OF_DAY if at.hour < until)
    if at.hour == 12 and at.minute == 0:  # noqa: PLR2004
        return f"到{on}中午"
    return f"到{on}{part}" if part == "下午" else f"到{on}{at:%H:%M}"


def _monday(value: datetime) -> date:
    return value.date() - timedelta(days=value.weekday())


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


#: What the invented stamped copies are called.
COPY = "盖章件.pdf"


def contacts(place: int, contact: str, head: str) -> dict[str, Any]:
    """Return one unit's contact sheet; nobody has these numbers."""
    return {
        "leader_name": head,
        "leader_post": "主任",
        "leader_phone": f"1380000{place:02}00",
        "contact_name": contact,
        "contact_post": "科员",
        "contact_phone": f"1380000{place:02}01",
    }


@dataclass(frozen=True, slots=True)
class Problem:
    """An invented entry of the ledger: whose, what, due how many days after the demonstration begins, how far it is."""

    unit: int  # place in the campaign
    item: str
    kind: str
    source: str
    severity: str
    description: str
    measures: str
    due: int
    way: tuple[Move, ...] = ()  # the moves it has made since it was entered


_SIGNED: tuple[Move, ...] = ("progress", "ask_closing", "sign")
PROBLEMS = (
    Problem(0, "rules/行政执法三项制度", "不作为", "自查", "一般", "执法公示栏未公布上半年抽查结果", "补充公布", 6, ()),
    Problem(
        0, "rules/两法衔接", "慢作为", "专项检查", "较重", "1起农机安全案件移送材料不全", "补齐材料", 1, ("progress",)
    ),
    Problem(
        0,
        "responsibility/案卷评查",
        "随意性执法",
        "自查",
        "一般",
        "抽查卷宗6份，2份缺少现场笔录",
        "补正卷宗",
        -4,
        ("progress",),
    ),
    Problem(
        0, "public/投诉举报登记", "慢作为", "群众信访举报", "一般", "1件举报超期答复", "当面答复并致歉", 3, _SIGNED
    ),
    Problem(
        1, "rules/行政处罚自由裁量", "乱作为", "行政复议", "严重", "同类案件处罚幅度相差较大", "对照基准逐案复核", 9, ()
    ),
    Problem(
        1, "staff/执法人员和证件管理", "不作为", "自查", "一般", "2名离岗人员证件未收回", "收回并注销", 2, ("progress",)
    ),
    Problem(
        1,
        "rules/行政执法三项制度",
        "随意性执法",
        "上级督查督办",
        "较重",
        "执法记录仪资料未及时归档",
        "补录归档",
        -1,
        (),
    ),
    Problem(
        2,
        "public/一窗受理和网上办",
        "慢作为",
        "群众信访举报",
        "一般",
        "检疫申报网上办理超时3件",
        "安排专人值守",
        4,
        _SIGNED,
    ),
    Problem(
        2,
        "responsibility/案卷评查",
        "执法不公",
        "专项检查",
        "较重",
        "1份处罚决定引用条款有误",
        "更正文书",
        8,
        (*_SIGNED, "close"),
    ),
    Problem(
        3,
        "oversight/执法监督制度落实",
        "不作为",
        "自查",
        "一般",
        "渔政巡查记录缺少负责人审核",
        "补签并规范流程",
        12,
        (*_SIGNED, "close"),
    ),
    Problem(
        4,
        "staff/执法能力培训",
        "不作为",
        "自查",
        "一般",
        "新进人员未参加岗前培训",
        "组织补训",
        5,
        (*_SIGNED, "send_back"),
    ),
    Problem(
        5, "rules/权责清单运行", "不作为", "自查", "一般", "权责清单未随机构改革调整", "重新梳理公布", 15, ("progress",)
    ),
    Problem(
        6,
        "oversight/执法主体目录清单",
        "不作为",
        "上级督查督办",
        "一般",
        "主体目录未在网站公开",
        "公开目录",
        -9,
        ("progress",),
    ),
    Problem(
        7, "public/政务公开", "慢作为", "媒体曝光", "较重", "抽检结果公开不及时", "明确公开时限", 7, (*_SIGNED, "close")
    ),
)


def problem(each: Problem, found: date, begin: date) -> dict[str, Any]:
    """Return the answers the entry form would have been given."""
    return {
        "item": each.item,
        "source": each.source,
        "kind": each.kind,
        "found_on": found.isoformat(),
        "happened_on": (found - timedelta(days=20)).isoformat(),
        "epidemic": False,
        "severity": each.severity,
        "description": each.description,
        "handling": "dated",
        "measures": each.measures,
        "responsible": "张某",
        "phone": "13800000000",
        "timetable": "一周内拿出办法，随后逐项落实",
        "due": (begin + timedelta(days=each.due)).isoformat(),
    }


def move(name: str, day: date) -> dict[str, Any]:
    """Return the answers a move's form would have been given."""
    said: dict[str, dict[str, Any]] = {
        "progress": {"text": "已制定整改办法，正在逐项落实"},
        "ask_closing": {"criminal": False, "result": "已整改到位", "mended_on": day.isoformat()},
        "send_back": {"reason": "缺少培训签到表", "due": (day + timedelta(days=10)).isoformat()},
        "close": {"opinion": "整改到位，同意销号"},
    }
    return said.get(name, {})
