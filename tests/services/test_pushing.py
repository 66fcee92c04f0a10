"""Tables that go out by themselves, and what becomes of them: once, to everybody named, and nobody is left guessing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.campaigns import load, read
from bot.core.messages import Tapped
from bot.core.plain_text import unbracketed
from bot.core.pushes import PUSHABLE
from bot.services import pushing
from bot.services.offers import OFFERS
from bot.texts import pushing as texts
from exports import EXPORTS
from storage import outbox, people, pushes
from storage.outbox import LEASE, Outcome
from tests.kit.office import SAMPLE, Chat, Office
from tests.storage import making

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.campaign import Campaign
    from bot.core.tables import Table
    from storage.work import Work

OUTSIDE = ["mail", "wecom"]
RECIPIENTS = """
[[recipients]]
key = "office"
name = "整治办邮箱"
channel = "mail"
address = "office@example.cn"

[[recipients]]
key = "group"
name = "整治工作群"
channel = "wecom"

[[pushes]]
table = "bulletin"
duty = "weekly"
to = ["leader"]
also = ["office"]
after_due_minutes = 300

[[pushes]]
table = "reconciliation"
duty = "weekly"
to = ["leader"]
"""


def wired(after: str = "0") -> Campaign:
    """The sample with somebody outside the chats: the week's table goes to a mailbox and a group too."""
    text = SAMPLE.read_text(encoding="utf-8").replace("after_due_minutes = 0", f"after_due_minutes = {after}", 1)
    return read(text.replace('# also = ["office", "group"]', 'also = ["office", "group"]', 1) + RECIPIENTS)


@pytest.fixture
async def wide(database_url: str) -> AsyncIterator[Office]:
    office = await Office.open(database_url, "2020-07-09 15:00", wired())
    yield office
    await office.close()


async def outside(office: Office) -> list[tuple[str, str, str]]:
    """Return what is queued for nobody's chat as (key, recipient, file)."""

    def look(work: Work) -> list[tuple[str, str, str]]:
        found = [row for rows in pushes.newest(work, 50) for row in rows if row.channel in OUTSIDE]
        return [
            (row.key, f"{row.channel}:{row.address}", row.payload["attachments"][0]["name"])
            for row in sorted(found, key=lambda row: row.id)
        ]

    rows = await office.store.run(look)
    await office.store.run(
        lambda work: work.conn.exec_driver_sql("UPDATE outbox SET state='new' WHERE state='claimed'")
    )
    return rows


async def ends(
    office: Office,
    state: Any,  # noqa: ANN401
    error: str = "",
    channel: str = "wecom",
    delay: int = 0,
    most: int = 50,
) -> int:
    """Let what waits for a channel be tried, and end so; return its id."""

    def attempt(work: Work) -> int:
        (row,) = outbox.claim(work, "test", most, LEASE, [channel])
        assert outbox.sending(work, row.id, "test", LEASE)
        outbox.settle(work, [Outcome(row.id, state, error=error, delay=timedelta(seconds=delay))])
        return row.id

    return await office.store.run(attempt)


async def states_of(office: Office, channel: str) -> list[str]:
    def look(work: Work) -> list[str]:
        rows = [row for rows in pushes.newest(work, 50) for row in rows if row.channel == channel]
        return [row.state for row in sorted(rows, key=lambda row: row.id)]

    return await office.store.read(look)


async def passes(office: Office, minutes: float) -> None:
    office.hands.now += timedelta(minutes=minutes)
    await office.beat()


async def friday_noon(office: Office) -> Chat:
    brigade = await office.person("李某", ("brigade", ""))
    await office.everyone_files([office.campaign.units[0].key])
    office.it_is("2020-07-10 12:00")
    await office.beat()
    return brigade


def test_a_table_is_called_alike_whether_it_comes_by_itself_or_is_fetched() -> None:
    campaign = wired()
    for table, pushable in PUSHABLE.items():
        duty = next(duty for duty in campaign.duties if pushable.fits(duty))
        if table in OFFERS:
            assert texts.name(duty, table) == unbracketed(OFFERS[table].name(campaign)), table


