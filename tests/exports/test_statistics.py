"""附件2 as a workbook: every number is counted anew from the database, and charts point at the cells they draw."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from sqlalchemy import text

from bot.core.issues import rules_for
from exports import EXPORTS
from storage import issues, people
from storage.work import Store
from tests.exports.opened import bytes_of, opened
from tests.services.test_duty_forms import REST, TABLE, fills, team
from tests.services.test_submission_life import stamp
from tests.storage.making import change, enter, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign
    from storage.issues import Entry
    from storage.work import Work
    from tests.exports.opened import Line
    from tests.kit.databases import SqliteFiles
    from tests.kit.office import Office

JULY = "2020-07-01_2020-07-31"
SO_FAR = ("发现", "整改到位", "待核查", "已销号", "正在整改", "移交纪检监察", "移送司法")
PERIOD = ("发现", "整改到位", "销号", "移交")
MENDED = {"verifying", "closed"}


def on(day: str, time: str = "09:00") -> datetime:
    """Return a moment on the campaign's clock."""
    return datetime.fromisoformat(f"{day}T{time}+08:00")


@dataclass
class Book:
    """The ledger, kept by somebody who may do anything at any time."""

    work: Work
    by: int

    def enter(self, at: datetime, unit: str = "nongji", area: str = "rules") -> Entry:
        self.work.now = at.astimezone(UTC)
        return enter(self.work, self.by, new(unit=unit, area=area))

    def move(self, at: datetime, entry: Entry, name: str, state: Any, **values: Any) -> Entry:  # noqa: ANN401
        self.work.now = at.astimezone(UTC)
        found = issues.get(self.work, entry.id)
        assert found is not None
        assert change(self.work, found, name, self.by, state, **values)
        return found

    def close(self, at: datetime, entry: Entry) -> None:
        self.move(at, entry, "sign", "verifying")
        self.move(at, entry, "close", "closed")

    def hand_over(self, at: datetime, entry: Entry, receiver: str) -> None:
        self.move(at, entry, "transfer", "transferred", detail={"receiver": receiver})


def story(work: Work) -> None:
    """Let a June, a July and an August pass."""
    book = Book(work, people.create_person(work, "孙某"))
    old, early = book.enter(on("2020-06-29")), book.enter(on("2020-06-30", "23:59"))
    book.close(on("2020-07-02"), old)
    found = [book.enter(on("2020-07-01", "00:00"), area=area) for area in ("rules", "staff", "staff")]
    book.move(on("2020-07-20"), found[0], "sign", "verifying")
    book.move(on("2020-07-21"), found[0], "send_back", "returned")
    book.move(on("2020-07-31", "23:59"), found[0], "sign", "verifying")
    book.hand_over(on("2020-07-15"), found[1], "公安机关")
    handed = book.enter(on("2020-07-05"), "xumu")
    book.hand_over(on("2020-07-06"), handed, "区纪委监委")
    book.close(on("2020-08-01", "00:00"), early)
    book.move(on("2020-08-03"), handed, "take_back", "returned")
    book.enter(on("2020-08-04"), "xumu")


def recounted(work: Work, first: str, last: str) -> dict[str, dict[str, int]]:
    """Count anew from the bare rows: by unit, "该期 发现", "累计 发现", "rules 发现" and so on."""
    since, until = on(first, "00:00"), on(last, "00:00") + timedelta(1)
    rows = work.conn.execute(
        text(
            "SELECT i.id, i.unit, i.area, c.version, c.at, c.before AS was, c.after AS became, c.detail"
            " FROM issue_change c JOIN issue i ON i.id = c.issue_id ORDER BY i.id, c.version"
        )
    ).mappings()
    counts: dict[str, dict[str, int]] = {}
    stands: dict[int, tuple[str, str, str, str]] = {}
    for row in rows:
        at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC) if isinstance(row["at"], str) else row["at"]
        was, became = row["was"], row["became"]
        if was == became or at >= until:
            continue
        stands[row["id"]] = (row["unit"], row["area"], became, str(row["detail"]))
        if at >= since:
            mine = counts.setdefault(row["unit"], {})
            for what, met in (
                ("发现", was == ""),
                ("整改到位", became in MENDED and was not in MENDED),
                ("销号", became == "closed"),
                ("移交", became == "transferred"),
            ):
                mine[f"该期 {what}"] = mine.get(f"该期 {what}", 0) + met
    for unit, area, state, detail in stands.values():
        mine = counts.setdefault(unit, {})
        judicial = any(body in detail or ascii(body)[1:-1] in detail for body in ("公安机关", "检察机关"))
        for what, met in (
            ("累计 发现", True),
            ("累计 整改到位", state in MENDED),
            ("累计 待核查", state == "verifying"),
            ("累计 已销号", state == "closed"),
            ("累计 正在整改", state in {"found", "mending", "returned"}),
            ("累计 移交纪检监察", state == "transferred" and not judicial),
            ("累计 移送司法", state == "transferred" and judicial),
            (f"累计发现（按方面） {work.campaign.area(area).name}", True),
            (f"累计整改到位（按方面） {work.campaign.area(area).name}", state in MENDED),
        ):
            mine[what] = mine.get(what, 0) + met
    return {work.campaign.unit(unit).name: found for unit, found in counts.items()}


