"""The picture for a phone: what stands on it, that it fits a phone and Telegram, and that red means late."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.core.messages import Attachment
from bot.texts.overview import within
from exports.files import Maker
from exports.summary_picture import data_of, picture_bytes
from storage.files import FileStore
from tests.exports.summaries import NAMES, line, summary

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.summary import Summary
    from storage.work import Store

LONG = "某某区农业综合行政执法大队直属派出中队"
WHOLE = summary(weeks=0, entries=0, kinds=("on_time",))
NOTHING_YET = replace(WHOLE, week=None, stage="", stage_end=None, coming=[])
STATES = {
    "usual": summary(),
    "late": summary(late=True, past=True, lagging=2),
    "many": summary(30, 5000, late=True, past=True, lagging=6),
    "long names": summary(30, 5000, name=LONG, late=True, past=True, lagging=6, title="专项整治" * 15),
    "one unit, one week": summary(1, 1, weeks=1),
    "no entries": summary(16, 0, weeks=1),
    "no ledger": replace(WHOLE, stock=None, areas=[], units=[replace(unit, stock=None) for unit in WHOLE.units]),
    "nothing yet": NOTHING_YET,
}


def drawn(shown: Summary) -> Image.Image:
    content = picture_bytes(shown)
    assert len(content) < 1_500_000
    with Image.open(BytesIO(content), formats=["PNG"]) as image:
        return image.convert("RGB")


def reds(image: Image.Image) -> int:
    """Return how many pixels are red, of what can be told apart."""
    counts = image.getcolors(image.width * image.height) or []
    return sum(
        number for number, colour in counts if isinstance(colour, tuple) and colour[0] > 150 and max(colour[1:]) < 100
    )


@pytest.mark.parametrize("shown", STATES.values(), ids=STATES)
def test_it_fits_a_phone_and_telegram(shown: Summary) -> None:
    image = drawn(shown)
    assert image.width == 1080
    assert 200 < image.height < 4000  # Telegram: width and height 10,000 together
    assert len(image.getcolors(image.width * image.height) or []) > 50


def test_an_office_of_usual_size_takes_two_screens() -> None:
    assert drawn(STATES["usual"]).height < 2.5 * 1080
    assert drawn(summary(30, 5000, late=True)).height < 3 * 1080


@pytest.mark.parametrize(
    ("shown", "red"),
    [
        (summary(), False),
        (summary(late=True), True),  # entries
        (summary(past=True), True),  # this week's report
        (summary(past=True, kinds=("on_time", "late", "excused")), False),  # it is there
        (summary(lagging=1), True),  # another report
        (NOTHING_YET, False),
    ],
    ids=["nothing", "entries", "week", "all there", "date", "nothing yet"],
)
def test_red_is_what_is_late_and_nothing_else(shown: Summary, red: bool) -> None:  # noqa: FBT001 - a case
    assert (reds(drawn(shown)) > 100) == red


def test_the_same_standing_makes_the_same_picture() -> None:
    assert picture_bytes(summary()) == picture_bytes(summary())


def test_a_new_figure_is_seen() -> None:
    shown = summary()
    assert shown.stock is not None
    more = replace(shown, stock=replace(shown.stock, tally=replace(shown.stock.tally, found=shown.stock.found + 1)))
    assert picture_bytes(more) != picture_bytes(shown)


def test_what_is_typed_is_not_read_as_markup() -> None:
    shown = summary(2)
    hostile = '#panic("x") *粗* $x$ [[ \\u{41} 👍🏽\x00<b>'
    units = [replace(unit, name=hostile) for unit in shown.units]
    assert drawn(replace(shown, units=units, title=hostile, stage=hostile)).width == 1080


# what stands on it


def test_it_says_who_has_reported_and_names_who_has_not() -> None:
    week = data_of(summary(7))["week"]
    assert (week["reported"], week["expected"], week["due"]) == (4, 6, "7月10日（周五）22:00截止")
    assert [(part["name"], part["number"]) for part in week["parts"]] == [
        *(("按时", 3), ("迟报", 1), ("尚未报送", 1), ("待签批", 1), ("免报", 1)),
    ]
    assert week["owed"] == [{"name": "尚未报送", "who": NAMES[1]}, {"name": "待签批", "who": NAMES[4]}]


def test_once_it_is_past_due_they_have_not_reported() -> None:
    week = data_of(summary(7, past=True))["week"]
    assert (week["past"], week["due"]) == (True, "7月10日（周五）12:00已截止")
    assert week["owed"][0]["name"] == "未报送"


def test_that_nobody_has_is_said_without_their_names() -> None:
    assert data_of(summary(16, kinds=("missing",)))["week"]["owed"] == [{"name": "尚未报送", "who": "全部16家"}]


def test_as_many_are_named_as_there_is_room_for() -> None:
    assert within(["甲站", "乙站", "丙站"], 9) == "甲站、乙站、丙站"
    assert within(["甲站", "乙站", "丙站"], 8) == "甲站、乙站等3家"
    assert within([LONG, LONG], 5) == f"{LONG}等2家"


def test_the_most_overdue_come_first_and_those_without_entries_in_one_line() -> None:
    shown = summary(5)
    stocks = (
        line("a", found=1, closed=4),
        line("b", 1, mending=2),
        line("c"),
        line("d", 3, found=3, returned=1, verifying=1, transferred=2),
        line("e", verifying=2),
    )
    units = [replace(unit, name=stock.unit, stock=stock) for unit, stock in zip(shown.units, stocks, strict=True)]
    bars = data_of(replace(shown, units=units))["units"]
    assert [tuple(row.values()) for row in bars["rows"]] == [
        ("d", 7, 5, 3),
        ("b", 2, 2, 1),
        ("e", 2, 2, 0),
        ("a", 5, 1, 0),
    ]
    assert bars["rest"] == "其余1家没有登记问题"


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    names = [row["name"] for row in data_of(summary(2, name="某某区农业综合行政执法大队第"))["units"]["rows"]]
    assert names == ["某某区农业综…法大队第00", "某某区农业综…法大队第01"]


def test_once_the_week_is_over_the_next_one_is_told() -> None:
    assert data_of(summary(3, past=True))["coming"][0] == {
        "what": "第29周每周工作信息",
        "when": "7月17日（周五）12:00",
        "who": "已报0/3",
    }


def test_dates_past_and_to_come_are_told_with_who_owes() -> None:
    told = data_of(summary(3, lagging=1))
    assert told["lagging"] == [{"what": "第0项情况报告", "when": "7月1日到期", "who": "、".join(NAMES[:2])}]
    assert told["coming"][0] == {"what": "行政裁量基准", "when": "8月31日（周一）17:30", "who": "已报1/3"}
    assert (told["moment"], told["stage"]) == ("截至7月10日 17:00", "自查整改阶段（至9月30日）")


# as it is asked for


@pytest.mark.parametrize("rest", ["", "2020-W28"])
async def test_it_is_made_to_be_looked_at(store: Store, tmp_path: Path, rest: str) -> None:
    made = await Maker(store, FileStore(tmp_path)).make(Attachment("table", f"summary-picture/{rest}", "整治情况.png"))
    assert (made.name, made.mime, made.shown) == ("整治情况.png", "image/png", True)


async def test_a_picture_somebody_has_sent_is_a_file(store: Store, tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    sent = files.put(picture_bytes(NOTHING_YET), "现场.png", "image/png")
    made = await Maker(store, files).make(Attachment("file", sent.sha256, "现场.png"))
    assert (made.content, made.shown) == (picture_bytes(NOTHING_YET), False)


async def test_there_is_none_of_a_week_that_has_not_begun(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        await Maker(store, FileStore(tmp_path)).make(Attachment("table", "summary-picture/2020-W29", "整治情况.png"))
