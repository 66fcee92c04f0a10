from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import issue_reminders
from bot.core.issue_reminders import NAMED, Letter, Pending, Round
from bot.core.plain_text import units
from bot.core.reminders import REMEMBERED, Recipient, is_quiet
from bot.core.workdays import Workdays
from bot.texts.issue_reminders import words
from bot.texts.issues_marks import MARKS, left, mark
from tests.core.making import ENTRY_LADDER, ledger, make

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.campaign import Campaign, LedgerStep, Role
    from bot.core.issues import Asked
    from bot.core.messages import Message

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONTACT, HEAD, BRIGADE, LEADER = 1, 2, 3, 4
PEOPLE = (
    Recipient(CONTACT, frozenset({("contact", "u0")})),
    Recipient(HEAD, frozenset({("head", "u0")})),
    Recipient(BRIGADE, frozenset({("brigade", "")})),
    Recipient(LEADER, frozenset({("leader", "")})),
)
START, END = date(2020, 6, 20), date(2020, 12, 31)
FRIDAY, SATURDAY = date(2020, 7, 17), date(2020, 7, 18)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def bureau(*ladder: dict[str, object], quiet: tuple[str, str] | None = ("21:00", "07:30")) -> Campaign:
    return make(START, END, ledger=ledger(ladder=ladder or ENTRY_LADDER), quiet=quiet)


@dataclass
class Row:
    """An entry with its life: from these moments on its unit has to act (`opened`), or need not (`closed`)."""

    id: int
    due: date
    unit: str = "u0"
    asked: Asked = ""
    opened: list[datetime] = field(default_factory=list)
    closed: list[datetime] = field(default_factory=list)

    def is_open(self, now: datetime) -> bool:
        begun = max((each for each in self.opened if each <= now), default=None)
        return begun is not None and not any(begun < each <= now for each in self.closed)

    def pending(self, now: datetime) -> Pending:
        renewed = max(each for each in self.opened if each <= now)
        return Pending(self.id, f"U0-2020-{self.id:03}", self.unit, "mending", self.asked, self.due, renewed)


class Desk:
    """A bureau whose bot is asked now and then: which rounds it has run is all it remembers."""

    def __init__(
        self,
        campaign: Campaign,
        people: tuple[Recipient, ...] = PEOPLE,
        since: datetime = at("2020-06-20 00:00"),  # noqa: B008 - a moment does not change
    ) -> None:
        self.campaign, self.people, self.since = campaign, people, since
        self.rows: dict[int, Row] = {}
        self.run: dict[time, tuple[date, datetime]] = {}

    def enter(self, due: date, now: str = "2020-06-20 00:00", unit: str = "u0", asked: Asked = "") -> Row:
        row = Row(len(self.rows) + 1, due, unit, asked, [at(now).astimezone(UTC)])
        self.rows[row.id] = row
        return row

    def rounds(self, now: datetime) -> list[tuple[Round, date, datetime]]:
        """The rounds to run now, with their first day and when renewed entries were last looked for."""
        due = []
        for each in issue_reminders.rounds(self.campaign, now):
            day, looked = self.run.get(each.at, (None, self.since.astimezone(UTC)))
            if each.moment >= self.since.astimezone(UTC) and (day is None or day < each.day):
                first = issue_reminders.first_day(self.campaign, each, day, self.since)
                worked = self.campaign.workdays.is_workday(each.day)
                due.append((each, first, looked))
                self.run[each.at] = each.day, now.astimezone(UTC) if worked else looked
        return due

    def tick(self, now: datetime) -> list[Letter]:
        due = self.rounds(now)
        spans = [span for each in due for span in issue_reminders.spans(self.campaign, *each)]
        every = [row.pending(now) for row in self.rows.values() if row.is_open(now)]
        looked = [(span.looked, entry.renewed) for span in spans for entry in every]
        reach = issue_reminders.reach(spans, renewed=any(was and at and was < at for was, at in looked))
        if reach is None:
            assert not any(issue_reminders.hearers(spans, entry) for entry in every)
            return []
        first, last = reach
        within = [entry for entry in every if (first is None or first <= entry.due) and entry.due <= last]
        letters = list(issue_reminders.letters(spans, within, self.people))
        assert letters == list(issue_reminders.letters(spans, every, self.people))
        return letters

    def hears(self, now: str) -> set[int]:
        return {person for letter in self.tick(at(now)) for person in letter.people}

    def says(self, now: str) -> dict[int, Message]:
        return {
            person: words(letter, self.campaign, at(now).date(), self.descriptions)
            for letter in self.tick(at(now))
            for person in letter.people
        }

    @property
    def descriptions(self) -> dict[int, str]:
        return dict.fromkeys(self.rows, "抽查卷宗3份，其中1份缺少现场检查笔录")

    def calendar(self, first: str, last: str, clock: str = "09:00") -> dict[str, set[int]]:
        """Who hears something on which of these days, asked every day at this time."""
        day, found = date.fromisoformat(first), {}
        while day <= date.fromisoformat(last):
            if heard := self.hears(f"{day} {clock}"):
                found[f"{day:%m-%d}"] = heard
            day += timedelta(days=1)
        return found


