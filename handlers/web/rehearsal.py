"""The demo: everybody's chat one tap away, two side by side, and a clock that can be moved on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bot.texts import moments
from bot.texts.enrolment import ROLE_NAMES
from exports.channels.web import EVERYBODY
from handlers.web import guard, pages, stream
from handlers.web.house import CHANNEL, Demo, House
from storage import transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

#: How far back the unread badges count, in messages over all people.
MOST = 300


class Rehearsal:
    """The routes."""

    def __init__(self, house: House, demo: Demo) -> None:
        """Serve the demo of this house."""
        self._house = house
        self._demo = demo

    def shell(self) -> Response:
        """Return the page with the clock and the two panes."""
        return pages.page("shell", title=self._house.campaign.title)

    async def people(self, request: Request) -> Response:  # noqa: ARG002
        """GET /demo/people: who there is, in the order of the picker, and whom the panes show first."""
        people = sorted(self._demo.people, key=lambda person: list(ROLE_NAMES).index(person.role))
        return JSONResponse(
            {
                "people": [
                    {
                        "key": person.key,
                        "name": person.name,
                        "role": ROLE_NAMES[person.role],
                        "unit": person.unit_name,
                    }
                    for person in people
                ],
                "first": self._first(),
            }
        )

    def _first(self) -> list[str]:
        """Return a contact and the head of the same unit; what there is, if there are none."""
        contacts = [person for person in self._demo.people if person.role == "contact"]
        heads = {person.unit_name: person for person in self._demo.people if person.role == "head"}
        for contact in contacts:
            if contact.unit_name in heads:
                return [contact.key, heads[contact.unit_name].key]
        return [person.key for person in self._demo.people[:2]]

    async def stream(self, request: Request) -> Response:  # noqa: ARG002
        """GET /demo/stream: the clock and who got something, live."""
        return stream.respond(self._events())

    async def _events(self) -> AsyncIterator[str]:
        async for state in stream.changes(self._house, EVERYBODY, self._state):
            yield stream.event(state)

    async def _state(self) -> dict[str, Any]:
        zone = self._house.campaign.zone
        now = self._house.clock.now().astimezone(zone)
        addresses = {person.address: person.key for person in self._demo.people}
        newest = await self._house.store.read(transcript.newest, CHANNEL, list(addresses), MOST)
        return {
            "now": f"{now.year}年{moments.day_and_weekday(now)}{now:%H:%M}",
            "jumps": [{"label": label, "to": to.isoformat()} for label, to in self._demo.jumps()],
            "newest": {addresses[address]: ids for address, ids in newest.items()},
        }

    async def move(self, request: Request) -> Response:
        """POST /demo/clock {"to": ISO instant with offset}: move on, and let everybody look again."""
        guard.require_own(request)
        given = (await guard.read_json(request)).get("to")
        try:
            to = datetime.fromisoformat(given) if isinstance(given, str) else None
        except ValueError:
            to = None
        if to is None or to.tzinfo is None:
            raise HTTPException(400)
        await self._demo.move(to)
        for person in self._demo.people:
            self._house.channel.ring(person.address)
        return JSONResponse({"to": to.isoformat()})
