"""Telegram as a way of reaching people: a `Parcel` becomes calls of the Bot API, failures the four outcomes.

Owns how a message looks there: title in bold, texts cut to Telegram's length, inline buttons under the last part, files
as documents with the text as the last one's caption. A picture to be looked at goes as a photo, and as a document where
Telegram does not take it as one; a file that it does not take at all is left out, and the text says what to do. Text
goes out as plain text with an entity for the title, never as HTML: nothing somebody typed can be markup.

What a failure means:

- no connection, 429, and 500, 502, 503: `Unsent`. While Telegram is down it says 502 to everything, for
  minutes; the rare 502 whose message did go out is seen twice, which is the smaller evil.
- 504, a read timeout, a lost connection, an answer that is no JSON: `Unsure`. The request had been handed on.
- 403 and "chat not found": `Refused(gone=True)`; any other 400: `Refused`; `migrate_to_chat_id`: `Moved`.
- 401 and 404: `Unsent`. The token was withdrawn or mistyped; once it is right again, what waits goes out.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.core.plain_text import units
from bot.texts import conversation as texts
from exports.channels.base import Moved, Refused, Unsent, Unsure
from exports.channels.bot_api import wait_of
from exports.channels.http import FaultError, NotSentError

if TYPE_CHECKING:
    from bot.core.messages import Button, Rows
    from exports.channels.base import Parcel, Upload
    from exports.channels.bot_api import BotApi

_LOG = logging.getLogger(__name__)

#: Bot API: sendMessage and sendDocument; both count UTF-16 units.
TEXT_UNITS, CAPTION_UNITS = 4096, 1024
#: Bot API: sendDocument and sendPhoto, in bytes.
LARGEST, LARGEST_PHOTO = 50_000_000, 10_000_000
_DOCUMENT, _PHOTO = "sendDocument", "sendPhoto"
_GATEWAY_TIMEOUT = 504
#: Once the first of several parts has arrived, the rest is tried this often, at most so many seconds apart.
_TRIES, _PAUSE = 4, 30.0

_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "chat_write_forbidden")
_UNEDITABLE = ("message to edit not found", "can't be edited", "no text in the message", "message_id_invalid")
_UNCHANGED = "message is not modified"
_UNNAMEABLE = re.compile(r'[\x00-\x1f\x7f"\\/]+')


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    fields: dict[str, Any]
    upload: Upload | None = None


class TelegramChannel:
    """Sends and edits through one bot."""

    name = "telegram"
    carries_files = True
    rate = 25.0  # Telegram allows 30 a second over all chats

    def __init__(self, api: BotApi, *, pause: float = 1.0) -> None:
        """Send through `api`; `pause` is the first wait, in seconds, before a later part is tried again."""
        self._api = api
        self._pause = pause

    async def deliver(self, parcel: Parcel) -> str:
        """Send or edit; return the id of the message that carries the buttons (the last one sent)."""
        calls = _calls(parcel)
        remote = ""
        if parcel.edits and not parcel.files:
            first, calls = calls[0], calls[1:]
            if not await self._edit(first, parcel.edits):
                calls = [first, *calls]
            remote = parcel.edits
        for index, call in enumerate(calls):
            result = await (self._persist(call) if index else self._perform(call))
            remote = str(result["message_id"])
        return remote

    async def redraw(self, parcel: Parcel) -> None:
        """Draw a message again that has no files and fits into one; one that is gone stays gone."""
        await self._edit(_calls(parcel)[0], parcel.edits)

    async def _edit(self, call: _Call, remote: str) -> bool:
        """Draw the message anew; False when it is gone or was never a text, so that a new one is needed."""
        fields = {**call.fields, "message_id": int(remote)}
        fields.setdefault("reply_markup", {"inline_keyboard": []})
        try:
            await self._perform(replace(call, method="editMessageText", fields=fields))
        except Refused as refusal:
            said = str(refusal).lower()
            if _UNCHANGED in said:
                return True
            if any(words in said for words in _UNEDITABLE):
                return False
            raise
        return True

    async def _persist(self, call: _Call) -> dict[str, Any]:
        # A part before this one has arrived: Unsent would have all of them sent again.
        pause = self._pause
        for left in reversed(range(_TRIES)):
            try:
                return await self._perform(call)
            except Unsent as failure:
                if not left:
                    raise Unsure(f"only the first parts were sent: {failure}") from failure
                await asyncio.sleep(min(failure.retry_after or pause, _PAUSE))
                pause *= 2
        raise AssertionError("the last try returns or raises")

    async def _perform(self, call: _Call) -> dict[str, Any]:
        try:
            return await self._api.call(call.method, call.fields, call.upload)
        except TelegramError as error:
            outcome = _outcome(error)
            if call.method == _PHOTO and isinstance(outcome, Refused) and not outcome.gone:
                return await self._perform(replace(call, method=_DOCUMENT))
            raise outcome from error


def _outcome(error: TelegramError) -> Exception:
    said = str(error)
    outcome: Exception = Unsure(said)
    if isinstance(error, RetryAfter):
        outcome = Unsent(said, wait_of(error))
    elif isinstance(error, ChatMigrated):
        outcome = Moved(str(error.new_chat_id))
    elif isinstance(error, Forbidden):
        outcome = Refused(said, gone=True)
    elif isinstance(error, BadRequest):
        outcome = Refused(said, gone=any(words in said.lower() for words in _GONE))
    elif isinstance(error, InvalidToken):
        _LOG.error("Telegram 不认可机器人令牌，消息暂存待发；请核对 DUBAN_TELEGRAM_TOKEN")
        outcome = Unsent(said)
    elif isinstance(error, NotSentError) or (isinstance(error, FaultError) and error.status != _GATEWAY_TIMEOUT):
        outcome = Unsent(said)
    return outcome


def _calls(parcel: Parcel) -> list[_Call]:
    """Return what to call, in order: the buttons are under the last one."""
    message = parcel.message
    chat = {"chat_id": int(parcel.address)}
    title, body = clean(message.title).strip(), clean(message.text).strip()
    files = [upload for upload in parcel.files if len(upload.content) <= LARGEST]
    heavy = [upload for upload in parcel.files if len(upload.content) > LARGEST]
    left_out = [texts.too_large(clean(upload.name), len(upload.content)) for upload in heavy]
    text = "\n\n".join(part for part in (title, body, *left_out) if part)
    bold = [{"type": "bold", "offset": 0, "length": units(title)}] if title else []
    calls = [
        _Call(_method(upload), dict(chat), replace(upload, name=_UNNAMEABLE.sub("_", upload.name))) for upload in files
    ]
    if calls and units(text) <= CAPTION_UNITS:
        if text:
            calls[-1].fields.update({"caption": text} | ({"caption_entities": bold} if bold else {}))
    else:
        calls += [
            _Call("sendMessage", {**chat, "text": part, "link_preview_options": {"is_disabled": True}})
            for part in split(text, TEXT_UNITS)
        ]
        if bold:
            calls[len(files)].fields["entities"] = bold
    if message.buttons:
        calls[-1].fields["reply_markup"] = keyboard(message.buttons)
    return calls


def _method(upload: Upload) -> str:
    return _PHOTO if upload.shown and len(upload.content) <= LARGEST_PHOTO else _DOCUMENT


def keyboard(rows: Rows) -> dict[str, Any]:
    """Return the inline keyboard (Bot API: InlineKeyboardMarkup)."""
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> dict[str, str]:
    drawn = {"text": clean(button.label), "callback_data": button.action}
    # Bot API 9.4: "style"; apps and servers from before it draw a plain button.
    return drawn if button.tone == "plain" else drawn | {"style": button.tone}


def clean(text: str) -> str:
    """Return the text without what Telegram refuses: NUL and lone halves of a surrogate pair."""
    text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def split(text: str, limit: int) -> list[str]:
    """Return parts of at most `limit` UTF-16 units, cut at the end of a line or sentence when one is near."""
    parts = []
    while units(text) > limit:
        fits = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
        cut = fits.rfind("\n", len(fits) // 2) + 1
        if not cut:
            cut = max(fits.rfind(end, len(fits) // 2) + 1 for end in ("。", "；", "，", " ")) or len(fits)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text]
