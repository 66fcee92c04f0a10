"""报送纪律情况表 as a workbook: a sign a week, and counts that are those of the signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import deadlines
from bot.core.messages import Tapped
from exports.workbook import FILLS
from storage import settings
from tests.exports.opened import opened

if TYPE_CHECKING:
    from tests.exports.opened import Line, Opened
    from tests.kit.office import Office

WEEKS = ("26", "27", "28")
IN_USE = "2020-06-20T09:00:00+08:00"
COUNTS = {"按时": "〇", "迟报": "迟", "免报": "免"}


async def weeks(office: Office) -> None:
    """Let three weeks pass: kept by one unit, missed by the others but for what happens in week 28."""
    await office.store.run(settings.put, settings.INSTALLED, IN_USE)
    for day in ("2020-06-24", "2020-07-03", "2020-07-10"):
        office.it_is(f"{day} 09:00")
        await office.everyone_files(["nongji"])
    clerk = await office.person("周某", ("brigade", ""))
    await clerk.does(Tapped("m:excuse:weekly/2020-W28@dongwu"))
    await clerk.answers("tap:仅本次", "机构改革", "tap:提交")
    await files(office, "shuichan")  # for nobody to sign
    office.it_is("2020-07-10 12:01")
    head = await office.person("钱某", ("head", "xumu"))
    await files(office, "xumu")
    await head.taps("同意报送")


async def files(office: Office, unit: str) -> None:
    contact = await office.person(f"{unit}联系人", ("contact", unit))
    await contact.does(Tapped(f"m:file:weekly/2020-W28@{unit}"))
    await contact.taps("零报告")


def signs(line: Line) -> str:
    return "".join(str(line[f"每周工作信息（周次） {week}"]) for week in WEEKS)


def tone(table: Opened, unit: str, week: str) -> str:
    """Return the colour of a cell, without its alpha; "" for none."""
    column = {str(cell.value): cell.column for cell in table.sheet[4] if cell.value}[week]
    row = next(cell.row for cell in table.sheet["B"] if cell.value == unit)
    fill = table.sheet.cell(row, column).fill
    return str(fill.fgColor.rgb)[2:] if fill.fill_type else ""


async def test_every_week_has_a_sign(office: Office) -> None:
    await weeks(office)
    table = await office.store.run(opened, "discipline")

    assert table.title == "行政执法不作为乱作为专项整治报送纪律情况表"
    assert {line["单位"]: signs(line) for line in table.lines[:5]} == {
        "农机服务中心": "〇〇〇",
        "畜牧兽医服务中心": "缺缺迟",
        "动物卫生监督室": "缺缺免",
        "水产技术推广中心": "缺缺签",
        "农业技术推广中心": "缺缺缺",
    }
    assert "2020年第26周至2020年第28周" in {cell.value for cell in table.sheet[2]}
    assert [
        tone(table, unit, "28") for unit in ("农机服务中心", "畜牧兽医服务中心", "水产技术推广中心", "政策法规室")
    ] == ["", FILLS["late"], FILLS["waiting"], FILLS["missing"]]


async def test_the_counts_are_those_of_the_signs(office: Office) -> None:
    await weeks(office)
    table = await office.store.run(opened, "discipline")

    for line in table.lines:
        kept = signs(line)
        counts = {title: line[f"每周报送累计 {title}"] for title in ("按时", "迟报", "未报", "免报")}
        assert {title: kept.count(sign) for title, sign in COUNTS.items()} == {title: counts[title] for title in COUNTS}
        assert sum(counts.values()) == len(WEEKS)
    for title in ("按时", "迟报", "未报", "免报"):
        key = f"每周报送累计 {title}"
        assert table.totals[key] == sum(line[key] for line in table.lines)
    rates = {line["单位"]: line["每周报送累计 按时率"] for line in table.lines[:3]}
    assert rates == {"农机服务中心": "100.0%", "畜牧兽医服务中心": "0.0%", "动物卫生监督室": "0.0%"}
    assert table.notes[0] == "每周报送应报47次：按时3次，迟报1次，未报43次，按时率6.3%；另免报1次。"


async def test_what_has_a_date_stands_beside(office: Office) -> None:
    await weeks(office)
    line = (await office.store.run(opened, "discipline")).of("农机服务中心")

    dated = {key.removeprefix("按期报送 "): value for key, value in line.items() if key.startswith("按期报送")}
    assert dated == {
        "专项整治联系人\n6月30日前": "缺",
        "行政裁量基准\n8月31日前": "・",
        "自查整改情况报告\n9月9日前": "・",
        "专项整治情况统计表\n9月9日前": "・",
        "专项整治工作总结\n10月9日前": "・",
    }


async def test_what_fell_due_before_the_product_was_in_use_counts_for_nobody(office: Office) -> None:
    installed = office.hands.now.isoformat()
    office.it_is("2020-07-13 09:00")
    await office.store.run(settings.put, settings.INSTALLED, installed)
    table = await office.store.run(opened, "discipline")

    assert "每周工作信息（周次） 27" not in table.lines[0]
    assert table.of("农机服务中心")["每周工作信息（周次） 28"] == "缺"
    assert table.of("农机服务中心")["按期报送 专项整治联系人\n6月30日前"] == "・"


async def test_before_the_first_week_there_is_nothing_to_count(office: Office) -> None:
    office.it_is("2020-06-20 09:00")
    await office.store.run(settings.put, settings.INSTALLED, office.hands.now.isoformat())
    table = await office.store.run(opened, "discipline")

    assert {line["每周报送累计 按时"] for line in table.lines} == {0}
    assert table.lines[0]["每周报送累计 按时率"] is None
    assert table.notes[0] == "每周报送应报0次：按时0次，迟报0次，未报0次；另免报0次。"


async def test_all_weeks_of_the_campaign_are_one_sheet_of_a3(office: Office) -> None:
    office.it_is("2020-12-31 18:00")
    await office.store.run(settings.put, settings.INSTALLED, IN_USE)
    table = await office.store.run(opened, "discipline")

    assert sum(key.startswith("每周") and key[-2:].isdigit() for key in table.lines[0]) == len(
        deadlines.occurrences(office.campaign, "weekly")
    )
    assert (table.sheet.page_setup.paperSize, table.sheet.page_setup.fitToHeight) == (8, 1)
