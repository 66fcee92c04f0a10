"""The wiring: everything made once, started and stopped together. The one module that may import everything."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn

from bot.clock import Clock, RehearsalClock
from bot.config import DEFAULT_WEB, WrongSetting, reachable, split_address
from bot.services import enrolment
from bot.texts import channels as channel_texts
from bot.texts import cli as texts
from exports.channels.absent import AbsentChannel
from exports.channels.bot_api import BotApi, conceal
from exports.channels.mail import MailChannel
from exports.channels.telegram import TelegramChannel
from exports.channels.web import WebChannel
from exports.channels.wecom import WecomChannel
from exports.files import Maker
from handlers.serving import Serving
from handlers.telegram.front import TelegramFront
from handlers.telegram.ingress import Polling, Receiver, RefusedError, introduce
from handlers.telegram.webhook import register, webhook_route
from handlers.web.app import House, WebFront, create_app
from scheduler.dispatcher import Dispatcher
from scheduler.jobs import Heart
from storage import settings as remembered
from storage.election import Election
from storage.files import FileStore
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from bot.config import Settings
    from bot.core.campaign import Campaign
    from exports.channels.base import Channel
    from handlers.web.app import Demo
    from storage.work import Work

log = logging.getLogger(__name__)

#: Seconds between two heartbeats. A rehearsal may run fast: its minutes are shorter.
BEAT, REHEARSAL_BEAT = 2.0, 0.5
#: Connections that may wait to be accepted (uvicorn's own figure).
BACKLOG = 2048


class Product:
    """Storage, services, dispatcher and heartbeat of one process. Fronts are added to it."""

    def __init__(self, settings: Settings, campaign: Campaign, clock: Clock) -> None:
        """Make the parts; nothing is opened before `open`."""
        self.settings = settings
        self.campaign = campaign
        self.clock = clock
        #: This process, among replicas and over restarts.
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.store = Store(settings.database, now=clock.now, campaign=campaign)
        self.files = FileStore(data_folder(settings.database) / "files")
        self.maker = Maker(self.store, self.files, settings.templates)
        self.web = WebChannel()
        self.telegram: TelegramFront | None = None
        self.api = BotApi(settings.token, settings.telegram_api) if settings.token else None
        channels: list[Channel] = [self.web, *outside(settings, campaign)]
        if self.api is not None:
            channels.append(TelegramChannel(self.api))
        self.dispatcher = Dispatcher(self.store, {each.name: each for each in channels}, self.maker, owner=self.owner)
        self.serving = Serving(self.store, self.dispatcher.send, owner=self.owner, notified=self._kick)
        self.election = Election(settings.database)
        beat = REHEARSAL_BEAT if isinstance(clock, RehearsalClock) else BEAT
        self.heart = Heart(
            self.store, self.dispatcher, self.files, elected=self.election.elected, sweep=self.serving.sweep, every=beat
        )

    def _kick(self) -> None:
        self.heart.kick()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Product]:
        """Open the database and start; on leaving, finish what is in work and close. DatabaseError when it cannot."""
        self.election.elected()  # a second process on one SQLite file ends here
        try:
            self.store.migrate()
            if self.api is not None:
                await self.api.open()
            yield self
        finally:
            await self.serving.close()
            if self.telegram is not None:
                await self.telegram.close()
            await self.heart.close()
            if self.api is not None:
                await self.api.close()
            await self.store.aclose()
            self.election.resign()

    def add_telegram(self, *, answer_taps: bool) -> None:
        """Serve what comes in by Telegram."""
        assert self.api is not None  # noqa: S101 - the caller has a token
        self.telegram = TelegramFront(self.api, self.files, answer_taps=answer_taps)
        self.serving.add(self.telegram)

    async def start(self) -> None:
        """Take up what an earlier run left, then begin to beat."""
        await self.serving.sweep(at_start=True)
        self.heart.start()

    async def web_app(self, *, demo: Demo | None = None, routes: tuple[BaseRoute, ...] = ()) -> Starlette:
        """Return the web chat, with `routes` beside it (the webhook's)."""
        house = House(
            store=self.store,
            serving=self.serving,
            files=self.files,
            campaign=self.campaign,
            clock=self.clock,
            channel=self.web,
            make_file=self.maker.make,
            secret=await self.store.run(_secret, "web"),
            demo=demo,
        )
        self.serving.add(WebFront())
        app = create_app(house)
        app.router.routes[:0] = routes
        return app


def outside(settings: Settings, campaign: Campaign) -> tuple[Channel, Channel]:
    """Return the channels that lead to nobody's chat; one that is not set up refuses what is sent."""
    server = settings.mail_server
    mail: Channel = AbsentChannel("mail", channel_texts.NO_MAIL)
    if server is not None:
        mail = MailChannel(server, campaign.recipient, title=campaign.title)
    return mail, WecomChannel(settings.robots, campaign.recipient, settings.wecom_api)


def unreachable(settings: Settings, campaign: Campaign) -> Iterator[str]:
    """Yield of each recipient for whom a setting is missing what is missing: at noon on Friday it would be too late."""
    for each in campaign.recipients:
        if each.channel == "mail" and not settings.smtp:
            yield channel_texts.told(each.name, each.channel, channel_texts.NO_MAIL)
        if each.channel == "wecom" and each.key not in settings.robots:
            yield channel_texts.told(each.name, each.channel, channel_texts.NO_ROBOT)


def _secret(work: Work, name: str) -> str:
    """Return this installation's secret of that name, made at its first use: all replicas share it."""
    key = f"secret/{name}"
    remembered.put_once(work, key, secrets.token_urlsafe(32))
    return remembered.get(work, key) or ""


def data_folder(database: str) -> Path:
    """Return where files are kept: beside a SQLite database, else `data` (replicas share that folder)."""
    if database.startswith("sqlite:///") and database != "sqlite:///":
        return Path(database.removeprefix("sqlite:///")).parent
    return Path("data")


async def run(settings: Settings, campaign: Campaign, clock: Clock, *, webhook: str | None = None) -> int:
    """Run the product until it is told to stop; return the exit status."""
    keep_log(settings.secrets)
    stopped = heed_signals()
    product = Product(settings, campaign, clock)
    for missing in unreachable(settings, campaign):
        say(missing)
    web = settings.web_address or (split_address(DEFAULT_WEB) if webhook is not None else None)
    listening = listen(*web) if web is not None else None
    async with product.opened():
        tasks: list[asyncio.Task[None]] = []
        routes: tuple[BaseRoute, ...] = ()
        try:
            await product.store.run(enrolment.remember_door, enrolment.WEB, public_address(settings, listening))
            if product.api is None:
                await product.store.run(enrolment.remember_door, enrolment.TELEGRAM, "")
            else:
                receiver = Receiver(product.store, product.serving.hand)
                product.add_telegram(answer_taps=webhook is None)
                secret = await product.store.run(_secret, "webhook")
                if webhook is not None:
                    routes = (webhook_route(receiver, secret, urlsplit(webhook).path or "/"),)
                tasks.append(asyncio.create_task(_telegram(product.store, product.api, receiver, webhook, secret)))
            if listening is not None:
                app = await product.web_app(routes=routes)
                tasks.append(asyncio.create_task(serve_web(app, listening)))
                say(texts.WEB_READY.format(address=address_of(listening)))
            await product.start()
            # What is loaded by now stays: the collector need not walk it again and again (docs/performance.md).
            gc.collect()
            gc.freeze()
            await until_stopped(stopped, tasks)
        except RefusedError as refused:
            sys.stderr.write(f"{refused}\n")
            return 2
        finally:
            product.web.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return 0


async def _telegram(store: Store, api: BotApi, receiver: Receiver, webhook: str | None, secret: str) -> None:
    """Receive from Telegram until cancelled. While it is out of reach all else goes on; raise RefusedError."""
    name = await introduce(api)
    await store.run(enrolment.remember_door, enrolment.TELEGRAM, name)
    say(texts.TELEGRAM_READY.format(name=name))
    if webhook is None:
        await Polling(api, receiver).run()
    else:
        await register(api, webhook, secret)
        await asyncio.Event().wait()


def heed_signals() -> asyncio.Event:
    """Return what SIGINT and SIGTERM set from now on: one that comes while starting must stop it orderly, too."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt instead
            break
    return stopped


async def until_stopped(stopped: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait until `stopped` is set, or for a task that ends by itself; its exception is raised."""
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done:
        await task


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the product stops all of its parts together."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything starts; WrongSetting when it is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP: asyncio has small answers leave at once on those only, and a browser waits 40 ms for each else.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # on Windows it would let two programs share the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)  # from here on nobody is turned away: who comes early waits
    except (OSError, UnicodeError):
        listening.close()
        raise WrongSetting(texts.ADDRESS_TAKEN.format(address=f"{host}:{port}")) from None
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address a browser on this machine opens."""
    host, port = listening.getsockname()[:2]
    return f"http://{reachable(host)}:{port}/"


def public_address(settings: Settings, listening: socket.socket | None) -> str:
    """Return where invited people find the web chat, "" while it is off."""
    if listening is None:
        return ""
    return settings.public_url or address_of(listening).rstrip("/")


async def serve_web(app: Starlette, listening: socket.socket) -> None:
    """Serve until cancelled."""
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))
    try:
        await server.serve(sockets=[listening])
    except asyncio.CancelledError:
        server.should_exit = True
        await server.shutdown(sockets=[listening])
        raise


async def bot_name(settings: Settings) -> str:
    """Return the bot's user name, to build invitation links; "" (and a sentence) when Telegram does not answer."""
    async with BotApi(settings.token, settings.telegram_api) as api:
        try:
            return (await api.bot.get_me()).username or ""
        except Exception:  # noqa: BLE001 - whatever it is, the web link still works
            sys.stderr.write(texts.NO_BOT_NAME + "\n")
            return ""


def keep_log(secrets: Sequence[str]) -> None:
    """Log to standard error. No address with a secret in it is logged, and what slips through is redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "aiohttp", "apscheduler", "uvicorn", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if secrets:
        conceal(secrets, handler)


def say(text: str) -> None:
    """Tell the operator, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
