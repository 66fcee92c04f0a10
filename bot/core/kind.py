"""What every kind of answer has in common: reading events, showing values, offering buttons.

A kind sees an event without the draft around it: of a tap it gets `Tapped("o:2")`, the part of the action
that is its own. Leaves out moving between questions (`bot.core.dialog`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from bot.core.messages import Event, Expects, FileRef, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.core.plain_text import clean
from bot.core.problems import Problem

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.calendar_keyboard import Keys

#: What is known when a form is begun: the campaign's lists, last week's plan, counts of the ledger. JSON
#: values.
Facts = Mapping[str, Any]
#: A JSON value: an answer, or what a question holds until it has one.
Value = Any
#: Field key to JSON value.
Answers = Mapping[str, Any]

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

_UNREADABLE: Final[Mapping[str, str]] = {
    "sticker": "unreadable_sticker",
    "animation": "unreadable_sticker",
    "voice": "unreadable_voice",
    "audio": "unreadable_voice",
    "video": "unreadable_video",
    "video_note": "unreadable_video",
    "location": "unreadable_location",
    "venue": "unreadable_location",
    "contact": "unreadable_contact",
    "too_large": "unreadable_too_large",
    "broken": "unreadable_lost",
    "download_failed": "unreadable_lost",
}


@dataclass(frozen=True, slots=True)
class More:
    """Not an answer yet: `held` is what the question keeps: chosen options, files so far, the month shown."""

    held: Any


@dataclass(frozen=True)
class Kind:
    """A kind of answer. Values are JSON; the methods here suit a kind that is typed on one line."""

    expects: ClassVar[Expects] = "text"
    example: ClassVar[str] = ""
    #: True when an answer given before is taken up as the state of the buttons rather than offered to be
    #: kept.
    resumes: ClassVar[bool] = False

    def read(self, event: Event, now: datetime, facts: Facts = NOTHING, held: Value = None) -> Value:
        """Return the value `event` gives, or `More`; Problem when neither. `now`: in the campaign's zone."""
        match event:
            case Said(typed):
                text = clean(typed)
                if not text:
                    raise Problem("text_empty")
                return self.said(text, now, facts)
            case Tapped(action):
                move, _, arg = action.partition(":")
                return self.tapped(move, arg, facts, held)
            case Sent(file):
                return self.sent(file, held)
            case SharedPhone(phone):
                return self.shared(phone)
            case Unreadable(kind, about):
                raise Problem(_UNREADABLE.get(kind, "unreadable"), **about)
        raise Problem("command_unwanted")

    def said(self, text: str, now: datetime, facts: Facts) -> Value:  # noqa: ARG002
        """Return the value of cleaned text that is not empty."""
        raise Problem("buttons_only")

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> Value:  # noqa: ARG002
        """Return what a tap on one of this kind's own buttons gives."""
        raise Problem("button_unknown")

    def sent(self, file: FileRef, held: Value) -> Value:  # noqa: ARG002
        """Return what a file gives."""
        raise Problem("file_unwanted")

    def shared(self, phone: str) -> Value:  # noqa: ARG002
        """Return what a shared phone number gives."""
        raise Problem("phone_unwanted")

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether `value` can be an answer: one kept from another version of the form may not be."""
        return isinstance(value, str) and bool(value)

    def show(self, value: Value, facts: Facts = NOTHING) -> str:  # noqa: ARG002
        """Return a value as people read it."""
        return str(value)

    def cell(self, value: Value, facts: Facts = NOTHING) -> Value:
        """Return a value as a table keeps it: text, int, date, or None for no answer."""
        return None if value is None else self.show(value, facts)

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return this kind's own buttons."""
        return ()

    def hint(self, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """Return what stands below the question, "" for nothing."""
        return ""

    def askable(self, facts: Facts) -> bool:  # noqa: ARG002
        """Tell whether there is anything to answer; a list without options has not."""
        return True
