"""A channel that is not set up: what is sent to it is refused with the reason, so that somebody hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exports.channels.base import Refused

if TYPE_CHECKING:
    from exports.channels.base import Parcel


class AbsentChannel:
    """Stands for a channel nobody has set up."""

    carries_files = False  # none is made for nothing
    rate = 0.0

    def __init__(self, name: str, reason: str) -> None:
        """Refuse everything for `name`, saying `reason`."""
        self.name = name
        self._reason = reason

    async def deliver(self, parcel: Parcel) -> str:  # noqa: ARG002 - none is sent
        """Refuse."""
        raise Refused(self._reason)
