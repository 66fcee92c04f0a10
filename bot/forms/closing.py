"""The work summary 工作总结 (plan: D6): the paper, and what it says in short."""

from __future__ import annotations

from typing import Final

from bot.core.fields import DOCUMENTS, File, Text
from bot.core.form import Field, Form

SUMMARY: Final = Form(
    "closing",
    version=1,
    title="专项整治工作总结",
    fields=(
        Field(
            "report",
            "请发送工作总结全文（Word或PDF，最多3个文件）。",
            File(most=3, kinds=DOCUMENTS, named="Word文档或PDF"),
            column="总结全文",
        ),
        Field(
            "methods",
            "有哪些主要做法？简要写几句即可，全文以总结为准。",
            Text(most=400),
            column="主要做法",
            example="每月评查案卷，问题逐件销号",
        ),
        Field(
            "effects",
            "取得了哪些成效？",
            Text(most=400),
            column="取得成效",
            example="案卷合格率明显提高，全年无败诉案件",
        ),
        Field(
            "problems",
            "还存在哪些问题？",
            Text(most=400),
            column="存在问题",
            optional=True,
            example="执法力量不足，装备有待补充",
        ),
        Field(
            "mechanism",
            "建立了哪些长效机制？",
            Text(most=400),
            column="长效机制",
            optional=True,
            example="制定案卷评查办法，每季度评查一次",
        ),
    ),
)
