"""The dated duties filled in as a contact would: what is known is there, the rest is a tap wherever it can be."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.campaigns import load
from bot.core.messages import Tapped
from bot.core.statistics import Group
from storage import issues, people, statistics, submissions
from storage.tables import Issue, Person
from tests.kit.office import SAMPLE, Office
from tests.services.test_weekly_counts import enter, mend, move

if TYPE_CHECKING:
    from bot.core.issues import State
    from storage.issues import Entry
    from storage.submissions import Filed
    from storage.work import Work
    from tests.kit.office import Chat

UNIT = "nongji"
PHONE = "13800000000"


async def team(office: Office, now: str = "2020-09-08 09:00") -> tuple[Chat, Chat]:
    contact = await office.person("赵某", ("contact", UNIT))
    head = await office.person("钱某", ("head", UNIT))
    office.it_is(now)
    return contact, head


async def fills(chat: Chat, report: str, *steps: str) -> None:
    """Open a report by its button and answer: "file:…" sends one, "tap:…" taps, anything else is typed."""
    await chat.does(Tapped(f"m:file:{report}"))
    for step in steps:
        if step.startswith("file:"):
            name = step.removeprefix("file:")
            await chat.sends(name, b"%PDF-1.4 test" if name.endswith(".pdf") else b"PK\x03\x04")
        else:
            await chat.answers(step)


async def filed(office: Office, duty: str) -> Filed:
    """Return the newest version of the unit's only report on a duty."""

    def look(work: Work) -> Filed:
        [period] = submissions.periods(work, duty, UNIT)
        found = submissions.current(work, duty, period, UNIT)
        assert found is not None
        return found

    return await office.store.run(look)


async def answered(office: Office, duty: str) -> dict[str, Any]:
    answers = (await filed(office, duty)).answers
    return {key: value for key, value in answers.items() if key != "ledger"}


async def phone(office: Office, name: str, number: str) -> None:
    """Let somebody's phone be known."""

    def write(work: Work) -> None:
        work.conn.execute(update(Person).where(col(Person.name) == name).values(phone=number))

    await office.store.run(write)


# ── 附件1 联系人 ─────────────────────────────────────────────────────────


async def test_the_contact_sheet_takes_six_taps_when_everybody_is_known(office: Office) -> None:
    contact, head = await team(office, "2020-06-29 09:00")
    await phone(office, "赵某", PHONE)
    await phone(office, "钱某", "13800000001")
    await fills(contact, f"contacts/2020-06-30@{UNIT}")
    assert contact.sees("本单位分管专项整治的领导是谁？")
    assert contact.sees("已登记的联系人姓名、电话会自动填好")
    await contact.answers("tap:沿用：钱某", "tap:副主任", "tap:沿用：13800000001", "tap:科员", "tap:跳过")
    assert contact.sees("4. 联系人：赵某\n5. 联系人职务：科员\n6. 联系人电话：13800000000\n7. 备注：（未填）")
    await contact.taps("提交")
    assert await answered(office, "contacts") == {
        "leader_name": "钱某",
        "leader_post": "副主任",
        "leader_phone": "13800000001",
        "contact_name": "赵某",
        "contact_post": "科员",
        "contact_phone": PHONE,
    }
    assert head.sees("分管领导：钱某\n分管领导职务：副主任")


async def test_another_contact_is_named_on_the_review_page_and_kept_in_a_correction(office: Office) -> None:
    contact, _ = await team(office, "2020-06-29 09:00")
    await fills(contact, f"contacts/2020-06-30@{UNIT}", "孙某", "tap:主任", "0371-66660000转8", "tap:办事员")
    assert contact.sees("联系人的联系电话是多少？")  # nobody has written it down yet
    await contact.answers(PHONE, "tap:跳过", "4", "李某", "tap:提交")
    assert (await answered(office, "contacts"))["contact_name"] == "李某"
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    assert contact.sees("4. 联系人：李某")
    await contact.answers("3", "13800000002", "tap:提交")
    assert (await filed(office, "contacts")).version == 2
    assert (await answered(office, "contacts"))["contact_name"] == "李某"


async def test_the_brigade_filing_for_a_unit_is_not_taken_for_its_contact(office: Office) -> None:
    await team(office, "2020-06-29 09:00")
    clerk = await office.person("周某", ("brigade", ""))
    await clerk.does(Tapped(f"m:for:contacts/2020-06-30@{UNIT}"))
    await clerk.answers("tap:沿用：钱某", "tap:主任", PHONE, "tap:科员", PHONE, "tap:跳过")
    assert clerk.sees("4. 联系人：赵某")


# ── 行政裁量基准 ─────────────────────────────────────────────────────────


