"""The kinds of answer a form may ask for: text, choice, many, date, count, phone, file, yes/no.

Owns reading an event into a JSON value, and showing that value in a chat and in a table. Leaves out the
order of questions (`bot.core.form`) and the dialog around them (`bot.core.dialog`). The kinds chosen from a
list live in `bot.core.choices`, files in `bot.core.attachments`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Final

from bot.core.attachments import DOCUMENTS, OFFICE, PDF, PICTURES, File
from bot.core.calendar_keyboard import Keys, month_keys, read_month
from bot.core.choices import Choice, Many, Option, YesNo, in_rows, options_from
from bot.core.kind import NOTHING, Answers, Facts, Kind, More, Value
from bot.core.nested import Nested
from bot.core.numerals import number
from bot.core.plain_text import clean, one_line
from bot.core.problems import Problem
from bot.core.typed_dates import read_date
from bot.texts import dialog as words

if TYPE_CHECKING:
    from bot.core.messages import Event

__all__ = [
    "DOCUMENTS",
    "NOTHING",
    "OFFICE",
    "PDF",
    "PICTURES",
    "Answers",
    "Choice",
    "Count",
    "Date",
    "Facts",
    "File",
    "Kind",
    "Many",
    "More",
    "Nested",
    "Option",
    "Phone",
    "Text",
    "YesNo",
    "options_from",
]

#: Bounds of a calendar without any.
_FIRST_DAY: Final = date(1950, 1, 1)
_LAST_DAY: Final = date(2099, 12, 31)


@dataclass(frozen=True)
class Text(Kind):
    """Free text of `least` to `most` characters; `suggestions` are ready-made answers offered as buttons."""

    most: int
    least: int = 1
    suggestions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse lengths nothing could have, and suggestions that break them."""
        if not 1 <= self.least <= self.most:
            raise ValueError("a text needs 1 <= least <= most")
        for suggestion in self.suggestions:
            if not self.least <= len(suggestion) <= self.most:
                raise ValueError(f"a suggestion has a wrong length: {suggestion!r}")

    def said(self, text: str, now: datetime, facts: Facts) -> str:  # noqa: ARG002
        """Take the text unless it is too short or too long."""
        if len(text) > self.most:
            raise Problem("text_long", written=len(text), most=self.most)
        if len(text) < self.least:
            raise Problem("text_short", written=len(text), least=self.least)
        return text

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """Take a suggestion."""
        if move == "o":
            for index, suggestion in enumerate(self.suggestions):
                if arg == str(index):
                    return suggestion
        raise Problem("button_unknown")

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether it is text of a permitted length."""
        return isinstance(value, str) and self.least <= len(value) <= self.most

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return the suggestions."""
        return in_rows([(one_line(text, 60), f"o:{index}") for index, text in enumerate(self.suggestions)])


#: A limit: a day, how to find it from the present day, or the key of a fact that holds an ISO day.
Limit = date | Callable[[date], date] | str | None


