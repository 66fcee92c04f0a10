"""One interactive step, from the update at the server to the reply there: how many a second, how fast, how dear.

200 people file weekly reports at once with the product as it ships (`bot.py run`, SQLite, every step on disk before it
is answered) and chat with a bare echo bot, in turns, at the same server. The bot has one core, server and people the
other. Run: python -m bench.steps [rounds]
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from bench.people import Contact, Person, Talker
from bench.server import TOKEN, LoadServer
from bot import campaigns
from bot.services import enrolment, reminding
from storage import outbox, people
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from storage.work import Work

ROOT: Final = Path(__file__).parent.parent
PEOPLE: Final = 200
ROUNDS: Final = 3
WARM, WINDOW = 1.0, 5.0
#: Seconds between an answer and the next move, on average, where people take their time.
THINK: Final = 1.0
FIRST_CHAT: Final = 7001
#: Six weeks into the campaign, six reports owed by everybody: what a contact can file before it is all in.
INSTALLED: Final = datetime.fromisoformat("2020-07-04T09:00:00+08:00")
PRESENT: Final = datetime.fromisoformat("2020-08-12T10:00:00+08:00")
BOT_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True)
class Round:
    """What one round gave. Seconds; `load` is how busy the load server's core was, 0 to 1."""

    rate: float
    median: float
    p99: float
    cpu: float
    load: float
    reports: int


@dataclass(frozen=True)
class Entrant:
    """A bot that is measured: the command that starts it at an address, and who talks to it."""

    name: str
    command: Callable[[str, Path], tuple[list[str], dict[str, str]]]
    person: type[Person]
    think: float = 0.0


def prepare(folder: Path) -> None:
    """Make a campaign of as many units as people, and a database where they are enrolled and six weeks have passed."""
    sample = (ROOT / "campaigns" / "sample-2020.toml").read_text(encoding="utf-8")
    units = "".join(f'[[units]]\nkey = "u{n}"\nname = "第{n}服务中心"\n\n' for n in range(1, PEOPLE + 1))
    text = re.sub(r"\[\[units\]\]\n(?:\w+ = .*\n)+\n+", "", sample)
    (folder / "campaign.toml").write_text(text.replace("[[areas]]", units + "[[areas]]", 1), encoding="utf-8")
    campaign = campaigns.load(folder / "campaign.toml")
    moment = INSTALLED
    store = Store(f"sqlite:///{folder / 'duban.db'}", now=lambda: moment, campaign=campaign)
    try:
        store.migrate()
        for number in range(PEOPLE):
            store.do(_enrol, number)
        while moment < PRESENT:
            moment = min(moment + timedelta(hours=6), PRESENT)
            store.do(reminding.remind)
            store.do(_settle)
    finally:
        store.close()


def _enrol(work: Work, number: int) -> None:
    account = people.account(work, "telegram", str(FIRST_CHAT + number))
    issued = enrolment.invite(work, "contact", f"u{number + 1}", f"联系人{number + 1}")
    assert enrolment.redeem(work, account, issued.token, "") is not None


def _settle(work: Work) -> None:
    """Take every reminder for sent: the six weeks are over."""
    while rows := outbox.claim(work, "bench", 100, timedelta(minutes=1), ["telegram"]):
        outbox.settle(work, [outbox.Outcome(row.id, "sent", remote="1") for row in rows])


