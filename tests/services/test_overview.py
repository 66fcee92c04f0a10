"""报送总览: all duties, all units, one unit; and who may look at what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.messages import Tapped
from storage import settings
from tests.services.test_reception import CONTACTS, files_case, files_contact_sheet
from tests.services.test_todo import installed

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office


def line(chat: Chat, of: str) -> str:
    """Return the line of the newest message that has these words."""
    return next(each for each in chat.last.text.splitlines() if of in each)


def sign(chat: Chat, unit: str, column: str) -> str:
    """Return the sign a unit has in a column of the grid."""
    heads = next(each for each in chat.last.text.splitlines() if each.startswith("１２"))
    return line(chat, f" {unit}")[heads.index(column)]


async def test_every_duty_has_its_counts_and_names_who_is_late(office: Office) -> None:
    await installed(office, "2020-06-22 09:00")
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    office.it_is("2020-06-29 10:00")
    for at, unit in enumerate(units[:-1]):
        contact = await office.person(f"联系人{at}", ("contact", unit.key))
        head = await office.person(f"负责人{at}", ("head", unit.key))
        await files_contact_sheet(contact, unit.key)
        if at:
            await head.taps("同意报送")
            await contact.does(Tapped(f"m:stamp:{at + 1}"))
            await contact.sends("盖章件.pdf")
            await contact.taps("完成")
    await files_case(office.chats["联系人0"], units[0].key, "某农资经营部一案")
    office.it_is("2020-07-01 09:00")
    await brigade.taps("报送总览")
    assert brigade.sees(f"应报{len(units)}家")
    assert brigade.sees(f"已报{len(units) - 2}，办理中1，未报1")
    assert brigade.sees(f"逾期：{units[0].name}、{units[-1].name}")
    assert brigade.sees("专项整治联系人（6月30日已截止）")
    assert brigade.sees("典型案例（随时报送）")
    await brigade.taps("专项整治联系人")
    assert brigade.sees(f"待签批：{units[0].name}")


async def test_the_grid_has_a_sign_for_every_unit_and_duty(office: Office) -> None:
    await installed(office, "2020-06-22 09:00")
    units = office.campaign.units
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([units[0].key])
    office.it_is("2020-06-24 15:00")  # the week is due on Wednesday: a holiday follows
    contact = await office.person("赵某", ("contact", units[1].key))
    await office.person("钱某", ("head", units[1].key))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await brigade.taps("报送总览")
    await brigade.taps("各单位一览")
    assert [sign(brigade, unit.name, "１") for unit in units[:3]] == ["〇", "签", "缺"]
    assert sign(brigade, units[0].name, "２") == "・"
    await office.chats["钱某"].taps("同意报送")
    office.it_is("2020-06-29 10:00")
    await brigade.taps("报送总览")
    await brigade.taps("各单位一览")
    assert [sign(brigade, unit.name, "１") for unit in units[:3]] == ["・", "・", "・"]  # a new week
    assert [line(brigade, f" {unit.name}").rpartition(" ")[2] for unit in units[:3]] == [units[0].name, "迟1", "缺1"]
    for unit in units:
        assert unit.name in brigade.labels()


async def test_the_columns_stand_below_each_other(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    await brigade.does(Tapped("m:matrix:1"))
    heads = line(brigade, "１２")
    rows = [line(brigade, f" {unit.name}").partition(" ")[0] for unit in office.campaign.units]
    assert {len(row) for row in rows} == {len(heads)}
    assert all(ord(char) > 0x2FFF for row in [heads, *rows] for char in row), "every sign is as wide as a character"


async def test_one_unit_over_all_duties(office: Office) -> None:
    await installed(office, "2020-06-22 09:00")
    unit = office.campaign.units[0]
    leader = await office.person("吴某", ("leader", ""))
    await office.everyone_files([unit.key])
    office.it_is("2020-07-06 09:00")
    await leader.does(Tapped("m:matrix:1"))
    await leader.taps(unit.name)
    assert leader.sees("第28周每周工作信息：尚未报送（7月10日截止）")
    assert leader.sees("专项整治联系人：未报送（6月30日已截止）")
    assert leader.sees("按时1次，迟报0次，未报1次（第27周），免报0次")
    assert leader.sees(f"联系人 {unit.key}联系人")
    assert leader.sees("未销号0件")
    await leader.taps("专项整治联系人")
    assert leader.sees("未报送。")


async def test_what_fell_due_before_the_installation_is_nobodys_fault(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    await brigade.does(Tapped("m:matrix:1"))
    assert sign(brigade, unit.name, "２") == "・"
    await brigade.does(Tapped("m:matrix"))
    assert not brigade.sees("逾期：")
    await office.store.run(settings.put, settings.INSTALLED, "2020-06-22T00:00:00+08:00")
    await brigade.does(Tapped("m:matrix:1"))
    assert sign(brigade, unit.name, "２") == "缺"


async def test_units_people_see_their_own_page_with_what_they_filed(office: Office) -> None:
    await office.everyone_files(["nongji", "xumu"])
    contact = office.chats["nongji联系人"]
    await contact.taps("我的待办")
    await contact.taps("本单位报送情况")
    assert contact.sees("农机服务中心")
    assert contact.sees("【人员】")
    await contact.taps("每周工作信息")
    assert contact.sees("本周无新增")


async def test_a_contact_begins_early_what_is_due_much_later(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("我的待办")
    await contact.taps("本单位报送情况")
    assert contact.sees("巩固提高阶段通知：10月9日下发")
    await contact.taps("填报专项整治工作总结")
    assert contact.sees("请发送工作总结全文")


@pytest.mark.parametrize(
    ("role", "unit", "matrix", "own", "other"),
    [
        ("contact", "nongji", False, True, False),
        ("head", "nongji", False, True, False),
        ("brigade", "", True, True, True),
        ("leader", "", True, True, True),
        ("admin", "", True, True, True),
    ],
)
async def test_each_role_sees_its_own(
    office: Office, role: str, unit: str, *, matrix: bool, own: bool, other: bool
) -> None:
    person = await office.person("周某", (role, unit))
    for action, permitted in (
        ("m:matrix", matrix),
        ("m:matrix:1", matrix),
        ("m:matrix:99", matrix),
        ("m:unit:nongji", own),
        ("m:unit:xumu", other),
        (f"m:state:{CONTACTS}", matrix),
    ):
        await person.does(Tapped(action))
        assert person.sees("不在您的权限内") != permitted, action
    for action in ("m:unit:nowhere", "m:unit:", "m:matrix:x") if matrix else ("m:unit:nowhere",):
        await person.does(Tapped(action))
        assert person.sees("请从下面选择"), action


async def test_a_case_that_was_withdrawn_is_none(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await files_case(contact, "nongji", "某农资经营部案")
    await contact.does(Tapped("m:unit:nongji"))
    assert contact.sees("典型案例：1件")
    await contact.does(Tapped("m:withdrawn:1"))
    await contact.does(Tapped("m:unit:nongji"))
    assert contact.sees("典型案例：0件")
