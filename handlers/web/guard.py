"""What keeps strangers' pages and oversized bodies out: headers, the same-origin check, capped reading.

A cookie is sent by any page that makes the browser call us; a custom header is not, so whatever changes something
asks for one (OWASP: CSRF, custom request headers), and for an Origin that is our own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The header only our own scripts send.
OWN_HEADER = "x-duban"
JSON_BYTES = 64 * 1024

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src {frames}; frame-ancestors {frames}; base-uri 'none'; form-action 'none'"
)


class SecurityHeaders:
    """Adds to every answer what tells the browser to run and embed nothing but ours."""

    def __init__(self, app: ASGIApp, *, framed: bool) -> None:
        """Wrap `app`; `framed` lets our own pages show each other (the demo's two panes)."""
        self._app = app
        self._headers = {
            "Content-Security-Policy": _POLICY.format(frames="'self'" if framed else "'none'"),
            "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, adding the headers an answer does not set itself."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def require_own(request: Request) -> None:
    """Refuse (403) what did not come from a page of ours."""
    origin = request.headers.get("origin")
    foreign = (
        request.headers.get(OWN_HEADER) != "1"
        or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        or (origin is not None and urlsplit(origin).netloc != request.headers.get("host"))
    )
    if foreign:
        raise HTTPException(403)


def announced_size(request: Request) -> int:
    """Return the size of the body as announced, 0 when it is not."""
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else 0


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object sent; 413 beyond `JSON_BYTES`, 415 for another type, 400 for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415)
    if announced_size(request) > JSON_BYTES:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > JSON_BYTES:
            raise HTTPException(413)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(value, dict):
        raise HTTPException(400)
    return value
