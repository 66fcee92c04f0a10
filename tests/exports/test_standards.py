"""行政裁量基准进度表 as a workbook: a column a power, counted by what the units have reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.exports.opened import opened
from tests.services.test_duty_forms import fills

if TYPE_CHECKING:
    from tests.kit.office import Office

#: 处罚 and 许可 with papers, 强制 nothing yet, the others do not occur.
FAR = (
    *("tap:已备案", "file:备案回执.pdf", "tap:完成"),
    *("tap:已公布", "tap:跳过", "tap:未制定", "tap:不涉及", "tap:不涉及", "tap:不涉及"),
)
NEAR = ("tap:已制定", "file:草案.docx", "tap:完成", "tap:未制定", *("tap:不涉及",) * 4)


async def files(office: Office, unit: str, *steps: str, signed: bool = True) -> None:
    contact = await office.person(f"{unit}联系人", ("contact", unit))
    head = await office.person(f"{unit}负责人", ("head", unit))
    await fills(contact, f"standards/2020-08-31@{unit}", *steps, "tap:提交")
    if signed:
        await head.taps("同意报送")


async def test_every_power_has_its_state_and_its_papers(office: Office) -> None:
    office.it_is("2020-08-28 09:00")
    await files(office, "nongji", *FAR, "+1，正在办理交接")
    await files(office, "xumu", *NEAR, "tap:跳过")
    await files(office, "dongwu", *FAR, "tap:跳过", signed=False)
    office.it_is("2020-09-01 09:00")
    table = await office.store.run(opened, "standards")

    assert table.title == "行政执法不作为乱作为专项整治行政裁量基准进度表"
    nongji = table.of("农机服务中心")
    powers = office.campaign.own_lists.powers
    assert [(nongji[f"{power} 进展"], nongji[f"{power} 材料"]) for power in powers] == [
        *(("已备案", 1), ("已公布", 0), ("未制定", None)),
        *(("不涉及", None),) * 3,
    ]
    assert (nongji["备注"], nongji["报送情况"]) == ("+1，正在办理交接", "按时")
    waiting = table.of("动物卫生监督室")
    assert (waiting["行政处罚 进展"], waiting["行政处罚 材料"], waiting["报送情况"]) == (None, None, "待签批")
    assert table.of("政策法规室")["报送情况"] == "未报送"


async def test_the_counts_below_are_those_of_the_columns(office: Office) -> None:
    office.it_is("2020-08-28 09:00")
    for unit, steps in (("nongji", FAR), ("xumu", NEAR), ("dongwu", FAR)):
        await files(office, unit, *steps, "tap:跳过")
    table = await office.store.run(opened, "standards")

    assert table.notes[0] == "行政处罚：已备案2家，已公布0家，已装订0家，已制定1家，未制定0家，不涉及0家。"
    for note, power in zip(table.notes, office.campaign.own_lists.powers, strict=False):
        column = [line[f"{power} 进展"] for line in table.lines]
        assert note.startswith(f"{power}：")
        assert {state: int(count) for state, count in re.findall(r"(\w{3})(\d+)家", note)} == {
            state: column.count(state) for state in ("已备案", "已公布", "已装订", "已制定", "未制定", "不涉及")
        }
    assert table.notes[6] == "已报送的3家单位应制定裁量基准8项（不涉及的除外），已备案2项，备案率25.0%。"


async def test_with_nothing_reported_there_is_nothing_to_count(office: Office) -> None:
    table = await office.store.run(opened, "standards")

    assert {line["行政处罚 进展"] for line in table.lines} == {None}
    assert table.notes[6] == "已报送的0家单位应制定裁量基准0项（不涉及的除外），已备案0项。"
