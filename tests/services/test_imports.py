"""Bringing in an existing ledger, told as the conversation it is: sending, checking, confirming, and never twice."""

from __future__ import annotations

import asyncio
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlmodel import col

from bot.core.messages import Attachment, Message, Sent, Tapped
from bot.core.problems import Problem
from bot.texts import imports as texts
from bot.texts.problems import sentence
from exports import import_faults, ledger
from exports.ledger_template import template_bytes
from exports.template import FIRST, HEAD
from exports.workbook import MIME, write
from scheduler.imports import check_waiting
from storage import audit, imports, issues, people
from storage.files import FileStore
from storage.tables import Issue

if TYPE_CHECKING:
    from pathlib import Path

    from storage.issues import Change, Entry
    from storage.work import Work
    from tests.kit.office import Chat, Office

ROW: dict[str, Any] = {
    "单位": "农机服务中心",
    "问题类别": "社会监督－投诉举报登记",
    "问题来源": "自查",
    "问题情形": "慢作为",
    "发现时间": date(2020, 7, 1),
    "疫情防控期间": "否",
    "严重程度": "一般",
    "具体问题表述": "投诉举报登记簿缺少办结时间",
    "整改类型": "限期整改",
    "整改措施": "补齐登记",
    "责任人": "张某",
    "联系电话": "13800000000",
    "时间安排": "7月底前补齐",
    "整改时限": date(2020, 7, 31),
}
AT_ONCE = ROW | {"整改类型": "立行立改", "具体问题表述": "公示栏信息没有更新", "完成时间": date(2020, 7, 2)}
CLOSED = ROW | {
    "具体问题表述": "执法证件过期未换",
    "整改进展": "已换证",
    "完成时间": date(2020, 7, 5),
    "是否销号": "是",
    "核查人": "李某",
    "核查时间": date(2020, 7, 6),
    "核查结果": "整改到位",
}


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def filled(office: Office, *rows: dict[str, Any]) -> bytes:
    """Fill the brigade's template."""
    book = load_workbook(BytesIO(template_bytes(office.campaign, "*")))
    heads = [cell.value for cell in book[texts.SHEET][HEAD]]
    for at, row in enumerate(rows):
        for head, value in row.items():
            book[texts.SHEET].cell(FIRST + at, heads.index(head) + 1, value)
    return saved(book)


def saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


async def sends(chat: Chat, files: FileStore, content: bytes, name: str = "台账.xlsx") -> Message:
    """Send a ledger the way the chat says, and let it be checked; return what is told of it."""
    await chat.says("/ledger")
    await chat.taps("导入台账")
    await chat.taps("上传台账")
    await chat.does(Sent(files.put(content, name, MIME)))
    assert "正在逐行检查" in chat.last.text
    assert await check_waiting(chat.office.store, files) == 1
    await chat.office.arrive()
    return chat.last


async def entries(office: Office) -> list[Entry]:
    def look(work: Work) -> list[Entry]:
        return [issues.entry_of(row) for row in work.conn.execute(issues.ENTRIES.order_by(col(Issue.id)))]

    return await office.store.read(look)


async def history(office: Office, entry: Entry) -> list[Change]:
    return await office.store.read(issues.history, entry.id)


async def contact_of(office: Office, unit: str = "nongji", name: str = "赵某") -> Chat:
    return await office.person(name, ("contact", unit))


# what is entered


