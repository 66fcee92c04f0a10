"""The forms people fill in. To add one, write its module and add its name here.

Most are the same in every campaign; those that ask about a list of the campaign's are made for it. `of` finds either.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bot.core.plain_text import unbracketed
from bot.forms.admin import ROSTER, UNIT, UNIT_NAME, WORKDAY
from bot.forms.case import CASE
from bot.forms.closing import SUMMARY
from bot.forms.contact_sheet import CONTACT_SHEET
from bot.forms.excusing import EXCUSE
from bot.forms.finding import FIND, IMPORT
from bot.forms.inspection import INSPECTION
from bot.forms.issue import CORRECTION, ISSUE
from bot.forms.mending import CLOSING, EXTENSION, PROGRESS, TRANSFER_REQUEST
from bot.forms.people import DEPUTY, HANDOVER, INVITATION, PERSON, ROLE
from bot.forms.returned import RETURN
from bot.forms.stage import STAGE
from bot.forms.stamped import STAMPED
from bot.forms.standards import standards_of
from bot.forms.statistics import statistics_of
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
            CONTACT_SHEET,
            INSPECTION,
            SUMMARY,
            CASE,
            RETURN,
            EXCUSE,
            STAGE,
            STAMPED,
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
            UNIT,
            UNIT_NAME,
            WORKDAY,
            ROSTER,
            INVITATION,
            PERSON,
            ROLE,
            HANDOVER,
            DEPUTY,
        )
    }
)

#: Forms made for a campaign.
TAILORED: Final[Mapping[str, Callable[[Campaign], Form]]] = MappingProxyType(
    {"standards": standards_of, "statistics": statistics_of}
)

#: Forms on which duties are filed.
OF_DUTIES: Final = ("weekly", "contact_sheet", "standards", "inspection", "statistics", "closing", "case", "stage")


@lru_cache(maxsize=256)
def of(campaign: Campaign, name: str) -> Form:
    """Return the form of this name as it is in this campaign; KeyError when there is none.

    A form that one duty with a date is filed on goes by that duty's name: each campaign calls its papers as it likes.
    """
    form = FORMS[name] if name in FORMS else TAILORED[name](campaign)
    named = [unbracketed(duty.name) for duty in campaign.duties if duty.form == name and not duty.every]
    return replace(form, title=named[0]) if len(named) == 1 else form


def exists(name: str) -> bool:
    """Tell whether there is a form of this name."""
    return name in FORMS or name in TAILORED
