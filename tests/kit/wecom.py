"""WeCom's robot webhook over real HTTP, with its documented answers, limits and errors.

`async with WecomHouse() as house`: what the groups show is in `house.shown`, by the robot's key. `house.faults` are met
one after the other, each at the next call of its method that is due.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from base64 import b64decode
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY: Final = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
CUT: Final = "cut"
SILENCE: Final = "silence"
#: As documented: messages a minute of one robot, bytes of a file and of a picture, bytes of a text.
A_MINUTE, LARGEST, SMALLEST, LARGEST_PICTURE, LONGEST = 20, 20 * 1024 * 1024, 5, 2 * 1024 * 1024, 2048


@dataclass(frozen=True)
class Fault:
    """What goes wrong at a call of a method: an errcode (status 200), a status with no JSON, or CUT, SILENCE.

    `good`: so many calls of it go well before; `after`: it was done all the same.
    """

    at: Literal["upload_media", "send"]
    errcode: int = 0
    status: int = 200
    manner: str = ""
    after: bool = False
    good: int = 0


@dataclass(frozen=True)
class Post:
    """What a group shows."""

    kind: str
    text: str = ""
    name: str = ""
    content: bytes = b""


@dataclass
class WecomHouse:
    """The server, and the groups with a robot."""

    keys: tuple[str, ...] = (KEY,)
    faults: list[Fault] = field(default_factory=list)
    shown: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    calls: list[str] = field(default_factory=list)
    hours: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._media: dict[tuple[str, str], tuple[str, bytes]] = {}  # for the robot only that handed it in
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2 * LARGEST)
        for name, handler in (("upload_media", self._upload), ("send", self._send)):
            app.router.add_post(f"/cgi-bin/webhook/{name}", self._faulty(name, handler))
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def _faulty(
        self, name: str, handler: Callable[[web.Request], Awaitable[dict[str, Any]]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.calls.append(name)
            fault = self._fault(name)
            if fault is None:
                return web.json_response(await self._checked(request, handler))
            if fault.after:
                await self._checked(request, handler)
            return await _misbehave(request, fault)

        return answer

    def _fault(self, name: str) -> Fault | None:
        if not self.faults or self.faults[0].at != name:
            return None
        fault = self.faults.pop(0)
        if fault.good:
            self.faults.insert(0, replace(fault, good=fault.good - 1))
            return None
        return fault

    async def _checked(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        if request.query.get("key") not in self.keys:
            return _no(93000, "invalid webhook url, hint: [1], from ip: 127.0.0.1")
        return await handler(request)

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        if request.query.get("type") not in {"file", "voice"}:
            return _no(40004, "invalid media type")
        form = await request.post()
        media = form.get("media")
        if not isinstance(media, web.FileField):
            return _no(41005, "media data missing")
        content = media.file.read()
        if not SMALLEST < len(content) <= LARGEST:
            return _no(40006, "invalid file size")
        name = hashlib.sha256(content).hexdigest()
        self._media[request.query["key"], name] = (media.filename, content)
        return {"errcode": 0, "errmsg": "ok", "type": "file", "media_id": name, "created_at": "1380000000"}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        key, now = request.query["key"], self.hours()
        sent = self._sent[key]
        while sent and now - sent[0] >= 60:
            sent.popleft()
        if len(sent) >= A_MINUTE:
            return _no(45009, "api freq out of limit")
        message = await request.json()
        try:
            post = self._post(key, message["msgtype"], message[message["msgtype"]])
        except (KeyError, ValueError) as fault:
            return _no(40058, f"invalid Request Parameter: {fault}")
        if isinstance(post, dict):
            return post
        sent.append(now)
        self.shown[key].append(post)
        return {"errcode": 0, "errmsg": "ok"}

    def _post(self, key: str, kind: str, content: dict[str, Any]) -> Post | dict[str, Any]:
        match kind:
            case "text":
                if not content["content"]:
                    return _no(44004, "empty content")
                if len(content["content"].encode()) > LONGEST:
                    raise ValueError("text.content exceed max length 2048")
                return Post(kind, text=content["content"])
            case "image":
                data = b64decode(content["base64"], validate=True)
                if (
                    len(data) > LARGEST_PICTURE
                    or hashlib.md5(data, usedforsecurity=False).hexdigest() != content["md5"]
                ):
                    raise ValueError("picture")
                return Post(kind, content=data)
            case "file":
                found = self._media.get((key, content["media_id"]))
                if found is None:
                    return _no(40007, "invalid media_id")
                return Post(kind, name=found[0], content=found[1])
        return _no(40008, "invalid message type")


async def _misbehave(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.manner == CUT:
        assert request.transport is not None
        request.transport.close()
        return web.Response()
    if fault.manner == SILENCE:
        await asyncio.sleep(60)
    if fault.status != 200:
        return web.Response(status=fault.status, text="<html>gateway</html>")
    return web.json_response(_no(fault.errcode, "as the test says"))


def _no(code: int, words: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": words}
