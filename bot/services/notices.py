"""Telling somebody something: one outbox row, in the transaction that holds what it speaks of.

In quiet hours it waits until they end, unless its reader has just asked for it; what expires before that is not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.reminders import audible
from storage import outbox, people

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.core.messages import Message
    from storage.work import Work


def tell(  # noqa: PLR0913 - a row has many columns; all are named
    work: Work,
    person_ids: Iterable[int],
    key: str,
    message: Message,
    *,
    kind: str = "notice",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    digest: str = "",
    asked: bool = False,
) -> int:
    """Queue `message` for each person where they were last seen; return how many were queued.

    Somebody for whom `key` exists already, or who has no account, is passed over. `asked`: it is what its reader's own
    input asks for, and goes at any hour.
    """
    campaign, at = work.campaign, not_before or work.now
    told = 0
    for person_id in dict.fromkeys(person_ids):
        home = people.home(work, person_id)
        if home is None:
            continue
        row = outbox.put(
            work,
            key=key,
            recipient=f"person:{person_id}",
            kind=kind,
            person_id=person_id,
            channel=home.channel,
            address=home.address,
            payload=message.to_json(),
            not_before=at if asked else audible(campaign, at.astimezone(campaign.zone)),
            expires_at=expires_at,
            digest=digest,
        )
        told += row is not None
    return told
