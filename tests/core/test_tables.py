"""A table says the same whenever it is made, adds up, and is never out of step with its columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.tables import Column, Row, Stream, Table, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    Column("unit", "单位", 16, "label"),
    Column("found", "发现问题数", 8, "count", total=True),
    Column("moved", "移送数", 8, "count", total=True),
    Column("day", "日期", 14, "date"),
)
TABLE = Table(
    name="问题汇总表",
    title="问题汇总表",
    columns=COLUMNS,
    rows=(
        Row(("农机监理站", 3, 1, date(2020, 7, 6))),
        Row(("种子管理站", None, None, None), "missing"),
        Row(("渔政管理站", 4, 0, date(2020, 7, 8))),
    ),
    made="汇总时间：2020年7月10日 12:00",
    notes=("未报送单位：种子管理站。",),
)


def test_totals_stand_under_the_columns_that_have_them() -> None:
    assert TABLE.totals == (None, 7, 1, None)


def test_a_table_without_sums_has_no_totals() -> None:
    columns = tuple(replace(column, total=False) for column in COLUMNS)

    assert replace(TABLE, columns=columns).totals == ()


def test_an_empty_table_adds_up_to_nothing() -> None:
    assert replace(TABLE, rows=()).totals == (None, 0, 0, None)


@given(st.lists(st.integers(0, 99_999) | st.none(), max_size=30))
def test_missing_counts_do_not_disturb_the_sum(counts: list[int | None]) -> None:
    rows = tuple(Row(("某单位", count, 0, None)) for count in counts)

    assert replace(TABLE, rows=rows).totals[1] == sum(filter(None, counts))


def test_a_row_out_of_step_is_named() -> None:
    with pytest.raises(ValueError, match="问题汇总表: row 2 has 1 cells for 4 columns"):
        replace(TABLE, rows=(TABLE.rows[0], Row(("农机监理站",))))


def test_the_digest_is_the_same_whenever_and_wherever_it_is_made() -> None:
    later = replace(TABLE, made="汇总时间：2020年7月10日 12:30")

    assert digest(later) == digest(TABLE)
    assert (
        digest(TABLE) == "e436597b2687a54db5a28f7dd085715f56eeb2f46f96646ffcedfd2b93bb312e"
    )  # kept in the outbox: a new reckoning would send every table once more


@pytest.mark.parametrize(
    "other",
    [
        replace(TABLE, rows=(*TABLE.rows[:2], Row(("渔政管理站", 5, 0, date(2020, 7, 8))))),
        replace(TABLE, rows=(*TABLE.rows[:2], Row(("渔政管理站", 4, 0, date(2020, 7, 9))))),
        replace(TABLE, rows=(*TABLE.rows[:2], replace(TABLE.rows[2], tone="late"))),
        replace(TABLE, rows=tuple(reversed(TABLE.rows))),
        replace(TABLE, notes=()),
        replace(TABLE, period="2020年第29周"),
        replace(TABLE, columns=(*COLUMNS[:3], replace(COLUMNS[3], title="完成日期"))),
    ],
)
def test_the_digest_changes_with_what_is_told(other: Table) -> None:
    assert digest(other) != digest(TABLE)


def test_a_moment_counts_in_the_digest() -> None:
    at = [Row(("农机监理站", 1, 0, datetime(2020, 7, 10, hour, tzinfo=UTC))) for hour in (3, 4)]

    assert digest(replace(TABLE, rows=at[:1])) != digest(replace(TABLE, rows=at[1:]))


def stream(rows: list[Row]) -> tuple[Stream, list[int]]:
    """Return rows as a stream, and how often each was made."""
    made = [0] * len(rows)

    def make() -> Iterator[Row]:
        for number, row in enumerate(rows):
            made[number] += 1
            yield row

    return Stream(len(rows), make), made


def test_the_rows_of_a_stream_are_made_only_when_somebody_goes_through_them() -> None:
    rows, made = stream(list(TABLE.rows))
    table = replace(TABLE, rows=rows)

    assert (len(table.rows), made) == (3, [0, 0, 0])
    assert next(iter(table.checked())) == TABLE.rows[0]
    assert made == [1, 0, 0]


def test_a_stream_is_gone_through_again_and_again() -> None:
    rows, made = stream(list(TABLE.rows))
    table = replace(TABLE, rows=rows)

    assert list(table.checked()) == list(table.rows) == list(TABLE.rows)
    assert made == [2, 2, 2]
    assert table.rows[-1] == TABLE.rows[-1]
    assert (table.totals, digest(table)) == (TABLE.totals, digest(TABLE))


def test_a_table_that_is_held_needs_its_stream_no_more() -> None:
    rows, made = stream(list(TABLE.rows))
    held = replace(TABLE, rows=rows).held()

    assert held == TABLE
    assert (list(held.rows), made) == (list(TABLE.rows), [1, 1, 1])


def test_a_streamed_row_out_of_step_is_named_when_it_comes() -> None:
    rows, _ = stream([TABLE.rows[0], Row(("农机监理站",))])
    checked = replace(TABLE, rows=rows).checked()

    assert next(checked) == TABLE.rows[0]
    with pytest.raises(ValueError, match="问题汇总表: row 2 has 1 cells for 4 columns"):
        next(checked)
