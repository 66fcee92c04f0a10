"""The dialog: what an input does to a form being filled in. Pure: draft and event in, draft and message out.

Owns the moves between questions, the review page and the ways out. Leaves out reading answers
(`bot.core.fields`), drawing pages (`bot.core.pages`), and what follows a finished form (`bot.services`). An
input either is accepted, and the draft's revision rises by one, or it is refused in one sentence and
nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from bot.core.draft import REVIEW, Action, Draft, action, parse_action
from bot.core.kind import NOTHING, More
from bot.core.messages import Event, Message, Place, Said, Tapped
from bot.core.numerals import number
from bot.core.pages import draw, held, offered, refill
from bot.core.plain_text import clean
from bot.core.problems import Problem
from bot.texts import dialog as words
from bot.texts.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.core.form import Answers, Facts, Field, Form
    from bot.core.kind import Value

__all__ = ["REVIEW", "Action", "Draft", "Outcome", "Turn", "action", "begin", "page", "parse_action", "step"]

Outcome = Literal["asking", "finished", "cancelled", "paused"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one input. Only an "asking" turn has a message; what the others say is for services."""

    draft: Draft
    message: Message | None = None
    outcome: Outcome = "asking"


def begin(
    form: Form, draft_id: int, facts: Facts = NOTHING, answers: Answers = NOTHING, *, whole: bool = True
) -> Draft:
    """Return a new draft, of revision 1; with `answers`, the correction of these, on the review page.

    Not `whole`: `answers` are those kept from the last time, and the others are asked. Either way `answers` that do
    not fit the form are asked again, and those that contradict each other are kept: the review page says so.
    """
    fitting = form.fitting(answers, facts)
    fresh = Draft(draft_id, 1, form.name, form.version, "", fitting, dict(facts), changing=bool(fitting))
    asked = form.asked(fitting, facts)
    skipped = tuple(each.key for each in asked if fitting and whole and each.optional and each.key not in fitting)
    return _settled(form, replace(fresh, skipped=skipped))


def page(form: Form, draft: Draft, now: datetime) -> Message:
    """Return the present page again, for somebody who comes back. `now` is in the campaign's zone."""
    return draw(form, _fitted(form, draft), now)


def step(form: Form, draft: Draft, event: Event, now: datetime) -> Turn:
    """Give the draft one event; never raises for what a person can send. `now`: in the campaign's zone."""
    draft = _fitted(form, draft)
    asked = form.asked(draft.answers, draft.facts)
    place: Place = "new"
    if isinstance(event, Tapped):
        found = parse_action(event.action)
        if found is None or found.draft_id != draft.id or not _current(draft, found):
            return Turn(draft, draw(form, draft, now, words.STALE))
        move = f"{found.move}:{found.arg}" if found.arg else found.move
        event, place = Tapped(move), "next"
    elif isinstance(event, Said) and (meant := _meant(form, draft, asked, event.text, now)):
        event = Tapped(meant)
    try:
        after, outcome = _moved(form, draft, asked, event, now)
    except Problem as problem:
        field = form.field(draft.at)
        told = sentence(problem, words.example(field.sample) if field else "")
        return Turn(draft, draw(form, draft, now, told, "same" if place == "next" else "new"))
    revision = draft.revision + 1
    since = draft.since if (after.at, after.over) == (draft.at, draft.over) else revision
    after = replace(after, revision=revision, since=since)
    if outcome != "asking":
        return Turn(after, None, outcome)
    redrawn = place == "next" and since != revision
    return Turn(after, draw(form, after, now, place="same" if redrawn else place))


def _current(draft: Draft, found: Action) -> bool:
    """Tell whether a tap was made on the present page.

    Ticks say what they set, so that several may be tapped faster than the card is drawn again: on the same
    question an earlier revision's tick counts.
    """
    return found.revision == draft.revision or (found.move == "t" and draft.since <= found.revision < draft.revision)


