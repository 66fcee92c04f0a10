"""A problem from its discovery to its closing, by people with phones, against a real process over real HTTP."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from tests.e2e.bureau import Bureau
    from tests.kit.phone import Phone

PDF = b"%PDF-1.7 the mended record"


async def _answers(phone: Phone, *steps: str) -> None:
    for step in steps:
        await (phone.taps(step.removeprefix("tap:")) if step.startswith("tap:") else phone.says(step))


async def test_a_problem_from_discovery_to_closing(small_bureau: Bureau) -> None:
    bureau = small_bureau
    contact = await bureau.person("赵某", "contact", "nongji")
    head = await bureau.person("钱某", "head", "nongji")
    brigade = await bureau.person("孙某", "brigade")
    bot = bureau.bot("2020-07-09 12:00")
    await bot.start()

    await contact.says("/menu")
    await _answers(
        contact,
        *("tap:录入问题", "tap:行政执法责任制", "tap:案卷评查", "tap:自查", "tap:不作为", "7月1日", "6月30日"),
        *("tap:否", "tap:一般", "抽查卷宗3份，其中1份缺少现场检查笔录", "tap:跳过", "tap:跳过"),
        *("tap:限期整改", "补正卷宗", "张某", "13800000000", "7月15日前补正", "7月20日", "tap:提交"),
    )
    assert contact.last.has("编号 NJ-2020-001")
    await _answers(contact, "tap:查看这件", "tap:申请销号", "tap:否", "卷宗已补正", "7月9日", "tap:跳过")
    await contact.sends_file("整改后.pdf", PDF)
    await _answers(contact, "tap:完成", "tap:提交")
    assert contact.last.has("已转钱某签批")

    request = await head.reads("请签批：申请销号")
    await head.taps("查看材料", on=request)
    await head.reads("整改后.pdf")
    assert [message.file.content for message in head.messages if message.file] == [PDF]
    await head.taps("同意", on=request)
    asked = await brigade.reads("请核查：申请销号")
    await brigade.taps("同意销号", on=asked)
    assert brigade.last.has("已销号")
    await contact.reads("大队已同意销号")

    await brigade.taps("销号申请单")
    sheet = (await brigade.reads("打印后请负责人签字")).file
    assert sheet is not None
    assert sheet.name == "销号申请单_NJ-2020-001.xlsx"
    assert "卷宗已补正" in _text(sheet.content)

    await _answers(brigade, "/menu", "tap:问题台账", "tap:导出台账")
    ledger = (await brigade.reads("的台账，共")).file
    assert ledger is not None
    assert "抽查卷宗3份，其中1份缺少现场检查笔录" in _text(ledger.content)
    await brigade.taps("问题台账")
    await brigade.taps("导出公开版")
    public = (await brigade.reads("已隐去姓名")).file
    assert public is not None
    assert "张某" not in _text(public.content)
    assert "13800000000" not in _text(public.content)
    await _answers(brigade, "/menu", "tap:对账表", "tap:导出对账表")
    account = (await brigade.reads("的对账情况")).file
    assert account is not None
    assert bureau.unit_name("nongji") in _text(account.content)
    await bot.stop()


def _text(content: bytes) -> str:
    """Return everything a workbook says."""
    book = openpyxl.load_workbook(BytesIO(content))
    return "\n".join(
        str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row if cell
    )
