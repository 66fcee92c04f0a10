"""Whatever is typed, sent or tapped at any question of the ledger: one friendly sentence, and nothing is lost."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from bot.core.dialog import REVIEW
from bot.core.fields import Choice, Date, File, Nested, Phone, Text, YesNo
from bot.core.messages import Event, FileRef, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.forms import FORMS
from bot.services import conversation, entering, imports, issues, ledger
from bot.services.issues import FORM_OF
from storage import drafts, people
from storage import issues as stored
from tests.kit.office import Office
from tests.services.test_ledger_access import BUTTONS, EVERYBODY, WHERE, actions, everything, put
from tests.services.test_ledger_anything import reply
from tests.services.test_ledger_life import DATED, PROBLEM, ask_closing, enter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.core.issues import Asked, Move, State
    from bot.core.kind import Kind
    from storage.drafts import DraftRow
    from storage.work import Work
    from tests.kit.databases import SqliteFiles
    from tests.kit.office import Chat

TODAY: Final = date(2020, 7, 9)
#: Letters that are no English: names of formats, units of measure, numbers of entries, ways to type.
NO_ENGLISH: Final = re.compile(
    r"(?<![A-Za-z])(?:Excel|PDF|Word|xlsx|pdf|png|jpg|MB|[A-Z]{2}\d?-2020-\d{3}|/[a-z]+)(?![A-Za-z])"
)
#: A draft of any form, and nothing that was typed: the sentences are ours.
WRONG_FOR_ALL: Final[tuple[Event, ...]] = (
    Said("\x00\x07\u200b"),
    Said(" \n "),
    Said("字" * 5000),
    Unreadable("sticker"),
    Unreadable("voice"),
    Unreadable("too_large", {"limit": 20 * 1024 * 1024}),
    Unreadable("whatever"),
    SharedPhone("123"),
    Tapped("d:1:999999:ok"),
)
NOT_WORDS: Final[tuple[Event, ...]] = (
    Said("没有这一项"),
    Said("=HYPERLINK(1)"),
    Said("<b>"),
    Said("{due}"),
    Said("99"),
)
A_FILE: Final = Sent(FileRef("a" * 64, "说明.pdf", 5, "application/pdf"))
WRONG: Final[dict[type[Kind], tuple[Event, ...]]] = {
    Text: (A_FILE,),
    Choice: (*NOT_WORDS, A_FILE),
    Nested: (*NOT_WORDS, A_FILE),
    YesNo: (*NOT_WORDS, A_FILE),
    Phone: (*NOT_WORDS, A_FILE, Said("1380000000"), SharedPhone("")),
    Date: (
        *(*NOT_WORDS, A_FILE, Said("2月30日"), Said("2020年13月1日"), Said("去年")),
        *(Said("2015年12月31日"), Said("1949年10月1日"), Said("2099年1月1日")),
    ),
    File: (
        Said("见附件"),
        Said("=HYPERLINK(1)"),
        Sent(FileRef("b" * 64, "录像", 5, "video/mp4")),
        Sent(FileRef("c" * 64, "空的.pdf", 0, "application/pdf")),
        Sent(FileRef("d" * 64, "太大.pdf", 10**9, "application/pdf")),
    ),
}


@pytest.fixture
async def plain(sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on SQLite; in the end nobody has read a word that is not Chinese, or a brace."""
    office = await Office.open(sqlite_files.copy(tmp_path), "2020-07-09 15:00")
    for name, role in EVERYBODY.items():
        await office.person(name, role)
    yield office
    for chat in office.chats.values():
        for message in chat.messages:
            check_words(everything(message))
    await office.close()


def check_words(text: str) -> None:
    left = NO_ENGLISH.sub("", text)
    assert not re.search(r"[A-Za-z{}<>]", left), text


async def draft_of(chat: Chat) -> DraftRow:
    """Return the dialog this chat is in."""

    def look(work: Work) -> DraftRow:
        draft_id = people.account(work, "web", chat.address).draft_id
        assert draft_id is not None
        row = drafts.load(work, draft_id)
        assert row is not None
        return row

    return await chat.office.store.run(look)


