"""Every table that can be asked for, read from a real database and written as a workbook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from bot.campaigns import load
from bot.core import deadlines
from exports import EXPORTS
from exports.workbook import write
from storage import people, submissions
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.work import Work

CAMPAIGN = load(Path(__file__).resolve().parents[2] / "campaigns" / "sample-2020.toml")
WEEK = next(each for each in deadlines.occurrences(CAMPAIGN, "weekly") if each.period == "2020-W28")


class Clock:
    """The present moment, set by hand."""

    now = WEEK.due.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'duban.db'}", now=clock, campaign=CAMPAIGN)
    store.migrate()
    yield store
    store.close()


def file(work: Work, unit: str, answers: dict[str, Any], signed_at: datetime | None) -> None:
    contact, head = people.create_person(work, "王小甲"), people.create_person(work, "李小乙")
    filed = submissions.file(
        work,
        duty="weekly",
        period="2020-W28",
        unit=unit,
        number=f"{unit}-28",
        answers=answers,
        form_version=1,
        zero=False,
        filed_by=contact,
        state="awaiting",
    )
    if signed_at:
        assert submissions.move(work, filed.id, "awaiting", "reported", signed_by=head, signed_at=signed_at)


def test_the_week_s_reports_become_the_week_s_workbook(store: Store, clock: Clock) -> None:
    units = CAMPAIGN.units
    store.do(file, units[0].key, {"areas": ["rules"], "done": "检查门店8家", "found": 3, "mended": 2}, clock.now)
    clock.now += timedelta(hours=1)
    store.do(file, units[1].key, {"done": "=1+1", "found": 1, "mended": 0}, clock.now)
    store.do(file, units[2].key, {"done": "未签批的内容", "found": 9, "mended": 9}, None)
    store.do(file, units[0].key, {"done": "检查门店9家", "found": 4, "mended": 2}, clock.now)

    target = BytesIO()
    write(store.do(EXPORTS["weekly"], "2020-W28"), target)

    (sheet,) = load_workbook(target).worksheets
    head, *rows = sheet.iter_rows(min_row=3, values_only=True)
    at = {title: place for place, title in enumerate(head)}
    shown = [
        [row[at[title]] for title in ("单位", "本周工作开展情况", "发现问题数", "填报人", "签批人", "报送情况")]
        for row in rows[: len(units)]
    ]
    assert shown[:4] == [
        [units[0].name, "检查门店9家", 4, "王小甲", "李小乙", "按时"],
        [units[1].name, "=1+1", 1, "王小甲", "李小乙", "迟报"],
        [units[2].name, None, None, "王小甲", None, "待签批"],
        [units[3].name, None, None, None, None, "未报送"],
    ]
    assert [row[0] for row in shown] == [unit.name for unit in units]
    totals = rows[len(units)]
    assert (totals[0], totals[at["发现问题数"]], totals[at["整改完成数"]]) == ("合计", 5, 2)


def test_a_week_outside_the_campaign_has_no_table(store: Store) -> None:
    with pytest.raises(KeyError, match="2019-W01"):
        store.do(EXPORTS["weekly"], "2019-W01")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_table_can_be_made_before_anything_has_come_in(store: Store, name: str) -> None:
    table = store.do(EXPORTS[name], "2020-W28")
    target = BytesIO()
    write(table, target)

    (sheet,) = load_workbook(target).worksheets
    assert sheet["A1"].value == table.title
    assert table.name
    assert table.signatures
