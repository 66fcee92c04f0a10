"""A form being filled in: what is kept between two inputs, and the actions of its buttons.

Leaves out what an input does to it (`bot.core.dialog`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from bot.core.messages import ACTION_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where a draft stands once every question is answered.
REVIEW: Final = "@review"
#: A row's id and a revision have at most so many digits (a signed 64-bit integer).
_DIGITS: Final = 19

#: What lies over the page for one answer: "cancel" asks whether really, "change" which answer.
Over = Literal["", "cancel", "change"]


@dataclass(frozen=True, slots=True)
class Draft:
    """One person's answers so far. `at` is a field's key or REVIEW; `scratch` what the question holds.

    `changing`: the answer at hand was picked on the review page and leads back to it. `zero`: finished by
    the zero report. `since`: the revision at which the present page was first shown. All but `id` and
    `revision` is JSON, kept as one column.
    """

    id: int
    revision: int
    form: str
    version: int
    at: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    scratch: Any = None
    changing: bool = False
    over: Over = ""
    zero: bool = False
    since: int = 0

    def to_state(self) -> dict[str, Any]:
        """Return the JSON column; what is as at the beginning is left out."""
        state: dict[str, Any] = {"form": self.form, "version": self.version, "at": self.at}
        for name in ("answers", "facts"):
            if value := getattr(self, name):
                state[name] = dict(value)
        if self.skipped:
            state["skipped"] = list(self.skipped)
        if self.scratch is not None:
            state["scratch"] = self.scratch
        for name in ("changing", "over", "zero", "since"):
            if value := getattr(self, name):
                state[name] = value
        return state

    @classmethod
    def from_state(cls, draft_id: int, revision: int, state: Mapping[str, Any]) -> Draft:
        """Return the draft `to_state` described; TypeError or KeyError on another shape."""
        return cls(draft_id, revision, **{**state, "skipped": tuple(state.get("skipped", ()))})


class Action(NamedTuple):
    """A dialog button's action, taken apart."""

    draft_id: int
    revision: int
    move: str
    arg: str


def action(draft: Draft, move: str) -> str:
    """Return the action of a button on this draft's present page; `move` may carry an argument ("o:2")."""
    return f"d:{draft.id}:{draft.revision}:{move}"


def parse_action(text: str) -> Action | None:
    """Take apart a dialog button's action; None when it is none."""
    if len(text) > ACTION_BYTES or not text.startswith("d:"):
        return None
    parts = text.split(":", 4)
    if len(parts) < 4 or not (_whole(parts[1]) and _whole(parts[2]) and parts[3]):  # noqa: PLR2004 - d, id, revision, move
        return None
    return Action(int(parts[1]), int(parts[2]), parts[3], parts[4] if len(parts) > 4 else "")  # noqa: PLR2004


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS
