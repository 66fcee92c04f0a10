"""The forms people fill in. To add one, write its module and add its name here.

Most are the same in every campaign; those that ask about a list of the campaign's are made for it. `of` finds either.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bot.forms.finding import FIND, IMPORT
from bot.forms.issue import CORRECTION, ISSUE
from bot.forms.mending import CLOSING, EXTENSION, PROGRESS, TRANSFER_REQUEST
from bot.forms.returned import RETURN
from bot.forms.verifying import (
    CONTINUING,
    REFUSAL,
    REOPENING,
    REPLY,
    SENDING_BACK,
    SIGN_TOGETHER,
    TAKING_BACK,
    TOGETHER,
    TRANSFER,
)
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.campaign import Campaign
    from bot.core.form import Form

FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        form.name: form
        for form in (
            WEEKLY,
            RETURN,
            ISSUE,
            CORRECTION,
            PROGRESS,
            CLOSING,
            EXTENSION,
            TRANSFER_REQUEST,
            REFUSAL,
            SENDING_BACK,
            REOPENING,
            TAKING_BACK,
            CONTINUING,
            TRANSFER,
            REPLY,
            TOGETHER,
            SIGN_TOGETHER,
            FIND,
            IMPORT,
        )
    }
)

#: Forms made for a campaign.
TAILORED: Final[Mapping[str, Callable[[Campaign], Form]]] = MappingProxyType({})


def of(campaign: Campaign, name: str) -> Form:
    """Return the form of this name as it is in this campaign; KeyError when there is none."""
    return FORMS[name] if name in FORMS else TAILORED[name](campaign)


def exists(name: str) -> bool:
    """Tell whether there is a form of this name."""
    return name in FORMS or name in TAILORED
