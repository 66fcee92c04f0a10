"""A report's whole life as the conversation it is: filed, signed, printed, stamped, accepted; and every way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from bot.campaigns import load
from bot.core import deadlines
from bot.core.campaign import Campaign
from bot.core.messages import Attachment, FileRef, Sent, Tapped
from bot.core.standings import standing
from bot.services import reports, subjects
from bot.services.subjects import Subject
from exports import weekly
from storage import audit, outbox, people, submissions
from storage.statements import lock_number
from tests.kit.office import SAMPLE, Office
from tests.services.test_ledger_race import answers, race, tap

if TYPE_CHECKING:
    from storage.submissions import Filed
    from storage.work import Work
    from tests.kit.office import Chat

#: Needs a signature and a stamp; due on 30 June.
CONTACTS: Final = "contacts/2020-06-30@nongji"
CASE: Final = "case/new@nongji"
LATER: Final = datetime(2020, 7, 9, 10, tzinfo=UTC)


@pytest.fixture
async def contact(office: Office) -> Chat:
    return await office.person("赵某", ("contact", "nongji"))


@pytest.fixture
async def head(office: Office) -> Chat:
    return await office.person("钱某", ("head", "nongji"))


@pytest.fixture
async def brigade(office: Office) -> Chat:
    return await office.person("李某", ("brigade", ""))


async def fill_in(chat: Chat, *, words: str = "已按要求开展2次") -> None:
    """Answer whatever a form asks, up to its review page."""
    for _ in range(40):
        labels = chat.labels()
        if "提交" in labels:
            return
        match chat.last.expects:
            case _ if "跳过" in labels:
                await chat.taps("跳过")
            case "number":
                await chat.says("0")
            case "phone":
                await chat.says("13800000000")
            case "file":
                await chat.sends("全文.pdf")
                await chat.taps("完成")
            case "date":
                await chat.says("今天")
            case "nothing":
                await chat.says("2")
            case _:
                await chat.says(words)
    raise AssertionError(chat.last)


async def file(chat: Chat, subject: str = CONTACTS) -> None:
    """Fill in the report on a subject and submit it."""
    await chat.does(Tapped(f"m:file:{subject}"))
    await fill_in(chat)
    await chat.taps("提交")


async def correct(chat: Chat, words: str = "副中队长", which: str = "分管领导职务") -> None:
    """Change one answer of the newest report in sight, and submit it as a new version."""
    await chat.taps("更正")
    await chat.taps("修改")
    await chat.taps(which)
    await chat.says(words)
    await chat.taps("提交")


async def stamp(chat: Chat, letter: str = "a", name: str = "盖章件.jpg") -> None:
    """Send the stamped copy the newest sheet asks for."""
    await chat.taps("上传盖章件" if chat.find("上传盖章件") else "更换盖章件")
    await chat.does(Sent(FileRef(letter * 64, name, 9, "image/jpeg")))
    await chat.taps("完成")


async def versions(office: Office, subject: str = CONTACTS) -> list[Filed]:
    about = subjects.parse(office.campaign, subject)
    return await office.store.run(submissions.of_report, about.occurrence.duty, about.occurrence.period, about.unit)


async def newest(office: Office, subject: str = CONTACTS) -> Filed:
    return (await versions(office, subject))[-1]


async def reach(office: Office, state: str, contact: Chat, head: Chat) -> Filed:
    """Bring the contacts' report to this state by the shortest way."""
    await file(contact)
    if state in {"stamping", "reported"}:
        await head.taps("同意报送")
    if state == "reported":
        await stamp(contact)
    filed = await newest(office)
    assert filed.state == state
    return filed


# ── The way there ────────────────────────────────────────────────────────


