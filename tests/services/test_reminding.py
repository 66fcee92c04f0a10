"""The Friday ladder and the table, seen from the chats they arrive in: once, in time, silent when the report is in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.messages import Tapped

if TYPE_CHECKING:
    from tests.kit.office import Office

LADDER = ("2020-07-09 16:00", "2020-07-10 08:30", "2020-07-10 11:00", "2020-07-10 12:00")


async def test_the_ladder_speaks_at_its_hours_and_only_then(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    brigade = await office.person("李某", ("brigade", ""))
    for now in LADDER:
        before = len(contact.messages)
        office.it_is(now)
        office.hands.now -= timedelta(minutes=1)
        await office.beat()
        assert len(contact.messages) == before, now
        office.it_is(now)
        await office.beat()
        await office.beat()
        assert len(contact.messages) == before + 1, now
    assert contact.sees("逾期")
    titles = [message.title for message in brigade.messages]
    assert len(titles) == 2
    assert any("报送情况" in title for title in titles)
    assert any("汇总表" in title for title in titles)


async def test_a_report_in_time_silences_the_rest(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    head = await office.person("钱某", ("head", office.campaign.units[0].key))
    office.it_is("2020-07-09 16:00")
    await office.beat()
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await head.taps("同意报送")
    said = len(contact.messages), len(head.messages)
    for now in LADDER[1:]:
        office.it_is(now)
        await office.beat()
    assert (len(contact.messages), len(head.messages)) == said


async def test_a_head_who_has_not_signed_is_nudged_instead_of_the_contact(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    head = await office.person("钱某", ("head", office.campaign.units[0].key))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    said = len(contact.messages)
    office.it_is("2020-07-10 11:00")
    await office.beat()
    assert head.sees("等您签批")
    assert len(contact.messages) == said
    await head.taps("查看并签批")
    await head.taps("同意报送")
    assert contact.sees("已签批")


async def test_after_three_days_down_what_matters_comes_once_and_the_rest_is_written_down(
    office: Office,
) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    brigade = await office.person("李某", ("brigade", ""))
    office.it_is("2020-07-13 09:00")
    await office.beat()
    await office.beat()
    assert len(contact.messages) <= 1
    skipped = await office.rows("skipped")
    assert {key.split("/")[2].split("@")[0] for key, _, _ in skipped} >= {"notice", "prompt", "nudge"}
    assert sum("汇总表" in message.title for message in brigade.messages) == 1


async def test_a_clock_set_back_two_hours_repeats_nothing(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    brigade = await office.person("李某", ("brigade", ""))
    office.it_is("2020-07-10 12:30")
    await office.beat()
    said = len(contact.messages), len(brigade.messages)
    office.it_is("2020-07-10 10:30")
    for _ in range(30):
        office.hands.now += timedelta(minutes=5)
        await office.beat()
    assert (len(contact.messages), len(brigade.messages)) == said


async def test_nothing_is_said_in_quiet_hours(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    office.it_is("2020-07-10 23:00")
    await office.beat()
    assert not contact.messages


async def test_a_holidays_friday_is_reminded_before_the_holiday(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    office.it_is("2020-09-30 08:30")
    await office.beat()
    assert contact.sees("9月30日")
    office.it_is("2020-09-30 16:00")  # the last working day before the next week's Friday, too
    await office.beat()
    assert contact.sees("10月9日")
    office.it_is("2020-10-02 08:30")
    said = len(contact.messages)
    await office.beat()
    assert len(contact.messages) == said


async def test_late_reports_renew_the_table_at_most_every_half_hour(office: Office) -> None:
    units = [unit.key for unit in office.campaign.units]
    brigade = await office.person("李某", ("brigade", ""))

    def tables() -> int:
        return sum("汇总表" in message.title for message in brigade.messages)

    await office.everyone_files(units[:2])
    office.it_is("2020-07-10 12:00")
    await office.beat()
    assert tables() == 1
    await office.beat()
    assert tables() == 1
    await office.everyone_files([units[2]])
    await office.beat()
    assert tables() == 1, "less than half an hour after the first"
    office.it_is("2020-07-10 12:30")
    await office.beat()
    await office.beat()
    assert tables() == 2
    assert brigade.last.attachments[0].ref == "weekly/2020-W28"
    assert brigade.last.attachments[0].name.endswith(".xlsx")
    office.it_is("2020-07-10 15:00")
    await office.beat()
    assert tables() == 2, "nothing has changed since"


async def test_snoozing_reminds_once_more_unless_the_report_is_in(office: Office) -> None:
    units = office.campaign.units
    contact = await office.person("赵某", ("contact", units[0].key))
    other = await office.person("周某", ("contact", units[1].key))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    for chat in (contact, other):
        await chat.taps("一小时后提醒")
        assert chat.sees("再提醒您")
    await other.taps("填报本周信息")
    await other.taps("零报告")
    before = len(other.messages)
    office.it_is("2020-07-10 09:30")
    await office.beat()
    assert contact.sees("还没有报送")
    assert len(other.messages) == before


async def test_a_late_report_is_reported_as_late(office: Office) -> None:
    unit = office.campaign.units[0]
    brigade = await office.person("李某", ("brigade", ""))
    office.it_is("2020-07-10 14:00")
    await office.everyone_files([unit.key])
    await brigade.taps("本周报送情况")
    assert brigade.sees("迟报 7月10日 14:00")


async def test_an_old_reminder_shows_the_report_it_was_about(office: Office) -> None:
    unit = office.campaign.units[0]
    contact = await office.person("赵某", ("contact", unit.key))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    reminder = contact.find("填报本周信息")
    assert reminder is not None
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    office.it_is("2020-07-14 09:00")
    await contact.does(Tapped(reminder.action))
    assert contact.sees("第28周")
    assert contact.sees("待签批")
