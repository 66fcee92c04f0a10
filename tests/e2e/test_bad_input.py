"""Whatever people send and however the network behaves: one friendly sentence, nothing lost, no error in the log."""

from __future__ import annotations

import asyncio
import itertools
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.bureau import Bureau
    from tests.kit.phone import Phone
    from tests.kit.process import Bot

MB = 1024 * 1024
FORMULA, MARKUP = '=HYPERLINK("http://x","点我")', "<b>完成</b> & *整改* _1_"
CONTROL = "检查\x00\x08门店\x0b12家\u202e\ufeff"


@pytest.fixture
async def bot(small_bureau: Bureau) -> AsyncIterator[Bot]:
    bot = small_bureau.bot("2020-07-09 12:00")
    await bot.start()
    yield bot
    if bot.alive:
        await bot.stop()


async def at_the_second_question(bureau: Bureau) -> Phone:
    contact = await bureau.person("赵某", "contact", "nongji")
    await contact.says("/weekly")
    await contact.taps("跳过")
    assert contact.last.has("开展了哪些工作")
    return contact


async def test_whatever_is_sent_is_told_in_a_sentence_and_the_question_stands(small_bureau: Bureau, bot: Bot) -> None:
    contact = await at_the_second_question(small_bureau)
    server = small_bureau.server

    async def told(words: str) -> None:
        assert contact.last.has(words), contact.last
        assert contact.last.has("开展了哪些工作"), contact.last

    await contact.says("长" * 4096)  # Telegram's apps cut 5,000 characters in two
    await told("最多1500字")
    await contact.says("长" * 904, answered=False)
    await contact.sends({"sticker": {"file_id": "s", "emoji": "👍"}})
    await told("表情")
    await contact.sends({"voice": {"file_id": "v", "duration": 3}})
    await told("语音")
    await contact.sends({"location": {"latitude": 1.0, "longitude": 2.0}})
    await told("位置")
    await contact.sends(
        {"document": {"file_id": "big", "file_unique_id": "b", "file_name": "录像.mp4", "file_size": 25 * MB}}
    )
    await told("文件太大，最大20 MB")
    await contact.says(" \u200b\u3000 ")
    await told("还没有写内容")
    await contact.sends({"dice": {"emoji": "🎲", "value": 3}})
    assert contact.last.has("开展了哪些工作")
    assert not server.counts["getFile"]