async def test_late_reports_renew_the_table_at_most_every_half_hour(office: Office) -> None:
    units = [unit.key for unit in office.campaign.units]
    brigade = await office.person("李某", ("brigade", ""))

    def tables() -> int:
        return sum("汇总表" in message.title for message in brigade.messages)

    await office.everyone_files(units[:2])
    office.it_is("2020-07-10 12:00")
    await office.beat()
    assert tables() == 1
    await office.beat()
    assert tables() == 1
    await office.everyone_files([units[2]])
    await office.beat()
    assert tables() == 1, "less than half an hour after the first"
    office.it_is("2020-07-10 12:30")
    await office.beat()
    await office.beat()
    assert tables() == 2
    assert brigade.last.attachments[0].ref == "weekly/2020-W28"
    assert brigade.last.attachments[0].name.endswith(".xlsx")
    office.it_is("2020-07-10 15:00")
    await office.beat()
    assert tables() == 2, "nothing has changed since"


async def test_a_table_goes_to_chats_mailbox_and_group_once_each(wide: Office) -> None:
    brigade = await friday_noon(wide)
    assert sum(message.title.startswith("每周工作信息汇总表") for message in brigade.messages) == 1
    key, name = "weekly/2020-W28/table/weekly/1", "每周工作信息汇总表_2020年第28周.xlsx"
    assert await outside(wide) == [(key, "mail:office", name), (key, "wecom:group", name)]
    await passes(wide, 1)
    await passes(wide, 120)
    assert len(await outside(wide)) == 2, "nothing has changed since"
    await wide.everyone_files([wide.campaign.units[1].key])
    await wide.beat()
    assert [row[0][-1] for row in await outside(wide)] == ["1", "1", "2", "2"]


async def test_what_tells_how_things_stood_is_sent_once(wide: Office) -> None:
    leader = await wide.person("孙某", ("leader", ""))
    await friday_noon(wide)
    wide.it_is("2020-07-10 17:00")
    await wide.beat()
    (stock, sent) = [each for each in leader.messages if each.attachments]
    assert stock.title == "问题整改对账表 · 第28周（7月6日—7月10日）"
    assert sent.title == "整治情况通报 · 第28周（7月6日—7月10日）"
    assert sent.attachments[0].ref == "bulletin/2020-W28"
    await wide.everyone_files([wide.campaign.units[1].key])
    await wide.store.run(lambda work: making.enter(work, 1, making.new("新录入的问题")))
    await passes(wide, 60)
    assert sum(bool(each.attachments) for each in leader.messages) == 2
    assert [row[0] for row in await outside(wide) if "bulletin" in row[0]] == ["weekly/2020-W28/table/bulletin/1"]


async def test_who_blocked_the_bot_is_not_written_to_at_each_renewal(wide: Office) -> None:
    await friday_noon(wide)
    gone = await wide.person("周某", ("brigade", ""))
    await wide.store.run(people.mark_unreachable, "web", gone.address, "blocked")
    await wide.everyone_files([wide.campaign.units[1].key])
    await passes(wide, 30)
    assert not any(each.attachments for each in gone.messages)
    await wide.store.run(people.mark_unreachable, "web", gone.address, "")
    await wide.everyone_files([wide.campaign.units[2].key])
    await passes(wide, 30)
    assert gone.last.title.startswith("每周工作信息汇总表")


async def test_nobody_to_send_it_to_yet_and_it_waits_for_them(office: Office) -> None:
    office.it_is("2020-07-10 12:00")
    await office.beat()
    brigade = await office.person("李某", ("brigade", ""))
    await passes(office, 10)
    assert any(each.title.startswith("每周工作信息汇总表") for each in brigade.messages)


@pytest.mark.parametrize(("back", "sent"), [("2020-09-14 17:30", 1), ("2020-09-14 17:31", 0)])
async def test_after_two_weeks_down_nobody_wants_the_table_any_more(office: Office, back: str, sent: int) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    office.it_is(back)
    await office.beat()
    assert sum(each.title == "行政裁量基准进度表 · 8月31日截止" for each in brigade.messages) == sent


