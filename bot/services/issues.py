"""One entry of the ledger: its page, its history, its papers, and every move somebody makes on it (plan: L4).

What is permitted is `bot.core.issues.RULES`, whose right it is `bot.core.access`. A button carries the version it was
made for: what was decided on a page that has changed since is not done.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.core import access, issues
from bot.core.entries import fingerprint, folded, search_text
from bot.core.messages import Attachment, Button, Message, Place, Tone
from bot.core.plain_text import one_line
from bot.core.problems import Problem
from bot.forms import FORMS
from bot.forms.issue import DESCRIBING
from bot.services import dialogs, notices
from bot.services.reports import files_in
from bot.services.subjects import row_id
from bot.texts import issues as texts
from bot.texts import menu as menu_texts
from bot.texts import moments
from bot.texts.menu import in_pairs
from storage import drafts, people
from storage import issues as stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.campaign import Campaign, Ledger
    from bot.core.form import Form
    from bot.core.issues import Move
    from bot.services.dialogs import Finished
    from bot.services.visit import Visit
    from storage.issues import Change, Entry

#: The form that gathers what a move needs; the others are one tap.
FORM_OF: Final[Mapping[Move, str]] = {
    "progress": "progress",
    "correct": "issue_correct",
    "ask_closing": "closing_request",
    "ask_extension": "extension",
    "ask_transfer": "transfer_request",
    "refuse": "issue_refuse",
    "send_back": "issue_send_back",
    "decline": "issue_refuse",
    "continue": "issue_continue",
    "transfer": "issue_transfer",
    "reply": "issue_reply",
    "take_back": "issue_take_back",
    "reopen": "issue_reopen",
}
#: What a unit says stays true whatever happened to the entry while it was filled in; all else is said about the page as
#: it was.
ADDING: Final[frozenset[Move]] = frozenset({"progress", "ask_closing", "ask_extension", "ask_transfer"})
#: The order of the buttons on the page.
ORDER: Final[tuple[Move, ...]] = (
    "sign",
    "refuse",
    "close",
    "send_back",
    "grant",
    "decline",
    "progress",
    "ask_closing",
    "ask_extension",
    "ask_transfer",
    "correct",
    "withdraw",
    "continue",
    "transfer",
    "reply",
    "take_back",
    "reopen",
)
#: Who hears of a move besides the one who makes it.
TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "sign": ("contact",),
    "refuse": ("contact",),
    "withdraw": (),
    "progress": (),
    "correct": (),
    **dict.fromkeys(("close", "send_back", "grant", "decline", "continue"), ("contact", "head")),
    **dict.fromkeys(("transfer", "reply", "take_back", "reopen"), ("contact", "head")),
}
_BRIEF: Final = 48
_ABOUT: Final = 100


def ledger_of(campaign: Campaign) -> Ledger:
    """Return the campaign's ledger; Problem("gone") when it keeps none."""
    if campaign.ledger is None:
        raise Problem("gone")
    return campaign.ledger


def load(visit: Visit, issue_id: int) -> Entry:
    """Return an entry the visitor may see; Problem("gone") or Problem("forbidden")."""
    entry = stored.get(visit.work, issue_id)
    if entry is None:
        raise Problem("gone")
    visit.require("issue.see", entry.unit)
    return entry


def facts_of(visit: Visit, entry: Entry) -> texts.Facts:
    """Return what pages and lists say of an entry."""
    campaign = visit.campaign
    today = visit.now.date()
    return texts.Facts(
        id=entry.id,
        number=entry.number,
        unit=campaign.unit_name(entry.unit),
        state=entry.state,
        asked=entry.asked,
        due=entry.due,
        first_due=entry.first_due,
        colour=issues.colour(entry.state, entry.due, today, campaign.workdays, ledger_of(campaign).yellow),
        brief=one_line(str(entry.answers.get("description", "")), _BRIEF),
    )


# ── The page ─────────────────────────────────────────────────────────────


def show(visit: Visit, issue_id: int, notice: str = "", *, place: Place = "next") -> Message:
    """Show an entry with what the visitor may do to it."""
    return _page(visit, load(visit, issue_id), notice, place=place, roles=visit.roles)


