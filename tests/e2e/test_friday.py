"""The Friday report from the invitation to the table, by people with phones, against a real process over real HTTP."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.e2e.bureau import Bureau, free_port
from tests.e2e.clerk import SCAN
from tests.kit.phone import Phone
from tests.kit.process import Bot, command

if TYPE_CHECKING:
    from tests.kit.botapi import Shown


async def invited(bot: Bot, role: str, unit: str = "", name: str = "") -> str:
    """Let the operator print an invitation; return what stands behind the link's "start="."""
    settings = {key: value for key, value in bot.environment().items() if key.startswith("DUBAN_")}
    to_unit = ["--unit", unit] if unit else []
    ended = await command(
        "invite", "--role", role, *to_unit, "--name", name, folder=bot.folder, settings=settings, forked=bot.forked
    )
    assert (ended.status, ended.err) == (0, "")
    link, _, token = ended.out.splitlines()[0].partition("?start=")
    assert link == f"https://t.me/{bot.server.username}"
    return token


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_friday_from_the_invitation_to_the_table(  # noqa: PLR0915 - it is one conversation
    way: str, small_bureau: Bureau
) -> None:
    bureau, server = small_bureau, small_bureau.server
    how: dict[str, object] = {"forked": way == "webhook"}
    if way == "webhook":
        port = free_port()
        how |= {"web": f"127.0.0.1:{port}", "webhook": f"http://127.0.0.1:{port}/telegram"}

    morning = bureau.bot("2020-07-09 12:00", **how)
    await morning.start()
    contact, head, late, late_head, brigade = await _everybody(morning)

    # The contact fills in the form: taps, texts, numbers, a file.
    await contact.taps("填报本周信息")
    assert contact.last.has("第1题/共8题")
    await contact.taps("行政执法监督制度")
    await contact.taps("社会监督")
    await contact.taps("完成")
    await contact.says("召开部署会，检查农资门店12家")
    await contact.taps("跳过")
    await contact.says("三")
    await contact.says("其中3件尚未录入")
    await contact.says("2")
    await contact.says("正在办理销号")
    assert contact.last.has("共11题")
    await contact.says("执法记录填写不规范，已补正")
    await contact.taps("跳过")
    await contact.says("开展案卷评查")
    await contact.sends_file("盖章件.pdf", SCAN)
    await contact.taps("完成")
    assert contact.last.has("请核对以下内容")
    await contact.taps("提交")
    assert contact.last.has("提交成功")
    assert contact.last.has("已转钱某签批")

    # The head sees all of it, the scan too, and signs.
    request_to_sign = await head.reads("请签批")
    for words in ("召开部署会，检查农资门店12家", "执法记录填写不规范，已补正", "开展案卷评查"):
        assert any(message.has(words) for message in head.messages)
    assert [message.file.content for message in head.messages if message.file] == [SCAN]
    await head.taps("同意报送", on=request_to_sign)
    await contact.reads("已签批")
    await morning.stop()

    # At noon the brigade hears who is missing and gets the table.
    noon = bureau.bot("2020-07-10 11:59:50", speed=3, **how)
    await noon.start()
    missing = await brigade.reads("未报15个")
    assert bureau.unit_name("nongji") not in missing.text
    assert bureau.unit_name("xumu") in missing.text
    first = await brigade.reads("汇总表请查收")
    rows = _rows(bureau, first)
    assert list(rows) == [unit.name for unit in bureau.campaign.units]
    assert "按时" in rows[bureau.unit_name("nongji")]
    assert "召开部署会，检查农资门店12家" in rows[bureau.unit_name("nongji")]
    assert all("未报送" in rows[unit.name] for unit in bureau.campaign.units[1:])

    # One tap nudges the missing; the late report comes in.
    await brigade.taps("催报", on=missing)
    assert brigade.last.has("已催报1家")
    assert brigade.last.has(bureau.unit_name("fagui"))
    nudge = await late.reads("执法大队催报")
    await late.taps("填报本周信息", on=nudge)
    await late.taps("零报告")
    assert late.last.has("提交成功")
    await head.reads("请签批")
    await late_head.reads("请签批")
    await late_head.taps("同意报送")
    await late.reads("已签批")
    await noon.stop()

    # Half an hour later there is a new table, once.
    how["forked"] = True
    for clock in ("2020-07-10 12:30:30", "2020-07-10 12:45"):
        bot = bureau.bot(clock, **how)
        await bot.start()
        await brigade.reads("汇总表已更新")
        await brigade.says("/status")
        assert brigade.last.has("应报16家：已报送2家")
        await bot.stop()
    assert "迟报\n（零报告）" in _rows(bureau, await brigade.reads("汇总表已更新"))[bureau.unit_name("xumu")]
    tables = [message for message in brigade.messages if message.file]
    assert len(tables) == 2
    assert not server.duplicates().keys() - {(brigade.user, brigade.last.text)}


async def _everybody(bot: Bot) -> list[Phone]:
    """Invite five people, and let each open the link on their phone."""
    people = [
        ("contact", "nongji", "赵某"),
        ("head", "nongji", "钱某"),
        ("contact", "xumu", "孙某"),
        ("head", "xumu", "周某"),
        ("brigade", "", "李某"),
    ]
    tokens = await asyncio.gather(*(invited(bot, *person) for person in people))
    phones = [Phone(bot.server, 7001 + place, name, timeout=15) for place, (_, _, name) in enumerate(people)]
    for phone, token, (_, _, name) in zip(phones, tokens, people, strict=True):
        await phone.says(f"/start {token}")
        assert phone.last.has(f"{name}，您好")
    return phones


def _rows(bureau: Bureau, table: Shown) -> dict[str, list[object]]:
    """Open the workbook as the brigade does; return the units' rows by the unit's name, in their order."""
    assert table.file is not None
    assert table.file.name == "每周工作信息汇总表_2020年第28周.xlsx"
    sheet = openpyxl.load_workbook(BytesIO(table.file.content)).worksheets[0]
    names = {unit.name for unit in bureau.campaign.units}
    values = sheet.iter_rows(values_only=True)
    rows: list[list[object]] = [[cell for cell in row if cell is not None] for row in values]
    return {str(row[1]): row for row in rows if len(row) > 1 and row[1] in names}
