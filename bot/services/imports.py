"""导入台账: an existing ledger, checked row by row, entered only on confirmation, and never twice (plan: L1-L4).

Reading a file takes too long for a transaction: `take` writes it down, `scheduler.imports` reads it, `checked` keeps
what was found and tells whoever sent it, `confirm` enters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, time
from typing import TYPE_CHECKING, Any, Final

from bot.core import access
from bot.core.deadlines import instant
from bot.core.entries import due_of
from bot.core.ledger_rows import Row, Terms, Verdict, from_json, to_json
from bot.core.problems import Problem
from bot.core.sheet import Misfit
from bot.forms.issue import AT_ONCE, ISSUE
from bot.forms.ledger_row import DESCRIPTION, LEDGER_ROW
from bot.services import issues, notices
from bot.texts import imports as texts
from storage import audit, imports, people
from storage import issues as stored
from storage.statements import lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.issues import State
    from bot.core.ledger_rows import Fault
    from bot.core.messages import Message
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.imports import Import
    from storage.issues import Entry
    from storage.work import Work

#: The time of day a table does not tell.
NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file to be checked, and what holds for its sender."""

    id: int
    sha256: str
    terms: Terms


def _reach(roles: access.Roles, work: Work) -> tuple[str, ...]:
    """Return the units somebody may enter problems of."""
    reach = access.reach(roles, "issue.enter")
    return tuple(unit.key for unit in work.campaign.units if reach is None or unit.key in reach)


# ── Sending a file ───────────────────────────────────────────────────────


def take(visit: Visit, finished: Finished) -> Message:
    """Take the file of a finished dialog; it is checked soon."""
    issues.ledger_of(visit.campaign)
    _require_any(visit)
    [file] = finished.draft.answers["table"]
    imports.add(visit.work, visit.person_id, file["sha256"], file["name"])
    return texts.taken(file["name"])


def template(visit: Visit) -> Message:
    """导入模板: a workbook to fill in, made for the units of whoever asks."""
    issues.ledger_of(visit.campaign)
    _require_any(visit)
    reach = access.reach(visit.roles, "issue.enter")
    return texts.template("*" if reach is None else ",".join(reach))


def _require_any(visit: Visit) -> None:
    if not _reach(visit.roles, visit.work):
        raise Problem("forbidden")


# ── Checking it, outside any transaction ─────────────────────────────────


def waiting(work: Work) -> list[Sent]:
    """Return the files to be checked, with what their senders may enter by now."""
    found = imports.waiting(work)
    roles = {member.id: member.roles for member in people.everyone(work)} if found else {}
    return [Sent(each.id, each.sha256, terms(work, roles.get(each.person_id, ()))) for each in found]


def terms(work: Work, roles: access.Roles) -> Terms:
    """Return what holds for a file of somebody with these roles, today."""
    campaign = work.campaign
    return Terms(
        form=LEDGER_ROW,
        facts={**campaign.ledger_lists, "units": [[unit.key, unit.name] for unit in campaign.units]},
        own=_reach(roles, work),
        verifies=access.may(roles, "issue.verify"),
        now=work.now.astimezone(campaign.zone),
        example=DESCRIPTION,
    )


def checked(work: Work, import_id: int, verdict: Verdict[Row] | Misfit) -> bool:
    """Keep what was found in a file, or why it was refused, and tell its sender; False when somebody was faster."""
    sent = imports.get(work, import_id)
    if sent is None or sent.state != "waiting":
        return False
    if isinstance(verdict, Misfit):
        why = texts.refusal(verdict)
        moved = imports.move(work, sent.id, "waiting", "failed", faults=[[0, "", why]], checked_at=work.now)
        message = texts.failed(sent.name, why)
    else:
        found = _compare(work, verdict)
        kept = [[fault.row, fault.column, fault.reason] for fault in found.faults]
        moved = imports.move(
            work, sent.id, "waiting", "checked", rows=to_json(found.new), faults=kept, checked_at=work.now
        )
        message = texts.checked(
            sent.id,
            sent.name,
            count=verdict.count,
            good=len(found.new),
            known=found.known,
            wrong=len({fault.row for fault in found.faults}),
            faults=[texts.fault(fault.row, fault.column, fault.reason) for fault in found.faults],
            unread=verdict.unread,
        )
    if moved:
        notices.tell(work, [sent.person_id], f"import/{sent.id}/checked", message, asked=True)
    return moved


@dataclass(frozen=True, slots=True)
class _Compared:
    """A verdict beside the ledger: what is new, the numbers of what is known, and what is wrong, by row."""

    new: list[Row]
    known: list[str]
    faults: list[Fault]


def _compare(work: Work, verdict: Verdict[Row]) -> _Compared:
    """Part what can be entered from what is on the ledger already, which is no fault, whoever sends it."""
    marks = {row.mark for row in verdict.rows} | {fault.mark for fault in verdict.faults}
    known = stored.known(work, marks - {""})
    return _Compared(
        new=[row for row in verdict.rows if row.mark not in known],
        known=sorted(known.values()),
        faults=[fault for fault in verdict.faults if fault.mark not in known],
    )


