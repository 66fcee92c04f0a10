"""What an update of the Bot API says, read from its raw JSON.

Owns the mapping from Telegram's fields to events. Reads the few fields it needs itself: python-telegram-bot's
objects cost 0.07 to 0.12 ms of CPU an update, as much as sending the reply. Does no I/O: a file is described
(`Attached`), the front fetches it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.messages import Command, Event, Said, SharedPhone, Tapped, Unreadable

Update = Mapping[str, Any]

#: Asked of Telegram: everything else is not even sent.
WANTED: Final = ("message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

#: Fields of a message that carry a file, with the name and type given to one that has none of its own.
_FILES: Final = {
    "document": ("文件", "application/octet-stream"),
    "video": ("视频.mp4", "video/mp4"),
    "audio": ("音频.mp3", "audio/mpeg"),
}
#: Fields of a message that no answer can be read from, and what they are called further in.
_UNREADABLE: Final = {
    "sticker": "sticker",
    "voice": "voice",
    "video_note": "video",
    "location": "location",
    "venue": "location",
    "poll": "poll",
    "dice": "dice",
    "game": "game",
    "story": "story",
    "paid_media": "paid_media",
    "checklist": "checklist",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file Telegram holds: `file_id` fetches it; `size` is in bytes, 0 when Telegram did not say."""

    file_id: str
    name: str
    mime: str
    size: int
    caption: str = ""


def private_chat(update: Update) -> str | None:
    """Return the chat an update to be answered came from; None for groups, channels, bots and the rest."""
    tap = update.get("callback_query") or {}
    message = update.get("message") or tap.get("message") or {}
    author = (tap or message).get("from")
    if not author or author.get("is_bot"):
        return None
    return _private(message.get("chat"))


def block(update: Update) -> tuple[str, bool] | None:
    """Return (private chat, whether the person has blocked the bot) when that is what the update tells."""
    change = update.get("my_chat_member") or {}
    chat = _private(change.get("chat"))
    if chat is None:
        return None
    return chat, change.get("new_chat_member", {}).get("status") == "kicked"


def _private(chat: Mapping[str, Any] | None) -> str | None:
    return str(chat["id"]) if chat and chat.get("type") == "private" else None


def sender(update: Update) -> str:
    """Return what the sender calls themself."""
    person = (update.get("callback_query") or update.get("message") or {}).get("from", {})
    return f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()


def tapped_message(update: Update) -> str:
    """Return the id of the message whose button was tapped, "" when none was."""
    message = update.get("callback_query", {}).get("message")
    return str(message["message_id"]) if message else ""


def content(update: Update) -> Event | Attached | None:
    """Return what the person did; None when there is nothing to answer, as in a pinned message."""
    if tap := update.get("callback_query"):
        return Tapped(tap["data"]) if tap.get("data") else None
    message = update.get("message")
    if not message:
        return None
    if "text" in message:
        return _typed(message["text"])
    if contact := message.get("contact"):
        # Anybody's card can be sent on; only one's own number is vouched for.
        own = contact.get("user_id") == message["from"]["id"]
        return SharedPhone(contact["phone_number"]) if own else Unreadable("contact")
    for field, kind in _UNREADABLE.items():
        if field in message:
            return Unreadable(kind)
    return _attached(message)


def _typed(text: str) -> Event:
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return Said(text)
    return Command(command[1].lower(), (command[2] or "").strip())


def _attached(message: Mapping[str, Any]) -> Attached | None:
    caption = message.get("caption", "")
    if photo := message.get("photo"):
        largest = photo[-1]
        return Attached(largest["file_id"], "照片.jpg", "image/jpeg", largest.get("file_size") or 0, caption)
    for field, (name, mime) in _FILES.items():
        if file := message.get(field):
            return Attached(
                file["file_id"],
                file.get("file_name") or name,
                file.get("mime_type") or mime,
                file.get("file_size") or 0,
                caption,
            )
    return None
