"""Who a request is from: the address in a signed cookie, or in the demo the person it names."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from handlers.web.house import House

COOKIE = "duban"
#: Half a campaign year: long enough that nobody has to ask for a second link.
VALID_SECONDS = 200 * 24 * 3600


def _signer(house: House) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(house.secret, salt="duban.web.session")


def visitor(house: House, request: Request) -> str | None:
    """Return the visitor's address, None for a stranger. `?as=` counts in the demo and nowhere else."""
    if house.demo is not None:
        person = house.demo.person(request.query_params.get("as", ""))
        return person.address if person else None
    try:
        address = _signer(house).loads(request.cookies.get(COOKIE, ""), max_age=VALID_SECONDS)
    except BadSignature:  # forged, expired, or none at all
        return None
    return address if isinstance(address, str) else None


def require_visitor(house: House, request: Request) -> str:
    """Return the visitor's address; 401 for a stranger."""
    address = visitor(house, request)
    if address is None:
        raise HTTPException(401)
    return address


def link(house: House, request: Request, path: str) -> str:
    """Return the address of another page for the same visitor: in the demo it says who that is."""
    return f"{path}?as={quote(request.query_params.get('as', ''))}" if house.demo is not None else path


def begin(house: House, request: Request, response: Response, address: str) -> None:
    """Let this browser be `address` from now on."""
    response.set_cookie(
        COOKIE,
        str(_signer(house).dumps(address)),
        max_age=VALID_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
