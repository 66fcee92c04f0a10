"""往期 and 通报: the weeks of the campaign one by one, and the one-page bulletin of a week (plan: T5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment, Button, Message
from bot.core.plain_text import unbracketed
from bot.texts import moments
from bot.texts.menu import BACK_TO_MENU, in_pairs
from bot.texts.reception import GROUPS
from bot.texts.summary import BACK, BULLETIN, WEEKS, card, closes, counts, stands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.reconciliation import Flow
    from bot.core.standings import Kind
    from bot.core.summary import Point, Reporting

WORD: Final = "要Word版"
#: Who is named on the page of a week: all but those in time.
_BEHIND: Final[tuple[Kind, ...]] = ("late", *(kind for kind in GROUPS if kind != "on_time"))


def listing(points: Sequence[Point], *, ledger: bool) -> Message:
    """Show the last weeks, newest first."""
    lines = [_point(each, ledger=ledger) for each in points]
    buttons = [Button(f"第{each.number}周", f"m:sumweek:{each.period}") for each in points]
    return card(WEEKS, lines or ["每周报送还没有开始。"], in_pairs(buttons))


def _point(week: Point, *, ledger: bool) -> str:
    late = f"（迟报{week.late}家）" if week.late else ""
    flow = f"；问题新增{week.found}件，销号{week.closed}件" if ledger else ""
    return f"第{week.number}周：应报{week.expected}家，已报{week.on_time + week.late}家{late}{flow}"


def page(
    week: Reporting, names: Mapping[str, str], flow: Flow | None, around: Sequence[Button], period: str
) -> Message:
    """Show one week: counts, who is behind and how, what came and went on the ledger."""
    lines = [f"{counts(week)}，{closes(moments.day_and_weekday(week.due) + f'{week.due:%H:%M}', past=week.past)}。"]
    for kind in _BEHIND:
        units = [names[unit] for unit, at in week.kinds.items() if at == kind]
        if units:
            lines.append(f"{stands(kind, past=week.past)}{len(units)}家：{'、'.join(units)}。")
    if flow:
        lines.append(f"问题台账：新增{flow.found}件，整改到位{flow.mended}件，销号{flow.closed}件。")
    tools = [
        Button("报送情况", f"m:state:{week.key}"),
        Button("汇总表", f"m:table:{week.key}"),
        Button(BULLETIN, f"m:bulletin:{period}"),
        Button(WEEKS, "m:sumweek"),
    ]
    return card(week.title, lines, [*([tuple(around)] if around else []), *in_pairs(tools)])


def bulletin(title: str, at: str, period: str, *, word: bool) -> Message:
    """Send the one-page 通报, to be printed or to be edited."""
    kind, ending = ("bulletin-word", "docx") if word else ("bulletin", "pdf")
    other = () if word else (Button(WORD, f"m:bulletinword:{period}"),)
    name = f"整治情况通报_{moments.week(period)}.{ending}"
    return Message(
        f"{unbracketed(title)}的整治情况通报（截至{at}），请查收。",
        title="整治情况通报",
        buttons=((*other, BACK), (BACK_TO_MENU,)),
        attachments=(Attachment("table", f"{kind}/{period}", name),),
    )
