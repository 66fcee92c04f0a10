"""A file that is made in its own time: the message that announced it, and the row that brings it.

Its row's key names the input it answers ("awaited/812"), so that the reply that announced it ("reply/812/0") is
found. Owns these statements over the outbox. Leaves out what is said (`bot.texts.exporting`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage import outbox
from storage.outbox import Outgoing
from storage.tables import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.work import Work

_PREFIX: Final = "awaited/"
_later = aliased(Outbox)
_ANNOUNCED = select(
    col(Outbox.id),
    col(Outbox.key),
    col(Outbox.kind),
    col(Outbox.person_id),
    col(Outbox.channel),
    col(Outbox.address),
    col(Outbox.payload),
    col(Outbox.remote),
).where(
    col(Outbox.key) == bindparam("announcement"),
    col(Outbox.person_id) == bindparam("person"),
    col(Outbox.kind) == "reply",
    col(Outbox.state) == "sent",
    # The card has been led on since: it shows something else by now.
    ~exists().where(
        col(_later.channel) == col(Outbox.channel),
        col(_later.address) == col(Outbox.address),
        col(_later.id) > col(Outbox.id),
        col(_later.edits) == col(Outbox.remote),
    ),
)
_SAY = (
    update(Outbox)
    .where(col(Outbox.id) == bindparam("row_id"), col(Outbox.state) == "sent")
    .values(payload=bindparam("instead"), digest=bindparam("said"))
)
_RECIPIENT = select(col(Outbox.recipient)).where(col(Outbox.id) == bindparam("row_id"))
_HANDED_ON = (
    update(Outbox)
    .where(col(Outbox.id) == bindparam("row_id"), col(Outbox.state) == "sending", col(Outbox.owner) == bindparam("by"))
    .values(state="skipped", error="handed on", lease_until=None)
)


def key_of(input_id: int) -> str:
    """Return the key of the row that brings what this input has asked for."""
    return f"{_PREFIX}{input_id}"


def is_awaited(row: Outgoing) -> bool:
    """Tell whether somebody waits for what this row brings, and was told so."""
    return row.key.startswith(_PREFIX)


def announce(work: Work, file: Outgoing, say: Callable[[str], str]) -> Outgoing | None:
    """Let the message that announced `file` say something else; return it: its `edits` is where it stands.

    None when it is not there: not sent (yet), or its place shows something else by now.
    """
    announcement = f"reply/{file.key.split('/')[1]}/0"
    row = work.conn.execute(_ANNOUNCED, {"announcement": announcement, "person": file.person_id}).first()
    if row is None:
        return None
    text = say(row.payload["text"])
    payload = {**row.payload, "text": text}
    work.conn.execute(_SAY, {"row_id": row.id, "instead": payload, "said": text})
    return Outgoing(row.id, row.key, row.kind, row.person_id, row.channel, row.address, payload, row.remote)


def hand_on(work: Work, file: Outgoing, payload: dict[str, Any], owner: str) -> Outgoing | None:
    """Put what was made of `file` as a row of its own, being sent by `owner`: the newest in its chat, as it comes now.

    None when `file` is not the owner's any more.
    """
    recipient = work.conn.scalar(_RECIPIENT, {"row_id": file.id})
    if not work.conn.execute(_HANDED_ON, {"row_id": file.id, "by": owner}).rowcount:
        return None
    made = outbox.put(
        work,
        key=f"{file.key}/made",
        recipient=str(recipient),
        kind="file",
        person_id=file.person_id,
        channel=file.channel,
        address=file.address,
        payload=payload,
        state="sending",
        owner=owner,
    )
    if made is None:
        return None
    return Outgoing(made, f"{file.key}/made", "file", file.person_id, file.channel, file.address, payload, "")
