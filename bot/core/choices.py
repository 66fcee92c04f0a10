"""The kinds of answer chosen from a list: one, several, yes or no.

Owns reading of a typed label or number as well as the buttons. Their actions: `o:<index>` takes an option,
`t:` puts a tick: `t:<index>:1` on, `t:<index>:0` off, so that tapping twice does no harm; `k` is done
ticking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from bot.core.kind import NOTHING, Facts, Kind, More, Value
from bot.core.numerals import number
from bot.core.plain_text import clean, clip, one_line
from bot.core.problems import Problem
from bot.texts import dialog as words

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.calendar_keyboard import Keys

#: A label up to this length shares its row with another one.
_SHORT: Final = 8
#: A label over this length is cut off on a phone's button: the options are listed in the text as well.
_LONG: Final = 12
_LABEL: Final = 60
#: More options than this fill no keyboard any chat system takes.
_MOST_OPTIONS: Final = 60
_BETWEEN: Final = re.compile(r"[、，,;；\s]+")
_NONE: Final = frozenset({"无", "没有", "都没有", "都不选"})
_SAYS_YES: Final = frozenset({"是", "是的", "有", "对", "对的", "1", "yes", "y"})
_SAYS_NO: Final = frozenset({"否", "不是", "不", "没有", "无", "没", "2", "no", "n"})


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things to choose from: `value` is kept, `label` is read."""

    value: str
    label: str


Options = tuple[Option, ...] | Callable[[Facts], tuple[Option, ...]]


def options_from(key: str) -> Callable[[Facts], tuple[Option, ...]]:
    """Return options read from `facts[key]`: a list of [value, label]; none when the facts lack it."""

    def read(facts: Facts) -> tuple[Option, ...]:
        return tuple(Option(value, label) for value, label in facts.get(key) or ())

    return read


def plain(text: str) -> str:
    """Return text for comparing: full-width or half-width, spaces and case make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


@dataclass(frozen=True)
class _Listed(Kind):
    """What choosing one and choosing several share."""

    options: Options

    expects: ClassVar = "nothing"
    example: ClassVar = "1"

    def __post_init__(self) -> None:
        """Refuse a fixed list nobody could choose from."""
        if isinstance(self.options, tuple):
            values = [option.value for option in self.options]
            labels = [plain(option.label) for option in self.options]
            if not values or len(set(values)) < len(values) or len(set(labels)) < len(labels) or "" in labels:
                raise ValueError("options must be there, each with a value and a label of its own")

    def choices(self, facts: Facts) -> tuple[Option, ...]:
        """Return the options that go with `facts`."""
        options = self.options if isinstance(self.options, tuple) else self.options(facts)
        return options[:_MOST_OPTIONS]

    def askable(self, facts: Facts) -> bool:
        """Tell whether there is an option."""
        return bool(self.choices(facts))

    def hint(self, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """List long labels, which a phone's button would cut off."""
        labels = [one_line(option.label, _LABEL) for option in self.choices(facts)]
        return words.numbered(labels) if any(len(label) > _LONG for label in labels) else ""

    def label(self, value: Value, facts: Facts) -> str:
        """Return the label of a value; the value itself when it is no longer among the options."""
        return next((option.label for option in self.choices(facts) if option.value == value), str(value))

    def typed(self, text: str, facts: Facts) -> int | None:
        """Return the index of the option somebody typed, by label or number."""
        choices, wanted = self.choices(facts), plain(text)
        for index, option in enumerate(choices):
            if plain(option.label) == wanted:
                return index
        place = number(text.rstrip(".。、)） "))
        return place - 1 if place and place <= len(choices) else None

    def tapped_option(self, arg: str, facts: Facts) -> int:
        """Return the index a button names."""
        if not (arg.isascii() and arg.isdigit() and len(arg) < _SHORT and int(arg) < len(self.choices(facts))):
            raise Problem("button_unknown")
        return int(arg)


def in_rows(keys: list[tuple[str, str]]) -> Keys:
    """Return buttons two by two when all labels are short, one below the other otherwise."""
    across = 2 if all(len(label) <= _SHORT for label, _ in keys) else 1
    return tuple(tuple(keys[start : start + across]) for start in range(0, len(keys), across))


