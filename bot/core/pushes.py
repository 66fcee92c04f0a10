"""The tables that go out unasked: after which duties, what of them is sent, and whether again (plan: T4).

Owns the names `[[pushes]]` may use and how a table is asked for (`ref`). Leaves out what is due when, and to whom
(`bot.services.pushing`), and making it (`exports`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.campaign import Campaign, Duty
    from bot.core.deadlines import Occurrence

#: Who may get a table: whoever may ask for one (`bot.core.access`), so not the administrator.
ROLES: Final = ("brigade", "leader")


@dataclass(frozen=True, slots=True)
class Pushable:
    """One table. `form`: it is made of what is filed on this form; "": it follows any duty that falls due.

    `again`: what comes in late belongs to it, and it is sent anew; the others tell how things stood when they were due.
    """

    form: str = ""
    weekly: bool = False  # it is a week's, and follows what is reported every week
    again: bool = False
    ledger: bool = False
    ending: str = ".xlsx"

    def fits(self, duty: Duty) -> bool:
        """Tell whether it may follow this duty."""
        if self.weekly:
            return duty.every is not None
        falls_due = (duty.on is not None or duty.every is not None) and duty.stage is None
        return falls_due and duty.form == (self.form or duty.form)


PUSHABLE: Final[Mapping[str, Pushable]] = MappingProxyType(
    {
        "weekly": Pushable(weekly=True, again=True),
        "reconciliation": Pushable(weekly=True, ledger=True),
        "bulletin": Pushable(weekly=True, ending=".pdf"),
        "summary-picture": Pushable(weekly=True, ending=".png"),
        "contacts": Pushable(form="contact_sheet", again=True),
        "statistics": Pushable(form="statistics", again=True),
        "standards": Pushable(form="standards", again=True),
        "discipline": Pushable(),
        "ledger": Pushable(ledger=True),
    }
)


def ref(campaign: Campaign, table: str, occurrence: Occurrence) -> str:
    """Return what is made of a table when this falls due, as an attachment's ref; KeyError for no such table."""
    if PUSHABLE[table].weekly:
        return f"{table}/{occurrence.period}"
    if table == "statistics":
        return f"{table}/{campaign.start}_{occurrence.due.date()}"
    return f"{table}/"
