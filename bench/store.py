"""Durable steps a second: 200 people at once, each step reads a draft, writes it, and queues a reply.

Beside it, in the same run, the same three statements in bare sqlite3, one commit a step and with no event loop: what
the disk and the driver give. Run: python -m bench.store [seconds] [postgresql://...]
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from bot import campaigns
from storage import drafts, outbox, people
from storage.work import Store, Work

PEOPLE = 200
ANSWERS = {"answers": {"done": "巡查农资门店十二家，责令整改两家。" * 8}, "at": "next", "facts": {"last": "下周巡查"}}
PAYLOAD = {"text": "第2题/共8题 下周打算做什么？" * 4, "buttons": [[["上一步", "d:1:2:b", "plain"]]]}
SAMPLE = Path(__file__).parent.parent / "campaigns" / "sample-2020.toml"


def now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


def begin(work: Work, number: int) -> tuple[int, int]:
    """Make a person in a dialog; return their id and the draft's."""
    person = people.create_person(work, f"第{number}人")
    return person, drafts.create(work, person, "weekly", f"weekly/2020-W28@{number}")


def step(work: Work, person: int, draft: int) -> int:
    """Do what one answer does to the database, at the least."""
    row = drafts.load(work, draft)
    assert row is not None
    assert drafts.advance(work, draft, row.revision, row.revision + 1, ANSWERS)
    outbox.put(
        work,
        key=f"reply/{draft}/{row.revision}",
        recipient=f"account:{person}",
        kind="reply",
        person_id=person,
        channel="telegram",
        address=str(person),
        payload=PAYLOAD,
        state="sending",
        owner="bench",
    )
    return row.revision


async def measure(url: str, seconds: float) -> None:
    """Print what `Store.run` reaches."""
    store = Store(url, now=now, campaign=campaigns.load(SAMPLE))
    store.migrate()
    everybody = await asyncio.gather(*(store.run(begin, number) for number in range(PEOPLE)))
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def go_on(person: int, draft: int) -> None:
        while time.perf_counter() < end:
            begun = time.perf_counter()
            await store.run(step, person, draft)
            waits.append(time.perf_counter() - begun)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(go_on(*each) for each in everybody))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    await store.aclose()
    _print(f"Store.run, {PEOPLE} at once ({url.partition(':')[0]})", waits, wall, cpu)


def measure_bare(folder: Path, seconds: float) -> None:
    """Print what bare sqlite3 reaches, one commit a step."""
    path = folder / "bare.db"
    Store(f"sqlite:///{path}", now=now, campaign=campaigns.load(SAMPLE)).migrate()
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA synchronous=FULL")
    at = now().isoformat(" ")
    bare.execute("INSERT INTO person (name, phone, created_at) VALUES ('a', '', ?)", (at,))
    bare.execute(
        "INSERT INTO draft (person_id, form, subject, revision, state, created_at, updated_at, outcome)"
        " VALUES (1, 'weekly', 's', 0, '{}', ?, ?, '')",
        (at, at),
    )
    waits: list[float] = []
    cpu, wall = time.process_time(), time.perf_counter()
    while time.perf_counter() - wall < seconds:
        begun = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        revision, state = bare.execute("SELECT revision, state FROM draft WHERE id = 1").fetchone()
        json.loads(state)
        bare.execute(
            "UPDATE draft SET revision = ?, state = ?, updated_at = ? WHERE id = 1 AND revision = ?",
            (revision + 1, json.dumps(ANSWERS), now().isoformat(" "), revision),
        )
        bare.execute(
            "INSERT INTO outbox (key, recipient, kind, person_id, channel, address, payload, edits, state, created_at,"
            " not_before, owner, tries, remote, error, digest)"
            " VALUES (?, 'account:1', 'reply', 1, 'telegram', '1', ?, '', 'sending', ?, ?, 'bench', 1, '', '', '')"
            " ON CONFLICT DO NOTHING RETURNING id",
            (f"reply/1/{revision}", json.dumps(PAYLOAD), at, at),
        ).fetchone()
        bare.execute("COMMIT")
        waits.append(time.perf_counter() - begun)
    _print("bare sqlite3, one commit a step", waits, time.perf_counter() - wall, time.process_time() - cpu)
    bare.close()


def _print(what: str, waits: list[float], wall: float, cpu: float) -> None:
    tail = quantiles(waits, n=100)[98]
    print(
        f"{what:<44} {len(waits) / wall:7.0f}/s   median {1000 * median(waits):6.1f} ms   p99 {1000 * tail:6.1f} ms"
        f"   CPU {1e6 * cpu / len(waits):5.0f} us a step"
    )


def main() -> None:
    """Measure both, twice, so that one run's luck shows."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    for round_ in range(2):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            asyncio.run(measure(f"sqlite:///{folder / f'bench{round_}.db'}", seconds))
            measure_bare(folder, seconds)
    for url in sys.argv[2:]:
        asyncio.run(measure(url, seconds))


if __name__ == "__main__":
    main()
