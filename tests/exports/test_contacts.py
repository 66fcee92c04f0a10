"""附件1 as a workbook: made of what the contacts file, with every unit that still owes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.exports.opened import opened
from tests.services.test_duty_forms import fills
from tests.services.test_submission_life import stamp

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office

LEADER = ("孙某", "tap:副主任", "13800000001")
CONTACT = ("tap:科员", "13800000000")


async def files(office: Office, unit: str, *steps: str) -> tuple[Chat, Chat]:
    contact = await office.person(f"{unit}联系人", ("contact", unit))
    head = await office.person(f"{unit}负责人", ("head", unit))
    await fills(contact, f"contacts/2020-06-30@{unit}", *steps, "tap:提交")
    return contact, head


async def test_the_sheet_tells_who_leads_and_who_is_the_contact(office: Office) -> None:
    office.it_is("2020-06-29 09:00")
    contact, head = await files(office, "nongji", *LEADER, *CONTACT, "=1+1")
    await head.taps("同意报送")
    await stamp(contact)
    office.it_is("2020-07-01 10:30")
    contact, head = await files(office, "xumu", "周某", "@主任", "0371-66660000转8", *CONTACT, "-1")
    await head.taps("同意报送")
    await stamp(contact)
    await files(office, "dongwu", *LEADER, *CONTACT, "tap:跳过")
    table = await office.store.run(opened, "contacts")

    assert table.title == "行政执法不作为乱作为专项整治联系人汇总表（附件1）"
    assert table.of("农机服务中心") == {
        "序号": 1,
        "单位": "农机服务中心",
        "分管领导 姓名": "孙某",
        "分管领导 职务": "副主任",
        "分管领导 联系电话": "13800000001",
        "联系人 姓名": "nongji联系人",
        "联系人 职务": "科员",
        "联系人 联系电话": "13800000000",
        "备注": "=1+1",
        "填报人": "nongji联系人",
        "签批人": "nongji负责人",
        "报送时间": datetime(2020, 6, 29, 9),  # noqa: DTZ001 - a workbook knows no zones
        "报送情况": "按时",
    }
    late, waiting, missing = (table.of(unit) for unit in ("畜牧兽医服务中心", "动物卫生监督室", "水产技术推广中心"))
    assert (late["分管领导 职务"], late["备注"], late["报送情况"]) == ("@主任", "-1", "迟报")
    assert (waiting["分管领导 姓名"], waiting["填报人"], waiting["报送情况"]) == (None, "dongwu联系人", "待签批")
    assert (missing["联系人 姓名"], missing["报送情况"]) == (None, "未报送")
    assert [line["单位"] for line in table.lines] == [unit.name for unit in office.campaign.units]
    assert table.notes[0] == "报送情况：应报16家，按时1家，迟报1家，待签批1家，未报送13家。"
    assert {cell.data_type for row in table.sheet["C5:I20"] for cell in row if cell.value is not None} == {"s"}


async def test_before_its_day_nobody_is_missing_yet(office: Office) -> None:
    office.it_is("2020-06-29 09:00")
    table = await office.store.run(opened, "contacts")

    assert {line["报送情况"] for line in table.lines} == {"尚未报送"}
    assert "报送期限：2020年6月30日前" in {cell.value for cell in table.sheet[2]}
    assert "制表人：" in table.notes[-1]


async def test_a_correction_on_its_way_leaves_what_was_reported(office: Office) -> None:
    office.it_is("2020-06-29 09:00")
    contact, head = await files(office, "nongji", *LEADER, *CONTACT, "tap:跳过")
    await head.taps("同意报送")
    await stamp(contact)
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    await contact.answers("1", "吴某", "tap:提交")
    line = (await office.store.run(opened, "contacts")).of("农机服务中心")

    assert (line["分管领导 姓名"], line["报送情况"]) == ("孙某", "按时\n（更正中）")
