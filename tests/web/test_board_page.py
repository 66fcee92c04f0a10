"""The board in a real browser: how it follows what happens, by hand and by keyboard, large and small."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from storage import issues, people
from tests.kit.browser import DESKTOP, PATIENCE, PHONE, Screen
from tests.storage import making
from tests.web.conftest import NOON
from tests.web.filling import end_role, file, got, ledger_of_many, reports_of_all_kinds, texts_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Locator, Page, Route, ViewportSize

    from storage.work import Work
    from tests.web.conftest import Rig


@dataclass
class Board:
    """The board as one person has it open. Whatever the browser complains of is kept in `faults`."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def cell(self, row: int, column: int) -> Locator:
        """Find a cell of the matrix; the names of the units are column 0."""
        return self.page.locator(".sheet tbody tr").nth(row).locator("th, td").nth(column)

    @property
    def entries(self) -> Locator:
        return self.page.locator(".entries tbody tr")

    @property
    def count(self) -> Locator:
        return self.page.locator(".count")

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def chooses(self, label: str, option: str) -> None:
        await self.page.get_by_label(label, exact=True).select_option(label=option)

    async def focused(self) -> str:
        words: str = await self.page.evaluate(
            "(document.activeElement.innerText || document.activeElement.name).trim()"
        )
        return words


@asynccontextmanager
async def opened(
    rig: Rig, browser: Browser, size: ViewportSize = DESKTOP, scheme: str = "light", person: str = "zhao", at: str = ""
) -> AsyncIterator[Board]:
    """Open the board, `at` a place of it; in the end nothing was complained of."""
    phone = size["width"] < DESKTOP["width"]
    context = await browser.new_context(
        viewport=size, color_scheme="dark" if scheme == "dark" else "light", has_touch=phone, is_mobile=phone
    )
    context.set_default_timeout(PATIENCE)
    board = Board(await context.new_page())
    board.page.on("pageerror", lambda error: board.faults.append(str(error)))
    board.page.on("console", lambda said: board.faults.append(said.text) if said.type in {"error", "warning"} else None)
    await board.page.goto(f"{rig.url}/board?as={person}{at}")
    await expect(board.cell(0, 0)).to_be_visible()
    yield board
    await context.close()
    assert board.faults == []


@pytest.fixture
async def board(demo: Rig, browser: Browser) -> AsyncIterator[Board]:
    """The desk's board with a full ledger."""
    await demo.store.run(ledger_of_many)
    async with opened(demo, browser) as board:
        await expect(board.entries).to_have_count(50)
        yield board


async def test_the_matrix_shows_what_is_so(demo: Rig, browser: Browser) -> None:
    await demo.store.run(reports_of_all_kinds)
    demo.clock.move(NOON + timedelta(hours=30))
    async with demo.caller() as caller:
        rows = (await got(caller, ""))["matrix"]["rows"]
    async with opened(demo, browser) as board:
        await expect(board.page.locator(".sheet tbody tr")).to_have_count(len(rows))
        for at, row in enumerate(rows):
            await expect(board.cell(at, 0)).to_have_text(row["name"])
            await expect(board.cell(at, 1)).to_have_text(row["duties"][0]["sign"] + row["duties"][0]["word"])
        missing = board.cell(0, 1)
        await expect(missing).to_have_attribute("aria-label", "农机服务中心，每周工作信息：未报送，已逾期")
        await expect(missing.locator(".sign")).to_have_css("background-color", "rgb(194, 39, 28)")
        await expect(board.page.get_by_role("grid", name="报送情况").get_by_role("columnheader").first).to_have_text(
            "单位"
        )
        await board.page.get_by_role("button", name="近8周").click()
        await expect(board.page.get_by_role("columnheader", name="第28周")).to_contain_text("已报2/15")
        await expect(board.cell(3, 1)).to_have_text("迟迟报")
        await expect(board.cell(0, 2)).to_have_text("缺1")


#: Lets what has just changed be marked as that until somebody has looked.
LINGER = """() => {
    window.same = true;
    const style = new CSSStyleSheet();
    style.replaceSync(".changed { animation-duration: 60s !important }");
    document.adoptedStyleSheets.push(style);
}"""


