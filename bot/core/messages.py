"""What a person sends and what a person is shown, independent of any chat system.

Owns the vocabulary both fronts share: events coming in, messages and buttons going out, and their JSON shape in the
inbox and outbox. Leaves out how a chat system draws them (`exports.channels`) and what they mean (`bot.services`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: Bot API: callback_data is 1 to 64 bytes; every action keeps to it so that any front can carry it.
ACTION_BYTES = 64

Tone = Literal["plain", "primary", "danger"]
Expects = Literal["nothing", "text", "number", "date", "phone", "file"]
#: Where a message appears when it answers a tap: below everything ("new"), as the next page of the tapped card ("next":
#: Telegram edits the card, the web chat adds one), or as the same card drawn again ("same": edited everywhere).
Place = Literal["new", "next", "same"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: `label` is read by people, `action` comes back when it is tapped (at most 64 bytes of UTF-8)."""

    label: str
    action: str
    tone: Tone = "plain"

    def __post_init__(self) -> None:
        """Refuse an action no chat system could carry: a programming error, found when the message is built."""
        if not 1 <= len(self.action.encode()) <= ACTION_BYTES:
            raise ValueError(f"action of {self.label!r} must have 1 to {ACTION_BYTES} bytes: {self.action!r}")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message.

    Either a stored one (`kind` "file", `ref` its SHA-256), or a table (`kind` "table", `ref` like "weekly/2020-W28"),
    which is made when it is sent so that it shows what is true then. `about` ("issue:12", "submission:7") is what it
    belongs to: who may not see that any more does not get the file either. `made`: the SHA-256 of a table that was made
    beforehand, because that takes a while (`exports.files`).
    """

    kind: Literal["file", "table"]
    ref: str
    name: str
    about: str = ""
    made: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the shape stored in the outbox."""
        shape = {"kind": self.kind, "ref": self.ref, "name": self.name}
        return shape | {name: value for name in ("about", "made") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is shown. All text is plain text: fronts escape it; `title` may be drawn bold."""

    text: str
    title: str = ""
    buttons: Rows = ()
    expects: Expects = "nothing"
    example: str = ""  # what an answer may look like: the web chat's placeholder
    place: Place = "new"
    attachments: tuple[Attachment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the shape stored in the outbox; defaults are left out to keep rows small."""
        shape: dict[str, Any] = {"text": self.text}
        for name in ("title", "example"):
            if getattr(self, name):
                shape[name] = getattr(self, name)
        if self.expects != "nothing":
            shape["expects"] = self.expects
        if self.place != "new":
            shape["place"] = self.place
        if self.buttons:
            shape["buttons"] = [[[b.label, b.action, b.tone] for b in row] for row in self.buttons]
        if self.attachments:
            shape["attachments"] = [a.to_json() for a in self.attachments]
        return shape

    @classmethod
    def from_json(cls, shape: dict[str, Any]) -> Message:
        """Return the message `to_json` described; ValueError or KeyError on another shape."""
        known = {name: shape[name] for name in ("title", "example", "expects", "place") if name in shape}
        return cls(
            text=shape["text"],
            buttons=tuple(tuple(Button(*parts) for parts in row) for row in shape.get("buttons", ())),
            attachments=tuple(Attachment(**parts) for parts in shape.get("attachments", ())),
            **known,
        )


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file somebody sent, already in the file store: `sha256` finds it, `size` is in bytes.

    `mime` is what the bytes are (`bot.core.magic.type_of`), whatever the sender said; "" when nobody has looked.
    """

    sha256: str
    name: str
    size: int
    mime: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the shape kept in answers."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Said:
    """Typed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A tapped button, by its action. It may be old, or somebody else's."""

    action: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A file, already fetched into the file store, with the caption typed beside it."""

    file: FileRef
    caption: str = ""


@dataclass(frozen=True, slots=True)
class SharedPhone:
    """The sender's own phone number, vouched for by the chat system."""

    phone: str


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something the chat cannot use: a sticker, a voice message, a file that is too large ("too_large") ..."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


Event = Said | Tapped | Sent | SharedPhone | Command | Unreadable
