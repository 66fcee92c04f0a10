"""How rows of inbox and outbox become a conversation on a page: one list, in order, cards redrawn in place.

Pure. The order needs no clock (a rehearsal's can go back): an answer's key names the input it answers, so each
input stands before its first answer, and everything else keeps the outbox's order.

An entry is the JSON a page draws. A bot's card: key, by "bot", id (what a tap on it names), kind, when, minute, title,
text, expects, example, buttons, files (url, name, size, and picture for what can be drawn: "large" or "small"), live
(its buttons still count), turn. A person's own: key (the browser's id of the input), by "me", when, minute, text or
file, tap, hidden, answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.texts import moments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from storage.transcript import Heard, Shown

Entry = dict[str, Any]
#: How far back a page goes, in rows of either kind.
MOST = 160
#: Files a page tries to draw. Their bytes were held against these endings when they came; where a browser cannot draw
#: one all the same (HEIC from a phone that calls it .jpg), it is shown as any other file.
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
#: Made to be read in the chat itself.
_LARGE = "summary-picture/"


def turn_of(row: Shown) -> int:
    """Return the id of the input a reply answers ("reply/812/0"), 0 for what came by itself."""
    parts = row.key.split("/")
    return int(parts[1]) if row.kind == "reply" and len(parts) > 1 and parts[1].isdigit() else 0


def entries(
    shown: Sequence[Shown], heard: Sequence[Heard], zone: ZoneInfo, size_of: Callable[[str], int | None]
) -> list[Entry]:
    """Return the conversation. `size_of` gives a stored file's size in bytes by its SHA-256."""
    redrawn = {turn_of(row) for row in shown if row.payload.get("place") == "same" and row.edits}
    answered = {turn_of(row) for row in shown}
    first = min((turn_of(row) for row in shown if turn_of(row)), default=0)
    waiting = [row for row in heard if row.id >= first or row.id in answered]
    listed: list[Entry] = []
    cards: dict[str, Entry] = {}
    for row in shown:
        turn = turn_of(row)
        while turn and waiting and waiting[0].id <= turn:
            listed.append(_own(waiting.pop(0), zone, answered, redrawn))
        card = _card(row, turn, zone, size_of)
        target = cards.get(row.edits)
        place = row.payload.get("place", "new")
        if target is not None and place == "same":
            # The same card drawn again: it keeps its name, its place, and what it was.
            target.update(card | {name: target[name] for name in ("key", "id", "kind", "when", "minute")})
            card = target
        else:
            if target is not None and place == "next":
                target["spent"] = True
            listed.append(card)
        cards[str(row.id)] = card
        if row.remote:
            cards[row.remote] = card
    listed.extend(_own(row, zone, answered, redrawn) for row in waiting)
    _settle_buttons([entry for entry in listed if entry["by"] == "bot"])
    return listed


def _settle_buttons(cards: Sequence[Entry]) -> None:
    """Mark whose buttons still count: a notice's until it led on, a reply's while it is the last word."""
    replies = [card for card in cards if card["kind"] == "reply"]
    last = max((card["turn"] for card in replies), default=0)
    last_offer = max((card["turn"] for card in replies if card["buttons"]), default=0)
    for card in cards:
        if card["kind"] == "reply":
            in_dialog = any(action.startswith("d:") for row in card["buttons"] for _, action, _ in row)
            card["live"] = card["turn"] == (last if in_dialog else last_offer)
        else:
            card["live"] = not card["spent"]


def _when(at: datetime, zone: ZoneInfo) -> Entry:
    local = at.astimezone(zone)
    return {
        "when": f"{moments.day(local)} {moments.weekday(local)} {local:%H:%M}",
        "minute": int(at.timestamp()) // 60,
    }


def _own(row: Heard, zone: ZoneInfo, answered: set[int], redrawn: set[int]) -> Entry:
    payload = row.payload
    entry: Entry = {
        "key": row.source.rpartition("/")[2],
        "by": "me",
        "tap": payload.get("kind") == "tap",
        # A tap that only turned a page of the calendar is no word in the conversation.
        "hidden": payload.get("kind") == "tap" and (row.id in redrawn or row.id not in answered),
        "answered": row.id in answered,
        **_when(row.at, zone),
    }
    match payload:
        case {"file": {"name": name, "size": size}} | {"kind": "too_large", "name": name, "size": size}:
            entry["file"] = {"name": name, "size": size}
            entry["text"] = payload.get("caption", "")
        case _:
            entry["text"] = payload.get("text") or payload.get("label") or ""
            entry["hidden"] = entry["hidden"] or not entry["text"]  # the page's own greeting
    return entry


def _card(row: Shown, turn: int, zone: ZoneInfo, size_of: Callable[[str], int | None]) -> Entry:
    message = row.payload
    return {
        "key": f"o{row.id}",
        "by": "bot",
        "id": str(row.id),
        "kind": row.kind,
        "turn": turn,
        "spent": False,
        **_when(row.at, zone),
        "title": message.get("title", ""),
        "text": message.get("text", ""),
        "expects": message.get("expects", "nothing"),
        "example": message.get("example", ""),
        "buttons": message.get("buttons", []),
        "files": [
            _file(f"/files/{row.id}/{place}", attachment, size_of)
            for place, attachment in enumerate(message.get("attachments", []))
        ],
    }


def _file(url: str, attachment: dict[str, Any], size_of: Callable[[str], int | None]) -> Entry:
    stored = attachment["kind"] == "file"
    name: str = attachment["name"]
    file: Entry = {"url": url, "name": name, "size": size_of(attachment["ref"]) if stored else None}
    if not name.lower().endswith(_PICTURES):
        return file
    return file | {"picture": "large" if attachment["ref"].startswith(_LARGE) else "small"}
