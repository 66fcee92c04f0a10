"""An entry of the ledger as the tables show it: what stands under each of their columns.

Leaves out which columns a table has (`exports.ledger`, `exports.public`) and what is said of moves in the chat
(`bot.texts.issues`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from bot.core import issues

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from bot.core.issues import Colour
    from storage.issues import Entry
    from storage.work import Work

#: What keeps an issue from being mended, by the move that said so; the reason follows.
REASONS: Final = {
    "send_back": "退回整改",
    "continue": "持续整改",
    "ask_extension": "申请延期",
    "reopen": "重新整改",
    "take_back": "移交退回",
}
#: What a verification can come to.
VERIFIED: Final = ("close", "send_back", "continue")
AGREED: Final = "同意销号"


@dataclass(frozen=True)
class Scene:
    """What a line is made from besides its entry: the campaign's words, and the day."""

    zone: ZoneInfo
    today: date
    near: date  # the last deadline that is near
    units: Mapping[str, str]
    areas: Mapping[str, str]

    @classmethod
    def of(cls, work: Work) -> Scene:
        """Return that of a transaction; KeyError when the campaign keeps no ledger."""
        campaign = work.campaign
        if campaign.ledger is None:
            raise KeyError("ledger")
        today = work.now.astimezone(campaign.zone).date()
        return cls(
            campaign.zone,
            today,
            campaign.workdays.shift(today, campaign.ledger.yellow),
            {unit.key: unit.name for unit in campaign.every_unit},
            {area.key: area.name for area in campaign.areas},
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in its place. Texts are "" where there is nothing to say."""

    number: int
    entry: Entry
    scene: Scene

    @property
    def unit(self) -> str:
        """The unit's name; its key when it has left the campaign."""
        return self.scene.units.get(self.entry.unit, self.entry.unit)

    @property
    def area(self) -> str:
        """The area's name; its key when it has left the campaign."""
        return self.scene.areas.get(self.entry.area, self.entry.area)

    @property
    def handling(self) -> str:
        """立行立改 or 限期整改."""
        return issues.HANDLING_NAMES[self.entry.handling]

    @property
    def colour(self) -> Colour:
        """How near the deadline is, as `issues.colour` says, without its calendar for each entry."""
        entry, scene = self.entry, self.scene
        if entry.state not in issues.OPEN:
            return ""
        if entry.due < scene.today:
            return "red"
        return "yellow" if entry.due <= scene.near else "blue"

    @property
    def standing(self) -> str:
        """The state, and whose decision is waited for."""
        return issues.standing(self.entry.state, self.entry.asked)

    @property
    def closed(self) -> str:
        """Whether it is closed: the state alone says so."""
        return yes(told=self.entry.state == "closed")

    @property
    def epidemic(self) -> str:
        """Whether it happened in the epidemic."""
        return yes(told=self.entry.epidemic)

    @property
    def due(self) -> date | None:
        """The deadline; what was mended at once has none, unless it was sent back."""
        mended = self.entry.handling == "at_once" and self.entry.due == self.entry.first_due
        return None if mended else self.entry.due

    @property
    def first_due(self) -> date | None:
        """The deadline before it was moved."""
        moved = self.entry.handling == "dated" and self.entry.first_due != self.entry.due
        return self.entry.first_due if moved else None

    @property
    def progress(self) -> str:
        """The latest news of the mending, with its day."""
        _, said = self.newest("progress", "ask_closing")
        text = str(said.get("text") or said.get("result") or "")
        return f"{text}（{self._day(said)}）" if text and said.get("at") else text

    @property
    def mended_on(self) -> date | None:
        """The day by which it was mended, once its head has said that it is."""
        if self.entry.state not in issues.MENDED:
            return None
        said = self.entry.latest.get("ask_closing", {})
        mended_on = said.get("mended_on") or self.entry.answers.get("mended_on")
        return date.fromisoformat(mended_on) if mended_on else None

    @property
    def hindrance(self) -> str:
        """Why it is not mended, and what is to come: while the unit has to act."""
        move, said = self.newest(*REASONS) if self.entry.state in issues.OPEN else ("", {})
        return _reason(move, said)

    @property
    def verified_by(self) -> str:
        """Who verified it last."""
        return str(self.newest(*VERIFIED)[1].get("by", ""))

    @property
    def verified_on(self) -> date | None:
        """When it was verified last."""
        return self._day(self.newest(*VERIFIED)[1])

    @property
    def verdict(self) -> str:
        """What the last verification came to."""
        move, said = self.newest(*VERIFIED)
        return str(said.get("opinion") or AGREED) if move == "close" else _reason(move, said)

    @property
    def transfer(self) -> str:
        """When and to whom it was handed over, what they replied, and whether it came back."""
        latest = self.entry.latest
        parts = []
        if said := latest.get("transfer"):
            document = f"（{said['document']}）" if said.get("document") else ""
            parts.append(f"{said.get('on', '')}移交{said.get('receiver', '')}{document}，{said.get('reason', '')}")
        if said := latest.get("reply"):
            parts.append(f"{said.get('on', '')}回复：{said.get('text', '')}")
        if self.newest("transfer", "take_back")[0] == "take_back":
            parts.append(_reason("take_back", latest["take_back"]))
        return "；".join(parts)

    @property
    def remarks(self) -> str:
        """What else an office notes: continued mending with the day of its next review, a crime."""
        entry = self.entry
        parts = []
        if entry.continuing and entry.state != "closed":
            parts.append("持续整改" + (f"，下次复核{entry.due}" if entry.state in issues.OPEN else ""))
        if entry.criminal:
            parts.append("涉嫌犯罪")
        return "；".join(parts)

    def answer(self, key: str) -> str:
        """Return what was answered when it was entered, or corrected since."""
        return str(self.entry.answers.get(key) or "")

    def newest(self, *moves: str) -> tuple[str, Mapping[str, Any]]:
        """Return the latest of these moves and what was said with it; "" and nothing when there was none.

        Of several at one moment, the last as they are named here.
        """
        latest = self.entry.latest
        made = [(latest[move].get("at", ""), place, move) for place, move in enumerate(moves) if move in latest]
        move = max(made)[2] if made else ""
        return move, latest.get(move, {})

    def _day(self, said: Mapping[str, Any]) -> date | None:
        return datetime.fromisoformat(said["at"]).astimezone(self.scene.zone).date() if said.get("at") else None


def yes(*, told: bool) -> str:
    """Return the word for it."""
    return "是" if told else "否"


def _reason(move: str, said: Mapping[str, Any]) -> str:
    return f"{REASONS[move]}：{said.get('reason', '')}" if move else ""
