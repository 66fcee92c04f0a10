"""The forms people fill in. To add one, write its module and add its name here."""

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
    from collections.abc import Mapping

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