async def test_a_filled_template_is_checked_confirmed_and_entered(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    told = await sends(contact, files, filled(office, ROW, AT_ONCE))
    assert told.text.startswith("“台账.xlsx”共2行：可录入2件。")
    assert await entries(office) == []
    await contact.taps("确认录入2件")
    assert contact.sees("已录入2件，编号NJ-2020-001至NJ-2020-002。")
    dated, at_once = await entries(office)
    assert (dated.number, dated.unit, dated.state, dated.asked) == ("NJ-2020-001", "nongji", "found", "")
    assert (dated.area, dated.item, dated.due, dated.first_due) == (
        "public",
        "投诉举报登记",
        date(2020, 7, 31),
        date(2020, 7, 31),
    )
    assert dated.answers == {
        "item": "public/投诉举报登记",
        "source": "自查",
        "kind": "慢作为",
        "found_on": "2020-07-01",
        "happened_on": "2020-07-01",
        "epidemic": False,
        "severity": "一般",
        "description": "投诉举报登记簿缺少办结时间",
        "handling": "dated",
        "measures": "补齐登记",
        "responsible": "张某",
        "phone": "13800000000",
        "timetable": "7月底前补齐",
        "due": "2020-07-31",
    }
    assert (at_once.state, at_once.asked, at_once.due) == ("mending", "", date(2020, 7, 14))  # for the signature
    assert at_once.answers["mended_on"] == "2020-07-02"
    assert "due" not in at_once.answers
    [first] = await history(office, dated)
    assert (first.move, first.before, first.after, first.detail) == (
        "enter",
        "",
        "found",
        {"import": "台账.xlsx", "row": FIRST},
    )
    notes = await office.store.read(audit.of, "import:1")
    assert [(note.action, note.detail) for note in notes] == [("ledger.import", {"entries": 2})]


async def test_the_same_file_again_enters_nothing(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    content = filled(office, ROW, AT_ONCE)
    await sends(contact, files, content)
    await contact.taps("确认录入")
    told = await sends(contact, files, content, "台账（2）.xlsx")
    assert "可录入0件，已在台账中2件（NJ-2020-001、NJ-2020-002）。" in told.text
    assert contact.find("确认录入") is None
    assert len(await entries(office)) == 2


async def test_the_right_rows_are_entered_and_the_wrong_ones_listed(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    wrong = ROW | {"发现时间": "上半年", "联系电话": "12345", "具体问题表述": "执法记录仪未全程开启"}
    told = await sends(contact, files, filled(office, ROW, wrong, wrong | {"发现时间": None}))
    assert "可录入1件，有误2行。" in told.text
    assert "第6行“发现时间”：没有看懂这个日期" in told.text
    assert "第6行“联系电话”：没有看懂这个号码" in told.text
    assert "第7行“发现时间”：没有填写" in told.text
    assert told.attachments == ()
    await contact.taps("确认录入1件")
    assert [entry.answers["description"] for entry in await entries(office)] == [ROW["具体问题表述"]]


async def test_many_faults_come_as_a_table(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    wrong = [ROW | {"具体问题表述": f"第{number}本登记簿缺项", "严重程度": "不大"} for number in range(20)]
    told = await sends(contact, files, filled(office, *wrong))
    assert told.text.count("第") >= texts.LISTED
    assert "第19行" in told.text
    assert "第20行" not in told.text
    assert "以上是前15处，全部20处见附件。" in told.text
    assert told.attachments == (Attachment("table", "import-faults/1", texts.FAULTS_FILE),)
    table = await office.store.read(import_faults.load, "1")
    assert len(table.rows) == 20
    assert table.rows[-1].cells == (20, 24, "严重程度", "没有“不大”这一项，可填：一般、较重、严重")
    for nobodys in ("2", "x", ""):
        with pytest.raises(KeyError):
            await office.store.read(import_faults.load, nobodys)


async def test_nothing_is_entered_before_it_is_confirmed_nor_after_it_is_dropped(
    office: Office, files: FileStore
) -> None:
    contact = await contact_of(office)
    await sends(contact, files, filled(office, ROW))
    confirm = contact.find("确认录入")
    assert confirm is not None
    await contact.taps("放弃")
    assert contact.sees("台账没有变动")
    await contact.does(Tapped(confirm.action))
    assert contact.sees(sentence(Problem("import_passed", state="已经放弃")))
    assert await entries(office) == []


async def test_confirming_twice_enters_once(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    await sends(contact, files, filled(office, ROW))
    confirm = contact.find("确认录入")
    assert confirm is not None
    await contact.does(Tapped(confirm.action))
    await contact.does(Tapped(confirm.action))
    assert contact.sees(sentence(Problem("import_passed", state="已经录入")))
    assert len(await entries(office)) == 1


async def test_two_people_confirming_the_same_file_at_once_enter_it_once(office: Office, files: FileStore) -> None:
    content = filled(office, ROW, AT_ONCE)
    chats = [await contact_of(office, name=name) for name in ("赵某", "钱某")]
    for chat in chats:
        await sends(chat, files, content)
    await asyncio.gather(*(chat.taps("确认录入2件") for chat in chats))
    assert len(await entries(office)) == 2
    assert sorted(chat.sees("已录入2件") for chat in chats) == [False, True]
    assert sum(chat.sees("均已在台账中") for chat in chats) == 1


async def test_what_became_known_meanwhile_is_not_entered_again(office: Office, files: FileStore) -> None:
    contact, other = await contact_of(office), await contact_of(office, name="钱某")
    await sends(contact, files, filled(office, ROW, AT_ONCE))
    await sends(other, files, filled(office, AT_ONCE))
    await other.taps("确认录入1件")
    await contact.taps("确认录入2件")
    assert contact.sees("已录入1件，编号NJ-2020-002。")
    assert contact.sees("另有1件已在台账中")


# what is known of it already


async def test_what_is_under_way_is_entered_as_that(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    begun = ROW | {"整改进展": "已补齐一半"}
    mended = AT_ONCE | {"整改类型": "限期整改", "完成时间": date(2020, 7, 8)}
    await sends(contact, files, filled(office, begun, mended))
    await contact.taps("确认录入")
    one, two = await entries(office)
    assert (one.state, two.state) == ("mending", "mending")
    assert one.latest["progress"]["text"] == "已补齐一半"
    assert one.latest["progress"]["by"] == "赵某"
    assert two.latest["progress"]["text"] == "已于2020年7月8日整改到位。"
    assert [change.move for change in await history(office, one)] == ["enter"]


async def test_the_brigade_brings_in_what_is_closed_with_who_verified_it(office: Office, files: FileStore) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    await sends(brigade, files, filled(office, CLOSED))
    await brigade.taps("确认录入1件")
    [entry] = await entries(office)
    assert entry.state == "closed"
    close = entry.latest["close"]
    assert (close["by"], close["day"], close["at"], close["opinion"]) == (
        "李某",
        "2020-07-06",
        "2020-07-06T04:00:00+00:00",
        "整改到位",
    )
    assert entry.latest["ask_closing"]["mended_on"] == "2020-07-05"
    await brigade.says(entry.number)
    assert brigade.sees("整改到位")


async def test_a_unit_does_not_bring_in_what_is_closed(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    told = await sends(contact, files, filled(office, CLOSED))
    assert "第5行“是否销号”：已销号的问题请由大队导入" in told.text
    assert contact.find("确认录入") is None


async def test_our_own_table_brought_in_again_is_known_row_by_row(office: Office, files: FileStore) -> None:
    brigade, contact = await office.person("孙某", ("brigade", "")), await contact_of(office)
    await sends(brigade, files, filled(office, ROW, AT_ONCE, CLOSED))
    await brigade.taps("确认录入3件")

    def exported(work: Work) -> bytes:
        target = BytesIO()
        write(ledger.load(work, "u=nongji"), target)
        return target.getvalue()

    told = await sends(contact, files, await office.store.read(exported))
    assert "共3行：可录入0件，已在台账中3件" in told.text
    assert "有误" not in told.text


# whose it is


async def test_the_brigade_names_the_units_and_they_hear_of_it(office: Office, files: FileStore) -> None:
    brigade, contact = await office.person("孙某", ("brigade", "")), await contact_of(office, "xumu")
    told = await sends(
        brigade, files, filled(office, ROW | {"单位": "畜牧兽医服务中心"}, AT_ONCE, ROW | {"单位": None})
    )
    assert "可录入2件，有误1行。" in told.text
    assert "第7行“单位”：没有填写" in told.text
    await brigade.taps("确认录入2件")
    assert brigade.sees("编号XM-2020-001、NJ-2020-001。")
    assert {entry.number for entry in await entries(office)} == {"XM-2020-001", "NJ-2020-001"}
    assert contact.sees("孙某导入了本单位的问题1件，编号XM-2020-001")


async def test_a_unit_enters_its_own_problems_only(office: Office, files: FileStore) -> None:
    contact = await contact_of(office, "xumu")
    told = await sends(contact, files, filled(office, ROW, AT_ONCE | {"单位": None}))
    assert "第5行“单位”：只能导入本单位的问题，可填：畜牧兽医服务中心" in told.text
    await contact.taps("确认录入1件")
    assert [entry.unit for entry in await entries(office)] == ["xumu"]


async def test_only_who_sent_a_file_confirms_it(office: Office, files: FileStore) -> None:
    contact, other = await contact_of(office), await contact_of(office, name="钱某")
    await sends(contact, files, filled(office, ROW))
    for action in ("m:import:1", "m:importno:1", "m:import:99"):
        await other.does(Tapped(action))
        assert other.sees("已不在了")
    assert await entries(office) == []
    await contact.taps("确认录入1件")
    assert len(await entries(office)) == 1


async def test_who_has_lost_the_role_by_now_enters_nothing(office: Office, files: FileStore) -> None:
    contact = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    await sends(contact, files, filled(office, ROW, AT_ONCE | {"单位": "畜牧兽医服务中心"}))

    def leave(work: Work) -> None:
        [member] = people.members(work, "contact", "xumu")
        people.end(work, member.id, "contact", "xumu")

    await office.store.run(leave)
    await contact.taps("确认录入2件")
    assert contact.sees("不在您的权限内")
    assert await entries(office) == []


async def test_heads_and_leaders_import_nothing(office: Office) -> None:
    for role, unit in (("head", "nongji"), ("leader", "")):
        chat = await office.person(f"{role}某", (role, unit))
        for action in ("m:import", "m:template", "m:upload"):
            await chat.does(Tapped(action))
            assert chat.sees("不在您的权限内")


async def test_the_template_is_made_for_whoever_asks(office: Office) -> None:
    contact, brigade = await contact_of(office), await office.person("孙某", ("brigade", ""))
    for chat, ref in ((contact, "ledger-template/nongji"), (brigade, "ledger-template/*")):
        await chat.says("/ledger")
        await chat.taps("导入台账")
        await chat.taps("导入模板")
        assert chat.last.attachments == (Attachment("table", ref, "问题台账导入模板.xlsx"),)


# what cannot be read


async def test_what_is_no_ledger_is_refused_in_one_sentence(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    book = Workbook()
    told = await sends(contact, files, saved(book))
    assert told.text == "“台账.xlsx”没有导入。\n没有找到台账的表头。表头请与导入模板一致，放在前15行之内。"
    told = await sends(contact, files, b"PK\x03\x04 damaged")
    assert "打不开这个文件" in told.text
    assert contact.find("上传台账") is not None


async def test_a_file_whose_bytes_are_gone_is_not_tried_for_ever(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    await contact.says("/ledger")
    await contact.taps("导入台账")
    await contact.taps("上传台账")
    await contact.sends("台账.xlsx", b"PK\x03\x04", MIME)
    assert await check_waiting(office.store, files) == 1
    await office.arrive()
    assert contact.sees("打不开这个文件")
    assert await check_waiting(office.store, files) == 0


async def test_two_replicas_checking_at_once_tell_once(office: Office, files: FileStore) -> None:
    contact = await contact_of(office)
    await contact.does(Tapped("m:upload"))
    await contact.does(Sent(files.put(filled(office, ROW), "台账.xlsx", MIME)))
    written = await asyncio.gather(*(check_waiting(office.store, files) for _ in range(3)))
    assert sum(written) == 1
    await office.arrive()
    assert sum("检查结果" in message.title for message in contact.messages) == 1
    sent = await office.store.read(imports.get, 1)
    assert sent is not None
    assert (sent.state, len(sent.rows)) == ("checked", 1)
