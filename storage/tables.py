"""The tables, as SQLModel classes. `storage.migrations` is what creates them; a test holds the two together.

Moments are UTC (`Moment` refuses naive values). `Json` columns hold what only the core reads.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, MetaData, String, TypeDecorator, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept as UTC. SQLite has no zones, so the offset is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: it would be read back hours wrong."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive moment: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware UTC moment on every database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Text that compares byte by byte on both databases, so that "begins with" is a range an index can serve.
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")


def _moment(*, nullable: bool = False) -> Any:  # noqa: ANN401 - as SQLModel's Field
    return Field(default=None, sa_type=Moment, nullable=nullable)


def _json() -> Any:  # noqa: ANN401 - as SQLModel's Field
    return Field(default_factory=dict, sa_type=JSON, nullable=False)


class Person(SQLModel, table=True):
    """Somebody who may use the product. Never deleted: history names them."""

    id: int = Field(default=None, primary_key=True)
    name: str
    phone: str = ""
    created_at: datetime = _moment()


class Membership(SQLModel, table=True):
    """One role of one person, in one unit ("" for roles of the whole bureau), until `ended_at`."""

    __table_args__ = (
        Index(
            "uq_membership_open",
            "person_id",
            "role",
            "unit",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_membership_unit_role", "unit", "role"),
    )
    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    role: str
    unit: str = ""
    since: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)
    until: datetime | None = _moment(nullable=True)  # a deputy's: the heartbeat ends it then
    deputy_of: int | None = Field(default=None, foreign_key="person.id")  # whom they stand in for


class Account(SQLModel, table=True):
    """One address in one chat system. Without `person_id` it is a stranger's."""

    __table_args__ = (UniqueConstraint("channel", "address"), Index("ix_account_person_id", "person_id"))
    id: int = Field(default=None, primary_key=True)
    channel: str  # "telegram", "web"
    address: str  # Telegram: the private chat's id; web: a random account id
    person_id: int | None = Field(default=None, foreign_key="person.id")
    draft_id: int | None = None  # the dialog this chat is in, if any
    seen_at: datetime = _moment()  # last message from there: notices go where the person was last
    unreachable: str = ""  # why nothing arrives there any more ("blocked"), "" while it does
    failures: int = 0  # wrong invitation tokens in a row
    locked_until: datetime | None = _moment(nullable=True)  # no token is tried before
    told_at: datetime | None = _moment(nullable=True)  # when a stranger was last answered


class Invitation(SQLModel, table=True):
    """A one-time link that binds whoever opens it to a role. Only the token's SHA-256 is stored.

    Used up without `used_by`, it was taken back.
    """

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    role: str
    unit: str = ""
    name: str = ""
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)
    used_by: int | None = Field(default=None, foreign_key="person.id")
    terms: dict[str, Any] = _json()  # bot.services.enrolment.Terms: what it promises beside the role


