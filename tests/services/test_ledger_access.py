"""Who may see and change which entry: every move, by everybody, on every entry; and that nothing leaks sideways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from bot.core import issues
from bot.core.access import may
from bot.core.issues import Asked, Move, State
from bot.core.messages import Tapped
from bot.services import conversation
from bot.services.issues import FORM_OF, ORDER, described
from exports.ledger import decode
from storage import drafts, ledger, people
from storage import issues as stored
from tests.kit.office import Office
from tests.services.test_ledger_anything import reply
from tests.services.test_ledger_life import DATED, PROBLEM, ask_closing, enter, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.core.messages import Message
    from storage.issues import Entry
    from storage.work import Work
    from tests.kit.databases import SqliteFiles
    from tests.kit.office import Chat

#: What nobody outside the unit may read.
SECRET: Final = "检疫证明填写不规范"
#: Everybody there is, as the entries of the unit "xumu" see them.
EVERYBODY: Final = {
    "联系人": ("contact", "xumu"),
    "负责人": ("head", "xumu"),
    "他单位联系人": ("contact", "nongji"),
    "他单位负责人": ("head", "nongji"),
    "大队": ("brigade", ""),
    "领导": ("leader", ""),
    "管理员": ("admin", ""),
}
#: Where an entry can stand.
STANDINGS: Final[tuple[tuple[State, Asked], ...]] = (
    *(("found", asked) for asked in get_args(Asked) if asked != "closing/brigade"),
    *(("mending", asked) for asked in get_args(Asked) if asked != "closing/brigade"),
    *(("returned", asked) for asked in get_args(Asked) if asked != "closing/brigade"),
    ("verifying", "closing/brigade"),
    ("closed", ""),
    ("transferred", ""),
)
#: The most important lines of the table, said once more by hand.
LINES: Final[tuple[tuple[str, State, Asked, set[str]], ...]] = (
    ("联系人", "found", "", {"报送进展", "申请销号", "申请延期", "申请移交", "更正"}),
    ("联系人", "returned", "", {"报送进展", "申请销号", "申请延期", "申请移交", "更正"}),
    ("联系人", "mending", "closing/head", {"撤回申请"}),
    ("联系人", "mending", "extension/head", {"报送进展", "撤回申请"}),
    ("联系人", "mending", "extension/brigade", {"报送进展", "撤回申请"}),
    ("联系人", "verifying", "closing/brigade", {"撤回申请"}),
    ("联系人", "closed", "", set()),
    ("联系人", "transferred", "", set()),
    ("负责人", "found", "", set()),
    ("负责人", "mending", "closing/head", {"同意", "退回申请"}),
    ("负责人", "found", "extension/head", {"同意", "退回申请"}),
    ("负责人", "found", "extension/brigade", set()),
    ("负责人", "verifying", "closing/brigade", set()),
    ("大队", "found", "", {"持续整改", "移交"}),
    ("大队", "mending", "closing/head", {"移交"}),
    ("大队", "verifying", "closing/brigade", {"同意销号", "退回整改", "持续整改", "移交"}),
    ("大队", "found", "extension/brigade", {"同意延期", "不同意", "移交"}),
    ("大队", "found", "transfer/brigade", {"不同意", "移交"}),
    ("大队", "closed", "", {"重新整改"}),
    ("大队", "transferred", "", {"登记移交回复", "移交退回"}),
    *(("领导", state, asked, set()) for state, asked in STANDINGS),
)


@pytest.fixture
async def one_office(sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on SQLite only: who may do what is no matter of the database."""
    office = await Office.open(sqlite_files.copy(tmp_path), "2020-07-09 15:00")
    for name, role in EVERYBODY.items():
        await office.person(name, role)
    yield office
    await office.close()


def put(work: Work, state: State, asked: Asked, unit: str = "xumu") -> Entry:
    """Put an entry on the ledger that has come to stand here."""
    answers = {
        "item": "rules/两法衔接",
        "source": "自查",
        "kind": "慢作为",
        "found_on": "2020-07-01",
        "happened_on": "2020-06-30",
        "epidemic": False,
        "severity": "一般",
        "description": SECRET,
        "handling": "dated",
        "measures": "补正材料",
        "responsible": "张某",
        "phone": "13800000000",
        "timetable": "7月15日前",
        "due": "2020-07-20",
    }
    new = stored.New(unit=unit, handling="dated", criminal=False, due=date(2020, 7, 20), **described(unit, answers))
    return stored.enter(work, new, series=work.campaign.unit(unit).series, by=1, state=state, asked=asked)


