"""Updates on their way in: committed to the inbox first, told to Telegram as received only then.

Owns the long poll and the opening calls (who am I, which commands are there). python-telegram-bot's own
updater confirms updates before they are handled and loses them when the process dies. Leaves out what they
mean.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Any, TypeVar

from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.services import reaching
from exports.channels.bot_api import wait_of
from handlers.telegram import updates
from storage import inbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from exports.channels.bot_api import BotApi
    from storage.inbox import Incoming
    from storage.work import Store, Work

log = logging.getLogger(__name__)

T = TypeVar("T")

CHANNEL = "telegram"
#: Bot API: getUpdates; seconds a poll waits for something to come, and updates it brings at most.
WAIT, BATCH = 50.0, 100
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0

COMMANDS = (
    ("start", "开始使用，或接着上次填写"),
    ("menu", "打开菜单"),
    ("weekly", "填报本周信息"),
    ("status", "查看报送进度"),
    ("summary", "查看整治情况（领导小组、执法大队）"),
    ("export", "导出表格"),
    ("help", "使用帮助"),
    ("cancel", "取消正在填写的内容"),
)


#: For the operator; says nothing of the token itself.
NO_SUCH_BOT = "Telegram 不认可机器人令牌：请核对 DUBAN_TELEGRAM_TOKEN（以及 DUBAN_TELEGRAM_API，如果设置了它）。"


class RefusedError(Exception):
    """Telegram will not work with these settings: a sentence for the operator, and no use in trying again."""


class Receiver:
    """Takes raw updates into the inbox and hands them on, whichever way they came."""

    def __init__(self, store: Store, hand: Callable[[Incoming], None]) -> None:
        """Commit to `store`, then `hand` each new one over (`handlers.serving.Serving.hand`)."""
        self._store = store
        self._hand = hand

    async def receive(self, batch: Sequence[updates.Update]) -> None:
        """Return when all that matters is on disk; what was received before changes nothing."""
        rows, blocks = [], []
        for update in batch:
            try:
                if (address := updates.private_chat(update)) is not None:
                    rows.append((str(update["update_id"]), address, dict(update)))
                elif (change := updates.block(update)) is not None:
                    blocks.append(change)
            except (AttributeError, KeyError, TypeError):
                # Left in its place it would come again for ever, and nothing behind it would.
                log.exception("an update of unknown shape is passed over")
        if rows or blocks:
            for incoming in await self._store.run(receive, rows, blocks):
                self._hand(incoming)


def receive(
    work: Work, rows: Sequence[tuple[str, str, dict[str, Any]]], blocks: Sequence[tuple[str, bool]]
) -> Sequence[Incoming]:
    """Store (update id, chat, update) rows, and who blocked the bot or no longer does; return new rows."""
    for address, blocked in blocks:
        reaching.mark(work, CHANNEL, address, "blocked" if blocked else "")
    return inbox.receive(work, CHANNEL, rows)


class Polling:
    """The long poll: one at a time, until its task is cancelled."""

    def __init__(self, api: BotApi, receiver: Receiver, *, wait: float = WAIT, pause: float = _FIRST_PAUSE) -> None:
        """Poll `api` for `receiver`; `pause` is the first wait, in seconds, after something failed."""
        self._api = api
        self._receiver = receiver
        self._wait = wait
        self._pause = pause
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll for ever; raise RefusedError only. A database that is down is waited for as well."""
        await persist(self._api.bot.delete_webhook, first=self._pause)
        failures = 0
        while True:
            try:
                await self._poll()
            except InvalidToken as error:
                raise RefusedError(NO_SUCH_BOT) from error
            except Conflict:
                log.warning("另有程序正用同一个机器人令牌接收消息，请停掉其中一个；稍后重试")
                failures += 1
            except TelegramError as error:
                log.warning("receiving failed, trying again: %s", error)
                failures += 1
                if isinstance(error, RetryAfter):
                    await asyncio.sleep(wait_of(error))
            except Exception:
                # Not confirmed, so nothing is lost: Telegram gives the same updates again.
                log.exception("updates could not be stored, trying again")
                failures += 1
            else:
                failures = 0
            if failures:
                await asyncio.sleep(_pause(self._pause, failures))

    async def _poll(self) -> None:
        asked: dict[str, Any] = {"limit": BATCH, "allowed_updates": list(updates.WANTED)}
        if self._offset is not None:
            asked["offset"] = self._offset
        batch = await self._api.poll(asked, wait=self._wait)
        await self._receiver.receive(batch)
        # An offset is said until Telegram has answered to it, then forgotten: after a quiet week update ids
        # start anywhere, and an older offset above them would confirm new updates unseen.
        self._offset = batch[-1]["update_id"] + 1 if batch else None


async def introduce(api: BotApi, *, pause: float = _FIRST_PAUSE) -> str:
    """Set the list of commands and return the bot's user name; wait for the network, raise RefusedError."""
    me = await persist(api.bot.get_me, first=pause)
    commands = [BotCommand(name, what) for name, what in COMMANDS]
    try:
        await api.bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats())
    except TelegramError as error:  # a convenience: everything is reachable by buttons as well
        log.warning("the list of commands was not set: %s", error)
    return me.username or ""


async def persist(call: Callable[[], Awaitable[T]], *, first: float = _FIRST_PAUSE) -> T:
    """Return the call's result, trying again while Telegram is out of reach; raise RefusedError."""
    failures = 0
    while True:
        try:
            return await call()
        except InvalidToken as error:
            raise RefusedError(NO_SUCH_BOT) from error
        except BadRequest as error:
            raise RefusedError(f"Telegram 没有接受设置：{error}") from error
        except TelegramError as error:
            failures += 1
            wait = wait_of(error) if isinstance(error, RetryAfter) else _pause(first, failures)
            log.warning("Telegram cannot be reached, trying again in %.0f s: %s", wait, error)
            await asyncio.sleep(wait)


def _pause(first: float, failures: int) -> float:
    # Doubled each time, and never the same for two processes that failed together.
    return min(first * 2.0 ** min(failures - 1, 10), _LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311
