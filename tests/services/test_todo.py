"""我的待办: everything a unit owes, the most urgent first, each a tap away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Tapped
from storage import settings
from tests.services.test_ledger_life import DATED, PROBLEM
from tests.services.test_reception import files_case, files_contact_sheet

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office


async def installed(office: Office, now: str) -> None:
    """Let the product be in use from this moment on."""
    office.it_is(now)
    await office.store.run(settings.put, settings.INSTALLED, office.hands.now.isoformat())


def ordered(chat: Chat, *words: str) -> bool:
    """Tell whether the newest message says all of this, in this order."""
    places = [chat.last.text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


async def test_what_is_overdue_comes_first_and_what_is_far_is_one_line(office: Office) -> None:
    await installed(office, "2020-06-22 09:00")
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("我的待办")
    assert contact.sees("共3项。")
    assert ordered(contact, "安排部署阶段通知", "今天17:30前，未签收", "第26周", "6月24日前，还剩2天，未填报", "联系人")
    assert ordered(
        contact, "后续：", "7月1日自查整改阶段通知", "8月31日《行政裁量基准》", "10月9日《专项整治工作总结》"
    )


async def test_lateness_is_counted_in_working_days_and_marked_red(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    office.it_is("2020-07-14 09:00")
    await contact.taps("我的待办")
    assert ordered(contact, "共2项，其中已逾期1项", "🔴1. 第28周每周工作信息", "已逾期2个工作日", "🟡2. 第29周")


async def test_what_can_still_be_in_time_today_stands_before_what_is_late_and_that_newest_first(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    office.it_is("2020-07-24 09:00")
    await contact.taps("我的待办")
    assert ordered(contact, "第30周", "今天12:00前", "第29周", "第28周")


async def test_each_step_says_what_is_missing_and_has_the_button_that_does_it(office: Office) -> None:
    await installed(office, "2020-06-29 09:00")
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))

    async def sees(chat: Chat, said: str, label: str) -> None:
        await chat.does(Tapped("m:todo"))
        assert chat.sees(said)
        await chat.taps(label)

    await sees(contact, "明天17:30前，未填报", "填报《专项整治联系人")
    await contact.says("张某")
    await contact.taps("稍后再填")
    await sees(contact, "草稿未提交", "继续填写《专项整治联系人")
    await contact.taps("取消")
    await contact.taps("确定取消")

    await files_contact_sheet(contact, "nongji")
    await sees(contact, "待负责人签批", "查看《专项整治联系人")
    await sees(head, "待您签批", "签批《专项整治联系人")
    await head.taps("退回")
    await head.says("请补充联系电话")
    await sees(contact, "已退回，待修改", "修改后重报《专项整治联系人")
    await contact.taps("提交")
    await sees(head, "待您签批", "签批《专项整治联系人")
    await head.taps("同意报送")
    await sees(contact, "待盖章", "上传盖章件《专项整治联系人")
    assert contact.last.expects == "file"
    await contact.sends("盖章件.pdf")
    await contact.taps("完成")
    await contact.does(Tapped("m:todo"))
    assert not contact.sees("专项整治联系人")


async def test_a_head_sees_first_what_waits_for_a_signature(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    await files_case(contact, "nongji", "某农资经营部一案")
    office.it_is("2020-07-14 09:00")
    await head.taps("我的待办")
    assert ordered(head, "1. 典型案例（第1件）", "待您签批", "2. 第28周", "已逾期2个工作日")
    await contact.taps("我的待办")
    assert ordered(contact, "1. 第28周", "典型案例（第1件）", "待负责人签批")
    assert contact.find("报送典型案例") is not None
    assert head.find("报送典型案例") is None


async def test_a_correction_on_its_way_is_no_delay(office: Office) -> None:
    await office.everyone_files(["nongji"])
    contact, head = office.chats["nongji联系人"], office.chats["nongji负责人"]
    await contact.taps("我的报送")
    await contact.taps("第28周")
    await contact.taps("更正")
    await contact.taps("零报告")
    office.it_is("2020-07-13 09:00")
    await head.taps("我的待办")
    assert ordered(head, "第28周每周工作信息", "更正，待您签批")
    assert not head.sees("已逾期")


async def test_the_ledgers_deadlines_are_a_line_with_a_button(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, *DATED, "tap:提交")
    office.it_is("2020-07-17 09:00")
    await contact.taps("我的待办")
    assert contact.sees("问题台账：即将到期1件")
    office.it_is("2020-07-21 09:00")
    await contact.does(Tapped("m:todo"))
    assert contact.sees("问题台账：已逾期1件")
    await contact.taps("问题台账（1）")
    assert contact.sees("NJ-2020-001")


async def test_only_the_own_units_matter_and_the_bureaus_roles_have_none(office: Office) -> None:
    await office.everyone_files(["xumu"])
    contact = await office.person("赵某", ("contact", "nongji"), ("contact", "dongwu"))
    await contact.taps("我的待办")
    assert contact.sees("农机服务中心第28周")
    assert contact.sees("动物卫生监督室第28周")
    assert not contact.sees("畜牧")
    for role in ("brigade", "leader", "admin"):
        other = await office.person(role, (role, ""))
        await other.does(Tapped("m:todo"))
        assert other.sees("不在您的权限内")


async def test_a_long_list_is_paged(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    office.it_is("2020-11-27 09:00")
    await contact.taps("我的待办")
    assert contact.sees("🟡1. ")
    assert contact.sees("🔴2. ")
    assert not contact.sees("8. ")
    await contact.taps("下一页")
    assert contact.sees("8. ")
    await contact.does(Tapped("m:todo:99"))
    assert contact.find("上一页") is not None
