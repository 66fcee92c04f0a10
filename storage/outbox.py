"""What goes out: on disk before it is sent, sent outside any transaction, and its outcome on disk after.

States: new -> claimed (lease) -> sending (committed before the call) -> sent | unknown | dead. `skipped`: no longer of
use when its turn came. A reply begins as `sending`, since the process that made it sends it at once. Whoever is killed
leaves a lease that runs out: see `recover`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, case, exists, func, literal_column, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.core.reminders import audible
from storage import people
from storage.hot import Hot
from storage.statements import beginning, insert_once, prefix_values
from storage.tables import Moment, Outbox, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from storage.people import AccountRow
    from storage.work import Work

#: How long a process has, after it claimed a row or began to send it, until others take it for dead.
LEASE = timedelta(seconds=60)
#: The mark of a row that was sent once more because its sender died: it happens to a row once.
INTERRUPTED = "interrupted"
#: Who gets a row that only remembers what was decided.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row to be sent. `tries`: how often it was begun before this time."""

    id: int
    key: str
    kind: str  # as tables.Outbox
    person_id: int | None
    channel: str
    address: str
    payload: dict[str, Any]
    edits: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row that was being sent. `remote` is the channel's id; "retry" comes again after `delay`."""

    id: int
    state: Literal["sent", "retry", "unknown", "dead"]
    remote: str = ""
    error: str = ""
    delay: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The newest row of an occasion, as its next one needs it."""

    key: str
    created_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row that did not arrive ("dead"), or may not have ("unknown"), and who misses it ("" for no person)."""

    id: int
    state: str
    payload: dict[str, Any]
    created_at: datetime
    error: str
    channel: str
    address: str
    person_name: str = ""
    phone: str = ""


