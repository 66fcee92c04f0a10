"""`bot.py push test`: whether what is sent unasked gets to those the campaign file names, tried for real."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING

from telegram.error import TelegramError

from bot.app import keep_log, outside, say
from bot.core.messages import Message
from bot.core.tables import Column, Row, Table
from bot.texts import channels as texts
from exports.channels.base import Parcel, Refused, Unsent, Unsure, Upload
from exports.channels.bot_api import BotApi
from exports.workbook import MIME, file_name, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.config import Settings
    from bot.core.campaign import Campaign, Recipient
    from exports.channels.base import Channel

TELEGRAM = "telegram"


async def run(settings: Settings, campaign: Campaign, keys: Sequence[str], now: datetime) -> bool:
    """Send a message with a file to each recipient (of `keys`, or all); say what became of it. True when all came."""
    keep_log(settings.secrets)
    if not keys:
        keys = [each.key for each in campaign.recipients] + ([TELEGRAM] if settings.token else [])
    if not keys:
        say(texts.NOBODY)
    channels = {each.name: each for each in outside(settings, campaign)}
    arrived = True
    for key in dict.fromkeys(keys):
        recipient = campaign.recipient(key)
        if recipient is not None:
            outcome = await _send(channels[recipient.channel], campaign, recipient, now)
            say(texts.told(recipient.name, recipient.channel, outcome or texts.ARRIVED))
        elif key == TELEGRAM:
            outcome = await _ask_telegram(settings)
        else:
            outcome = texts.UNKNOWN.format(key=key)
            sys.stderr.write(f"{outcome}\n")
        arrived = arrived and not outcome
    return arrived and bool(keys)


async def _send(channel: Channel, campaign: Campaign, recipient: Recipient, now: datetime) -> str:
    """Return why it did not arrive, "" when it did."""
    message = Message(texts.TEST_TEXT, title=texts.TEST_TITLE)
    parcel = Parcel(recipient.key, message, files=(_file(campaign),), key=f"test/{now.isoformat()}")
    try:
        await channel.deliver(parcel)
    except (Unsent, Unsure, Refused) as failure:
        return str(failure)
    return ""


def _file(campaign: Campaign) -> Upload:
    """Return the recipients as a small workbook: what will go out is one, too."""
    columns = (Column("name", texts.TEST_PLACE, 30), Column("channel", texts.TEST_CHANNEL, 20))
    rows = [Row((each.name, texts.CHANNELS[each.channel])) for each in campaign.recipients]
    target = BytesIO()
    write(Table(texts.TEST_TITLE, texts.TEST_TITLE, columns, rows, unit=campaign.title), target)
    return Upload(file_name(texts.TEST_TITLE), MIME, target.getvalue())


async def _ask_telegram(settings: Settings) -> str:
    """Say whether the token is good; return why not."""
    if not settings.token:
        say(texts.NO_TELEGRAM)
        return texts.NO_TELEGRAM
    try:
        async with BotApi(settings.token, settings.telegram_api) as api:
            said = await api.call("getMe", {})
    except TelegramError:
        say(texts.TELEGRAM_BAD)
        return texts.TELEGRAM_BAD
    say(texts.TELEGRAM_GOOD.format(name=said["username"]))
    return ""
