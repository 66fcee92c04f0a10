"""A process for `test_crashes` to kill: serves the inbox as the product does, and says what it has acknowledged.

`python -m tests.storage.serving URL` serves; `... URL add PREFIX COUNT` adds persons.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from storage import drafts, inbox, outbox, people
from storage.work import Store

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from storage.work import Work

CHATS = ("a", "b", "c")


def serve(work: Work, address: str) -> int | None:
    """Answer a chat's oldest input: append it to the dialog, queue the reply, mark it done. Its id, None at the end."""
    incoming = inbox.oldest_waiting(work, "web", address)
    if incoming is None:
        return None
    account = people.account(work, "web", address)
    assert account.draft_id is not None
    row = drafts.load(work, account.draft_id)
    assert row is not None
    said = [*row.state.get("said", []), incoming.payload]
    assert drafts.advance(work, row.id, row.revision, row.revision + 1, {"said": said})
    key = f"reply/{incoming.id}/0"
    outbox.reply(work, key=key, account=account, payload={"text": "好"}, edits="", owner="killed")
    assert inbox.finish(work, incoming.id)
    return incoming.id


async def serve_all(store: Store) -> None:
    """Serve every chat to its end, side by side; print the id of each input once its answer is durable."""

    async def serve_chat(address: str) -> None:
        while (done := await store.run(serve, address)) is not None:
            print(done, flush=True)  # noqa: T201 - what the parent takes for the acknowledgement

    await asyncio.gather(*map(serve_chat, CHATS))


async def add_all(store: Store, prefix: str, count: int) -> None:
    """Add so many persons, all at once."""
    await asyncio.gather(*(store.run(people.create_person, f"{prefix}{n}") for n in range(count)))


async def main(url: str, *arguments: str) -> None:
    """Do what the arguments say."""
    store = Store(url, now=lambda: datetime.now(UTC), campaign=cast("Campaign", None))
    if arguments:
        await add_all(store, arguments[1], int(arguments[2]))
    else:
        await serve_all(store)
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
