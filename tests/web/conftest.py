"""A running house: store, serving, dispatcher and web front on a database of its own, behind a real HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn

from bot.app import listen
from bot.clock import RehearsalClock
from bot.services import pushing, reminding
from exports.channels.web import WebChannel
from exports.files import Maker
from handlers.serving import Serving
from handlers.web.app import Demo, DemoPerson, House, WebFront, create_app
from scheduler.dispatcher import Dispatcher
from storage import people, settings
from storage.files import FileStore
from storage.work import Store
from tests.kit.browser import chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from playwright.async_api import Browser
    from starlette.applications import Starlette

    from bot.core.access import Role
    from bot.core.campaign import Campaign
    from storage.work import Work
    from tests.kit.databases import SqliteFiles

THURSDAY = datetime.fromisoformat("2020-07-09T15:00:00+08:00")
NOON = datetime.fromisoformat("2020-07-10T12:00:00+08:00")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for a module, so that one browser serves all its tests."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # they are pytest's


@contextlib.asynccontextmanager
async def answering(app: Starlette, channel: WebChannel) -> AsyncIterator[str]:
    """Serve on a free port; give the address."""
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))
    with listen("127.0.0.1", 0) as listening:
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        channel.close()
        server.should_exit = True
        await task


@dataclass
class Rig:
    """The parts of a house, where it answers, and its clock."""

    store: Store
    channel: WebChannel
    dispatcher: Dispatcher
    clock: RehearsalClock
    url: str = ""

    async def move(self, to: datetime) -> None:
        """Move the clock and do what a heartbeat does."""
        self.clock.move(to)
        await self.beat()

    async def beat(self) -> None:
        await self.store.run(reminding.remind)
        await self.store.run(pushing.push_tables)
        await self.dispatcher.dispatch()

    def caller(self) -> httpx.AsyncClient:
        """Call as a page's scripts do, with cookies of its own."""
        return httpx.AsyncClient(base_url=self.url, headers={"X-Duban": "1"})


@contextlib.asynccontextmanager
async def opened(url: str, folder: Path, campaign: Campaign, *, demo: bool) -> AsyncIterator[Rig]:
    clock = RehearsalClock(THURSDAY)
    store = Store(url, now=clock.now, campaign=campaign)
    await store.run(settings.put, settings.INSTALLED, clock.now().isoformat())
    files = FileStore(folder / "files")
    maker = Maker(store, files)
    channel = WebChannel()
    dispatcher = Dispatcher(store, {"web": channel}, maker, owner="test")
    serving = Serving(store, dispatcher.send, owner="test")
    serving.add(WebFront())
    rig = Rig(store, channel, dispatcher, clock)
    people_ = await store.run(_enrol)
    house = House(
        store=store,
        serving=serving,
        files=files,
        campaign=campaign,
        clock=clock,
        channel=channel,
        secret="a secret of this test",
        make_file=maker.make,
        demo=Demo(people_, lambda: [("到周五中午", NOON)], rig.move) if demo else None,
    )
    async with answering(create_app(house), channel) as rig.url:
        beating = asyncio.create_task(_beat(rig))
        yield rig
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
    await serving.close()
    await dispatcher.flush()
    await store.aclose()


async def _beat(rig: Rig) -> None:
    """Send what is queued: notices of one person's taps to another's page."""
    while True:
        await rig.dispatcher.dispatch()
        await asyncio.sleep(0.05)


PLAYED: tuple[tuple[str, str, Role, int | None], ...] = (
    ("li", "李某", "contact", 0),
    ("zhang", "张某", "head", 0),
    ("wang", "王某", "contact", 1),
    ("zhao", "赵某", "brigade", None),
    ("sun", "孙某", "leader", None),
    ("zheng", "郑某", "admin", None),
)


def _enrol(work: Work) -> tuple[DemoPerson, ...]:
    """Bring in a contact and a head of the first unit, a contact of the second, and those of the whole bureau."""
    made = []
    for key, name, role, place in PLAYED:
        unit = None if place is None else work.campaign.units[place]
        person = people.create_person(work, name)
        people.grant(work, person, role, unit.key if unit else "")
        people.bind(work, people.account(work, "web", f"home-of-{key}").id, person)
        made.append(DemoPerson(key, name, role, unit.name if unit else "", f"home-of-{key}"))
    return tuple(made)


@pytest.fixture
async def house(sqlite_files: SqliteFiles, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Rig]:
    """Serve people with invitations."""
    async with opened(sqlite_files.copy(tmp_path), tmp_path, campaign, demo=False) as rig:
        yield rig


@pytest.fixture
async def demo(sqlite_files: SqliteFiles, tmp_path: Path, campaign: Campaign) -> AsyncIterator[Rig]:
    """Serve a rehearsal on Thursday afternoon, with nothing reported yet."""
    async with opened(sqlite_files.copy(tmp_path), tmp_path, campaign, demo=True) as rig:
        yield rig
