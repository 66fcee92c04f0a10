"""Mail to the recipients of a campaign file, at a real server: what arrives, and what each of its failures means."""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import replace
from email.header import decode_header
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from bot.core.campaign import Recipient
from bot.core.mail_server import MailServer
from bot.core.messages import Message
from exports.channels.base import Parcel, Refused, Unsent, Unsure, Upload
from exports.channels.mail import MailChannel, _own_name
from exports.workbook import FILE_NAME, MIME
from tests.kit.smtp import CUT, PASSWORD, SILENCE, USER, Fault, MailHouse

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = Recipient(key="office", name="整治办邮箱", channel="mail", address="zhengzhi@example.cn")
NAME = "每周工作信息汇总表_2020年第28周（7月6日—7月10日）.xlsx"
TABLE = Upload(NAME, MIME, b"PK\x03\x04\r\n.\r\n.." + bytes(range(256)) * 40)
WEEK = Message("报送已截止，汇总表请查收。\n.第二行以点开头", title="每周工作信息汇总表 · 第28周（7月6日—7月10日）")
PARCEL = Parcel("office", WEEK, files=(TABLE,), key="weekly/2020-W28/table/weekly/1")


def channel(house: MailHouse, ca: Path | None = None, **more: float) -> MailChannel:
    server = replace(MailServer.parse(house.address), sender=USER, password=PASSWORD, ca=ca)
    recipients = {OFFICE.key: OFFICE}
    return MailChannel(server, recipients.get, title="专项整治", **more)


@pytest.mark.parametrize("tls", ["direct", "starttls", "none"])
async def test_a_table_arrives_under_its_chinese_name(tls: str, tmp_path: Path) -> None:
    async with MailHouse(tls=tls, wants_login=tls != "none") as house:  # type: ignore[arg-type]
        remote = await channel(house, house.authority(tmp_path)).deliver(PARCEL)
    (mail,) = house.mails
    assert mail.encrypted == (tls != "none")
    assert (mail.sender, mail.to) == (USER, [OFFICE.address])
    assert mail.user == ("" if tls == "none" else USER)
    assert mail.message["Subject"] == WEEK.title
    assert str(mail.message["From"]) == f"专项整治 <{USER}>"
    assert str(mail.message["To"]) == f"整治办邮箱 <{OFFICE.address}>"
    assert mail.message["Message-ID"] == remote
    body = mail.message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == WEEK.text.splitlines()
    assert mail.files == {NAME: TABLE.content}
    (part,) = mail.message.iter_attachments()
    assert part.get_content_type() == MIME
    assert part.get_param("name") == NAME, "for those who look for it where it stood in former days"


async def test_whoever_stops_it_at_the_goodbye_hears_that_it_has_arrived() -> None:
    async with MailHouse(faults=[Fault("quit", SILENCE)]) as house:
        sending = asyncio.create_task(channel(house).deliver(PARCEL))
        async with asyncio.timeout(10):
            while house.faults:  # noqa: ASYNC110 - it comes to that by itself
                await asyncio.sleep(0.01)
        sending.cancel()
        assert await sending == house.mails[0].message["Message-ID"]


async def test_every_line_is_one_a_server_takes() -> None:
    """RFC 5322: seven bits, at most 998 in a line, whatever a file is called; RFC 2045 and 2047: 76 in all others."""
    long = Message("整治" * 200, title="每周工作信息" * 20)
    async with MailHouse() as house:
        await channel(house).deliver(
            replace(PARCEL, message=long, files=(replace(TABLE, name="表" * FILE_NAME + ".xlsx"),))
        )
    (mail,) = house.mails
    assert mail.content.isascii()
    assert mail.message["Subject"] == long.title
    lines = mail.content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    named = [line for line in lines if b"name" in line or b"spreadsheetml" in line]
    assert max(map(len, named)) <= 998
    assert max(len(line) for line in lines if line not in named) <= 78


async def test_a_name_is_written_in_both_ways_each_on_one_line() -> None:
    """Mailboxes that know only one of them show "ATT00001.bin" or "tcmime.1.bin" for the other."""
    async with MailHouse() as house:
        await channel(house).deliver(PARCEL)
    lines = house.mails[0].content.decode("ascii").split("\r\n")
    assert f" filename*=utf-8''{quote(NAME, safe='')}" in lines
    (old,) = [line for line in lines if line.startswith(" name=")]
    assert decode_header(old.removeprefix(' name="').removesuffix('"')) == [(NAME.encode(), "utf-8")]


async def test_names_that_would_begin_another_header_stay_on_their_line() -> None:
    sly = OFFICE.model_copy(update={"name": "整治办\r\nBcc: other@example.cn"})
    async with MailHouse() as house:
        server = replace(MailServer.parse(house.address), sender=USER)
        sender = MailChannel(server, lambda _: sly, title="专项\n整治")
        await sender.deliver(replace(PARCEL, message=Message("请查收", title="汇总表\nX-Spam: no\r\n\r\n正文")))
    (mail,) = house.mails
    assert (mail.to, mail.message["Bcc"], mail.message["X-Spam"]) == ([OFFICE.address], None, None)
    assert mail.message["Subject"] == "汇总表 X-Spam: no 正文"
    assert str(mail.message["From"]) == f"专项 整治 <{USER}>"


async def test_a_machine_with_a_chinese_name_is_no_reason_to_send_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "办公室电脑")
    _own_name.cache_clear()
    async with MailHouse() as house:
        await channel(house).deliver(PARCEL)
    _own_name.cache_clear()
    assert house.mails


