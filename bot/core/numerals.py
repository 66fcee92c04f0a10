"""Numbers as people type them: 3, ３, 1,200, 十二, 两百, 3件, 没有."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "○": 0,
}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_WAN: Final = 10_000
_NONE: Final = frozenset({"无", "没有", "没", "暂无", "无新增"})
_COUNTED: Final = re.compile(
    r"(?:共|共计|合计|总共|一共)?\s*(?P<number>\d{1,12}|\d{1,3}(?:,\d{3}){1,3}|[零〇○一二两三四五六七八九十百千万]{1,12})"
    r"\s*(?:件|个|起|条|项|宗|处|次|人|人次|件次)?[。.]?"
)


def chinese(text: str) -> int | None:
    """Return what 十二, 二〇二〇 or 一百零三 stand for; None for anything else."""
    if not text:
        return None
    if all(sign in _DIGITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        elif sign == "万":
            total += (section + digit or 1) * _WAN
            section = digit = 0
        else:
            return None
    return total + section + digit


def number(text: str) -> int | None:
    """Return a whole number that is not negative, as somebody typed it; None when it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text in _NONE:
        return 0
    found = _COUNTED.fullmatch(text)
    if found is None:
        return None
    digits = found["number"].replace(",", "")
    return int(digits) if digits.isdecimal() else chinese(digits)
