"""免报: granted with a reason, for a report or for days; neither late nor missing; taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.campaign_changes import Change
from bot.core.messages import Tapped
from bot.services import posts
from storage import audit, overrides

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office

WEEK = "weekly/2020-W28"


async def excuse(clerk: Chat, unit: str, *steps: str) -> None:
    """Let the clerk excuse a unit from this week's report, or as `steps` say."""
    await clerk.does(Tapped(f"m:excuse:{WEEK}@{unit}"))
    await clerk.answers(*(steps or ("tap:仅本次", "抽调执行专项任务")), "tap:提交")


async def test_an_excused_unit_is_named_with_the_reason_and_told(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    head = await office.person("钱某", ("head", unit.key))
    await brigade.taps("本周报送情况")
    await brigade.taps(unit.name)
    await brigade.taps("免报")
    await brigade.answers("tap:仅本次", "抽调执行专项任务")
    assert brigade.sees("仅本次")
    await brigade.taps("提交")
    assert brigade.sees(f"{unit.name}第28周每周工作信息已免报")
    assert contact.sees("抽调执行专项任务")
    assert head.sees("免报")
    await brigade.taps("返回报送情况")
    assert brigade.sees(f"应报{len(office.campaign.units) - 1}家")
    assert brigade.sees(f"{unit.name}（抽调执行专项任务）")
    await contact.taps("我的待办")
    assert not contact.sees("第28周")
    [entry] = await office.store.run(audit.of, "excuse:1")
    assert (entry.action, entry.detail["reason"]) == ("excuse.grant", "抽调执行专项任务")


async def test_an_excused_unit_is_not_reminded_and_not_nudged(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    await excuse(brigade, unit.key)
    told = len(contact.messages)
    office.it_is("2020-07-10 11:00")
    await office.beat()
    office.it_is("2020-07-10 14:00")
    await office.beat()
    await brigade.does(Tapped(f"m:urge:{WEEK}@{unit.key}"))
    assert brigade.sees("不用催报")
    assert len(contact.messages) == told


async def test_a_report_filed_all_the_same_counts(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await excuse(brigade, unit.key)
    await office.everyone_files([unit.key])
    await brigade.taps("本周报送情况")
    assert brigade.sees(f"应报{len(office.campaign.units)}家：已报送1家")
    await brigade.does(Tapped(f"m:excuse:{WEEK}@{unit.key}"))
    assert brigade.sees("已经报送，不用免报")


async def test_what_waits_for_a_signature_needs_no_excuse(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await brigade.does(Tapped(f"m:excuse:{WEEK}@nongji"))
    assert brigade.sees("请该单位先撤回")


async def test_a_stretch_of_days_covers_every_duty_that_falls_into_it(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await brigade.does(Tapped(f"m:excuse:{WEEK}@{unit.key}"))
    await brigade.answers("tap:一段时间", "8月20日", "8月10日")
    assert brigade.sees("结束日期不能早于开始日期")
    await brigade.answers("9月30日", "机构改革，职能划转", "tap:提交")
    assert brigade.sees("8月20日至9月30日的各项报送已免报")
    for key, said in (
        ("standards/2020-08-31", f"免报：{unit.name}"),
        ("weekly/2020-W35", f"免报：{unit.name}"),
        ("closing/2020-10-09", f"未报送：{unit.name}"),
        (WEEK, f"未报送：{unit.name}"),
    ):
        await brigade.does(Tapped(f"m:state:{key}"))
        assert brigade.sees(said), key


async def test_an_excuse_is_taken_back_once_after_asking(office: Office) -> None:
    unit = office.campaign.units[0]
    admin = await office.person("吴某", ("admin", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    await excuse(admin, unit.key)
    await admin.taps("免报名单")
    assert admin.sees("原因：抽调执行专项任务")
    await admin.taps("取消免报")
    assert admin.sees("确定取消")
    button = admin.find("确定取消免报")
    assert button is not None
    await admin.does(Tapped(button.action))
    assert contact.sees("请照常报送")
    await admin.does(Tapped(button.action))
    assert admin.sees("已经取消")
    await contact.taps("我的待办")
    assert contact.sees("第28周")
    entries = await office.store.run(audit.of, "excuse:1")
    assert [entry.action for entry in entries] == ["excuse.grant", "excuse.end"]


async def test_the_second_of_two_clerks_is_told_that_it_is_done(office: Office) -> None:
    unit = office.campaign.units[0]
    clerks = [await office.person(name, ("brigade", "")) for name in ("李某", "王某")]
    for clerk in clerks:
        await clerk.does(Tapped(f"m:excuse:{WEEK}@{unit.key}"))
        await clerk.answers("tap:仅本次", "抽调执行专项任务")
    for clerk in clerks:
        await clerk.taps("提交")
    assert clerks[0].sees("已免报")
    assert clerks[1].sees("已经免报，不用再办")
    await clerks[1].says("/menu")
    assert not any("继续填写" in label for label in clerks[1].labels())


@pytest.mark.parametrize(("role", "unit"), [("contact", "nongji"), ("head", "nongji"), ("leader", "")])
async def test_nobody_else_excuses(office: Office, role: str, unit: str) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    await excuse(brigade, "xumu")
    other = await office.person("周某", (role, unit))
    for action in (
        f"m:excuse:{WEEK}@nongji",
        "m:excuse:@nongji",
        "m:excuses",
        "m:unexcuse:1",
        "m:unexcused:1",
    ):
        await other.does(Tapped(action))
        assert other.sees("不在您的权限内"), action


async def test_forged_buttons_find_nothing(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    for action in (
        "m:excuse:",
        "m:excuse:nothing@nongji",
        f"m:excuse:{WEEK}@nowhere",
        "m:excuse:case/new@nongji",
        "m:unexcuse:x",
        "m:excuses:-1",
    ):
        await brigade.does(Tapped(action))
        assert brigade.sees("请从下面选择"), action
    await brigade.does(Tapped("m:unexcused:7"))
    assert brigade.sees("已经取消")


async def test_an_excuse_for_one_report_stays_with_it_when_its_day_moves(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await excuse(brigade, unit.key)
    for day in ("2020-07-10", "2020-07-17"):  # the Friday is off: it is due on Thursday
        await office.store.run(overrides.add, Change("workday", day, {"work": False}), 1)
    await brigade.does(Tapped(f"m:state:{WEEK}"))
    assert brigade.sees(f"{unit.name}（抽调执行专项任务）")
    await brigade.does(Tapped("m:excuses"))
    assert brigade.sees("第28周每周工作信息")


async def test_an_excuse_for_one_report_is_not_one_for_another_that_is_due_on_the_same_day(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    for number in range(10, 18):  # a week off: two reports are due on Thursday the 9th
        await office.store.run(overrides.add, Change("workday", f"2020-07-{number}", {"work": False}), 1)
    await excuse(brigade, unit.key)
    await brigade.does(Tapped(f"m:state:{WEEK}"))
    assert brigade.sees(f"{unit.name}（抽调执行专项任务）")
    await brigade.does(Tapped("m:state:weekly/2020-W29"))
    assert brigade.sees(f"应报{len(office.campaign.units)}家")


async def test_an_excused_unit_is_not_pressed_to_sign_what_it_need_not_report(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", unit.key))
    head = await office.person("钱某", ("head", unit.key))
    await excuse(brigade, unit.key)
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    told = len(head.messages)
    office.it_is("2020-07-10 14:00")
    await office.beat()
    assert head.messages[told:] == []
    await brigade.does(Tapped(f"m:unit:{unit.key}"))
    assert brigade.sees("未报0次，免报1次")
    await head.taps("我的待办")
    assert head.sees("待您签批")
    assert not head.sees("已逾期")
    await head.taps("签批")
    await head.taps("同意报送")
    await brigade.does(Tapped(f"m:unit:{unit.key}"))
    assert brigade.sees("迟报1次")


async def test_who_has_left_the_unit_hears_nothing_of_its_excuses(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    leaver = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    successor = await office.person("钱某", ("head", "nongji"))
    office.it_is("2020-07-09 22:00")
    await excuse(brigade, "nongji")
    await office.store.run(lambda work: posts.pass_on(work, 2, "contact", "nongji", 3, None))
    office.it_is("2020-07-10 07:30")
    await office.arrive()
    assert "免报通知" not in [message.title for message in leaver.messages]
    assert [message.title for message in successor.messages].count("免报通知") == 1
