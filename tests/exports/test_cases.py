"""典型案例汇总表 as a workbook: every case that counts has a row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.messages import Tapped
from tests.exports.opened import opened
from tests.services.test_duty_forms import fills

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office


async def team(office: Office, unit: str) -> tuple[Chat, Chat]:
    contact = await office.person(f"{unit}联系人", ("contact", unit))
    return contact, await office.person(f"{unit}负责人", ("head", unit))


async def files(contact: Chat, unit: str, name: str, kind: str = "从重处罚") -> None:
    await fills(contact, f"case/new@{unit}", name, f"tap:{kind}", "2020-07-06", "=SUM(A1:A9)，种子200公斤")
    await fills_in(contact)


async def fills_in(contact: Chat) -> None:
    await contact.answers("没收违法所得", "tap:跳过")
    await contact.sends("决定书.pdf")
    await contact.answers("tap:完成", "tap:是", "tap:提交")


async def test_every_case_that_counts_has_a_row(office: Office) -> None:
    (xumu, xumu_head), (nongji, nongji_head) = await team(office, "xumu"), await team(office, "nongji")
    for chat, head, unit, name in (
        (xumu, xumu_head, "xumu", "某养殖场案"),
        (nongji, nongji_head, "nongji", "@某经营部案"),
    ):
        await files(chat, unit, name)
        await head.taps("同意报送")
    await files(nongji, "nongji", "-某合作社案", "不予处罚")
    await nongji_head.taps("同意报送")
    await files(nongji, "nongji", "未签批的案例")
    table = await office.store.run(opened, "cases")

    assert table.title == "行政执法不作为乱作为专项整治典型案例汇总表"
    assert [(line["单位"], line["案例名称"], line["案例类型"]) for line in table.lines] == [
        ("农机服务中心", "@某经营部案", "从重处罚"),
        ("农机服务中心", "-某合作社案", "不予处罚"),
        ("畜牧兽医服务中心", "某养殖场案", "从重处罚"),
    ]
    line = table.lines[0]
    assert (line["基本情况"], line["处理结果"], line["典型意义"]) == (
        "=SUM(A1:A9)，种子200公斤",
        "没收违法所得",
        None,
    )
    assert (line["附件"], line["是否可公开"], line["填报人"], line["签批人"]) == (
        "1个（决定书.pdf）",
        "是",
        "nongji联系人",
        "nongji负责人",
    )
    days = line["发生时间"], line["报送时间"]
    assert days == (datetime(2020, 7, 6), datetime(2020, 7, 9, 15))  # noqa: DTZ001 - a workbook knows no zones
    assert line["编号"] != table.lines[1]["编号"]
    assert table.notes[0] == "共3件，来自2家单位：从重处罚2件，不予处罚1件。"
    assert not [cell for row in table.sheet.iter_rows() for cell in row if cell.data_type == "f"]


async def test_an_accepted_case_stays_and_a_returned_one_goes(office: Office) -> None:
    contact, head = await team(office, "nongji")
    brigade = await office.person("周某", ("brigade", ""))
    for name in ("某经营部案", "某合作社案"):
        await files(contact, "nongji", name)
        await head.taps("同意报送")
    await brigade.does(Tapped("m:accept:1"))
    await brigade.does(Tapped("m:no:2"))
    await brigade.says("情节请补充")
    table = await office.store.run(opened, "cases")

    assert [line["案例名称"] for line in table.lines] == ["某经营部案"]


async def test_without_a_case_the_table_says_so(office: Office) -> None:
    table = await office.store.run(opened, "cases")

    assert table.lines == []
    assert table.notes[0] == "目前还没有已报送的案例。"
    assert table.notes[-1] == "制表人："
