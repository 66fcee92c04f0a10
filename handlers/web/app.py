"""The web chat's routes, as one Starlette application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Mount, Route

from bot.services import board as boards
from handlers.web import pages, sessions
from handlers.web.board import Boards
from handlers.web.downloads import Downloads
from handlers.web.front import WebFront
from handlers.web.guard import SecurityHeaders
from handlers.web.house import CHANNEL, UPLOAD_BYTES, Demo, DemoPerson, House
from handlers.web.inputs import TEXT_CHARACTERS, Inputs
from handlers.web.joining import Joining
from handlers.web.rehearsal import Rehearsal
from handlers.web.stream import Streams

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["Demo", "DemoPerson", "House", "WebFront", "create_app"]


def create_app(house: House) -> Starlette:
    """Return the application. The serving needs a `WebFront`; closing the channel ends the open streams."""
    streams, inputs, joining, downloads = Streams(house), Inputs(house), Joining(house), Downloads(house)
    board = Boards(house, downloads)
    rehearsal = Rehearsal(house, house.demo) if house.demo is not None else None

    async def home(request: Request) -> Response:
        """GET /: the chat, the demo's two panes, or how to get in."""
        if rehearsal is not None and "as" not in request.query_params:
            return rehearsal.shell()
        address = sessions.visitor(house, request)
        if address is None:
            if rehearsal is not None:
                return RedirectResponse("/")
            return pages.closed(house)
        return pages.page(
            "chat",
            title=house.campaign.title,
            who=request.query_params["as"] if rehearsal is not None else address,
            persona=request.query_params.get("as", "") if rehearsal is not None else "",
            limit=UPLOAD_BYTES,
            most=TEXT_CHARACTERS,
            board=sessions.link(house, request, "/board"),
            # An attribute of the link to it, for those whom the board is not for.
            kept="" if await house.store.read(boards.open_to, CHANNEL, address) else "hidden",
        )

    routes = [
        Route("/", home),
        Route("/api/stream", streams.stream),
        Route("/api/transcript", streams.whole),
        Route("/api/inputs", inputs.receive, methods=["POST"]),
        Route("/api/files", inputs.upload, methods=["POST"]),
        Route("/files/{row:int}/{place:int}", downloads.serve),
        Route("/board", board.page),
        Route("/board/files/{name}/{rest:path}", board.file),
        Route("/api/board", board.whole),
        Route("/api/board/mark", board.mark),
        Route("/api/board/stream", board.stream),
        Route("/api/board/entries", board.entries),
        Route("/api/board/entries/{entry:int}", board.entry),
        Route("/join/{token}", joining.ask),
        Route("/join/{token}", joining.join, methods=["POST"]),
        Mount("/static", pages.Assets()),
    ]
    if rehearsal is not None:
        routes += [
            Route("/demo/people", rehearsal.people),
            Route("/demo/stream", rehearsal.stream),
            Route("/demo/clock", rehearsal.move, methods=["POST"]),
        ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders, framed=rehearsal is not None)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a refusal without saying more than its number."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    return JSONResponse({"status": error.status_code}, error.status_code, headers=error.headers)


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a defect the same way; the server logs it."""
    return JSONResponse({"status": 500}, 500)
