from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.election import Election
from storage.engine import DatabaseError, open_engine


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_program_on_one_sqlite_file_is_refused(database_url: str) -> None:
    first, second = Election(database_url), Election(database_url)
    assert first.elected()
    assert first.elected()
    with pytest.raises(DatabaseError, match=r"另一个督办程序使用.*duban\.db$"):
        second.elected()
    first.resign()
    assert second.elected()
    second.resign()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_replicas_one_sends_until_it_resigns(database_url: str) -> None:
    first, second = Election(database_url), Election(database_url)
    assert [first.elected(), second.elected(), first.elected(), second.elected()] == [True, False, True, False]
    first.resign()
    assert [second.elected(), first.elected()] == [True, False]
    second.resign()
    first.resign()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_replica_that_was_cut_off_sends_no_more(database_url: str) -> None:
    first, second = Election(database_url), Election(database_url)
    assert first.elected()
    with open_engine(database_url, pooled=False).begin() as admin:
        admin.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    assert not first.elected()
    assert [second.elected(), first.elected()] == [True, False]
    first.resign()
    second.resign()
