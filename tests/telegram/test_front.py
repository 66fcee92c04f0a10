from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.messages import Said, Sent, Tapped, Unreadable
from handlers.telegram.front import LIMIT, TelegramFront
from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from exports.channels.bot_api import BotApi
    from storage.files import FileStore
    from storage.inbox import Incoming
    from tests.kit.botapi import BotApiServer
    from tests.kit.phone import Phone

    Newest = Callable[[], Incoming]

PDF = b"%PDF-1.7 stamped"


@pytest.fixture
async def front(api: BotApi, files: FileStore) -> TelegramFront:
    return TelegramFront(api, files, pause=0.01)


async def test_a_text_is_read_with_its_sender(phone: Phone, front: TelegramFront, newest: Newest) -> None:
    await phone.says("本周检查3家", answered=False)
    arrival = await front.read(newest())
    assert (arrival.event, arrival.name, arrival.tapped) == (Said("本周检查3家"), "甲联系人", "")


async def test_the_rest_of_a_text_the_app_cut_in_two_answers_nothing(
    phone: Phone, front: TelegramFront, newest: Newest
) -> None:
    await phone.says("长" * 4096, answered=False)
    assert (await front.read(newest())).event == Said("长" * 4096)
    await phone.says("其余904字", answered=False)
    assert (await front.read(newest())).event is None
    await phone.says("另起一句", answered=False)
    assert (await front.read(newest())).event == Said("另起一句")


async def test_a_document_is_in_the_store_when_it_is_read(
    phone: Phone, front: TelegramFront, files: FileStore, newest: Newest
) -> None:
    await phone.sends_file("自查报告（盖章）.pdf", PDF, caption="请查收", answered=False)
    event = (await front.read(newest())).event
    assert isinstance(event, Sent)
    assert (event.file.name, event.file.mime, event.file.size) == (
        "自查报告（盖章）.pdf",
        "application/pdf",
        len(PDF),
    )
    assert event.caption == "请查收"
    assert files.path(event.file.sha256).read_bytes() == PDF


async def test_the_largest_photo_is_taken(phone: Phone, front: TelegramFront, files: FileStore, newest: Newest) -> None:
    await phone.sends_photo(b"\xff\xd8 large", answered=False)
    event = (await front.read(newest())).event
    assert isinstance(event, Sent)
    assert event.file.mime == "image/jpeg"
    assert files.path(event.file.sha256).read_bytes() == b"\xff\xd8 large"


@pytest.mark.parametrize("untold", ["", "file_size"])
async def test_a_file_too_large_is_refused_before_it_is_fetched(
    server: BotApiServer, phone: Phone, front: TelegramFront, newest: Newest, untold: str
) -> None:
    _, document = server.upload(bytes(LIMIT + 1), "视频.zip", "application/zip")
    document.pop(untold, None)
    await phone.sends({"document": document}, answered=False)
    assert (await front.read(newest())).event == Unreadable("too_large", {"limit": LIMIT})


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getFile", status=502),
        Fault("getFile", drop="before", times=2),
        Fault("file", drop="before"),
        Fault("file", status=500, times=3),
    ],
)
async def test_a_download_that_breaks_is_begun_again(
    server: BotApiServer, phone: Phone, front: TelegramFront, newest: Newest, fault: Fault
) -> None:
    server.faults.append(fault)
    await phone.sends_file("报告.pdf", PDF, answered=False)
    assert isinstance((await front.read(newest())).event, Sent)


@pytest.mark.parametrize("fault", [Fault("file", status=500, times=99), Fault("getFile", status=502, times=99)])
async def test_a_download_that_never_succeeds_is_told(
    server: BotApiServer, phone: Phone, front: TelegramFront, newest: Newest, fault: Fault
) -> None:
    server.faults.append(fault)
    await phone.sends_file("报告.pdf", PDF, answered=False)
    assert (await front.read(newest())).event == Unreadable("download_failed")


async def test_a_file_telegram_has_lost_is_told_at_once(
    server: BotApiServer, phone: Phone, front: TelegramFront, newest: Newest
) -> None:
    await phone.sends_file("报告.pdf", PDF, answered=False)
    server.files.clear()
    assert (await front.read(newest())).event == Unreadable("download_failed")
    assert server.counts["getFile"] == 1


async def test_a_tap_is_read_and_its_spinner_ends(
    server: BotApiServer, phone: Phone, front: TelegramFront, card: object, newest: Newest
) -> None:
    await phone.taps("同意报送", answered=False)
    arrival = await front.read(newest())
    assert (arrival.event, arrival.tapped) == (Tapped("s:ok:1"), str(phone.last.id))
    await front.close()
    assert not server.waiting_taps


async def test_a_tap_too_old_to_be_answered_is_still_read(
    server: BotApiServer, phone: Phone, front: TelegramFront, card: object, newest: Newest
) -> None:
    await phone.taps("同意报送", answered=False)
    server.waiting_taps.clear()
    assert (await front.read(newest())).event == Tapped("s:ok:1")
    await front.close()


async def test_where_the_webhook_answers_taps_the_front_does_not(
    server: BotApiServer,
    api: BotApi,
    files: FileStore,
    phone: Phone,
    card: object,
    newest: Newest,
) -> None:
    front = TelegramFront(api, files, answer_taps=False)
    await phone.taps("同意报送", answered=False)
    await front.read(newest())
    await front.close()
    assert server.counts["answerCallbackQuery"] == 0
