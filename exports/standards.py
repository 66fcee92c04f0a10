"""行政裁量基准进度表: how far every unit has come with its standards, power beside power (plan: D3, T2).

Owns columns and counts. Leaves out the steps a standard goes through (`bot.forms.standards`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from bot.core.tables import Column, Table
from bot.forms.standards import SHOWN, STATES
from bot.texts import moments
from exports import reported
from exports.reconciliation import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.campaign import Campaign
    from bot.core.tables import Cell
    from exports.reported import Roll
    from storage.work import Work

FORM: Final = "standards"
#: With nothing of the kind to regulate there is none to make; and the last step.
NONE, FILED = STATES[0], STATES[-1]
_NAMES: Final = {state.value: state.label for state in STATES}


def load(work: Work, ref: str) -> Table:
    """Return the table; KeyError when the campaign asks for no standards by a date, and for any `ref`."""
    if ref:
        raise KeyError(ref)
    roll, campaign = reported.of_form(work, FORM), work.campaign
    powers = campaign.own_lists.powers
    name = name_of(campaign)
    return Table(
        name=name,
        title=reported.title_of(campaign, name),
        unit=f"汇总单位：{campaign.bureau}",
        period=roll.period,
        made=f"汇总时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=(
            *reported.ROOMY,
            *(column for number, power in enumerate(powers, 1) for column in _columns(number, power)),
            Column("note", "备注", 12),
            *reported.AFTER,
        ),
        rows=roll.rows(campaign, lambda answers: _answered(answers, len(powers))),
        notes=(*_counts(roll, powers), "“材料”为已上传的文本、公布网页、备案回执等证明材料件数。", *roll.notes()),
        signatures=reported.SIGNATURES,
        low=True,
    )


def name_of(campaign: Campaign) -> str:
    """Return what the table is called, as the campaign calls what it is made of; KeyError as `load`."""
    return reported.name_of(reported.duty_of(campaign, FORM).name, "进度表")


def _columns(number: int, power: str) -> tuple[Column, Column]:
    return (
        Column(f"state_{number}", "进展", 9, "label", group=power),
        Column(f"evidence_{number}", "材料", 6, "count", group=power),
    )


def _answered(answers: Mapping[str, Any], powers: int) -> Iterator[Cell]:
    """Yield state and number of papers for each power, then the note."""
    for number in range(1, powers + 1):
        state = answers.get(f"state_{number}")
        yield _NAMES.get(str(state)) if state else None
        yield len(answers.get(f"evidence_{number}") or ()) if state in SHOWN else None
    yield answers.get("note")


def _counts(roll: Roll, powers: tuple[str, ...]) -> Iterator[str]:
    """Yield a line for each power: how many units stand where; then how many standards are through."""
    every: Counter[str] = Counter()
    for number, power in enumerate(powers, 1):
        count = Counter(str(filed.answers.get(f"state_{number}")) for _, filed in roll.counted)
        every += count
        yield f"{power}：" + "，".join(f"{state.label}{count[state.value]}家" for state in reversed(STATES)) + "。"
    wanted = sum(every[state.value] for state in STATES if state is not NONE)
    share = f"，备案率{percent(every[FILED.value], wanted)}" if wanted else ""
    yield (
        f"已报送的{len(roll.counted)}家单位应制定裁量基准{wanted}项（不涉及的除外），"
        f"已备案{every[FILED.value]}项{share}。"
    )
