"""Every version of a report, and what one says otherwise than the one before (C5: the old one is kept)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import sheet_code, versions
from bot.core.lifecycle import NAMES, OWED
from bot.forms.figures import LEDGER
from bot.services import reports
from bot.services.subjects import row_id
from bot.texts import moments
from bot.texts import reports as report_texts
from bot.texts import versions as texts
from storage import submissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign
    from bot.core.form import Field
    from bot.core.messages import Message
    from bot.core.versions import Change
    from bot.services.visit import Visit
    from storage.submissions import Filed


def listing(visit: Visit, argument: str) -> Message:
    """历次版本, of a report's "id" or "id:page": who filed each when, what became of it, and why it came back."""
    report, _, page = argument.partition(":")
    filed = reports.current(visit, row_id(report))
    rows = submissions.of_report(visit.work, filed.duty, filed.period, filed.unit)
    lines = [texts.Line(each.id, each.version, list(_story(visit.campaign, each))) for each in reversed(rows)]
    return texts.listing(reports.what(visit.campaign, filed), filed.id, lines, row_id(page or "0"))


def _story(campaign: Campaign, filed: Filed) -> Iterator[str]:
    zone = campaign.zone
    by = report_texts.filer(filed.filed_by_name, on_behalf=filed.on_behalf)
    yield f"{by}填报，{moments.moment(filed.filed_at, zone)}"
    if filed.signed_at:
        yield f"{filed.signed_by_name}签批，{moments.moment(filed.signed_at, zone)}"
    if filed.stamped_at:
        yield f"{filed.stamped_by_name}上传盖章件，{moments.moment(filed.stamped_at, zone)}"
    if filed.accepted_at:
        yield f"{filed.accepted_by_name}接收，{moments.moment(filed.accepted_at, zone)}"
    if filed.returned_at:
        yield f"{filed.returned_by_name}退回，{moments.moment(filed.returned_at, zone)}，原因：{filed.reason}"
    if filed.withdrawn_at:
        yield f"撤回，{moments.moment(filed.withdrawn_at, zone)}"
    yield f"状态：{NAMES[filed.state] if filed.current else texts.replaced(NAMES[filed.state])}"


def of_paper(visit: Visit, text: str) -> Message | None:
    """Show the very version a sheet was printed from, by the code on it; None when the text is no such code."""
    code = sheet_code.read(text)
    filed = submissions.by_code(visit.work, code) if code else None
    if filed is None or not visit.may("report.see", filed.unit):
        return None
    note = texts.on_paper(filed.code, filed.version, counts=filed.current and filed.state not in OWED)
    return reports.page(visit.campaign, filed, (texts.back(filed.id),), note)


def compare(visit: Visit, argument: str) -> Message:
    """与上一版比较, "id:page": what this version says otherwise than the one before it."""
    report, _, page = argument.partition(":")
    filed = reports.seen(visit, row_id(report))
    rows = submissions.of_report(visit.work, filed.duty, filed.period, filed.unit)
    before = next((each for each in rows if each.version == filed.version - 1), None)
    return texts.comparison(
        reports.what(visit.campaign, filed),
        filed.id,
        filed.version,
        [] if before is None else [texts.whole(*each) for each in _differences(visit.campaign, before, filed)],
        row_id(page or "0"),
    )


def changed(campaign: Campaign, before: Filed, filed: Filed) -> str:
    """Say in brief what a new version says otherwise, for whoever has to sign it anew."""
    return texts.brief(filed.version, list(_differences(campaign, before, filed)))


def _differences(campaign: Campaign, before: Filed, filed: Filed) -> Iterator[tuple[str, str, str]]:
    """Yield label, what was said, what is said now."""
    if before.zero != filed.zero:
        yield texts.MANNER, texts.manner(zero=before.zero), texts.manner(zero=filed.zero)
    form = reports.form_of(campaign, filed.duty)
    for change in versions.changes(before.answers, filed.answers, [field.key for field in form.fields]):
        if change.key != LEDGER:
            yield _said(campaign, form.field(change.key), change)


def _said(campaign: Campaign, field: Field | None, change: Change) -> tuple[str, str, str]:
    label = field.label if field else texts.FORMER
    if reports.files_in(change.before) or reports.files_in(change.after):
        return label, *texts.files(*versions.files_changed(change))
    before, after = (
        texts.NOTHING if value is None else field.kind.show(value, campaign.lists) if field else str(value)
        for value in (change.before, change.after)
    )
    return label, before, after
