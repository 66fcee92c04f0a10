"""The weekly report and the ledger: counts are offered, another count takes a remark, and the remark stays with it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.campaigns import load
from bot.core.entries import fingerprint
from bot.core.messages import Tapped
from exports import weekly
from storage import drafts, issues, ledger, people, submissions, weeks
from tests.kit.office import SAMPLE, Office

if TYPE_CHECKING:
    from bot.core.issues import Asked, State
    from storage.issues import Entry
    from storage.submissions import Filed
    from storage.work import Work
    from tests.kit.office import Chat

UNIT, NAME, OTHER = "nongji", "农机服务中心", "xumu"
#: The first questions, up to the counts.
WORK = ("tap:跳过", "召开部署会", "tap:跳过")
#: What is left after the counts and the problems.
REST = ("tap:跳过", "开展案卷评查", "tap:跳过")


async def team(office: Office) -> tuple[Chat, Chat]:
    contact = await office.person("赵某", ("contact", UNIT))
    head = await office.person("钱某", ("head", UNIT))
    return contact, head


def _enter(work: Work, unit: str, description: str) -> Entry:
    day = date(2020, 7, 1)
    new = issues.New(
        unit=unit,
        area="rules",
        item="两法衔接",
        source="自查",
        kind="慢作为",
        severity="一般",
        handling="dated",
        epidemic=False,
        criminal=False,
        found_on=day,
        happened_on=day,
        due=date(2020, 7, 31),
        answers={"description": description},
        search=description,
        fingerprint=fingerprint(unit, day.isoformat(), description),
    )
    by = people.members(work, "contact", UNIT)[0].id
    return issues.enter(work, new, series=work.campaign.unit(unit).series, by=by, state="found")


async def enter(office: Office, description: str = "执法记录填写不规范", unit: str = UNIT) -> Entry:
    """Put a problem on the ledger as it is now."""
    return await office.store.run(_enter, unit, description)


async def move(office: Office, entry: Entry, how: str, state: State, asked: Asked = "") -> Entry:
    def change(work: Work) -> Entry:
        by = people.members(work, "contact", UNIT)[0].id
        assert issues.change(work, entry, move=how, by=by, state=state, asked=asked)
        moved = issues.get(work, entry.id)
        assert moved is not None
        return moved

    return await office.store.run(change)


async def mend(office: Office, entry: Entry) -> Entry:
    """Let the head sign that it is mended."""
    return await move(office, entry, "sign", "verifying", "closing/brigade")


async def filed(office: Office) -> Filed:
    report = await office.store.run(submissions.current, "weekly", "2020-W28", UNIT)
    assert report is not None
    return report


async def notes(office: Office) -> list[str]:
    """Return what stands under the week's table beside who has reported."""
    table = await office.store.run(weekly.load, "2020-W28")
    return [note for note in table.notes if "台账" in note]


async def at_the_counts(contact: Chat) -> None:
    await contact.says("/menu")
    await contact.taps("填报本周信息")
    await contact.answers(*WORK)
    assert contact.sees("本周自查发现问题几件？")


async def test_with_nothing_on_the_ledger_a_zero_report_takes_two_taps(office: Office) -> None:
    contact, head = await team(office)
    await contact.says("/menu")
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert contact.sees("零报告已提交")
    assert head.sees("请签批")
    assert (await filed(office)).answers["ledger"] == {"found": 0, "mended": 0}


