"""What the numbers of a unit's entries begin with, as people write it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.core.problems import Problem

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,9}")


def code_of(text: str) -> str:
    """Read a code, NJ, however it is written. Problem("unit_code_unknown")."""
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not _CODE.fullmatch(code):
        raise Problem("unit_code_unknown")
    return code
