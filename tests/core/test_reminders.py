from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import deadlines, reminders
from bot.core.reminders import Notice, Plan, Recipient, Standing
from bot.texts.reminders import words
from tests.core.making import make, weekly

if TYPE_CHECKING:
    from bot.core.campaign import Campaign, Role
    from bot.core.messages import Message

SHANGHAI = ZoneInfo("Asia/Shanghai")
STATES: tuple[reminders.State, ...] = get_args(reminders.State)
CONTACT, HEAD, BRIGADE, LEADER = 1, 2, 3, 4
WEEK = "weekly/2020-W28"
#: Contacts and heads of three units, unit 0 first; then the bureau.
PEOPLE = (
    Recipient(CONTACT, frozenset({("contact", "u0")})),
    Recipient(HEAD, frozenset({("head", "u0")})),
    Recipient(BRIGADE, frozenset({("brigade", "")})),
    Recipient(LEADER, frozenset({("leader", "")})),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def bureau(**changes: object) -> Campaign:
    return make(date(2020, 6, 20), date(2020, 12, 31), duties=[weekly(**changes)], quiet=("21:00", "07:30"))


class Office:
    """A bureau whose bot is asked now and then, and remembers what it decided."""

    def __init__(self, campaign: Campaign, people: tuple[Recipient, ...] = PEOPLE, since: str = "2020-07-08") -> None:
        self.campaign, self.people = campaign, people
        self.since = at(since)
        self.standings: dict[tuple[str, str], Standing] = {}
        self.known: set[tuple[str, int]] = set()

    def stands(self, unit: str, state: reminders.State, key: str = WEEK, report: int | None = None) -> None:
        self.standings[key, unit] = Standing(state, report)

    def tick(self, text: str) -> Plan:
        return self.tick_at(at(text))

    def tick_at(self, now: datetime) -> Plan:
        plan = reminders.plan(self.campaign, now, self.since, self.people, self.standings, self.known)
        self.known |= {(notice.key, notice.person_id) for notice in plan.notices}
        self.known |= {(skip.key, skip.person_id) for skip in plan.skips}
        return plan

    def says(self, text: str) -> dict[int, Message]:
        plan = self.tick(text)
        return {notice.person_id: words(notice, self.campaign, at(text)) for notice in plan.notices}


def kinds(plan: Plan) -> dict[int, list[str]]:
    return {notice.person_id: [part.key for part in notice.parts] for notice in plan.notices}


def test_a_friday_nobody_reports() -> None:
    office = Office(bureau())
    assert office.tick("2020-07-09 15:59:59") == reminders.NOTHING
    assert kinds(office.tick("2020-07-09 16:00")) == {CONTACT: [f"{WEEK}/notice@u0"]}
    assert kinds(office.tick("2020-07-09 16:00:01")) == {}
    assert kinds(office.tick("2020-07-10 08:30")) == {CONTACT: [f"{WEEK}/prompt@u0"]}
    assert kinds(office.tick("2020-07-10 11:00")) == {CONTACT: [f"{WEEK}/nudge@u0"]}
    noon = kinds(office.tick("2020-07-10 12:00"))
    assert noon == {
        CONTACT: [f"{WEEK}/overdue@u0"],
        HEAD: [f"{WEEK}/overdue@u0"],
        BRIGADE: [f"{WEEK}/missing"],
    }


def test_a_report_in_time_silences_the_rest_for_good() -> None:
    office = Office(bureau())
    office.tick("2020-07-09 16:00")
    office.stands("u0", "reported")
    assert office.tick("2020-07-10 08:30").skips == (reminders.Skip(f"{WEEK}/prompt@u0", CONTACT, "reported"),)
    office.stands("u0", "draft")  # sent back a moment later: that is told by the return, not by an old prompt
    assert office.tick("2020-07-10 08:31") == reminders.NOTHING
    assert kinds(office.tick("2020-07-10 11:00")) == {CONTACT: [f"{WEEK}/nudge@u0"]}


def test_a_report_that_waits_is_the_heads() -> None:
    office = Office(bureau())
    office.tick("2020-07-10 10:59")
    office.stands("u0", "filed")
    plan = office.tick("2020-07-10 11:00")
    assert kinds(plan) == {HEAD: [f"{WEEK}/nudge@u0"]}
    assert reminders.Skip(f"{WEEK}/nudge@u0", CONTACT, "waiting") in plan.skips
    said = office.says("2020-07-10 12:00")
    assert "等您签批" in said[HEAD].text
    assert CONTACT not in said


def test_the_missing_list_names_who_is_missing_and_who_waits() -> None:
    office = Office(bureau())
    office.stands("u0", "filed")
    office.stands("u1", "reported")
    message = office.says("2020-07-10 12:00:20")[BRIGADE]
    assert message.text.splitlines() == [
        "第28周（7月6日—7月10日）每周工作信息已截止（截止时间：今天（7月10日 周五）12:00），应报3个单位。",
        "未报1个：单位2。",
        "待负责人签批1个：单位0。",
    ]
    assert [[button.label for button in row] for row in message.buttons] == [["催报", "查看报送情况"]]
    assert message.buttons[0][0].action == f"m:urge:{WEEK}"


def test_all_reported_is_one_line_and_excused_units_do_not_count() -> None:
    office = Office(bureau())
    office.stands("u0", "reported")
    office.stands("u1", "reported")
    office.stands("u2", "excused")
    message = office.says("2020-07-10 12:00")[BRIGADE]
    assert message.text.endswith("应报2个单位，全部报齐。")
    assert [button.label for row in message.buttons for button in row] == ["查看报送情况"]


def test_what_the_contact_reads() -> None:
    office = Office(bureau())
    notice = office.says("2020-07-09 16:00")[CONTACT]
    assert (
        notice.text == "单位0的第28周（7月6日—7月10日）每周工作信息请于本周五（7月10日）12:00前报送，现在就可以填写。"
    )
    assert (notice.buttons[0][0].label, notice.buttons[0][0].action) == ("填报本周信息", f"m:file:{WEEK}")
    prompt = office.says("2020-07-10 08:30")[CONTACT]
    assert [button.label for button in prompt.buttons[0]] == ["填报本周信息", "一小时后提醒"]
    assert prompt.buttons[0][1].action == f"m:snooze:{WEEK}@u0"
    nudge = office.says("2020-07-10 11:00")[CONTACT]
    assert "还没有报送，还剩1小时，请于今天（7月10日 周五）12:00前报送。" in nudge.text


def test_what_the_head_reads() -> None:
    office = Office(bureau())
    overdue = office.says("2020-07-10 12:00")[HEAD]
    assert "联系人还没有提交，请督促" in overdue.text
    assert overdue.buttons == ()
    office = Office(bureau())
    office.stands("u0", "filed", report=7)
    nudge = office.says("2020-07-10 11:00")[HEAD]
    assert "已经填好，等您签批" in nudge.text
    assert [(button.label, button.action) for button in nudge.buttons[0]] == [("查看并签批", "m:see:7")]


def labels(message: Message) -> list[tuple[str, str]]:
    return [(button.label, button.action) for row in message.buttons for button in row]


@pytest.mark.parametrize(
    ("state", "said", "button"),
    [
        ("none", "还没有报送", ("填报本周信息", f"m:file:{WEEK}")),
        ("draft", "已开始填写，还没有提交", ("填报本周信息", f"m:file:{WEEK}")),
        ("returned", "已被退回", ("修改后重报", "m:fix:7")),
        ("stamping", "只差盖章件", ("上传盖章件", "m:stamp:7")),
    ],
)
def test_a_nudge_says_exactly_what_is_missing_with_the_button_that_does_it(
    state: reminders.State, said: str, button: tuple[str, str]
) -> None:
    office = Office(bureau())
    office.stands("u0", state, report=7)
    nudges = office.says("2020-07-10 11:00")
    assert set(nudges) == {CONTACT}, "it is not the head's turn"
    assert said in nudges[CONTACT].text
    assert labels(nudges[CONTACT]) == [button]
    overdue = office.says("2020-07-10 12:00")
    assert "应于今天（7月10日 周五）12:00前报送" in overdue[CONTACT].text
    assert labels(overdue[CONTACT]) == [button, ("一小时后提醒", f"m:snooze:{WEEK}@u0")]
    assert "请督促" in overdue[HEAD].text
    assert overdue[HEAD].buttons == ()


def test_units_of_whom_another_thing_is_missing_are_told_apart() -> None:
    roles: frozenset[tuple[Role, str]] = frozenset({("contact", "u0"), ("contact", "u1"), ("head", "u2")})
    office = Office(bureau(), people=(Recipient(9, roles),))
    office.stands("u0", "stamping", report=5)
    office.stands("u1", "returned", report=6)
    office.stands("u2", "filed", report=7)
    message = office.says("2020-07-10 11:00")[9]
    assert [line[: len("1. 单位0")] for line in message.text.split("\n\n")] == ["1. 单位0", "2. 单位1", "3. 单位2"]
    assert labels(message) == [
        ("1. 上传盖章件", "m:stamp:5"),
        ("2. 修改后重报", "m:fix:6"),
        ("3. 查看并签批", "m:see:7"),
    ]


def test_several_copies_to_stamp_have_a_button_each_and_several_signatures_one() -> None:
    places = [(role, f"u{n}") for role in ("contact", "head") for n in range(3)]
    office = Office(bureau(), people=(Recipient(9, frozenset(places)),))  # type: ignore[arg-type]
    for number in range(3):
        office.stands(f"u{number}", "stamping", report=number)
    assert labels(office.says("2020-07-10 11:00")[9]) == [
        (f"上传盖章件（单位{number}）", f"m:stamp:{number}") for number in range(3)
    ]
    for number in range(3):
        office.stands(f"u{number}", "filed", report=number)
    assert labels(office.says("2020-07-10 12:00")[9]) == [("查看并签批", "m:sign")]


def test_a_message_has_few_buttons_however_much_there_is_to_do() -> None:
    campaign = make(date(2020, 6, 20), date(2020, 12, 31), duties=[weekly()], units=30)
    office = Office(campaign, people=(Recipient(9, frozenset(("contact", f"u{n}") for n in range(30))),))
    for number in range(30):
        office.stands(f"u{number}", "stamping", report=number)
    message = office.says("2020-07-10 11:00")[9]
    assert len(message.buttons) == 10
    assert labels(message)[-1] == ("其余事项：我的待办", "m:todo")


def test_the_lists_tell_what_is_missing_apart() -> None:
    office = Office(bureau())
    for number, state in enumerate(("stamping", "returned", "filed")):
        office.stands(f"u{number}", state)  # type: ignore[arg-type]
    assert office.says("2020-07-10 12:00")[BRIGADE].text.splitlines()[1:] == [
        "待负责人签批1个：单位2。",
        "待盖章1个：单位0。",
        "已退回1个：单位1。",
    ]


def test_the_week_after_it_is_named_by_its_number() -> None:
    office = Office(bureau())
    message = office.says("2020-07-13 08:00")[CONTACT]  # down from Thursday to Monday
    assert "应于上周五（7月10日）12:00前报送" in message.text
    assert message.buttons[0][0].label == "填报第28周信息"


def test_three_days_down_over_a_friday_sends_what_matters_once_and_writes_down_the_rest() -> None:
    office = Office(bureau())
    plan = office.tick("2020-07-12 15:00")
    assert kinds(plan) == {
        CONTACT: [f"{WEEK}/overdue@u0"],
        HEAD: [f"{WEEK}/overdue@u0"],
        BRIGADE: [f"{WEEK}/missing"],
    }
    assert {(skip.key, skip.person_id, skip.reason) for skip in plan.skips} == {
        (f"{WEEK}/notice@u0", CONTACT, "expired"),
        (f"{WEEK}/prompt@u0", CONTACT, "expired"),
        (f"{WEEK}/nudge@u0", CONTACT, "expired"),
        (f"{WEEK}/nudge@u0", HEAD, "expired"),
    }
    assert office.tick("2020-07-12 13:00") == reminders.NOTHING  # the clock set back
    assert office.tick("2020-07-12 15:01") == reminders.NOTHING


def test_too_late_is_only_written_down() -> None:
    plan = Office(bureau()).tick("2020-07-14 08:00")
    assert plan.notices == ()
    assert {skip.reason for skip in plan.skips} == {"expired"}


def test_nothing_from_before_the_installation() -> None:
    assert Office(bureau(), since="2020-07-10 12:00:01").tick("2020-07-10 13:00") == reminders.NOTHING


def test_several_rungs_still_valid_are_folded_into_the_latest() -> None:
    steps = [
        {"at": "08:00", "kind": "prompt", "to": ["contact"], "until": "12:00"},
        {"at": "09:00", "kind": "nudge", "to": ["contact"], "until": 180},
    ]
    plan = Office(bureau(ladder=steps)).tick("2020-07-10 10:00")
    assert kinds(plan) == {CONTACT: [f"{WEEK}/nudge@u0"]}
    assert plan.skips == (reminders.Skip(f"{WEEK}/prompt@u0", CONTACT, "folded"),)


def test_what_asks_for_a_report_is_over_at_the_due_moment() -> None:
    steps = [{"at": "08:30", "kind": "prompt", "to": ["contact"], "until": "18:00"}]
    plan = Office(bureau(ladder=steps)).tick("2020-07-10 12:00")
    assert plan.notices == ()
    assert plan.skips == (reminders.Skip(f"{WEEK}/prompt@u0", CONTACT, "expired"),)


def test_one_person_hears_of_all_units_and_roles_in_one_message() -> None:
    roles: frozenset[tuple[Role, str]] = frozenset(
        {("contact", "u0"), ("contact", "u1"), ("head", "u2"), ("brigade", "")}
    )
    office = Office(bureau(), people=(Recipient(9, roles),))
    plan = office.tick("2020-07-10 12:00")
    (notice,) = plan.notices
    joined = [skip.key for skip in plan.skips if skip.reason == "joined"]
    assert [notice.key, *joined] == [part.key for part in notice.parts]
    assert {part.key.rpartition("/")[2] for part in notice.parts} == {
        "missing", "overdue@u0", "overdue@u1", "overdue@u2"
    }  # fmt: skip
    message = words(notice, office.campaign, at("2020-07-10 12:00"))
    assert message.title == "有3件事请处理"
    assert "单位0、单位1的第28周" in message.text
    assert [row[0].label for row in message.buttons] == ["1. 催报", "2. 填报本周信息"]


def test_a_person_who_is_contact_and_head_of_a_unit_is_told_once() -> None:
    people = (Recipient(9, frozenset({("contact", "u0"), ("head", "u0")})),)
    office = Office(bureau(), people=people)
    (notice,) = office.tick("2020-07-10 12:00").notices
    assert [part.role for part in notice.parts] == ["contact"]


def test_nothing_is_decided_in_quiet_hours() -> None:
    office = Office(bureau())
    office.tick("2020-07-09 15:00")
    assert office.tick("2020-07-09 22:00") == reminders.NOTHING
    assert office.tick("2020-07-10 07:29:59") == reminders.NOTHING
    assert kinds(office.tick("2020-07-10 07:30")) == {CONTACT: [f"{WEEK}/notice@u0"]}


def test_a_moment_in_quiet_hours_moves_to_their_end() -> None:
    steps = [
        {"day": -1, "at": "22:00", "kind": "notice", "to": ["contact"]},
        {"at": "06:00", "kind": "prompt", "to": ["contact"]},
    ]
    campaign = bureau(ladder=steps)
    this = deadlines.occurrence(campaign, WEEK)
    assert this is not None
    found = reminders.moments(campaign, this)
    assert [each.at for each in found] == [at("2020-07-10 07:30")] * 2
    plan = Office(campaign).tick("2020-07-10 07:30")
    assert kinds(plan) == {CONTACT: [f"{WEEK}/prompt@u0"]}
    assert plan.skips == (reminders.Skip(f"{WEEK}/notice@u0", CONTACT, "folded"),)


LEADERS_AFTER_THREE = {"day": 3, "at": "09:00", "kind": "overdue", "to": ["leader"], "until": 7200}


def dated() -> Campaign:
    ladder = [
        {"day": -3, "at": "09:00", "kind": "notice", "to": ["contact"]},
        {"day": -1, "at": "09:00", "kind": "notice", "to": ["contact", "head"]},
        {"day": 1, "every_day_after": True, "at": "09:00", "kind": "overdue", "to": ["contact", "head"]},
        LEADERS_AFTER_THREE,
    ]
    duty = {"key": "sheet", "name": "联系人表", "form": "sheet", "on": date(2020, 6, 30), "by": "17:30"}
    return make(date(2020, 6, 20), date(2020, 7, 10), duties=[{**duty, "ladder": ladder}])


def test_a_dated_duty_counts_working_days_and_repeats_to_the_end_of_the_campaign() -> None:
    campaign = dated()
    (this,) = deadlines.occurrences(campaign, "sheet")
    found = [
        (each.key.rpartition("/")[2], f"{each.at.astimezone(SHANGHAI):%m-%d}")
        for each in reminders.moments(campaign, this)
    ]
    assert found == [
        ("notice-3", "06-24"),  # over the Dragon Boat Festival; Sunday the 28th is worked
        ("notice-1", "06-29"),
        ("overdue+1", "07-01"),
        ("overdue+2", "07-02"),
        ("overdue+3", "07-03"),
        ("overdue+3", "07-03"),
        ("overdue+4", "07-06"),
        ("overdue+5", "07-07"),
        ("overdue+6", "07-08"),
        ("overdue+7", "07-09"),
        ("overdue+8", "07-10"),
    ]


def test_the_leaders_hear_of_it_after_three_days_even_when_the_bot_was_down() -> None:
    office = Office(dated(), since="2020-06-20")
    said = office.says("2020-07-06 10:00")
    assert set(said) == {CONTACT, HEAD, LEADER}
    assert "《联系人表》已逾期" in said[LEADER].text
    assert [button.label for row in said[LEADER].buttons for button in row] == ["查看报送情况"]
    assert said[CONTACT].buttons[0][0].label == "填报联系人表"
    for unit in ("u0", "u1", "u2"):
        office.stands(unit, "reported", "sheet/2020-06-30")
    assert office.tick("2020-07-07 10:00").notices == ()


@given(states=st.lists(st.sampled_from(STATES), min_size=3, max_size=3))
def test_the_leaders_hear_of_it_after_three_working_days_exactly_when_not_all_is_in(
    states: list[reminders.State],
) -> None:
    office = Office(dated(), since="2020-06-20")
    for number, state in enumerate(states):
        office.stands(f"u{number}", state, "sheet/2020-06-30", number)
    assert LEADER not in office.says("2020-07-03 08:59")
    said = office.says("2020-07-03 09:00")
    assert (LEADER in said) == (not set(states) <= {"reported", "excused"})
    assert LEADER not in office.says("2020-07-04 10:00")


def test_nothing_is_overdue_that_fell_due_before_the_installation() -> None:
    assert Office(dated(), since="2020-06-30 17:31").tick("2020-07-01 09:00") == reminders.NOTHING
    assert Office(dated(), since="2020-06-30 17:29").tick("2020-07-01 09:00").notices


def test_reminders_of_dated_duties_show_the_ledgers_lamps() -> None:
    early = {"day": -7, "at": "09:00", "kind": "notice", "to": ["contact"]}
    duty = dated().duty("sheet").model_dump()
    office = Office(make(date(2020, 6, 1), date(2020, 7, 10), duties=[{**duty, "ladder": [early, *duty["ladder"]]}]))
    office.since = at("2020-06-01")
    for moment, lamp in (("06-18 09:00", "🔵"), ("06-24 09:00", "🟡"), ("06-29 09:00", "🟡"), ("07-01 09:00", "🔴")):
        assert office.says(f"2020-{moment}")[CONTACT].text.startswith(f"{lamp} 单位0的《联系人表》"), moment
    assert "🔴" in office.says("2020-07-03 09:00")[LEADER].text


STAGE = {
    "key": "mend",
    "name": "自查整改",
    "start": date(2020, 7, 1),
    "end": date(2020, 7, 9),
    "tasks": ["开展自查", "逐条整改"],
}
STAGE_LADDER = (
    {"at": "08:30", "kind": "prompt", "to": ["contact", "head"]},
    {"day": 1, "at": "09:00", "kind": "missing", "to": ["brigade"]},
    {"day": 1, "at": "09:00", "kind": "overdue", "to": ["contact"]},
)


def staged() -> Campaign:
    duty = {"key": "begin", "name": "阶段通知", "form": "stage", "stage": "mend", "on": date(2020, 7, 1), "by": "17:30"}
    return make(date(2020, 6, 20), date(2020, 7, 10), duties=[{**duty, "ladder": STAGE_LADDER}], stages=[STAGE])


def test_a_stage_is_announced_to_contacts_and_heads_with_its_tasks() -> None:
    office = Office(staged(), since="2020-06-20")
    said = office.says("2020-07-01 08:30")
    assert set(said) == {CONTACT, HEAD}
    assert said[HEAD] == said[CONTACT]
    assert said[CONTACT].title == "阶段通知"
    assert said[CONTACT].text.splitlines() == [
        "现在进入自查整改阶段（7月1日—7月9日）。",
        "主要任务：",
        "· 开展自查",
        "· 逐条整改",
        "请单位0点“收到”回复。",
    ]
    assert labels(said[CONTACT]) == [("收到", "m:ack:begin/2020-07-01@u0")]


def test_who_has_not_acknowledged_a_stage_is_reminded_once_and_the_brigade_gets_their_names() -> None:
    office = Office(staged(), since="2020-06-20")
    office.says("2020-07-01 08:30")
    office.stands("u1", "reported", "begin/2020-07-01")
    said = office.says("2020-07-02 09:00")
    assert set(said) == {CONTACT, BRIGADE}
    assert said[CONTACT].text.startswith("单位0还没有回复“收到”：自查整改阶段")
    assert said[BRIGADE].text == "《阶段通知》：应回复3个单位，未回复“收到”2个：单位0、单位2。"
    assert office.tick("2020-07-03 09:00").notices == ()
    office = Office(staged(), since="2020-06-20")
    for unit in ("u0", "u1", "u2"):
        office.stands(unit, "reported", "begin/2020-07-01")
    assert office.says("2020-07-01 08:30") == {}
    assert office.says("2020-07-02 09:00")[BRIGADE].text == "《阶段通知》：应回复3个单位，均已回复“收到”。"


# ── Any sequence of ticks ────────────────────────────────────────────────

ROLES: st.SearchStrategy[tuple[Role, str]] = st.one_of(
    st.tuples(st.sampled_from(["contact", "head"]), st.sampled_from(["u0", "u1", "u2"])),
    st.tuples(st.sampled_from(["brigade", "leader"]), st.just("")),
)
LADDER = (
    {"day": -2, "at": "22:30", "kind": "notice", "to": ["contact", "head"], "until": 600},
    {"day": -1, "at": "16:00", "kind": "notice", "to": ["contact"]},
    {"at": "02:30", "kind": "prompt", "to": ["contact", "head"]},
    {"at": "11:00", "kind": "nudge", "to": ["contact", "head"]},
    {"at": "12:00", "kind": "missing", "to": ["brigade"]},
    {"at": "12:00", "kind": "overdue", "to": ["contact", "head"]},
    {"day": 1, "every_day_after": True, "at": "09:00", "kind": "overdue", "to": ["contact", "head"]},
    LEADERS_AFTER_THREE,
)
QUIET = st.sampled_from([None, ("21:00", "07:30"), ("12:00", "14:00"), ("00:30", "02:30")])


@st.composite
def offices(draw: st.DrawFn) -> Office:
    start = draw(st.dates(date(2004, 2, 1), date(2030, 6, 1)))
    end = start + timedelta(draw(st.integers(10, 30)))
    dated = {"key": "sheet", "name": "表", "form": "sheet", "on": draw(st.dates(start, end)), "by": "12:00"}
    begins = draw(st.dates(start, end))
    stage = {"key": "begin", "name": "通知", "form": "stage", "stage": "mend", "on": begins, "by": "17:30"}
    campaign = make(
        start,
        end,
        duties=[
            weekly(ladder=LADDER, holiday=draw(st.sampled_from(["before", "after", "none"]))),
            {**dated, "ladder": LADDER},
            {**stage, "ladder": STAGE_LADDER},
        ],
        stages=[{**STAGE, "start": begins, "end": end}],
        zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])),
        quiet=draw(QUIET),
        off=draw(st.sets(st.dates(start, end), max_size=5)),
    )
    people = [Recipient(n, draw(st.frozensets(ROLES, min_size=1, max_size=4))) for n in range(1, 4)]
    office = Office(campaign, tuple(people))
    office.since = datetime.combine(start, datetime.min.time(), UTC) + timedelta(days=draw(st.integers(-2, 5)))
    return office


