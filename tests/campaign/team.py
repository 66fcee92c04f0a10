"""The people of one unit: a contact and a head, who act of their own accord and on what reaches them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.campaign import doing
from tests.campaign.journal import Deed
from tests.campaign.manners import at_work, odd_minutes

if TYPE_CHECKING:
    from bot.core.messages import Message
    from tests.campaign.bureau import Phone
    from tests.campaign.journal import Shown, What
    from tests.campaign.manners import Manner
    from tests.campaign.plan import Occasion, Plan
    from tests.campaign.player import Player

HOUR = timedelta(hours=1)
#: How often somebody who wanted to be reminded in an hour has done it by then.
QUICK = 0.4


@dataclass
class Team:
    player: Player
    unit: str
    manner: Manner
    contact: Phone = field(init=False)
    head: Phone = field(init=False)
    reminded: Counter[Occasion] = field(default_factory=Counter)
    filed: set[Occasion] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = Random(f"{self.player.seed}/{self.unit}")

    @property
    def plan(self) -> Plan:
        return self.player.plan

    @property
    def now(self) -> datetime:
        return self.player.bureau.now

    async def enrol(self) -> None:
        bureau, name = self.player.bureau, self.plan.units[self.unit]
        if self.manner.alone:
            self.contact = self.head = await bureau.person(f"{name}负责人", ("contact", self.unit), ("head", self.unit))
        else:
            self.contact = await bureau.person(f"{name}联系人", ("contact", self.unit))
            self.head = await bureau.person(f"{name}负责人", ("head", self.unit))
        for number, occasion in enumerate(self.plan.occasions):
            when = self.manner.own_accord(self.plan, occasion, self.dice)
            if when is not None:
                zero = occasion.weekly and number % self.manner.news > 0
                self.player.at(when, partial(self.file, occasion, zero=zero))
        for case in self.plan.cases * self.manner.cases:
            day = self.plan.count(self.plan.start + timedelta(days=self.dice.randrange(20, 170)), 1)
            self.player.at(self.plan.moment(day, "10:41") + odd_minutes(self.dice, 200), partial(self.tell, case))

    # What they do

    async def file(self, occasion: Occasion, *, zero: bool = False, reminder: Message | None = None) -> None:
        if occasion in self.filed or not self.manner.present(self.now.date()):
            return
        self.filed.add(occasion)
        await doing.report(self.contact, occasion, zero=zero, reminder=reminder)
        self.did(self.contact, occasion, "filed", zero=zero)
        if self.manner.corrects and len(self.filed) % self.manner.corrects == 0:
            self.player.at(self.soon(70, 130), partial(self.correct, occasion))

    async def tell(self, case: Occasion) -> None:
        """Report a typical case."""
        await doing.to_do(self.contact, f"报送{case.name}")
        await doing.fill_in(self.contact)
        self.did(self.contact, case, "filed")

    async def correct(self, occasion: Occasion) -> None:
        await doing.correct(self.contact, occasion)
        self.did(self.contact, occasion, "filed")

    async def mend(self, occasion: Occasion, notice: Message) -> None:
        if self.manner.present(self.now.date()) and await doing.mend(self.contact, notice):
            self.did(self.contact, occasion, "filed")

    async def stamp(self, occasion: Occasion, notice: Message) -> None:
        if self.manner.present(self.now.date()) and await doing.stamp(self.contact, notice):
            self.did(self.contact, occasion, "stamped")

    async def hand_over(self, admin: Phone) -> None:
        """Let somebody else be the contact from now on."""
        name = f"{self.plan.units[self.unit]}新联系人"
        link = await doing.replace(admin, self.contact.name, name)
        self.contact = await self.player.bureau.takes_over(self.contact, name, link)
        assert self.contact.told("菜单") or self.contact.told("您好"), self.contact.page

    async def acknowledge(self, phone: Phone, stage: Occasion, notice: Message) -> None:
        if stage not in self.filed and self.manner.present(self.now.date()):
            self.filed.add(stage)
            if notice in phone.messages:
                await phone.tap_in(notice, "收到")
            else:
                await doing.to_do(phone, "查看并签收")
                await phone.tap("收到")
            assert phone.told("已回复"), phone.page
            self.did(phone, stage, "filed")

    async def snooze(self, occasion: Occasion, notice: Message) -> None:
        await self.contact.tap_in(notice, "一小时后提醒")
        assert self.contact.told("再提醒您"), self.contact.page
        self.did(self.contact, occasion, "snoozed")
        if self.dice.random() < QUICK:
            self.player.at(self.soon(5, 40), partial(self.file, occasion, zero=occasion.weekly))
        self.player.at(self.now + HOUR, self.player.bureau.beat)

    async def sign(self, occasion: Occasion, request: Message) -> None:
        if await doing.sign(self.head, request):
            self.did(self.head, occasion, "signed")

    async def sign_all(self) -> None:
        for signed in await doing.sign_all(self.head):
            (occasion,) = self.plan.about(signed)
            self.did(self.head, occasion, "signed")

    def did(self, phone: Phone, occasion: Occasion, what: What, *, zero: bool = False) -> None:
        self.player.journal.deeds.append(Deed(self.now, phone.name, self.unit, occasion, what, zero))

    # What reaches them

    def hear(self, shown: Shown) -> None:
        """React to a message, once the phone is taken out of the pocket."""
        if shown.name == self.contact.name:
            self._contact_hears(shown)
        if shown.name == self.head.name:
            self._head_hears(shown)

    def _contact_hears(self, shown: Shown) -> None:
        message, labels = shown.message, shown.labels
        for occasion in sorted(self.plan.about(message.text), key=lambda each: (each.due, each.duty)):
            if shown.cause == "clock":
                self._reminded(occasion, shown)
            if "修改后重报" in labels:
                self.player.at(self.soon(60, 300), partial(self.mend, occasion, message))
            patient = self.manner.stamps == "slow" and self.reminded[occasion] < self.manner.patience + 2
            if "上传盖章件" in labels and "stamp" in occasion.needs and not patient:
                self.player.at(self.soon(40, 200), partial(self.stamp, occasion, message))

    def _reminded(self, occasion: Occasion, shown: Shown) -> None:
        """Do what one is reminded of, when it has been often enough for one's manner, or is overdue."""
        self.reminded[occasion] += 1
        count, reminded = self.reminded[occasion], self.manner.files == "reminded"
        if self.manner.files == "never":
            return
        if self.manner.snoozes and count == 1 and "一小时后提醒" in shown.labels:
            self.player.at(self.now + timedelta(minutes=2), partial(self.snooze, occasion, shown.message))
        if occasion.stage and (not reminded or count == self.manner.patience):
            self.player.at(self.soon(5, 60), partial(self.acknowledge, self.contact, occasion, shown.message))
        urgent = (reminded and count == self.manner.patience) or (not occasion.weekly and self.now > occasion.due)
        if urgent and "填报" in "".join(shown.labels):
            self.player.at(self.soon(5, 50), partial(self.file, occasion, reminder=shown.message))

    def _head_hears(self, shown: Shown) -> None:
        nudged = self.manner.signs == "nudged"
        if "同意报送" in shown.labels and not nudged:
            (occasion,) = self.plan.about(shown.message.title)
            evening = self.now.replace(hour=21, minute=33)
            when = evening if self.manner.signs == "evening" else self.soon(5, 60)
            self.player.at(when, partial(self.sign, occasion, shown.message))
        if "查看并签批" in shown.labels and nudged:
            self.player.at(self.soon(5, 40), self.sign_all)
        if "收到" in shown.labels and self.manner.files == "never":
            (stage,) = self.plan.about(shown.message.text)
            self.player.at(self.soon(5, 60), partial(self.acknowledge, self.head, stage, shown.message))

    def soon(self, least: int, most: int) -> datetime:
        """Return a moment within these minutes from now, at work."""
        return at_work(self.plan, self.now + timedelta(minutes=least) + odd_minutes(self.dice, most - least))
