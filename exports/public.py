"""The ledger as it is put up in public: no names, phones or parties, and none in its texts either (plan: L7).

Owns which columns the public sees and whose names are hidden. Leaves out how (`bot.core.masking`). Names are gathered
from the whole ledger first: what one entry says of somebody may name whom another holds responsible.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from bot.core import issues
from bot.core.masking import Mask
from bot.core.tables import Column, Table
from bot.texts import moments
from exports.entries import Line, Scene
from exports.ledger import Told, about, decode, rows, sums
from storage import ledger, people
from storage.ledger import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.tables import Cell
    from storage.issues import Entry
    from storage.work import Work

TITLE: Final = "问题整改情况公示"
HIDDEN: Final = "为保护个人信息，本表不列当事人、责任人和联系方式，文字中出现的姓名、名称和号码已作隐名处理。"
SIGNATURES: Final = ("经办人：", "审核人：", "公示单位：　　　　　　（盖章）")
#: Answers that name somebody.
NAMED: Final = ("party", "responsible")


def load(work: Work, chosen: str) -> Table:
    """Return the table of the entries `chosen` names (`exports.ledger.encode`); KeyError for what it cannot name."""
    where, scene = decode(work.campaign, chosen), Scene.of(work)

    @cache
    def mask() -> Mask:  # the whole ledger is gone through for it: by whoever writes the rows, and once
        return Mask(known(work, scene))

    told = columns(mask)
    return Table(
        name=TITLE,
        title=work.campaign.title + TITLE,
        columns=tuple(column for column, _ in told),
        rows=rows(work, where, scene, [cell for _, cell in told]),
        unit=f"公示单位：{work.campaign.bureau}",
        period=about(where, scene),
        made=f"制表时间：{moments.full_moment(work.now, work.campaign.zone)}",
        notes=(sums(work, where, scene), HIDDEN),
        signatures=SIGNATURES,
    )


def columns(mask: Callable[[], Mask]) -> tuple[Told, ...]:
    """Return what the public sees: where an entry stands, not on whose desk."""

    def hidden(key: str) -> Callable[[Line], Cell]:
        return lambda line: mask().hide(line.answer(key), names_of(line.entry))

    return (
        (Column("number", "序号", 6, "count"), lambda line: line.number),
        (Column("unit", "单位", 16, "label"), lambda line: line.unit),
        (Column("area", "问题类别", 14, "label"), lambda line: line.area),
        (Column("kind", "问题情形", 12, "label"), lambda line: line.entry.kind),
        (Column("description", "具体问题", 30), hidden("description")),
        (Column("handling", "整改类型", 11, "label"), lambda line: line.handling),
        (Column("measures", "整改措施", 24), hidden("measures")),
        (Column("due", "整改时限", 16, "date"), lambda line: line.due),
        (Column("state", "整改状态", 11, "label"), lambda line: issues.NAMES[line.entry.state]),
        (Column("closed", "是否销号", 10, "label"), lambda line: line.closed),
    )


def known(work: Work, scene: Scene) -> set[str]:
    """Return the names of everybody in the product and of everybody held responsible on the ledger.

    Not the parties': some are called what any text may say, and are hidden in their own entry only.
    """
    entries = ledger.stream(work, Filter(), scene.today)
    responsible = {str(entry.answers.get("responsible") or "") for entry in entries}
    return responsible | people.names(work)


def names_of(entry: Entry) -> Iterator[str]:
    """Yield whom an entry names: in its answers, and who has made a move."""
    yield from (str(entry.answers[key]) for key in NAMED if entry.answers.get(key))
    yield from (str(said["by"]) for said in entry.latest.values() if said.get("by"))
    yield entry.entered_by_name
