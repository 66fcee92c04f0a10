"""The printable sheet: what stands on it, that it can be signed and stamped, and that nothing typed can harm it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import forms
from bot.core import sheet_code
from bot.core.fields import Choice, Count, File
from bot.core.messages import Attachment, FileRef
from exports.files import Maker
from exports.glyphs import GETA, printable
from exports.sheet import Answer, Sheet, load, sheet_bytes
from exports.typesetting import _known
from storage import people, submissions
from storage.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.campaign import Campaign
    from bot.core.form import Form
    from bot.core.kind import Kind
    from storage.submissions import Filed
    from storage.work import Store, Work

TOOLS = ("pdfinfo", "pdftotext")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
printed = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

SIGN, STAMP = "单位负责人（签字）：", "（盖章）"
DONE = "召开自查整改部署会，检查农资门店12家，发现问题2件，当场责令改正。"
PLAN = "开展案卷评查，整改剩余问题3件"


def sheet(*answers: Answer, **changes: Any) -> Sheet:  # noqa: ANN401 - any of its fields
    plain = Sheet(
        campaign="行政执法不作为乱作为专项整治",
        name="每周工作信息报送单",
        unit="农机服务中心",
        when="期次：2020年第28周（7月6日—7月10日）",
        number="2020-28-01",
        version="第1版",
        code="7K3Q-92FD",
        answers=answers or (Answer("本周工作开展情况", DONE), Answer("下周工作计划", PLAN)),
        people=(("填报人", "赵某\n2020年7月9日 16:20"), ("线上签批", "王某\n2020年7月10日 09:12")),
    )
    return replace(plain, **changes)


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    assert not done.stderr
    return done.stdout


def pages(content: bytes, folder: Path) -> list[str]:
    """Return the text of every page, without the blanks between its pieces."""
    file = folder / "sheet.pdf"
    file.write_bytes(content)
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", run("pdfinfo", str(file)))
    return [re.sub(r"\s|\u200b", "", page) for page in run("pdftotext", "-raw", str(file), "-").split("\f")[:-1]]


# what stands on it


def file(work: Work, /, unit: str = "nongji", **changes: Any) -> Filed:  # noqa: ANN401 - any of its columns
    answers = {"done": DONE, "found": 2, "mended": 1, "problems": "NJ-2020-003 笔录缺页", "next": PLAN}
    columns: dict[str, Any] = {
        "duty": "weekly",
        "period": "2020-W28",
        "unit": unit,
        "number": "2020-28-01",
        "answers": answers,
        "form_version": 2,
        "zero": False,
        "filed_by": people.create_person(work, "赵某"),
        "state": "awaiting",
    }
    return submissions.file(work, **(columns | changes))


def test_a_sheet_says_what_was_filed_by_whom_and_when(store: Store) -> None:
    def made(work: Work) -> Sheet:
        filed = file(work)
        head = people.create_person(work, "王某")
        submissions.move(work, filed.id, "awaiting", "signed", signed_by=head, signed_at=work.now)
        return load(work, str(filed.id))

    found = store.do(made)
    assert (found.name, found.unit, found.version) == ("每周工作信息报送单", "农机服务中心", "第1版")
    assert found.when == "期次：2020年第28周（7月6日—7月10日）"
    assert found.answers[:3] == (
        Answer("本周工作开展情况", DONE),
        Answer("发现问题数", "2", brief=True),
        Answer("整改完成数", "1", brief=True),
    )
    assert found.people == (("填报人", "赵某\n2020年7月9日 15:00"), ("线上签批", "王某\n2020年7月9日 15:00"))
    assert not found.void


def test_a_later_version_has_another_code_and_makes_the_earlier_sheet_void(store: Store) -> None:
    first, second = store.do(lambda work: [str(file(work).id) for _ in range(2)])

    def code_of(version: int, answers: dict[str, Any]) -> str:
        return sheet_code.code("weekly", "2020-W28", "nongji", version, answers)

    old, new = (store.do(load, ref) for ref in (first, second))
    answers = store.do(submissions.get, int(first))
    assert answers is not None
    assert [old.code, new.code] == [code_of(1, answers.answers), code_of(2, answers.answers)]
    assert (old.void, new.void) == (True, False)
    assert new.version == "第2版（更正）"


@pytest.mark.parametrize("state", ["returned", "withdrawn"])
def test_what_came_back_is_void(store: Store, state: str) -> None:
    assert store.do(lambda work: load(work, str(file(work, state=state).id))).void


def test_who_filed_it_for_the_unit_is_said(store: Store) -> None:
    found = store.do(lambda work: load(work, str(file(work, on_behalf=True, code=lambda _: "7K3Q-92FD").id)))
    assert found.people == (("填报人", "赵某（代报）\n2020年7月9日 15:00"),)
    assert found.code == "7K3Q-92FD"


def test_a_report_by_a_date_says_its_date(store: Store) -> None:
    answers = {"leader_name": "张某", "leader_phone": "13800000000"}
    ref = store.do(lambda work: str(file(work, duty="contacts", period="2020-06-30", answers=answers).id))
    found = store.do(load, ref)
    assert (found.name, found.when) == ("专项整治联系人报送单（附件1）", "报送期限：2020年6月30日前")
    assert found.answers == (
        Answer("分管领导", "张某", brief=True),
        Answer("分管领导电话", "13800000000", brief=True),
    )


@pytest.mark.parametrize("ref", ["", "0", "12", "-1", "x", "1/2", "9" * 9, "9" * 5000, "１"])
def test_there_is_no_sheet_of_what_is_not_there(store: Store, ref: str) -> None:
    with pytest.raises(KeyError):
        store.do(load, ref)


async def test_the_file_goes_out_as_a_pdf(store: Store, tmp_path: Path) -> None:
    filed = await store.run(file)
    made = await Maker(store, FileStore(tmp_path)).make(Attachment("table", f"sheet/{filed.id}", "报送单.pdf"))
    assert (made.name, made.mime, made.content[:5]) == ("报送单.pdf", "application/pdf", b"%PDF-")


# on paper


@printed
def test_a_short_report_is_one_page_with_everything_on_it(tmp_path: Path) -> None:
    [page] = pages(sheet_bytes(sheet()), tmp_path)
    told = sheet()
    for words in (told.campaign, told.name, told.unit, told.when, told.number, told.version, f"核验码：{told.code}"):
        assert words in page
    for words in (DONE, PLAN, "赵某2020年7月9日16:20", "王某2020年7月10日09:12", SIGN, STAMP, "年月日", "第1页共1页"):
        assert words in page
    assert "作废" in page
    assert "已作废" not in page


def answered(form: Form) -> dict[str, Any]:
    """Answer every question of a form that is no text, as briefly as can be."""
    samples: dict[type[Kind], Any] = {
        Count: 12,
        Choice: "published",
        File: [FileRef("0" * 64, "文本.pdf", 1).to_json()],
    }
    return {field.key: samples[type(field.kind)] for field in form.fields if type(field.kind) in samples}


@printed
@pytest.mark.parametrize(("duty", "period"), [("statistics", "2020-09-09"), ("standards", "2020-08-31")])
def test_a_form_of_many_short_answers_is_one_page(
    store: Store, campaign: Campaign, tmp_path: Path, duty: str, period: str
) -> None:
    form = forms.of(campaign, duty)
    answers = {**answered(form), "note": DONE}
    ref = store.do(lambda work: str(file(work, duty=duty, period=period, answers=answers).id))
    [page] = pages(sheet_bytes(store.do(load, ref)), tmp_path)
    assert all(field.label in page for field in form.fields if field.key in answers)


@printed
@pytest.mark.parametrize("lines", [1, 20, 30, 36, 40, 44, 60])
def test_what_is_signed_stays_together_and_with_something_to_sign(tmp_path: Path, lines: int) -> None:
    made = pages(sheet_bytes(sheet(Answer("本周工作开展情况", DONE * lines), Answer("下周工作计划", PLAN))), tmp_path)
    assert [all(words in page for words in (PLAN, "赵某", SIGN, STAMP, "年月日")) for page in made] == [
        *([False] * (len(made) - 1)),
        True,
    ]


@printed
def test_a_long_report_is_complete_and_every_page_says_whose_it_is(tmp_path: Path) -> None:
    answers = [Answer(f"第{number}项", f"{DONE * (12 * number)}以上为第{number}项") for number in range(1, 6)]
    made = pages(sheet_bytes(sheet(*answers, version="第2版（更正）")), tmp_path)
    assert len(made) == 5
    for number, page in enumerate(made, 1):
        assert f"第{number}页共5页" in page
        assert "核验码：7K3Q-92FD" in page
        assert "农机服务中心编号：2020-28-01第2版（更正）" in page or number == 1
    whole = "".join(made)
    assert whole.count("当场责令改正。") == 12 * 15
    assert all(f"以上为第{number}项" in whole for number in range(1, 6))


@printed
def test_a_void_sheet_says_so_on_every_page(tmp_path: Path) -> None:
    made = pages(sheet_bytes(sheet(Answer("情况", DONE * 80), void=True)), tmp_path)
    assert len(made) > 1
    assert all(set("已作废") <= set(page.replace("一并作废", "")) for page in made)


# what people type

HOSTILE = (
    '#panic("x") #let x = 1 $x^2$ *粗* _斜_ `代码` \\n \\u{41} "引号" \'单引号\' [[x]] <b>粗</b> // 注释 /* 注 */ '
    "@ref ~ -- = 标题 #include <label> {{x}} %s {0}"
)


@printed
def test_nothing_typed_is_read_as_markup(tmp_path: Path) -> None:
    [page] = pages(sheet_bytes(sheet(Answer(HOSTILE[:60], HOSTILE), unit=HOSTILE[:40])), tmp_path)
    assert re.sub(r"\s", "", HOSTILE) in page


@printed
def test_a_word_that_is_longer_than_a_line_stays_on_the_paper(tmp_path: Path) -> None:
    address = f"https://example.com/{'a' * 400}?id=1"
    content = sheet_bytes(sheet(Answer("网址", address), Answer("附件", f"1个（{'b' * 90}.pdf）")))
    [page] = pages(content, tmp_path)
    assert address in page
    boxes = run("pdftotext", "-bbox", str(tmp_path / "sheet.pdf"), "-")
    assert max(float(edge) for edge in re.findall(r'xMax="([\d.]+)"', boxes)) < 595 - 50


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("完成👍🏽👨‍👩‍👧了", f"完成{GETA}了"),
        ("✅已改 ☑ ❌", "√已改 √ ×"),
        ("1️⃣部署", "1部署"),
        ("𠮷某，زيد", f"{GETA}某，{GETA}"),
        ("一\r\n二\x00\x07\u202e三\ud800", "一\n二三"),
        ("①℃㎡Ⅳα“引”——…·", "①℃㎡Ⅳα“引”——…·"),
    ],
)
def test_what_the_font_has_no_sign_for_is_replaced(typed: str, shown: str) -> None:
    assert printable(typed, _known()) == shown


def test_every_character_of_the_national_standard_is_printed_as_it_is() -> None:
    rows = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    signs = "".join(sign.decode("gb2312", "ignore") for sign in rows)
    assert len(signs) == 6763
    assert printable(signs, _known()) == signs


@settings(max_examples=25)
@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_is_typed_a_sheet_is_made(label: str, text: str) -> None:
    assert sheet_bytes(sheet(Answer(label, text), Answer(label, text, brief=True), unit=label)).startswith(b"%PDF-")
