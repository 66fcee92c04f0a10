"""订阅: what leaders ask to be told comes once, on its day, while it matters, and only to those who may know."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.campaigns import load
from bot.core.messages import Tapped
from bot.services import posts, subscribing
from storage import audit, people
from tests.kit.office import SAMPLE, Office
from tests.storage.making import enter, move, new

if TYPE_CHECKING:
    from bot.core.messages import Message
    from storage.work import Work
    from tests.kit.office import Chat

TITLES = ("整治情况", "逾期未报", "问题逾期")
#: The hours of a week's last day: each a minute before something happens, and then.
FRIDAY = ("07:29", "07:30", "12:00", "12:09", "12:10", "16:59", "17:00", "20:00")


async def leader(office: Office, *labels: str, name: str = "孙某") -> Chat:
    """Bring in a leader who has asked for this."""
    chat = await office.person(name, ("leader", ""))
    await chat.does(Tapped("m:subscriptions"))
    for label in labels:
        await chat.taps(f"开通{label}")
    return chat


async def hears(office: Office, chat: Chat, *moments: str) -> dict[str, list[Message]]:
    """Let the heart beat twice at each moment; return what came when, but for what leaders are told anyway."""
    heard: dict[str, list[Message]] = {}
    for moment in moments:
        before = len(chat.messages)
        office.it_is(moment)
        await office.beat()
        await office.beat()
        if came := [each for each in chat.messages[before:] if each.title in TITLES]:
            heard[moment] = came
    return heard


def on(day: str, *hours: str) -> list[str]:
    return [f"{day} {hour}" for hour in hours]


def titles(heard: dict[str, list[Message]]) -> dict[str, list[str]]:
    return {moment: [message.title for message in came] for moment, came in heard.items()}


async def overdue(office: Office, *due: str, unit: str = "nongji") -> None:
    """Put an entry on the ledger for each of these deadlines."""

    def entering(work: Work) -> None:
        for day in due:
            enter(work, 1, new(f"时限{day}", unit, due=date.fromisoformat(day)))

    await office.store.run(entering)


# ── Asking for it ────────────────────────────────────────────────────────


async def test_it_is_begun_and_ended_in_one_tap_each(office: Office) -> None:
    chat = await leader(office)
    assert chat.sees("每周汇总（未开通）：每周报送截止当天17:00，发送整治情况和图片。")
    await chat.taps("开通每周汇总")
    assert chat.sees("已开通每周汇总。")
    assert chat.sees("每周汇总（已开通）")
    await chat.does(Tapped("m:subscribe:week"))
    assert chat.sees("每周汇总已经开通，不用再办。")
    await chat.taps("取消每周汇总")
    assert chat.sees("已取消每周汇总。")
    await chat.does(Tapped("m:unsubscribe:week"))
    assert chat.sees("每周汇总没有开通，不用取消。")
    assert chat.last.place == "same"
    kept = [(each.action, each.detail) for each in await office.store.run(audit.of, "person:1")]
    assert kept == [("subscription.begin", {"kind": "week"}), ("subscription.end", {"kind": "week"})]


async def test_it_is_for_leaders_and_the_brigade(office: Office) -> None:
    for role, unit in (("contact", "nongji"), ("head", "nongji"), ("admin", ""), ("brigade", "")):
        chat = await office.person(role, (role, unit))
        for action in ("subscriptions", "subscribe:red", "unsubscribe:red"):
            await chat.does(Tapped(f"m:{action}"))
            assert chat.sees("不在您的权限内") != (role == "brigade"), (role, action)
    for action in ("subscribe:", "subscribe:month", "unsubscribe:x"):
        await office.chats["brigade"].does(Tapped(f"m:{action}"))
        assert office.chats["brigade"].sees("请从下面选择"), action


async def test_without_weekly_reports_there_is_no_weeks_summary(database_url: str) -> None:
    campaign = load(SAMPLE)
    dated = tuple(duty for duty in campaign.duties if duty.key != "weekly")
    office = await Office.open(
        database_url, "2020-07-09 15:00", campaign.model_copy(update={"duties": dated, "pushes": ()})
    )
    chat = await leader(office, "逾期提醒")
    assert not chat.sees("每周汇总")
    assert titles(await hears(office, chat, "2020-07-10 17:00", "2020-08-31 17:40")) == {
        "2020-08-31 17:40": ["逾期未报"]
    }
    await office.close()


# ── How the week stands ──────────────────────────────────────────────────


async def test_the_week_is_summed_up_on_its_day_once(office: Office) -> None:
    chat = await leader(office, "每周汇总")
    other = await leader(office, name="吴某")
    await office.everyone_files(["nongji"])
    heard = await hears(office, chat, *on("2020-07-10", *FRIDAY), "2020-07-11 09:00", "2020-07-13 09:00")
    assert titles(heard) == {"2020-07-10 17:00": ["整治情况"]}
    (message,) = heard["2020-07-10 17:00"]
    assert "截至7月10日 17:00" in message.text
    assert "第28周报送：应报16家，已报1家，7月10日 12:00已截止。" in message.text
    assert message.attachments[0].ref == "summary-picture/2020-W28"
    assert not any(message.title == "整治情况" for message in other.messages)
    assert list(await hears(office, chat, *on("2020-07-17", *FRIDAY))) == ["2020-07-17 17:00"]


async def test_who_asks_later_waits_for_the_next_one(office: Office) -> None:
    early = await leader(office, "每周汇总", "逾期提醒")
    await overdue(office, "2020-07-08", "2020-07-09")
    office.it_is("2020-07-10 17:05")
    late = await leader(office, "每周汇总", "逾期提醒", name="吴某")
    assert titles(await hears(office, late, "2020-07-10 17:10", "2020-07-13 07:30")) == {}
    assert [message.title for message in early.messages if message.title in TITLES] == [
        "整治情况",
        "逾期未报",
        "问题逾期",
    ]
    assert list(await hears(office, late, *on("2020-07-17", *FRIDAY))) == ["2020-07-17 12:10", "2020-07-17 17:00"]


async def test_who_has_ended_it_or_lost_the_role_hears_no_more(office: Office) -> None:
    stays = await leader(office, "每周汇总")
    ends = await leader(office, "每周汇总", name="吴某")
    loses = await leader(office, "每周汇总", name="郑某")
    await ends.taps("取消每周汇总")
    await office.store.run(partial(posts.end, person_id=3, role="leader", unit="", by=None))
    await office.arrive()
    before = [len(chat.messages) for chat in (ends, loses)]
    assert await hears(office, stays, "2020-07-10 17:00")
    assert [len(chat.messages) for chat in (ends, loses)] == before
    await office.store.run(partial(people.grant, person_id=3, role="leader", unit=""))
    assert await hears(office, loses, "2020-07-17 17:00"), "back in the role, it is told as before"


async def test_after_days_down_it_comes_as_long_as_it_matters(office: Office) -> None:
    chat = await leader(office, "每周汇总", "逾期提醒")
    await overdue(office, "2020-07-10", "2020-07-11")
    heard = await hears(office, chat, "2020-07-13 09:00")
    assert titles(heard) == {"2020-07-13 09:00": ["整治情况", "逾期未报", "问题逾期"]}
    assert await hears(office, chat, "2020-07-13 10:00", "2020-07-14 07:29") == {}
    heard = await hears(office, chat, "2020-07-21 09:00")
    assert heard == {}, "last week's Friday is two working days ago"


async def test_a_clock_set_back_repeats_nothing(office: Office) -> None:
    chat = await leader(office, "每周汇总", "逾期提醒")
    await overdue(office, "2020-07-09", "2020-07-12")
    assert len(await hears(office, chat, *on("2020-07-10", *FRIDAY), "2020-07-13 07:30")) == 4
    moments = [f"2020-07-{day} {hour}" for day in ("10", "13") for hour in ("08:00", "12:30", "18:00")]
    assert await hears(office, chat, *moments) == {}


async def test_two_hearts_at_once_tell_once(office: Office) -> None:
    chat = await leader(office, "每周汇总", "逾期提醒")
    await overdue(office, "2020-07-09")
    before = len(chat.messages)
    office.it_is("2020-07-10 17:00")
    await asyncio.gather(*(office.store.run(subscribing.remind) for _ in range(4)))
    await office.arrive()
    assert sorted(message.title for message in chat.messages[before:]) == ["整治情况", "逾期未报", "问题逾期"]


# ── What has turned red ──────────────────────────────────────────────────


async def test_who_owes_what_has_fallen_due_is_named_ten_minutes_later(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    everybody = [unit.key for unit in office.campaign.units]
    await office.everyone_files(everybody[:-3])
    contact = await office.person("赵某", ("contact", everybody[-3]))
    await contact.answers("tap:填报本周信息", "tap:零报告")
    assert await hears(office, chat, *on("2020-07-10", "12:00", "12:05")) == {}
    await office.everyone_files([everybody[-2]])
    heard = await hears(office, chat, *on("2020-07-10", *FRIDAY))
    assert list(heard) == ["2020-07-10 12:10"]
    assert chat.last.text == (
        "🔴 第28周每周工作信息没有报齐（7月10日 12:00已截止）。\n待签批1家：综合执法一中队。\n未报送1家：政策法规室。"
    )
    assert "催报" not in chat.labels()
    await chat.taps("谁还没报")
    assert chat.sees("政策法规室")


async def test_nothing_is_said_when_nothing_is_red(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    await office.everyone_files([unit.key for unit in office.campaign.units])
    await overdue(office, "2020-08-20")
    assert await hears(office, chat, *on("2020-07-10", *FRIDAY), "2020-07-13 07:30", "2020-07-13 12:00") == {}


async def test_what_falls_due_together_is_one_message(office: Office) -> None:
    office.it_is("2020-09-09 09:00")
    chat = await leader(office, "逾期提醒")
    heard = await hears(office, chat, *on("2020-09-09", "17:30", "17:40", "18:00"))
    assert list(heard) == ["2020-09-09 17:40"]
    (message,) = heard["2020-09-09 17:40"]
    assert [line for line in message.text.splitlines() if line.startswith("🔴")] == [
        "🔴 《自查整改情况报告》没有报齐（9月9日 17:30已截止）。",
        "🔴 《专项整治情况统计表（附件2）》没有报齐（9月9日 17:30已截止）。",
    ]


async def test_entries_are_told_of_on_the_morning_after_their_deadline_once(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    await overdue(office, "2020-07-08", "2020-07-14", "2020-07-17", "2020-07-18")
    await overdue(office, "2020-07-14", "2020-07-21", unit="xumu")
    days = [f"2020-07-{day}" for day in range(13, 24)]
    heard = await hears(office, chat, *(moment for day in days for moment in on(day, "07:29", "07:30", "09:00")))
    two = "有2件问题过了整改时限，还没有整改到位："
    texts = {moment: [each.text for each in came if each.title == "问题逾期"] for moment, came in heard.items()}
    assert {moment: said for moment, said in texts.items() if said} == {
        "2020-07-13 07:30": [  # it was late when it was entered
            "有1件问题过了整改时限，还没有整改到位：\n🔴 NJ-2020-001 农机服务中心（时限7月8日）"
        ],
        "2020-07-15 07:30": [
            f"{two}\n🔴 NJ-2020-002 农机服务中心（时限7月14日）\n🔴 XM-2020-001 畜牧兽医服务中心（时限7月14日）"
        ],
        "2020-07-20 07:30": [
            f"{two}\n🔴 NJ-2020-003 农机服务中心（时限7月17日）\n🔴 NJ-2020-004 农机服务中心（时限7月18日）"
        ],
        "2020-07-22 07:30": ["有1件问题过了整改时限，还没有整改到位：\n🔴 XM-2020-002 畜牧兽医服务中心（时限7月21日）"],
    }
    await chat.taps("哪些逾期")
    assert chat.sees("共6件")


async def test_an_entry_that_comes_late_or_comes_back_late_is_told_of(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    done = new("时限7月15日", due=date(2020, 7, 15))
    await office.store.run(lambda work: enter(work, 1, done, "verifying", "closing/brigade"))
    assert await hears(office, chat, "2020-07-16 07:30") == {}
    office.it_is("2020-07-16 15:00")
    await overdue(office, "2020-06-30", "2020-07-31", unit="xumu")  # of an old ledger that was brought in
    heard = await hears(office, chat, "2020-07-16 16:00", "2020-07-17 07:30", "2020-07-17 09:00")
    assert titles(heard) == {"2020-07-17 07:30": ["问题逾期"]}
    assert chat.last.text.count("🔴") == 1
    assert chat.sees("XM-2020-001 畜牧兽医服务中心（时限6月30日）")
    office.it_is("2020-07-17 11:00")
    await office.store.run(move, 1, "withdraw", 1)
    heard = await hears(office, chat, "2020-07-20 07:31", "2020-07-21 07:30")
    assert [each.text for each in heard.pop("2020-07-20 07:31") if each.title == "问题逾期"] == [
        "有1件问题过了整改时限，还没有整改到位：\n🔴 NJ-2020-001 农机服务中心（时限7月15日）"
    ]
    assert heard == {}


async def test_after_weeks_down_only_what_is_still_news_is_told(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    await overdue(office, "2020-07-15", "2020-07-27", "2020-07-28", "2020-08-10")
    await hears(office, chat, "2020-08-11 07:30")
    assert [line for line in chat.last.text.splitlines() if line.startswith("🔴")] == [
        "🔴 NJ-2020-003 农机服务中心（时限7月28日）",
        "🔴 NJ-2020-004 农机服务中心（时限8月10日）",
    ]


async def test_when_the_campaign_is_over_no_morning_speaks_of_entries(office: Office) -> None:
    office.it_is("2020-12-30 09:00")
    chat = await leader(office, "逾期提醒")
    await overdue(office, "2020-12-30", "2020-12-31")
    heard = await hears(office, chat, "2020-12-31 07:30", "2021-01-04 07:30", "2021-01-05 07:30")
    assert titles(heard) == {"2020-12-31 07:30": ["问题逾期"]}


async def test_many_entries_are_counted_and_the_first_named(office: Office) -> None:
    chat = await leader(office, "逾期提醒")
    await overdue(office, *["2020-07-09"] * 7)
    await hears(office, chat, "2020-07-10 07:30")
    assert chat.sees("有7件问题")
    assert chat.last.text.count("🔴") == 5
    assert chat.sees("另有2件，请点“哪些逾期”查看。")


async def test_quiet_hours_are_quiet_and_what_waits_is_told_when_they_end(office: Office) -> None:
    chat = await leader(office, "每周汇总", "逾期提醒")
    nights = ("2020-07-10 21:00", "2020-07-10 23:30", "2020-07-11 07:29")
    assert await hears(office, chat, *nights) == {}
    assert titles(await hears(office, chat, "2020-07-11 07:30")) == {"2020-07-11 07:30": ["整治情况", "逾期未报"]}


async def test_before_a_holiday_the_day_moves_and_in_it_nothing_comes(office: Office) -> None:
    office.it_is("2020-09-29 09:00")
    chat = await leader(office, "每周汇总", "逾期提醒")
    await overdue(office, "2020-09-29", "2020-09-30", "2020-10-03", "2020-10-08")
    days = [date(2020, 9, 30) + timedelta(day) for day in range(9)]
    heard = titles(await hears(office, chat, *(moment for day in days for moment in on(str(day), *FRIDAY))))
    assert heard == {
        "2020-09-30 07:30": ["问题逾期"],
        "2020-09-30 12:10": ["逾期未报"],
        "2020-09-30 17:00": ["整治情况"],
    }
    assert chat.sees("第40周报送")
    heard = titles(await hears(office, chat, "2020-10-09 07:30"))
    assert heard == {"2020-10-09 07:30": ["问题逾期"]}
    assert chat.sees("有3件问题")


async def test_where_nobody_asks_nothing_is_looked_at(office: Office) -> None:
    await leader(office)
    await overdue(office, "2020-07-09")
    for moment in on("2020-07-10", *FRIDAY):
        office.it_is(moment)
        assert await office.store.read(subscribing.planned) == []
    await office.chats["孙某"].taps("开通逾期提醒")
    office.it_is("2020-07-13 07:30")
    assert await office.store.read(subscribing.planned) != []
    assert await office.store.run(subscribing.remind) == 0
    assert await office.store.read(subscribing.planned) == [], "it was decided, although there was nothing to say"
