from __future__ import annotations

from typing import Any

import pytest

from bot.core.messages import Command, Event, Said, SharedPhone, Tapped, Unreadable
from handlers.telegram import updates
from handlers.telegram.updates import Attached

ME = {"id": 7001, "is_bot": False, "first_name": "甲", "last_name": "联系人"}
HERE = {"id": 7001, "type": "private", "first_name": "甲"}
GROUP = {"id": -5, "type": "supergroup", "title": "群"}


def message(chat: dict[str, Any] = HERE, sender: dict[str, Any] = ME, **content: object) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 9, "from": sender, "chat": chat, "date": 1, **content}}


def tap(data: str, chat: dict[str, Any] = HERE) -> dict[str, Any]:
    card = {"message_id": 9, "chat": chat, "date": 0}
    return {"update_id": 1, "callback_query": {"id": "77", "from": ME, "message": card, "data": data}}


def member(status: str, chat: dict[str, Any] = HERE) -> dict[str, Any]:
    return {
        "update_id": 1,
        "my_chat_member": {"chat": chat, "from": ME, "new_chat_member": {"status": status}},
    }


@pytest.mark.parametrize(
    ("update", "event"),
    [
        (message(text="本周检查3家"), Said("本周检查3家")),
        (message(text="/start"), Command("start")),
        (message(text="/start abc_DEF-1"), Command("start", "abc_DEF-1")),
        (message(text="/Weekly@duban_bot  2020-W28 \n"), Command("weekly", "2020-W28")),
        (message(text="/ 无"), Said("/ 无")),
        (message(text="/路径"), Said("/路径")),
        (tap("d:1:2:o:3"), Tapped("d:1:2:o:3")),
        (message(contact={"phone_number": "123", "user_id": 7001}), SharedPhone("123")),
        (message(contact={"phone_number": "123", "user_id": 7002}), Unreadable("contact")),
        (message(contact={"phone_number": "123"}), Unreadable("contact")),
        (message(sticker={"file_id": "f"}), Unreadable("sticker")),
        (message(voice={"file_id": "f"}), Unreadable("voice")),
        (message(video_note={"file_id": "f"}), Unreadable("video")),
        (message(location={"latitude": 1, "longitude": 2}), Unreadable("location")),
    ],
)
def test_an_update_is_one_event(update: dict[str, Any], event: Event) -> None:
    assert updates.content(update) == event
    assert updates.private_chat(update) == "7001"
    assert updates.block(update) is None


@pytest.mark.parametrize(
    ("content", "attached"),
    [
        (
            {
                "photo": [{"file_id": "s", "file_size": 9}, {"file_id": "L", "file_size": 99}],
                "caption": "盖章页",
            },
            Attached("L", "照片.jpg", "image/jpeg", 99, "盖章页"),
        ),
        (
            {"document": {"file_id": "d", "file_name": "总结.pdf", "mime_type": "application/pdf"}},
            Attached("d", "总结.pdf", "application/pdf", 0),
        ),
        (
            {"document": {"file_id": "d", "file_size": 5}},
            Attached("d", "文件", "application/octet-stream", 5),
        ),
        ({"video": {"file_id": "v", "file_size": 5}}, Attached("v", "视频.mp4", "video/mp4", 5)),
    ],
)
def test_a_file_is_described(content: dict[str, Any], attached: Attached) -> None:
    assert updates.content(message(**content)) == attached


@pytest.mark.parametrize(
    "update",
    [
        message(chat=GROUP, text="大家好"),
        message(chat={"id": -6, "type": "channel"}, text="公告"),
        message(sender={"id": 1, "is_bot": True}, text="我也是机器人"),
        tap("x", chat=GROUP),
        {"update_id": 1, "callback_query": {"id": "77", "from": ME, "inline_message_id": "i", "data": "x"}},
        {"update_id": 1, "edited_message": message(text="改")["message"]},
        {"update_id": 1, "channel_post": {"chat": GROUP}},
        member("kicked", chat=GROUP),
        {"update_id": 1},
    ],
)
def test_groups_bots_and_the_rest_are_passed_over(update: dict[str, Any]) -> None:
    assert updates.private_chat(update) is None
    assert updates.block(update) is None


def test_a_service_message_needs_no_answer() -> None:
    assert updates.content(message(pinned_message={})) is None


def test_blocking_and_unblocking_are_noticed() -> None:
    assert updates.block(member("kicked")) == ("7001", True)
    assert updates.block(member("member")) == ("7001", False)


def test_the_sender_and_the_tapped_card_are_named() -> None:
    assert updates.sender(message(text="好")) == "甲 联系人"
    assert updates.tapped_message(tap("x")) == "9"
    assert updates.tapped_message(message(text="好")) == ""
