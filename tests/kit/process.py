"""The product as its operator runs it: a process with an environment of its own, that can be killed.

`Bot` is one `bot.py run` at a `BotApiServer`; `command` runs any other command to its end. Both are the real thing,
`python bot.py …`, or, `forked`, the same `main` in a process forked from one that has the modules loaded already: a
second of importing is saved, which counts where a bot is killed fifty times.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage import failpoints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.kit.botapi import BotApiServer

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "campaigns" / "sample-2020.toml"
TOKEN = "123456:TESTTOKEN"
#: A bot that does not come up, or does not go away, within so many seconds never will.
PATIENCE = 20.0


class Life(Protocol):
    """One run of a process; `poll` returns its exit status, below 0 for a signal, None while it lives."""

    pid: int

    def poll(self) -> int | None: ...


class _Forked:
    """A run of `main` in a fork of the fork server."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        arguments = list(arguments)
        # daemon: should one be left over, the test run does not wait for it for ever.
        self._process = _forking.Process(target=_be, args=(arguments, dict(environment), folder, log), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode


_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["bot.app", "bot.cli", "bot.services.enrolment", "storage.people", __name__])


def _be(arguments: list[str], environment: dict[str, str], folder: Path, log: Path) -> None:
    """In the fork: become `python bot.py <arguments>`."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for file, stream in ((log.with_suffix(".out"), 1), (log.with_suffix(".err"), 2)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, stream)
        os.close(opened)
    failpoints._name, failpoints._left = failpoints._read(environment.get("DUBAN_FAILPOINT", ""))
    from bot.cli import main  # noqa: PLC0415 - in the fork only

    raise SystemExit(main(arguments))


def _live(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path, *, forked: bool) -> Life:
    if forked:
        return _Forked(arguments, environment, folder, log)
    with log.with_suffix(".out").open("ab") as out, log.with_suffix(".err").open("ab") as err:
        started = [sys.executable, str(ROOT / "bot.py"), *arguments]
        return subprocess.Popen(started, cwd=folder, env=dict(environment), stdout=out, stderr=err)  # noqa: S603


def clean_environment() -> dict[str, str]:
    """Return this process's environment without any setting of the product and without proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("DUBAN_")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


@dataclass(frozen=True)
class Ended:
    """What a command left: exit status, what it printed, what it complained."""

    status: int
    out: str
    err: str


async def command(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, forked: bool = True
) -> Ended:
    """Run `bot.py <arguments>` in `folder` with these settings, "DUBAN_…" and nothing else of that kind."""
    log = folder / f"command-{next(_numbers)}"
    life = _live(arguments, clean_environment() | dict(settings or {}), folder, log, forked=forked)
    try:
        status = await _end(life)
    except TimeoutError:
        os.kill(life.pid, signal.SIGKILL)
        await _end(life)
        raise
    return Ended(status, log.with_suffix(".out").read_text("utf-8"), log.with_suffix(".err").read_text("utf-8"))


_numbers = iter(range(10**9))


async def _end(life: Life) -> int:
    async with asyncio.timeout(PATIENCE):
        while (status := life.poll()) is None:  # noqa: ASYNC110 - a process has no event to wait for
            await asyncio.sleep(0.01)
    return status


@dataclass
class Bot:
    """One bot, over its lives: `start`, `kill`, `start` again. Its log is read over all of them."""

    server: BotApiServer
    database: str
    folder: Path
    clock: str = ""
    speed: float = 1.0
    web: str = ""
    webhook: str = ""
    forked: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    life: Life | None = None
    statuses: list[int] = field(default_factory=list)  # of the lives that have ended
    expected: tuple[str, ...] = ()  # errors the log may hold

    def __post_init__(self) -> None:
        self.log = self.folder / f"bot-{next(_numbers)}"

    def environment(self, failpoint: str = "") -> dict[str, str]:
        named = {
            "DUBAN_CAMPAIGN": str(SAMPLE),
            "DUBAN_DATABASE": self.database,
            "DUBAN_TELEGRAM_TOKEN": self.server.token,
            "DUBAN_TELEGRAM_API": self.server.url,
            "DUBAN_WEB": self.web,
            "DUBAN_CLOCK": self.clock,
            "DUBAN_CLOCK_SPEED": str(self.speed),
            "DUBAN_FAILPOINT": failpoint,
        }
        return clean_environment() | named | self.settings

    async def start(self, *, failpoint: str = "") -> None:
        """Start it and return when it is ready for updates, or has died on the way (see `alive`)."""
        asked = "setWebhook" if self.webhook else "getUpdates"
        before = self.server.counts[asked]
        arguments = ["run", "--webhook", self.webhook] if self.webhook else ["run"]
        self.life = _live(arguments, self.environment(failpoint), self.folder, self.log, forked=self.forked)
        async with asyncio.timeout(PATIENCE):
            while self.alive and self.server.counts[asked] == before:  # noqa: ASYNC110 - as in _end
                await asyncio.sleep(0.01)

    @property
    def alive(self) -> bool:
        return self.life is not None and self.life.poll() is None

    async def ended(self) -> int:
        """Wait until it has ended by itself; return its exit status."""
        assert self.life is not None
        status = await _end(self.life)
        self.statuses.append(status)
        self.life = None
        return status

    async def kill(self) -> None:
        """End it in the middle of whatever it is doing."""
        if self.life is not None:
            self._signal(signal.SIGKILL)
            await self.ended()

    async def stop(self) -> None:
        """Ask it to stop, as an operator does; it has to say nothing about it and mean well."""
        self._signal(signal.SIGTERM)
        status = await self.ended()
        assert status == 0, f"it ended with {status}: {self.complaints()}"

    async def keep_up(self) -> None:
        """Start it again whenever it dies, until cancelled: what a service manager does."""
        while True:
            if not self.alive:
                if self.life is not None:
                    await self.ended()
                await self.start()
            await asyncio.sleep(0.01)

    def said(self) -> str:
        """Return all it has said on standard output."""
        file = self.log.with_suffix(".out")
        return file.read_text("utf-8") if file.exists() else ""

    def complaints(self) -> str:
        """Return all it has said on standard error."""
        file = self.log.with_suffix(".err")
        return file.read_text("utf-8") if file.exists() else ""

    def behaved(self) -> None:
        """Fail when the log shows the token, or an error nobody expected."""
        said = self.complaints()
        assert self.server.token not in said
        assert self.server.token.partition(":")[2] not in said
        for line in said.splitlines():
            wrong = "Traceback" in line or " ERROR " in line
            assert not wrong or any(each in line for each in self.expected), said

    def _signal(self, number: signal.Signals) -> None:
        assert self.life is not None
        if self.life.poll() is None:
            os.kill(self.life.pid, number)
