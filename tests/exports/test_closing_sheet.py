"""The sheet that asks for an entry to be closed: what stands on it, its pictures, and how it looks on paper."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from PIL import Image

from exports import closing_sheet
from exports.closing_sheet import ClosingSheet, load, sheet_bytes, write
from exports.pictures import MOST_PIXELS, SIDE, scaled
from storage import issues, people
from storage.files import FileStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.core.issues import Asked, State
    from storage.work import Store, Work

ORIENTATION, GPS = 0x0112, 0x8825
EMU = 9525
Json = dict[str, Any]


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def photo(size: tuple[int, int] = (1600, 1200), *, kind: str = "JPEG", turned: int = 1, mode: str = "RGB") -> bytes:
    """Return a picture whose upper left quarter, as it is stored, is red and the rest green."""
    picture = Image.new(mode, size, "green")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[GPS] = {1: "N", 2: (34.0, 45.0, 0.0)}
    target = BytesIO()
    picture.save(target, kind, exif=exif)
    return target.getvalue()


def bomb() -> bytes:
    """Return a small PNG that says it has 3,6 billion pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk


def keep(files: FileStore, *sent: tuple[str, bytes]) -> tuple[Json, ...]:
    return tuple(files.put(content, name).to_json() for name, content in sent)


def sheet(before: tuple[Json, ...] = (), after: tuple[Json, ...] = (), **changes: Any) -> ClosingSheet:  # noqa: ANN401
    texts = {"description": "卷宗缺少现场检查笔录", "measures": "补正卷宗", "result": "已补正", **changes}
    return ClosingSheet(
        title="某区农业农村局问题整改销号申请单",
        unit="农机服务中心",
        number="NJ-2020-003",
        rows=(
            (("问题情形", "慢作为"), ("问题来源", "自查")),
            (("具体问题", texts["description"]),),
            (("整改措施", texts["measures"]),),
            (("整改结果", texts["result"]),),
        ),
        before=before,
        after=after,
        head=texts.get("head", ""),
        brigade=texts.get("brigade", ""),
    )


def opened(made: ClosingSheet, files: FileStore) -> Any:  # noqa: ANN401 - openpyxl's own
    (found,) = load_workbook(BytesIO(sheet_bytes(made, files))).worksheets
    return found


def words(found: Any) -> list[str]:  # noqa: ANN401 - openpyxl's own
    return [str(cell) for row in found.iter_rows(values_only=True) for cell in row if cell is not None]


def beside(found: Any, label: str) -> Any:  # noqa: ANN401 - openpyxl's own
    """Return what stands to the right of a label."""
    for row in found.iter_rows():
        for cell, after in pairwise(row):
            if cell.value == label:
                return after.value
    raise AssertionError(label)


def pictures(found: Any) -> Iterator[tuple[Image.Image, float, float]]:  # noqa: ANN401 - openpyxl's own
    """Yield each picture, and how wide and high it is on the sheet, in pixels."""
    for image in found._images:
        with Image.open(BytesIO(image._data())) as picture:
            picture.load()
            yield picture, image.anchor.ext.cx / EMU, image.anchor.ext.cy / EMU


# what stands on it


def enter(work: Work, answers: Json, handling: str, due: date) -> int:
    described = {"description": "抽查卷宗3份，其中1份缺少现场检查笔录", "measures": "补正卷宗材料，组织培训", **answers}
    new = issues.New(
        unit="nongji",
        area=work.campaign.areas[0].key,
        item=work.campaign.areas[0].items[0],
        source="专项检查",
        kind="慢作为",
        severity="一般",
        handling=handling,
        epidemic=False,
        criminal=False,
        found_on=date(2020, 7, 1),
        happened_on=date(2020, 6, 1),
        due=due,
        answers=described,
        search="",
        fingerprint="f",
    )
    return issues.enter(work, new, series="NJ", by=people.create_person(work, "李某"), state="found").id


def go_on(work: Work, issue: int, move: str, state: State, asked: Asked, said: Json, due: date | None = None) -> None:
    """Make a move as the chat does."""
    entry = issues.get(work, issue)
    assert entry is not None
    latest = {**entry.latest, move: said}
    changed = issues.change(work, entry, move=move, by=1, state=state, asked=asked, latest=latest, due=due or entry.due)
    assert changed


