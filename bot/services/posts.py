"""What becomes of a role: given, ended, passed on with what was in hand for it. Whom it concerns is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from bot.core.problems import Problem
from bot.services import inhand, notices
from bot.texts import people as texts
from bot.texts.enrolment import role_of
from storage import audit, invitations, people, submissions
from storage import posts as stored
from storage.statements import lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from bot.core.campaign import Campaign
    from storage.people import Member
    from storage.posts import Post
    from storage.work import Work

_INSTANT: Final = timedelta(microseconds=1)


def position(campaign: Campaign, role: str, unit: str) -> str:
    """Say one role as a title: 畜牧兽医服务中心联系人."""
    return role_of(role, campaign.unit_name(unit))


def known(work: Work, person_id: int) -> Member:
    """Return a person; Problem("gone") when there is none of this id."""
    found = people.find(work, person_id)
    if found is None:
        raise Problem("gone")
    return found


def give(work: Work, person_id: int, role: str, unit: str, by: int | None, *, tell: bool = True) -> bool:
    """Give a role for good; False when they hold it already."""
    post = people.grant(work, person_id, role, unit)
    if post is None:
        return False
    passed, title = inhand.pick_up(work, person_id, role, unit, by), position(work.campaign, role, unit)
    audit.note(work, by, "role.give", f"person:{person_id}", role=role, unit=unit, **passed.record)
    if tell:
        notices.tell(work, [person_id], f"role/{post}/given", texts.given(title))
    if passed.moved:
        notices.tell(work, [person_id], f"role/{post}/found", texts.found(title, len(passed.moved)))
    return True


def end(work: Work, person_id: int, role: str, unit: str, by: int | None) -> None:
    """Take a role back. What was in hand goes to a colleague in the same role, or stays with its record.

    Problem("last_admin"), or Problem("role_gone") when they do not hold it (any more).
    """
    if role == "admin":
        _keep_one(work, person_id)
    held = (each for each in stored.of_person(work, person_id) if (each.role, each.unit) == (role, unit))
    if (deputy := next(held, None)) is not None and deputy.deputy_of is not None:
        end_deputy(work, deputy, by)
        return
    post = _ended(work, person_id, role, unit)
    heir = _heir(work, role, unit)
    passed = inhand.leave(work, person_id, role, unit, heir, by)
    audit.note(work, by, "role.end", f"person:{person_id}", role=role, unit=unit, **passed.record)
    _end_deputies_of(work, person_id, role, unit, heir, by)
    if role == "admin":  # or they could let themselves in again, by another phone
        _void(work, by, lambda terms: terms.get("by") == person_id and terms.get("deputy_of") != person_id)
    title = position(work.campaign, role, unit)
    notices.tell(work, [person_id], f"role/{post}/ended", texts.ended(title, "", 0))
    if heir is not None and passed.moved:
        message = texts.inherited(title, known(work, person_id).name, len(passed.moved))
        notices.tell(work, [heir], f"role/{post}/inherited", message)


def _heir(work: Work, role: str, unit: str) -> int | None:
    """Return a colleague who holds a unit's role for good."""
    standing_in = {post.person_id for post in stored.deputies(work) if post.unit == unit} if role == "head" else set()
    held = (each.id for each in people.members(work, role, unit) if unit)
    return next((person for person in held if person not in standing_in), None)


