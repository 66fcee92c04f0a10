"""The code on a printed sheet: it ties the paper, and the stamp on it, to one version of one report.

Whoever holds the paper types the code and sees what was filed: another answer, another version, another code.
"""

from __future__ import annotations

import json
import re
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Without 0 and O, 1 and I: read off paper, typed on a phone.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LABEL: Final = re.compile(r"\s*核验码\s*:?")  # as it stands on the sheet
_BETWEEN: Final = re.compile(r"[\s\-_.·–—−]+")
_CODE: Final = re.compile(f"[{ALPHABET}]{{8}}")  # 40 bits


def code(duty: str, period: str, unit: str, version: int, answers: Mapping[str, Any]) -> str:
    """Return the code of this version: "7K3Q-92FD"."""
    told = json.dumps([duty, period, unit, version, answers], sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(sha256(told.encode()).digest()[:5])
    signs = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{signs[:4]}-{signs[4:]}"


def read(text: str) -> str | None:
    """Return the code somebody typed, as it is printed; None when the text is none."""
    typed = _LABEL.sub("", unicodedata.normalize("NFKC", text), count=1)
    signs = _BETWEEN.sub("", typed).upper()
    return f"{signs[:4]}-{signs[4:]}" if _CODE.fullmatch(signs) else None
