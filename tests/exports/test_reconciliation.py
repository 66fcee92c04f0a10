"""The reconciliation as a workbook: its numbers are the database's, and they agree with each other."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlmodel import col

from bot.core.issues import MENDED, STATES, Move, State, rules_for
from exports import EXPORTS
from exports.reconciliation import COLUMNS
from exports.workbook import write
from storage import issues, people
from storage.tables import Issue, IssueChange
from tests.storage.making import enter, move, new

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from bot.clock import RehearsalClock
    from storage.work import Store, Work

WEEK = "2020-W28"
STOCK = ("发现", "整改到位", "正在整改", "退回整改", "待核查", "已销号", "移交", "其中逾期")


def sheet_of(work: Work, period: str = WEEK) -> Worksheet:
    target = BytesIO()
    write(EXPORTS["reconciliation"](work, period), target)
    (sheet,) = load_workbook(target).worksheets
    return sheet


def by_unit(work: Work, period: str = WEEK) -> dict[str, dict[str, Any]]:
    """Return each unit's line, and 合计, by column keys: those of the week begin with "week_"."""
    keys = [column.key for column in COLUMNS]
    rows = [dict(zip(keys, row, strict=True)) for row in sheet_of(work, period).iter_rows(min_row=5, values_only=True)]
    return {str(row["unit"] or row["number"]): row for row in rows if row["found"] is not None}


def notes(work: Work, period: str = WEEK) -> list[str]:
    return [str(row[0]) for row in sheet_of(work, period).iter_rows(values_only=True) if "件" in str(row[0])]


def balance(line: dict[str, Any]) -> int:
    """Return what the week comes to, from its numbers alone."""
    return int(
        line["week_opening"]
        + line["week_found"]
        + line["week_resumed"]
        - line["week_closed"]
        - line["week_transferred"]
    )


def live(work: Work, unit: str, *moves: Move, state: State = "found", due: date = date(2020, 7, 31)) -> None:
    by = people.create_person(work, "孙某")
    entry = enter(work, by, new(unit=unit, due=due), state)
    for name in moves:
        move(work, entry.id, name, by)


CLOSED: tuple[Move, ...] = ("ask_closing", "sign", "close")
SENT_BACK: tuple[Move, ...] = ("ask_closing", "sign", "send_back")


def two_weeks(store: Store, clock: RehearsalClock) -> None:
    """Let a week pass in which one of three is closed, and one in which more happens."""
    now = clock.now()
    clock.move(now - timedelta(days=7))
    store.do(live, "nongji", *CLOSED)
    store.do(live, "nongji", "progress", due=date(2020, 7, 8))
    store.do(live, "xumu")
    clock.move(now)
    store.do(live, "nongji", *SENT_BACK)
    store.do(live, "nongji", *CLOSED, "reopen")
    store.do(live, "xumu", "ask_closing", "sign")
    store.do(live, "xumu", "transfer")
    store.do(live, "xumu", "transfer", "take_back")


def test_a_unit_s_line_tells_what_there_is_and_what_the_week_brought(store: Store, clock: RehearsalClock) -> None:
    two_weeks(store, clock)
    lines = store.do(by_unit)

    nongji = lines["农机服务中心"]
    assert [
        nongji[key] for key in ("found", "mended", "in_hand", "returned", "verifying", "closed", "transferred")
    ] == [*(4, 1, 1, 2, 0, 1, 0)]
    assert (nongji["overdue"], nongji["rate"]) == (1, "25.0%")
    assert {key: value for key, value in nongji.items() if key.startswith("week_")} == {
        "week_opening": 1,
        "week_found": 2,
        "week_mended": 2,
        "week_closed": 1,
        "week_returned": 1,
        "week_resumed": 1,
        "week_transferred": 0,
        "week_closing": 3,
    }
    xumu = lines["畜牧兽医服务中心"]
    assert (xumu["week_opening"], xumu["week_transferred"], xumu["week_resumed"], xumu["week_closing"]) == (1, 2, 1, 3)
    assert (lines["动物卫生监督室"]["found"], lines["动物卫生监督室"]["rate"]) == (0, None)


def test_everything_adds_up(store: Store, clock: RehearsalClock) -> None:
    two_weeks(store, clock)
    lines = store.do(by_unit)
    total = lines.pop("合计")

    for column in COLUMNS:
        if column.total:
            assert total[column.key] == sum(line[column.key] for line in lines.values())
    for line in (*lines.values(), total):
        assert line["week_closing"] == balance(line) == line["in_hand"] + line["returned"] + line["verifying"]
        assert line["found"] == line["week_closing"] + line["closed"] + line["transferred"]
        assert line["mended"] == line["verifying"] + line["closed"]


def test_the_stock_is_what_the_database_holds(store: Store, clock: RehearsalClock) -> None:
    def held(work: Work) -> Counter[tuple[str, str]]:
        rows = work.conn.execute(select(col(Issue.unit), col(Issue.state)))
        return Counter((work.campaign.unit(unit).name, state) for unit, state in rows)

    two_weeks(store, clock)
    lines, entries = store.do(by_unit), store.do(held)
    for name, line in lines.items():
        if name == "合计":
            continue
        counts = {state: entries[name, state] for state in STATES}
        assert line["found"] == sum(counts.values())
        assert line["in_hand"] == counts["found"] + counts["mending"]
        assert (line["closed"], line["transferred"]) == (counts["closed"], counts["transferred"])


