"""What a browser sends, from its JSON to an event. The shapes are made, and checked, by `handlers.web.inputs`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.core.messages import Command, Event, FileRef, Said, Sent, Tapped, Unreadable
from handlers.serving import Arrival
from handlers.web.house import CHANNEL

if TYPE_CHECKING:
    from storage.inbox import Incoming

_COMMAND = re.compile(r"/([A-Za-z]\w{0,31})(?:\s+(.*))?", re.DOTALL)


class WebFront:
    """Reads the web chat's payloads; a file is in the store before its payload is in the inbox."""

    channel = CHANNEL

    async def read(self, incoming: Incoming) -> Arrival:
        """Return the event of one payload."""
        payload = incoming.payload
        return Arrival(event(payload), tapped=payload.get("on", ""))


def event(payload: dict[str, Any]) -> Event:
    """Return what a payload means; Unreadable when it is none of ours."""
    match payload:
        case {"kind": "say", "text": str(text)}:
            command = _COMMAND.fullmatch(text.strip())
            return Command(command[1].lower(), (command[2] or "").strip()) if command else Said(text)
        case {"kind": "tap", "action": str(action)}:
            return Tapped(action)
        case {"kind": "command", "name": str(name)}:
            return Command(name)
        case {"kind": "file", "file": dict(file)}:
            return Sent(FileRef(**file), payload.get("caption", ""))
        case {"kind": "too_large"}:
            return Unreadable("too_large", {"size": payload.get("size", 0), "limit": payload.get("limit", 0)})
        case _:
            return Unreadable("broken")
