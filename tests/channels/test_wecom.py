"""A WeCom group's robot, at a server with its documented answers: what the group shows, and what each failure means."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.campaign import Recipient
from bot.core.messages import Message
from exports.channels.base import Parcel, Refused, Unsent, Unsure, Upload
from exports.channels.wecom import LARGEST, LARGEST_PICTURE, WecomChannel
from exports.workbook import MIME
from tests.kit.wecom import A_MINUTE, CUT, KEY, SILENCE, Fault, WecomHouse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NAME = "每周工作信息汇总表_2020年第28周（7月6日—7月10日）.xlsx"
TABLE = Upload(NAME, MIME, b"PK\x03\x04 a workbook")
PICTURE = Upload("整治情况.png", "image/png", b"\x89PNG a picture", shown=True)
WEEK = Message("报送已截止，汇总表请查收。", title="每周工作信息汇总表 · 第28周")
WORDS = f"{WEEK.title}\n{WEEK.text}"
PARCEL = Parcel("group", WEEK, files=(TABLE,), key="weekly/2020-W28/table/weekly/1")


@pytest.fixture
async def house() -> AsyncIterator[WecomHouse]:
    async with WecomHouse() as house:
        yield house


GROUPS = {
    key: Recipient(key=key, name=name, channel="wecom")
    for key, name in (("group", "整治工作群"), ("stale", "旧工作群"), ("bare", "新工作群"))
}


def channel(house: WecomHouse, **more: float) -> WecomChannel:
    robots = {"group": KEY, "stale": "0" * 36, "left": KEY}
    return WecomChannel(robots, GROUPS.get, house.url, **more)


async def test_a_table_is_shown_under_its_chinese_name_and_the_words_follow(house: WecomHouse) -> None:
    await channel(house).deliver(PARCEL)
    file, words = house.shown[KEY]
    assert (file.kind, file.name, file.content) == ("file", NAME, TABLE.content)
    assert (words.kind, words.text) == ("text", WORDS)


async def test_a_small_picture_is_shown_as_one_and_a_large_one_as_a_file(house: WecomHouse) -> None:
    await channel(house).deliver(replace(PARCEL, files=(PICTURE,)))
    large = replace(PICTURE, content=bytes(LARGEST_PICTURE + 1))
    await channel(house).deliver(replace(PARCEL, files=(large,)))
    shown = [each for each in house.shown[KEY] if each.kind != "text"]
    assert [(each.kind, each.name) for each in shown] == [("image", ""), ("file", PICTURE.name)]
    assert shown[0].content == PICTURE.content
    assert hashlib.sha256(shown[1].content).digest() == hashlib.sha256(large.content).digest()


async def test_words_alone_and_no_longer_than_a_group_takes(house: WecomHouse) -> None:
    await channel(house).deliver(Parcel("group", Message("整" * 3000)))
    (words,) = house.shown[KEY]
    assert words.text.endswith("…")
    assert 2000 < len(words.text.encode()) <= 2048


@pytest.mark.parametrize(
    ("fault", "outcome", "words", "wait"),
    [
        (Fault("upload_media", errcode=-1), Unsent, "暂时繁忙", None),
        (Fault("upload_media", errcode=45009), Unsent, "太频繁", 60.0),
        (Fault("upload_media", errcode=40006), Refused, "不接受（40006）", None),
        (Fault("upload_media", status=502), Unsent, "暂时繁忙", None),
        (Fault("upload_media", status=504), Unsent, "连接中断", None),
        (Fault("upload_media", manner=CUT), Unsent, "连接中断", None),
        (Fault("upload_media", manner=SILENCE), Unsent, "连接中断", None),
        (Fault("send", errcode=-1), Unsent, "暂时繁忙", None),
        (Fault("send", errcode=45009), Unsent, "太频繁", 60.0),
        (Fault("send", errcode=93000), Refused, "密钥不对", None),
        (Fault("send", errcode=93004), Refused, "停用", None),
        (Fault("send", errcode=40058), Refused, "不接受（40058）", None),
        (Fault("send", status=404), Refused, "不接受（404）", None),
        (Fault("send", status=429), Unsent, "太频繁", 60.0),
        (Fault("send", status=503), Unsent, "暂时繁忙", None),
        (Fault("send", status=504, after=True), Unsure, "连接中断", None),
        (Fault("send", manner=CUT, after=True), Unsure, "连接中断", None),
        (Fault("send", manner=SILENCE, after=True), Unsure, "连接中断", None),
    ],
)
async def test_what_a_failure_means(
    house: WecomHouse,
    fault: Fault,
    outcome: type[Exception],
    words: str,
    wait: float | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as `bot.app.keep_log` does: it names whole addresses
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    house.faults.append(fault)
    with pytest.raises(outcome) as told:
        await channel(house, **({"patience": 0.3} if fault.manner == SILENCE else {})).deliver(PARCEL)
    assert words in str(told.value)
    assert getattr(told.value, "retry_after", None) == wait
    assert len(house.shown[KEY]) == (outcome is Unsure)
    assert KEY not in caplog.text + str(told.value) + str(told.value.__cause__)


async def test_that_the_words_fail_is_no_reason_to_show_the_table_twice(
    house: WecomHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.faults.append(Fault("send", errcode=45009, good=1))
    await channel(house).deliver(PARCEL)
    assert [each.kind for each in house.shown[KEY]] == ["file"]
    assert "words" in caplog.text


async def test_the_second_of_two_files_fails_and_nothing_is_shown_twice(house: WecomHouse) -> None:
    house.faults.append(Fault("send", errcode=-1, good=1))
    with pytest.raises(Unsure):
        await channel(house).deliver(
            replace(PARCEL, files=(TABLE, replace(TABLE, name="对账表.xlsx", content=b"PK\x03\x04 another")))
        )
    assert [each.name for each in house.shown[KEY]] == [NAME]


async def test_the_robots_limit_is_met_and_obeyed(house: WecomHouse) -> None:
    now = 0.0
    house.hours = lambda: now
    sender = channel(house)
    for _ in range(A_MINUTE // 2):
        await sender.deliver(PARCEL)
    with pytest.raises(Unsent, match="太频繁") as told:
        await sender.deliver(PARCEL)
    assert told.value.retry_after == 60
    now = 60.0
    await sender.deliver(PARCEL)
    assert len(house.shown[KEY]) == A_MINUTE + 2


async def test_a_robot_that_was_removed_or_never_set_up(house: WecomHouse) -> None:
    with pytest.raises(Refused, match="密钥不对，或机器人已被停用、移出群"):
        await channel(house).deliver(replace(PARCEL, address="stale"))
    with pytest.raises(Refused, match="DUBAN_WECOM"):
        await channel(house).deliver(replace(PARCEL, address="bare"))


async def test_who_is_not_in_the_file_any_more_gets_nothing(house: WecomHouse) -> None:
    with pytest.raises(Refused, match="没有这个收件人"):
        await channel(house).deliver(replace(PARCEL, address="left"))
    assert house.calls == []


async def test_what_a_group_does_not_take(house: WecomHouse) -> None:
    with pytest.raises(Refused, match="20MB"):
        await channel(house).deliver(replace(PARCEL, files=(replace(TABLE, content=bytes(LARGEST + 1)),)))
    assert house.calls == []


async def test_no_server_at_all() -> None:
    async with WecomHouse() as house:
        sender = channel(house)
    with pytest.raises(Unsent, match="连不上企业微信"):
        await sender.deliver(PARCEL)
