"""Who may do what, said by hand: every button, every command and every form, by everybody, on one's own and on others'.

One office is prepared once; every tap is tried in it and taken back.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from bot import forms
from bot.core.messages import Command, FileRef, Said, Sent, Tapped
from bot.core.problems import Problem
from bot.services import conversation
from bot.texts import conversation as texts
from bot.texts import enrolment as enrolment_texts
from bot.texts.problems import SENTENCES, sentence
from exports.workbook import MIME
from storage import drafts
from storage.statements import LARGEST_ID
from tests.services.test_ledger_anything import reply
from tests.services.tries import Tries
from tests.services.whole_office import ENDED, EVERYBODY, MARKS, STRANGER

if TYPE_CHECKING:
    from bot.core.messages import Event, Message
    from storage.work import Work
    from tests.services.tries import Whole

# ── The table ────────────────────────────────────────────────────────────
#
# A letter for contact, head, brigade, leader and admin each:
#   a  answered with a page            A  done: it changes something
#   o  the same, to one's own unit's   O  done, to one's own unit's
#   n  told kindly that it is not to be done now, of one's own unit's
#   s  answered, S done, to just the one it belongs to; all others are told that it is gone
#   .  refused: not one's right
# {name} stands for the unit's thing of that name (`Things.ids`), {unit} for its key.

TAPS: Final = """
menu                                aaaaa
help                                aaaaa
file:weekly                         a....
file:case                           a....
file:weekly/2020-W37                a....
file:weekly/2020-W37@{unit}         o....
file:case/new@{unit}                o....
file:stage-mend/2020-07-01          aa...
file:stage-mend/2020-07-01@{unit}   ooaa.
go:{draft}                          s....
for:weekly/2020-W37@{unit}          o.a..
mine                                aa...
mine:0                              aa...
see:{awaiting}                      ooaa.
see:{corrected}                     ooaa.
see:{stamped}                       ooaa.
fix:{awaiting}                      o....
fix:{accepted}                      n....
withdraw:{awaiting}                 o....
withdraw:{accepted}                 n....
withdrawn:{awaiting}                O....
withdrawn:{accepted}                n....
sign                                .a...
ack:stage-mend/2020-07-01@{unit}    OO...
ok:{awaiting}                       .O...
ok:{standards}                      .O...
ok:{reported}                       .n...
no:{awaiting}                       .on..
no:{reported}                       .na..
stamp:{stamping}                    oo...
stamp:{signed}                      oo...
stamp:{stamped}                     oo...
stamp:{accepted}                    nn...
print:{stamping}                    ooaa.
print:{signed}                      OOaa.
print:{awaiting}                    nnnn.
versions:{corrected}                ooaa.
compare:{second}:0                  ooaa.
accept:{reported}                   ..A..
accept:{stamped}                    ..A..
accept:{case}                       ..A..
accept:{awaiting}                   ..n..
acceptall:weekly/2020-W29           ..A..
acceptall:case                      ..A..
acceptall:weekly/2020-W37           ..n..
state                               ..aaa
state:weekly/2020-W29               ..aaa
state:weekly/2020-W29@{unit}        ..aaa
state:weekly/2020-W31@{unit}        ..aaa
state:case                          ..aaa
urge:weekly/2020-W37                ..A..
urge:weekly/2020-W37@{unit}         ..A..
urge:weekly/2020-W35@{unit}         ..A..
table                               ..aa.
table:weekly/2020-W29               ..aa.
todo                                aa...
matrix                              ..aaa
matrix:1                            ..aaa
unit:{unit}                         ooaaa
excuse:@{unit}                      ..a.a
excuse:weekly/2020-W37@{unit}       ..a.a
excuse:weekly/2020-W29@{unit}       ..n.n
excuses                             ..a.a
unexcuse:{excuse}                   ..a.a
unexcused:{excuse}                  ..A.A
enter                               a.a..
again:{found:}                      o.a..
ledger                              aaaa.
list:o                              aaaa.
list:o:{unit}                       ooaa.
units:o                             aaaa.
areas:o                             aaaa.
find                                aaaa.
found:{search}:0                    s....
foundbook:{search}                  s....
issue:{found:}                      ooaa.
do:progress:{found:}:1              o....
do:sign:{mending:closing/head}:1    .O...
do:refuse:{mending:closing/head}:1  .o...
do:withdraw:{mending:closing/head}:1  o....
do:withdraw:{mending:closing/head}:1:yes  O....
do:close:{verifying:closing/brigade}:1  ..A..
do:grant:{mending:extension/brigade}:1  ..A..
do:transfer:{found:}:1              ..a..
do:sign:{closed:}:1                 nnnn.
story:{found:}                      ooaa.
story:{found:}:0                    ooaa.
papers:{found:}                     ooaa.
sheet:{verifying:closing/brigade}   ooaa.
desk                                ..a..
signing                             .a...
together:s:0                        .a...
together:b:0                        ..a..
account                             aaaa.
accountbook                         ..aa.
book:o                              aaaa.
book:o:{unit}                       ooaa.
public                              ..aa.
import                              a.a..
import:{import}                     S....
importno:{import}                   S....
upload                              a.a..
template                            a.a..
snooze:weekly/2020-W37@{unit}       Onnn.
snooze:weekly/2020-W35@{unit}       nOnn.
people                              ..a.a
people:lost                         ..a.a
person:{person}                     ..a.a
rename:{person}                     ....a
addrole:{person}                    ....a
dismiss:{person}                    ....a
dismissed:{person}:contact:{unit}   ....A
reinvite:{person}                   ....a
reinvited:{person}                  ....A
handover:{person}                   ....a
invite                              ....a
invited                             ..a.a
uninvite:{invitation}               ....a
uninvited:{invitation}              ....A
deputy                              .a..a
depute                              .a..a
depute:{unit}                       .o..a
undepute:{deputy}                   .o..a
undeputed:{deputy}                  .O..A
summary                             ..aa.
sumunits                            ..aa.
sumunits:1                          ..aa.
sumareas                            ..aa.
sumarea:rules                       ..aa.
sumweek                             ..aa.
sumweek:2020-W29                    ..aa.
owing                               ..aa.
bulletin                            ..aa.
bulletin:2020-W29                   ..aa.
bulletinword:2020-W29               ..aa.
subscriptions                       ..aa.
subscribe:week                      ..AA.
subscribe:red                       ..AA.
unsubscribe:week                    ..aa.
export                              aaaa.
export:ledger                       aaaa.
export:ledger/:{unit}:              ooaa.
export:ledger/u:{unit}:             ooaa.
export:weekly                       ..aa.
export:reconciliation               ..aa.
export:public                       ..aa.
export:statistics                   ..aa.
export:contacts                     ..aa.
export:standards                    ..aa.
export:cases                        ..aa.
export:discipline                   ..aa.
take:ledger/a::                     aaaa.
take:ledger/a:{unit}:               ooaa.
take:weekly/                        ..aa.
take:reconciliation/                ..aa.
take:public/                        ..aa.
take:statistics/2020-07-01_2020-07-31  ..aa.
take:contacts/                      ..aa.
take:standards/                     ..aa.
take:cases/                         ..aa.
take:discipline/                    ..aa.
pushes                              ..a.a
pushes:0                            ..a.a
troubles                            ..a.a
resend:{trouble}                    ..A.A
admin                               ....a
unitsadmin                          ....a
unitadmin:{unit}                    ....a
unitadd                             ....a
unitname:{unit}                     ....a
unitstop:{unit}                     ....a
unitstopped:{unit}                  ....A
unitstopped:{left}                  ....n
unitback:{left}                     ....a
unitbacked:{left}                   ....A
unitbacked:{unit}                   ....n
days                                ....a
dayset                              ....a
dayok:2020-09-19:on                 ....A
test                                ....a
testwho                             ....a
testto:{person}                     ....a
testgo:me:1                         ....A
testgo:{person}:1                   ....A
teststate:7                         ....a
roster                              ....a
rosterfile                          ....a
rosterup                            ....a
rosterok:{roster}                   ....A
rosterno:{roster}                   ....A
"""

COMMANDS: Final = """
start                               aaaaa
menu                                aaaaa
weekly                              a....
ledger                              aaaa.
status                              aaaaa
summary                             ..aa.
export                              aaaa.
help                                aaaaa
cancel                              aaaaa
"""

#: The form, the button that opens it for the first whose right it is, and who may finish it: as if it had come to be
#: theirs while it was their right.
FORMS: Final = """
weekly            file:weekly/2020-W37@{unit}               O.A..
contact_sheet     fix:{stamping}                            O.A..
standards         fix:{standards}                           O.A..
inspection        fix:{stamped}                             O.A..
statistics        fix:{signed}                              O.A..
closing           file:closing/2020-10-09@{unit}            O.A..
case              file:case/new@{unit}                      O.A..
stage             fix:{stage}                               O.A..
stamped           stamp:{stamping}                          OO...
return            no:{awaiting}                             .On..
return            no:{reported}                             .nA..
excuse            excuse:@{unit}                            ..A.A
excuse            excuse:weekly/2020-W37@{unit}             ..A.A
invite            invite                                    ....A
person_edit       rename:{person}                           ....a
person_role       addrole:{person}                          ....A
handover          handover:{person}                         ....A
deputy            depute:{unit}                             .O..A
issue             enter                                     O.A..
ledger_import     upload                                    A.A..
issue_find        find                                      aaaa.
issue_together    together:b:0                              ..A..
issue_sign_together  together:s:0                           .O...
progress          do:progress:{found:}:1                    O....
issue_correct     do:correct:{found:}:1                     O....
closing_request   do:ask_closing:{found:}:1                 O....
extension         do:ask_extension:{found:}:1               O....
transfer_request  do:ask_transfer:{found:}:1                O....
issue_refuse      do:refuse:{mending:closing/head}:1        .O...
issue_refuse      do:decline:{mending:extension/brigade}:1  ..A..
issue_send_back   do:send_back:{verifying:closing/brigade}:1  ..A..
issue_continue    do:continue:{verifying:closing/brigade}:1  ..A..
issue_transfer    do:transfer:{found:}:1                    ..A..
issue_reply       do:reply:{transferred:}:1                 ..A..
issue_take_back   do:take_back:{transferred:}:1             ..A..
issue_reopen      do:reopen:{closed:}:1                     ..A..
unit              unitadd                                   ....A
unit_name         unitname:{unit}                           ....A
workday           dayset                                    ....a
roster            rosterup                                  ....A
"""

#: What holds for one person and not for their role: a deputy names no deputy.
EXCEPT: Final = {
    ("depute:{unit}", "甲代某"): ".n...",
    ("depute:{unit}", "乙代某"): ".n...",
}
ROLES: Final = ("contact", "head", "brigade", "leader", "admin")
#: Whose things are just theirs.
OWNERS: Final = {"nongji": "甲联某", "xumu": "乙联某"}
RUBBISH: Final = (
    "",
    "x",
    "²",
    "-1",
    "0",
    str(LARGEST_ID + 1),
    "1:2:3:4:5:6",
    "weekly/2020-W99@nowhere",
    "@",
    "/@/",
    "a'b",
)
#: Nobody's: there is no such row, unit or week.
NOBODYS: Final = "999999"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    name: str  # verb, command or form
    action: str  # with {blanks}
    letters: str


def lines(table: str) -> list[Line]:
    """Read a table: the last column is the letters, the one before it the action."""
    rows = [row.split() for row in table.strip().splitlines()]
    return [Line(row[0].partition(":")[0], row[-2], row[-1]) for row in rows]


# ── The judgement ────────────────────────────────────────────────────────

BOT: Final = Path(__file__).parents[2] / "bot"
#: Refusals of use cases (those of questions are answers to what was typed), as what they look like when filled in.
REFUSALS: Final = {
    key: re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(SENTENCES[key])))
    for path in [*(BOT / "services").glob("*.py"), BOT / "core" / "issues.py", BOT / "core" / "lifecycle.py"]
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    for each in ast.walk(node.args[0])
    if isinstance(each, ast.Constant) and (key := each.value) in SENTENCES
}
NOT_THEIRS: Final = sentence(Problem("forbidden"))
GONE: Final = (sentence(Problem("gone")), sentence(Problem("dialog_over")), texts.OLD_BUTTON, texts.LOST)


def verdict(told: tuple[Message, ...], *, changed: bool) -> str:
    """Return the letter an answer comes to: ".", "s" for gone, "n", "a" or "A"."""
    text = "\n".join(message.text for message in told)
    assert text.strip()
    if NOT_THEIRS in text:
        return "." if not changed else "refused, yet changed"
    if any(each in text for each in GONE):
        return "s" if not changed else "gone, yet changed"
    if any(each.search(text) for each in REFUSALS.values()):
        return "n" if not changed else "told no, yet changed"
    return "A" if changed else "a"


def due(line: Line, name: str, unit: str) -> str:
    """Return the letter somebody's answer should come to."""
    letters = EXCEPT.get((line.action, name), line.letters)
    found = {"."}
    for role, own in EVERYBODY[name]:
        letter = letters[ROLES.index(role)]
        if letter in "sS":
            found.add(("A" if letter == "S" else "a") if OWNERS[unit] == name else "s")
        elif letter in "oOn" and own and own != unit:
            continue
        else:
            found.add({"o": "a", "O": "A"}.get(letter, letter))
    if any(each in letters for each in "sS") and found == {"."}:
        found.add("s")  # whose it is is all that counts
    return max(found, key=".snaA".index)


