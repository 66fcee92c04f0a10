"""How the campaign stands: what is told is what the database holds, counted once more in another way."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.core.deadlines import week_span
from bot.core.issues import MENDED, OPEN
from exports.summary import flow_in, load
from storage import excuses, people, settings, submissions
from storage.tables import Issue, IssueChange
from storage.work import Store
from tests.storage.making import enter, move, new

if TYPE_CHECKING:
    from bot.clock import RehearsalClock
    from bot.core.campaign import Campaign
    from bot.core.issues import Move
    from bot.core.reconciliation import Line
    from bot.core.summary import Summary
    from storage.work import Work

CLOSED: tuple[Move, ...] = ("ask_closing", "sign", "close")
LIVES: tuple[tuple[Move, ...], ...] = (
    (),
    ("progress",),
    ("ask_closing", "sign"),
    ("ask_closing", "sign", "send_back"),
    CLOSED,
    (*CLOSED, "reopen"),
    ("transfer",),
    ("transfer", "take_back"),
)
NOON = datetime(2020, 7, 10, 4, 0, tzinfo=UTC)  # the due moment of week 28


def installed(work: Work, moment: datetime = datetime(2020, 6, 20, tzinfo=UTC)) -> None:
    settings.put(work, settings.INSTALLED, moment.isoformat())


def file(work: Work, unit: str, period: str = "2020-W28", /, duty: str = "weekly", **changes: Any) -> None:  # noqa: ANN401
    by = people.create_person(work, "赵某")
    state = changes.get("state", "reported")
    columns: dict[str, Any] = {
        "number": f"{period}-{unit}",
        "answers": {},
        "form_version": 2,
        "zero": True,
        "filed_by": by,
        "state": "reported",
        "reported_at": work.now if state == "reported" else None,
    }
    submissions.file(work, duty=duty, period=period, unit=unit, **(columns | changes))


def months(store: Store, clock: RehearsalClock) -> None:
    """Let entries come in over six weeks, of three units and three areas, each of them settled a week later."""
    now = clock.now()
    by = store.do(people.create_person, "孙某")
    places = [("nongji", "rules"), ("xumu", "public"), ("zhongye", "rules"), ("nongji", "staff")]
    begun: list[tuple[int, tuple[Move, ...]]] = []
    for week in range(5, -1, -1):
        clock.move(now - timedelta(days=7 * week, hours=1))
        for issue, life in begun:
            for step in life[1:]:
                store.do(move, issue, step, by)
        begun = []
        for number, life in enumerate(LIVES):
            unit, area = places[(number + week) % len(places)]
            due = date(2020, 7, 1) + timedelta(days=3 * number)
            made = store.do(enter, by, new(unit=unit, area=area, due=due, description=f"第{week}周第{number}件"))
            for step in life[:1]:
                store.do(move, made.id, step, by)
            begun.append((made.id, life))
    clock.move(now)


def recounted(rows: list[Any], today: date) -> tuple[int, ...]:
    """Return found, mended, open, overdue, closed and transferred of these rows of the ledger."""
    states = Counter(row.state for row in rows)
    late = sum(row.state in OPEN and row.due is not None and row.due < today for row in rows)
    unfinished = len(rows) - states["closed"] - states["transferred"]
    mended = sum(states[state] for state in MENDED)
    return len(rows), mended, unfinished, late, states["closed"], states["transferred"]


def counted(line: Line) -> tuple[int, ...]:
    return line.found, line.mended, line.closing, line.overdue, line.closed, line.transferred


def test_every_count_is_what_the_ledger_holds(store: Store, clock: RehearsalClock) -> None:
    months(store, clock)
    shown = store.do(load)
    rows = store.do(lambda work: list(work.conn.execute(select(Issue))))
    today = date(2020, 7, 9)

    assert shown.stock is not None
    assert counted(shown.stock) == recounted(rows, today)
    assert 0 < shown.stock.overdue < shown.stock.closing < shown.stock.found
    for line in shown.units:
        assert line.stock is not None
        assert counted(line.stock) == recounted([row for row in rows if row.unit == line.key], today)
    for area in shown.areas:
        assert counted(area.stock) == recounted([row for row in rows if row.area == area.key], today)
    assert [area.name for area in shown.areas][:2] == ["行政执法监督制度", "行政执法监督"]
    assert sum(area.stock.found for area in shown.areas) == shown.stock.found


def open_at(changes: list[Any], moment: datetime) -> int:
    """Return how many entries were neither closed nor transferred at a moment, from the whole history."""
    state = {change.issue_id: change.after for change in changes if change.at < moment}
    return sum(each not in {"closed", "transferred"} for each in state.values())


def test_the_trend_is_what_the_history_says(store: Store, clock: RehearsalClock, campaign: Campaign) -> None:
    store.do(installed)
    months(store, clock)
    shown = store.do(load)
    changes = store.do(lambda work: list(work.conn.execute(select(IssueChange).order_by(col(IssueChange.id)))))

    assert [point.period for point in shown.trend] == ["2020-W26", "2020-W27", "2020-W28"]
    for point in shown.trend:
        begin, end = week_span(point.period, campaign.zone)
        within = [change for change in changes if begin <= change.at < end and change.before != change.after]
        assert point.open == open_at(changes, end)
        assert point.found == sum(change.before == "" for change in within)
        assert point.closed == sum(change.after == "closed" for change in within)
        flow = store.do(flow_in, point.period)
        assert (flow.found, flow.closed) == (point.found, point.closed)
    assert shown.stock is not None
    assert shown.trend[-1].open == shown.stock.closing
    assert len({point.open for point in shown.trend}) > 1


def test_the_trend_of_a_campaign_that_is_over_ends_with_its_last_week(store: Store, clock: RehearsalClock) -> None:
    store.do(installed)
    months(store, clock)
    clock.move(datetime(2020, 12, 22, 4, 0, tzinfo=UTC))
    by = store.do(people.create_person, "孙某")
    store.do(enter, by)
    clock.move(datetime(2021, 2, 1, 4, 0, tzinfo=UTC))
    store.do(enter, by)
    shown = store.do(load)

    assert [point.number for point in shown.trend] == [45, 46, 47, 48, 49, 50, 51, 52]
    assert shown.stock is not None
    now = shown.stock.closing
    assert [point.open for point in shown.trend] == [now - 2] * 7 + [now - 1]
    assert (shown.week and shown.week.key, shown.stage, shown.coming) == ("weekly/2020-W52", "", [])


def grant(work: Work, unit: str, by: int) -> None:
    friday = date(2020, 7, 10)
    excuses.grant(work, unit=unit, duty="weekly", first=friday, last=friday, reason="抽调", by=by)


def test_a_week_s_reports_are_counted_by_where_they_stand(store: Store, clock: RehearsalClock) -> None:
    store.do(installed)
    store.do(file, "nongji")
    store.do(file, "xumu", state="awaiting")
    store.do(file, "dongwu", state="returned")
    by = store.do(people.create_person, "李某")
    for unit in ("shuichan", "jitui"):
        store.do(grant, unit, by)
    store.do(file, "jitui")  # it reports all the same
    clock.move(NOON + timedelta(hours=1))
    store.do(file, "zhongye")
    week = store.do(load).week

    assert week is not None
    assert (week.key, week.name, week.past) == ("weekly/2020-W28", "每周工作信息", True)
    kinds = {unit: week.kinds[unit] for unit in ("nongji", "xumu", "dongwu", "shuichan", "jitui", "zhongye", "zhibao")}
    assert list(kinds.values()) == ["on_time", "awaiting", "returned", "excused", "on_time", "late", "missing"]
    assert (week.expected, week.reported, len(week.owing)) == (15, 3, 12)
    assert week.reported + len(week.owing) == week.expected


def test_it_is_past_only_when_the_due_moment_has_passed(store: Store, clock: RehearsalClock) -> None:
    for moment, past in ((NOON, False), (NOON + timedelta(seconds=1), True)):
        clock.move(moment)
        week = store.do(load).week
        assert week is not None
        assert week.past == past


def test_what_is_due_by_a_date_is_coming_then_lagging(store: Store, clock: RehearsalClock) -> None:
    store.do(installed)
    store.do(file, "nongji", "2020-06-30", duty="contacts")
    shown = store.do(load)
    assert [each.key for each in shown.coming] == ["standards/2020-08-31", "inspection/2020-09-09"]
    [contacts] = shown.lagging
    assert (contacts.key, contacts.name) == ("contacts/2020-06-30", "专项整治联系人")
    assert (contacts.reported, len(contacts.owing)) == (1, 15)  # late, but there

    clock.move(datetime(2020, 9, 1, tzinfo=UTC))
    shown = store.do(load)
    assert [each.key for each in shown.lagging] == ["contacts/2020-06-30", "standards/2020-08-31"]
    assert [each.key.partition("/")[0] for each in shown.coming] == ["inspection", "statistics"]


def test_what_was_due_before_the_product_was_in_use_is_nobody_s_duty(store: Store) -> None:
    store.do(installed, datetime(2020, 7, 8, tzinfo=UTC))
    shown = store.do(load)
    assert shown.lagging == []
    assert [point.period for point in shown.trend] == ["2020-W28"]

    store.do(file, "nongji", "2020-W27")  # entered afterwards all the same
    assert [(point.period, point.late) for point in store.do(load).trend] == [("2020-W27", 1), ("2020-W28", 0)]


def test_before_the_first_week_there_is_none(store: Store, clock: RehearsalClock) -> None:
    clock.move(datetime(2020, 6, 18, tzinfo=UTC))
    shown = store.do(load)
    assert (shown.week, shown.trend, shown.stage, shown.lagging) == (None, [], "", [])
    assert {line.kind for line in shown.units} == {None}
    assert shown.coming[0].key == "contacts/2020-06-30"


def test_another_week_is_told_of_with_the_ledger_of_now(store: Store, clock: RehearsalClock) -> None:
    store.do(installed)
    months(store, clock)
    now, then = store.do(load), store.do(load, "2020-W27")
    assert then.week is not None
    assert (then.week.key, then.week.past) == ("weekly/2020-W27", True)
    assert then.stock == now.stock
    assert then.trend == now.trend


@pytest.mark.parametrize("period", ["2020-W29", "2020-W25", "2020-W99", "2020-28", "x", "2020-W28/1", "２０２０-W28"])
def test_there_is_nothing_to_tell_of_a_week_that_is_none_or_has_not_begun(store: Store, period: str) -> None:
    with pytest.raises(KeyError):
        store.do(load, period)


def of_another(database_url: str, clock: RehearsalClock, campaign: Campaign) -> Summary:
    with closing(Store(database_url, now=clock.now, campaign=campaign)) as store:
        return store.do(load)


def test_a_unit_that_has_left_is_told_of_while_it_has_entries(
    store: Store, database_url: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    months(store, clock)
    store.do(file, "xumu")
    gone = {"nongji", "fagui"}
    units = tuple(unit.model_copy(update={"left": unit.key in gone}) for unit in campaign.every_unit)
    before, after = store.do(load), of_another(database_url, clock, campaign.changed(units, campaign.workdays))

    assert after.stock == before.stock
    assert [line.key for line in after.units] == [
        *(line.key for line in before.units if line.key not in gone),
        "nongji",
    ]
    last = after.units[-1]
    assert (last.name, last.kind) == ("农机服务中心", None)
    assert last.stock == before.units[0].stock
    assert after.week is not None
    assert (after.week.expected, after.week.reported) == (14, 1)


def test_a_campaign_without_a_ledger_or_without_weeks_tells_what_it_has(
    store: Store, database_url: str, clock: RehearsalClock, campaign: Campaign
) -> None:
    store.do(installed)
    store.do(file, "nongji")
    plain = of_another(database_url, clock, campaign.model_copy(update={"ledger": None}))
    assert (plain.stock, plain.areas, plain.overdue) == (None, [], [])
    assert {line.stock for line in plain.units} == {None}
    assert [(point.on_time, point.open) for point in plain.trend] == [(0, 0), (0, 0), (1, 0)]

    dated = tuple(duty for duty in campaign.duties if duty.key != "weekly")
    others = campaign.model_copy(
        update={"duties": dated, "pushes": (), "heading": campaign.heading.model_copy(update={"key": "b"})}
    )
    shown = of_another(database_url, clock, others)
    assert (shown.week, shown.trend) == (None, [])
    assert [each.key for each in shown.lagging] == ["contacts/2020-06-30"]


def test_what_is_most_overdue_comes_first_and_without_its_details(store: Store, clock: RehearsalClock) -> None:
    by = store.do(people.create_person, "孙某")
    for number in range(12):
        store.do(enter, by, new(due=date(2020, 7, 8) - timedelta(days=number), description="说明" * 60))
    store.do(enter, by, new(due=date(2020, 7, 9)))  # today is in time
    late = store.do(load).overdue
    assert [each.days for each in late] == list(range(12, 2, -1))
    assert late[0].due == date(2020, 6, 27)
    assert {len(each.brief) for each in late} == {40}
    assert {each.unit for each in late} == {"农机服务中心"}
