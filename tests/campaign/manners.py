"""How the people of a unit go about their reports: when they file of their own accord, sign, stamp; and who is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from tests.campaign.plan import Occasion, Plan

#: So many working days before a dated report is due, the diligent have it ready.
AHEAD = 5


@dataclass(frozen=True)
class Manner:
    """A kind of unit. Whoever is away does nothing from the first to the last of these days."""

    name: str
    files: Literal["early", "late", "reminded", "never"] = "early"
    patience: int = 2  # how many reminders somebody "reminded" waits for
    hours: tuple[int, int] = (1, 6)  # how late the late are
    signs: Literal["soon", "nudged", "evening"] = "soon"
    stamps: Literal["soon", "slow"] = "soon"
    news: int = 4  # every so manieth week there is something to tell; in the others there is a zero report
    corrects: int = 0  # every so manieth report is corrected the same day
    away: tuple[date, date] | None = None
    excused: bool = False  # for the time they are away
    successor: date | None = None  # the day on which somebody else becomes the contact
    alone: bool = False  # contact and head are one person
    snoozes: bool = False  # has the first reminder come again in an hour
    cases: int = 0  # how many typical cases there are to report

    def present(self, day: date) -> bool:
        return self.away is None or not self.away[0] <= day <= self.away[1]

    def own_accord(self, plan: Plan, occasion: Occasion, dice: Random) -> datetime | None:
        """Return when the contact files without having been asked again."""
        if self.files == "late":
            return at_work(plan, occasion.due + timedelta(hours=dice.randint(*self.hours)) + odd_minutes(dice, 55))
        if self.files != "early" or occasion.stage:
            return None
        day = plan.count(occasion.due.date(), -1 if occasion.weekly else -AHEAD)
        at = plan.moment(day, "14:00" if occasion.weekly else "09:40") + odd_minutes(dice, 180)
        opens = plan.moment(occasion.opens.date(), "09:10") + odd_minutes(dice, 20)
        return at_work(plan, max(at, opens))


def odd_minutes(dice: Random, most: int) -> timedelta:
    """Return some minutes that are no multiple of five: no ladder speaks then."""
    return timedelta(minutes=dice.randrange(0, most, 5) + dice.choice((1, 2, 3, 4)))


def at_work(plan: Plan, at: datetime) -> datetime:
    """Return the moment, or one soon after the next working morning begins."""
    past = timedelta(minutes=at.minute % 20)
    if at.hour >= 18 or not plan.worked(at.date()):
        return plan.moment(plan.count(at.date(), 1), "08:40") + past
    return plan.moment(at.date(), "08:40") + past if at.hour < 8 else at


def cast(plan: Plan) -> Mapping[str, Manner]:
    """Give every unit of a campaign its manner, by its place in the file."""
    length = plan.end - plan.start

    def day(part: float) -> date:
        return plan.start + timedelta(days=int(length.days * part))

    leave = (day(0.36), day(0.52))
    change = next(each.due.date() for each in plan.occasions if each.weekly and each.due.date() >= day(0.62))
    manners = (
        Manner("勤快", cases=2),
        Manner("迟几小时", files="late"),
        Manner("健忘，两人都要催", files="reminded", signs="nudged", snoozes=True),
        Manner("请长假，已免报", away=leave, excused=True),
        Manner("请长假，没请示", away=leave),
        Manner("后期换联系人", files="reminded", successor=change),
        Manner("常更正", corrects=4, cases=1),
        Manner("盖章慢", stamps="slow"),
        Manner("负责人爱忘", signs="nudged"),
        Manner("迟几天", files="late", hours=(20, 90)),
        Manner("从不报", files="never"),
        Manner("负责人晚上签", signs="evening"),
        Manner("一人两职", alone=True),
        Manner("勤快，每周都有内容", news=1),
        Manner("勤快，很少有内容", news=9),
        Manner("催到最后", files="reminded", patience=3),
    )
    return {unit: manners[place % len(manners)] for place, unit in enumerate(plan.units)}
