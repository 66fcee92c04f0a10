"""One bot at one Bot API server: its addresses, its calls, and its token, which no log may show.

Owns how a method is called. python-telegram-bot maps answers to exceptions and its `Bot` serves the rare
methods; what happens on every step is posted as plain JSON, because building and parsing its objects costs
twice as much as the call (0.27 ms of CPU against 0.10 ms). Leaves out what is said and what a failure means.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

# Asked for before the library is loaded: otherwise every 429 it meets raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import Bot, InputFile
from telegram.request import RequestData
from telegram.request._requestparameter import (
    RequestParameter,
)  # no public way to build a RequestData; version pinned

from exports.channels.http import AiohttpRequest, proxy_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from telegram.error import RetryAfter

    from exports.channels.base import Upload

OFFICIAL = "https://api.telegram.org"
#: Seconds until an answer is given up when a file goes along: sending it counts, and 50 MB take their time.
UPLOAD = 120.0


class BotApi:
    """The methods of one bot. `bot` is python-telegram-bot's own, over the same connections."""

    def __init__(self, token: str, base: str = OFFICIAL, *, pool: int = 16, read: float = 20.0) -> None:
        """Take the token and the server's base address; nothing is opened before `open`.

        `pool` bounds the connections, `read` is how many seconds an answer may take.
        """
        base = base.rstrip("/")
        proxy = proxy_for(base)
        self._methods = f"{base}/bot{token}/"
        self._files = f"{base}/file/bot{token}/"
        self._calls = AiohttpRequest(pool=pool, read=read, proxy=proxy)
        # A long poll holds its connection: it has its own, so that it never takes one from the replies.
        self._polls = AiohttpRequest(pool=1, proxy=proxy)
        self.bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )

    async def open(self) -> None:
        """Open the connections. Calls nothing yet: the network may be down when the product starts."""
        await self._calls.initialize()
        await self._polls.initialize()

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.shutdown()
        await self._polls.shutdown()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def call(self, method: str, fields: Mapping[str, Any], upload: Upload | None = None) -> dict[str, Any]:
        """Return the result object, {} where it is a mere True; raise TelegramError and those of `http`.

        `upload` becomes the field of the method's own name (Bot API: sendDocument: document, sendPhoto: photo).
        """
        patience: dict[str, float] = {} if upload is None else {"read_timeout": UPLOAD}
        data = _data(fields, method.removeprefix("send").lower(), upload)
        result = await self._calls.post(self._methods + method, data, **patience)
        return result if isinstance(result, dict) else {}

    async def poll(self, fields: Mapping[str, Any], *, wait: float) -> list[dict[str, Any]]:
        """Return raw updates (Bot API: getUpdates); an empty list after `wait` seconds without any."""
        result: Any = await self._polls.post(
            self._methods + "getUpdates", _data({**fields, "timeout": int(wait)}), read_timeout=wait + 15
        )
        return list(result)

    async def fetch(self, path: str) -> bytes:
        """Return the content of a file whose `file_path` getFile told."""
        return await self._calls.retrieve(self._files + path.lstrip("/"), read_timeout=UPLOAD)


def _data(fields: Mapping[str, Any], what: str = "", upload: Upload | None = None) -> RequestData:
    parameters = [RequestParameter(name, value, None) for name, value in fields.items()]
    if upload is not None:
        file = InputFile(upload.content, filename=upload.name)
        file.mimetype = upload.mime
        parameters.append(RequestParameter(what, None, [file]))
    return RequestData(parameters)


def wait_of(error: RetryAfter) -> float:
    """Return the seconds Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


class _Concealing(logging.Formatter):
    # Works on the finished text: a token may come in a message, in its arguments or in a traceback.
    def __init__(self, secrets: Sequence[str], inner: logging.Formatter) -> None:
        super().__init__()
        self._secrets, self._inner = secrets, inner

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return text


def conceal(secrets: Sequence[str], *handlers: logging.Handler) -> None:
    """Keep these out of what these log handlers write (the root's, when none is named)."""
    for handler in handlers or logging.getLogger().handlers:
        handler.setFormatter(_Concealing(secrets, handler.formatter or logging.Formatter()))
    for chatty in ("httpx", "httpcore", "aiohttp", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
