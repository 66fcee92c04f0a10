"""Who may do what to a report, and fetch what of it: every button, by everybody, in every state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from bot.core import lifecycle
from bot.core.access import RULES, Action, as_role
from bot.core.messages import Attachment, Tapped
from bot.services import attachments, conversation
from storage import drafts, people, submissions
from tests.kit.office import Office
from tests.services.test_ledger_access import everything
from tests.services.test_submission_life import CONTACTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage.submissions import Filed
    from storage.work import Work
    from tests.kit.databases import SqliteFiles

#: What nobody without the right may read.
SECRET: Final = "张某某"
#: Everybody there is, as the reports of the unit "nongji" see them.
EVERYBODY: Final = {
    "联系人": ("contact", "nongji"),
    "负责人": ("head", "nongji"),
    "他单位联系人": ("contact", "xumu"),
    "他单位负责人": ("head", "xumu"),
    "大队": ("brigade", ""),
    "领导": ("leader", ""),
    "管理员": ("admin", ""),
}
#: Every button there is on a report, with the right it takes.
BUTTONS: Final[tuple[tuple[str, Action], ...]] = (
    ("m:see:{}", "report.see"),
    ("m:ok:{}", "report.sign"),
    ("m:accept:{}", "report.receive"),
    ("m:fix:{}", "report.file"),
    ("m:withdraw:{}", "report.file"),
    ("m:withdrawn:{}", "report.file"),
    ("m:print:{}", "report.see"),
    ("m:stamp:{}", "report.stamp"),
    ("m:versions:{}", "report.see"),
    ("m:compare:{}:0", "report.see"),
    (f"m:file:{CONTACTS}", "report.file"),
)
STATES: Final = sorted(lifecycle.NAMES.keys() - {"draft"})


@pytest.fixture
async def one_office(sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Office]:
    """An office on SQLite only: who may do what is no matter of the database."""
    office = await Office.open(sqlite_files.copy(tmp_path), "2020-07-09 15:00")
    for name, role in EVERYBODY.items():
        await office.person(name, role)
    yield office
    await office.close()


def put(work: Work, state: str) -> Filed:
    """Put another version of the contacts' report there, in this state."""
    return submissions.file(
        work,
        duty="contacts",
        period="2020-06-30",
        unit="nongji",
        number="20200630-02-01",
        answers={"leader_name": SECRET},
        form_version=1,
        zero=False,
        filed_by=1,
        state=state,
    )


def has(name: str, right: Action) -> bool:
    """Tell whether the table gives them this right to what is the unit's."""
    role, unit = EVERYBODY[name]
    reach = RULES[right].get(as_role(role))
    return reach == "any" or (reach == "own" and unit == "nongji")


def leave(work: Work, person: int | None) -> None:
    """Leave every form that was begun."""
    for row in drafts.of_person(work, person or 0):
        drafts.close(work, row.id, "cancelled")


async def test_every_button_in_every_state_by_everybody(one_office: Office) -> None:
    """Who has no right to it is told so, whatever state the report is in, reads nothing and changes nothing."""

    def sweep(work: Work) -> int:
        done = 0
        for state in STATES:
            for name in EVERYBODY:
                for number, (button, right) in enumerate(BUTTONS):
                    filed = put(work, state)
                    account = people.account(work, "web", one_office.chats[name].address)
                    tapped = Tapped(button.format(filed.id))
                    [message] = conversation.answer(work, account, tapped, number, "")
                    refused = "不在您的权限内" in message.text
                    assert refused != has(name, right), (name, state, button)
                    after = submissions.get(work, filed.id)
                    assert not refused or (after == filed and SECRET not in everything(message))
                    done += after != filed
                    leave(work, account.person_id)
        return done

    assert await one_office.store.run(sweep) > 0


async def test_sending_back_takes_the_heads_right_before_the_signature_and_the_brigades_after_it(
    one_office: Office,
) -> None:
    asked = {}
    for state in STATES:
        for name in EVERYBODY:
            filed = await one_office.store.run(put, state)
            page = await one_office.chats[name].does(Tapped(f"m:no:{filed.id}"))
            if page.expects == "text":
                asked[state] = name
                await one_office.chats[name].taps("取消")
    assert asked == {"awaiting": "负责人", "reported": "大队"}


OWN: Final = {"更正", "撤回"}
PAPER: Final = {"上传盖章件", "取打印件"}


@pytest.mark.parametrize(
    ("name", "offers"),
    [
        (
            "联系人",
            {
                "awaiting": OWN,
                "signed": OWN | PAPER,
                "stamping": OWN | PAPER,
                "reported": OWN | PAPER,
                "accepted": {"取打印件"},
                "returned": {"修改后重报"},
                "withdrawn": {"修改后重报"},
            },
        ),
        (
            "负责人",
            {
                "awaiting": {"同意报送", "退回"},
                "signed": PAPER,
                "stamping": PAPER,
                "reported": PAPER,
                "accepted": {"取打印件"},
                "returned": set(),
                "withdrawn": set(),
            },
        ),
        (
            "大队",
            {
                "awaiting": set(),
                "signed": {"取打印件"},
                "stamping": {"取打印件"},
                "reported": {"接收", "退回", "取打印件"},
                "accepted": {"取打印件"},
                "returned": {"代报"},
                "withdrawn": {"代报"},
            },
        ),
        (
            "领导",
            {
                "awaiting": set(),
                "signed": {"取打印件"},
                "stamping": {"取打印件"},
                "reported": {"取打印件"},
                "accepted": {"取打印件"},
                "returned": set(),
                "withdrawn": set(),
            },
        ),
    ],
)
async def test_the_page_offers_what_can_be_done_and_no_more(
    one_office: Office, name: str, offers: dict[str, set[str]]
) -> None:
    chat = one_office.chats[name]
    for state in STATES:
        filed = await one_office.store.run(put, state)
        await chat.does(Tapped(f"m:see:{filed.id}"))
        assert set(chat.labels()) - {"历次版本", "返回菜单"} == offers[state], state


@pytest.mark.parametrize("name", EVERYBODY)
async def test_the_sheet_and_the_stamped_copy_are_for_those_who_see_the_report(one_office: Office, name: str) -> None:
    filed = await one_office.store.run(put, "stamping")
    about = f"submission:{filed.id}"
    for file in Attachment("table", f"sheet/{filed.id}", "a.pdf", about), Attachment("file", "a" * 64, "b.jpg", about):
        permitted = await one_office.store.run(attachments.permitted, "web", one_office.chats[name].address, file)
        assert permitted == has(name, "report.see")


@pytest.mark.parametrize(
    "action",
    [
        *(
            f"m:{verb}:{row}"
            for verb in ("stamp", "print", "versions", "compare")
            for row in ("", "x", "0", "999999999")
        ),
        *("m:versions:1:x", "m:compare:1:²", "m:compare:1:99999999999", "m:for:", "m:for:contacts", "m:mine:x"),
        *("m:for:contacts/2020-06-30@nowhere", "m:for:nothing/2020-06-30@nongji", "m:file:case/2020-999@nowhere"),
    ],
)
async def test_a_forged_button_finds_nothing(one_office: Office, action: str) -> None:
    await one_office.store.run(put, "reported")
    for name in ("联系人", "大队"):
        chat = one_office.chats[name]
        await chat.does(Tapped(action))
        assert chat.sees("请从下面选择") or chat.sees("不在您的权限内"), action
