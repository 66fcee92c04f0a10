"""What happened in an office: every message anybody was shown, and everything they did; printed for people to read."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from bot.core.messages import Message
    from tests.campaign.plan import Occasion

What = Literal["filed", "filed for", "signed", "stamped", "accepted", "returned", "urged", "snoozed"]
#: "answer" to one's own input; "deed" of somebody; "clock": by itself, because it was time.
Cause = Literal["answer", "deed", "clock"]

SOURCES = {"answer": "答复", "deed": "通知", "clock": "定时"}
ROLES = {"contact": "联系人", "head": "负责人", "brigade": "大队", "leader": "领导小组", "admin": "管理员"}
DEEDS = {
    "filed": "提交",
    "filed for": "代报",
    "signed": "签批",
    "stamped": "上传盖章件",
    "accepted": "接收",
    "returned": "退回",
    "urged": "催报",
    "snoozed": "一小时后提醒",
}


@dataclass(frozen=True)
class Shown:
    """One message as it reached somebody. `key` is its row's in the outbox, "" for an answer."""

    at: datetime
    name: str
    cause: Cause
    message: Message
    key: str = ""
    made: datetime | None = None  # when the product decided to send it

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.message.buttons for button in row]

    def line(self) -> str:
        first = self.message.text.strip().partition("\n")[0]
        return f"{self.at:%m-%d %H:%M} [{SOURCES[self.cause]}] {self.message.title or '—'} | {first}"


@dataclass(frozen=True)
class Deed:
    """Something somebody did about a unit's report ("" for all units), and that the product said was done."""

    at: datetime
    name: str
    unit: str
    occasion: Occasion
    what: What
    zero: bool = False

    def line(self) -> str:
        done = f"{DEEDS[self.what]}{'（零报告）' if self.zero else ''}"
        return f"{self.at:%m-%d %H:%M} ——— {done} {self.occasion.mark}{self.occasion.name} {self.unit}".rstrip()


@dataclass(frozen=True)
class Excuse:
    """A unit that owes nothing on these days, from `at` on."""

    at: datetime
    unit: str
    first: date
    last: date


@dataclass(frozen=True)
class Member:
    """Somebody in a role, from one moment to another."""

    name: str
    role: str
    unit: str
    joined: datetime
    left: datetime | None = None

    def there(self, at: datetime) -> bool:
        return self.joined <= at and (self.left is None or at < self.left)


@dataclass
class Journal:
    shown: list[Shown] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    excuses: list[Excuse] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    beats: list[datetime] = field(default_factory=list)

    def beat(self, at: datetime) -> datetime | None:
        """Return the first heartbeat at or after a moment."""
        place = bisect_left(self.beats, at)
        return self.beats[place] if place < len(self.beats) else None

    def unasked(self) -> Iterator[Shown]:
        """Yield what reached people without their own input."""
        return (each for each in self.shown if each.cause != "answer")

    def done(self, what: What) -> Iterator[Deed]:
        return (each for each in self.deeds if each.what == what)

    def whole(self) -> str:
        """Return everything, a person after the other, each in the order of time."""
        return "\n\n".join(self._page(name) for name in self._names())

    def summary(self) -> str:
        """Return a line for each person."""
        return "\n".join(self._summary(name) for name in self._names())

    def _names(self) -> list[str]:
        return list(dict.fromkeys(member.name for member in self.members))

    def _page(self, name: str) -> str:
        lines: list[Shown | Deed] = [each for each in self.shown if each.name == name]
        lines += [each for each in self.deeds if each.name == name]
        lines.sort(key=lambda each: (each.at, isinstance(each, Deed)))
        return "\n".join([f"===== {self._summary(name)}", *(each.line() for each in lines)])

    def _summary(self, name: str) -> str:
        roles = "、".join(ROLES[member.role] for member in self.members if member.name == name)
        came = Counter(each.cause for each in self.shown if each.name == name)
        did = Counter(deed.what for deed in self.deeds if deed.name == name)
        return "，".join(
            [
                f"{name}（{roles}）：收到定时{came['clock']}条",
                f"通知{came['deed']}条",
                f"答复{came['answer']}条",
                *(f"{DEEDS[what]}{number}次" for what, number in did.items()),
            ]
        )
