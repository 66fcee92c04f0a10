from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import deadlines
from tests.core.making import make, weekly

if TYPE_CHECKING:
    from bot.core.campaign import Campaign

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def plan_2020(**changes: object) -> Campaign:
    return make(date(2020, 6, 20), date(2020, 12, 31), duties=[weekly(**changes)])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_week_goes_from_its_monday_to_the_next_in_any_zone() -> None:
    assert deadlines.monday_of("2020-W53") == date(2020, 12, 28)
    assert deadlines.monday_of("2021-W01") == date(2021, 1, 4)
    assert deadlines.monday(date(2021, 1, 3)) == date(2020, 12, 28)
    assert deadlines.week_span("2020-W28", SHANGHAI) == (at("2020-07-06"), at("2020-07-13"))
    begin, end = deadlines.week_span("2020-W43", ZoneInfo("Europe/Berlin"))
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(days=7, hours=1), "the clocks go back on Sunday"


@pytest.mark.parametrize("period", ["", "2020", "2020-W", "2020-W0", "2020-W54", "2020-W7", "2020-28", "x-Wy"])
def test_what_is_no_week_begins_never(period: str) -> None:
    with pytest.raises(KeyError):
        deadlines.week_span(period, SHANGHAI)


def test_what_is_looked_at_is_the_present_report_or_the_last_there_was() -> None:
    campaign = plan_2020()
    assert deadlines.present(campaign, "weekly", at("2020-06-21 23:59")) is None
    for day, period in (("2020-06-22", "2020-W26"), ("2020-07-12", "2020-W28"), ("2021-02-01", "2020-W52")):
        found = deadlines.present(campaign, "weekly", at(day))
        assert found is not None
        assert found.period == period


#: Every Friday of the plan and the day it is due on; only two are holidays.
FRIDAYS_2020 = (  # noqa: SIM905 - a page of a calendar, not a list to edit
    "06-24 07-03 07-10 07-17 07-24 07-31 08-07 08-14 08-21 08-28 09-04 09-11 09-18 09-25 "
    "09-30 10-09 10-16 10-23 10-30 11-06 11-13 11-20 11-27 12-04 12-11 12-18 12-25"
).split()


def test_the_fridays_of_2020() -> None:
    rows = deadlines.occurrences(plan_2020(), "weekly")
    assert [f"{each.due:%m-%d %H:%M}" for each in rows] == [f"{day} 12:00" for day in FRIDAYS_2020]
    assert [each.period for each in rows] == [f"2020-W{week}" for week in range(26, 53)]
    assert rows[2].key == "weekly/2020-W28"
    assert rows[2].title == "第28周（7月6日—7月10日）"
    assert rows[14].title == "第40周（9月28日—10月2日）"  # named by its week, wherever a holiday moves it


@pytest.mark.parametrize(
    ("holiday", "nominal", "due"),
    [
        ("before", "2020-06-26", "2020-06-24"),
        ("after", "2020-06-26", "2020-06-28"),  # the Sunday worked in exchange
        ("none", "2020-06-26", "2020-06-26"),
        ("before", "2020-10-02", "2020-09-30"),
        ("after", "2020-10-02", "2020-10-09"),
        ("before", "2021-02-12", "2021-02-10"),  # Spring Festival, 11 to 17 February
        ("after", "2021-02-12", "2021-02-18"),
        ("before", "2022-02-04", "2022-01-30"),  # a whole week off: the Sunday before is worked
        ("after", "2022-02-04", "2022-02-07"),
        ("before", "2023-10-06", "2023-09-28"),  # off from Friday to Friday
        ("before", "2021-01-01", "2020-12-31"),
    ],
)
def test_a_friday_off_moves_as_the_file_says(holiday: str, nominal: str, due: str) -> None:
    friday = date.fromisoformat(nominal)
    campaign = make(friday - timedelta(60), friday + timedelta(60), duties=[weekly(holiday=holiday, ladder=[])])
    found = deadlines.occurrence(campaign, f"weekly/{deadlines.week_of(friday)}")
    assert found is not None
    assert found.due == at(f"{due} 12:00")
    assert deadlines.nominal_day(campaign, found) == friday


def test_the_week_that_holds_now_is_current_until_it_ends() -> None:
    campaign = plan_2020()
    for text, week in [
        ("2020-07-05 23:59:59", "2020-W27"),
        ("2020-07-06 00:00", "2020-W28"),
        ("2020-07-10 12:00", "2020-W28"),
        ("2020-07-12 23:59", "2020-W28"),
        ("2020-10-01 09:00", "2020-W40"),  # due on Wednesday, still this week's
    ]:
        found = deadlines.current(campaign, "weekly", at(text))
        assert found is not None
        assert found.period == week, text
    assert deadlines.current(campaign, "weekly", at("2020-06-21 12:00")) is None
    assert deadlines.current(campaign, "weekly", at("2021-01-04 12:00")) is None
    assert deadlines.open_ones(campaign, "weekly", at("2020-06-21 12:00")) == ()


def test_a_week_wholly_off_opens_in_the_week_before_and_is_current_after_that_ones_due() -> None:
    campaign = make(date(2022, 1, 1), date(2022, 3, 31), duties=[weekly(ladder=[])])
    periods = [
        getattr(deadlines.current(campaign, "weekly", at(text)), "period", None)
        for text in (
            "2022-01-28 11:59",
            "2022-01-28 12:00",
            "2022-01-30 13:00",
            "2022-02-03 09:00",
            "2022-02-07 09:00",
        )
    ]
    assert periods == ["2022-W04", "2022-W05", "2022-W05", "2022-W05", "2022-W06"]
    open_then = deadlines.open_ones(campaign, "weekly", at("2022-01-24 08:00"))
    assert [each.period for each in open_then[:2]] == ["2022-W05", "2022-W04"]


def test_a_report_is_about_the_time_between_two_deadlines() -> None:
    campaign = plan_2020()
    first, second, third = deadlines.occurrences(campaign, "weekly")[:3]
    assert deadlines.window(campaign, first) == (at("2020-06-22 00:00"), at("2020-06-24 12:00"))
    assert deadlines.window(campaign, second) == (at("2020-06-24 12:00"), at("2020-07-03 12:00"))
    assert deadlines.window(campaign, third) == (at("2020-07-03 12:00"), at("2020-07-10 12:00"))


def test_two_reports_moved_to_one_moment_share_the_time_once() -> None:
    off = {date(2020, 7, 6) + timedelta(days) for days in range(12)}
    campaign = make(date(2020, 6, 22), date(2020, 8, 31), duties=[weekly(holiday="after", ladder=[])], off=off)
    moved = [deadlines.occurrence(campaign, f"weekly/2020-W{week}") for week in (27, 28, 29)]
    windows = [deadlines.window(campaign, each) for each in moved if each]
    assert windows[1] == (at("2020-07-03 12:00"), at("2020-07-20 12:00"))
    assert windows[2] == (at("2020-07-20 12:00"), at("2020-07-20 12:00"))


def test_dated_and_at_once_duties() -> None:
    dated = {
        "key": "standards",
        "name": "裁量基准",
        "form": "sheet",
        "on": date(2020, 8, 31),
        "by": "17:30",
    }
    case = {"key": "case", "name": "典型案例", "form": "case", "at_once": True}
    campaign = make(date(2020, 6, 20), date(2020, 12, 31), duties=[weekly(), dated, case])
    (only,) = deadlines.occurrences(campaign, "standards")
    assert (only.key, only.due, only.title) == ("standards/2020-08-31", at("2020-08-31 17:30"), "8月31日前")
    assert deadlines.current(campaign, "standards", at("2020-06-20 00:00")) == only
    assert deadlines.current(campaign, "standards", at("2020-12-01 00:00")) == only  # overdue, still to be filed
    assert deadlines.current(campaign, "standards", at("2020-06-19 23:59")) is None
    assert deadlines.previous(campaign, only) is None
    assert deadlines.occurrences(campaign, "case") == ()
    assert deadlines.occurrence(campaign, "case/2020") is None
    with pytest.raises(KeyError):
        deadlines.occurrences(campaign, "nothing")


def test_a_moment_the_clocks_skip_or_show_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    skipped = deadlines.instant(date(2021, 3, 28), time(2, 30), berlin)
    assert skipped.isoformat() == "2021-03-28T03:30:00+02:00"
    twice = deadlines.instant(date(2021, 10, 31), time(2, 30), berlin)
    assert twice.isoformat() == "2021-10-31T02:30:00+02:00"


DAYS = st.dates(date(2004, 2, 1), date(2030, 6, 1))


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    start = draw(DAYS)
    end = start + timedelta(draw(st.integers(7, 250)))
    near = st.dates(start - timedelta(20), end + timedelta(20))
    off = draw(st.sets(near, max_size=12))
    by = draw(st.times())
    rule = weekly(
        every=draw(st.sampled_from(WEEKDAYS)),
        by=f"{by:%H:%M}",
        holiday=draw(st.sampled_from(["before", "after", "none"])),
        ladder=[],
    )
    on = draw(st.sets(near, max_size=12)) - off
    return make(start, end, duties=[rule], zone=draw(st.sampled_from(ZONES)), off=off, on=on)


@given(campaign=campaigns(), share=st.floats(0, 1))
def test_any_campaign_of_any_year(campaign: Campaign, share: float) -> None:
    duty = campaign.duty("weekly")
    rows = deadlines.occurrences(campaign, "weekly")
    assert len({each.key for each in rows}) == len(rows)
    for each in rows:
        nominal = deadlines.nominal_day(campaign, each)
        assert campaign.start <= nominal <= campaign.end
        assert deadlines.week_of(nominal) == each.period
        assert each.due.astimezone(UTC).astimezone(campaign.zone).replace(fold=0) == each.due.replace(fold=0)
        assert each.opens.astimezone(UTC) <= each.due.astimezone(UTC)
        since, until = (moment.astimezone(UTC) for moment in deadlines.window(campaign, each))
        assert since <= until == each.due.astimezone(UTC)
        before = deadlines.previous(campaign, each)
        assert since == (before.due if before else each.opens).astimezone(UTC)
        due_day = each.due.date()
        if duty.holiday == "none":
            assert due_day == nominal
        else:
            assert campaign.workdays.is_workday(due_day)
            assert due_day == nominal or not campaign.workdays.is_workday(nominal)
            assert (due_day <= nominal) == (duty.holiday == "before" or due_day == nominal)
    now = datetime.combine(campaign.start, time(), UTC) + share * (campaign.end - campaign.start)
    found = deadlines.current(campaign, "weekly", now)
    own = f"weekly/{deadlines.week_of(now.astimezone(campaign.zone).date())}"
    if found is None:
        assert deadlines.occurrence(campaign, own) is None
    elif found.key != own:  # only a week whose own report is due gives way, to one that opened early
        before = deadlines.occurrence(campaign, own)
        assert before is None or before.due.astimezone(UTC) <= now
    if found:
        assert found in deadlines.open_ones(campaign, "weekly", now)
