"""What reminders of the entries' own deadlines say (plan: L5).

Owns the sentences and buttons of a letter; its length does not depend on how many entries there are. Leaves out who
gets one and when (`bot.core.issue_reminders`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.issues import ASKED_NAMES, TO_SIGN, colour, overdue
from bot.core.messages import Button, Message
from bot.core.plain_text import one_line
from bot.texts import moments
from bot.texts.issues_marks import left, mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from bot.core.campaign import Campaign
    from bot.core.issue_reminders import Letter, Pending
    from bot.core.messages import Rows

#: Units that a list over all of them counts one by one.
_UNITS: Final = 20
_BRIEF, _NAME, _LABEL = 40, 20, 10
_TO_THE_HEAD: Final = "待负责人签批"


def words(letter: Letter, campaign: Campaign, today: date, descriptions: Mapping[int, str]) -> Message:
    """Return a letter as it is true today; `descriptions` holds, by id, those of the entries it names."""
    page = _Page(letter, campaign, today, descriptions)
    return Message(
        text="\n".join(page.to_unit() if letter.unit else page.to_bureau()),
        title=f"整改时限提醒（{moments.day(today)}）",
        buttons=page.buttons(),
    )


class _Page:
    """One letter being written."""

    def __init__(self, letter: Letter, campaign: Campaign, today: date, descriptions: Mapping[int, str]) -> None:
        self._letter = letter
        self._campaign = campaign
        self._today = today
        self._descriptions = descriptions
        self._named = letter.named
        self._late = sum(self._is_late(entry) for entry in letter.entries)

    def to_unit(self) -> Iterator[str]:
        """Say what a unit's contact or head has to act on."""
        every = self._letter.entries
        to_sign = [entry for entry in every if self._to_sign(entry)]
        parts = []
        if number := len(every) - len(to_sign):
            parts.append(f"{number}件问题{self._urge()}")
        if to_sign:
            parts.append(f"{len(to_sign)}件申请等您签批")
        yield f"{self._unit(self._letter.unit)}有{'，'.join(parts)}。"
        if counts := self._counts(every):
            yield f"其中{counts}。"
        yield ""
        yield from map(self._line, self._named)
        if len(every) > len(self._named):
            yield f"以上是时限最早的{len(self._named)}件，其余请点下面的按钮查看。"

    def to_bureau(self) -> Iterator[str]:
        """Say how many of which units, and name the worst of them."""
        every, units = self._letter.entries, self._letter.by_unit
        what = "已过整改时限" if self._late == len(every) else "需要关注"
        ask = "请督促整改" if "brigade" in self._letter.roles else "请予关注"
        yield f"{len(units)}个单位有{len(every)}件问题{what}，{ask}。"
        yield ""
        for unit, entries in list(units.items())[:_UNITS]:
            yield f"【{self._unit(unit)}】{len(entries)}件"
            yield from (self._line(entry) for entry in self._named if entry.unit == unit)
        if rest := list(units.values())[_UNITS:]:
            yield f"另有{len(rest)}个单位{sum(map(len, rest))}件。"

    def buttons(self) -> Rows:
        """Offer the entries it names, and the lists with the others."""
        rows = [(Button(self._label(entry), f"m:issue:{entry.id}"),) for entry in self._named]
        lists = self._lists() if len(self._letter.entries) > len(self._named) else ()
        return (*rows, lists) if lists else tuple(rows)

    def _lists(self) -> tuple[Button, ...]:
        where = f":{self._letter.unit}" if self._letter.unit else ""
        late, near = Button("全部逾期", f"m:list:l{where}"), Button("即将到期", f"m:list:s{where}")
        every = len(self._letter.entries)
        return (*([late] if self._late else []), *([near] if self._late < every else []))

    def _urge(self) -> str:
        ask = "请督促" if self._letter.roles == {"head"} else "请"
        if self._late == len(self._letter.entries):
            return f"已过整改时限，{ask}尽快整改"
        return f"{ask}抓紧整改" if self._late else f"{ask}按时限整改"

    def _counts(self, entries: Sequence[Pending]) -> str:
        """Say how many are late, due today, and near; "" when they are all the same."""
        today = sum(entry.due == self._today for entry in entries)
        counts = {"已逾期": self._late, "今天到期": today, "未到期": len(entries) - self._late - today}
        said = [f"{name}{number}件" for name, number in counts.items() if number]
        return "，".join(said) if len(said) > 1 else ""

    def _line(self, entry: Pending) -> str:
        workdays, ledger = self._campaign.workdays, self._campaign.ledger
        near = colour(entry.state, entry.due, self._today, workdays, ledger.yellow if ledger else 0)
        parts = [left(entry.state, entry.due, self._today, workdays), f"时限{self._day(entry.due)}"]
        if entry.asked:
            parts.append(self._asked(entry))
        return f"{mark(near)} {entry.number}：{self._brief(entry, _BRIEF)}（{'，'.join(parts)}）"

    def _asked(self, entry: Pending) -> str:
        name = ASKED_NAMES[entry.asked]
        return f"{name.removesuffix(_TO_THE_HEAD)}等您签批" if self._to_sign(entry) else name

    def _label(self, entry: Pending) -> str:
        return f"{entry.number} {self._brief(entry, _LABEL)}"

    def _brief(self, entry: Pending, room: int) -> str:
        return one_line(self._descriptions.get(entry.id, ""), room)

    def _to_sign(self, entry: Pending) -> bool:
        return "head" in self._letter.roles and entry.asked in TO_SIGN

    def _is_late(self, entry: Pending) -> bool:
        return overdue(entry.state, entry.due, self._today)

    def _day(self, value: date) -> str:
        return moments.day(value) if value.year == self._today.year else f"{value.year}年{moments.day(value)}"

    def _unit(self, key: str) -> str:
        """Name a unit; by its key when the campaign file has it no more: its entries are still there."""
        return one_line(self._campaign.unit_name(key), _NAME)
