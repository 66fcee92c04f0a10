"""The kind of answer chosen in two steps from a list of lists: first the area, then its item.

The value is "area/item", the area by its key, the item by its words, in which there may be a "/" as well. Its actions:
`a:<index>` opens an area, `o:<index>` takes an item of the open one, `r` goes back to the areas. While an area is open,
the question holds its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from bot.core.choices import in_rows, plain
from bot.core.kind import NOTHING, Facts, Kind, More, Value
from bot.core.messages import Event, Said
from bot.core.numerals import number
from bot.core.plain_text import clean, one_line
from bot.core.problems import Problem
from bot.texts import dialog as words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.core.calendar_keyboard import Keys

#: A label over `_LONG` is cut off on a phone's button: the labels are listed in the text as well.
_LONG: Final = 12
_LABEL: Final = 60
#: No index has more digits.
_DIGITS: Final = 3
#: What the way back is typed as, with its arrow or without.
_BACK: Final = frozenset({plain(words.OTHER_GROUP), plain(words.OTHER_GROUP).lstrip("‹")})

#: Key, name, items.
Group = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Nested(Kind):
    """One item out of the groups in `facts[source]`: [[key, name, [item, ...]], ...]. No key has a "/" in it."""

    source: str

    expects: ClassVar = "nothing"
    example: ClassVar = "1"

    def groups(self, facts: Facts) -> tuple[Group, ...]:
        """Return the groups there is something to choose in."""
        return tuple((key, name, tuple(items)) for key, name, items in facts.get(self.source) or () if items)

    def _open(self, facts: Facts, held: Value) -> Group | None:
        return next((group for group in self.groups(facts) if group[0] == held), None)

    def read(self, event: Event, now: datetime, facts: Facts = NOTHING, held: Value = None) -> Value:
        """Return "area/item", or More with the key of the area to show ("" for none)."""
        if isinstance(event, Said):
            return self._typed(clean(event.text), facts, self._open(facts, held))
        return super().read(event, now, facts, held)

    def _typed(self, text: str, facts: Facts, opened: Group | None) -> Value:
        """Read what is on a button, its number, an area instead of the open one, or an item without its area."""
        groups, wanted = self.groups(facts), plain(text)
        place = (number(text.rstrip(".。、)） ")) or 0) - 1
        if opened:
            at = _place(opened[2], wanted, place)
            if at is not None:
                return _value(opened, at)
            if wanted in _BACK:
                return More("")
            place = -1
        at = _place([name for _, name, _ in groups], wanted, place)
        if at is not None:
            return More(groups[at][0])
        meant = [
            _value(group, at)
            for group in groups
            for at, item in enumerate(group[2])
            if wanted in {plain(item), plain(words.nested(group[1], item))}
        ]
        if len(meant) != 1:  # two areas may have an item of the same name
            raise Problem("choice_unknown")
        return meant[0]

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> Value:
        """Open an area, take an item, or go back to the areas."""
        opened = self._open(facts, held)
        if opened and move == "r" and not arg:
            return More("")
        if arg.isascii() and arg.isdigit() and len(arg) <= _DIGITS:
            at, groups = int(arg), self.groups(facts)
            if opened and move == "o" and at < len(opened[2]):
                return _value(opened, at)
            if not opened and move == "a" and at < len(groups):
                return More(groups[at][0])
        raise Problem("button_unknown")

    def askable(self, facts: Facts) -> bool:
        """Tell whether there is an item."""
        return bool(self.groups(facts))

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:
        """Tell whether it is one of the items."""
        key, slash, item = value.partition("/") if isinstance(value, str) else ("", "", "")
        return bool(slash) and any(key == group[0] and item in group[2] for group in self.groups(facts))

    def show(self, value: Value, facts: Facts = NOTHING) -> str:
        """Return area and item in words; the area's key when it is no longer among the groups."""
        key, _, item = str(value).partition("/")
        name = next((group[1] for group in self.groups(facts) if group[0] == key), key)
        return words.nested(name, item) if item else name

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return a button an area, or a button an item of the open one and the way back."""
        opened = self._open(facts, held)
        if opened is None:
            return in_rows([(one_line(name, _LABEL), f"a:{at}") for at, (_, name, _) in enumerate(self.groups(facts))])
        keys = in_rows([(one_line(item, _LABEL), f"o:{at}") for at, item in enumerate(opened[2])])
        return (*keys, ((words.OTHER_GROUP, "r"),))

    def hint(self, facts: Facts, held: Value) -> str:
        """Name the open area; list long names, which a phone's button would cut off."""
        opened = self._open(facts, held)
        names = [one_line(name, _LABEL) for name in (opened[2] if opened else [g[1] for g in self.groups(facts)])]
        listed = words.numbered(names) if any(len(name) > _LONG for name in names) else ""
        return "\n".join(part for part in (words.opened(opened[1]) if opened else "", listed) if part)


def _place(labels: Sequence[str], wanted: str, place: int) -> int | None:
    """Return the index of the label that is wanted, or `place` where there is such a one."""
    for at, label in enumerate(labels):
        if plain(label) == wanted:
            return at
    return place if 0 <= place < len(labels) else None


def _value(group: Group, at: int) -> str:
    return f"{group[0]}/{group[2][at]}"
