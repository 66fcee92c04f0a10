"""A stage's notice in the chats of a unit: announced with what else is due, and acknowledged with one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.messages import Tapped
from storage import audit, submissions
from tests.kit.office import Office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.submissions import Filed
    from storage.work import Work
    from tests.kit.office import Chat

SETTLE = "stage-settle/2020-10-09"


@pytest.fixture
async def autumn(database_url: str) -> AsyncIterator[Office]:
    """The sample campaign, installed before the last stage; on the Friday on which three things fall together."""
    office = await Office.open(database_url, "2020-10-08 15:00")
    office.it_is("2020-10-09 08:30")
    yield office
    await office.close()


async def unit_of_two(office: Office) -> tuple[Chat, Chat]:
    unit = office.campaign.units[0].key
    return await office.person("赵某", ("contact", unit)), await office.person("钱某", ("head", unit))


async def answers(office: Office, unit: str) -> list[Filed]:
    return await office.store.run(lambda work: submissions.of_report(work, "stage-settle", "2020-10-09", unit))


async def test_what_falls_together_comes_as_one_message_with_a_button_each(autumn: Office) -> None:
    contact, head = await unit_of_two(autumn)
    await autumn.beat()
    (said,) = contact.messages
    assert said.title == "有3件事请处理"
    for line in ("每周工作信息请于今天", "《专项整治工作总结》请于今天", "现在进入巩固提高阶段（10月1日—11月30日）"):
        assert line in said.text
    assert "· 对账、核账、销账\n· 建立长效机制\n· 报送工作总结" in said.text
    assert [row[0].label for row in said.buttons] == ["1. 填报本周信息", "2. 填报专项整治工作总结", "3. 收到"]
    assert [message.title for message in head.messages] == ["阶段通知"]


async def test_one_tap_answers_for_the_unit_and_the_second_person_is_told_who_did(autumn: Office) -> None:
    contact, head = await unit_of_two(autumn)
    unit = autumn.campaign.units[0]
    await autumn.beat()
    await head.taps("收到")
    assert head.last.text.endswith(f"{unit.name}已回复“收到”（钱某，10月9日 08:30）。")
    autumn.it_is("2020-10-09 08:40")
    await contact.taps("收到")
    assert contact.sees(f"{unit.name}已回复“收到”（钱某，10月9日 08:30）。")
    assert "收到" not in contact.labels()
    (filed,) = await answers(autumn, unit.key)
    assert (filed.state, filed.answers, filed.filed_by_name) == ("reported", {}, "钱某")

    def written(work: Work) -> list[str]:
        return [entry.action for entry in audit.of(work, f"submission:{filed.id}")]

    assert await autumn.store.run(written) == ["submission.file"]


async def test_who_has_not_answered_is_reminded_the_next_working_day_and_nobody_after(autumn: Office) -> None:
    contact, head = await unit_of_two(autumn)
    other = await autumn.person("周某", ("contact", autumn.campaign.units[1].key))
    brigade = await autumn.person("李某", ("brigade", ""))
    await autumn.beat()
    await contact.taps("收到")
    autumn.it_is("2020-10-10 09:00")  # a Saturday that is worked
    await autumn.beat()
    assert any("未回复“收到”15个" in message.text for message in brigade.messages)
    assert "还没有回复“收到”" in other.last.text
    assert "还没有回复“收到”" not in contact.last.text
    assert all(message.title == "阶段通知" or "阶段" not in message.text for message in head.messages)
    autumn.it_is("2020-10-12 09:00")
    await autumn.beat()
    assert "阶段" not in other.last.text


async def test_difficulties_can_be_added_and_who_said_that_it_arrived_stays(autumn: Office) -> None:
    contact, head = await unit_of_two(autumn)
    await autumn.beat()
    await head.taps("收到")
    assert "反映困难" not in head.labels(), "it is the contact who fills in"
    await contact.taps("收到")
    await contact.taps("反映困难")
    await contact.answers("执法人员不足", "tap:提交")
    await head.does(Tapped(f"m:file:{SETTLE}"))
    assert head.sees("（钱某，10月9日 08:30）")
    assert head.sees("反映的困难：执法人员不足")


async def test_a_stage_that_began_before_the_installation_is_silent_but_can_be_read(office: Office) -> None:
    contact, _ = await unit_of_two(office)
    for now in ("2020-07-09 15:01", "2020-07-10 07:40"):
        office.it_is(now)
        await office.beat()
    assert not any("阶段" in message.text for message in contact.messages)
    await contact.does(Tapped("m:file:stage-mend/2020-07-01"))
    assert contact.sees("自查整改阶段（7月1日—9月30日）")
    await contact.taps("收到")
    assert contact.sees("已回复“收到”")


async def test_a_stage_can_be_acknowledged_neither_early_nor_for_others(office: Office) -> None:
    contact, _ = await unit_of_two(office)
    unit, other = (each.key for each in office.campaign.units[:2])
    await contact.does(Tapped(f"m:ack:{SETTLE}@{unit}"))
    assert contact.sees("10月1日（周四）00:00起可以填报")
    await contact.does(Tapped(f"m:ack:stage-mend/2020-07-01@{other}"))
    assert contact.sees("不在您的权限内")
    await contact.does(Tapped(f"m:ack:closing/2020-10-09@{unit}"))
    assert contact.sees("已不在了")
    assert await answers(office, unit) == []


async def test_somebody_of_several_units_is_shown_the_one_that_has_not_answered(office: Office) -> None:
    first, second = office.campaign.units[:2]
    both = await office.person("赵某", ("contact", first.key), ("head", second.key))
    await both.does(Tapped("m:file:stage-mend/2020-07-01"))
    assert both.sees(f"{first.name}还没有回复“收到”。")
    await both.taps("收到")
    await both.does(Tapped("m:file:stage-mend/2020-07-01"))
    assert both.sees(f"{second.name}还没有回复“收到”。")
