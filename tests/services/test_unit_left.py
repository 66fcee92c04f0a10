"""A unit with a history stops reporting: whatever is asked for afterwards still answers, and the sums still hold."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, get_args

from bot.core.issues import State
from bot.core.messages import Tapped
from exports import EXPORTS
from exports.ledger import encode
from exports.workbook import write
from scheduler.imports import check_waiting
from storage import ledger, people
from storage.files import FileStore
from storage.ledger import Filter
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.tables import Cell
    from storage.work import Work
    from tests.kit.office import Chat, Office


async def unit_with_a_history(office: Office) -> list[Chat]:
    """Let a unit report, be asked, have entries in every state and a form half filled in; return who looks at it."""
    office.it_is("2020-07-03 09:00")
    contact = await office.person("赵某", ("contact", "nongji"), ("contact", "xumu"))
    only = await office.person("周某", ("contact", "nongji"))
    head = await office.person("吴某", ("head", "nongji"))
    await only.does(Tapped("m:file:weekly/2020-W27@nongji"))
    await only.taps("零报告")
    await head.taps("同意报送")
    office.it_is("2020-07-09 15:00")
    await only.does(Tapped("m:file:weekly/2020-W28@nongji"))
    await only.taps("零报告")
    await contact.does(Tapped("m:enter"))

    def put(work: Work) -> None:
        [by] = [member.id for member in people.everyone(work) if member.name == "周某"]
        for state in get_args(State):
            enter(work, by, new(f"{state}的问题"), state)
            enter(work, by, new(f"{state}的问题", "xumu"), state)
        enter(work, by, new("申请移交的问题"), "mending", "transfer/head")
        enter(work, by, new("申请销号的问题"), "mending", "closing/brigade")

    await office.store.run(put)
    others = [await office.person(f"{role}某", (role, "")) for role in ("brigade", "leader", "admin")]
    return [contact, only, head, *others]


async def tap_everything(chat: Chat) -> int:
    """Tap every kind of button that can be reached from the menu; return how many. Other units are alike, and areas."""
    campaign = chat.office.campaign
    keys = {unit.key for unit in campaign.units} | {area.key for area in campaign.areas}
    others = "|".join(keys - {"nongji"})
    await chat.says("/menu")
    waiting = [button.action for row in chat.last.buttons for button in row]
    seen: set[str] = set()
    while waiting:
        action = waiting.pop(0)
        kind = re.sub(rf"\d+|\b({others})\b", "#", action)
        if kind in seen or kind.startswith("d:"):
            continue
        seen.add(kind)
        heard = len(chat.messages)
        await chat.does(Tapped(action))
        answer = chat.messages[heard]
        waiting += [button.action for row in answer.buttons for button in row]
    return len(seen)


def cells_of(work: Work, name: str, rest: str) -> set[Cell]:
    """Write a table as a workbook, and return what stands in it."""
    write(EXPORTS[name](work, rest), BytesIO())
    return {cell for row in EXPORTS[name](work, rest).rows for cell in row.cells}


async def test_every_page_answers_and_every_table_is_made(office: Office, tmp_path: Path) -> None:
    chats = await unit_with_a_history(office)
    before = await office.store.read(ledger.tally, office.hands.now.date())
    await chats[-1].does(Tapped("m:unitstopped:nongji"))
    assert chats[-1].sees("农机服务中心已停报")
    assert await office.store.read(ledger.tally, office.hands.now.date()) == before

    for chat in chats:
        assert await tap_everything(chat) > 5

    overdue = f"ledger/{encode(Filter(view='overdue'))}"
    nothing_of_it = {overdue, "weekly/2020-W28"}  # nothing is overdue, and what nobody signed is not reported
    with_it = ["weekly/2020-W27", "reconciliation/2020-W28", "public/", "ledger/"]
    with_it.append(f"ledger/{encode(Filter(units=('nongji',)))}")
    for ref in (*with_it, *nothing_of_it):
        cells = await office.store.read(cells_of, *ref.partition("/")[::2])
        assert "nongji" not in cells, ref
        assert ("农机服务中心" in cells) == (ref in with_it), ref

    for moment in ("2020-07-10 08:30", "2020-07-10 12:30", "2020-07-20 09:00", "2020-07-21 09:00", "2020-08-03 09:00"):
        office.it_is(moment)
        await office.beat()
    assert await check_waiting(office.store, FileStore(tmp_path)) == 0


async def test_the_weeks_before_keep_what_the_unit_reported(office: Office) -> None:
    *_, admin = await unit_with_a_history(office)

    def rows(work: Work) -> list[tuple[object, ...]]:
        return [row.cells[1:2] + row.cells[-1:] for row in EXPORTS["weekly"](work, "2020-W27").rows]

    before = await office.store.read(rows)
    await admin.does(Tapped("m:unitstopped:nongji"))
    assert await office.store.read(rows) == before
    later = await office.store.read(lambda work: list(EXPORTS["weekly"](work, "2020-W29").rows))
    assert "农机服务中心" not in {row.cells[1] for row in later}
    assert len(later) == len(before) - 1


async def test_whoever_is_in_another_unit_as_well_goes_on_there(office: Office) -> None:
    contact, only, *_, admin = await unit_with_a_history(office)
    await admin.does(Tapped("m:unitstopped:nongji"))
    await contact.does(Tapped("m:file:weekly/2020-W28"))
    assert contact.sees("畜牧兽医服务中心")
    for action in ("m:file:weekly/2020-W28", "m:file:weekly", "m:file:weekly/2020-W28@nongji", "m:enter"):
        await only.does(Tapped(action))
        assert only.sees("农机服务中心已停报，不用再报送"), action
    await only.taps("我的报送")
    assert only.sees("第27周")
    await only.says("NJ-2020-001")
    assert only.sees("农机服务中心")
