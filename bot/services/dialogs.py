"""Dialogs on disk: a draft is read at every input and advanced in the transaction that answers it.

Owns opening, advancing and leaving a dialog. Leaves out what a finished one does (`bot.services.conversation`
hands it to the use case its form belongs to).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot import forms
from bot.core import dialog
from bot.core.messages import Message, Tapped
from bot.core.problems import Problem
from bot.services import known, subjects
from bot.texts import dialogs as texts
from storage import audit, drafts, people
from storage.statements import LARGEST_ID, lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.form import Form
    from bot.core.messages import Event
    from bot.services.visit import Visit
    from storage.drafts import DraftRow


@dataclass(frozen=True, slots=True)
class Finished:
    """A dialog that came to its end: what it was about and the complete, valid answers."""

    row: DraftRow
    form: Form
    draft: dialog.Draft


@dataclass(frozen=True, slots=True)
class Left:
    """A dialog that was put away: "paused" or "cancelled"."""

    how: str
    what: str


Outcome = Message | Finished | Left


def begin(
    visit: Visit,
    form: Form,
    subject: str,
    facts: Mapping[str, Any],
    answers: Mapping[str, Any] | None = None,
    *,
    whole: bool = True,
) -> Message:
    """Open the visitor's dialog on this subject, or go on with the one that is open; return its page.

    `answers` and `whole` are `dialog.begin`'s.
    """
    lock(visit.work, "draft", str(visit.person_id))  # who opens a form on two devices at once has one of it
    row = drafts.open_for(visit.work, visit.person_id, form.name, subject)
    if row is not None:
        return go_on(visit, row)
    draft_id = drafts.create(visit.work, visit.person_id, form.name, subject)
    draft = dialog.begin(form, draft_id, facts, answers or {}, whole=whole)
    drafts.advance(visit.work, draft_id, 0, draft.revision, draft.to_state())
    people.focus(visit.work, visit.account.id, draft_id)
    return dialog.page(form, draft, visit.now)


def go_on(visit: Visit, row: DraftRow) -> Message:
    """Return to an open dialog where it was left."""
    people.focus(visit.work, visit.account.id, row.id)
    form = forms.of(visit.campaign, row.form)
    return dialog.page(form, _draft(visit, row), visit.now)


def own(visit: Visit, draft_id: int) -> DraftRow:
    """Return the visitor's open draft; Problem("dialog_over") when it is closed, or not theirs.

    Problem("handed_over") when it was theirs and somebody else goes on with it.
    """
    row = drafts.load(visit.work, draft_id) if draft_id <= LARGEST_ID else None
    if row is None or row.closed_at is not None:
        raise Problem("dialog_over")
    if row.person_id != visit.person_id:
        passed = (entry.detail for entry in audit.of(visit.work, f"draft:{row.id}") if entry.action == "draft.pass")
        holder = people.find(visit.work, row.person_id)
        was_theirs = any(detail.get("from") == visit.person_id for detail in passed)
        raise Problem("handed_over", name=holder.name) if was_theirs and holder else Problem("dialog_over")
    return row


def advance(visit: Visit, row: DraftRow, event: Event) -> Outcome:
    """Give the dialog one event. What it answers to a finished form is not decided here."""
    form = forms.of(visit.campaign, row.form)
    turn = dialog.step(form, _draft(visit, row), event, visit.now)
    if turn.outcome == "finished":
        return Finished(row, form, turn.draft)
    if turn.outcome == "cancelled":
        drafts.close(visit.work, row.id, "cancelled")
        people.focus(visit.work, visit.account.id, None)
        return Left("cancelled", subjects.title(visit.campaign, form.title, row.subject, row.state))
    if turn.draft.revision != row.revision and not drafts.advance(
        visit.work, row.id, row.revision, turn.draft.revision, turn.draft.to_state()
    ):
        raise Problem("dialog_moved")  # another replica was faster: 0 rows
    if turn.outcome == "paused":
        people.focus(visit.work, visit.account.id, None)
        return Left("paused", subjects.title(visit.campaign, form.title, row.subject, row.state))
    if visit.account.draft_id != row.id:
        people.focus(visit.work, visit.account.id, row.id)
    assert turn.message is not None  # noqa: S101 - a dialog that is asking has a page
    return turn.message


def close(visit: Visit, finished: Finished) -> None:
    """Put away a dialog whose answers have been used, in the transaction that used them."""
    drafts.close(visit.work, finished.row.id, "finished")
    people.focus(visit.work, visit.account.id, None)


def cancel(visit: Visit, row: DraftRow) -> Outcome:
    """What /cancel does: as if 取消 under the current question had been tapped."""
    return advance(visit, row, Tapped(dialog.action(_draft(visit, row), "x")))


def left(outcome: Left) -> str:
    """Say what became of a dialog that was left."""
    return (
        texts.PAUSED.format(what=outcome.what) if outcome.how == "paused" else texts.CANCELLED.format(what=outcome.what)
    )


def _draft(visit: Visit, row: DraftRow) -> dialog.Draft:
    draft = dialog.Draft.from_state(row.id, row.revision, row.state)
    return replace(draft, facts={**draft.facts, **known.renewed(visit, row.form, row.subject, draft.facts)})
