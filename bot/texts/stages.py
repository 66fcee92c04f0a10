"""A stage's notice (plan: D8): its dates, its tasks, and who has said that it has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.messages import Button, Message
from bot.texts.menu import BACK_TO_MENU
from bot.texts.moments import day

if TYPE_CHECKING:
    from bot.core.campaign import Stage

ACKNOWLEDGE = "收到"


def heading(stage: Stage) -> str:
    """Name the stage: 自查整改阶段（7月1日—9月30日）."""
    return f"{stage.name}阶段（{day(stage.start)}—{day(stage.end)}）"


def tasks(stage: Stage) -> str:
    """List what is to be done in it; "" when the campaign names nothing."""
    return "\n".join(["主要任务：", *(f"· {task}" for task in stage.tasks)]) if stage.tasks else ""


@dataclass(frozen=True, slots=True)
class Answered:
    """Who of the unit said 收到, when, and what it finds difficult ("" when nothing was said)."""

    by: str
    at: str
    difficulties: str = ""


def page(stage: Stage, unit: str, answered: Answered | None, *, acknowledge: str = "", report: str = "") -> Message:
    """Show the stage to a unit; `acknowledge` and `report` are the actions of its buttons, "" for none."""
    if answered is None:
        said = f"{unit}还没有回复“{ACKNOWLEDGE}”。"
    else:
        said = f"{unit}已回复“{ACKNOWLEDGE}”（{answered.by}，{answered.at}）。"
    difficulties = f"反映的困难：{answered.difficulties}" if answered and answered.difficulties else ""
    buttons = []
    if acknowledge:
        buttons.append(Button(ACKNOWLEDGE, acknowledge, "primary"))
    if report:
        buttons.append(Button("反映困难", report))
    return Message(
        "\n\n".join(part for part in (tasks(stage), said, difficulties) if part),
        title=heading(stage),
        buttons=((*buttons, BACK_TO_MENU),),
    )
