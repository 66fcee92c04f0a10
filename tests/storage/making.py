"""Entries of the ledger for tests of the storage."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.entries import fingerprint, search_text
from bot.core.issues import after
from storage import issues
from storage.issues import Entry, New

if TYPE_CHECKING:
    from bot.core.issues import Asked, Move, State
    from storage.work import Work

FOUND = date(2020, 7, 6)


def new(description: str = "检查笔录缺少签字", unit: str = "nongji", **changes: object) -> New:
    answers = {
        "item": "rules/行政执法三项制度",
        "source": "自查",
        "kind": "慢作为",
        "severity": "一般",
        "description": description,
        "handling": "dated",
        "measures": "补正材料",
        "responsible": "张某",
        "phone": "13800000000",
    }
    values: dict[str, Any] = {
        "unit": unit,
        "area": "rules",
        **{key: answers[key] for key in ("item", "source", "kind", "severity", "handling")},
        "epidemic": False,
        "criminal": False,
        "found_on": FOUND,
        "happened_on": FOUND,
        "due": FOUND + timedelta(14),
        "answers": answers,
        "search": search_text(answers),
        "fingerprint": fingerprint(unit, FOUND.isoformat(), description),
    }
    return New(**(values | changes))


def enter(  # an entry that may be anywhere
    work: Work, by: int, made: New | None = None, state: State = "found", asked: Asked = ""
) -> Entry:
    made = made or new()
    return issues.enter(work, made, series=work.campaign.unit(made.unit).series, by=by, state=state, asked=asked)


def change(
    work: Work,
    seen: Entry,
    name: str,
    by: int,
    state: State,
    asked: Asked = "",
    /,
    **values: Any,  # noqa: ANN401 - as it is
) -> bool:
    """Change an entry as it was seen, whatever the rules say."""
    return issues.change(work, seen, move=name, by=by, state=state, asked=asked, **values)


def move(work: Work, issue_id: int, name: Move, by: int, /, **values: object) -> Entry:
    """Make a move the rules permit, on the entry as it is."""
    entry = issues.get(work, issue_id)
    assert entry is not None
    state, asked = after(entry.state, entry.asked, name)
    assert change(work, entry, name, by, state, asked, **values)
    changed = issues.get(work, issue_id)
    assert changed is not None
    return changed
