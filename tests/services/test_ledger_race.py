"""Two people at the same entry at the same moment: one of them is done, the other is told, and nothing is done twice.

On PostgreSQL every chat is served by a replica of its own. The row is held until all have read it and wait to write:
what happens then is what happens in the narrowest of races. Whoever is named first is first.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import psycopg
import pytest

from bot.core.messages import Message, Tapped
from bot.services import conversation
from storage import inbox, people
from storage import issues as stored
from storage.statements import lock_number
from storage.work import Store
from tests.kit.office import OWNER, Chat, Office
from tests.services.test_ledger_life import DATED, PROBLEM, ask_closing, enter

if TYPE_CHECKING:
    from bot.core.messages import Event
    from storage.work import Work

ISSUE = "SELECT FROM issue WHERE id = 1 FOR UPDATE"
NUMBERS = f"SELECT pg_advisory_xact_lock({lock_number('issue', 'nongji')})"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PATIENCE = 20.0


async def serve(chat: Chat, event: Event, store: Store) -> None:
    """Serve one input of a chat by this replica; what it tells others is not handed out yet."""
    row: tuple[str, str, dict[str, Any]] = (f"{chat.address}-race-{len(chat.messages)}", chat.address, {})
    [incoming] = await store.run(inbox.receive, "web", [row])
    served = await store.run(conversation.serve, incoming, event, OWNER)
    for reply in served.replies:
        chat.receive(Message.from_json(reply.payload))


class Held:
    """A lock on PostgreSQL for which others have to wait. SQLite has one writer: there is nothing to hold."""

    def __init__(self, office: Office, statement: str) -> None:
        self.office = office
        self.statement = statement
        self.real = office.store.url.startswith("postgresql")

    def __enter__(self) -> Self:
        if self.real:
            self._holder = psycopg.connect(self.office.store.url)
            self._holder.execute(self.statement.encode())
            self._watch = psycopg.connect(self.office.store.url, autocommit=True)
        return self

    def __exit__(self, *error: object) -> None:
        if self.real:
            self._watch.close()
            self._holder.close()

    async def until(self, rivals: int) -> None:
        """Return when so many wait for it."""
        async with asyncio.timeout(PATIENCE):
            while self.real and self._watch.execute(WAITING).fetchall() != [(rivals,)]:  # noqa: ASYNC110 - PostgreSQL tells nobody
                await asyncio.sleep(0.01)


async def race(office: Office, *deeds: tuple[Chat, Event], over: str = ISSUE) -> None:
    """Let these inputs come in at the same moment, each served by a process of its own where there may be several."""
    tasks, replicas = [], []
    with Held(office, over) as lock:
        for chat, event in deeds:
            store = office.store
            if lock.real:
                store = Store(store.url, now=office.hands, campaign=office.campaign)
                replicas.append(store)
            tasks.append(asyncio.create_task(serve(chat, event, store)))
            await lock.until(len(tasks))
    await asyncio.gather(*tasks)
    for replica in replicas:
        await replica.aclose()
    await office.arrive()


async def moves(office: Office, issue_id: int = 1) -> list[str]:
    """Return what was done to an entry, and fail when a version is missing or there twice."""
    changes = await office.store.run(stored.history, issue_id)
    assert [change.version for change in changes] == list(range(1, len(changes) + 1))
    entry = await office.store.run(stored.get, issue_id)
    assert entry is not None
    assert (entry.version, entry.state, entry.asked) == (len(changes), changes[-1].after, changes[-1].asked_after)
    return [change.move for change in changes]


def tap(chat: Chat, label: str) -> tuple[Chat, Event]:
    """Return the tap on the newest button with this label."""
    button = chat.find(label)
    assert button is not None, chat.labels()
    return chat, Tapped(button.action)


@pytest.fixture
async def contact(office: Office) -> Chat:
    return await office.person("赵某", ("contact", "nongji"))


@pytest.fixture
async def head(office: Office) -> Chat:
    return await office.person("钱某", ("head", "nongji"))


@pytest.fixture
async def brigade(office: Office) -> tuple[Chat, Chat]:
    return await office.person("孙某", ("brigade", "")), await office.person("李某", ("brigade", ""))


async def asked(contact: Chat) -> None:
    """Enter a problem and ask for its closing."""
    await enter(contact)
    await contact.taps("查看这件")
    await ask_closing(contact)


def answers(chat: Chat, words: str) -> bool:
    """Tell whether one of the last two messages says this: a notice may have arrived after the answer."""
    return any(words in f"{message.title}\n{message.text}" for message in chat.messages[-2:])


MOVED = "刚有新的变化"


async def test_two_of_the_brigade_close_at_the_same_moment(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat]
) -> None:
    await asked(contact)
    await head.taps("同意")
    await race(office, *(tap(each, "同意销号") for each in brigade))
    assert await moves(office) == ["enter", "ask_closing", "sign", "close"]
    assert answers(brigade[0], "已同意销号")
    assert answers(brigade[1], MOVED)
    assert sum("大队已同意销号" in message.text for message in contact.messages) == 1


@pytest.mark.parametrize("closes", [True, False])
async def test_one_closes_while_the_other_sends_back(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat], *, closes: bool
) -> None:
    await asked(contact)
    await head.taps("同意")
    one, other = brigade
    await other.taps("退回整改")
    await other.says("缺少培训签到表")
    deeds = tap(one, "同意销号"), tap(other, "沿用")
    await race(office, *(deeds if closes else reversed(deeds)))
    assert await moves(office) == ["enter", "ask_closing", "sign", "close" if closes else "send_back"]
    assert answers(other if closes else one, MOVED)
    assert not answers(one if closes else other, MOVED)


async def test_two_heads_sign_at_the_same_moment(office: Office, contact: Chat, head: Chat) -> None:
    other = await office.person("郑某", ("head", "nongji"))
    brigade = await office.person("孙某", ("brigade", ""))
    await asked(contact)
    await race(office, tap(head, "同意"), tap(other, "同意"))
    assert await moves(office) == ["enter", "ask_closing", "sign"]
    assert answers(other, MOVED)
    assert not answers(head, MOVED)
    assert sum("请核查" in message.title for message in brigade.messages) == 1


@pytest.mark.parametrize("signs", [True, False])
async def test_one_head_signs_while_the_other_refuses(
    office: Office, contact: Chat, head: Chat, *, signs: bool
) -> None:
    other = await office.person("郑某", ("head", "nongji"))
    await asked(contact)
    await other.taps("退回申请")
    deeds = tap(head, "同意"), tap(other, "证明材料不全")
    await race(office, *(deeds if signs else reversed(deeds)))
    assert await moves(office) == ["enter", "ask_closing", "sign" if signs else "refuse"]
    assert answers(other if signs else head, MOVED)


@pytest.mark.parametrize("withdraws", [True, False])
async def test_the_contact_withdraws_while_the_head_signs(
    office: Office, contact: Chat, head: Chat, *, withdraws: bool
) -> None:
    await asked(contact)
    await contact.taps("查看问题")
    await contact.taps("撤回申请")
    deeds = tap(contact, "确定撤回"), tap(head, "同意")
    await race(office, *(deeds if withdraws else reversed(deeds)))
    assert await moves(office) == ["enter", "ask_closing", "withdraw" if withdraws else "sign"]
    assert answers(head if withdraws else contact, MOVED)
    assert not answers(contact if withdraws else head, MOVED)


async def begin_progress(contact: Chat) -> None:
    await contact.taps("查看这件")
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过")


@pytest.mark.parametrize("reports", [True, False])
async def test_progress_while_the_brigade_transfers(
    office: Office, contact: Chat, brigade: tuple[Chat, Chat], *, reports: bool
) -> None:
    await enter(contact)
    await begin_progress(contact)
    one, _ = brigade
    await one.does(Tapped("m:issue:1"))
    await one.taps("移交")
    await one.answers("tap:公安机关", "7月9日", "tap:跳过", "涉嫌伪造证件")
    deeds = tap(contact, "提交"), tap(one, "确认移交")
    await race(office, *(deeds if reports else reversed(deeds)))
    assert await moves(office) == ["enter", "progress" if reports else "transfer"]
    assert answers(one, MOVED) if reports else answers(contact, "目前是“移交”，这一步现在不能办")
    await contact.says("/menu")
    assert not contact.sees("继续填写")


@pytest.mark.parametrize("reports", [True, False])
async def test_progress_is_not_lost_when_something_else_is_decided(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat], *, reports: bool
) -> None:
    await enter(contact)
    await begin_progress(contact)
    draft = contact.last
    await contact.does(Tapped("m:issue:1"))
    await contact.taps("申请延期")
    await contact.answers("8月5日", "培训师资未到位", "tap:提交")
    await head.taps("同意")
    contact.receive(draft)
    deeds = tap(contact, "提交"), tap(brigade[0], "同意延期")
    await race(office, *(deeds if reports else reversed(deeds)))
    assert (await moves(office))[3:] == (["progress"] if reports else ["grant", "progress"])
    assert answers(contact, "进展已记入台账")
    assert answers(brigade[0], MOVED) == reports


async def test_two_enter_at_the_same_moment_and_get_numbers_of_their_own(office: Office, contact: Chat) -> None:
    other = await office.person("吴某", ("contact", "nongji"))
    for each in (contact, other):
        await each.taps("录入问题")
        await each.answers(*PROBLEM, *DATED)
    await race(office, tap(contact, "提交"), tap(other, "提交"), over=NUMBERS)
    assert contact.sees("NJ-2020-001")
    assert other.sees("NJ-2020-002")


async def test_two_decide_the_same_page_together(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat]
) -> None:
    for _ in range(3):
        await contact.taps("录入问题")
        await contact.answers(*PROBLEM, "tap:立行立改", "当场补正", "7月2日", "tap:提交")
    await head.taps("待我签批")
    await head.taps("本页3件全部同意")
    await head.taps("同意")
    for each in brigade:
        await each.taps("待我核查")
        await each.taps("本页3件全部同意销号")
    await race(office, *(tap(each, "整改到位，同意销号") for each in brigade))
    for issue_id in (1, 2, 3):
        assert await moves(office, issue_id) == ["enter", "sign", "close"]
    assert answers(brigade[0], "已销号3件")
    assert answers(brigade[1], "以下问题刚有变化，没有办理")


async def test_what_was_asked_anew_is_not_decided_on_the_page_of_before(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat]
) -> None:
    for _ in range(2):
        await contact.taps("录入问题")
        await contact.answers(*PROBLEM, "tap:立行立改", "当场补正", "7月2日", "tap:提交")
    await head.taps("待我签批")
    await head.taps("本页2件全部同意")
    page = head.last
    await contact.does(Tapped("m:issue:1"))
    await contact.taps("撤回申请")
    await contact.taps("确定撤回")
    await contact.does(Tapped("m:issue:1"))
    await ask_closing(contact)
    head.receive(page)
    await head.taps("同意")
    assert head.sees("已签批1件：NJ-2020-002")
    assert head.sees("没有办理，请逐件查看：NJ-2020-001")
    assert await moves(office, 1) == ["enter", "withdraw", "ask_closing"]


async def test_the_same_tap_delivered_twice_is_one_tap(office: Office, contact: Chat, head: Chat) -> None:
    await asked(contact)
    _, event = tap(head, "同意")
    await head.does(event, source="update-1")
    before = len(head.messages)
    await head.does(event, source="update-1")
    assert len(head.messages) == before
    assert await moves(office) == ["enter", "ask_closing", "sign"]


async def test_a_double_tap_does_it_once_and_says_that_it_is_done(
    office: Office, contact: Chat, head: Chat, brigade: tuple[Chat, Chat]
) -> None:
    await asked(contact)
    _, event = tap(head, "同意")
    await head.does(event)
    await head.does(event)
    assert head.sees("已同意，并报执法大队")
    assert not head.sees("没有办理")
    _, event = tap(brigade[0], "同意销号")
    await brigade[0].does(event)
    await brigade[0].does(event)
    assert brigade[0].sees("已同意销号")
    assert not brigade[0].sees("没有办理")
    assert await moves(office) == ["enter", "ask_closing", "sign", "close"]
    assert sum("大队已同意销号" in message.text for message in contact.messages) == 1


async def test_a_tap_of_long_ago_is_not_taken_for_a_double_tap(office: Office, contact: Chat, head: Chat) -> None:
    await asked(contact)
    _, event = tap(head, "同意")
    await head.does(event)
    await contact.does(Tapped("m:issue:1"))
    await contact.taps("撤回申请")
    await contact.taps("确定撤回")
    await head.does(event)
    assert head.sees(MOVED)
    assert await moves(office) == ["enter", "ask_closing", "sign", "withdraw"]


async def test_submitting_twice_enters_once(office: Office, contact: Chat) -> None:
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, *DATED)
    _, event = tap(contact, "提交")
    await contact.does(event)
    await contact.does(event)
    assert contact.sees("已经提交或取消了")
    assert await office.store.run(stored.get, 2) is None


async def test_one_more_tapped_twice_is_one_more(office: Office, contact: Chat) -> None:
    await enter(contact)
    _, event = tap(contact, "再录一件")
    await contact.does(event)
    first = contact.last
    await contact.does(event)
    assert contact.last == first
    await contact.says("/menu")
    assert sum("继续填写" in label for label in contact.labels()) == 1


async def test_a_form_opened_on_two_devices_at_once_is_one_form(office: Office, contact: Chat) -> None:
    phone = Chat(office, contact.name, "phone")

    def bind(work: Work) -> int:
        person_id = people.account(work, "web", contact.address).person_id
        assert person_id is not None
        people.bind(work, people.account(work, "web", phone.address).id, person_id)
        return person_id

    person_id = await office.store.run(bind)
    over = f"SELECT pg_advisory_xact_lock({lock_number('draft', str(person_id))})"
    await race(office, (contact, Tapped("m:enter")), (phone, Tapped("m:enter")), over=over)
    assert contact.sees("第1题")
    assert phone.sees("第1题")
    await contact.says("/menu")
    assert sum("继续填写" in label for label in contact.labels()) == 1
