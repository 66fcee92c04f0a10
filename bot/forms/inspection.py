"""The report on self-inspection and rectification 自查整改情况报告 (plan: D4): the paper, and what it says in short.

Facts it reads: `found` and `mended`, `registered` and `entries` as in the weekly form, of the campaign so far.
"""

from __future__ import annotations

from typing import Final

from bot.core.fields import DOCUMENTS, File, Text
from bot.core.form import Field, Form, above_zero
from bot.forms.figures import REGISTERED, computed

INSPECTION: Final = Form(
    "inspection",
    version=1,
    title="自查整改情况报告",
    fields=(
        Field(
            "report",
            "请发送报告全文（Word或PDF，最多3个文件）。",
            File(most=3, kinds=DOCUMENTS, named="Word文档或PDF"),
            column="报告全文",
        ),
        Field(
            "work",
            "自查是怎样开展的？简要写几句即可，全文以报告为准。",
            Text(most=400),
            column="自查开展情况",
            example="成立专班，查阅案卷60份，走访服务对象20户",
        ),
        *computed("found", "自查共发现问题几件？", "发现问题数", "其中1件刚查实，尚未录入"),
        *computed("mended", "其中整改完成几件？", "整改完成数", "其中1件已改好，正在办理销号"),
        Field(
            "problems",
            "发现的主要问题有哪些？",
            Text(most=1000),
            column="发现的主要问题",
            asked_if=above_zero("found"),
            prefill="entries",
            recall="entries",
            recall_label=REGISTERED,
            example="执法记录填写不规范，案卷归档不及时",
        ),
        Field(
            "mending",
            "这些问题整改得怎么样了？",
            Text(most=400),
            column="整改情况",
            asked_if=above_zero("found"),
            recall="registered",
            recall_label=REGISTERED,
            example="2件已补正并销号，1件正在整改",
        ),
        Field(
            "next",
            "下一步有什么打算？",
            Text(most=400),
            column="下一步打算",
            example="完善案卷评查制度，9月底前整改到位",
        ),
    ),
)
