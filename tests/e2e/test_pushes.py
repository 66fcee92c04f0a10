"""Friday noon's table on its way out of the house, to a mailbox and a group, by a real process that may die on the way.

The mail server and WeCom's are servers of the test (tests.kit.smtp, tests.kit.wecom); the brigade reads on a phone.
"""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlmodel import col

from storage.tables import Outbox
from tests.e2e.bureau import Bureau, free_port
from tests.kit.process import SAMPLE, command
from tests.kit.smtp import PASSWORD, USER, Fault, MailHouse
from tests.kit.wecom import KEY, WecomHouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from storage.work import Work

RECIPIENTS = f"""
[[recipients]]
key = "office"
name = "整治办邮箱"
channel = "mail"
address = "{USER}"

[[recipients]]
key = "group"
name = "整治工作群"
channel = "wecom"
"""
FILE = "每周工作信息汇总表_2020年第28周.xlsx"
KILLED = 137


def campaign_file(folder: Path) -> Path:
    """Write the sample with somebody outside the chats to whom the week's table goes; return where."""
    text = SAMPLE.read_text("utf-8").replace('# also = ["office", "group"]', 'also = ["office", "group"]', 1)
    path = folder / "campaign.toml"
    path.write_text(text + RECIPIENTS, "utf-8")
    return path


def settings(folder: Path, mail: str, group: WecomHouse) -> dict[str, str]:
    return {
        "DUBAN_CAMPAIGN": str(campaign_file(folder)),
        "DUBAN_SMTP": mail,
        "DUBAN_SMTP_PASSWORD": PASSWORD,
        "DUBAN_MAIL_FROM": USER,
        "DUBAN_WECOM": f"group={KEY}",
        "DUBAN_WECOM_API": group.url,
    }


def folder_of(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()]


async def until(met: Callable[[], object], what: str) -> None:
    async with asyncio.timeout(15):
        while not met():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)
    assert met(), what


@pytest.mark.parametrize(
    "death",
    ["", "push_tables-before-commit", "push_tables-after-commit", "send-before:2", "send-after:2", "send-after:4"],
)
async def test_the_table_is_in_the_chat_the_mailbox_and_the_group_once(small_bureau: Bureau, death: str) -> None:
    bureau = small_bureau
    brigade = await bureau.person("李某", "brigade")
    async with MailHouse(wants_login=True) as house, WecomHouse() as group:
        bot = bureau.bot("2020-07-10 12:00:01", settings=settings(bureau.folder, house.address, group))
        if death:
            await bot.start(failpoint=death)
            assert await bot.ended() == KILLED
        await bot.start()
        await brigade.reads("每周工作信息汇总表")
        await bureau.quiet()

        # What may have arrived is not sent again; the brigade hears of it, asks, and sends it with one tap.
        for words, arrived in (("整治办邮箱", house.mails), ("整治工作群", _files(group))):
            assert len(arrived) <= 1
            if not arrived:
                told = await brigade.reads(words)
                assert told.has("不确定是否送达")
                await brigade.taps(f"重发：{words}", on=told)
                await bureau.quiet()
        tables = [each for each in brigade.messages if each.file]
        assert len(tables) == 1 or (await brigade.reads("李某：每周工作信息汇总表")).has("不确定是否送达")
        await bot.stop()
    (mail,) = house.mails
    (file,) = _files(group)
    assert list(mail.files) == [file.name] == [FILE]
    assert mail.message["Subject"] == "每周工作信息汇总表 · 第28周（7月6日—7月10日）"
    for content in (mail.files[FILE], file.content):
        sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
        assert sum(row[0].value is not None and row[0].value in range(1, 17) for row in sheet.iter_rows()) == 16
    assert PASSWORD not in bot.complaints()
    assert KEY not in bot.complaints()


async def test_a_group_that_threw_the_robot_out_is_told_of_and_served_again_by_a_tap(small_bureau: Bureau) -> None:
    bureau = small_bureau
    brigade = await bureau.person("李某", "brigade")
    async with MailHouse(wants_login=True) as house, WecomHouse(keys=()) as group:
        bot = bureau.bot("2020-07-10 12:00:01", settings=settings(bureau.folder, house.address, group))
        await bot.start()
        told = await brigade.reads("有1份推送未送达")
        assert told.has("整治工作群（企业微信）：每周工作信息汇总表")
        assert told.has("机器人的密钥不对")
        group.keys = (KEY,)
        await brigade.taps("重发：整治工作群", on=told)
        await until(lambda: _files(group), "the table in the group")
        await bureau.quiet()
        await brigade.says("送达情况")
        assert brigade.last.has("整治工作群（企业微信）：已送达")
        await bot.stop()
    assert len(house.mails) == len(_files(group)) == 1


