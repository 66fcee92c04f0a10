"""What a draft looks like: question, review page, chooser, confirmation of cancelling.

Owns the buttons that are offered, and with them what may be tapped: `offered` is the one list of both. A
message stays well below the 4096 characters of the Bot API: what is recalled is shortened first.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from bot.core.draft import REVIEW, Draft, action
from bot.core.fields import Date
from bot.core.messages import Button, Message, Place, Tone
from bot.core.plain_text import clean, clip, fit_all, one_line, units
from bot.texts import dialog as words
from bot.texts.problems import sentence

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.form import Field, Form
    from bot.core.kind import Value

#: Bot API: a text has at most 4096 UTF-16 units; title and progress need some of them.
_ROOM: Final = 3900
_REVIEW_ROOM: Final = 3400
_RECALL_ROOM: Final = 1300
_KEPT_ROOM: Final = 800
_ABOUT_ROOM: Final = 120
_REUSE_ROOM: Final = 24
_COLUMN_ROOM: Final = 40
#: Answers on one page of the chooser: all of most forms.
_CHOICES: Final = 16

#: Label, move and argument, tone.
Offer = tuple[str, str, Tone]


def held(field: Field, draft: Draft) -> Value:
    """Return what was begun on the question; else the earlier answer, where the kind goes on from it."""
    if draft.scratch is None and field.kind.resumes:
        return draft.answers.get(field.key)
    return draft.scratch


def refill(field: Field, draft: Draft) -> Value:
    """Return the known value offered for this question; None when there is none that suits."""
    value = draft.facts.get(field.prefill or field.follows)
    return value if value is not None and field.kind.valid(value, draft.facts) else None


def _timely(field: Field, value: Value, draft: Draft, now: datetime) -> bool:
    """Tell whether a known day may still be answered: it was good once, and may have passed since."""
    if not isinstance(field.kind, Date):
        return True
    first, last = field.kind.limits(now.date(), draft.facts)
    return first <= date.fromisoformat(value) <= last


def offered(form: Form, draft: Draft, asked: tuple[Field, ...], now: datetime) -> list[list[Offer]]:
    """Return the dialog's own buttons on the present page, besides those of the question's kind."""
    if draft.over == "cancel":
        return [[(words.CANCEL_SURELY, "X", "danger"), (words.GO_ON, "w", "plain")]]
    if draft.over == "change":
        return _chooser(draft, asked)
    if draft.at == REVIEW:
        return [
            [(form.finish, "ok", "primary")],
            [(words.CHANGE, "m", "plain"), (words.BACK, "b", "plain")],
            [(words.LATER, "l", "plain"), (words.CANCEL, "x", "plain")],
        ]
    return _offered_beside(form, draft, asked, now)


def _chooser(draft: Draft, asked: tuple[Field, ...]) -> list[list[Offer]]:
    """Return the buttons that change one answer each, of the page the chooser is on."""
    page = draft.scratch if isinstance(draft.scratch, int) else 0
    first = page * _CHOICES
    labels = [words.chooser_label(n, one_line(each.label, _COLUMN_ROOM)) for n, each in enumerate(asked, 1)]
    choices: list[list[Offer]] = [
        [(label, f"e:{index}", "plain")] for index, label in enumerate(labels) if first <= index < first + _CHOICES
    ]
    along: list[Offer] = [(words.TO_REVIEW, "w", "plain")]
    if page:
        along.insert(0, (words.PAGE_BACK, f"m:{page - 1}", "plain"))
    if first + _CHOICES < len(asked):
        along.append((words.PAGE_ON, f"m:{page + 1}", "plain"))
    return [*choices, along]


def _offered_beside(form: Form, draft: Draft, asked: tuple[Field, ...], now: datetime) -> list[list[Offer]]:
    """Return the buttons beside a question."""
    field = next(each for each in asked if each.key == draft.at)
    first = form.steps(draft.answers, draft.facts, draft.at)[0]
    known = form.known(draft.answers, draft.facts)
    rows: list[list[Offer]] = []
    if form.zero and form.zero.true(draft.facts) and field is first and not draft.answers and not draft.changing:
        rows.append([(form.zero.label, "z", "plain")])
    answered = field.key in known
    if answered and not field.kind.resumes:
        rows.append([(words.KEEP, "h", "primary")])
    value = refill(field, draft)
    if value is not None and value != known.get(field.key) and _timely(field, value, draft, now):
        shown = one_line(field.kind.show(value, draft.facts), _REUSE_ROOM)
        rows.append([(words.reuse(shown), "p", "plain" if answered else "primary")])
    along: list[Offer] = []
    complete = form.next_after(draft.answers, draft.skipped, draft.facts) is None
    if field is not first or (draft.changing and complete):
        along.append((words.BACK, "b", "plain"))
    if field.optional:
        along.append((words.SKIP, "s", "plain"))
    if along:
        rows.append(along)
    away: list[Offer] = [(words.CANCEL, "x", "plain")]
    if form.review:
        away.insert(0, (words.LATER, "l", "plain"))
    rows.append(away)
    return rows


def draw(form: Form, draft: Draft, now: datetime, notice: str = "", place: Place = "new") -> Message:
    """Return the page a draft is on; `notice` is said first. The draft must fit the form."""
    asked = form.asked(draft.answers, draft.facts)
    rows = offered(form, draft, asked, now)
    about = clip(clean(str(draft.facts.get("about", ""))), _ABOUT_ROOM)
    if draft.over == "cancel":
        return _message(draft, form.title, [notice, words.CANCEL_QUESTION], rows, place)
    if draft.over == "change":
        return _message(draft, form.title, [notice, words.CHOOSER_QUESTION], rows, place)
    if draft.at == REVIEW:
        problem = form.contradiction(draft.answers, draft.facts)
        told = notice or (sentence(problem) if problem else "")
        texts = [told, about, *_review(form, draft, asked)]
        return _message(draft, words.review_title(form.title), texts, rows, place)
    return _question(form, draft, now, rows, [notice, about], place)


def _question(
    form: Form,
    draft: Draft,
    now: datetime,
    rows: list[list[Offer]],
    above: list[str],
    place: Place,
) -> Message:
    steps = form.steps(draft.answers, draft.facts, draft.at)
    number = next(number for number, each in enumerate(steps) if each.key == draft.at)
    field = steps[number]
    known = form.known(draft.answers, draft.facts)
    holding = held(field, draft)
    texts = [*above, form.intro if number == 0 and not draft.answers and not draft.changing else ""]
    if field.recall and (recalled := draft.facts.get(field.recall)):
        texts.append(words.recalled(field.recall_label, clip(clean(str(recalled)), _RECALL_ROOM)))
    texts += [
        field.question + (words.OPTIONAL if field.optional else ""),
        field.kind.hint(draft.facts, holding),
    ]
    if field.key in known:
        shown = field.kind.show(known[field.key], draft.facts)
        texts.append(words.kept(clip(shown, _KEPT_ROOM)))
    own: list[list[Offer]] = [
        [(label, move, "primary" if move == "k" else "plain") for label, move in row]
        for row in field.kind.keyboard(now, draft.facts, holding)
    ]
    title = words.progress(form.title, number + 1, len(steps)) if len(form.fields) > 1 else form.title
    zero = rows[:1] if rows[0][0][1] == "z" else []  # what most weeks need stands first
    return _message(draft, title, texts, [*zero, *own, *rows[len(zero) :]], place, field)


def _review(form: Form, draft: Draft, asked: tuple[Field, ...]) -> list[str]:
    """Return the review page's text: answers whole where they fit together, else shortened and saying so."""
    known = form.known(draft.answers, draft.facts)
    shown = [each.kind.show(known[each.key], draft.facts) if each.key in known else words.NOTHING for each in asked]
    labels = [one_line(each.label, _COLUMN_ROOM) for each in asked]
    marks = sum(units(words.review_line(number, label, "")) + 2 for number, label in enumerate(labels, 1))
    share = fit_all(shown, _REVIEW_ROOM - marks)
    if share is not None:
        mark = units(words.cut("", 10_000))
        shown = [
            text if units(text) <= share else words.cut(clip(text, max(share - mark, 1)), len(text)) for text in shown
        ]
    lines = [
        words.review_line(number, label, text)
        for number, (label, text) in enumerate(zip(labels, shown, strict=True), 1)
    ]
    return [
        words.REVIEW_QUESTION.format(finish=form.finish),
        "\n".join(lines),
        words.REVIEW_SHORTENED if share is not None else "",
    ]


def _message(
    draft: Draft,
    title: str,
    texts: list[str],
    rows: list[list[Offer]],
    place: Place,
    field: Field | None = None,
) -> Message:
    return Message(
        clip("\n\n".join(text for text in texts if text), _ROOM),
        title=title,
        buttons=tuple(tuple(Button(label, action(draft, move), tone) for label, move, tone in row) for row in rows),
        expects=field.kind.expects if field else "nothing",
        example=field.sample if field else "",
        place=place,
    )
