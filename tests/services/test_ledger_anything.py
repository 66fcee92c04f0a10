"""Whatever the people of an office do to the ledger, in whatever order: its promises hold after every step."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from bot.core import access, issues, reconciliation
from bot.core.messages import ACTION_BYTES, Command, Event, FileRef, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.services import posts
from bot.services.issues import ORDER
from storage import ledger
from storage.tables import Issue, IssueChange
from tests.kit.office import Office

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    import pytest
    from sqlalchemy import Row

    from bot.core.messages import Message
    from storage.people import Roles
    from storage.work import Work
    from tests.kit.databases import PostgresServer, SqliteFiles
    from tests.kit.office import Chat

#: Whom the office has: two units with a contact and a head each, two of the brigade, one above them all.
PEOPLE = (
    ("赵某", "contact", "nongji"),
    ("钱某", "head", "nongji"),
    ("吴某", "contact", "xumu"),
    ("郑某", "head", "xumu"),
    ("孙某", "brigade", ""),
    ("李某", "brigade", ""),
    ("周某", "leader", ""),
)
ENTER = (0, 0, 2, 4)
#: Who may be away for a while, so that roles are taken from people in the middle of things.
AWAY = (0, 1, 5)
#: What leads to an end: half of the moves are of these, so that ends are reached.
ONWARD = ("ask_closing", "ask_extension", "sign", "grant", "close")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

SAYINGS = (
    *("1", "2", "是", "否", "今天", "明天", "7月8日", "8月31日", "2015年12月31日", "2月30日", "一二三"),
    *("NJ-2020-001", "xm-2020-001", "卷宗", "%", "_", "已补正卷宗材料", "13800000000", "其他"),
    *("上一步", "跳过", "取消", "确定取消", "提交", "修改", "保留", "完成", "稍后再填", "问题台账", "对账表"),
    *("=HYPERLINK(1)", "<b>", "{due}", "\x00", "\x1b[2J", "\ud83d", "", " ", "\u202e\u2066"),
    *("字" * 5000, "😀" * 1000, "字\n" * 400, "9" * 40),
)
FILES = tuple(
    FileRef(letter * 64, name, size, mime)
    for letter, name, size, mime in (
        ("a", "整改后.jpg", 5, "image/jpeg"),
        ("b", "说明.pdf", 5, "application/pdf"),
        ("c", "x" * 300 + ".png", 5, "image/png"),
        ("d", "整改后.jpg", 10**9, "image/jpeg"),
        ("e", "空.jpg", 0, "image/jpeg"),
        ("f", "../y.pdf", 5, "application/pdf"),
        ("b", "", 5, ""),
        ("c", "台账.xlsx", 5, "application/zip"),
        ("d", "录像.mp4", 5, "video/mp4"),
    )
)
#: Not one of ours, or no longer: whatever a button of the ledger may be turned into.
FORGED = (
    *("m:do", "m:do:", "m:do:sign", "m:do:sign:1", "m:do:close:1:1:yes", "m:do:fly:1:1", "m:do:close:x:1"),
    *("m:do:close:1:-1", "m:do:close:999999999:1", "m:do:close:9999999999999999999:1", "m:do:close:²:1"),
    *("m:issue:", "m:issue:0", "m:issue:99", "m:story:1:99", "m:story:1:x", "m:papers:1", "m:sheet:1", "m:again:1"),
    *("m:list:z", "m:list:a:nowhere", "m:list:a:xumu:nothing", "m:list:a::::999999", "m:list:a::::1234567"),
    *("m:units:s", "m:areas:l:xumu", "m:found:1:0", "m:found:1:3", "m:found:x", "m:found:999999999:0"),
    *("m:desk:9", "m:desk:x", "m:signing:7", "m:together:s:0", "m:together:v:0", "m:together:v:99", "m:together:x"),
    *("m:book:a", "m:book:a:xumu", "m:public", "m:account", "m:accountbook", "m:go:1", "m:go:999999999"),
    *("d:1:1:ok", "d:1:999:ok", "d:1:1:", "d:999999999:1:ok", "d:x:1:ok", "m:\x00", "m:issue:\x001"),
)
OTHER_EVENTS: tuple[Event, ...] = (
    *(Command(name) for name in ("cancel", "cancel", "ledger", "menu", "status", "start", "nothing")),
    Unreadable("sticker"),
    Unreadable("too_large", {"limit": 5}),
    Unreadable("?"),
    SharedPhone("13800000000"),
)


@dataclass
class Walk:
    """An office in which anything is done, and every promise checked after it."""

    office: Office
    dice: Random
    chats: list[Chat] = field(default_factory=list)
    roles: dict[int, Roles] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)  # every button anybody was ever shown
    looked_at: dict[str, Message] = field(default_factory=dict)
    done: list[tuple[str, Event | str]] = field(default_factory=list)
    history: list[Row[Any]] = field(default_factory=list)
    entries: list[Row[Any]] = field(default_factory=list)

    async def begin(self) -> None:
        for number, (name, role, unit) in enumerate(PEOPLE, 1):
            chat = await self.office.person(name, (role, unit))
            self.chats.append(chat)
            self.shown[name] = []
            self.roles[number] = ((role, unit),)
            await self.do(chat, Command("menu"))

    async def go(self, steps: int) -> None:
        """Do this many things; whatever goes wrong, say what was done before."""
        deeds = list(WEIGHTS)
        try:
            for deed in self.dice.choices(deeds, [WEIGHTS[deed] for deed in deeds], k=steps):
                await deed(self)
                await self.check()
        except BaseException as error:
            for number, (name, event) in enumerate(self.done):
                error.add_note(f"{number}. {name}: {event!r:.120}")
            raise

    # What is done

    async def enter(self) -> None:
        chat = self.chats[self.dice.choice(ENTER)]
        await self.do(chat, Tapped("m:enter"))
        await self.answer(chat)

    async def move_on(self) -> None:
        await self.move(whole=True)

    async def begin_a_move(self) -> None:
        await self.move(whole=False)

    async def move(self, *, whole: bool) -> None:
        """Make one of the moves that are permitted now, by somebody who may."""
        row = self.entry()
        if row is None:
            return
        rules = list(issues.rules_for(row.state, row.asked, criminal=row.criminal))
        onward = [rule for rule in rules if rule.move in ONWARD]
        rule = self.dice.choice(self.dice.choice((rules, onward or rules)))
        chat = next((each for each in self.chats if access.may(self.roles_of(each), rule.right, row.unit)), None)
        if chat is None:
            return
        await self.do(chat, Tapped(f"m:issue:{row.id}"))
        action = f"m:do:{rule.move}:{row.id}:{row.version}"
        assert action in self.shown[chat.name], f"{rule.move} is not offered: {chat.last}"
        await self.do(chat, Tapped(action))
        if rule.move == "withdraw":
            await self.do(chat, Tapped(f"{action}:yes"))
        elif whole:
            await self.answer(chat)

    async def try_a_move(self) -> None:
        """Forge the button of any move, on the entry as it is or was."""
        if row := self.entry():
            move, late = self.dice.choice(ORDER), self.dice.choice((0, 0, 1))
            await self.do(self.dice.choice(self.chats), Tapped(f"m:do:{move}:{row.id}:{row.version - late}"))

    async def go_on(self) -> None:
        """Answer what somebody has left open."""
        chat = self.dice.choice(self.chats)
        await self.do(chat, Tapped("m:menu"))
        drafts = [button.action for row in chat.last.buttons for button in row if button.action.startswith("m:go:")]
        if drafts:
            await self.do(chat, Tapped(self.dice.choice(drafts)))
            await self.answer(chat)

    async def tap(self) -> None:
        chat = self.dice.choice(self.chats)
        if actions := [button.action for row in chat.last.buttons for button in row]:
            await self.do(chat, Tapped(self.dice.choice(actions)))

    async def tap_what_was(self) -> None:
        chat = self.dice.choice(self.chats)
        await self.do(chat, Tapped(self.dice.choice(self.shown[chat.name])))

    async def tap_what_is_anothers(self) -> None:
        whose = self.shown[self.dice.choice(self.chats).name]
        await self.do(self.dice.choice(self.chats), Tapped(self.dice.choice(whose)))

    async def say(self) -> None:
        noise = "".join(
            chr(self.dice.choice((self.dice.randrange(0x300), self.dice.randrange(0x30000)))) for _ in "abc"
        )
        await self.do(self.talking(), Said(self.dice.choice((*SAYINGS, noise))))

    async def send(self) -> None:
        await self.do(self.talking(), Sent(self.dice.choice(FILES)))

    async def forge(self) -> None:
        await self.do(self.dice.choice(self.chats), Tapped(self.dice.choice(FORGED)))

    async def do_something_else(self) -> None:
        await self.do(self.talking(), self.dice.choice(OTHER_EVENTS))

    async def wait(self) -> None:
        self.office.hands.now += timedelta(hours=self.dice.choice((1, 20, 24, 100, 700)))

    async def post(self) -> None:
        """Take somebody's role away, or give it back."""
        who = self.dice.choice(AWAY)
        _, role, unit = PEOPLE[who]
        there = self.roles[who + 1]
        await self.office.store.run(posts.end if there else posts.give, who + 1, role, unit, None)
        self.roles[who + 1] = () if there else ((role, unit),)
        self.done.append((PEOPLE[who][0], f"{role} {'no more' if there else 'again'}"))

    def talking(self) -> Chat:
        """Return somebody who is in the middle of a form, or anybody."""
        open_forms = [chat for chat in self.chats if chat.last.expects != "nothing"]
        return self.dice.choice(open_forms or self.chats)

    def entry(self) -> Row[Any] | None:
        """Return one of the newest entries: what was begun goes on."""
        return self.dice.choice(self.entries[-4:]) if self.entries else None

    def roles_of(self, chat: Chat) -> Roles:
        return self.roles[self.chats.index(chat) + 1]

    async def answer(self, chat: Chat) -> None:
        """Answer the open dialog as somebody would who wants to be through."""
        for _ in range(40):
            event = reply(chat.last, self.office.hands.now.date(), self.dice.choice)
            if event is None:
                return
            await self.do(chat, event)

    async def do(self, chat: Chat, event: Event) -> None:
        self.done.append((chat.name, event))
        before = {each.name: len(each.messages) for each in self.office.chats.values()}
        await chat.does(event)
        assert len(chat.messages) > before[chat.name], f"no answer to {event}"
        for each in self.chats:
            for message in each.messages[before[each.name] :]:
                check_message(message)
                self.shown[each.name] += [button.action for row in message.buttons for button in row]

    # What has to hold

    async def check(self) -> None:
        """Look at everything there is and hold it against what was promised."""
        since = self.office.hands.now - timedelta(hours=30)

        def look(work: Work) -> tuple[Any, ...]:
            entries = work.conn.execute(select(Issue.__table__).order_by(col(Issue.id))).all()  # type: ignore[attr-defined]
            rows = work.conn.execute(select(IssueChange.__table__).order_by(col(IssueChange.id))).all()  # type: ignore[attr-defined]
            today = work.now.astimezone(work.campaign.zone).date()
            tally = ledger.tally(work, today)
            return entries, rows, tally, ledger.flows(work, LONG_AGO), ledger.flows(work, since)

        entries, rows, tally, ever, lately = await self.office.store.run(look)
        assert rows[: len(self.history)] == self.history, "history was altered"
        self.check_rights(rows[len(self.history) :])
        self.history, self.entries = rows, entries
        self.check_offers()
        self.check_numbers()
        for entry in entries:
            check_entry(entry, [row for row in rows if row.issue_id == entry.id])
        self.check_sums(tally, ever, lately, since)

    def check_rights(self, fresh: Sequence[Row[Any]]) -> None:
        """Each change was made by somebody who held the right there and then."""
        for row in fresh:
            right: access.Action = "issue.enter" if row.move == "enter" else issues.right_to(row.move)
            assert access.may(self.roles[row.person_id], right, row.unit), row

    def check_offers(self) -> None:
        """Nobody has a button in front of them for what they may not do, or what is not possible."""
        entries = {entry.id: entry for entry in self.entries}
        for chat in (chat for chat in self.chats if chat.messages[-1] is not self.looked_at.get(chat.name)):
            self.looked_at[chat.name] = chat.last
            for action in (button.action for row in chat.last.buttons for button in row):
                if not action.startswith("m:do:"):
                    continue
                move, number, version = action.split(":")[2:5]
                entry = entries[int(number)]
                if entry.version == int(version):
                    right = issues.rule_of(entry.state, entry.asked, move, criminal=entry.criminal).right  # type: ignore[arg-type]
                    assert access.may(self.roles_of(chat), right, entry.unit)

    def check_numbers(self) -> None:
        """Numbers exist once, and those of a unit's year have no gap."""
        assert len({entry.number for entry in self.entries}) == len(self.entries)
        series: dict[tuple[str, int], list[int]] = {}
        for entry in self.entries:
            code = self.office.campaign.unit(entry.unit).series
            assert entry.number == f"{code}-{entry.year}-{entry.sequence:03}"
            assert entry.year == entry.entered_at.astimezone(self.office.campaign.zone).year
            series.setdefault((entry.unit, entry.year), []).append(entry.sequence)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in series.values())

    def check_sums(
        self,
        tally: list[reconciliation.Tally],
        ever: list[reconciliation.Flow],
        lately: list[reconciliation.Flow],
        since: datetime,
    ) -> None:
        """The counts agree with the entries, what came and went with what is left."""
        keys = [unit.key for unit in self.office.campaign.units]
        whole = reconciliation.total(reconciliation.lines(keys, tally, ever))
        assert whole.opening == 0
        assert whole.found == whole.flow.found == len(self.entries)
        for state in issues.STATES:
            assert whole.tally.states[state] == sum(entry.state == state for entry in self.entries)
        then: dict[int, str] = {row.issue_id: row.after for row in self.history if row.at < since}
        left = sum(state not in {"closed", "transferred"} for state in then.values())
        assert reconciliation.total(reconciliation.lines(keys, tally, lately)).opening == left