OVER = {"closed", "transferred"}


def recounted(work: Work, monday: date) -> dict[str, Counter[str]]:
    """Count a week anew from the bare history, by unit and column."""
    begin, end = (datetime.combine(day, time(), work.campaign.zone) for day in (monday, monday + timedelta(7)))
    rows = work.conn.execute(
        select(col(Issue.unit), col(IssueChange.at), col(IssueChange.before), col(IssueChange.after)).join(
            IssueChange, col(IssueChange.issue_id) == col(Issue.id)
        )
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, at, was, became in rows:
        if was == became or at >= end:
            continue
        mine, open_ = counts[work.campaign.unit(unit).name], (became not in OVER) - (was != "" and was not in OVER)
        mine["week_closing"] += open_
        if at < begin:
            mine["week_opening"] += open_
            continue
        mine["week_found"] += not was
        mine["week_mended"] += became in MENDED and was not in MENDED
        mine["week_returned"] += (was, became) == ("verifying", "returned")
        mine["week_resumed"] += was in OVER and became not in OVER
        mine["week_closed"] += became == "closed"
        mine["week_transferred"] += became == "transferred"
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_week_is_the_database_s(store: Store, clock: RehearsalClock, seed: int) -> None:
    dice, now = random.Random(seed), clock.now()

    def live_on(work: Work) -> None:
        by = people.create_person(work, "孙某")
        entries = [enter(work, by, new(unit=dice.choice(("nongji", "xumu")))).id for _ in range(4)]
        for _ in range(12):
            entry = issues.get(work, dice.choice(entries))
            assert entry is not None
            move(work, entry.id, dice.choice([rule.move for rule in rules_for(entry.state, entry.asked)]), by)

    for hours in sorted(dice.sample(range(24 * 21), 9)):
        clock.move(now - timedelta(hours=24 * 21 - hours))
        store.do(live_on)
    clock.move(now)
    for week in range(25, 29):
        lines, counts = store.do(by_unit, f"2020-W{week}"), store.do(recounted, date.fromisocalendar(2020, week, 1))
        for name, line in lines.items():
            expected = sum(counts.values(), Counter()) if name == "合计" else counts[name]
            told = {key: value for key, value in line.items() if key.startswith("week_")}
            assert told == {key: expected[key] for key in told}, (week, name)


def test_the_sentence_below_says_the_balance(store: Store, clock: RehearsalClock) -> None:
    two_weeks(store, clock)
    balanced, stock, *_ = store.do(notes)

    assert balanced == "对账：期初未结2件＋本周新增5件＋重新整改2件－销号1件－移交2件＝期末未结6件。"
    opening, found, resumed, closed, transferred, closing = map(int, re.findall(r"(\d+)件", balanced))
    assert opening + found + resumed - closed - transferred == closing
    assert stock == ("累计发现8件＝待整改1件＋整改中1件＋待核查1件＋已销号1件＋退回整改3件＋移交1件；整改率25.0%。")


def test_an_earlier_week_has_its_own_balance(store: Store, clock: RehearsalClock) -> None:
    two_weeks(store, clock)
    before, now = store.do(by_unit, "2020-W27")["合计"], store.do(by_unit)["合计"]

    assert (before["week_opening"], before["week_found"], before["week_closed"]) == (0, 3, 1)
    assert before["week_closing"] == now["week_opening"] == 2
    assert [before[column.key] for column in COLUMNS if column.title in STOCK and column.group == "累计"] == [
        now[column.key] for column in COLUMNS if column.title in STOCK and column.group == "累计"
    ]


def test_a_week_goes_from_monday_to_sunday_where_the_campaign_is(store: Store, clock: RehearsalClock) -> None:
    for moment in ("2020-07-05T23:59:59+08:00", "2020-07-06T00:00:00+08:00"):
        clock.move(datetime.fromisoformat(moment))
        store.do(live, "nongji")
    clock.move(datetime.fromisoformat("2020-07-12T23:59:59+08:00"))
    total = store.do(by_unit)["合计"]

    assert (total["week_opening"], total["week_found"], total["week_closing"]) == (1, 1, 2)
    assert store.do(sheet_of)["A2"].value == "汇总单位：某区农业农村局"
    assert "2020年第28周（7月6日—7月12日）" in {cell.value for cell in store.do(sheet_of)[2]}


def test_nothing_found_is_a_table_of_noughts(store: Store) -> None:
    lines = store.do(by_unit)

    assert len(lines) == len(store.campaign.units) + 1
    assert {value for key, value in lines["合计"].items() if key not in {"number", "unit", "rate"}} == {0}
    assert store.do(notes)[0].endswith("＝期末未结0件。")


def test_the_heading_names_two_groups_and_all_is_one_page(store: Store) -> None:
    sheet = store.do(sheet_of)

    assert [cell.value for cell in sheet[3] if cell.value] == ["序号", "单位", "累计", "本周"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 1)
    words = [str(row[0]) for row in sheet.iter_rows(values_only=True)]
    assert words[0] == "行政执法不作为乱作为专项整治问题整改对账表"
    assert "制表人：" in words[-1]


@pytest.mark.parametrize(
    "period", ["", "2020", "2020-W", "2020-W0", "2020-W54", "2020-W7", "2020-28", "x-Wy", "2020-W29"]
)
def test_what_is_no_week_yet_has_no_table(store: Store, period: str) -> None:
    with pytest.raises(KeyError):
        store.do(EXPORTS["reconciliation"], period)
