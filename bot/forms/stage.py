"""The answer to a stage's notice 阶段通知 (plan: D8): 收到 is enough, difficulties may be added."""

from __future__ import annotations

from typing import Final

from bot.core.fields import Text
from bot.core.form import Field, Form

STAGE: Final = Form(
    "stage",
    version=1,
    title="阶段通知",
    fields=(
        Field(
            "difficulties",
            "有需要反映的困难吗？",
            Text(most=800),
            column="反映的困难",
            optional=True,
            example="执法人员不足，需统筹调配",
        ),
    ),
)
