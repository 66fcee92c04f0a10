"""The whole front at work: people with phones on one side, the services and the database on the other."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bot.app import Product
from bot.clock import RehearsalClock
from bot.config import Settings
from bot.services import enrolment
from handlers.telegram.front import TelegramFront
from handlers.telegram.ingress import Polling, Receiver
from tests.kit.botapi import Fault
from tests.kit.phone import Phone
from tests.telegram.conftest import campaign

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.kit.botapi import BotApiServer

THURSDAY = "2020-07-09T15:00:00+08:00"
UNIT = campaign().units[0]


@pytest.fixture
async def product(server: BotApiServer, database: Path) -> AsyncIterator[Product]:
    settings = Settings(
        _env_file=None,
        database=f"sqlite:///{database}",
        telegram_token=SecretStr(server.token),
        telegram_api=server.url,
    )
    clock = RehearsalClock(datetime.fromisoformat(THURSDAY))
    product = Product(settings, campaign(), clock)
    async with product.opened():
        assert product.api is not None
        front = TelegramFront(product.api, product.files, pause=0.01)
        product.serving.add(front)
        polling = Polling(product.api, Receiver(product.store, product.serving.hand), wait=1, pause=0.01)
        task = asyncio.create_task(polling.run())
        await product.start()
        yield product
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await product.serving.drain()
        await front.close()


async def enrolled(product: Product, server: BotApiServer, user: int, name: str, role: str) -> Phone:
    issued = await product.store.run(enrolment.invite, role, UNIT.key, name)
    phone = Phone(server, user, name)
    await phone.says(f"/start {issued.token}")
    return phone


async def test_a_report_goes_from_the_contact_to_the_head_and_back(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    head = await enrolled(product, server, 2, "钱某", "head")
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert contact.last.has("已提交")
    await head.reads("同意报送")
    await head.taps("同意报送")
    await contact.reads("已签批")
    await server.wait_for(lambda: not server.waiting_taps)
    assert not server.duplicates()


async def test_a_question_takes_the_place_of_the_one_before(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    await contact.taps("填报本周信息")
    question = contact.last
    await contact.taps("跳过")
    assert contact.last.id == question.id
    assert contact.last.edits


async def test_answers_typed_at_once_are_taken_in_their_order(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    for answer in ("检查农资门店12家", "完善公示栏目2个", "3", "尚未录入", "2", "尚未录入"):
        await contact.says(answer, answered=False)
    await contact.reads("发现了哪些问题")
    await contact.says("执法记录不规范，已补正")
    await contact.taps("跳过")
    await contact.says("开展案卷评查")
    await contact.taps("跳过")
    page = contact.last
    assert page.has("提交")
    for answer in ("检查农资门店12家", "完善公示栏目2个", "执法记录不规范，已补正", "开展案卷评查"):
        assert page.has(answer)


async def test_a_stale_tap_and_a_repeated_one_change_nothing(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    await contact.taps("填报本周信息")
    old = contact.last.data("跳过")
    assert old is not None
    await contact.taps("跳过")
    await contact.says("检查农资门店12家")
    await contact.taps_data(old)
    assert contact.last.has("取得了哪些成效")
    await contact.taps("上一步")
    assert contact.last.has("本周开展了哪些工作")


@pytest.mark.parametrize(
    "content",
    [{"sticker": {"file_id": "s"}}, {"voice": {"file_id": "v"}}, {"location": {"latitude": 1, "longitude": 2}}],
)
async def test_what_cannot_be_read_leaves_the_question_standing(
    product: Product, server: BotApiServer, content: dict[str, object]
) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    await contact.sends(content)
    assert contact.last.has("本周开展了哪些工作")


async def test_a_scan_becomes_part_of_the_report(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    for answer in ("检查", "", "0", "0", "", "评查"):
        await (contact.says(answer) if answer else contact.taps("跳过"))
    await contact.sends_file("现场照片.pdf", b"%PDF-1.7", caption="盖章件")
    await contact.taps("完成")
    assert contact.last.has("现场照片.pdf")


async def test_a_stranger_hears_one_line_and_a_group_nothing(product: Product, server: BotApiServer) -> None:
    stranger = Phone(server, 9, "路人")
    await stranger.says("你好")
    assert len(stranger.messages) == 1
    assert not stranger.last.buttons
    await stranger.says("在吗", answered=False)
    server.known(-5, kind="supergroup")
    server.message(-5, {"text": "/start"}, sender=9)
    await server.wait_for(lambda: not server.updates)
    await product.serving.drain()
    assert len(stranger.messages) == 1
    assert not server.by_bot(-5)


async def test_replies_come_through_a_shaky_network_once(product: Product, server: BotApiServer) -> None:
    contact = await enrolled(product, server, 1, "赵某", "contact")
    server.faults.append(Fault("*", status=502, times=3))
    await contact.taps("填报本周信息")
    await contact.reads("本周工作涉及哪些方面")
    server.faults.append(Fault("editMessageText", drop="after"))
    await contact.taps("跳过")
    await contact.reads("本周开展了哪些工作")
    await contact.says("检查")
    await contact.reads("取得了哪些成效")
    assert not server.duplicates()


async def test_three_hundred_people_at_once_are_each_answered_once(product: Product, server: BotApiServer) -> None:
    phones = [Phone(server, user, f"用户{user}", timeout=20) for user in range(100, 400)]
    await asyncio.gather(*(phone.says("你好") for phone in phones))
    assert all(len(phone.messages) == 1 for phone in phones)
