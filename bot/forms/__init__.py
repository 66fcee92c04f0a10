"""The forms people fill in. To add one, write its module and add its name here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bot.forms.returned import RETURN
from bot.forms.weekly import WEEKLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.form import Form

FORMS: Final[Mapping[str, Form]] = MappingProxyType({form.name: form for form in (WEEKLY, RETURN)})
