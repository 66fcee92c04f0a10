"""A table of one report: a row a unit in the campaign's order, those that have not reported marked (plan: T1, T2).

Owns what such tables have in common: who has filed and signed, where each unit stands, the counts below, the title.
Leaves out what the single tables tell (`exports.weekly`, `exports.contacts` and their neighbours). What a report says
is shown only once it counts (`bot.core.standings`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from bot import forms
from bot.core import deadlines
from bot.core.standings import Kind, Standing, standings
from bot.core.tables import Cell, Column, Row, Tone
from bot.forms.figures import remark_of, strayed
from bot.texts import weeks as texts
from bot.texts.reports import filer
from storage import excuses, submissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bot.core.campaign import Campaign, Duty, Unit
    from bot.core.deadlines import Occurrence
    from bot.core.fields import Answers
    from bot.core.form import Form
    from storage.submissions import Filed
    from storage.work import Work

SIGNATURES: Final = ("制表人：", "审核人：", "负责人（签字）：　　　　　　（盖章）")

BEFORE: Final = (Column("number", "序号", 5, "count"), Column("unit", "单位", 16, "label"))
#: Where a name has room on one line.
ROOMY: Final = (BEFORE[0], replace(BEFORE[1], width=27))
AFTER: Final = (
    Column("filed_by", "填报人", 9, "label"),
    Column("signed_by", "签批人", 9, "label"),
    Column("signed_at", "报送时间", 15, "moment"),
    Column("standing", "报送情况", 12, "label"),
)

NAMES: Final[Mapping[Kind, str]] = {
    "on_time": "按时",
    "late": "迟报",
    "awaiting": "待签批",
    "stamping": "待盖章",
    "returned": "已退回",
    "missing": "未报送",
    "excused": "免报",
}
NOT_YET: Final = "尚未报送"  # what missing is called until the deadline
TONES: Final[Mapping[Kind, Tone]] = {
    "on_time": "normal",
    "late": "late",
    "awaiting": "waiting",
    "stamping": "waiting",
    "returned": "waiting",
    "missing": "missing",
    "excused": "normal",
}
#: Signs that a title may end with and a name begin with: fewer are chance.
_SHARED: Final = 2


@dataclass(frozen=True, slots=True)
class Roll:
    """Where every unit stands with the report of a date; one that has left is there with a report only."""

    duty: Duty
    occurrence: Occurrence
    form: Form
    entries: Sequence[tuple[Unit, Standing[Filed]]]
    missing: str  # what is missing is called by now

    @property
    def period(self) -> str:
        """When it was to be reported: 报送期限：2020年6月30日前."""
        return f"报送期限：{self.occurrence.due.year}年{self.occurrence.title}"

    @property
    def counted(self) -> list[tuple[Unit, Filed]]:
        """Return the reports whose content may be shown."""
        return [(unit, at.reported) for unit, at in self.entries if at.reported is not None]

    def rows(self, campaign: Campaign, told: Callable[[Answers], Iterable[Cell]]) -> tuple[Row, ...]:
        """Return a row a unit: its number and name, what is `told` of its answers once these count, and `AFTER`."""
        return tuple(
            Row(
                (
                    number,
                    unit.name,
                    *told(at.reported.answers if at.reported else {}),
                    *after(campaign, at, self.missing),
                ),
                TONES[at.kind],
            )
            for number, (unit, at) in enumerate(self.entries, 1)
        )

    def notes(self) -> Iterator[str]:
        """Yield what is said below the table: the counts, and what is not the ledger's."""
        named = [(unit.name, at) for unit, at in self.entries]
        yield from counts(named, self.missing)
        yield from remarks_on(named, self.form)


def duty_of(campaign: Campaign, form: str) -> Duty:
    """Return what is filed on a form by a date; KeyError when the campaign asks for none."""
    duty = next((duty for duty in campaign.duties if duty.form == form and duty.on), None)
    if duty is None:
        raise KeyError(form)
    return duty


def of_form(work: Work, name: str) -> Roll:
    """Return where the units stand with what is filed on a form by a date; KeyError as `duty_of`."""
    campaign = work.campaign
    duty = duty_of(campaign, name)
    [occurrence] = deadlines.occurrences(campaign, duty.key)
    stand = standings(
        (unit.key for unit in campaign.every_unit),
        submissions.versions(work, duty.key, occurrence.period),
        occurrence.due,
        excuses.units(work, occurrence),
    )
    return Roll(
        duty,
        occurrence,
        forms.of(campaign, name),
        [(unit, stand[unit.key]) for unit in campaign.every_unit if not unit.left or stand[unit.key].reported],
        NAMES["missing"] if work.now >= occurrence.due.astimezone(UTC) else NOT_YET,
    )


def after(campaign: Campaign, at: Standing[Filed], missing: str) -> tuple[Cell, ...]:
    """Return the cells under `AFTER`."""
    report, counted = at.report, at.reported
    return (
        filer(report.filed_by_name, on_behalf=report.on_behalf) if report else None,
        counted.signed_by_name if counted else None,
        counted.reported_at.astimezone(campaign.zone) if counted and counted.reported_at else None,
        standing(at, missing),
    )


def standing(at: Standing[Any], missing: str) -> str:
    """Return where a unit stands, in words; `missing`: what is missing is called by now."""
    name = missing if at.kind == "missing" else NAMES[at.kind]
    if at.correcting:
        return f"{name}\n（更正中）"
    return f"{name}\n（零报告）" if at.reported and at.reported.zero else name


def counts(entries: Sequence[tuple[str, Standing[Any]]], missing: str) -> Iterator[str]:
    """Yield the line of counts, whose numbers add up to the first, and who is behind the last of them."""
    count = Counter(at.kind for _, at in entries)
    zero = sum(1 for _, at in entries if at.reported and at.reported.zero)
    parts = [
        f"应报{len(entries) - count['excused']}家",
        *(f"{NAMES[kind]}{count[kind]}家" for kind in ("on_time", "late", "awaiting")),
    ]
    parts += [f"{NAMES[kind]}{count[kind]}家" for kind in ("stamping", "returned") if count[kind]]
    parts.append(f"{missing}{count['missing']}家")
    yield "报送情况：" + "，".join(parts) + (f"；已报送的单位中零报告{zero}家。" if zero else "。")
    listed = ("missing", missing), *((kind, NAMES[kind]) for kind in ("returned", "awaiting", "stamping", "excused"))
    for kind, name in listed:
        if units := [unit for unit, at in entries if at.kind == kind]:
            yield f"{name}单位：{'、'.join(units)}。"


def remarks_on(entries: Sequence[tuple[str, Standing[Any]]], form: Form) -> Iterator[str]:
    """Yield a line for each count that is not the ledger's: both, and why."""
    for unit, at in entries:
        answers = at.reported.answers if at.reported else {}
        for key, known in strayed(form, answers).items():
            field = form.field(key)
            if field is not None:
                yield texts.strayed(unit, field.label, answers[key], known, answers.get(remark_of(key), ""))


def name_of(duty: str, ending: str) -> str:
    """Return what the table of a duty is called: 专项整治联系人（附件1） -> 专项整治联系人汇总表（附件1）."""
    name, bracket, rest = duty.partition("（")
    return f"{name.removesuffix(ending)}{ending}{bracket}{rest}"


def title_of(campaign: Campaign, name: str) -> str:
    """Return the title of a table; what the campaign's title ends with and the name begins with is said once."""
    title = campaign.title
    shared = next((length for length in range(len(name), _SHARED - 1, -1) if title.endswith(name[:length])), 0)
    return title + name[shared:]
