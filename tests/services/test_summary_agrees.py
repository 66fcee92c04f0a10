"""Whatever has happened in a campaign: chat, picture, 通报 and board tell leaders the same, and it is what happened.

Months are invented by throwing dice. What must be told is counted from the story and from the tables' rows in the
plainest way, by nothing the product counts with.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.core import deadlines
from bot.core.issues import rules_for
from bot.core.messages import Tapped
from bot.services import board
from exports import bulletin, summary, summary_picture
from storage import excuses, people, settings, submissions
from storage.tables import Issue, IssueChange
from tests.storage.making import enter, move, new

if TYPE_CHECKING:
    from bot.core.campaign import Campaign
    from bot.core.deadlines import Occurrence
    from bot.services.board import Board
    from storage.work import Work
    from tests.kit.office import Chat, Office

#: Hours after it was due that a report came.
IN_TIME, LATE = -2, 30
#: What may become of a report: its versions, each with its state and when it came, and how the unit stands then.
REPORTS: Final[tuple[tuple[tuple[tuple[str, int | None], ...], str], ...]] = (
    ((), "missing"),
    ((("reported", IN_TIME),), "on_time"),
    ((("accepted", IN_TIME),), "on_time"),
    ((("reported", LATE),), "late"),
    ((("reported", IN_TIME), ("reported", LATE)), "on_time"),  # corrected
    ((("reported", LATE), ("awaiting", None)), "late"),  # being corrected
    ((("awaiting", None),), "awaiting"),
    ((("stamping", None),), "stamping"),
    ((("returned", None),), "returned"),
    ((("returned", IN_TIME),), "returned"),  # by the desk
    ((("returned", IN_TIME), ("reported", LATE)), "late"),
    ((("withdrawn", IN_TIME),), "missing"),
)
OWING: Final = ("未报送", "待签批", "待盖章", "已退回")
OWED: Final = {"missing", "returned", "awaiting", "stamping"}
ENTRIES: Final = 50
MOVES: Final = 4


@dataclass
class Story:
    """What has happened by now: how each unit stands with each report, and the rows of the ledger."""

    campaign: Campaign
    now: datetime
    left: str  # the unit that has left
    kinds: dict[str, dict[str, str]] = field(default_factory=dict)  # by report, by unit
    rows: list[Any] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)

    @property
    def units(self) -> dict[str, str]:
        return {unit.key: unit.name for unit in self.campaign.units if unit.key != self.left}

    def reports(self) -> list[Occurrence]:
        """Return what is filed by a date or a week, the latest first."""
        duties = [duty for duty in self.campaign.duties if not duty.stage and not duty.at_once]
        every = [each for duty in duties for each in deadlines.occurrences(self.campaign, duty.key)]
        return sorted(every, key=lambda each: each.due, reverse=True)

    def weeks(self) -> list[Occurrence]:
        return [each for each in self.reports() if each.duty == "weekly" and each.opens <= self.now]

    def stand(self, report: Occurrence) -> dict[str, str]:
        return {unit: self.kinds[report.key][unit] for unit in self.units}

    def expected(self, report: Occurrence) -> int:
        return sum(kind != "excused" for kind in self.stand(report).values())

    def came(self, report: Occurrence) -> int:
        return sum(kind in {"on_time", "late"} for kind in self.stand(report).values())

    def late(self, report: Occurrence) -> int:
        return list(self.stand(report).values()).count("late")

    def owing(self, report: Occurrence) -> list[str]:
        return [self.units[unit] for unit, kind in self.stand(report).items() if kind in OWED]

    def stock(self, **where: str) -> dict[str, int]:
        """Count rows of the ledger as the pages call them."""
        rows = [row for row in self.rows if all(getattr(row, name) == value for name, value in where.items())]
        states = Counter(row.state for row in rows)
        late = [row for row in rows if row.state in {"found", "mending", "returned"} and row.due < self.now.date()]
        return {
            "发现": len(rows),
            "整改到位": states["verifying"] + states["closed"],
            "已销号": states["closed"],
            "移交": states["transferred"],
            "未销号": len(rows) - states["closed"] - states["transferred"],
            "逾期": len(late),
        }

    def flow(self, week: Occurrence) -> dict[str, int]:
        """Count what came to the ledger and what left it from Monday to Sunday, and what was open at the end."""
        year, number = map(int, week.period.split("-W"))
        monday = date.fromisocalendar(year, number, 1)
        by_day = [(each.at.astimezone(self.campaign.zone).date(), each) for each in self.changes]
        within = [each for day, each in by_day if monday <= day < monday + timedelta(7)]
        states = {each.issue_id: each.after for day, each in by_day if day < monday + timedelta(7)}
        done = {"verifying", "closed"}
        return {
            "新增": sum(each.before == "" for each in within),
            "整改到位": sum(each.after in done and each.before not in done for each in within),
            "销号": sum(each.after == "closed" != each.before for each in within),
            "未销号": sum(state not in {"closed", "transferred"} for state in states.values()),
        }


# ── Inventing ────────────────────────────────────────────────────────────


async def live(office: Office, dice: random.Random) -> Story:
    """Let weeks or months go by as the dice fall."""
    zone = office.campaign.zone
    begin = datetime(2020, 6, 20, 8, tzinfo=zone)
    now = begin + timedelta(days=dice.randrange(10, 190), hours=dice.randrange(12))
    story = Story(office.campaign, now, dice.choice(office.campaign.units).key)
    office.hands.now = now
    await office.store.run(settings.put, settings.INSTALLED, begin.isoformat())
    admin = await office.person("郑某", ("admin", ""))
    await office.store.run(partial(report, story=story, dice=dice))
    await find(office, story, dice, begin)
    office.hands.now = now
    await admin.does(Tapped(f"m:unitstopped:{story.left}"))
    story.rows += await office.store.run(rows_of, Issue)
    story.changes += await office.store.run(rows_of, IssueChange)
    return story


def rows_of(work: Work, table: type[Issue | IssueChange]) -> list[Any]:
    return list(work.conn.execute(select(table).order_by(col(table.id))))


def report(work: Work, story: Story, dice: random.Random) -> None:
    """Let every unit do something, or nothing, about every report that can be filed by now; excuse some."""
    by = people.create_person(work, "赵某")
    for each in story.reports():
        story.kinds[each.key] = dict.fromkeys((unit.key for unit in story.campaign.units), "missing")
        if each.opens > story.now:
            continue
        possible = [life for life in REPORTS if each.due + timedelta(hours=LATE) <= story.now or life[1] != "late"]
        for unit in story.kinds[each.key]:
            versions, kind = dice.choice(possible)
            for state, hours in versions:
                at = None if hours is None else each.due + timedelta(hours=hours)
                file(work, each, unit, state, at, by)
            if dice.random() < 0.1:
                day = deadlines.nominal_day(story.campaign, each)
                excuses.grant(work, unit=unit, duty=each.duty, first=day, last=day, reason="抽调", by=by)
                kind = kind if kind in {"on_time", "late"} else "excused"
            story.kinds[each.key][unit] = kind


def file(work: Work, each: Occurrence, unit: str, state: str, at: datetime | None, by: int) -> None:
    submissions.file(
        work,
        duty=each.duty,
        period=each.period,
        unit=unit,
        number=f"{each.key}-{unit}",
        answers={},
        form_version=2,
        zero=True,
        filed_by=by,
        state=state,
        reported_at=at,
    )


async def find(office: Office, story: Story, dice: random.Random, begin: datetime) -> None:
    """Enter problems of most units and areas, and let each go its way."""
    by = await office.store.run(people.create_person, "孙某")
    units = dice.sample([unit.key for unit in story.campaign.units], 11)
    areas = [area.key for area in story.campaign.areas][:-1]
    steps = [(dice.random(), place) for place in range(ENTRIES) for _ in range(dice.randrange(MOVES) + 1)]
    known: dict[int, int] = {}
    for share, place in sorted(steps):
        office.hands.now = begin + share * (story.now - begin)
        if place in known:
            await office.store.run(partial(go_on, issue=known[place], dice=dice, by=by))
            continue
        due = office.hands.now.date() + timedelta(days=dice.randrange(-3, 60))
        made = new(f"第{place}件", dice.choice(units), area=dice.choice(areas), due=due)
        known[place] = (await office.store.run(partial(enter, by=by, made=made))).id


def go_on(work: Work, issue: int, dice: random.Random, by: int) -> None:
    """Make any move that is permitted."""
    row = work.conn.execute(select(Issue).where(col(Issue.id) == issue)).one()
    move(work, issue, dice.choice([rule.move for rule in rules_for(row.state, row.asked)]), by)


# ── Reading what is told ─────────────────────────────────────────────────


def counts(text: str) -> dict[str, int]:
    """Return what is counted by its name: 发现8件 is {"发现": 8}."""
    return {name: int(number) for name, number in re.findall(r"([一-龥]+?)(\d+)[家件]", text)}


def some(found: dict[str, int]) -> dict[str, int]:
    """Return what a line of the pages says: what there is none of is left out."""
    return {name: number for name, number in found.items() if number}


def line_with(text: str, words: str) -> str:
    """Return the line that begins so, but for a mark."""
    return next((line for line in text.splitlines() if line.lstrip("🔴 ").startswith(words)), "")


async def told(chat: Chat, action: str) -> str:
    return (await chat.does(Tapped(action))).text


@pytest.mark.parametrize("seed", range(2))
async def test_they_all_tell_what_has_happened(office: Office, seed: int) -> None:
    dice = random.Random(seed)
    story = await live(office, dice)
    leader = await office.person("吴某", ("leader", ""))
    for check in (the_page, the_units, the_areas, the_weeks, who_owes, the_picture, the_bulletin, the_board):
        await check(office, story, leader)


async def the_page(_: Office, story: Story, leader: Chat) -> None:
    text = await told(leader, "m:summary")
    week = story.weeks()[0]
    said = counts(line_with(text, week.title.partition("（")[0]))
    assert said["应报"] == story.expected(week)
    assert said.get("已报", story.expected(week)) == story.came(week)
    assert said.get("其中迟报", 0) == story.late(week)
    assert some(counts(line_with(text, "问题台账") + line_with(text, "已销号"))).items() <= story.stock().items()
    assert counts(line_with(text, "逾期")).get("逾期", 0) == story.stock()["逾期"]
    late = [each for each in story.reports() if each.duty != "weekly" and each.due < story.now and story.owing(each)]
    numbers = re.findall(r"》(\d+)家", line_with(text, "已过期未报齐"))
    assert sorted(int(number) for number in numbers) == sorted(len(story.owing(each)) for each in late)


async def the_units(office: Office, story: Story, leader: Chat) -> None:
    lines = (await told(leader, "m:sumunits")).splitlines()[1:]
    names = story.units | {story.left: office.campaign.unit(story.left).name + "（已停报）"}
    for unit, name in names.items():
        stock = story.stock(unit=unit)
        [line, *_] = [*(line for line in lines if f". {name}：" in line), ""]
        assert counts(line) == some({each: stock[each] for each in ("未销号", "逾期")}), name
    late = [counts(line).get("逾期", 0) for line in lines]
    assert late == sorted(late, reverse=True)


async def the_areas(office: Office, story: Story, leader: Chat) -> None:
    text = await told(leader, "m:sumareas")
    for area in office.campaign.areas:
        assert counts(line_with(text, f"{area.name}：")) == some(story.stock(area=area.key)), area.name
        page = await told(leader, f"m:sumarea:{area.key}")
        for unit in office.campaign.units:
            assert counts(line_with(page, f"{unit.name}：")) == some(story.stock(area=area.key, unit=unit.key))


async def the_weeks(_: Office, story: Story, leader: Chat) -> None:
    lines = (await told(leader, "m:sumweek")).splitlines()
    assert len(lines) == len(story.weeks()[:8])
    for week, line in zip(story.weeks(), lines, strict=False):
        flow = story.flow(week)
        asked = {"应报": story.expected(week), "已报": story.came(week), "迟报": story.late(week)}
        assert {"迟报": 0} | counts(line) == asked | {"问题新增": flow["新增"], "销号": flow["销号"]}, line
        page = await told(leader, f"m:sumweek:{week.period}")
        assert counts(line_with(page, "问题台账").partition("：")[2]).items() <= flow.items()
        assert named(page) == set(story.owing(week)), page


def named(text: str) -> set[str]:
    """Return the units that are named as owing: 未报送2家：农机服务中心、种业服务中心."""
    found: set[str] = set()
    for line in text.splitlines():
        head, _, units = line.partition("：")
        if head.lstrip("尚").startswith(OWING):
            found |= set(units.rstrip("。").split("、"))
    return found


async def who_owes(office: Office, story: Story, leader: Chat) -> None:
    text = await told(leader, "m:owing")
    sunday = story.now.date() + timedelta(days=6 - story.now.weekday())
    asked = [each for each in story.reports() if each.due.date() <= sunday and story.owing(each)]
    parts = text.split("\n\n")
    for each in asked:
        name = each.title.partition("（")[0] if each.duty == "weekly" else f"《{office.campaign.duty(each.duty).name}》"
        for part in parts:
            if part.startswith(name):
                assert named(part) == set(story.owing(each)), part
    hidden = re.search(r"更早的还有(\d+)项", text)
    assert text.count("截止）") + (int(hidden[1]) if hidden else 0) == len(asked)


async def the_picture(office: Office, story: Story, _: Chat) -> None:
    data = await office.store.run(lambda work: summary_picture.data_of(summary.load(work)))
    week, stock = story.weeks()[0], story.stock()
    assert (data["week"]["reported"], data["week"]["expected"]) == (story.came(week), story.expected(week))
    assert {part["kind"]: part["number"] for part in data["week"]["parts"]} == Counter(story.stand(week).values())
    assert dict(data["stock"]["figures"]) == {
        "累计发现": stock["发现"],
        **{name: stock[name] for name in ("整改到位", "未销号", "逾期")},
    }
    for bars, where in (("units", "unit"), ("areas", "area")):
        drawn = [(row["found"], row["open"], row["overdue"]) for row in data[bars]["rows"]]
        held = [story.stock(**{where: key}) for key in {getattr(row, where) for row in story.rows}]
        assert sorted(drawn) == sorted((each["发现"], each["未销号"], each["逾期"]) for each in held)
        assert [late for *_, late in drawn] == sorted((late for *_, late in drawn), reverse=True)
    drawn_weeks = [(each["expected"], each["on_time"] + each["late"], each["open"]) for each in data["trend"]]
    last = story.weeks()[:8][::-1]
    assert drawn_weeks == [(story.expected(each), story.came(each), story.flow(each)["未销号"]) for each in last]


async def the_bulletin(office: Office, story: Story, _: Chat) -> None:
    for week in story.weeks()[:2]:
        made = await office.store.run(bulletin.load, week.period)
        said = "\n".join(each for section in made.sections for each in section.paragraphs)
        reports = counts(said.partition("应报")[1] + said.partition("应报")[2].partition("\n")[0])
        asked = {"应报": story.expected(week), "已报": story.came(week), "迟报": story.late(week)}
        assert {name: reports[name] for name in asked} == asked
        assert named(said) == set(story.owing(week))
        flow, stock = story.flow(week), story.stock()
        brought = counts(line_with(said, f"{week.title.partition('（')[0]}新增"))
        assert [brought[name] for name in ("整改到位", "销号")] == [flow["整改到位"], flow["销号"]]
        standing = counts(said.partition("累计")[2].partition("\n")[0])
        assert {name: standing.get(name, 0) for name in ("整改到位", "未销号", "逾期")}.items() <= stock.items()
        units, areas = made.sections[1].grids
        for grid, where, keys in (
            (units, "unit", {unit.name: unit.key for unit in office.campaign.units}),
            (areas, "area", {area.name: area.key for area in office.campaign.areas}),
        ):
            assert {row[0] for row in grid.rows} == {
                name for name, key in keys.items() if story.stock(**{where: key})["发现"]
            }
            for name, *numbers, _share in grid.rows:
                held = story.stock(**{where: keys[name]})
                assert list(map(int, numbers)) == [held[each] for each in ("发现", "整改到位", "未销号", "逾期")]


async def the_board(office: Office, story: Story, leader: Chat) -> None:
    shown: Board = await office.store.run(board.looking, "web", leader.address, board.board)
    figures = {each.label: each.value for each in shown.figures}
    stock, week = story.stock(), story.weeks()[0]
    assert figures["本周已报／应报"] == f"{story.came(week)}/{story.expected(week)}"
    assert [int(figures[name]) for name in ("未销号", "已逾期")] == [stock["未销号"], stock["逾期"]]
    for row in shown.matrix.rows:
        held = story.stock(unit=row.key)
        assert (row.open or 0, row.overdue or 0) == (held["未销号"], held["逾期"])
    done = {column.key: column.done for column in (*shown.matrix.duties, *shown.matrix.weeks)}
    for each in story.reports():
        if each.key in done:
            assert done[each.key] == f"{story.came(each)}/{story.expected(each)}"
