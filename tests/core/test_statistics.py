"""The figures of the statistics table: whatever is on the ledger, they add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.issues import STATES
from bot.core.statistics import Group, figures, of_area

AREAS = ("rules", "staff")
GROUPS = st.lists(
    st.builds(
        Group,
        st.sampled_from([*AREAS, "gone"]),
        st.sampled_from(STATES),
        st.sampled_from(["", "区纪委监委", "公安机关"]),
        st.integers(1, 9),
    )
)


@given(GROUPS)
def test_the_figures_add_up(groups: list[Group]) -> None:
    known = figures(groups, AREAS, ["公安机关"])
    assert known["found"] == sum(group.number for group in groups)
    assert known["found"] == known["mended"] + known["in_hand"] + known["to_discipline"] + known["to_judicial"]
    assert known["mended"] == known["verifying"] + known["closed"]
    elsewhere = [group for group in groups if group.area == "gone"]
    of_areas = sum(known[of_area("found", number)] for number in (1, 2))
    assert of_areas + sum(group.number for group in elsewhere) == known["found"]
    assert all(known[of_area("mended", number)] <= known[of_area("found", number)] for number in (1, 2))


def test_who_received_it_decides_where_it_was_handed_to() -> None:
    groups = [
        Group("rules", "transferred", "公安机关", 2),
        Group("rules", "transferred", "区纪委监委", 3),
        Group("rules", "transferred", "", 1),
        Group("rules", "mending", "公安机关", 5),
    ]
    known = figures(groups, AREAS, ["公安机关", "检察机关"])
    assert (known["to_judicial"], known["to_discipline"], known["in_hand"]) == (2, 4, 5)
    assert (known["found_1"], known["found_2"], known["mended_1"]) == (11, 0, 0)
