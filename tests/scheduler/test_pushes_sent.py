"""A table for a mailbox through the dispatcher: what becomes of its row when the mail server does not take it."""

from __future__ import annotations

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
from exports.files import Maker
from scheduler.dispatcher import Dispatcher
from storage import outbox
from storage.tables import Outbox
from tests.kit.smtp import CUT, USER, Fault, MailHouse

if TYPE_CHECKING:
    from exports.channels.base import Channel
    from storage.files import FileStore
    from storage.work import Work
    from tests.scheduler.conftest import Desk

OFFICE = Recipient(key="office", name="整治办邮箱", channel="mail", address=USER)


def dispatcher(desk: Desk, channel: Channel, files: FileStore) -> Dispatcher:
    return Dispatcher(desk.store, {"mail": channel}, Maker(desk.store, files), owner="first")


async def queue(desk: Desk, file: Attachment) -> None:
    def put(work: Work) -> None:
        payload = Message("请查收", title="汇总表", attachments=(file,)).to_json()
        key = "weekly/2020-W28/table/weekly/1"
        outbox.put(work, key=key, recipient="to:office", kind="push", channel="mail", address="office", payload=payload)

    await desk.store.run(put)


async def state(desk: Desk) -> tuple[str, str]:
    def look(work: Work) -> tuple[str, str]:
        row = work.conn.execute(select(col(Outbox.state), col(Outbox.error))).one()
        return row.state, row.error

    return await desk.store.read(look)


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
