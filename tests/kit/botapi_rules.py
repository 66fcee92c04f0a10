"""What the Bot API refuses, and in which words. Pure: values in, values out, `Refusal` for the rest."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO
from typing import Any

from PIL import Image

TEXT, CAPTION, DATA = 4096, 1024, 64
BUTTONS, TOAST = 100, 200
SIDES, RATIO = 10_000, 20
STYLES = {"danger", "success", "primary"}
ENTITIES = {
    *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"),
    *("underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"),
    *("text_link", "text_mention", "custom_emoji", "date_time"),
}
TAGS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "s": "strikethrough"}
TAGS |= {"code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler"}


class Refusal(Exception):  # noqa: N818 - what the server says, no defect
    def __init__(self, description: str, code: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.body = {"ok": False, "error_code": code, "description": f"{_PREFIX[code]}{description}"}
        if parameters:
            self.body["parameters"] = parameters
        self.code = code


_PREFIX = {400: "Bad Request: ", 401: "", 403: "Forbidden: ", 404: "", 409: "Conflict: ", 413: "", 429: ""}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def number(fields: dict[str, Any], name: str) -> int:
    try:
        return int(fields[name])
    except (KeyError, TypeError, ValueError):
        raise Refusal(f"{name} is empty" if name not in fields else f"{name} is invalid") from None


def structure(value: Any, what: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a field that may come as JSON text, as it does in forms."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(f"can't parse {what} JSON object") from None


def utf8(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refusal("strings must be encoded in UTF-8") from None


def written(fields: dict[str, Any], name: str, most: int, too_long: str) -> tuple[str, list[dict[str, Any]]]:
    """Return text and entities as a phone shows them: markup parsed, ends trimmed, length held."""
    text = str(fields.get(name) or "")
    entities: list[dict[str, Any]] = []
    if fields.get("parse_mode"):
        if fields["parse_mode"] != "HTML":
            raise Refusal("unsupported parse_mode")
        text, entities = parsed(text)
    else:
        key = "entities" if name == "text" else "caption_entities"
        entities = structure(fields.get(key) or [], "entities")
        for entity in entities:
            if entity.get("type") not in ENTITIES:
                raise Refusal("can't parse MessageEntity: unsupported type")
            if entity["offset"] < 0 or entity["length"] < 1:
                raise Refusal("entity beginning or length is wrong")
            if entity["offset"] + entity["length"] > units(text):
                raise Refusal(f"entity ends after the text at {units(text)}")
    if units(text) > most:
        raise Refusal(too_long)
    return text.rstrip(), entities


def parsed(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return HTML as text and entities (Bot API: HTML style)."""
    out, entities = "", []
    opened: list[tuple[str, int]] = []
    for token in re.split(r"(<[^>]*>?|>)", text):
        if not token.startswith("<"):
            out += html.unescape(token)
            continue
        tag = re.fullmatch(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>", token)
        at = len(text[: text.index(token)].encode())
        if tag is None or (not tag[1] and tag[2].lower() not in TAGS):
            name = tag[2] if tag else token.strip("<>")
            raise Refusal(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {at}')
        if not tag[1]:
            opened.append((tag[2].lower(), units(out)))
            continue
        if not opened or opened[-1][0] != tag[2].lower():
            raise Refusal(f"can't parse entities: Unmatched end tag at byte offset {at}")
        name, start = opened.pop()
        if units(out) > start:
            entities.append({"type": TAGS[name], "offset": start, "length": units(out) - start})
    if opened:
        raise Refusal(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return out, entities


def picture(content: bytes) -> tuple[int, int]:
    """Return width and height of what is sent as a photo."""
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            image.load()
    except (OSError, SyntaxError, ValueError):
        raise Refusal("IMAGE_PROCESS_FAILED") from None
    if width + height > SIDES or max(width, height) > RATIO * min(width, height):
        raise Refusal("PHOTO_INVALID_DIMENSIONS")
    return width, height


def inline_keyboard(fields: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the rows of buttons a phone shows; other kinds of markup show none."""
    markup = structure(fields.get("reply_markup") or {}, "reply keyboard markup")
    if not isinstance(markup, dict):
        raise Refusal("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Refusal('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    if sum(len(row) for row in rows) > BUTTONS:
        raise Refusal("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not isinstance(button.get("text"), str) or not button["text"].strip():
            raise Refusal("can't parse inline keyboard button: text must be non-empty")
        actions = {"callback_data", "url", "web_app", "switch_inline_query"} & set(button)
        if not actions:
            raise Refusal("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA:
            raise Refusal("BUTTON_DATA_INVALID")
        if "style" in button and button["style"] not in STYLES:
            raise Refusal("can't parse inline keyboard button: invalid button style specified")
    return [row for row in rows if row]