@dataclass
class Visitor:
    """One of them, served within a transaction that is open already."""

    work: Work
    name: str
    address: str
    input_id: int = 0

    def taps(self, action: str) -> Message:
        self.input_id += 1
        account = people.account(self.work, "web", self.address)
        [message] = conversation.answer(self.work, account, Tapped(action), self.input_id, "")
        return message

    def leaves(self) -> None:
        """Leave what was begun."""
        account = people.account(self.work, "web", self.address)
        assert account.person_id is not None
        people.focus(self.work, account.id, None)
        for row in drafts.of_person(self.work, account.person_id):
            drafts.close(self.work, row.id, "cancelled")


def actions(message: Message) -> list[str]:
    return [button.action for row in message.buttons for button in row]


def everything(message: Message) -> str:
    """Return all there is to read, on buttons and in the names of files as well."""
    labels = [button.label for row in message.buttons for button in row]
    return "\n".join([message.title, message.text, *labels, *(each.name for each in message.attachments)])


def moves_on(message: Message, entry: Entry) -> set[str]:
    """Return the moves a page offers on an entry."""
    start, end = "m:do:", f":{entry.id}:{entry.version}"
    return {
        action.removeprefix(start).removesuffix(end)
        for action in actions(message)
        if action.startswith(start) and action.endswith(end)
    }


async def test_every_move_by_everybody_on_every_entry(one_office: Office) -> None:
    """What the rules and the rights permit is offered and done; the rest is neither, whoever forges the button."""

    def sweep(work: Work) -> int:
        done = 0
        for state, asked in STANDINGS:
            for name, role in EVERYBODY.items():
                visitor = Visitor(work, name, one_office.chats[name].address)
                entry = put(work, state, asked)
                permitted: set[str] = {
                    rule.move for rule in issues.rules_for(state, asked) if may([role], rule.right, "xumu")
                }
                page = visitor.taps(f"m:issue:{entry.id}")
                assert moves_on(page, entry) == permitted, (name, state, asked)
                assert (entry.number in everything(page)) == may([role], "issue.see", "xumu")
                for move in ORDER:
                    entry = tried(visitor, entry, move, permitted=move in permitted)
                    done += entry.version
                    if entry.version > 1:
                        entry = put(work, state, asked)
        return done

    assert await one_office.store.run(sweep) > 0


def tried(visitor: Visitor, entry: Entry, move: Move, *, permitted: bool) -> Entry:
    """Tap a move's button, shown or forged, and return the entry after it."""
    action = f"m:do:{move}:{entry.id}:{entry.version}"
    told = visitor.taps(action)
    asks = any(each.startswith("d:") for each in actions(told))
    after = stored.get(visitor.work, entry.id)
    assert after is not None
    assert asks == (permitted and move in FORM_OF), (visitor.name, entry.state, entry.asked, move)
    if permitted and move == "withdraw":
        assert after.version == 1
        visitor.taps(f"{action}:yes")
        after = stored.get(visitor.work, entry.id)
        assert after is not None
    done = permitted and move not in FORM_OF
    assert after.version == (2 if done else 1), (visitor.name, entry.state, entry.asked, move)
    assert [change.move for change in stored.history(visitor.work, entry.id)] == ["enter", *([move] if done else [])]
    visitor.leaves()
    return after


@pytest.mark.parametrize(("who", "state", "asked", "labels"), LINES)
async def test_the_most_important_lines(
    one_office: Office, who: str, state: State, asked: Asked, labels: set[str]
) -> None:
    entry = await one_office.store.run(put, state, asked)
    chat = one_office.chats[who]
    await chat.does(Tapped(f"m:issue:{entry.id}"))
    offered = {
        button.label for row in chat.last.buttons for button in row if button.action.startswith("m:do:")
    }  # fmt: skip
    assert offered == labels
    assert chat.sees(SECRET)


