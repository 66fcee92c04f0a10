"""One person in front of one chat, for the length of one transaction: what every use case is handed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.core.access import Action, Roles, may, require

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.campaign import Campaign
    from storage.people import AccountRow
    from storage.work import Work


@dataclass
class Visit:
    """Who asks, from where, within which transaction. Only for accounts that belong to a person."""

    work: Work
    account: AccountRow
    input_id: int  # the inbox row served: makes keys that exist once per input

    @property
    def campaign(self) -> Campaign:
        """Return the campaign served."""
        return self.work.campaign

    @property
    def person_id(self) -> int:
        """Return the visitor's person id."""
        assert self.account.person_id is not None  # noqa: S101 - strangers never get a Visit
        return self.account.person_id

    @property
    def roles(self) -> Roles:
        """Return the visitor's (role, unit) pairs."""
        return self.account.roles

    @cached_property
    def now(self) -> datetime:
        """Return the transaction's moment in the campaign's zone."""
        return self.work.now.astimezone(self.campaign.zone)

    def may(self, action: Action, unit: str = "") -> bool:
        """Tell whether the visitor may."""
        return may(self.roles, action, unit)

    def require(self, action: Action, unit: str = "") -> None:
        """Raise Problem("forbidden") unless the visitor may."""
        require(self.roles, action, unit)
