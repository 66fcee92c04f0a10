"""The weekly information 每周工作信息 (plan: D1): what a unit did, found, mended and plans.

Facts it reads: `areas` [[key, name], ...] of the campaign, `last_plan` last week's text of `next`; and of this week's
entries in the ledger `found` and `mended` how many, `registered` the same in words, `entries` a line each. All may be
missing. A count that is not the ledger's takes a remark.
"""

from __future__ import annotations

from typing import Final

from bot.core.fields import OFFICE, PDF, PICTURES, Count, File, Many, Text, options_from
from bot.core.form import Field, Form, Zero, above_zero
from bot.forms.figures import REGISTERED, remark

WEEKLY: Final = Form(
    "weekly",
    version=2,
    title="本周工作信息",
    fields=(
        Field(
            "areas",
            "本周工作涉及哪些方面？可多选，选好后点“完成”。",
            Many(options_from("areas"), least=1),
            column="涉及方面",
            optional=True,
        ),
        Field(
            "done",
            "本周开展了哪些工作？",
            Text(most=1500),
            column="本周工作开展情况",
            recall="last_plan",
            recall_label="上周填报的计划",
            example="召开自查整改部署会，检查农资门店12家",
        ),
        Field(
            "results",
            "取得了哪些成效？",
            Text(most=800),
            column="工作成效",
            optional=True,
            example="完善执法公示栏目2个",
        ),
        Field(
            "found",
            "本周自查发现问题几件？",
            Count(),
            column="发现问题数",
            prefill="found",
            recall="registered",
            recall_label=REGISTERED,
        ),
        remark("found", "发现问题数", "其中1件周五上午才查实，尚未录入"),
        Field(
            "mended",
            "本周整改完成几件？",
            Count(),
            column="整改完成数",
            prefill="mended",
            recall="registered",
            recall_label=REGISTERED,
        ),
        remark("mended", "整改完成数", "其中1件已改好，正在办理销号"),
        Field(
            "problems",
            "发现了哪些问题，整改情况如何？",
            Text(most=1000),
            column="发现问题及整改情况",
            asked_if=above_zero("found", "mended"),
            prefill="entries",
            recall="entries",
            recall_label=REGISTERED,
            example="执法记录填写不规范2件，已当场补正",
        ),
        Field(
            "difficulties",
            "有什么困难或需要协调的事项？",
            Text(most=800),
            column="存在困难",
            optional=True,
            example="执法人员不足，需统筹调配",
        ),
        Field(
            "next",
            "下周有什么工作计划？",
            Text(most=800),
            column="下周工作计划",
            example="开展案卷评查，整改剩余问题3件",
        ),
        Field(
            "files",
            "如有照片、文件，请发送（最多5个）。",
            File(most=5, kinds=(*PICTURES, *PDF, *OFFICE), named="照片、PDF或办公文档"),
            column="附件",
            optional=True,
        ),
    ),
    zero=Zero(answers={"done": "本周无新增", "found": 0, "mended": 0}, unless=("found", "mended")),
)
