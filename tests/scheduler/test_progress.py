"""Who has asked for a long table sees how far it is, on the message that said it would come, and how it ended."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.messages import Attachment, Button, Message
from bot.services import exporting
from bot.services.visit import Visit
from bot.texts import exporting as texts
from exports.channels.web import WebChannel
from exports.files import Maker
from exports.process import MOST
from handlers.web import transcript
from scheduler import pace, progress
from scheduler.dispatcher import Dispatcher
from storage import awaited, outbox, people
from storage import transcript as rows
from storage.files import FileStore
from tests.kit.botapi import Fault
from tests.scheduler.conftest import ANNA
from tests.storage import making

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage.outbox import Outgoing
    from storage.work import Store, Work
    from tests.scheduler.conftest import Desk

HOME = "home-of-anna"
HOW_FAR = re.compile("已完成[1-9][0-9]?%。")
MENU = Message("请选择", title="菜单", buttons=((Button("帮助", "m:help"),),))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is news is said at once, and more than a few rows are many."""
    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setattr(pace, "PER_ADDRESS", 0.0)
    monkeypatch.setattr(exporting, "LARGE", MOST)


def fill(work: Work) -> None:
    by = people.create_person(work, "孙某")
    for number in range(MOST + 1):
        making.enter(work, by, making.new(f"第{number}件问题"))


def asks(work: Work, channel: str, address: str, number: int = 1) -> Outgoing:
    """Let the brigade's clerk of this chat ask for the whole ledger; return the answer."""
    account = people.account(work, channel, address)
    assert account.person_id is not None
    people.grant(work, account.person_id, "brigade")
    visit = Visit(work, people.account(work, channel, address), number)
    return answer(work, channel, address, number, exporting.take(visit, "ledger/a::"))


def answer(work: Work, channel: str, address: str, number: int, message: Message, edits: str = "") -> Outgoing:
    return outbox.reply(
        work,
        key=f"reply/{number}/0",
        account=people.account(work, channel, address),
        payload=message.to_json(),
        edits=edits,
        owner="first",
    )


def redrawn(desk: Desk) -> list[str]:
    """Return what the announcement has said after its first words, line by line."""
    return [call.fields["text"] for call in desk.server.calls if call.method == "editMessageText"]


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """Somebody on Telegram has asked for a long table, and was told that it follows."""
    await desk.store.run(fill)
    await desk.dispatcher.send([await desk.store.run(asks, "telegram", str(ANNA))])
    await desk.dispatcher.flush()
    assert f"正在生成，共{MOST + 1}行" in desk.texts(ANNA)[0]
    return desk


async def finish(dispatcher: Dispatcher) -> None:
    """Send what waits, to its end."""
    await dispatcher.dispatch()
    async with asyncio.timeout(60):
        while dispatcher._sending:  # noqa: ASYNC110 - another process writes for it
            await asyncio.sleep(0.05)
    await dispatcher.flush()


async def test_the_announcement_says_how_far_it_is_and_that_it_has_come(asked: Desk) -> None:
    await finish(asked.dispatcher)
    first, *_ = said = redrawn(asked)
    assert HOW_FAR.sub("已完成一些。", first).split("\n")[-3:] == [
        f"正在生成，共{MOST + 1}行。",
        "已完成一些。",
        "好了马上发给您，这期间可以继续办理其他事项。",
    ]
    assert said[-1].endswith(texts.ENDED["sent"])
    announcement, brought = asked.server.by_bot(ANNA)
    assert announcement.labels == ["继续导出", "返回菜单"]
    assert brought.file is not None
    assert brought.file.name.startswith("问题台账_全部_2020年7月")
    assert set((await asked.states()).values()) == {"sent"}


async def test_what_the_card_shows_by_now_is_left_alone(asked: Desk) -> None:
    [announcement] = asked.server.by_bot(ANNA)
    led_on = await asked.store.run(answer, "telegram", str(ANNA), 2, MENU, str(announcement.id))
    await asked.dispatcher.send([led_on])
    await finish(asked.dispatcher)
    menu, brought = asked.server.by_bot(ANNA)
    assert (menu.labels, menu.edits) == (["帮助"], 1)
    assert brought.file is not None


@pytest.mark.parametrize(
    "fault",
    [
        Fault("editMessageText", 400, description="Bad Request: message to edit not found", times=9),
        Fault("editMessageText", 502, times=9),
    ],
)
async def test_a_message_that_cannot_be_drawn_again_harms_no_file(asked: Desk, fault: Fault) -> None:
    asked.server.faults.append(fault)
    await finish(asked.dispatcher)
    _, brought = asked.server.by_bot(ANNA)
    assert brought.file is not None
    assert set((await asked.states()).values()) == {"sent"}


