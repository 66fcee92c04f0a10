"""Small campaigns for tests of the core."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from bot.core.campaign import Campaign

if TYPE_CHECKING:
    from collections.abc import Iterable

FRIDAY_LADDER = (
    {"day": -1, "at": "16:00", "kind": "notice", "to": ["contact"]},
    {"at": "08:30", "kind": "prompt", "to": ["contact"]},
    {"at": "11:00", "kind": "nudge", "to": ["contact", "head"]},
    {"at": "12:00", "kind": "missing", "to": ["brigade"]},
    {"at": "12:00", "kind": "overdue", "to": ["contact", "head"]},
)

ENTRY_LADDER = (
    {"day": -3, "at": "09:00", "to": ["contact"]},
    {"day": -1, "at": "09:00", "to": ["contact"]},
    {"day": 0, "at": "09:00", "to": ["contact"]},
    {"day": 1, "every_day_after": True, "at": "09:00", "to": ["contact"]},
    {"day": 3, "at": "09:00", "to": ["head", "brigade"]},
    {"day": 7, "at": "09:00", "to": ["leader"]},
)
AREA = {"key": "rules", "name": "执法监督", "items": ["案卷评查"]}


def weekly(**changes: object) -> dict[str, Any]:
    rule = {"key": "weekly", "name": "每周工作信息", "form": "weekly", "every": "friday", "by": "12:00"}
    return {**rule, "ladder": FRIDAY_LADDER, **changes}


def ledger(**changes: object) -> dict[str, Any]:
    lists = {"sources": ["自查"], "kinds": ["不作为"], "severities": ["一般"]}
    receivers = {"discipline": ["区纪委监委"], "judicial": ["公安机关"]}
    return {"earliest": date(2016, 1, 1), **lists, **receivers, "ladder": ENTRY_LADDER, **changes}


def make(  # the ingredients of a campaign
    start: date,
    end: date,
    *,
    duties: Iterable[dict[str, Any]] = (),
    zone: str = "Asia/Shanghai",
    quiet: tuple[str, str] | None = None,
    off: Iterable[date] = (),
    on: Iterable[date] = (),
    units: int = 3,
    ledger: dict[str, Any] | None = None,
    stages: Iterable[dict[str, Any]] = (),
) -> Campaign:
    heading = {"key": "c", "title": "整治", "bureau": "某局", "zone": zone, "start": start, "end": end}
    return Campaign.model_validate(
        {
            "campaign": heading,
            "stages": list(stages),
            "units": [{"key": f"u{number}", "name": f"单位{number}"} for number in range(units)],
            "areas": [AREA] if ledger else [],
            "duties": list(duties) or [weekly()],
            "ledger": ledger,
            "quiet": {"from": quiet[0], "to": quiet[1]} if quiet else None,
            "workdays": {"off": sorted(off), "on": sorted(on)},
        }
    )
