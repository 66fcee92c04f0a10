"""Who may do what, said out once more in full: action x role x own or other unit."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.core import issues
from bot.core.access import ROLES, RULES, UNIT_ROLES, Action, may, reach, require
from bot.core.problems import Problem

#: For each action: who may do it for their own unit, and who for any.
OWN = {
    "report.file": {"contact"},
    "report.see": {"contact", "head"},
    "report.sign": {"head"},
    "report.stamp": {"contact", "head"},
    "stage.acknowledge": {"contact", "head"},
    "issue.enter": {"contact"},
    "issue.see": {"contact", "head"},
    "issue.mend": {"contact"},
    "issue.sign": {"head"},
    "ledger.get": {"contact", "head"},
    "deputy.name": {"head"},
}
ANY = {
    "report.see": {"brigade", "leader"},
    "report.file_for": {"brigade"},
    "report.receive": {"brigade"},
    "report.excuse": {"brigade", "admin"},
    "report.urge": {"brigade"},
    "standing.see": {"brigade", "leader", "admin"},
    "table.get": {"brigade", "leader"},
    "summary.see": {"brigade", "leader"},
    "issue.enter": {"brigade"},
    "issue.see": {"brigade", "leader"},
    "issue.verify": {"brigade"},
    "issue.transfer": {"brigade"},
    "ledger.get": {"brigade", "leader"},
    "ledger.publish": {"brigade", "leader"},
    "delivery.see": {"brigade", "admin"},
    "people.see": {"brigade", "admin"},
    "people.manage": {"admin"},
    "deputy.name": {"admin"},
    "unit.manage": {"admin"},
    "workday.manage": {"admin"},
    "message.test": {"admin"},
}


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("role", ROLES)
def test_every_action_and_role(action: Action, role: str) -> None:
    home = "nongji" if role in UNIT_ROLES else ""
    held = [(role, home)]
    own, any_unit = role in OWN.get(action, ()), role in ANY.get(action, ())
    assert may(held, action, "nongji") == (own or any_unit)
    assert may(held, action, "xumu") == any_unit
    assert may(held, action) == any_unit
    if not any_unit:
        with pytest.raises(Problem, match="forbidden"):
            require(held, action, "xumu")


def test_every_action_has_its_rule_and_somebody_to_do_it() -> None:
    assert set(RULES) == set(get_args(Action)) == set(OWN) | set(ANY)
    assert all(RULES.values())


def test_roles_add_up() -> None:
    held = [("contact", "nongji"), ("head", "xumu"), ("brigade", "")]
    assert may(held, "report.file", "nongji")
    assert not may(held, "report.file", "xumu")
    assert may(held, "report.sign", "xumu")
    assert may(held, "report.receive", "zhibao")


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("role", ROLES)
def test_reach_says_the_same_in_units(action: Action, role: str) -> None:
    home = "nongji" if role in UNIT_ROLES else ""
    own, any_unit = role in OWN.get(action, ()), role in ANY.get(action, ())
    assert reach([(role, home)], action) == (None if any_unit else ("nongji",) if own else ())


def test_reach_of_several_roles() -> None:
    held = [("contact", "nongji"), ("head", "xumu"), ("contact", "xumu"), ("admin", "")]
    assert reach(held, "issue.see") == ("nongji", "xumu")
    assert reach(held, "issue.sign") == ("xumu",)
    assert reach(held, "issue.verify") == ()
    assert reach([*held, ("brigade", "")], "issue.verify") is None
    assert reach([*held, ("leader", "")], "issue.mend") == ("nongji", "xumu")
    assert reach([], "issue.see") == ()


def test_whoever_changes_an_issue_may_see_it() -> None:
    for role in ROLES:
        for rule in issues.RULES:
            assert not may([(role, "nongji")], rule.right, "nongji") or may([(role, "nongji")], "issue.see", "nongji")


def test_nobody_may_anything() -> None:
    assert not any(may([], action, "nongji") for action in get_args(Action))
