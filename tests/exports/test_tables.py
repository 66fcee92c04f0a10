"""What holds for every table of the campaign: refs, rights, texts that stay texts, and paper, with 16 units and 30."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from bot.core import deadlines
from bot.core.campaign import Unit
from bot.core.messages import Attachment
from bot.core.tables import digest
from bot.services import attachments
from exports import EXPORTS
from storage import people, submissions
from storage.work import Store
from tests.exports.opened import bytes_of
from tests.exports.test_paper import facts, pages, run
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.core.campaign import Campaign
    from bot.core.issues import State
    from storage.work import Work
    from tests.kit.databases import SqliteFiles
    from tests.kit.office import Office

#: Every table made of reports, with a ref of its own.
REFS = {
    "contacts": "",
    "statistics": "2020-07-01_2020-09-30",
    "standards": "",
    "cases": "",
    "discipline": "",
}
LATE = datetime(2020, 12, 30, 3, tzinfo=UTC)
STATES: tuple[State, ...] = ("found", "mending", "verifying", "closed", "returned", "transferred")
LONG = "检查农资门店，宣讲法律法规。" * 60
#: What is typed on purpose or by accident: none of it is a formula.
TYPED = ("=1+1", "+86 138", "@某人", "-5", '=HYPERLINK("http://example.org","点")')


@pytest.mark.parametrize(("name", "ref"), [*((name, "x") for name in REFS), ("discipline", "2020-W28")])
async def test_a_forged_ref_has_no_table(office: Office, name: str, ref: str) -> None:
    with pytest.raises(KeyError):
        await office.store.run(EXPORTS[name], ref)


@pytest.mark.parametrize(
    ("name", "form"), [("contacts", "contact_sheet"), ("standards", "standards"), ("cases", "case")]
)
async def test_what_a_campaign_does_not_ask_for_has_no_table(office: Office, name: str, form: str) -> None:
    duties = tuple(duty for duty in office.campaign.duties if duty.form != form)
    fewer = Store(office.store.url, now=office.hands, campaign=office.campaign.model_copy(update={"duties": duties}))
    try:
        with pytest.raises(KeyError):
            await fewer.run(EXPORTS[name], "")
    finally:
        await fewer.aclose()


async def test_tables_are_the_desk_s_and_the_leaders(office: Office) -> None:
    roles = (("contact", "nongji"), ("head", "nongji"), ("brigade", ""), ("leader", ""), ("admin", ""))
    chats = {role: await office.person(f"{role}某", (role, unit)) for role, unit in roles}
    chats["stranger"] = await office.stranger()

    def reach(work: Work, name: str, address: str) -> bool:
        table = Attachment("table", f"{name}/{REFS[name]}", "表.xlsx")
        return attachments.permitted(work, "web", address, table)

    for name in REFS:
        may = {role for role, chat in chats.items() if await office.store.run(reach, name, chat.address)}
        assert may == {"brigade", "leader"}, name


async def test_while_nothing_changes_a_table_says_the_same(office: Office) -> None:
    refs = REFS | {"statistics": "2020-07-01_2020-07-31"}
    before = {name: digest(await office.store.run(EXPORTS[name], ref)) for name, ref in refs.items()}
    office.it_is("2020-07-09 17:30")

    assert {name: digest(await office.store.run(EXPORTS[name], ref)) for name, ref in refs.items()} == before


# ── On paper ─────────────────────────────────────────────────────────────


def units(campaign: Campaign, number: int) -> Campaign:
    """Return the campaign with so many units."""
    more = (Unit(key=f"more{at}", name=f"乡镇畜牧兽医服务站第{at}站", code=f"MO{at}") for at in range(number))
    return campaign.changed((*campaign.every_unit, *more)[:number], campaign.workdays)


def fill(work: Work) -> None:
    """Let a whole campaign have passed: nearly everybody has filed nearly everything."""
    by, head = people.create_person(work, "赵某某"), people.create_person(work, "钱某")
    typed = cycle((*TYPED, None, "联系人外出时请联系钱某"))

    def file(duty: str, period: str, unit: str, answers: dict[str, Any], at: datetime) -> None:
        work.now = at.astimezone(UTC)
        filed = submissions.file(
            work,
            duty=duty,
            period=period,
            unit=unit,
            number=f"{unit}-{period}",
            answers={key: value for key, value in answers.items() if value is not None},
            form_version=1,
            zero=False,
            filed_by=by,
            state="awaiting",
        )
        signed = {"signed_by": head, "signed_at": at, "reported_at": at}
        assert submissions.move(work, filed.id, "awaiting", "reported", **signed)

    keys = "contacts", "standards", "statistics"
    dated = [occurrence for key in keys for occurrence in deadlines.occurrences(work.campaign, key)]
    for at, unit in enumerate(work.campaign.units):
        for week, occurrence in enumerate(deadlines.occurrences(work.campaign, "weekly")):
            late = timedelta(hours=9 if week % 5 == 0 else -1)
            if (week + at) % 7:
                file("weekly", occurrence.period, unit.key, {}, occurrence.due + late)
        contact = {"contact_name": "赵某", "contact_post": next(typed), "contact_phone": "0371-66660000转8"}
        leader = {"leader_name": "孙某", "leader_post": "党支部书记兼副主任", "leader_phone": "13800000000"}
        states = {f"state_{number}": ("none", "open", "filed")[(at + number) % 3] for number in range(1, 7)}
        answers: dict[str, dict[str, Any]] = {
            "contacts": leader | contact | {"note": next(typed)},
            "standards": states | {"note": next(typed)},
            "statistics": {"fines": at, "fined": 2 * at, "opened": 1, "blamed": 0, "rules": 1},
        }
        for occurrence in dated if at % 5 else ():
            file(occurrence.duty, occurrence.period, unit.key, answers[occurrence.duty], occurrence.due)
        if at % 4 == 0:
            case = {"name": next(typed), "kind": "从重处罚", "happened_on": "2020-07-06", "story": LONG, "result": LONG}
            file("case", f"2020-{at + 1:03}", unit.key, case, dated[0].due)
        work.now = datetime(2020, 7, 20, 1, tzinfo=UTC)
        for number in range(at % 6 + 1):
            area = work.campaign.areas[(at + number) % len(work.campaign.areas)].key
            enter(work, by, new(f"第{number}件", unit.key, area=area), STATES[(at * 2 + number) % len(STATES)])


@pytest.fixture(scope="module")
def folder(sqlite_files: SqliteFiles, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every table for 16 units and for 30, as workbooks: contacts-16.xlsx."""
    made = tmp_path_factory.mktemp("tables")
    for number in (16, 30):
        base = made / str(number)
        base.mkdir()
        store = Store(sqlite_files.copy(base), now=lambda: LATE, campaign=units(campaign, number))
        store.do(fill)
        for name, ref in REFS.items():
            (made / f"{name}-{number}.xlsx").write_bytes(store.do(bytes_of, name, ref))
        store.close()
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("name", REFS)
def test_what_looks_like_a_formula_stays_a_text(folder: Path, name: str) -> None:
    (sheet,) = load_workbook(BytesIO((folder / f"{name}-30.xlsx").read_bytes())).worksheets
    found = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("=", "+", "-", "@"))]

    assert {cell.data_type for cell in found} <= {"s"}
    assert all(cell.quotePrefix for cell in found)
    assert {str(cell.value) for cell in found} >= set(TYPED if name == "contacts" else ())


