"""A table for a mailbox through the dispatcher: what becomes of its row when the mail server does not take it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.core.campaign import Recipient
from bot.core.mail_server import MailServer
from bot.core.messages import Attachment, Message
from exports.channels.absent import AbsentChannel
from exports.channels.mail import MailChannel
from exports.channels.telegram import TelegramChannel
from exports.channels.wecom import WecomChannel
from exports.files import Maker
from scheduler import dispatcher as dispatching
from scheduler.dispatcher import Dispatcher
from scheduler.pace import BURST
from storage import outbox
from storage.tables import Outbox
from tests.kit.smtp import CUT, SILENCE, USER, Fault, MailHouse
from tests.kit.wecom import KEY, WecomHouse
from tests.scheduler.conftest import ANNA, BOB

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.channels.base import Channel
    from storage.files import FileStore
    from storage.work import Work
    from tests.scheduler.conftest import Desk

OFFICE = Recipient(key="office", name="整治办邮箱", channel="mail", address=USER)


def dispatcher(desk: Desk, channel: Channel, files: FileStore) -> Dispatcher:
    return Dispatcher(desk.store, {"mail": channel}, Maker(desk.store, files), owner="first")


async def queue(desk: Desk, file: Attachment, number: int = 1, channel: str = "mail", to: str = "office") -> None:
    def put(work: Work) -> None:
        payload = Message("请查收", title="汇总表", attachments=(file,)).to_json()
        key = f"weekly/2020-W28/table/weekly/{number}"
        outbox.put(work, key=key, recipient=f"to:{to}", kind="push", channel=channel, address=to, payload=payload)

    await desk.store.run(put)


async def states(desk: Desk) -> list[tuple[str, str]]:
    def look(work: Work) -> list[tuple[str, str]]:
        rows = work.conn.execute(select(col(Outbox.state), col(Outbox.error)).order_by(col(Outbox.id)))
        return [(row.state, row.error) for row in rows]

    return await desk.store.read(look)


async def state(desk: Desk) -> tuple[str, str]:
    (only,) = await states(desk)
    return only


@pytest.mark.parametrize(
    ("fault", "expected", "later"),
    [
        (Fault("rcpt", "451 4.7.1 greylisted"), ("new", "邮件服务器要求稍后再发（451）"), "sent"),
        (Fault("connect", CUT), ("new", "连不上邮件服务器"), "sent"),
        (Fault("rcpt", "550 5.1.1 unknown"), ("dead", "收件邮箱不被接受（550），请核对地址"), "dead"),
        (Fault("end", CUT), ("unknown", "邮件发出后连接中断"), "unknown"),
    ],
)
async def test_what_becomes_of_a_table(
    desk: Desk, pdf: Attachment, fault: Fault, expected: tuple[str, str], later: str
) -> None:
    async with MailHouse(faults=[fault]) as house:
        server = MailServer.parse(house.address)
        channel = MailChannel(MailServer(server.host, server.port, "none", sender=USER), lambda _: OFFICE)
        post = dispatcher(desk, channel, desk.files)
        await queue(desk, pdf)
        await post.dispatch()
        await post.flush()
        assert await state(desk) == expected
        desk.clock.move(desk.clock.now() + timedelta(minutes=10))
        for _ in range(2):
            await post.dispatch()
        await post.flush()
        assert (await state(desk))[0] == later
    assert len(house.mails) == (later != "dead"), "not more than once, whatever happened"


async def test_a_channel_nobody_has_set_up_says_so(desk: Desk, pdf: Attachment) -> None:
    post = dispatcher(desk, AbsentChannel("mail", "还没有设置发信服务器"), desk.files)
    await queue(desk, pdf)
    await post.dispatch()
    await post.flush()
    assert await state(desk) == ("dead", "还没有设置发信服务器")


async def test_a_mail_server_that_says_nothing_holds_up_nobody_else(
    desk: Desk, pdf: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "UNHURRIED", 0.01)
    async with MailHouse(faults=[Fault("connect", SILENCE)] * 4) as house:
        server = MailServer.parse(house.address)
        mail = MailChannel(MailServer(server.host, server.port, "none", sender=USER), lambda _: OFFICE)
        channels: dict[str, Channel] = {"mail": mail, "telegram": TelegramChannel(desk.api)}
        post = Dispatcher(desk.store, channels, Maker(desk.store, desk.files), owner="first")
        for number in range(6):
            await queue(desk, pdf, to=f"office{number}")
        await post.dispatch()
        await desk.queue(ANNA, "weekly/2020-W28/table/weekly/1", Message("请查收", attachments=(pdf,)), kind="push")
        await desk.queue(BOB, "k/1", "请于周五12:00前报送")
        await post.dispatch()
        await until(lambda: desk.texts(ANNA) and desk.texts(BOB))
        await until(lambda: house.connections == 4)

        desk.clock.move(desk.clock.now() + timedelta(minutes=5))  # longer than any lease
        await post.dispatch()
        under_way = [state for state, _ in await states(desk)][:6]
        assert sorted(under_way, reverse=True) == ["sending"] * 4 + ["claimed"] * 2, (
            "its own process knows that it is still at it"
        )
        await post.close()


async def test_groups_waiting_for_their_turn_hold_up_nobody_else(
    desk: Desk, pdf: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "UNHURRIED", 0.01)
    async with WecomHouse() as house:
        group = Recipient(key="group", name="整治工作群", channel="wecom")
        wecom = WecomChannel({f"group{number}": KEY for number in range(BURST + 3)}, lambda _: group, house.url)
        channels: dict[str, Channel] = {"wecom": wecom, "telegram": TelegramChannel(desk.api)}
        post = Dispatcher(desk.store, channels, Maker(desk.store, desk.files), owner="first")
        for number in range(BURST + 3):
            await queue(desk, pdf, channel="wecom", to=f"group{number}")
        await post.dispatch()
        await desk.queue(BOB, "k/1", "请于周五12:00前报送")
        await post.dispatch()
        await until(lambda: desk.texts(BOB) and len(house.shown[KEY]) == 2 * BURST)
        await post.close()
    assert [state for state, _ in await states(desk)].count("claimed") == 3, "a group takes no more in a minute"


async def test_a_table_that_was_renewed_while_it_was_tried_does_not_come_after_all(desk: Desk, pdf: Attachment) -> None:
    async with MailHouse(faults=[Fault("rcpt", "451 4.7.1 greylisted")]) as house:
        server = MailServer.parse(house.address)
        channel = MailChannel(MailServer(server.host, server.port, "none", sender=USER), lambda _: OFFICE)
        post = dispatcher(desk, channel, desk.files)
        await queue(desk, pdf, 9)
        await post.dispatch()
        await queue(desk, pdf, 10)
        desk.clock.move(desk.clock.now() + timedelta(minutes=10))
        await post.dispatch()
        async with asyncio.timeout(10):
            while ("sent", "") not in await states(desk):  # noqa: ASYNC110 - of other tasks
                await asyncio.sleep(0.01)
        await post.close()
    assert await states(desk) == [("skipped", "outdated"), ("sent", "")]
    assert len(house.mails) == 1


async def until(met: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not met():  # noqa: ASYNC110 - of other tasks
            await asyncio.sleep(0.01)
