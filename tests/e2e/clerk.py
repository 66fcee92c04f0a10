"""Somebody who fills in the weekly form as a person does: reads the page in front of them, and answers that question.

Whatever befalls the bot meanwhile, a clerk never has to know. After a while without an answer they open the menu and
go on from there. They complain when a question comes back that they were past already.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.kit.botapi import Shown
    from tests.kit.phone import Phone

#: What each page is recognised by, in the order in which they come.
PAGES = {
    "areas": "涉及哪些方面",
    "done": "开展了哪些工作",
    "results": "取得了哪些成效",
    "found": "自查发现问题几件",
    "found_remark": "发现问题数与问题台账不一致",
    "mended": "整改完成几件",
    "mended_remark": "整改完成数与问题台账不一致",
    "problems": "发现了哪些问题",
    "difficulties": "有什么困难",
    "next": "下周有什么工作计划",
    "files": "如有照片、文件",
    "review": "请核对以下内容",
    "sent": "提交成功",
}
SCAN = b"%PDF-1.7 stamped"
#: Without an answer for so many seconds a person looks what is the matter.
WONDERING = 12.0
GIVING_UP = 30.0


@dataclass
class Clerk:
    """`answers` are typed as they stand here; what is not in them is skipped."""

    phone: Phone
    answers: dict[str, str]
    past: list[str] = field(default_factory=list)
    wondered: int = 0
    thinking: Random | None = None  # how long before each answer, up to a second

    @classmethod
    def of(cls, phone: Phone, number: int, *, thinking: Random | None = None) -> Clerk:
        """Return a clerk whose every answer is different from everybody else's."""
        typed = {
            "done": f"第{number}组检查农资门店",
            "results": f"第{number}组完善公示栏目",
            "found": str(100 + number),
            "found_remark": f"第{number}组尚未录入台账",
            "mended": str(number),
            "mended_remark": f"第{number}组正在办理销号",
            "problems": f"第{number}组执法记录不规范，已补正",
            "next": f"第{number}组案卷评查",
        }
        return cls(phone, typed, thinking=thinking)

    async def fills_in(self) -> None:
        """Open the form and go on until the receipt is there."""
        await self._does("/weekly", None)
        while (page := self._page()) is None or self._name(page) != "sent":
            if self.thinking is not None:
                await asyncio.sleep(self.thinking.random())
            await self._answers(self._page())

    async def _answers(self, page: Shown | None) -> None:
        if page is None:
            await self._wonders()
            return
        name = self._name(page)
        assert name not in self.past, f"{self.phone.chat.name} is asked again: {page.text}"
        if name == "":
            await self._does("继续填写", page)
        elif name == "review":
            await self._does("提交", page)
        elif name == "files":
            await self._sends_the_scan(page)
        elif name in self.answers:
            await self._does(self.answers[name], page, typed=True)
        else:
            await self._does("跳过", page)
        now = self._page()
        if now is not None and self._name(now) not in {"", name} and name:
            self.past.append(name)

    async def _sends_the_scan(self, page: Shown) -> None:
        if "盖章件.pdf" in page.text:
            await self._does("完成", page)
            return
        before = self._seen(page)
        await self.phone.sends_file("盖章件.pdf", SCAN, answered=False)
        await self._turned(before)

    async def _does(self, what: str, page: Shown | None, *, typed: bool = False) -> None:
        before = self._seen(page)
        if typed or page is None:
            await self.phone.says(what, answered=False)
        else:
            await self.phone.taps(what, on=page, answered=False)
        await self._turned(before)

    async def _turned(self, before: tuple[object, ...]) -> None:
        """Wait for another page than before; look what is the matter when none comes."""
        try:
            await self.phone.server.wait_for(lambda: self._seen(self._page()) != before, WONDERING)
        except TimeoutError:
            await self._wonders()

    async def _wonders(self) -> None:
        """Ask for the menu, and wait for it: who types the same answer again only makes matters worse."""
        self.wondered += 1
        seen = len(self.phone.messages)
        await self.phone.says("/menu", answered=False)

        def menu_came() -> bool:
            return any("帮助" in message.labels for message in self.phone.messages[seen:])

        try:
            await self.phone.server.wait_for(menu_came, GIVING_UP)
        except TimeoutError:
            raise AssertionError(f"{self.phone.chat.name} gives up; last: {self.phone.messages[-2:]}") from None

    def _page(self) -> Shown | None:
        """Return the newest page of the form, receipt or menu; notices are read and left."""
        pages = [message for message in self.phone.messages if self._name(message) or self._leads_back(message)]
        return max(pages, key=lambda message: message.changed, default=None)

    @staticmethod
    def _name(page: Shown) -> str:
        ours = page.text.startswith(("本周工作信息", "提交成功"))
        return next((name for name, words in PAGES.items() if ours and words in page.text), "")

    @staticmethod
    def _leads_back(page: Shown) -> bool:
        return any("继续填写" in label for label in page.labels)

    @staticmethod
    def _seen(page: Shown | None) -> tuple[object, ...]:
        return (page.text, page.labels) if page is not None else ()


def typed_answers(clerk: Clerk) -> dict[str, object]:
    """Return what a report of this clerk has to hold, files aside; there is nothing on the ledger."""
    numbers = {"found", "mended"}
    typed = {name: int(text) if name in numbers else text for name, text in clerk.answers.items()}
    return typed | {"ledger": dict.fromkeys(numbers, 0)}
