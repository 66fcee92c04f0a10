"""The menu and help, as they fit the visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import forms
from bot.core import deadlines
from bot.services import ledger, posts, subjects
from bot.texts import menu as texts
from bot.texts.enrolment import DEPUTY_MARK
from storage import drafts, outbox, submissions
from storage import posts as stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.campaign import Campaign
    from bot.core.messages import Message, Place
    from bot.services.visit import Visit


def menu(visit: Visit, text: str = "", *, title: str = "", place: Place = "new") -> Message:
    """Return the visitor's menu under `text`, by default who they are here."""
    roles = [role for role, _ in visit.roles]
    units = [unit for role, unit in visit.roles if role == "head"]
    positions = [
        posts.position(visit.campaign, role, unit) + (DEPUTY_MARK if role == "head" and _stands_in(visit, unit) else "")
        for role, unit in visit.roles
    ]
    return texts.menu(
        text or texts.greeting(visit.account.name, positions),
        roles,
        title=title,
        waiting={
            texts.SIGN: submissions.count_awaiting(visit.work, units) + _waiting(visit, sign=True) if units else 0,
            texts.DESK: _waiting(visit, sign=False),
            texts.TROUBLES: outbox.count_troubles(visit.work) if visit.may("delivery.see") else 0,
        },
        parts=list(_parts(visit.campaign)),
        unfinished=[
            (subjects.title(visit.campaign, forms.of(visit.campaign, row.form).title, row.subject, row.state), row.id)
            for row in drafts.of_person(visit.work, visit.person_id)
            if forms.of(
                visit.campaign, row.form
            ).review  # a single question is asked again sooner than it is found here
        ],
        place=place,
    )


def _parts(campaign: Campaign) -> Iterator[texts.Part]:
    if deadlines.weeks(campaign):
        yield "weekly"
    if campaign.ledger is not None:
        yield "ledger"


def _stands_in(visit: Visit, unit: str) -> bool:
    return stored.is_deputy(visit.work, visit.person_id, unit)


def _waiting(visit: Visit, *, sign: bool) -> int:
    return ledger.waiting(visit, sign=sign) if visit.campaign.ledger is not None else 0


def help_page(visit: Visit) -> Message:
    """Return help for the visitor's roles."""
    return texts.help_page([role for role, _ in visit.roles])