async def test_the_ledgers_counts_are_shown_and_taken_over_with_a_tap(office: Office) -> None:
    contact, head = await team(office)
    first = await enter(office, "执法记录填写不规范")
    await enter(office, "未公示执法主体")
    await mend(office, first)
    await at_the_counts(contact)
    assert contact.sees("【台账登记】\n本周新增2件（NJ-2020-001、NJ-2020-002），整改完成1件")
    await contact.taps("沿用：2")
    assert contact.sees("本周整改完成几件？")  # no remark is asked for
    await contact.taps("沿用：1")
    both = "NJ-2020-001 执法记录填写不规范（待核查）\nNJ-2020-002 未公示执法主体（待整改）"
    assert contact.sees("发现了哪些问题")
    assert contact.sees(both)
    await contact.taps("沿用：NJ-2020-001")
    await contact.answers(*REST)
    assert contact.sees("4. 发现问题数：2\n5. 整改完成数：1\n6. 发现问题及整改情况：\n" + both)
    await contact.taps("提交")
    assert head.sees("发现问题数：2\n整改完成数：1")
    assert not head.sees("问题台账")
    assert (await filed(office)).answers["problems"] == both
    await head.taps("同意报送")
    assert await notes(office) == []


async def test_another_count_takes_a_remark_and_everybody_sees_both(office: Office) -> None:
    contact, head = await team(office)
    await enter(office)
    await enter(office, "未公示执法主体")
    await at_the_counts(contact)
    await contact.says("3")
    assert contact.sees("发现问题数与问题台账不一致，请说明原因。")
    assert contact.sees("本周新增2件（NJ-2020-001、NJ-2020-002），整改完成0件")
    await contact.answers("另1件周五才查实，\n尚未录入。", "tap:沿用：0", "见台账", *REST)
    assert contact.sees("5. 发现问题数说明：\n另1件周五才查实")
    await contact.taps("提交")
    assert head.sees("发现问题数：3（问题台账2件）")
    assert head.sees("【发现问题数说明】\n另1件周五才查实")
    await contact.taps("查看本次报送")
    assert contact.sees("发现问题数：3（问题台账2件）")
    assert await notes(office) == []  # nobody has signed it yet
    await head.taps("同意报送")
    line = f"{NAME}：发现问题数3件（问题台账2件），原因：另1件周五才查实， 尚未录入。"
    assert await notes(office) == [line]
    await enter(office, "一件新问题")
    assert await notes(office) == [line]  # what the ledger said then is kept, whatever it says later


async def test_a_count_changed_back_to_the_ledgers_needs_no_remark(office: Office) -> None:
    contact, _ = await team(office)
    await enter(office)
    await at_the_counts(contact)
    await contact.answers("2", "还有1件未录入", "tap:沿用：0", "见台账", *REST)
    await contact.answers("4", "1")
    assert contact.sees("核对")
    assert not contact.sees("说明")
    await contact.taps("提交")
    report = await filed(office)
    assert "found_remark" not in report.answers
    assert report.answers["ledger"] == {"found": 1, "mended": 0}


async def test_there_is_no_zero_report_with_something_on_the_ledger(office: Office) -> None:
    contact, _ = await team(office)
    entry = await enter(office)
    await contact.taps("填报本周信息")
    assert contact.find("零报告") is None
    office.it_is("2020-07-16 15:00")  # another week, in which it is only mended
    await mend(office, entry)
    await contact.says("/menu")
    await contact.taps("填报本周信息")
    await contact.taps("第29周")
    assert contact.find("零报告") is None


async def test_what_was_mended_this_week_is_listed_whenever_it_was_entered(office: Office) -> None:
    contact, _ = await team(office)
    office.it_is("2020-07-02 09:00")
    old = await enter(office, "上周的问题")
    office.it_is("2020-07-09 09:00")
    await mend(office, old)
    await enter(office, "本周的问题")
    await contact.taps("填报本周信息")
    await contact.taps("本周")
    await contact.answers(*WORK)
    assert contact.sees("本周新增1件（NJ-2020-002），整改完成1件")
    await contact.answers("tap:沿用：1", "tap:沿用：1")
    assert contact.sees("NJ-2020-002 本周的问题（待整改）\nNJ-2020-001 上周的问题（待核查）")