def step(campaign: Campaign, number: int) -> LedgerStep:
    assert campaign.ledger is not None
    return campaign.ledger.ladder[number]


# ── The ladder ───────────────────────────────────────────────────────────


def test_every_rung_speaks_on_its_day_to_its_people() -> None:
    desk = Desk(bureau())
    desk.enter(FRIDAY)
    assert desk.calendar("2020-07-06", "2020-07-31") == {
        "07-14": {CONTACT},  # three working days before
        "07-16": {CONTACT},
        "07-17": {CONTACT},  # the day
        "07-20": {CONTACT},  # each working day after
        "07-21": {CONTACT},
        "07-22": {CONTACT, HEAD, BRIGADE},  # three working days late
        "07-23": {CONTACT},
        "07-24": {CONTACT},
        "07-27": {CONTACT},
        "07-28": {CONTACT, LEADER},  # seven
        "07-29": {CONTACT},
        "07-30": {CONTACT},
        "07-31": {CONTACT},
    }


def test_a_deadline_on_a_saturday_is_told_on_that_saturday() -> None:
    desk = Desk(bureau())
    desk.enter(SATURDAY)
    assert desk.calendar("2020-07-13", "2020-07-22") == {
        "07-15": {CONTACT},
        "07-17": {CONTACT},
        "07-18": {CONTACT},
        "07-20": {CONTACT},
        "07-21": {CONTACT},
        "07-22": {CONTACT, HEAD, BRIGADE},
    }


def test_working_days_around_the_national_day_of_2020() -> None:
    desk = Desk(bureau())  # 1 to 8 October are off; Sunday 27 September and Saturday 10 October are worked
    desk.enter(date(2020, 9, 30))
    assert desk.calendar("2020-09-20", "2020-10-12") == {
        "09-27": {CONTACT},
        "09-29": {CONTACT},
        "09-30": {CONTACT},
        "10-09": {CONTACT},
        "10-10": {CONTACT},
        "10-12": {CONTACT, HEAD, BRIGADE},
    }
    desk = Desk(bureau())
    desk.enter(date(2020, 10, 5))  # in the middle of it
    assert desk.calendar("2020-09-20", "2020-10-12") == {
        "09-28": {CONTACT},
        "09-30": {CONTACT},
        "10-05": {CONTACT},
        "10-09": {CONTACT},
        "10-10": {CONTACT},
        "10-12": {CONTACT, HEAD, BRIGADE},
    }


def test_a_round_in_quiet_hours_speaks_at_their_end() -> None:
    early, late = {"day": 0, "at": "06:00", "to": ["contact"]}, {"day": 0, "at": "22:00", "to": ["head"]}
    desk = Desk(bureau(early, late))
    desk.enter(FRIDAY)
    assert desk.calendar("2020-07-15", "2020-07-20", "07:29") == {}
    assert desk.calendar("2020-07-15", "2020-07-20", "07:30") == {"07-17": {CONTACT}, "07-18": {HEAD}}


def test_nothing_is_said_in_quiet_hours_and_a_round_is_over_with_its_day() -> None:
    desk = Desk(bureau({"day": 0, "at": "09:00", "to": ["contact"]}))
    desk.enter(FRIDAY)
    desk.hears("2020-07-16 09:00")
    assert desk.hears("2020-07-17 08:59") == set()
    assert desk.hears("2020-07-17 21:00") == set()
    assert desk.hears("2020-07-18 07:30") == set()  # yesterday's is over, today's has not come
    assert desk.hears("2020-07-18 09:00") == {CONTACT}  # and says what is true now


