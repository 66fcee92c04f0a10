"""Whatever is done to people, in whatever order: no role and no form is lost silently, and history keeps its names."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from bot.core.problems import Problem
from bot.services import deputies, enrolment, posts
from storage import drafts, people, submissions
from storage import posts as stored
from storage.tables import Audit, Draft, Membership, Outbox, Person, Submission
from storage.work import Store
from tests.conftest import THURSDAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from bot.core.campaign import Campaign
    from storage.posts import Post
    from storage.work import Work
    from tests.kit.databases import PostgresServer, SqliteFiles

UNITS = ("nongji", "xumu")
NAMES = ("管某", "赵某", "钱某", "孙某", "李某")

WHO = st.integers(1, len(NAMES))
#: One of those there are just then, counted round.
ANY = st.integers(0, 30)
POST = st.sampled_from((*((role, unit) for role in ("contact", "head") for unit in UNITS), ("admin", "")))
DEED = st.one_of(
    st.tuples(st.just("give"), WHO, POST),
    st.tuples(st.just("end"), ANY),
    st.tuples(st.just("pass"), ANY, WHO),
    st.tuples(st.just("invite"), ANY, WHO),
    st.tuples(st.just("depute"), ANY, WHO),
    st.tuples(st.just("draft"), ANY, st.sampled_from((28, 29))),
    st.tuples(st.just("file"), ANY),
    st.tuples(st.just("wait")),
)


def begin(work: Work) -> None:
    """Bring everybody in, each with a chat and a role; the first is admin as well."""
    for place, name in enumerate(NAMES):
        person = people.create_person(work, name)
        people.bind(work, people.account(work, "web", name).id, person)
        people.grant(work, person, "contact" if place % 2 else "head", UNITS[place // 2 % 2])
    people.grant(work, 1, "admin")


def do(work: Work, deed: tuple[Any, ...]) -> None:
    """Do one thing; what is refused changes nothing."""
    before = state(work)
    try:
        DEEDS[deed[0]](work, *deed[1:])
    except Problem:
        assert state(work) == before


def one(work: Work, which: int, *roles: str) -> Post | None:
    """Return one of the posts that are held in these roles, None while there is none."""
    held = [post for person in range(1, len(NAMES) + 1) for post in stored.of_person(work, person)]
    held = [post for post in held if post.role in roles]
    return held[which % len(held)] if held else None


def give(work: Work, person: int, post: tuple[str, str]) -> None:
    posts.give(work, person, *post, by=1)


def end(work: Work, which: int) -> None:
    if post := one(work, which, "contact", "head", "admin"):
        posts.end(work, post.person_id, post.role, post.unit, by=1)


def pass_on(work: Work, which: int, successor: int) -> None:
    post = one(work, which, "contact", "head")
    if post and post.deputy_of is None and post.person_id != successor:
        posts.pass_on(work, post.person_id, post.role, post.unit, successor, by=1)


def invite(work: Work, which: int, successor: int) -> None:
    post = one(work, which, "contact", "head")
    if post and post.deputy_of is None and post.person_id != successor:
        name = NAMES[successor - 1]
        issued = enrolment.invite(work, post.role, post.unit, name, terms={"replaces": post.person_id})
        enrolment.redeem(work, people.account(work, "web", name), issued.token, "")


def depute(work: Work, which: int, deputy: int) -> None:
    post = one(work, which, "head")
    if post and post.deputy_of is None:
        until = work.now + timedelta(days=1)
        posts.depute(work, deputy, post.person_id, post.unit, until, by=post.person_id)


def draft(work: Work, which: int, week: int) -> None:
    if post := one(work, which, "contact"):
        subject = f"weekly/2020-W{week}@{post.unit}"
        if drafts.open_for(work, post.person_id, "weekly", subject) is None:
            drafts.create(work, post.person_id, "weekly", subject)


def file(work: Work, which: int) -> None:
    if post := one(work, which, "contact"):
        submissions.file(
            work, duty="weekly", period="2020-W27", unit=post.unit, number="1", answers={}, form_version=1, zero=True,
            filed_by=post.person_id, state="awaiting",
        )  # fmt: skip


DEEDS: Mapping[str, Callable[..., object]] = {
    "give": give,
    "end": end,
    "pass": pass_on,
    "invite": invite,
    "depute": depute,
    "draft": draft,
    "file": file,
    "wait": deputies.end_due,
}


def state(work: Work) -> list[list[tuple[object, ...]]]:
    """Return everything a refusal must leave alone."""
    tables = (Membership, Draft, Audit, Outbox, Person, Submission)
    return [[tuple(row) for row in work.conn.execute(select(table).order_by(col(table.id)))] for table in tables]


def check(work: Work) -> None:
    assert people.members(work, "admin"), "somebody can still give roles"
    assert list(work.conn.scalars(select(col(Person.name)).order_by(col(Person.id)))) == list(NAMES)
    for filed in submissions.versions(work, "weekly", "2020-W27"):
        assert filed.filed_by_name == NAMES[filed.filed_by - 1]
    check_ends(work)
    check_drafts(work)
    for each in stored.deputies(work):
        assert each.until is not None
        assert any(head.id == each.deputy_of for head in people.members(work, "head", each.unit))


def check_ends(work: Work) -> None:
    """Every end is on record, and whoever it was heard of it."""
    ended = work.conn.execute(select(Membership).where(col(Membership.ended_at).is_not(None))).all()
    recorded = Counter(
        work.conn.scalars(
            select(col(Audit.action)).where(col(Audit.action).in_(("role.end", "role.pass", "deputy.end")))
        )
    )
    assert sum(recorded.values()) + renewed(work) == len(ended)
    told = {(row.key, row.person_id) for row in work.conn.execute(select(col(Outbox.key), col(Outbox.person_id)))}
    for row in ended:
        if row.deputy_of is None:
            assert (f"role/{row.id}/ended", row.person_id) in told


def renewed(work: Work) -> int:
    """Count what was given for good, or for longer, to somebody who had it as a deputy."""
    rows = work.conn.execute(select(Membership).order_by(col(Membership.id))).all()
    over = set(work.conn.scalars(select(col(Outbox.key)).where(col(Outbox.key).like("role/%/over"))))
    return sum(
        row.deputy_of is not None and row.ended_at is not None and f"role/{row.id}/over" not in over for row in rows
    )


def check_drafts(work: Work) -> None:
    """Whoever has an open form may file it, or has left with a record of it; closed ones are on record as well."""
    details = list(work.conn.scalars(select(col(Audit.detail))))
    noted = {id_ for detail in details for key in ("drafts_kept", "drafts_closed") for id_ in detail.get(key, [])}
    for row in work.conn.execute(select(Draft)):
        unit = row.subject.rpartition("@")[2]
        holds = any(each.id == row.person_id for each in people.members(work, "contact", unit))
        assert (holds and row.closed_at is None) or row.id in noted


def play(url: str, campaign: Campaign, deeds: list[tuple[Any, ...]]) -> None:
    moment = [THURSDAY]
    store = Store(url, now=lambda: moment[0], campaign=campaign)
    try:
        store.do(begin)
        for deed in deeds:
            moment[0] += timedelta(days=2) if deed[0] == "wait" else timedelta(minutes=1)
            store.do(do, deed)
            store.do(check)
    finally:
        store.close()


@settings(max_examples=50)
@given(deeds=st.lists(DEED, min_size=12, max_size=30))
def test_nothing_is_lost_whoever_comes_and_goes(
    sqlite_files: SqliteFiles,
    tmp_path_factory: pytest.TempPathFactory,
    campaign: Campaign,
    deeds: list[tuple[Any, ...]],
) -> None:
    play(sqlite_files.copy(tmp_path_factory.mktemp("people")), campaign, deeds)


@settings(max_examples=6)
@given(deeds=st.lists(DEED, min_size=15, max_size=25))
def test_nothing_is_lost_on_postgresql(
    postgres_server: PostgresServer, campaign: Campaign, deeds: list[tuple[Any, ...]]
) -> None:
    play(postgres_server.clean(), campaign, deeds)
