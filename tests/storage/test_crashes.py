"""kill -9 at any moment: what was acknowledged is there, and everything is done exactly once in the end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from storage import drafts, failpoints, inbox, people
from storage.failpoints import KILLED
from storage.tables import Draft, Inbox, Outbox, Person
from tests.storage.serving import CHATS, add_all, serve_all

if TYPE_CHECKING:
    from storage.work import Store, Work

ROOT = Path(__file__).parent.parent.parent
EACH = 40


def start(url: str, *arguments: str, failpoint: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - this file's own child
        [sys.executable, "-m", "tests.storage.serving", url, *arguments],
        cwd=ROOT,
        env={**os.environ, "DUBAN_FAILPOINT": failpoint},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def prepare(work: Work) -> None:
    for address in CHATS:
        account = people.account(work, "web", address)
        person = people.create_person(work, address)
        people.bind(work, account.id, person)
        people.focus(work, account.id, drafts.create(work, person, "weekly", f"weekly/2020-W28@{address}"))
    inbox.receive(work, "web", [(f"{n}{address}", address, n) for n in range(EACH) for address in CHATS])


class State(NamedTuple):
    done: set[int]
    said: dict[str, list[int]]
    replies: list[str]


def look(work: Work) -> State:
    """Read all of it in one transaction: what the killed process had sent to PostgreSQL may still be committed now."""
    states = work.conn.execute(
        select(col(Person.name), col(Draft.state)).join(Draft, col(Draft.person_id) == col(Person.id))
    )
    return State(
        done=set(work.conn.scalars(select(col(Inbox.id)).where(col(Inbox.done_at).is_not(None)))),
        said={name: state.get("said", []) for name, state in states},
        replies=list(work.conn.scalars(select(col(Outbox.key)))),
    )


async def check_and_finish(store: Store, acknowledged: set[int]) -> None:
    found = await store.read(look)
    assert acknowledged <= found.done
    assert len(found.done) == sum(map(len, found.said.values())) == len(found.replies)
    await serve_all(store)
    finished = await store.read(look)
    assert finished.said == {address: list(range(EACH)) for address in CHATS}
    assert sorted(finished.replies) == sorted(f"reply/{n}/0" for n in range(1, 3 * EACH + 1))


@pytest.mark.parametrize("failpoint", ["commit-after:9", "serve-before-commit:20"])
async def test_killed_at_a_failpoint(store: Store, database_url: str, failpoint: str) -> None:
    await store.run(prepare)
    child = start(database_url, failpoint=failpoint)
    output, errors = await asyncio.to_thread(child.communicate)
    assert (child.returncode, errors) == (KILLED, "")
    acknowledged = {int(line) for line in output.split()}
    assert acknowledged
    await check_and_finish(store, acknowledged)


async def test_killed_at_any_moment_again_and_again(store: Store, database_url: str) -> None:
    await store.run(prepare)
    acknowledged = set()
    for lines in (1, 30):
        child = start(database_url)
        assert child.stdout is not None
        assert child.stderr is not None
        with child.stdout as output, child.stderr:
            acknowledged |= {int(output.readline()) for _ in range(lines)}
            child.kill()
            acknowledged |= {int(line) for line in output}
            child.wait()
    await check_and_finish(store, acknowledged)


async def test_three_processes_write_to_one_database_at_once(store: Store, database_url: str) -> None:
    children = [start(database_url, "add", prefix, "150") for prefix in ("x", "y")]
    for _ in range(8):
        await add_all(store, "z", 20)
    for child in children:
        _, errors = await asyncio.to_thread(child.communicate)
        assert (child.returncode, errors) == (0, "")

    def count(work: Work) -> int:
        return work.conn.scalar(text("SELECT count(*) FROM person")) or 0

    assert await store.read(count) == 460
    if database_url.startswith("sqlite"):
        assert await store.run(lambda work: work.conn.execute(text("PRAGMA integrity_check")).scalar()) == "ok"


@pytest.mark.parametrize("setting", ["comit-before", "serve-commit:2", "send-before:x"])
def test_a_failpoint_nothing_reaches_is_an_error(setting: str) -> None:
    with pytest.raises(ValueError, match=r"nothing reaches|invalid literal"):
        failpoints._read(setting)