async def test_from_the_form_to_the_stamped_copy_and_its_reception(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    await file(contact)
    assert contact.sees("20200630-02-01")
    assert contact.sees("签批后请打印盖章并上传")
    assert head.sees("请签批：农机服务中心《专项整治联系人（附件1）》")
    await head.taps("同意报送")
    assert head.sees("打印件已发给联系人")
    filed = await newest(office)
    assert filed.state == "stamping"
    assert contact.sees("请打印盖章")
    assert contact.sees(f"核验码：{filed.code}")
    assert contact.last.attachments == (
        Attachment(
            "table", f"sheet/{filed.id}", "农机服务中心《专项整治联系人（附件1）》.pdf", f"submission:{filed.id}"
        ),
    )
    await contact.taps("上传盖章件")
    assert contact.sees(filed.code)
    await stamp(contact)
    assert contact.sees("盖章件已收到，已报送执法大队")
    assert head.sees("赵某已上传")
    await brigade.does(Tapped(f"m:see:{filed.id}"))
    assert brigade.sees("盖章件：赵某")
    assert brigade.last.attachments[-1].name == "盖章件.jpg"
    await brigade.taps("接收")
    assert brigade.sees("状态：已接收")
    await contact.taps("我的报送")
    assert contact.sees("《专项整治联系人（附件1）》　20200630-02-01　已接收")


async def test_the_stamped_copy_silences_what_still_waits_to_be_said(office: Office, contact: Chat, head: Chat) -> None:
    filed = await reach(office, "stamping", contact, head)
    keys = [f"contacts/2020-06-30/nudge@{unit}" for unit in ("nongji", "xumu")]
    for key in keys:
        await office.store.run(outbox.put, key=key, recipient="person:1", kind="notice", not_before=LATER)
    await stamp(contact)
    assert [row[0] for row in await office.rows("skipped")] == keys[:1]
    assert (await newest(office)).id == filed.id


async def test_it_counts_from_the_moment_the_stamped_copy_is_there(office: Office, contact: Chat, head: Chat) -> None:
    office.it_is("2020-06-30 17:00")
    await file(contact)
    await head.taps("同意报送")
    office.it_is("2020-06-30 17:20")
    await stamp(contact)
    occurrence = subjects.occurrence(office.campaign, "contacts/2020-06-30")
    stand = await office.store.run(reports.standings_in, occurrence)
    assert stand["nongji"].kind == "on_time"
    assert stand["xumu"].kind == "missing"


async def test_a_paper_that_needs_no_signature_goes_straight_to_be_stamped(database_url: str) -> None:
    campaign = load(SAMPLE)
    parts = {name: getattr(campaign, name) for name in Campaign.model_fields}
    [duty] = [each.model_copy(update={"needs": ("stamp",)}) for each in campaign.duties if each.key == "contacts"]
    office = await Office.open(database_url, "2020-07-09 15:00", Campaign(**{**parts, "duties": (duty,), "pushes": ()}))
    contact = await office.person("赵某", ("contact", "nongji"))
    await file(contact)
    assert contact.sees("请打印盖章")
    await stamp(contact)
    assert (await newest(office)).state == "reported"
    await office.close()


async def test_a_unit_without_a_contact_account_fetches_the_sheet_itself(
    office: Office, contact: Chat, head: Chat
) -> None:
    await file(contact)
    await office.store.run(people.mark_unreachable, "web", contact.address, "blocked")
    await head.taps("同意报送")
    assert (await newest(office)).state == "signed"
    assert head.sees("暂无可通知的联系人")
    await head.taps("取打印件")
    assert (await newest(office)).state == "stamping"
    assert head.last.attachments[0].ref.startswith("sheet/")
    await stamp(head)
    assert (await newest(office)).state == "reported"
    assert (await newest(office)).stamped_by_name == "钱某"


async def test_the_sheet_can_be_fetched_again_and_changes_nothing(office: Office, contact: Chat, head: Chat) -> None:
    filed = await reach(office, "stamping", contact, head)
    leader = await office.person("周某", ("leader", ""))
    for chat in (contact, head, leader):
        await chat.does(Tapped(f"m:print:{filed.id}"))
        assert chat.last.attachments[0].ref == f"sheet/{filed.id}"
    assert leader.find("上传盖章件") is None
    assert await newest(office) == filed


async def test_there_is_no_sheet_before_the_signature_nor_where_no_stamp_is_needed(
    office: Office, contact: Chat, head: Chat
) -> None:
    filed = await reach(office, "awaiting", contact, head)
    await contact.does(Tapped(f"m:print:{filed.id}"))
    assert contact.sees("负责人签批后即可取用")
    await file(contact, "standards/2020-08-31@nongji")
    await contact.taps("查看本次报送")
    await contact.does(Tapped(contact.last.buttons[0][0].action.replace("m:fix", "m:print")))
    assert contact.sees("不用打印盖章")


async def test_a_better_copy_takes_the_place_of_the_first_and_both_are_kept(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    filed = await reach(office, "reported", contact, head)
    office.it_is("2020-07-10 09:00")
    await contact.taps("查看本次报送")
    await stamp(contact, "b", "重拍.jpg")
    assert contact.sees("盖章件已更换")
    after = await newest(office)
    assert (after.state, after.reported_at) == ("reported", filed.reported_at)
    sent = [
        entry.detail["stamp"][0]["name"]
        for entry in await office.store.run(audit.of, f"submission:{filed.id}")
        if "stamp" in entry.detail
    ]
    assert sent == ["盖章件.jpg", "重拍.jpg"]
    await contact.taps("查看本次报送")
    replace = contact.find("更换盖章件")
    assert replace is not None
    await brigade.does(Tapped(f"m:accept:{filed.id}"))
    await contact.does(Tapped(replace.action))
    assert contact.sees("已接收")
    assert contact.sees("不用再办")


# ── Cases ────────────────────────────────────────────────────────────────


async def test_two_cases_in_a_week_are_two_reports(office: Office, contact: Chat, head: Chat) -> None:
    await file(contact, "case")
    assert contact.sees("典型案例（第1件）已提交，编号 2020-001-07-01")
    await file(contact, "case")
    assert contact.sees("典型案例（第2件）已提交，编号 2020-002-07-01")
    await head.taps("待我签批")
    assert head.sees("农机服务中心典型案例（第1件）")
    await head.taps("同意报送")
    assert head.sees("继续签批（1）")
    await contact.does(Tapped("m:see:2"))
    await correct(contact, "某种子店案", "案例名称")
    assert [each.version for each in await versions(office, "case/2020-002@nongji")] == [1, 2]
    assert [each.state for each in await versions(office, "case/2020-001@nongji")] == ["reported"]


async def test_nobody_numbers_a_case_themselves(office: Office, contact: Chat, brigade: Chat) -> None:
    for chat, verb in ((contact, "file"), (brigade, "for")):
        await chat.does(Tapped(f"m:{verb}:case/2020-005@nongji"))
        assert chat.sees("对应的内容已不在了")
    await file(contact, "case")
    assert contact.sees("第1件")


async def test_another_unit_and_another_year_count_anew(office: Office, contact: Chat) -> None:
    await file(contact, "case")
    other = await office.person("吴某", ("contact", "xumu"))
    await file(other, "case")
    assert other.sees("2020-001-07-02")
    office.it_is("2021-01-04 09:00")
    await file(contact, "case")
    assert contact.sees("2021-001-07-01")


async def test_two_contacts_file_cases_at_the_same_moment(office: Office, contact: Chat) -> None:
    second = await office.person("孙某", ("contact", "nongji"))
    for chat in (contact, second):
        await chat.does(Tapped(f"m:file:{CASE}"))
        await fill_in(chat)
    place = f"SELECT pg_advisory_xact_lock({lock_number('submission', 'case', 'new', 'nongji')})"
    await race(office, tap(contact, "提交"), tap(second, "提交"), over=place)
    assert answers(contact, "第1件")
    assert answers(second, "第2件")
    assert sorted(await office.store.run(submissions.periods, "case", "nongji")) == ["2020-001", "2020-002"]


async def test_a_correction_that_changes_nothing_voids_no_stamp(office: Office, contact: Chat, head: Chat) -> None:
    await reach(office, "reported", contact, head)
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    await contact.taps("提交")
    assert contact.sees("内容没有改动，没有重新提交，原签批、盖章继续有效")
    assert contact.sees("状态：已报送")
    assert "更正" in contact.labels()
    assert [each.state for each in await versions(office)] == ["reported"]


# ── Ways back ────────────────────────────────────────────────────────────


async def test_the_head_sends_it_back_and_it_comes_again(office: Office, contact: Chat, head: Chat) -> None:
    await file(contact)
    await head.taps("退回")
    await head.says("职务请再核对")
    assert contact.sees("职务请再核对")
    await contact.taps("修改后重报")
    await contact.taps("提交")
    assert head.sees("这是更正后的第2版，内容与上一版相同")
    assert [each.state for each in await versions(office)] == ["returned", "awaiting"]


async def test_the_brigade_returns_what_was_stamped(office: Office, contact: Chat, head: Chat, brigade: Chat) -> None:
    filed = await reach(office, "reported", contact, head)
    await brigade.does(Tapped(f"m:see:{filed.id}"))
    await brigade.taps("退回")
    await brigade.says("盖章不清晰")
    assert contact.sees("盖章不清晰")
    await contact.taps("修改后重报")
    await contact.taps("提交")
    assert contact.sees("原签批和盖章随之作废，须重新签批、盖章")
    assert (await newest(office)).state == "awaiting"


async def test_a_correction_voids_signature_and_stamp_and_everybody_is_told(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    filed = await reach(office, "reported", contact, head)
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    assert contact.sees("原签批和盖章随之作废，须重新签批、盖章")
    await contact.taps("修改")
    await contact.taps("分管领导职务")
    await contact.says("副中队长")
    await contact.taps("提交")
    assert contact.sees("原签批和盖章随之作废")
    assert head.sees("这是更正后的第2版，与上一版相比有1处改动")
    assert head.sees("分管领导职务：原 已按要求开展2次　现 副中队长")
    old, new = await versions(office)
    assert (old.signed_by, old.stamp, old.state, old.answers) == (
        filed.signed_by,
        filed.stamp,
        "reported",
        filed.answers,
    )
    assert (new.signed_at, new.stamped_at, new.stamp, new.state) == (None, None, [], "awaiting")
    assert new.code != old.code
    assert new.number == old.number
    due = subjects.occurrence(office.campaign, "contacts/2020-06-30").due
    assert standing([old, new], due).correcting
    await head.taps("同意报送")
    await stamp(contact, "c")
    await brigade.does(Tapped(f"m:see:{old.id}"))
    assert brigade.sees("（第2版，更正）")
    await brigade.taps("接收")
    assert [each.state for each in await versions(office)] == ["reported", "accepted"]


async def test_what_is_printed_already_is_void_as_well(office: Office, contact: Chat, head: Chat) -> None:
    await reach(office, "stamping", contact, head)
    upload = contact.find("上传盖章件")
    assert upload is not None
    await contact.taps("查看本次报送")
    await correct(contact)
    assert contact.sees("原签批和打印件随之作废，须重新签批、盖章")
    await contact.does(Tapped(upload.action))
    assert contact.sees("已提交了新的版本")
    assert contact.sees("状态：待签批")


async def test_the_copy_of_a_version_that_was_corrected_meanwhile_is_refused_and_the_new_one_shown(
    office: Office, contact: Chat, head: Chat
) -> None:
    await reach(office, "stamping", contact, head)
    second = await office.person("孙某", ("contact", "nongji"))
    await contact.taps("上传盖章件")
    await second.does(Tapped("m:see:1"))
    await correct(second)
    await contact.does(Sent(FileRef("a" * 64, "盖章件.jpg", 9, "image/jpeg")))
    await contact.taps("完成")
    assert contact.sees("原版本的签批、盖章不再有效")
    assert contact.sees("（第2版，更正）")
    assert [(each.state, each.stamp) for each in await versions(office)] == [("stamping", []), ("awaiting", [])]
    await contact.says("/menu")
    assert not contact.sees("继续填写")


@pytest.mark.parametrize("state", ["awaiting", "stamping", "reported"])
async def test_it_can_be_withdrawn_until_the_brigade_has_accepted_it(
    office: Office, contact: Chat, head: Chat, state: str
) -> None:
    await reach(office, state, contact, head)
    upload = f"m:stamp:{(await newest(office)).id}"
    await contact.does(Tapped("m:see:1"))
    await contact.taps("撤回")
    await contact.taps("确定撤回")
    assert (await newest(office)).state == "withdrawn"
    assert head.sees("报送已撤回")
    await contact.does(Tapped(upload))
    assert contact.sees("这份报送目前是“已撤回”")
    await head.does(Tapped("m:ok:1"))
    assert head.sees("这份报送目前是“已撤回”")
    await contact.does(Tapped(f"m:file:{CONTACTS}"))
    await contact.taps("提交")
    assert [each.state for each in await versions(office)] == ["withdrawn", "awaiting"]


async def test_an_old_question_withdraws_no_newer_version(office: Office, contact: Chat, head: Chat) -> None:
    await file(contact)
    await contact.taps("查看本次报送")
    await contact.taps("撤回")
    second = await office.person("孙某", ("contact", "nongji"))
    await second.does(Tapped("m:see:1"))
    await correct(second)
    await contact.taps("确定撤回")
    assert contact.sees("已提交了新的版本")
    assert (await newest(office)).state == "awaiting"


async def test_what_the_brigade_has_accepted_stays(office: Office, contact: Chat, head: Chat, brigade: Chat) -> None:
    await reach(office, "reported", contact, head)
    await brigade.does(Tapped("m:accept:1"))
    for action in ("m:fix:1", "m:withdraw:1", "m:withdrawn:1", "m:stamp:1", f"m:file:{CONTACTS}"):
        await contact.does(Tapped(action))
        assert contact.sees("状态：已接收")
    assert [each.state for each in await versions(office)] == ["accepted"]


async def test_who_had_begun_on_an_older_version_begins_anew(office: Office, contact: Chat, head: Chat) -> None:
    second = await office.person("孙某", ("contact", "nongji"))
    await second.does(Tapped(f"m:file:{CONTACTS}"))
    await fill_in(second, words="乙")
    await file(contact)
    await second.taps("提交")
    assert second.sees("赵某已于")
    await correct(second)
    assert second.sees("已提交")
    assert [each.filed_by_name for each in await versions(office)] == ["赵某", "孙某"]


# ── Races and stale buttons ──────────────────────────────────────────────


async def test_the_head_signs_an_old_version_and_is_shown_the_new_one(
    office: Office, contact: Chat, head: Chat
) -> None:
    await file(contact)
    old = head.find("同意报送")
    assert old is not None
    await contact.taps("查看本次报送")
    await correct(contact)
    await head.does(Tapped(old.action))
    assert head.sees("填报人已提交了新的版本")
    assert head.sees("副中队长")
    await head.taps("同意报送")
    assert [(each.state, each.signed_by_name) for each in await versions(office)] == [
        ("awaiting", ""),
        ("stamping", "钱某"),
    ]


@pytest.mark.parametrize("first", ["sign", "file"])
async def test_the_head_signs_while_the_contact_files_a_new_version(
    office: Office, contact: Chat, head: Chat, first: str
) -> None:
    await file(contact)
    sign = tap(head, "同意报送")
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    await contact.taps("修改")
    await contact.taps("分管领导职务")
    await contact.says("副中队长")
    deeds = [sign, tap(contact, "提交")]
    await race(office, *(deeds if first == "sign" else reversed(deeds)), over="SELECT FROM submission FOR UPDATE")
    old, new = await versions(office)
    assert new.state == "awaiting"
    if first == "sign":
        assert (old.state, old.signed_by_name) == ("stamping", "钱某")
        assert answers(contact, "原签批和打印件随之作废")
    else:
        assert (old.state, old.signed_at) == ("awaiting", None)
        assert answers(head, "填报人已提交了新的版本")


async def test_the_brigade_accepts_while_the_contact_files_a_new_version(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    await reach(office, "reported", contact, head)
    await brigade.does(Tapped("m:see:1"))
    await contact.taps("查看本次报送")
    await contact.taps("更正")
    deeds = tap(brigade, "接收"), tap(contact, "提交")
    await race(office, *deeds, over="SELECT FROM submission FOR UPDATE")
    assert [each.state for each in await versions(office)] == ["accepted"]
    assert answers(contact, "不能再改")


# ── On behalf ────────────────────────────────────────────────────────────


async def test_the_brigade_files_for_a_unit_and_the_unit_corrects_it(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    await brigade.does(Tapped(f"m:for:{CONTACTS}"))
    assert brigade.sees("大队代报")
    await fill_in(brigade)
    await brigade.taps("提交")
    assert brigade.sees("已代农机服务中心报送，并已告知该单位")
    for chat in (contact, head):
        assert chat.sees("执法大队（李某）已代你单位报送")
    filed = await newest(office)
    assert (filed.state, filed.on_behalf, filed.reported_at) == ("reported", True, filed.filed_at)
    await contact.taps("查看本次报送")
    assert contact.sees("填报：大队代报（李某）")
    await contact.taps("我的报送")
    assert contact.sees("已报送（大队代报）")
    await contact.does(Tapped(f"m:see:{filed.id}"))
    await correct(contact)
    assert head.sees("请签批")
    assert [(each.state, each.on_behalf) for each in await versions(office)] == [
        ("reported", True),
        ("awaiting", False),
    ]


async def test_the_weeks_table_says_who_was_filed_for(office: Office, contact: Chat, brigade: Chat) -> None:
    await brigade.does(Tapped("m:for:weekly/2020-W28@nongji"))
    await brigade.taps("零报告")
    table = await office.store.run(weekly.load, "2020-W28")
    assert "大队代报（李某）" in table.rows[0].cells
    await brigade.does(Tapped("m:for:weekly/2020-W28@xumu"))
    await brigade.taps("零报告")
    assert brigade.sees("该单位还没有可通知的人员，请电话告知")


async def test_the_brigade_files_for_a_unit_only_what_the_unit_owes(
    office: Office, contact: Chat, brigade: Chat
) -> None:
    await brigade.does(Tapped(f"m:file:{CONTACTS}"))
    assert brigade.sees("不在您的权限内")
    await file(contact)
    await brigade.does(Tapped(f"m:for:{CONTACTS}"))
    assert brigade.sees("状态：待签批")
    await contact.does(Tapped(f"m:for:{CASE.replace('nongji', 'xumu')}"))
    assert contact.sees("不在您的权限内")


async def test_the_unit_files_first_and_the_brigade_is_told(office: Office, contact: Chat, brigade: Chat) -> None:
    await brigade.does(Tapped(f"m:for:{CONTACTS}"))
    await fill_in(brigade)
    await file(contact)
    await brigade.taps("提交")
    assert brigade.sees("赵某已于")
    assert [each.on_behalf for each in await versions(office)] == [False]


async def test_a_contact_who_is_of_the_brigade_as_well_files_as_the_contact(office: Office) -> None:
    both = await office.person("吴某", ("contact", "nongji"), ("brigade", ""))
    await both.does(Tapped(f"m:for:{CONTACTS}"))
    await fill_in(both)
    await both.taps("提交")
    filed = await newest(office)
    assert (filed.state, filed.on_behalf) == ("awaiting", False)
    await both.does(Tapped("m:for:contacts/2020-06-30@xumu"))
    await fill_in(both)
    await both.taps("提交")
    assert (await newest(office, "contacts/2020-06-30@xumu")).on_behalf


# ── Versions ─────────────────────────────────────────────────────────────


async def test_versions_are_listed_and_compared(office: Office, contact: Chat, head: Chat) -> None:
    await file(contact)
    await head.taps("退回")
    await head.says("职务请再核对")
    await contact.taps("修改后重报")
    await contact.taps("修改")
    await contact.taps("分管领导职务")
    await contact.says("副中队长")
    await contact.taps("提交")
    await head.taps("与上一版比较")
    assert head.sees("第2版与第1版比较")
    assert head.sees("【分管领导职务】\n原：已按要求开展2次\n现：副中队长")
    await head.taps("历次版本")
    assert head.sees("原因：职务请再核对")
    assert head.sees("状态：已退回，已被新版本替代")
    await head.does(Tapped("m:compare:1:7"))
    assert head.sees("没有上一版可比较")


async def test_long_differences_and_many_versions_are_shown_page_by_page(office: Office, contact: Chat) -> None:
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    for number in range(7):
        await contact.does(Tapped("m:fix:1"))
        await fill_in(contact)
        await contact.taps("修改")
        await contact.taps("工作开展情况")
        await contact.says(str(number) * 1400)
        await contact.taps("修改")
        await contact.taps("下周工作计划")
        await contact.says(str(number) * 700)
        await contact.taps("提交")
    filed = await newest(office, "weekly/2020-W28@nongji")
    assert filed.version == 8
    await contact.does(Tapped(f"m:compare:{filed.id}:0"))
    shown = contact.last.text
    while "下一页" in contact.labels():
        await contact.taps("下一页")
        shown += contact.last.text
        assert len(contact.last.text) <= 3000
    assert "6" * 1400 in shown
    assert "5" * 1400 in shown
    await contact.does(Tapped(f"m:versions:{filed.id}"))
    assert contact.sees("【第8版】")
    assert not contact.sees("【第1版】")
    await contact.taps("下一页")
    assert contact.sees("【第1版】")


async def test_the_code_on_a_paper_shows_the_version_it_was_printed_from(
    office: Office, contact: Chat, head: Chat, brigade: Chat
) -> None:
    filed = await reach(office, "stamping", contact, head)
    await brigade.says(filed.code.lower().replace("-", " "))
    assert brigade.sees(f"核验码 {filed.code} 对应第1版，为现行版本")
    await contact.taps("查看本次报送")
    await correct(contact)
    await brigade.says(filed.code)
    assert brigade.sees("已作废，请以最新版本为准")
    assert brigade.sees("分管领导职务：已按要求开展2次")
    stranger = await office.person("吴某", ("contact", "xumu"))
    await stranger.says(filed.code)
    assert stranger.sees("请从下面选择要办的事项")


def test_every_report_has_a_number_of_its_own() -> None:
    campaign = load(SAMPLE)
    occurrences = [each for duty in campaign.duties for each in deadlines.occurrences(campaign, duty.key)]
    occurrences += [subjects.occurrence(campaign, f"case/{deadlines.case_period(2020, n)}") for n in (1, 28, 200)]
    numbers = [
        reports.number(campaign, Subject(each, unit.key)) for each in occurrences for unit in campaign.every_unit
    ]
    assert len(set(numbers)) == len(numbers)
    gone = campaign.every_unit[1].model_copy(update={"left": True})
    units = (campaign.every_unit[0], gone, *campaign.every_unit[2:])
    after = campaign.changed(units, campaign.workdays)
    week = subjects.occurrence(campaign, "weekly/2020-W28")
    last = campaign.every_unit[-1].key
    assert reports.number(after, Subject(week, last)) == reports.number(campaign, Subject(week, last)) == "2020-28-16"


# ── Overnight ────────────────────────────────────────────────────────────


async def morning(office: Office, chat: Chat) -> list[str]:
    """Return the titles of what waited for the end of the quiet hours."""
    told = len(chat.messages)
    office.it_is("2020-07-10 07:30")
    await office.arrive()
    return [message.title.partition("：")[0] for message in chat.messages[told:]]


async def test_a_head_is_asked_in_the_morning_to_sign_only_what_is_still_to_be_signed(
    office: Office, contact: Chat, head: Chat
) -> None:
    office.it_is("2020-07-09 22:00")
    await file(contact)
    await contact.taps("查看本次报送")
    await correct(contact)
    assert await morning(office, head) == ["请签批"]
    assert head.sees("这是更正后的第2版")


async def test_what_was_withdrawn_at_night_is_not_to_be_signed(office: Office, contact: Chat, head: Chat) -> None:
    office.it_is("2020-07-09 22:00")
    await file(contact)
    await contact.taps("查看本次报送")
    await contact.taps("撤回")
    await contact.taps("确定撤回")
    assert await morning(office, head) == ["报送已撤回"]


async def test_who_stamps_at_night_is_not_asked_to_in_the_morning(office: Office, contact: Chat, head: Chat) -> None:
    await file(contact)
    office.it_is("2020-07-09 22:00")
    await head.taps("同意报送")
    await contact.does(Tapped("m:print:1"))
    await stamp(contact)
    assert await morning(office, contact) == []


async def test_what_came_back_and_went_again_at_night_is_not_to_be_mended(
    office: Office, contact: Chat, head: Chat
) -> None:
    await file(contact)
    office.it_is("2020-07-09 22:00")
    await head.taps("退回")
    await head.says("职务不符")
    await contact.does(Tapped("m:fix:1"))
    await contact.taps("提交")
    assert await morning(office, contact) == []
    assert (await newest(office)).state == "awaiting"


async def test_who_files_is_told_when_nobody_can_be_asked_to_sign(office: Office, contact: Chat) -> None:
    def enrol(work: Work) -> None:
        people.grant(work, people.create_person(work, "钱某"), "head", "nongji")

    await office.store.run(enrol)
    await file(contact)
    assert contact.sees("负责人钱某暂时收不到消息")
    assert not contact.sees("已转")
