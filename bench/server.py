"""A Bot API server that costs next to nothing, and the people at it: what a bot can do shows, not what the server can.

Speaks just enough HTTP/1.1 over asyncio's protocols for one bot's calls, by long poll or webhook. Runs in the process
that measures, on a core of its own; `bench.ceiling` measures how much it bears. Tests have a strict server of their own
(`tests.kit.botapi`).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from bench.people import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.people import Card, Person

TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 - opens nothing
_HEAD_END = b"\r\n\r\n"
_BATCH = 100
_ME: Final[Card] = {"id": 110201543, "is_bot": True, "first_name": "督办", "username": "duban_bench_bot"}


class Http(asyncio.Protocol):
    """One connection: cuts what comes in into heads and bodies, and hands each to `message`."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        self._buffer += data
        while (end := self._buffer.find(_HEAD_END)) >= 0:
            head = self._buffer[:end]
            start = end + len(_HEAD_END)
            size = _length(head)
            if len(self._buffer) < start + size:
                return
            body, self._buffer = self._buffer[start : start + size], self._buffer[start + size :]
            self.message(head, body)

    def message(self, head: bytes, body: bytes) -> None:
        """Take one request, or one answer."""
        raise NotImplementedError


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at < 0:
        assert b"transfer-encoding" not in lowered, "chunks are not spoken here"
        return 0
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0])


def _form(body: bytes) -> dict[str, Any]:
    """Return the fields of a form that carries a file; of the file only its size, under "size"."""
    fields: dict[str, Any] = {}
    for part in body.split(body[: body.index(b"\r\n")])[1:-1]:
        head, _, content = part.partition(_HEAD_END)
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        if b"filename" in head:
            fields["size"] = len(content)
        else:
            value = content.removesuffix(b"\r\n").decode()
            fields[name] = json.loads(value) if value[:1] in {"{", "["} else value
    return fields


class _Calls(Http):
    """The bot's connection to the server."""

    def __init__(self, server: LoadServer) -> None:
        super().__init__()
        self._server = server

    def message(self, head: bytes, body: bytes) -> None:
        method = head[: head.index(b"\r\n")].split(b" ")[1].rpartition(b"/")[2].decode()
        if body[:2] == b"--":
            fields = _form(body)
        else:
            fields = json.loads(body) if body[:1] == b"{" else dict(parse_qsl(body.decode()))
        self._server.call(method, fields, self)

    def answer(self, result: object, status: int = 200) -> None:
        """Send a result."""
        content = encode({"ok": status == 200, "result": result})
        self.transport.write(
            b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(content), content)
        )


class _Posting(Http):
    """One of the server's connections to the bot's webhook: one update at a time."""

    def __init__(self, server: LoadServer) -> None:
        super().__init__()
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._server.free(self)

    def message(self, head: bytes, body: bytes) -> None:
        if b" 200 " not in head[:16]:
            self._server.faults["webhook " + head[:13].decode()] += 1
        elif body[:1] == b"{":  # a method in the answer
            fields = json.loads(body)
            self._server.counts[fields["method"]] += 1
        self._server.free(self)


