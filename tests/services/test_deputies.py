"""代签: named by head or admin, signing until a day, ended by that day, by hand, or with the head's own role."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.messages import Tapped
from storage import drafts, people, posts, submissions
from tests.services.test_people_admin import admin, number, opens, token_of

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office

__all__ = ["admin"]


async def named(office: Office) -> tuple[Chat, Chat, Chat]:
    """Return contact, head and the deputy they have named until Friday."""
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    deputy = await office.person("李某", ("leader", ""))
    await head.taps("代签")
    assert head.sees("目前没有代签")
    await head.taps("指定代签人")
    await head.answers("tap:其他单位的在册人员", "李某", "7月10日")
    assert not deputy.messages
    await head.taps("确认指定")
    return contact, head, deputy


async def test_a_deputy_signs_until_the_day_that_was_named(office: Office) -> None:
    contact, head, deputy = await named(office)
    assert head.sees("李某自现在起代您签批农机服务中心的报送")
    assert deputy.sees("钱某请您代为签批农机服务中心的报送，至7月10日（含当天）")
    await head.taps("查看代签")
    assert head.sees("李某代钱某签批，至7月10日")

    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    assert deputy.sees("请签批")
    await deputy.taps("同意报送")
    assert contact.sees("已签批")
    person = await number(office, "李某")
    filed = await office.store.run(submissions.current, "weekly", "2020-W28", "nongji")
    assert filed is not None
    assert filed.signed_by_name == "李某（代）"
    await contact.taps("查看")
    assert contact.sees("签批：李某（代）")
    assert await office.store.run(posts.is_deputy, person, "nongji")
    assert not await office.store.run(posts.is_deputy, await number(office, "钱某"), "nongji")

    office.it_is("2020-07-11 00:00")
    await deputy.says("/menu")
    assert not deputy.sees("单位负责人"), "over, before any heartbeat"
    assert [each.name for each in await office.store.run(people.members, "head", "nongji")] == ["钱某"]
    for now in ("2020-07-11 00:01", "2020-07-11 09:00"):
        office.it_is(now)
        await office.beat()
    for chat in (head, deputy):
        assert [message.title for message in chat.messages].count("代签结束") == 1
    signed_at = office.hands.now - timedelta(days=1)
    assert await office.store.run(posts.is_deputy, person, "nongji", signed_at)
    assert not await office.store.run(posts.is_deputy, person, "nongji")


async def test_the_head_ends_it_early_once(office: Office) -> None:
    _, head, deputy = await named(office)
    await head.taps("提前结束")
    assert head.sees("确定提前结束李某的代签吗")
    again = head.find("确认结束")
    await head.taps("确认结束")
    assert head.sees("李某代钱某签批农机服务中心报送的期限已结束")
    assert deputy.sees("恢复由钱某签批")
    await head.says("代签")
    assert head.sees("目前没有代签")
    await deputy.says("/menu")
    assert not deputy.sees("待我签批")
    assert again is not None
    await head.does(Tapped(again.action))
    assert head.sees("这次代签已经结束")


async def test_a_deputy_named_again_stands_in_until_the_new_day(office: Office) -> None:
    _, head, _ = await named(office)
    await head.taps("指定代签人")
    await head.answers("tap:其他单位的在册人员", "李某", "7月17日", "tap:确认指定")
    await head.taps("查看代签")
    assert head.sees("至7月17日")
    assert not head.sees("至7月10日")


async def test_a_deputy_names_nobody(office: Office) -> None:
    _, _, deputy = await named(office)
    await deputy.taps("代签")
    await deputy.taps("指定代签人")
    assert deputy.sees("代签期间不能再指定代签人")


async def test_the_admin_names_and_an_invited_deputy_begins_by_coming_in(office: Office, admin: Chat) -> None:
    head = await office.person("钱某", ("head", "nongji"))
    await opens(admin, office, "钱某")
    await admin.taps("返回人员")
    await admin.taps("代签")
    await admin.taps("指定代签人")
    await admin.taps("畜牧兽医服务中心")
    assert admin.sees("还没有负责人")
    await admin.taps("农机服务中心")
    await admin.answers("tap:还没有加入的人员", "李某", "tap:跳过", "7月10日", "tap:确认指定")
    assert "7月11日00:00前有效" in admin.last.text, "no longer than there is something to stand in for"
    newcomer = await office.stranger()
    await newcomer.says(f"/start {token_of(admin.last)}")
    assert any("代为签批" in message.text for message in newcomer.messages)
    assert any("李某自现在起代您签批" in message.text for message in head.messages)


async def test_nobody_stands_in_for_a_head_who_is_none_any_more(office: Office, admin: Chat) -> None:
    _, head, deputy = await named(office)
    await head.taps("指定代签人")
    await head.answers("tap:还没有加入的人员", "孟某", "tap:跳过", "7月17日", "tap:确认指定")
    token = token_of(head.last)
    await opens(admin, office, "钱某")
    await admin.taps("换人")
    await admin.answers("tap:赵某（联系人）", "tap:确认换人")
    assert deputy.sees("已结束")
    assert [each.name for each in await office.store.run(people.members, "head", "nongji")] == ["赵某"]
    late = await office.stranger()
    await late.says(f"/start {token}")
    assert late.sees("无法使用")


async def test_a_deputy_is_not_replaced_but_ended(office: Office, admin: Chat) -> None:
    _, head, deputy = await named(office)
    await opens(admin, office, "李某")
    assert admin.sees("农机服务中心单位负责人（代钱某签批，至7月10日）")
    await admin.taps("换人")
    assert admin.sees("目前没有可以换人的岗位")
    await opens(admin, office, "李某")
    await admin.taps("免去角色")
    await admin.taps("单位负责人")
    await admin.taps("确认免去")
    assert deputy.sees("恢复由钱某签批")
    assert head.sees("恢复由钱某签批")


async def test_a_deputy_is_called_one_wherever_they_decide(office: Office) -> None:
    contact, _, deputy = await named(office)
    await deputy.says("/menu")
    assert deputy.sees("您的身份：领导小组、农机服务中心单位负责人（代）。")
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await deputy.taps("退回")
    await deputy.says("数字需要核对")
    assert contact.sees("李某（代）")
    await contact.taps("修改")
    await contact.taps("零报告")
    await deputy.taps("同意报送")
    assert "李某（代）" in contact.last.text


@pytest.mark.parametrize("how", ["换人", "免去角色"])
async def test_what_a_deputy_had_begun_goes_to_whoever_signs_from_then_on(
    office: Office, admin: Chat, how: str
) -> None:
    contact, _, deputy = await named(office)
    await office.person("周某", ("head", "nongji"))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await deputy.taps("退回")
    await opens(admin, office, "钱某")
    await admin.taps(how)
    if how == "换人":
        await admin.answers("tap:其他单位的在册人员", "周某", "tap:确认换人")
    else:
        await admin.taps("确认免去")
    successor = await number(office, "周某")
    rows = await office.store.run(drafts.of_person, successor)
    assert [row.form for row in rows] == ["return"]
    assert any("报送的期限已结束。" in message.text for message in deputy.messages), "and not that 钱某 signs again"
