"""What a unit says while it mends an issue: progress, closing, more time, transfer (plan: L4).

Facts: `about` names the entry, `due` is its deadline (ISO), `found_on` the day it was found, `receivers` and `judicial`
the bodies it may be handed to.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from bot.core.fields import Choice, Date, File, Text, YesNo, options_from
from bot.core.form import Field, Form
from bot.forms.issue import EVIDENCE, today

if TYPE_CHECKING:
    from bot.core.form import Answers, Facts


def criminal(answers: Answers, _: Facts) -> bool:
    """Tell whether it may be a crime: then it is handed over, not closed (plan: L4)."""
    return answers.get("criminal") is True


def not_criminal(answers: Answers, _: Facts) -> bool:
    """Tell whether it is said not to be a crime."""
    return answers.get("criminal") is False


def tomorrow(day: date) -> date:
    """Return the day after."""
    return day + timedelta(days=1)


BEFORE: Final = Field(
    "before",
    "请发送整改前的照片或PDF（最多4个）。",
    File(most=4, kinds=EVIDENCE, named="照片或PDF"),
    column="整改前",
    optional=True,
)
AFTER: Final = Field(
    "after",
    "请发送整改后的照片或PDF（最多4个）。",
    File(most=4, kinds=EVIDENCE, named="照片或PDF"),
    column="整改后",
    optional=True,
)

PROGRESS: Final = Form(
    "progress",
    version=1,
    title="报送进展",
    fields=(
        Field("text", "整改到哪一步了？", Text(most=800), column="整改进展", example="已补正卷宗2份，培训定于7月20日"),
        BEFORE,
        AFTER,
    ),
)

CLOSING: Final = Form(
    "closing_request",
    version=1,
    title="申请销号",
    fields=(
        Field("criminal", "这个问题是否涉嫌犯罪？涉嫌犯罪的须移交司法机关，不能以罚代刑。", YesNo(), column="涉嫌犯罪"),
        Field(
            "result",
            "整改结果怎样？",
            Text(most=800),
            column="整改结果",
            asked_if=not_criminal,
            prefill="last_text",
            example="卷宗已全部补正，并组织培训1次",
        ),
        Field(
            "mended_on",
            "什么时候整改到位的？",
            Date("found_on", today),
            column="完成时间",
            asked_if=not_criminal,
        ),
        Field(
            "before",
            "请发送整改前的照片或PDF（最多4个）。",
            File(most=4, kinds=EVIDENCE, named="照片或PDF"),
            column="整改前",
            asked_if=not_criminal,
            optional=True,
        ),
        Field(
            "after",
            "请发送整改到位的证明：照片或PDF（最多4个）。",
            File(most=4, kinds=EVIDENCE, named="照片或PDF"),
            column="整改后",
            asked_if=not_criminal,
        ),
        Field("receiver", "拟移交哪个机关？", Choice(options_from("judicial")), column="移交单位", asked_if=criminal),
        Field("reason", "请写明移交理由。", Text(most=500), column="移交理由", asked_if=criminal),
    ),
)

EXTENSION: Final = Form(
    "extension",
    version=1,
    title="申请延期",
    fields=(
        Field("due", "申请延期到哪一天？", Date("day_after_due", "latest"), column="申请时限"),
        Field(
            "reason",
            "请写明延期理由。",
            Text(most=500, least=5),
            column="延期理由",
            example="培训师资未到位，需延后一周",
        ),
    ),
)

TRANSFER_REQUEST: Final = Form(
    "transfer_request",
    version=1,
    title="申请移交",
    fields=(
        Field("receiver", "拟移交哪个单位？", Choice(options_from("receivers")), column="移交单位"),
        Field(
            "reason",
            "请写明移交理由。",
            Text(most=500, least=5),
            column="移交理由",
            example="涉嫌违反工作纪律，需进一步核查",
        ),
    ),
)
