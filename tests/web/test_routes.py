"""The web front over HTTP, as scripts and strangers meet it."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.core.messages import Attachment, Message
from bot.services import enrolment, notices
from handlers.web.house import UPLOAD_BYTES
from storage import people
from storage.tables import Inbox, Invitation, Outbox
from tests.web.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from datetime import datetime

    import httpx

    from storage.work import Work
    from tests.web.conftest import Rig


def say(text: str, name: str | None = None) -> dict[str, str]:
    return {"id": name or str(uuid4()), "kind": "say", "text": text}


async def invited(rig: Rig) -> str:
    unit = rig.store.campaign.units[0].key
    issued = await rig.store.run(enrolment.invite, "contact", unit, "李某")
    return f"/join/{issued.token}"


async def joined(rig: Rig, caller: httpx.AsyncClient) -> None:
    """Come in by an invitation of one's own."""
    answer = await caller.post(await invited(rig), json={"name": ""})
    assert answer.status_code == 200


async def payloads(rig: Rig) -> list[dict[str, Any]]:
    def look(work: Work) -> list[dict[str, Any]]:
        return list(work.conn.scalars(select(col(Inbox.payload)).order_by(col(Inbox.id))))

    return await rig.store.read(look)


async def conversation(caller: httpx.AsyncClient, person: str = "") -> list[dict[str, Any]]:
    answer = await caller.get("/api/transcript", params={"as": person} if person else {})
    entries: list[dict[str, Any]] = answer.json()["changed"]
    return entries


