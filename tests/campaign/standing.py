"""Where a unit stands with a report at a moment, told from what people did: nothing else is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tests.campaign.journal import Deed, Journal
    from tests.campaign.plan import Occasion

#: Who has to act: the contact ("owed": nothing came, or it came back), the head, the contact again with a stamp; or
#: nobody, because it is in or because the unit is excused.
State = Literal["owed", "to sign", "to stamp", "in", "excused"]


@dataclass
class Version:
    """One version of a report, and what has become of it."""

    waits: State = "owed"
    reported: datetime | None = None


@dataclass
class Standings:
    journal: Journal

    def state(self, occasion: Occasion, unit: str, at: datetime) -> State:
        versions = self._versions(occasion, unit, at)
        newest = versions[-1] if versions else Version()
        # While a correction is on its way, what was reported before goes on counting.
        if newest.waits == "in" or (newest.waits != "owed" and any(each.reported for each in versions)):
            return "in"
        if newest.waits != "owed":
            return newest.waits
        return "excused" if self.excused(occasion, unit, at) else "owed"

    def outcome(self, occasion: Occasion, unit: str, at: datetime) -> str:
        """Return how the unit's report counts: 按时, 迟报, 未报, 免报, or on its way 待签批, 待盖章."""
        state = self.state(occasion, unit, at)
        if state == "in":
            first = next(each.reported for each in self._versions(occasion, unit, at) if each.reported)
            return "按时" if first <= occasion.due else "迟报"
        if state == "owed" and self._versions(occasion, unit, at):
            return "已退回"
        return {"owed": "未报", "excused": "免报", "to sign": "待签批", "to stamp": "待盖章"}[state]

    def excused(self, occasion: Occasion, unit: str, at: datetime) -> bool:
        return any(
            each.unit == unit and each.first <= occasion.due.date() <= each.last
            for each in self.journal.excuses
            if each.at <= at
        )

    def _versions(self, occasion: Occasion, unit: str, at: datetime) -> list[Version]:
        versions: list[Version] = []
        for deed in self._deeds(occasion, unit, at):
            match deed.what:
                case "filed":
                    versions.append(_next(deed, done=()))
                case "filed for":  # with the paper in hand: there is nothing to wait for
                    versions.append(Version("in", deed.at))
                case "signed":
                    versions[-1] = _next(deed, done=("sign_off",))
                case "stamped":
                    versions[-1] = _next(deed, done=("sign_off", "stamp"))
                case "returned":
                    versions[-1] = Version()
                case _:
                    pass
        return versions

    def _deeds(self, occasion: Occasion, unit: str, at: datetime) -> Iterable[Deed]:
        deeds = (each for each in self.journal.deeds if each.unit == unit and each.occasion == occasion)
        return (each for each in deeds if each.at <= at)


def _next(deed: Deed, done: tuple[str, ...]) -> Version:
    """Return a version that waits for the next thing its duty needs; reported when there is none."""
    left = [need for need in ("sign_off", "stamp") if need in deed.occasion.needs and need not in done]
    if left:
        return Version("to sign" if left[0] == "sign_off" else "to stamp")
    return Version("in", deed.at)
