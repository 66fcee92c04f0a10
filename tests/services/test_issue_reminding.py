"""Reminders of the entries' own deadlines, seen from the chats they arrive in: on their days, once, and true."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from bot.services import issue_reminding
from storage import issues, settings
from storage import people as members
from storage.issues import New
from storage.tables import Outbox
from tests.kit.office import Office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.core.issues import Asked, State
    from storage.issues import Entry
    from storage.work import Work
    from tests.kit.office import Chat

WEDNESDAY, FRIDAY = date(2020, 7, 15), date(2020, 7, 17)


async def enter(office: Office, due: date, *, unit: int = 0, asked: Asked = "", number: int = 1) -> list[Entry]:
    """Put as many entries on the ledger of a unit, by whoever came first."""

    def entering(work: Work) -> list[Entry]:
        there = office.campaign.units[unit]
        return [
            issues.enter(work, _new(there.key, due, each), series=there.series, by=1, state="found", asked=asked)
            for each in range(number)
        ]

    return await office.store.run(entering)


def _new(unit: str, due: date, number: int) -> New:
    return New(
        unit=unit,
        area="responsibility",
        item="案卷评查",
        source="自查",
        kind="不作为",
        severity="一般",
        handling="dated",
        epidemic=False,
        criminal=False,
        found_on=date(2020, 6, 25),
        happened_on=date(2020, 6, 25),
        due=due,
        answers={"description": f"第{number}份卷宗缺少现场检查笔录", "due": due.isoformat()},
        search="",
        fingerprint=f"{unit}{number}",
    )


async def change(office: Office, entry: Entry, state: State, **values: Any) -> Entry:  # noqa: ANN401 - columns
    def changing(work: Work) -> Entry:
        now = issues.get(work, entry.id)
        assert now is not None
        assert issues.change(work, now, move="withdraw", by=1, state=state, asked="", **values)
        changed = issues.get(work, entry.id)
        assert changed is not None
        return changed

    return await office.store.run(changing)


async def beat(office: Office) -> int:
    """Do what a heartbeat does about entries' deadlines; return how many messages were queued."""
    planned = await office.store.read(issue_reminding.planned)
    queued = await office.store.run(issue_reminding.remind)
    assert planned or not queued
    await office.arrive()
    return queued


async def people(office: Office) -> tuple[Chat, Chat, Chat, Chat]:
    """A unit's contact and head, the brigade, a leader."""
    unit = office.campaign.units[0].key
    return (
        await office.person("赵某", ("contact", unit)),
        await office.person("钱某", ("head", unit)),
        await office.person("孙某", ("brigade", "")),
        await office.person("李某", ("leader", "")),
    )