def test_two_clock_times_are_two_rounds_but_one_message_when_they_come_together() -> None:
    ladder = ({"day": 0, "at": "09:00", "to": ["contact"]}, {"day": 0, "at": "15:00", "to": ["contact", "head"]})
    desk = Desk(bureau(*ladder))
    desk.enter(FRIDAY)
    assert desk.hears("2020-07-17 09:00") == {CONTACT}
    assert desk.hears("2020-07-17 15:00") == {CONTACT, HEAD}
    desk = Desk(bureau(*ladder))
    desk.enter(FRIDAY)
    letters = desk.tick(at("2020-07-17 16:00"))
    assert [(letter.people, len(letter.entries)) for letter in letters] == [((CONTACT,), 1), ((HEAD,), 1)]


def test_a_round_is_run_once_and_not_again_when_the_clock_is_set_back() -> None:
    desk = Desk(bureau())
    desk.enter(FRIDAY)
    assert desk.hears("2020-07-17 09:00") == {CONTACT}
    assert desk.hears("2020-07-17 09:00") == set()
    assert desk.hears("2020-07-17 18:00") == set()
    assert desk.hears("2020-07-16 12:00") == set()
    assert desk.hears("2020-07-17 12:00") == set()
    assert desk.hears("2020-07-20 09:00") == {CONTACT}


def test_nothing_outside_the_campaign_and_nothing_without_a_ledger() -> None:
    desk = Desk(bureau(), since=at("2020-01-01 00:00"))
    desk.enter(date(2020, 12, 30))
    desk.enter(date(2020, 6, 18))
    assert desk.hears("2020-06-19 09:00") == set()
    assert desk.hears("2020-06-22 09:00") == {CONTACT}
    assert desk.hears("2020-12-31 09:00") == {CONTACT}
    assert desk.hears("2021-01-04 09:00") == set()
    assert issue_reminders.rounds(make(START, END), at("2020-07-17 09:00")) == ()


# ── What changes meanwhile ───────────────────────────────────────────────


def test_an_extension_moves_the_ladder() -> None:
    desk = Desk(bureau())
    row = desk.enter(date(2020, 7, 10))
    assert desk.calendar("2020-07-09", "2020-07-13") == {"07-09": {CONTACT}, "07-10": {CONTACT}, "07-13": {CONTACT}}
    row.due = FRIDAY
    assert desk.calendar("2020-07-14", "2020-07-22") == {
        "07-14": {CONTACT},
        "07-16": {CONTACT},
        "07-17": {CONTACT},
        "07-20": {CONTACT},
        "07-21": {CONTACT},
        "07-22": {CONTACT, HEAD, BRIGADE},
    }


def test_what_is_closed_meanwhile_is_not_mentioned() -> None:
    desk = Desk(bureau())
    row, other = desk.enter(FRIDAY), desk.enter(FRIDAY)
    assert desk.hears("2020-07-16 09:00") == {CONTACT}
    row.closed.append(at("2020-07-17 08:00"))
    (letter,) = desk.tick(at("2020-07-17 09:00"))
    assert [entry.id for entry in letter.entries] == [other.id]
    other.closed.append(at("2020-07-18 08:00"))
    assert desk.calendar("2020-07-18", "2020-07-31") == {}


def test_entered_late_it_is_reminded_of_from_there_on() -> None:
    desk = Desk(bureau())
    desk.calendar("2020-07-13", "2020-07-16")
    desk.enter(FRIDAY, "2020-07-16 15:00")
    assert desk.calendar("2020-07-17", "2020-07-20") == {"07-17": {CONTACT}, "07-20": {CONTACT}}
    desk.rows.clear()
    desk.enter(date(2020, 7, 24), "2020-07-21 15:00")  # whoever has just entered it knows that there are three days
    assert desk.calendar("2020-07-21", "2020-07-24") == {"07-23": {CONTACT}, "07-24": {CONTACT}}


def test_only_what_follows_the_deadline_is_made_up_for_when_an_entry_comes_late() -> None:
    desk = Desk(bureau({"day": 0, "at": "09:00", "to": ["contact"]}, {"day": 3, "at": "09:00", "to": ["leader"]}))
    desk.hears("2020-07-16 09:00")
    desk.enter(date(2020, 6, 22), "2020-07-16 15:00")
    assert desk.calendar("2020-07-17", "2020-07-24") == {"07-17": {LEADER}}


