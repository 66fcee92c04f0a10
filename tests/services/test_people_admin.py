"""人员: who is who, who cannot be reached; inviting, correcting, giving and ending roles, confirmed and recorded."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.core.messages import Message, Tapped
from bot.services import attachments, enrolment, posts, reaching
from exports import qr
from storage import people
from storage.tables import Audit

if TYPE_CHECKING:
    from storage.work import Work
    from tests.kit.office import Chat, Office

HERE = "https://duban.example.cn"


@pytest.fixture
async def admin(office: Office) -> Chat:
    await office.store.run(enrolment.remember_door, enrolment.TELEGRAM, "duban_bot")
    await office.store.run(enrolment.remember_door, enrolment.WEB, HERE)
    return await office.person("管某", ("admin", ""))


async def audited(office: Office, beginning: str) -> list[str]:
    """Return the actions that were recorded, oldest first."""

    def look(work: Work) -> list[str]:
        return list(work.conn.scalars(select(col(Audit.action)).order_by(col(Audit.id))))

    return [action for action in await office.store.run(look) if action.startswith(beginning)]


async def number(office: Office, name: str) -> int:
    """Return somebody's id."""
    return next(each.id for each in await office.store.run(people.everyone) if each.name == name)


def token_of(message: Message) -> str:
    """Return the token out of the links a message shows: the same in each."""
    tokens = set(re.findall(r"(?:start=|/join/)([\w-]{32})", message.text))
    assert len(tokens) == 1
    return str(tokens.pop())


async def opens(chat: Chat, office: Office, name: str) -> Message:
    """Open somebody's page."""
    return await chat.does(Tapped(f"m:person:{await number(office, name)}"))


# ── The list ─────────────────────────────────────────────────────────────


