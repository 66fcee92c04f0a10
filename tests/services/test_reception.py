"""The brigade's desk, and who may not sit at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.messages import Tapped
from storage import people
from storage.statements import lock_number
from tests.services.test_ledger_race import race

if TYPE_CHECKING:
    from storage.work import Work
    from tests.kit.office import Chat, Office

CONTACTS = "contacts/2020-06-30"
CONTACT_SHEET = ("张某", "副主任", "13800000000", "科员", "13800000000", "tap:跳过", "tap:提交")


async def files_contact_sheet(contact: Chat, unit: str) -> None:
    await contact.does(Tapped(f"m:file:{CONTACTS}@{unit}"))
    await contact.answers(*CONTACT_SHEET)


async def files_case(contact: Chat, unit: str, name: str) -> None:
    await contact.does(Tapped(f"m:file:case/new@{unit}"))
    await contact.answers(name, "1", "7月1日", "检查发现超范围经营", "责令改正", "规范经营", "tap:跳过", "tap:是")
    await contact.taps("提交")


async def test_the_desk_counts_and_names_every_unit_once(office: Office) -> None:
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([unit.key for unit in units[:3]])
    contact = await office.person("赵某", ("contact", units[3].key))
    await office.person("钱某", ("head", units[3].key))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await brigade.taps("本周报送情况")
    assert brigade.sees(f"应报{len(units)}家：已报送3家，待签批1家，未报送{len(units) - 4}家")
    for unit in units:
        assert brigade.last.text.count(unit.name) == 1


async def test_urging_reaches_the_contact_or_the_head_whoever_holds_it_up(office: Office) -> None:
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    idle = await office.person("赵某", ("contact", units[0].key))
    filed = await office.person("钱某", ("contact", units[1].key))
    head = await office.person("孙某", ("head", units[1].key))
    await filed.taps("填报本周信息")
    await filed.taps("零报告")
    await brigade.taps("本周报送情况")
    await brigade.taps("催报")
    assert brigade.sees("已催报2家")
    assert brigade.sees(units[2].name)  # nobody is enrolled there: by telephone, then
    assert idle.sees("催报")
    assert head.sees("等您签批")
    assert not filed.sees("催报")
    await idle.taps("填报本周信息")
    assert idle.sees("零报告")
    urge = brigade.find("催报")
    await brigade.says("/status")
    await brigade.taps("催报")
    assert brigade.sees("刚催报过"), urge


async def test_everything_can_be_accepted_at_once(office: Office) -> None:
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([unit.key for unit in units])
    await brigade.taps("本周报送情况")
    await brigade.taps("全部接收")
    assert brigade.last.text.count("已接收") == len(units)
    assert "全部接收" not in brigade.labels()


async def test_accepting_one_by_one_leads_to_the_next(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files(["nongji", "xumu"])
    await brigade.taps("本周报送情况")
    await brigade.taps("农机服务中心")
    await brigade.taps("接收")
    await brigade.taps("继续接收（1）")
    assert brigade.sees("畜牧兽医服务中心第28周")
    await brigade.taps("接收")
    assert not brigade.sees("继续接收")
    await brigade.taps("返回报送情况")
    assert brigade.sees("已报送2家")


async def test_what_the_brigade_has_begun_for_a_unit_names_the_unit(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    await brigade.does(Tapped("m:for:weekly/2020-W28@nongji"))
    await brigade.taps("稍后再填")
    assert "继续填写：农机服务中心第28周每周工作信息（大队代报）" in brigade.labels()


async def test_the_brigade_returns_with_a_reason(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([unit.key])
    await brigade.taps("本周报送情况")
    await brigade.taps(unit.name)
    await brigade.taps("退回")
    await brigade.says("请补充整改情况")
    contact = office.chats[f"{unit.key}联系人"]
    assert contact.sees("请补充整改情况")
    await brigade.says("/status")
    assert brigade.sees("已退回1家")


async def test_a_leader_looks_but_does_not_touch(office: Office) -> None:
    leader = await office.person("吴某", ("leader", ""))
    await office.everyone_files([office.campaign.units[0].key])
    await leader.says("/status")
    assert leader.sees("应报")
    assert "催报" not in leader.labels()
    assert "全部接收" not in leader.labels()
    key = "weekly/2020-W28"
    await leader.does(Tapped(f"m:urge:{key}"))
    assert leader.sees("不在您的权限内")
    await leader.does(Tapped(f"m:acceptall:{key}"))
    assert leader.sees("不在您的权限内")


async def test_a_contact_sees_no_other_units_report(office: Office) -> None:
    units = office.campaign.units
    await office.everyone_files([units[0].key])
    other = await office.person("周某", ("contact", units[1].key))
    for action in (
        "m:see:1",
        "m:fix:1",
        "m:withdraw:1",
        "m:withdrawn:1",
        "m:ok:1",
        "m:no:1",
        "m:accept:1",
        "m:state",
    ):
        await other.does(Tapped(action))
        assert other.sees("不在您的权限内"), action
    await other.does(Tapped(f"m:file:weekly/2020-W28@{units[0].key}"))
    assert other.sees("不在您的权限内")


async def test_forged_buttons_are_told_kindly(office: Office) -> None:
    contact = await office.person("周某", ("contact", office.campaign.units[0].key))
    for action in (
        "m:see:999",
        "m:see:-1",
        "m:see:",
        "m:see:9999999999999999999999",
        "m:file:nothing",
        "m:file:weekly/2099-W01",
        "m:file:weekly/2020-W28@nowhere",
        "m:go:77",
        "d:1:2:o:3",
        "d:x",
        "x",
        "m:",
        "m:state:a/b:c",
    ):
        await contact.does(Tapped(action))
        assert contact.sees("请从下面选择") or contact.sees("不在您的权限内"), action


# ── Any duty ─────────────────────────────────────────────────────────────


async def test_a_dated_duty_has_the_same_desk(office: Office) -> None:
    office.it_is("2020-06-29 10:00")
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", units[0].key))
    head = await office.person("钱某", ("head", units[0].key))
    await files_contact_sheet(contact, units[0].key)
    await brigade.taps("本周报送情况")
    await brigade.taps("其他报送事项")
    await brigade.taps("专项整治联系人")
    assert brigade.sees("截止：6月30日（周二）17:30")
    assert brigade.sees(f"应报{len(units)}家：待签批1家，未报送{len(units) - 1}家")
    await head.taps("同意报送")
    await brigade.does(Tapped(f"m:state:{CONTACTS}"))
    assert brigade.sees(f"待盖章：{units[0].name}")
    assert not brigade.sees("导出汇总表")
    assert not brigade.sees("前一周")


async def test_a_case_is_listed_when_it_comes_and_accepted_with_the_others(office: Office) -> None:
    units = office.campaign.units[:2]
    brigade = await office.person("李某", ("brigade", ""))
    await brigade.does(Tapped("m:state:case"))
    assert brigade.sees("还没有单位报送")
    for unit, name in zip(units, ("赵某", "钱某"), strict=True):
        contact = await office.person(name, ("contact", unit.key))
        head = await office.person(f"{name}负责人", ("head", unit.key))
        await files_case(contact, unit.key, f"{name}一案")
        await head.taps("同意报送")
        office.it_is("2020-07-09 16:00")
    await brigade.does(Tapped("m:state:case"))
    assert brigade.sees("共2件，待接收2件")
    assert brigade.last.text.index(units[1].name) < brigade.last.text.index(units[0].name)  # newest first
    await brigade.taps("全部接收")
    assert brigade.last.text.count("已接收") == 2
    await brigade.taps(units[0].name)
    assert brigade.sees("赵某一案")


async def test_a_stages_notice_asks_for_no_more_than_to_be_read(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    head = await office.person("钱某", ("head", unit.key))
    await head.does(Tapped(f"m:ack:stage-mend/2020-07-01@{unit.key}"))
    await brigade.does(Tapped("m:state:stage-mend/2020-07-01"))
    assert brigade.sees(f"已收到：{unit.name}")
    assert brigade.sees("未收到：")
    assert not brigade.sees("全部接收")


async def test_one_units_page_says_whom_to_call_and_what_can_be_done(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))

    def enrol(work: Work) -> None:
        person = people.create_person(work, "郑某", "13800000000")
        people.grant(work, person, "contact", unit.key)

    await office.store.run(enrol)
    await brigade.taps("本周报送情况")
    await brigade.taps(unit.name)
    assert brigade.sees("未报送")
    assert brigade.sees("联系人 郑某 13800000000（还没有加入）")
    assert brigade.sees("还没有登记单位负责人")
    assert {"催报", "免报", "代报"} <= set(brigade.labels())
    await brigade.taps("催报")
    assert brigade.sees(f"{unit.name}：联系人 郑某 13800000000")
    leader = await office.person("吴某", ("leader", ""))
    await leader.does(Tapped(f"m:state:weekly/2020-W28@{unit.key}"))
    assert leader.sees("联系人 郑某")
    assert not leader.sees("13800000000")
    assert not {"催报", "免报", "代报"} & set(leader.labels())


# ── Nudging by hand ──────────────────────────────────────────────────────


async def test_a_nudge_says_just_what_is_missing(office: Office) -> None:
    office.it_is("2020-06-29 10:00")
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    head = await office.person("钱某", ("head", unit.key))
    urge = Tapped(f"m:urge:{CONTACTS}@{unit.key}")

    await brigade.does(urge)
    assert contact.sees("《专项整治联系人（附件1）》须在6月30日（周二）17:30前报送")
    await contact.taps("立即填报")
    await contact.answers(*CONTACT_SHEET)

    office.it_is("2020-06-29 11:00")
    await brigade.does(urge)
    assert head.sees("等您签批")
    await head.taps("查看并签批")
    await head.taps("退回")
    await head.says("请补充联系电话")

    office.it_is("2020-06-29 14:00")
    await brigade.does(urge)
    assert contact.sees("退回原因：请补充联系电话")
    await contact.taps("修改后重报")
    await contact.taps("提交")
    await head.taps("同意报送")

    office.it_is("2020-06-29 15:00")
    await brigade.does(urge)
    assert contact.sees("还差盖章件")
    await contact.taps("上传盖章件")
    assert contact.last.expects == "file"


async def test_a_single_unit_is_not_nudged_twice_in_ten_minutes_but_the_others_may_be(office: Office) -> None:
    units = office.campaign.units[:2]
    brigade = await office.person("李某", ("brigade", ""))
    first = await office.person("赵某", ("contact", units[0].key))
    second = await office.person("钱某", ("contact", units[1].key))
    await brigade.does(Tapped(f"m:urge:weekly/2020-W28@{units[0].key}"))
    await brigade.does(Tapped(f"m:urge:weekly/2020-W28@{units[0].key}"))
    assert brigade.sees("刚催报过")
    await brigade.does(Tapped("m:urge:weekly/2020-W28"))
    assert brigade.sees(f"已催报1家：{units[1].name}")
    assert second.sees("催报")
    assert len(first.messages) == 1
    office.it_is("2020-07-09 15:11")
    await brigade.does(Tapped("m:urge:weekly/2020-W28"))
    assert brigade.sees("已催报2家")


async def test_a_nudge_in_quiet_hours_waits_for_their_end(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    office.it_is("2020-07-09 22:00")
    await brigade.does(Tapped(f"m:urge:weekly/2020-W28@{unit.key}"))
    assert brigade.sees("将于7月10日 07:30发出")
    assert not contact.messages
    office.it_is("2020-07-10 07:30")
    await office.arrive()
    assert contact.sees("执法大队催报")


async def test_who_has_blocked_the_chat_is_to_be_called(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    await office.store.run(people.mark_unreachable, "web", contact.address, "blocked")
    await brigade.does(Tapped(f"m:urge:weekly/2020-W28@{unit.key}"))
    assert brigade.sees("请电话联系")
    assert brigade.sees("赵某（消息送不到）")
    assert not contact.messages


async def test_nothing_is_urged_before_its_time_or_once_it_is_in(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([unit.key])
    for action, said in (
        (f"m:urge:weekly/2020-W28@{unit.key}", "不用催报"),
        (f"m:urge:weekly/2020-W30@{unit.key}", "还没到填报时间"),
        (f"m:urge:case/new@{unit.key}", "不用催报"),
    ):
        await brigade.does(Tapped(action))
        assert brigade.sees(said), action


@pytest.mark.parametrize(("role", "unit"), [("contact", "nongji"), ("head", "nongji")])
async def test_the_desk_is_the_bureaus_alone(office: Office, role: str, unit: str) -> None:
    person = await office.person("周某", (role, unit))
    for action in (
        "m:state",
        f"m:state:{CONTACTS}",
        f"m:state:{CONTACTS}@{unit}",
        "m:state:case",
        f"m:urge:{CONTACTS}",
        f"m:urge:{CONTACTS}@{unit}",
        "m:acceptall:case",
        f"m:table:{CONTACTS}",
    ):
        await person.does(Tapped(action))
        assert person.sees("不在您的权限内"), action


async def test_what_is_being_corrected_is_not_to_be_accepted_yet(office: Office) -> None:
    unit = office.campaign.units[0].key
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([unit])
    contact = office.chats[f"{unit}联系人"]
    await contact.taps("我的报送")
    await contact.taps("已报送")
    await contact.taps("更正")
    await contact.taps("零报告")
    await brigade.taps("本周报送情况")
    assert brigade.sees("已报送1家")
    assert brigade.sees("更正中")
    assert not brigade.sees("待接收")
    assert "全部接收" not in brigade.labels()


async def test_the_brigade_is_offered_to_file_only_what_the_unit_owes(office: Office) -> None:
    unit = office.campaign.units[0].key
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit))
    await brigade.does(Tapped(f"m:state:weekly/2020-W28@{unit}"))
    assert "代报" in brigade.labels()
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await brigade.does(Tapped(f"m:state:weekly/2020-W28@{unit}"))
    assert "代报" not in brigade.labels()


async def test_two_clerks_who_nudge_at_the_same_moment_nudge_once(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    clerks = [await office.person(name, ("brigade", "")) for name in ("李某", "吴某")]
    urge = Tapped("m:urge:weekly/2020-W28@nongji")
    held = f"SELECT pg_advisory_xact_lock({lock_number('urge', 'weekly/2020-W28')})"
    await race(office, *((clerk, urge) for clerk in clerks), over=held)
    await office.arrive()
    assert [message.title for message in contact.messages] == ["催报"]
