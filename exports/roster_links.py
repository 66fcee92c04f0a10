"""The one-time links made when a roster was entered: a secret for each person, to be passed on to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.tables import Column, Row, Table
from bot.texts import roster as texts
from exports import import_faults

if TYPE_CHECKING:
    from storage.work import Work

SECRET = "每个链接只能用一次，{until}前有效。请分别转给本人，不要发到群里。"  # noqa: S105 - a sentence


def load(work: Work, ref: str) -> Table:
    """Return the links made when the roster `ref` was entered; KeyError when there are none, or none any more."""
    sent = import_faults.sent(work, ref, "roster")
    made = sent.rows if sent.state == "entered" else []
    good = [line for line in made if datetime.fromisoformat(line["until"]) > work.now]
    if not good:
        raise KeyError(ref)
    where = list(good[0]["links"])
    until = datetime.fromisoformat(good[0]["until"]).astimezone(work.campaign.zone)
    return Table(
        name=texts.LINKS,
        title=f"{work.campaign.title}{texts.LINKS}",
        columns=(
            Column("number", "序号", 6, "count"),
            Column("name", "姓名", 12, "label"),
            Column("unit", "单位", 22, "label"),
            Column("role", "角色", 14, "label"),
            Column("phone", "电话", 16, "label"),
            *(Column(f"link{at}", f"链接（{name}）", 60) for at, name in enumerate(where)),
        ),
        rows=tuple(
            Row(
                (
                    number,
                    line["name"],
                    "、".join(line["units"]) or None,
                    "、".join(line["roles"]),
                    line["phone"] or None,
                    *(line["links"].get(name) for name in where),
                )
            )
            for number, line in enumerate(good, 1)
        ),
        notes=(SECRET.format(until=f"{until.year}年{until.month}月{until.day}日{until:%H:%M}"),),
    )