@pytest.mark.parametrize("unit", MARKS)
def test_every_button_by_everybody(whole: Whole, unit: str) -> None:
    def sweep(work: Work) -> list[tuple[str, ...]]:
        tries, wrong = Tries(whole, work), list[tuple[str, ...]]()
        for line in lines(TAPS):
            action = "m:" + whole.action(line.action, unit)
            for name in EVERYBODY:
                told, changed = tries.tried(name, Tapped(action))
                found, wanted = verdict(told, changed=changed), due(line, name, unit)
                if found != wanted:
                    wrong.append((line.action, name, f"{found} instead of {wanted}", told[0].text[:60]))
        return wrong

    wrong = whole.store.do(sweep)
    assert not wrong, "\n".join(map(str, wrong))


def test_every_command_by_everybody(whole: Whole) -> None:
    def sweep(work: Work) -> list[tuple[str, ...]]:
        tries, wrong = Tries(whole, work), list[tuple[str, ...]]()
        for line in lines(COMMANDS):
            for name in EVERYBODY:
                told, changed = tries.tried(name, Command(line.name, ""))
                found, wanted = verdict(told, changed=changed), due(line, name, "nongji")
                if found != wanted:
                    wrong.append((line.action, name, f"{found} instead of {wanted}", told[0].text[:60]))
        return wrong

    wrong = whole.store.do(sweep)
    assert not wrong, "\n".join(map(str, wrong))