class Inbox(SQLModel, table=True):
    """Everything that came in, on disk before its sender is told; `done_at` is set with what it changed."""

    __table_args__ = (
        UniqueConstraint("channel", "source"),
        Index(
            "ix_inbox_waiting",
            "channel",
            "address",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_inbox_address", "channel", "address", "id"),
    )
    id: int = Field(default=None, primary_key=True)
    channel: str
    source: str  # Telegram: update_id; web: the browser's own id of this input
    address: str
    payload: Any = _json()  # whatever JSON its front needs
    received_at: datetime = _moment()
    done_at: datetime | None = _moment(nullable=True)
    error: str = ""  # why it was given up ("" when it was served)


class Draft(SQLModel, table=True):
    """A dialog somebody is in. One open draft per person, form and subject; closed ones are kept."""

    __table_args__ = (
        Index(
            "uq_draft_open",
            "person_id",
            "form",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    form: str
    subject: str  # what it is about, for instance "weekly/2020-W28@nongji"
    revision: int = 0  # rises with every step; buttons carry it
    state: dict[str, Any] = _json()  # bot.core.dialog.Draft without id and revision
    created_at: datetime = _moment()
    updated_at: datetime = _moment()
    closed_at: datetime | None = _moment(nullable=True)
    outcome: str = ""  # "finished", "cancelled"


class Submission(SQLModel, table=True):
    """One version of one unit's report for one period. A version is never changed but for its state."""

    __table_args__ = (
        UniqueConstraint("duty", "period", "unit", "version"),
        Index(
            "uq_submission_current",
            "duty",
            "period",
            "unit",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        Index("ix_submission_unit", "unit", "id"),
        Index("ix_submission_code", "code", sqlite_where=text("code <> ''"), postgresql_where=text("code <> ''")),
    )
    id: int = Field(default=None, primary_key=True)
    number: str  # said to people: the same over all versions
    duty: str
    period: str
    unit: str
    version: int
    current: bool = True  # the newest version
    state: str  # bot.core.lifecycle
    form_version: int
    zero: bool = False
    answers: dict[str, Any] = _json()
    filed_by: int = Field(foreign_key="person.id")
    filed_at: datetime = _moment()
    on_behalf: bool = False  # filed by the brigade for the unit
    code: str = ""  # on the printed sheet: ties it to this version
    signed_by: int | None = Field(default=None, foreign_key="person.id")
    signed_at: datetime | None = _moment(nullable=True)
    stamped_by: int | None = Field(default=None, foreign_key="person.id")  # who sent the stamped copy
    stamped_at: datetime | None = _moment(nullable=True)
    stamp: list[Any] = Field(default_factory=list, sa_type=JSON, nullable=False)  # the copy: FileRef.to_json() shapes
    reported_at: datetime | None = _moment(nullable=True)  # when it had all its duty needs
    accepted_by: int | None = Field(default=None, foreign_key="person.id")
    accepted_at: datetime | None = _moment(nullable=True)
    returned_by: int | None = Field(default=None, foreign_key="person.id")
    returned_at: datetime | None = _moment(nullable=True)
    reason: str = ""  # why it was returned
    withdrawn_at: datetime | None = _moment(nullable=True)


class Excuse(SQLModel, table=True):
    """免报: a unit owes nothing that falls due from `first` to `last`, both included. Taken back, it keeps its row."""

    __table_args__ = (Index("ix_excuse_last", "last"),)
    id: int = Field(default=None, primary_key=True)
    unit: str
    duty: str = ""  # "": every duty
    first: date
    last: date
    reason: str
    granted_by: int = Field(foreign_key="person.id")
    granted_at: datetime = _moment()
    ended_by: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = _moment(nullable=True)


class Override(SQLModel, table=True):
    """Something of the campaign file that was changed in the chat: the newest row of a key counts, none is altered."""

    id: int = Field(default=None, primary_key=True)
    kind: str  # "unit", "workday"
    key: str  # the unit's key; the day (ISO)
    value: dict[str, Any] = _json()  # unit: {"name", "code", "left"}; workday: {"work": true | false | null}
    person_id: int = Field(foreign_key="person.id")
    at: datetime = _moment()


class Issue(SQLModel, table=True):
    """One entry of the ledger as it stands now. How it came to be so are its changes; it is never deleted."""

    __table_args__ = (
        UniqueConstraint("unit", "year", "sequence"),
        # What is unfinished, by deadline: lists and reminders, narrowed down without reading the rows.
        Index(
            "ix_issue_unfinished",
            "due",
            "id",
            "unit",
            "state",
            "area",
            "entered_by",
            sqlite_where=text("state NOT IN ('closed', 'transferred')"),
            postgresql_where=text("state NOT IN ('closed', 'transferred')"),
        ),
        # Every other list, search and count, on SQLite: a tenth of what the rows take. PostgreSQL's indexes hold no
        # text as long as this, and its rows are half as large. Each of the two is empty on the other database.
        Index(
            "ix_issue_search",
            "unit",
            "state",
            "due",
            "area",
            "entered_by",
            "search",
            postgresql_where=text("false"),
        ),
        Index("ix_issue_count", "unit", "state", "due", "area", "entered_by", "id", sqlite_where=text("false")),
        # What lies on the head's and the brigade's desk.
        Index(
            "ix_issue_asked",
            "asked",
            "unit",
            "changed_at",
            "id",
            sqlite_where=text("asked <> ''"),
            postgresql_where=text("asked <> ''"),
        ),
        # The same row of the same file a second time.
        Index("ix_issue_fingerprint", "fingerprint"),
    )
    id: int = Field(default=None, primary_key=True)
    number: str = Field(unique=True)  # said to people: NJ-2020-003; never changed, never given again
    unit: str
    year: int
    sequence: int
    version: int = 1  # rises with every change
    state: str  # bot.core.issues.State
    asked: str = ""  # bot.core.issues.Asked
    area: str
    item: str
    source: str
    kind: str
    severity: str
    handling: str  # "at_once", "dated"
    epidemic: bool = False
    criminal: bool = False  # may be a crime: not to be closed by a penalty
    continuing: bool = False  # 持续整改: `due` is the day of the next review
    found_on: date
    happened_on: date
    due: date
    first_due: date  # before any extension
    wanted_due: date | None = None  # the extension asked for
    answers: dict[str, Any] = _json()  # of the entry form, as entered or corrected
    latest: dict[str, Any] = _json()  # the latest move of each kind: {"progress": {...}, "close": {...}}
    search: str = ""  # number and words, in small letters
    fingerprint: str
    entered_by: int = Field(foreign_key="person.id")
    entered_at: datetime = _moment()
    changed_at: datetime = _moment()


class IssueChange(SQLModel, table=True):
    """One change of one entry: who, when, from, to, why. Never altered."""

    __tablename__ = "issue_change"
    __table_args__ = (
        UniqueConstraint("issue_id", "version"),
        # What came and went in a period: only changes of state count.
        Index(
            "ix_issue_change_flow",
            "at",
            sqlite_where=text('"before" <> "after"'),
            postgresql_where=text('"before" <> "after"'),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id")
    unit: str
    version: int  # the entry's after it
    at: datetime = _moment()
    person_id: int = Field(foreign_key="person.id")
    move: str  # bot.core.issues.Move, or "enter"
    before: str  # state; "" before it was entered
    after: str
    asked_before: str = ""
    asked_after: str = ""
    due_before: date | None = None
    due_after: date
    reason: str = ""
    detail: dict[str, Any] = _json()  # the answers of the form that made it; a correction: {"was": {...}}


class LedgerImport(SQLModel, table=True):
    """An existing ledger, or a roster, that somebody sent: checked outside any transaction, entered on confirmation."""

    __tablename__ = "ledger_import"
    __table_args__ = (
        Index(
            "ix_ledger_import_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str = "ledger"  # "ledger", "roster"
    sha256: str
    name: str
    state: str = "waiting"  # waiting -> checked -> entered | dropped; failed: not a table at all
    rows: list[Any] = Field(
        default_factory=list, sa_type=JSON, nullable=False
    )  # what can be entered; once a roster is: the links made
    faults: list[Any] = Field(default_factory=list, sa_type=JSON, nullable=False)  # what cannot, and why
    created_at: datetime = _moment()
    checked_at: datetime | None = _moment(nullable=True)
    entered_at: datetime | None = _moment(nullable=True)


class Outbox(SQLModel, table=True):
    """Everything that goes out, on disk before it is sent. `UNIQUE(key, recipient)` makes an occasion exist once.

    States: new -> claimed (lease) -> sending (committed before the call) -> sent | unknown | dead; skipped is a
    reminder that no longer mattered when its turn came.
    """

    __table_args__ = (
        UniqueConstraint("key", "recipient"),
        Index(
            "ix_outbox_waiting",
            "state",
            "not_before",
            sqlite_where=text("state IN ('new', 'claimed', 'sending')"),
            postgresql_where=text("state IN ('new', 'claimed', 'sending')"),
        ),
        Index(
            "ix_outbox_trouble",
            "id",
            sqlite_where=text("state IN ('dead', 'unknown')"),
            postgresql_where=text("state IN ('dead', 'unknown')"),
        ),
        Index("ix_outbox_address", "channel", "address", "id"),
        # What was sent unasked, for 送达情况.
        Index(
            "ix_outbox_push",
            "id",
            sqlite_where=text("kind = 'push'"),
            postgresql_where=text("kind = 'push'"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    # The occasion: "weekly/2020-W28/notice@nongji", "reply/812/0", "weekly/2020-W28/table/1".
    key: str = Field(sa_type=BYTEWISE)
    recipient: str  # "person:3"; replies: "account:7"
    kind: str  # "reply", "notice", "file" (asked for, made in its own time), "push" (a table sent unasked)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    channel: str = ""
    address: str = ""
    payload: dict[str, Any] = _json()  # Message.to_json()
    edits: str = ""  # the channel's id of the message this one replaces
    state: str = "new"
    created_at: datetime = _moment()
    not_before: datetime = _moment()
    expires_at: datetime | None = _moment(nullable=True)
    owner: str = ""  # the process that has it
    lease_until: datetime | None = _moment(nullable=True)
    tries: int = 0
    sent_at: datetime | None = _moment(nullable=True)
    remote: str = ""  # the channel's id of what was sent
    error: str = ""
    digest: str = ""  # tables: what they showed, to know when a new one is due


class Stored(SQLModel, table=True):
    """A file in the file store, once per content and sender; the bytes lie under their SHA-256."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_sha256", "sha256"),)
    id: int = Field(default=None, primary_key=True)
    sha256: str
    name: str
    size: int
    mime: str
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = _moment()


class Audit(SQLModel, table=True):
    """Who changed what, when and why: one row for every change of state."""

    __table_args__ = (Index("ix_audit_subject", "subject"),)
    id: int = Field(default=None, primary_key=True)
    at: datetime = _moment()
    person_id: int | None = Field(default=None, foreign_key="person.id")  # None: the product itself
    action: str  # "submission.sign", "invitation.use"
    subject: str  # "submission:12"
    detail: dict[str, Any] = _json()


class Subscription(SQLModel, table=True):
    """What a leader has asked to be told by itself; there is a row as long as they want it."""

    __table_args__ = (UniqueConstraint("person_id", "kind"),)
    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str  # storage.subscriptions.Kind
    since: datetime = _moment()


class Setting(SQLModel, table=True):
    """What the installation remembers of itself: when it was set up, the web session's secret."""

    key: str = Field(primary_key=True)
    value: str
