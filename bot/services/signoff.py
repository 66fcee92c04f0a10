"""The head's yes or no, and the brigade's: signing, accepting, returning with a reason (requirements: C6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import access, lifecycle
from bot.core.messages import Button, Message
from bot.core.problems import Problem
from bot.forms import FORMS
from bot.services import dialogs, ledger, notices, reports, stamping, subjects
from bot.texts import menu as menu_texts
from bot.texts import reception as desk_texts
from bot.texts import reports as texts
from bot.texts import stamping as stamping_texts
from bot.texts.enrolment import DEPUTY_MARK
from storage import people, posts, standing, submissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.submissions import Filed


def waiting(visit: Visit) -> Message:
    """待我签批: what waits for the visitor's signature; a single report is shown at once."""
    units = access.units_for(visit.roles, "head")
    if not units:
        raise Problem("forbidden")
    rows = submissions.awaiting(visit.work, list(units))
    requests = ledger.waiting(visit, sign=True) if visit.campaign.ledger is not None else 0
    if requests and not rows:
        return ledger.desk(visit, sign=True)
    if len(rows) == 1 and not requests:
        return reports.show(visit, rows[0].id)
    lines = [
        texts.Line(
            f"{reports.what(visit.campaign, filed)}　{filed.number}{texts.corrected_mark(filed.version)}",
            _label(visit, filed, several=len(units) > 1),
            filed.id,
        )
        for filed in rows
    ]
    return texts.to_sign_page(lines, requests)


def _label(visit: Visit, filed: Filed, *, several: bool) -> str:
    """Return a report's name for half a row of buttons; the unit's only for heads of several."""
    occurrence = subjects.of(visit.campaign, filed).occurrence
    return reports.what(visit.campaign, filed) if several else subjects.named(visit.campaign, occurrence)


def sign(visit: Visit, report: int) -> Message:
    """同意报送: the report counts as reported from here on, or goes to be stamped where the paper needs that."""
    filed = reports.exact(visit, report)
    visit.require("report.sign", filed.unit)
    filed = reports.move(visit, filed, "sign", signed_by=visit.person_id, signed_at=visit.work.now)
    name = reports.what(visit.campaign, filed)
    if filed.state == "signed":
        filed = stamping.send_sheet(visit, filed)
        then = stamping_texts.WAITS if filed.state == "signed" else stamping_texts.SENT
    else:
        notice = texts.signed_notice(name, _signer(visit, filed), filed.id)
        notices.tell(visit.work, _filer(visit, filed), f"signed/{filed.id}", notice)
        then = texts.SIGNED
    left = submissions.count_awaiting(visit.work, list(access.units_for(visit.roles, "head")))
    return texts.signed(name, filed.id, then=then, fetch=filed.state == "signed", waiting=left)


def ask_reason(visit: Visit, report: int) -> Message:
    """退回: a report goes back only with a reason, so ask for it first."""
    filed = reports.exact(visit, report)
    reports.after(visit, filed, _way_back(visit, filed))
    about = f"{reports.what(visit.campaign, filed)}（{filed.number}）"
    return dialogs.begin(visit, FORMS["return"], f"return/{filed.id}", {"about": about})


def send_back(visit: Visit, finished: Finished) -> Message:
    """Return the report with the reason the dialog asked for."""
    filed = reports.exact(visit, int(finished.row.subject.partition("/")[2]))
    how = _way_back(visit, filed)
    reason = finished.draft.answers["reason"]
    reports.move(visit, filed, how, returned_by=visit.person_id, returned_at=visit.work.now, reason=reason)
    name = reports.what(visit.campaign, filed)
    notices.tell(
        visit.work,
        _filer(visit, filed),
        f"returned/{filed.id}",
        texts.returned_notice(name, _signer(visit, filed), reason, filed.id),
    )
    return Message(
        f"{name}已退回，原因已告知填报人。",
        title="已退回",
        buttons=((menu_texts.BACK_TO_MENU,),),
        place="next",
    )


def accept(visit: Visit, report: int) -> Message:
    """接收: the brigade takes the report; from here on it stands."""
    filed = reports.exact(visit, report)
    visit.require("report.receive", filed.unit)
    _accept(visit, filed)
    page = reports.show(visit, filed.id)
    return replace(page, buttons=(*_go_on(visit, filed), *page.buttons))


def _go_on(visit: Visit, filed: Filed) -> Iterator[tuple[Button, ...]]:
    """Yield the ways on from an accepted report: to the next of its duty that waits, to the desk."""
    left = [each.id for each in standing.of_duty(visit.work, filed.duty) if each.state == "reported"]
    if left:
        yield (Button(f"{texts.MORE_TO_ACCEPT}（{len(left)}）", f"m:see:{left[0]}", "primary"),)
    at_once = visit.campaign.duty(filed.duty).at_once
    key = filed.duty if at_once else f"{filed.duty}/{filed.period}"
    yield (Button(desk_texts.STATE, f"m:state:{key}"),)


def accept_all(visit: Visit, duty: str, period: str) -> int:
    """全部接收: take every report of the period that is reported; return how many."""
    visit.require("report.receive")
    rows = [filed for filed in submissions.for_period(visit.work, duty, period) if filed.state == "reported"]
    return sum(_accepted(visit, filed) for filed in rows)


def _accepted(visit: Visit, filed: Filed) -> bool:
    """Accept a report unless it has changed in this very moment."""
    try:
        _accept(visit, filed)
    except Problem:
        return False
    return True


def _accept(visit: Visit, filed: Filed) -> None:
    reports.move(visit, filed, "accept", accepted_by=visit.person_id, accepted_at=visit.work.now)


def _way_back(visit: Visit, filed: Filed) -> lifecycle.Move:
    """Return whose return this is: the head's before the signature, the brigade's after it."""
    receives, signs = visit.may("report.receive", filed.unit), visit.may("report.sign", filed.unit)
    if receives and (filed.state == "reported" or not signs):
        return "return"
    visit.require("report.sign", filed.unit)
    return "send_back"


def _signer(visit: Visit, filed: Filed) -> str:
    """Name the visitor as they decide on a report: 李某（代）."""
    stands_in = posts.is_deputy(visit.work, visit.person_id, filed.unit)
    return visit.account.name + (DEPUTY_MARK if stands_in else "")


def _filer(visit: Visit, filed: Filed) -> list[int]:
    """Return who hears what became of a report: who filed it, or the unit's contacts once they have left."""
    contacts = [contact.id for contact in people.members(visit.work, "contact", filed.unit)]
    return [filed.filed_by] if filed.filed_by in contacts else contacts
