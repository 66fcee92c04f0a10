"""The columns the ledger can have as a table, by the titles offices give them; `[ledger] columns` picks some.

Owns the titles and their usual order. What stands under them is in `exports.ledger`.
"""

from __future__ import annotations

from typing import Final

TITLES: Final = (
    "序号",
    "编号",
    "单位",
    "问题来源",
    "问题类别",
    "具体项目",
    "问题情形",
    "发现时间",
    "发生时间",
    "疫情防控期间",
    "严重程度",
    "具体问题表述",
    "涉及当事人",
    "整改类型",
    "整改措施",
    "责任人",
    "联系电话",
    "时间安排",
    "整改时限",
    "原定时限",
    "整改进展",
    "完成时间",
    "未整改到位原因及下一步计划",
    "整改状态",
    "预警",
    "核查人",
    "核查时间",
    "核查结果",
    "是否销号",
    "移交情况",
    "备注",
)
