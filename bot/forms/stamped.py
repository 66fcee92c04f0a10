"""The stamped copy of a report's sheet: one question, answered by photographs or a scan (plan: C6)."""

from __future__ import annotations

from typing import Final

from bot.core.fields import PDF, PICTURES, File
from bot.core.form import Field, Form

STAMPED: Final = Form(
    "stamped",
    version=1,
    title="上传盖章件",
    fields=(
        Field(
            "copy",
            "请发送已签字、盖章的打印件：拍照或扫描成PDF（最多5个），发完后点“完成”。",
            File(most=5, kinds=(*PICTURES, *PDF), named="照片或PDF"),
            column="盖章件",
        ),
    ),
    review=False,
)
