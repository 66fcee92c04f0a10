"""问题整改对账表: every unit's stock and the week's coming and going, and the sentence that they agree (plan: L6).

Owns columns and words. Leaves out the sums and what has to be equal (`bot.core.reconciliation`). The stock is that of
the present moment, in a table of an earlier week too; the week's own opening and closing balance are the week's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.core import deadlines, reconciliation
from bot.core.issues import NAMES, STATES
from bot.core.reconciliation import Flow
from bot.core.tables import Column, Row, Table
from bot.texts import moments
from exports.entries import Scene
from storage import ledger

if TYPE_CHECKING:
    from bot.core.reconciliation import Line
    from bot.core.tables import Cell
    from storage.work import Work

TITLE: Final = "问题整改对账表"
SIGNATURES: Final = ("制表人：", "核对人：", "负责人（签字）：　　　　　　（盖章）")

_STOCK, _WEEK = "累计", "本周"
COLUMNS: Final = (
    Column("number", "序号", 5, "count"),
    Column("unit", "单位", 25, "label"),  # a line each: 16 units and the signatures fit one page
    *(
        Column(key, title, width, "count", total=True, group=_STOCK)
        for key, title, width in (
            ("found", "发现", 8),
            ("mended", "整改到位", 9),
            ("in_hand", "正在整改", 9),
            ("returned", "退回整改", 9),
            ("verifying", "待核查", 8),
            ("closed", "已销号", 8),
            ("transferred", "移交", 8),
            ("overdue", "其中逾期", 9),
        )
    ),
    Column("rate", "整改率", 9, "label", group=_STOCK),
    *(
        Column(f"week_{key}", title, width, "count", total=True, group=_WEEK)
        for key, title, width in (
            ("opening", "期初未结", 9),
            ("found", "新增", 8),
            ("mended", "整改到位", 9),
            ("closed", "销号", 8),
            ("returned", "退回", 8),
            ("resumed", "重新整改", 9),
            ("transferred", "移交", 8),
            ("closing", "期末未结", 9),
        )
    ),
)
#: What the two groups of columns are about.
EXPLAINED: Final = "累计为制表时的情况，“整改到位”含待核查和已销号；本周从周一零时算起，未结为尚未销号、也未移交的。"


@dataclass(frozen=True, slots=True)
class Week:
    """What a week began with, and what came and went in it."""

    opening: int
    flow: Flow

    @property
    def resumed(self) -> int:
        """重新整改: back on the unit's desk after it was closed or transferred."""
        return self.flow.reopened + self.flow.taken_back

    @property
    def closing(self) -> int:
        """期末未结."""
        return self.opening + self.flow.found + self.resumed - self.flow.closed - self.flow.transferred

    def numbers(self) -> tuple[int, ...]:
        """Return what stands under 本周."""
        flow = self.flow
        moved = (flow.found, flow.mended, flow.closed, flow.returned, self.resumed, flow.transferred)
        return (self.opening, *moved, self.closing)

    def sentence(self) -> str:
        """Return the balance in words."""
        return (
            f"对账：期初未结{self.opening}件＋本周新增{self.flow.found}件＋重新整改{self.resumed}件"
            f"－销号{self.flow.closed}件－移交{self.flow.transferred}件＝期末未结{self.closing}件。"
        )


def load(work: Work, period: str) -> Table:
    """Return the table of the week `period` ("2020-W28"); KeyError for no week, and for one that has not begun."""
    scene, campaign = Scene.of(work), work.campaign
    monday = deadlines.monday_of(period)
    if monday > scene.today:
        raise KeyError(period)
    begin, end = deadlines.week_span(period, campaign.zone)
    units = [unit.key for unit in campaign.units]
    lines = reconciliation.lines(units, ledger.tally(work, scene.today), ledger.flows(work, begin))
    flows = {flow.unit: flow for flow in ledger.flows(work, begin, end)}
    in_week = [replace(line, flow=flows.get(line.unit) or Flow(line.unit)) for line in lines]
    total = reconciliation.total(lines)
    return Table(
        name=TITLE,
        title=campaign.title + TITLE,
        unit=f"汇总单位：{campaign.bureau}",
        period=f"{moments.week(period)}（{moments.day(monday)}—{moments.day(monday + timedelta(6))}）",
        made=f"制表时间：{moments.full_moment(work.now, work.campaign.zone)}",
        columns=COLUMNS,
        rows=tuple(
            Row(
                (number, scene.units.get(line.unit, line.unit), *_stock(line), *Week(line.opening, week.flow).numbers())
            )
            for number, (line, week) in enumerate(zip(lines, in_week, strict=True), 1)
        ),
        notes=(Week(total.opening, reconciliation.total(in_week).flow).sentence(), _sum(total), EXPLAINED),
        signatures=SIGNATURES,
    )


def _stock(line: Line) -> tuple[Cell, ...]:
    """Return what stands under 累计."""
    settled = (line.returned, line.verifying, line.closed, line.transferred, line.overdue)
    return (line.found, line.mended, line.in_hand, *settled, percent(line.mended, line.found) or None)


def _sum(total: Line) -> str:
    states = "＋".join(f"{NAMES[state]}{total.tally.states[state]}件" for state in STATES)
    rate = f"；整改率{percent(total.mended, total.found)}" if total.found else ""
    return f"累计发现{total.found}件＝{states}{rate}。"


def percent(part: int, whole: int) -> str:
    """Return a share as a table shows it: 66.6%; "" of nothing."""
    share = reconciliation.share(part, whole)
    return f"{share:.1f}%" if share is not None else ""
