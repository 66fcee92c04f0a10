"""A unit's week, told as the conversation it is: filling in, signing, returning, correcting, withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Tapped
from storage import settings
from tests.kit.office import Office

if TYPE_CHECKING:
    from tests.kit.office import Chat


async def team(office: Office) -> tuple[Chat, Chat]:
    units = [unit.key for unit in office.campaign.units]
    contact = await office.person("赵某", ("contact", units[0]))
    head = await office.person("钱某", ("head", units[0]))
    return contact, head


async def fill_in(contact: Chat, plan: str = "开展日常巡查2次") -> None:
    """Open the weekly form unless it is open, answer what has to be answered, stop at the review page."""
    if contact.find("稍后再填") is None:
        await contact.taps("填报本周信息")
    for _ in range(30):
        if "提交" in contact.labels():
            return
        if "跳过" in contact.labels():
            await contact.taps("跳过")
        elif contact.last.expects == "number":
            await contact.says("0")
        else:
            await contact.says(plan if "计划" in contact.last.text.rpartition("\n\n")[2] else "开展日常巡查2次")
    raise AssertionError(contact.last)


async def test_zero_report_takes_two_taps(office: Office) -> None:
    contact, head = await team(office)
    await contact.says("/menu")
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert contact.sees("零报告已提交")
    assert contact.sees("2020-28-01")
    assert head.sees("请签批")


async def test_a_report_is_filled_in_signed_and_both_hear_of_it(office: Office) -> None:
    contact, head = await team(office)
    await fill_in(contact)
    assert contact.sees("开展日常巡查2次")
    await contact.taps("提交")
    assert contact.sees("提交成功")
    assert head.sees("请签批")
    assert head.sees("开展日常巡查2次")
    await head.taps("同意报送")
    assert head.sees("已签批")
    assert contact.sees("已签批")
    await contact.taps("我的报送")
    assert contact.sees("已报送")


async def test_the_head_returns_it_with_a_reason_and_the_contact_goes_on_from_there(office: Office) -> None:
    contact, head = await team(office)
    await fill_in(contact)
    await contact.taps("提交")
    await head.taps("退回")
    assert head.last.expects == "text"
    await head.says("巡查次数请再核对")
    assert head.sees("已退回")
    assert contact.sees("巡查次数请再核对")
    await contact.taps("修改后重报")
    assert contact.sees("开展日常巡查2次")
    await contact.taps("提交")
    assert head.sees("第2版")
    await head.taps("同意报送")
    assert contact.sees("已签批")


async def test_a_return_does_not_break_what_the_contact_is_filling_in(office: Office) -> None:
    contact, head = await team(office)
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    office.it_is("2020-07-13 09:00")
    await contact.taps("填报本周信息")
    before = contact.last
    await head.taps("退回")
    await head.says("请写明情况")
    assert contact.sees("请写明情况")
    await contact.says("/menu")
    await contact.taps("继续填写")
    assert contact.last.text == before.text


async def test_signing_twice_counts_once(office: Office) -> None:
    contact, head = await team(office)
    second = await office.person("孙某", ("head", office.campaign.units[0].key))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await head.taps("同意报送")
    await second.taps("同意报送")
    assert second.sees("已报送")
    assert second.sees("不用再办")
    assert sum("已签批" in message.title for message in contact.messages) == 1


async def test_a_superseded_version_cannot_be_signed(office: Office) -> None:
    contact, head = await team(office)
    await fill_in(contact)
    await contact.taps("提交")
    old = head.find("同意报送")
    assert old is not None
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    await contact.taps("提交")
    await head.does(Tapped(old.action))
    assert head.sees("新的版本")
    await head.taps("待我签批")
    await head.taps("同意报送")
    assert contact.sees("已签批")


async def test_withdrawing_asks_first_and_tells_the_head(office: Office) -> None:
    contact, head = await team(office)
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await contact.taps("查看本次报送")
    await contact.taps("撤回")
    assert contact.sees("确定撤回")
    await contact.taps("确定撤回")
    assert contact.sees("已撤回")
    assert head.sees("已撤回")


async def test_what_the_brigade_accepted_stands(office: Office) -> None:
    contact, head = await team(office)
    brigade = await office.person("李某", ("brigade", ""))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await contact.taps("查看本次报送")
    fix = contact.find("更正")
    assert fix is not None
    await head.taps("同意报送")
    await brigade.taps("本周报送情况")
    await brigade.taps(office.campaign.units[0].name)
    await brigade.taps("接收")
    assert brigade.sees("已接收")
    await contact.does(Tapped(fix.action))
    assert contact.sees("不能再改")


async def test_thursdays_report_is_fridays(office: Office) -> None:
    contact, _ = await team(office)
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    office.it_is("2020-07-10 11:00")
    await contact.says("/weekly")
    assert contact.sees("2020-28-01")


async def test_last_weeks_plan_is_shown_when_this_week_is_asked(database_url: str) -> None:
    office = await Office.open(database_url, "2020-07-03 09:00")
    contact, head = await team(office)
    await fill_in(contact, plan="抽查执法案卷十份")
    await contact.taps("提交")
    await head.taps("同意报送")
    office.it_is("2020-07-09 15:00")
    await contact.taps("填报本周信息")
    for _ in range(4):
        if contact.sees("抽查执法案卷十份"):
            break
        await contact.taps("跳过")
    assert contact.sees("抽查执法案卷十份")
    await office.close()


async def test_an_overdue_week_can_still_be_reported_and_is_asked_for_first(office: Office) -> None:
    contact, _ = await team(office)
    office.it_is("2020-07-13 09:00")
    await contact.taps("填报本周信息")
    assert contact.sees("请选择")
    await contact.taps("已逾期")
    await contact.taps("零报告")
    assert contact.sees("2020-28-01")


async def test_two_contacts_filing_the_same_week_make_one_report(office: Office) -> None:
    contact, _ = await team(office)
    second = await office.person("孙某", ("contact", office.campaign.units[0].key))
    await contact.taps("填报本周信息")
    await second.taps("填报本周信息")
    await contact.taps("零报告")
    await second.taps("零报告")
    assert second.sees("赵某已于")


async def test_a_unit_without_a_head_is_told_so(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert contact.sees("还没有登记负责人")


async def test_the_same_tap_delivered_twice_makes_one_report(office: Office) -> None:
    contact, head = await team(office)
    await contact.taps("填报本周信息")
    button = contact.find("零报告")
    assert button is not None
    await contact.does(Tapped(button.action), source="tap-1")
    await contact.does(Tapped(button.action), source="tap-1")
    await contact.does(Tapped(button.action), source="tap-2")
    assert contact.sees("已经提交或取消")
    assert sum("请签批" in message.title for message in head.messages) == 1


async def test_a_button_of_somebody_else_does_nothing(office: Office) -> None:
    contact, _ = await team(office)
    other = await office.person("周某", ("contact", office.campaign.units[1].key))
    await contact.taps("填报本周信息")
    button = contact.find("零报告")
    assert button is not None
    await other.does(Tapped(button.action))
    assert other.sees("请从下面选择")
    await contact.taps("零报告")
    assert contact.sees("已提交")


async def test_later_keeps_the_answers_and_the_menu_offers_them(office: Office) -> None:
    contact, _ = await team(office)
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    await contact.says("走访养殖户三家")
    await contact.taps("稍后再填")
    assert contact.sees("继续填写")
    await contact.taps("继续填写")
    await fill_in(contact)
    assert contact.sees("走访养殖户三家")


async def test_who_owes_many_weeks_of_many_units_gets_a_keyboard_that_fits(office: Office) -> None:
    units = office.campaign.units[:4]
    await office.store.run(settings.put, settings.INSTALLED, "2020-06-20T00:00:00+08:00")
    contact = await office.person("赵某", *(("contact", unit.key) for unit in units))
    await contact.taps("填报本周信息")
    assert len(contact.last.buttons) <= 12
    assert all(contact.find(unit.name) for unit in units)
    await contact.taps("其余")
    assert contact.sees("我的待办")
