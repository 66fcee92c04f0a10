"""换人: the successor takes over role, unfinished forms and notices; nothing is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from bot.core.messages import Message, Tapped
from bot.services import notices, posts
from storage import drafts, people, submissions
from storage.tables import Audit
from tests.services.test_people_admin import admin, number, opens, token_of

if TYPE_CHECKING:
    from storage.work import Work
    from tests.kit.office import Chat, Office

__all__ = ["admin"]


async def replaced(admin: Chat, office: Office, leaver: str, *steps: str) -> None:
    """Let the admin replace somebody, up to the question that asks for confirmation."""
    await opens(admin, office, leaver)
    await admin.taps("换人")
    await admin.answers(*steps)


async def drafting(chat: Chat) -> None:
    """Begin the weekly report."""
    await chat.taps("填报本周信息")
    await chat.taps("跳过")
    await chat.says("走访养殖户三家")


async def audit_rows(office: Office, action: str) -> list[dict[str, Any]]:
    def look(work: Work) -> list[dict[str, Any]]:
        return list(work.conn.scalars(select(col(Audit.detail)).where(col(Audit.action) == action)))

    return await office.store.run(look)


async def test_a_colleague_takes_over_at_once_with_what_was_begun(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    successor = await office.person("钱某", ("head", "nongji"))
    await drafting(leaver)
    old = leaver.last.buttons[0][0]
    await replaced(admin, office, "赵某", "tap:钱某（单位负责人）")
    assert (await office.store.run(people.members, "contact", "nongji"))[0].name == "赵某", "not before it is confirmed"
    await admin.taps("确认换人")
    assert admin.sees("农机服务中心联系人已由钱某接任")
    assert leaver.sees("您不再担任农机服务中心联系人，由钱某接任。您未填完的1份内容已移交给钱某继续办理")
    assert successor.sees("您已接任农机服务中心联系人（原由赵某担任）")
    assert successor.sees("移交给您未填完的内容1份")
    await successor.taps("继续填写")
    await successor.taps("上一步")
    assert successor.sees("走访养殖户三家")
    await leaver.does(Tapped(old.action))
    assert leaver.sees("没有使用权限")
    assert [row["to"] for row in await audit_rows(office, "role.pass")] == [await number(office, "钱某")]


async def test_a_leaver_who_stays_elsewhere_is_told_kindly_where_their_form_is(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    await office.person("钱某", ("head", "nongji"))
    await leaver.taps("填报本周信息")
    await leaver.taps("农机")
    old = leaver.find("零报告")
    await opens(admin, office, "赵某")
    await admin.taps("换人")
    await admin.taps("农机服务中心联系人")
    await admin.answers("tap:钱某（单位负责人）", "tap:确认换人")
    assert old is not None
    await leaver.does(Tapped(old.action))
    assert leaver.sees("这份内容已移交给钱某继续办理")
    await leaver.says("走访养殖户三家")
    assert leaver.sees("请从下面选择要办的事项")
    await leaver.taps("填报本周信息")
    assert leaver.sees("畜牧兽医服务中心")


async def test_until_the_invited_successor_has_come_in_the_predecessor_stays(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    await drafting(leaver)
    await replaced(admin, office, "赵某", "tap:还没有加入的人员", "李某", "13800000000", "tap:确认换人")
    assert admin.sees("李某打开链接后自动接任")
    token = token_of(admin.last)
    await opens(admin, office, "赵某")
    assert admin.sees("已邀请李某接任农机服务中心联系人")
    await leaver.says("/menu")
    assert leaver.sees("继续填写")
    newcomer = await office.stranger()
    await newcomer.says(f"/start {token}")
    assert [each.name for each in await office.store.run(people.members, "contact", "nongji")] == ["李某"]
    assert leaver.sees("由李某接任")
    assert any("移交给您未填完的内容1份" in message.text for message in newcomer.messages)
    await newcomer.taps("继续填写")
    await newcomer.taps("上一步")
    assert newcomer.sees("走访养殖户三家")


async def test_a_namesake_takes_over_as_somebody_else(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    before = await number(office, "赵某")
    await replaced(admin, office, "赵某", "tap:还没有加入的人员", "赵某", "tap:跳过", "tap:确认换人")
    newcomer = await office.stranger()
    await newcomer.says(f"/start {token_of(admin.last)}")
    assert [each.id for each in await office.store.run(people.members, "contact", "nongji")] != [before]


async def test_somebody_of_another_unit_is_named_and_has_to_be_known(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    other = await office.person("冯某", ("contact", "xumu"))
    for unit in ("xumu", "nongji"):
        await office.person("陈某", ("head", unit))
    await office.person("陈某", ("leader", ""))
    await replaced(admin, office, "赵某", "tap:其他单位的在册人员", "孟某")
    assert admin.sees("名册里没有“孟某”")
    await admin.says("陈某")
    assert admin.sees("几位“陈某”")
    await admin.says("冯某")
    await admin.taps("确认换人")
    assert other.sees("您已接任农机服务中心联系人")
    assert ("contact", "xumu") in next(
        each.roles for each in await office.store.run(people.everyone) if each.name == "冯某"
    )


async def test_a_draft_of_the_same_report_stays_beside_the_leavers_own(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    colleague = await office.person("钱某", ("contact", "nongji"), ("head", "nongji"))
    await drafting(leaver)
    await colleague.taps("填报本周信息")
    await opens(admin, office, "赵某")
    await admin.taps("免去角色")
    await admin.taps("确认免去")
    assert leaver.sees("您不再担任农机服务中心联系人")
    [record] = await audit_rows(office, "role.end")
    assert list(record) == ["role", "unit", "drafts_closed"]
    assert len(await office.store.run(drafts.of_person, await number(office, "钱某"))) == 1


async def test_what_waits_for_a_signature_waits_for_the_new_head(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await office.person("钱某", ("head", "nongji"))
    new = await office.person("李某", ("leader", ""))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await replaced(admin, office, "钱某", "tap:其他单位的在册人员", "李某", "tap:确认换人")
    assert new.sees("待您签批1份")
    await new.taps("待我签批")
    await new.taps("同意报送")
    assert contact.sees("李某已同意报送")


async def test_reminders_go_on_for_the_successor_and_stop_for_the_leaver(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    successor = await office.person("钱某", ("leader", ""))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    reminded = len(leaver.messages)
    await replaced(admin, office, "赵某", "tap:其他单位的在册人员", "钱某", "tap:确认换人")
    await office.beat()
    assert successor.sees("农机服务中心"), "the rung that still matters reaches the successor"
    office.it_is("2020-07-10 11:00")
    await office.beat()
    assert successor.sees("还没有报送")
    assert [message.title for message in leaver.messages[reminded:]] == ["角色变动"]


async def test_notices_under_way_reach_the_successor_once(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    successor = await office.person("钱某", ("head", "nongji"))
    ids = {name: await number(office, name) for name in ("赵某", "钱某")}

    def queue(work: Work) -> None:
        filed = submissions.file(
            work, duty="weekly", period="2020-W27", unit="nongji", number="2020-27-01", answers={}, form_version=1,
            zero=True, filed_by=ids["赵某"], state="returned",
        )  # fmt: skip
        for key in (f"returned/{filed.id}", "weekly/2020-W28/snooze/7@nongji", "weekly/2020-W28/prompt@nongji"):
            notices.tell(work, [ids["赵某"]], key, Message(f"《{key}》"))
        notices.tell(work, [ids["赵某"], ids["钱某"]], f"signed/{filed.id}", Message("《both》"))
        notices.tell(work, [ids["赵某"]], "test/1", Message("《own》"))

    await office.store.run(queue)
    await office.store.run(posts.pass_on, ids["赵某"], "contact", "nongji", ids["钱某"], None)
    await office.arrive()
    assert quoted(successor) == ["《returned/1》", "《weekly/2020-W28/snooze/7@nongji》", "《both》"]
    assert quoted(leaver) == ["《own》"]


def quoted(chat: Chat) -> list[str]:
    return [message.text for message in chat.messages if message.text.startswith("《")]


async def test_what_the_leaver_filed_stays_theirs(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"))
    await office.person("钱某", ("head", "nongji"))
    await leaver.taps("填报本周信息")
    await leaver.taps("零报告")
    await replaced(admin, office, "赵某", "tap:钱某（单位负责人）", "tap:确认换人")
    filed = await office.store.run(submissions.current, "weekly", "2020-W28", "nongji")
    assert filed is not None
    assert filed.filed_by_name == "赵某"


async def test_a_hand_over_confirmed_twice_or_too_late_changes_nothing(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    await office.person("钱某", ("head", "nongji"))
    await replaced(admin, office, "赵某", "tap:钱某（单位负责人）")
    await office.store.run(people.end, await number(office, "赵某"), "contact", "nongji")
    await admin.taps("确认换人")
    assert admin.sees("已不在此人名下")
    assert await audit_rows(office, "role.pass") == []
    await admin.says("/menu")
    assert not admin.sees("继续填写")


async def test_who_stays_in_the_unit_keeps_what_belongs_to_their_other_role(office: Office, admin: Chat) -> None:
    both = await office.person("赵某", ("contact", "nongji"), ("head", "nongji"))
    await office.person("钱某", ("contact", "nongji"))
    await both.taps("填报本周信息")
    await both.taps("零报告")
    await both.taps("待我签批")
    await both.taps("退回")
    await opens(admin, office, "赵某")
    await admin.taps("换人")
    await admin.taps("农机服务中心联系人")
    await admin.answers("tap:其他单位的在册人员", "钱某", "tap:确认换人")
    await both.says("数字需要核对")
    assert both.sees("已退回")


async def test_a_reminder_of_two_units_still_reaches_who_stays_in_one(office: Office) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    await office.person("钱某", ("head", "nongji"))
    key = "weekly/2020-W28/prompt@nongji"
    await office.store.run(notices.tell, [1], key, Message("《农机服务中心、畜牧兽医服务中心请报送》"))
    await office.store.run(posts.pass_on, 1, "contact", "nongji", 2, None)
    await office.arrive()
    assert quoted(leaver) == ["《农机服务中心、畜牧兽医服务中心请报送》"]


async def test_what_the_last_contact_had_begun_waits_for_the_next(office: Office, admin: Chat) -> None:
    leaver = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    await leaver.taps("填报本周信息")
    await leaver.taps("农机")
    await leaver.taps("跳过")
    await leaver.says("走访养殖户三家")
    await office.store.run(posts.end, 1 + 1, "contact", "nongji", None)
    await admin.does(Tapped("m:invite"))
    await admin.answers("tap:联系人", "tap:农机服务中心", "李某", "tap:跳过", "tap:确认邀请")
    newcomer = await office.stranger()
    await newcomer.says(f"/start {token_of(admin.last)}")
    assert any("此前有1份内容没有填完，已移交给您" in message.text for message in newcomer.messages)
    await newcomer.taps("继续填写")
    await newcomer.taps("上一步")
    assert newcomer.sees("走访养殖户三家")
    assert len(await audit_rows(office, "draft.pass")) == 1


async def test_who_reports_for_units_by_now_keeps_what_they_have_begun(office: Office, admin: Chat) -> None:
    former = await office.person("赵某", ("contact", "nongji"), ("brigade", ""))
    await office.store.run(posts.end, 2, "contact", "nongji", None)
    await former.does(Tapped("m:for:weekly/2020-W28@nongji"))
    await former.taps("跳过")
    await office.store.run(posts.give, 1, "contact", "nongji", None)
    await former.says("走访养殖户三家")
    assert not former.sees("移交")
    assert len(await office.store.run(drafts.of_person, 2)) == 1


async def test_of_two_who_were_invited_the_first_takes_over(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    tokens = []
    for name in ("李某", "孟某"):
        await replaced(admin, office, "赵某", "tap:还没有加入的人员", name, "tap:跳过", "tap:确认换人")
        tokens.append(token_of(admin.last))
    first, second = await office.stranger(), await office.stranger()
    await second.says(f"/start {tokens[1]}")
    await first.says(f"/start {tokens[0]}")
    assert first.sees("无法使用")
    assert [each.name for each in await office.store.run(people.members, "contact", "nongji")] == ["孟某"]


async def test_two_administrators_who_replace_somebody_at_once_name_one_successor(office: Office, admin: Chat) -> None:
    other = await office.person("吕某", ("admin", ""))
    await office.person("赵某", ("contact", "nongji"))
    for name in ("李某", "孟某"):
        await office.person(name, ("head", "nongji"))
    await replaced(admin, office, "赵某", "tap:李某（单位负责人）")
    await replaced(other, office, "赵某", "tap:孟某（单位负责人）")
    await asyncio.gather(admin.taps("确认换人"), other.taps("确认换人"))
    assert len(await office.store.run(people.members, "contact", "nongji")) == 1
    assert sorted(chat.sees("已由") for chat in (admin, other)) == [False, True]
    assert len(await audit_rows(office, "role.pass")) == 1


async def test_what_waits_for_the_morning_is_not_said_to_whoever_has_left_the_brigade(office: Office) -> None:
    await office.person("孙某", ("brigade", ""))
    await office.person("李某", ("brigade", ""), ("contact", "nongji"))
    ids = {name: await number(office, name) for name in ("孙某", "李某")}

    def queue(work: Work) -> None:
        for key, kind in (("issue/7/ask_closing", "notice"), ("weekly/2020-W28/table/weekly/1", "push")):
            notices.tell(work, ids.values(), key, Message(f"《{key}》"), kind=kind)

    office.it_is("2020-07-09 22:30")
    await office.store.run(queue)
    for each in ids.values():
        await office.store.run(posts.end, each, "brigade", "", None)
    office.it_is("2020-07-10 08:00")
    await office.arrive()
    assert quoted(office.chats["孙某"]) == []
    assert office.chats["孙某"].sees("您不再担任大队联系人")
    assert len(quoted(office.chats["李某"])) == 2, "of whoever stays in another role nothing is taken"
