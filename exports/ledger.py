"""The ledger 问题台账 as a table: every entry, or those of some units, one view, one area (plan: L5, L7).

Owns the columns, and how an attachment's ref names the entries chosen (`encode`, `decode`).
Leaves out looks (`exports.workbook`) and reading (`storage.ledger`). Rows are read while they are written: a table made
here is used up, or held, within its transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from bot.core import issues
from bot.core.ledger_columns import TITLES
from bot.core.tables import Cell, Column, Row, Stream, Table, Tone
from bot.texts import moments
from exports.entries import Line, Scene
from storage import ledger
from storage.ledger import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.core.campaign import Campaign
    from bot.core.issues import Colour, State
    from storage.work import Work

TITLE: Final = "问题台账"
SIGNATURES: Final = ("制表人：", "审核人：", "负责人（签字）：　　　　　　（盖章）")

TONES: Final[Mapping[Colour, Tone]] = {"": "normal", "blue": "normal", "yellow": "waiting", "red": "missing"}
VIEW_NAMES: Final[Mapping[ledger.View, str]] = {
    "all": "",
    "open": "未销号",
    "overdue": "逾期未整改",
    "soon": "临近时限",
    "found": "待整改",
    "mending": "整改中",
    "verifying": "待核查",
    "closed": "已销号",
    "returned": "退回整改",
    "transferred": "移交",
}
#: The states a view is counted by; what shows one of them, or only what is late, is counted as a whole.
STATES_OF: Final[Mapping[str, tuple[State, ...]]] = {
    "all": issues.STATES,
    "open": ("found", "mending", "verifying", "returned"),
}

Told = tuple[Column, "Callable[[Line], Cell]"]


def _answer(key: str) -> Callable[[Line], Cell]:
    return lambda line: line.answer(key)


#: The columns in their usual order. Together they take A3; dates are wide enough, all else may wrap.
COLUMNS: Final[tuple[Told, ...]] = (
    (Column("number", "序号", 6, "count"), lambda line: line.number),
    (Column("name", "编号", 12, "label"), lambda line: line.entry.number),
    (Column("unit", "单位", 10, "label"), lambda line: line.unit),
    (Column("source", "问题来源", 8, "label"), lambda line: line.entry.source),
    (Column("area", "问题类别", 10, "label"), lambda line: line.area),
    (Column("item", "具体项目", 10, "label"), lambda line: line.entry.item),
    (Column("kind", "问题情形", 8, "label"), lambda line: line.entry.kind),
    (Column("found_on", "发现时间", 11, "day"), lambda line: line.entry.found_on),
    (Column("happened_on", "发生时间", 11, "day"), lambda line: line.entry.happened_on),
    (Column("epidemic", "疫情防控期间", 6, "label"), lambda line: line.epidemic),
    (Column("severity", "严重程度", 6, "label"), lambda line: line.entry.severity),
    (Column("description", "具体问题表述", 30), _answer("description")),
    (Column("party", "涉及当事人", 10, "label"), _answer("party")),
    (Column("handling", "整改类型", 7, "label"), lambda line: line.handling),
    (Column("measures", "整改措施", 22), _answer("measures")),
    (Column("responsible", "责任人", 8, "label"), _answer("responsible")),
    (Column("phone", "联系电话", 13, "label"), _answer("phone")),
    (Column("timetable", "时间安排", 16), _answer("timetable")),
    (Column("due", "整改时限", 11, "day"), lambda line: line.due),
    (Column("first_due", "原定时限", 11, "day"), lambda line: line.first_due),
    (Column("progress", "整改进展", 22), lambda line: line.progress),
    (Column("mended_on", "完成时间", 11, "day"), lambda line: line.mended_on),
    (Column("hindrance", "未整改到位原因及下一步计划", 18), lambda line: line.hindrance),
    (Column("standing", "整改状态", 9, "label"), lambda line: line.standing),
    (Column("colour", "预警", 5, "label"), lambda line: issues.COLOUR_NAMES[line.colour]),
    (Column("verified_by", "核查人", 8, "label"), lambda line: line.verified_by),
    (Column("verified_on", "核查时间", 11, "day"), lambda line: line.verified_on),
    (Column("verdict", "核查结果", 13), lambda line: line.verdict),
    (Column("closed", "是否销号", 6, "label"), lambda line: line.closed),
    (Column("transfer", "移交情况", 14), lambda line: line.transfer),
    (Column("remarks", "备注", 12), lambda line: line.remarks),
)
BY_TITLE: Final[Mapping[str, Told]] = {told[0].title: told for told in COLUMNS}


def load(work: Work, chosen: str) -> Table:
    """Return the table of the entries `chosen` names (`encode`); KeyError for what it cannot name."""
    where, scene = decode(work.campaign, chosen), Scene.of(work)
    assert work.campaign.ledger is not None  # noqa: S101 - the scene is of a campaign with one
    told = [BY_TITLE[title] for title in work.campaign.ledger.columns or TITLES]
    return Table(
        name=TITLE,
        title=work.campaign.title + TITLE,
        columns=tuple(column for column, _ in told),
        rows=rows(work, where, scene, [cell for _, cell in told]),
        unit=f"单位：{'、'.join(scene.units[unit] for unit in where.units)}"
        if where.units
        else f"汇总单位：{work.campaign.bureau}",
        period=about(where, scene),
        made=f"制表时间：{moments.full_moment(work.now, work.campaign.zone)}",
        notes=(sums(work, where, scene), "标红的已超过整改时限，标黄的临近整改时限。"),
        signatures=SIGNATURES,
    )


def rows(work: Work, where: Filter, scene: Scene, cells: Sequence[Callable[[Line], Cell]]) -> Stream:
    """Return the entries' rows, read as they are asked for."""

    def read() -> Iterator[Row]:
        for number, entry in enumerate(ledger.stream(work, where, scene.today, soon_until=scene.near), 1):
            line = Line(number, entry, scene)
            yield Row(tuple(cell(line) for cell in cells), TONES[line.colour])

    return Stream(ledger.count(work, where, scene.today, scene.near), read)