@pytest.mark.parametrize("end", ["dead", "unknown"])
async def test_what_is_given_up_is_told_at_once_and_once(wide: Office, end: str) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, end, "机器人密钥不对")
    before = len(brigade.messages)
    await passes(wide, 0.1)
    await passes(wide, 0.1)
    assert len(brigade.messages) == before + 1
    assert brigade.last.title == "有1份推送未送达"
    assert brigade.sees("整治工作群（企业微信）：每周工作信息汇总表 · 第28周（7月6日—7月10日）")
    assert brigade.sees("机器人密钥不对")
    assert brigade.sees("先问对方是否收到") == (end == "unknown")


async def test_sent_again_it_arrives_or_is_told_of_again(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="mail")
    row = await ends(wide, "dead", "机器人密钥不对")
    await passes(wide, 1)
    await brigade.taps("重发：整治工作群（企业微信）")
    assert brigade.sees("已安排重新发送")
    assert await ends(wide, "dead", "机器人密钥不对") == row
    before = len(brigade.messages)
    await passes(wide, 1)
    assert len(brigade.messages) == before + 1, "it failed again"
    await brigade.taps("重发：整治工作群（企业微信）")
    await ends(wide, "sent")
    before = len(brigade.messages)
    await passes(wide, 5)
    assert len(brigade.messages) == before
    await brigade.does(Tapped(f"m:resend:{row}"))
    assert brigade.sees("已经送达或重新发送过了")
    await brigade.says("送达情况")
    assert brigade.sees("李某、整治办邮箱（邮件）、整治工作群（企业微信）：已送达")


async def test_sent_again_in_quiet_hours_it_goes_out_when_they_end(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="mail")
    row = await ends(wide, "dead", "机器人密钥不对")
    wide.it_is("2020-07-10 22:00")
    await brigade.does(Tapped(f"m:resend:{row}"))
    assert brigade.sees("现在是免打扰时间，7月11日 07:30重新发送。结果请看“送达情况”。")
    with pytest.raises(ValueError, match="not enough values"):
        await ends(wide, "sent")
    wide.it_is("2020-07-11 07:30")
    assert await ends(wide, "sent") == row


async def test_what_is_tried_again_is_told_of_within_five_minutes_and_can_be_hurried(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="wecom")
    await ends(wide, "retry", "连不上邮件服务器", channel="mail", delay=300)
    before = len(brigade.messages)
    await passes(wide, 2.9)
    assert len(brigade.messages) == before, "what breaks for a moment mends itself"
    await passes(wide, 0.2)
    assert len(brigade.messages) == before + 1
    assert brigade.sees("整治办邮箱（邮件）")
    assert brigade.sees("正在重试，连不上邮件服务器")
    await brigade.taps("重发：整治办邮箱（邮件）")
    await ends(wide, "sent", channel="mail")
    before = len(brigade.messages)
    await passes(wide, 10)
    assert len(brigade.messages) == before


async def test_what_is_just_being_tried_again_is_not_said_to_be_on_its_way(wide: Office) -> None:
    brigade = await friday_noon(wide)
    row = await ends(wide, "retry", "连不上邮件服务器", channel="mail")
    await wide.store.run(outbox.claim, "test", 50, LEASE, ["mail"])
    assert await wide.store.run(outbox.sending, row, "test", LEASE)
    await brigade.says("送达情况")
    assert brigade.sees("整治办邮箱（邮件）：正在重试，连不上邮件服务器")
    assert "重发：整治办邮箱（邮件）" not in brigade.labels(), "it is being sent at this moment"


async def test_what_is_given_up_after_all_is_told_of_once_more(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="wecom")
    await ends(wide, "retry", "邮件服务器要求稍后再发（451）", channel="mail", delay=300)
    await passes(wide, 4)
    assert brigade.sees("正在重试")
    await passes(wide, 2)
    await ends(wide, "dead", "收件邮箱不被接受（550），请核对地址", channel="mail")
    before = len(brigade.messages)
    await passes(wide, 1)
    await passes(wide, 1)
    assert len(brigade.messages) == before + 1
    assert brigade.sees("未送达，收件邮箱不被接受（550），请核对地址")