async def test_the_standards_take_a_tap_a_power_and_ask_for_evidence_only_where_there_is_some(office: Office) -> None:
    contact, head = await team(office, "2020-08-28 09:00")
    report = f"standards/2020-08-31@{UNIT}"
    await fills(contact, report, "tap:已备案", "file:备案回执.pdf", "tap:完成", "tap:已公布", "tap:跳过")
    assert contact.sees("行政强制的裁量基准进展到哪一步了？")
    await contact.answers("tap:未制定", "tap:不涉及", "tap:不涉及", "tap:不涉及", "tap:跳过")
    assert contact.sees("1. 行政处罚进展：已备案\n2. 行政处罚材料：1个（备案回执.pdf）\n3. 行政许可进展：已公布")
    await contact.taps("提交")
    answers = await answered(office, "standards")
    assert [answers[f"state_{number}"] for number in range(1, 7)] == [
        *("filed", "published", "open"),
        *("none", "none", "none"),
    ]
    assert answers["evidence_1"][0]["name"] == "备案回执.pdf"
    assert head.sees("行政强制进展：未制定")


async def test_a_state_taken_back_takes_its_evidence_with_it(office: Office) -> None:
    contact, _ = await team(office, "2020-08-28 09:00")
    rest = ("tap:不涉及",) * 5
    report = f"standards/2020-08-31@{UNIT}"
    await fills(contact, report, "tap:已制定", "file:草案.docx", "tap:完成", *rest, "tap:跳过", "1", "tap:未制定")
    await contact.taps("提交")
    assert "evidence_1" not in await answered(office, "standards")


# ── 自查整改情况报告 ─────────────────────────────────────────────────────

PAPER = ("file:自查整改情况报告.docx", "tap:完成", "成立专班，查阅案卷60份")


async def test_the_inspection_report_counts_by_itself(office: Office) -> None:
    contact, head = await team(office)
    await mend(office, await enter(office))
    await enter(office, "案卷归档不及时")
    await fills(contact, f"inspection/2020-09-09@{UNIT}", *PAPER)
    assert contact.sees("发现的主要问题有哪些？")
    assert contact.sees("NJ-2020-001 执法记录填写不规范（待核查）\nNJ-2020-002 案卷归档不及时（待整改）")
    await contact.taps("沿用：NJ-2020-001")
    assert contact.sees("截至目前，发现问题2件；整改完成1件，其中待核查1件、已销号0件；整改中1件；")
    await contact.answers("1件已补正，1件正在整改", "完善评查制度")
    assert contact.sees("3. 发现问题数：2\n4. 整改完成数：1")
    await contact.taps("提交")
    answers = (await filed(office, "inspection")).answers
    assert (answers["found"], answers["mended"], answers["ledger"]) == (2, 1, {"found": 2, "mended": 1})
    assert "found_remark" not in answers
    assert head.sees("发现问题数：2\n整改完成数：1")


async def test_without_problems_the_inspection_report_asks_for_none(office: Office) -> None:
    contact, _ = await team(office)
    await fills(contact, f"inspection/2020-09-09@{UNIT}", *PAPER, "继续抓好日常监督", "tap:提交")
    assert set(await answered(office, "inspection")) == {"report", "work", "found", "mended", "next"}


async def test_a_corrected_count_of_the_inspection_report_asks_why_and_what(office: Office) -> None:
    contact, head = await team(office)
    await fills(contact, f"inspection/2020-09-09@{UNIT}", *PAPER, "继续抓好日常监督", "3", "1")
    assert contact.sees("发现问题数与问题台账不一致，请说明原因。")
    await contact.answers("1件刚查实，尚未录入", "执法公示不及时", "正在整改", "tap:提交")
    assert head.sees("发现问题数：1（问题台账0件）\n发现问题数说明：1件刚查实，尚未录入")


# ── 附件2 情况统计表 ─────────────────────────────────────────────────────

#: 行政处罚、人次、立案、追责、建章立制、备注.
REST = ("tap:2", "tap:3", "tap:1", "tap:0", "tap:2", "tap:跳过")
TABLE = f"statistics/2020-09-09@{UNIT}"