def _meant(form: Form, draft: Draft, asked: tuple[Field, ...], text: str, now: datetime) -> str | None:
    """Return the move of the button whose label was typed; on the review page a number picks an answer."""
    if len(text) > 60:  # noqa: PLR2004 - no label is that long: spare long answers the search
        return None
    typed = clean(text)
    for row in offered(form, draft, asked, now):
        for label, move, _ in row:
            if label == typed:
                return move
    if draft.over == "change" or (draft.at == REVIEW and not draft.over):
        place = number(typed)
        if place and place <= len(asked):
            return f"e:{place - 1}"
    return None


def _moved(form: Form, draft: Draft, asked: tuple[Field, ...], event: Event, now: datetime) -> tuple[Draft, Outcome]:
    """Return the draft after an event and whether the dialog goes on; Problem when it is refused."""
    if isinstance(event, Tapped):
        move, _, arg = event.action.partition(":")
        typed_number = move == "e" and draft.at == REVIEW and draft.over != "cancel"
        there = {known for row in offered(form, draft, asked, now) for _, known, _ in row}
        if typed_number or event.action in there:
            return MOVES[move](form, draft, asked, arg)
        if move == "z" and form.zero and not form.zero.true(draft.facts):
            raise Problem("zero_untrue")
    field = form.field(draft.at)
    if draft.over or field is None:
        raise Problem("button_unknown" if isinstance(event, Tapped) else "buttons_only")
    value = field.kind.read(event, now, draft.facts, held(field, draft))
    if isinstance(value, More):
        return replace(draft, scratch=value.held), "asking"
    return _answered(form, draft, field, value)


def _answered(form: Form, draft: Draft, field: Field, value: Value) -> tuple[Draft, Outcome]:
    _agree(form, draft, field, value)
    skipped = tuple(key for key in draft.skipped if key != field.key)
    answers = {**draft.answers, field.key: value}
    if field.follows and value == draft.facts.get(field.follows):
        del answers[field.key]  # as known: it follows the fact again
    return _onward(form, replace(draft, answers=answers, skipped=skipped))


def _agree(form: Form, draft: Draft, field: Field, value: Value) -> None:
    """Refuse a first answer that contradicts those before it, to which there is a way back.

    A changed one is taken, or two answers that agree could never be changed into two others that do; until all agree
    again, the review page says what does not and cannot be submitted.
    """
    here, live = form.place(field.key), form.live(draft.answers, draft.facts)
    before = {key: given for key, given in live.items() if form.place(key) < here}
    if field.key in live or form.contradiction(before, draft.facts):
        return
    problem = form.contradiction({**before, field.key: value}, draft.facts)
    if problem is not None:
        raise problem


def _onward(form: Form, draft: Draft) -> tuple[Draft, Outcome]:
    """Go from an answered or skipped question to the next one, after the last to the review page."""
    if not draft.changing:
        steps = form.steps(draft.answers, draft.facts)
        here = form.place(draft.at)
        following = next((each for each in steps if form.place(each.key) > here), None)
        if following is not None:
            return replace(draft, at=following.key, scratch=None), "asking"
    settled = _settled(form, draft)
    if settled.at == REVIEW and not form.review and not form.contradiction(settled.answers, settled.facts):
        return _finished(form, settled)
    return settled, "asking"


def _settled(form: Form, draft: Draft) -> Draft:
    """Put a draft on its first open question, or on the review page."""
    first = form.next_after(draft.answers, draft.skipped, draft.facts)
    if first is None:
        return replace(draft, at=REVIEW, scratch=None, over="", changing=False)
    return replace(draft, at=first.key, scratch=None, over="")


def _finished(form: Form, draft: Draft) -> tuple[Draft, Outcome]:
    return replace(draft, answers=form.live(draft.answers, draft.facts)), "finished"