async def test_a_table_renewed_before_it_could_be_sent_is_sent_once(wide: Office) -> None:
    units = [unit.key for unit in wide.campaign.units]
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="wecom")
    await ends(wide, "retry", "连不上邮件服务器", channel="mail", delay=300)
    await wide.everyone_files(units[1:2])
    await passes(wide, 60)
    assert (await states_of(wide, "mail")) == ["skipped", "new"]
    assert (await states_of(wide, "wecom")) == ["sent", "new"]
    await brigade.says("送达情况")
    assert brigade.sees("整治办邮箱（邮件）：未发送，已有更新的一份")


async def test_what_changes_at_night_is_one_table_in_the_morning(wide: Office) -> None:
    units = [unit.key for unit in wide.campaign.units]
    brigade = await friday_noon(wide)
    for unit in units[1:4]:
        contact = await wide.person(f"{unit}联系人", ("contact", unit))
        await wide.person(f"{unit}负责人", ("head", unit))
        await contact.taps("填报本周信息")
        await contact.taps("零报告")
    await wide.arrive()
    for unit, at in zip(units[1:4], ("21:30", "22:10", "23:00"), strict=True):
        wide.it_is(f"2020-07-10 {at}")
        await wide.chats[f"{unit}负责人"].taps("同意报送")
        await wide.beat()
    before = sum(bool(each.attachments) for each in brigade.messages)
    wide.it_is("2020-07-11 07:30")
    await wide.beat()
    assert sum(bool(each.attachments) for each in brigade.messages) == before + 1


