"""An office in the middle of its campaign: two units with everything a unit can have, made with the chat.

What one unit writes carries its own secret words, so that they are known wherever they turn up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update
from sqlmodel import col

from bot.core.ledger_rows import Fault, Verdict
from bot.core.messages import FileRef, Sent, Tapped
from bot.core.roster_rows import Row as RosterRow
from bot.core.sheet import Misfit
from bot.services import enrolment, imports, posts, roster
from storage import imports as stored_imports
from storage import people, submissions
from storage.tables import Draft, Excuse, Invitation, Membership, Outbox, Submission
from tests.kit.office import Office
from tests.storage.making import enter, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Mapped

    from bot.core.issues import Asked, State
    from storage.work import Work
    from tests.kit.office import Chat

#: The two units, and the mark all their words begin with.
MARKS: Final = {"nongji": "甲", "xumu": "乙"}
#: A unit that stopped reporting.
LEFT: Final = "dongwu"
#: Everybody there is, as the things of the unit "nongji" see them.
EVERYBODY: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "甲联某": (("contact", "nongji"),),
    "乙联某": (("contact", "xumu"),),
    "甲首某": (("head", "nongji"),),
    "乙首某": (("head", "xumu"),),
    "大队某": (("brigade", ""),),
    "领导某": (("leader", ""),),
    "管理某": (("admin", ""),),
    "两处某": (("contact", "nongji"), ("head", "xumu")),
    "甲代某": (("head", "nongji"),),
    "乙代某": (("head", "xumu"),),
}
DEPUTIES: Final = {"甲代某": "甲首某", "乙代某": "乙首某"}
#: Was a contact of the first unit once.
ENDED: Final = "卸任某"
STRANGER: Final = "陌生某"
#: The weeks in which a unit's report has come to stand in each state.
WEEKS: Final = {
    "reported": "2020-W29",
    "accepted": "2020-W30",
    "returned": "2020-W31",
    "withdrawn": "2020-W32",
    "corrected": "2020-W33",
    "on behalf": "2020-W34",
    "awaiting": "2020-W35",
    "begun": "2020-W36",
    "missing": "2020-W37",
}
#: So many that they come as a file.
FAULTS: Final = tuple(Fault(row, "单位", "没有这个单位") for row in range(3, 40))
DEPLOYED: Final = "2020-06-22"
WHERE: Final[tuple[tuple[State, Asked], ...]] = (
    ("found", ""),
    ("mending", "closing/head"),
    ("verifying", "closing/brigade"),
    ("mending", "extension/brigade"),
    ("found", "transfer/brigade"),
    ("returned", ""),
    ("closed", ""),
    ("transferred", ""),
)


@dataclass
class Things:
    """What there is of a unit, each by what the tables of the tests call it."""

    unit: str
    ids: dict[str, int] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    @property
    def mark(self) -> str:
        return MARKS[self.unit]

    def secret(self, kind: str) -> str:
        """Return what this unit says there, and nobody else: 甲报送密语."""
        return f"{self.mark}{kind}密语"


async def prepared(url: str) -> tuple[Office, dict[str, Things]]:
    """Let everything happen."""
    office = await Office.open(url, "2020-07-01 09:00")
    await office.store.run(enrolment.remember_door, enrolment.WEB, "https://duban.example")
    for name, roles in EVERYBODY.items():
        await office.person(name, *(() if name in DEPUTIES else roles))
    await office.person(ENDED, ("contact", "nongji"))
    await office.store.run(comings_and_goings)
    office.chats[STRANGER] = await office.stranger()
    things = {unit: Things(unit) for unit in MARKS}
    office.it_is("2020-09-10 15:00")
    for each in things.values():
        await reports(office, each)
        await forms(office, each)
        await office.store.run(entries, each)
        await arrangements(office, each)
    await bureau(office, things)
    await office.store.run(phones)
    await office.store.run(look_up, things)
    return office, things


def comings_and_goings(work: Work) -> None:
    """Let one leave, and the deputies come."""
    known = {name: number for number, name in enumerate([*EVERYBODY, ENDED], 1)}
    people.end(work, known[ENDED], "contact", "nongji")
    for name, principal in DEPUTIES.items():
        [(_, unit)] = EVERYBODY[name]
        posts.depute(work, known[name], known[principal], unit, work.now + timedelta(days=90), known[principal])


def phones(work: Work) -> None:
    """Give everybody a number of their own that they have told nobody yet."""
    for member in people.everyone(work):
        people.correct(work, member.id, member.name, f"151000000{member.id:02}")


# ── Reports ──────────────────────────────────────────────────────────────


async def fill_in(chat: Chat, words: str) -> None:
    """Answer whatever a form asks, up to its last page."""
    for _ in range(40):
        labels = chat.labels()
        if "提交" in labels:
            return
        match chat.last.expects:
            case "file":
                await chat.does(Sent(FileRef("0123456789ab" * 5 + "cdef", f"{words}.pdf", 9, "application/pdf")))
                await chat.taps("完成")
            case _ if "跳过" in labels:
                await chat.taps("跳过")
            case "number":
                await chat.says("0")
            case "phone":
                await chat.says("13700000000")
            case "date":
                await chat.says("今天")
            case "nothing":
                await chat.says("2")
            case _:
                await chat.says(words)
    raise AssertionError(chat.last)


async def reports(office: Office, things: Things) -> None:
    """File in every state: the weeks', the dated ones, a case, a stage's notice."""
    unit, words = things.unit, things.secret("报送")
    contact, head = office.chats[f"{things.mark}联某"], office.chats[f"{things.mark}首某"]
    brigade = office.chats["大队某"]

    async def file(subject: str, chat: Chat = contact, verb: str = "file") -> int:
        await chat.does(Tapped(f"m:{verb}:{subject}@{unit}"))
        await fill_in(chat, words)
        await chat.taps("提交")
        return await office.store.run(newest)

    for state, week in WEEKS.items():
        if state in {"begun", "missing"}:
            continue
        if state == "on behalf":
            things.ids[state] = await file(f"weekly/{week}", brigade, "for")
            continue
        things.ids[state] = report = await file(f"weekly/{week}")
        if state not in {"awaiting", "withdrawn"}:
            await head.does(Tapped(f"m:ok:{report}"))
        match state:
            case "accepted":
                await brigade.does(Tapped(f"m:accept:{report}"))
            case "returned":
                await brigade.does(Tapped(f"m:no:{report}"))
                await brigade.says(things.secret("退回"))
            case "withdrawn":
                await contact.does(Tapped(f"m:withdrawn:{report}"))
            case "corrected":
                await contact.does(Tapped(f"m:fix:{report}"))
                await contact.taps("提交")
                things.ids["second"] = await office.store.run(newest)
    things.ids["case"] = await file("case/new")
    await head.does(Tapped(f"m:ok:{things.ids['case']}"))
    things.ids["standards"] = await file("standards/2020-08-31")
    things.ids["stamping"] = await file("contacts/2020-06-30")
    await head.does(Tapped(f"m:ok:{things.ids['stamping']}"))
    things.ids["stamped"] = await file("inspection/2020-09-09")
    await head.does(Tapped(f"m:ok:{things.ids['stamped']}"))
    await contact.does(Tapped(f"m:stamp:{things.ids['stamped']}"))
    await contact.does(Sent(FileRef("ab" * 32, f"{things.secret('报送')}章.jpg", 9, "image/jpeg")))
    await contact.taps("完成")
    things.ids["signed"] = await file("statistics/2020-09-09")
    await office.store.run(out_of_reach, contact.address, "blocked")
    await head.does(Tapped(f"m:ok:{things.ids['signed']}"))
    await contact.says("/menu")
    await contact.does(Tapped(f"m:ack:stage-deploy/{DEPLOYED}@{unit}"))
    things.ids["stage"] = await office.store.run(newest)


def newest(work: Work) -> int:
    return int(work.conn.execute(select(col(Submission.id)).order_by(col(Submission.id).desc()).limit(1)).scalar_one())


def out_of_reach(work: Work, address: str, why: str) -> None:
    """Let nothing reach anybody of the unit of whoever is at this address, until they write again."""
    [unit] = {unit for role, unit in people.account(work, "web", address).roles if role == "contact"}
    for member in people.members(work, "contact", unit):
        people.mark_unreachable(work, "web", member.address, why)


# ── What else a unit has ─────────────────────────────────────────────────


async def forms(office: Office, things: Things) -> None:
    """Leave a form half filled in, a search behind, and a file sent."""
    contact = office.chats[f"{things.mark}联某"]
    await contact.does(Tapped(f"m:file:weekly/{WEEKS['begun']}@{things.unit}"))
    while contact.last.expects == "number":
        await contact.says("0")
    await contact.says(things.secret("草稿"))
    await contact.does(Tapped("m:menu"))
    await contact.does(Tapped("m:find"))
    await contact.says(things.secret("查找"))

    def send(work: Work) -> None:
        person = people.account(work, "web", contact.address).person_id
        assert person is not None
        sent = stored_imports.add(work, person, "ef" * 32, f"{things.secret('导入')}.xlsx")
        things.ids["import"] = sent
        assert imports.checked(work, sent, Verdict(9, faults=FAULTS))
        failed = stored_imports.add(work, person, "ee" * 32, f"{things.secret('导入')}2.xlsx")
        assert imports.checked(work, failed, Misfit("import_header"))

    await office.store.run(send)
    await office.arrive()


def entries(work: Work, things: Things) -> None:
    """Put problems on the ledger wherever they can stand, with their papers."""
    [by] = [each.id for each in people.everyone(work) if each.name == f"{things.mark}联某"]
    words = things.secret("台账")
    for state, asked in WHERE:
        made = new(f"{words}{state}{asked}", things.unit, due=date(2020, 10, 9))
        paper = FileRef("cd" * 32, f"{words}.jpg", 9, "image/jpeg").to_json()
        answers = made.answers | {"responsible": f"{words}人", "parties": words, "evidence": [paper]}
        entry = enter(work, by, replace(made, answers=answers), state, asked)
        things.ids[f"{state}:{asked}"] = entry.id
        things.numbers.append(entry.number)


async def arrangements(office: Office, things: Things) -> None:
    """Excuse the unit, invite somebody, and let the clerks urge it."""
    brigade = office.chats["大队某"]
    await brigade.does(Tapped(f"m:excuse:weekly/2020-W28@{things.unit}"))
    await brigade.answers("tap:仅本次", things.secret("免报"), "tap:提交")
    await office.store.run(invited, things)
    await office.beat()


def invited(work: Work, things: Things) -> None:
    name = f"{things.mark}邀密语"
    enrolment.invite(work, "contact", things.unit, name, terms={"phone": "13600000000"})


async def bureau(office: Office, things: dict[str, Things]) -> None:
    """Stop a third unit, send rosters, and let messages fail to arrive."""
    admin = office.chats["管理某"]
    await admin.does(Tapped(f"m:unitstopped:{LEFT}"))
    await admin.does(Tapped("m:testgo:me:7"))

    def put(work: Work) -> None:
        [by] = [each.id for each in people.everyone(work) if each.name == "管理某"]
        for each in things.values():
            sent = stored_imports.add(work, by, "aa" * 32, "名册.xlsx", "roster")
            row = RosterRow(2, "", "", f"{each.mark}册某", "leader", "")
            assert roster.checked(work, sent, Verdict(1, (row,)))
            each.ids["roster"] = sent
        work.conn.execute(update(Outbox).where(col(Outbox.kind) != "reply").values(state="dead"))

    await office.store.run(put)


def look_up(work: Work, things: dict[str, Things]) -> None:
    """Note the numbers of what the chat has made."""
    for each in things.values():
        unit, ids = each.unit, each.ids

        def one(column: Mapped[int], *where: ColumnElement[bool]) -> int:
            return int(work.conn.execute(select(column).where(*where).order_by(column.desc()).limit(1)).scalar_one())

        [ids["person"]] = [member.id for member in people.everyone(work) if member.name == f"{each.mark}联某"]
        ids["excuse"] = one(col(Excuse.id), col(Excuse.unit) == unit, col(Excuse.reason) == each.secret("免报"))
        ids["invitation"] = one(col(Invitation.id), col(Invitation.unit) == unit)
        ids["deputy"] = one(col(Membership.id), col(Membership.unit) == unit, col(Membership.deputy_of).is_not(None))
        mine = col(Draft.person_id) == ids["person"]
        ids["draft"] = one(col(Draft.id), mine, col(Draft.form) == "weekly", col(Draft.closed_at).is_(None))
        ids["search"] = one(col(Draft.id), mine, col(Draft.form) == "issue_find")
        ids["trouble"] = one(col(Outbox.id), col(Outbox.person_id) == ids["person"], col(Outbox.state) == "dead")
        each.codes += [filed.code for filed in _filed(work, unit) if filed.code]


def _filed(work: Work, unit: str) -> Iterator[submissions.Filed]:
    for number in work.conn.execute(select(col(Submission.id)).where(col(Submission.unit) == unit)).scalars():
        filed = submissions.get(work, number)
        assert filed is not None
        yield filed