async def test_a_report_that_is_filed_appears_and_takes_nothing_away(demo: Rig, browser: Browser) -> None:
    contact, head = [await Screen.open(browser, f"{demo.url}/?as={person}") for person in ("li", "zhang")]
    async with opened(demo, browser) as board:
        search, sheet = board.page.get_by_label("查找"), board.page.locator(".sheet")
        await board.page.evaluate(LINGER)
        await board.cell(3, 1).focus()
        await sheet.evaluate("sheet => sheet.scrollTop = 40")
        await search.evaluate("field => field.value = '写到一半'")
        await contact.taps("填报本周信息")
        await contact.taps("零报告")
        await expect(board.cell(0, 1)).to_have_text("签待签批")
        await expect(board.cell(0, 1)).to_have_class("changed")
        await expect(board.page.locator(".news")).to_contain_text("看板已更新")
        await head.taps("同意报送")
        await expect(board.cell(0, 1)).to_have_text("〇按时")
        await expect(board.page.locator(".figure").first).to_contain_text("1/16")
        await expect(board.page.get_by_role("columnheader", name="每周工作信息")).to_contain_text("已报1/16")
        await expect(board.cell(3, 1)).to_be_focused()
        await expect(search).to_have_value("写到一半")
        assert await sheet.evaluate("sheet => sheet.scrollTop") == 40
        assert await board.page.evaluate("window.same")
    for screen in (contact, head):
        await screen.close()


def mend(work: Work, number: str) -> None:
    """Let a unit begin with an entry, on another replica: nobody here hears of it."""
    entry = issues.by_number(work, number)
    assert entry is not None
    making.change(work, entry, "progress", people.create_person(work, "陈某"), "mending")


async def test_an_entry_that_changes_is_drawn_again_where_it_is_open(demo: Rig, board: Board) -> None:
    await board.page.get_by_role("button", name="NJ-2020-003").click()
    await expect(board.drawer).to_contain_text("第03号门店台账不全")
    await demo.store.run(mend, "NJ-2020-003")
    await expect(board.drawer.get_by_role("heading", level=2)).to_have_text("NJ-2020-003 · 整改中")
    await expect(board.drawer.locator(".story li").last).to_contain_text("陈某")
    await expect(board.entries.filter(has_text="NJ-2020-003")).to_contain_text("整改中")
    await board.page.keyboard.press("Escape")
    await expect(board.drawer).to_be_hidden()
    await expect(board.page.get_by_role("button", name="NJ-2020-003")).to_be_focused()


async def test_an_entry_that_leaves_the_list_takes_the_focus_no_further_than_the_next(demo: Rig, board: Board) -> None:
    await board.chooses("状态", "待整改（58）")
    await expect(board.count).to_have_text("共58件，第1/2页")
    await board.page.get_by_role("button", name="NJ-2020-002").focus()
    await demo.store.run(mend, "NJ-2020-002")
    await expect(board.count).to_have_text("共57件，第1/2页")
    assert await board.focused() == "NJ-2020-001"
    await expect(board.page.get_by_label("状态", exact=True).locator("option:checked")).to_have_text("待整改（57）")


async def test_a_figure_says_the_same_as_its_list_although_its_number_stays(demo: Rig, board: Board) -> None:
    rate = board.page.locator(".figure", has_text="整改率")
    await expect(rate).to_contain_text("1.6%发现59件，整改到位1件")
    await demo.store.run(lambda work: making.enter(work, people.create_person(work, "录入人"), making.new("新的")).id)
    await expect(board.page.locator(".figure", has_text="未销号")).to_contain_text("59")
    await expect(rate).to_contain_text("1.6%发现60件，整改到位1件")


async def test_a_new_week_leaves_the_focus_where_it_is(demo: Rig, board: Board) -> None:
    await board.page.get_by_role("button", name="近8周").click()
    await board.cell(3, 1).focus()
    demo.clock.move(NOON + timedelta(days=3))
    await expect(board.page.get_by_role("columnheader", name="第29周")).to_be_visible()
    await expect(board.cell(3, 1)).to_be_focused()
    await expect(board.cell(3, 1)).to_have_attribute("tabindex", "0")