def test_the_tables_leave_nothing_out() -> None:
    assert {line.name for line in lines(TAPS)} == set(conversation.TAPS)
    assert {line.name for line in lines(COMMANDS)} == set(conversation.COMMANDS)
    assert {line.name for line in lines(FORMS)} == set(conversation.FINISHED)


def test_who_is_nobody_is_told_one_thing_whatever_they_tap(whole: Whole) -> None:
    """A stranger hears the one polite line, whoever has left that they have."""

    def sweep(work: Work) -> None:
        tries = Tries(whole, work)
        events: list[Event] = [Command(line.name, "") for line in lines(COMMANDS)]
        events += [Tapped("m:" + whole.action(line.action, unit)) for line in lines(TAPS) for unit in MARKS]
        events += [Said(each) for things in whole.things.values() for each in (*things.numbers, *things.codes)]
        for event in events:
            assert tries.tried(STRANGER, event) == ((enrolment_texts.STRANGER,), False), event
            assert tries.tried(ENDED, event) == ((enrolment_texts.NO_ROLE,), False), event

    whole.store.do(sweep)


def test_forged_buttons_do_nothing(whole: Whole) -> None:
    """Things there are not, and rubbish: always an answer, never a change."""

    def sweep(work: Work) -> None:
        tries = Tries(whole, work)
        verbs = dict.fromkeys(line.name for line in lines(TAPS))
        actions = dict.fromkeys(f"m:{verb}:{rubbish}" for verb in verbs for rubbish in RUBBISH)
        for name in ("两处某", "大队某", "管理某"):
            for action in actions:
                told, changed = tries.tried(name, Tapped(action))
                assert verdict(told, changed=changed) in ".sna", (name, action)

    whole.store.do(sweep)


