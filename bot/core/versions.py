"""What one version of a report says otherwise than the one before: answer by answer, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that is another; None: there was none, or there is none any more."""

    key: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any], order: Sequence[str] = ()) -> tuple[Change, ...]:
    """Return what makes `after` of `before`: the keys in `order` first, then the others by name."""
    others = sorted((before.keys() | after.keys()).difference(order))
    found = (Change(key, before.get(key), after.get(key)) for key in (*order, *others))
    return tuple(each for each in found if each.before != each.after)


def files_changed(change: Change) -> tuple[list[str], list[str]]:
    """Return the names of the files added and removed, where answers are files: FileRef.to_json() shapes."""
    before = {each["sha256"]: each["name"] for each in change.before or ()}
    after = {each["sha256"]: each["name"] for each in change.after or ()}
    added = [name for sha256, name in after.items() if sha256 not in before]
    return added, [name for sha256, name in before.items() if sha256 not in after]
