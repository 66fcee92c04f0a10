"""Files in the chat: who may still have them, and how a page shows the pictures among them."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from PIL import Image, ImageDraw
from playwright.async_api import expect
from sqlalchemy import select
from sqlmodel import col

from bot.core.messages import Attachment, Message
from bot.services import attachments, notices
from storage import imports, issues, people, submissions
from storage.files import FileStore
from storage.tables import Inbox, Outbox
from tests.kit.browser import DESKTOP, PHONE, Screen
from tests.web.conftest import THURSDAY

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from playwright.async_api import Browser, ViewportSize

    from storage.work import Store, Work
    from tests.web.conftest import Rig

DAY = date(2020, 7, 1)
PDF = b"%PDF-1.7 evidence"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    """The house's own: it keeps them in the test's folder."""
    return FileStore(tmp_path / "files")


def photo(colour: str = "seagreen", size: tuple[int, int] = (640, 480), kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", size, colour)
    ImageDraw.Draw(picture).rectangle([size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2], fill="white")
    target = BytesIO()
    picture.save(target, kind)
    return target.getvalue()


def enter(work: Work, unit: str) -> int:
    """Put a problem of this unit on the ledger."""
    by = people.create_person(work, "录入人")
    new = issues.New(
        unit=unit,
        area=work.campaign.areas[0].key,
        item=work.campaign.areas[0].items[0],
        source="自查",
        kind="慢作为",
        severity="一般",
        handling="dated",
        epidemic=False,
        criminal=False,
        found_on=DAY,
        happened_on=DAY,
        due=date(2020, 7, 31),
        answers={"description": "卷宗缺少现场检查笔录"},
        search="",
        fingerprint=str(uuid4()),
    )
    return issues.enter(work, new, series=unit.upper(), by=by, state="found").id


def file(work: Work, unit: str) -> int:
    """File this unit's report."""
    filed = submissions.file(
        work,
        duty="weekly",
        period="2020-W28",
        unit=unit,
        number=f"{unit}-28",
        answers={},
        form_version=1,
        zero=False,
        filed_by=people.create_person(work, "填报人"),
        state="awaiting",
    )
    return filed.id


async def send(rig: Rig, person: str, *sent: Attachment) -> int:
    """Send somebody files; return the message's row."""
    key = f"test/{uuid4()}"

    def tell(work: Work) -> int:
        account = people.account(work, "web", person)
        assert account.person_id is not None
        notices.tell(work, [account.person_id], key, Message("材料如下", attachments=sent))
        return work.conn.scalars(select(col(Outbox.id)).where(col(Outbox.key) == key)).one() or 0

    row = await rig.store.run(tell)
    await rig.dispatcher.dispatch()
    return row


def change_role(work: Work, person: str, role: str, unit: str, *, give: bool) -> None:
    account = people.account(work, "web", person)
    assert account.person_id is not None
    assert (people.grant if give else people.end)(work, account.person_id, role, unit)


async def fetched(caller: httpx.AsyncClient, row: int, person: str, place: int = 0) -> int:
    return (await caller.get(f"/files/{row}/{place}?as={person}")).status_code


# who may have them


async def test_an_entrys_evidence_goes_with_the_role_not_with_the_old_message(demo: Rig, files: FileStore) -> None:
    unit = demo.store.campaign.units[0].key
    issue = await demo.store.run(enter, unit)
    evidence = Attachment("file", files.put(PDF, "笔录.pdf").sha256, "笔录.pdf", about=f"issue:{issue}")
    row = await send(demo, "home-of-li", evidence)
    async with demo.caller() as caller:
        assert (await caller.get(f"/files/{row}/0?as=li")).content == PDF
        await demo.store.run(change_role, "home-of-li", "contact", unit, give=False)
        assert await fetched(caller, row, "li") == 404
        await demo.store.run(change_role, "home-of-li", "contact", demo.store.campaign.units[1].key, give=True)
        assert await fetched(caller, row, "li") == 404
        await demo.store.run(change_role, "home-of-li", "head", unit, give=True)
        assert await fetched(caller, row, "li") == 200