#: Half past midnight of the 21st where the office is.
LATE = datetime(2020, 7, 20, 16, 30, tzinfo=UTC).isoformat()
CLOSING = {
    "by": "李某",
    "at": LATE,
    "result": "卷宗已全部补正，并组织培训1次",
    "mended_on": "2020-07-20",
    "after": [{"sha256": "aa", "name": "后.jpg", "size": 1, "mime": "image/jpeg"}],
}


def facts(made: ClosingSheet) -> dict[str, str]:
    return dict(fact for row in made.rows for fact in row)


def test_the_sheet_says_what_the_ledger_says(store: Store) -> None:
    issue = store.do(enter, {"responsible": "张某"}, "dated", date(2020, 7, 15))
    store.do(go_on, issue, "grant", "mending", "", {}, due=date(2020, 7, 31))
    store.do(go_on, issue, "ask_closing", "mending", "closing/head", CLOSING)
    made = store.do(load, str(issue))
    area = store.campaign.areas[0]
    assert (made.title, made.unit) == ("某区农业农村局问题整改销号申请单", store.campaign.unit("nongji").name)
    assert made.number == "NJ-2020-001"
    assert facts(made) == {
        "问题类别": area.name,
        "具体项目": area.items[0],
        "问题情形": "慢作为",
        "问题来源": "专项检查",
        "发现时间": "2020年7月1日",
        "严重程度": "一般",
        "具体问题": "抽查卷宗3份，其中1份缺少现场检查笔录",
        "整改措施": "补正卷宗材料，组织培训",
        "责任人": "张某",
        "整改时限": "2020年7月31日\n（原定2020年7月15日）",
        "整改结果": "卷宗已全部补正，并组织培训1次",
        "整改类型": "限期整改",
        "完成时间": "2020年7月20日",
    }


def test_what_the_chat_has_of_the_opinions_stands_in_their_boxes(store: Store) -> None:
    issue = store.do(enter, {}, "dated", date(2020, 7, 31))
    store.do(go_on, issue, "ask_closing", "mending", "closing/head", CLOSING)
    asked = store.do(load, str(issue))
    assert (asked.head, asked.brigade) == ("", "")
    store.do(go_on, issue, "sign", "verifying", "closing/brigade", {"by": "王某", "at": LATE})
    signed = store.do(load, str(issue))
    assert (signed.head, signed.brigade) == ("同意申请销号。\n（负责人王某于2020年7月21日线上签批）", "")
    store.do(go_on, issue, "close", "closed", "", {"by": "赵某", "at": LATE, "opinion": "整改到位，同意销号"})
    closed = store.do(load, str(issue))
    assert closed.head == signed.head
    assert closed.brigade == "整改到位，同意销号\n（核查人赵某于2020年7月21日线上核查）"
    store.do(go_on, issue, "reopen", "returned", "", {"by": "赵某", "at": LATE})
    again = store.do(load, str(issue))
    assert (again.head, again.brigade) == ("", "")


def test_a_signature_under_another_request_is_none_under_this_one(store: Store) -> None:
    issue = store.do(enter, {}, "dated", date(2020, 7, 31))
    store.do(go_on, issue, "sign", "mending", "extension/brigade", {"by": "王某", "at": LATE})
    assert store.do(load, str(issue)).head == ""


def test_what_was_mended_at_once_has_no_deadline_and_its_evidence_shows_the_result(store: Store) -> None:
    evidence = CLOSING["after"]
    issue = store.do(enter, {"mended_on": "2020-07-02", "evidence": evidence}, "at_once", date(2020, 7, 2))
    said = {"result": "当场改正", "mended_on": "2020-07-02", "after": evidence}
    store.do(go_on, issue, "ask_closing", "mending", "closing/head", said)
    made = store.do(load, str(issue))
    assert (facts(made)["整改时限"], facts(made)["完成时间"]) == ("立行立改", "2020年7月2日")
    assert (made.before, made.after) == ((), tuple(evidence))


def test_before_is_what_was_found_when_nothing_newer_shows_it(store: Store) -> None:
    [found, newer] = [{"sha256": name, "name": f"{name}.jpg", "size": 1, "mime": ""} for name in ("found", "newer")]
    issue = store.do(enter, {"evidence": [found]}, "dated", date(2020, 7, 31))
    assert store.do(load, str(issue)).before == (found,)
    store.do(go_on, issue, "progress", "mending", "", {"text": "已补正1份", "before": [newer]})
    assert store.do(load, str(issue)).before == (newer,)


