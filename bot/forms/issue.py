"""An entry of the issue ledger 问题台账 (plan: L1-L3): what was found, where from, how it is handled.

Facts it reads: `units` [[key, name], ...] where the visitor may choose, and the lists of `Campaign.ledger_lists`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.fields import PDF, PICTURES, Choice, Date, File, Nested, Option, Phone, Text, YesNo, options_from
from bot.core.form import Field, Form
from bot.core.problems import Problem

if TYPE_CHECKING:
    from datetime import date

    from bot.core.form import Answers, Facts

AT_ONCE: Final = "at_once"
DATED: Final = "dated"

EVIDENCE: Final = (*PICTURES, *PDF)


def today(day: date) -> date:
    """Return the day itself: nothing is found or mended tomorrow."""
    return day


def at_once(answers: Answers, _: Facts) -> bool:
    """Tell whether it was mended on the spot."""
    return answers.get("handling") == AT_ONCE


def dated(answers: Answers, _: Facts) -> bool:
    """Tell whether it is to be mended by a deadline."""
    return answers.get("handling") == DATED


def in_order(answers: Answers, _: Facts) -> None:
    """Refuse what was found before it happened, or mended before it was found."""
    found, happened, mended = (answers.get(key) for key in ("found_on", "happened_on", "mended_on"))
    if found and happened and happened > found:
        raise Problem("happened_after_found")
    if found and mended and mended < found:
        raise Problem("mended_before_found")


#: What an entry says of the problem itself; the rest is how it is handled.
DESCRIBING: Final = (
    Field("item", "问题属于哪个方面？请先选方面，再选具体项目。", Nested("items"), column="问题类别"),
    Field("source", "问题是从哪里发现的？", Choice(options_from("sources")), column="问题来源"),
    Field("kind", "属于哪种情形？", Choice(options_from("kinds")), column="问题情形"),
    Field("found_on", "什么时候发现的？", Date("earliest", today), column="发现时间"),
    Field(
        "happened_on", "问题发生在什么时候？", Date("earliest", today), column="发生时间", prefill="last_happened_on"
    ),
    Field("epidemic", "是否发生在疫情防控期间？", YesNo(), column="疫情防控期间"),
    Field("severity", "问题的严重程度？", Choice(options_from("severities")), column="严重程度"),
    Field(
        "description",
        "请描述具体问题。",
        Text(most=1000, least=5),
        column="具体问题表述",
        example="抽查卷宗3份，其中1份缺少现场检查笔录",
    ),
    Field(
        "party",
        "涉及哪个当事人？公开时不显示。",
        Text(most=100),
        column="涉及当事人",
        optional=True,
        example="某农资经营部",
    ),
    Field(
        "evidence",
        "如有证据材料，请发送照片或PDF（最多9个）。",
        File(most=9, kinds=EVIDENCE, named="照片或PDF"),
        column="证据材料",
        optional=True,
    ),
)

ISSUE: Final = Form(
    "issue",
    version=1,
    title="录入问题",
    fields=(
        Field("unit", "这是哪个单位的问题？", Choice(options_from("units")), column="单位"),
        *DESCRIBING,
        Field(
            "handling",
            "怎样整改？已当场改好的选“立行立改”，需要时间的选“限期整改”。",
            Choice((Option(AT_ONCE, "立行立改"), Option(DATED, "限期整改"))),
            column="整改类型",
        ),
        Field(
            "measures",
            "采取什么整改措施？",
            Text(most=800),
            column="整改措施",
            example="补正卷宗材料，组织一次案卷制作培训",
        ),
        Field("mended_on", "什么时候改好的？", Date("earliest", today), column="完成时间", asked_if=at_once),
        Field(
            "responsible",
            "由谁负责整改？请填姓名。",
            Text(most=30),
            column="责任人",
            asked_if=dated,
            prefill="last_responsible",
            example="张某",
        ),
        Field("phone", "责任人的联系电话？", Phone(), column="联系电话", asked_if=dated, prefill="last_phone"),
        Field(
            "timetable",
            "分几步整改？请写明时间安排。",
            Text(most=500),
            column="时间安排",
            asked_if=dated,
            example="7月15日前补正材料，7月底前完成培训",
        ),
        Field(
            "due", "最迟哪天整改到位？", Date(today, "latest"), column="整改时限", asked_if=dated, prefill="last_due"
        ),
    ),
    check=in_order,
)

#: The same questions without the handling, which has ways of its own to change: 申请延期, 报送进展.
CORRECTION: Final = Form(
    "issue_correct", version=1, title="更正问题", fields=DESCRIBING, finish="提交更正", check=in_order
)
