"""A person at a real browser: types, taps what is on the page, and sees what comes. Chromium, headless."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.async_api import Error, async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Frame, Locator, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Milliseconds any wait may take: long enough for a machine that is busy with something else.
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)
#: What keeps it alone: no sandbox (containers run as root), and no calls home.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the installed Chromium, or the one playwright brought; skip the test where there is neither."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        except Error as error:
            if found is not None:
                raise
            pytest.skip(f"no Chromium is installed: {error.message.splitlines()[0]}")
        yield browser
        await browser.close()


@dataclass
class Screen:
    """One open chat: a page, or a pane of one."""

    page: Page
    frame: Page | Frame

    @classmethod
    async def open(
        cls,
        browser: Browser,
        url: str,
        size: ViewportSize = PHONE,
        *,
        scheme: Literal["light", "dark"] = "light",
    ) -> Screen:
        """Open `url` in a browser of its own; anything the page complains of fails the test."""
        phone = size["width"] < DESKTOP["width"]
        context = await browser.new_context(
            viewport=size, color_scheme=scheme, has_touch=phone, is_mobile=phone, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", _fail)
        await page.goto(url)
        return cls(page, page)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def log(self) -> Locator:
        return self.frame.locator(".log")

    @property
    def cards(self) -> Locator:
        """What the bot said."""
        return self.frame.locator(".bot:not(.typing) .card")

    @property
    def bubbles(self) -> Locator:
        """What the person said."""
        return self.frame.locator(".bubble")

    @property
    def field(self) -> Locator:
        return self.frame.get_by_label("输入内容")

    def button(self, label: str) -> Locator:
        """Find a card's button by part of its words, the newest first."""
        return self.frame.locator(".choice", has_text=label).last

    async def says(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def taps(self, label: str) -> None:
        await self.button(label).click()

    async def sends(self, *files: Path) -> None:
        await self.frame.locator(".picker").set_input_files(files)

    async def sees(self, *words: str) -> None:
        """Wait until the newest card has these words, on it or on its buttons."""
        for each in words:
            await expect(self.cards.last).to_contain_text(each)

    async def said(self, text: str) -> None:
        """Wait until the newest bubble has these words."""
        await expect(self.bubbles.last).to_contain_text(text)

    async def close(self) -> None:
        await self.context.close()


def _fail(error: Error) -> None:
    raise AssertionError(f"the page complains: {error}")