@dataclass(frozen=True)
class Date(Kind):
    """A day from `earliest` to `latest`, tapped in a calendar or typed; the value is an ISO date."""

    earliest: Limit = None
    latest: Limit = None

    expects: ClassVar = "date"
    example: ClassVar = "7月8日"

    def limits(self, today: date, facts: Facts = NOTHING) -> tuple[date, date]:
        """Return the first and the last permitted day."""
        first = _limit(self.earliest, today, facts) or _FIRST_DAY
        last = _limit(self.latest, today, facts) or _LAST_DAY
        return first, max(first, last)

    def read(self, event: Event, now: datetime, facts: Facts = NOTHING, held: Value = None) -> Value:
        """Return the ISO day, or More with the month to show."""
        move, _, arg = getattr(event, "action", "").partition(":")
        if move in {"y", "q"}:
            try:
                return self._within(date.fromisoformat(arg), now.date(), facts)
            except ValueError:
                raise Problem("button_unknown") from None
        if move == "c":
            month = read_month(arg, *self.limits(now.date(), facts))
            if month is None:
                raise Problem("button_unknown")
            return More(month)
        if move == "n":
            raise Problem("date_blank")
        return super().read(event, now, facts, held)

    def said(self, text: str, now: datetime, facts: Facts) -> str:
        """Read a typed day."""
        day = read_date(text, now.date(), *self.limits(now.date(), facts))
        if day is None:
            raise Problem("date_unknown")
        return self._within(day, now.date(), facts)

    def _within(self, day: date, today: date, facts: Facts) -> str:
        earliest, latest = self.limits(today, facts)
        if day < earliest:
            raise Problem("date_early", earliest=words.day(earliest.year, earliest.month, earliest.day))
        if day > latest:
            raise Problem("date_late", latest=words.day(latest.year, latest.month, latest.day))
        return day.isoformat()

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether it is an ISO day; limits move with the present day and are left to `read`."""
        return _day(value) is not None

    def show(self, value: Value, facts: Facts = NOTHING) -> str:  # noqa: ARG002
        """Return the day in words."""
        day = _day(value)
        return str(value) if day is None else words.day(day.year, day.month, day.day)

    def cell(self, value: Value, facts: Facts = NOTHING) -> date | None:  # noqa: ARG002
        """Return the day."""
        return _day(value)

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:
        """Return the calendar of the month paged to, at first that of the present day."""
        today = now.date()
        limits = self.limits(today, facts)
        month = read_month(held if isinstance(held, str) else today.isoformat()[:7], *limits)
        return month_keys(month or today.isoformat()[:7], today, *limits)


def _limit(limit: Limit, today: date, facts: Facts) -> date | None:
    if isinstance(limit, str):
        return _day(facts.get(limit))
    return limit(today) if callable(limit) else limit


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Count(Kind):
    """A whole number from 0 to `most`."""

    most: int = 99_999

    expects: ClassVar = "number"
    example: ClassVar = "3"

    #: The counts most weeks have.
    _QUICK: ClassVar = ((("0", "o:0"), ("1", "o:1"), ("2", "o:2"), ("3", "o:3")),)

    def said(self, text: str, now: datetime, facts: Facts) -> int:  # noqa: ARG002
        """Read digits of any width, Chinese numerals, with or without a measure word."""
        value = number(text)
        if value is None:
            raise Problem("count_unknown")
        if value > self.most:
            raise Problem("count_large", most=self.most)
        return value

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> int:  # noqa: ARG002
        """Take one of the quick buttons."""
        if move != "o" or arg not in {"0", "1", "2", "3"} or int(arg) > self.most:
            raise Problem("button_unknown")
        return int(arg)

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether it is a count."""
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self.most

    def cell(self, value: Value, facts: Facts = NOTHING) -> int | None:  # noqa: ARG002
        """Return the number."""
        return None if value is None else int(value)

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return the quick buttons."""
        return (self._QUICK[0][: self.most + 1],)


_SPACING: Final = re.compile(r"[\s\-()（）.]+")
_ABROAD: Final = re.compile(r"(?:\+|00)86")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(
    r"(?P<area>0(?:10|2\d|[3-9]\d{2}))?(?P<local>[2-9]\d{6,7})(?:(?:转|ext|x|#)(?P<inner>\d{1,6}))?"
)
_INNER: Final = re.compile(r"(?P<number>(?:0\d{2,3}-?)?[2-9]\d{6,7})[-—](?P<inner>\d{1,6})")


@dataclass(frozen=True)
class Phone(Kind):
    """A mobile or landline number of the mainland, typed or shared: 13800000000, 0371-66660000转8."""

    expects: ClassVar = "phone"
    example: ClassVar = "13800000000"

    def said(self, text: str, now: datetime, facts: Facts) -> str:  # noqa: ARG002
        """Read a typed number."""
        return self.shared(text)

    def shared(self, phone: str) -> str:
        """Read a number as the chat system or a person gives it."""
        text = unicodedata.normalize("NFKC", clean(phone)).lower()
        if inner := _INNER.fullmatch(text):
            text = f"{inner['number']}转{inner['inner']}"
        digits = _SPACING.sub("", text)
        digits = _ABROAD.sub("", digits, count=1) if _ABROAD.match(digits) else digits
        if digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):  # a chat system may leave out the plus
            digits = digits[2:]
        if _MOBILE.fullmatch(digits) and digits.isascii():
            return digits
        found = _LANDLINE.fullmatch(digits) or _LANDLINE.fullmatch("0" + digits)  # +86 371 ...
        if found is None or not all(sign.isascii() or sign == "转" for sign in digits):
            raise Problem("phone_unknown")
        area = f"{found['area']}-" if found["area"] else ""
        return area + found["local"] + (f"转{found['inner']}" if found["inner"] else "")

    def hint(self, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """Say that the own number can be shared."""
        return words.SHARE_HINT
