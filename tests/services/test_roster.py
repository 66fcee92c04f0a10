"""Bringing in units and people, told as the conversation it is: sending, checking, confirming, passing the links on."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.core.messages import Attachment, Message, Sent, Tapped
from bot.services import attachments, enrolment, posts
from bot.texts import roster as texts
from exports import DOCUMENTS, EXPORTS
from exports.template import FIRST, HEAD
from exports.workbook import MIME, write
from scheduler.imports import check_waiting
from storage import audit, people
from storage.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from storage.people import Member
    from storage.work import Work
    from tests.kit.office import Chat, Office

CONTACT = {"单位": "农机服务中心", "姓名": "赵某", "角色": "联系人", "电话": "13800000000"}
HEAD_OF = {"单位": "农机服务中心", "姓名": "周某", "角色": "单位负责人"}
LEADER = {"姓名": "吴某", "角色": "领导小组"}


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def admin(office: Office) -> Chat:
    await office.store.run(enrolment.remember_door, enrolment.TELEGRAM, "duban_bot")
    await office.store.run(enrolment.remember_door, enrolment.WEB, "https://duban.example")
    return await office.person("钱某", ("admin", ""))


async def filled(office: Office, *rows: dict[str, Any]) -> bytes:
    """Fill the template."""
    make = await office.store.read(DOCUMENTS["roster-template"], "")
    book = load_workbook(BytesIO(make(FileStore.__new__(FileStore))))
    heads = [cell.value for cell in book[texts.SHEET][HEAD]]
    for at, row in enumerate(rows):
        for head, value in row.items():
            book[texts.SHEET].cell(FIRST + at, heads.index(head) + 1, value)
    return saved(book)


def saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


async def sends(chat: Chat, files: FileStore, content: bytes) -> Message:
    """Send a roster the way the chat says, and let it be checked; return what is told of it."""
    await chat.taps("系统管理")
    await chat.taps("名册导入")
    await chat.taps("上传名册")
    await chat.does(Sent(files.put(content, "名册.xlsx", MIME)))
    assert "正在逐行检查" in chat.last.text
    assert await check_waiting(chat.office.store, files) == 1
    await chat.office.arrive()
    return chat.last


async def everybody(office: Office) -> dict[str, Member]:
    return {member.name: member for member in await office.store.read(people.everyone)}


async def links(office: Office, ref: str) -> dict[str, tuple[object, ...]]:
    """Return the workbook of links by name: unit, role, phone, links."""

    def look(work: Work) -> dict[str, tuple[object, ...]]:
        write(EXPORTS["roster-links"](work, ref), BytesIO())
        return {str(row.cells[1]): tuple(row.cells[2:]) for row in EXPORTS["roster-links"](work, ref).rows}

    return await office.store.read(look)


# what is entered


async def test_a_filled_template_is_checked_confirmed_and_entered(
    office: Office, admin: Chat, files: FileStore
) -> None:
    told = await sends(admin, files, await filled(office, CONTACT, HEAD_OF, LEADER))
    assert told.text.startswith("“名册.xlsx”共3行：可录入3条。")
    assert "为还没有加入的3人生成邀请链接" in told.text
    assert set(await everybody(office)) == {"钱某"}
    await admin.taps("确认录入3条")
    assert admin.sees("已录入3条。")
    there = await everybody(office)
    assert (there["赵某"].roles, there["赵某"].phone) == ((("contact", "nongji"),), "13800000000")
    assert there["周某"].roles == (("head", "nongji"),)
    assert there["吴某"].roles == (("leader", ""),)
    [entry] = await office.store.read(audit.of, "import:1")
    assert (entry.action, entry.detail) == ("roster.import", {"roles": 3, "units": [], "links": 3})
    given = await office.store.read(audit.of, f"person:{there['赵某'].id}")
    assert [entry.action for entry in given] == ["role.give"]


async def test_the_links_let_everybody_in_as_who_they_are(office: Office, admin: Chat, files: FileStore) -> None:
    both = {**CONTACT, "角色": "单位负责人", "电话": None}
    await sends(admin, files, await filled(office, CONTACT, both))
    await admin.taps("确认录入2条")
    assert admin.sees("1人的邀请链接")
    assert admin.last.attachments == (Attachment("table", "roster-links/1", "邀请链接.xlsx"),)
    unit, role, phone, telegram, web = (await links(office, "1"))["赵某"]
    assert (unit, role, phone) == ("农机服务中心", "联系人、单位负责人", "13800000000")
    assert str(telegram).startswith("https://t.me/duban_bot?start=")
    assert str(web).startswith("https://duban.example/join/")
    stranger = await office.stranger()
    await stranger.says(f"/start {str(telegram).partition('start=')[2]}")
    assert stranger.sees("赵某，您好")
    assert stranger.sees("农机服务中心联系人、农机服务中心单位负责人")
    assert (await everybody(office))["赵某"].address == stranger.address
    other = await office.stranger()
    await other.says(f"/start {str(web).rpartition('/')[2]}")  # the same token, used up
    assert other.sees("无法使用")


async def test_the_same_roster_again_enters_nothing(office: Office, admin: Chat, files: FileStore) -> None:
    content = await filled(office, CONTACT, HEAD_OF, {**CONTACT, "单位": "新设的站", "单位编号": "XS"})
    await sends(admin, files, content)
    await admin.taps("确认录入3条")
    before = await everybody(office)
    units = await office.store.read(lambda work: work.campaign.every_unit)
    told = await sends(admin, files, content)
    assert "可录入0条，已在册3条。" in told.text
    assert "新增单位" not in told.text
    await admin.taps("生成链接2人")  # nobody has come in yet
    assert admin.sees("这些人员均已在册，没有重复录入")
    assert await everybody(office) == before
    assert await office.store.read(lambda work: work.campaign.every_unit) == units
    assert set(await links(office, "2")) == {"赵某", "周某"}


async def test_where_everybody_is_in_there_is_nothing_to_confirm(office: Office, admin: Chat, files: FileStore) -> None:
    await office.person("赵某", ("contact", "nongji"))
    told = await sends(admin, files, await filled(office, CONTACT))
    assert "已在册1条" in told.text
    assert "没有需要录入的。" in told.text
    assert "确认" not in "".join(admin.labels())


async def test_new_units_are_named_before_and_added_with_their_people(
    office: Office, admin: Chat, files: FileStore
) -> None:
    rows: list[dict[str, Any]] = [
        {"单位": "种子管理站", "单位编号": "zz", "姓名": "赵某", "角色": "联系人"},
        {"单位": "种子管理站", "姓名": "周某", "角色": "负责人"},
        {"单位": "植保站", "姓名": "吴某", "角色": "联系人"},
    ]
    told = await sends(admin, files, await filled(office, *rows))
    assert "将新增单位2个：种子管理站、植保站。如是笔误，请改好后再导入。" in told.text
    await admin.taps("确认录入3条")
    assert admin.sees("新增单位2个：种子管理站、植保站。")
    added = (await office.store.read(lambda work: work.campaign.every_unit))[-2:]
    assert [(unit.key, unit.name, unit.series) for unit in added] == [
        ("u1", "种子管理站", "ZZ"),
        ("u2", "植保站", "U2"),
    ]
    there = await everybody(office)
    assert there["周某"].roles == (("head", "u1"),)


async def test_somebody_known_gains_a_role_and_the_number_that_was_missing(
    office: Office, admin: Chat, files: FileStore
) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await sends(
        admin, files, await filled(office, {**CONTACT, "角色": "单位负责人"}, {**CONTACT, "单位": "畜牧兽医服务中心"})
    )
    await admin.taps("确认录入2条")
    there = await everybody(office)
    assert set(there["赵某"].roles) == {("contact", "nongji"), ("head", "nongji"), ("contact", "xumu")}
    assert there["赵某"].phone == "13800000000"
    assert contact.sees("畜牧兽医服务中心联系人")
    assert admin.last.attachments == ()


# what is wrong


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"姓名": None}, "“姓名”：没有填写"),
        ({"角色": "主任"}, "“角色”：没有“主任”这一项，可填：联系人、单位负责人、大队联系人、领导小组、管理员"),
        ({"角色": None}, "“角色”：没有填写"),
        ({"单位": None}, "“单位”：没有填写"),
        ({"单位": "站"}, "“单位”：写了1字，至少2字"),
        ({"电话": "12345"}, "“电话”：没有看懂这个号码"),
        ({"单位编号": "XM"}, "“单位编号”：与这个单位的编号“NJ”不一致"),
        ({"单位": "新设的站", "单位编号": "NJ"}, "“单位编号”：编号“NJ”已有单位在用"),
        ({"单位": "新设的站", "单位编号": "种子"}, "“单位编号”：编号请以字母开头"),
        ({"单位": "动物卫生监督室"}, "“单位”：这个单位已停报，请先在“单位”中恢复报送"),
        ({"姓名": "孙某"}, "“姓名”：同名的人登记的电话是13900000000"),
    ],
)
async def test_a_wrong_row_is_named_with_its_reason(
    office: Office, admin: Chat, files: FileStore, row: dict[str, Any], said: str
) -> None:
    await admin.does(Tapped("m:unitstopped:dongwu"))

    def known(work: Work) -> None:
        people.grant(work, people.create_person(work, "孙某", "13900000000"), "head", "nongji")

    await office.store.run(known)
    told = await sends(admin, files, await filled(office, HEAD_OF, {**CONTACT, **row}))
    assert "共2行：可录入1条，有误1行。" in told.text
    assert f"第6行{said}" in told.text
    assert told.attachments == (Attachment("table", "roster-faults/1", "名册检查结果.xlsx"),)
    table = await office.store.read(lambda work: list(EXPORTS["roster-faults"](work, "1").rows))
    assert table[0].cells[1] == 6
    await admin.taps("确认录入1条")
    assert "赵某" not in await everybody(office)


async def test_rows_that_contradict_each_other(office: Office, admin: Chat, files: FileStore) -> None:
    new = {"单位": "新设的站", "单位编号": "XS", "姓名": "郑某", "角色": "联系人"}
    rows: list[dict[str, Any]] = [
        *(CONTACT, CONTACT, {**CONTACT, "角色": "单位负责人", "电话": "13900000000"}),
        *(new, {**new, "单位编号": "XZ", "姓名": "王某"}, {**new, "单位": "另设的站"}),
    ]
    told = await sends(admin, files, await filled(office, *rows))
    assert "第6行“姓名”：与第5行重复" in told.text
    assert "第7行“电话”：同名的人登记的电话是13800000000" in told.text
    assert "第9行“单位编号”：与这个单位的编号“XS”不一致" in told.text
    assert "第10行“单位编号”：编号“XS”已有单位在用" in told.text
    assert "可录入2条，有误4行" in told.text


@pytest.mark.parametrize(
    "phone", [13800000000, 13800000000.0, "１３８００００００００", " 138 0000 0000 ", "1.3800000000E+10"]
)
async def test_phones_as_spreadsheets_hold_them(office: Office, admin: Chat, files: FileStore, phone: object) -> None:
    await sends(admin, files, await filled(office, {**CONTACT, "电话": phone}))
    await admin.taps("确认录入1条")
    assert (await everybody(office))["赵某"].phone == "13800000000"


async def test_an_offices_own_table_is_read_by_its_headings(office: Office, admin: Chat, files: FileStore) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["全局联系人一览表"])
    sheet.append(["序号", "单位名称", "姓 名", "职责", "手机号码", "备注"])
    sheet.append([1, "农机服务中心", "赵某", "单位联系人", 13800000000, "办公室"])
    sheet.append([2, "农机服务中心", "周某", "负责人", None, None])
    sheet.append(["填表人：孙某"])
    told = await sends(admin, files, saved(book))
    assert "共2行：可录入2条。" in told.text
    assert "以下列不导入：备注。" in told.text


async def test_what_is_no_roster_is_refused_in_one_sentence(office: Office, admin: Chat, files: FileStore) -> None:
    told = await sends(admin, files, saved(Workbook()))
    assert told.text == "“名册.xlsx”没有导入。\n没有找到名册的表头。表头请与名册模板一致，放在前15行之内。"
    assert "打不开这个文件" in (await sends(admin, files, b"PK\x03\x04 damaged")).text
    assert "没有填写人员" in (await sends(admin, files, await filled(office))).text
    book = Workbook()
    assert book.active is not None
    book.active.append(["单位", "姓名", "电话"])
    assert "缺少这些列：角色" in (await sends(admin, files, saved(book))).text


# whose it is


async def test_only_who_sent_a_roster_confirms_it_and_gets_its_links(
    office: Office, admin: Chat, files: FileStore
) -> None:
    other, contact = await office.person("李某", ("admin", "")), await office.person("王某", ("contact", "nongji"))
    await sends(admin, files, await filled(office, CONTACT))
    for action in ("m:rosterok:1", "m:rosterno:1", "m:import:1", "m:importno:1"):
        await other.does(Tapped(action))
        assert other.sees("已不在了") or other.sees("不在您的权限内"), action
    await admin.taps("确认录入1条")
    await admin.does(Tapped("m:rosterok:1"))
    assert admin.sees("这份名册已经录入")
    for chat, allowed in ((admin, True), (other, False), (contact, False)):
        for ref in ("roster-links/1", "roster-faults/1"):
            file = Attachment("table", ref, "x.xlsx")
            assert await office.store.run(attachments.permitted, "web", chat.address, file) is allowed
    assert not await office.store.run(
        attachments.permitted, "web", contact.address, Attachment("table", "roster-template/", "x.xlsx")
    )


async def test_a_roster_put_away_enters_nothing(office: Office, admin: Chat, files: FileStore) -> None:
    await sends(admin, files, await filled(office, CONTACT))
    await admin.taps("放弃")
    assert admin.sees("没有录入")
    await admin.does(Tapped("m:rosterok:1"))
    assert admin.sees("这份名册已经放弃")
    assert set(await everybody(office)) == {"钱某"}


async def test_links_out_of_date_are_handed_out_no_more(office: Office, admin: Chat, files: FileStore) -> None:
    await sends(admin, files, await filled(office, CONTACT))
    for ref in ("1", "7", "x"):
        with pytest.raises(KeyError):
            await links(office, ref)  # nothing is entered yet
    await admin.taps("确认录入1条")
    assert set(await links(office, "1")) == {"赵某"}
    office.it_is("2020-07-17 15:00")
    with pytest.raises(KeyError):
        await links(office, "1")


async def test_what_became_known_meanwhile_is_not_entered_again(office: Office, admin: Chat, files: FileStore) -> None:
    other = await office.person("李某", ("admin", ""))
    content = await filled(office, CONTACT, {**CONTACT, "单位": "新设的站", "单位编号": "XS"})
    await sends(admin, files, content)
    await sends(other, files, content)
    await admin.taps("确认录入2条")
    await other.taps("确认录入2条")
    assert other.sees("这些人员均已在册")
    assert sum(unit.name == "新设的站" for unit in await office.store.read(lambda work: work.campaign.every_unit)) == 1


async def test_without_a_door_no_roster_is_taken(office: Office) -> None:
    admin = await office.person("钱某", ("admin", ""))
    await admin.does(Tapped("m:rosterup"))
    assert admin.sees("还不能生成邀请链接")


async def test_the_template_offers_units_and_roles(office: Office, admin: Chat) -> None:
    await admin.does(Tapped("m:unitstopped:dongwu"))
    await admin.does(Tapped("m:roster"))
    await admin.taps("名册模板")
    assert admin.last.attachments == (Attachment("table", "roster-template/", "人员名册模板.xlsx"),)
    book = load_workbook(BytesIO(await filled(office)))
    units, roles = ([cell.value for cell in column if cell.value] for column in (book["选项"]["B"], book["选项"]["E"]))
    assert units == [unit.name for unit in office.campaign.units if unit.key != "dongwu"]
    assert roles == ["联系人", "单位负责人", "大队联系人", "领导小组", "管理员"]
    rules = {str(rule.sqref): rule for rule in book[texts.SHEET].data_validations.dataValidation}
    assert [bool(rule.showErrorMessage) for rule in rules.values()] == [False, True]  # other units may be written


# what people write


async def test_one_name_written_in_several_ways_is_one(office: Office, admin: Chat, files: FileStore) -> None:
    rows: list[dict[str, Any]] = [
        {**CONTACT, "姓名": "赵　某", "单位": "植保 站", "单位编号": "ZB2"},
        {**CONTACT, "角色": "单位负责人", "单位": "植保站", "电话": None},
        {**HEAD_OF, "单位": " 植保站　", "姓名": "Maria Chen"},
    ]
    told = await sends(admin, files, await filled(office, *rows))
    assert "将新增单位1个：植保 站。" in told.text
    await admin.taps("确认录入3条")
    there = await everybody(office)
    assert there["赵某"].roles == (("contact", "u1"), ("head", "u1"))
    assert "Maria Chen" in there


async def test_a_unit_renamed_before_the_confirmation_is_still_that_unit(
    office: Office, admin: Chat, files: FileStore
) -> None:
    await sends(admin, files, await filled(office, CONTACT))
    await admin.does(Tapped("m:unitname:nongji"))
    await admin.answers("农机化服务中心", "tap:提交")
    await admin.does(Tapped("m:rosterok:1"))
    assert admin.sees("已录入1条")
    assert (await everybody(office))["赵某"].roles == (("contact", "nongji"),)
    assert len(await office.store.read(lambda work: work.campaign.every_unit)) == len(office.campaign.every_unit)


async def test_a_code_that_is_made_up_makes_room_for_one_that_is_given(
    office: Office, admin: Chat, files: FileStore
) -> None:
    given = {**CONTACT, "单位": "另设的站", "单位编号": "U1"}
    await sends(admin, files, await filled(office, {**CONTACT, "单位": "新设的站"}, given))
    await admin.taps("确认录入2条")
    units = await office.store.read(lambda work: {unit.name: unit.series for unit in work.campaign.every_unit})
    assert (units["另设的站"], units["新设的站"]) == ("U1", "U2")


async def test_who_is_no_administrator_any_more_is_told_nothing_of_a_roster(
    office: Office, admin: Chat, files: FileStore
) -> None:
    sender = await office.person("李某", ("admin", ""), ("contact", "xumu"))
    await sender.does(Tapped("m:rosterup"))
    await sender.does(Sent(files.put(await filled(office, CONTACT), "名册.xlsx", MIME)))
    await office.store.run(posts.end, 2, "admin", "", 1)
    assert await check_waiting(office.store, files) == 1
    await office.arrive()
    assert not any("检查结果" in message.title for message in sender.messages)


async def test_thirty_new_units_and_their_merged_cells(office: Office, admin: Chat, files: FileStore) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["序号", "单位", "姓名", "角色", "电话"])
    for number in range(30):
        sheet.append([number + 1, f"第{number + 1}站", "=A1", "联系人", 13800000000.0 + number])
        sheet.append([None, None, f"周{number}", "负责人", None])
        sheet.append([])
        sheet.merge_cells(start_row=3 * number + 2, end_row=3 * number + 3, start_column=2, end_column=2)
    told = await sends(admin, files, saved(book))
    assert "共60行：可录入30条，有误30行。将新增单位30个" in told.text.replace("\n\n", "")
    await admin.taps("确认录入30条")
    assert admin.last.attachments[0].ref == "roster-links/1"
    assert (await everybody(office))["周29"].roles == (("head", "u30"),)


async def test_a_column_taken_for_another_adds_no_hundreds_of_units(
    office: Office, admin: Chat, files: FileStore
) -> None:
    rows = [{**CONTACT, "单位": f"某街{number}号", "电话": None} for number in range(101)]
    assert "没有登记过的单位超过100个" in (await sends(admin, files, await filled(office, *rows))).text
