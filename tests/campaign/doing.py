"""What a person does in front of the chat, by the labels they see: the shortest way to each end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from bot.core.messages import Message
    from tests.campaign.bureau import Phone
    from tests.campaign.plan import Occasion

MOST_QUESTIONS = 120
DONE = "检查3家，发现的问题已当场整改"
#: What answers a question in one tap, if it is offered.
SHORTEST = ("跳过", "保留", "完成")
#: What is corrected: every paper has one of these, to be answered in words.
REWORDED = ("备注", "自查开展情况", "主要做法", "案例名称")


# A unit's contact


async def report(phone: Phone, occasion: Occasion, *, zero: bool, reminder: Message | None = None) -> None:
    """File a report: from the reminder's button, or from the menu."""
    if reminder is not None and reminder in phone.messages:
        await phone.tap_in(reminder, file_button(phone, reminder, occasion))
    elif occasion.weekly:
        await phone.menu("填报本周信息")
    else:
        await to_do(phone, f"填报《{occasion.name}》")
    if phone.told("请选择要填报"):
        await phone.tap(occasion.mark)
    if zero:
        await phone.tap("零报告")
    await fill_in(phone)
    assert phone.told("提交成功"), phone.page


def file_button(phone: Phone, reminder: Message, occasion: Occasion) -> str:
    """Return the label of the reminder's button for this report, of which there may be several."""
    wanted = f"填报{occasion.name}" if not occasion.weekly else f"填报{occasion.mark}"
    labels = phone.labels(reminder)
    return wanted if any(wanted in label for label in labels) else "填报本周信息"


async def to_do(phone: Phone, label: str) -> None:
    """Open 我的待办 and tap this, wherever in the list it stands."""
    await phone.menu("我的待办")
    while not phone.told(label):
        await phone.tap("下一页")
    await phone.tap(label)


async def do(phone: Phone, notice: Message, label: str) -> None:
    """Tap this under a notice; who was sent none, being new, finds it in 我的待办."""
    await (phone.tap_in(notice, label) if notice in phone.messages else to_do(phone, label))


async def fill_in(phone: Phone) -> None:
    """Answer what has to be answered, and send."""
    for _ in range(MOST_QUESTIONS):
        labels = phone.labels(phone.page)
        if "取消" not in labels:  # no question any more
            return
        before = phone.page
        await (phone.tap(labels[0]) if "核对" in before.title else answer(phone, labels))
        assert phone.page != before, before
    raise AssertionError(phone.page)


async def answer(phone: Phone, labels: list[str]) -> None:
    short = next((label for label in labels if label in SHORTEST or label.startswith("沿用")), None)
    typed = {"number": "0", "phone": "13800000000", "date": "今天", "text": DONE}
    if short is not None:
        await phone.tap(short)
    elif phone.page.expects == "file":
        await phone.sends("材料.pdf")
    elif phone.page.expects == "nothing":
        await phone.tap(labels[0])
    else:
        await phone.says(typed[phone.page.expects])


async def correct(phone: Phone, occasion: Occasion) -> None:
    """Correct what was sent, from 我的报送."""
    await phone.menu("我的报送")
    await phone.tap(occasion.mark or occasion.name)
    await phone.tap("更正")
    if not occasion.weekly and "修改" in phone.labels(phone.page):
        await reword(phone)
    await fill_in(phone)
    assert phone.told("提交成功"), phone.page


async def reword(phone: Phone) -> None:
    """Change an answer: a paper is not voided by a correction that says the same."""
    await phone.tap("修改")
    while not (found := [label for label in phone.labels(phone.page) if label.endswith(REWORDED)]):
        await phone.tap("下一页")
    await phone.tap(found[0])
    await phone.says("更正后的内容")


async def mend(phone: Phone, notice: Message) -> bool:
    """Send again what came back; tell whether that was still wanted."""
    await do(phone, notice, "修改后重报")
    await fill_in(phone)
    return phone.told("提交成功")


async def stamp(phone: Phone, notice: Message) -> bool:
    """Send the stamped copy the notice asks for; tell whether that was still wanted."""
    await do(phone, notice, "上传盖章件")
    await fill_in(phone)
    return "盖章件已上传" in phone.page.title


# A unit's head


async def sign(phone: Phone, request: Message) -> bool:
    """Tap 同意报送 under the request; tell whether it was still wanted."""
    await phone.tap_in(request, "同意报送")
    return "已同意报送" in phone.page.title


async def sign_all(phone: Phone) -> list[str]:
    """Sign whatever waits, from the menu; return what it was."""
    signed = []
    await phone.menu("待我签批")
    while phone.told("同意报送"):
        await phone.tap("同意报送")
        assert "已同意报送" in phone.page.title, phone.page
        signed.append(phone.page.text)
        await phone.menu("待我签批")
    return signed


# The brigade


async def open_week(phone: Phone, occasion: Occasion) -> None:
    """Open the desk of a week, a page back if need be."""
    await phone.menu("本周报送情况")
    while occasion.mark not in phone.page.title:
        await phone.tap("前一周")


async def open_duty(phone: Phone, occasion: Occasion) -> None:
    """Open the desk of a duty with one date."""
    await phone.menu("报送总览")
    await phone.tap(occasion.name.partition("（")[0])


async def accept_all(phone: Phone) -> None:
    """Take everything that is in, on the desk that is open."""
    if phone.told("全部接收"):
        await phone.tap("全部接收")


async def give_back(phone: Phone, unit: str) -> bool:
    """Return one unit's report from the desk that is open; tell whether there was one."""
    if unit not in phone.labels(phone.page):
        return False
    await phone.tap(unit)
    if "退回" not in phone.labels(phone.page):
        return False
    await phone.tap("退回")
    await phone.says("请补充整改情况")
    return "已退回" in phone.page.title


async def file_for(phone: Phone, unit: str) -> None:
    """File for a unit that does not, from the desk that is open."""
    while unit not in phone.labels(phone.page):
        await phone.tap("下一页")
    await phone.tap(unit)
    await phone.tap("代报")
    await fill_in(phone)
    assert phone.told("提交成功"), phone.page


async def excuse(phone: Phone, unit: str, first: date, last: date) -> None:
    """Let a unit off for some days: from its page."""
    await phone.menu("报送总览")
    await phone.tap("各单位一览")
    await phone.tap(unit)
    await phone.tap("免报")
    await phone.says(first.isoformat())
    await phone.says(last.isoformat())
    await phone.says("联系人休假")
    await fill_in(phone)
    assert phone.told("免报"), phone.page


# Who runs the bot


async def replace(phone: Phone, leaver: str, successor: str) -> str:
    """Let somebody else be the contact; return the link to invite them with."""
    await phone.menu("系统管理")
    await phone.tap("人员")
    while leaver not in phone.labels(phone.page):
        await phone.tap("下一页")
    await phone.tap(leaver)
    await phone.tap("换人")
    await phone.tap("还没有加入的人员")
    await phone.says(successor)
    await phone.tap("跳过")
    await phone.tap("确认换人")
    return next(word for word in phone.page.text.split() if "start=" in word)


async def record_of(phone: Phone, unit: str) -> str:
    """Return a unit's page: all its duties, and how it has kept its weeks."""
    await phone.menu("报送总览")
    await phone.tap("各单位一览")
    await phone.tap(unit)
    return phone.page.text
