"""填报: which report somebody means who only says that they want to report: the one that is owed, or one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import access, deadlines, lifecycle
from bot.core.problems import Problem
from bot.services import filing, reports, subjects
from bot.services.subjects import Subject
from bot.texts import reports as texts
from storage import settings, submissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.messages import Message
    from bot.services.visit import Visit

#: How many overdue periods the choice offers: older ones are reached through 我的报送.
OVERDUE_OFFERED = 6


def owed(visit: Visit, duty: str) -> Iterator[Subject]:
    """Yield what the visitor's units have not filed yet (or have had returned), newest first."""
    installed = settings.installed_at(visit.work)
    for occurrence in deadlines.open_ones(visit.campaign, duty, visit.now)[:OVERDUE_OFFERED]:
        if occurrence.due < installed:
            continue  # it fell due before the product was in use: nobody could file it here
        for unit in _units(visit):
            filed = submissions.current(visit.work, duty, occurrence.period, unit)
            if filed is None or filed.state in lifecycle.OWED:
                yield Subject(occurrence, unit)


def choose(visit: Visit, duty: str) -> Message:
    """填报: open the report that is owed; ask when there are several; show the present one when it is filed."""
    units = _units(visit)
    if not units:
        raise Problem("forbidden")
    if visit.campaign.duty(duty).at_once:
        return fill_period(visit, subjects.occurrence(visit.campaign, f"{duty}/{deadlines.NEW}"))
    now = deadlines.current(visit.campaign, duty, visit.now)
    owing = list(owed(visit, duty))
    if len(owing) == 1 and (owing[0].occurrence == now or now is None):
        return filing.fill(visit, owing[0])
    if not owing:
        filed = now and submissions.current(visit.work, duty, now.period, units[0])
        if not filed:
            raise Problem("nothing_due")
        return reports.show(visit, filed.id) if len(units) == 1 else reports.mine(visit)
    options = [(_label(visit, subject, now), f"m:file:{subject}") for subject in owing]
    if now is not None and now not in {subject.occurrence for subject in owing}:
        options.append((texts.FILED_ONES, "m:mine"))
    return texts.choose(options)


def _units(visit: Visit) -> list[str]:
    """Return the units the visitor files for, without those that have left; Problem("unit_left") when all have."""
    held = access.units_for(visit.roles, "contact")
    reporting = {unit.key for unit in visit.campaign.units}
    return [unit for unit in held if unit in reporting] or [subjects.known_unit(visit.campaign, unit) for unit in held]


def _label(visit: Visit, subject: Subject, now: deadlines.Occurrence | None) -> str:
    duty, title = visit.campaign.duty(subject.occurrence.duty), subject.occurrence.title
    what = (f"本周 {title}" if subject.occurrence == now else title) if duty.every else duty.name
    late = "（已逾期）" if visit.now > subject.occurrence.due else ""
    several = len(_units(visit)) > 1
    return f"{visit.campaign.unit(subject.unit).name + ' ' if several else ''}{what}{late}"


def fill_period(visit: Visit, occurrence: deadlines.Occurrence) -> Message:
    """Open the visitor's report of this period, or show it when it is filed; ask which when several units owe it."""
    units = _units(visit)
    if occurrence.period == deadlines.NEW and len(units) > 1:
        return texts.choose([(visit.campaign.unit(unit).name, f"m:file:{Subject(occurrence, unit)}") for unit in units])
    owing = [each for each in owed(visit, occurrence.duty) if each.occurrence == occurrence]
    if len(owing) == 1:
        return filing.fill(visit, owing[0])
    return filing.fill(visit, Subject(occurrence, units[0])) if len(units) == 1 else choose(visit, occurrence.duty)
