"""整治情况: what a leader is told in one tap, and every page behind it, as a leader would look around."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from bot.campaigns import load
from bot.core.messages import Tapped
from bot.services import attachments
from storage import ledger, settings
from tests.kit.office import SAMPLE, Office
from tests.storage.making import change, enter, move, new

if TYPE_CHECKING:
    from bot.core.issues import Asked, State
    from bot.core.messages import Attachment
    from storage.work import Work
    from tests.kit.office import Chat

TODAY: Final = date(2020, 7, 9)
#: Unit, area, state, what is asked for, and days from today to the deadline.
ENTRIES: Final[tuple[tuple[str, str, State, Asked, int], ...]] = (
    ("nongji", "rules", "found", "", -2),
    ("nongji", "rules", "mending", "", -1),
    ("nongji", "staff", "found", "", 20),
    ("xumu", "rules", "returned", "", -1),
    ("xumu", "rules", "verifying", "closing/brigade", -3),
    ("dongwu", "public", "closed", "", -5),
    ("dongwu", "staff", "transferred", "", 9),
    ("fagui", "staff", "found", "", 9),
)
#: What the page counts, and which list of the ledger holds just that.
VIEWS: Final[dict[str, ledger.View]] = {"发现": "all", "已销号": "closed", "未销号": "open", "逾期": "overdue"}


def entries(work: Work) -> None:
    for place, (unit, area, state, asked, days) in enumerate(ENTRIES):
        made = new(f"第{place}件", unit, area=area, due=TODAY + timedelta(days))
        enter(work, 1, made, state, asked)


async def leader_of(office: Office) -> Chat:
    return await office.person("孙某", ("leader", ""))


def numbers(text: str) -> dict[str, int]:
    """Return what is counted by its name: 发现8件 is {"发现": 8}."""
    return {name: int(number) for name, number in re.findall(r"(\w+?)(\d+)件", text)}


def count(work: Work, view: ledger.View) -> int:
    return ledger.count(work, ledger.Filter(view=view), TODAY)


async def test_a_leader_sees_how_it_stands_in_one_tap(office: Office) -> None:
    leader = await leader_of(office)
    await office.everyone_files(["nongji", "xumu"])
    await office.store.run(entries)
    await leader.says("/menu")
    assert leader.labels()[0] == "整治情况"
    said = await leader.taps("整治情况")
    assert said.text.splitlines()[:2] == [
        "截至7月9日 15:00，自查整改阶段（至9月30日）。",
        "第28周报送：应报16家，已报2家，7月10日 12:00截止。",
    ]
    assert leader.sees("尚未报送：动物卫生监督室、")
    assert leader.sees("等14家。")
    assert leader.sees("🔴 逾期3件，其中农机服务中心2件、畜牧兽医服务中心1件。")
    assert leader.sees("近期：8月31日《行政裁量基准》，9月9日《自查整改情况报告》。")
    assert len(said.text.splitlines()) <= 9
    assert said.attachments[0].ref == "summary-picture/"
    for typed in ("/summary", "汇总", "情况", "整治情况"):
        assert (await leader.says(typed)).text == said.text


async def test_its_sums_are_the_ledgers(office: Office) -> None:
    leader = await leader_of(office)
    await office.store.run(entries)
    said = numbers((await leader.says("/summary")).text)
    for name, view in VIEWS.items():
        assert said[name] == await office.store.run(partial(count, view=view)), name
    await leader.taps("按方面")
    by_area = [numbers(line) for line in leader.last.text.splitlines()]
    await leader.taps("按单位")
    by_unit = [numbers(line) for line in leader.last.text.splitlines()]
    for name in ("未销号", "逾期"):
        assert sum(each.get(name, 0) for each in by_area) == said[name]
        assert sum(each.get(name, 0) for each in by_unit) == said[name]


async def test_the_worst_units_come_first_and_lead_to_their_pages(office: Office) -> None:
    leader = await leader_of(office)
    await office.everyone_files(["nongji"])
    await office.store.run(entries)
    office.it_is("2020-07-10 13:00")
    await leader.says("/summary")
    await leader.taps("按单位")
    lines = leader.last.text.splitlines()[1:]
    assert lines[0] == "🔴1. 农机服务中心：已报送，未销号3件，逾期2件"
    assert lines[1] == "🔴2. 畜牧兽医服务中心：未报送，未销号2件，逾期1件"
    assert lines[2] == "🔴3. 动物卫生监督室：未报送"
    await leader.taps("2. 畜牧兽医服务中心")
    assert leader.sees("未销号2件，其中已逾期1件")


async def test_many_units_take_several_pages(office: Office) -> None:
    leader, admin = await leader_of(office), await office.person("周某", ("admin", ""))
    await admin.does(Tapped("m:unitadd"))
    await admin.answers("渔政监督站", "YZ", "tap:提交")
    await leader.does(Tapped("m:sumunits"))
    assert not leader.sees("渔政监督站")
    await leader.taps("下一页")
    assert leader.last.text.splitlines()[1] == "17. 渔政监督站：尚未报送"
    await leader.taps("上一页")
    assert leader.sees("1. 农机服务中心")


async def test_a_unit_that_has_left_is_counted_without_a_way_to_it(office: Office) -> None:
    leader, admin = await leader_of(office), await office.person("周某", ("admin", ""))
    await office.store.run(entries)
    await admin.does(Tapped("m:unitstopped:xumu"))
    await leader.does(Tapped("m:sumunits"))
    assert leader.sees("畜牧兽医服务中心（已停报）：未销号2件，逾期1件")
    assert not any("畜牧兽医" in label for label in leader.labels())


async def test_one_area_by_unit_and_its_entries(office: Office) -> None:
    leader = await leader_of(office)
    await office.store.run(entries)
    await leader.says("/summary")
    await leader.taps("按方面")
    assert leader.sees("🔴行政执法监督制度：发现4件，整改到位1件，未销号4件，逾期3件")
    assert leader.sees("行政执法监督：暂无问题")
    await leader.taps("行政执法监督制度")
    assert leader.last.text.splitlines() == [
        "🔴合计：发现4件，整改到位1件，未销号4件，逾期3件",
        "🔴农机服务中心：发现2件，未销号2件，逾期2件",
        "🔴畜牧兽医服务中心：发现2件，整改到位1件，未销号2件，逾期1件",
    ]
    await leader.taps("已逾期（3）")
    assert leader.sees("共3件")
    await leader.does(Tapped("m:sumarea:oversight"))
    assert leader.sees("这方面还没有录入问题。")


async def test_who_is_missing_is_named_until_nobody_is(office: Office) -> None:
    leader, brigade = await leader_of(office), await office.person("李某", ("brigade", ""))
    everybody = [unit.key for unit in office.campaign.units]
    await office.everyone_files(everybody[:-2])
    contact = await office.person("赵某", ("contact", everybody[-2]))
    head = await office.person("钱某", ("head", everybody[-2]))
    await contact.answers("tap:填报本周信息", "tap:零报告")
    office.it_is("2020-07-10 15:00")
    await leader.says("/summary")
    assert leader.sees("未报送1家：政策法规室。\n办理中1家：综合执法二中队。")
    for chat in (leader, brigade):
        await chat.does(Tapped("m:owing"))
        assert chat.sees(
            "第28周每周工作信息（7月10日 12:00已截止）\n待签批1家：综合执法二中队。\n未报送1家：政策法规室。"
        )
    assert "催报" not in leader.labels()
    await leader.taps("第28周每周工作信息")
    assert leader.sees("应报16家")
    await brigade.taps("催报")
    assert brigade.sees("催报已发出")
    await head.taps("同意报送")
    await office.everyone_files(everybody[-1:])
    await leader.taps("谁还没报")
    assert leader.sees("各单位均已报齐。")
    await leader.says("/summary")
    assert leader.sees("应报16家，已报齐（其中迟报2家），7月10日 12:00已截止。")
    assert "谁还没报" not in leader.labels()


async def test_what_is_past_due_stays_named_papers_before_weeks_gone_by(office: Office) -> None:
    leader = await leader_of(office)
    office.it_is("2020-09-10 09:00")
    await leader.says("/summary")
    assert leader.sees("🔴 已过期未报齐：《行政裁量基准》16家、《自查整改情况报告》16家、《专项整治情况统计表》16家。")
    await leader.taps("谁还没报")
    heads = [line.partition("（")[0] for line in leader.last.text.splitlines() if "截止）" in line]
    assert heads == [
        *("第37周每周工作信息", "《自查整改情况报告》", "《专项整治情况统计表", "《行政裁量基准》"),
        *("第36周每周工作信息", "第35周每周工作信息"),
    ]
    assert leader.sees("第37周每周工作信息（9月11日 12:00截止）\n尚未报送16家：")
    assert leader.sees("《自查整改情况报告》（9月9日 17:30已截止）\n未报送16家：")
    assert leader.sees("更早的还有")
    assert not leader.sees("阶段通知")
    assert len(leader.last.buttons) <= 12


async def test_the_weeks_before(office: Office) -> None:
    leader = await leader_of(office)
    await office.everyone_files(["nongji"])
    await office.store.run(entries)
    office.it_is("2020-07-14 09:00")

    def later(work: Work) -> None:
        closed = move(work, enter(work, 1, new("另一件"), "verifying", "closing/brigade").id, "close", 1)
        assert change(work, closed, "reopen", 1, "returned")

    await office.store.run(later)
    await leader.says("/summary")
    await leader.taps("往期")
    assert leader.last.text.splitlines() == [
        "第29周：应报16家，已报0家；问题新增1件，销号1件",
        "第28周：应报16家，已报1家；问题新增8件，销号1件",
    ]
    await leader.taps("第28周")
    assert leader.last.title == "第28周（7月6日—7月10日）"
    assert leader.sees("应报16家，已报1家，7月10日（周五）12:00已截止。\n未报送15家：")
    assert leader.sees("问题台账：新增8件，整改到位2件，销号1件。")
    assert "前一周" not in leader.labels(), "it fell due before the product was in use"
    await leader.taps("后一周")
    assert leader.sees("尚未报送16家：农机服务中心、")
    await leader.taps("汇总表")
    assert leader.last.attachments[0].ref == "weekly/2020-W29"
    await leader.does(Tapped("m:sumweek:2020-W27"))
    assert leader.sees("第27周")


async def test_the_bulletin_to_print_and_to_edit(office: Office) -> None:
    leader, contact = await leader_of(office), await office.person("赵某", ("contact", "nongji"))

    def files() -> list[tuple[str, str]]:
        return [(each.ref, each.name) for each in leader.last.attachments]

    await leader.says("/summary")
    picture = leader.last.attachments[0]
    await leader.taps("通报")
    assert leader.sees("第28周的整治情况通报（截至7月9日 15:00），请查收。")
    assert files() == [("bulletin/2020-W28", "整治情况通报_2020年第28周.pdf")]
    printed = leader.last.attachments[0]
    await leader.taps("要Word版")
    assert files() == [("bulletin-word/2020-W28", "整治情况通报_2020年第28周.docx")]
    await leader.does(Tapped("m:bulletin"))
    assert files() == [("bulletin/2020-W28", "整治情况通报_2020年第28周.pdf")]
    for file in (picture, printed, leader.last.attachments[0]):
        assert await fetches(office, leader, file)
        assert not await fetches(office, contact, file)


async def fetches(office: Office, chat: Chat, file: Attachment) -> bool:
    return await office.store.run(attachments.permitted, "web", chat.address, file)


async def test_before_the_first_week_there_is_what_is_to_come(office: Office) -> None:
    leader = await leader_of(office)
    office.it_is("2020-06-15 09:00")
    await leader.says("/summary")
    assert leader.last.text.splitlines() == [
        "截至6月15日 09:00，整治工作6月20日开始。",
        "问题台账：还没有录入问题。",
        "近期：8月31日《行政裁量基准》，9月9日《自查整改情况报告》。",
    ]
    assert not {"谁还没报", "哪些逾期", "往期", "通报"} & set(leader.labels())
    for action, said in (
        ("m:owing", "各单位均已报齐。"),
        ("m:sumunits", "1. 农机服务中心：暂无问题"),
        ("m:sumweek", "每周报送还没有开始。"),
        ("m:bulletin", "第一次报送的截止时间是6月24日"),
    ):
        await leader.does(Tapped(action))
        assert leader.sees(said), action


async def test_nobody_has_reported_yet_is_said_without_their_names(office: Office) -> None:
    leader = await leader_of(office)
    await leader.says("/summary")
    assert "\n尚未报送：全部16家。\n" in leader.last.text
    office.it_is("2020-07-10 12:01")
    await leader.says("/summary")
    assert "\n未报送：全部16家。\n" in leader.last.text


async def test_what_comes_next_is_the_next_week_as_well_once_this_one_is_over(office: Office) -> None:
    leader = await leader_of(office)
    office.it_is("2020-09-30 12:01")  # the holidays' week, due before them
    await leader.says("/summary")
    assert leader.sees("近期：10月9日第41周每周工作信息，10月9日《专项整治工作总结》。")
    office.it_is("2020-10-05 09:00")
    await leader.says("/summary")
    assert leader.sees("第41周报送：应报16家，已报0家，10月9日 12:00截止。")
    assert leader.sees("近期：10月9日《专项整治工作总结》。")


async def test_after_the_last_day_it_is_over(office: Office) -> None:
    leader = await leader_of(office)
    office.it_is("2021-01-05 09:00")
    await leader.says("/summary")
    assert leader.sees("截至1月5日 09:00，整治工作已于12月31日结束。")
    assert not leader.sees("近期")
    office.it_is("2020-12-31 09:00")
    await leader.says("/summary")
    assert leader.sees("截至12月31日 09:00。")


@pytest.mark.parametrize("without", ["", "ledger", "weeks"])
async def test_every_button_leads_on_and_back(database_url: str, without: str) -> None:
    campaign = load(SAMPLE)
    if without == "ledger":
        campaign = campaign.model_copy(update={"ledger": None})
    if without == "weeks":
        dated = tuple(duty for duty in campaign.duties if duty.key != "weekly")
        campaign = campaign.model_copy(update={"duties": dated, "pushes": ()})
    office = await Office.open(database_url, "2020-06-22 15:00", campaign)
    office.it_is("2020-07-09 15:00")
    leader = await leader_of(office)
    if without != "ledger":
        await office.store.run(entries)
    others = "|".join(unit.key for unit in campaign.units[1:])
    waiting, seen = [("m:summary", "m:menu")], set()
    while waiting:
        action, before = waiting.pop(0)
        if (kind := re.sub(rf"\d+|\b({others})\b", "#", action)) in seen:
            continue
        seen.add(kind)
        await leader.does(Tapped(action))
        shown = leader.last
        assert "请从下面选择" not in shown.text, (before, action)
        ways = [button.action for row in shown.buttons for button in row]
        cancels = any(way.startswith("d:") for way in ways)  # a question can be left
        assert cancels or action == "m:menu" or {"m:menu", before} & set(ways), (before, action)
        waiting += [(way, action) for way in ways if not way.startswith("d:")]
    assert len(seen) > (25 if without == "ledger" else 40), seen
    await office.close()


async def test_one_tap_leads_back_from_what_is_overdue(office: Office) -> None:
    leader = await leader_of(office)
    await office.store.run(entries)
    for way in (("哪些逾期",), ("按单位", "1. 农机服务中心"), ("按方面", "行政执法监督制度", "已逾期")):
        await leader.says("/summary")
        for label in way:
            await leader.taps(label)
        assert "m:summary" in [button.action for row in leader.last.buttons for button in row], way


async def test_without_a_ledger_it_is_about_reports(database_url: str) -> None:
    office = await Office.open(database_url, "2020-07-09 15:00", load(SAMPLE).model_copy(update={"ledger": None}))
    leader = await leader_of(office)
    await leader.says("/summary")
    assert not leader.sees("台账")
    assert not {"按方面", "哪些逾期"} & set(leader.labels())
    await leader.taps("按单位")
    assert leader.sees("1. 农机服务中心：尚未报送\n")
    await leader.does(Tapped("m:sumweek:2020-W28"))
    assert not leader.sees("台账")
    for action in ("m:sumareas", "m:sumarea:rules"):
        await leader.does(Tapped(action))
        assert leader.sees("请从下面选择"), action
    await office.close()


@pytest.mark.parametrize(
    "action",
    [
        *("m:sumweek:2020-W99", "m:sumweek:new", "m:sumweek:2020-W40", "m:sumweek:2020-W28@nongji"),
        *("m:sumarea:nowhere", "m:sumarea:", "m:sumunits:x", "m:sumunits:-1"),
        *("m:bulletin:2020-W99", "m:bulletin:2020-W40", "m:bulletinword:x"),
    ],
)
async def test_a_forged_button_leads_nowhere(office: Office, action: str) -> None:
    leader = await leader_of(office)
    await leader.does(Tapped(action))
    assert leader.sees("请从下面选择")


async def test_it_is_for_leaders_and_the_brigade(office: Office) -> None:
    verbs = ("summary", "sumunits", "sumareas", "sumarea:rules", "sumweek", "sumweek:2020-W28", "owing", "bulletin")
    for role, unit in (("contact", "nongji"), ("head", "nongji"), ("admin", ""), ("brigade", "")):
        chat = await office.person(role, (role, unit))
        await chat.says("/menu")
        assert ("整治情况" in chat.labels()) == (role == "brigade")
        for verb in (*verbs, "bulletinword:2020-W28"):
            await chat.does(Tapped(f"m:{verb}"))
            assert chat.sees("不在您的权限内") != (role == "brigade"), (role, verb)


async def test_what_was_not_in_use_yet_is_nobodys_fault(office: Office) -> None:
    leader = await leader_of(office)
    await leader.does(Tapped("m:owing"))
    assert not leader.sees("第27周")
    await office.store.run(settings.put, settings.INSTALLED, "2020-06-22T00:00:00+08:00")
    await leader.does(Tapped("m:owing"))
    assert leader.sees("第27周")
    assert leader.sees("《专项整治联系人（附件1）》（6月30日 17:30已截止）\n未报送16家：")