def test_what_comes_on_the_ledger_long_overdue_reaches_everybody_on_the_next_working_day_once() -> None:
    desk = Desk(bureau())
    desk.calendar("2020-07-13", "2020-07-17")
    desk.enter(date(2020, 6, 30), "2020-07-17 15:00")
    desk.enter(date(2020, 7, 13), "2020-07-18 15:00")  # not late enough for the leaders
    assert desk.calendar("2020-07-18", "2020-07-22") == {
        "07-20": {CONTACT, HEAD, BRIGADE, LEADER},
        "07-21": {CONTACT},
        "07-22": {CONTACT, LEADER},
    }


def test_asking_to_close_and_taking_it_back_does_not_escape_the_leaders() -> None:
    desk = Desk(bureau())
    row = desk.enter(date(2020, 7, 10))
    desk.calendar("2020-07-10", "2020-07-16")
    row.closed.append(at("2020-07-16 18:00"))  # waits for the brigade over the seventh day
    assert desk.calendar("2020-07-17", "2020-07-22") == {}
    row.opened.append(at("2020-07-22 18:00"))
    assert desk.calendar("2020-07-23", "2020-07-24") == {
        "07-23": {CONTACT, HEAD, BRIGADE, LEADER},
        "07-24": {CONTACT},
    }


def test_two_days_down_are_made_up_for_in_one_message_of_what_is_true_now() -> None:
    desk = Desk(bureau())
    for day in (14, 15, 16, 17):
        desk.enter(date(2020, 7, day))
    gone = desk.enter(date(2020, 7, 14))
    desk.hears("2020-07-14 09:00")
    gone.closed.append(at("2020-07-15 10:00"))
    letters = desk.tick(at("2020-07-17 10:00"))  # down on the 15th and the 16th
    assert {letter.people: [entry.due.day for entry in letter.entries] for letter in letters} == {
        (CONTACT,): [14, 15, 16, 17],
        (HEAD,): [14],
        (BRIGADE,): [14],
    }
    message = words(letters[0], desk.campaign, date(2020, 7, 17), desk.descriptions)
    assert [line.rpartition("（")[2] for line in message.text.splitlines() if "时限7" in line] == [
        "已逾期3个工作日，时限7月14日）",
        "已逾期2个工作日，时限7月15日）",
        "已逾期1个工作日，时限7月16日）",
        "今天到期，时限7月17日）",
    ]


def test_what_was_missed_longer_ago_than_is_remembered_is_not_made_up_for() -> None:
    desk = Desk(bureau({"day": 0, "at": "09:00", "to": ["contact"]}))
    desk.enter(FRIDAY)
    desk.hears("2020-07-16 09:00")
    assert desk.hears(f"{FRIDAY + REMEMBERED + timedelta(days=1)} 09:00") == set()
    desk.run.clear()
    assert desk.hears(f"{FRIDAY + REMEMBERED} 09:00") == {CONTACT}


def test_what_was_to_be_said_before_the_installation_is_nobodys() -> None:
    desk = Desk(bureau({"day": 0, "at": "09:00", "to": ["contact"]}), since=at("2020-07-17 09:01"))
    desk.enter(FRIDAY)
    assert desk.hears("2020-07-17 10:00") == set()
    assert desk.hears("2020-07-18 10:00") == set()
    assert desk.run == {time(9): (SATURDAY, desk.since.astimezone(UTC))}


# ── Who hears ────────────────────────────────────────────────────────────


def test_what_waits_for_the_heads_signature_is_brought_before_the_head_instead_of_the_contact() -> None:
    desk = Desk(bureau())
    row = desk.enter(FRIDAY, asked="closing/head")
    assert desk.calendar("2020-07-14", "2020-07-20") == {
        "07-14": {HEAD},
        "07-16": {HEAD},
        "07-17": {HEAD},
        "07-20": {HEAD},
    }
    assert desk.calendar("2020-07-22", "2020-07-22") == {"07-22": {HEAD, BRIGADE}}
    row.asked = "extension/head"  # there is still something to mend
    assert desk.hears("2020-07-23 09:00") == {CONTACT, HEAD}
    row.asked = "extension/brigade"
    assert desk.hears("2020-07-24 09:00") == {CONTACT}