async def test_formulas_markup_and_control_characters_are_text_everywhere(small_bureau: Bureau, bot: Bot) -> None:
    contact = await at_the_second_question(small_bureau)
    head = await small_bureau.person("<i>钱某</i>", "head", "nongji")
    brigade = await small_bureau.person("李某", "brigade")
    await contact.says(FORMULA)
    await contact.says(MARKUP)
    await contact.says("3件")
    await contact.says("尚未录入")
    await contact.says("１")
    await contact.says("尚未录入")
    await contact.says(CONTROL)
    await contact.says("👨‍👩‍👧‍👦" * 20)
    await contact.says("]]> &amp; ��")
    await contact.sends_file('../../"坏"\n名.pdf', b"%PDF-1.7")
    await contact.taps("完成")
    for words in (FORMULA, MARKUP, "检查门店12家"):
        assert contact.last.has(words)
    await contact.taps("提交")
    await head.reads("请签批")
    await head.taps("同意报送")
    await contact.reads("已签批")
    await brigade.says("导出汇总表")
    table = await brigade.reads("汇总情况")
    assert table.file is not None
    sheet = openpyxl.load_workbook(BytesIO(table.file.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {FORMULA, MARKUP, "检查门店12家"} <= {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any("<i>钱某</i>" in str(cell.value) for cell in cells)


async def test_stale_buttons_and_other_peoples_do_nothing(small_bureau: Bureau, bot: Bot) -> None:
    contact = await small_bureau.person("赵某", "contact", "nongji")
    other = await small_bureau.person("孙某", "contact", "xumu")
    stranger = await small_bureau.person("路人", "contact", "dongwu")
    await contact.says("/weekly")
    stale = contact.last.data("跳过")
    assert stale is not None
    await contact.taps("跳过")
    await contact.says("检查农资门店12家")
    await contact.taps_data(stale)
    assert contact.last.has("这一步已经答过了")
    assert contact.last.has("取得了哪些成效")
    action = contact.last.data("跳过")
    assert action is not None
    await other.says("/menu")
    await other.taps_data(action)
    assert other.last.has("请从下面选择")
    await stranger.says("/menu")
    for forged in (
        "d:1:1:ok",
        "m:ok:1",
        "m:see:1",
        "m:urge:weekly/2020-W28",
        "m:" + "x" * 60,
        "乱",
        "d:999999999999999999999:1:ok",
    ):
        await stranger.taps_data(forged)
        assert stranger.last.has("帮助") or stranger.last.has("返回菜单"), forged
    assert contact.last.has("取得了哪些成效")
    assert not await small_bureau.filed("nongji")


async def test_somebody_who_blocked_the_bot_is_shown_to_the_brigade(small_bureau: Bureau) -> None:
    gone = await small_bureau.person("赵某", "contact", "nongji")
    brigade = await small_bureau.person("李某", "brigade")
    gone.chat.blocked = True
    bot = small_bureau.bot("2020-07-10 11:00:10")
    await small_bureau.beats(bot)
    await brigade.says("/menu")
    await brigade.taps("送达异常（1）")
    assert brigade.last.has("赵某：催办提醒")
    assert brigade.last.has("未送达")
    gone.chat.blocked = False
    await brigade.taps("重发第1条")
    await gone.reads("催办提醒")
    await brigade.says("/menu")
    assert not brigade.last.has("送达异常")
    await bot.stop()


async def test_a_retry_after_is_obeyed(small_bureau: Bureau) -> None:
    contact = await small_bureau.person("赵某", "contact", "nongji")
    server = small_bureau.server
    server.faults.append(Fault("sendMessage", status=429, retry_after=2, chat=contact.user))
    bot = small_bureau.bot("2020-07-10 11:00:10")
    await bot.start()
    await server.wait_for(lambda: not server.faults, 10)
    told = asyncio.get_running_loop().time()
    await contact.reads("催办提醒")
    assert asyncio.get_running_loop().time() - told >= 1.9
    await small_bureau.quiet()
    assert len(contact.messages) == 1
    await bot.stop()


async def test_a_form_gets_through_a_bad_network(small_bureau: Bureau, bot: Bot) -> None:
    server = small_bureau.server
    contact = await small_bureau.person("赵某", "contact", "nongji")
    contact.timeout = 15
    faults = itertools.cycle(
        (
            {"status": 502},
            {"drop": "before"},
            {"status": 500, "times": 2},
            {"drop": "after"},
            {"status": 429, "retry_after": 1},
            {"method": "getUpdates", "status": 502},
            {"method": "getUpdates", "drop": "before"},
        )
    )
    await contact.says("/weekly")
    await contact.taps("跳过")
    for answer, question in (
        ("检查农资门店12家", "取得了哪些成效"),
        ("完善公示栏目", "发现问题几件"),
        ("3", "发现问题数与问题台账不一致"),
        ("尚未录入", "整改完成几件"),
        ("0", "发现了哪些问题"),
        ("已补正", "有什么困难"),
        ("无", "下周有什么工作计划"),
        ("案卷评查", "如有照片"),
    ):
        server.faults.append(Fault(**next(faults)))  # type: ignore[arg-type]
        await contact.says(answer, answered=False)
        await contact.reads(question)
    server.faults.extend([Fault("getFile", status=502), Fault("file", drop="before")])
    await contact.sends_file("盖章件.pdf", b"%PDF-1.7")
    await contact.taps("完成")
    await contact.taps("提交")
    assert contact.last.has("提交成功")
    [filed] = await small_bureau.filed("nongji")
    assert filed.answers.pop("files")[0]["name"] == "盖章件.pdf"
    numbers = {"found": 3, "mended": 0, "ledger": {"found": 0, "mended": 0}}
    texts = {"found_remark": "尚未录入", "done": "检查农资门店12家", "results": "完善公示栏目", "problems": "已补正"}
    assert filed.answers == texts | numbers | {"difficulties": "无", "next": "案卷评查"}
