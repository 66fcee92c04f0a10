"""Text as a font can draw it: what it has no sign for is replaced, what is too long to be broken may be broken.

Owns which characters a font has, read from its own table (OpenType: "cmap"). Leaves out setting the text
(`exports.typesetting`).
"""

from __future__ import annotations

import re
import struct
from itertools import groupby
from typing import TYPE_CHECKING, Final

from bot.core import plain_text

if TYPE_CHECKING:
    from pathlib import Path

#: What a printer sets for a sign it has not got (GB 2312).
GETA: Final = "〓"
#: What people tick with on a phone, as it is written by hand.
STAND_INS: Final = str.maketrans(dict.fromkeys("✅✔☑", "√") | dict.fromkeys("❌✖✘", "×"))
#: Signs that change the one before them and leave no mark of their own: skin colours, joiners, kinds of a sign.
_SILENT: Final = re.compile("[\u200b-\u200f\u2060\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]")
#: A word longer than this may be broken anywhere: no line is long enough for a web address.
_LONG: Final = re.compile(r"[!-~]{25,}")
_BREAK: Final = "\u200b"
#: OpenType: the whole of Unicode on Windows; groups of 12 bytes behind 16 bytes of head.
_FULL, _GROUPS, _GROUP, _HEAD = (3, 10), 12, 12, 16


def drawn_by(font: Path) -> frozenset[int]:
    """Return the characters an OpenType font has a sign for; ValueError when it does not say so as usual."""
    data = font.read_bytes()
    at = _table(data, b"cmap")
    for number in range(*_span(data, at + 2)):
        platform, encoding, offset = struct.unpack_from(">HHI", data, at + 4 + 8 * number)
        start = at + offset
        if (platform, encoding) == _FULL and struct.unpack_from(">H", data, start)[0] == _GROUPS:
            count = struct.unpack_from(">I", data, start + 12)[0]
            groups = struct.iter_unpack(">III", data[start + _HEAD : start + _HEAD + count * _GROUP])
            return frozenset(sign for first, last, _ in groups for sign in range(first, last + 1))
    raise ValueError(f"no table of characters: {font}")


def _table(data: bytes, name: bytes) -> int:
    """Return where a table of the font begins."""
    for number in range(*_span(data, 4)):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise ValueError("no font")


def _span(data: bytes, at: int) -> tuple[int, int]:
    return 0, struct.unpack_from(">H", data, at)[0]


def printable(text: str, known: frozenset[int]) -> str:
    """Return `text` as it can be set: its lines kept, what is unknown replaced, long words made to break."""
    text = _SILENT.sub("", plain_text.clean(text).translate(STAND_INS))
    parts = (
        "".join(signs) if has else GETA for has, signs in groupby(text, lambda sign: sign == "\n" or ord(sign) in known)
    )
    return _LONG.sub(lambda word: _BREAK.join(word[0]), "".join(parts))
