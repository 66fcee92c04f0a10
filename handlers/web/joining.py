"""Getting in: an invitation link, a page that asks, and only then the token is used.

Chat programs fetch links to preview them; a GET therefore never touches the token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from bot.services import enrolment
from bot.texts.enrolment import LINK_INVALID
from handlers.web import guard, pages, sessions

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from handlers.web.house import House

NAME_CHARACTERS = 20


class Joining:
    """The routes."""

    def __init__(self, house: House) -> None:
        """Serve this house."""
        self._house = house

    async def ask(self, request: Request) -> Response:  # noqa: ARG002 - every token gets the same page
        """GET /join/<token>: the page with the button."""
        campaign = self._house.campaign
        return pages.page("join", title=campaign.title, bureau=campaign.bureau, most=NAME_CHARACTERS)

    async def join(self, request: Request) -> Response:
        """POST /join/<token>: use it; 200 with a session, or 410 with the one sentence for every failure."""
        guard.require_own(request)
        given = (await guard.read_json(request)).get("name", "")
        name = " ".join(given.split())[:NAME_CHARACTERS] if isinstance(given, str) else ""
        door = request.client.host if request.client else ""
        address = await self._house.store.run(enrolment.redeem_web, request.path_params["token"], name, door)
        if address is None:
            return JSONResponse({"said": LINK_INVALID.text}, 410)
        response = JSONResponse({"to": "/"})
        sessions.begin(self._house, request, response, address)
        return response
