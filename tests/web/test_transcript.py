"""Rows of inbox and outbox, as the conversation a page shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.messages import Attachment, Button, Message
from handlers.web import transcript
from storage.transcript import Heard, Shown

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2020, 7, 9, 4, tzinfo=UTC)
QUESTION = Message("本周开展了哪些工作？", buttons=((Button("跳过", "d:1:0:s"),),), expects="text")
MENU = Message("您好", buttons=((Button("填报本周信息", "m:file:weekly"),),))


def reply(row: int, to: int, message: Message, *, edits: str = "", nth: int = 0) -> Shown:
    return Shown(row, f"reply/{to}/{nth}", "reply", message.to_json(), edits, f"w{row}", NOON)


def notice(row: int, message: Message, at: datetime = NOON) -> Shown:
    return Shown(row, f"weekly/2020-W28/{row}", "notice", message.to_json(), "", f"w{row}", at)


def said(row: int, text: str) -> Heard:
    return Heard(row, f"home/{row}", {"kind": "say", "text": text}, NOON)


def tapped(row: int, label: str, on: int) -> Heard:
    return Heard(row, f"home/{row}", {"kind": "tap", "action": "d:1:0:s", "label": label, "on": str(on)}, NOON)


def drawn(shown: list[Shown], heard: list[Heard]) -> list[dict[str, Any]]:
    found = transcript.entries(shown, heard, ZONE, lambda _: 2048)
    return [entry for entry in found if not entry.get("hidden")]


def texts(shown: list[Shown], heard: list[Heard]) -> list[str]:
    return [entry["text"] for entry in drawn(shown, heard)]


def test_what_was_said_stands_before_its_answer() -> None:
    shown = [reply(1, 1, MENU), reply(2, 2, Message("好的"))]
    assert texts(shown, [said(1, "菜单"), said(2, "你好")]) == ["菜单", "您好", "你好", "好的"]


def test_what_is_not_answered_yet_stands_at_the_end() -> None:
    shown = [reply(1, 1, MENU), notice(2, Message("该报送了"))]
    assert texts(shown, [said(1, "菜单"), said(2, "你好")]) == ["菜单", "您好", "该报送了", "你好"]


def test_the_order_does_not_follow_a_clock_set_back() -> None:
    shown = [notice(1, Message("先")), notice(2, Message("后"), NOON - timedelta(days=3))]
    assert texts(shown, []) == ["先", "后"]


def test_a_card_drawn_again_stays_in_its_place() -> None:
    july = Message("请选日期", buttons=((Button("7", "d:1:1:y"),),))
    august = Message("请选日期（八月）", buttons=((Button("8", "d:1:2:y"),),), place="same")
    september = Message("请选日期（九月）", buttons=((Button("9", "d:1:3:y"),),), place="same")
    shown = [reply(1, 1, july), reply(2, 2, august, edits="1"), reply(3, 3, september, edits="1")]
    heard = [said(1, "填报"), tapped(2, "下个月", 1), tapped(3, "下个月", 1)]
    assert texts(shown, heard) == ["填报", "请选日期（九月）"]
    card = drawn(shown, heard)[-1]
    assert (card["id"], card["live"], card["buttons"]) == ("1", True, [[["9", "d:1:3:y", "plain"]]])


def test_a_card_is_found_by_the_channels_name_for_it_too() -> None:
    signed = Message("已同意报送", place="same")
    assert texts([notice(1, Message("请签批")), reply(2, 1, signed, edits="w1")], []) == ["已同意报送"]


def test_a_redrawn_card_out_of_reach_becomes_a_new_one() -> None:
    assert texts([reply(7, 3, Message("八月", place="same"), edits="2")], []) == ["八月"]


def test_a_tap_that_led_on_is_shown_as_what_was_said() -> None:
    shown = [reply(1, 1, QUESTION), reply(2, 2, Message("第2题", place="next"), edits="1")]
    assert texts(shown, [said(1, "填报"), tapped(2, "跳过", 1)]) == ["填报", QUESTION.text, "跳过", "第2题"]


def test_a_tap_shows_only_with_its_answer() -> None:
    assert texts([reply(1, 1, QUESTION)], [said(1, "填报"), tapped(2, "跳过", 1)]) == ["填报", QUESTION.text]


def test_only_the_newest_answer_has_buttons_that_count() -> None:
    cards = drawn([reply(1, 1, MENU), reply(2, 2, QUESTION)], [])
    assert [card["live"] for card in cards] == [False, True]


def test_both_parts_of_the_newest_answer_count() -> None:
    cards = drawn([reply(1, 1, MENU), reply(2, 1, MENU, nth=1)], [])
    assert [card["live"] for card in cards] == [True, True]


def test_a_question_is_over_once_anything_was_answered_after_it() -> None:
    cards = drawn([reply(1, 1, QUESTION), reply(2, 2, Message("已提交"))], [])
    assert not cards[0]["live"]


def test_a_menu_stays_until_another_offer_comes() -> None:
    cards = drawn([reply(1, 1, MENU), reply(2, 2, Message("收到"))], [])
    assert cards[0]["live"]


def test_a_notice_keeps_its_buttons_until_it_leads_on() -> None:
    nudge = notice(1, Message("请于今日12:00前报送", buttons=((Button("填报本周信息", "m:file:weekly/2020-W28"),),)))
    assert drawn([nudge, reply(2, 1, MENU), reply(3, 2, QUESTION)], [])[0]["live"]
    assert not drawn([nudge, reply(2, 1, replace_place(QUESTION), edits="1")], [])[0]["live"]


def replace_place(message: Message) -> Message:
    return Message(message.text, buttons=message.buttons, expects=message.expects, place="next")


def test_files_are_named_with_their_size() -> None:
    message = Message(
        "汇总表",
        attachments=(Attachment("file", "ab12", "附件.pdf"), Attachment("table", "weekly/2020-W28", "表.xlsx")),
    )
    assert drawn([notice(5, message)], [])[0]["files"] == [
        {"url": "/files/5/0", "name": "附件.pdf", "size": 2048},
        {"url": "/files/5/1", "name": "表.xlsx", "size": None},
    ]


def test_a_picture_that_is_made_when_it_is_fetched_is_shown_as_well() -> None:
    message = Message("邀请链接", attachments=(Attachment("table", "invitation-qr/https://t.me/x", "二维码.png"),))
    [file] = drawn([notice(5, message)], [])[0]["files"]
    assert file["picture"]


def test_a_file_that_was_too_large_is_shown_as_what_was_sent() -> None:
    payload = {"kind": "too_large", "name": "录像.mp4", "size": 99, "limit": 50}
    entry = drawn([], [Heard(1, "home/1", payload, NOON)])[0]
    assert entry["file"] == {"name": "录像.mp4", "size": 99}


def test_the_pages_own_greeting_is_not_shown() -> None:
    heard = [Heard(1, "home/1", {"kind": "command", "name": "start", "label": ""}, NOON)]
    assert texts([reply(1, 1, MENU)], heard) == ["您好"]


def test_moments_are_said_in_the_campaigns_zone() -> None:
    assert drawn([], [said(1, "好")])[0]["when"] == "7月9日 周四 12:00"


def test_what_was_said_before_the_oldest_answer_kept_is_left_out() -> None:
    assert texts([reply(40, 20, Message("好的"))], [said(3, "早已答过"), said(20, "在吗")]) == ["在吗", "好的"]
