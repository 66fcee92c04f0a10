"""Finding the headings of a table as offices keep them: in which line they stand, and which column is which.

A column is known by the title it has on the entry form, or by another word in use for it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from bot.core.plain_text import one_line
from bot.core.sheet import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.sheet import Line

#: Columns that answer no question of their own. Beside `ITEM`, 问题类别 names the area, as in our own tables.
NUMBER: Final = "序号"
AREA: Final = "方面"
ITEM: Final = "具体项目"

#: Other words for a title, the likeliest first.
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    NUMBER: ("编号", "问题编号"),
    AREA: ("问题方面", "整治方面", "整治内容"),
    "单位": ("责任单位", "单位名称", "所属单位", "整改单位", "填报单位", "责任部门"),
    ITEM: ("问题项目", "整治项目", "项目"),
    "问题类别": ("问题分类", "类别"),
    "问题来源": ("来源", "线索来源"),
    "问题情形": ("情形", "问题性质", "表现形式", "问题表现"),
    "发现时间": ("发现日期", "发现问题时间", "问题发现时间"),
    "发生时间": ("发生日期", "问题发生时间"),
    "疫情防控期间": ("是否疫情防控期间", "是否发生在疫情防控期间", "是否在疫情防控期间", "疫情期间", "是否疫情期间"),
    "严重程度": ("问题严重程度", "程度"),
    "具体问题表述": ("问题描述", "存在问题", "具体问题", "问题表述", "存在的问题", "主要问题", "问题内容", "问题"),
    "涉及当事人": ("当事人", "涉及对象"),
    "整改类型": ("整改方式", "整改形式"),
    "整改措施": ("具体整改措施", "具体措施", "措施"),
    "完成时间": ("完成日期", "整改完成时间", "整改到位时间", "实际完成时间"),
    "责任人": ("整改责任人", "责任人姓名"),
    "联系电话": ("联系方式", "责任人电话", "电话", "手机号码", "手机号", "手机"),
    "时间安排": ("整改时间安排", "进度安排"),
    "整改时限": ("整改期限", "整改完成时限", "完成时限", "计划完成时间", "整改时间", "时限"),
    "整改进展": ("整改进展情况", "整改情况", "进展情况"),
    "是否销号": ("销号情况", "销号"),
    "核查人": ("核查人员", "验收人"),
    "核查时间": ("核查日期",),
    "核查结果": ("核查意见", "核查情况"),
}
#: Those of a roster; no ledger has these titles.
OF_PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "姓名": ("名字", "人员", "人员姓名"),
    "角色": ("身份", "职责"),
    "电话": ("联系电话", "联系方式", "手机号码", "手机号", "手机"),
}
#: Lines in which the headings are looked for.
DEPTH: Final = 15
#: A line with fewer known words is no line of headings.
LEAST: Final = 3
#: A second line of headings, below groups of columns, has at least so many.
_LEAST_BELOW: Final = 2

_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\s*:]")
_LABEL: Final = 20


@dataclass(frozen=True, slots=True)
class Header:
    """Where the headings stand: `places` title -> column, `labels` title -> the file's own word for it.

    `below`: how many lines lie above the first one of data. `unread`: headings of no known column.
    """

    places: Mapping[str, int]
    labels: Mapping[str, str]
    below: int
    unread: tuple[str, ...]


def find(lines: Sequence[Line], titles: Sequence[str]) -> Header | None:
    """Return the headings among the first lines, in one line or two; None when there are none."""
    words, top = _words(titles), lines[:DEPTH]
    best: Header | None = None
    for at in range(len(top)):
        header = _header(top, at, words)
        if len(header.places) >= LEAST and (best is None or len(header.places) > len(best.places)):
            best = header
    return best


def known(lines: Sequence[Line], titles: Sequence[str]) -> int:
    """Return how many headings there are: a workbook's ledger is the sheet with the most."""
    header = find(lines, titles)
    return 0 if header is None else len(header.places)


def heading(text: str) -> str:
    """Return a heading for comparing: without spaces, brackets and what they hold, stars and colons."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", text))


def _words(titles: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return word -> title and how far from the title it is, 0 for the title itself."""
    words = {
        word: (title, far)
        for title in dict.fromkeys((NUMBER, AREA, ITEM, *titles))
        for far, word in enumerate((title, *SYNONYMS.get(title, ()), *OF_PEOPLE.get(title, ())))
    }
    return words | {title: (title, 0) for title in titles}


def _header(lines: Sequence[Line], at: int, words: Mapping[str, tuple[str, int]]) -> Header:
    """Read a line as headings; where groups of columns have headings of their own, with the line below."""
    texts = [text_of(cell) for cell in lines[at].cells]
    lower = [text_of(cell) for cell in lines[at + 1].cells] if at + 1 < len(lines) else []
    if sum(heading(text) in words for text in lower) < _LEAST_BELOW:
        return _named(texts, words, at + 1)
    return _named([below or above for above, below in zip_longest(texts, lower, fillvalue="")], words, at + 2)


def _named(texts: Sequence[str], words: Mapping[str, tuple[str, int]], below: int) -> Header:
    """Give each column its title; of two for the same title, the one whose word is nearer to it."""
    nearest: dict[str, tuple[int, int]] = {}
    for place, text in enumerate(texts):
        if found := words.get(heading(text)):
            title, far = found
            nearest[title] = min(nearest.get(title, (far, place)), (far, place))
    places = {title: place for title, (_, place) in nearest.items()}
    return Header(
        places=places,
        labels={title: one_line(texts[place], _LABEL) for title, place in places.items()},
        below=below,
        unread=tuple(
            one_line(text, _LABEL) for place, text in enumerate(texts) if text and place not in places.values()
        ),
    )
