"""Units and working days changed in the chat: whatever applies leaves a campaign that holds together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.campaign import Campaign, Unit
from bot.core.campaign_changes import Change, as_far_as_possible, changed
from bot.core.campaign_rules import Outline, contradictions
from tests.core import making

START, END = date(2020, 6, 15), date(2020, 11, 30)
DAY = date(2020, 7, 17)  # a Friday
CAMPAIGN = making.make(START, END, ledger=making.ledger())
NAMES = [unit.name for unit in CAMPAIGN.units]

days = st.integers(0, 200).map(lambda number: (START + timedelta(number)).isoformat())
changes = st.one_of(
    st.builds(
        lambda key, value: Change("unit", key, value),
        st.sampled_from(["u0", "u1", "u2", "u3", "u4", "种子站", ""]),
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from([*NAMES, "种子站", "植保站", " ", ""]),
                "code": st.sampled_from(["", "U1", "ZZ", "ZY", "zz", "种子"]),
                "left": st.booleans(),
            },
        ),
    ),
    st.builds(lambda day, works: Change("workday", day, {"work": works}), days, st.sampled_from([True, False, None])),
)


def holds_together(campaign: Campaign) -> bool:
    return not list(contradictions(Outline.of(campaign))) and Campaign.model_validate(campaign) == campaign


@given(st.lists(changes, max_size=12))
def test_whatever_applies_leaves_a_campaign_that_holds_together(made: list[Change]) -> None:
    campaign = CAMPAIGN
    applied = []
    for each in made:
        try:
            campaign = changed(campaign, [each])
        except ValueError:
            continue
        applied.append(each)
        assert holds_together(campaign)
    assert {unit.key for unit in CAMPAIGN.every_unit} <= {unit.key for unit in campaign.every_unit}
    assert changed(CAMPAIGN, applied) == campaign  # one by one or all at once


@given(st.lists(changes, max_size=12))
def test_what_clashes_is_left_out_and_the_rest_holds(made: list[Change]) -> None:
    campaign = as_far_as_possible(CAMPAIGN, made)
    assert holds_together(campaign)
    if made:
        last = made[-1]
        try:
            changed(as_far_as_possible(CAMPAIGN, made[:-1]), [last])
        except ValueError:
            assert campaign.units == as_far_as_possible(CAMPAIGN, made[:-1]).units


def test_nothing_changed_is_the_file_itself() -> None:
    assert changed(CAMPAIGN, []) is CAMPAIGN


def test_a_unit_nobody_knows_is_a_new_one_and_stands_last() -> None:
    campaign = changed(CAMPAIGN, [Change("unit", "u9", {"name": "种子站", "code": "ZZ", "left": False})])
    assert campaign.every_unit == (*CAMPAIGN.every_unit, Unit(key="u9", name="种子站", code="ZZ"))


def test_a_unit_the_file_has_taken_the_place_of_is_kept_for_what_it_filed() -> None:
    added = Change("unit", "u9", {"name": NAMES[1], "code": "ZZ", "left": False})
    campaign = as_far_as_possible(CAMPAIGN, [added])
    assert campaign.units == CAMPAIGN.units
    assert campaign.unit("u9") == Unit(key="u9", name=f"{NAMES[1]}（u9）", left=True)
    back = changed(campaign, [Change("unit", "u9", {"name": "植保站"}), Change("unit", "u9", {"left": False})])
    assert [unit.name for unit in back.units] == [*NAMES, "植保站"]


def test_a_change_names_only_what_it_changes() -> None:
    made = [Change("unit", "u1", {"name": "植保站"}), Change("unit", "u1", {"left": True})]
    campaign = changed(CAMPAIGN, made)
    assert campaign.unit("u1") == Unit(key="u1", name="植保站", left=True)
    assert [unit.key for unit in campaign.units] == ["u0", "u2"]
    back = changed(campaign, [Change("unit", "u1", {"left": False})])
    assert [unit.key for unit in back.units] == ["u0", "u1", "u2"]


def test_a_day_is_what_was_said_last_of_it_and_the_calendars_again_without() -> None:
    worked = CAMPAIGN.workdays.is_workday(DAY)
    said = [Change("workday", DAY.isoformat(), {"work": works}) for works in (False, True, False, None)]
    answers = [changed(CAMPAIGN, said[:upto]).workdays.is_workday(DAY) for upto in range(1, 5)]
    assert answers == [False, True, False, worked]


def test_a_day_of_the_file_can_be_given_back_to_the_calendar() -> None:
    campaign = making.make(START, END, off=[DAY])
    assert not campaign.workdays.is_workday(DAY)
    assert changed(campaign, [Change("workday", DAY.isoformat(), {"work": None})]).workdays.is_workday(DAY)


@pytest.mark.parametrize(
    "change",
    [
        Change("unit", "u1", {"name": "单位0"}),
        Change("unit", "u1", {"code": "U0"}),
        Change("unit", "u9", {}),
        Change("unit", "u9", {"name": "种子站"}),  # the name of a unit the file has dropped
        Change("unit", "U 9", {"name": "种子站", "left": False}),
        Change("unit", "u1", {"left": "yes"}),
        Change("unit", "u1", {"colour": "red"}),
        Change("workday", "2020-13-01", {"work": True}),
    ],
)
def test_what_clashes_is_refused_alone_and_left_out_among_others(change: Change) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's, or a date's
        changed(CAMPAIGN, [change])
    fine = Change("unit", "u2", {"name": "植保站"})
    assert as_far_as_possible(CAMPAIGN, [change, fine]) == changed(CAMPAIGN, [fine])