def kind_of(row: DraftRow) -> Kind | None:
    field = FORMS[row.form].field(row.state["at"])
    return field.kind if field else None


async def walk(chat: Chat, form: str, pick: Callable[[list[str]], str]) -> list[str]:
    """Go through the open form, with every wrong answer before each right one; return what was asked."""
    asked: list[str] = []
    for _ in range(60):
        event = reply(chat.last, TODAY, pick)
        if event is None:
            return asked
        row = await draft_of(chat)
        assert row.form == form
        if row.state["at"] not in asked:
            asked.append(row.state["at"])
            await insist(chat, row)
        await chat.does(event)
    raise AssertionError(chat.last)


async def insist(chat: Chat, row: DraftRow) -> None:
    """Answer wrongly in every way; the question stands, its answers as well."""
    kind = kind_of(row)
    wrong = WRONG[type(kind)] if kind else (*NOT_WORDS, A_FILE)
    stale = () if row.revision == 1 else (Tapped(f"d:{row.id}:{row.revision - 1}:o:0"),)
    asked = actions(chat.last)
    for event in (*WRONG_FOR_ALL, *wrong, *stale):
        if event == Tapped("d:1:999999:ok") and row.id != 1:
            continue
        before = len(chat.messages)
        await chat.does(event)
        assert len(chat.messages) == before + 1, event
        assert actions(chat.last) == asked, (event, chat.last)
        assert "。" in chat.last.text.partition("\n")[0], (event, chat.last)
        assert await draft_of(chat) == row, event


def first(own: list[str]) -> str:
    return own[0]


def last(own: list[str]) -> str:
    return own[-1]


# ── Every question of every form ─────────────────────────────────────────


@pytest.mark.parametrize("pick", [first, last])
async def test_wrong_answers_while_entering(plain: Office, pick: Callable[[list[str]], str]) -> None:
    brigade = plain.chats["大队"]
    await brigade.does(Tapped("m:enter"))
    asked = await walk(brigade, "issue", pick)
    handled = {"mended_on"} if pick is first else {"responsible", "phone", "timetable", "due"}
    assert handled <= set(asked)
    assert {"unit", "item", "found_on", "evidence", "description", REVIEW} <= set(asked)
    assert brigade.sees("录入成功")


@pytest.mark.parametrize("pick", [first, last])
@pytest.mark.parametrize("move", FORM_OF)
async def test_wrong_answers_to_the_form_of_a_move(plain: Office, move: Move, pick: Callable[[list[str]], str]) -> None:
    who, state, asked = WHERE[move]
    entry = await plain.store.run(put, state, asked)
    chat = plain.chats[who]
    await chat.does(Tapped(f"m:do:{move}:{entry.id}:1"))
    await walk(chat, FORM_OF[move], pick)
    done = "ask_transfer" if move == "ask_closing" and pick is first else move
    assert [change.move for change in await plain.store.run(stored.history, entry.id)] == ["enter", done]
    await chat.does(Tapped(f"m:story:{entry.id}"))


@pytest.mark.parametrize(
    ("who", "state", "asked", "action", "form"),
    [
        ("大队", "verifying", "closing/brigade", "m:together:v:0", "issue_together"),
        ("负责人", "found", "closing/head", "m:together:s:0", "issue_sign_together"),
        ("联系人", "found", "", "m:find", "issue_find"),
    ],
)
async def test_wrong_answers_to_the_other_forms(
    plain: Office, who: str, state: State, asked: Asked, action: str, form: str
) -> None:
    for _ in range(2):
        await plain.store.run(put, state, asked)
    await plain.chats[who].does(Tapped(action))
    await walk(plain.chats[who], form, first)
    assert not [each for each in actions(plain.chats[who].last) if each.startswith("d:")]


