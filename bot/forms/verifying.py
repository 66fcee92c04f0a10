"""What the head and the brigade say about an issue: returning, reopening, review, transfer, verification (plan: L4).

Facts: `about` names the entry, `due` is its deadline (ISO) where that is still to come, `receivers` the bodies it may
be handed to, `receiver` the one asked for, `list` the entries decided together.
"""

from __future__ import annotations

from typing import Final

from bot.core.fields import Choice, Date, Text, options_from
from bot.core.form import Field, Form
from bot.forms.issue import today
from bot.forms.mending import tomorrow

REFUSAL: Final = Form(
    "issue_refuse",
    version=1,
    title="退回申请",
    fields=(
        Field(
            "reason",
            "请问因何退回？可点下面的常用原因，也可直接输入。",
            Text(most=300, suggestions=("证明材料不全", "情况说明不清", "整改尚未到位")),
            column="退回原因",
            example="请补充整改后的照片",
        ),
    ),
    review=False,
)

SENDING_BACK: Final = Form(
    "issue_send_back",
    version=1,
    title="退回整改",
    fields=(
        Field(
            "reason",
            "请问哪里没有整改到位？可点下面的常用原因，也可直接输入。",
            Text(most=500, suggestions=("整改不到位", "证明材料不全", "只改了表面问题")),
            column="退回原因",
            example="缺少培训签到表",
        ),
        Field("due", "限哪天前整改到位？", Date(today, "latest"), column="整改时限", prefill="due"),
    ),
    review=False,
)

REOPENING: Final = Form(
    "issue_reopen",
    version=1,
    title="重新整改",
    fields=(
        Field("reason", "请问为何重新整改？", Text(most=500, suggestions=("问题反弹", "群众再次反映")), column="原因"),
        Field("due", "限哪天前整改到位？", Date(today, "latest"), column="整改时限"),
    ),
    review=False,
)

TAKING_BACK: Final = Form(
    "issue_take_back",
    version=1,
    title="移交退回",
    fields=(
        Field(
            "reason", "接收单位因何退回？", Text(most=500, suggestions=("不予立案", "不属于受理范围")), column="原因"
        ),
        Field("due", "限哪天前整改到位？", Date(today, "latest"), column="整改时限"),
    ),
    review=False,
)

CONTINUING: Final = Form(
    "issue_continue",
    version=1,
    title="持续整改",
    fields=(
        Field("reason", "请写明持续整改的要求。", Text(most=500), column="持续整改要求", example="每月抽查卷宗2份"),
        Field("due", "下次哪天复核？", Date(tomorrow, "latest"), column="下次复核"),
    ),
    review=False,
)

TRANSFER: Final = Form(
    "issue_transfer",
    version=1,
    title="移交",
    fields=(
        Field("receiver", "移交给哪个单位？", Choice(options_from("receivers")), column="移交单位", prefill="receiver"),
        Field("on", "什么时候移交的？", Date("found_on", today), column="移交时间"),
        Field(
            "document",
            "移交文书的文号？",
            Text(most=60),
            column="移交文号",
            optional=True,
            example="某农执移〔2020〕3号",
        ),
        Field("reason", "移交理由？", Text(most=500), column="移交理由", prefill="reason"),
    ),
    finish="确认移交",
)

REPLY: Final = Form(
    "issue_reply",
    version=1,
    title="登记移交回复",
    fields=(
        Field("text", "接收单位怎样回复？", Text(most=500), column="移交回复", example="已立案"),
        Field("on", "什么时候回复的？", Date("found_on", today), column="回复时间"),
    ),
    review=False,
)

OPINION: Final = Text(most=200, suggestions=("整改到位，同意销号",))

TOGETHER: Final = Form(
    "issue_together",
    version=1,
    title="批量核查",
    fields=(
        Field(
            "opinion",
            "以上问题均已核查，请给出核查意见。给出后即全部销号。",
            OPINION,
            column="核查意见",
            recall="list",
            recall_label="本页待核查",
        ),
    ),
    review=False,
)

SIGN_TOGETHER: Final = Form(
    "issue_sign_together",
    version=1,
    title="批量签批",
    fields=(
        Field(
            "opinion",
            "以上申请是否全部同意？给出意见后即全部签批。",
            Text(most=200, suggestions=("同意",)),
            column="签批意见",
            recall="list",
            recall_label="本页待签批",
        ),
    ),
    review=False,
)
