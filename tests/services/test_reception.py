"""The brigade's desk, and who may not sit at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Tapped

if TYPE_CHECKING:
    from tests.kit.office import Office


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
