from __future__ import annotations

from datetime import date, time

import pytest
from pydantic import ValidationError

from bot.core.campaign import Campaign, Quiet
from tests.core.making import ledger, make, weekly

START, END = date(2020, 6, 20), date(2020, 12, 31)


def test_units_and_duties_are_found_by_key() -> None:
    campaign = make(START, END)
    assert campaign.unit("u1").name == "单位1"
    assert campaign.duty("weekly").moves == "before"
    for find in (campaign.unit, campaign.duty):
        with pytest.raises(KeyError):
            find("nobody")


def test_equal_campaigns_are_one_key_of_a_cache_and_different_ones_two() -> None:
    assert make(START, END) == make(START, END)
    assert hash(make(START, END)) == hash(make(START, END))
    assert make(START, END) != make(START, END, units=4)


def test_a_campaign_does_not_change() -> None:
    campaign = make(START, END)
    with pytest.raises(ValidationError):
        campaign.every_unit = ()  # type: ignore[misc]


def test_contradictions_are_refused_however_it_is_made() -> None:
    with pytest.raises(ValidationError, match=r"duties\.1\.key: key_twice"):
        make(START, END, duties=[weekly(), weekly(name="另一件")])
    with pytest.raises(ValidationError, match="end_before_start"):
        make(END, START)
    with pytest.raises(ValidationError, match=r"ledger\.ladder\.0\.to: role_misplaced"):
        make(START, END, ledger=ledger(ladder=[{"day": 0, "at": "09:00", "to": ["admin"]}]))
    with pytest.raises(ValidationError, match=r"ledger\.judicial\.0: label_twice"):
        make(START, END, ledger=ledger(judicial=["区纪委监委"]))


def test_a_units_numbers_begin_with_its_code_or_its_key_in_capitals() -> None:
    campaign = make(START, END, ledger=ledger())
    unit = campaign.unit("u1")
    assert unit.series == "U1"
    assert unit.model_copy(update={"code": "NJ"}).series == "NJ"


def test_what_the_ledgers_forms_choose_from() -> None:
    lists = make(START, END, ledger=ledger()).ledger_lists
    assert lists["items"] == [["rules", "执法监督", ["案卷评查"]]]
    assert lists["receivers"] == [["区纪委监委", "区纪委监委"], ["公安机关", "公安机关"]]
    assert make(START, END).ledger_lists == {}


@pytest.mark.parametrize(
    ("begins", "ends", "inside", "outside"),
    [
        (time(21), time(7, 30), [time(21), time(0), time(7, 29)], [time(7, 30), time(20, 59)]),
        (time(12), time(14), [time(12), time(13, 59)], [time(14), time(11, 59), time(0)]),
    ],
)
def test_quiet_hours(begins: time, ends: time, inside: list[time], outside: list[time]) -> None:
    quiet = Quiet(begins=begins, ends=ends)
    assert all(quiet.holds(each) for each in inside)
    assert not any(quiet.holds(each) for each in outside)


def test_every_key_fits_a_button() -> None:
    longest = "m:snooze:" + "d" * 20 + "/2020-08-31@" + "u" * 20
    assert len(longest) <= 64
    with pytest.raises(ValidationError):
        make(START, END, duties=[weekly(key="d" * 21)])


def test_it_comes_back_from_its_own_dump() -> None:
    campaign = make(START, END, quiet=("21:00", "07:30"))
    assert Campaign.model_validate(campaign.model_dump(by_alias=True)) == campaign