class LoadServer:
    """Serves one bot and plays its people. `think`: seconds people take on average, 0 for none."""

    def __init__(self, people: Sequence[Person], *, think: float = 0.0) -> None:
        self._people: Mapping[int, Person] = {person.chat: person for person in people}
        self._think = think
        self.ready = asyncio.Event()  # the bot takes updates
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.latencies: list[float] = []
        self._living = False
        self._updates: deque[tuple[int, bytes]] = deque()
        self._next_update = 1000
        self._next_message = 1
        self._poll: tuple[_Calls, int] | None = None
        self._hook = b""
        self._idle: list[_Posting] = []
        self._server: asyncio.Server | None = None
        self._dice = random.Random(1)
        self._methods: dict[str, Callable[[dict[str, Any], _Calls], None]] = {
            "getUpdates": self._get_updates,
            "sendMessage": self._show,
            "editMessageText": self._show,
            "sendPhoto": self._show,
            "setWebhook": self._set_webhook,
            "getMe": lambda _, calls: calls.answer(_ME),
            "answerCallbackQuery": lambda _, calls: calls.answer(result=True),
            "deleteWebhook": lambda _, calls: calls.answer(result=True),
            "setMyCommands": lambda _, calls: calls.answer(result=True),
        }

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Calls(self), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        for posting in self._idle:
            posting.transport.abort()
        self._server.close()

    @property
    def url(self) -> str:
        """Return the base address the bot is told."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def begin(self) -> None:
        """Let everybody make their first move."""
        self._living = True
        for person in self._people.values():
            self._move_soon(person)

    def end(self) -> None:
        """Let nobody make another."""
        self._living = False

    @property
    def waiting(self) -> int:
        """Return how many people have not been answered."""
        return sum(person.since > 0 for person in self._people.values())

    def call(self, method: str, fields: dict[str, Any], calls: _Calls) -> None:
        """Do what the bot asks."""
        self.counts[method] += 1
        do = self._methods.get(method)
        if do is None:
            self.faults[f"unknown method {method}"] += 1
            calls.answer(None, 404)
            return
        do(fields, calls)

    def _move_soon(self, person: Person) -> None:
        if self._think:
            pause = self._dice.expovariate(1 / self._think)
            asyncio.get_running_loop().call_later(pause, self._move, person)
        else:
            self._move(person)

    def _move(self, person: Person) -> None:
        if not self._living:
            return
        update = encode({"update_id": self._next_update, **person.next()})
        self._updates.append((self._next_update, update))
        self._next_update += 1
        person.since = time.perf_counter()
        if self._hook:
            self._post()
        elif self._poll is not None:
            calls, limit = self._poll
            self._poll = None
            self._give(calls, limit)

    def _get_updates(self, fields: dict[str, Any], calls: _Calls) -> None:
        offset = int(fields.get("offset", 0))
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        self.ready.set()
        limit = min(int(fields.get("limit", _BATCH)), _BATCH)
        if self._updates or not float(fields.get("timeout", 0)):
            self._give(calls, limit)
        else:
            self._poll = (calls, limit)

    def _give(self, calls: _Calls, limit: int) -> None:
        batch = [update for _, update in list(self._updates)[:limit]]
        content = b'{"ok":true,"result":[%b]}' % b",".join(batch)
        calls.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(content), content)
        )

    def _show(self, fields: dict[str, Any], calls: _Calls) -> None:
        shown = time.perf_counter()
        person = self._people[int(fields["chat_id"])]
        number = int(fields.get("message_id", 0))
        if not number:
            self._next_message += 1
            number = self._next_message
        card: Card = {
            "message_id": number,
            "from": _ME,
            "chat": {"id": person.chat, "type": "private"},
            "date": int(time.time()),
            "text": fields.get("text", fields.get("caption", "")),
        }
        if markup := fields.get("reply_markup"):
            card["reply_markup"] = markup
        if entities := fields.get("entities"):
            card["entities"] = entities
        calls.answer(card)
        person.sees(card)
        if not person.since:
            self.faults["a second answer"] += 1
            return
        self.latencies.append(shown - person.since)
        person.since = 0.0
        self._move_soon(person)

    def _set_webhook(self, fields: dict[str, Any], calls: _Calls) -> None:
        calls.answer(result=True)
        parts = urlsplit(fields["url"])
        self._hook = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {fields.get('secret_token', '')}\r\nContent-Length: "
        ).encode()
        self._connecting = asyncio.ensure_future(self._connect(parts, int(fields.get("max_connections", 40))))

    async def _connect(self, parts: Any, connections: int) -> None:  # noqa: ANN401 - urlsplit's result
        loop = asyncio.get_running_loop()
        while len(self._idle) < connections:
            try:
                await loop.create_connection(lambda: _Posting(self), parts.hostname, parts.port)
            except OSError:  # it registers before it listens
                await asyncio.sleep(0.05)
        self.ready.set()

    def free(self, posting: _Posting) -> None:
        """Take back a connection that may post the next update."""
        self._idle.append(posting)
        self._post()

    def _post(self) -> None:
        while self._idle and self._updates:
            _, update = self._updates.popleft()
            self._idle.pop().transport.write(b"%b%d\r\n\r\n%b" % (self._hook, len(update), update))