async def test_a_units_number_leads_to_what_it_counts(board: Board) -> None:
    await board.chooses("状态", "已销号（1）")
    await board.cell(0, 12).click()
    await expect(board.count).to_have_text("共3件")
    await board.cell(0, 11).click()
    await expect(board.count).to_have_text("共57件，第1/2页")
    await board.chooses("状态", "已销号（1）")
    await board.cell(1, 0).click()
    await expect(board.count).to_have_text("共1件")


async def test_back_goes_to_the_list_before_and_closes_what_is_open(board: Board) -> None:
    page = board.page
    await board.chooses("状态", "全部（59）")
    await board.chooses("单位", "畜牧兽医服务中心")
    await expect(board.count).to_have_text("共2件")
    await page.get_by_role("button", name="XM-2020-001").click()
    await expect(board.drawer).to_contain_text("没有消毒记录")
    await page.go_back()
    await expect(board.drawer).to_be_hidden()
    await expect(page.get_by_role("button", name="XM-2020-001")).to_be_focused()
    await page.go_forward()
    await expect(board.drawer).to_contain_text("没有消毒记录")
    await page.keyboard.press("Escape")
    await expect(board.drawer).to_be_hidden()
    await page.go_back()
    await expect(board.count).to_have_text("共59件，第1/2页")
    await expect(page.get_by_label("单位", exact=True)).to_have_value("")
    await page.get_by_role("button", name="下一页").click()
    await expect(board.count).to_have_text("共59件，第2/2页")
    await page.reload()
    await expect(board.count).to_have_text("共59件，第2/2页")


async def test_an_address_that_is_passed_on_opens_the_same(demo: Rig, browser: Browser) -> None:
    await demo.store.run(ledger_of_many)
    async with opened(demo, browser, at="#view=l&entry=3") as board:
        await expect(board.drawer).to_contain_text("第03号门店台账不全")
        await expect(board.count).to_have_text("共3件")
        await board.page.keyboard.press("Escape")
        await expect(board.drawer).to_be_hidden()
        await expect(board.page).to_have_url(f"{demo.url}/board?as=zhao#view=l")
        await board.page.get_by_role("link", name="下载", exact=True).focus()
        await board.page.keyboard.press("Enter")
        await expect(board.page.get_by_role("region", name="下载")).to_be_focused()
        await expect(board.page).to_have_url(f"{demo.url}/board?as=zhao#view=l")


async def test_a_filter_that_is_no_more_is_not_shown_as_if_it_held(demo: Rig, browser: Browser) -> None:
    await demo.store.run(ledger_of_many)
    async with opened(demo, browser, at="#view=l&unit=dissolved&words=冷链") as board:
        await expect(board.count).to_have_text("共58件，第1/2页")
        await expect(board.page.get_by_label("状态", exact=True)).to_have_value("o")
        await expect(board.page.get_by_label("查找")).to_have_value("")
        board.faults.clear()  # the browser notes the 404


async def test_an_empty_ledger_is_told_from_an_empty_list(demo: Rig, browser: Browser) -> None:
    async with opened(demo, browser) as board:
        await expect(board.count).to_have_text("还没有录入问题")
        await demo.store.run(ledger_of_many)
        await expect(board.count).to_have_text("共58件，第1/2页")
        await board.page.get_by_label("查找").fill("100%案卷")
        await expect(board.count).to_have_text("没有符合条件的问题，可在“状态”中选“全部”再查")
        await expect(board.page.get_by_role("table", name="问题台账")).to_be_hidden()


