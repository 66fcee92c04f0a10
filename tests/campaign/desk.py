"""The people above the units: the brigade, which takes reports on Mondays; a leader who looks; who runs the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.campaign import doing
from tests.campaign.journal import Deed, Excuse
from tests.campaign.standing import Standings

if TYPE_CHECKING:
    from datetime import date

    from tests.campaign.bureau import Phone
    from tests.campaign.journal import What
    from tests.campaign.plan import Occasion
    from tests.campaign.player import Player


@dataclass
class Desk:
    player: Player
    brigade: Phone = field(init=False)
    leader: Phone = field(init=False)
    admin: Phone = field(init=False)

    async def enrol(self) -> None:
        """Bring them in, and let them make their plans: Mondays for what is in, a nudge by hand now and then."""
        bureau, plan = self.player.bureau, self.player.plan
        self.brigade = await bureau.person("大队联系人", ("brigade", ""))
        self.leader = await bureau.person("领导小组", ("leader", ""))
        self.admin = await bureau.person("管理员", ("admin", ""))
        for number, occasion in enumerate(each for each in plan.occasions if not each.stage):
            monday = plan.count(occasion.due.date() + timedelta(days=6 - occasion.due.weekday()), 1)
            at = plan.moment(monday, "09:13") + timedelta(minutes=number % 5)
            if at.date() <= plan.end:
                back = list(plan.units)[number % len(plan.units)] if number % 3 == 1 else ""
                self.player.at(at, partial(self.receive, occasion, back))
                self.player.at(at + timedelta(minutes=44), self.look)
            if occasion.weekly and number % 5 == 2:
                self.player.at(occasion.due - timedelta(minutes=65), partial(self.urge, occasion))
        paper = next(each for each in plan.occasions if each.needs and not each.weekly)
        self.player.at(plan.moment(plan.count(paper.due.date(), 8), "15:21"), partial(self.file_for, paper))
        await bureau.door()
        for team in self.player.teams:
            if team.manner.successor:
                self.player.at(plan.moment(team.manner.successor, "09:17"), partial(team.hand_over, self.admin))
            if team.manner.excused and team.manner.away:
                at = plan.moment(plan.count(team.manner.away[0], -1), "16:17")
                self.player.at(at, partial(self.excuse, team.unit, *team.manner.away))

    async def receive(self, occasion: Occasion, back: str) -> None:
        """Take what has come in; now and then one goes back."""
        await self._open(occasion)
        if back and await doing.give_back(self.brigade, self.player.plan.units[back]):
            self.did(occasion, back, "returned")
            await self._open(occasion)
        taken = [unit for unit in self.player.plan.units if self._in(occasion, unit)]
        await doing.accept_all(self.brigade)
        for unit in taken:
            self.did(occasion, unit, "accepted")

    async def _open(self, occasion: Occasion) -> None:
        await (doing.open_week if occasion.weekly else doing.open_duty)(self.brigade, occasion)

    def _in(self, occasion: Occasion, unit: str) -> bool:
        return Standings(self.player.journal).state(occasion, unit, self.player.bureau.now) == "in"

    async def file_for(self, occasion: Occasion) -> None:
        """File the paper of those who never do."""
        for team in self.player.teams:
            if team.manner.files == "never":
                await self._open(occasion)
                await doing.file_for(self.brigade, self.player.plan.units[team.unit])
                self.did(occasion, team.unit, "filed for")

    async def urge(self, occasion: Occasion) -> None:
        await doing.open_week(self.brigade, occasion)
        await self.brigade.tap("催报")
        assert self.brigade.told("已催报"), self.brigade.page
        self.did(occasion, "", "urged")

    async def excuse(self, unit: str, first: date, last: date) -> None:
        await doing.excuse(self.brigade, self.player.plan.units[unit], first, last)
        self.player.journal.excuses.append(Excuse(self.player.bureau.now, unit, first, last))

    async def records(self) -> dict[str, str]:
        """Return what the desk shows of every unit."""
        units = self.player.plan.units
        return {unit: await doing.record_of(self.brigade, name) for unit, name in units.items()}

    async def look(self) -> None:
        await self.leader.says("/status")
        assert self.leader.told("应报"), self.leader.page

    def did(self, occasion: Occasion, unit: str, what: What) -> None:
        self.player.journal.deeds.append(Deed(self.player.bureau.now, self.brigade.name, unit, occasion, what))