def product(url: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the product by long poll."""
    settings = {
        "CAMPAIGN": str(folder / "campaign.toml"),
        "DATABASE": f"sqlite:///{folder / 'duban.db'}",
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API": url,
        "WEB": "",
        "CLOCK": PRESENT.isoformat(),
    }
    return [str(ROOT / "bot.py"), "run"], {f"DUBAN_{name}": value for name, value in settings.items()}


def product_by_webhook(url: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the product by webhook."""
    command, settings = product(url, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    return [*command, "--webhook", f"http://{host}/hook"], {**settings, "DUBAN_WEB": host}


def echo(url: str, _: Path) -> tuple[list[str], dict[str, str]]:
    """Return the bare echo bot."""
    return ["-m", "bench.echo", url, TOKEN], {}


def nothing(url: str, _: Path) -> tuple[list[str], dict[str, str]]:
    """Return what only answers: the load server's own ceiling."""
    return ["-m", "bench.ceiling", url, TOKEN], {}


CEILING: Final = Entrant("load server alone", nothing, Talker)
SATURATED: Final = (
    Entrant("echo bot", echo, Talker),
    Entrant("product, long poll", product, Contact),
    Entrant("product, webhook", product_by_webhook, Contact),
)
PACED: Final = tuple(Entrant(each.name, each.command, each.person, THINK) for each in SATURATED[:2])


async def measure(entrant: Entrant, original: Path) -> Round:
    """Run one bot for one round."""
    everybody = [entrant.person(FIRST_CHAT + number) for number in range(PEOPLE)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(original, folder, dirs_exist_ok=True)
        async with LoadServer(everybody, think=entrant.think) as server:
            command, settings = entrant.command(server.url, folder)
            with started(command, settings) as bot:
                await until(server.ready.is_set, bot, 30)
                found = await _window(server, bot)
                server.end()
                await until(lambda: server.waiting == 0, bot, 15)
            assert not server.faults, server.faults
        reports = sum(person.reports for person in everybody)
        if entrant.person is Contact:
            _check(folder / "duban.db", reports, sum(server.counts[m] for m in ("sendMessage", "editMessageText")))
    return Round(*found, reports=reports)


async def _window(server: LoadServer, bot: subprocess.Popen[bytes]) -> tuple[float, float, float, float, float]:
    """Warm up, measure, and return rate, median, p99, the bot's CPU a step, and how busy this process was."""
    server.begin()
    await asyncio.sleep(WARM)
    server.latencies.clear()
    begun, bot_begun, own_begun = time.perf_counter(), _cpu(bot.pid), time.process_time()
    await asyncio.sleep(WINDOW)
    taken = time.perf_counter() - begun
    bot_taken, own_taken = _cpu(bot.pid) - bot_begun, time.process_time() - own_begun
    latencies = list(server.latencies)
    steps = len(latencies)
    assert steps > 100, f"only {steps} steps: {server.counts}, {server.faults}"
    p99 = quantiles(latencies, n=100)[98]
    return steps / taken, median(latencies), p99, bot_taken / steps, own_taken / taken


@contextlib.contextmanager
def started(command: list[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python of its own on the bot's core."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUBAN_")}
    quiet = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    with tempfile.TemporaryFile() as said:
        bot = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *command], cwd=ROOT, env={**quiet, **settings}, stdout=said, stderr=said
        )
        pin(bot.pid, BOT_CORE)
        try:
            yield bot
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode()[-4000:])
            raise
        finally:
            bot.send_signal(signal.SIGTERM)
            try:
                bot.wait(10)
            except subprocess.TimeoutExpired:
                bot.kill()
                bot.wait()


async def until(met: Callable[[], bool], bot: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until it is met; AssertionError when the bot ends, or not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not met():
        assert bot.poll() is None, "the bot ended"
        assert time.monotonic() < deadline, "waited for nothing"
        await asyncio.sleep(0.02)


def _check(database: Path, reports: int, shown: int) -> None:
    """Assert that what people saw is on disk: every report, and no input left behind."""
    with contextlib.closing(sqlite3.connect(database)) as disk:
        (filed,) = disk.execute("SELECT count(*) FROM submission").fetchone()
        done, left = disk.execute("SELECT count(done_at), count(*) - count(done_at) FROM inbox").fetchone()
        (mode,) = disk.execute("PRAGMA journal_mode").fetchone()
    assert (filed, done, left, mode) == (reports, shown, 0, "wal"), (filed, reports, done, shown, left, mode)


def pin(pid: int, core: int) -> None:
    """Keep a process on a core, where the system offers that and has two."""
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0) | {core}) > 1:
        os.sched_setaffinity(pid, {core})


def _cpu(pid: int) -> float:
    """Return the CPU seconds all threads of a process have used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(name: str, rounds: Sequence[Round]) -> str:
    """Return the median of each figure over the rounds, with the span of the rates."""
    rates = sorted(each.rate for each in rounds)
    return (
        f"{name:20} {median(rates):6.0f} /s ({rates[0]:.0f} to {rates[-1]:.0f})   "
        f"median {1000 * median(each.median for each in rounds):6.1f} ms   "
        f"p99 {1000 * median(each.p99 for each in rounds):6.1f} ms   "
        f"CPU {1000 * median(each.cpu for each in rounds):5.2f} ms a step   "
        f"busy: bot {100 * median(each.cpu * each.rate for each in rounds):3.0f} %, "
        f"load {100 * median(each.load for each in rounds):2.0f} %"
    )


def sync_the_disk(folder: Path, seconds: float = 1.0) -> str:
    """Return how long the disk takes to make 4 kB durable, at the 200 a second of people who take their time."""
    taken = []
    with (folder / "synced").open("wb", buffering=0) as file:
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            file.write(bytes(4096))
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
            time.sleep(0.005)
    (folder / "synced").unlink()
    return f"fsync of 4 kB: median {1000 * median(taken):.1f} ms, p99 {1000 * quantiles(taken, n=100)[98]:.1f} ms"


async def run(rounds: int) -> None:
    """Measure all of them in turns and print."""
    print(f"{PEOPLE} people, {rounds} rounds of {WINDOW:.0f} s in turns, Python {sys.version.split()[0]}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        original = Path(scratch)
        prepare(original)
        print(_line(CEILING.name, [await measure(CEILING, original)]), flush=True)
        print(sync_the_disk(original), flush=True)
        for title, entrants, times in (
            ("everybody answers at once:", SATURATED, rounds),
            (f"everybody takes {THINK:.0f} s on average to answer:", PACED, 1),
        ):
            print(title)
            found: dict[str, list[Round]] = {each.name: [] for each in entrants}
            for _ in range(times):
                for entrant in entrants:
                    found[entrant.name].append(await measure(entrant, original))
            floor = found[entrants[0].name]
            for name, each in found.items():
                rate = median(one.rate / beside.rate for one, beside in zip(each, floor, strict=True))
                cpu = median(one.cpu / beside.cpu for one, beside in zip(each, floor, strict=True))
                print(f"{_line(name, each)}   beside the echo bot: rate {rate:.2f}, CPU {cpu:.2f}", flush=True)


def main(rounds: int = ROUNDS) -> None:
    """Measure; less than two minutes."""
    pin(0, LOAD_CORE)
    asyncio.run(run(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