def is_recounted(work: Work, ref: str) -> None:
    """Hold every number of a table against the rows, and its sums against its lines."""
    table, expected = opened(work, "statistics", ref), recounted(work, *ref.split("_"))
    keys = [key for key in table.totals if key.split(" ")[0] in {"该期", "累计"} or "按方面" in key]
    for line in table.lines:
        for key in keys:
            if key != "累计 整改率":
                assert line[key] == expected.get(line["单位"], {}).get(key, 0), (line["单位"], key)
        adds_up(line)
    for key in keys:
        if key != "累计 整改率":
            assert table.totals[key] == sum(counts.get(key, 0) for counts in expected.values())
    adds_up(table.totals)


def adds_up(line: Line) -> None:
    found, mended, verifying, closed, in_hand, discipline, judicial = (line[f"累计 {what}"] for what in SO_FAR)
    assert found == mended + in_hand + discipline + judicial
    assert mended == verifying + closed
    for figure, heading in ((found, "累计发现（按方面）"), (mended, "累计整改到位（按方面）")):
        assert figure == sum(value for key, value in line.items() if key.startswith(heading))


# ── The ledger's figures ─────────────────────────────────────────────────


def test_a_period_stands_beside_all_there_is_at_its_end(store: Store, clock: RehearsalClock) -> None:
    clock.move(on("2020-09-01"))
    store.do(story)
    table = store.do(opened, "statistics", JULY)

    assert table.title == "行政执法不作为乱作为专项整治情况统计表（附件2）"
    nongji, xumu = table.of("农机服务中心"), table.of("畜牧兽医服务中心")
    assert [nongji[f"该期 {what}"] for what in PERIOD] == [3, 3, 1, 1]  # one was mended twice
    assert [nongji[f"累计 {what}"] for what in (*SO_FAR, "整改率")] == [5, 2, 1, 1, 2, 0, 1, "40.0%"]
    assert [xumu[f"累计 {what}"] for what in (*SO_FAR, "整改率")] == [1, 0, 0, 0, 0, 1, 0, "0.0%"]
    assert nongji["累计发现（按方面） 执法队伍建设"] == 2
    assert table.notes[:2] == [
        "该期发现4件，整改到位3件，销号1件，移交2件；期内退回整改1件，重新整改0件。",
        "累计发现6件＝整改到位2件（待核查1件＋已销号1件）＋正在整改2件＋移交纪检监察1件＋移送司法1件；整改率33.3%。",
    ]
    assert "统计期间：2020年7月1日至2020年7月31日" in {cell.value for cell in table.sheet[2]}
    assert [line["单位"] for line in table.lines] == [unit.name for unit in store.campaign.units]


@pytest.mark.parametrize("ref", [JULY, "2020-06-30_2020-06-30", "2020-07-31_2020-08-03", "2020-06-01_2020-12-31"])
def test_every_number_is_the_database_s(store: Store, clock: RehearsalClock, ref: str) -> None:
    clock.move(on("2020-09-01"))
    store.do(story)
    store.do(is_recounted, ref)


class UndoneError(Exception):
    """Takes back what an example has done."""