async def test_a_writer_that_is_killed_is_told_of(asked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    start = asyncio.create_subprocess_exec

    async def killed(*args: Any, **wired: Any) -> asyncio.subprocess.Process:  # noqa: ANN401 - as it is called
        child = await start(*args, **wired)
        child.kill()
        return child

    monkeypatch.setattr(asyncio, "create_subprocess_exec", killed)
    await finish(asked.dispatcher)
    [announcement] = asked.server.by_bot(ANNA)
    assert announcement.text.endswith("文件没有生成成功，请稍后重新导出；多次不成的，请告知执法大队联系人。")
    assert announcement.labels[0] == "继续导出"
    assert (await asked.states())["awaited/1"] == "dead"


async def test_what_a_process_left_over_is_brought_by_the_next(asked: Desk) -> None:
    [row] = await asked.store.run(outbox.claim, "first", 9, outbox.LEASE, ["telegram"])
    await asked.store.run(outbox.sending, row.id, "first", outbox.LEASE)
    survivor = asked.another("second")
    asked.clock.move(asked.clock.now() + 2 * outbox.LEASE)
    await finish(survivor)
    announcement, brought = asked.server.by_bot(ANNA)
    assert announcement.text.endswith(texts.ENDED["sent"])
    assert brought.file is not None


# ── The web chat ─────────────────────────────────────────────────────────


class Page:
    """An open page of the web chat, and everything it has drawn."""

    def __init__(self, store: Store, channel: WebChannel) -> None:
        self.store, self.channel = store, channel
        self.drawn: list[list[transcript.Entry]] = []

    async def look(self) -> None:
        """Draw anew whenever somebody rings and there is something else to be seen."""
        seen: rows.Marks | None = None
        with self.channel.listen(HOME) as bell:
            while True:
                marks = await self.store.read(rows.marks, "web", HOME, 99)
                if marks != seen:
                    shown, heard = await self.store.read(rows.recent, "web", HOME, 99)
                    self.drawn.append(transcript.entries(shown, heard, self.store.campaign.zone, lambda _: None))
                seen = marks
                await bell.wait()
                bell.clear()

    async def shows(self, words: str) -> list[transcript.Entry]:
        """Wait until the first card has these words; return what is on the page then."""
        async with asyncio.timeout(60):
            while not self.drawn[-1] or words not in self.drawn[-1][0]["text"]:  # noqa: ASYNC110 - as a page draws
                await asyncio.sleep(0.05)
        return self.drawn[-1]


@pytest.fixture
async def page(store: Store) -> AsyncIterator[Page]:
    def enrol(work: Work) -> None:
        people.bind(work, people.account(work, "web", HOME).id, people.create_person(work, "赵某"))
        fill(work)

    await store.run(enrol)
    page = Page(store, WebChannel())
    looking = asyncio.create_task(page.look())
    yield page
    looking.cancel()


async def test_a_page_shows_how_far_it_is_and_then_the_file_as_the_newest(page: Page, tmp_path: Path) -> None:
    maker = Maker(page.store, FileStore(tmp_path / "files"))
    dispatcher = Dispatcher(page.store, {"web": page.channel}, maker, owner="first")
    await dispatcher.send([await page.store.run(asks, "web", HOME)])
    await dispatcher.send([await page.store.run(answer, "web", HOME, 2, MENU)])
    await finish(dispatcher)

    announcement, menu, brought = await page.shows(texts.ENDED["sent"])
    assert any(HOW_FAR.search(drawn[0]["text"]) for drawn in page.drawn if drawn)
    assert (announcement["live"], menu["live"]) == (False, True)
    assert brought["files"][0]["name"].startswith("问题台账_全部_")
    assert all(not entry["files"] for drawn in page.drawn[:-2] for entry in drawn), (
        "nothing is offered before it is there"
    )


async def test_what_was_made_is_what_is_fetched(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(page.store, FileStore(tmp_path / "files"))
    dispatcher = Dispatcher(page.store, {"web": page.channel}, maker, owner="first")
    await dispatcher.send([await page.store.run(asks, "web", HOME)])
    await finish(dispatcher)
    shown, _ = await page.store.read(rows.recent, "web", HOME, 99)
    attachment = Attachment(**shown[-1].payload["attachments"][0])

    with monkeypatch.context() as no_more:
        no_more.setattr(asyncio, "create_subprocess_exec", None)
        fetched = await maker.make(attachment)
    assert fetched.content[:2] == b"PK"
    for left in (tmp_path / "made").glob("*/*"):
        left.unlink()
    assert (await maker.make(attachment)).name == fetched.name, "it is made anew when it is not kept any more"


async def test_a_process_that_has_lost_the_row_hands_nothing_on(desk: Desk) -> None:
    await desk.queue(ANNA, awaited.key_of(1), "台账如下", kind="file")
    [row] = await desk.store.run(outbox.claim, "first", 9, outbox.LEASE, ["telegram"])
    await desk.store.run(outbox.sending, row.id, "first", outbox.LEASE)
    assert await desk.store.run(awaited.hand_on, row, row.payload, "second") is None
    assert await desk.store.run(awaited.hand_on, row, row.payload, "first") is not None
    assert await desk.store.run(awaited.hand_on, row, row.payload, "first") is None
    assert await desk.states() == {"awaited/1": "skipped", "awaited/1/made": "sending"}
