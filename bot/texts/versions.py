"""Pages about the versions of a report: all of them, and what one says otherwise than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.messages import Button, Message
from bot.core.plain_text import clip, one_line
from bot.texts.menu import BACK_TO_MENU, in_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TITLE: Final = "历次版本"
NOTHING: Final = "（未填）"
#: A question of an older form.
FORMER: Final = "原表中的项目"
MANNER: Final = "填报方式"
#: Versions on one page.
PAGE: Final = 6
#: UTF-16 units on one page of differences; a longer one is divided.
_ROOM: Final = 3000
_BRIEF: Final = 60
_BRIEFLY: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One version: its id, its number, what became of it."""

    report: int
    version: int
    story: Sequence[str]


def listing(what: str, report: int, lines: Sequence[Line], page: int) -> Message:
    """List the versions, newest first, each but the first to be compared with the one before."""
    shown = lines[page * PAGE : (page + 1) * PAGE] or lines[:PAGE]
    buttons = [
        Button(f"第{line.version}版改了什么", f"m:compare:{line.report}:0") for line in shown if line.version > 1
    ]
    return Message(
        "\n\n".join("\n".join([f"【第{line.version}版】", *line.story]) for line in shown),
        title=f"{TITLE}：{what}",
        buttons=(*in_pairs(buttons), *_turns(f"m:versions:{report}", page, -(-len(lines) // PAGE)), back(report)),
        place="next",
    )


def on_paper(code: str, version: int, *, counts: bool) -> str:
    """Say which version a sheet was printed from, and whether it still counts."""
    now = "为现行版本，请与纸面内容核对。" if counts else "已作废，请以最新版本为准。"
    return f"核验码 {code} 对应第{version}版，{now}"


def replaced(state: str) -> str:
    """Say where a version stood when a newer one took its place."""
    return f"{state}，已被新版本替代"


def manner(*, zero: bool) -> str:
    """Say how a report was filed."""
    return "零报告" if zero else "逐项填报"


def files(added: Sequence[str], removed: Sequence[str]) -> tuple[str, str]:
    """Return what was and what is now, of files by their names."""
    if not added and not removed:
        return "原有文件", "文件未变，先后有调整"
    return f"撤下{_names(removed)}", f"新增{_names(added)}"


def _names(names: Sequence[str]) -> str:
    return f"{len(names)}个（{'、'.join(names)}）" if names else "0个"


def whole(label: str, before: str, after: str) -> str:
    """Return one difference in full."""
    return f"【{label}】\n原：{before}\n现：{after}"


def brief(version: int, differences: Sequence[tuple[str, str, str]]) -> str:
    """Say in a few lines what a new version says otherwise."""
    if not differences:
        return f"这是更正后的第{version}版，内容与上一版相同。"
    lines = [
        f"· {label}：原 {one_line(before, _BRIEF)}　现 {one_line(after, _BRIEF)}"
        for label, before, after in differences[:_BRIEFLY]
    ]
    more = [f"· 其余{len(differences) - _BRIEFLY}处请点“与上一版比较”查看"] if len(differences) > _BRIEFLY else []
    return "\n".join([f"这是更正后的第{version}版，与上一版相比有{len(differences)}处改动：", *lines, *more])


def comparison(what: str, report: int, version: int, differences: Iterable[str], page: int) -> Message:
    """Show the differences of a version from the one before, page by page."""
    pages = list(_pages(differences))
    page = min(page, max(len(pages) - 1, 0))
    none = "这是第1版，没有上一版可比较。" if version == 1 else "内容与上一版相同。"
    return Message(
        pages[page] if pages else none,
        title=f"第{version}版与第{version - 1}版比较：{what}" if version > 1 else f"第1版：{what}",
        buttons=(
            *_turns(f"m:compare:{report}", page, len(pages)),
            (Button(TITLE, f"m:versions:{report}"), Button("查看本次报送", f"m:see:{report}")),
            (BACK_TO_MENU,),
        ),
        place="next",
    )


def _pages(blocks: Iterable[str]) -> Iterable[str]:
    """Yield pages of at most `_ROOM` units."""
    page = ""
    for block in blocks:
        rest = block
        while clip(rest, _ROOM) != rest:  # one answer that fills more than a page
            part = clip(rest, _ROOM)[:-1]
            if page:
                yield page
                page = ""
            yield part
            rest = rest[len(part) :]
        joined = f"{page}\n\n{rest}" if page else rest
        if clip(joined, _ROOM) != joined:
            yield page
            joined = rest
        page = joined
    if page:
        yield page


def _turns(action: str, page: int, pages: int) -> tuple[tuple[Button, ...], ...]:
    turns = []
    if page > 0:
        turns.append(Button("上一页", f"{action}:{page - 1}"))
    if page + 1 < pages:
        turns.append(Button("下一页", f"{action}:{page + 1}"))
    return (tuple(turns),) if turns else ()


def back(report: int) -> tuple[Button, ...]:
    """Return the ways on: to the report as it is now, to the menu."""
    return (Button("查看本次报送", f"m:see:{report}"), BACK_TO_MENU)