WHERE: Final[dict[Move, tuple[str, State, Asked]]] = {
    "progress": ("联系人", "found", ""),
    "correct": ("联系人", "found", ""),
    "ask_closing": ("联系人", "found", ""),
    "ask_extension": ("联系人", "found", ""),
    "ask_transfer": ("联系人", "found", ""),
    "refuse": ("负责人", "found", "closing/head"),
    "send_back": ("大队", "verifying", "closing/brigade"),
    "decline": ("大队", "found", "extension/brigade"),
    "continue": ("大队", "found", ""),
    "transfer": ("大队", "found", ""),
    "reply": ("大队", "transferred", ""),
    "take_back": ("大队", "transferred", ""),
    "reopen": ("大队", "closed", ""),
}


@pytest.mark.parametrize("move", FORM_OF)
async def test_a_form_whose_right_was_taken_away_meanwhile_does_nothing(one_office: Office, move: Move) -> None:
    who, state, asked = WHERE[move]
    chat, (role, unit) = one_office.chats[who], EVERYBODY[who]
    entry = await one_office.store.run(put, state, asked)
    await chat.does(Tapped(f"m:do:{move}:{entry.id}:1"))
    person = list(EVERYBODY).index(who) + 1
    await one_office.store.run(people.end, person, role, unit)
    await one_office.store.run(people.grant, person, "leader" if role == "brigade" else role, "nongji" if unit else "")
    await through(chat)
    assert chat.sees("不在您的权限内")
    assert [change.move for change in await one_office.store.run(stored.history, entry.id)] == ["enter"]
    await chat.says("/menu")
    assert not chat.sees("继续填写")


@pytest.mark.parametrize("move", FORM_OF)
async def test_a_form_that_was_finished_in_time_does_what_it_says(one_office: Office, move: Move) -> None:
    who, state, asked = WHERE[move]
    chat = one_office.chats[who]
    entry = await one_office.store.run(put, state, asked)
    await chat.does(Tapped(f"m:do:{move}:{entry.id}:1"))
    await through(chat)
    assert [change.move for change in await one_office.store.run(stored.history, entry.id)] == ["enter", move]


async def through(chat: Chat) -> None:
    """Answer the open form to its end; what is criminal is said not to be."""
    for _ in range(40):
        event = reply(chat.last, date(2020, 7, 9), lambda own: own[-1])
        if event is None:
            return
        await chat.does(event)


async def test_whoever_changed_units_does_not_enter_it_for_the_new_one(office: Office) -> None:
    contact = await office.person("赵某", ("contact", "nongji"))
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, *DATED)
    await office.store.run(people.end, 1, "contact", "nongji")
    await office.store.run(people.grant, 1, "contact", "xumu")
    await contact.taps("提交")
    assert contact.sees("不在您的权限内")
    assert await office.store.run(ledger.tally, date(2020, 7, 9)) == []
    await contact.says("/menu")
    assert not contact.sees("继续填写")


async def test_whoever_leaves_the_brigade_does_not_enter_for_any_unit_any_more(office: Office) -> None:
    brigade = await office.person("孙某", ("brigade", ""))
    await brigade.taps("录入问题")
    await brigade.answers("tap:畜牧兽医服务中心", *PROBLEM, *DATED)
    await office.store.run(people.end, 1, "brigade", "")
    await office.store.run(people.grant, 1, "leader", "")
    await brigade.taps("提交")
    assert brigade.sees("不在您的权限内")
    assert await office.store.run(ledger.tally, date(2020, 7, 9)) == []


# ── Nothing leaks from unit to unit ──────────────────────────────────────


async def the_other_units(office: Office) -> dict[str, int]:
    """Let another unit have an entry, a search that found it, and a form half filled in; return these two's ids."""
    theirs = await office.person("吴某", ("contact", "xumu"))
    await theirs.taps("录入问题")
    await theirs.answers(*PROBLEM[:8], SECRET, "某兽药经营部", *PROBLEM[10:], *DATED, "tap:提交")
    await theirs.says("/ledger")
    await theirs.taps("查找")
    search = draft_on(theirs.last)
    await theirs.says("检疫")
    assert theirs.sees("XM-2020-001")
    await theirs.does(Tapped("m:do:correct:1:1"))
    return {"search": search, "open": draft_on(theirs.last)}