async def test_everybody_by_unit_with_phones_and_what_is_missing(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    await opens(admin, office, "赵某")
    await admin.taps("修改姓名电话")
    await admin.says("修改")
    await admin.taps("2. 电话")
    await admin.says("13800000000")
    await admin.taps("确认修改")
    await admin.taps("返回人员")
    assert admin.sees("【农机服务中心】\n联系人　赵某　13800000000")
    assert admin.sees("【局机关】\n管理员　管某")
    assert admin.sees("缺负责人") is False
    assert admin.sees("缺单位负责人：")
    contacts = next(line for line in admin.last.text.splitlines() if line.startswith("缺联系人"))
    assert "农机服务中心" not in contacts


async def test_a_long_list_is_turned_page_by_page(office: Office, admin: Chat) -> None:
    units = [unit.key for unit in office.campaign.units]
    for place in range(14):
        await office.person(f"员{place}", ("contact", units[place % len(units)]))
    await admin.does(Tapped("m:people"))
    first = {label for label in admin.labels() if label.startswith("员")}
    assert len(admin.last.buttons) <= 12
    await admin.taps("下一页")
    second = {label for label in admin.labels() if label.startswith("员")}
    assert len(first | second) == 14
    assert not first & second
    await admin.taps("上一页")
    assert {label for label in admin.labels() if label.startswith("员")} == first


async def test_whoever_cannot_be_reached_comes_first(office: Office, admin: Chat) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    gone = await office.person("赵某", ("contact", "nongji"))
    await office.person("钱某", ("head", "nongji"))
    await office.store.run(lambda work: people.grant(work, people.create_person(work, "李某"), "contact", "xumu"))
    await office.store.run(reaching.mark, "web", gone.address, "Forbidden: bot was blocked by the user")
    await brigade.taps("人员名册")
    assert "联系不上的人员（2）" in admin.labels(brigade.last)[-3:]
    await brigade.taps("联系不上的人员")
    assert brigade.sees("赵某（已停用机器人）")
    assert brigade.sees("李某（无聊天帐号）")
    assert not brigade.sees("钱某")
    await gone.says("/menu")  # whoever writes is reached again
    await brigade.does(Tapped("m:people:lost"))
    assert not brigade.sees("赵某")


async def test_whoever_blocks_the_bot_is_told_of_once_an_occasion(office: Office, admin: Chat) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    await office.store.run(
        lambda work: people.correct(
            work, people.account(work, "web", head.address).person_id or 0, "钱某", "13800000001"
        )
    )
    for _ in range(2):
        await office.store.run(reaching.mark, "web", contact.address, "blocked")
    await office.arrive()
    for chat in (admin, brigade):
        assert [message.title for message in chat.messages].count("人员联系不上") == 1
        assert chat.sees("赵某（农机服务中心联系人）收不到消息了：已停用机器人")
        assert chat.sees("钱某13800000001")
    assert not head.messages
    await contact.says("/menu")
    office.hands.now += timedelta(days=1)
    await office.store.run(reaching.mark, "web", contact.address, "blocked")
    await office.arrive()
    assert [message.title for message in admin.messages].count("人员联系不上") == 2


# ── Who may ──────────────────────────────────────────────────────────────

SEEING = ("m:people", "m:people:lost", "m:people:0", "m:person:1", "m:invited")
MANAGING = (
    "m:invite", "m:rename:1", "m:addrole:1", "m:dismiss:1", "m:dismissed:1:admin:", "m:reinvite:1", "m:reinvited:1",
    "m:handover:1", "m:uninvite:1", "m:uninvited:1",
)  # fmt: skip
NAMING = ("m:deputy", "m:depute", "m:depute:nongji")
ROLES = {"contact": "nongji", "head": "nongji", "brigade": "", "leader": "", "admin": ""}
MAY = {
    **{action: {"brigade", "admin"} for action in SEEING},
    **{action: {"admin"} for action in MANAGING},
    **{action: {"head", "admin"} for action in NAMING},
}


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_and_action_is_for_its_roles_only(office: Office, admin: Chat, role: str) -> None:
    chat = await office.person("某", (role, ROLES[role]))
    for action, allowed in MAY.items():
        await chat.does(Tapped(action))
        assert chat.sees("不在您的权限内") == (role not in allowed), action
    assert (await office.store.run(people.find, 1)) is not None
    if role != "admin":
        assert await audited(office, "role") == []


async def test_the_brigade_sees_phones_and_changes_nothing(office: Office, admin: Chat) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.taps("人员名册")
    await brigade.taps("管某")
    assert brigade.sees("角色：管理员")
    assert admin.labels(brigade.last) == ["返回人员", "返回菜单"]


@pytest.mark.parametrize(
    "action",
    ["m:person:999", "m:person:x", "m:people:x:1", "m:people:nobody", "m:rename:999999999", "m:dismiss:1:boss:",
     "m:dismissed:1:contact:nowhere", "m:handover:1:contact:nowhere", "m:uninvite:7", "m:undepute:7", "m:undeputed:1",
     "m:depute:nowhere", "m:depute:page:x"],
)  # fmt: skip
async def test_forged_buttons_do_nothing(office: Office, admin: Chat, action: str) -> None:
    await admin.does(Tapped(action))
    assert admin.last.text
    assert await audited(office, "") == []


# ── Inviting ─────────────────────────────────────────────────────────────


async def test_an_invitation_is_confirmed_shown_as_link_and_picture_and_works_once(office: Office, admin: Chat) -> None:
    await admin.does(Tapped("m:invite"))
    await admin.answers("tap:联系人", "tap:农机服务中心", "赵某", "13800000000")
    assert await audited(office, "invitation") == []
    link = await admin.taps("确认邀请")
    assert f"https://t.me/duban_bot?start={token_of(link)}" in link.text
    assert f"{HERE}/join/{token_of(link)}" in link.text
    assert "7月16日15:00前有效" in link.text
    assert [each.name for each in link.attachments] == ["邀请二维码_Telegram.png", "邀请二维码_网页.png"]
    for each in link.attachments:
        kind, _, target = each.ref.partition("/")
        assert (kind, target in link.text) == ("invitation-qr", True)
        assert qr.png(target).startswith(b"\x89PNG")
        assert await office.store.run(attachments.permitted, "web", admin.address, each)

    await admin.does(Tapped("m:people"))
    await admin.taps("未加入（1）")
    assert admin.sees("赵某（农机服务中心联系人），电话13800000000")

    newcomer, late = await office.stranger(), await office.stranger()
    await newcomer.says(f"/start {token_of(link)}")
    assert newcomer.sees("赵某，您好")
    assert admin.sees("赵某已通过邀请链接加入：农机服务中心联系人")
    await late.says(f"/start {token_of(link)}")
    assert late.sees("无法使用")
    assert (await office.store.run(people.members, "contact", "nongji"))[0].phone == "13800000000"
    assert await audited(office, "invitation") == ["invitation.create", "invitation.use"]
    assert not await office.store.run(attachments.permitted, "web", newcomer.address, link.attachments[0])


async def test_whoever_makes_a_link_does_not_use_it_up_by_looking(office: Office, admin: Chat) -> None:
    await admin.does(Tapped("m:invite"))
    await admin.answers("tap:大队联系人", "孙某", "tap:跳过")
    token = token_of(await admin.taps("确认邀请"))
    await admin.says(f"/start {token}")
    assert admin.sees("这是发给孙某的邀请链接")
    newcomer = await office.stranger()
    await newcomer.says(f"/start {token}")
    assert newcomer.sees("大队联系人")


async def test_an_invitation_can_be_taken_back(office: Office, admin: Chat) -> None:
    await admin.does(Tapped("m:invite"))
    await admin.answers("tap:领导小组", "周某", "tap:跳过")
    token = token_of(await admin.taps("确认邀请"))
    await admin.taps("查看邀请")
    await admin.taps("作废第1条")
    assert admin.sees("确定作废发给周某的邀请")
    confirm = admin.find("确认作废")
    await admin.taps("确认作废")
    assert admin.sees("没有尚未使用的邀请")
    assert confirm is not None
    await admin.does(Tapped(confirm.action))
    assert admin.sees("已经用过、作废或过期了")
    stranger = await office.stranger()
    await stranger.says(f"/start {token}")
    assert stranger.sees("无法使用")
    assert await audited(office, "invitation") == ["invitation.create", "invitation.take_back"]


async def test_without_an_address_no_link_is_made(office: Office) -> None:
    admin = await office.person("管某", ("admin", ""))
    await admin.does(Tapped("m:invite"))
    assert admin.sees("DUBAN_PUBLIC_URL")


async def test_a_new_phone_leads_back_to_the_same_person(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    await contact.says("走访养殖户三家")
    await opens(admin, office, "赵某")
    await admin.taps("重新邀请")
    token = token_of(await admin.taps("确认生成"))
    colleague = await office.person("钱某", ("head", "nongji"))
    await colleague.says(f"/start {token}")
    assert colleague.sees("这是发给赵某的邀请链接")
    phone = await office.stranger()
    await phone.says(f"/start {token}")
    assert phone.sees("赵某，您好")
    assert phone.sees("继续填写")
    assert len(await office.store.run(people.members, "contact", "nongji")) == 1


async def test_a_new_phone_brings_no_role_back_that_has_ended(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    await opens(admin, office, "赵某")
    await admin.taps("重新邀请")
    token = token_of(await admin.taps("确认生成"))
    await opens(admin, office, "赵某")
    await admin.taps("免去角色")
    await admin.taps("确认免去")
    phone = await office.stranger()
    await phone.says(f"/start {token}")
    assert await office.store.run(people.members, "contact", "nongji") == []


# ── Roles ────────────────────────────────────────────────────────────────


async def test_a_role_is_given_and_ended_after_one_question_each(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await opens(admin, office, "赵某")
    await admin.taps("增加角色")
    await admin.answers("tap:单位负责人", "tap:农机服务中心")
    assert not contact.messages
    await admin.taps("确认增加")
    assert admin.sees("角色：农机服务中心联系人、农机服务中心单位负责人")
    assert contact.sees("您已被设为农机服务中心单位负责人")

    await admin.taps("增加角色")
    await admin.answers("tap:单位负责人", "tap:农机服务中心", "tap:确认增加")
    assert admin.sees("已经是农机服务中心单位负责人")

    await opens(admin, office, "赵某")
    await admin.taps("免去角色")
    await admin.taps("农机服务中心联系人")
    assert admin.sees("暂时无人")
    await admin.taps("取消")
    assert admin.sees("农机服务中心联系人")
    await admin.taps("免去角色")
    await admin.taps("农机服务中心联系人")
    confirm = admin.find("确认免去")
    await admin.taps("确认免去")
    assert admin.sees("角色：农机服务中心单位负责人")
    assert contact.sees("您不再担任农机服务中心联系人")
    assert confirm is not None
    await admin.does(Tapped(confirm.action))
    assert admin.sees("已不在此人名下")
    assert await audited(office, "role") == ["role.give", "role.end"]


async def test_the_last_administrator_stays(office: Office, admin: Chat) -> None:
    await opens(admin, office, "管某")
    await admin.taps("免去角色")
    await admin.taps("确认免去")
    assert admin.sees("这是最后一位管理员")
    assert len(await office.store.run(people.members, "admin")) == 1
    other = await office.person("吕某", ("admin", ""))
    await opens(other, office, "管某")
    await other.taps("免去角色")
    await other.taps("确认免去")
    await admin.says("/menu")
    assert admin.sees("没有使用权限")


async def test_a_name_is_corrected_with_a_record(office: Office, admin: Chat) -> None:
    await office.person("赵木", ("contact", "nongji"))
    await opens(admin, office, "赵木")
    await admin.taps("修改姓名电话")
    await admin.taps("确认修改")
    assert admin.sees("没有改动")
    await admin.taps("修改姓名电话")
    await admin.says("修改")
    await admin.taps("1. 姓名")
    await admin.says("赵某")
    await admin.taps("确认修改")
    assert admin.last.title == "赵某"
    assert await audited(office, "person") == ["person.correct"]


async def test_two_administrators_who_dismiss_each_other_at_once_leave_one(office: Office, admin: Chat) -> None:
    await office.person("吕某", ("admin", ""))
    ended = await asyncio.gather(
        *(office.store.run(posts.end, person, "admin", "", 3 - person) for person in (1, 2)), return_exceptions=True
    )
    assert sorted(str(each) for each in ended) == ["None", "last_admin"]
    assert len(await office.store.run(people.members, "admin")) == 1


async def test_an_administrators_open_links_end_with_their_role(office: Office, admin: Chat) -> None:
    other = await office.person("吕某", ("admin", ""))
    await other.does(Tapped("m:invite"))
    await other.answers("tap:管理员", "郑某", "tap:跳过", "tap:确认邀请")
    token = token_of(other.last)
    await opens(admin, office, "吕某")
    await admin.taps("免去角色")
    assert admin.sees("还没有使用的邀请链接一并作废")
    await admin.taps("确认免去")
    phone = await office.stranger()
    await phone.says(f"/start {token}")
    assert phone.sees("无法使用")
