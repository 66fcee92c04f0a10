"""What a page sends: checked, put into the inbox, then handed on. Answered 202 once it is on disk.

The browser names each input (a UUID) and repeats it until it hears 202; the inbox keeps one of a name. A file is
in the file store first, so that the inbox row never names a file that is not there.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bot.core.messages import ACTION_BYTES, FileRef
from handlers.web import guard, sessions
from handlers.web.house import CHANNEL, UPLOAD_BYTES, House
from storage import inbox

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

TEXT_CHARACTERS = 20_000
#: Bytes after which a sender is cut off; our own page refuses such a file before sending it.
HEARD_OUT = 4 * UPLOAD_BYTES
_LABEL, _NAME = 200, 200
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CARD = re.compile(r"\d{1,18}")
_COMMAND = re.compile(r"[a-z]{1,32}")
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}", re.ASCII)


def _text(shape: dict[str, Any], name: str, most: int) -> str:
    value = shape.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise HTTPException(400)
    # A lone surrogate is no text: no database takes it.
    return value.encode("utf-8", "replace").decode("utf-8")


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise HTTPException(400)
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 50:
        raise HTTPException(400)
    return value


def payload(shape: dict[str, Any]) -> dict[str, Any]:
    """Return what the inbox keeps of an input; 400 for what our page would not send."""
    match shape.get("kind"):
        case "say":
            return {"kind": "say", "text": _text(shape, "text", TEXT_CHARACTERS)}
        case "tap":
            action = _text(shape, "action", ACTION_BYTES)
            if not action or len(action.encode()) > ACTION_BYTES:
                raise HTTPException(400)
            on = _matching(_CARD, shape.get("on"))
            return {"kind": "tap", "action": action, "label": _text(shape, "label", _LABEL), "on": on}
        case "command":
            name = _matching(_COMMAND, shape.get("name"))
            return {"kind": "command", "name": name, "label": _text(shape, "label", _LABEL)}
        case "too_large":
            return _too_large(_text(shape, "name", _NAME), _size(shape.get("size")))
        case _:
            raise HTTPException(400)


def _too_large(name: str, size: int) -> dict[str, Any]:
    return {"kind": "too_large", "name": name, "size": size, "limit": UPLOAD_BYTES}


class Inputs:
    """The routes."""

    def __init__(self, house: House) -> None:
        """Serve this house."""
        self._house = house

    async def receive(self, request: Request) -> Response:
        """POST /api/inputs: words, taps, commands."""
        guard.require_own(request)
        address = sessions.require_visitor(self._house, request)
        shape = await guard.read_json(request)
        return await self._accept(address, _matching(_ID, shape.get("id")), payload(shape))

    async def upload(self, request: Request) -> Response:
        """POST /api/files?id=&name=: one file, its bytes as the body."""
        guard.require_own(request)
        address = sessions.require_visitor(self._house, request)
        given = _matching(_ID, request.query_params.get("id"))
        name = _text(dict(request.query_params), "name", _NAME) or "文件"
        mime = request.headers.get("content-type", "")
        mime = mime if _MIME.fullmatch(mime) else "application/octet-stream"
        with tempfile.TemporaryDirectory(prefix="duban-") as folder:
            path = Path(folder) / "upload"
            size = await _save(request, path)
            if size > UPLOAD_BYTES:
                return await self._accept(address, given, _too_large(name, size))
            file = await asyncio.to_thread(self._keep, path, name, mime)
        return await self._accept(address, given, {"kind": "file", "file": file.to_json()})

    def _keep(self, path: Path, name: str, mime: str) -> FileRef:
        # Whole in memory only now that it is whole: slow senders cost no memory.
        return self._house.files.put(path.read_bytes(), name, mime)

    async def _accept(self, address: str, given: str, stored: dict[str, Any]) -> Response:
        incoming = await self._house.store.run(inbox.receive, CHANNEL, [(f"{address}/{given}", address, stored)])
        for each in incoming:
            self._house.serving.hand(each)
        self._house.channel.ring(address)
        return JSONResponse({"id": given}, 202)


async def _save(request: Request, path: Path) -> int:
    """Stream the body to `path`; return its size. What is beyond the limit is heard out, but not kept.

    A browser that is answered while it still sends takes it for a broken line, and would send it all again.
    """
    size = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > HEARD_OUT:
                raise HTTPException(413)
            if size <= UPLOAD_BYTES:
                file.write(chunk)
    return size