async def test_wrong_answers_while_handing_in_a_table(plain: Office) -> None:
    contact = plain.chats["联系人"]
    await contact.does(Tapped("m:upload"))
    await insist(contact, await draft_of(contact))
    await contact.does(A_FILE)
    assert contact.sees("“说明.pdf”这类文件收不了，请发送Excel工作簿")
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    await contact.does(Sent(FileRef("a" * 64, "台账.xlsx", 5, mime)))
    assert not [each for each in actions(contact.last) if each.startswith("d:")]
    assert contact.sees("台账.xlsx")


async def test_every_form_of_the_ledger_was_walked() -> None:
    walked = {"issue", "issue_together", "issue_sign_together", "issue_find", "ledger_import", *FORM_OF.values()}
    ledgers = {module.__name__ for module in (entering, imports, issues, ledger)}
    assert walked == {name for name, does in conversation.FINISHED.items() if does.__module__ in ledgers}
    assert {type(field.kind) for name in walked for field in FORMS[name].fields} <= set(WRONG)


@pytest.mark.parametrize("name", EVERYBODY)
async def test_every_page_and_what_it_leads_to_is_in_words_of_ours(plain: Office, name: str) -> None:
    for unit in ("nongji", "xumu"):
        await plain.store.run(put, "found", "", unit)
        await plain.store.run(put, "verifying", "closing/brigade", unit)
        await plain.store.run(put, "mending", "extension/head", unit)
        await plain.store.run(put, "closed", "", unit)
    chat = plain.chats[name]
    shown: set[str] = set()
    for start in (*BUTTONS, "m:desk:", "m:signing:", "m:issue:2", "m:issue:4", "m:story:1", "m:sheet:4", "m:papers:1"):
        await chat.does(Tapped(start))
        shown |= {action for action in actions(chat.last) if action.startswith("m:")}
    for action in sorted(shown):
        await chat.does(Tapped(action))


async def test_what_looks_like_a_formula_or_a_tag_is_kept_as_it_is(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM[:8], '=HYPERLINK("http://x","y")', "<b>某商户</b>", *PROBLEM[10:])
    await contact.answers("tap:限期整改", "+补正", "@张某", "13800000000", "-分两步", "7月20日", "tap:提交")
    entry = await office.store.run(stored.get, 1)
    assert entry is not None
    assert [entry.answers[key] for key in ("description", "party", "measures", "responsible", "timetable")] == [
        '=HYPERLINK("http://x","y")',
        "<b>某商户</b>",
        "+补正",
        "@张某",
        "-分两步",
    ]
    await contact.taps("查看这件")
    assert contact.sees('=HYPERLINK("http://x","y")')
    await contact.does(Tapped("m:find"))
    await contact.says("<b>某商户")
    assert contact.sees("NJ-2020-001")


async def test_braces_in_a_text_are_text(office: Office) -> None:
    contact = await office.person("赵{who}", ("contact", "nongji"))
    head = await office.person("钱{due}", ("head", "nongji"))
    await enter(contact)
    await contact.taps("查看这件")
    await ask_closing(contact)
    await head.taps("退回申请")
    await head.says("{receiver}的照片呢")
    assert contact.sees("钱{due}退回了申请")
    assert contact.sees("{receiver}的照片呢")


async def test_days_that_contradict_each_other_are_named(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM[:5], "7月2日")
    assert contact.sees("发生时间不能晚于发现时间")
    await contact.answers(*PROBLEM[5:], "tap:立行立改", "当场补正", "6月30日")
    assert contact.sees("完成时间不能早于发现时间")
    await contact.answers("7月2日", "tap:修改", "tap:4. 发现时间", "6月1日")
    assert contact.sees("发生时间不能晚于发现时间")
    await contact.taps("提交")
    assert contact.sees("发生时间不能晚于发现时间")
    assert await office.store.run(stored.get, 1) is None
    await contact.answers("tap:修改", "tap:5. 发生时间", "5月31日", "tap:提交")
    assert contact.sees("录入成功")


@pytest.mark.parametrize("typed", ["NJ-2020-001", " nj-2020-001 ", "ＮＪ－２０２０－００１", "NJ-2020-\u200b001"])
async def test_a_number_is_found_however_it_is_typed(office: Office, typed: str) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await enter(contact)
    await contact.says(typed)
    assert contact.sees("NJ-2020-001 · 待整改")


