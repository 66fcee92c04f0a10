"""The pages themselves: files of HTML with a few {{blanks}}, always filled escaped, and the static parts."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import Scope

    from handlers.web.house import House

_HERE = Path(__file__).parent
_BLANK = re.compile(r"\{\{(\w+)\}\}")


@cache
def _source(name: str) -> str:
    return (_HERE / "pages" / f"{name}.html").read_text("utf-8")


def page(name: str, *, status: int = 200, **facts: object) -> HTMLResponse:
    """Return a page with its blanks filled; KeyError for a blank nobody filled."""
    return HTMLResponse(_BLANK.sub(lambda blank: escape(str(facts[blank[1]])), _source(name)), status)


def closed(house: House) -> HTMLResponse:
    """Return the page for strangers."""
    return page("closed", status=401, title=house.campaign.title, bureau=house.campaign.bureau)


class Assets(StaticFiles):
    """Scripts and styles, asked for again at each visit (304 if unchanged): an update is never half there."""

    def __init__(self) -> None:
        """Serve the folder beside this module."""
        super().__init__(directory=_HERE / "static")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, to be kept but asked for."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
