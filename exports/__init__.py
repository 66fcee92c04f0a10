"""What leaves the product: tables as files, and the channels that carry messages out.

`EXPORTS` names every table that can be asked for: name -> what reads it in an open transaction, for a period.
An attachment `weekly/2020-W28` is `EXPORTS["weekly"](work, "2020-W28")`, written by `exports.workbook`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports import weekly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.tables import Table
    from storage.work import Work

EXPORTS: Mapping[str, Callable[[Work, str], Table]] = {
    "weekly": weekly.load,
}