def _fitted(form: Form, draft: Draft) -> Draft:
    """Return a draft the form can go on with: one of another version may hold other questions and answers."""
    if draft.version != form.version:
        answers = form.fitting(draft.answers, draft.facts)
        # Answers given are not gone through again after a new question in their midst: only what is open is asked.
        draft = replace(draft, version=form.version, answers=answers, scratch=None, changing=bool(answers))
    elif draft.at == REVIEW or any(each.key == draft.at for each in form.asked(draft.answers, draft.facts)):
        return draft
    return _settled(form, draft)


Moved = tuple[Draft, Outcome]


def _back(form: Form, draft: Draft, asked: tuple[Field, ...], _: str) -> Moved:
    """Go to the question before; from an answer picked on the review page to that, unless one is open."""
    steps = form.steps(draft.answers, draft.facts)
    if draft.at == REVIEW:
        return replace(draft, at=(steps or asked)[-1].key, scratch=None), "asking"
    if draft.changing and form.next_after(draft.answers, draft.skipped, draft.facts) is None:
        return replace(draft, at=REVIEW, scratch=None, changing=False), "asking"
    before = [each for each in steps if form.place(each.key) < form.place(draft.at)]
    if not before:
        raise Problem("button_unknown")
    return replace(draft, at=before[-1].key, scratch=None), "asking"


def _keep(form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    return _onward(form, draft)


def _reuse(form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    field = form.field(draft.at)
    value = refill(field, draft) if field else None
    if field is None or value is None:
        raise Problem("button_unknown")
    return _answered(form, draft, field, value)


def _skip(form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    answers = {key: value for key, value in draft.answers.items() if key != draft.at}
    skipped = draft.skipped if draft.at in draft.skipped else (*draft.skipped, draft.at)
    return _onward(form, replace(draft, answers=answers, skipped=skipped))


def _cancel(_form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    """Ask first when something would be lost."""
    if draft.answers or (draft.scratch and isinstance(draft.scratch, list)):
        return replace(draft, over="cancel"), "asking"
    return draft, "cancelled"


def _cancel_surely(_form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    return replace(draft, over=""), "cancelled"


def _go_on(_form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    return replace(draft, over="", scratch=None if draft.over == "change" else draft.scratch), "asking"


def _later(_form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    return draft, "paused"


def _choose(_form: Form, draft: Draft, _asked: tuple[Field, ...], arg: str) -> Moved:
    """Ask which answer to change; the chooser holds the page it is on."""
    return replace(draft, over="change", scratch=int(arg or 0)), "asking"


def _change(_form: Form, draft: Draft, asked: tuple[Field, ...], arg: str) -> Moved:
    if not (arg.isascii() and arg.isdigit() and len(arg) <= 3 and int(arg) < len(asked)):  # noqa: PLR2004 - three digits do
        raise Problem("button_unknown")
    return replace(draft, at=asked[int(arg)].key, scratch=None, over="", changing=True), "asking"


def _submit(form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    """Finish; should a question have become open meanwhile, ask it first."""
    if form.next_after(draft.answers, draft.skipped, draft.facts) is not None:
        return _settled(form, replace(draft, changing=True)), "asking"
    problem = form.contradiction(draft.answers, draft.facts)
    if problem is not None:
        raise problem
    return _finished(form, draft)


def _zero(form: Form, draft: Draft, _asked: tuple[Field, ...], _: str) -> Moved:
    answers = dict(form.zero.answers) if form.zero else {}
    return replace(draft, answers=answers, at=REVIEW, scratch=None, skipped=(), zero=True), "finished"


#: What each of the dialog's own buttons does; the letters are part of buttons already sent, so they stay as
#: they are.
MOVES: Final[Mapping[str, Callable[[Form, Draft, tuple[Field, ...], str], Moved]]] = {
    "b": _back,
    "h": _keep,
    "p": _reuse,
    "s": _skip,
    "x": _cancel,
    "X": _cancel_surely,
    "w": _go_on,
    "l": _later,
    "m": _choose,
    "e": _change,
    "ok": _submit,
    "z": _zero,
}
