"""What nobody may read is on no page they can reach: by any chain of taps, any button of anybody's, or by typing."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

import pytest

from bot.core.messages import Said, Tapped
from bot.services import attachments
from exports import ledger
from storage import imports, issues, people, submissions
from tests.services.test_ledger_access import everything
from tests.services.tries import Tries
from tests.services.whole_office import EVERYBODY, MARKS, STRANGER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.messages import Attachment, Event, Message
    from storage.work import Work
    from tests.services.tries import Whole

#: Who reads what there is of a unit, said by hand: a letter for contact, head, brigade, leader and admin each.
#:   a  everybody's   o  their own unit's   s  only what is their own   .  nobody's
READ: Final = {
    "报送": "ooaa.",  # what a report says, and the names of its files
    "退回": "ooaa.",  # why one was returned
    "台账": "ooaa.",
    "免报": "ooaaa",
    "姓名": "ooaaa",
    "电话": "ooa.a",
    "邀请": "..a.a",
    "草稿": "s....",
    "查找": "s....",
    "导入": "s....",
}
#: Who fetches which kind of file, in the same letters.
FETCHED: Final = {
    "submission": "ooaa.",
    "sheet": "ooaa.",
    "issue": "ooaa.",
    "closing-sheet": "ooaa.",
    "ledger": "ooaa.",
    "weekly": "..aa.",
    "reconciliation": "..aa.",
    "public": "..aa.",
    "contacts": "..aa.",
    "statistics": "..aa.",
    "standards": "..aa.",
    "cases": "..aa.",
    "discipline": "..aa.",
    "summary-picture": "..aa.",
    "bulletin": "..aa.",
    "bulletin-word": "..aa.",
    "ledger-template": "a.a..",  # empty
    "import-faults": "s....",
    "invitation-qr": ".a..a",  # whoever knows the link
    "roster-template": "....a",
    "roster-links": "....a",
}
ROLES: Final = ("contact", "head", "brigade", "leader", "admin")
OWNERS: Final = {"nongji": "甲联某", "xumu": "乙联某"}


def forbidden(whole: Whole, phones: dict[str, str], name: str) -> set[str]:
    """Return the words somebody may not read anywhere."""
    return {
        word
        for unit in MARKS
        for kind, letters in READ.items()
        if not any(
            (letter := letters[ROLES.index(role)]) == "a"
            or (letter == "o" and own == unit)
            or (letter == "s" and OWNERS[unit] == name)
            for role, own in EVERYBODY[name]
        )
        for word in words(whole, phones, unit, kind)
    }


def words(whole: Whole, phones: dict[str, str], unit: str, kind: str) -> Iterable[str]:
    """Return the words that are of this kind and this unit's, and of no others."""
    mark = MARKS[unit]
    names = [name for name, roles in EVERYBODY.items() if all(own == unit for _, own in roles)]
    match kind:
        case "姓名":
            return names
        case "电话":
            return [phones[name] for name in names]
        case "邀请":
            return [f"{mark}邀密语"]
    return [whole.things[unit].secret(kind)]


def crawled(tries: Tries, name: str) -> set[str]:
    """Return every button that is reached from the menu, however many taps it takes; each tap is taken back.

    One area of the ledger stands for all, and one unit beside the two for those there is nothing of.
    """
    campaign = tries.work.campaign
    alike = {unit.key for unit in campaign.units[3:]} | {area.key for area in campaign.areas[1:]}
    seen, waiting = {"m:menu"}, deque(["m:menu"])
    while waiting:
        for message in tries.tried(name, Tapped(waiting.popleft()))[0]:
            for action in (button.action for row in message.buttons for button in row):
                if action.startswith("m:") and action not in seen and alike.isdisjoint(re.split("[:@]", action)[2:]):
                    seen.add(action)
                    waiting.append(action)
    return seen


