"""A campaign played from its first to its last day: the clock goes from one moment to the next at which anything may
happen; people do what their manner makes them do, and answer what reaches them.

The heartbeats: a minute before every rung and on it, the same around the end of the quiet hours, in the middle of every
day, and every so often after a table was sent. That is enough to see every wrong moment. What a beat decides is decided
for good and in the journal: a reminder that comes too early, by whatever time, is there a minute before its rung at the
latest, and cannot hide behind it; one that comes too late is not there on its rung; one where none is planned is there
on a beat that expects nothing.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.campaign.desk import Desk
from tests.campaign.manners import cast
from tests.campaign.team import Team

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.campaign.bureau import Bureau
    from tests.campaign.journal import Journal
    from tests.campaign.plan import Plan

    Act = Callable[[], Awaitable[object]]

MINUTE = timedelta(minutes=1)
#: So many times a table is looked at again, as often as it may be renewed.
AGAIN = 6


@dataclass
class Player:
    bureau: Bureau
    plan: Plan
    seed: str
    teams: list[Team] = field(default_factory=list)
    desk: Desk = field(init=False)
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=itertools.count)
    _heard: int = 0

    @property
    def journal(self) -> Journal:
        return self.bureau.journal

    def at(self, moment: datetime, act: Act) -> None:
        """Let somebody do something at a moment, or now when it has passed."""
        heapq.heappush(self._acts, (max(moment, self.bureau.now), next(self._count), act))

    async def begin(self) -> None:
        """Enrol everybody, and let them make their plans."""
        for unit, manner in cast(self.plan).items():
            team = Team(self, unit, manner)
            await team.enrol()
            self.teams.append(team)
        self.desk = Desk(self)
        await self.desk.enrol()
        for phone in self.bureau.chats.values():
            self.at(self.plan.moment(self.plan.count(self.plan.start, 1), "10:07"), partial(phone.says, "/help"))

    async def play(self) -> None:
        """Go from the first moment to the last."""
        for moment in sorted(self._beats()):
            while self._acts and self._acts[0][0] <= moment:
                self.bureau.hands.now, _, act = heapq.heappop(self._acts)
                await act()
                self._listen()
            self.bureau.hands.now = moment
            await self.bureau.beat()
            self._listen()

    def _listen(self) -> None:
        """Let everybody take in what has reached them."""
        news = self.journal.shown[self._heard :]
        self._heard = len(self.journal.shown)
        for shown in news:
            if shown.cause != "answer":
                for team in self.teams:
                    team.hear(shown)

    def _beats(self) -> set[datetime]:
        moments = {each for rung in self.plan.rungs for each in (rung.at - MINUTE, rung.at)}
        for push in self.plan.pushes:
            ends = (each.due + push.after for each in self.plan.occasions if each.duty == push.duty)
            moments |= {end + number * push.again for end in ends for number in range(AGAIN)}
        for day in self._days():
            morning = self.plan.audible(self.plan.moment(day, "04:00"))
            moments |= {morning - MINUTE, morning, self.plan.moment(day, "14:00")}
        first, last = self.plan.moment(self.plan.start, "00:00"), self.plan.moment(self.plan.end, "23:59")
        return {each for each in moments if first < each <= last} | {last}

    def _days(self) -> Iterator[date]:
        day = self.plan.start
        while day <= self.plan.end:
            yield day
            day += timedelta(days=1)
