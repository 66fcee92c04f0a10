"""Why a report is sent back: one question, answered by a tap or in own words."""

from __future__ import annotations

from typing import Final

from bot.core.fields import Text
from bot.core.form import Field, Form

RETURN: Final = Form(
    "return",
    version=1,
    title="退回报送",
    fields=(
        Field(
            "reason",
            "请问因何退回？可点下面的常用原因，也可直接输入。",
            Text(most=300, suggestions=("内容不够具体", "数字需要核对", "格式不符合要求")),
            column="退回原因",
            example="请补充整改完成时间",
        ),
    ),
    review=False,
)
