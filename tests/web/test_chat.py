"""The chat page in a real browser, on a phone and on a desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from sqlalchemy import select
from sqlmodel import col

from bot.core.messages import Attachment, Button, Message
from bot.services import enrolment, notices
from storage import people
from storage.tables import Inbox
from tests.kit.browser import DESKTOP, PHONE, Screen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, ViewportSize

    from storage.work import Work
    from tests.web.conftest import Rig

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
async def li(demo: Rig, browser: Browser) -> AsyncIterator[Screen]:
    """The contact's chat on a phone, greeted."""
    screen = await Screen.open(browser, f"{demo.url}/?as=li")
    await screen.sees("李某，您好", "填报本周信息")
    yield screen
    await screen.close()


@pytest.fixture
async def desk(demo: Rig, browser: Browser) -> AsyncIterator[Screen]:
    """The contact's chat on a desk, greeted."""
    screen = await Screen.open(browser, f"{demo.url}/?as=li", DESKTOP)
    await screen.sees("李某，您好", "填报本周信息")
    yield screen
    await screen.close()


async def heard(rig: Rig, kind: str) -> int:
    """Count the inputs of a kind that are in the inbox."""

    def count(work: Work) -> int:
        return sum(payload["kind"] == kind for payload in work.conn.scalars(select(col(Inbox.payload))))

    return await rig.store.read(count)


async def tell(rig: Rig, person: str, message: Message) -> None:
    def put(work: Work) -> None:
        account = people.account(work, "web", person)
        assert account.person_id is not None
        notices.tell(work, [account.person_id], f"test/{message.text[:20]}", message)

    await rig.store.run(put)


# the Friday report


@SIZES
async def test_a_report_is_filled_in_and_signed(demo: Rig, browser: Browser, size: ViewportSize) -> None:
    contact = await Screen.open(browser, f"{demo.url}/?as=li", size)
    head = await Screen.open(browser, f"{demo.url}/?as=zhang", size)
    await contact.taps("填报本周信息")
    await contact.taps("跳过")
    await contact.sees("本周开展了哪些工作")
    await contact.says("召开部署会，检查农资门店12家")
    await contact.sees("取得了哪些成效")
    await contact.taps("跳过")
    await contact.sees("发现问题几件")
    await contact.says("0")
    await contact.sees("整改完成几件")
    await contact.says("0")
    await contact.sees("困难")
    await contact.taps("跳过")
    await contact.sees("下周有什么工作计划")
    await contact.says("继续自查")
    await contact.sees("发送")
    await contact.taps("跳过")
    await contact.sees("召开部署会，检查农资门店12家", "提交")
    await contact.taps("提交")
    await expect(head.button("同意报送")).to_be_visible()
    await head.taps("同意报送")
    await contact.sees("同意报送")
    await contact.close()
    await head.close()


