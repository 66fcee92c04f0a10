from __future__ import annotations

import asyncio
import io
import logging
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from telegram.error import InvalidToken, TelegramError

from bot.core.messages import Button, Message
from bot.core.plain_text import units
from exports.channels.base import Moved, Parcel, Refused, Unsent, Unsure, Upload
from exports.channels.bot_api import BotApi, conceal
from exports.channels.http import AiohttpRequest, proxy_for
from exports.channels.telegram import LARGEST, LARGEST_PHOTO, TelegramChannel, _calls, split
from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from tests.kit.botapi import BotApiServer
    from tests.kit.phone import Phone

ME = "7001"
BUTTONS = (
    (Button("同意报送", "s:ok:1", "primary"), Button("退回", "s:no:1", "danger")),
    (Button("取消", "x"),),
)


def png(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("1", (width, height)).save(target, "PNG")
    return target.getvalue()


PICTURE = Upload("整治情况.png", "image/png", png(108, 260), shown=True)
SHEET = Upload("第28周 汇总表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK..")


def parcel(text: str = "请签批", *, edits: str = "", files: tuple[Upload, ...] = (), **more: object) -> Parcel:
    return Parcel(ME, Message(text, **more), edits=edits, files=files)  # type: ignore[arg-type]


async def test_a_message_has_a_bold_title_and_its_buttons(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel(title="本周工作信息📋", buttons=BUTTONS))
    assert phone.last.text == "本周工作信息📋\n\n请签批"
    assert phone.last.entities == [{"type": "bold", "offset": 0, "length": units("本周工作信息📋")}]
    assert [[b["text"] for b in row] for row in phone.last.buttons] == [["同意报送", "退回"], ["取消"]]
    assert [b.get("style") for row in phone.last.buttons for b in row] == ["primary", "danger", None]
    assert remote == str(phone.last.id)


@pytest.mark.parametrize(
    "text", ["<b>粗体</b> & <script>", "=HYPERLINK(1)", "*星* _线_ `码` &lt;", "半个\ud83d表情\x00"]
)
async def test_what_somebody_typed_is_never_markup(telegram: TelegramChannel, phone: Phone, text: str) -> None:
    await telegram.deliver(parcel(text, title="<i>标题</i>", buttons=((Button(text, "a"),),)))
    seen = text.replace("\ud83d", "\ufffd").replace("\x00", "")
    assert phone.last.text == f"<i>标题</i>\n\n{seen}"
    assert phone.last.labels == [seen]


async def test_a_long_text_comes_in_parts_with_the_buttons_below(telegram: TelegramChannel, phone: Phone) -> None:
    text = "\n".join(f"第{n}条：🌾完成农业执法检查，发现问题已整改。" for n in range(400))
    remote = await telegram.deliver(parcel(text, title="全文", buttons=BUTTONS))
    assert [bool(part.buttons) for part in phone.messages] == [False, False, True]
    assert "\n".join(part.text for part in phone.messages) == f"全文\n\n{text}"
    assert all(units(part.text) <= 4096 for part in phone.messages)
    assert remote == str(phone.last.id)


@given(st.text(max_size=300), st.integers(2, 40))
def test_parts_keep_every_visible_character(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


async def test_an_edit_draws_the_same_message_again(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel("第1题", buttons=BUTTONS))
    assert await telegram.deliver(parcel("第2题", edits=remote)) == remote
    assert [(m.text, m.labels) for m in phone.messages] == [("第2题", [])]


async def test_an_edit_that_changes_nothing_is_done(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel(buttons=BUTTONS))
    assert await telegram.deliver(parcel(buttons=BUTTONS, edits=remote)) == remote
    assert len(phone.messages) == 1


async def test_an_edit_too_long_for_one_message_goes_on_below(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel(buttons=BUTTONS))
    assert await telegram.deliver(parcel("长" * 5000, buttons=BUTTONS, edits=remote)) != remote
    assert [(len(m.text), bool(m.buttons)) for m in phone.messages] == [(4096, False), (904, True)]


async def test_a_message_that_is_gone_is_sent_anew(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel())
    phone.chat.messages.clear()
    assert await telegram.deliver(parcel("下一题", edits=remote)) != remote
    assert [m.text for m in phone.messages] == ["下一题"]


async def test_a_card_that_is_a_file_is_followed_by_a_text(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel(files=(SHEET,), buttons=BUTTONS))
    assert await telegram.deliver(parcel("已催报", edits=remote)) != remote
    assert [m.text for m in phone.messages] == ["请签批", "已催报"]


async def test_a_file_keeps_its_chinese_name_and_carries_the_text(telegram: TelegramChannel, phone: Phone) -> None:
    await telegram.deliver(parcel("未报：甲、乙", title="汇总表", buttons=BUTTONS, files=(SHEET,)))
    file = phone.last.file
    assert file is not None
    assert (file.name, file.mime, file.content) == (SHEET.name, SHEET.mime, SHEET.content)
    assert phone.last.text == "汇总表\n\n未报：甲、乙"
    assert phone.last.entities[0]["length"] == 3
    assert phone.last.has("同意报送")


async def test_a_picture_is_seen_at_once_with_the_text_and_the_buttons_below(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone
) -> None:
    await telegram.deliver(parcel("已报12/16家", title="整治情况", buttons=BUTTONS, files=(PICTURE,)))
    [message] = phone.messages
    assert message.size == (108, 260)
    assert message.file is not None
    assert (message.file.name, message.file.mime, message.file.content) == (
        "整治情况.png",
        "image/png",
        PICTURE.content,
    )
    assert message.text == "整治情况\n\n已报12/16家"
    assert message.has("同意报送")
    assert server.counts["sendPhoto"] == 1


async def test_what_leads_on_from_a_picture_is_a_message_of_its_own(telegram: TelegramChannel, phone: Phone) -> None:
    remote = await telegram.deliver(parcel("整治情况", files=(PICTURE,), buttons=BUTTONS))
    assert await telegram.deliver(parcel("按单位", edits=remote, buttons=BUTTONS)) != remote
    assert [(m.text, any(m.size)) for m in phone.messages] == [("整治情况", True), ("按单位", False)]


@pytest.mark.parametrize(
    "content", [png(30, 601), png(5000, 5001), b"\x89PNG\r\n\x1a\n broken"], ids=["narrow", "large", "broken"]
)
async def test_a_picture_that_is_no_photo_to_telegram_is_a_document(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone, content: bytes
) -> None:
    await telegram.deliver(parcel(files=(replace(PICTURE, content=content), SHEET), buttons=BUTTONS))
    first, last = phone.messages
    assert (first.file and first.file.content, first.size) == (content, (0, 0))
    assert last.has("同意报送")
    assert (server.counts["sendPhoto"], server.counts["sendDocument"]) == (1, 2)


def test_a_picture_too_heavy_for_a_photo_is_not_tried_as_one() -> None:
    heavy = replace(PICTURE, content=bytes(LARGEST_PHOTO + 1))
    assert [call.method for call in _calls(parcel(files=(PICTURE, heavy)))] == ["sendPhoto", "sendDocument"]


async def test_evidence_that_is_a_picture_stays_a_document(telegram: TelegramChannel, phone: Phone) -> None:
    await telegram.deliver(parcel(files=(replace(PICTURE, shown=False),)))
    assert phone.last.file is not None
    assert not any(phone.last.size)


async def test_a_picture_for_somebody_who_blocked_the_bot_is_sent_once(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone
) -> None:
    phone.chat.blocked = True
    with pytest.raises(Refused) as refusal:
        await telegram.deliver(parcel(files=(PICTURE,)))
    assert refusal.value.gone
    assert (server.counts["sendPhoto"], server.counts["sendDocument"]) == (1, 0)


async def test_a_file_name_cannot_break_the_form(telegram: TelegramChannel, phone: Phone) -> None:
    await telegram.deliver(parcel(files=(Upload('a"; name="chat_id"\r\n\r\n1.pdf', "application/pdf", b"x"),)))
    assert phone.last.file is not None
    assert phone.last.file.name == "a_; name=_chat_id_1.pdf"


async def test_several_files_and_a_long_text_are_one_parcel(telegram: TelegramChannel, phone: Phone) -> None:
    await telegram.deliver(parcel("长" * 2000, files=(SHEET, SHEET), buttons=BUTTONS))
    assert [m.file is not None for m in phone.messages] == [True, True, False]
    assert [bool(m.buttons) for m in phone.messages] == [False, False, True]


async def test_a_file_telegram_does_not_take_is_left_out_and_said(telegram: TelegramChannel, phone: Phone) -> None:
    whole = Upload("问题台账.xlsx", SHEET.mime, bytes(LARGEST + 1))
    remote = await telegram.deliver(parcel("已生成", title="问题台账", files=(whole, SHEET), buttons=BUTTONS))
    assert phone.last.file is not None
    assert phone.last.file.name == SHEET.name
    assert "“问题台账.xlsx”有50兆" in phone.last.text
    assert "请先按单位或状态筛选" in phone.last.text
    assert await telegram.deliver(parcel(files=(whole,))) > remote
    assert phone.last.file is None


async def test_a_person_who_blocked_the_bot_is_gone(telegram: TelegramChannel, phone: Phone) -> None:
    phone.chat.blocked = True
    with pytest.raises(Refused, match="blocked") as refusal:
        await telegram.deliver(parcel())
    assert refusal.value.gone


async def test_an_unknown_chat_is_gone(telegram: TelegramChannel) -> None:
    with pytest.raises(Refused, match=r"(?i)chat not found") as refusal:
        await telegram.deliver(Parcel("999", Message("你好")))
    assert refusal.value.gone


async def test_a_message_telegram_refuses_leaves_the_address_alive(telegram: TelegramChannel, phone: Phone) -> None:
    with pytest.raises(Refused) as refusal:
        await telegram.deliver(parcel("\x00"))
    assert not refusal.value.gone
    with pytest.raises(Refused):
        await telegram.deliver(parcel(edits=await telegram.deliver(parcel()), text=" "))


async def test_a_group_that_moved_tells_its_new_address(telegram: TelegramChannel, server: BotApiServer) -> None:
    server.known(-5, kind="group").moved_to = -1005
    with pytest.raises(Moved, match="-1005"):
        await telegram.deliver(Parcel("-5", Message("你好")))


async def test_too_many_at_once_tells_how_long_to_wait(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone
) -> None:
    server.faults.append(Fault(status=429, retry_after=7))
    with pytest.raises(Unsent) as failure:
        await telegram.deliver(parcel())
    assert failure.value.retry_after == 7
    assert not phone.messages


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_that_is_down_can_be_tried_again(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone, status: int
) -> None:
    server.faults.append(Fault(status=status))
    with pytest.raises(Unsent):
        await telegram.deliver(parcel())
    await telegram.deliver(parcel())
    assert len(phone.messages) == 1


@pytest.mark.parametrize("fault", [Fault(status=504), Fault(drop="before"), Fault(drop="after"), Fault(delay=0.4)])
async def test_once_it_has_left_it_may_have_arrived(server: BotApiServer, phone: Phone, fault: Fault) -> None:
    server.faults.append(fault)
    async with BotApi(server.token, server.url, read=0.2) as api:
        with pytest.raises(Unsure):
            await TelegramChannel(api).deliver(parcel())


async def test_without_a_connection_nothing_was_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refused
        async with BotApi("1:a", f"http://127.0.0.1:{unused.getsockname()[1]}") as api:
            with pytest.raises(Unsent):
                await TelegramChannel(api).deliver(parcel())


async def test_a_withdrawn_token_keeps_messages_waiting(server: BotApiServer, phone: Phone) -> None:
    async with BotApi("1:withdrawn", server.url) as api:
        with pytest.raises(Unsent):
            await TelegramChannel(api).deliver(parcel())


async def test_a_later_part_is_tried_again_by_itself(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone
) -> None:
    server.faults.append(Fault("sendMessage", status=502, times=2))
    await telegram.deliver(parcel("长" * 2000, files=(SHEET,)))
    assert [m.file is not None for m in phone.messages] == [True, False]


async def test_a_later_part_that_never_arrives_is_not_begun_again(
    telegram: TelegramChannel, server: BotApiServer, phone: Phone
) -> None:
    server.faults.append(Fault("sendMessage", status=502, times=9))
    with pytest.raises(Unsure):
        await telegram.deliver(parcel("长" * 2000, files=(SHEET,)))
    assert len(phone.messages) == 1


async def test_the_token_is_in_no_log(server: BotApiServer) -> None:
    page = io.StringIO()
    handler = logging.StreamHandler(page)
    conceal([server.token], handler)
    logger = logging.getLogger("tests.conceal")
    logger.addHandler(handler)
    error = InvalidToken(f"The token {server.token} was rejected")
    logger.error("%s asked for /bot%s/getMe", "it", server.token, exc_info=error)
    logger.removeHandler(handler)
    assert "asked for /bot<secret>/getMe" in page.getvalue()
    assert server.token not in page.getvalue()


async def test_errors_do_not_name_the_token(server: BotApiServer) -> None:
    server.faults.append(Fault("getMe", drop="before"))
    async with BotApi(server.token, server.url) as api:
        for method in ("getMe", "noSuchMethod"):
            with pytest.raises(TelegramError) as failure:
                await api.call(method, {})
            assert server.token not in f"{failure.value} {failure.value.__cause__!r}"


async def test_connections_are_kept_and_bounded(server: BotApiServer, phone: Phone) -> None:
    async with BotApi(server.token, server.url, pool=3) as api:
        channel = TelegramChannel(api)
        await asyncio.gather(*(channel.deliver(parcel(f"第{n}条")) for n in range(20)))
        assert len(phone.messages) == 20
        assert server.connections == 3


def test_the_proxy_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,inside.example")
    assert proxy_for("https://api.telegram.org") == "http://proxy.example:3128"
    assert proxy_for("https://inside.example") is None
    assert proxy_for("http://127.0.0.1:8081") is None


async def test_nothing_goes_out_of_a_closed_client() -> None:
    with pytest.raises(RuntimeError):
        await AiohttpRequest().do_request("http://127.0.0.1:1/", "POST")