async def test_another_units_contact_gets_nothing_even_if_it_was_sent_to_them(demo: Rig, files: FileStore) -> None:
    issue = await demo.store.run(enter, demo.store.campaign.units[0].key)
    evidence = Attachment("file", files.put(PDF, "笔录.pdf").sha256, "笔录.pdf", about=f"issue:{issue}")
    async with demo.caller() as caller:
        assert await fetched(caller, await send(demo, "home-of-wang", evidence), "wang") == 404
        assert await fetched(caller, await send(demo, "home-of-zhao", evidence), "zhao") == 200


async def test_a_reports_files_go_with_the_role_too(demo: Rig, files: FileStore) -> None:
    unit = demo.store.campaign.units[0].key
    report = await demo.store.run(file, unit)
    scan = Attachment("file", files.put(PDF, "盖章件.pdf").sha256, "盖章件.pdf", about=f"submission:{report}")
    row = await send(demo, "home-of-zhang", scan)
    async with demo.caller() as caller:
        assert await fetched(caller, row, "zhang") == 200
        assert await fetched(caller, await send(demo, "home-of-wang", scan), "wang") == 404
        await demo.store.run(change_role, "home-of-zhang", "head", unit, give=False)
        assert await fetched(caller, row, "zhang") == 404


async def test_a_table_is_for_those_who_may_have_it_today(demo: Rig) -> None:
    table = Attachment("table", "weekly/2020-W28", "汇总表.xlsx")
    row = await send(demo, "home-of-zhao", table)
    async with demo.caller() as caller:
        assert (await caller.get(f"/files/{row}/0?as=zhao")).content.startswith(b"PK")
        await demo.store.run(change_role, "home-of-zhao", "brigade", "", give=False)
        assert await fetched(caller, row, "zhao") == 404
        assert await fetched(caller, await send(demo, "home-of-li", table), "li") == 404


async def test_a_closing_sheet_is_made_for_the_unit_and_the_brigade(demo: Rig) -> None:
    issue = await demo.store.run(enter, demo.store.campaign.units[0].key)
    sheet = Attachment("table", f"closing-sheet/{issue}", "销号申请单.xlsx", about=f"issue:{issue}")
    async with demo.caller() as caller:
        for who, status in (("li", 200), ("zhang", 200), ("zhao", 200), ("wang", 404)):
            assert await fetched(caller, await send(demo, f"home-of-{who}", sheet), who) == status
        made = await caller.get(f"/files/{await send(demo, 'home-of-zhao', sheet)}/0?as=zhao")
        (page,) = load_workbook(BytesIO(made.content)).worksheets
        assert page["A1"].value == "某区农业农村局问题整改销号申请单"


async def test_a_table_that_cannot_be_made_any_more_is_not_found(demo: Rig) -> None:
    row = await send(demo, "home-of-zhao", Attachment("table", "weekly/2019-W01", "汇总表.xlsx"))
    async with demo.caller() as caller:
        assert await fetched(caller, row, "zhao") == 404


async def test_a_file_of_an_old_message_stays_its_receivers(demo: Rig, files: FileStore) -> None:
    row = await send(demo, "home-of-li", Attachment("file", files.put(PDF, "通知.pdf").sha256, "通知.pdf"))
    async with demo.caller() as caller:
        assert await fetched(caller, row, "li") == 200
        assert await fetched(caller, row, "zhang") == 404


async def test_a_file_whose_bytes_are_gone_is_not_found(demo: Rig) -> None:
    sent = [Attachment("file", "ab" * 32, "通知.pdf"), Attachment("file", "../../etc/passwd", "通知.pdf")]
    row = await send(demo, "home-of-li", *sent)
    async with demo.caller() as caller:
        assert [await fetched(caller, row, "li", place) for place in range(3)] == [404, 404, 404]


def enrol(work: Work, name: str, role: str, unit: str) -> None:
    person = people.create_person(work, name)
    people.grant(work, person, role, unit)
    people.bind(work, people.account(work, "web", name).id, person)


@pytest.fixture
def bureau(store: Store) -> Store:
    """A unit with a problem (1), a report (1) and an import (1), and one person of each kind, named after it."""
    first, second = (unit.key for unit in store.campaign.units[:2])
    store.do(enter, first)
    store.do(file, first)
    for name, role, unit in (
        ("contact", "contact", first),
        ("head", "head", first),
        ("other", "contact", second),
        ("brigade", "brigade", ""),
        ("leader", "leader", ""),
        ("admin", "admin", ""),
    ):
        store.do(enrol, name, role, unit)
    sender = store.do(people.account, "web", "contact").person_id
    assert sender is not None
    store.do(imports.add, sender, "ab" * 32, "台账.xlsx")
    return store