async def test_the_statistics_table_asks_six_questions_and_shows_all_of_it(office: Office) -> None:
    contact, head = await team(office)
    await mend(office, await enter(office))
    await move(office, await mend(office, await enter(office, "第二件")), "close", "closed")
    await enter(office, "第三件")
    await fills(contact, TABLE)
    assert contact.sees("第1题/共5题")
    assert contact.sees("问题和整改的数字已按问题台账填好")
    assert contact.sees("作出行政处罚几件？")
    await contact.answers(*REST)
    for line in (
        *("发现问题数：3", "整改完成数：2", "待核查数：1", "已销号数：1", "整改中数：1"),
        *("移交纪检监察数：0", "移送司法机关数：0", "行政执法监督制度发现数：3", "行政执法监督制度整改数：2"),
        *("执法队伍建设发现数：0", "行政处罚件数：2", "行政处罚人次：3", "建章立制件数：2", "备注：（未填）"),
    ):
        assert contact.sees(f". {line}\n") or contact.last.text.endswith(line)
    assert not contact.sees("说明")
    await contact.taps("提交")
    answers = (await filed(office, "statistics")).answers
    assert answers["ledger"] == {key: answers[key] for key in answers["ledger"]}
    assert len(answers["ledger"]) == 17
    assert head.sees("发现问题数：3\n整改完成数：2")


async def test_no_penalties_no_persons(office: Office) -> None:
    contact, _ = await team(office)
    await fills(contact, TABLE, "tap:0", "tap:0", "tap:0", "tap:0", "tap:跳过", "tap:提交")
    assert "fined" not in await answered(office, "statistics")


async def test_the_table_follows_the_ledger_while_it_is_open_but_not_what_was_changed(office: Office) -> None:
    contact, _ = await team(office)
    await enter(office)
    await fills(contact, TABLE, *REST)
    await contact.answers("tap:修改", "tap:1. 发现问题数", "2")
    assert contact.sees("发现问题数与问题台账不一致，请说明原因。")
    assert contact.sees("【台账登记】\n截至目前，发现问题1件")
    await contact.says("1件刚查实，尚未录入")
    await contact.answers("tap:稍后再填")
    await mend(office, await enter(office, "第二件"))
    await enter(office, "第三件")
    await contact.taps("继续填写")
    assert contact.sees("1. 发现问题数：2\n2. 发现问题数说明：1件刚查实，尚未录入\n3. 整改完成数：1\n")
    assert contact.sees("行政执法监督制度发现数：3")
    await contact.taps("提交")
    answers = (await filed(office, "statistics")).answers
    assert (answers["found"], answers["ledger"]["found"]) == (2, 3)
    assert (answers["found_1"], answers["ledger"]["found_1"]) == (3, 3)
    assert answers["found_remark"] == "1件刚查实，尚未录入"


async def test_a_figure_of_an_area_is_corrected_on_a_later_page_with_its_remark(office: Office) -> None:
    contact, head = await team(office)
    await fills(contact, TABLE, *REST, "tap:修改", "tap:下一页", "tap:行政执法责任制整改数", "1")
    await contact.answers("由信访转来，尚未录入", "tap:提交")
    assert head.sees("行政执法责任制整改数：1（问题台账0件）")
    assert head.sees("由信访转来，尚未录入")


async def test_a_corrected_table_follows_the_ledger_of_by_then(office: Office) -> None:
    contact, _ = await team(office)
    await enter(office)
    await fills(contact, TABLE, *REST, "3", "1", "1件已改好，正在办理销号", "tap:提交")
    await enter(office, "第二件")
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    assert contact.sees(
        "1. 发现问题数：2\n2. 整改完成数：0\n3. 待核查数：1\n4. 待核查数说明：1件已改好，正在办理销号\n"
    )
    await contact.taps("提交")
    assert (await answered(office, "statistics"))["found"] == 2
    assert (await filed(office, "statistics")).version == 2


async def test_the_remark_of_a_changed_figure_stays_in_a_correction(office: Office) -> None:
    contact, _ = await team(office)
    await fills(contact, TABLE, *REST, "1", "2", "2件尚未录入", "tap:提交")
    await enter(office)
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    assert contact.sees("1. 发现问题数：2\n2. 发现问题数说明：2件尚未录入")


async def test_what_came_after_the_due_moment_is_not_in_the_table(office: Office) -> None:
    contact, _ = await team(office, "2020-09-09 17:00")
    old = await enter(office)
    office.it_is("2020-09-10 09:00")
    await enter(office, "截止后查出的问题")
    await mend(office, old)
    await fills(contact, TABLE, *REST)
    assert contact.sees("1. 发现问题数：1\n2. 整改完成数：0\n")
    await contact.answers("1")
    assert contact.sees("截至9月9日（周三）17:30，发现问题1件")


async def test_without_a_ledger_the_whole_table_is_asked(database_url: str) -> None:
    office = await Office.open(database_url, "2020-09-08 09:00", load(SAMPLE).model_copy(update={"ledger": None}))
    contact, _ = await team(office)
    await fills(contact, TABLE)
    assert contact.sees("第1题/共22题")
    assert not contact.sees("台账")
    await contact.answers(*["tap:0"] * 17, *REST, "tap:提交")
    assert "ledger" not in (await filed(office, "statistics")).answers
    await office.close()