def test_everybody_gets_one_message_about_each_unit_and_one_about_all() -> None:
    people = (
        Recipient(7, frozenset({("contact", "u0"), ("head", "u0"), ("contact", "u1")})),
        Recipient(8, frozenset({("brigade", ""), ("leader", "")})),
        Recipient(9, frozenset({("brigade", "")})),
        Recipient(10, frozenset({("brigade", "")})),
        Recipient(11, frozenset({("admin", "")})),
    )
    desk = Desk(bureau(), people)
    for unit in ("u0", "u1", "u2"):
        desk.enter(date(2020, 7, 14), unit=unit)
        desk.enter(date(2020, 7, 8), unit=unit)
    desk.hears("2020-07-16 09:00")
    letters = desk.tick(at("2020-07-17 09:00"))
    assert [(letter.place, sorted(letter.people), len(letter.entries)) for letter in letters] == [
        ("@u0", [7], 2),
        ("@u1", [7], 2),
        ("/bureau", [9, 10], 3),
        ("/bureau", [8], 6),
    ]
    assert {letter.roles for letter in letters} == {
        frozenset({"contact", "head"}),
        frozenset({"contact"}),
        frozenset({"brigade", "leader"}),
        frozenset({"brigade"}),
    }


def test_a_message_is_of_no_use_once_it_is_repeated_or_after_the_next_working_day() -> None:
    campaign = bureau()
    contact: frozenset[Role] = frozenset({"contact"})
    leader: frozenset[Role] = frozenset({"leader"})
    assert issue_reminders.until(campaign, at("2020-07-16 09:00"), contact) == at("2020-07-17 09:00")
    assert issue_reminders.until(campaign, at("2020-07-16 08:30"), contact) == at("2020-07-16 09:00")
    assert issue_reminders.until(campaign, at("2020-07-17 09:00"), contact) == at("2020-07-20 09:00")
    assert issue_reminders.until(campaign, at("2020-07-18 09:00"), contact) == at("2020-07-20 09:00")
    assert issue_reminders.until(campaign, at("2020-07-17 09:00"), leader) == at("2020-07-21 00:00")
    assert issue_reminders.until(campaign, at("2020-09-30 09:00"), leader) == at("2020-10-10 00:00")


# ── Words ────────────────────────────────────────────────────────────────


def test_what_the_contact_reads() -> None:
    desk = Desk(bureau())
    desk.enter(FRIDAY)
    message = desk.says("2020-07-16 09:00")[CONTACT]
    assert message.title == "整改时限提醒（7月16日）"
    assert message.text == (
        "单位0有1件问题请按时限整改。\n\n🟡 U0-2020-001：抽查卷宗3份，其中1份缺少现场检查笔录（明天到期，时限7月17日）"
    )
    assert [(row[0].label, row[0].action) for row in message.buttons] == [
        ("U0-2020-001 抽查卷宗3份，其中…", "m:issue:1")
    ]
    desk.enter(date(2020, 7, 15), "2020-07-16 10:00", asked="extension/brigade")
    message = desk.says("2020-07-17 09:00")[CONTACT]
    assert message.text.splitlines() == [
        "单位0有2件问题请抓紧整改。",
        "其中已逾期1件，今天到期1件。",
        "",
        "🔴 U0-2020-002：抽查卷宗3份，其中1份缺少现场检查笔录（已逾期2个工作日，时限7月15日，延期申请待大队审批）",
        "🟡 U0-2020-001：抽查卷宗3份，其中1份缺少现场检查笔录（今天到期，时限7月17日）",
    ]
    late = desk.says("2020-07-20 09:00")[CONTACT]
    assert late.text.startswith("单位0有2件问题已过整改时限，请尽快整改。\n\n🔴")


def test_what_the_head_reads() -> None:
    desk = Desk(bureau())
    desk.enter(date(2020, 7, 14))
    desk.enter(FRIDAY, asked="closing/head")
    message = desk.says("2020-07-17 09:00")[HEAD]
    assert message.text.splitlines() == [
        "单位0有1件问题请督促抓紧整改，1件申请等您签批。",
        "其中已逾期1件，今天到期1件。",
        "",
        "🔴 U0-2020-001：抽查卷宗3份，其中1份缺少现场检查笔录（已逾期3个工作日，时限7月14日）",
        "🟡 U0-2020-002：抽查卷宗3份，其中1份缺少现场检查笔录（今天到期，时限7月17日，销号申请等您签批）",
    ]
    alone = Desk(bureau())
    alone.enter(FRIDAY, asked="closing/head")
    assert alone.says("2020-07-17 09:00")[HEAD].text.startswith("单位0有1件申请等您签批。\n\n")


