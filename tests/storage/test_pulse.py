"""What tells open pages that something has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from storage import audit, people
from storage.pulse import pulse
from storage.tables import Audit
from tests.storage import making

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.work import Store, Work


def note(work: Work, ids: Iterable[int]) -> None:
    """Let changes become visible under these ids."""
    row: dict[str, Any] = {"at": work.now, "person_id": None, "action": "test", "subject": "test:1", "detail": {}}
    work.conn.execute(insert(Audit), [{"id": each, **row} for each in ids])


def test_every_change_is_felt_and_nothing_else(store: Store) -> None:
    by = store.do(people.create_person, "赵某")
    felt = [store.do(pulse), store.do(pulse)]
    entry = store.do(making.enter, by)
    felt.append(store.do(pulse))
    store.do(making.change, entry, "progress", by, "mending")
    felt.append(store.do(pulse))
    store.do(audit.note, by, "submission.file", "submission:1")
    felt += [store.do(pulse), store.do(pulse)]
    assert felt[0] == felt[1]
    assert felt[4] == felt[5]
    assert len(set(felt)) == 4


def test_a_change_that_becomes_visible_after_a_later_one_is_felt(store: Store) -> None:
    store.do(note, [number for number in range(1, 200) if number not in {150, 151}])
    felt = [store.do(pulse)]
    for late in (150, 151):
        store.do(note, [late])
        felt.append(store.do(pulse))
    assert len(set(felt)) == 3