#: The partial indexes serve a query only when it says these words, not parameters.
OPEN: Any = literal_column("outbox.state IN ('new', 'claimed', 'sending')")
IN_TROUBLE: Any = literal_column("outbox.state IN ('dead', 'unknown')")
#: A stranger's reply is nobody's trouble; a table for a mailbox is the brigade's.
_SOMEBODYS = col(Outbox.person_id).is_not(None) | (col(Outbox.kind) == "push")
_COLUMNS = (
    col(Outbox.id),
    col(Outbox.key),
    col(Outbox.kind),
    col(Outbox.person_id),
    col(Outbox.channel),
    col(Outbox.address),
    col(Outbox.payload),
    col(Outbox.edits),
    col(Outbox.tries),
)
_THIS = col(Outbox.id) == bindparam("row_id")
_PUT = Hot(insert_once(Outbox))
_EXPIRE = (
    update(Outbox)
    .where(OPEN, col(Outbox.state) == "new", col(Outbox.expires_at) <= bindparam("now", type_=Moment))
    .values(state="skipped", error="expired")
)
_DUE = (
    select(col(Outbox.id))
    .where(
        OPEN,
        col(Outbox.state) == "new",
        col(Outbox.not_before) <= bindparam("now", type_=Moment),
        col(Outbox.channel).in_(bindparam("channels", expanding=True)),
    )
    .order_by((col(Outbox.kind) == "reply").desc(), col(Outbox.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(Outbox)
    .where(col(Outbox.id).in_(select(_DUE.c.id)))
    .values(state="claimed", owner=bindparam("by"), lease_until=bindparam("until", type_=Moment))
    .returning(*_COLUMNS)
)
_SENDING = (
    update(Outbox)
    .where(_THIS, col(Outbox.state) == "claimed", col(Outbox.owner) == bindparam("by"))
    .values(state="sending", tries=Outbox.tries + 1, lease_until=bindparam("until", type_=Moment))
)
_KEEP = (
    update(Outbox)
    .where(_THIS, col(Outbox.state) == "sending", col(Outbox.owner) == bindparam("by"))
    .values(lease_until=bindparam("until", type_=Moment))
)
_newer = aliased(Outbox, name="newer")
_DIGITS = "0123456789"
#: A later reply to the same chat; "reply/<input>/<place>": replies to one input belong together.
_LATER_REPLY = (col(Outbox.kind) == "reply") & exists().where(
    col(_newer.channel) == col(Outbox.channel),
    col(_newer.address) == col(Outbox.address),
    col(_newer.id) > col(Outbox.id),
    col(_newer.kind) == "reply",
    func.substr(col(_newer.key), 1, func.length(col(Outbox.key)) - 1)
    != func.substr(col(Outbox.key), 1, func.length(col(Outbox.key)) - 1),
)
#: The same table anew; "weekly/2020-W28/table/weekly/2": they differ in the number at their end.
_RENEWED = (col(Outbox.kind) == "push") & exists().where(
    literal_column("newer.kind = 'push'"),
    col(_newer.recipient) == col(Outbox.recipient),
    col(_newer.id) > col(Outbox.id),
    func.rtrim(col(_newer.key), _DIGITS) == func.rtrim(col(Outbox.key), _DIGITS),
)
_OUTDATED = (
    update(Outbox)
    .where(
        _THIS,
        col(Outbox.state) == "claimed",
        col(Outbox.owner) == bindparam("by"),
        col(Outbox.error) != "",  # it comes again by itself: nobody asked for it
        _LATER_REPLY | _RENEWED,
    )
    .values(state="skipped", error="outdated", lease_until=None)
)
_SENT = Hot(
    update(Outbox)
    .where(_THIS, col(Outbox.state) != "sent")  # late is late, but true
    .values(
        state="sent",
        sent_at=bindparam("now", type_=Moment),
        remote=bindparam("id_there"),
        error="",
        lease_until=None,
    )
)
_FAILED = (
    update(Outbox)
    .where(_THIS, col(Outbox.state) == "sending")
    .values(
        state=bindparam("new_state"),
        error=bindparam("why"),
        not_before=func.coalesce(
            case(
                # no IN: it cannot be prepared once for several rows
                ((col(Outbox.kind) == "notice") | (col(Outbox.kind) == "push"), bindparam("audible", type_=Moment)),
                else_=bindparam("later", type_=Moment),
            ),
            col(Outbox.not_before),
        ),
        lease_until=None,
    )
)
_LEFT = select(col(Outbox.id), col(Outbox.state), col(Outbox.owner), col(Outbox.kind), col(Outbox.error)).where(
    OPEN,
    col(Outbox.state) != "new",
    (col(Outbox.lease_until) < bindparam("now", type_=Moment))
    | (col(Outbox.lease_until) > bindparam("beyond", type_=Moment))
    | (col(Outbox.owner) != bindparam("only")),
)
_RECOVER = (
    update(Outbox)
    .where(_THIS, col(Outbox.state) == bindparam("seen"), col(Outbox.owner) == bindparam("by"))
    .values(
        state=bindparam("new_state"),
        error=bindparam("why"),
        # It was due when it was taken: it is now, even where the clock was set back since.
        not_before=bindparam("now", type_=Moment),
        lease_until=None,
    )
)
_DECIDED = select(col(Outbox.key), col(Outbox.person_id)).where(col(Outbox.person_id).is_not(None))
_KEYS = _DECIDED.where(beginning(col(Outbox.key)))
_EXACTLY = _DECIDED.where(col(Outbox.key).in_(bindparam("keys", expanding=True)))
_LATEST = (
    select(col(Outbox.key), col(Outbox.created_at), col(Outbox.digest))
    .where(beginning(col(Outbox.key)))
    .order_by(col(Outbox.id).desc())
    .limit(1)
)
_SILENCE = (
    update(Outbox)
    .where(
        OPEN,
        col(Outbox.state).in_(("new", "claimed")),
        beginning(col(Outbox.key)),
        # counted from the front: PostgreSQL's substr takes a negative start for a place before the first letter
        func.substr(col(Outbox.key), func.length(col(Outbox.key)) - func.length(bindparam("ending")) + 1)
        == bindparam("ending"),
    )
    .values(state="skipped", error=bindparam("why"))
)
_RETIRE = (
    update(Outbox)
    .where(OPEN, col(Outbox.state).in_(("new", "claimed")), col(Outbox.key).in_(bindparam("keys", expanding=True)))
    .values(state="skipped", error="outdated")
)
_TROUBLES = (
    select(
        col(Outbox.id),
        col(Outbox.state),
        col(Outbox.payload),
        col(Outbox.created_at),
        col(Outbox.error),
        col(Outbox.channel),
        col(Outbox.address),
        func.coalesce(col(Person.name), ""),
        func.coalesce(col(Person.phone), ""),
    )
    .outerjoin(Person, col(Person.id) == col(Outbox.person_id))
    .where(IN_TROUBLE, _SOMEBODYS)
    .order_by(col(Outbox.id).desc())
    .limit(bindparam("most"))
)
_COUNT_TROUBLES = select(func.count()).select_from(Outbox).where(IN_TROUBLE, _SOMEBODYS)
#: What is pushed is not waited for when somebody asks: it is tried again at once.
_TRIED = (col(Outbox.kind) == "push") & (col(Outbox.state) == "new") & (col(Outbox.error) != "")
_RESEND = (
    update(Outbox)
    .where(_THIS, IN_TROUBLE | _TRIED)
    .values(
        state="new",
        not_before=bindparam("now", type_=Moment),
        expires_at=None,
        tries=0,
        edits="",
        error="",
    )
    .returning(col(Outbox.person_id))
)
_WAITING = (
    select(col(Outbox.id), col(Outbox.key))
    .where(OPEN, col(Outbox.state).in_(("new", "claimed")), col(Outbox.person_id) == bindparam("person"))
    .where(col(Outbox.kind).in_(("notice", "push")))
    .order_by(col(Outbox.id))
)
_UNSENT = (_THIS, col(Outbox.state).in_(("new", "claimed")))
_other = aliased(Outbox)
_READDRESS = (
    update(Outbox)
    .where(
        *_UNSENT,
        ~exists().where(col(_other.key) == col(Outbox.key), col(_other.recipient) == bindparam("to")),
    )
    .values(
        state="new",  # whoever has claimed it does not send it where it was going
        lease_until=None,
        recipient=bindparam("to"),
        person_id=bindparam("to_person"),
        channel=bindparam("to_channel"),
        address=bindparam("to_address"),
    )
)
_DROP = update(Outbox).where(*_UNSENT).values(state="skipped", error=bindparam("why"), lease_until=None)
_STATES = (
    select(col(Person.name), col(Outbox.state))
    .join(Person, col(Person.id) == col(Outbox.person_id))
    .where(col(Outbox.key) == bindparam("occasion"))
    .order_by(col(Outbox.id))
)
_REDIRECT = update(Outbox).where(_THIS).values(channel=bindparam("to_channel"), address=bindparam("to_address"))


def put(  # noqa: PLR0913 - a row has many columns; all are named
    work: Work,
    *,
    key: str,
    recipient: str,
    kind: str,
    person_id: int | None = None,
    channel: str = "",
    address: str = "",
    payload: dict[str, Any] | None = None,
    edits: str = "",
    state: Literal["new", "sending", "skipped"] = "new",
    owner: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    error: str = "",
    digest: str = "",
) -> int | None:
    """Queue a row; return its id, or None when this occasion exists for this recipient already.

    "skipped" rows are never sent: they remember that the occasion was decided, `error` says how.
    """
    begun = state == "sending"
    made = _PUT.first(
        work,
        {
            "key": key,
            "recipient": recipient,
            "kind": kind,
            "person_id": person_id,
            "channel": channel,
            "address": address,
            "payload": payload or {},
            "edits": edits,
            "state": state,
            "created_at": work.now,
            "not_before": not_before or work.now,
            "expires_at": expires_at,
            "owner": owner,
            "lease_until": work.now + LEASE if begun else None,
            "tries": int(begun),
            "remote": "",
            "error": error,
            "digest": digest,
        },
    )
    if made is None:
        return None
    if state == "new":
        work.queued = True
    return int(made[0])


def decide(work: Work, key: str, how: str, digest: str = "") -> bool:
    """Write down that an occasion is decided, in a row nobody gets; False when it was before, by another replica too.

    `how` is a word for who reads the table.
    """
    made = put(work, key=key, recipient=NOBODY, kind="notice", state="skipped", error=how, digest=digest)
    return made is not None


def reply(work: Work, *, key: str, account: AccountRow, payload: dict[str, Any], edits: str, owner: str) -> Outgoing:
    """Put a reply that `owner` sends as soon as this transaction is committed. ValueError when `key` exists."""
    made = put(
        work,
        key=key,
        recipient=f"account:{account.id}",
        kind="reply",
        person_id=account.person_id,
        channel=account.channel,
        address=account.address,
        payload=payload,
        edits=edits,
        state="sending",
        owner=owner,
    )
    if made is None:
        raise ValueError(f"{key} was answered before")
    return Outgoing(made, key, "reply", account.person_id, account.channel, account.address, payload, edits)


def claim(work: Work, owner: str, most: int, lease: timedelta, channels: Sequence[str]) -> list[Outgoing]:
    """Reserve up to `most` rows that are due on these channels: replies first, then in the order they were put.

    What has expired meanwhile is marked skipped instead.
    """
    work.conn.execute(_EXPIRE, {"now": work.now})
    rows = work.conn.execute(
        _CLAIM,
        {
            "now": work.now,
            "channels": list(channels),
            "most": most,
            "by": owner,
            "until": work.now + lease,
        },
    )
    claimed = [Outgoing(*row) for row in rows]
    return sorted(claimed, key=lambda row: (row.kind != "reply", row.id))


def sending(work: Work, row_id: int, owner: str, lease: timedelta) -> bool:
    """Mark a claimed row as about to be sent; False when it was taken away, silenced or outdated meanwhile.

    A reply that would come again is outdated once its chat has a later one: the person is past that question, and would
    type the next answer to a page that is no longer there. So is a table once it was renewed: it would come twice.
    """
    if work.conn.execute(_OUTDATED, {"row_id": row_id, "by": owner}).rowcount:
        return False
    done = work.conn.execute(_SENDING, {"row_id": row_id, "by": owner, "until": work.now + lease})
    return done.rowcount == 1


def keep(work: Work, row_id: int, owner: str, lease: timedelta) -> None:
    """Hold a row that is still being sent for another `lease`."""
    work.conn.execute(_KEEP, {"row_id": row_id, "by": owner, "until": work.now + lease})


def settle(work: Work, outcomes: Iterable[Outcome]) -> None:
    """Write down what became of rows that were being sent. What nobody asked for is not tried again in quiet hours."""
    sent: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for outcome in outcomes:
        if outcome.state == "sent":
            sent.append({"row_id": outcome.id, "now": work.now, "id_there": outcome.remote})
        else:
            again, later = outcome.state == "retry", work.now + outcome.delay
            failed.append(
                {
                    "row_id": outcome.id,
                    "new_state": "new" if again else outcome.state,
                    "why": outcome.error,
                    "later": later if again else None,
                    "audible": audible(work.campaign, later.astimezone(work.campaign.zone)) if again else None,
                }
            )
    if sent:
        _SENT.change_each(work, sent)
    if failed:
        work.conn.execute(_FAILED, failed)


def recover(work: Work, owner: str, in_hand: AbstractSet[int] = frozenset()) -> int:
    """Take up what a process left that is gone: its lease has run out; return how many rows.

    What its own process has `in_hand` is not left, however fast a rehearsal's clock runs. On SQLite `owner` is the only
    sender there is (`storage.election`), so other names' rows need not wait for their lease. A reply or a file asked
    for that was being sent is sent once more: twice is better than never. Others are `unknown`.
    """
    only = owner if not work.on_postgresql else None
    # No lease is so long, not even by the clock of a replica that is a little ahead: the clock was set back since.
    beyond = work.now + 2 * LEASE
    left = work.conn.execute(_LEFT, {"now": work.now, "beyond": beyond, "only": only}).all()
    rows = [row for row in left if row.id not in in_hand]
    for row in rows:
        state, why = "new", row.error
        if row.state == "sending":
            once_more = row.kind in {"reply", "file"} and row.error != INTERRUPTED
            state, why = "new" if once_more else "unknown", INTERRUPTED
        seen = {
            "row_id": row.id,
            "seen": row.state,
            "by": row.owner,
            "new_state": state,
            "why": why,
            "now": work.now,
        }
        work.conn.execute(_RECOVER, seen)
    return len(rows)


def known_keys(work: Work, prefixes: Iterable[str], keys: Iterable[str] = ()) -> set[tuple[str, int]]:
    """Return every (key, person id) decided so far whose key begins with one of `prefixes`, or is one of `keys`."""
    known = {(row.key, row.person_id) for row in work.conn.execute(_EXACTLY, {"keys": list(keys)})}
    for prefix in prefixes:
        known.update((row.key, row.person_id) for row in work.conn.execute(_KEYS, prefix_values(prefix)))
    return known


def latest(work: Work, prefix: str) -> Occasion | None:
    """Return the newest row whose key begins so."""
    row = work.conn.execute(_LATEST, prefix_values(prefix)).first()
    return Occasion(*row) if row is not None else None


def silence(work: Work, prefix: str, unit: str, why: str = "reported") -> int:
    """Skip what still waits to be said to a unit on an occasion: keys `<prefix>...@<unit>`; return how many."""
    values = {**prefix_values(prefix), "ending": f"@{unit}", "why": why}
    return work.conn.execute(_SILENCE, values).rowcount


def retire(work: Work, keys: Iterable[str]) -> int:
    """Skip what still waits to be said on just these occasions: it is no longer true; return how many."""
    return work.conn.execute(_RETIRE, {"keys": list(keys)}).rowcount


def troubles(work: Work, most: int) -> list[Trouble]:
    """Return what did not arrive, or may not have, newest first."""
    return [Trouble(*row) for row in work.conn.execute(_TROUBLES, {"most": most})]


def states(work: Work, key: str) -> list[tuple[str, str]]:
    """Return who is told on an occasion, by name, and the state of each one's row."""
    return [(name, state) for name, state in work.conn.execute(_STATES, {"occasion": key})]


def count_troubles(work: Work) -> int:
    """Return how many rows `troubles` would return without a limit."""
    return work.conn.scalar(_COUNT_TROUBLES) or 0


def resend(work: Work, row_id: int, at: datetime | None = None) -> bool:
    """Queue a row in trouble again (not before `at`), to where its person is reached now; False when it is no more.

    A table that is being tried again by itself is tried at once.
    """
    row = work.conn.execute(_RESEND, {"row_id": row_id, "now": at or work.now}).first()
    if row is None:
        return False
    work.queued = True
    home = people.home(work, row.person_id) if row.person_id is not None else None
    if home is not None:
        to = {"row_id": row_id, "to_channel": home.channel, "to_address": home.address}
        work.conn.execute(_REDIRECT, to)
    return True


def waiting(work: Work, person_id: int) -> list[tuple[int, str]]:
    """Return (id, key) of what was to be told this person unasked and has not been sent yet."""
    return [(row.id, row.key) for row in work.conn.execute(_WAITING, {"person": person_id})]


def readdress(work: Work, row_id: int, person_id: int) -> bool:
    """Send a notice that has not been sent yet to another person instead.

    False when it has been sent, when they are told this already, or when they have no account.
    """
    home = people.home(work, person_id)
    if home is None:
        return False
    to = {"to": f"person:{person_id}", "to_person": person_id, "to_channel": home.channel, "to_address": home.address}
    work.queued = True
    return work.conn.execute(_READDRESS, {"row_id": row_id, **to}).rowcount == 1


def drop(work: Work, row_id: int, why: str) -> bool:
    """Do not send a notice that has not been sent yet; False when it has been."""
    return work.conn.execute(_DROP, {"row_id": row_id, "why": why}).rowcount == 1