def show_number(visit: Visit, number: str) -> Message | None:
    """Show the entry of this number, if there is one the visitor may see."""
    entry = stored.by_number(visit.work, folded(number).upper())
    if entry is None or not visit.may("issue.see", entry.unit):
        return None
    return _page(visit, entry, "", place="new", roles=visit.roles)


def _page(visit: Visit, entry: Entry, notice: str, *, place: Place, roles: access.Roles) -> Message:
    return texts.page(
        facts_of(visit, entry),
        *content(visit, entry),
        buttons=[
            *in_pairs([*_moves(entry, roles), *_ways(entry)]),
            (Button(menu_texts.LEDGER, "m:ledger"), menu_texts.BACK_TO_MENU),
        ],
        notice=notice,
        place=place,
    )


class Content(NamedTuple):
    """What a page says of an entry: its deadline and unit, texts under their headings, facts a line each."""

    head: list[str]
    parts: list[tuple[str, str]]
    foot: list[str]


def content(visit: Visit, entry: Entry) -> Content:
    """Return what there is to say of an entry."""
    facts = facts_of(visit, entry)
    deadline = texts.deadline(facts, visit.now.date(), visit.campaign.workdays, name=_deadline(entry))
    return Content(
        head=[deadline, f"单位：{facts.unit}"],
        parts=list(_parts(entry)),
        foot=[*_lines(visit.campaign, entry), *_foot(visit, entry)],
    )


def _deadline(entry: Entry) -> str:
    """Return what the day is called until which something has to happen."""
    if entry.continuing:
        return "下次复核"
    untouched = entry.handling == "at_once" and entry.due == entry.first_due
    return "签批时限" if untouched else "整改时限"


def _lines(campaign: Campaign, entry: Entry) -> Iterator[str]:
    handling = issues.HANDLING_NAMES[entry.handling]
    yield f"类别：{_item(campaign, entry)}"
    yield f"情形：{entry.kind}　程度：{entry.severity}"
    yield f"来源：{entry.source}　发现：{moments.day(entry.found_on)}"
    yield f"整改类型：{handling}" + ("　持续整改" if entry.continuing else "")
    if entry.answers.get("responsible"):
        yield f"责任人：{entry.answers['responsible']}　{entry.answers.get('phone', '')}".rstrip()


def _item(campaign: Campaign, entry: Entry) -> str:
    return f"{campaign.area_name(entry.area)}－{entry.item}"


