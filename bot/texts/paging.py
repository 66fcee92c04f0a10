"""Lists longer than a card: which page is shown, and the buttons that turn it."""

from __future__ import annotations

from bot.core.messages import Button


def within(page: int, total: int, size: int) -> tuple[int, int]:
    """Return the page, the last one when there are fewer, and how many there are."""
    pages = max(1, -(-total // size))
    return min(page, pages - 1), pages


def turns(page: int, pages: int, action: str) -> list[tuple[Button, ...]]:
    """Return the row that turns pages, none for a single one; `action` is a page's but for its number."""
    before = [Button("上一页", f"{action}{page - 1}")] if page > 0 else []
    after = [Button("下一页", f"{action}{page + 1}")] if page + 1 < pages else []
    return [(*before, *after)] if before or after else []