async def test_a_try_is_told_from_another_occasion_by_its_name() -> None:
    async with MailHouse() as house:
        sender = channel(house)
        first, again = await sender.deliver(PARCEL), await sender.deliver(PARCEL)
        other = await sender.deliver(replace(PARCEL, key="weekly/2020-W28/table/weekly/2"))
    assert first == again != other
    assert first.endswith("@example.cn>")


@pytest.mark.parametrize(
    ("at", "answer", "outcome", "words"),
    [
        ("connect", "421 4.3.2 too busy", Unsent, "稍后再发（421）"),
        ("connect", "554 5.7.1 no", Refused, "拒收（554）"),
        ("connect", CUT, Unsent, "连不上邮件服务器"),
        ("connect", SILENCE, Unsent, "连不上邮件服务器"),
        ("connect", "HTTP/1.1 400 Bad Request", Unsent, "连不上邮件服务器"),
        ("auth", "535 5.7.8 bad", Refused, "授权码"),
        ("auth", "454 4.7.0 later", Unsent, "稍后再发（454）"),
        ("mail", "550 5.7.1 no", Refused, "发件邮箱不被接受（550）"),
        ("rcpt", "451 4.7.1 greylisted", Unsent, "稍后再发（451）"),
        ("rcpt", "550 5.1.1 unknown", Refused, "收件邮箱不被接受（550）"),
        ("rcpt", CUT, Unsent, "连接中断"),
        ("rcpt", SILENCE, Unsent, "连接中断"),
        ("data", "452 4.3.1 full", Unsent, "稍后再发（452）"),
        ("data", "554 5.7.1 no", Refused, "拒收（554）"),
        ("data", CUT, Unsent, "连接中断"),
        ("end", "451 4.3.0 later", Unsent, "稍后再发（451）"),
        ("end", "552 5.3.4 too big", Refused, "拒收（552）"),
        ("end", CUT, Unsure, "发出后连接中断"),
        ("end", SILENCE, Unsure, "发出后连接中断"),
    ],
)
async def test_what_a_failure_means(
    at: str, answer: str, outcome: type[Exception], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    faults = [Fault(at, answer)] * (2 if at == "auth" else 1)  # type: ignore[arg-type]  # PLAIN, then LOGIN
    async with MailHouse(wants_login=True, faults=faults) as house:
        hurry = 0.4 if answer == SILENCE else 30.0
        with pytest.raises(outcome) as told:
            await channel(house, patience=hurry, upload=hurry).deliver(PARCEL)
        assert words in str(told.value)
        assert not house.mails or outcome is Unsure
        await channel(house).deliver(PARCEL)  # the next try finds nothing in its way
        assert house.mails
    assert PASSWORD not in caplog.text


async def test_a_wrong_password_is_refused_with_a_hint() -> None:
    async with MailHouse(wants_login=True) as house:
        server = replace(MailServer.parse(house.address), password="wrong", sender=USER)
        with pytest.raises(Refused, match="授权码"):
            await MailChannel(server, lambda _: OFFICE).deliver(PARCEL)
    assert "wrong" not in repr(server)


async def test_no_server_at_all() -> None:
    async with MailHouse() as house:
        sender = channel(house)
    with pytest.raises(Unsent, match="连不上邮件服务器"):
        await sender.deliver(PARCEL)


@pytest.mark.parametrize("tls", ["direct", "starttls"])
async def test_nothing_is_said_to_a_server_that_may_be_another(tls: str, tmp_path: Path) -> None:
    async with MailHouse(tls=tls, wants_login=True) as house:  # type: ignore[arg-type]
        with pytest.raises(Unsent, match="证书不可信"):
            await channel(house).deliver(PARCEL)
    async with MailHouse(tls=tls, wants_login=True, host="other.example.cn") as house:  # type: ignore[arg-type]
        with pytest.raises(Unsent, match="证书不可信"):
            await channel(house, house.authority(tmp_path)).deliver(PARCEL)
    assert not house.mails


async def test_nothing_goes_out_unencrypted_where_encryption_was_asked_for() -> None:
    async with MailHouse(tls="none") as house:
        server = replace(MailServer.parse(house.address.replace("smtp+plain", "smtp")), sender=USER)
        with pytest.raises(Refused, match="不支持加密"):
            await MailChannel(server, lambda _: OFFICE).deliver(PARCEL)
    assert not house.mails


async def test_the_wrong_kind_of_encryption_is_not_called_a_bad_certificate() -> None:
    async with MailHouse(tls="none") as house:
        server = replace(MailServer.parse(house.address.replace("smtp+plain", "smtps")), sender=USER)
        with pytest.raises(Unsent, match="核对端口和加密方式"):
            await MailChannel(server, lambda _: OFFICE).deliver(PARCEL)


async def test_a_server_that_takes_no_login_is_told_from_one_that_is_down() -> None:
    async with MailHouse() as house:
        address = house.address.replace("://", "://office@", 1)
        server = replace(MailServer.parse(address), sender=USER, password=PASSWORD)
        with pytest.raises(Refused, match="不接受登录"):
            await MailChannel(server, lambda _: OFFICE).deliver(PARCEL)


async def test_who_is_not_in_the_file_any_more_gets_nothing() -> None:
    async with MailHouse() as house:
        with pytest.raises(Refused, match="没有这个收件人"):
            await channel(house).deliver(replace(PARCEL, address="gone"))
    assert house.connections == 0


async def test_several_at_once() -> None:
    async with MailHouse() as house:
        sender = channel(house)
        await asyncio.gather(*(sender.deliver(replace(PARCEL, key=str(number))) for number in range(5)))
    assert len({mail.message["Message-ID"] for mail in house.mails}) == 5
