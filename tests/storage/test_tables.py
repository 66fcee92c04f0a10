from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError
from sqlmodel import col

from storage.tables import Person

if TYPE_CHECKING:
    from storage.work import Store, Work

BEIJING = timezone(timedelta(hours=8))


def keep(work: Work, moment: datetime) -> datetime:
    work.conn.execute(insert(Person), {"name": "a", "phone": "", "created_at": moment})
    return work.conn.execute(select(col(Person.created_at))).scalar_one()


def test_a_moment_comes_back_as_the_same_instant_in_utc(store: Store) -> None:
    found = store.do(keep, datetime(2020, 7, 10, 12, 0, 0, 123456, tzinfo=BEIJING))
    assert found.isoformat() == "2020-07-10T04:00:00.123456+00:00"


def test_a_moment_without_an_offset_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="naive moment"):
        store.do(keep, datetime(2020, 7, 10, 12, 0))  # noqa: DTZ001 - the point


def test_moments_are_ordered_as_instants(store: Store) -> None:
    def put_two(work: Work) -> list[str]:
        for name, moment in (
            ("late", datetime(2020, 7, 10, 5, tzinfo=UTC)),
            ("early", datetime(2020, 7, 10, 12, tzinfo=BEIJING)),
        ):
            work.conn.execute(insert(Person), {"name": name, "phone": "", "created_at": moment})
        return list(work.conn.scalars(select(col(Person.name)).order_by(col(Person.created_at))))

    assert store.do(put_two) == ["early", "late"]
