"""A Bot API server over real HTTP: it refuses what the real one refuses and remembers what phones would show.

In a test: `async with BotApiServer() as server`, with a `tests.kit.phone.Phone` for each person. On its own,
for a bot in another process: `python -m tests.kit.botapi --port 8081`; `POST /kit/update` then adds an update
and `GET /kit/chats` tells what the phones show.

Like the real one it keeps updates until they are confirmed by a higher offset, ends an older long poll with
409 when a newer one comes, and posts to a webhook until it hears 200. Faults are scripted:
`server.faults.append(Fault(...))`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import time
import warnings
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from aiohttp import web

from tests.kit.botapi_rules import (
    CAPTION,
    TEXT,
    TOAST,
    Refusal,
    inline_keyboard,
    number,
    picture,
    structure,
    utf8,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
MB = 1024 * 1024
MOST_UPDATES = 100


@dataclass
class File:
    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass
class Shown:
    """One message as a phone shows it, edits applied."""

    id: int
    chat: int
    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    file: File | None = None
    size: tuple[int, int] = (0, 0)  # of a photo
    by_bot: bool = True
    edits: int = 0
    changed: int = 0  # rises over all chats with every message and edit
    at: float = 0.0  # time.perf_counter() of the last change

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    def has(self, words: str) -> bool:
        return words in self.text or any(words in label for label in self.labels)

    def data(self, label: str) -> str | None:
        """Return the action of the button with this label, or of the first that contains it."""
        buttons = [button for row in self.buttons for button in row]
        for fits in (lambda text: text == label, lambda text: label in text):
            for button in buttons:
                if fits(button["text"]):
                    return str(button["callback_data"])
        return None


@dataclass
class Chat:
    id: int
    type: str = "private"
    name: str = ""
    blocked: bool = False
    deactivated: bool = False
    moved_to: int = 0
    messages: list[Shown] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of `method` ("*": any), in `chat` (0: any).

    `status` answers instead of doing it. `drop` closes the connection "before" or "after" it is done. `delay`
    answers so many seconds late.
    """

    method: str = "sendMessage"
    status: int = 0
    retry_after: int = 0
    drop: str = ""
    delay: float = 0.0
    description: str = ""
    chat: int = 0
    times: int = 1


@dataclass
class Call:
    method: str
    fields: dict[str, Any]
    ok: bool
    at: float


