"""Getting in: one-time links, strangers, guesses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.core.problems import Problem
from bot.services import enrolment, posts
from storage import people

if TYPE_CHECKING:
    from tests.kit.office import Office


async def test_a_link_binds_a_person_to_unit_and_role_once(office: Office) -> None:
    unit = office.campaign.units[0]
    issued = await office.store.run(enrolment.invite, "contact", unit.key, "赵某")
    newcomer, other = await office.stranger(), await office.stranger()
    await newcomer.says(f"/start {issued.token}")
    assert newcomer.sees("赵某")
    assert newcomer.sees(f"{unit.name}联系人")
    assert newcomer.sees("填报本周信息")
    await other.says(f"/start {issued.token}")
    assert other.sees("无法使用")


async def test_used_expired_and_unknown_links_answer_alike(office: Office) -> None:
    issued = await office.store.run(enrolment.invite, "brigade")
    office.hands.now += timedelta(days=8)
    late, guesser = await office.stranger(), await office.stranger()
    await late.says(f"/start {issued.token}")
    await guesser.says("/start abcdefgh")
    assert late.last == guesser.last


async def test_guesses_are_slowed_even_for_the_right_token(office: Office) -> None:
    issued = await office.store.run(enrolment.invite, "brigade", "", "李某")
    guesser = await office.stranger()
    for guess in range(5):
        await guesser.says(f"/start wrong{guess}")
    await guesser.says(f"/start {issued.token}")
    assert guesser.sees("无法使用")
    office.hands.now += timedelta(hours=1, minutes=1)
    await guesser.says(f"/start {issued.token}")
    assert guesser.sees("李某")


async def test_strangers_get_one_polite_line_and_no_more(office: Office) -> None:
    stranger = await office.stranger()
    await stranger.says("你好")
    assert stranger.sees("仅供受邀")
    assert not stranger.last.buttons
    for words in ("有人吗", "/menu", "/weekly"):
        await stranger.says(words)
    assert len(stranger.messages) == 1


async def test_somebody_known_gains_a_role_and_keeps_the_others(office: Office) -> None:
    units = office.campaign.units
    contact = await office.person("赵某", ("contact", units[0].key))
    issued = await office.store.run(enrolment.invite, "head", units[1].key)
    await contact.says(f"/start {issued.token}")
    assert contact.sees(f"{units[0].name}联系人")
    assert contact.sees(f"{units[1].name}单位负责人")


async def test_a_new_phone_finds_the_drafts_and_reports_of_the_old_one(office: Office) -> None:
    unit = office.campaign.units[0]
    old, new, namesake = await office.stranger(), await office.stranger(), await office.stranger()
    for phone in (old, new):
        issued = await office.store.run(enrolment.invite, "contact", unit.key, "赵某")
        await phone.says(f"/start {issued.token}")
        if phone is old:
            await old.taps("填报本周信息")
            await old.taps("跳过")
            await old.says("走访养殖户三家")
    assert new.sees("继续填写")
    issued = await office.store.run(enrolment.invite, "contact", office.campaign.units[1].key, "赵某")
    await namesake.says(f"/start {issued.token}")
    assert not namesake.sees("继续填写"), "somebody of the same name elsewhere is somebody else"


@pytest.mark.parametrize(("role", "unit"), [("boss", ""), ("contact", ""), ("contact", "nowhere"), ("brigade", "UNIT")])
async def test_an_invitation_that_makes_no_sense_is_refused(office: Office, role: str, unit: str) -> None:
    unit = office.campaign.units[0].key if unit == "UNIT" else unit
    with pytest.raises(Problem):
        await office.store.run(enrolment.invite, role, unit)


async def test_only_the_hash_of_a_token_is_stored(office: Office, database_url: str) -> None:
    issued = await office.store.run(enrolment.invite, "brigade")
    rows = await office.store.run(
        lambda work: [str(row) for row in work.conn.execute(text("SELECT * FROM invitation"))]
    )
    assert rows
    assert issued.token not in "".join(rows), database_url


async def test_who_was_dismissed_is_let_in_again_as_themselves(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await office.store.run(posts.end, 1, "contact", "nongji", None)
    await office.arrive()
    await contact.says("/menu")
    assert contact.sees("没有使用权限")
    issued = await office.store.run(enrolment.invite, "head", "xumu", "赵某")
    await contact.says(f"/start {issued.token}")
    assert contact.sees("畜牧兽医服务中心单位负责人")
    assert [each.id for each in await office.store.run(people.members, "head", "xumu")] == [1]


async def test_a_phone_that_was_passed_on_becomes_the_successors(office: Office) -> None:
    phone = await office.person("赵某", ("contact", "nongji"))
    issued = await office.store.run(enrolment.invite, "contact", "nongji", "李某", terms={"replaces": 1})
    await phone.says(f"/start {issued.token}")
    assert phone.sees("这是发给李某的邀请链接"), "the leaver would only use it up"
    await office.store.run(posts.end, 1, "contact", "nongji", None)
    await office.arrive()
    await phone.says(f"/start {issued.token}")
    assert phone.sees("李某，您好")
    assert "赵某" in await office.store.run(people.names), "what 赵某 has filed stays theirs"


async def test_a_link_for_a_colleague_is_not_used_up_by_looking(office: Office) -> None:
    contact, newcomer = await office.person("赵某", ("contact", "nongji")), await office.stranger()
    issued = await office.store.run(enrolment.invite, "admin", "", "李某")
    await contact.says(f"/start {issued.token}")
    assert contact.sees("这是发给李某的邀请链接")
    await newcomer.says(f"/start {issued.token}")
    assert newcomer.sees("管理员")


async def test_ones_own_link_opened_again_leads_to_the_menu(office: Office) -> None:
    issued = await office.store.run(enrolment.invite, "contact", "nongji", "赵某")
    newcomer = await office.stranger()
    for _ in range(6):
        await newcomer.says(f"/start {issued.token}")
        assert newcomer.sees("赵某，您好")
    await office.store.run(posts.end, 1, "contact", "nongji", None)
    await office.arrive()
    await newcomer.says(f"/start {issued.token}")
    assert newcomer.sees("没有使用权限")


async def test_a_deputy_called_like_a_head_is_somebody_else(office: Office) -> None:
    await office.person("钱某", ("head", "nongji"))
    await office.person("管某", ("head", "nongji"), ("admin", ""))
    terms = enrolment.Terms(deputy_of=1, until=(office.hands.now + timedelta(days=1)).isoformat(), by=1)
    issued = await office.store.run(enrolment.invite, "head", "nongji", "管某", terms=terms)
    newcomer = await office.stranger()
    await newcomer.says(f"/start {issued.token}")
    await newcomer.says("/menu")
    assert newcomer.sees("单位负责人")
    assert not newcomer.sees("管理员")
