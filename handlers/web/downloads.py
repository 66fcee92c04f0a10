"""Files that came with a message, for the one it was addressed to."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from bot.core.messages import Attachment
from handlers.web import sessions
from handlers.web.house import CHANNEL, House
from storage import transcript

if TYPE_CHECKING:
    from starlette.requests import Request

#: A file somebody sent must never run as a page of ours, even if a browser shows it.
_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def disposition(name: str) -> str:
    """Return the header that names a download; a Chinese name as RFC 5987 says, beside an ASCII stand-in."""
    ending = name.rpartition(".")[2] if "." in name else ""
    plain = f"file.{ending}" if ending.isascii() and ending.isalnum() else "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Downloads:
    """The route."""

    def __init__(self, house: House) -> None:
        """Serve this house."""
        self._house = house

    async def serve(self, request: Request) -> Response:
        """GET /files/<outbox id>/<n>: 404 whatever the reason, so that nothing is learnt from asking."""
        address = sessions.require_visitor(self._house, request)
        attachment = await self._attachment(address, request.path_params["row"], request.path_params["place"])
        headers = _INERT | {"Content-Disposition": disposition(attachment.name)}
        if attachment.kind == "table":
            made = await self._house.make_file(attachment)
            return Response(made.content, media_type=made.mime, headers=headers)
        path = self._house.files.path(attachment.ref)
        if not path.is_file():
            raise HTTPException(404)
        mime = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
        return FileResponse(path, media_type=mime, headers=headers)

    async def _attachment(self, address: str, row: int, place: int) -> Attachment:
        if row >= 1 << 63:
            raise HTTPException(404)
        payload = await self._house.store.read(transcript.payload, CHANNEL, address, row)
        attachments = (payload or {}).get("attachments", [])
        if place >= len(attachments):
            raise HTTPException(404)
        return Attachment(**attachments[place])
