"""Looking for entries, and handing in a ledger that exists already."""

from __future__ import annotations

from typing import Final

from bot.core.fields import File, Text
from bot.core.form import Field, Form

FIND: Final = Form(
    "issue_find",
    version=1,
    title="查找问题",
    fields=(
        Field(
            "words",
            "请输入编号，或问题中的字词（可用空格隔开几个）。",
            Text(most=60),
            example="NJ-2020-003，或 卷宗 笔录",
        ),
    ),
    review=False,
)

IMPORT: Final = Form(
    "ledger_import",
    version=1,
    title="导入台账",
    fields=(
        Field(
            "table",
            "请发送Excel台账（.xlsx），表头与导入模板一致。",
            File(
                most=1,
                kinds=("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
                named="Excel工作簿（.xlsx）",
            ),
            column="Excel台账",
        ),
    ),
    review=False,
)