def occurrence_keys(campaign: Campaign) -> list[str]:
    return [each.key for duty in campaign.duties for each in deadlines.occurrences(campaign, duty.key)]


@given(office=offices(), data=st.data())
def test_every_reminder_is_decided_once_whatever_the_clock_does(office: Office, data: st.DataObject) -> None:
    campaign = office.campaign
    keys = occurrence_keys(campaign)
    first = datetime.combine(campaign.start, datetime.min.time(), UTC)
    seen: set[tuple[str, int]] = set()
    for minutes in data.draw(st.lists(st.integers(-1440, 40 * 1440), min_size=1, max_size=12)):
        now = first + timedelta(minutes=minutes)
        for key in keys:
            unit = data.draw(st.sampled_from(["u0", "u1", "u2"]))
            office.stands(unit, data.draw(st.sampled_from(STATES)), key, 1)
        before = set(office.known)
        owed = _owed(office, now, before)
        plan = office.tick_at(now)
        decided = [(part.key, notice.person_id) for notice in plan.notices for part in notice.parts[:1]]
        decided += [(skip.key, skip.person_id) for skip in plan.skips]
        assert len(decided) == len(set(decided))
        assert not seen & set(decided)
        seen |= set(decided)
        assert len({notice.person_id for notice in plan.notices}) == len(plan.notices)
        for notice in plan.notices:
            _fit_to_send(office, notice, now)
        said = {(part.key, notice.person_id) for notice in plan.notices for part in notice.parts}
        assert owed == said
        assert office.tick_at(now) == reminders.NOTHING