async def test_the_ledger_is_filtered_searched_and_paged_on_the_page(board: Board) -> None:
    await expect(board.count).to_have_text("共58件，第1/2页")
    await board.page.get_by_role("button", name="下一页").click()
    await expect(board.count).to_have_text("共58件，第2/2页")
    await expect(board.entries).to_have_count(8)
    await expect(board.page.get_by_role("button", name="下一页")).to_have_attribute("aria-disabled", "true")
    await board.page.get_by_role("button", name="下一页").click(force=True)
    await expect(board.count).to_have_text("共58件，第2/2页")
    await board.page.locator("button.figure", has_text="已逾期").click()
    await expect(board.count).to_have_text("共3件")
    await expect(board.page.get_by_role("button", name="下一页")).to_be_hidden()
    await expect(board.entries.first).to_contain_text("已逾期3个工作日")
    await board.chooses("单位", "畜牧兽医服务中心")
    await expect(board.count).to_have_text("没有符合条件的问题")
    await board.chooses("状态", "全部（59）")
    await expect(board.count).to_have_text("共2件")
    await board.page.get_by_label("查找").fill("<b>冷链车</b>")
    await expect(board.entries).to_have_count(1)
    await expect(board.entries.locator(".brief")).to_have_text("<b>冷链车</b>没有消毒记录")
    await board.page.reload()
    await expect(board.entries).to_have_count(1)
    await expect(board.page.get_by_label("查找")).to_have_value("<b>冷链车</b>")
    await board.page.get_by_role("button", name="清除条件").click()
    await expect(board.count).to_have_text("共58件，第1/2页")
    await expect(board.page.get_by_label("查找")).to_be_focused()


async def test_a_file_is_fetched_while_the_page_stays_usable(board: Board, tmp_path: Path) -> None:
    going = asyncio.Event()

    async def slowly(route: Route) -> None:
        await going.wait()
        await route.continue_()

    await board.page.route("**/board/files/ledger/**", slowly)
    await board.chooses("状态", "已逾期（3）")
    await expect(board.count).to_have_text("共3件")
    link = board.page.locator("#ledger a.file")
    async with board.page.expect_download() as saving:
        await link.click()
        await expect(link).to_contain_text("正在生成…")
        await board.page.get_by_role("button", name="NJ-2020-003").click()
        await expect(board.drawer).to_contain_text("第03号门店台账不全")
        await board.page.keyboard.press("Escape")
        going.set()
    saved = await saving.value
    assert saved.suggested_filename == "问题台账_逾期未整改_2020年7月9日.xlsx"
    await expect(link).to_contain_text("已下载")
    await saved.save_as(tmp_path / "ledger.xlsx")
    cells = texts_in((tmp_path / "ledger.xlsx").read_bytes())
    assert {"NJ-2020-001", "NJ-2020-002", "NJ-2020-003"} < cells
    assert "NJ-2020-004" not in cells


async def test_a_file_that_cannot_be_made_is_told_of(board: Board) -> None:
    await board.page.route("**/board/files/weekly/**", lambda route: route.fulfill(status=503))
    link = board.page.locator("#files a.file").first
    await link.click()
    await expect(link).to_contain_text("没有生成成功，请稍后再试")
    board.faults.clear()  # the browser notes the 503


