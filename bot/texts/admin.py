"""系统管理: the overview, the test message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.texts import paging
from bot.texts.menu import ADMIN, BACK_TO_MENU, PUSHES, TROUBLES, in_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.messages import Place

PEOPLE: Final = "人员"
INVITE: Final = "邀请"
UNITS: Final = "单位"
DAYS: Final = "工作日"
EXCUSES: Final = "免报"
TEST: Final = "测试消息"
ROSTER: Final = "名册导入"

_BEIJING: Final = timedelta(hours=8)
#: Units and people named in a line; of more, some are named.
NAMED: Final = 6
#: Buttons on one page of a list, two to a row.
PAGE: Final = 12

BACK: Final = Button(ADMIN, "m:admin")
ENTRIES: Final = (
    Button(PEOPLE, "m:people"),
    Button(INVITE, "m:invite"),
    Button(UNITS, "m:unitsadmin"),
    Button(DAYS, "m:days"),
    Button(EXCUSES, "m:excuses"),
    Button(TEST, "m:test"),
    Button(ROSTER, "m:roster"),
    Button(PUSHES, "m:pushes"),
    Button(TROUBLES, "m:troubles"),
)


def some(names: Sequence[str]) -> str:
    """Name all, or some and how many there are: 甲、乙等9个."""
    return "、".join(names[:NAMED]) + (f"等{len(names)}个" if len(names) > NAMED else "")


#: What people call the zones of the country; another one keeps its name.
ZONES = {"Asia/Shanghai": "北京时间", "Asia/Urumqi": "新疆时间"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the overview says."""

    campaign: str
    period: str
    units: int
    left: int
    people: int
    strangers: int  # people who have not opened their link yet
    without_contact: Sequence[str]
    without_head: Sequence[str]
    unknown_years: Sequence[int]
    clock: str
    zone: str


def zone(ahead: timedelta) -> str:
    """Say where the clock stands, by how far it is ahead of world time."""
    if ahead == _BEIJING:
        return "北京时间"
    hours = ahead / timedelta(hours=1)
    return f"比世界时{'早' if hours >= 0 else '晚'}{abs(hours):g}小时"


def overview(facts: Facts) -> Message:
    """Show how things stand, and the ways on."""
    left = f"，另有{facts.left}个已停报" if facts.left else ""
    strangers = f"，其中{facts.strangers}人还没有加入" if facts.strangers else ""
    lines = [
        f"{facts.campaign}（{facts.period}）",
        f"单位：{facts.units}个{left}",
        f"人员：{facts.people}人{strangers}",
    ]
    if facts.without_contact:
        lines.append(f"缺联系人：{some(facts.without_contact)}")
    if facts.without_head:
        lines.append(f"缺单位负责人：{some(facts.without_head)}")
    lines.append(calendar_line(facts.unknown_years))
    lines.append(f"现在时间：{facts.clock}（{ZONES.get(facts.zone, facts.zone)}）")
    rows = [*in_pairs(ENTRIES), (BACK_TO_MENU,)]
    return Message("\n".join(lines), title=ADMIN, buttons=tuple(rows), place="next")


def calendar_line(unknown_years: Sequence[int]) -> str:
    """Say whether the official calendar is known for as long as it is needed: it is never guessed silently."""
    if not unknown_years:
        return "放假安排：已按国家公布的安排"
    years = "、".join(f"{year}年" for year in unknown_years)
    return f"放假安排：{years}的还没有，暂按周一至周五上班；公布后请在“{DAYS}”中补上，或升级系统"


# ── 测试消息 ─────────────────────────────────────────────────────────────

#: What the message says, to whomever it goes.
TEST_TEXT: Final = "这是一条测试消息，收到即表示消息可以送达，不用办理。"

DELIVERY: Final = {
    "sent": "已送达",
    "new": "等待发送",
    "claimed": "等待发送",
    "sending": "等待发送",
    "unknown": "不确定是否送达",
    "dead": "未送达",
    "skipped": "还没有加入",
}


def ask_whom(roles: Sequence[tuple[str, str]]) -> Message:
    """Ask whom it goes to: `roles` as (label, target)."""
    buttons = [Button(label, f"m:testto:{target}") for label, target in roles]
    return Message(
        "测试消息发给谁？",
        title=TEST,
        buttons=(
            (Button("发给自己", "m:testto:me", "primary"),),
            *in_pairs(buttons),
            (Button("选一个人", "m:testwho"), BACK),
        ),
        place="next",
    )


def ask_person(people: Sequence[tuple[int, str]], page: int) -> Message:
    """Ask which one person it goes to."""
    page, pages = paging.within(page, len(people), PAGE)
    shown = people[page * PAGE : (page + 1) * PAGE]
    return Message(
        "发给哪一位？",
        title=TEST,
        buttons=(
            *in_pairs([Button(name, f"m:testto:{person}") for person, name in shown]),
            *paging.turns(page, pages, "m:testwho:"),
            (Button("返回", "m:test"), BACK),
        ),
        place="next",
    )


def ask_test(target: str, asked: int, names: Sequence[str]) -> Message:
    """Ask once more, naming them; `asked` makes the button good for one sending."""
    return Message(
        f"将向{len(names)}人发送测试消息：{some(names)}。",
        title=TEST,
        buttons=((Button("确认发送", f"m:testgo:{target}:{asked}", "primary"), Button("不发送", "m:test")),),
        place="next",
    )


def test_message() -> Message:
    """Return the message itself."""
    return Message(TEST_TEXT, title=TEST, buttons=((BACK_TO_MENU,),))


def delivery(asked: int, lines: Sequence[str], place: Place) -> Message:
    """Say where the test message has got to, for each person."""
    return Message(
        "\n".join(lines),
        title=f"{TEST} · 送达情况",
        buttons=((Button("刷新", f"m:teststate:{asked}", "primary"), Button("再发一次", "m:test")), (BACK,)),
        place=place,
    )
