"""How Telegram's updates become events: `handlers.serving.Front` for the channel "telegram".

Owns fetching files into the file store, and telling Telegram that a tap was noticed. Leaves out what an
event means.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.core.messages import Said, Sent, Unreadable
from bot.core.plain_text import clean, one_line, units
from exports.channels.bot_api import wait_of
from handlers.serving import Arrival
from handlers.telegram import updates
from handlers.telegram.updates import Attached

if TYPE_CHECKING:
    from bot.core.messages import Event
    from exports.channels.bot_api import BotApi
    from storage.files import FileStore
    from storage.inbox import Incoming

log = logging.getLogger(__name__)

#: Bot API: getFile gives files of up to 20 MB.
LIMIT = 20 * 1024 * 1024
_TRIES = 4
_NAME_UNITS = 64
#: Bot API: a text has at most so many UTF-16 units; apps send a longer one as several, at most so many seconds apart.
MESSAGE_UNITS = 4096
_APART = 2


class TelegramFront:
    """Reads updates. `answer_taps` is off where the webhook's own answer already does it."""

    channel = "telegram"

    def __init__(self, api: BotApi, files: FileStore, *, answer_taps: bool = True, pause: float = 0.5) -> None:
        """Fetch through `api` into `files`; `pause`: the first wait, in seconds, after a failed download."""
        self._api = api
        self._files = files
        self._answer_taps = answer_taps
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._filled: dict[str, int] = {}  # chat -> when (in seconds) a text came that filled a whole message

    async def read(self, incoming: Incoming) -> Arrival:
        """Return what the update says; a file is in the file store by then."""
        update = incoming.payload
        event = updates.content(update)
        if isinstance(event, Said) and self._is_rest(incoming.address, update["message"]):
            return Arrival(None)
        if self._answer_taps and "callback_query" in update:
            self._notice(update["callback_query"]["id"])
        if isinstance(event, Attached):
            event = await self._fetch(event)
        name = one_line(clean(updates.sender(update)), _NAME_UNITS)
        return Arrival(event, tapped=updates.tapped_message(update), name=name)

    def _is_rest(self, chat: str, message: dict[str, Any]) -> bool:
        """Tell whether this is the rest of a text that Telegram's apps have cut in two: it answers nothing by itself.

        The first part is longer than any answer may be, so it has been refused already.
        """
        sent, before = message.get("date", 0), self._filled.pop(chat, None)
        if units(message["text"]) >= MESSAGE_UNITS:
            self._filled[chat] = sent
        return before is not None and 0 <= sent - before <= _APART

    async def close(self) -> None:
        """Let the last taps be answered."""
        await asyncio.gather(*self._tasks)

    def _notice(self, tap: str) -> None:
        # On its own, for the person only sees a spinner end: nothing waits for it and nothing depends on it.
        task = asyncio.create_task(self._answer(tap))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, tap: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": tap})
        except TelegramError as error:  # "query is too old" after a restart; a network that is down
            log.debug("a tap was not answered: %s", error)

    async def _fetch(self, attached: Attached) -> Event:
        too_large = Unreadable("too_large", {"limit": LIMIT})
        if attached.size > LIMIT:
            return too_large
        pause = self._pause
        for left in reversed(range(_TRIES)):
            try:
                told = await self._api.call("getFile", {"file_id": attached.file_id})
                if told.get("file_size", 0) > LIMIT:
                    return too_large
                content = await self._api.fetch(told["file_path"])
            except (BadRequest, Forbidden) as error:
                if "too big" in str(error).lower():
                    return too_large
                log.warning("a file cannot be fetched: %s", error)
                break
            except TelegramError as error:
                log.warning("a file was not fetched, %d tries left: %s", left, error)
                if left:
                    await asyncio.sleep(wait_of(error) if isinstance(error, RetryAfter) else pause)
                    pause *= 2
            else:
                return await self._keep(attached, content)
        return Unreadable("download_failed")

    async def _keep(self, attached: Attached, content: bytes) -> Sent:
        name = one_line(clean(attached.name), 200)
        file = await asyncio.to_thread(self._files.put, content, name, attached.mime)
        return Sent(file, attached.caption)
