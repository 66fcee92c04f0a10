"""How long a leader waits for 整治情况, of 30 units and 5,000 entries: from the tap until the picture is at the server.

The product as it ships (`bot.py run`, SQLite) on a core of its own; its clock runs fast, so that no two pictures show
the same minute. Beside it, in the same run: the echo bot's step at the same server, and typst alone, as a script of a
few lines would call it, with the same template and figures. Run: python -m bench.summary [taps]
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import pylopdf_fonts_zh_cn as fonts
from typst import Compiler

import exports
from bench import ledger
from bench.people import Person, Talker
from bench.server import LoadServer
from bench.steps import BOT_CORE, FIRST_CHAT, LOAD_CORE, ROOT, Entrant, echo, pin, product, started, until
from bot import campaigns, forms
from bot.core import deadlines
from bot.services import enrolment
from exports import summary, summary_picture
from storage import people, settings, submissions
from storage.tables import Issue, IssueChange
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.people import Card
    from storage.work import Work

TAPS: Final = 20
ENTRIES: Final = 5_000
#: A Tuesday in December, all of the campaign behind it.
PRESENT: Final = datetime(2020, 12, 15, 2, 30, tzinfo=UTC)
SPEED: Final = 60.0
#: Seconds between an answer and the next tap, on average: more than a minute of the product's clock.
THINK: Final = 1.5
#: Of a hundred reports so many come in time, and so many late.
IN_TIME, LATE = 85, 9


class Leader(Person):
    """Asks for the summary again and again, by the button on the menu."""

    def _live(self) -> Iterator[Card]:
        yield self._says("菜单")
        menu = self._card
        while True:
            self._card = menu
            yield self._taps("m:summary")


def prepare(folder: Path, entries: int = ENTRIES) -> None:
    """Make a campaign of 30 units, a leader, half a year of weekly reports, and a ledger."""
    sample = (ROOT / "campaigns" / "sample-2020.toml").read_text(encoding="utf-8")
    units = "".join(f'[[units]]\nkey = "{key}"\nname = "{key[-2:]}号农业综合服务中心"\n\n' for key in ledger.UNITS)
    text = re.sub(r"\[\[units\]\]\n(?:\w+ = .*\n)+\n+", "", sample)
    text = text.replace('to = ["leader"]', 'to = ["brigade"]')  # which nobody is: the leader hears nothing unasked
    (folder / "campaign.toml").write_text(text.replace("[[areas]]", units + "[[areas]]", 1), encoding="utf-8")
    campaign = campaigns.load(folder / "campaign.toml")
    moment = ledger.BEGIN
    store = Store(f"sqlite:///{folder / 'duban.db'}", now=lambda: moment, campaign=campaign)
    store.migrate()
    store.do(settings.put, settings.INSTALLED, moment.isoformat())
    for number in range(ledger.PEOPLE):
        store.do(people.create_person, f"第{number}人")
    store.do(_enrol)
    dice = random.Random(7)
    for week in deadlines.occurrences(campaign, "weekly"):
        if week.due < PRESENT:
            moment = week.due
            store.do(_report, week, dice)
    author = ledger.Author([f"{area.key}/{item}" for area in campaign.areas for item in area.items])
    made = [author.entry(number) for number in range(1, entries + 1)]
    store.do(ledger.fill, Issue, [row for row, _ in made])
    store.do(ledger.fill, IssueChange, [change for _, changes in made for change in changes])
    store.close()


def _enrol(work: Work) -> None:
    issued = enrolment.invite(work, "leader", "", "孙某")
    account = people.account(work, "telegram", str(FIRST_CHAT))
    assert enrolment.redeem(work, account, issued.token, "") is not None


def _report(work: Work, week: deadlines.Occurrence, dice: random.Random) -> None:
    """Let most units report, some of them late."""
    form = forms.of(work.campaign, work.campaign.duty(week.duty).form)
    for place, unit in enumerate(ledger.UNITS):
        drawn = dice.randrange(100)
        if drawn < IN_TIME + LATE:
            submissions.file(
                work,
                duty=week.duty,
                period=week.period,
                unit=unit,
                number=f"{week.period}-{place:02}",
                answers={},
                form_version=form.version,
                zero=True,
                filed_by=1,
                state="reported",
                reported_at=week.due + timedelta(hours=-1 if drawn < IN_TIME else 5),
            )


async def tap(entrant: Entrant, folder: Path, taps: int) -> list[float]:
    """Return how long each answer took, in milliseconds; the first is by a process that has just been started."""
    person = entrant.person(FIRST_CHAT)
    async with LoadServer([person], think=THINK) as server:
        command, environment = entrant.command(server.url, folder)
        with started(command, environment) as bot:
            await until(server.ready.is_set, bot, 30)
            server.begin()
            await until(lambda: len(server.latencies) > taps + 1, bot, 20 + 5 * taps)
            server.end()
        assert not server.faults, server.faults
        pictures = server.counts["sendPhoto"]
    assert (pictures > taps) == (entrant.person is Leader), server.counts
    return [1000 * each for each in server.latencies[1:]]  # the first is the menu


def fast_product(url: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the product with a clock of its own."""
    command, environment = product(url, folder)
    return command, environment | {"DUBAN_CLOCK": PRESENT.isoformat(), "DUBAN_CLOCK_SPEED": str(SPEED)}