# ── 工作总结 ─────────────────────────────────────────────────────────────


async def test_the_summary_is_its_paper_and_a_few_words(office: Office) -> None:
    contact, head = await team(office, "2020-10-08 09:00")
    report = f"closing/2020-10-09@{UNIT}"
    await fills(contact, report, "file:总结.xlsx")
    assert contact.sees("“总结.xlsx”这类文件收不了，请发送Word文档或PDF。")
    for step in ("file:工作总结.docx", "file:附表.pdf"):
        await fills(contact, report, step)
    await contact.answers("tap:完成", "每月评查案卷", "案卷合格率提高", "tap:跳过", "tap:跳过", "tap:提交")
    answers = await answered(office, "closing")
    assert answers["report"][0]["name"] == "工作总结.docx"
    assert (answers["methods"], answers["effects"]) == ("每月评查案卷", "案卷合格率提高")
    assert head.sees("【主要做法】") or head.sees("主要做法：每月评查案卷")


# ── 典型案例 ─────────────────────────────────────────────────────────────

CASE = ("某农资经营部销售劣质种子案", "tap:从重处罚", "7月6日", "销售的玉米种子发芽率不合格", "没收违法所得，处以罚款")


async def test_a_case_is_one_of_the_plans_eight_kinds(office: Office) -> None:
    contact, head = await team(office, "2020-07-09 15:00")
    await fills(contact, f"case/new@{UNIT}", CASE[0])
    assert [label for label in contact.labels() if label in {kind for kind, _ in office.campaign.lists["cases"]}] == [
        *("不予处罚", "从轻或减轻处罚", "从重处罚", "新型或有普遍意义"),
        *("涉嫌犯罪", "本地区影响较大", "案情复杂", "经过行政复议或行政诉讼"),
    ]
    await contact.answers(CASE[1], "2015年12月31日")
    assert contact.sees("日期早了，最早可填2016年1月1日")
    await contact.answers(*CASE[2:], "tap:跳过", "tap:跳过", "tap:否", "tap:提交")
    answers = await answered(office, "case")
    assert (answers["kind"], answers["happened_on"], answers["public"]) == ("从重处罚", "2020-07-06", False)
    assert head.sees("是否可公开：否")


# ── Counting ─────────────────────────────────────────────────────────────


async def test_entries_are_counted_as_they_stood_at_the_moment(office: Office) -> None:
    await team(office, "2020-07-02 09:00")
    found, mended, handed, criminal = [await enter(office, f"第{number}件") for number in range(4)]
    await enter(office, "别的单位", "xumu")
    await mend(office, mended)
    office.it_is("2020-07-03 09:00")

    def hand_over(work: Work, entry: Entry, receiver: str) -> None:
        by = people.members(work, "contact", UNIT)[0].id
        detail = {"receiver": receiver}
        assert issues.change(work, entry, move="transfer", by=by, state="transferred", asked="", detail=detail)
        moved = issues.get(work, entry.id)
        assert moved is not None
        assert issues.change(work, moved, move="reply", by=by, state="transferred", asked="", detail={"text": "已收"})

    await office.store.run(hand_over, handed, "区纪委监委")
    await office.store.run(hand_over, criminal, "公安机关")
    await move(office, found, "progress", "mending")
    await office.store.run(
        lambda work: work.conn.execute(update(Issue).where(col(Issue.id) == found.id).values(area="staff"))
    )

    def count(work: Work, day: date) -> list[Group]:
        return sorted(statistics.groups(work, UNIT, work.now.replace(month=day.month, day=day.day)))

    assert await office.store.run(count, date(2020, 7, 2)) == []  # that very moment is not before it
    assert await office.store.run(count, date(2020, 7, 3)) == [
        Group("rules", "found", "", 2),
        Group("rules", "verifying", "", 1),
        Group("staff", "found", "", 1),
    ]
    assert await office.store.run(count, date(2020, 7, 4)) == [
        Group("rules", "transferred", "公安机关", 1),
        Group("rules", "transferred", "区纪委监委", 1),
        Group("rules", "verifying", "", 1),
        Group("staff", "mending", "", 1),
    ]


@pytest.mark.parametrize(("state", "number"), [("mending", 0), ("transferred", 1)])
async def test_what_was_handed_over_is_told_by_who_received_it(office: Office, state: State, number: int) -> None:
    contact, _ = await team(office)
    entry = await enter(office)

    def change(work: Work) -> None:
        by = people.members(work, "contact", UNIT)[0].id
        detail = {"receiver": "检察机关"}
        assert issues.change(work, entry, move="transfer", by=by, state=state, asked="", detail=detail)

    await office.store.run(change)
    await fills(contact, TABLE, *REST)
    assert contact.sees(f"移送司法机关数：{number}")