def test_what_the_bureau_reads() -> None:
    desk = Desk(bureau())
    for _ in range(10):
        desk.enter(date(2020, 7, 13), unit="u1")
    desk.enter(date(2020, 7, 14), unit="u0", asked="closing/head")
    desk.enter(date(2020, 7, 14), unit="u9")  # no longer in the campaign file
    desk.hears("2020-07-15 09:00")
    message = desk.says("2020-07-17 09:00")[BRIGADE]
    lines = message.text.splitlines()
    assert lines[0] == "3个单位有12件问题已过整改时限，请督促整改。"
    assert [line for line in lines if line.startswith("【")] == ["【单位1】10件", "【单位0】1件", "【u9】1件"]
    assert sum(line.startswith("🔴") for line in lines) == 4
    assert "销号申请待负责人签批" in message.text
    assert [row[0].action for row in message.buttons] == [
        "m:issue:1",
        "m:issue:2",
        "m:issue:11",
        "m:issue:12",
        "m:list:l",
    ]
    leaders = Desk(bureau())
    leaders.enter(date(2020, 7, 8))
    assert leaders.says("2020-07-17 09:00")[LEADER].text.startswith("1个单位有1件问题已过整改时限，请予关注。")


def test_more_than_fit_are_counted_and_a_button_away() -> None:
    desk = Desk(bureau())
    for _ in range(20):
        desk.enter(FRIDAY)
    for _ in range(30):
        desk.enter(date(2020, 7, 15))
    message = desk.says("2020-07-17 09:00")[CONTACT]
    assert message.text.startswith("单位0有50件问题请抓紧整改。\n其中已逾期30件，今天到期20件。")
    assert message.text.endswith("以上是时限最早的8件，其余请点下面的按钮查看。")
    assert [button.action for button in message.buttons[-1]] == ["m:list:l:u0", "m:list:s:u0"]
    assert len(message.buttons) == NAMED + 1
    near = Desk(bureau())
    for _ in range(9):
        near.enter(FRIDAY)
    assert [button.label for button in near.says("2020-07-17 09:00")[CONTACT].buttons[-1]] == ["即将到期"]


@pytest.mark.parametrize("number", [1, 8, 70])
def test_no_message_grows_beyond_what_a_chat_takes(number: int) -> None:
    campaign = make(START, END, ledger=ledger(), units=number)
    longest = [unit.model_copy(update={"name": f"{'长' * 60}{unit.key}"}) for unit in campaign.units]
    campaign = campaign.model_copy(update={"units": tuple(longest)})
    people = (Recipient(CONTACT, frozenset({("contact", "u0"), ("head", "u0")})), *PEOPLE[2:])
    desk = Desk(campaign, people)
    for at_number in range(3000):
        desk.enter(date(2016, 7, 10), "2020-07-01", unit=f"u{at_number % number}", asked="extension/head")
    descriptions = dict.fromkeys(desk.rows, "案\n" * 500)
    letters = desk.tick(at("2020-07-17 09:00"))
    assert len(letters) == 3
    for letter in letters:
        message = words(letter, campaign, date(2020, 7, 17), descriptions)
        assert units(message.text) < 3000
        assert len(message.buttons) <= NAMED + 1
        assert len(letter.named) == NAMED
        assert message.buttons[-1][0].action.startswith("m:list:l")


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2020-07-10", "剩7天"),
        ("2020-07-15", "剩2天"),
        ("2020-07-16", "明天到期"),
        ("2020-07-17", "今天到期"),
        ("2020-07-18", "已逾期"),
        ("2020-07-19", "已逾期"),
        ("2020-07-20", "已逾期1个工作日"),
        ("2020-07-28", "已逾期7个工作日"),
    ],
)
def test_how_much_time_is_left(today: str, said: str) -> None:
    day, workdays = date.fromisoformat(today), Workdays()
    assert left("mending", FRIDAY, day, workdays) == said
    assert left("verifying", FRIDAY, day, workdays) == left("closed", FRIDAY, day, workdays) == ""


