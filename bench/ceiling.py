"""What the load server bears: a client that answers every update by the same few bytes and does nothing else.

Run by `bench.steps`: `python -m bench.ceiling URL TOKEN`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from bench.people import encode
from bench.server import Http

CONNECTIONS = 8


class _Line(Http):
    def __init__(self, client: Client, name: str) -> None:
        super().__init__()
        self._client = client
        self._name = name
        self._head = b"POST /bot%b/" % client.token

    def ask(self, method: bytes, body: bytes) -> None:
        size = b" HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(self._head + method + size + body)

    def message(self, head: bytes, body: bytes) -> None:  # noqa: ARG002
        if self._name == "poll":
            self._client.updates(json.loads(body)["result"])
        else:
            self._client.free(self)


class Client:
    """Answers everything by the same few bytes."""

    def __init__(self, token: str) -> None:
        self.token = token.encode()
        self._calls: deque[tuple[bytes, bytes]] = deque()
        self._lines: list[_Line] = []
        self._poll: _Line

    async def run(self, host: str, port: int) -> None:
        """Answer until killed."""
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, line = await loop.create_connection(lambda: _Line(self, "call"), host, port)
            self._lines.append(line)
        _, self._poll = await loop.create_connection(lambda: _Line(self, "poll"), host, port)
        self._ask(0)
        await asyncio.Event().wait()

    def _ask(self, offset: int) -> None:
        self._poll.ask(b"getUpdates", encode({"offset": offset, "timeout": 50, "limit": 100}))

    def updates(self, batch: list[dict[str, Any]]) -> None:
        """Take what people did."""
        for update in batch:
            chat = update["message"]["chat"]["id"]
            self._calls.append((b"sendMessage", b'{"chat_id":%d,"text":"ok"}' % chat))
        self._ask(batch[-1]["update_id"] + 1)
        self._go()

    def free(self, line: _Line) -> None:
        """Take back a connection whose call is answered."""
        self._lines.append(line)
        self._go()

    def _go(self) -> None:
        while self._calls and self._lines:
            self._lines.pop().ask(*self._calls.popleft())


def main(url: str, token: str) -> None:
    """Answer until killed."""
    parts = urlsplit(url)
    asyncio.run(Client(token).run(parts.hostname or "", parts.port or 80))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
