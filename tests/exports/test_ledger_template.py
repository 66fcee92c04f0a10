"""The template: what somebody finds who opens it, and that what is filled into it is read as it was meant."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from bot.core.ledger_headings import known
from bot.core.ledger_rows import Row, Terms, Verdict, check
from bot.core.sheet import Misfit
from bot.forms.ledger_row import DESCRIPTION, LEDGER_ROW
from bot.texts import imports as texts
from exports import reader
from exports.ledger_template import template_bytes
from exports.template import FIRST, HEAD, LAST, LISTS, SAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.campaign import Campaign

NOW = datetime(2020, 7, 9, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FILLED: dict[str, Any] = {
    "单位": "农机服务中心",
    "问题类别": "社会监督－投诉举报登记",
    "问题来源": "群众信访举报",
    "问题情形": "慢作为",
    "发现时间": date(2020, 7, 1),
    "疫情防控期间": "否",
    "严重程度": "较重",
    "具体问题表述": "投诉举报登记簿缺少办结时间",
    "整改类型": "限期整改",
    "整改措施": "补齐登记",
    "责任人": "张某",
    "联系电话": "13800000000",
    "时间安排": "7月底前补齐",
    "整改时限": date(2020, 7, 31),
}


def opened(campaign: Campaign, ref: str) -> Workbook:
    return load_workbook(BytesIO(template_bytes(campaign, ref)))


def headings(book: Workbook) -> list[str]:
    return [str(cell.value) for cell in book[texts.SHEET][HEAD]]


def fill(book: Workbook, row: int, values: dict[str, Any]) -> None:
    heads = headings(book)
    for head, value in values.items():
        book[texts.SHEET].cell(row, heads.index(head) + 1, value)


def read(book: Workbook, campaign: Campaign, folder: Path) -> Verdict[Row]:
    book.save(folder / "book")
    facts = {**campaign.ledger_lists, "units": [[unit.key, unit.name] for unit in campaign.units]}
    units = tuple(unit.key for unit in campaign.units)
    terms = Terms(LEDGER_ROW, facts, units, verifies=True, now=NOW, example=DESCRIPTION)
    return check(reader.read(folder / "book", partial(known, titles=terms.titles)), terms)


def test_what_is_filled_in_is_read_as_it_was_meant(campaign: Campaign, tmp_path: Path) -> None:
    book = opened(campaign, "*")
    fill(book, FIRST, FILLED)
    fill(book, LAST, FILLED | {"单位": "政策法规室", "是否销号": "是", "核查人": "李某", "核查时间": date(2020, 7, 8)})
    verdict = read(book, campaign, tmp_path)
    assert verdict.faults == ()
    assert verdict.unread == ()
    assert [row.number for row in verdict.rows] == [FIRST, LAST]
    first, last = (row.answers for row in verdict.rows)
    assert first == {
        "unit": "nongji",
        "item": "public/投诉举报登记",
        "source": "群众信访举报",
        "kind": "慢作为",
        "found_on": "2020-07-01",
        "happened_on": "2020-07-01",
        "epidemic": False,
        "severity": "较重",
        "description": "投诉举报登记簿缺少办结时间",
        "handling": "dated",
        "measures": "补齐登记",
        "responsible": "张某",
        "phone": "13800000000",
        "timetable": "7月底前补齐",
        "due": "2020-07-31",
    }
    assert last == first | {"unit": "fagui", "closed": True, "verified_by": "李某", "verified_on": "2020-07-08"}


def test_the_empty_template_holds_nothing_to_enter(campaign: Campaign, tmp_path: Path) -> None:
    with pytest.raises(Misfit) as caught:
        read(opened(campaign, "nongji"), campaign, tmp_path)
    assert caught.value.key == "import_empty"


def test_the_sample_is_a_row_as_it_should_be(campaign: Campaign, tmp_path: Path) -> None:
    book = opened(campaign, "*")
    assert book[texts.SHEET].cell(SAMPLE, 1).value == texts.SAMPLE
    fill(book, SAMPLE, {"序号": 1})
    verdict = read(book, campaign, tmp_path)
    assert verdict.faults == ()
    [row] = verdict.rows
    assert row.answers["description"] == DESCRIPTION
    assert row.answers["responsible"] == "张某"


def test_every_option_offered_is_understood(campaign: Campaign, tmp_path: Path) -> None:
    book = opened(campaign, "*")
    offered = {
        head: [cell.value for cell in column if cell.value]
        for head, column in zip(headings(book), book[LISTS].iter_cols(), strict=False)
    }
    offered = {head: options for head, options in offered.items() if options}
    assert {head: len(options) for head, options in offered.items()} == {
        "单位": 16,
        "问题类别": 19,
        "问题来源": 9,
        "问题情形": 9,
        "疫情防控期间": 2,
        "严重程度": 3,
        "整改类型": 2,
        "是否销号": 2,
    }
    rows = [{head: options[at % len(options)] for head, options in offered.items()} for at in range(19)]
    for at, row in enumerate(rows):
        fill(book, FIRST + at, FILLED | row | {"具体问题表述": f"第{at}本登记簿缺项", "完成时间": date(2020, 7, 2)})
    assert read(book, campaign, tmp_path).faults == ()


def test_lists_to_choose_from_stand_on_a_sheet_nobody_sees(campaign: Campaign) -> None:
    book = opened(campaign, "*")
    rules = {
        str(rule.sqref).partition(":")[0].rstrip("0123456789"): rule
        for rule in book[texts.SHEET].data_validations.dataValidation
    }
    heads = {get_column_letter(at): head for at, head in enumerate(headings(book), 1)}
    assert book[LISTS].sheet_state == "hidden"
    assert [heads[letter] for letter, rule in rules.items() if rule.type == "date"] == [
        "发现时间", "发生时间", "完成时间", "整改时限", "核查时间",
    ]  # fmt: skip
    for letter, rule in rules.items():
        assert str(rule.sqref) == f"{letter}{FIRST}:{letter}{LAST}"
        assert rule.type == "date" or str(rule.formula1).startswith(f"'{LISTS}'!${letter}$1:${letter}$")


def test_a_unit_is_offered_itself_and_nothing_that_is_for_the_brigade(campaign: Campaign) -> None:
    book = opened(campaign, "nongji,xumu")
    assert [cell.value for cell in book[LISTS]["B"] if cell.value] == ["农机服务中心", "畜牧兽医服务中心"]
    assert {"是否销号", "核查人", "核查时间", "核查结果"}.isdisjoint(headings(book))
    with pytest.raises(KeyError):
        template_bytes(campaign, "nobody")


def test_rows_are_ready_for_days_and_phone_numbers(campaign: Campaign) -> None:
    book = opened(campaign, "*")
    formats = dict(zip(headings(book), (cell.number_format for cell in book[texts.SHEET][LAST]), strict=True))
    assert formats["联系电话"] == "@"
    assert formats["发现时间"] == formats["整改时限"] == "yyyy-mm-dd"
    assert formats["具体问题表述"] == "General"


def test_the_guide_says_of_every_column_how_it_is_filled_in(campaign: Campaign) -> None:
    book = opened(campaign, "*")
    rows = {str(row[0]): row[1:3] for row in book[texts.GUIDE].iter_rows(min_row=3, values_only=True) if row[2]}
    assert list(rows) == headings(book)
    assert rows["具体问题表述"][0] == texts.REQUIRED
    assert rows["发生时间"][0] == texts.OPTIONAL
    assert rows["完成时间"][0] == texts.AT_ONCE_ONLY
    assert rows["整改时限"][0] == texts.DATED_ONLY
    assert rows["核查人"][0] == texts.CLOSED_ONLY
    one = {
        str(row[0]): row[1] for row in opened(campaign, "nongji")[texts.GUIDE].iter_rows(min_row=3, values_only=True)
    }
    assert (rows["单位"][0], one["单位"]) == (texts.REQUIRED, texts.OPTIONAL)