async def test_the_keyboard_alone_is_enough(board: Board) -> None:
    keyboard = board.page.keyboard
    await keyboard.press("Tab")
    await expect(board.page.get_by_role("link", name="报送情况")).to_be_focused()
    await expect(board.page.get_by_role("link", name="报送情况")).to_be_in_viewport()
    await keyboard.press("Enter")
    for _ in range(3):  # the two views, then the grid: one stop, whatever its size
        await keyboard.press("Tab")
    await expect(board.cell(0, 0)).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp"):
        await keyboard.press(key)
    await expect(board.cell(1, 0)).to_be_focused()
    await keyboard.press("End")
    await expect(board.cell(1, 12)).to_be_focused()
    await expect(board.cell(1, 12)).to_have_css("outline-style", "solid")
    await keyboard.press("Control+End")
    await expect(board.cell(15, 12)).to_be_in_viewport()
    await keyboard.press("Control+Home")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(board.count).to_have_text("共1件")
    assert await board.focused() == "共1件"
    await keyboard.press("/")
    await expect(board.page.get_by_label("查找")).to_be_focused()
    await keyboard.type("冷/链")
    await expect(board.count).to_have_text("没有符合条件的问题，可在“状态”中选“全部”再查")
    await board.page.get_by_label("查找").fill("冷链")
    await expect(board.count).to_have_text("共1件")
    for _ in range(9):
        if await board.focused() == "XM-2020-001":
            break
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(board.drawer).to_contain_text("没有消毒记录")
    await keyboard.press("/")
    await keyboard.press("Escape")
    await expect(board.page.get_by_role("button", name="XM-2020-001")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_it_fits_the_screen_and_is_legible(demo: Rig, browser: Browser, size: ViewportSize, scheme: str) -> None:
    await demo.store.run(ledger_of_many)
    await demo.store.run(reports_of_all_kinds)
    demo.clock.move(NOON + timedelta(hours=30))
    async with opened(demo, browser, size, scheme) as board:
        await expect(board.entries).to_have_count(50)
        assert await board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await faint(board.page) == []
        phone = size is PHONE
        wide: bool = await board.page.locator(".sheet").evaluate("sheet => sheet.scrollWidth > sheet.clientWidth")
        assert wide or not phone
        await board.page.locator(".sheet").evaluate(
            "sheet => { sheet.scrollIntoView(false); sheet.scrollTo(9999, 9999); }"
        )
        await expect(board.cell(15, 0)).to_be_in_viewport()  # the names stay
        await expect(board.page.locator(".sheet thead th").last).to_be_in_viewport()  # and so does the head
        await board.entries.first.click()
        await expect(board.drawer.locator(".story li")).to_have_count(1)
        assert await faint(board.page) == []
        assert await board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        background = await board.drawer.evaluate("drawer => getComputedStyle(drawer).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")


async def faint(page: Page) -> list[str]:
    """Return the texts whose contrast is below 4.5 (WCAG 2.2 AA)."""
    found: list[str] = await page.evaluate(
        """() => {
            const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
            const luminance = ([...rgb]) => rgb.slice(0, 3).map((part) => part / 255)
                .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
            const ground = (element) => {
                for (let each = element; each; each = each.parentElement) {
                    const colour = numbers(getComputedStyle(each).backgroundColor);
                    if (colour.length === 3 || colour[3] === 1) return colour;
                }
                return [255, 255, 255];
            };
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const faint = [];
            for (let text = walker.nextNode(); text; text = walker.nextNode()) {
                const element = text.parentElement;
                if (!text.data.trim() || !element.checkVisibility() || element.closest(".changed")) continue;
                const both = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))];
                const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
                if (contrast < 4.5) faint.push(`${text.data.trim()} ${contrast.toFixed(2)}`);
            }
            return [...new Set(faint)];
        }"""
    )
    return found


async def test_a_line_that_was_cut_is_told_of_and_what_was_missed_comes(demo: Rig, board: Board) -> None:
    link = board.page.locator(".link")
    await expect(link).to_have_text("已连接")
    await board.page.context.set_offline(offline=True)
    await expect(link).to_have_text("连接中断，正在重连…")
    await demo.store.run(file, demo.store.campaign.units[4].key)
    await board.page.context.set_offline(offline=False)
    await expect(board.cell(4, 1)).to_have_text("〇按时")
    await expect(link).to_have_text("已连接")
    board.faults.clear()  # the browser notes what it could not reach


async def test_a_list_that_could_not_be_fetched_comes_by_itself(demo: Rig, browser: Browser) -> None:
    await demo.store.run(ledger_of_many)
    context = await browser.new_context(viewport=DESKTOP)
    board = Board(await context.new_page())
    await board.page.clock.install()
    await board.page.goto(f"{demo.url}/board?as=zhao")
    await expect(board.count).to_have_text("共58件，第1/2页")
    await board.page.route("**/api/board/entries?*", lambda route: route.abort(), times=1)
    await board.chooses("状态", "已逾期（3）")
    await expect(board.page.locator(".link")).to_have_text("连接中断，正在重连…")
    await board.page.clock.fast_forward(4000)
    await expect(board.count).to_have_text("共3件")
    await expect(board.page.locator(".link")).to_have_text("已连接")
    await context.close()


async def test_a_line_on_which_nothing_is_heard_is_opened_anew(demo: Rig, browser: Browser) -> None:
    context = await browser.new_context(viewport=DESKTOP)
    board = Board(await context.new_page())
    await board.page.clock.install()
    await board.page.goto(f"{demo.url}/board?as=zhao")
    await expect(board.page.locator(".link")).to_have_text("已连接")
    async with board.page.expect_request("**/api/board/stream*"):
        await board.page.clock.fast_forward(45000)  # as after a laptop's sleep
    await demo.store.run(file, demo.store.campaign.units[0].key)
    await expect(board.cell(0, 1)).to_have_text("〇按时")
    await context.close()


#: What a browser tells a page whose tab is behind another.
BEHIND = """behind => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => behind });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_more_tabs_than_a_browser_has_lines_are_all_served(demo: Rig, browser: Browser) -> None:
    context = await browser.new_context(viewport=DESKTOP)
    tabs: list[Board] = []
    for _ in range(7):
        if tabs:
            await tabs[-1].page.evaluate(BEHIND, arg=True)
        tabs.append(Board(await context.new_page()))
        await tabs[-1].page.goto(f"{demo.url}/board?as=zhao")
        await expect(tabs[-1].cell(0, 1)).to_have_text("・未到期")
    await demo.store.run(file, demo.store.campaign.units[0].key)
    await expect(tabs[-1].cell(0, 1)).to_have_text("〇按时")
    await tabs[0].page.evaluate(BEHIND, arg=False)
    await expect(tabs[0].cell(0, 1)).to_have_text("〇按时")
    await context.close()


async def test_a_role_that_ends_is_told_of(demo: Rig, board: Board) -> None:
    await demo.store.run(end_role, "zhao", "brigade")
    await expect(board.page.locator(".link")).to_have_text("登录已失效，或看板已不再对您开放")
    await board.page.get_by_role("button", name="NJ-2020-003").click()
    await expect(board.drawer).to_contain_text("登录已失效，请回到对话。")
    assert await faint(board.page) == []
    board.faults.clear()  # the browser notes the 403


async def test_a_proxy_that_holds_the_stream_back_is_got_round(demo: Rig, browser: Browser) -> None:
    context = await browser.new_context(viewport=DESKTOP)
    board = Board(await context.new_page())
    await board.page.clock.install()
    await board.page.route("**/api/board/stream*", lambda _: None)  # it never answers
    await board.page.goto(f"{demo.url}/board?as=zhao")
    await board.page.clock.fast_forward(6000)
    await expect(board.cell(0, 1)).to_have_text("・未到期")
    await demo.store.run(file, demo.store.campaign.units[0].key)
    await board.page.clock.fast_forward(2000)
    await expect(board.cell(0, 1)).to_have_text("〇按时")
    await context.close()


async def test_one_goes_from_the_chat_to_the_board_and_back(demo: Rig, browser: Browser) -> None:
    shell = await Screen.open(browser, demo.url, DESKTOP)
    await shell.page.get_by_label("左侧对话").locator(".short .person", has_text="赵某").click()
    frame = shell.page.get_by_label("左侧对话").frame_locator("iframe")
    await frame.get_by_role("link", name="看板").click()
    await expect(frame.locator(".sheet tbody tr")).to_have_count(16)
    await frame.get_by_role("link", name="返回对话").click()
    await expect(frame.locator(".card").last).to_contain_text("赵某，您好")
    await shell.close()


async def test_the_admin_has_a_board_without_a_ledger(demo: Rig, browser: Browser) -> None:
    await demo.store.run(ledger_of_many)
    async with opened(demo, browser, person="zheng") as board:
        await expect(board.page.get_by_role("heading", name="报送情况")).to_be_visible()
        await expect(board.page.get_by_role("heading", name="问题台账")).to_be_hidden()
        await board.cell(0, 1).focus()
        await board.page.keyboard.press("Enter")
        await board.page.keyboard.press("/")
        await expect(board.cell(0, 1)).to_be_focused()
