"""Files that came with a message, for the one it was addressed to while they may see what it belongs to.

Pictures that every browser draws are shown, everything else is saved. What a file is, its bytes say, not its name.
"""

from __future__ import annotations

import asyncio
import logging
import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from bot.core import magic
from bot.core.messages import Attachment
from bot.services import attachments
from handlers.web import sessions
from handlers.web.house import CHANNEL, House
from storage import transcript
from storage.statements import LARGEST_ID

if TYPE_CHECKING:
    from starlette.requests import Request

log = logging.getLogger(__name__)

#: A file somebody sent must never run as a page of ours, even if a browser shows it.
_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def disposition(name: str, how: str = "attachment") -> str:
    """Return the header that names a download; a Chinese name as RFC 5987 says, beside an ASCII stand-in."""
    ending = name.rpartition(".")[2] if "." in name else ""
    plain = f"file.{ending}" if ending.isascii() and ending.isalnum() else "file"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Downloads:
    """The route."""

    def __init__(self, house: House) -> None:
        """Serve this house."""
        self._house = house

    async def serve(self, request: Request) -> Response:
        """GET /files/<outbox id>/<n>: 404 whatever the reason, so that nothing is learnt from asking."""
        address = sessions.require_visitor(self._house, request)
        attachment = await self._attachment(address, request.path_params["row"], request.path_params["place"])
        return await self.send(address, attachment)

    async def send(self, address: str, attachment: Attachment) -> Response:
        """Return the file to whoever is at this address; 404 unless they may have it."""
        # Not a mere reading: who looks is seen here.
        if not await self._house.store.run(attachments.permitted, CHANNEL, address, attachment):
            raise HTTPException(404)
        return await (self._table(attachment) if attachment.kind == "table" else self._file(attachment))

    async def _table(self, attachment: Attachment) -> Response:
        try:
            made = await self._house.make_file(attachment)
        except KeyError as error:  # of a week, an entry or a unit that is no more
            raise HTTPException(404) from error
        except Exception as error:
            log.exception("a table could not be made: %s", attachment.name)  # a ref may be a link that lets people in
            raise HTTPException(503) from error
        how = "inline" if made.mime in magic.DRAWN else "attachment"
        headers = _INERT | {"Content-Disposition": disposition(attachment.name, how)}
        return Response(made.content, media_type=made.mime, headers=headers)

    async def _file(self, attachment: Attachment) -> Response:
        try:
            kind = magic.kind_of(await asyncio.to_thread(self._house.files.head, attachment.ref))
        except (OSError, ValueError) as error:
            raise HTTPException(404) from error
        shown = kind in magic.DRAWN
        mime = kind if shown else mimetypes.guess_type(attachment.name)[0] or magic.UNKNOWN
        headers = _INERT | {"Content-Disposition": disposition(attachment.name, "inline" if shown else "attachment")}
        return FileResponse(self._house.files.path(attachment.ref), media_type=mime, headers=headers)

    async def _attachment(self, address: str, row: int, place: int) -> Attachment:
        if row > LARGEST_ID:
            raise HTTPException(404)
        payload = await self._house.store.read(transcript.payload, CHANNEL, address, row)
        listed = (payload or {}).get("attachments", [])
        if place >= len(listed):
            raise HTTPException(404)
        return Attachment(**listed[place])