#: Entries: unit, area, and the hours after the campaign's start at which something of what is permitted is done.
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(["nongji", "xumu", "fagui"]),
        st.sampled_from(["rules", "staff", "public"]),
        st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(0, 30)), min_size=1, max_size=9),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def bare(sqlite_files: SqliteFiles, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose database stays empty: every example is taken back."""
    url = sqlite_files.copy(tmp_path_factory.mktemp("statistics"))
    store = Store(url, now=lambda: on("2020-09-01"), campaign=campaign)
    yield store
    store.close()


@settings(max_examples=25)
@given(HISTORIES, st.integers(0, 50), st.integers(0, 20))
def test_whatever_happens_the_numbers_are_the_database_s(
    bare: Store, histories: list[tuple[str, str, list[tuple[int, int]]]], first: int, days: int
) -> None:
    start = date(2020, 7, 1)
    ref = f"{start + timedelta(first)}_{start + timedelta(first + days)}"

    def tell(work: Work) -> None:
        book = Book(work, people.create_person(work, "孙某"))
        for unit, area, steps in histories:
            (hour, _), *moves = sorted(steps)
            entry = book.enter(on("2020-07-01") + timedelta(hours=hour), unit, area)
            for at, choice in moves:
                found = issues.get(work, entry.id)
                assert found is not None
                permitted = list(rules_for(found.state, found.asked))
                rule = permitted[choice % len(permitted)]
                work.now = (on("2020-07-01") + timedelta(hours=at)).astimezone(UTC)
                asked = found.asked if rule.then is None else rule.then
                detail = {"receiver": ("公安机关", "区纪委监委")[choice % 2]} if rule.move == "transfer" else {}
                assert change(work, found, rule.move, book.by, rule.to or found.state, asked, detail=detail)
        work.now = on("2020-09-01").astimezone(UTC)
        is_recounted(work, ref)
        raise UndoneError

    with pytest.raises(UndoneError):
        bare.do(tell)


def test_a_period_that_has_begun_has_a_table(store: Store) -> None:
    assert store.do(opened, "statistics", "2020-07-09_2020-07-31").totals["累计 发现"] == 0
    charts = store.do(EXPORTS["statistics"], "2020-07-09_2020-07-31").charts
    assert all(chart.title.endswith("（截至2020年7月9日）") for chart in charts), "not of days to come"


@pytest.mark.parametrize(
    "ref",
    [
        *("", "_", "2020-07-01", "2020-07-01_", "2020-07-31_2020-07-01", "2020-07-01_2020-07-02_2020-07-03"),
        *("2020-7-1_2020-07-31", "20200701_20200731", "2020-W28-1_2020-W28-5", "2020-02-30_2020-03-01"),
        *("2020-07-10_2020-07-31", "0001-01-01_2020-07-01", "2020-07-01_9999-12-31", "x_y", "2020-07-01_2020-07-31 "),
    ],
)
def test_what_is_no_period_yet_has_no_table(store: Store, ref: str) -> None:
    with pytest.raises(KeyError):
        store.do(EXPORTS["statistics"], ref)


# ── What the units report ────────────────────────────────────────────────


async def test_what_only_the_unit_knows_is_out_of_its_report(office: Office) -> None:
    contact, head = await team(office)
    await fills(contact, TABLE, *REST, "1", "2", "2件刚查实，尚未录入", "tap:提交")
    before = (await office.store.run(opened, "statistics", JULY)).of("农机服务中心")
    await head.taps("同意报送")
    await stamp(contact)
    table = await office.store.run(opened, "statistics", JULY)

    asked = ("行政处罚件数", "行政处罚人次", "立案件数", "责任追究人数", "建章立制件数", "报送情况")
    assert [before[f"单位上报 {what}"] for what in asked] == [None, None, None, None, None, "待签批"]
    after = table.of("农机服务中心")
    assert [after[f"单位上报 {what}"] for what in asked] == [2, 3, 1, 0, 2, "按时"]
    assert table.of("畜牧兽医服务中心")["单位上报 报送情况"] == "尚未报送"
    assert [table.totals[f"单位上报 {what}"] for what in asked] == [2, 3, 1, 0, 2, None]
    assert after["累计 发现"] == 0  # the ledger's
    assert "农机服务中心：发现问题数2件（问题台账0件），原因：2件刚查实，尚未录入。" in table.notes
    assert "“单位上报”为各单位《专项整治情况统计表》所报的数字，报送期限：2020年9月9日前。" in table.notes


def test_without_such_a_report_the_ledger_alone_makes_the_table(store: Store, clock: RehearsalClock) -> None:
    clock.move(on("2020-09-01"))
    store.do(story)
    duties = tuple(duty for duty in store.campaign.duties if duty.form != "statistics")
    units = tuple(unit for unit in store.campaign.every_unit if unit.key != "xumu")
    areas = tuple(area for area in store.campaign.areas if area.key != "staff")
    fewer = store.campaign.model_copy(update={"duties": duties, "every_unit": units, "areas": areas})
    later = Store(store.url, now=clock.now, campaign=fewer)
    try:
        table = later.do(opened, "statistics", JULY)
    finally:
        later.close()

    assert table.title.endswith("专项整治情况统计表")
    assert not any(key.startswith("单位上报") for key in table.totals)
    assert table.lines[-1]["单位"] == "xumu"  # its entries are still there
    assert table.totals["累计发现（按方面） staff"] == 2
    adds_up(table.totals)


# ── Charts ───────────────────────────────────────────────────────────────


def cells(sheet: Any, ref: str) -> list[Any]:  # noqa: ANN401 - a sheet
    name, _, area = ref.rpartition("!")
    assert name.strip("'") == sheet.title
    left, top, right, bottom = range_boundaries(area)
    rows = sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right, values_only=True)
    return [value for row in rows for value in row]


def test_the_charts_point_at_the_cells_they_draw(store: Store, clock: RehearsalClock) -> None:
    clock.move(on("2020-09-01"))
    store.do(story)
    sheet: Any = load_workbook(BytesIO(store.do(bytes_of, "statistics", JULY))).worksheets[0]
    by_area, by_unit = sheet._charts
    table = store.do(opened, "statistics", JULY)

    assert [said.t for chart in sheet._charts for said in chart.title.tx.rich.p[0].r] == [
        "各方面问题发现和整改情况（截至2020年7月31日）",
        "各单位问题发现和整改情况（截至2020年7月31日）",
    ]
    assert (by_area.barDir, by_unit.barDir) == ("col", "bar")
    names = {"发现": "累计发现（按方面）", "整改到位": "累计整改到位（按方面）"}
    for series in by_area.series:
        assert cells(sheet, series.cat.strRef.f) == [area.name for area in store.campaign.areas]
        heading = f"{names[series.tx.v]} "
        assert cells(sheet, series.val.numRef.f) == [
            value for key, value in table.totals.items() if key.startswith(heading)
        ]
    for series in by_unit.series:
        assert cells(sheet, series.cat.strRef.f) == [unit.name for unit in store.campaign.units]
        assert cells(sheet, series.val.numRef.f) == [line[f"累计 {series.tx.v}"] for line in table.lines]
    for series in (*by_area.series, *by_unit.series):
        assert [point.v for point in series.cat.strRef.strCache.pt] == cells(sheet, series.cat.strRef.f)
        assert [int(point.v) for point in series.val.numRef.numCache.pt] == cells(sheet, series.val.numRef.f)
    assert not any(axis.delete for chart in sheet._charts for axis in (chart.x_axis, chart.y_axis))


def test_the_charts_have_a_page_of_their_own(store: Store) -> None:
    content = BytesIO(store.do(bytes_of, "statistics", "2020-07-01_2020-07-09"))
    sheet: Any = load_workbook(content).worksheets[0]
    areas: list[Any] = [range_boundaries(area.rpartition("!")[2]) for area in sheet.print_area.split(",")]
    table, charts = areas

    assert table[3] < charts[1]
    for chart in sheet._charts:
        assert charts[1] == chart.anchor._from.row + 1
        assert charts[3] == chart.anchor.to.row
    assert [(chart.anchor._from.col, chart.anchor.to.col) for chart in sheet._charts][1][1] == charts[2]
    assert (sheet.page_setup.fitToHeight, sheet.print_title_rows) == (2, None)
    with zipfile.ZipFile(content) as parts:
        named = ET.fromstring(parts.read("[Content_Types].xml"))  # noqa: S314 - our own
        declared = {part.get("PartName") for part in named}
        for part in parts.namelist():
            if part.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(part))  # noqa: S314 - our own
            assert part.endswith(".rels") or part == "[Content_Types].xml" or f"/{part}" in declared