@pytest.mark.parametrize("ref", ["", "0", "99", "-1", "x", "1;", "９", "9" * 30])
def test_there_is_no_sheet_of_no_entry(store: Store, ref: str) -> None:
    with pytest.raises(KeyError):
        store.do(load, ref)


# the workbook


def test_the_workbook_says_it_all(files: FileStore) -> None:
    found = opened(sheet(head="同意申请销号。\n（负责人王某于2020年7月21日线上签批）"), files)
    assert found["A1"].value == "某区农业农村局问题整改销号申请单"
    assert {"整改单位：农机服务中心", "编号：NJ-2020-003", "整改前", "整改后"} <= set(words(found))
    assert beside(found, "问题来源") == "自查"
    assert beside(found, "具体问题") == "卷宗缺少现场检查笔录"
    assert beside(found, closing_sheet.HEAD).endswith("（负责人王某于2020年7月21日线上签批）")
    assert beside(found, closing_sheet.BRIGADE) is None
    assert words(found).count("（无）") == 2
    assert sum("（签字）" in text for text in words(found)) == 2


def test_text_that_looks_like_a_formula_stays_text(files: FileStore) -> None:
    found = opened(sheet(description='=HYPERLINK("http://x","y")', measures="坏\x0b字符_x0041_"), files)
    assert beside(found, "具体问题") == '=HYPERLINK("http://x","y")'
    assert {cell.data_type for row in found.iter_rows() for cell in row if cell.value} == {"s"}
    assert "_x005F_x0041_" in beside(found, "整改措施")


def test_photos_stand_side_by_side_upright_and_small(files: FileStore) -> None:
    before = keep(files, ("前.jpg", photo((4000, 3000))))
    after = keep(files, ("后.jpg", photo((4000, 3000), turned=6)))
    (one, *one_size), (other, *other_size) = pictures(opened(sheet(before, after), files))
    assert [(each.format, each.size) for each in (one, other)] == [("JPEG", (1000, 750)), ("JPEG", (750, 1000))]
    assert [*one_size, *other_size] == pytest.approx([253.3, 190, 142.5, 190], abs=1)
    # The camera was held upright: what was stored on the upper left belongs to the upper right.
    assert other.convert("RGB").getpixel((700, 50))[0] > 200  # type: ignore[index] # RGB
    assert other.convert("RGB").getpixel((50, 50))[0] < 60  # type: ignore[index] # RGB


def test_nothing_the_camera_noted_is_handed_on(files: FileStore) -> None:
    [(picture, *_)] = pictures(opened(sheet(keep(files, ("前.jpg", photo()))), files))
    assert not picture.getexif()
    assert b"Exif" not in sheet_bytes(sheet(keep(files, ("前.jpg", photo()))), files)


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 2), (2, 2), (4, 4), (9, 1)])
def test_pictures_stay_in_their_half_and_off_each_other(files: FileStore, before: int, after: int) -> None:
    halves = [
        keep(files, *((f"{name}{at}.jpg", photo((1600 + at, 300 * (1 + at % 5)))) for at in range(count)))
        for name, count in (("前", before), ("后", after))
    ]
    found = opened(sheet(*halves), files)
    assert len(found._images) == before + after
    widths = [round(found.column_dimensions[letter].width * 7) for letter in "ABCD"]
    places: list[tuple[int, float, float]] = []
    for nth, image in enumerate(found._images):
        start, ext = image.anchor._from, image.anchor.ext
        assert start.colOff < widths[start.col] * EMU
        left = sum(widths[: start.col]) + start.colOff / EMU
        right = left + ext.cx / EMU
        height = found.row_dimensions[start.row + 1].height / 0.75
        assert start.rowOff / EMU + ext.cy / EMU <= height
        edge = sum(widths[:2])
        assert right <= edge if left < edge else right <= sum(widths)
        assert all(row != start.row or left >= end or right <= begin for row, begin, end in places), nth
        places.append((start.row, left, right))
    assert sum(begin < sum(widths[:2]) for _, begin, _ in places) == before


