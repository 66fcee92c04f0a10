"""报送单: one version of one unit's report on paper, to be signed by hand, stamped and sent back (requirements: C6).

Read in a transaction (`load`), set outside it (`sheet_bytes`). The code on it (`bot.core.sheet_code`) ties the paper to
this version; a version that no longer counts is printed as void. Leaves out the layout (`sheet.typ`) and the typesetter
(`exports.typesetting`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from bot import forms
from bot.core import deadlines, fields, sheet_code
from bot.core.lifecycle import OWED
from bot.forms.figures import strayed
from bot.texts import moments, weeks
from exports.typesetting import pdf
from storage import submissions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from bot.core.campaign import Campaign, Duty
    from storage.files import FileStore
    from storage.submissions import Filed
    from storage.work import Work

NAME: Final = "报送单"
FILER, SIGNER = "填报人", "线上签批"
#: Kinds whose answers are a few signs, and texts that can be no longer: two of them share a line.
_BRIEF: Final = (fields.Count, fields.Date, fields.Phone, fields.Choice, fields.YesNo)
_BRIEF_TEXT: Final = 40
#: Ids are 32-bit integers on PostgreSQL: every number of so many digits is one.
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in words. `brief`: it may stand beside another one."""

    label: str
    text: str
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the sheet, in words. `people`: who did what, and below it when."""

    campaign: str
    name: str
    unit: str
    when: str
    number: str
    version: str
    code: str
    answers: tuple[Answer, ...]
    people: tuple[tuple[str, str], ...]
    void: bool = False


def load(work: Work, ref: str) -> Sheet:
    """Return the sheet of the version `ref` (a submission's id); KeyError when there is none."""
    filed = submissions.get(work, int(ref)) if ref.isascii() and ref.isdigit() and len(ref) <= _DIGITS else None
    if filed is None:
        raise KeyError(ref)
    campaign = work.campaign
    duty = campaign.duty(filed.duty)
    return Sheet(
        campaign=campaign.title,
        name=_name(duty),
        unit=campaign.unit(filed.unit).name,
        when=_when(campaign, duty, filed),
        number=filed.number,
        version=f"第{filed.version}版{'（更正）' if filed.version > 1 else ''}",
        code=filed.code or sheet_code.code(filed.duty, filed.period, filed.unit, filed.version, filed.answers),
        answers=tuple(_answers(campaign, duty, filed)),
        people=tuple(_people(filed, campaign.zone)),
        void=not filed.current or filed.state in OWED,
    )


def _name(duty: Duty) -> str:
    """Return 每周工作信息报送单; what is in brackets stays at the end."""
    name, bracket, rest = duty.name.partition("（")
    return f"{name}{NAME}{bracket}{rest}"


def _when(campaign: Campaign, duty: Duty, filed: Filed) -> str:
    occurrence = deadlines.occurrence(campaign, f"{filed.duty}/{filed.period}")
    if occurrence is None:  # its day has been moved since
        return f"期次：{filed.period}"
    return f"{'报送期限' if duty.on else '期次'}：{filed.period[:4]}年{occurrence.title}"


def _answers(campaign: Campaign, duty: Duty, filed: Filed) -> Iterator[Answer]:
    form = forms.of(campaign, duty.form)
    beside = {key: weeks.beside(count) for key, count in strayed(form, filed.answers).items()}
    for field in form.fields:
        if field.key in filed.answers:
            shown = field.kind.show(filed.answers[field.key], campaign.lists) + beside.get(field.key, "")
            yield Answer(field.label, shown, _brief(field.kind))


def _brief(kind: fields.Kind) -> bool:
    return isinstance(kind, _BRIEF) or (isinstance(kind, fields.Text) and kind.most <= _BRIEF_TEXT)


def _people(filed: Filed, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield (
        FILER,
        f"{filed.filed_by_name}{'（代报）' if filed.on_behalf else ''}\n{moments.full_moment(filed.filed_at, zone)}",
    )
    if filed.signed_at is not None:
        yield SIGNER, f"{filed.signed_by_name}\n{moments.full_moment(filed.signed_at, zone)}"


def sheet_bytes(sheet: Sheet, files: FileStore | None = None) -> bytes:  # noqa: ARG001 - as every document
    """Return the sheet as the bytes of a PDF."""
    return pdf("sheet", asdict(sheet))