@pytest.fixture(scope="module")
def shown(whole: Whole) -> dict[str, list[tuple[str, Message]]]:
    """What everybody is told: on every page anybody reaches, for every number and code, and by itself."""

    def sweep(work: Work) -> dict[str, list[tuple[str, Message]]]:
        tries = Tries(whole, work)
        buttons = [
            {each.action for row in message.buttons for each in row}
            for heard in whole.heard.values()
            for message in heard
        ]
        actions = set().union(*(crawled(tries, name) for name in EVERYBODY), *buttons)
        events: list[Event] = [Tapped(action) for action in sorted(actions) if action.startswith("m:")]
        events += [Said(each) for things in whole.things.values() for each in (*things.numbers, *things.codes)]
        return {
            name: [
                *((message.title, message) for message in whole.heard[name]),
                *((str(event), message) for event in events for message in tries.tried(name, event)[0]),
            ]
            for name in (*EVERYBODY, STRANGER)
        }

    return whole.store.do(sweep)


@pytest.fixture(scope="module")
def phones(whole: Whole) -> dict[str, str]:
    return {member.name: member.phone for member in whole.store.do(people.everyone)}


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_reads_what_is_not_for_them(
    whole: Whole, shown: dict[str, list[tuple[str, Message]]], phones: dict[str, str], name: str
) -> None:
    secrets = forbidden(whole, phones, name)
    leaks = {
        word: (event, everything(message)[max(0, everything(message).index(word) - 40) :][:80])
        for event, message in shown[name]
        for word in secrets
        if word in everything(message)
    }
    assert not leaks, "\n".join(map(str, leaks.items()))


def test_everything_is_read_by_somebody(
    whole: Whole, shown: dict[str, list[tuple[str, Message]]], phones: dict[str, str]
) -> None:
    """The words are really there: a test that looks for what nobody wrote finds no leak either."""
    for unit in MARKS:
        for kind in READ:
            for word in words(whole, phones, unit, kind):
                assert any(word in everything(message) for told in shown.values() for _, message in told), (kind, word)


def test_files_are_fetched_by_those_alone_who_read_what_they_are_about(
    whole: Whole, shown: dict[str, list[tuple[str, Message]]]
) -> None:
    own = {name: {each for _, message in told for each in message.attachments} for name, told in shown.items()}
    files = set().union(*own.values())
    assert {kind_of(file) for file in files} >= FETCHED.keys() - {"roster-links"}

    def sweep(work: Work) -> list[tuple[str, Attachment]]:
        about = {file: units_of(work, file) for file in files}
        return [
            (name, file)
            for name in shown
            for file in files
            if attachments.permitted(work, "web", whole.addresses[name], file) != fetches(name, file, about[file])
            or (file in own[name] and not fetches(name, file, about[file]))
        ]

    wrong = whole.store.do(sweep)
    assert not wrong, "\n".join(map(str, wrong))


def kind_of(file: Attachment) -> str:
    return file.about.partition(":")[0] if file.kind == "file" else file.ref.partition("/")[0]


def units_of(work: Work, file: Attachment) -> set[str]:
    """Return the units a file is about; none: it is about all of them."""
    number = (file.about or file.ref.replace("/", ":")).partition(":")[2]
    match kind_of(file):
        case "submission" | "sheet":
            filed = submissions.get(work, int(number))
            return {filed.unit} if filed else set()
        case "issue" | "closing-sheet":
            entry = issues.get(work, int(number))
            return {entry.unit} if entry else set()
        case "ledger":
            return set(ledger.decode(work.campaign, file.ref.partition("/")[2]).units or ())
        case "import-faults":
            sent = imports.get(work, int(number))
            sender = people.find(work, sent.person_id) if sent else None
            return {unit for unit, owner in OWNERS.items() if sender and sender.name == owner}
    return set()


def fetches(name: str, file: Attachment, units: set[str]) -> bool:
    """Tell whether somebody may fetch a file about these units, by the table."""
    letters = {role: FETCHED[kind_of(file)][ROLES.index(role)] for role, _ in EVERYBODY.get(name, ())}
    own = {unit for role, unit in EVERYBODY.get(name, ()) if letters[role] == "o"}
    sender = "s" in letters.values() and any(OWNERS[unit] == name for unit in units)
    return "a" in letters.values() or (bool(units) and units <= own) or sender