async def days(office: Office, first: str, last: str) -> AsyncIterator[str]:
    """Let one day after another pass, each with a beat at nine."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        office.it_is(f"{day} 09:00")
        await beat(office)
        yield f"{day:%m-%d}"
        day += timedelta(days=1)


async def test_the_ladder_of_an_entry_is_climbed_day_by_day(office: Office) -> None:
    chats = contact, head, brigade, leader = await people(office)
    (entry,) = await enter(office, FRIDAY)
    heard: dict[str, str] = {}
    before = [0, 0, 0, 0]
    async for day in days(office, "2020-07-10", "2020-07-29"):
        after = [len(chat.messages) for chat in chats]
        if after != before:
            heard[day] = "".join(chat.name[0] for chat, was, now in zip(chats, before, after, strict=True) if now > was)
        before = after
    assert heard == {
        **dict.fromkeys(("07-14", "07-16", "07-17", "07-20", "07-21"), "赵"),
        "07-22": "赵钱孙",
        **dict.fromkeys(("07-23", "07-24", "07-27"), "赵"),
        "07-28": "赵李",
        "07-29": "赵",
    }
    texts = [message.text.partition("（")[2].partition("，")[0] for message in contact.messages]
    assert texts[:4] == ["剩3天", "明天到期", "今天到期", "已逾期1个工作日"]
    assert contact.messages[0].buttons[0][0].action == f"m:issue:{entry.id}"
    assert head.sees("农机服务中心有1件问题已过整改时限，请督促尽快整改。")
    assert brigade.sees(
        f"【农机服务中心】1件\n🔴 {entry.number}：第0份卷宗缺少现场检查笔录（已逾期3个工作日，时限7月17日）"
    )
    assert leader.sees("1个单位有1件问题已过整改时限，请予关注。")


async def test_several_entries_of_a_unit_come_as_one_message_with_a_button_each(office: Office) -> None:
    contact, _, _, _ = await people(office)
    other = await office.person("周某", ("contact", office.campaign.units[1].key))
    await enter(office, WEDNESDAY, number=2)
    await enter(office, FRIDAY)
    await enter(office, FRIDAY, unit=1)
    office.it_is("2020-07-14 09:00")
    assert await beat(office) == 2
    assert contact.labels() == [f"NJ-2020-00{n + 1} 第{d}份卷宗缺少现场…" for n, d in enumerate((0, 1, 0))]
    assert contact.sees("有3件问题请按时限整改。")
    assert other.sees("畜牧兽医服务中心有1件问题请按时限整改。")


async def test_a_round_is_run_once_however_many_ask(office: Office) -> None:
    contact, _, _, _ = await people(office)
    await enter(office, FRIDAY)
    office.it_is("2020-07-17 08:59")
    assert await beat(office) == 0
    office.it_is("2020-07-17 09:00")
    queued = await asyncio.gather(*(office.store.run(issue_reminding.remind) for _ in range(8)))
    assert sorted(queued) == [0] * 7 + [1]
    await office.arrive()
    assert len(contact.messages) == 1
    assert not await office.store.read(issue_reminding.planned)
    office.it_is("2020-07-17 20:00")
    assert await beat(office) == 0
    office.it_is("2020-07-16 12:00")
    assert await beat(office) == 0
    marks = [row for row in await office.rows("skipped") if row[0].startswith("ledger/")]
    assert marks == [("ledger/round/0900/2020-07-17", "nobody", "round")]


async def test_two_days_down_are_one_message_of_what_is_true_now(office: Office) -> None:
    contact, head, brigade, leader = await people(office)
    closed, moved, *_ = await enter(office, date(2020, 7, 14), number=3)
    await enter(office, FRIDAY)
    office.it_is("2020-07-14 09:00")
    await beat(office)
    await change(office, closed, "closed")
    await change(office, moved, "mending", due=date(2020, 8, 14))
    office.it_is("2020-07-17 15:00")
    assert await beat(office) == 3
    assert len(contact.messages) == 2
    assert contact.sees("有2件问题请抓紧整改。")
    assert contact.sees("已逾期3个工作日，时限7月14日")
    assert contact.sees("今天到期，时限7月17日")
    assert [len(chat.messages) for chat in (head, brigade, leader)] == [1, 1, 0]


async def test_what_is_closed_or_waits_for_the_brigade_is_left_alone(office: Office) -> None:
    contact, head, brigade, leader = await people(office)
    done, waiting, gone = await enter(office, FRIDAY, number=3)
    for entry, state in ((done, "closed"), (waiting, "verifying"), (gone, "transferred")):
        await change(office, entry, state)  # type: ignore[arg-type]
    async for _ in days(office, "2020-07-10", "2020-07-29"):
        pass
    assert not any(chat.messages for chat in (contact, head, brigade, leader))


async def test_what_is_withdrawn_after_the_seventh_day_still_reaches_the_leaders_once(office: Office) -> None:
    contact, head, brigade, leader = await people(office)
    (entry,) = await enter(office, date(2020, 7, 10))
    async for day in days(office, "2020-07-10", "2020-07-24"):
        if day == "07-14":
            await change(office, entry, "verifying")
        if day == "07-23":
            await change(office, entry, "mending")
    assert [len(chat.messages) for chat in (contact, head, brigade, leader)] == [4, 1, 1, 1]
    await change(office, entry, "mending", answers={"description": "更正后的描述"})  # nothing new about its deadline
    office.it_is("2020-07-27 09:00")
    await beat(office)
    assert [len(chat.messages) for chat in (contact, head, brigade, leader)] == [5, 1, 1, 1]
    assert contact.sees("更正后的描述")


async def test_a_deadline_that_is_moved_and_has_passed_reaches_everybody(office: Office) -> None:
    chats = await people(office)
    (entry,) = await enter(office, FRIDAY)
    office.it_is("2020-07-10 09:00")
    await beat(office)
    office.it_is("2020-07-10 15:00")
    await change(office, entry, "found", due=date(2020, 6, 29))
    office.it_is("2020-07-13 09:00")
    assert await beat(office) == 4
    assert all(chat.sees("时限6月29日") for chat in chats)


async def test_what_comes_on_the_ledger_overdue_reaches_everybody_on_the_next_working_day(office: Office) -> None:
    chats = await people(office)
    office.it_is("2020-07-10 09:00")
    await beat(office)
    office.it_is("2020-07-11 15:00")
    await enter(office, date(2020, 6, 20), number=2)
    office.it_is("2020-07-12 09:00")
    assert await beat(office) == 0
    office.it_is("2020-07-13 09:00")
    assert await beat(office) == 4
    assert all(chat.sees("2件问题已过整改时限") for chat in chats)
    office.it_is("2020-07-14 09:00")
    assert await beat(office) == 1


async def test_what_waits_for_the_signature_is_the_heads(office: Office) -> None:
    contact, head, _, _ = await people(office)
    await enter(office, FRIDAY, asked="closing/head")
    office.it_is("2020-07-16 09:00")
    await beat(office)
    assert head.sees("农机服务中心有1件申请等您签批。")
    assert head.sees("（明天到期，时限7月17日，销号申请等您签批）")
    assert contact.messages == []


async def test_a_contact_who_is_the_head_as_well_hears_once_and_who_has_no_chat_is_passed_over(office: Office) -> None:
    unit = office.campaign.units[0].key
    both = await office.person("吴某", ("contact", unit), ("head", unit))

    def enrol(work: Work) -> None:
        members.grant(work, members.create_person(work, "郑某"), "brigade")

    await office.store.run(enrol)
    await enter(office, date(2020, 7, 14))
    office.it_is("2020-07-17 09:00")
    assert await beat(office) == 1
    assert len(both.messages) == 1


async def test_nothing_in_quiet_hours_nor_before_the_installation(office: Office) -> None:
    contact, _, _, _ = await people(office)
    await enter(office, date(2020, 7, 9))
    await enter(office, FRIDAY)
    await office.store.run(settings.put, settings.INSTALLED, office.hands.now.isoformat())
    assert await beat(office) == 0, "the round of nine was before the installation"
    office.it_is("2020-07-17 21:00")
    assert await beat(office) == 0
    office.it_is("2020-07-18 07:30")
    assert await beat(office) == 0
    office.it_is("2020-07-18 09:00")
    assert await beat(office) == 3, "what Friday owed: contact, head, brigade"
    assert contact.sees("已逾期，时限7月17日")


async def test_many_overdue_entries_are_counted_and_the_worst_are_named(office: Office) -> None:
    contact, _, brigade, _ = await people(office)
    await enter(office, date(2020, 7, 13), number=300)
    await enter(office, date(2020, 7, 14), number=40, unit=1)
    office.it_is("2020-07-17 09:00")
    await beat(office)
    assert contact.sees("有300件问题已过整改时限")
    assert len(contact.last.buttons) == 9
    assert contact.last.buttons[-1][0].action == "m:list:l:nongji"
    assert brigade.sees("2个单位有340件问题已过整改时限，请督促整改。")
    assert brigade.sees("【农机服务中心】300件")
    assert brigade.sees("【畜牧兽医服务中心】40件")
    assert len(brigade.last.buttons) == 9


async def test_a_message_delayed_until_it_is_stale_is_not_sent(office: Office) -> None:
    await people(office)
    await enter(office, date(2020, 7, 14))
    office.it_is("2020-07-17 09:00")
    await office.store.run(issue_reminding.remind)

    def ends(work: Work) -> dict[str, datetime | None]:
        query = (
            select(col(Outbox.key), col(Outbox.expires_at)).where(col(Outbox.state) == "new").order_by(col(Outbox.id))
        )
        return {f"{row.key}/{number}": row.expires_at for number, row in enumerate(work.conn.execute(query))}

    assert {
        key: f"{at.astimezone(office.campaign.zone):%m-%d %H:%M}"
        for key, at in (await office.store.run(ends)).items()
        if at
    } == {
        "ledger/2020-07-17/0900@nongji/0": "07-20 09:00",
        "ledger/2020-07-17/0900@nongji/1": "07-21 00:00",
        "ledger/2020-07-17/0900/bureau/2": "07-21 00:00",
    }


async def test_a_campaign_without_a_ledger_reminds_of_none(database_url: str, office: Office) -> None:
    silent = office.campaign.model_copy(update={"ledger": None})
    other = await Office.open(database_url, "2020-07-17 09:00", silent)
    try:
        assert not await other.store.read(issue_reminding.planned)
        assert await beat(other) == 0
        assert await other.rows("skipped") == []
    finally:
        await other.close()