def _parts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the texts of an entry under their headings: the problem, what is asked for, the latest news."""
    latest = entry.latest
    yield "具体问题", str(entry.answers.get("description", ""))
    if entry.answers.get("measures"):
        yield "整改措施", str(entry.answers["measures"])
    if (news := latest.get("progress")) and entry.state in issues.OPEN:
        yield f"最新进展（{_signed(news)}）", str(news.get("text", ""))
    what = entry.asked.partition("/")[0]
    if (what == "closing" or entry.state == "closed") and (news := latest.get("ask_closing")):
        yield "整改结果", f"{news.get('result', '')}（{_day(news.get('mended_on'))}完成）"
    if what == "extension" and (news := latest.get("ask_extension")):
        yield "申请延期", f"延至{_day(news.get('due'))}。{news.get('reason', '')}"
    if what == "transfer" and (news := latest.get("ask_transfer")):
        yield "申请移交", f"拟移交{news.get('receiver', '')}。{news.get('reason', '')}"
    if entry.state == "returned" and (news := _newest(latest, "send_back", "reopen", "take_back")):
        yield f"退回原因（{_signed(news)}）", str(news.get("reason", ""))
    if entry.continuing and (news := latest.get("continue")):
        yield "持续整改要求", str(news.get("reason", ""))
    if entry.state == "transferred" and (news := latest.get("transfer")):
        document = f"，文号{news['document']}" if news.get("document") else ""
        yield "移交情况", f"{_day(news.get('on'))}移交{news.get('receiver', '')}{document}。{news.get('reason', '')}"
        reply = latest.get("reply")
        if reply and str(reply.get("at")) >= str(news.get("at")):  # not to an earlier transfer
            yield "移交回复", f"{reply.get('text', '')}（{_day(reply.get('on'))}）"


def _newest(latest: Mapping[str, Any], *moves: str) -> Mapping[str, Any] | None:
    found = [latest[move] for move in moves if move in latest]
    return max(found, key=lambda each: str(each.get("at", ""))) if found else None


def _signed(news: Mapping[str, Any]) -> str:
    """Say when and by whom: 7月9日 赵某."""
    day = str(news.get("day", ""))
    return " ".join(part for part in (_day(day), str(news.get("by", ""))) if part)


def _day(text: object) -> str:
    try:
        return moments.day(date.fromisoformat(str(text)))
    except ValueError:
        return ""


def _foot(visit: Visit, entry: Entry) -> Iterator[str]:
    zone = visit.campaign.zone
    yield f"录入：{entry.entered_by_name}，{moments.moment(entry.entered_at, zone)}"
    if entry.state == "closed" and (news := entry.latest.get("close")):
        opinion = f"，意见：{news['opinion']}" if news.get("opinion") else ""
        yield f"核查：{_signed(news)}{opinion}"
    yield f"状态：{issues.standing(entry.state, entry.asked)}"


def _moves(entry: Entry, roles: access.Roles) -> list[Button]:
    """Return a button for every move these roles have here."""
    permitted = {
        rule.move
        for rule in issues.rules_for(entry.state, entry.asked, criminal=entry.criminal)
        if access.may(roles, rule.right, entry.unit)
    }
    return [_button(entry, move) for move in ORDER if move in permitted]


def _button(entry: Entry, move: Move) -> Button:
    tone: Tone = "primary" if move in texts.PRIMARY else "danger" if move in texts.DANGER else "plain"
    return Button(texts.MOVES[move], f"m:do:{move}:{entry.id}:{entry.version}", tone)


def _ways(entry: Entry) -> list[Button]:
    """Return the buttons that look at more of it."""
    seen = sum(1 for _ in papers_of(entry))
    look = [Button(texts.STORY, f"m:story:{entry.id}")]
    if seen:
        look.insert(0, Button(f"{texts.PAPERS}（{seen}）", f"m:papers:{entry.id}"))
    if entry.state in issues.MENDED or entry.asked == "closing/head":
        look.append(Button(texts.SHEET, f"m:sheet:{entry.id}"))
    return look


# ── Papers and history ───────────────────────────────────────────────────

_PAPERS: Final = (
    ("证据材料", "", "evidence"),
    ("整改前", "progress", "before"),
    ("整改后", "progress", "after"),
    ("整改前", "ask_closing", "before"),
    ("整改后", "ask_closing", "after"),
)


def papers_of(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files of an entry as it stands, each once, with what they show: 证据材料, 整改前, 整改后."""
    seen: set[str] = set()
    for name, move, key in _PAPERS:
        source = entry.latest.get(move, {}) if move else entry.answers
        for file in files_in(source.get(key)):
            if file["sha256"] not in seen:
                seen.add(file["sha256"])
                yield name, file


def papers(visit: Visit, issue_id: int) -> Message:
    """查看材料: the entry's files."""
    entry = load(visit, issue_id)
    found = list(papers_of(entry))
    if not found:
        raise Problem("no_papers")
    return texts.papers(
        facts_of(visit, entry),
        tuple(Attachment("file", file["sha256"], file["name"], about=f"issue:{entry.id}") for _, file in found),
        [f"{number}. {name}：{file['name']}" for number, (name, file) in enumerate(found, 1)],
    )


def sheet(visit: Visit, issue_id: int) -> Message:
    """销号申请单: the printable sheet, made when it is sent."""
    entry = load(visit, issue_id)
    name = f"{texts.SHEET}_{entry.number}.xlsx"
    attachment = Attachment("table", f"closing-sheet/{entry.id}", name, about=f"issue:{entry.id}")
    return texts.sheet(facts_of(visit, entry), attachment)


