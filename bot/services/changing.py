"""Changing in the chat what the campaign file says: one change at a time, checked, written down, and true at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.campaign_changes import Change, as_far_as_possible, changed
from bot.core.problems import Problem
from storage import audit, overrides
from storage.statements import lock

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from bot.services.visit import Visit


def hold(visit: Visit) -> Campaign:
    """Let nobody else change the campaign until this transaction ends; return it with what they have changed."""
    lock(visit.work, "campaign")
    visit.work.campaign = as_far_as_possible(visit.work.file, overrides.every(visit.work))
    return visit.campaign


def change(visit: Visit, made: Change, action: str) -> None:
    """Write a change down, with its audit row; what follows in this transaction sees the campaign as it is then.

    Problem("change_unfit") when it would contradict the rest. Only after `hold`.
    """
    try:
        after = changed(visit.campaign, [made])
    except ValueError:
        raise Problem("change_unfit") from None
    overrides.add(visit.work, made, visit.person_id)
    audit.note(visit.work, visit.person_id, action, f"{made.kind}:{made.key}", **made.value)
    visit.work.campaign = after