# ── Entering it ──────────────────────────────────────────────────────────


def confirm(visit: Visit, import_id: int) -> Message:
    """确认录入: enter the good rows of a checked file, but for those that are on the ledger by now.

    Problem("import_passed") when that has been done, Problem("forbidden") when a row is no longer the sender's to
    enter.
    """
    lock(visit.work, "ledger import")
    sent = _own(visit, import_id)
    rows = list(from_json(sent.rows))
    _require_all(visit, rows)
    _move(visit, sent, "entered", entered_at=visit.work.now)
    known = stored.known(visit.work, (row.mark for row in rows))
    entered = [_enter(visit, sent, row) for row in rows if row.mark not in known]
    audit.note(visit.work, visit.person_id, "ledger.import", f"import:{sent.id}", entries=len(entered))
    _tell_units(visit, sent, entered)
    return texts.entered([entry.number for entry in entered], len(rows) - len(entered))


def drop(visit: Visit, import_id: int) -> Message:
    """放弃: enter nothing."""
    sent = _own(visit, import_id)
    _move(visit, sent, "dropped")
    return texts.dropped(sent.name)


def _own(visit: Visit, import_id: int) -> Import:
    """Return the visitor's checked file; Problem("gone") for another's, Problem("import_passed") once it is decided."""
    sent = imports.get(visit.work, import_id)
    if sent is None or sent.person_id != visit.person_id:
        raise Problem("gone")
    if sent.state != "checked":
        raise _passed(sent.state)
    return sent


def _move(visit: Visit, sent: Import, state: str, **values: object) -> None:
    if not imports.move(visit.work, sent.id, "checked", state, **values):
        raise _passed(state)


def _passed(state: str) -> Problem:
    return Problem("import_passed", state=texts.STATES[state])


def _require_all(visit: Visit, rows: Sequence[Row]) -> None:
    """Ask for the right to every row, as it is now."""
    for unit in {row.answers["unit"] for row in rows}:
        visit.require("issue.enter", unit)
        if all(unit != each.key for each in visit.campaign.units):
            raise Problem("forbidden")
    if any(row.answers.get("closed") for row in rows):
        visit.require("issue.verify")


def _enter(visit: Visit, sent: Import, row: Row) -> Entry:
    unit = row.answers["unit"]
    answers = ISSUE.live({key: value for key, value in row.answers.items() if key != "unit"})
    return stored.enter(
        visit.work,
        stored.New(
            unit=unit,
            handling=answers["handling"],
            criminal=False,
            due=due_of(answers, visit.now.date(), visit.campaign.workdays),
            **issues.described(unit, answers),
        ),
        series=visit.campaign.unit(unit).series,
        by=visit.person_id,
        state=_state(row.answers),
        latest=dict(_latest(visit, row.answers)),
        detail={"import": sent.name, "row": row.number},
    )


def _state(answers: Mapping[str, Any]) -> State:
    """Return where a row stands: closed, begun, or only found."""
    if answers.get("closed"):
        return "closed"
    begun = answers["handling"] == AT_ONCE or answers.get("progress") or answers.get("finished_on")
    return "mending" if begun else "found"


def _latest(visit: Visit, answers: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what has become of a row, as the moves that would have led there."""
    news = [answers.get("progress", ""), texts.finished(answers["finished_on"]) if "finished_on" in answers else ""]
    if any(news):
        yield "progress", issues.said(visit, {"text": "\n".join(filter(None, news))})
    if not answers.get("closed"):
        return
    if mended := answers.get("mended_on") or answers.get("finished_on"):
        result = answers.get("progress") or answers["measures"]
        yield "ask_closing", issues.said(visit, {"criminal": False, "result": result, "mended_on": mended})
    opinion = {"opinion": answers["result"]} if "result" in answers else {}
    yield "close", issues.said(visit, {**opinion, **_verified(visit, answers)})


def _verified(visit: Visit, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return who verified a closed row and when, as far as it says so."""
    said = {"by": answers["verified_by"]} if "verified_by" in answers else {}
    if day := answers.get("verified_on"):
        at = instant(date.fromisoformat(day), NOON, visit.campaign.zone)
        said |= {"day": day, "at": at.astimezone(UTC).isoformat()}
    return said


def _tell_units(visit: Visit, sent: Import, entered: Sequence[Entry]) -> None:
    """Tell the contacts of other units what they have to mend."""
    by_unit: dict[str, list[str]] = defaultdict(list)
    for entry in entered:
        if entry.state != "closed" and not visit.may("issue.mend", entry.unit):
            by_unit[entry.unit].append(entry.number)
    for unit, numbers in by_unit.items():
        contacts = [member.id for member in people.members(visit.work, "contact", unit)]
        message = texts.unit_notice(numbers, visit.account.name)
        notices.tell(visit.work, contacts, f"import/{sent.id}/entered@{unit}", message)