def _fit_to_send(office: Office, notice: Notice, now: datetime) -> None:
    assert not reminders.is_quiet(office.campaign, now)
    assert notice.until > now
    for part in notice.parts:
        assert office.since <= part.at <= now < part.until
        assert office.since <= part.occurrence.due
        assert not {standing.state for _, standing in part.open} & {"reported", "excused"}
        assert not reminders.is_quiet(office.campaign, part.at)
        if part.kind in {"notice", "prompt", "nudge"}:
            assert now < part.occurrence.due.astimezone(UTC)
    message = words(notice, office.campaign, now)
    assert message.text
    assert len(message.text) < 4096
    assert len(message.buttons) <= 10


def _owed(office: Office, now: datetime, known: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """What must be said at `now`, worked out one person, report and moment at a time."""
    owed: set[tuple[str, int]] = set()
    if reminders.is_quiet(office.campaign, now):
        return owed
    for person in office.people:
        for key in occurrence_keys(office.campaign):
            this = deadlines.occurrence(office.campaign, key)
            assert this is not None
            if this.due < office.since:
                continue
            for unit in ("u0", "u1", "u2", ""):
                latest = ""
                for moment in reminders.moments(office.campaign, this):
                    name = f"{moment.key}@{unit}" if unit else moment.key
                    if office.since <= moment.at <= now < moment.until and (name, person.person_id) not in known:
                        mine = {role for role, place in person.roles if place == unit and role in moment.to}
                        if _calls(office, moment.kind, mine, key, unit):
                            latest = name
                if latest:
                    owed.add((latest, person.person_id))
    return owed


def _calls(office: Office, kind: str, roles: set[Role], key: str, unit: str) -> bool:
    states = {each: office.standings.get((key, each), Standing("none")).state for each in ("u0", "u1", "u2")}
    if not unit:
        return bool(roles) and (kind == "missing" or not set(states.values()) <= {"reported", "excused"})
    to_head: set[str] = {"filed"} if kind in {"prompt", "nudge"} else {"filed", "none", "draft", "returned"}
    if kind == "overdue":
        to_head.add("stamping")
    to_contact = {"none", "draft", "returned", "stamping"}
    if key.startswith("begin/"):
        to_head = {"filed", *to_contact}
    return ("contact" in roles and states[unit] in to_contact) or ("head" in roles and states[unit] in to_head)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_rungs_keep_their_hour_on_the_wall_over_a_change_of_clocks(zone: str) -> None:
    campaign = make(date(2021, 1, 1), date(2021, 12, 31), zone=zone)
    for each in reminders.timeline(campaign):
        if each.key.endswith("/notice"):
            assert f"{each.at.astimezone(campaign.zone):%H:%M}" == "16:00"