EVERYONE = ("contact", "head", "other", "brigade", "leader", "admin", "stranger")


@pytest.mark.parametrize(
    ("attachment", "may"),
    [
        (Attachment("file", "ab", "a", about="issue:1"), {"contact", "head", "brigade", "leader"}),
        (Attachment("file", "ab", "a", about="submission:1"), {"contact", "head", "brigade", "leader"}),
        (Attachment("file", "ab", "a", about="issue:2"), set()),
        (Attachment("file", "ab", "a", about="submission:x"), set()),
        (Attachment("file", "ab", "a", about="issue:" + "9" * 30), set()),
        (Attachment("file", "ab", "a", about="person:1"), set()),
        (Attachment("file", "ab", "a"), set(EVERYONE)),
        (Attachment("table", "closing-sheet/1", "a"), {"contact", "head", "brigade", "leader"}),
        (Attachment("table", "closing-sheet/2", "a"), set()),
        (Attachment("table", "weekly/2020-W28", "a"), {"brigade", "leader"}),
        (Attachment("table", "ledger/", "a"), {"brigade", "leader"}),
        (Attachment("table", "ledger/v=overdue", "a"), {"brigade", "leader"}),
        (Attachment("table", "ledger/u=nongji", "a"), {"contact", "head", "brigade", "leader"}),
        (Attachment("table", "ledger/u=nongji,xumu", "a"), {"brigade", "leader"}),
        (Attachment("table", "ledger/u=xumu;v=closed", "a"), {"other", "brigade", "leader"}),
        (Attachment("table", "ledger/u=", "a"), {"brigade", "leader"}),
        (Attachment("table", "ledger/u=nobody", "a"), set()),
        (Attachment("table", "reconciliation/2020-W28", "a"), {"brigade", "leader"}),
        (Attachment("table", "public/", "a"), {"brigade", "leader"}),
        (Attachment("table", "import-faults/1", "a"), {"contact"}),
        (Attachment("table", "import-faults/2", "a"), set()),
        (Attachment("table", "ledger-template/", "a"), {"contact", "other", "brigade"}),
        (Attachment("table", "people/", "a"), set()),
    ],
    ids=lambda each: f"{each.kind}-{each.about or each.ref}" if isinstance(each, Attachment) else "",
)
def test_who_may_have_what(bureau: Store, attachment: Attachment, may: set[str]) -> None:
    given = {who for who in EVERYONE if bureau.do(attachments.permitted, "web", who, attachment)}
    assert given == may


# how they are served


async def test_a_picture_is_shown_and_cannot_do_anything(demo: Rig, files: FileStore) -> None:
    kinds = {"a.jpg": "JPEG", "b.png": "PNG", "c.webp": "WEBP", "d.gif": "GIF"}
    sent = [Attachment("file", files.put(photo(kind=kind), name).sha256, name) for name, kind in kinds.items()]
    row = await send(demo, "home-of-li", *sent)
    async with demo.caller() as caller:
        for place, kind in enumerate(kinds.values()):
            headers = (await caller.get(f"/files/{row}/{place}?as=li")).headers
            assert headers["content-type"] == f"image/{kind.lower()}"
            assert headers["content-disposition"].startswith("inline; ")
            assert headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<script>alert(1)</script>", "照片.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "图.svg"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "照片.heic"),
        (PDF, "笔录.pdf"),
    ],
)
async def test_what_is_no_such_picture_is_only_ever_saved(
    demo: Rig, files: FileStore, content: bytes, name: str
) -> None:
    row = await send(demo, "home-of-li", Attachment("file", files.put(content, name).sha256, name))
    async with demo.caller() as caller:
        answer = await caller.get(f"/files/{row}/0?as=li")
        assert answer.content == content
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_picture_is_shown_whatever_it_is_called(demo: Rig, files: FileStore) -> None:
    row = await send(demo, "home-of-li", Attachment("file", files.put(photo(), "照片").sha256, "照片.html"))
    async with demo.caller() as caller:
        answer = await caller.get(f"/files/{row}/0?as=li")
        assert answer.headers["content-type"] == "image/jpeg"


