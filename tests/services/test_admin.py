"""系统管理, told as the conversation it is: the overview, units, working days, the test message."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col

from bot.core.messages import Tapped
from exports import EXPORTS
from storage import audit, excuses, outbox, people, submissions
from storage.tables import Outbox

if TYPE_CHECKING:
    from storage.work import Work
    from tests.kit.office import Chat, Office


@pytest.fixture
async def admin(office: Office) -> Chat:
    return await office.person("钱某", ("admin", ""))


async def actions(office: Office, subject: str) -> list[str]:
    """Return what the audit says was done to something."""
    return [entry.action for entry in await office.store.read(audit.of, subject)]


async def keys(office: Office, prefix: str) -> list[tuple[str, int]]:
    return sorted(await office.store.read(outbox.known_keys, [prefix]))


# the overview


async def test_the_overview_says_what_is_missing(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"), ("head", "nongji"))
    await admin.taps("系统管理")
    assert admin.sees("单位：16个")
    assert admin.sees("人员：2人")
    assert admin.sees("缺联系人：畜牧兽医服务中心")
    assert "农机服务中心" not in admin.last.text
    assert admin.sees("现在时间：2020年7月9日（周四）15:00（北京时间）")
    assert {"人员", "邀请", "单位", "工作日", "免报", "测试消息", "名册导入", "送达异常"} <= set(admin.labels())


async def test_a_year_without_an_official_calendar_is_told(office: Office, admin: Chat) -> None:
    assert "放假安排：已按国家公布的安排" in (await admin.taps("系统管理")).text
    office.it_is("2031-07-09 15:00")
    assert "放假安排：2031年的还没有，暂按周一至周五上班" in (await admin.taps("系统管理")).text
    assert "2031年的还没有" in (await admin.taps("工作日")).text


@pytest.mark.parametrize("role", ["contact", "head", "brigade", "leader"])
async def test_nobody_else_gets_in(office: Office, role: str) -> None:
    chat = await office.person("赵某", (role, "nongji" if role in {"contact", "head"} else ""))
    assert "系统管理" not in chat.labels(await chat.says("/menu"))
    for action in (
        *("admin", "unitsadmin", "unitadmin:nongji", "unitadd", "unitname:nongji", "unitstop:nongji"),
        *("unitstopped:nongji", "unitback:nongji", "unitbacked:nongji", "days", "dayset", "dayok:2020-07-17:off"),
        *("test", "testwho", "testto:me", "testgo:me:1", "teststate:1", "roster", "rosterfile", "rosterup"),
        *("rosterok:1", "rosterno:1"),
    ):
        await chat.does(Tapped(f"m:{action}"))
        assert chat.sees("不在您的权限内"), action
    assert not office.store.do(lambda work: work.campaign.unit("nongji").left)


# units


async def test_a_new_unit_reports_from_today_on(office: Office, admin: Chat) -> None:
    await admin.taps("系统管理")
    await admin.taps("单位")
    await admin.taps("新增单位")
    await admin.answers("种子管理站", "zz")
    assert admin.sees("ZZ")
    await admin.taps("提交")
    assert admin.sees("已新增种子管理站")
    assert admin.sees("种子管理站（ZZ）")
    assert await actions(office, "unit:u1") == ["unit.add"]
    contact = await office.person("赵某", ("contact", "u1"))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    filed = await office.store.read(submissions.current, "weekly", "2020-W28", "u1")
    assert filed is not None
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.does(Tapped("m:state:weekly/2020-W27"))
    assert "种子管理站" not in brigade.last.text.partition("免报")[0]  # W27 fell due before there was such a unit
    table = await office.store.read(lambda work: list(EXPORTS["weekly"](work, "2020-W27").rows))
    assert (table[-1].cells[1], table[-1].cells[-1]) == ("种子管理站", "免报")


async def test_a_unit_without_a_code_gets_one(office: Office, admin: Chat) -> None:
    for name in ("种子管理站", "植保站"):
        await admin.does(Tapped("m:unitadd"))
        await admin.answers(name, "tap:跳过", "tap:提交")
    units = await office.store.read(lambda work: [(unit.key, unit.series) for unit in work.campaign.units[-2:]])
    assert units == [("u1", "U1"), ("u2", "U2")]


async def test_a_name_and_a_code_belong_to_one_unit(office: Office, admin: Chat) -> None:
    await admin.does(Tapped("m:unitadd"))
    await admin.says("农机 服务中心")
    assert admin.sees("已有名为“农机 服务中心”的单位，请换一个名称")
    await admin.answers("种子管理站", "NJ")
    assert admin.sees("代号“NJ”已有单位在用")
    await admin.says("种子")
    assert admin.sees("代号请以字母开头")
    await admin.answers("ZZ", "tap:提交")
    assert admin.sees("已新增种子管理站")


async def test_two_administrators_cannot_give_one_name_twice(office: Office, admin: Chat) -> None:
    other = await office.person("李某", ("admin", ""))
    for chat, code in ((admin, "ZZ"), (other, "QQ")):
        await chat.does(Tapped("m:unitadd"))
        await chat.answers("种子管理站", code)
    await asyncio.gather(admin.taps("提交"), other.taps("提交"))
    assert sorted(chat.sees("已有名为“种子管理站”的单位") for chat in (admin, other)) == [False, True]
    assert len(await office.store.read(lambda work: work.campaign.units)) == len(office.campaign.units) + 1


async def test_a_renamed_unit_is_called_so_everywhere(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("填报本周信息")
    await contact.taps("零报告")
    await admin.does(Tapped("m:unitadmin:nongji"))
    assert admin.sees("联系人：赵某")
    await admin.taps("赵某")
    assert admin.sees("角色：农机服务中心联系人")
    await admin.does(Tapped("m:unitadmin:nongji"))
    await admin.taps("改名")
    assert admin.sees("农机服务中心")
    await admin.answers("农机化服务中心", "tap:提交")
    assert admin.sees("“农机服务中心”已改名为“农机化服务中心”")
    assert await actions(office, "unit:nongji") == ["unit.rename"]
    await contact.taps("我的报送")
    await contact.taps("第28周")
    assert contact.sees("农机化服务中心第28周")


async def test_a_unit_that_stops_is_asked_for_nothing_more(office: Office, admin: Chat) -> None:
    contact, head = await office.person("赵某", ("contact", "nongji")), await office.person("周某", ("head", "nongji"))
    await admin.does(Tapped("m:unitadmin:nongji"))
    await admin.taps("停报")
    assert admin.sees("确定让农机服务中心停报吗？")
    assert not (await office.store.read(lambda work: work.campaign.unit("nongji"))).left
    await admin.taps("确定停报")
    assert admin.sees("农机服务中心已停报")
    assert await actions(office, "unit:nongji") == ["unit.stop"]
    assert contact.sees("农机服务中心即日起停报")
    assert head.sees("农机服务中心即日起停报")
    heard = len(contact.messages), len(head.messages)
    for moment in ("2020-07-09 16:00", "2020-07-10 08:30", "2020-07-10 11:00", "2020-07-10 12:00", "2020-07-13 09:00"):
        office.it_is(moment)
        await office.beat()
    assert (len(contact.messages), len(head.messages)) == heard
    await contact.taps("填报本周信息")
    assert contact.sees("已停报，不用再报送")
    await admin.does(Tapped("m:unitstopped:nongji"))
    assert admin.sees("农机服务中心已经停报了")
    assert await actions(office, "unit:nongji") == ["unit.stop"]


async def test_what_waits_to_be_said_to_a_unit_is_not_said_once_it_has_stopped(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    office.it_is("2020-07-10 08:30")
    await office.beat()
    await contact.taps("一小时后提醒")
    await admin.does(Tapped("m:unitstopped:nongji"))
    office.it_is("2020-07-10 09:31")
    await office.beat()
    assert contact.sees("停报")
    assert [error for key, _, error in await office.rows("skipped") if "/snooze/" in key] == ["left"]


async def test_a_unit_that_comes_back_does_not_owe_what_fell_due_meanwhile(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await admin.does(Tapped("m:unitstopped:nongji"))
    office.it_is("2020-07-22 10:00")
    await admin.does(Tapped("m:unitadmin:nongji"))
    await admin.taps("恢复报送")
    await admin.taps("确定恢复")
    assert admin.sees("农机服务中心已恢复报送")
    assert contact.sees("即日起恢复报送")
    assert await actions(office, "unit:nongji") == ["unit.stop", "unit.back"]
    [excuse] = await office.store.read(excuses.standing)
    assert (excuse.unit, excuse.first.isoformat(), excuse.last.isoformat()) == ("nongji", "2020-07-09", "2020-07-21")
    await office.beat()
    assert contact.sees("恢复报送")  # no reminder of the weeks before
    await admin.does(Tapped("m:unitbacked:nongji"))
    assert admin.sees("正在报送，不用恢复")


async def test_one_unit_at_least_goes_on_reporting(office: Office, admin: Chat) -> None:
    first, *others = [unit.key for unit in office.campaign.units]
    for key in others:
        await admin.does(Tapped(f"m:unitstopped:{key}"))
    await admin.does(Tapped(f"m:unitstop:{first}"))
    assert admin.sees("唯一还在报送的单位")
    await admin.taps("系统管理")
    assert admin.sees("单位：1个，另有15个已停报")


async def test_forged_buttons_find_nothing(admin: Chat) -> None:
    for action in (
        *("unitadmin:none", "unitname:none", "unitstop:none", "unitstopped:", "unitback:x", "unitsadmin:x"),
        *("dayok:2020-13-01:off", "dayok:2020-07-17:maybe", "dayok:", "testto:0", "testto:nobody", "testgo:me:x"),
        *("teststate:7", "rosterok:99", "rosterno:x"),
    ):
        await admin.does(Tapped(f"m:{action}"))
        assert admin.sees("已不在了"), action


# working days


async def choose_day(admin: Chat, day: str, work: str) -> None:
    await admin.taps("系统管理")
    await admin.taps("工作日")
    await admin.taps("调整工作日")
    await admin.answers(day, f"tap:{work}")


async def test_the_page_shows_what_differs_from_the_week(office: Office, admin: Chat) -> None:
    office.it_is("2020-09-15 10:00")
    await admin.taps("系统管理")
    await admin.taps("工作日")
    assert admin.sees("9月27日（周日）上班")
    assert admin.sees("10月1日（周四）至10月8日（周四）休息")
    assert admin.sees("10月10日（周六）上班")


async def test_a_day_off_says_what_it_moves_and_moves_it(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await choose_day(admin, "7月17日", "休息")
    assert admin.sees("7月17日（周五）由上班改为休息")
    assert admin.sees("第29周每周工作信息：由7月17日（周五）12:00改为7月16日（周四）12:00")
    assert (await office.store.read(lambda work: work.campaign)).workdays == office.campaign.workdays
    await admin.taps("确认调整")
    assert admin.sees("已调整：7月17日（周五）休息")
    assert admin.sees("【在这里调整过的】\n7月17日（周五）休息")
    assert await actions(office, "workday:2020-07-17") == ["workday.set"]
    office.it_is("2020-07-15 16:00")
    await office.beat()
    assert "7月16日" in contact.last.text


async def test_a_day_given_back_is_the_calendars_again(office: Office, admin: Chat) -> None:
    await choose_day(admin, "7月17日", "休息")
    await admin.taps("确认调整")
    await choose_day(admin, "7月17日", "按国家安排")
    assert admin.sees("由7月16日（周四）12:00改为7月17日（周五）12:00")
    await admin.taps("确认调整")
    assert "在这里调整过的" not in admin.last.text
    await choose_day(admin, "7月17日", "按国家安排")
    assert admin.sees("本来就是上班")


async def test_what_is_past_is_not_changed(office: Office, admin: Chat) -> None:
    await choose_day(admin, "7月10日", "休息")  # Friday; the report would have been due this Thursday at noon
    assert admin.sees("第28周每周工作信息的截止时间变成7月9日（周四）12:00")
    await admin.does(Tapped("m:dayok:2020-07-10:off"))
    assert admin.sees("不能改")
    await admin.does(Tapped("m:dayok:2020-07-03:off"))
    assert admin.sees("不在可调整的范围内")
    assert await actions(office, "workday:2020-07-10") == []


async def test_moving_a_day_sends_nothing_twice_and_makes_nothing_late(office: Office, admin: Chat) -> None:
    contact, head = await office.person("赵某", ("contact", "nongji")), await office.person("周某", ("head", "nongji"))
    other = await office.person("吴某", ("contact", "xumu"))
    office.it_is("2020-07-15 09:00")
    await contact.does(Tapped("m:file:weekly/2020-W29@nongji"))
    await contact.taps("零报告")
    await head.taps("同意报送")
    office.it_is("2020-07-16 16:00")  # the notice before Friday
    await office.beat()
    heard = len(other.messages)
    before = await keys(office, "weekly/2020-W29/")
    await choose_day(admin, "7月18日", "上班")  # a Saturday: moves nothing of this week
    assert admin.sees("各项报送的截止时间不变")
    await admin.taps("确认调整")
    await office.beat()
    assert await keys(office, "weekly/2020-W29/") == before
    assert len(other.messages) == heard
    office.it_is("2020-07-20 10:00")
    await office.beat()
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.does(Tapped("m:state:weekly/2020-W29"))
    assert "迟报" not in brigade.last.text
    assert brigade.sees("农机服务中心（零报告）")


async def test_nobody_is_reminded_twice_a_day_whatever_is_moved(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    office.it_is("2020-09-07 17:30")
    await office.beat()
    moves = {8: "9月9日:休息", 9: "9月9日:上班", 10: "9月10日:休息", 11: "9月12日:上班", 12: "9月14日:休息"}
    for day, moved in moves.items():
        heard = len(contact.messages)
        for moment in ("08:30", "09:00", "09:30"):
            office.it_is(f"2020-09-{day:02} {moment}")
            await office.beat()
        await choose_day(admin, *moved.split(":"))
        await admin.taps("确认调整")
        for moment in ("10:00", "16:30", "17:30"):
            office.it_is(f"2020-09-{day:02} {moment}")
            await office.beat()
        said = [(message.title, message.text) for message in contact.messages[heard:]]
        assert len(said) == len(set(said)), day
    sent = [(key, to) for key, to, _ in await office.rows("sent") if key.startswith(("inspection/", "statistics/"))]
    assert sent
    assert len(sent) == len(set(sent))


async def test_who_was_told_of_a_deadline_is_told_that_it_moves(office: Office, admin: Chat) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    done, head = await office.person("吴某", ("contact", "xumu")), await office.person("周某", ("head", "xumu"))
    office.it_is("2020-07-16 16:00")
    await office.beat()
    await done.taps("填报本周信息")
    await done.taps("零报告")
    await head.taps("同意报送")
    await contact.does(Tapped("m:snooze:weekly/2020-W29@nongji"))
    await choose_day(admin, "7月17日", "休息")  # then it were due before now
    assert admin.sees("不能改")
    office.it_is("2020-07-16 09:00")
    await choose_day(admin, "7月17日", "休息")
    await admin.taps("确认调整")
    words = "第29周每周工作信息的截止时间由7月17日（周五）12:00改为7月16日（周四）12:00，请以新的时间为准"
    assert contact.sees(words)
    assert not any("截止时间变动" in message.title for chat in (done, head) for message in chat.messages)
    heard = len(contact.messages)
    office.it_is("2020-07-16 17:10")
    await office.arrive()
    assert len(contact.messages) == heard, "the reminder that waited named the old moment"
    assert "m:todo" in {button.action for row in contact.last.buttons for button in row}


# the test message


async def test_a_message_to_oneself(office: Office, admin: Chat) -> None:
    await admin.taps("系统管理")
    await admin.taps("测试消息")
    await admin.taps("发给自己")
    assert admin.sees("将向1人发送测试消息：钱某。")
    await admin.taps("确认发送")
    assert [message.title for message in admin.messages[-2:]] == ["测试消息 · 送达情况", "测试消息"]
    assert "钱某：等待发送" in admin.messages[-2].text
    await admin.taps("刷新")
    assert admin.last.place == "same"
    assert admin.sees("钱某：已送达")


async def test_a_message_to_a_role_says_who_has_it(office: Office, admin: Chat) -> None:
    contacts = [await office.person(f"联系人{unit}", ("contact", unit)) for unit in ("nongji", "xumu")]

    def enrol(work: Work) -> None:
        people.grant(work, people.create_person(work, "郑某"), "contact", "dongwu")

    await office.store.run(enrol)
    await admin.does(Tapped("m:test"))
    await admin.taps("全体联系人")
    assert admin.sees("将向3人发送测试消息")
    button = admin.find("确认发送")
    assert button is not None
    await admin.does(Tapped(button.action))
    await admin.does(Tapped(button.action))  # a second tap sends nothing
    assert all(chat.sees("这是一条测试消息") and len(chat.messages) == 1 for chat in contacts)
    assert admin.sees("联系人nongji：已送达")
    assert admin.sees("郑某：还没有加入")
    asked = button.action.rpartition(":")[2]
    assert await actions(office, f"test:{asked}") == ["message.test"]


async def test_a_message_to_one_person_that_does_not_arrive(office: Office, admin: Chat) -> None:
    await office.person("赵某", ("contact", "nongji"))
    await admin.does(Tapped("m:test"))
    await admin.taps("选一个人")
    await admin.taps("赵某（农机服务中心）")
    await admin.taps("确认发送")

    def fail(work: Work) -> None:
        work.conn.execute(Outbox.__table__.update().where(col(Outbox.key).like("test/%")).values(state="dead"))  # type: ignore[attr-defined]

    await office.store.run(fail)
    await admin.taps("刷新")
    assert admin.sees("赵某：未送达")