async def events(caller: httpx.AsyncClient, person: str = "") -> AsyncGenerator[dict[str, Any]]:
    async with caller.stream("GET", "/api/stream", params={"as": person} if person else {}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def until(stream: AsyncGenerator[dict[str, Any]], text: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        async for event in stream:
            if any(text in entry["text"] for entry in event["changed"] if entry["by"] == "bot"):
                return event
    raise AssertionError(f"the stream ended without {text!r}")


async def answered(caller: httpx.AsyncClient, text: str) -> None:
    """Wait until something the bot said has these words."""
    async with aclosing(events(caller)) as stream:
        await until(stream, text)


async def told(rig: Rig, person: str, message: Message, key: str = "a/test", not_before: datetime | None = None) -> int:
    """Send somebody a notice, or keep it until later; return its row."""

    def tell(work: Work) -> int:
        account = people.account(work, "web", person)
        assert account.person_id is not None
        notices.tell(work, [account.person_id], key, message, not_before=not_before)
        return work.conn.scalars(select(col(Outbox.id)).where(col(Outbox.key) == key)).one() or 0

    row = await rig.store.run(tell)
    await rig.dispatcher.dispatch()
    return row


# strangers


async def test_a_stranger_is_asked_for_the_invitation(house: Rig) -> None:
    async with house.caller() as stranger:
        page = await stranger.get("/")
        assert page.status_code == 401
        assert "邀请链接" in page.text


@pytest.mark.parametrize("path", ["/api/stream", "/api/transcript", "/files/1/0"])
async def test_a_stranger_reads_nothing(house: Rig, path: str) -> None:
    async with house.caller() as stranger:
        assert (await stranger.get(path)).status_code == 401


async def test_a_stranger_says_nothing(house: Rig) -> None:
    async with house.caller() as stranger:
        assert (await stranger.post("/api/inputs", json=say("你好"))).status_code == 401
        assert (await stranger.post(f"/api/files?id={uuid4()}&name=a", content=b"x")).status_code == 401
    assert await payloads(house) == []


async def test_naming_somebody_counts_in_the_demo_only(house: Rig) -> None:
    async with house.caller() as stranger:
        assert (await stranger.get("/?as=li")).status_code == 401
        assert (await stranger.get("/api/transcript?as=li")).status_code == 401
        assert (await stranger.get("/demo/people")).status_code == 404


async def test_a_made_up_session_is_none(house: Rig) -> None:
    async with house.caller() as stranger:
        stranger.cookies.set("duban", '"home-of-li"')
        assert (await stranger.get("/api/transcript")).status_code == 401


# coming in


async def test_looking_at_an_invitation_does_not_use_it_up(house: Rig) -> None:
    link = await invited(house)
    async with house.caller() as preview, house.caller() as person:
        assert "开始使用" in (await preview.get(link)).text
        assert (await preview.get(link)).status_code == 200
        assert (await person.post(link, json={"name": ""})).status_code == 200
        assert (await person.get("/")).status_code == 200


async def test_an_invitation_lets_one_in(house: Rig) -> None:
    link = await invited(house)
    async with house.caller() as first, house.caller() as second:
        await first.post(link, json={"name": ""})
        again = await second.post(link, json={"name": ""})
        never = await second.post("/join/neverissued", json={"name": ""})
        assert (again.status_code, again.text) == (never.status_code, never.text)
        assert again.status_code == 410
        assert (await second.get("/")).status_code == 401


async def test_the_session_is_kept_from_scripts_and_from_other_sites(house: Rig) -> None:
    async with house.caller() as person:
        answer = await person.post(await invited(house), json={"name": ""})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


def _expire(work: Work) -> None:
    work.conn.execute(update(Invitation).values(expires_at=work.now))


async def test_an_expired_invitation_answers_like_an_unknown_one(house: Rig) -> None:
    link = await invited(house)
    await house.store.run(_expire)
    async with house.caller() as person:
        late, never = [await person.post(path, json={"name": ""}) for path in (link, "/join/neverissued")]
        assert (late.status_code, late.text) == (never.status_code, never.text)


# saying


async def test_what_is_said_is_answered(house: Rig) -> None:
    async with house.caller() as li:
        await joined(house, li)
        assert (await li.post("/api/inputs", json=say("/menu"))).status_code == 202
        await answered(li, "李某")


async def test_what_is_sent_twice_is_kept_once(house: Rig) -> None:
    async with house.caller() as li:
        await joined(house, li)
        once = say("你好")
        for _ in range(3):
            assert (await li.post("/api/inputs", json=once)).status_code == 202
    assert len(await payloads(house)) == 1


async def test_one_persons_name_for_an_input_does_not_block_anothers(house: Rig) -> None:
    async with house.caller() as li, house.caller() as other:
        await joined(house, li)
        await joined(house, other)
        same = say("你好")
        for person in (li, other):
            await person.post("/api/inputs", json=same)
    assert len(await payloads(house)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "say", "text": "没有编号"},
        {"id": "../x", "kind": "say", "text": "编号不对"},
        say("长" * 20_001),
        {"id": str(uuid4()), "kind": "say", "text": ["不是文字"]},
        {"id": str(uuid4()), "kind": "tap", "action": "", "on": "1"},
        {"id": str(uuid4()), "kind": "tap", "action": "长" * 22, "on": "1"},
        {"id": str(uuid4()), "kind": "tap", "action": "m:menu", "on": "w1"},
        {"id": str(uuid4()), "kind": "command", "name": "Menu!"},
        {"id": str(uuid4()), "kind": "file", "file": {"sha256": "00"}},
        {"id": str(uuid4()), "kind": "too_large", "name": "a", "size": -1},
        {"id": str(uuid4()), "kind": "dance"},
    ],
)
async def test_what_our_page_would_not_send_is_refused(house: Rig, wrong: dict[str, Any]) -> None:
    async with house.caller() as li:
        await joined(house, li)
        assert (await li.post("/api/inputs", json=wrong)).status_code == 400
    assert await payloads(house) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 5000, b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(house: Rig, body: bytes) -> None:
    async with house.caller() as li:
        await joined(house, li)
        answer = await li.post("/api/inputs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400


async def test_a_lone_surrogate_does_no_harm(house: Rig) -> None:
    async with house.caller() as li:
        await joined(house, li)
        body = json.dumps(say("坏\ud800字")).encode()
        answer = await li.post("/api/inputs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 202
        await answered(li, "请从下面选择")


async def test_a_body_too_large_is_refused(house: Rig) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    kind = {"Content-Type": "application/json"}
    async with house.caller() as li:
        await joined(house, li)
        assert (await li.post("/api/inputs", content=b" " * 70_000, headers=kind)).status_code == 413
        assert (await li.post("/api/inputs", content=endless(), headers=kind)).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [{"X-Duban": ""}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_another_sites_page_cannot_speak_for_somebody(house: Rig, headers: dict[str, str]) -> None:
    async with house.caller() as li:
        await joined(house, li)
        assert (await li.post("/api/inputs", json=say("冒充"), headers=headers)).status_code == 403
        assert (await li.post(f"/api/files?id={uuid4()}&name=a", content=b"x", headers=headers)).status_code == 403
    assert await payloads(house) == []


async def test_only_json_is_taken(house: Rig) -> None:
    async with house.caller() as li:
        await joined(house, li)
        assert (await li.post("/api/inputs", data={"kind": "say"})).status_code == 415


# files


async def test_a_file_is_in_the_store_before_it_is_in_the_inbox(house: Rig) -> None:
    async with house.caller() as li:
        await joined(house, li)
        answer = await li.post(
            f"/api/files?id={uuid4()}&name=现场照片.png", content=b"\x89PNG", headers={"Content-Type": "image/png"}
        )
        assert answer.status_code == 202
    [payload] = await payloads(house)
    assert (payload["kind"], payload["file"]["name"], payload["file"]["mime"]) == ("file", "现场照片.png", "image/png")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_too_large_is_answered_and_not_kept(house: Rig, *, announced: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(UPLOAD_BYTES // 1024**2):
            yield bytes(1024**2)
        yield b"."

    async with house.caller() as li:
        await joined(house, li)
        size = {"Content-Length": str(UPLOAD_BYTES + 1)} if announced else {}
        answer = await li.post(f"/api/files?id={uuid4()}&name=录像.mp4", content=chunks(), headers=size)
        assert answer.status_code == 202
    [payload] = await payloads(house)
    assert (payload["kind"], payload["limit"]) == ("too_large", UPLOAD_BYTES)


async def test_a_file_goes_to_whom_it_was_sent_and_to_nobody_else(demo: Rig) -> None:
    row = await told(
        demo,
        "home-of-zhao",
        Message("请查收", attachments=(Attachment("table", "weekly/2020-W28", "汇总表 第28周.xlsx"),)),
    )
    async with demo.caller() as caller:
        mine = await caller.get(f"/files/{row}/0?as=zhao")
        assert mine.content.startswith(b"PK")
        assert "filename*=UTF-8''%E6%B1%87%E6%80%BB%E8%A1%A8%20" in mine.headers["content-disposition"]
        assert mine.headers["x-content-type-options"] == "nosniff"
        for path in (f"/files/{row}/0?as=zhang", f"/files/{row}/1?as=zhao", f"/files/{row + 1}/0?as=zhao"):
            assert (await caller.get(path)).status_code == 404


async def test_a_file_with_markup_in_it_is_only_ever_saved(demo: Rig) -> None:
    async with demo.caller() as caller:
        page = b"<script>alert(1)</script>"
        await caller.post(
            f"/api/files?as=li&id={uuid4()}&name=x.html", content=page, headers={"Content-Type": "text/html"}
        )
        [payload] = await payloads(demo)
        row = await told(
            demo, "home-of-li", Message("附件", attachments=(Attachment("file", payload["file"]["sha256"], "x.html"),))
        )
        answer = await caller.get(f"/files/{row}/0?as=li")
        assert answer.content == page
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]


# the stream


async def test_a_stream_begins_with_everything_and_goes_on_with_what_is_new(demo: Rig) -> None:
    await told(demo, "home-of-li", Message("先来的"), "first")
    async with demo.caller() as caller, aclosing(events(caller, "li")) as stream:
        before = await until(stream, "先来的")
        await told(demo, "home-of-li", Message("后到的"), "second")
        after = await until(stream, "后到的")
        assert [entry["text"] for entry in after["changed"]] == ["后到的"]
        assert after["order"] == [*before["order"], after["changed"][0]["key"]]


async def send_elsewhere(rig: Rig, row: int) -> None:
    """Do what another process does to a row it has sent: nobody here hears of it."""
    await rig.store.run(_sent, row)


def _sent(work: Work, row: int) -> None:
    work.conn.execute(update(Outbox).where(col(Outbox.id) == row).values(state="sent"))


async def test_a_new_connection_misses_nothing_not_even_what_became_visible_late(demo: Rig) -> None:
    early = await told(demo, "home-of-li", Message("早写晚发"), "early", not_before=NOON)
    await told(demo, "home-of-li", Message("晚写早发"), "late")
    async with demo.caller() as caller:
        async with aclosing(events(caller, "li")) as stream:
            seen = await until(stream, "晚写早发")
        assert len(seen["order"]) == 1
        await send_elsewhere(demo, early)
        async with aclosing(events(caller, "li")) as stream:
            assert (await until(stream, "早写晚发"))["order"] == [f"o{early}", *seen["order"]]


async def test_a_page_finds_by_itself_what_another_process_sent(demo: Rig) -> None:
    row = await told(demo, "home-of-li", Message("别处发来"), not_before=NOON)
    async with demo.caller() as caller, aclosing(events(caller, "li")) as stream:
        async with asyncio.timeout(5):
            assert (await anext(stream))["order"] == []
        await send_elsewhere(demo, row)
        await until(stream, "别处发来")


# the demo


async def test_the_clock_moves_and_reminders_arrive(demo: Rig) -> None:
    async with demo.caller() as caller:
        assert (await caller.post("/demo/clock", json={"to": "2020-07-10T08:30:00+08:00"})).status_code == 200
        assert any("填报本周信息" in str(entry.get("buttons")) for entry in await conversation(caller, "li"))


@pytest.mark.parametrize("to", [None, 5, "", "Friday", "2020-07-10T08:30:00"])
async def test_a_clock_moves_to_a_moment_only(demo: Rig, to: object) -> None:
    async with demo.caller() as caller:
        assert (await caller.post("/demo/clock", json={"to": to})).status_code == 400


async def test_the_panes_begin_with_a_contact_and_the_head_of_the_same_unit(demo: Rig) -> None:
    async with demo.caller() as caller:
        assert (await caller.get("/demo/people")).json()["first"] == ["li", "zhang"]


async def test_nobody_is_played_by_a_name_the_demo_does_not_know(demo: Rig) -> None:
    async with demo.caller() as caller:
        assert (await caller.get("/?as=nobody")).headers["location"] == "/"
        assert (await caller.get("/api/transcript?as=nobody")).status_code == 401


# what every answer carries


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/join/x", "/nowhere"])
async def test_the_browser_is_told_to_run_nothing_foreign(house: Rig, path: str) -> None:
    async with house.caller() as stranger:
        headers = (await stranger.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