async def test_a_week_begins_and_ends_with_its_deadline(office: Office) -> None:
    contact, _ = await team(office)
    office.it_is("2020-07-03 11:59")
    await enter(office, "上周的问题")
    office.it_is("2020-07-03 12:00")
    await enter(office, "本周的第一件")
    office.it_is("2020-07-10 11:59")
    await enter(office, "本周的最后一件")
    await enter(office, "别的单位的问题", unit=OTHER)
    office.it_is("2020-07-10 12:00")
    await enter(office, "下周的问题")
    office.it_is("2020-07-13 09:00")
    await contact.taps("填报本周信息")
    await contact.taps("第28周")
    await contact.answers(*WORK)
    assert contact.sees("本周新增2件（NJ-2020-002、NJ-2020-003）")


async def test_of_many_entries_the_counts_are_of_all_and_the_list_fits_an_answer(office: Office) -> None:
    contact, _ = await team(office)
    for number in range(40):
        await enter(office, f"第{number + 1}件，" + "抽查执法案卷发现的记录不规范问题" * 5)
    await at_the_counts(contact)
    assert contact.sees(
        "本周新增40件（NJ-2020-001、NJ-2020-002、NJ-2020-003、NJ-2020-004、NJ-2020-005、NJ-2020-006等）"
    )
    await contact.answers("tap:沿用：40", "tap:沿用：0", "tap:沿用：NJ-2020-001", *REST, "tap:提交")
    told = (await filed(office)).answers["problems"]
    assert len(told) <= 1000
    assert told.endswith("（待整改）\n（其余见问题台账）")


async def test_a_correction_is_held_against_the_ledger_as_it_is_by_then(office: Office) -> None:
    contact, head = await team(office)
    await enter(office)
    await at_the_counts(contact)
    await contact.answers("tap:沿用：1", "tap:沿用：0", "tap:沿用：NJ-2020-001", *REST, "tap:提交")
    office.it_is("2020-07-10 09:00")
    await enter(office, "周五查出的问题")
    office.it_is("2020-07-11 09:00")
    await enter(office, "下周的问题")
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    assert contact.sees("发现问题数与问题台账不一致")
    assert contact.sees("本周新增2件（NJ-2020-001、NJ-2020-002）")
    await contact.says("第二件系提交后查出")
    assert contact.sees("核对")
    await contact.answers("4", "tap:沿用：2")
    assert not contact.sees("说明")
    await contact.taps("提交")
    assert head.sees("发现问题数：2")
    assert (await filed(office)).answers["ledger"] == {"found": 2, "mended": 0}


async def test_a_report_begun_before_an_entry_was_made_knows_it_all_the_same(office: Office) -> None:
    contact, _ = await team(office)
    await contact.taps("填报本周信息")
    await contact.answers(*WORK, "tap:沿用：0", "tap:沿用：0", *REST)
    assert contact.sees("核对")
    await enter(office)
    await contact.taps("提交")
    assert contact.sees("发现问题数与问题台账不一致")
    await contact.taps("稍后再填")
    await contact.taps("继续填写")
    assert contact.sees("本周新增1件（NJ-2020-001）")
    await contact.answers("tap:上一步", "tap:沿用：1")
    await contact.answers("见台账", "tap:提交")
    assert (await filed(office)).answers["found"] == 1


async def test_a_zero_button_from_before_an_entry_was_made_is_answered_kindly(office: Office) -> None:
    contact, _ = await team(office)
    await contact.taps("填报本周信息")
    zero = contact.find("零报告")
    assert zero is not None
    await enter(office)
    await contact.does(Tapped(zero.action))
    assert contact.sees("本周台账已有登记，不能报零报告，请逐项填报。")
    assert contact.sees("第1题")
    assert "零报告" not in "".join(contact.labels())


async def test_without_a_ledger_nothing_is_compared(database_url: str) -> None:
    campaign = load(SAMPLE).model_copy(update={"ledger": None})
    office = await Office.open(database_url, "2020-07-09 15:00", campaign)
    contact, head = await team(office)
    await contact.taps("填报本周信息")
    await contact.answers(*WORK)
    assert not contact.sees("台账")
    assert contact.find("沿用") is None
    await contact.answers("2", "1", "执法记录填写不规范", *REST, "tap:提交")
    assert head.sees("发现问题数：2\n整改完成数：1")
    assert "ledger" not in (await filed(office)).answers
    await office.close()


