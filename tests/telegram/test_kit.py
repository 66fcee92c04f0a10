"""The tests' Bot API server refuses what the real one refuses; otherwise the tests above prove nothing."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.kit.botapi import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.kit.botapi import BotApiServer
    from tests.kit.phone import Phone

ME = 7001


class Caller:
    def __init__(self, server: BotApiServer, client: httpx.AsyncClient) -> None:
        self.base = f"{server.url}/bot{server.token}"
        self.client = client

    async def __call__(self, method: str, **fields: object) -> Any:  # noqa: ANN401 - any JSON
        body = json.dumps(fields).encode()  # escaped: the lone half of a character leaves the client, too
        headers = {"Content-Type": "application/json"}
        return (await self.client.post(f"{self.base}/{method}", content=body, headers=headers)).json()

    async def refused(self, method: str, **fields: object) -> str:
        answer = await self(method, **fields)
        assert not answer["ok"], answer
        return f"{answer['error_code']} {answer['description']}"


@pytest.fixture
async def call(server: BotApiServer) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(timeout=5) as client:
        yield Caller(server, client)


def keyboard(**button: object) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "好", "callback_data": "a"} | button]]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "好", "chat_id": 999}, "400 Bad Request: chat not found"),
        ({"text": "好", "chat_id": ""}, "400 Bad Request: chat_id is invalid"),
        ({"text": " \n"}, "400 Bad Request: message text is empty"),
        ({"text": "长" * 4097}, "400 Bad Request: message is too long"),
        ({"text": "🌾" * 2049}, "400 Bad Request: message is too long"),
        ({"text": "\ud83d"}, "400 Bad Request: strings must be encoded in UTF-8"),
        ({"text": "<b>好", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "好</b>", "parse_mode": "HTML"}, "Unmatched end tag at byte offset 3"),
        ({"text": "<好>", "parse_mode": "HTML"}, 'Unsupported start tag "好" at byte offset 0'),
        ({"text": "好", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "entity"),
        (
            {"text": "好", "entities": [{"type": "loud", "offset": 0, "length": 1}]},
            "can't parse MessageEntity",
        ),
        ({"text": "好", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "好", "reply_markup": {"inline_keyboard": [{"text": "好"}]}}, "Array of Arrays"),
        ({"text": "好", "reply_markup": keyboard(text="")}, "text must be non-empty"),
        ({"text": "好", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "reply_markup": keyboard(callback_data="字" * 22)}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "reply_markup": keyboard(style="loud")}, "invalid button style"),
        (
            {"text": "好", "reply_markup": {"inline_keyboard": [[{"text": "好"}]]}},
            "Text buttons are unallowed",
        ),
    ],
)
async def test_a_wrong_message_is_refused(call: Caller, phone: Phone, fields: dict[str, Any], said: str) -> None:
    assert said in await call.refused("sendMessage", **{"chat_id": ME} | fields)
    assert not phone.messages


async def test_markup_is_shown_as_text_with_entities(call: Caller, phone: Phone) -> None:
    await call("sendMessage", chat_id=ME, text="<b>🌾题</b> &lt;好&gt;", parse_mode="HTML")
    assert phone.last.text == "🌾题 <好>"
    assert phone.last.entities == [{"type": "bold", "offset": 0, "length": 3}]


async def test_fields_may_come_in_a_form_as_well(call: Caller, phone: Phone) -> None:
    form = {
        "chat_id": str(ME),
        "text": "好",
        "reply_markup": '{"inline_keyboard":[[{"text":"是","callback_data":"y"}]]}',
    }
    assert (await call.client.post(f"{call.base}/sendMessage", data=form)).json()["ok"]
    assert phone.last.labels == ["是"]


async def test_edits_follow_the_rules(server: BotApiServer, call: Caller, phone: Phone) -> None:
    sent = (await call("sendMessage", chat_id=ME, text="一", reply_markup=keyboard()))["result"]["message_id"]
    same = {"chat_id": ME, "message_id": sent, "text": "一", "reply_markup": keyboard()}
    assert "message is not modified" in await call.refused("editMessageText", **same)
    assert (await call("editMessageText", **same | {"text": "二"}))["ok"]
    assert (phone.last.text, phone.last.edits) == ("二", 1)
    assert "to edit not found" in await call.refused("editMessageText", **same | {"message_id": 99})
    server.says(ME, "我的话")
    mine = phone.chat.messages[-1].id
    assert "can't be edited" in await call.refused("editMessageText", **same | {"message_id": mine})
    assert (await call("editMessageReplyMarkup", chat_id=ME, message_id=sent))["ok"]
    assert not phone.last.labels


async def test_who_blocked_the_bot_or_left_is_out_of_reach(call: Caller, phone: Phone) -> None:
    phone.chat.blocked = True
    assert await call.refused("sendMessage", chat_id=ME, text="好") == "403 Forbidden: bot was blocked by the user"
    phone.chat.blocked, phone.chat.deactivated = False, True
    assert await call.refused("sendMessage", chat_id=ME, text="好") == "403 Forbidden: user is deactivated"


async def test_files_have_their_limits(server: BotApiServer, call: Caller, phone: Phone) -> None:
    async def sends(content: bytes, **fields: object) -> Any:  # noqa: ANN401 - any JSON
        form, files = {"chat_id": str(ME), **fields}, {"document": ("表.xlsx", content)}
        return (await call.client.post(f"{call.base}/sendDocument", data=form, files=files)).json()

    assert "non-empty" in (await sends(b""))["description"]
    assert "caption is too long" in (await sends(b"x", caption="长" * 1025))["description"]
    file_id = (await sends(b"x", caption="长" * 1024))["result"]["document"]["file_id"]
    told = (await call("getFile", file_id=file_id))["result"]
    fetched = await call.client.get(f"{server.url}/file/bot{server.token}/{told['file_path']}")
    assert fetched.content == b"x"
    assert "wrong file_id" in await call.refused("getFile", file_id="nobody")
    large, _ = server.upload(bytes(20 * 1024 * 1024 + 1), "a.zip", "application/zip")
    assert "file is too big" in await call.refused("getFile", file_id=large)


async def test_a_tap_is_answered_once(server: BotApiServer, call: Caller, phone: Phone) -> None:
    await call("sendMessage", chat_id=ME, text="一", reply_markup=keyboard())
    await phone.taps("好", answered=False)
    tap = next(iter(server.waiting_taps))
    assert (await call("answerCallbackQuery", callback_query_id=tap))["ok"]
    assert "query is too old" in await call.refused("answerCallbackQuery", callback_query_id=tap)


async def test_updates_come_again_until_they_are_confirmed(server: BotApiServer, call: Caller) -> None:
    first, second = server.says(ME, "一"), server.says(ME, "二")
    for _ in range(2):
        assert [u["update_id"] for u in (await call("getUpdates"))["result"]] == [first, second]
    assert [u["update_id"] for u in (await call("getUpdates", offset=second))["result"]] == [second]
    assert not (await call("getUpdates", offset=second + 1))["result"]


async def test_the_older_of_two_pollers_is_sent_away(server: BotApiServer, call: Caller) -> None:
    older = asyncio.create_task(call.refused("getUpdates", timeout=5))
    await server.wait_for(lambda: server.counts["getUpdates"] == 1)
    await asyncio.sleep(0.05)
    newer = asyncio.create_task(call("getUpdates", timeout=5))
    assert "409 Conflict: terminated by other getUpdates request" in await older
    update = server.says(ME, "好")
    assert [u["update_id"] for u in (await newer)["result"]] == [update]
    await call("setWebhook", url="https://127.0.0.1:1/")
    assert "409 Conflict: can't use getUpdates method" in await call.refused("getUpdates")


async def test_wrong_tokens_and_methods_are_told_apart(server: BotApiServer, call: Caller) -> None:
    assert await call.refused("noSuchMethod") == "404 Not Found"
    answer = await call.client.post(f"{server.url}/bot1:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


async def test_faults_come_as_scripted(server: BotApiServer, call: Caller, phone: Phone) -> None:
    server.faults.append(Fault(status=429, retry_after=3))
    answer = await call("sendMessage", chat_id=ME, text="好")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 3})
    for drop, shown in (("before", 0), ("after", 1)):
        server.faults.append(Fault(drop=drop))
        with pytest.raises(httpx.HTTPError):
            await call("sendMessage", chat_id=ME, text="好")
        assert len(phone.messages) == shown
    await call("sendMessage", chat_id=ME, text="好")
    assert server.duplicates() == {(ME, "好"): 2}
