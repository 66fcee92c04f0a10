"""The sheet a head has signed off: printed, signed and stamped by the unit, and its copy back into the report (C6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import lifecycle
from bot.core.messages import Attachment, Message
from bot.core.problems import Problem
from bot.forms import FORMS
from bot.services import dialogs, notices, reports
from bot.texts import stamping as texts
from storage import people

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.submissions import Filed


def send_sheet(visit: Visit, filed: Filed) -> Filed:
    """Bring the sheet to a contact in reach, and move on; with nobody in reach it waits until it is fetched."""
    message = texts.sheet(
        reports.what(visit.campaign, filed),
        signed_by=filed.signed_by_name,
        code=filed.code,
        report=filed.id,
        upload=True,
        attachment=_sheet(visit.campaign, filed),
    )
    told = notices.tell(visit.work, _printers(visit, filed), f"sheet/{filed.id}", message)
    return reports.move(visit, filed, "print") if told else filed


def _printers(visit: Visit, filed: Filed) -> list[int]:
    """Return who is to print it: who filed it, or else every contact in reach."""
    reached = [each.id for each in people.members(visit.work, "contact", filed.unit) if each.reachable]
    return [filed.filed_by] if filed.filed_by in reached else reached


def _sheet(campaign: Campaign, filed: Filed) -> Attachment:
    name = texts.sheet_name(reports.what(campaign, filed), filed.version)
    return Attachment("table", f"sheet/{filed.id}", name, about=f"submission:{filed.id}")


def fetch(visit: Visit, report: int) -> Message:
    """取打印件: the sheet of the newest version; once somebody of the unit has it, the stamped copy is waited for."""
    filed = reports.current(visit, report)
    if "stamp" not in visit.campaign.duty(filed.duty).needs:
        raise Problem("no_sheet", report=filed.id)
    if filed.state not in lifecycle.PRINTED:
        raise Problem("sheet_not_now", state=lifecycle.NAMES[filed.state], report=filed.id)
    stamps = visit.may("report.stamp", filed.unit)
    if stamps and filed.state == "signed":
        filed = reports.move(visit, filed, "print")
    return texts.sheet(
        reports.what(visit.campaign, filed),
        signed_by=filed.signed_by_name,
        code=filed.code,
        report=filed.id,
        upload=stamps and filed.state in lifecycle.TO_STAMP,
        attachment=_sheet(visit.campaign, filed),
    )


def ask(visit: Visit, report: int) -> Message:
    """上传盖章件: ask for the stamped copy of just this version."""
    filed = reports.exact(visit, report)
    visit.require("report.stamp", filed.unit)
    reports.after(visit, filed, _move(filed))
    about = texts.copy_of(reports.what(visit.campaign, filed), filed.number, filed.code)
    return dialogs.begin(visit, FORMS["stamped"], f"stamp/{filed.id}", {"about": about})


def take(visit: Visit, finished: Finished) -> Message:
    """Attach the stamped copy: the report has all it needs, and its reminders fall silent."""
    filed = reports.exact(visit, int(finished.row.subject.partition("/")[2]))
    visit.require("report.stamp", filed.unit)
    first = filed.state != "reported"
    filed = reports.move(
        visit,
        filed,
        _move(filed),
        stamp=finished.draft.answers["copy"],
        stamped_by=visit.person_id,
        stamped_at=visit.work.now,
    )
    name = reports.what(visit.campaign, filed)
    if first:
        others = (*people.members(visit.work, "contact", filed.unit), *people.members(visit.work, "head", filed.unit))
        notices.tell(
            visit.work,
            [each.id for each in others if each.id != visit.person_id],
            f"stamped/{filed.id}",
            texts.stamped_notice(name, visit.account.name, filed.id),
        )
    return texts.stamped(name, filed.id, first=first)


def _move(filed: Filed) -> lifecycle.Move:
    return "restamp" if filed.state == "reported" else "stamp"