async def test_a_zero_report_takes_two_taps(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.taps("零报告")
    await li.sees("已提交")


# what one sees


async def test_an_answered_card_has_no_buttons_and_the_choice_stands_as_said(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.sees("第1题")
    await li.said("填报本周信息")
    await expect(li.frame.locator(".choices")).to_have_count(1)


async def test_a_chosen_option_is_marked_on_the_same_card(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.sees("第1题")
    cards = await li.cards.count()
    first = await li.button("社会监督").inner_text()
    await li.taps("社会监督")
    await expect(li.frame.locator(".choice.chosen")).to_contain_text(first)
    assert await li.cards.count() == cards
    await li.said("填报本周信息")


async def test_a_notice_arrives_while_one_writes_and_disturbs_nothing(demo: Rig, li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.taps("跳过")
    await li.field.fill("正写到一半")
    await tell(demo, "home-of-li", Message("请于周五12:00前报送"))
    await li.sees("请于周五12:00前报送")
    await expect(li.field).to_have_value("正写到一半")
    await expect(li.button("稍后再填")).to_be_visible()


async def test_what_is_typed_is_never_markup(li: Screen) -> None:
    attack = "<img src=x onerror=alert(1)><b>粗</b>"
    await li.taps("填报本周信息")
    await li.taps("跳过")
    await li.says(attack)
    await li.said(attack)
    await expect(li.log.locator("img, b:not(.what b)")).to_have_count(0)


async def test_a_reload_shows_the_same_conversation(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.taps("跳过")
    await li.says("检查农资门店12家")
    await li.sees("取得了哪些成效")
    before = await li.log.inner_text()
    await li.field.fill("还没发出")
    await li.page.reload()
    await li.sees("取得了哪些成效")
    assert await li.log.inner_text() == before
    await expect(li.field).to_have_value("还没发出")


async def test_two_windows_of_one_person_show_the_same(demo: Rig, browser: Browser, li: Screen) -> None:
    other = await Screen.open(browser, f"{demo.url}/?as=li")
    await li.taps("填报本周信息")
    await other.sees("第1题")
    await other.taps("跳过")
    await li.sees("第2题")
    await other.sees("第2题")
    assert await li.log.inner_text() == await other.log.inner_text()
    await other.close()


async def test_a_file_that_came_can_be_saved_under_its_name(demo: Rig, browser: Browser, tmp_path: Path) -> None:
    zhao = await Screen.open(browser, f"{demo.url}/?as=zhao")
    attachment = Attachment("table", "weekly/2020-W28", "每周工作信息汇总表 第28周.xlsx")
    await tell(demo, "home-of-zhao", Message("汇总表如下", attachments=(attachment,)))
    async with zhao.page.expect_download() as saving:
        await zhao.frame.locator("a.file").click()
    saved = await saving.value
    assert saved.suggested_filename == "每周工作信息汇总表 第28周.xlsx"
    await saved.save_as(tmp_path / "saved.xlsx")
    assert (tmp_path / "saved.xlsx").read_bytes().startswith(b"PK")
    await zhao.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_colours_follow_the_device_and_are_legible(demo: Rig, browser: Browser, scheme: str) -> None:
    screen = await Screen.open(browser, f"{demo.url}/?as=li", scheme="dark" if scheme == "dark" else "light")
    await screen.sees("李某，您好")
    ground, ink, tap, label = [
        _luminance(colour)
        for colour in await screen.frame.evaluate(
            """() => [['.card', 'backgroundColor'], ['.card', 'color'],
                      ['.choice.primary', 'backgroundColor'], ['.choice.primary', 'color']]
                .map(([where, what]) => getComputedStyle(document.querySelector(where))[what])"""
        )
    ]
    assert (ground < ink) == (scheme == "dark")
    assert _contrast(ground, ink) >= 7
    assert _contrast(tap, label) >= 4.5
    await screen.close()


def _luminance(colour: str) -> float:
    """Return the relative luminance of "rgb(r, g, b)" (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


async def test_everything_to_tap_is_large_enough_and_nothing_sticks_out(demo: Rig, browser: Browser) -> None:
    screen = await Screen.open(browser, f"{demo.url}/?as=li", {"width": 360, "height": 640})
    await screen.taps("填报本周信息")
    await screen.sees("第1题")
    boxes = [await each.bounding_box() for each in await screen.frame.locator("button:visible").all()]
    assert len(boxes) > 6
    # Rounded to pixels: while the card slides in, a box measures 43.99998.
    assert [box for box in boxes if box is None or min(round(box["height"]), round(box["width"])) < 44] == []
    assert await screen.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await screen.close()


async def test_a_long_card_is_read_from_its_beginning(demo: Rig, li: Screen) -> None:
    button = Button("同意报送", "m:ok:1")
    await tell(demo, "home-of-li", Message("逐条列出\n" * 60, title="请签批", buttons=((button,),)))
    await li.sees("请签批")
    await expect(li.cards.last.get_by_text("请签批")).to_be_in_viewport()
    await expect(li.button("同意报送")).not_to_be_in_viewport()
    await li.frame.get_by_role("button", name="下面还有内容").click()
    await expect(li.button("同意报送")).to_be_in_viewport()
    await expect(li.frame.locator(".newer")).to_be_hidden()


async def test_news_does_not_take_away_what_one_is_reading(demo: Rig, li: Screen) -> None:
    for number in range(12):
        await tell(demo, "home-of-li", Message(f"第{number}条通知"))
    await li.sees("第11条通知")
    await li.log.evaluate("log => log.scrollTo(0, 0)")
    await tell(demo, "home-of-li", Message("最新通知"))
    await li.frame.get_by_role("button", name="有新消息").click()
    await expect(li.cards.last).to_be_in_viewport()


# hands


async def test_the_keyboard_alone_is_enough(demo: Rig, desk: Screen) -> None:
    keyboard = desk.page.keyboard
    await expect(desk.field).to_be_focused()
    await desk.field.blur()
    await keyboard.press("1")
    await desk.sees("第1题")
    await expect(desk.frame.locator(".choice").first).to_be_focused()
    for _ in range(await desk.frame.locator(".choice").count()):
        if await desk.frame.evaluate("document.activeElement.textContent") == "跳过":
            break
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await desk.sees("第2题")
    await expect(desk.field).to_be_focused()
    await keyboard.type("检查农资门店12家")
    await keyboard.press("Shift+Enter")
    await keyboard.type("整改3件")
    await keyboard.press("Enter")
    await desk.sees("第3题")
    await desk.said("检查农资门店12家\n整改3件")
    assert await heard(demo, "say") == 1


async def test_enter_that_chooses_a_character_sends_nothing(demo: Rig, desk: Screen) -> None:
    await desk.field.fill("nihao")
    await desk.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(desk.field).to_have_value("nihao")
    assert await heard(demo, "say") == 0


async def test_a_double_tap_is_one_tap(demo: Rig, li: Screen) -> None:
    await li.button("填报本周信息").dblclick()
    await li.sees("第1题")
    await li.taps("跳过")
    await li.sees("第2题")
    assert await heard(demo, "tap") == 2


async def test_enter_pressed_twice_sends_once(demo: Rig, desk: Screen) -> None:
    await desk.field.fill("菜单")
    await desk.field.press("Enter")
    await desk.field.press("Enter")
    await desk.said("菜单")
    await expect(desk.field).to_have_value("")
    await desk.frame.get_by_role("button", name="菜单", exact=True).click()
    await expect(desk.bubbles).to_have_count(2)
    assert await heard(demo, "say") == 1


async def test_the_menu_is_always_at_hand(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.sees("第1题")
    await li.frame.get_by_role("button", name="菜单", exact=True).click()
    await li.sees("继续填写")


async def test_the_field_asks_for_what_the_question_wants(li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.taps("跳过")
    await li.sees("第2题")
    await expect(li.field).to_have_attribute("placeholder", re.compile("例如："))
    await li.says("检查12家")
    await li.taps("跳过")
    await li.sees("发现问题几件")
    await expect(li.field).to_have_attribute("inputmode", "numeric")


# files


async def test_files_are_sent_several_at_once(demo: Rig, li: Screen, tmp_path: Path) -> None:
    await li.taps("填报本周信息")
    files = [tmp_path / "现场照片.png", tmp_path / "通知.pdf"]
    for file in files:
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 3000)
    await li.sends(*files)
    await expect(li.bubbles.filter(has_text="现场照片.png")).to_contain_text("3 KB")
    await expect(li.bubbles.filter(has_text="通知.pdf")).to_be_visible()
    await expect(li.frame.locator(".pending")).to_have_count(0)
    assert await heard(demo, "file") == 2


async def test_a_file_too_large_is_not_sent_but_answered(demo: Rig, li: Screen, tmp_path: Path) -> None:
    large = tmp_path / "录像.mp4"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    await li.taps("填报本周信息")
    await li.sees("第1题")
    await li.sends(large)
    await li.sees("文件太大")
    assert (await heard(demo, "file"), await heard(demo, "too_large")) == (0, 1)


async def test_a_file_can_be_dropped_onto_the_page(demo: Rig, desk: Screen) -> None:
    dropped = await desk.page.evaluate_handle(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["abc"], "名单.txt"));
            return carried;
        }"""
    )
    await desk.page.dispatch_event("body", "dragenter", {"dataTransfer": dropped})
    await expect(desk.page.get_by_text("松开鼠标，发送文件")).to_be_visible()
    await desk.page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    await desk.said("名单.txt")
    await expect(desk.page.get_by_text("松开鼠标，发送文件")).to_be_hidden()
    await expect(desk.frame.locator(".pending")).to_have_count(0)
    assert await heard(demo, "file") == 1


# the line


async def test_what_was_said_offline_arrives_once_when_the_line_is_back(demo: Rig, li: Screen) -> None:
    await li.taps("填报本周信息")
    await li.taps("跳过")
    await li.sees("第2题")
    await li.context.set_offline(offline=True)
    await expect(li.frame.locator(".link")).to_have_text("连接断开，正在重连…")
    await li.says("检查农资门店12家")
    await expect(li.frame.get_by_role("button", name="未送达，点此重发")).to_be_visible()
    await li.context.set_offline(offline=False)
    await li.sees("第3题")
    await expect(li.frame.locator(".pending")).to_have_count(0)
    assert await heard(demo, "say") == 1


async def test_what_was_said_offline_outlives_a_reload(demo: Rig, browser: Browser) -> None:
    screen = await Screen.open(browser, f"{demo.url}/?as=li")
    await screen.sees("李某，您好")
    await screen.page.route("**/api/inputs*", lambda route: route.abort())
    await screen.says("帮助")
    await expect(screen.frame.get_by_role("button", name="未送达，点此重发")).to_be_visible()
    await screen.page.unroute("**/api/inputs*")
    await screen.page.reload()
    await screen.said("帮助")
    await expect(screen.frame.locator(".pending")).to_have_count(0)
    assert await heard(demo, "say") == 1
    await screen.close()


async def test_a_confirmation_lost_on_the_way_does_not_make_two(demo: Rig, browser: Browser) -> None:
    screen = await Screen.open(browser, f"{demo.url}/?as=li")
    await screen.sees("李某，您好")
    lost = 0

    async def lose(route: object) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # type: ignore[attr-defined]  # it arrives
        await route.abort()  # type: ignore[attr-defined]  # and nobody says so

    await screen.page.route("**/api/inputs*", lose, times=1)
    await screen.says("帮助")
    await screen.sees("常用命令")
    await screen.says("菜单")
    await screen.sees("李某，您好")
    assert lost == 1
    assert await heard(demo, "say") == 2
    await screen.close()


async def test_the_page_says_when_the_line_is_down_and_up_again(li: Screen) -> None:
    state = li.frame.locator(".link")
    await expect(state).to_have_text("已连接")
    await li.page.route("**/api/stream*", lambda route: route.abort())
    await li.page.route("**/api/transcript*", lambda route: route.abort())
    await li.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(state).to_have_text("连接断开，正在重连…")
    await li.page.unroute_all()
    await expect(state).to_have_text("已连接", timeout=15000)


async def test_a_proxy_that_holds_the_stream_back_is_got_round(demo: Rig, browser: Browser) -> None:
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.clock.install()
    await page.route("**/api/stream*", lambda _: None)  # it never answers
    await page.goto(f"{demo.url}/?as=li")
    await page.clock.fast_forward(6000)
    await expect(page.locator(".link")).to_have_text("已连接")
    await page.get_by_label("输入内容").fill("帮助")
    await page.get_by_label("输入内容").press("Enter")
    await page.clock.fast_forward(2000)
    await expect(page.locator(".bot .card").last).to_contain_text("联系人")
    await context.close()


# coming in


async def test_an_invitation_is_opened_and_used(house: Rig, browser: Browser) -> None:
    unit = house.store.campaign.units[0].key
    issued = await house.store.run(enrolment.invite, "contact", unit, "")
    screen = await Screen.open(browser, f"{house.url}/join/{issued.token}")
    await screen.page.get_by_label("您的姓名").fill("孙某")
    await screen.page.get_by_role("button", name="开始使用").click()
    await screen.sees("孙某，您好", "填报本周信息")
    other = await Screen.open(browser, f"{house.url}/join/{issued.token}")
    await other.page.get_by_role("button", name="开始使用").click()
    await expect(other.page.get_by_role("alert")).to_contain_text("无法使用")
    await screen.close()
    await other.close()


# the demo's two panes


async def test_a_tap_on_the_left_arrives_on_the_right(demo: Rig, browser: Browser) -> None:
    shell = await Screen.open(browser, demo.url, DESKTOP)
    left, right = [shell.page.get_by_label(side).frame_locator("iframe") for side in ("左侧对话", "右侧对话")]
    await left.get_by_role("button", name="填报本周信息").click()
    await left.get_by_role("button", name="零报告").click()
    await right.get_by_role("button", name="同意报送").click()
    await expect(left.locator(".card").last).to_contain_text("同意报送")
    await shell.close()


async def test_the_clock_is_moved_and_somebody_elsewhere_has_news(demo: Rig, browser: Browser) -> None:
    shell = await Screen.open(browser, demo.url, DESKTOP)
    await expect(shell.page.locator(".now")).to_contain_text("7月9日（周四）15:0")
    await shell.page.get_by_role("button", name="到周五中午").click()
    await expect(shell.page.locator(".now")).to_contain_text("7月10日（周五）12:0")
    brigade = shell.page.get_by_label("左侧对话").get_by_role("button", name="赵某").first
    await expect(brigade.locator(".badge")).to_be_visible()
    await brigade.click()
    await expect(brigade.locator(".badge")).to_have_count(0)
    frame = shell.page.get_by_label("左侧对话").frame_locator("iframe")
    await expect(frame.locator("a.file").last).to_contain_text("xlsx")
    await shell.close()


async def test_a_phone_shows_one_chat_and_everybody_one_tap_away(demo: Rig, browser: Browser) -> None:
    shell = await Screen.open(browser, demo.url, PHONE)
    await expect(shell.page.locator("iframe")).to_have_count(1)
    frame = shell.page.frame_locator("iframe")
    await expect(frame.locator(".card").last).to_contain_text("李某，您好")
    await shell.page.locator(".short .person", has_text="张某").first.click()
    await expect(frame.locator(".card").last).to_contain_text("张某，您好")
    await shell.page.get_by_role("button", name="全部").first.click()
    await shell.page.locator(".everyone .person", has_text="王某").first.click()
    await expect(frame.locator(".card").last).to_contain_text("王某，您好")
    await shell.close()