@pytest.mark.parametrize("typed", ["\x00", "\ud83d", "NJ-\x002020-001", "字" * 5000, "%", "'; --", "\u202e"])
async def test_anything_typed_without_a_question_leads_to_the_menu(office: Office, typed: str) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.says(typed)
    assert contact.sees("请从下面选择")


# ── Leaving and going on ─────────────────────────────────────────────────


async def test_cancelling_asks_first_and_then_nothing_was_there(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM[:4])
    await contact.says("/cancel")
    assert contact.sees("确定取消吗")
    await contact.taps("继续填写")
    assert contact.sees("什么时候发现的")
    await contact.says("/cancel")
    await contact.taps("确定取消")
    assert contact.sees("录入问题已取消")
    assert not contact.sees("继续填写")
    await contact.says("/cancel")
    assert contact.sees("没有正在填写")
    assert await office.store.run(stored.get, 1) is None


async def test_saved_for_later_goes_on_from_the_menu_days_later(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM[:7], "tap:稍后再填")
    assert contact.sees("录入问题已保存")
    office.it_is("2020-07-14 08:00")
    await contact.taps("继续填写：录入问题")
    assert contact.sees("严重程度")
    await contact.answers(*PROBLEM[7:], *DATED, "tap:提交")
    entry = await office.store.run(stored.get, 1)
    assert entry is not None
    assert (entry.item, entry.found_on, entry.due) == ("两法衔接", date(2020, 7, 1), date(2020, 7, 20))