def test_every_colour_has_its_mark() -> None:
    assert [mark(colour) for colour in MARKS] == ["", "🔵", "🟡", "🔴"]


# ── Any life of any entry ────────────────────────────────────────────────

LADDER = (
    {"day": -3, "at": "22:30", "to": ["contact"]},
    {"day": -1, "at": "09:00", "to": ["contact", "head"]},
    {"day": 0, "at": "09:00", "to": ["contact"]},
    {"day": 0, "at": "15:00", "to": ["contact"]},
    {"day": 1, "every_day_after": True, "at": "09:00", "to": ["contact"]},
    {"day": 2, "at": "02:30", "to": ["head", "brigade"]},
    {"day": 3, "at": "09:00", "to": ["leader"]},
)
QUIET = st.sampled_from([None, ("21:00", "07:30"), ("12:00", "14:00"), ("00:30", "02:30")])
SPAN = 40


@given(workdays=st.sets(st.integers(0, 60), max_size=10), number=st.integers(0, 6), data=st.data())
def test_a_span_is_just_the_deadlines_whose_rung_falls_on_one_of_the_days(
    workdays: set[int], number: int, data: st.DataObject
) -> None:
    begin = data.draw(st.dates(date(2019, 12, 1), date(2020, 11, 1)))
    campaign = make(
        begin,
        begin + timedelta(days=60),
        ledger=ledger(ladder=LADDER),
        off=(begin + timedelta(days=day) for day in workdays),
    )
    rung = step(campaign, number)
    first = begin + timedelta(days=data.draw(st.integers(10, 40)))
    last = first + timedelta(days=data.draw(st.integers(0, 14)))
    this = Round(last, rung.at, datetime.combine(last, rung.at, UTC))
    spans = [span for span in issue_reminders.spans(campaign, this, first, this.moment) if span.step is rung]
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    for offset in range(-30, 31):
        due = first + timedelta(days=offset)
        entry = Pending(1, "1", "u0", "mending", "", due)
        assert any(span.holds(entry) for span in spans) == _falls_on(campaign, rung, due, days)


def _falls_on(campaign: Campaign, rung: LedgerStep, due: date, days: Iterable[date]) -> bool:
    day = campaign.workdays.shift(due, rung.day)
    if rung.every_day_after:
        return any(each >= day and campaign.workdays.is_workday(each) for each in days)
    return day in set(days)


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    start = draw(st.dates(date(2020, 1, 1), date(2020, 11, 1)))
    campaign = make(
        start,
        start + timedelta(days=SPAN),
        ledger=ledger(ladder=LADDER),
        zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"])),
        quiet=draw(QUIET),
        off=draw(st.sets(st.dates(start, start + timedelta(days=SPAN)), max_size=5)),
    )
    first = datetime.combine(start, time(), UTC)
    desk = Desk(campaign, since=first + timedelta(hours=draw(st.integers(-48, 120))))
    for number in range(1, draw(st.integers(1, 4)) + 1):
        opened, closed, again = sorted(draw(st.lists(st.integers(0, SPAN * 1440), min_size=3, max_size=3)))
        lives = [first + timedelta(minutes=opened), first + timedelta(minutes=again, seconds=2)]
        desk.rows[number] = Row(
            number,
            start + timedelta(days=draw(st.integers(-10, SPAN))),
            asked=draw(st.sampled_from(["", "", "closing/head", "extension/head"])),
            opened=lives[: draw(st.integers(1, 2))],
            closed=[first + timedelta(minutes=closed, seconds=1)],
        )
    return desk