def draft_on(message: Message) -> int:
    return int(next(action for action in actions(message) if action.startswith("d:")).split(":")[1])


#: Every way to an entry, and to what is made of it.
WAYS: Final = (
    *("m:issue:1", "m:story:1", "m:story:1:0", "m:papers:1", "m:sheet:1", "m:again:1"),
    *("m:list:a:xumu", "m:list:a:xumu:rules", "m:list:o:xumu:rules:0:0", "m:list:a", "m:list:a:::1", "m:list:f:::0:0"),
    *("m:units:a:xumu:::0", "m:areas:a:xumu:::0", "m:book:a:xumu", "m:book:a", "m:book:a:xumu:rules:1:0"),
    *("m:found:{search}:0", "m:found:{search}:", "m:foundbook:{search}", "m:go:{search}", "d:{search}:1:ok"),
    *("m:go:{open}", "d:{open}:1:m", "d:{open}:1:ok", "d:{open}:1:X", "d:{open}:2:ok", "m:found:{open}:0"),
    *("m:ledger", "m:account", "m:accountbook", "m:desk:", "m:desk:0", "m:signing:", "m:sign", "m:public"),
    *("m:together:s:0", "m:together:v:0", "m:find", "m:enter", "m:import", "m:import:1", "m:importno:1", "m:template"),
    *(f"m:do:{move}:1:1" for move in ORDER),
    *(f"m:do:{move}:1:1:yes" for move in ORDER),
    *(f"m:do:{move}:1:0" for move in ORDER),
)
#: Every word it might be asked for with.
WORDS: Final = ("XM-2020-001", "xm-2020-001", "2020-001", "001", "检疫", "某兽药经营部", "张某", "慢作为")


@pytest.mark.parametrize("role", [("contact", "nongji"), ("head", "nongji"), ("admin", "")])
async def test_another_units_people_never_see_it_whatever_they_try(office: Office, role: tuple[str, str]) -> None:
    drafts_there = await the_other_units(office)
    nosy = await office.person("赵某", role)
    for way in WAYS:
        await nosy.does(Tapped(way.format(**drafts_there)))
        await nosy.says("/cancel")
        await nosy.says("/cancel")
    for words in WORDS:
        await nosy.says(words)
        if role[0] != "admin":
            await nosy.does(Tapped("m:find"))
            await nosy.says(words)
    for message in nosy.messages:
        read = everything(message).removeprefix(message.title if message.title.startswith("查找：") else "")
        assert "XM-" not in read
        assert "检疫" not in read.replace("植物保护检疫室", "")
        assert "某兽药" not in read
        for attachment in message.attachments:
            kind, _, rest = attachment.ref.partition("/")
            assert role[0] != "admin"
            assert kind in {"ledger", "ledger-template"}
            assert kind != "ledger" or decode(office.campaign, rest).units == ("nongji",)
    assert [change.move for change in await office.store.run(stored.history, 1)] == ["enter"]


async def test_an_administrator_has_nothing_of_the_ledger(office: Office) -> None:
    await the_other_units(office)
    admin = await office.person("管理员", ("admin", ""))
    await admin.says("/menu")
    for label in ("问题台账", "录入问题", "待我核查", "对账表"):
        assert label not in "".join(admin.labels())
    for way in ("m:ledger", "m:list:a", "m:issue:1", "m:units:a", "m:areas:a", "m:find", "m:account", "m:book:a"):
        await admin.does(Tapped(way))
        assert admin.sees("不在您的权限内"), way
    await admin.says("/ledger")
    assert admin.sees("不在您的权限内")


async def test_a_stranger_is_told_nothing(office: Office) -> None:
    drafts_there = await the_other_units(office)
    stranger = await office.stranger()
    before = len(stranger.messages)
    for way in WAYS:
        row = Tapped(way.format(**drafts_there))
        await office.store.run(_quietly, stranger.address, row)
    for words in WORDS:
        await office.store.run(_quietly, stranger.address, Tapped(words))
    assert len(stranger.messages) == before
    assert [change.move for change in await office.store.run(stored.history, 1)] == ["enter"]


