"""附件1 联系人汇总表: every unit's leader in charge and its contact, with their phones (plan: D2, T2).

Owns which columns stand together and what they are called there; what is asked is `bot.forms.contact_sheet`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.tables import Column, Table, cells_of, columns_of
from bot.texts import moments
from exports import reported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.campaign import Campaign
    from storage.work import Work

FORM: Final = "contact_sheet"
_LEADER, _CONTACT = "分管领导", "联系人"
#: What an answer is called under its heading, and how wide it is there.
_UNDER: Final[Mapping[str, tuple[str, str, int]]] = {
    "leader_name": (_LEADER, "姓名", 10),
    "leader_post": (_LEADER, "职务", 14),
    "leader_phone": (_LEADER, "联系电话", 18),
    "contact_name": (_CONTACT, "姓名", 10),
    "contact_post": (_CONTACT, "职务", 14),
    "contact_phone": (_CONTACT, "联系电话", 18),
}


def load(work: Work, ref: str) -> Table:
    """Return the table; KeyError when the campaign asks for no contact sheet by a date, and for any `ref`."""
    if ref:
        raise KeyError(ref)
    roll, campaign = reported.of_form(work, FORM), work.campaign
    name = name_of(campaign)
    return Table(
        name=name,
        title=reported.title_of(campaign, name),
        unit=f"汇总单位：{campaign.bureau}",
        period=roll.period,
        made=f"汇总时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=(*reported.ROOMY, *(_grouped(column) for column in columns_of(roll.form)), *reported.AFTER),
        rows=roll.rows(campaign, lambda answers: cells_of(roll.form, answers, campaign.lists)),
        notes=tuple(roll.notes()),
        signatures=reported.SIGNATURES,
    )


def name_of(campaign: Campaign) -> str:
    """Return what the table is called, as the campaign calls what it is made of; KeyError as `load`."""
    return reported.name_of(reported.duty_of(campaign, FORM).name, "汇总表")


def _grouped(column: Column) -> Column:
    if column.key not in _UNDER:
        return column
    group, title, width = _UNDER[column.key]
    return replace(column, group=group, title=title, width=width, kind="label")
