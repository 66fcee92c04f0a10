"""The demonstration: the sample campaign, invented people in every role, and a clock that can be moved on.

Everything in it is the real product on a database of its own; only the people and what they have reported so far are
made up here, through the same use cases that serve everybody.
"""

from __future__ import annotations

import asyncio
import tempfile
import webbrowser
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import demo_story
from bot.app import Product, address_of, heed_signals, keep_log, listen, say, serve_web, until_stopped
from bot.clock import RehearsalClock
from bot.config import DEFAULT_WEB, WrongSetting, split_address
from bot.core import deadlines, reminders
from bot.core.campaign_rules import WEEKLY
from bot.services import enrolment
from bot.texts import demo as texts
from handlers.web.app import Demo
from storage import settings as remembered

if TYPE_CHECKING:
    import socket

    from bot.config import Settings
    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence

#: The demonstration begins on the Thursday, in the morning.
MORNING = 9
#: Moments ahead that can be jumped to.
JUMPS = 4


async def run(settings: Settings, campaign: Campaign, *, browser: bool) -> int:
    """Serve the demonstration until stopped. Its database lives as long as it does."""
    keep_log(())
    stopped = heed_signals()
    with tempfile.TemporaryDirectory(prefix="duban-demo-", ignore_cleanup_errors=True) as folder:
        weeks = deadlines.occurrences(campaign, WEEKLY)
        week = weeks[demo_story.WEEK]
        begin = settings.clock or _thursday(week)
        clock = RehearsalClock(weeks[demo_story.WEEK - demo_story.BEFORE].opens)
        listening = _listen(settings)
        own = settings.model_copy(
            update={
                "database": f"sqlite:///{Path(folder).as_posix()}/demo.db",
                "telegram_token": type(settings.telegram_token)(""),
                "smtp": "",
                "wecom": type(settings.wecom)(""),
            }
        )
        product = Product(own, campaign, clock)
        async with product.opened():
            played = await demo_story.tell(product, clock, begin)
            clock.move(begin)
            # As if it had been installed this morning: the weeks before are past, and nothing of them is sent.
            await product.store.run(remembered.put, remembered.INSTALLED, begin.isoformat())
            here = address_of(listening)
            await product.store.run(enrolment.remember_door, enrolment.WEB, here.rstrip("/"))

            async def move(to: datetime) -> None:
                clock.move(to)
                product.heart.kick()

            demo = Demo(people=played, jumps=lambda: jumps(campaign, clock.now(), begin), move=move)
            server = asyncio.create_task(serve_web(await product.web_app(demo=demo), listening))
            await product.start()
            say(texts.READY.format(address=here))
            if browser:
                await asyncio.to_thread(webbrowser.open, here)
            try:
                await until_stopped(stopped, [server])
            finally:
                product.web.close()
                server.cancel()
                await asyncio.gather(server, return_exceptions=True)
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Take the address of the web chat; without one in the settings any free port does."""
    if settings.web:
        return listen(*split_address(settings.web))
    try:
        return listen(*split_address(DEFAULT_WEB))
    except WrongSetting:
        return listen("127.0.0.1", 0)


def _thursday(week: Occurrence) -> datetime:
    return week.opens + timedelta(days=3, hours=MORNING)


def jumps(campaign: Campaign, now: datetime, since: datetime) -> list[tuple[str, datetime]]:
    """Return where the clock can be moved on to, in words: the next moments of the ladders that are heard of.

    The last of them is a dated duty's: weeks of weekly reports may lie before it.
    """
    timeline = reminders.timeline(campaign)
    coming = [moment for moment in timeline if moment.at > now and moment.occurrence.due >= since]
    dated = next((moment for moment in coming if not campaign.duty(moment.occurrence.duty).every), None)
    moments = sorted({moment.at for moment in coming})[:JUMPS]
    if dated is not None and dated.at not in moments:
        moments[-1] = dated.at
    zone = campaign.zone
    return [(texts.jump(at.astimezone(zone), now.astimezone(zone)), at) for at in moments]
