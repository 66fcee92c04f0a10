"""What stands before two replicas: hands each request on to one of them in turn, past one that does not answer."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Self

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Sequence


class Balancer:
    def __init__(self, port: int, behind: Sequence[int]) -> None:
        """Listen at `port` for the replicas that listen at the ports `behind`."""
        self.port = port
        self.served = dict.fromkeys(behind, 0)
        self._turns = itertools.count()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/telegram", self._hand_on)
        self._client = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _hand_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        name = "X-Telegram-Bot-Api-Secret-Token"
        headers = {name: request.headers.get(name, ""), "Content-Type": request.content_type}
        first = next(self._turns)
        ports = list(self.served)
        for place in range(len(ports)):
            port = ports[(first + place) % len(ports)]
            try:
                url = f"http://127.0.0.1:{port}/telegram"
                async with self._client.post(url, data=body, headers=headers) as answer:
                    self.served[port] += 1
                    said = await answer.read()
                    return web.Response(body=said, status=answer.status, content_type=answer.content_type)
            except aiohttp.ClientError:
                continue
        return web.Response(status=502)