@given(desk=desks(), data=st.data())
def test_whatever_is_up_and_down_every_rung_is_mentioned_once_in_the_first_round_after_it(
    desk: Desk, data: st.DataObject
) -> None:
    first = datetime.combine(desk.campaign.start, time(), UTC)
    minutes = data.draw(st.lists(st.integers(0, (SPAN + 2) * 1440), min_size=1, max_size=40, unique=True))
    history: list[tuple[datetime, list[Round], set[tuple[int, int]]]] = []
    for now in (first + timedelta(minutes=each) for each in sorted(minutes)):
        before = dict(desk.run)
        ran = {each: day for each in _come(desk, now) if (day := before.get(each.at)) is None or day[0] < each.day}
        owed = _owed(desk, now, before, list(ran))
        letters = desk.tick(now)
        assert {(person, entry.id) for each in letters for person in each.people for entry in each.entries} == owed
        assert len({(each.place, person) for each in letters for person in each.people}) == sum(
            len(each.people) for each in letters
        )
        assert desk.tick(now) == []
        history.append((now, list(ran), owed))
    keys = [each.mark for _, ran, _ in history for each in ran]
    assert len(keys) == len(set(keys))
    assert desk.campaign.ledger is not None
    for rung in desk.campaign.ledger.ladder:
        for row in desk.rows.values():
            _mentioned_when_it_comes(desk, rung, row, history)


def _mentioned_when_it_comes(
    desk: Desk, rung: LedgerStep, row: Row, history: list[tuple[datetime, list[Round], set[tuple[int, int]]]]
) -> None:
    """The first round on or after the rung's day names the entry to those of the rung, if it is open then."""
    day = desk.campaign.workdays.shift(row.due, rung.day)
    after = ((now, each, said) for now, ran, said in history for each in ran if each.at == rung.at and each.day >= day)
    now, this, said = next(after, (None, None, set()))
    if now is None or this is None or not row.is_open(now) or day not in _days(desk, this, None):
        return
    if "leader" in rung.to:
        assert (LEADER, row.id) in said
    if "contact" in rung.to:
        assert ((HEAD if row.asked == "closing/head" else CONTACT), row.id) in said


def _come(desk: Desk, now: datetime) -> list[Round]:
    """The rounds whose day it is: worked out from every day of the campaign."""
    campaign, found = desk.campaign, []
    assert campaign.ledger is not None
    if is_quiet(campaign, now):
        return []
    for clock in {step.at for step in campaign.ledger.ladder}:
        for number in range(SPAN + 1):
            day = campaign.start + timedelta(days=number)
            moment = datetime.combine(day, clock, campaign.zone).astimezone(UTC)
            while is_quiet(campaign, moment):
                moment += timedelta(minutes=1)
            if desk.since <= moment <= now and _same_day(campaign, moment, now):
                found.append(Round(day, clock, moment))
    return found


def _same_day(campaign: Campaign, one: datetime, other: datetime) -> bool:
    return one.astimezone(campaign.zone).date() == other.astimezone(campaign.zone).date()


def _owed(
    desk: Desk, now: datetime, before: dict[time, tuple[date, datetime]], ran: list[Round]
) -> set[tuple[int, int]]:
    """(person, entry) that must be mentioned now, worked out one entry, step and day at a time."""
    campaign = desk.campaign
    assert campaign.ledger is not None
    owed: set[tuple[int, int]] = set()
    for row in desk.rows.values():
        if not row.is_open(now):
            continue
        roles: set[str] = set()
        for each in ran:
            days = _days(desk, each, before.get(each.at))
            _, looked = before.get(each.at, (None, desk.since))
            late = campaign.workdays.is_workday(each.day) and any(looked < opened <= now for opened in row.opened)
            for rung in campaign.ledger.ladder:
                passed = late and rung.day > 0 and campaign.workdays.shift(row.due, rung.day) <= each.day
                if rung.at == each.at and (passed or _falls_on(campaign, rung, row.due, days)):
                    roles |= set(rung.to)
        if "contact" in roles and row.asked.endswith("/head"):
            roles.add("head")
        if row.asked == "closing/head":
            roles.discard("contact")
        names = {"contact": CONTACT, "head": HEAD, "brigade": BRIGADE, "leader": LEADER}
        owed |= {(names[role], row.id) for role in roles}
    return owed


def _days(desk: Desk, this: Round, last: tuple[date, datetime] | None) -> list[date]:
    """The days whose rungs the round mentions: since the last, the installation, the beginning, and two weeks."""
    days = []
    for back in range(REMEMBERED.days + 1):
        day = this.day - timedelta(days=back)
        moment = datetime.combine(day, this.at, desk.campaign.zone).astimezone(UTC)
        while is_quiet(desk.campaign, moment):
            moment += timedelta(minutes=1)
        if day >= desk.campaign.start and (last is None or day > last[0]) and moment >= desk.since:
            days.append(day)
    return days
