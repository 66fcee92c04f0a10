"""What is queued arrives: once, in spite of everything a channel can do; what cannot arrive is seen by somebody."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.messages import Attachment, Button, Message
from exports.process import MOST
from scheduler import dispatcher
from storage import outbox, people
from tests.kit.botapi import Fault
from tests.scheduler.conftest import ANNA, BOB
from tests.storage import making

if TYPE_CHECKING:
    import pytest

    from storage.outbox import Outgoing
    from storage.work import Work
    from tests.scheduler.conftest import Desk


def later(desk: Desk, **time: float) -> None:
    desk.clock.move(desk.clock.now() + timedelta(**time))


async def test_what_is_queued_arrives_once(desk: Desk) -> None:
    await desk.queue(ANNA, "weekly/2020-W28/notice@nongji", "请于周五12:00前报送")
    await desk.dispatcher.dispatch()
    await desk.dispatcher.dispatch()
    assert desk.texts(ANNA) == ["请于周五12:00前报送"]
    assert await desk.states() == {"weekly/2020-W28/notice@nongji": "sent"}


async def test_one_occasion_is_queued_once(desk: Desk) -> None:
    for _ in range(2):
        await desk.queue(ANNA, "weekly/2020-W28/notice@nongji", "请报送")
    await desk.dispatcher.dispatch()
    assert desk.texts(ANNA) == ["请报送"]


async def test_two_processes_send_each_row_once(desk: Desk) -> None:
    for number in range(12):
        await desk.queue(ANNA if number % 2 else BOB, f"k/{number}", f"第{number}条", kind="file")
    other = desk.another("second")
    first = await desk.dispatcher.dispatch()
    await other.dispatch()
    async with asyncio.timeout(30):
        while set((await desk.states()).values()) != {"sent"}:  # noqa: ASYNC110 - each chat's files wait their turn
            await asyncio.sleep(0.05)
    assert first == 12
    assert desk.server.duplicates() == {}
    assert len(desk.texts(ANNA)) + len(desk.texts(BOB)) == 12


async def test_not_before_its_time(desk: Desk) -> None:
    await desk.queue(ANNA, "k/1", "一小时后", not_before=desk.clock.now() + timedelta(hours=1))
    assert await desk.dispatcher.dispatch() == 0
    later(desk, hours=1)
    assert await desk.dispatcher.dispatch() == 1
    assert desk.texts(ANNA) == ["一小时后"]


async def test_what_no_longer_matters_is_not_sent(desk: Desk) -> None:
    await desk.queue(ANNA, "k/1", "还剩一小时", expires_at=desk.clock.now() + timedelta(hours=1))
    later(desk, hours=2)
    await desk.dispatcher.dispatch()
    assert desk.texts(ANNA) == []
    assert await desk.states() == {"k/1": "skipped"}


async def test_a_server_in_trouble_is_waited_for(desk: Desk) -> None:
    desk.server.faults.append(Fault(status=502, times=3))
    await desk.queue(ANNA, "k/1", "请报送")
    for _ in range(4):
        await desk.dispatcher.dispatch()
        later(desk, minutes=1)
    assert desk.texts(ANNA) == ["请报送"]
    assert await desk.states() == {"k/1": "sent"}


async def test_too_many_requests_keeps_still_for_as_long_as_told(desk: Desk) -> None:
    desk.server.faults.append(Fault(status=429, retry_after=1))
    await desk.queue(ANNA, "k/1", "请报送")
    await desk.dispatcher.dispatch()
    later(desk, seconds=2)
    assert await desk.dispatcher.dispatch() == 0, "the channel asked for quiet: a second of the real clock"
    assert desk.texts(ANNA) == []


async def test_a_reminder_that_may_have_arrived_is_not_repeated_but_listed(desk: Desk) -> None:
    desk.server.faults.append(Fault(drop="after"))
    await desk.queue(ANNA, "k/1", "请报送")
    await desk.dispatcher.dispatch()
    later(desk, hours=1)
    await desk.dispatcher.dispatch()
    assert desk.texts(ANNA) == ["请报送"]
    assert await desk.states() == {"k/1": "unknown"}
    listed = await desk.store.read(outbox.troubles, 10)
    assert [row.person_name for row in listed] == ["甲联系人"]


async def test_a_file_that_may_have_arrived_is_sent_once_more(desk: Desk, pdf: Attachment) -> None:
    desk.server.faults.append(Fault(method="sendDocument", drop="before"))
    await desk.queue(ANNA, "k/1", Message("汇总表请查收", attachments=(pdf,)), kind="file")
    await desk.dispatcher.dispatch()
    later(desk, minutes=1)
    await desk.dispatcher.dispatch()
    files = [message.file for message in desk.server.by_bot(ANNA) if message.file is not None]
    assert [file.name for file in files] == ["报告（盖章）.pdf"]


async def test_who_blocked_the_bot_is_marked_and_listed(desk: Desk) -> None:
    desk.server.faults.append(Fault(status=403, description="Forbidden: bot was blocked by the user", chat=ANNA))
    await desk.queue(ANNA, "k/1", "请报送")
    await desk.queue(BOB, "k/2", "请报送")
    await desk.dispatcher.dispatch()
    assert await desk.states() == {"k/1": "dead", "k/2": "sent"}
    assert await desk.unreachable(ANNA) != ""
    assert desk.texts(BOB) == ["请报送"]
    assert [row.state for row in await desk.store.read(outbox.troubles, 10)] == ["dead"]


async def test_the_brigade_hears_at_once_of_whoever_blocked_the_bot(desk: Desk) -> None:
    await desk.store.run(people.grant, desk.people[ANNA], "contact", "nongji")
    await desk.store.run(people.grant, desk.people[BOB], "brigade")
    desk.server.faults.append(
        Fault(status=403, description="Forbidden: bot was blocked by the user", chat=ANNA, times=2)
    )
    for key in ("k/1", "k/2"):
        await desk.queue(ANNA, key, "请报送")
    await desk.dispatcher.dispatch()
    assert [said for said in desk.texts(BOB) if "甲联系人（农机服务中心联系人）收不到消息了" in said] == desk.texts(BOB)
    assert len(desk.texts(BOB)) == 1


async def test_one_tap_sends_it_again(desk: Desk) -> None:
    desk.server.faults.append(Fault(drop="before"))
    await desk.queue(ANNA, "k/1", "请报送")
    await desk.dispatcher.dispatch()
    [row] = await desk.store.read(outbox.troubles, 10)
    assert await desk.store.run(outbox.resend, row.id)
    assert not await desk.store.run(outbox.resend, row.id), "the second tap finds it queued"
    await desk.dispatcher.dispatch()
    assert desk.texts(ANNA) == ["请报送"]
    assert await desk.store.read(outbox.troubles, 10) == []


async def test_a_silent_channel_does_not_hold_up_the_others_rows(desk: Desk) -> None:
    desk.server.faults.append(Fault(delay=2, chat=ANNA))
    await desk.queue(ANNA, "k/1", "请报送")
    await desk.queue(BOB, "k/2", "请报送")
    await desk.dispatcher.dispatch()
    assert desk.texts(BOB) == ["请报送"]
    assert (await desk.states())["k/1"] == "unknown"


async def test_a_message_that_cannot_be_made_is_listed_and_stops_nothing(desk: Desk, pdf: Attachment) -> None:
    desk.files.path(pdf.ref).unlink()
    await desk.queue(ANNA, "k/1", Message("请查收", attachments=(pdf,)), kind="file")
    await desk.queue(ANNA, "k/2", "请报送")
    await desk.dispatcher.dispatch()
    assert await desk.states() == {"k/1": "dead", "k/2": "sent"}


async def test_replies_are_not_paced_and_keep_their_order(desk: Desk) -> None:
    rows = await desk.store.run(_replies, 20)
    await desk.dispatcher.send(rows)
    await desk.dispatcher.flush()
    assert desk.texts(ANNA) == [f"第{number}条" for number in range(20)]
    assert set((await desk.states()).values()) == {"sent"}


async def test_a_reply_cut_short_by_a_crash_is_sent_once_by_the_next_process(desk: Desk) -> None:
    await desk.store.run(_replies, 1)  # committed as being sent, then its process died
    survivor = desk.another("second")
    later(desk, minutes=2)
    await survivor.dispatch()
    await survivor.dispatch()
    assert desk.texts(ANNA) == ["第0条"]


def _replies(work: Work, count: int) -> list[Outgoing]:
    account = people.account(work, "telegram", str(ANNA))
    return [
        outbox.reply(
            work,
            key=f"reply/1/{number}",
            account=account,
            payload=Message(f"第{number}条").to_json(),
            edits="",
            owner="first",
        )
        for number in range(count)
    ]


async def _a_long_ledger(desk: Desk) -> Attachment:
    """Put more on the ledger than is written in the bot's own process."""

    def fill(work: Work) -> None:
        for number in range(MOST + 1):
            making.enter(work, desk.people[BOB], making.new(f"第{number}件问题"))

    await desk.store.run(fill)
    return Attachment("table", "ledger/", "台账.xlsx")