async def test_two_drafts_about_two_entries_do_not_mix(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    for _ in range(2):
        await enter(contact)
    for issue in (1, 2):
        await contact.does(Tapped(f"m:issue:{issue}"))
        await contact.taps("报送进展")
        assert contact.sees(f"NJ-2020-00{issue}")
    second = (await draft_of(contact)).id
    await contact.says("第二件的进展")
    await contact.does(Tapped(f"m:go:{second - 1}"))
    assert contact.sees("NJ-2020-001")
    await contact.says("第一件的进展")
    await contact.does(Tapped(f"m:go:{second}"))
    assert contact.sees("NJ-2020-002")
    await contact.answers("tap:跳过", "tap:跳过")
    assert contact.sees("第二件的进展")
    await contact.taps("提交")
    await contact.does(Tapped(f"m:go:{second - 1}"))
    await contact.answers("tap:跳过", "tap:跳过", "tap:提交")
    news = {}
    for issue in (1, 2):
        entry = await office.store.run(stored.get, issue)
        assert entry is not None
        news[entry.number] = entry.latest["progress"]["text"]
    assert news == {"NJ-2020-001": "第一件的进展", "NJ-2020-002": "第二件的进展"}


async def asks_closing_while_a_colleague_corrects(office: Office) -> tuple[Chat, Chat]:
    """Let somebody fill in a request for closing up to its last step, and a colleague correct the entry meanwhile."""
    contact = await office.person("赵某", ("contact", "nongji"))
    colleague = await office.person("吴某", ("contact", "nongji"))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请销号")
    await contact.answers("tap:否", "卷宗已补正", "7月9日", "tap:跳过")
    await contact.sends("整改后.pdf")
    await contact.taps("完成")
    await colleague.does(Tapped("m:issue:1"))
    await colleague.taps("更正")
    await colleague.taps("提交更正")
    return contact, colleague


async def test_what_a_unit_asks_for_is_not_lost_because_a_colleague_corrected_a_word(office: Office) -> None:
    contact, _ = await asks_closing_while_a_colleague_corrects(office)
    await contact.taps("提交")
    assert contact.sees("申请销号已提交")
    history = await office.store.run(stored.history, 1)
    assert [change.move for change in history] == ["enter", "correct", "ask_closing"]


async def test_a_correction_of_what_has_changed_is_refused_kindly_and_put_away(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    colleague = await office.person("吴某", ("contact", "nongji"))
    await enter(contact)
    for chat in (contact, colleague):
        await chat.does(Tapped("m:issue:1"))
        await chat.taps("更正")
    await colleague.taps("提交更正")
    await contact.taps("提交更正")
    assert contact.sees("刚有新的变化，您刚才的操作没有办理")
    await contact.says("/menu")
    assert not contact.sees("继续填写")
    assert [change.move for change in await office.store.run(stored.history, 1)] == ["enter", "correct"]


async def test_reporting_progress_leaves_the_request_that_was_begun(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请延期")
    await contact.answers("8月5日", "培训师资未到位", "tap:稍后再填")
    await contact.does(Tapped("m:issue:1"))
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过", "tap:提交")
    await contact.says("/menu")
    await contact.taps("继续填写：申请延期 NJ-2020-001")
    await contact.taps("提交")
    assert contact.sees("申请延期已提交")


async def test_progress_reported_on_what_is_closed_is_refused_and_put_away(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    brigade = await office.person("孙某", ("brigade", ""))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过")
    page = contact.last
    await brigade.does(Tapped("m:issue:1"))
    await brigade.taps("移交")
    await brigade.answers("tap:公安机关", "7月9日", "tap:跳过", "涉嫌伪造证件", "tap:确认移交")
    contact.receive(page)
    await contact.taps("提交")
    assert contact.sees("目前是“移交”，这一步现在不能办")
    await contact.says("/menu")
    assert not contact.sees("继续填写")


async def test_who_decides_otherwise_is_not_reminded_of_what_they_began(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    brigade = await office.person("孙某", ("brigade", ""))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("报送进展")
    await contact.does(Tapped("m:issue:1"))
    await contact.taps("申请移交")
    await contact.does(Tapped("m:issue:1"))
    await ask_closing(contact)
    await head.taps("同意")
    await brigade.taps("退回整改")
    await brigade.does(Tapped("m:issue:1"))
    await brigade.taps("同意销号")
    await brigade.says("/cancel")
    assert brigade.sees("没有正在填写")
    assert not brigade.sees("继续填写")
    await contact.says("/menu")
    assert not contact.sees("继续填写：申请移交")


async def test_a_decision_on_a_whole_page_is_offered_anew_and_not_piled_up(office: Office) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    for _ in range(2):
        await office.store.run(put, "verifying", "closing/brigade")
    for _ in range(3):
        await brigade.taps("待我核查")
        await brigade.taps("本页2件全部同意销号")
        await brigade.says("/menu")
        assert sum("继续填写" in label for label in brigade.labels()) <= 1
    await brigade.taps("待我核查")
    await brigade.taps("本页2件全部同意销号")
    await brigade.taps("整改到位，同意销号")
    assert brigade.sees("已销号2件")
    await brigade.says("/menu")
    assert not brigade.sees("继续填写")


# ── What is said is true ─────────────────────────────────────────────────


async def test_progress_beside_a_request_is_not_said_to_be_a_request(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请延期")
    await contact.answers("8月5日", "培训师资未到位", "tap:提交")
    asked = len(head.messages)
    await contact.taps("查看问题")
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过", "tap:提交")
    assert contact.sees("进展已记入台账")
    assert not contact.sees("签批。")
    assert len(head.messages) == asked


async def test_a_search_keeps_its_words_on_every_page(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await office.person("吴某", ("contact", "xumu"))

    def fill(work: Work) -> None:
        for _ in range(12):
            put(work, "found", "", "nongji")

    await office.store.run(fill)
    await enter(contact)  # about something else
    await contact.does(Tapped("m:find"))
    await contact.says("检疫证明")
    assert contact.sees("共12件，第1/2页")
    await contact.taps("下一页")
    assert contact.sees("查找：检疫证明")
    assert contact.sees("共12件，第2/2页")
    await contact.does(Tapped(next(each for each in actions(contact.last) if each.startswith("m:foundbook:"))))
    assert "w=%E6%A3%80" in contact.last.attachments[0].ref


async def test_the_next_problem_is_not_offered_a_deadline_that_has_passed(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await enter(contact)
    receipt = contact.last
    office.it_is("2020-08-03 09:00")
    contact.receive(receipt)
    await contact.taps("再录一件")
    await contact.answers("行政执法监督", "tap:执法主体目录清单", "tap:不作为", "tap:沿用")
    await contact.answers("公示栏没有更新", "tap:跳过", "tap:跳过", "更新公示栏", "8月12日前更新")
    assert contact.sees("最迟哪天整改到位")
    assert not contact.sees("沿用")
    await contact.says("7月20日")
    assert contact.sees("日期早了")


async def test_a_reply_is_told_as_a_reply(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "xumu"))
    brigade = await office.person("孙某", ("brigade", ""))
    await office.store.run(put, "transferred", "")
    await brigade.does(Tapped("m:issue:1"))
    await brigade.taps("登记移交回复")
    await brigade.answers("已立案", "7月9日")
    assert contact.sees("已立案")
    assert not contact.sees("原因")


async def test_the_reply_to_an_earlier_transfer_is_not_shown_as_one_to_the_next(office: Office) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    await office.store.run(put, "found", "")
    await brigade.does(Tapped("m:issue:1"))
    await brigade.taps("移交")
    await brigade.answers("tap:公安机关", "7月9日", "tap:跳过", "涉嫌伪造证件", "tap:确认移交")
    await brigade.taps("登记移交回复")
    await brigade.answers("不予立案", "7月9日")
    assert brigade.sees("不予立案")
    await brigade.taps("移交退回")
    await brigade.answers("另行处理", "7月31日")
    office.it_is("2020-07-10 09:00")
    await brigade.taps("移交")
    await brigade.answers("tap:区纪委监委", "7月10日", "tap:跳过", "涉嫌违反工作纪律", "tap:确认移交")
    assert brigade.sees("移交区纪委监委")
    assert not brigade.sees("不予立案")


@pytest.mark.parametrize("refused", ["refuse", "decline", "withdraw"])
async def test_what_turned_out_to_be_no_crime_can_be_closed(office: Office, refused: str) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    head = await office.person("钱某", ("head", "nongji"))
    brigade = await office.person("孙某", ("brigade", ""))
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请销号")
    await contact.answers("tap:是", "tap:公安机关", "涉嫌伪造证件", "tap:提交")
    if refused == "refuse":
        await head.answers("tap:退回申请", "经核实不涉嫌犯罪")
    if refused == "decline":
        await head.taps("同意")
        await brigade.answers("tap:不同意", "经核实不涉嫌犯罪")
    if refused == "withdraw":
        await contact.answers("tap:查看问题", "tap:撤回申请", "tap:确定撤回")
    await contact.does(Tapped("m:issue:1"))
    await ask_closing(contact)
    assert contact.sees("申请销号已提交")


@pytest.mark.parametrize("ends", ["同意销号", "移交"])
async def test_what_was_kept_under_review_and_has_ended_has_no_next_review(office: Office, ends: str) -> None:
    contact = await office.person("赵某", ("contact", "xumu"))
    head = await office.person("钱某", ("head", "xumu"))
    brigade = await office.person("孙某", ("brigade", ""))
    await office.store.run(put, "found", "")
    await brigade.does(Tapped("m:issue:1"))
    await brigade.taps("持续整改")
    await brigade.answers("每月抽查卷宗2份", "8月1日")
    assert brigade.sees("下次复核：8月1日")
    await contact.does(Tapped("m:issue:1"))
    await ask_closing(contact)
    await head.taps("同意")
    await brigade.taps(ends)
    if ends == "移交":
        await brigade.answers("tap:公安机关", "7月9日", "tap:跳过", "涉嫌伪造证件", "tap:确认移交")
    assert not brigade.sees("下次复核")
    assert not brigade.sees("持续整改")


@pytest.mark.parametrize(
    "action", ["m:go:999999999999999999", "m:issue:4294967296", "d:4294967296:1:ok", "m:do:sign:9999999999:1"]
)
async def test_a_forged_number_finds_nothing(office: Office, action: str) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.does(Tapped(action))
    assert contact.sees("请从下面选择")
