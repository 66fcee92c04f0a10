"""Three days of downtime, and a clock that is set back: what still matters comes once, the rest is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.failpoints import KILLED

if TYPE_CHECKING:
    from tests.e2e.bureau import Bureau
    from tests.kit.phone import Phone


async def test_after_three_days_down_what_still_matters_comes_once(bureau: Bureau) -> None:
    contact = await bureau.person("赵某", "contact", "nongji")
    idle = await bureau.person("孙某", "contact", "xumu")
    brigade = await bureau.person("李某", "brigade")
    thursday = bureau.bot("2020-07-09 15:00")
    await bureau.beats(thursday)
    assert not contact.messages
    await contact.says("/weekly")
    await contact.taps("跳过")
    await thursday.kill()

    await contact.says("检查农资门店12家", answered=False)  # nobody is there to read it
    monday = bureau.bot("2020-07-13 09:00")
    await bureau.beats(monday)
    await contact.reads("取得了哪些成效")
    assert [message.text.partition("\n")[0] for message in idle.messages] == ["逾期提醒"]
    assert sum(message.has("逾期提醒") for message in contact.messages) == 1
    assert _titles(brigade) == ["报送情况", "每周工作信息汇总表 · 第28周（7月6日—7月10日）"]
    skipped = [key for key, _, _ in await bureau.outbox("skipped")]
    for rung in ("notice", "prompt", "nudge"):
        assert f"weekly/2020-W28/{rung}@xumu" in skipped
    await monday.stop()

    said = _all_said(bureau)
    again = bureau.bot("2020-07-13 09:05")
    await bureau.beats(again)
    assert _all_said(bureau) == said


async def test_a_clock_set_back_two_hours_repeats_nothing_and_keeps_nobody_waiting(bureau: Bureau) -> None:
    contact = await bureau.person("赵某", "contact", "nongji")
    brigade = await bureau.person("李某", "brigade")
    # On PostgreSQL what a dead process had in hand is left alone for a minute: three seconds here.
    how = {"speed": 20 if "postgresql" in bureau.database else 1}
    noon = bureau.bot("2020-07-10 12:30", **how)
    await bureau.beats(noon)
    assert _titles(brigade) == ["报送情况", "每周工作信息汇总表 · 第28周（7月6日—7月10日）"]
    await noon.stop()
    said = _all_said(bureau)

    for clock in ("2020-07-10 10:30", "2020-07-10 11:00:30", "2020-07-10 12:00:30", "2020-07-10 12:29"):
        bot = bureau.bot(clock, **how)
        await bureau.beats(bot)
        await bot.stop()
    assert _all_said(bureau) == said

    # Killed with somebody's words in the inbox, then with the answer on its way, and each time started an hour earlier.
    for clock, earlier, death in (
        ("2020-07-10 12:40", "2020-07-10 11:40", "receive-after-commit"),
        ("2020-07-10 12:50", "2020-07-10 10:50", "reply-before-send"),
    ):
        dying = bureau.bot(clock, **how)
        await dying.start(failpoint=death)
        before = len(contact.messages)
        await contact.says("/status", answered=False)
        assert await dying.ended() == KILLED
        bot = bureau.bot(earlier, **how)
        await bot.start()
        await bureau.server.wait_for(lambda before=before: len(contact.messages) > before, 20)  # type: ignore[misc]
        await bot.stop()


def _titles(phone: Phone) -> list[str]:
    return [message.text.partition("\n")[0] for message in phone.messages]


def _all_said(bureau: Bureau) -> dict[int, int]:
    """Return how many messages stand in each person's chat."""
    people = (chat for chat in bureau.server.chats.values() if chat.name != "值班手机")
    return {chat.id: len(bureau.server.by_bot(chat.id)) for chat in people}
