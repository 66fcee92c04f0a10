"""The Friday ladder and the table, seen from the chats they arrive in: once, in time, silent when the report is in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.core.messages import Message, Tapped
from bot.services import notices, reminding
from storage import outbox, people, submissions

if TYPE_CHECKING:
    from storage.work import Work
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


async def test_snoozing_reminds_once_more_unless_the_report_is_in(office: Office) -> None:
    units = office.campaign.units
    contact = await office.person("赵某", ("contact", units[0].key))
    other = await office.person("周某", ("contact", units[1].key))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    for chat in (contact, contact, other):
        await chat.taps("一小时后提醒")
        assert chat.sees("再提醒您")
    await other.taps("填报本周信息")
    await other.taps("零报告")
    before = len(contact.messages), len(other.messages)
    office.it_is("2020-07-10 09:30")
    await office.beat()
    assert contact.sees("还没有报送")
    assert (len(contact.messages), len(other.messages)) == (before[0] + 1, before[1])  # tapped twice, it comes once


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


async def test_a_report_that_came_back_is_reminded_of_as_such(office: Office) -> None:
    unit = office.campaign.units[0].key
    contact = await office.person("赵某", ("contact", unit))
    head = await office.person("钱某", ("head", unit))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await head.taps("退回")
    await head.taps("内容不够具体")
    office.it_is("2020-07-10 11:00")
    await office.beat()
    assert contact.sees("已被退回，还剩1小时，请于今天（7月10日 周五）12:00前修改后重报。")
    await contact.taps("修改后重报")
    assert contact.sees("本周工作信息")


async def test_a_form_that_was_begun_is_reminded_of_as_such(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    await contact.taps("填报本周信息")
    office.it_is("2020-07-10 11:00")
    await office.beat()
    assert contact.sees("已开始填写，还没有提交")


async def test_a_paper_that_lacks_its_stamp_is_the_contacts_and_the_heads_once_it_is_overdue(office: Office) -> None:
    unit = office.campaign.units[0].key
    contact = await office.person("赵某", ("contact", unit))
    head = await office.person("钱某", ("head", unit))
    filed = await office.store.run(partial(signed_and_printed, unit=unit))
    office.it_is("2020-10-09 09:00")
    await office.beat()
    assert contact.last.text.count("只差盖章件") == 1
    assert any(button.action == f"m:stamp:{filed}" for row in contact.last.buttons for button in row)
    assert not any("专项整治工作总结" in message.text for message in head.messages)
    office.it_is("2020-10-10 09:00")
    await office.beat()
    due = "本周五（10月9日）17:30"
    assert f"🔴 农机服务中心的《专项整治工作总结》应于{due}前报送，只差盖章件，请督促联系人尽快上传。" in head.last.text


def signed_and_printed(work: Work, unit: str) -> int:
    filed = submissions.file(
        work,
        duty="closing",
        period="2020-10-09",
        unit=unit,
        number="1",
        answers={},
        form_version=1,
        zero=False,
        filed_by=1,
        state="stamping",
    )
    return filed.id


async def test_the_leaders_hear_after_three_working_days(office: Office) -> None:
    leader = await office.person("孙某", ("leader", ""))
    for now in ("2020-08-31 17:30", "2020-09-01 09:00", "2020-09-02 09:00", "2020-09-03 08:59"):
        office.it_is(now)
        await office.beat()
    assert leader.messages == []
    office.it_is("2020-09-03 09:00")
    await office.beat()
    assert leader.sees("《行政裁量基准》已逾期")
    assert leader.sees("未报16个")


async def test_a_new_contact_gets_what_is_still_live(office: Office) -> None:
    unit = office.campaign.units[0].key
    before = await office.person("赵某", ("contact", unit))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    after = await office.person("周某", ("contact", unit))
    office.it_is("2020-07-10 08:45")
    await office.beat()
    await office.beat()
    assert [message.title for message in before.messages] == ["报送提醒"]
    assert [message.title for message in after.messages] == ["报送提醒"]
    office.it_is("2020-07-10 11:30")
    third = await office.person("吴某", ("contact", unit))
    await office.beat()
    assert [message.title for message in third.messages] == ["催办提醒"], "the prompt is over"


# ── Quiet hours ──────────────────────────────────────────────────────────


async def test_what_somebody_does_at_night_reaches_others_in_the_morning(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    head = await office.person("钱某", ("head", office.campaign.units[0].key))
    office.it_is("2020-07-09 22:00")
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert contact.sees("已提交"), "who writes is answered"
    office.it_is("2020-07-10 07:29")
    await office.beat()
    assert head.messages == []
    office.it_is("2020-07-10 07:30")
    await office.beat()
    assert head.sees("请签批")


async def test_what_somebody_asked_for_comes_at_night_and_what_expires_by_morning_does_not(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    office.it_is("2020-07-09 22:00")
    morning = office.hands.now + timedelta(hours=9)

    def tell(work: Work) -> None:
        notices.tell(work, [1], "asked", Message("表格"), kind="file", asked=True)
        notices.tell(work, [1], "gone", Message("已过时"), expires_at=morning)
        notices.tell(work, [1], "waits", Message("早上好"))

    await office.store.run(tell)
    await office.arrive()
    assert [message.text for message in contact.messages] == ["表格"]
    office.it_is("2020-07-10 07:30")
    claimed = await office.store.run(lambda work: outbox.claim(work, "test", 9, timedelta(minutes=1), ["web"]))
    assert [row.key for row in claimed] == ["waits"]


async def test_what_failed_in_the_evening_is_tried_again_in_the_morning(office: Office) -> None:
    await office.person("赵某", ("contact", office.campaign.units[0].key))

    def claim(work: Work) -> list[int]:
        rows = outbox.claim(work, "test", 9, timedelta(minutes=1), ["web"])
        return [row.id for row in rows if outbox.sending(work, row.id, "test", timedelta(minutes=1))]

    office.it_is("2020-07-09 20:58")
    await office.store.run(lambda work: notices.tell(work, [1], "late", Message("通知")))
    (late,) = await office.store.run(claim)
    failed = outbox.Outcome(late, "retry", delay=timedelta(minutes=5))
    await office.store.run(lambda work: outbox.settle(work, [failed]))
    for now, due in (("2020-07-09 21:10", []), ("2020-07-10 07:30", [late])):
        office.it_is(now)
        assert await office.store.run(claim) == due


# ── Later ────────────────────────────────────────────────────────────────


async def test_a_head_can_be_reminded_again_to_sign(office: Office) -> None:
    units = office.campaign.units[:2]
    contacts = [await office.person(f"联系人{unit.key}", ("contact", unit.key)) for unit in units]
    heads = [await office.person(f"负责人{unit.key}", ("head", unit.key)) for unit in units]
    for contact in contacts:
        await contact.taps("填报本周信息")
        await contact.taps("零报告")
    office.it_is("2020-07-10 12:00")
    await office.beat()
    for head in heads:
        assert head.sees("现已过截止时间，还等您签批")
        await head.taps("一小时后提醒")
        assert head.sees("7月10日 13:00再提醒您")
    await heads[1].taps("退回")
    await heads[1].taps("数字需要核对")
    said = len(heads[1].messages)
    office.it_is("2020-07-10 13:00")
    await office.beat()
    assert heads[0].sees("还等您签批")
    assert len(heads[1].messages) == said, "there is nothing to sign any more"


async def test_an_overdue_report_can_be_put_off_and_waits_out_the_night(office: Office) -> None:
    contact = await office.person("赵某", ("contact", office.campaign.units[0].key))
    office.it_is("2020-07-10 20:30")
    await office.beat()
    assert contact.sees("请尽快补报")
    await contact.taps("一小时后提醒")
    assert contact.sees("7月11日 07:30再提醒您")
    said = len(contact.messages)
    office.it_is("2020-07-10 21:30")
    await office.arrive()
    assert len(contact.messages) == said
    office.it_is("2020-07-11 07:30")
    await office.arrive()
    assert contact.sees("应于本周五（7月10日）12:00前报送")


async def test_less_than_an_hour_before_there_is_no_putting_off(office: Office) -> None:
    unit = office.campaign.units[0].key
    contact = await office.person("赵某", ("contact", unit))
    head = await office.person("钱某", ("head", unit))
    office.it_is("2020-07-10 11:00")
    await office.beat()
    assert contact.labels() == ["填报本周信息"]
    snooze = Tapped(f"m:snooze:weekly/2020-W28@{unit}")
    await contact.does(snooze)
    assert contact.sees("已不到一小时，请现在就办理")
    await head.does(snooze)
    assert head.sees("目前不用您办理")


async def test_who_has_no_account_yet_keeps_no_heartbeat_busy(office: Office) -> None:
    def enrol(work: Work) -> None:
        people.grant(work, people.create_person(work, "赵某"), "contact", office.campaign.units[0].key)

    await office.store.run(enrol)
    office.it_is("2020-07-10 08:30")
    due = await office.store.run(reminding.planned)
    assert (due.notices, due.skips) == ((), ())
