"""导出表格: who is offered which tables, how one is chosen, and that every button gives a file that can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from bot.campaigns import read
from bot.core.campaign import Campaign
from bot.core.messages import Tapped
from bot.services import exporting
from bot.services.offers import OFFERS
from bot.texts.problems import SENTENCES
from exports.files import Maker
from exports.workbook import MIME
from storage import people
from storage.files import FileStore
from tests.kit.office import SAMPLE, Office
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.messages import Attachment
    from storage.work import Work
    from tests.kit.office import Chat

ALL: Final = [
    "每周工作信息汇总表",
    "问题台账",
    "问题整改对账表",
    "台账公开版",
    "报送纪律情况表",
    "典型案例汇总表",
    "行政裁量基准进度表",
    "专项整治联系人汇总表（附件1）",
    "专项整治情况统计表（附件2）",
]


def file(chat: Chat) -> Attachment:
    [attachment] = chat.last.attachments
    return attachment


def given(chat: Chat) -> tuple[str, str]:
    return file(chat).ref, file(chat).name


async def fill(office: Office, *units: str) -> None:
    """Put an entry on the ledger for each of these units."""

    def entries(work: Work) -> None:
        by = people.create_person(work, "孙某")
        for unit in units:
            enter(work, by, new("台账记录不全", unit))

    await office.store.run(entries)


# ── What is offered to whom ──────────────────────────────────────────────


@pytest.mark.parametrize("role", ["brigade", "leader"])
async def test_the_brigade_and_the_leaders_choose_among_all_tables(office: Office, role: str) -> None:
    chat = await office.person("孙某", (role, ""))
    await chat.taps("导出表格")
    assert chat.labels() == [*ALL, "返回菜单"]


async def test_a_unit_is_asked_at_once_which_entries_of_its_own(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.says("导出")
    assert contact.sees("范围：农机服务中心，全部方面。\n请选择导出哪些问题，也可以先选方面：")
    assert "选择单位" not in contact.labels()
    await contact.taps("未销号")
    assert given(contact) == ("ledger/u=nongji;v=open", "问题台账_未销号_2020年7月9日.xlsx")


async def test_a_head_of_two_units_chooses_one_of_them(office: Office) -> None:
    head = await office.person("钱某", ("head", "nongji"), ("head", "xumu"))
    await head.says("/export")
    assert head.sees("范围：全部单位")
    await head.taps("选择单位")
    assert head.labels() == ["全部单位", "农机服务中心", "畜牧兽医服务中心", "返回", "返回菜单"]
    await head.taps("畜牧兽医服务中心")
    await head.taps("全部")
    assert given(head) == ("ledger/u=xumu", "问题台账_全部_畜牧兽医服务中心_2020年7月9日.xlsx")


async def test_an_administrator_has_no_tables(office: Office) -> None:
    admin = await office.person("冯某", ("admin", ""))
    assert "导出表格" not in admin.labels(await admin.says("/menu"))
    for way in ("导出", "/export"):
        await admin.says(way)
        assert admin.sees(SENTENCES["forbidden"])


async def test_what_the_campaign_does_not_ask_for_is_not_offered(database_url: str, campaign: Campaign) -> None:
    parts = {name: getattr(campaign, name) for name in Campaign.model_fields}
    weekly = [duty for duty in campaign.duties if duty.key == "weekly"]
    bare = Campaign(**{**parts, "duties": weekly, "stages": (), "ledger": None, "pushes": ()})
    office = await Office.open(database_url, "2020-07-09 15:00", bare)
    leader = await office.person("周某", ("leader", ""))
    await leader.says("导出")
    assert leader.labels() == ["每周工作信息汇总表", "报送纪律情况表", "返回菜单"]
    for table in ("contacts", "statistics", "ledger", "reconciliation", "public"):
        await leader.does(Tapped(f"m:take:{table}/"))
        assert leader.sees(SENTENCES["gone"]), table
    await office.close()


# ── Which part of it ─────────────────────────────────────────────────────


async def test_the_weekly_table_of_this_week_and_of_an_earlier_one(office: Office) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    office.it_is("2020-09-10 09:00")
    await brigade.taps("导出表格")
    await brigade.taps("每周工作信息汇总表")
    assert brigade.labels()[:3] == [
        "本周 第37周（9月7日—9月11日）",
        "上周 第36周（8月31日—9月4日）",
        "第35周（8月24日—8月28日）",
    ]
    await brigade.taps("本周")
    assert given(brigade) == ("weekly/2020-W37", "每周工作信息汇总表_2020年第37周.xlsx")
    await brigade.taps("继续导出")
    await brigade.taps("每周工作信息汇总表")
    await brigade.taps("下一页")
    await brigade.taps("下一页")
    await brigade.taps("第26周")
    assert file(brigade).ref == "weekly/2020-W26"


async def test_a_week_that_a_holiday_opens_early_is_not_called_the_present_one(database_url: str) -> None:
    off = ", ".join(f"2020-07-{day}" for day in range(13, 18))
    campaign = read(SAMPLE.read_text(encoding="utf-8").replace("off = []", f"off = [{off}]", 1))
    office = await Office.open(database_url, "2020-07-09 15:00", campaign)
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.does(Tapped("m:export:weekly"))
    assert brigade.labels()[:3] == [
        "第29周（7月13日—7月17日）",
        "本周 第28周（7月6日—7月10日）",
        "上周 第27周（6月29日—7月3日）",
    ]
    await office.close()


async def test_before_the_first_week_it_is_said_when_that_is(office: Office) -> None:
    office.it_is("2020-06-10 09:00")
    brigade = await office.person("孙某", ("brigade", ""))
    for way in ("m:export:weekly", "m:take:weekly/", "m:table"):
        await brigade.does(Tapped(way))
        assert brigade.sees("第一次报送的截止时间是6月24日"), way


async def test_statistics_are_of_the_days_one_chooses(office: Office) -> None:
    leader = await office.person("周某", ("leader", ""))
    await leader.taps("导出表格")
    await leader.taps("附件2")
    assert leader.labels()[:-2] == ["本周", "上周", "本月", "上月", "安排部署阶段", "自查整改阶段", "整治以来"]
    await leader.taps("本月")
    assert given(leader) == (
        "statistics/2020-07-01_2020-07-31",
        "附件2_专项整治情况统计表_2020年7月1日至7月31日.xlsx",
    )


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        ("2020-06-10", ["本月"]),
        ("2020-06-22", ["本周", "上周", "本月", "安排部署阶段", "整治以来"]),
        ("2021-01-02", ["本周", "上周", "上月", "安排部署阶段", "自查整改阶段", "巩固提高阶段", "整治以来"]),
        ("2021-02-01", ["安排部署阶段", "自查整改阶段", "巩固提高阶段", "整治以来"]),
    ],
)
async def test_only_days_of_the_campaign_are_offered(office: Office, day: str, offered: list[str]) -> None:
    office.it_is(f"{day} 09:00")
    leader = await office.person("周某", ("leader", ""))
    await leader.does(Tapped("m:export:statistics"))
    assert leader.labels()[:-2] == offered
    await leader.taps(offered[-1])
    assert file(leader).ref.startswith("statistics/2020-06-")
    if day > "2020-12-31":
        assert file(leader).ref == "statistics/2020-06-20_2020-12-31"


async def test_the_ledger_is_narrowed_by_unit_and_by_area(office: Office) -> None:
    leader = await office.person("周某", ("leader", ""))
    await leader.does(Tapped("m:export:ledger"))
    await leader.taps("选择单位")
    await leader.taps("农机服务中心")
    await leader.taps("选择方面")
    await leader.taps("执法队伍建设")
    assert leader.sees("范围：农机服务中心，执法队伍建设")
    assert leader.sees("也可以先选单位或方面")
    await leader.taps("已逾期")
    assert leader.sees("以下为7月9日 15:00的台账，共0件。")
    assert file(leader).ref == "ledger/u=nongji;v=overdue;a=staff"
    assert file(leader).name == "问题台账_已逾期_农机服务中心_执法队伍建设_2020年7月9日.xlsx"


async def test_the_public_version_and_the_reports_come_at_the_first_tap(office: Office) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.taps("导出表格")
    await brigade.taps("台账公开版")
    assert brigade.sees("公开前请再通读一遍")
    assert given(brigade) == ("public/", "问题台账（公开版）_2020年7月9日.xlsx")
    await brigade.taps("继续导出")
    await brigade.taps("附件1")
    assert given(brigade) == ("contacts/", "附件1_专项整治联系人汇总表_2020年7月9日.xlsx")


async def test_the_words_and_buttons_of_before_still_work(office: Office) -> None:
    await fill(office, "nongji")
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.says("导出汇总表")
    assert file(brigade).ref == "weekly/2020-W28"
    await brigade.says("/ledger")
    await brigade.taps("导出台账")
    assert file(brigade).ref == "ledger/"
    await brigade.says("对账表")
    await brigade.taps("导出对账表")
    assert file(brigade).ref == "reconciliation/2020-W28"


# ── What is not to be had ────────────────────────────────────────────────


FORGED: Final = (
    *("m:take", "m:take:", "m:take:nothing/", "m:take:sheet/1", "m:take:roster-links/1", "m:export:nothing"),
    *("m:take:weekly/2019-W01", "m:take:weekly/2020-W28@nongji", "m:take:weekly/x", "m:export:weekly/x"),
    *("m:take:contacts/1", "m:export:contacts/1", "m:take:public/u=nongji", "m:take:discipline/2020-W28"),
    *("m:take:statistics/", "m:take:statistics/2020-07-02_2020-07-01", "m:take:statistics/2021-01-01_2021-01-02"),
    *("m:take:ledger/", "m:take:ledger/a:nobody:", "m:take:ledger/z::", "m:export:ledger/:nobody:"),
    *("m:export:ledger/::nowhere", "m:export:ledger/u:::x", "m:take:reconciliation/2020-W30"),
)


async def test_what_no_button_says_is_refused_kindly(office: Office) -> None:
    leader = await office.person("周某", ("leader", ""))
    for forged in FORGED:
        await leader.does(Tapped(forged))
        assert leader.sees(SENTENCES["gone"]), forged
        assert not leader.last.attachments


@pytest.mark.parametrize("role", ["contact", "head"])
async def test_a_unit_gets_no_other_units_and_no_bureaus_table(office: Office, role: str) -> None:
    chat = await office.person("赵某", (role, "nongji"))
    others = (
        "ledger/a:xumu:",
        "weekly/",
        "weekly/2020-W28",
        "reconciliation/",
        "public/",
        "statistics/2020-07-01_2020-07-31",
    )
    asked = [f"m:take:{each}" for each in (*others, "contacts/", "standards/", "cases/", "discipline/")]
    for forged in (
        *asked,
        "m:export:weekly",
        "m:export:statistics",
        "m:export:ledger/:xumu:",
        "m:export:ledger/u:xumu:",
    ):
        await chat.does(Tapped(forged))
        assert chat.sees(SENTENCES["forbidden"]), forged
    await chat.does(Tapped("m:take:ledger/a::"))
    assert file(chat).ref == "ledger/u=nongji"


# ── Every table can be made ──────────────────────────────────────────────


async def test_every_button_leads_to_a_file_that_can_be_made(office: Office, tmp_path: Path) -> None:
    await fill(office, "nongji", "xumu")
    await office.everyone_files(["shuichan", "jitui"])
    office.it_is("2020-09-10 09:00")
    brigade = await office.person("孙某", ("brigade", ""))
    files = await walk(brigade)
    maker = Maker(office.store, FileStore(tmp_path / "files"))
    made = [await maker.make(each) for each in files.values()]
    assert {ref.partition("/")[0] for ref in files} == set(OFFERS)
    assert len(files) > 70
    assert {each.mime for each in made} == {MIME}


async def walk(chat: Chat) -> dict[str, Attachment]:
    """Tap every button behind 导出表格 (of units and areas the first two); return the files by their refs."""
    files: dict[str, Attachment] = {}
    waiting, seen = ["m:export"], {"m:export"}
    while waiting:
        await chat.does(Tapped(waiting.pop()))
        if chat.last.attachments:
            files[file(chat).ref] = file(chat)
            continue
        actions = [button.action for row in chat.last.buttons for button in row]
        left_out = [each for each in actions if each.startswith("m:export:ledger/:")][2:]
        ours = [each for each in actions if each.startswith(("m:export:", "m:take:")) and each not in left_out]
        further = [each for each in ours if each not in seen]
        waiting += further
        seen.update(further)
    return files


async def test_a_long_table_follows_and_the_chat_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LARGE", 1)
    await fill(office, "nongji", "nongji", "xumu")
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.does(Tapped("m:take:ledger/a::"))
    said, brought = brigade.messages[-2:]
    assert said.text == "正在生成，共3行。\n好了马上发给您，这期间可以继续办理其他事项。"
    assert [each.ref for each in brought.attachments] == ["ledger/"]
    await brigade.does(Tapped("m:take:ledger/a:xumu:"))
    assert file(brigade).ref == "ledger/u=xumu"
    assert [key for key, _, _ in await office.rows("sent") if key.startswith("awaited/")] == ["awaited/1"]