async def test_a_table_that_cannot_be_made_stops_nothing_else_and_is_told_of(
    wide: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(work: Work, _rest: str) -> Table:
        raise ValueError(work.now)

    monkeypatch.setitem(EXPORTS, "weekly", broken)  # as a fault of ours would be
    brigade = await friday_noon(wide)
    assert "cannot be made" in caplog.text
    await ends(wide, "dead", "unmakeable", channel="mail")
    await passes(wide, 1)
    assert brigade.sees(
        "整治办邮箱（邮件）：每周工作信息汇总表 · 第28周（7月6日—7月10日）未送达，表格没有做成，请告知管理员"
    )
    monkeypatch.undo()
    await passes(wide, 60)
    assert (await states_of(wide, "mail")) == ["dead", "new"], "it can be made now"


async def test_what_arrives_in_time_is_not_spoken_of(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="wecom")
    await ends(wide, "retry", "连不上邮件服务器", channel="mail")
    await ends(wide, "sent", channel="mail")
    before = len(brigade.messages)
    await passes(wide, 30)
    assert len(brigade.messages) == before


async def test_the_administrator_is_told_too_and_another_replica_tells_nobody_twice(wide: Office) -> None:
    admin = await wide.person("吴某", ("admin", ""))
    await friday_noon(wide)
    await ends(wide, "dead", "机器人密钥不对")
    for _ in range(3):
        await wide.store.run(pushing.tell_failing)
    await wide.arrive()
    assert sum(message.title == "有1份推送未送达" for message in admin.messages) == 1


@pytest.mark.parametrize("blocked", [("李某",), ("李某", "吴某")])
async def test_whoever_can_be_reached_is_told_and_everybody_where_nobody_can(
    wide: Office, blocked: tuple[str, ...]
) -> None:
    await wide.person("吴某", ("admin", ""))
    await friday_noon(wide)
    await ends(wide, "dead", "机器人密钥不对")
    for name in blocked:
        await wide.store.run(people.mark_unreachable, "web", wide.chats[name].address, "blocked")
    await passes(wide, 1)
    told = {name for name, chat in wide.chats.items() if any("未送达" in each.title for each in chat.messages)}
    assert told & {"李某", "吴某"} == ({"吴某"} if len(blocked) == 1 else {"李某", "吴某"})


async def test_how_each_table_fared_is_seen_on_one_page(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "dead", "机器人密钥不对")
    await brigade.taps("送达情况")
    assert brigade.last.title == "送达情况"
    assert brigade.last.text.splitlines() == [
        "▪ 每周工作信息汇总表 · 第28周（7月6日—7月10日），7月10日 12:00",
        "李某：已送达",
        "整治办邮箱（邮件）：待发送",
        "整治工作群（企业微信）：未送达，机器人密钥不对",
    ]
    assert [button.label for row in brigade.last.buttons for button in row] == [
        "重发：整治工作群（企业微信）",
        "送达异常（1）",
        "返回菜单",
    ]
    await brigade.taps("送达异常（1）")
    assert brigade.sees("1. 整治工作群（企业微信）：每周工作信息汇总表")


async def test_older_occasions_are_on_the_next_page(office: Office) -> None:
    brigade = await office.person("李某", ("brigade", ""))
    for week in range(6):
        office.it_is(f"{date(2020, 7, 10) + timedelta(weeks=week)} 12:00")
        await office.beat()
    await brigade.says("送达情况")
    assert re.findall(r"▪ .*(第\d+周)", brigade.last.text) == ["第33周", "第32周", "第31周", "第30周", "第29周"]
    await brigade.taps("下一页")
    assert re.findall(r"▪ .*(第\d+周)", brigade.last.text) == ["第28周"]
    await brigade.taps("上一页")
    assert brigade.sees("第33周")


async def test_of_several_tables_for_one_mailbox_each_button_says_which(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="wecom")
    await ends(wide, "dead", "收件邮箱不被接受（550），请核对地址", channel="mail")
    wide.it_is("2020-07-10 17:00")
    await wide.everyone_files([wide.campaign.units[1].key])
    await wide.beat()
    for _ in range(2):
        await ends(wide, "dead", "收件邮箱不被接受（550），请核对地址", channel="mail", most=1)
    await passes(wide, 1)
    week = "第28周（7月6日—7月10日）"
    expected = [f"重发：整治办邮箱（邮件），{table} · {week}" for table in ("整治情况通报", "每周工作信息汇总表")]
    assert brigade.labels()[:2] == expected
    await brigade.says("送达情况")
    assert [label for label in brigade.labels() if "重发" in label] == expected


async def test_a_table_whose_day_passed_while_the_product_was_down_is_written_down(wide: Office) -> None:
    brigade = await wide.person("李某", ("brigade", ""))
    wide.it_is("2020-07-17 12:00")
    await wide.beat()
    assert sum(message.title.startswith("每周工作信息汇总表") for message in brigade.messages) == 1
    await brigade.says("送达情况")
    assert brigade.sees("第28周")
    assert brigade.sees("各收件人：未发送，当时程序没有运行")


async def test_what_failed_a_week_ago_is_no_news(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "dead", "机器人密钥不对")
    wide.it_is("2020-07-17 12:01")
    await wide.beat()
    assert not any("未送达" in each.title for each in brigade.messages)


async def test_while_it_is_quiet_a_table_waits_for_mailboxes_and_groups_too(database_url: str) -> None:
    def due(work: Work) -> list[str]:
        return sorted(row.address for row in outbox.claim(work, "test", 50, LEASE, OUTSIDE))

    office = await Office.open(database_url, "2020-07-09 15:00", wired(after="600"))
    for moment, addresses in (("2020-07-10 22:00", []), ("2020-07-11 07:30", ["group", "office", "office"])):
        office.it_is(moment)
        await office.beat()
        assert await office.store.run(due) == addresses
    await office.close()


async def test_nothing_fails_while_it_is_quiet(wide: Office) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "sent", channel="mail")
    wide.it_is("2020-07-10 20:59")
    row = await ends(wide, "retry", "连不上企业微信", channel="wecom", delay=60)
    before = len([each for each in brigade.messages if "未送达" in each.title])
    wide.it_is("2020-07-10 23:00")
    await wide.beat()
    wide.it_is("2020-07-11 07:31")
    await wide.beat()
    assert len([each for each in brigade.messages if "未送达" in each.title]) == before
    assert await ends(wide, "retry", "连不上企业微信", channel="wecom", delay=60) == row
    await passes(wide, 4)
    assert len([each for each in brigade.messages if "未送达" in each.title]) == before + 1


async def test_a_recipient_who_left_the_file_is_still_named(wide: Office, database_url: str) -> None:
    brigade = await friday_noon(wide)
    await ends(wide, "dead", "机器人密钥不对")
    later = await Office.open(database_url, "2020-07-10 12:10", load(SAMPLE))
    brigade.office = later
    await brigade.says("送达情况")
    assert brigade.sees("group（企业微信）：未送达")
    await later.close()
