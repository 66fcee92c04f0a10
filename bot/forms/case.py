"""A typical case 典型案例 (plan: D7): reported when it occurs, one after the other.

Facts it reads: `cases` the campaign's kinds, and `earliest` (ISO), before which nothing is looked into. Both may be
missing.
"""

from __future__ import annotations

from typing import Final

from bot.core.fields import OFFICE, PDF, PICTURES, Choice, Date, File, Text, YesNo, options_from
from bot.core.form import Field, Form
from bot.forms.issue import today

CASE: Final = Form(
    "case",
    version=1,
    title="典型案例",
    fields=(
        Field("name", "案例叫什么名称？", Text(most=60), column="案例名称", example="某农资经营部销售劣质种子案"),
        Field("kind", "属于哪一类典型案例？", Choice(options_from("cases")), column="案例类型"),
        Field("happened_on", "案件发生在什么时候？", Date("earliest", today), column="发生时间"),
        Field(
            "story",
            "基本情况怎样？请写明经过和主要事实，当事人用“某某”代称。",
            Text(most=1200, least=5),
            column="基本情况",
            example="某经营部销售的玉米种子经检验发芽率不合格，涉及种子200公斤",
        ),
        Field(
            "result",
            "处理结果怎样？",
            Text(most=600),
            column="处理结果",
            example="没收违法所得，处以罚款，已履行完毕",
        ),
        Field(
            "meaning",
            "有什么典型意义？",
            Text(most=600),
            column="典型意义",
            optional=True,
            example="统一了同类案件的裁量尺度",
        ),
        Field(
            "files",
            "如有文书、照片，请发送（最多9个）。",
            File(most=9, kinds=(*PICTURES, *PDF, *OFFICE), named="照片、PDF或办公文档"),
            column="附件",
            optional=True,
        ),
        Field("public", "这个案例是否可以公开？", YesNo(), column="是否可公开"),
    ),
)