async def test_a_long_table_holds_up_nobodys_reminder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "UNHURRIED", 0.01)
    table = await _a_long_ledger(desk)
    await desk.queue(ANNA, "book/1", Message("台账如下", attachments=(table,)), kind="file")
    await desk.dispatcher.dispatch()
    assert (await desk.states())["book/1"] == "sending"
    await desk.queue(BOB, "k/1", "请于周五12:00前报送")
    await desk.dispatcher.dispatch()
    assert desk.texts(BOB) == ["请于周五12:00前报送"]
    assert desk.texts(ANNA) == []
    async with asyncio.timeout(60):
        while (await desk.states())["book/1"] == "sending":  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    assert desk.texts(ANNA) == ["台账如下"]
    assert set((await desk.states()).values()) == {"sent"}


async def test_a_table_that_takes_longer_than_its_lease_is_sent_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "UNHURRIED", 0.01)
    monkeypatch.setattr(dispatcher, "LEASE", timedelta(seconds=0.6))
    table = await _a_long_ledger(desk)
    await desk.queue(ANNA, "book/1", Message("台账如下", attachments=(table,)), kind="file")
    while not desk.texts(ANNA):
        later(desk, seconds=0.1)
        await desk.dispatcher.dispatch()
        await asyncio.sleep(0.1)
    async with asyncio.timeout(60):
        while desk.dispatcher._sending:  # noqa: ASYNC110 - another process writes for it
            await asyncio.sleep(0.05)
    assert len(desk.texts(ANNA)) == 1


async def test_a_reply_whose_file_cannot_be_made_says_so_and_keeps_its_buttons(desk: Desk) -> None:
    lost = Message(
        "以下为材料", buttons=((Button("返回菜单", "m:menu"),),), attachments=(Attachment("file", "0" * 64, "x"),)
    )

    def reply(work: Work) -> Outgoing:
        account = people.account(work, "telegram", str(ANNA))
        return outbox.reply(work, key="reply/1/0", account=account, payload=lost.to_json(), edits="", owner="first")

    await desk.dispatcher.send([await desk.store.run(reply)])
    [shown] = desk.server.by_bot(ANNA)
    assert shown.has("文件没有生成成功")
    assert shown.labels == ["返回菜单"]


async def test_a_notice_whose_picture_cannot_be_made_says_at_least_what_it_has_to_say(desk: Desk) -> None:
    lost = Message("本周报送：应报16家，已报12家", attachments=(Attachment("file", "0" * 64, "整治情况.png"),))
    await desk.queue(ANNA, "summary/2020-W28", lost)
    await desk.dispatcher.dispatch()
    [shown] = desk.server.by_bot(ANNA)
    assert shown.has("已报12家")
    assert shown.has("文件没有生成成功")