def reply(page: Message, today: date, pick: Callable[[list[str]], str]) -> Event | None:
    """Return an answer that suits the question; None when the page asks nothing."""
    labels = {button.label: button.action for row in page.buttons for button in row}
    if not any(action.startswith("d:") for action in labels.values()):
        return None
    for label in ("提交", "提交更正", "确认移交", "继续填写", "返回核对", "保留", "完成", "跳过"):
        if label in labels:
            return Tapped(labels[label])
    if page.expects == "date":
        days = [action for action in labels.values() if action.split(":")[3] in {"y", "q"}]
        return Tapped(next((action for action in days if action.endswith(f":{today}")), days[0]))
    if page.expects == "file":
        return Sent(FILES[0])
    own = [action for action in labels.values() if action.split(":")[3] in {"o", "a", "p"}]
    if own:
        return Tapped(pick(own))
    return Said("13800000000" if page.expects == "phone" else "已补正卷宗材料")


def check_message(message: Message) -> None:
    """Any chat system can show it, and it can be stored."""
    assert message.text.strip()
    assert len(f"{message.title}\n{message.text}".encode("utf-16-le")) // 2 <= 4096
    assert all(message.buttons)
    for button in (button for row in message.buttons for button in row):
        assert button.label.strip()
        assert 1 <= len(button.action.encode()) <= ACTION_BYTES
    assert json.loads(json.dumps(message.to_json())) == message.to_json()


