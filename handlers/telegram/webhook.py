"""The webhook: Telegram posts each update; 200 is said when it is on disk, not before.

Owns the route and its registration. Telegram tries again until it hears 200, so an update is never lost here.
"""

from __future__ import annotations

import hmac
import json
import logging
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from handlers.telegram import updates
from handlers.telegram.ingress import persist

if TYPE_CHECKING:
    from starlette.requests import Request

    from exports.channels.bot_api import BotApi
    from handlers.telegram.ingress import Receiver

log = logging.getLogger(__name__)

#: An update is a few kB; nothing larger than this many bytes is read.
BODY = 1024 * 1024
_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
_CONNECTIONS = 40


def webhook_route(receiver: Receiver, secret: str, path: str) -> Route:
    """Return the route that takes Telegram's posts at `path` and knows them by `secret`.

    A tap is answered with the method that ends its spinner, which saves a call: the front gets
    `answer_taps=False`.
    """
    expected = secret.encode()

    async def take(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(_SECRET, "").encode(), expected):
            return PlainTextResponse("", status_code=403)
        try:
            update = await _read(request)
        except ClientDisconnect:
            return PlainTextResponse("", status_code=400)
        if update is None:
            return PlainTextResponse("", status_code=413)
        if not isinstance(update.get("update_id"), int):
            # It will be no better the next time, and holds up those behind it.
            log.warning("something that is no update came to the webhook")
            return PlainTextResponse("")
        try:
            await receiver.receive([update])
        except Exception:
            log.exception("an update could not be stored; Telegram will post it again")
            return PlainTextResponse("", status_code=503)
        return _answer(update)

    return Route(path, take, methods=["POST"])


async def register(api: BotApi, url: str, secret: str, *, pause: float = 0.5) -> None:
    """Have updates posted to `url` (https); wait for the network, raise RefusedError."""
    await persist(
        lambda: api.bot.set_webhook(
            url, allowed_updates=list(updates.WANTED), secret_token=secret, max_connections=_CONNECTIONS
        ),
        first=pause,
    )


async def _read(request: Request) -> dict[str, Any] | None:
    """Return the posted object ({} when it is none); None when it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            return None
    try:
        update = json.loads(body)
    except ValueError:
        return {}
    return update if isinstance(update, dict) else {}


def _answer(update: updates.Update) -> Response:
    tap = update.get("callback_query")
    if not tap:
        return PlainTextResponse("")
    return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": tap["id"]})
