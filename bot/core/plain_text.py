"""Text as people type it, made fit to keep: cleaning, measuring, shortening.

Leaves out any markup: `=HYPERLINK(...)` and `<b>` are text here, and stay text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Control characters but \n and \t, lone surrogates, non-characters XML refuses, zero-width blanks, and the
#: marks that turn the direction of writing, with which one cell could pretend to be another.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufeff\u200b\u2060\u202a-\u202e\u2066-\u2069]"
)
_LINE_END: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_GAP: Final = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*){2,}")
#: Something to see: neither white space nor one of the letters that leave no ink.
_VISIBLE: Final = re.compile(
    "[^\\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200c-\u200f\u2061-\u2064\u2800\u3164\uffa0\ufe00-\ufe0f]"
)

MORE: Final = "…"


def clean(text: str) -> str:
    """Return typed text as it is kept: no control characters, NFC, trimmed; "" when nothing shows."""
    if not text.isprintable():  # most answers are one plain line and need no search
        text = _UNFIT.sub("", _LINE_END.sub("\n", text)).replace("\t", " ")
        text = _GAP.sub("\n\n", text)
    text = unicodedata.normalize("NFC", text).strip()
    return text if _VISIBLE.search(text) else ""


def units(text: str) -> int:
    """Return the length as the Bot API counts it: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, room: int) -> str:
    """Return `text` in at most `room` UTF-16 units, the end replaced by an ellipsis where it does not fit."""
    if len(text) * 2 <= room or units(text) <= room:
        return text
    kept = text[: max(room - 1, 0)]
    while units(kept) > room - 1:
        kept = kept[: -max((units(kept) - room + 1) // 2, 1)]
    return kept + MORE


def unbracketed(name: str) -> str:
    """Return a name without what stands in brackets behind it: 第28周, of 第28周（7月6日—7月10日）."""
    return name.partition("（")[0]


def one_line(text: str, room: int) -> str:
    """Return `text` on one line, for a button."""
    return clip(" ".join(text.split()), room)


def fit_all(texts: list[str], room: int) -> int | None:
    """Return the length each text may have so that together they fit into `room` units; None when they do.

    The short ones stay whole and leave their share to the long ones.
    """
    lengths = sorted(units(text) for text in texts)
    if sum(lengths) <= room:
        return None
    for done, length in enumerate(lengths):
        share = room // (len(lengths) - done)
        if length > share:
            return share
        room -= length
    return None