def check_entry(entry: Row[Any], rows: list[Row[Any]]) -> None:
    """An entry is what its history made of it, by permitted moves only."""
    first, last = rows[0], rows[-1]
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    assert (first.move, first.before, first.due_before, first.due_after) == ("enter", "", None, entry.first_due)
    assert (entry.version, entry.state, entry.asked, entry.due, entry.changed_at) == (
        last.version, last.after, last.asked_after, last.due_after, last.at
    )  # fmt: skip
    for before, row in pairwise(rows):
        assert (row.before, row.asked_before, row.due_before) == (before.after, before.asked_after, before.due_after)
        assert before.at <= row.at
        assert (row.after, row.asked_after) in led_to(row), row
    assert (entry.state == "verifying") == (entry.asked == "closing/brigade")
    assert not entry.criminal or entry.asked.startswith("transfer") or entry.state == "transferred"
    assert (entry.wanted_due is not None) == entry.asked.startswith("extension")
    assert entry.happened_on <= entry.found_on


def led_to(row: Row[Any]) -> list[tuple[str, str]]:
    """Return what a move may lead to from where it was made."""
    return [
        (rule.to or row.before, row.asked_before if rule.then is None else rule.then)
        for rule in issues.RULES
        if rule.move == row.move and row.before in rule.states and row.asked_before in rule.asked
    ]


#: What is done how often.
WEIGHTS: Mapping[Callable[[Walk], Awaitable[None]], int] = {
    Walk.enter: 4,
    Walk.move_on: 20,
    Walk.begin_a_move: 3,
    Walk.try_a_move: 6,
    Walk.go_on: 3,
    Walk.tap: 6,
    Walk.tap_what_was: 5,
    Walk.tap_what_is_anothers: 4,
    Walk.say: 6,
    Walk.send: 2,
    Walk.forge: 4,
    Walk.do_something_else: 3,
    Walk.wait: 2,
    Walk.post: 2,
}


async def walk(url: str, seed: int, steps: int) -> None:
    office = await Office.open(url, "2020-07-09 15:00")
    try:
        going = Walk(office, Random(seed))
        await going.begin()
        await going.go(steps)
    finally:
        await office.close()


@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_nothing_breaks_the_ledger(
    sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    asyncio.run(walk(sqlite_files.copy(tmp_path_factory.mktemp("walk")), seed, 80))


@settings(max_examples=3, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seed=st.integers(0, 2**32))
def test_nothing_breaks_the_ledger_on_postgresql(postgres_server: PostgresServer, seed: int) -> None:
    asyncio.run(walk(postgres_server.clean(), seed, 60))
