"""Whatever is done to a report, in whatever order: its versions keep their promises."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaigns import load
from bot.core import lifecycle
from bot.core.lifecycle import DONE, TO_STAMP, Move
from storage import people, submissions
from storage.work import Store
from tests.kit.office import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.submissions import Filed
    from storage.work import Work

FACTS: Final[dict[str, dict[str, Any]]] = {
    "sign": {"signed_by": 1},
    "stamp": {"stamped_by": 1, "stamp": [{"sha256": "a" * 64}]},
    "restamp": {"stamped_by": 1, "stamp": [{"sha256": "b" * 64}]},
}
#: A move, and how many versions before the newest it is aimed at.
STEPS: Final = st.lists(st.tuples(st.sampled_from(get_args(Move)), st.integers(0, 2)), min_size=1, max_size=16)

_periods = itertools.count()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    file = tmp_path_factory.mktemp("walk") / "duban.db"
    store = Store(f"sqlite:///{file}", now=lambda: datetime(2020, 7, 9, 7, tzinfo=UTC), campaign=load(SAMPLE))
    store.migrate()
    store.do(people.create_person, "赵某")
    yield store
    store.close()


@dataclass
class Walk:
    """One report, and the states each of its versions has been in."""

    work: Work
    needs: set[str]
    period: str = field(default_factory=lambda: f"walk-{next(_periods)}")
    paths: list[list[str]] = field(default_factory=list)

    def rows(self) -> list[Filed]:
        return submissions.of_report(self.work, "contacts", self.period, "nongji")

    def file(self, move: Move) -> None:
        before = self.rows()
        if before and before[-1].state not in lifecycle.CORRECTABLE:
            return
        state = lifecycle.after("draft", move, self.needs)
        submissions.file(
            self.work,
            duty="contacts",
            period=self.period,
            unit="nongji",
            number="n",
            answers={"n": len(before)},
            form_version=1,
            zero=False,
            filed_by=1,
            state=state,
            on_behalf=move == "file_for",
        )
        self.paths.append([state])
        assert self.rows()[:-1] == [replace(each, current=False) for each in before]

    def move(self, move: Move, back: int) -> None:
        before = self.rows()
        if len(before) <= back:
            return
        aimed = before[-1 - back]
        if not lifecycle.permits(aimed.state, move, self.needs):
            return
        state = lifecycle.after(aimed.state, move, self.needs)
        moved = submissions.move(self.work, aimed.id, aimed.state, state, **FACTS.get(move, {}))
        assert moved == aimed.current
        if moved:
            self.paths[-1].append(state)
        assert self.rows()[:-1] == before[:-1]
        assert moved or self.rows() == before

    def holds(self) -> None:
        rows = self.rows()
        assert [each.version for each in rows] == list(range(1, len(rows) + 1))
        assert [each.current for each in rows] == [each.version == len(rows) for each in rows]
        for each, path in zip(rows, self.paths, strict=True):
            assert each.state == path[-1]
            signed, stamped = each.signed_by is not None, bool(each.stamp)
            if each.state in DONE and not each.on_behalf:
                assert (signed, stamped) == ("sign_off" in self.needs, "stamp" in self.needs)
            if TO_STAMP.intersection(path):
                assert signed == ("sign_off" in self.needs)


@settings(max_examples=80, deadline=None)
@given(needs=st.sets(st.sampled_from(("sign_off", "stamp"))), steps=STEPS)
def test_versions_keep_their_promises_whatever_is_done(
    store: Store, needs: set[str], steps: list[tuple[Move, int]]
) -> None:
    """One is current; the older ones stay as they were; what is reported has all it needs, for itself."""

    def go(work: Work) -> None:
        walk = Walk(work, needs)
        for move, back in steps:
            if move in {"file", "file_for"}:
                walk.file(move)
            else:
                walk.move(move, back)
            walk.holds()

    store.do(go)