async def test_a_disguise_is_seen_through_when_the_file_comes(demo: Rig) -> None:
    async with demo.caller() as caller:
        await caller.post(
            f"/api/files?as=li&id={uuid4()}&name=现场.jpg", content=b"<html>", headers={"Content-Type": "image/jpeg"}
        )

    def look(work: Work) -> Any:  # noqa: ANN401 - JSON
        return work.conn.scalars(select(col(Inbox.payload))).one()

    assert (await demo.store.read(look))["file"]["mime"] == "application/octet-stream"


# how a page shows them


async def test_the_page_is_told_which_files_are_pictures(demo: Rig, files: FileStore) -> None:
    names = ["整改前.JPG", "整改后.png", "动图.gif", "图.webp", "照片.heic", "笔录.pdf"]
    sent = [Attachment("file", files.put(photo(), name).sha256, name) for name in names]
    made = [
        Attachment("table", ref, name)
        for ref, name in (
            ("weekly/2020-W28", "汇总表.xlsx"),
            ("invitation-qr/1", "二维码.png"),
            ("summary-picture/", "整治情况.png"),
        )
    ]
    await send(demo, "home-of-li", *sent, *made)
    async with demo.caller() as caller:
        [entry] = (await caller.get("/api/transcript?as=li")).json()["changed"]
    assert [(each["name"], each["picture"]) for each in entry["files"] if "picture" in each] == [
        *((name, "small") for name in [*names[:4], "二维码.png"]),
        ("整治情况.png", "large"),
    ]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_pictures_are_small_until_tapped(
    demo: Rig, browser: Browser, files: FileStore, size: ViewportSize, tmp_path: Path
) -> None:
    shots = [photo("seagreen"), photo("firebrick", (480, 640)), photo("steelblue", (1600, 400)), photo("tan")]
    sent = [
        Attachment("file", files.put(content, f"现场{at}.jpg").sha256, f"现场{at}.jpg")
        for at, content in enumerate(shots)
    ]
    screen = await Screen.open(browser, f"{demo.url}/?as=li", size)
    await screen.sees("李某，您好")
    await send(demo, "home-of-li", *sent, Attachment("file", files.put(PDF, "笔录.pdf").sha256, "笔录.pdf"))
    await screen.sees("材料如下", "笔录.pdf")
    pictures = screen.cards.last.locator("a.picture img")
    await expect(pictures).to_have_count(4)
    for at in range(4):
        await expect(pictures.nth(at)).to_have_attribute("alt", f"现场{at}.jpg")
        await expect(pictures.nth(at)).to_have_js_property("naturalWidth", [640, 480, 1600, 640][at])
        box = await pictures.nth(at).bounding_box()
        assert box is not None
        assert box["height"] <= 160
        assert box["width"] <= 160
    await expect(screen.cards.last.locator("a.file")).to_have_count(1)
    assert await screen.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    async with screen.context.expect_page() as opening:
        await pictures.nth(2).click()
    whole = await opening.value
    await expect(whole.locator("img")).to_have_js_property("naturalWidth", 1600)
    await screen.close()


async def test_of_a_large_picture_no_side_is_cut_off(demo: Rig, browser: Browser) -> None:
    demo.clock.move(THURSDAY - timedelta(days=30))  # before the campaign begins there is little on it
    screen = await Screen.open(browser, f"{demo.url}/?as=sun", PHONE)
    await screen.says("/summary")
    await screen.sees("整治工作6月20日开始")
    picture = screen.cards.last.locator("a.picture.large img")
    await expect(picture).to_have_js_property("naturalWidth", 1080)
    shape = "img => img.clientHeight / img.clientWidth / (img.naturalHeight / img.naturalWidth)"
    assert abs(await picture.evaluate(shape) - 1) < 0.01
    await screen.close()


async def test_a_picture_that_cannot_be_drawn_is_a_file_to_be_saved(
    demo: Rig, browser: Browser, files: FileStore
) -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"
    screen = await Screen.open(browser, f"{demo.url}/?as=li")
    await screen.sees("李某，您好")
    await send(demo, "home-of-li", Attachment("file", files.put(heic, "照片.jpg").sha256, "照片.jpg"))
    row = screen.cards.last.locator("a.file")
    await expect(row).to_contain_text("照片.jpg")
    await expect(screen.cards.last.locator("img")).to_have_count(0)
    async with screen.page.expect_download() as saving:
        await row.click()
    assert (await saving.value).suggested_filename == "照片.jpg"
    await screen.close()