TOOLS = ("soffice", "pdfinfo", "pdftotext")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


@pytest.fixture(scope="module")
def printed(folder: Path) -> Path:
    """Print all of them in one go: starting LibreOffice is what takes the time."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = sorted(str(file) for file in folder.glob("*.xlsx"))
    said = run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files)
    assert "error" not in said.lower()
    return folder


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize(
    ("name", "paper", "words"),
    [
        ("contacts", "A4", ("联系人汇总表（附件1）", "分管领导", "0371-66660000转8", "=1+1", "未报送单位")),
        ("statistics", "A3", ("情况统计表（附件2）", "整改率", "单位上报", "累计发现", "移送司法")),
        ("standards", "A4", ("裁量基准进度表", "行政处罚", "已备案", "备案率")),
        ("cases", "A3", ("典型案例汇总表", "从重处罚")),
        ("discipline", "A3", ("报送纪律情况表", "按时率", "・", "缺")),
    ],
)
def test_on_paper_it_is_all_there(printed: Path, name: str, paper: str, words: tuple[str, ...]) -> None:
    for number in (16, 30):
        file = printed / f"{name}-{number}.pdf"
        found = pages(file)
        assert paper in facts(file)["Page size"]
        for each in (*words, "制表人：", "（盖章）", f"第{len(found)}页/共{len(found)}页"):
            assert any(each in page for page in found), (name, number, each)
        if name != "cases":
            assert found[0].count("综合执法") >= 2


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("number", [16, 30])
def test_the_statistics_are_one_page_and_their_charts_another(printed: Path, number: int) -> None:
    table, charts = ("".join(page.split()) for page in pages(printed / f"statistics-{number}.pdf"))

    assert "制表人：" in table
    assert "各方面问题发现和整改情况" in charts
    assert "各单位问题发现和整改情况" in charts
    assert "整改率" not in charts  # no headings of the table above them
    for name in ("农机服务中心", "政策法规室", *(["第13站"] if number == 30 else [])):
        assert name in charts


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("number", [16, 30])
def test_half_a_year_of_weeks_is_one_page(printed: Path, number: int) -> None:
    assert len(pages(printed / f"discipline-{number}.pdf")) == 1