BEFORE: dict[str, Any] = {"done": "召开部署会", "found": 1, "mended": 1, "problems": "已当场补正", "next": "案卷评查"}


async def test_what_was_filed_before_there_was_a_ledger_is_shown_as_it_was(office: Office) -> None:
    contact, head = await team(office)

    def file(work: Work) -> None:
        contacts = people.members(work, "contact", UNIT)
        submissions.file(
            work,
            duty="weekly",
            period="2020-W28",
            unit=UNIT,
            number="2020-28-01",
            answers=BEFORE,
            form_version=1,
            zero=False,
            filed_by=contacts[0].id,
            state="awaiting",
        )

    await office.store.run(file)
    await head.taps("待我签批")
    assert head.sees("发现问题数：1\n整改完成数：1")
    await head.taps("同意报送")
    assert await notes(office) == []
    await contact.taps("我的报送")
    await contact.taps("第28周")
    await contact.taps("更正")
    assert contact.sees("发现问题数与问题台账不一致")
    await contact.answers("系台账启用前查出", "系台账启用前改好", "tap:提交")
    assert head.sees("发现问题数：1（问题台账0件）\n发现问题数说明：系台账启用前查出")


@pytest.mark.parametrize("at", ["@review", "next"])
async def test_a_draft_of_the_form_before_goes_on(office: Office, at: str) -> None:
    contact, _ = await team(office)
    answers = {key: value for key, value in BEFORE.items() if at == "@review" or key != "next"}
    state = {"form": "weekly", "version": 1, "at": at, "answers": answers, "facts": {"base": 0}}
    state["skipped"] = ["results", "difficulties", "files"]

    def begin(work: Work) -> None:
        person = people.members(work, "contact", UNIT)[0].id
        draft = drafts.create(work, person, "weekly", f"weekly/2020-W28@{UNIT}")
        assert drafts.advance(work, draft, 0, 5, state)

    await office.store.run(begin)
    await contact.says("/menu")
    await contact.taps("继续填写")
    assert contact.sees("发现问题数与问题台账不一致")
    await contact.says("尚未录入")
    assert contact.sees("整改完成数与问题台账不一致")
    await contact.says("尚未录入")
    if at == "next":
        assert contact.sees("下周有什么工作计划？")
        await contact.says("案卷评查")
    assert contact.sees("核对")
    await contact.taps("提交")
    report = await filed(office)
    assert report.form_version == 2
    assert report.answers["found_remark"] == "尚未录入"


async def test_what_is_listed_is_what_was_counted(office: Office) -> None:
    await team(office)
    office.it_is("2020-07-02 09:00")
    old, untouched, closed = [await enter(office, f"上周的第{number}件") for number in (1, 2, 3)]
    closed = await mend(office, closed)
    office.it_is("2020-07-08 09:00")
    new = await enter(office, "本周的问题")
    await mend(office, await move(office, await mend(office, old), "send_back", "returned"))
    await move(office, closed, "close", "closed")  # was mended the week before
    await move(office, untouched, "progress", "mending")

    def look(work: Work) -> tuple[list[str], list[tuple[int, int]]]:
        since, until = (work.now.replace(day=day) for day in (4, 10))
        listed = [entry.number for entry in weeks.entries(work, since, until, UNIT, 9)]
        assert [entry.number for entry in weeks.entries(work, since, until, UNIT, 1)] == listed[:1]
        assert weeks.entries(work, since, until, OTHER, 9) == []
        return listed, [(flow.found, flow.mended) for flow in ledger.flows(work, since, until, (UNIT,))]

    assert await office.store.run(look) == ([new.number, old.number], [(1, 2)])
