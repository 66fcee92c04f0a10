"""python-telegram-bot's way out, over aiohttp: a bounded pool of kept-alive connections and honest errors.

Owns one thing its default client does not tell: whether a failed request can have reached the server.
`NotSentError` says it never left; `FaultError` carries a 5xx status; any other NetworkError or TimedOut came
after it had left. Which status means which exception is python-telegram-bot's business otherwise.
"""

from __future__ import annotations

import json
import ssl
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from telegram.error import BadRequest, NetworkError, TimedOut
from telegram.request import BaseRequest

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput  # the library's own type of "a number, None or not said"
    from telegram.request import RequestData

#: Seconds an idle connection is kept. Shorter than any server's own limit, so that none is used as it closes.
IDLE = 30.0
_TOO_LARGE = 413
_FAULTS = 500


class NotSentError(NetworkError):
    """No connection was had: nothing was sent, trying again is safe."""


class FaultError(NetworkError):
    """The server, or a gateway before it, answered with a 5xx `status`."""

    def __init__(self, status: int) -> None:
        """Keep the status: what it means for a message is the channel's to say."""
        super().__init__(f"server fault {status}")
        self.status = status


class AiohttpRequest(BaseRequest):
    """A client for one Bot API server. Times are in seconds; `pool` bounds the open connections."""

    def __init__(self, *, pool: int = 8, connect: float = 5.0, read: float = 20.0, proxy: str | None = None) -> None:
        """Open nothing yet: `initialize` does, inside the event loop."""
        self._pool = pool
        self._connect = connect
        self._read = read
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte after which an answer is given up."""
        return self._read

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._pool, keepalive_timeout=IDLE, ssl=_trust()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                timeout=_patience(self._connect, self._read),
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the read timeout ends it
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - part of connecting
    ) -> tuple[int, bytes]:
        """Return status and body; raise NotSentError, TimedOut, FaultError or NetworkError."""
        if self._session is None:
            raise RuntimeError("initialize() comes first")
        options: dict[str, Any] = {} if request_data is None else _body(request_data)
        if isinstance(read_timeout, int | float):
            connect = connect_timeout if isinstance(connect_timeout, int | float) else self._connect
            options["timeout"] = _patience(connect, read_timeout)
        try:
            async with self._session.request(method, url, **options) as answer:
                status, body = answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"no connection: {type(error).__name__}") from error
        except TimeoutError as error:  # aiohttp's own are TimeoutErrors as well
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"connection lost: {type(error).__name__}") from error
        if status >= _FAULTS:
            raise FaultError(status)
        if status == _TOO_LARGE:  # said by the web server, not by the Bot API: there is no JSON to read
            raise BadRequest("Request Entity Too Large")
        return status, body


def proxy_for(url: str) -> str | None:
    """Return the proxy the environment (HTTPS_PROXY, NO_PROXY, …) names for this address."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def _patience(connect: float, read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


@cache
def _trust() -> ssl.SSLContext:
    # The machine's authorities and the bundled ones: a bare Debian has none of its own.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _body(data: RequestData) -> dict[str, Any]:
    if not data.contains_files:
        text = json.dumps(data.parameters, ensure_ascii=False, separators=(",", ":"))
        return {"data": text.encode(), "headers": {"Content-Type": "application/json"}}
    # quote_fields off: file names go out in UTF-8 as they are, which is what Telegram reads.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}