def story(visit: Visit, issue_id: int, page: int | None = None) -> Message:
    """办理记录: every change, oldest first; the newest page unless another is asked for."""
    entry = load(visit, issue_id)
    told = changes(visit, entry)
    pages = max(1, -(-len(told) // texts.STORY_PAGE))
    at = pages - 1 if page is None else min(page, pages - 1)
    shown = told[at * texts.STORY_PAGE : (at + 1) * texts.STORY_PAGE]
    return texts.story(facts_of(visit, entry), shown, at, pages)


def changes(visit: Visit, entry: Entry) -> list[str]:
    """Return an entry's history in words, oldest first."""
    return [_change(visit.campaign, change) for change in stored.history(visit.work, entry.id)]


def _change(campaign: Campaign, change: Change) -> str:
    names = {str(state): name for state, name in issues.NAMES.items()}
    moved = change.due_before is not None and change.due_before != change.due_after
    return texts.changed(
        at=moments.moment(change.at, campaign.zone),
        who=change.person_name,
        move=change.move,
        before=names.get(change.before, change.before),
        after=names.get(change.after, change.after),
        asked=next((asked for asked in issues.ASKED_NAMES if asked == change.asked_after), ""),
        dues=(moments.day(change.due_before), moments.day(change.due_after))
        if moved and change.due_before is not None
        else None,
        details=list(_details(campaign, change)),
        files=sum(len(files_in(value)) for value in change.detail.values()),
    )


def _details(campaign: Campaign, change: Change) -> Iterator[tuple[str, str]]:
    """Yield what a change said, by the names its form has for it; of a correction, what stood there before."""
    form = _form(change.move)
    if form is None:
        if change.reason:
            yield "意见", change.reason
        return
    answers = change.detail.get("was", change.detail)
    for field in form.fields:
        value = answers.get(field.key)
        if value is not None and not files_in(value):
            name = f"原{field.label}" if change.move == "correct" else field.label
            yield name, field.kind.show(value, campaign.ledger_lists)


def _form(move: str) -> Form | None:
    name = next((name for known, name in FORM_OF.items() if known == move), None)
    return FORMS[name] if name else None


# ── Moves ────────────────────────────────────────────────────────────────


def act(visit: Visit, argument: str) -> Message:
    """Take "move:id:version" off a button: ask what the move needs, or make it."""
    name, entry, same = _aimed(visit, argument)
    move = _known(name)
    if not same:
        return show(visit, entry.id, texts.SAID[move] if _did(visit, entry, argument) else texts.MOVED)
    rule = issues.rule_of(entry.state, entry.asked, move, criminal=entry.criminal)
    visit.require(rule.right, entry.unit)
    if move in FORM_OF:
        return _ask(visit, entry, move)
    if move == "withdraw" and not argument.endswith(":yes"):
        return texts.ask_withdraw(facts_of(visit, entry), f"m:do:{argument}:yes")
    try:
        return _made(visit, entry, move, {})
    except Problem as problem:
        if problem.key != "issue_moved":
            raise
        return act(visit, argument)  # somebody was faster by a moment: the page says what has become of it


def _aimed(visit: Visit, argument: str) -> tuple[str, Entry, bool]:
    """Read the move, the entry, and whether it is still as it was when the button was made."""
    name, _, rest = argument.partition(":")
    number, _, rest = rest.partition(":")
    version = rest.partition(":")[0]
    entry = load(visit, row_id(number))
    return name, entry, version == str(entry.version)


def _did(visit: Visit, entry: Entry, argument: str) -> bool:
    """Tell whether the newest change is the visitor's own, by this very button: a double tap did what it says."""
    last = stored.history(visit.work, entry.id)[-1]
    button = f"{last.move}:{entry.id}:{last.version - 1}"
    return last.person_id == visit.person_id and argument.removesuffix(":yes") == button


def _known(name: str) -> Move:
    move = next((move for move in texts.MOVES if move == name), None)
    if move is None:
        raise Problem("gone")
    return move


def _ask(visit: Visit, entry: Entry, move: Move) -> Message:
    form = FORMS[FORM_OF[move]]
    answers = {key: entry.answers[key] for key in _describing() if key in entry.answers} if move == "correct" else None
    return dialogs.begin(visit, form, f"issue/{entry.id}/{move}/{entry.version}", _facts(visit, entry), answers)


def _describing() -> tuple[str, ...]:
    return tuple(field.key for field in DESCRIBING)


def _facts(visit: Visit, entry: Entry) -> dict[str, Any]:
    """Return what the forms of moves read."""
    campaign, today = visit.campaign, visit.now.date()
    latest = entry.latest
    brief = one_line(str(entry.answers.get("description", "")), _ABOUT)
    facts: dict[str, Any] = {
        **campaign.ledger_lists,
        "about": f"{entry.number} {campaign.unit_name(entry.unit)}：{brief}",
        "found_on": entry.found_on.isoformat(),
        "day_after_due": date.fromordinal(max(entry.due, today).toordinal() + 1).isoformat(),
    }
    if entry.due >= today:
        facts["due"] = entry.due.isoformat()
    if text := latest.get("progress", {}).get("text"):
        facts["last_text"] = text
    if entry.asked == "transfer/brigade":
        facts |= {key: latest.get("ask_transfer", {}).get(key) for key in ("receiver", "reason")}
    return facts


def finish(visit: Visit, finished: Finished) -> Message:
    """Make the move a finished form belongs to, if the entry still is what it was filled in about.

    The form is put away even if it is refused: what stands against it does not pass.
    """
    dialogs.close(visit, finished)
    _, issue_id, name, version = finished.row.subject.split("/")
    move = _known(name)
    entry = load(visit, int(issue_id))
    if str(entry.version) != version and move not in ADDING:
        return show(visit, entry.id, texts.MOVED)
    answers = dict(finished.draft.answers)
    if move == "ask_closing" and answers.get("criminal"):
        move = "ask_transfer"
    try:
        return _made(visit, entry, move, answers)
    except Problem as problem:
        if problem.key != "issue_moved":
            raise
        return finish(visit, finished)  # somebody was faster by a moment: it is looked at anew


def _made(visit: Visit, entry: Entry, move: Move, answers: Mapping[str, Any]) -> Message:
    after = make(visit, entry, move, answers)
    if after.asked in issues.TO_SIGN and after.asked != entry.asked:
        return texts.asked_receipt(facts_of(visit, after), texts.MOVES[move], heads_of(visit, after))
    return _page(visit, after, texts.SAID[move], place="next", roles=visit.roles)


def make(visit: Visit, entry: Entry, move: Move, answers: Mapping[str, Any]) -> Entry:
    """Make a move: one row of history, and whom it concerns is told; Problem when it is not possible (any more)."""
    rule = issues.rule_of(entry.state, entry.asked, move, criminal=entry.criminal)
    visit.require(rule.right, entry.unit)
    state, asked = issues.after(entry.state, entry.asked, move, criminal=entry.criminal)
    latest = entry.latest if move == "correct" else {**entry.latest, move: said(visit, answers)}
    values = _values(visit, entry, move, answers)
    detail = {**answers, "was": _was(entry, answers)} if move == "correct" else dict(answers)
    if not stored.change(
        visit.work,
        entry,
        move=move,
        by=visit.person_id,
        state=state,
        asked=asked,
        reason=str(answers.get("reason") or answers.get("opinion") or ""),
        detail=detail,
        latest=latest,
        **values,
    ):
        raise Problem("issue_moved")
    after = load(visit, entry.id)
    _tell(visit, entry, after, move, answers)
    _put_away(visit, after)
    return after


def _put_away(visit: Visit, entry: Entry) -> None:
    """Close what else the visitor had begun about an entry and what nothing can come of any more."""
    about = f"issue/{entry.id}/"
    permitted = {rule.move for rule in issues.rules_for(entry.state, entry.asked, criminal=entry.criminal)}
    for row in drafts.of_person(visit.work, visit.person_id):
        if row.subject.startswith(about) and row.subject.split("/")[2] not in ADDING & permitted:
            drafts.close(visit.work, row.id, "cancelled")
            if row.id == visit.account.draft_id:
                people.focus(visit.work, visit.account.id, None)


def said(visit: Visit, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `latest` keeps of a move: who, when (UTC, and the day on the screen), and the answers."""
    return {
        "by": visit.account.name,
        "at": visit.work.now.isoformat(),
        "day": visit.now.date().isoformat(),
        **answers,
    }


def _was(entry: Entry, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a correction replaces."""
    return {
        key: entry.answers[key]
        for key in _describing()
        if key in entry.answers and entry.answers[key] != answers.get(key)
    }


def _values(visit: Visit, entry: Entry, move: Move, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns a move writes besides state and what is asked for."""
    due: dict[str, Any] = {"due": date.fromisoformat(answers["due"])} if "due" in answers else {}
    match move:
        case "ask_extension":
            values: dict[str, Any] = {"wanted_due": due["due"]}
        case "grant":
            values = {"due": entry.wanted_due or entry.due, "wanted_due": None}
        case "ask_transfer":
            values = {"criminal": answers["receiver"] in ledger_of(visit.campaign).judicial}
        case "refuse" | "decline" | "withdraw":
            values = {"wanted_due": None, "criminal": False}
        case "send_back" | "reopen" | "take_back":
            values = {**due, "criminal": False, "continuing": False}
        case "continue":
            values = {**due, "continuing": True}
        case "close":
            values = {"continuing": False}
        case "transfer":
            values = {"wanted_due": None, "continuing": False}
        case "correct":
            values = _corrected(entry, answers)
        case _:
            values = {}
    return values


def _corrected(entry: Entry, answers: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.answers.items() if key not in _describing()}
    return described(entry.unit, {**kept, **answers})


def described(unit: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that repeat what the answers to `DESCRIBING` say."""
    area, _, item = str(answers["item"]).partition("/")
    return {
        "area": area,
        "item": item,
        "source": answers["source"],
        "kind": answers["kind"],
        "severity": answers["severity"],
        "epidemic": bool(answers["epidemic"]),
        "found_on": date.fromisoformat(answers["found_on"]),
        "happened_on": date.fromisoformat(answers["happened_on"]),
        "answers": dict(answers),
        "search": search_text(answers),
        "fingerprint": fingerprint(unit, str(answers["found_on"]), str(answers["description"])),
    }


# ── Telling ──────────────────────────────────────────────────────────────


def heads_of(visit: Visit, entry: Entry) -> str:
    """Return the names of those who sign for the entry's unit."""
    return "、".join(head.name for head in people.members(visit.work, "head", entry.unit))


def _tell(visit: Visit, before: Entry, after: Entry, move: Move, answers: Mapping[str, Any]) -> None:
    key = f"issue/{after.id}/{after.version}"
    if after.asked != before.asked and after.asked:
        request(visit, after)
    who = TOLD.get(move, ())
    told = [member.id for role in who for member in people.members(visit.work, role, after.unit)]
    if move == "withdraw":
        told = _desk(visit, before)
    message = texts.news(
        facts_of(visit, after),
        texts.NEWS.get(move, "").format(
            who=visit.account.name, due=moments.day(after.due), receiver=answers.get("receiver", "")
        ),
        reason=str(answers.get("reason") or ""),
        reply=str(answers.get("text") or ""),
    )
    notices.tell(visit.work, [each for each in told if each != visit.person_id], key, message)


def _desk(visit: Visit, entry: Entry) -> list[int]:
    """Return who has a request in hand."""
    if entry.asked in issues.TO_SIGN:
        return [head.id for head in people.members(visit.work, "head", entry.unit)]
    return [member.id for member in people.members(visit.work, "brigade")]


def request(visit: Visit, entry: Entry) -> None:
    """Bring a request to the desk it is for."""
    role, unit = ("head", entry.unit) if entry.asked in issues.TO_SIGN else ("brigade", "")
    page = _page(visit, entry, "", place="new", roles=((role, unit),))
    notices.tell(
        visit.work,
        _desk(visit, entry),
        f"issue/{entry.id}/{entry.version}/ask",
        texts.request(page, entry.asked),
    )
