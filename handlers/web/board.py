"""The board: a page for the desk and the leaders, its JSON, and word whenever that has changed.

All of it is read-only. The page keeps a stream open which tells no more than a mark (`bot.services.board.mark`), and
asks again for what it shows whenever that is another one.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse

from bot.core.problems import Problem
from bot.services import board, board_files, board_ledger
from bot.texts import board as texts
from exports.channels.web import EVERYBODY
from handlers.web import pages, sessions, stream
from handlers.web.house import CHANNEL, House
from storage.statements import LARGEST_ID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from bot.services.visit import Visit
    from handlers.web.downloads import Downloads

R = TypeVar("R")

#: Characters of a search: more than any field has.
WORDS: Final = 100
_DIGITS: Final = 6


class Boards:
    """The routes."""

    def __init__(self, house: House, downloads: Downloads) -> None:
        """Serve this house; files go out as those of the chat do."""
        self._house = house
        self._downloads = downloads

    async def page(self, request: Request) -> Response:
        """GET /board: the page; a sentence for whom it is not for."""
        address = sessions.visitor(self._house, request)
        if address is None:
            return RedirectResponse("/") if self._house.demo is not None else pages.closed(self._house)
        title, chat = self._house.campaign.title, sessions.link(self._house, request, "/")
        if not await self._house.store.read(board.open_to, CHANNEL, address):
            return pages.page("refused", status=403, title=title, chat=chat, said=texts.FORBIDDEN)
        return pages.page("board", title=title, chat=chat, most=WORDS)

    async def whole(self, request: Request) -> Response:
        """GET /api/board: `bot.services.board.Board`."""
        return JSONResponse(asdict(await self._look(request, board.board)))

    async def mark(self, request: Request) -> Response:
        """GET /api/board/mark: the same as the stream tells, for a page whose proxy holds streams back."""
        return JSONResponse({"mark": await self._look(request, board.mark)})

    async def stream(self, request: Request) -> Response:
        """GET /api/board/stream: a mark at once and with every change, until the board is not for them any more."""
        await self._look(request, board.mark)
        return stream.respond(self._marks(request))

    async def _marks(self, request: Request) -> AsyncIterator[str]:
        async def look() -> str | None:
            try:
                return await self._look(request, board.mark)
            except HTTPException:
                return ""

        async for mark in stream.changes(self._house, EVERYBODY, look):
            yield stream.event(None if mark is None else {"mark": mark})
            if mark == "":
                return  # the page asks, and is told why

    async def entries(self, request: Request) -> Response:
        """GET /api/board/entries?view=&unit=&area=&words=&page=: a page of the ledger."""
        asked = _asked(request)
        return JSONResponse(asdict(await self._look(request, lambda visit: board_ledger.entries(visit, asked))))

    async def entry(self, request: Request) -> Response:
        """GET /api/board/entries/<id>: one entry with its history."""
        number = request.path_params["entry"]
        if number > LARGEST_ID:
            raise HTTPException(404)
        return JSONResponse(asdict(await self._look(request, lambda visit: board_ledger.entry(visit, number))))

    async def file(self, request: Request) -> Response:
        """GET /board/files/<ref>: a table or document made now, or a paper of an entry."""
        address = sessions.require_visitor(self._house, request)
        name, rest = request.path_params["name"], request.path_params["rest"]
        attachment = await self._look(request, lambda visit: board_files.attachment(visit, name, rest))
        return await self._downloads.send(address, attachment)

    async def _look(self, request: Request, use_case: Callable[[Visit], R]) -> R:
        """Run what only reads; 401 for a stranger, 403 for whom the board is not for, 404 for what is not there."""
        address = sessions.require_visitor(self._house, request)
        try:
            return await self._house.store.read(board.looking, CHANNEL, address, use_case)
        except Problem as problem:
            raise HTTPException(403 if problem.key == "forbidden" else 404) from problem


def _asked(request: Request) -> board_ledger.Asked:
    """Return the list asked for; 400 for what our page would not send."""
    given: dict[str, Any] = {key: value for key, value in request.query_params.items() if key != "as"}
    page = given.pop("page", "0")
    if not (page.isascii() and page.isdigit() and len(page) <= _DIGITS) or len(given.get("words", "")) > WORDS:
        raise HTTPException(400)
    try:
        return board_ledger.Asked(**given, page=int(page))
    except TypeError as error:
        raise HTTPException(400) from error