def test_nobodys_things_are_nobodys(whole: Whole) -> None:
    def sweep(work: Work) -> None:
        tries = Tries(whole, work)
        about = [line for line in lines(TAPS) if "{" in line.action]
        for line in about:
            action = "m:" + re.sub(
                r"\{([^}]*)\}", lambda found: "nowhere" if found[1] in {"unit", "left"} else NOBODYS, line.action
            )
            for name in EVERYBODY:
                told, changed = tries.tried(name, Tapped(action))
                assert verdict(told, changed=changed) in ".sn", (name, action)

    whole.store.do(sweep)


# ── Forms ────────────────────────────────────────────────────────────────


SATURDAY: Final = date(2020, 9, 19)
PAPER: Final = FileRef("12" * 32, "全文.pdf", 9, "application/pdf")
BOOK: Final = FileRef("34" * 32, "表.xlsx", 9, MIME)


def opener(line: Line, unit: str) -> str:
    """Return who opens a form: the first whose right it is, by the letters."""
    for place, role in enumerate(ROLES):
        if line.letters[place] in "aAoO":
            return next(name for name, roles in EVERYBODY.items() if roles in {((role, unit),), ((role, ""),)})
    raise AssertionError(line)


def filled(tries: Tries, name: str, action: str) -> tuple[int, Event]:
    """Open a form and answer it up to the last step; return the draft, and the event that finishes it."""
    if action.startswith("m:fix:"):  # what was withdrawn is filed again even as it was
        tries.answer(name, Tapped(action.replace("fix", "withdrawn")))
    told = tries.answer(name, Tapped(action))
    draft = tries.account(name).draft_id
    assert draft is not None, (name, action, told)
    row = drafts.load(tries.work, draft)
    assert row is not None
    form = forms.of(tries.work.campaign, row.form)
    today = tries.work.now.date()
    for _ in range(40):
        ends = [each for row in told[0].buttons for each in row if each.label == form.finish]
        event = (
            Tapped(ends[0].action)
            if ends
            else reply(
                told[0],
                SATURDAY if form.name == "workday" else today,
                lambda own: own[-1 if form.name == "person_role" else 0],
            )
        )
        if isinstance(event, Sent):
            event = Sent(BOOK if "xlsx" in told[0].text or "表格" in told[0].text else PAPER)
        assert event is not None, told[0]
        tries.begin("step")
        told = tries.answer(name, event)
        row = drafts.load(tries.work, draft)
        assert row is not None
        if row.closed_at is not None:
            tries.back("step")
            return draft, event
        tries.work.conn.exec_driver_sql("RELEASE step")
    raise AssertionError(told)


@pytest.mark.parametrize("unit", MARKS)
def test_every_form_by_everybody_who_lost_or_kept_the_right_to_it(whole: Whole, unit: str) -> None:
    """What was filled in while it was one's right is not done once it is not, and the form is put away."""

    def sweep(work: Work) -> list[tuple[str, ...]]:
        tries, wrong = Tries(whole, work), list[tuple[str, ...]]()
        for line in lines(FORMS):
            tries.begin("form")
            draft, last = filled(tries, opener(line, unit), "m:" + whole.action(line.action, unit))
            for name in EVERYBODY:
                told, changed = tries.tried(name, last, draft=draft)
                found, wanted = verdict(told, changed=changed), due(line, name, unit)
                if found != wanted:
                    wrong.append((line.name, line.action, name, f"{found} instead of {wanted}", told[0].text[:80]))
            tries.back("form")
        return wrong

    wrong = whole.store.do(sweep)
    assert not wrong, "\n".join(map(str, wrong))
