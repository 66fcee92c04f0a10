"""What one input means and what answers it: commands, buttons, words, or the next step of a dialog.

The edge of every use case: one input, one transaction, holding the inbox row's end, whatever it changed, and the
replies as outbox rows. A refusal (`Problem`) is caught here and becomes one friendly sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import forms
from bot.core import dialog
from bot.core.campaign_rules import WEEKLY
from bot.core.messages import Command, Event, Message, Said, Sent, Tapped, Unreadable
from bot.core.problems import Problem
from bot.services import (
    admin,
    arrears,
    deliveries,
    deputies,
    dialogs,
    enrolment,
    entering,
    excusing,
    exporting,
    filing,
    handover,
    imports,
    inviting,
    issues,
    ledger,
    menus,
    overview,
    owing,
    people_admin,
    reception,
    reminding,
    reports,
    signoff,
    stages,
    stamping,
    subjects,
    subscribing,
    summary,
    todo,
    urging,
    versions,
)
from bot.services.dialogs import Finished, Left
from bot.services.subjects import row_id
from bot.services.visit import Visit
from bot.texts import conversation as texts
from bot.texts import menu as menu_texts
from bot.texts.enrolment import LINK_INVALID
from bot.texts.problems import sentence
from storage import files, inbox, outbox, people

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storage.inbox import Incoming
    from storage.outbox import Outgoing
    from storage.people import AccountRow
    from storage.work import Work


@dataclass(frozen=True, slots=True)
class Served:
    """What serving one input came to: replies to send now, whether notices wait, or an earlier input to serve first."""

    replies: tuple[Outgoing, ...] = ()
    notified: bool = False
    earlier: Incoming | None = None


def serve(
    work: Work, incoming: Incoming, event: Event | None, owner: str, *, tapped: str = "", name: str = ""
) -> Served:
    """Serve one input, unless it is done already or an earlier one of the same chat is not."""
    oldest = inbox.oldest_id(work, incoming.channel, incoming.address)
    if oldest is None or oldest > incoming.id:
        return Served()
    if oldest < incoming.id:
        return Served(earlier=inbox.oldest_waiting(work, incoming.channel, incoming.address))
    account = people.account(work, incoming.channel, incoming.address)
    if isinstance(event, Sent) and account.person_id is not None:
        files.record(work, event.file, account.person_id)
    messages = answer(work, account, event, incoming.id, name) if event is not None else ()
    replies = _reply(work, account, messages, incoming.id, owner, tapped)
    inbox.finish(work, incoming.id)
    return Served(replies, notified=work.queued)


def apologise(work: Work, incoming: Incoming, owner: str) -> Served:
    """Give up an input that could not be answered, and say so; the error is in the log and in the inbox row."""
    if inbox.oldest_id(work, incoming.channel, incoming.address) != incoming.id:
        return Served()
    account = people.account(work, incoming.channel, incoming.address)
    inbox.give_up(work, incoming.id, "failed")
    return Served(_reply(work, account, (Message(texts.SORRY),), incoming.id, owner, ""))


def _reply(
    work: Work, account: AccountRow, messages: tuple[Message, ...], input_id: int, owner: str, tapped: str
) -> tuple[Outgoing, ...]:
    """Queue the replies as already being sent by this process: their state is committed before the call goes out."""
    return tuple(
        outbox.reply(
            work,
            key=f"reply/{input_id}/{place}",
            account=account,
            payload=message.to_json(),
            edits=tapped if place == 0 and message.place != "new" else "",
            owner=owner,
        )
        for place, message in enumerate(messages)
    )


def answer(work: Work, account: AccountRow, event: Event, input_id: int, name: str) -> tuple[Message, ...]:
    """Return what this account is told in answer."""
    if not account.roles:  # a stranger, or somebody whose last role has ended: an invitation lets either in
        told = enrolment.greet_stranger(work, account, event, name)
        entered = people.account(work, account.channel, account.address)
        return told if told or not entered.roles else (_welcome(Visit(work, entered, input_id)),)
    visit = Visit(work, account, input_id)
    try:
        return _answer(visit, event)
    except Problem as problem:
        return _refusal(visit, problem)


def _welcome(visit: Visit) -> Message:
    return menus.menu(visit, title=texts.WELCOME)


def _refusal(visit: Visit, problem: Problem) -> tuple[Message, ...]:
    """Say why not, and put the person back where they were."""
    if isinstance(report := problem.facts.get("report"), int):  # it has moved on: show what has become of it
        return (reports.show(visit, report, sentence(problem)),)
    if problem.key in texts.WITH_MENU:
        return (menus.menu(visit, sentence(problem)),)
    return (Message(sentence(problem), buttons=((menu_texts.BACK_TO_MENU,),)),)


def _answer(visit: Visit, event: Event) -> tuple[Message, ...]:
    match event:
        case Command(name, argument):
            return _command(visit, name, argument)
        case Tapped(action):
            return _tap(visit, action)
        case Said(text) if (meant := _meant(visit, text)) is not None:
            return _tap(visit, meant)
        case _:
            return _in_dialog(visit, event)


def _meant(visit: Visit, text: str) -> str | None:
    """Return the button somebody typed instead of tapping; within a dialog only the whole words on the menu."""
    word = text.strip()
    if visit.account.draft_id is not None and word not in menu_texts.LABELS:
        return None
    return menu_texts.WORDS.get(word)


def _in_dialog(visit: Visit, event: Event) -> tuple[Message, ...]:
    if visit.account.draft_id is None:
        if isinstance(event, Unreadable):
            return (menus.menu(visit, texts.UNREADABLE),)
        if isinstance(event, Said) and (page := _looked_up(visit, event.text)):
            return (page,)
        return (menus.menu(visit, texts.LOST),)
    try:
        row = dialogs.own(visit, visit.account.draft_id)
    except Problem:
        people.focus(visit.work, visit.account.id, None)
        return (menus.menu(visit, texts.LOST),)
    return _after(visit, dialogs.advance(visit, row, event))


def _looked_up(visit: Visit, text: str) -> Message | None:
    """Return what somebody typed the number of: an entry of the ledger, or a report by the code on its sheet."""
    return issues.show_number(visit, text.strip()) or versions.of_paper(visit, text)


def _after(visit: Visit, outcome: dialogs.Outcome) -> tuple[Message, ...]:
    if isinstance(outcome, Message):
        return (outcome,)
    if isinstance(outcome, Left):
        return (menus.menu(visit, dialogs.left(outcome), place="next"),)
    try:
        message = FINISHED[outcome.form.name](visit, outcome)
    except Problem as problem:
        if problem.key in FOR_GOOD:
            dialogs.close(visit, outcome)
        raise
    dialogs.close(visit, outcome)
    return (message,)


#: Refusals that do not pass: a form refused for one of these is put away.
FOR_GOOD = frozenset(
    {
        "forbidden",
        "gone",
        "accepted_already",
        "superseded",
        "state_passed",
        "unchanged",
        "excuse_reported",
        "excused_already",
        "excuse_under_way",
        "role_gone",
        "role_held",
        "unit_left",
    }
)


#: What a finished form does.
FINISHED: Mapping[str, Callable[[Visit, Finished], Message]] = {
    **dict.fromkeys(forms.OF_DUTIES, filing.file),
    "stamped": stamping.take,
    "return": signoff.send_back,
    "excuse": excusing.grant,
    "invite": inviting.take,
    "person_edit": people_admin.correct,
    "person_role": people_admin.add_role,
    "handover": handover.take,
    "deputy": deputies.take,
    "issue": entering.file,
    "ledger_import": imports.take,
    "issue_find": ledger.found,
    "issue_together": ledger.decide_together,
    "issue_sign_together": ledger.decide_together,
    **dict.fromkeys(issues.FORM_OF.values(), issues.finish),
    **admin.FINISHED,
}


def _command(visit: Visit, name: str, argument: str) -> tuple[Message, ...]:
    if name not in COMMANDS:
        return (menus.menu(visit, texts.UNKNOWN_COMMAND),)
    return COMMANDS[name](visit, argument)


def _renewed(visit: Visit) -> Visit:
    """Return the visit with the roles the visitor has by now."""
    return Visit(visit.work, people.account(visit.work, visit.account.channel, visit.account.address), visit.input_id)


def _start(visit: Visit, token: str) -> tuple[Message, ...]:
    if not token:
        return (menus.menu(visit),)
    if enrolment.redeem(visit.work, visit.account, token, visit.account.name) is None:
        return (LINK_INVALID,)
    return (_welcome(_renewed(visit)),)


def _status(visit: Visit, _: str) -> tuple[Message, ...]:
    return (reception.desk(visit) if visit.may("standing.see") else reports.mine(visit),)


def _cancel(visit: Visit, _: str) -> tuple[Message, ...]:
    if visit.account.draft_id is None:
        return (menus.menu(visit, texts.NOTHING_TO_CANCEL),)
    return _after(visit, dialogs.cancel(visit, dialogs.own(visit, visit.account.draft_id)))


#: Commands, for people who type (C8: everything is reachable by buttons as well).
COMMANDS: Mapping[str, Callable[[Visit, str], tuple[Message, ...]]] = {
    "start": _start,
    "menu": lambda visit, _: (menus.menu(visit),),
    "weekly": lambda visit, _: (owing.choose(visit, WEEKLY),),
    "ledger": lambda visit, _: (ledger.home(visit),),
    "status": _status,
    "summary": lambda visit, _: (summary.show(visit),),
    "export": lambda visit, _: (exporting.tables(visit),),
    "help": lambda visit, _: (menus.help_page(visit),),
    "cancel": _cancel,
}


def _tap(visit: Visit, action: str) -> tuple[Message, ...]:
    found = dialog.parse_action(action)
    if found is not None:
        row = dialogs.own(visit, found.draft_id)
        return _after(visit, dialogs.advance(visit, row, Tapped(action)))
    kind, _, rest = action.partition(":")
    verb, _, argument = rest.partition(":")
    if kind != "m" or verb not in TAPS:
        return (menus.menu(visit, texts.OLD_BUTTON),)
    return (TAPS[verb](visit, argument),)


def _file(visit: Visit, argument: str) -> Message:
    if "/" not in argument:
        if all(argument != duty.key for duty in visit.campaign.duties):
            raise Problem("gone")
        return owing.choose(visit, argument)
    occurrence = subjects.occurrence(visit.campaign, argument.partition("@")[0])
    stage = visit.campaign.duty(occurrence.duty).stage is not None
    if "@" not in argument:  # a reminder's button names the period, the visitor's unit is theirs
        return stages.choose(visit, occurrence) if stage else owing.fill_period(visit, occurrence)
    subject = subjects.parse(visit.campaign, argument)
    return stages.show(visit, subject) if stage else filing.fill(visit, subject)


def _story(visit: Visit, argument: str) -> Message:
    issue, _, page = argument.partition(":")
    return issues.story(visit, row_id(issue), row_id(page) if page else None)


#: Every button of the menu and of notices: the word after "m:", and what it does.
TAPS: Mapping[str, Callable[[Visit, str], Message]] = {
    "menu": lambda visit, _: menus.menu(visit, place="next"),
    "help": lambda visit, _: menus.help_page(visit),
    "file": _file,
    "go": lambda visit, draft: dialogs.go_on(visit, dialogs.own(visit, row_id(draft))),
    "for": filing.fill_for,
    "mine": lambda visit, page: reports.mine(visit, row_id(page or "0")),
    "see": lambda visit, report: reports.show(visit, row_id(report)),
    "fix": lambda visit, report: filing.correct(visit, row_id(report)),
    "withdraw": lambda visit, report: filing.ask_withdraw(visit, row_id(report)),
    "withdrawn": lambda visit, report: filing.withdraw(visit, row_id(report)),
    "sign": lambda visit, _: signoff.waiting(visit),
    "ack": stages.acknowledge,
    "ok": lambda visit, report: signoff.sign(visit, row_id(report)),
    "no": lambda visit, report: signoff.ask_reason(visit, row_id(report)),
    "stamp": lambda visit, report: stamping.ask(visit, row_id(report)),
    "print": lambda visit, report: stamping.fetch(visit, row_id(report)),
    "versions": versions.listing,
    "compare": versions.compare,
    "accept": lambda visit, report: signoff.accept(visit, row_id(report)),
    "acceptall": reception.accept_all,
    "state": reception.state,
    "urge": urging.urge,
    "table": lambda visit, week: exporting.take(visit, week or "weekly/"),
    "export": exporting.choose,
    "take": exporting.take,
    "todo": todo.todo,
    "matrix": overview.matrix,
    "unit": overview.unit,
    "summary": lambda visit, _: summary.show(visit),
    "sumunits": summary.units,
    "sumareas": lambda visit, _: summary.areas(visit),
    "sumarea": summary.area,
    "sumweek": summary.week,
    "owing": lambda visit, _: arrears.page(visit),
    "bulletin": summary.bulletin,
    "bulletinword": lambda visit, period: summary.bulletin(visit, period, word=True),
    "subscriptions": lambda visit, _: subscribing.show(visit),
    "subscribe": subscribing.begin,
    "unsubscribe": subscribing.end,
    "excuse": excusing.ask,
    "excuses": excusing.listing,
    "unexcuse": lambda visit, excuse: excusing.ask_end(visit, row_id(excuse)),
    "unexcused": lambda visit, excuse: excusing.end(visit, row_id(excuse)),
    "enter": lambda visit, _: entering.begin(visit),
    "again": lambda visit, issue: entering.again(visit, row_id(issue)),
    "ledger": lambda visit, _: ledger.home(visit),
    "list": ledger.listing,
    "units": ledger.units,
    "areas": ledger.areas,
    "find": lambda visit, _: ledger.ask_words(visit),
    "found": ledger.results,
    "issue": lambda visit, issue: issues.show(visit, row_id(issue)),
    "do": issues.act,
    "story": _story,
    "papers": lambda visit, issue: issues.papers(visit, row_id(issue)),
    "sheet": lambda visit, issue: issues.sheet(visit, row_id(issue)),
    "desk": ledger.desk,
    "signing": lambda visit, page: ledger.desk(visit, page, sign=True),
    "together": ledger.together,
    "account": lambda visit, _: ledger.account(visit),
    "accountbook": lambda visit, _: exporting.take(visit, "reconciliation/"),
    "book": lambda visit, chosen: exporting.take(visit, f"ledger/{chosen}"),
    "foundbook": exporting.found,
    "public": lambda visit, _: exporting.take(visit, "public/"),
    "import": lambda visit, row: imports.confirm(visit, row_id(row)) if row else ledger.importing(visit),
    "importno": lambda visit, row: imports.drop(visit, row_id(row)),
    "upload": lambda visit, _: ledger.upload(visit),
    "template": lambda visit, _: imports.template(visit),
    "snooze": reminding.snooze,
    "people": people_admin.listing,
    "person": lambda visit, person: people_admin.person(visit, row_id(person)),
    "rename": lambda visit, person: people_admin.ask_correction(visit, row_id(person)),
    "addrole": lambda visit, person: people_admin.ask_role(visit, row_id(person)),
    "dismiss": people_admin.ask_dismiss,
    "dismissed": people_admin.dismiss,
    "reinvite": lambda visit, person: people_admin.ask_reinvite(visit, row_id(person)),
    "reinvited": lambda visit, person: people_admin.reinvite(visit, row_id(person)),
    "handover": handover.ask,
    "invite": lambda visit, _: inviting.begin(visit),
    "invited": inviting.waiting,
    "uninvite": lambda visit, row: inviting.ask_take_back(visit, row_id(row)),
    "uninvited": lambda visit, row: inviting.take_back(visit, row_id(row)),
    "deputy": lambda visit, _: deputies.show(visit),
    "depute": deputies.ask,
    "undepute": lambda visit, post: deputies.ask_end(visit, row_id(post)),
    "undeputed": lambda visit, post: deputies.end(visit, row_id(post)),
    "pushes": deliveries.page,
    "troubles": lambda visit, _: deliveries.troubles(visit),
    "resend": lambda visit, row: deliveries.resend(visit, row_id(row)),
    **admin.TAPS,
}