@dataclass(frozen=True)
class Choice(_Listed):
    """One of several options; the value is the option's."""

    def said(self, text: str, now: datetime, facts: Facts) -> str:  # noqa: ARG002
        """Read a label or a number."""
        index = self.typed(text, facts)
        if index is None:
            raise Problem("choice_unknown")
        return self.choices(facts)[index].value

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """Take an option."""
        if move != "o":
            raise Problem("button_unknown")
        return self.choices(facts)[self.tapped_option(arg, facts)].value

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:
        """Tell whether the value is among the options."""
        return any(option.value == value for option in self.choices(facts))

    def show(self, value: Value, facts: Facts = NOTHING) -> str:
        """Return the label."""
        return self.label(value, facts)

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return a button an option."""
        return in_rows(
            [(one_line(option.label, _LABEL), f"o:{index}") for index, option in enumerate(self.choices(facts))]
        )


@dataclass(frozen=True)
class Many(_Listed):
    """Any number of options, `least` at the least; the value is a list of theirs in the options' order."""

    least: int = 0

    example: ClassVar = "1、3"
    resumes: ClassVar = True

    def said(self, text: str, now: datetime, facts: Facts) -> list[str]:  # noqa: ARG002
        """Read labels or numbers, several at once."""
        if not self.least and text in _NONE:
            return []
        whole = self.typed(text, facts)  # a label may hold a comma itself
        parts = [text] if whole is not None else [part for part in _BETWEEN.split(text) if part]
        chosen = set()
        for part in parts:
            index = self.typed(part, facts)
            if index is None:
                raise Problem("many_unknown", unknown=clip(part, 20))
            chosen.add(index)
        return self._enough(self._ordered(chosen, facts))

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> list[str] | More:
        """Tick, untick, or be done."""
        ticked = set(held or ())
        if move == "k":
            return self._enough([option.value for option in self.choices(facts) if option.value in ticked])
        if move != "t":
            raise Problem("button_unknown")
        index, _, on = arg.partition(":")
        value = self.choices(facts)[self.tapped_option(index, facts)].value
        ticked = ticked | {value} if on == "1" else ticked - {value}
        return More([option.value for option in self.choices(facts) if option.value in ticked])

    def _ordered(self, chosen: set[int], facts: Facts) -> list[str]:
        return [option.value for index, option in enumerate(self.choices(facts)) if index in chosen]

    def _enough(self, values: list[str]) -> list[str]:
        if len(values) < self.least:
            raise Problem("many_few", least=self.least)
        return values

    def askable(self, facts: Facts) -> bool:
        """Tell whether there are as many options as have to be chosen."""
        return len(self.choices(facts)) >= max(self.least, 1)

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:
        """Tell whether the values are among the options, and enough."""
        known = {option.value for option in self.choices(facts)}
        return (
            isinstance(value, list)
            and len(value) >= self.least
            and all(isinstance(one, str) and one in known for one in value)
        )

    def show(self, value: Value, facts: Facts = NOTHING) -> str:
        """Return the labels."""
        return "、".join(self.label(one, facts) for one in value) or "无"

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return a button an option with its tick, and one to be done once enough are ticked."""
        ticked = set(held or ())
        keys = [
            (words.CHOSEN + one_line(option.label, _LABEL), f"t:{index}:0")
            if option.value in ticked
            else (one_line(option.label, _LABEL), f"t:{index}:1")
            for index, option in enumerate(self.choices(facts))
        ]
        done = ((words.DONE if ticked else words.DONE_NONE, "k"),)
        return (*in_rows(keys), *((done,) if len(ticked) >= self.least else ()))


@dataclass(frozen=True)
class YesNo(Kind):
    """Yes or no; the value is a bool."""

    expects: ClassVar = "nothing"

    def said(self, text: str, now: datetime, facts: Facts) -> bool:  # noqa: ARG002
        """Read the usual words, or the number of the button."""
        word = plain(clean(text)).rstrip("。.!")
        if word in _SAYS_YES:
            return True
        if word in _SAYS_NO:
            return False
        raise Problem("yesno_unknown")

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> bool:  # noqa: ARG002
        """Take one of the two."""
        if move != "o" or arg not in {"0", "1"}:
            raise Problem("button_unknown")
        return arg == "1"

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether it is a bool."""
        return isinstance(value, bool)

    def show(self, value: Value, facts: Facts = NOTHING) -> str:  # noqa: ARG002
        """Return the word."""
        return words.YES if value else words.NO

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return the two buttons."""
        return (((words.YES, "o:1"), (words.NO, "o:0")),)