class BotApiServer:
    def __init__(self, *, token: str = TOKEN, username: str = "duban_kit_bot", first_update: int = 1000) -> None:
        self.token = token
        self.username = username
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.updates: list[dict[str, Any]] = []
        self.next_update = first_update
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.waiting_taps: set[str] = set()
        self.answered_taps: set[str] = set()
        self.changes = 0
        self.on_change: Callable[[Shown], None] = lambda _: None
        self.keep_calls = True  # a benchmark turns it off
        self._allowed: set[str] = set()
        self._next_message = 1
        self._next_tap = 10**17
        self._poll: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pending: set[int] = set()
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self.port = 0
        self._methods = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(self) if name.startswith("_do_")
        }

    # running

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=51 * MB)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        app.router.add_post("/kit/update", self._kit_update)
        app.router.add_get("/kit/chats", self._kit_chats)
        # Cancelled with its connection: the long poll of a killed bot must not swallow an update.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = int(self._runner.addresses[0][1])
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    # what people do

    def known(self, chat: int, name: str = "", kind: str = "private") -> Chat:
        """Make the chat known: somebody has opened it."""
        return self.chats.setdefault(chat, Chat(chat, kind, name or f"用户{chat}"))

    def says(self, chat: int, text: str, *, sender: int = 0) -> int:
        """Type a text; returns the update_id."""
        return self.message(chat, {"text": text}, shown=text, sender=sender)

    def message(self, chat: int, content: dict[str, Any], *, shown: str = "", sender: int = 0) -> int:
        """Send any message: `content` holds the fields beside the common ones (Bot API: Message)."""
        known = self.known(chat)
        message = self._remember(Shown(self._take_id(), chat, shown, by_bot=False))
        person = {"id": sender or chat, "is_bot": False, "first_name": known.name, "language_code": "zh-hans"}
        body = {"message_id": message.id, "from": person, "chat": self._chat(known), "date": int(time.time())}
        return self.push({"message": body | content})

    def taps(self, chat: int, message: Shown, data: str) -> int:
        """Tap a button; it need not be there any more."""
        known = self.known(chat)
        self._next_tap += 1
        tap = str(self._next_tap)
        self.waiting_taps.add(tap)
        person = {"id": chat, "is_bot": False, "first_name": known.name, "language_code": "zh-hans"}
        query = {"id": tap, "from": person, "chat_instance": "1", "data": data}
        return self.push({"callback_query": query | {"message": self._message(message)}})

    def upload(self, content: bytes, name: str, mime: str) -> tuple[str, dict[str, Any]]:
        """Put a file on the server; returns its id and a Bot API Document."""
        file_id = f"BQACAgUAAxk{len(self.files):06d}"
        self.files[file_id] = File(name, mime, content)
        document = {"file_id": file_id, "file_unique_id": file_id[-8:], "file_name": name}
        return file_id, document | {"mime_type": mime, "file_size": len(content)}

    def blocks(self, chat: int, *, blocked: bool = True) -> int:
        """Block or unblock the bot."""
        known = self.known(chat)
        known.blocked = blocked
        states = [{"user": self._me(), "status": status} for status in ("member", "kicked")]
        old, new = states if blocked else reversed(states)
        change: dict[str, Any] = {"chat": self._chat(known), "date": int(time.time())}
        change["from"] = {"id": chat, "is_bot": False, "first_name": known.name}
        change |= {"old_chat_member": old, "new_chat_member": new}
        return self.push({"my_chat_member": change})

    def push(self, update: dict[str, Any]) -> int:
        """Add an update (its update_id is given here unless it has one); returns the id."""
        kind = next(name for name in update if name != "update_id")
        if self._allowed and kind not in self._allowed:
            return 0
        update = {"update_id": update.get("update_id", self.next_update), **update}
        self.next_update = update["update_id"] + 1
        self.updates.append(update)
        if self.webhook.get("url"):
            self._post_later(update)
        elif self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        return int(update["update_id"])

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not confirmed yet."""
        return len(self.updates)

    def by_bot(self, chat: int) -> list[Shown]:
        return [message for message in self.known(chat).messages if message.by_bot]

    def duplicates(self) -> dict[tuple[int, str], int]:
        """How often each text stands in a chat more than once, sent by the bot."""
        seen = Counter((m.chat, m.text) for chat in self.chats.values() for m in chat.messages if m.by_bot)
        return {what: count for what, count in seen.items() if count > 1}

    async def wait_for(self, met: Callable[[], Any], timeout: float = 5.0) -> None:  # noqa: ASYNC109
        """Return as soon as `met` is true; TimeoutError when it never is."""
        async with asyncio.timeout(timeout):
            while not met():  # noqa: ASYNC110 - what is waited for may change anywhere
                await asyncio.sleep(0.003)

    # serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        method = request.match_info["method"]
        self.counts[method] += 1
        do = self._methods.get(method.lower())
        if do is None:
            return _json({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        try:
            fields = await _fields(request)
        except ValueError:
            refusal = {"ok": False, "error_code": 400, "description": "Bad Request: can't parse request"}
            return _json(refusal, 400)
        fault = self._fault(method, fields)
        if fault is not None and (fault.status or fault.drop == "before"):
            await asyncio.sleep(fault.delay)
            return self._broken(request, fault)
        body, status = await self._perform(method, do, fields)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.drop:
                return self._broken(request, fault)
        return _json(body, status)

    async def _perform(
        self, method: str, do: Callable[[dict[str, Any]], Any], fields: dict[str, Any]
    ) -> tuple[dict[str, Any], int]:
        try:
            utf8({name: value for name, value in fields.items() if not isinstance(value, File)})
            result = do(fields)
            if asyncio.iscoroutine(result):
                result = await result
        except Refusal as refusal:
            self._note(method, fields, ok=False)
            return refusal.body, refusal.code
        self._note(method, fields, ok=True)
        return {"ok": True, "result": result}, 200

    def _note(self, method: str, fields: dict[str, Any], *, ok: bool) -> None:
        if self.keep_calls and method.lower() != "getupdates":
            self.calls.append(Call(method, fields, ok, time.perf_counter()))

    def _fault(self, method: str, fields: dict[str, Any]) -> Fault | None:
        for fault in self.faults:
            if fault.method in {"*", method} and (not fault.chat or str(fault.chat) == str(fields.get("chat_id"))):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    @staticmethod
    def _broken(request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        body: dict[str, Any] = {"ok": False, "error_code": fault.status, "description": fault.description}
        if fault.retry_after:
            body["parameters"] = {"retry_after": fault.retry_after}
            body["description"] = f"Too Many Requests: retry after {fault.retry_after}"
        return _json(body, fault.status)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("file", {})
        if fault is not None:
            await asyncio.sleep(fault.delay)
            return self._broken(request, fault)
        file = self.files.get(request.match_info["path"].rpartition("/")[2].partition(".")[0])
        if file is None or request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _kit_update(self, request: web.Request) -> web.Response:
        return web.json_response({"update_id": self.push(await request.json())})

    async def _kit_chats(self, _: web.Request) -> web.Response:
        chats = {
            chat.id: [asdict(message) | {"file": message.file and message.file.name} for message in chat.messages]
            for chat in self.chats.values()
        }
        return web.json_response(chats)

    # the methods, named in lower case as the real server takes them

    def _do_getme(self, _: dict[str, Any]) -> dict[str, Any]:
        return self._me() | {"can_join_groups": False, "can_read_all_group_messages": False,
                             "supports_inline_queries": False}  # fmt: skip

    async def _do_getupdates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise Refusal(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                409,
            )
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(_terminated())
        if "allowed_updates" in fields:
            self._allowed = set(structure(fields["allowed_updates"], "allowed_updates"))
        offset = int(fields.get("offset") or 0)
        self._confirm(offset)
        poll = self._poll = asyncio.get_running_loop().create_future()
        wait = min(float(fields.get("timeout") or 0), 50.0)
        if not self.updates and wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await poll
        elif not poll.done():
            poll.set_result(None)
        self._confirm(offset)
        limit = min(int(fields.get("limit") or MOST_UPDATES), MOST_UPDATES)
        return self.updates[:limit]

    def _confirm(self, offset: int) -> None:
        # Taken at its word: everything below the offset is confirmed, even what came after it was said.
        if offset < 0:
            self.updates = self.updates[offset:]
        else:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]

    def _do_setwebhook(self, fields: dict[str, Any]) -> bool:
        if not str(fields.get("url", "")).startswith("http"):
            raise Refusal("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = dict(fields)
        if "allowed_updates" in fields:
            self._allowed = set(structure(fields["allowed_updates"], "allowed_updates"))
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal("terminated by setWebhook request", 409))
        for update in self.updates:
            self._post_later(update)
        return True

    def _do_deletewebhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = {}
        if str(fields.get("drop_pending_updates", "")).lower() == "true":
            self.updates.clear()
        return True

    def _do_getwebhookinfo(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.webhook.get("url", ""), "has_custom_certificate": False,
                "pending_update_count": len(self.updates)}  # fmt: skip

    def _do_setmycommands(self, fields: dict[str, Any]) -> bool:
        self.commands = structure(fields.get("commands", []), "commands")
        for command in self.commands:
            if not 1 <= len(command["command"]) <= 32 or not 1 <= len(command["description"]) <= 256:
                raise Refusal("BOT_COMMAND_INVALID")
        return True

    def _do_sendchataction(self, fields: dict[str, Any]) -> bool:
        self._reachable(fields)
        return True

    def _do_sendmessage(self, fields: dict[str, Any]) -> dict[str, Any]:
        chat = self._reachable(fields)
        text, entities = written(fields, "text", TEXT, "message is too long")
        if not text.strip():
            raise Refusal("message text is empty")
        shown = Shown(self._take_id(), chat.id, text, entities, inline_keyboard(fields))
        return self._message(self._remember(shown))

    def _do_senddocument(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(fields, "document", 50 * MB)

    def _do_sendphoto(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self._send_file(fields, "photo", 10 * MB)

    def _send_file(self, fields: dict[str, Any], name: str, most: int) -> dict[str, Any]:
        chat = self._reachable(fields)
        file = fields.get(name)
        if isinstance(file, str):
            file = self.files.get(file)
        if not isinstance(file, File):
            raise Refusal(f"there is no {name} in the request")
        if not file.content:
            raise Refusal("file must be non-empty")
        if len(file.content) > most:
            raise Refusal("Request Entity Too Large", 413)
        text, entities = written(fields, "caption", CAPTION, "message caption is too long")
        size = picture(file.content) if name == "photo" else (0, 0)
        shown = Shown(self._take_id(), chat.id, text, entities, inline_keyboard(fields), file, size)
        return self._message(self._remember(shown))

    def _do_editmessagetext(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(fields)
        if message.file is not None:
            raise Refusal("there is no text in the message to edit")
        text, entities = written(fields, "text", TEXT, "message is too long")
        if not text.strip():
            raise Refusal("message text is empty")
        return self._edit(message, text, entities, inline_keyboard(fields))

    def _do_editmessagereplymarkup(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(fields)
        return self._edit(message, message.text, message.entities, inline_keyboard(fields))

    def _do_deletemessage(self, fields: dict[str, Any]) -> bool:
        message = self._editable(fields)
        self.chats[message.chat].messages.remove(message)
        return True

    def _do_answercallbackquery(self, fields: dict[str, Any]) -> bool:
        tap = str(fields.get("callback_query_id", ""))
        if len(str(fields.get("text", ""))) > TOAST:
            raise Refusal("MESSAGE_TOO_LONG")
        if tap not in self.waiting_taps:
            raise Refusal("query is too old and response timeout expired or query ID is invalid")
        self.waiting_taps.discard(tap)
        self.answered_taps.add(tap)
        return True

    def _do_getfile(self, fields: dict[str, Any]) -> dict[str, Any]:
        file_id = str(fields.get("file_id", ""))
        file = self.files.get(file_id)
        if file is None:
            raise Refusal("wrong file_id or the file is temporarily unavailable")
        if len(file.content) > 20 * MB:
            raise Refusal("file is too big")
        path = f"documents/{file_id}.{file.name.rpartition('.')[2] if '.' in file.name else 'bin'}"
        path = path if path.isascii() else f"documents/{file_id}"
        return {
            "file_id": file_id,
            "file_unique_id": file_id[-8:],
            "file_size": len(file.content),
            "file_path": path,
        }

    # what they share

    def _reachable(self, fields: dict[str, Any]) -> Chat:
        chat = self.chats.get(number(fields, "chat_id"))
        if chat is None:
            raise Refusal("chat not found")
        if chat.moved_to:
            raise Refusal("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise Refusal("bot was blocked by the user", 403)
        if chat.deactivated:
            raise Refusal("user is deactivated", 403)
        return chat

    def _editable(self, fields: dict[str, Any]) -> Shown:
        chat, wanted = self._reachable(fields), number(fields, "message_id")
        message = next((message for message in reversed(chat.messages) if message.id == wanted), None)
        if message is None:
            raise Refusal("message to edit not found")
        if not message.by_bot:
            raise Refusal("message can't be edited")
        return message

    def _edit(
        self, message: Shown, text: str, entities: list[dict[str, Any]], buttons: list[list[dict[str, Any]]]
    ) -> dict[str, Any]:
        if (message.text, message.entities, message.buttons) == (text, entities, buttons):
            raise Refusal(
                "message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message"
            )
        message.text, message.entities, message.buttons = text, entities, buttons
        message.edits += 1
        return self._message(self._changed(message))

    def _take_id(self) -> int:
        self._next_message += 1
        return self._next_message

    def _remember(self, message: Shown) -> Shown:
        self.known(message.chat).messages.append(message)
        return self._changed(message)

    def _changed(self, message: Shown) -> Shown:
        self.changes += 1
        message.changed = self.changes
        message.at = time.perf_counter()
        self.on_change(message)
        return message

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _me(self) -> dict[str, Any]:
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": "督办",
            "username": self.username,
        }

    @staticmethod
    def _chat(chat: Chat) -> dict[str, Any]:
        named = {"first_name": chat.name} if chat.type == "private" else {"title": chat.name}
        return {"id": chat.id, "type": chat.type, **named}

    def _message(self, message: Shown) -> dict[str, Any]:
        chat = self.known(message.chat)
        sender = self._me() if message.by_bot else {"id": chat.id, "is_bot": False, "first_name": chat.name}
        body: dict[str, Any] = {"message_id": message.id, "from": sender, "chat": self._chat(chat)}
        body["date"] = int(time.time())
        if message.edits:
            body["edit_date"] = int(time.time())
        if message.buttons:
            body["reply_markup"] = {"inline_keyboard": message.buttons}
        if message.file is None:
            return body | {"text": message.text, "entities": message.entities}
        file_id = f"sent{message.id}"
        self.files[file_id] = message.file
        named = {"file_id": file_id, "file_unique_id": file_id}
        if any(message.size):
            width, height = message.size
            return body | {"caption": message.text, "photo": [named | {"width": width, "height": height}]}
        document = named | {"file_name": message.file.name, "mime_type": message.file.mime}
        return body | {"caption": message.text, "document": document}

    # the webhook

    def _post_later(self, update: dict[str, Any]) -> None:
        if update["update_id"] not in self._pending:
            self._pending.add(update["update_id"])
            self._later(self._post(update))

    async def _post(self, update: dict[str, Any]) -> None:
        assert self._client is not None
        pause = 0.02
        try:
            while url := self.webhook.get("url"):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                    async with self._client.post(url, json=update, headers=headers) as answer:
                        body = await answer.read()
                        if answer.ok:
                            self.updates = [u for u in self.updates if u["update_id"] != update["update_id"]]
                            await self._answered(body)
                            return
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
        finally:
            self._pending.discard(update["update_id"])

    async def _answered(self, body: bytes) -> None:
        try:
            fields = json.loads(body)
            method = str(fields.pop("method"))
        except (ValueError, KeyError, AttributeError):
            return
        do = self._methods.get(method.lower())
        if do is not None:
            self.counts[method] += 1
            await self._perform(method, do, fields)


def _terminated() -> Refusal:
    return Refusal("terminated by other getUpdates request; make sure that only one bot instance is running", 409)


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(body=text.encode(), status=status, content_type="application/json")


async def _fields(request: web.Request) -> dict[str, Any]:
    """Return the fields of a request in any of the four ways the Bot API takes them."""
    fields: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        if body:
            posted = json.loads(body)
            if not isinstance(posted, dict):
                raise ValueError(posted)
            fields |= posted
    elif request.can_read_body:
        with warnings.catch_warnings():
            # aiohttp reads a multipart body with a method of its own that it calls deprecated.
            warnings.filterwarnings("ignore", "unread_data", DeprecationWarning)
            posted_form = await request.post()
        for name, value in posted_form.items():
            if isinstance(value, web.FileField):
                fields[name] = File(value.filename, value.content_type, value.file.read())
            else:
                fields[name] = value if isinstance(value, str) else bytes(value).decode()
    return fields


async def _alone(port: int, token: str) -> None:
    server = BotApiServer(token=token)
    await server.start(port)
    print(f"DUBAN_TELEGRAM_API={server.url} DUBAN_TELEGRAM_TOKEN={server.token}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A Bot API server for rehearsals.")
    options.add_argument("--port", type=int, default=8081)
    options.add_argument("--token", default=TOKEN)
    chosen = options.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_alone(chosen.port, chosen.token))
