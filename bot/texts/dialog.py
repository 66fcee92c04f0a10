"""The sentences and labels of a form being filled in.

Owns the words of questions, the review page and the buttons every form has. Leaves out the questions
themselves (they stand in the forms) and refusals (`bot.texts.problems`). Imports nothing, so that the pure
dialog may speak with it.
"""

from __future__ import annotations

from typing import Final

BACK: Final = "上一步"
SKIP: Final = "跳过"
CANCEL: Final = "取消"
LATER: Final = "稍后再填"
SUBMIT: Final = "提交"
KEEP: Final = "保留"
CHANGE: Final = "修改"
DONE: Final = "完成"
DONE_NONE: Final = "完成（都不选）"
AGAIN: Final = "重新上传"
CANCEL_SURELY: Final = "确定取消"
GO_ON: Final = "继续填写"
TO_REVIEW: Final = "返回核对"
PAGE_BACK: Final = "上一页"
PAGE_ON: Final = "下一页"
ZERO: Final = "本周无新增（零报告）"
YES: Final = "是"
NO: Final = "否"
OTHER_GROUP: Final = "‹ 换一个方面"
#: The name of a file that came without one.
FILE: Final = "文件"
SHARE_HINT: Final = "可以直接输入，也可以点输入框旁的按钮发送本人号码。"

CHOSEN: Final = "✓ "
NOTHING: Final = "（未填）"
OPTIONAL: Final = "（可跳过）"
#: A cell of the calendar with no day to choose in it.
BLANK: Final = "·"
WEEKDAYS: Final = "一二三四五六日"
YEAR_BACK: Final = "«"
MONTH_BACK: Final = "‹"
MONTH_ON: Final = "›"
YEAR_ON: Final = "»"

STALE: Final = "这一步已经答过了，请看当前问题。"
CANCEL_QUESTION: Final = "确定取消吗？已填写的内容将不再保留。"
REVIEW_QUESTION: Final = "请核对以下内容，无误后请点“{finish}”。"
REVIEW_SHORTENED: Final = "（内容较长，以上有省略，提交的是全文。）"
CHOOSER_QUESTION: Final = "请问要修改哪一项？"
REVIEW: Final = "核对"
RECALLED: Final = "供参考"


def progress(title: str, number: int, of: int) -> str:
    """Return the heading of a question."""
    return f"{title} · 第{number}题/共{of}题"


def review_title(title: str) -> str:
    """Return the heading of the review page."""
    return f"{title} · {REVIEW}"


def kept(shown: str) -> str:
    """Say what was answered before."""
    return f"已填：{shown}"


def reuse(shown: str) -> str:
    """Return the label of the button that takes over a known value."""
    return f"沿用：{shown}"


def recalled(label: str, shown: str) -> str:
    """Show something known beside the question."""
    return f"【{label or RECALLED}】\n{shown}"


def example(sample: str) -> str:
    """Return the part of a refusal that shows what an answer looks like; empty without a sample."""
    return f"例如：{sample}" if sample else ""


def review_line(number: int, label: str, shown: str) -> str:
    """Return one answer of the review page; a long one starts on its own line."""
    return f"{number}. {label}：" + (f"\n{shown}" if "\n" in shown else shown)


def chooser_label(number: int, label: str) -> str:
    """Return the button that changes one answer."""
    return f"{number}. {label}"


def cut(text: str, of: int) -> str:
    """Mark a shortened answer, which has `of` characters in full."""
    return f"{text}……（共{of}字，此处从略）"


def files_so_far(names: list[str], most: int) -> str:
    """Say which files have arrived."""
    lines = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    return f"已收到{len(names)}个文件（最多{most}个）：\n{lines}"


def files(names: list[str]) -> str:
    """Return how an answer of files reads."""
    return f"{len(names)}个（{'、'.join(names)}）" if names else NOTHING


def nested(group: str, item: str) -> str:
    """Return an item with the group it belongs to."""
    return f"{group}－{item}"


def opened(group: str) -> str:
    """Say which group's items are shown."""
    return f"【{group}】"


def numbered(labels: list[str]) -> str:
    """Return the options as a list, for labels too long for a button on a phone."""
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def day(year: int, month: int, number: int) -> str:
    """Return a day in full."""
    return f"{year}年{month}月{number}日"


def month(year: int, number: int) -> str:
    """Return the heading of a calendar."""
    return f"{year}年{number}月"


def today(number: int) -> str:
    """Return the calendar's label of the present day."""
    return f"[{number}]"


def near_day(distance: int, month_number: int, number: int) -> str:
    """Return the quick button of today (0) or a day close to it (-1 is yesterday)."""
    name = {-1: "昨天", 0: "今天", 1: "明天"}[distance]
    return f"{name}（{month_number}月{number}日）"