def pass_on(work: Work, leaver: int, role: str, unit: str, successor: int, by: int | None) -> None:
    """换人: the role ends here and begins there in one transaction, and what was in hand goes along.

    Others who were invited to follow the leaver come too late: their links are good no more. Names stay as they are
    in reports and records. Reminders go on: who holds the role is asked at every heartbeat.
    """
    left = _ended(work, leaver, role, unit)
    taken = people.grant(work, successor, role, unit)
    passed = inhand.leave(work, leaver, role, unit, successor, by)
    record = {"role": role, "unit": unit, "to": successor, **passed.record}
    audit.note(work, by, "role.pass", f"person:{leaver}", **record)
    _end_deputies_of(work, leaver, role, unit, successor, by)
    _void(work, by, lambda terms: terms.get("replaces") == leaver, (role, unit))
    title = position(work.campaign, role, unit)
    before, after = known(work, leaver), known(work, successor)
    notices.tell(work, [leaver], f"role/{left}/ended", texts.ended(title, after.name, len(passed.moved)))
    signatures = submissions.count_awaiting(work, [unit]) if role == "head" else 0
    message = texts.taken_over(title, before.name, len(passed.moved), signatures)
    notices.tell(work, [successor], f"role/{taken or left}/taken", message)


def _ended(work: Work, person_id: int, role: str, unit: str) -> int:
    post = people.end(work, person_id, role, unit)
    if post is None:
        raise Problem("role_gone", role=position(work.campaign, role, unit))
    return post


def _keep_one(work: Work, person_id: int) -> None:
    """Refuse to take the last administrator's role: nobody could give it back."""
    lock(work, "role", "admin")
    if all(each.id == person_id for each in people.members(work, "admin")):
        raise Problem("last_admin")


def _void(
    work: Work, by: int | None, which: Callable[[Mapping[str, Any]], bool], post: tuple[str, str] | None = None
) -> None:
    """Let the open invitations of these terms (to this post) be good no more."""
    for row in invitations.open_ones(work):
        if which(row.terms) and post in {None, (row.role, row.unit)} and invitations.take_back(work, row.id):
            audit.note(work, by, "invitation.take_back", f"invitation:{row.id}", name=row.name)


# ── 代签 ─────────────────────────────────────────────────────────────────


def depute(work: Work, deputy: int, principal: int, unit: str, until: datetime, by: int | None) -> bool:
    """Let somebody sign for a head until a moment, and tell both; False when they sign there anyway."""
    post = people.grant(work, deputy, "head", unit, until=until, deputy_of=principal)
    if post is None:
        return False
    audit.note(work, by, "deputy.begin", f"person:{deputy}", unit=unit, deputy_of=principal, until=until.isoformat())
    unit_, day = work.campaign.unit_name(unit), last_day(work.campaign, until)
    begins = texts.deputy_begins(unit_, known(work, principal).name, day)
    notices.tell(work, [deputy], f"role/{post}/deputy", begins)
    notices.tell(work, [principal], f"role/{post}/deputy", texts.has_deputy(unit_, known(work, deputy).name, day))
    return True


def end_deputy(work: Work, post: Post, by: int | None) -> bool:
    """Let a deputy's time be over, and tell both; False when it is already."""
    return _end_deputy(work, post, post.deputy_of, by)


def _end_deputy(work: Work, post: Post, to: int | None, by: int | None) -> bool:
    """End it, and pass on what the deputy has in hand, to the principal or who follows them."""
    if not stored.end(work, post.id):
        return False
    passed = inhand.leave(work, post.person_id, post.role, post.unit, to, by)
    audit.note(work, by, "deputy.end", f"person:{post.person_id}", unit=post.unit, **passed.record)
    unit, principal = work.campaign.unit_name(post.unit), post.principal or ""
    message = texts.deputy_ends(unit, post.name, principal, resumes=to == post.deputy_of)
    told = [person for person in (post.person_id, post.deputy_of) if person is not None]
    notices.tell(work, told, f"role/{post.id}/over", message)
    return True


def last_day(campaign: Campaign, until: datetime) -> date:
    """Return the last day of something that ends at midnight after it."""
    return (until.astimezone(campaign.zone) - _INSTANT).date()


def _end_deputies_of(work: Work, person_id: int, role: str, unit: str, to: int | None, by: int | None) -> None:
    """Nobody stands in for a head who is none any more."""
    if role == "head":
        for post in stored.deputies(work):
            if (post.deputy_of, post.unit) == (person_id, unit):
                _end_deputy(work, post, to, by)