def test_what_cannot_be_drawn_is_named(files: FileStore, tmp_path: Path) -> None:
    after = keep(
        files,
        ("签到表.pdf", b"%PDF-1.7"),
        ("现场.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
        ("断了.jpg", photo()[:3000]),
        ("空壳.png", b"\x89PNG"),
        ("炸弹.png", bomb()),
        ("好的.png", photo(kind="PNG")),
        ("丢了.jpg", photo((10, 10))),
    )
    files.path(after[-1]["sha256"]).unlink()
    found = opened(sheet((), after), files)
    assert len(found._images) == 1
    assert (
        "另附：签到表.pdf\n另附：现场.heic\n断了.jpg（无法显示）\n空壳.png（无法显示）\n炸弹.png（无法显示）\n丢了.jpg（无法显示）"
    ) in words(found)


def test_a_sheet_is_one_page_while_it_can_be_read(files: FileStore) -> None:
    four = keep(files, *((f"{at}.jpg", photo((1600 + at, 1200))) for at in range(4)))
    page = opened(sheet(four, four), files)
    assert (page.page_setup.orientation, page.page_setup.paperSize) == (
        "portrait",
        "9",
    ) or page.page_setup.paperSize == 9
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 1)
    long = opened(sheet(four, four, description="长" * 1000, measures="长\n" * 400, result="长" * 800), files)
    assert (long.page_setup.fitToWidth, long.page_setup.fitToHeight) == (1, 0)
    assert beside(long, "整改措施").count("长") == 400
    assert max(row.height for row in long.row_dimensions.values() if row.height) <= 409.5


# pictures


def drawn(tmp_path: Path, content: bytes) -> Image.Image | None:
    file = tmp_path / "picture"
    file.write_bytes(content)
    picture = scaled(file)
    if picture is None:
        return None
    made = Image.open(BytesIO(picture.content))
    assert made.size == (picture.width, picture.height)
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_kind_a_phone_or_a_scanner_makes_is_drawn(tmp_path: Path, kind: str) -> None:
    target = BytesIO()
    Image.new("RGB", (2000, 500), "green").save(target, kind)
    made = drawn(tmp_path, target.getvalue())
    assert made is not None
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (SIDE, 250))


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK"])
def test_every_colour_space_is_drawn(tmp_path: Path, mode: str) -> None:
    target = BytesIO()
    Image.new(mode, (300, 200)).save(target, "TIFF")
    made = drawn(tmp_path, target.getvalue())
    assert made is not None
    assert (made.mode, made.size) == ("RGB", (300, 200))


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    target = BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 0)).save(target, "PNG")
    made = drawn(tmp_path, target.getvalue())
    assert made is not None
    assert made.getpixel((30, 20)) == (255, 255, 255)


def test_a_picture_with_more_pixels_than_memory_is_spent_on_is_not_drawn(tmp_path: Path) -> None:
    target = BytesIO()
    Image.new("1", (8001, MOST_PIXELS // 8000)).save(target, "PNG")
    assert drawn(tmp_path, target.getvalue()) is None
    assert drawn(tmp_path, bomb()) is None
    assert drawn(tmp_path, b"") is None


# on paper


TOOLS = ("soffice", "pdfinfo", "pdftotext", "pdfimages")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603
    return done.stdout + done.stderr


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_a_sheet_with_four_pictures_is_one_upright_page(files: FileStore, tmp_path: Path) -> None:
    before = keep(files, *((f"{at}.jpg", photo((1600 + at, 1200))) for at in range(2)))
    after = keep(files, *((f"{at}.jpg", photo((1200, 1600 + at))) for at in range(2)))
    made = sheet(before, after, head="同意申请销号。\n（负责人王某于2020年7月21日线上签批）")
    write(made, files, tmp_path / "sheet.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run(
        "soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "sheet.xlsx")
    )
    told = run("pdfinfo", str(tmp_path / "sheet.pdf"))
    assert re.search(r"Pages:\s+1\n", told)
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts", told)
    text = run("pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-")
    for each in ("问题整改销号申请单", "NJ-2020-003", "卷宗缺少现场检查笔录", "负责人王某", "核查人（签字）"):
        assert each in text
    assert len(run("pdfimages", "-list", str(tmp_path / "sheet.pdf")).splitlines()) == 2 + 4
