"""单位: the list, one unit, and what 停报 and 恢复 mean, said before they are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.messages import Button, Message
from bot.texts import paging
from bot.texts.admin import BACK, PAGE, UNITS
from bot.texts.menu import BACK_TO_MENU, in_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the list."""

    key: str
    name: str
    series: str
    left: bool

    @property
    def text(self) -> str:
        """农机服务中心（NJ），已停报."""
        return f"{self.name}（{self.series}）{'，已停报' if self.left else ''}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a unit, and as what."""

    id: int
    role: str
    name: str


def units_page(lines: Sequence[UnitLine], page: int) -> Message:
    """List the units, each a button away."""
    page, pages = paging.within(page, len(lines), PAGE)
    shown = lines[page * PAGE : (page + 1) * PAGE]
    buttons = [Button(line.name, f"m:unitadmin:{line.key}") for line in shown]
    text = "\n".join(f"{at}. {line.text}" for at, line in enumerate(shown, page * PAGE + 1))
    return Message(
        f"共{len(lines)}个单位，括号内为问题台账编号的代号。\n\n{text}",
        title=UNITS,
        buttons=(
            *in_pairs(buttons),
            *paging.turns(page, pages, "m:unitsadmin:"),
            (Button("新增单位", "m:unitadd", "primary"), BACK),
        ),
        place="next",
    )


def unit_page(line: UnitLine, people: Sequence[Person], told: str = "") -> Message:
    """Show one unit, its people, each a button away, and what can be done with it."""
    if line.left:
        change = Button("恢复报送", f"m:unitback:{line.key}", "primary")
    else:
        change = Button("停报", f"m:unitstop:{line.key}", "danger")
    known = {person.id: Button(person.name, f"m:person:{person.id}") for person in people}
    rows = [
        *in_pairs(list(known.values())[:PAGE]),
        (Button("改名", f"m:unitname:{line.key}"), change),
        (Button(UNITS, "m:unitsadmin"), BACK),
    ]
    held = "\n".join(f"{person.role}：{person.name}" for person in people)
    parts = [told, line.text, held or "还没有人员，请到“邀请”中邀请。"]
    return Message("\n\n".join(part for part in parts if part), title=UNITS, buttons=tuple(rows), place="next")


def ask_stop(line: UnitLine) -> Message:
    """Say what 停报 means before it is done."""
    return Message(
        f"确定让{line.name}停报吗？\n\n停报后不再要求它报送，也不再催报提醒，并告知它的联系人和负责人；"
        "以往的报送和台账照旧保留，未结的问题照常整改。以后可以恢复。",
        title="停报",
        buttons=(
            (Button("确定停报", f"m:unitstopped:{line.key}", "danger"), Button("不停报", f"m:unitadmin:{line.key}")),
        ),
        place="next",
    )


def ask_back(line: UnitLine) -> Message:
    """Say what 恢复报送 means before it is done."""
    return Message(
        f"确定让{line.name}恢复报送吗？\n\n从今天起到期的报送照常要求，停报期间到期的按免报处理；并告知它的联系人和负责人。",
        title="恢复报送",
        buttons=(
            (Button("确定恢复", f"m:unitbacked:{line.key}", "primary"), Button("不恢复", f"m:unitadmin:{line.key}")),
        ),
        place="next",
    )


def stopped_notice(name: str) -> Message:
    """Tell a unit's people that it reports no more."""
    return Message(
        f"{name}即日起停报，不用再填报；以往的报送和问题台账仍可查看，未结的问题请继续整改。如有疑问，请联系管理员。",
        title="停报通知",
        buttons=((BACK_TO_MENU,),),
    )


def back_notice(name: str) -> Message:
    """Tell a unit's people that it reports again."""
    return Message(
        f"{name}即日起恢复报送，请按时填报。停报期间的不用补报。", title="恢复报送通知", buttons=((BACK_TO_MENU,),)
    )
