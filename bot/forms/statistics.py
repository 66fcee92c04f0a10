"""The statistics table 情况统计表 (plan: D5, annex 2): what the ledger knows is there already, the rest is asked.

Made for a campaign: two figures an area. Facts it reads: those of `bot.core.statistics.figures`, and `registered`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.core.fields import Count, Text
from bot.core.form import Field, Form, above_zero
from bot.core.plain_text import one_line
from bot.core.statistics import of_area
from bot.forms.figures import computed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign

_NAME: Final = 60
_UNENTERED: Final = "其中1件刚查实，尚未录入"
_UNCLOSED: Final = "其中1件已改好，正在办理销号"

_TOTALS: Final = (
    *computed("found", "共发现问题几件？", "发现问题数", _UNENTERED),
    *computed("mended", "其中整改完成几件？待核查和已销号的都算。", "整改完成数", _UNCLOSED),
    *computed("verifying", "整改完成的问题中，待核查几件？", "待核查数", _UNCLOSED),
    *computed("closed", "整改完成的问题中，已销号几件？", "已销号数", _UNCLOSED),
    *computed("in_hand", "还在整改的问题几件？", "整改中数", _UNENTERED),
    *computed("to_discipline", "移交纪检监察机关的问题几件？", "移交纪检监察数", "其中1件由上级直接移交"),
    *computed("to_judicial", "移送司法机关的问题几件？", "移送司法机关数", "其中1件由公安机关直接受理"),
)
_ASKED: Final = (
    Field("fines", "作出行政处罚几件？", Count(), column="行政处罚件数"),
    Field("fined", "行政处罚涉及多少人次？", Count(), column="行政处罚人次", asked_if=above_zero("fines")),
    Field("opened", "立案几件？", Count(), column="立案件数"),
    Field("blamed", "追究责任几人？", Count(), column="责任追究人数"),
    Field("rules", "建立或修订制度几件？", Count(), column="建章立制件数"),
    Field("note", "还有需要说明的情况吗？", Text(most=500), column="备注", optional=True, example="处罚案件均已结案"),
)
_INTRO: Final = "问题和整改的数字已按问题台账填好，只需补填以下几项，最后核对时都可以修改。"


@lru_cache(maxsize=64)
def statistics_of(campaign: Campaign) -> Form:
    """Return the form of this campaign; ValueError when it has more areas than a form can ask about."""
    return Form(
        "statistics",
        version=1,
        title="专项整治情况统计表",
        intro=_INTRO if campaign.ledger else "",
        fields=(*_TOTALS, *_areas(campaign), *_ASKED),
    )


def _areas(campaign: Campaign) -> Iterator[Field]:
    for number, area in enumerate(campaign.areas, 1):
        name = one_line(area.name, _NAME)
        yield from computed(of_area("found", number), f"“{name}”方面发现问题几件？", f"{name}发现数", _UNENTERED)
        yield from computed(of_area("mended", number), f"“{name}”方面整改完成几件？", f"{name}整改数", _UNCLOSED)