def _quietly(work: Work, address: str, event: Tapped) -> None:
    """Serve a stranger; whatever they are told, it is nothing of the ledger."""
    account = people.account(work, "web", address)
    for message in conversation.answer(work, account, event, 1, ""):
        assert "XM-" not in everything(message)
        assert not [action for action in actions(message) if action.startswith(("m:", "d:"))]


async def test_the_leader_sees_everything_and_changes_nothing(office: Office) -> None:
    drafts_there = await the_other_units(office)
    leader = await office.person("周某", ("leader", ""))
    for way in ("m:issue:1", "m:story:1", "m:list:a", "m:list:a:xumu", "m:list:f:xumu:rules"):
        await leader.does(Tapped(way))
        assert leader.sees("XM-2020-001"), way
    await leader.says("XM-2020-001")
    assert leader.sees(SECRET)
    for way, kind in (("m:book:a", "ledger"), ("m:public", "public"), ("m:accountbook", "reconciliation")):
        await leader.does(Tapped(way))
        assert leader.last.attachments[0].ref.startswith(kind)
    await leader.does(Tapped("m:account"))
    assert leader.sees("发现1件")
    refused = (
        "m:enter",
        "m:again:1",
        "m:import",
        "m:upload",
        "m:template",
        "m:desk:",
        "m:together:v:0",
        "m:together:s:0",
    )
    for way in (*refused, f"m:found:{drafts_there['search']}:0", *(f"m:do:{move}:1:1" for move in ORDER)):
        await leader.does(Tapped(way))
        assert not [action for action in actions(leader.last) if action.startswith("d:")], way
    await leader.does(Tapped("m:ledger"))
    assert not leader.sees("录入")
    assert [change.move for change in await office.store.run(stored.history, 1)] == ["enter"]


async def test_notices_reach_the_unit_and_the_brigade_only(office: Office) -> None:
    mine = [await office.person(name, (role, "nongji")) for name, role in (("赵某", "contact"), ("钱某", "head"))]
    others = [await office.person(name, (role, "xumu")) for name, role in (("吴某", "contact"), ("郑某", "head"))]
    above = [await office.person(name, (role, "")) for name, role in (("周某", "leader"), ("冯某", "admin"))]
    brigade = await office.person("孙某", ("brigade", ""))
    contact, head = mine
    await enter(contact)
    await contact.taps("查看这件")
    await ask_closing(contact)
    await head.taps("同意")
    await brigade.taps("退回整改")
    await brigade.answers("缺少培训签到表", "7月31日")
    assert contact.sees("缺少培训签到表")
    assert all(not chat.messages for chat in (*others, *above))


async def test_somebody_of_two_units_sees_both_and_no_third(office: Office) -> None:
    await the_other_units(office)
    third = await office.person("王某", ("contact", "shuichan"))
    await third.taps("录入问题")
    await third.answers(*PROBLEM, *DATED, "tap:提交")
    both = await office.person("赵某", ("contact", "nongji"), ("head", "xumu"))
    await enter(both)
    await both.does(Tapped("m:list:a"))
    assert both.sees("共2件")
    assert both.sees("XM-2020-001")
    assert not both.sees("SC-2020-001")
    await both.does(Tapped("m:book:a"))
    assert set(decode(office.campaign, both.last.attachments[0].ref.partition("/")[2]).units or ()) == {
        "nongji",
        "xumu",
    }
    await opened(both, "XM-2020-001")
    assert not [action for action in actions(both.last) if action.startswith("m:do:")]  # a head there, not a contact


BUTTONS: Final = ("m:menu", "m:ledger", "m:account", "m:list:a", "m:issue:1", "m:import", "m:areas:a", "m:units:a")


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "管理员"])
async def test_no_button_in_front_of_anybody_is_beyond_their_rights(one_office: Office, name: str) -> None:
    await one_office.store.run(put, "found", "")
    await one_office.store.run(put, "found", "", "nongji")
    chat = one_office.chats[name]
    shown: dict[str, Any] = {}
    for start in BUTTONS:
        await chat.does(Tapped(start))
        shown |= {action: start for action in actions(chat.last) if action.startswith("m:")}
    for action, start in shown.items():
        await chat.does(Tapped(action))
        assert not chat.sees("不在您的权限内"), (start, action)
        assert not chat.sees("已失效"), (start, action)
