"""What somebody has in hand for a unit: forms begun and notices under way, and where they go when a role ends.

A form belongs to the role that can file it. Forms go to whoever takes over; where they have one of the same kind on the
same subject, theirs stays and the leaver's is put away, kept with its record. Reminders not sent yet are dropped: the
planner decides anew for each person, so the successor is reminded of whatever still matters. All other notices not
sent yet are addressed to the successor. Nothing is taken from somebody who stays in the unit in another role.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core import access
from storage import audit, drafts, issues, outbox, people, posts, submissions
from storage.statements import LARGEST_ID, lock

if TYPE_CHECKING:
    from storage.drafts import DraftRow
    from storage.work import Work

#: The forms a head fills in, and those nobody in a unit does; all others about a unit are its contacts'.
HEAD_FORMS: Final = frozenset({"return", "issue_refuse", "issue_sign_together"})
BUREAU_FORMS: Final = frozenset({"excuse"})
#: What stands before a report's id in a form's subject or a notice's key.
_OF_REPORT: Final = frozenset({"return", "stamp", "stamped", "sheet", "sign", "signed", "returned", "withdrawn"})
#: Of "weekly/2020-W28/notice@nongji", a rung of a duty's ladder.
_RUNG: Final = 3


@dataclass(slots=True)
class Passed:
    """What became of the forms somebody had begun: their ids."""

    moved: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    @property
    def record(self) -> dict[str, list[int]]:
        """Return what the audit row keeps."""
        named = {"drafts_moved": self.moved, "drafts_closed": self.closed, "drafts_kept": self.kept}
        return {name: ids for name, ids in named.items() if ids}


def leave(work: Work, leaver: int, role: str, unit: str, to: int | None, by: int | None) -> Passed:
    """Pass on what a leaver has in hand for a role in a unit; without anybody to take it, forms stay theirs."""
    passed = Passed()
    held = people.find(work, leaver)
    roles = held.roles if held else ()
    if not unit:
        if not roles:
            _drop_notices(work, leaver)
        return passed
    _hold(work, leaver, to or leaver)
    for row in begun(work, leaver, role, unit):
        _pass(work, row, to, by, passed)
    units = {own for _, own in roles if own}
    if unit not in units:
        _pass_notices(work, leaver, unit, to, elsewhere=bool(units))
    return passed


def pick_up(work: Work, person_id: int, role: str, unit: str, by: int | None) -> Passed:
    """Give whoever takes up a vacant role in a unit what those before them had begun, and nobody could take over.

    Who may file for any unit by now goes on with theirs.
    """
    passed = Passed()
    if not unit:
        return passed
    holding = {each.id for each in people.members(work, role, unit)}
    left = [former for former in posts.ever(work, role, unit) if former not in holding]
    if left:
        _hold(work, person_id, *left)
    for former in left:
        found = people.find(work, former)
        if found is not None and not access.may(found.roles, "report.file_for"):
            for row in begun(work, former, role, unit):
                _pass(work, row, person_id, by, passed)
    return passed


def _hold(work: Work, *persons: int) -> None:
    """Let none of them open a form meanwhile."""
    for person in sorted(set(persons)):
        lock(work, "draft", str(person))


def begun(work: Work, person_id: int, role: str, unit: str) -> list[DraftRow]:
    """Return the open forms a person has begun in this role for this unit."""
    return [
        row
        for row in drafts.of_person(work, person_id)
        if row.form not in BUREAU_FORMS
        and (row.form in HEAD_FORMS) == (role == "head")
        and unit_of(work, row.subject, row.state) == unit
    ]


def _pass(work: Work, row: DraftRow, to: int | None, by: int | None, passed: Passed) -> None:
    if to is None:
        passed.kept.append(row.id)
        return
    if drafts.open_for(work, to, row.form, row.subject) is not None:
        if drafts.close(work, row.id, "superseded"):
            passed.closed.append(row.id)
    elif drafts.hand_over(work, row.id, to):  # it may have been finished in this moment
        audit.note(work, by, "draft.pass", f"draft:{row.id}", **{"from": row.person_id, "to": to})
        passed.moved.append(row.id)
    people.unfocus(work, row.id)


def _drop_notices(work: Work, leaver: int) -> None:
    """Let nothing that has not been sent yet tell of the bureau to somebody who has no part in it any more."""
    for notice, _ in outbox.waiting(work, leaver):
        outbox.drop(work, notice, "handed over")


def _pass_notices(work: Work, leaver: int, unit: str, to: int | None, *, elsewhere: bool) -> None:
    """Readdress or drop what has not been sent. A reminder may speak of the leaver's other units: then it stays."""
    for notice, key in outbox.waiting(work, leaver):
        if unit_of(work, key, {}) != unit:
            continue
        if _is_rung(work, key):
            if not elsewhere:
                outbox.drop(work, notice, "handed over")
        elif to is None or not outbox.readdress(work, notice, to):
            outbox.drop(work, notice, "handed over")


def _is_rung(work: Work, key: str) -> bool:
    parts = key.partition("@")[0].split("/")
    return len(parts) == _RUNG and any(parts[0] == duty.key for duty in work.campaign.duties)


def unit_of(work: Work, about: str, state: dict[str, Any]) -> str:
    """Return the unit a form's subject or a notice's key is about: "weekly/2020-W28@nongji", "return/12"; "" for none.

    `state` is the form's: a new entry of the ledger names its unit only there.
    """
    if "@" in about:
        return about.rpartition("@")[2]
    kind, _, rest = about.partition("/")
    first = rest.partition("/")[0]
    if kind == "issue" and first == "new":
        return str(state.get("answers", {}).get("unit") or state.get("facts", {}).get("unit") or "")
    if kind not in {*_OF_REPORT, "issue"} or not first.isdigit() or int(first) > LARGEST_ID:
        return ""
    found = issues.get(work, int(first)) if kind == "issue" else submissions.get(work, int(first))
    return found.unit if found is not None else ""