def parts(folder: Path) -> None:
    """Print what reading and drawing take in a process of its own, and typst alone: cold, then warm."""
    moment = PRESENT
    store = Store(
        f"sqlite:///{folder / 'duban.db'}", now=lambda: moment, campaign=campaigns.load(folder / "campaign.toml")
    )
    taken: dict[str, list[float]] = {"read": [], "draw": []}
    for _ in range(TAPS):
        begun = time.perf_counter()
        shown = store.do(summary.load, "")
        read = time.perf_counter()
        summary_picture.picture_bytes(shown)
        for name, seconds in (("read", read - begun), ("draw", time.perf_counter() - read)):
            taken[name].append(1000 * seconds)
        moment += timedelta(minutes=1)
    store.close()
    print(json.dumps(taken))


def bare(folder: Path) -> None:
    """Print what typst alone takes for the same page: cold, then warm, another minute on it each time."""
    store = Store(
        f"sqlite:///{folder / 'duban.db'}", now=lambda: PRESENT, campaign=campaigns.load(folder / "campaign.toml")
    )
    data = summary_picture.data_of(store.do(summary.load, ""))
    store.close()
    compiler: Compiler | None = None
    taken = []
    for number in range(TAPS):
        said = re.sub(r"\d\d:\d\d", f"09:{number:02}", json.dumps(data, ensure_ascii=False))
        begun = time.perf_counter()
        compiler = compiler or Compiler(
            root=Path(exports.__file__).parent, font_paths=[fonts.serif_path().parent], ignore_system_fonts=True
        )
        compiler.compile(
            Path(exports.__file__).parent / "summary_picture.typ",
            sys_inputs={"data": said},
            format="png",
            ppi=summary_picture.PPI,
        )
        taken.append(1000 * (time.perf_counter() - begun))
    print(json.dumps({"typst": taken}))


def _line(name: str, waits: list[float]) -> str:
    first, *warm = waits
    return f"{name:34} first {first:7.1f} ms   warm median {median(warm):7.1f} ms   worst {max(warm):7.1f} ms"


def main(taps: int = TAPS) -> None:
    """Measure and print."""
    pin(0, LOAD_CORE)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare(folder)
        print(f"{len(ledger.UNITS)} units, {ENTRIES} entries, {taps} taps, Python {sys.version.split()[0]}", flush=True)
        for entrant in (Entrant("echo bot: a step", echo, Talker), Entrant("product: summary", fast_product, Leader)):
            print(_line(entrant.name, asyncio.run(tap(entrant, folder, taps))), flush=True)
        for way in ("parts", "bare"):
            command = [sys.executable, "-m", "bench.summary", way, scratch]
            said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout  # noqa: S603
            for name, waits in json.loads(said).items():
                print(_line(name, waits), flush=True)


if __name__ == "__main__":
    pin(0, BOT_CORE)
    if sys.argv[1:2] == ["parts"]:
        parts(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["bare"]:
        bare(Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:]))