def about(where: Filter, scene: Scene) -> str:
    """Return which entries these are, "" for all of them."""
    named = (
        VIEW_NAMES[where.view],
        scene.areas.get(where.area, ""),
        f"含“{where.words}”" if where.words else "",
        "本人录入" if where.entered_by is not None else "",
    )
    return "，".join(name for name in named if name)


def sums(work: Work, where: Filter, scene: Scene) -> str:
    """Return the line of counts, whose numbers add up to the first."""

    def count(view: ledger.View) -> int:
        return ledger.count(work, replace(where, view=view), scene.today, scene.near)

    total = count(where.view)
    states = STATES_OF.get(where.view)
    if states is None:
        return f"共{total}件，均为{VIEW_NAMES[where.view]}。"
    parts = "，".join(f"{issues.NAMES[state]}{count(state)}件" for state in states)
    return f"共{total}件：{parts}；其中逾期未整改{count('overdue')}件，临近时限{count('soon')}件。"


def encode(where: Filter) -> str:
    """Return a filter as part of a ref: "u=nongji,xumu;v=overdue;a=rules"; "" for the whole ledger."""
    parts = {
        "u": None if where.units is None else ",".join(where.units),
        "v": where.view if where.view != "all" else None,
        "a": where.area or None,
        "b": None if where.entered_by is None else str(where.entered_by),
        "w": quote(where.words, safe="") or None,
    }
    return ";".join(f"{key}={value}" for key, value in parts.items() if value is not None)


def decode(campaign: Campaign, text: str) -> Filter:
    """Return the filter a text names; KeyError for one that `encode` does not make in this campaign."""
    parts = dict(part.partition("=")[::2] for part in text.split(";")) if text else {}
    views = {str(view): view for view in VIEW_NAMES}
    try:
        where = Filter(
            tuple(campaign.unit(unit).key for unit in parts["u"].split(",") if unit) if "u" in parts else None,
            views[parts.get("v", "all")],
            campaign.area(parts["a"]).key if "a" in parts else "",
            int(parts["b"]) if "b" in parts else None,
            unquote(parts.get("w", "")),
        )
    except ValueError:
        raise KeyError(text) from None
    if encode(where) != text:
        raise KeyError(text)
    return where