async def test_a_mail_server_that_is_down_is_told_of_within_five_minutes_and_waited_for(small_bureau: Bureau) -> None:
    bureau = small_bureau
    brigade = await bureau.person("李某", "brigade")
    house = MailHouse()
    house.port = free_port()
    async with WecomHouse() as group:
        bot = bureau.bot("2020-07-10 12:00:01", speed=60, settings=settings(bureau.folder, house.address, group))
        await bot.start()
        told = await brigade.reads("推送未送达")
        assert told.has("整治办邮箱（邮件）")
        assert told.has("连不上邮件服务器")
        queued, said = await _moments(bureau)
        assert (said - queued).total_seconds() <= 300
        async with house:
            await until(lambda: house.mails, "the mail")
            await bureau.quiet()
        assert len(house.mails) == len(_files(group)) == 1
        assert sum(each.has("推送未送达") for each in brigade.messages) == 1
        await bot.stop()


async def test_a_greylisting_server_gets_it_at_the_second_try(small_bureau: Bureau) -> None:
    bureau = small_bureau
    brigade = await bureau.person("李某", "brigade")
    async with MailHouse(faults=[Fault("rcpt", "451 4.7.1 greylisted")]) as house, WecomHouse() as group:
        bot = bureau.bot("2020-07-10 12:00:01", settings=settings(bureau.folder, house.address, group))
        await bot.start()
        await until(lambda: house.mails, "the mail")
        await bureau.quiet()
        await bot.stop()
    assert len(house.mails) == 1
    assert not any(each.has("未送达") for each in brigade.messages)


async def test_the_operator_tries_every_recipient_beforehand(tmp_path: Path) -> None:
    async with MailHouse(wants_login=True) as house, WecomHouse() as group:
        given = settings(tmp_path, house.address, group)
        ended = await command("push", "test", folder=tmp_path, settings=given)
        assert (ended.status, ended.err) == (0, "")
        assert ended.out.splitlines() == ["整治办邮箱（邮件）：已送达", "整治工作群（企业微信）：已送达"]
        assert list(house.mails[0].files) == ["督办推送测试.xlsx"]
        assert [each.kind for each in group.shown[KEY]] == ["file", "text"]

        wrong = given | {"DUBAN_SMTP_PASSWORD": "mistyped"}
        ended = await command("push", "test", "office", folder=tmp_path, settings=wrong)
        assert ended.status == 2
        assert "整治办邮箱（邮件）：邮件服务器不接受用户名或密码（535），多数邮箱要填授权码" in ended.out
        assert "mistyped" not in ended.out + ended.err

        ended = await command("push", "test", "ofice", folder=tmp_path, settings=given)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err == "方案里没有代号为 ofice 的收件人。\n"

        bare = {name: value for name, value in given.items() if name == "DUBAN_CAMPAIGN"}
        ended = await command("push", "test", folder=tmp_path, settings=bare)
        assert ended.status == 2
        assert "还没有设置发信服务器（DUBAN_SMTP）" in ended.out
        assert "还没有设置这个群的机器人（DUBAN_WECOM）" in ended.out
    assert len(house.mails) == 1
    assert {path.suffix for path in folder_of(tmp_path)} == {".toml", ".out", ".err"}, "it needs no database"


async def test_the_operator_asks_telegram(small_bureau: Bureau) -> None:
    server, folder = small_bureau.server, small_bureau.folder
    given = {
        "DUBAN_CAMPAIGN": str(SAMPLE),
        "DUBAN_TELEGRAM_TOKEN": server.token,
        "DUBAN_TELEGRAM_API": server.url,
    }
    ended = await command("push", "test", folder=folder, settings=given)
    assert (ended.status, ended.err) == (0, "")
    assert f"机器人 @{server.username}" in ended.out
    ended = await command(
        "push", "test", "telegram", folder=folder, settings=given | {"DUBAN_TELEGRAM_TOKEN": "1:WRONG"}
    )
    assert ended.status == 2
    assert "令牌无效" in ended.out
    ended = await command("push", "test", folder=folder, settings={"DUBAN_CAMPAIGN": str(SAMPLE)})
    assert ended.status == 2
    assert "方案里没有收件人" in ended.out


async def test_the_operator_hears_at_the_start_whom_a_setting_is_missing_for(small_bureau: Bureau) -> None:
    folder, missing = small_bureau.folder, "整治办邮箱（邮件）：还没有设置发信服务器（DUBAN_SMTP）\n"
    async with WecomHouse() as group:
        given = settings(folder, "smtp+plain://127.0.0.1:9", group)
        bot = small_bureau.bot("2020-07-09 12:00", settings=given)
        await bot.start()
        await bot.stop()
        assert "整治办邮箱" not in bot.said()
        bot.settings["DUBAN_SMTP"] = ""
        await bot.start()
        await bot.stop()
    assert bot.said().count(missing) == 1
    assert "整治工作群" not in bot.said()


def _files(group: WecomHouse) -> list[Any]:
    return [each for each in group.shown[KEY] if each.kind == "file"]


async def _moments(bureau: Bureau) -> tuple[datetime, datetime]:
    """Return when the mail was queued, and when the brigade was told of it."""

    def look(work: Work) -> tuple[datetime, datetime]:
        at = select(col(Outbox.created_at))
        queued = work.conn.scalar(at.where(col(Outbox.channel) == "mail"))
        said = work.conn.scalar(
            at.where(col(Outbox.key).startswith("undelivered/"), col(Outbox.person_id).is_not(None))
        )
        assert queued is not None
        assert said is not None
        return queued, said

    return await bureau.store.read(look)
