"""kill -9 at any moment: nothing the chat acknowledged is lost, nothing is applied twice, nobody is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING

from storage.failpoints import KILLED
from tests.e2e.clerk import SCAN, Clerk, typed_answers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import pytest

    from tests.e2e.bureau import Bureau
    from tests.kit.phone import Phone
    from tests.kit.process import Bot

#: Every use case the running bot performs, each just before and just after its commit; then single steps of the way
#: out, and any commit, whatever it is of. "a, b": the bot dies a second time, at b, while it recovers from a.
USE_CASES = (
    "install",
    "_secret",
    "receive",
    "receive:4",
    "serve",
    "serve:7",
    "settle",
    "settle:5",
    "claim",
    "sending",
    "sending:4",
    "recover",
    "remind",
    "push_tables",
)
SECOND_DEATHS = (
    "receive-after-commit, oldest_waiting-before-commit",
    "receive-after-commit:3, oldest_waiting-after-commit",
    "settle-before-commit:6, recover-after-commit",
    "sending-after-commit:2, recover-before-commit",
    "send-before:5, send-after",
)
STEPS = (
    *(f"{name}:{time}" for name in ("commit-before", "commit-after") for time in (2, 9, 16)),
    *(f"{name}{time}" for name in ("send-before", "send-after") for time in ("", ":2", ":7")),
    *("reply-before-send", "reply-before-send:6"),
)


def _both(use_case: str) -> tuple[str, str]:
    name, colon, time = use_case.partition(":")
    return f"{name}-before-commit{colon}{time}", f"{name}-after-commit{colon}{time}"


DEATHS = (*(point for use_case in USE_CASES for point in _both(use_case)), *STEPS, *SECOND_DEATHS)
ON_POSTGRESQL = tuple(
    each for each in DEATHS if not each.startswith(("install", "_secret", "remind", "commit")) and ":" not in each
)
#: Worlds in work at the same time.
AT_ONCE = 10
MOST_KILLS = 16


async def test_a_friday_survives_every_failpoint(
    bureaus: Callable[[], Awaitable[Bureau]], request: pytest.FixtureRequest
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)
    # On PostgreSQL the runner differs, and who takes up what was left; what the bot does is the same.
    deaths_here = DEATHS if "sqlite" in request.node.name else ON_POSTGRESQL

    async def try_out(deaths: str) -> None:
        async with turns:
            try:
                await _friday(await bureaus(), deaths.split(", "))
            except BaseException as error:
                error.add_note(f"the bot had died at {deaths}")
                raise

    results = await asyncio.gather(*(try_out(deaths) for deaths in deaths_here), return_exceptions=True)
    failures = [result for result in results if isinstance(result, Exception)]
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(deaths_here)} deaths left something behind", failures)


async def _friday(bureau: Bureau, deaths: list[str]) -> None:
    """A report comes in late and is signed while the noon's notices go out, and the bot dies on the way."""
    contact = await bureau.person("赵某", "contact", "nongji")
    head = await bureau.person("钱某", "head", "nongji")
    idle = await bureau.person("孙某", "contact", "xumu")
    brigade = await bureau.person("李某", "brigade")
    clerk = Clerk.of(contact, 1)
    # PostgreSQL: another process may hold what is left until its lease of a minute has run out: three seconds here.
    bot = bureau.bot("2020-07-10 12:00:02", speed=20 if "postgresql" in bureau.database else 1)
    try:
        async with _dying(bot, deaths):
            await clerk.fills_in()
            await _signs(head)
            await bureau.quiet()
        assert bot.statuses == [KILLED] * len(deaths), "it did not die there"
        [filed] = await bureau.filed("nongji")
        assert filed.state == "reported"
        files = filed.answers.pop("files")
        assert [file["name"] for file in files] == ["盖章件.pdf"]
        assert (bureau.folder / "files").exists() or (bureau.folder / "data" / "files").exists()
        assert len(SCAN) == files[0]["size"]
        assert filed.answers == typed_answers(clerk)
        await _each_notice_once(bureau, brigade, idle)
        repeated = sum(count - 1 for count in bureau.server.duplicates().values()) - clerk.wondered
        assert repeated <= len(deaths), bureau.server.duplicates()
    finally:
        await bureau.close()


@contextlib.asynccontextmanager
async def _dying(bot: Bot, deaths: list[str]) -> AsyncIterator[None]:
    """Let the bot die at one point after the other; each time it is started again."""

    async def nurse() -> None:
        for death in deaths:
            await bot.start(failpoint=death)
            while bot.alive:  # noqa: ASYNC110 - a process has no event to wait for
                await asyncio.sleep(0.005)
            await bot.ended()
        await bot.keep_up()

    nursing = asyncio.create_task(nurse())
    try:
        yield
    finally:
        nursing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await nursing


async def _signs(head: Phone) -> None:
    """Sign from the request; from the menu when it does not come (a notice that may have arrived is not repeated)."""
    try:
        await head.server.wait_for(lambda: any(m.data("同意报送") for m in head.messages), 8)
    except TimeoutError:
        await head.says("/menu")
        await head.taps("待我签批")
    await head.taps("同意报送", answered=False)
    await head.reads("已签批，并报送执法大队")


async def _each_notice_once(bureau: Bureau, brigade: Phone, idle: Phone) -> None:
    """Every reminder and every table stand in their chats once, or are listed for the brigade as uncertain."""
    rows = await bureau.outbox("sent", "unknown")
    uncertain = [key for key, state, _ in rows if state == "unknown"]
    # Each life begins at noon again, so that a table is renewed at once when a report has come: each of them once.
    tables = sum("/table/weekly/" in key for key, _, _ in rows)
    expected = (
        (brigade, "报送情况", "missing", 1),
        (brigade, "汇总表", "table", tables),
        (idle, "逾期提醒", "overdue", 1),
    )
    for phone, words, name, most in expected:
        arrived = [message for message in phone.messages if words in message.text.partition("\n")[0]]
        count = sum((message.file is not None) == (name == "table") for message in arrived)
        listed = sum(f"/{name}" in key for key in uncertain)
        assert count + listed >= 1, f"{name}: lost"
        assert count <= most, f"{name}: {phone.messages}"
        if name == "table" and listed:  # it went out unasked: whether it arrived, the brigade is to find out
            await brigade.reads("不确定是否送达")


async def test_killed_at_random_while_six_people_fill_in_their_forms(small_bureau: Bureau) -> None:
    bureau = small_bureau
    dice = random.Random(20200710)
    units = [unit.key for unit in bureau.campaign.units[:6]]
    clerks = [
        Clerk.of(await bureau.person(f"填报人{number}", "contact", unit), number, thinking=dice)
        for number, unit in enumerate(units, 1)
    ]
    bot = bureau.bot("2020-07-09 12:00")
    await bot.start()
    filling = asyncio.gather(*(clerk.fills_in() for clerk in clerks))
    while not filling.done() and len(bot.statuses) < MOST_KILLS:
        await asyncio.sleep(dice.uniform(0.05, 0.5))
        await bot.kill()
        await bot.start()
    await filling
    assert len(bot.statuses) >= MOST_KILLS / 2, "that was no trial"
    for unit, clerk in zip(units, clerks, strict=True):
        [filed] = await bureau.filed(unit)
        assert [file["name"] for file in filed.answers.pop("files")] == ["盖章件.pdf"]
        assert filed.answers == typed_answers(clerk)
    receipts = [message for clerk in clerks for message in clerk.phone.messages if message.text.startswith("提交成功")]
    assert len(receipts) <= len(clerks) + 1
