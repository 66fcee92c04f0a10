"""What is asked of a ledger of 100,000 entries, beside bare sqlite3. Run: python -m bench.ledger [entries].

Each question is asked through `Store.read`: in a process that has asked it before (median, p99), and in one that has
just been started (first: with what SQLAlchemy does once). The file is in the system's cache both times.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from operator import itemgetter
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert

from bot import campaigns
from bot.core import reconciliation
from bot.core.entries import fingerprint, search_text
from bot.core.issues import TO_DECIDE, TO_SIGN, after
from storage import ledger, people
from storage.ledger import Filter
from storage.tables import Issue, IssueChange
from storage.work import Store, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import SQLModel

    from bot.core.issues import Asked, Move, State

Question = Callable[[Work], object]
Row = dict[str, Any]

ENTRIES: Final = 100_000
UNITS: Final = tuple(f"unit-{number:02}" for number in range(30))
PEOPLE: Final = 60
AT_ONCE: Final = 2_000
PAGE: Final = 10
ROUNDS: Final = 100
SAMPLE: Final = Path(__file__).parent.parent / "campaigns" / "sample-2020.toml"
BEGIN: Final = datetime(2020, 6, 22, 1, 0, tzinfo=UTC)
NOW: Final = datetime(2020, 12, 18, 8, 0, tzinfo=UTC)
TODAY: Final = NOW.date()
SOON: Final = TODAY + timedelta(5)
#: In every 25,000th entry, in two of five, in none.
RARE, COMMON, NOWHERE = "冷链车", "台账", "航天器"

WAYS = ("日常巡查中发现", "案卷评查时发现", "群众来电反映", "专项检查组指出", "双随机抽查时发现")
PLACES = ("农资经营门店", "生猪定点屠宰场", "奶牛养殖场", "水产养殖基地", "蔬菜合作社", "种子代销点", "动物诊疗机构")
FAULTS = (
    "进货查验台账记录不完整，部分批次没有索取检验合格证明",
    "行政处罚案卷缺少现场检查笔录，当事人签字不齐全",
    "执法人员检查时没有按照规定出示执法证件，也未全程记录",
    "行政处罚自由裁量说理不充分，同类案件处罚幅度相差较大",
    "销售台账与库存数量不符，经营者不能说明去向",
)
REMARKS = (
    "已要求经营者当场说明情况并提供有关材料",
    "涉及金额不大，但反映出日常监管还不到位",
    "同类问题上半年已经提醒过一次，没有举一反三",
    "需要进一步核对原始票据、检查记录和现场照片",
)
MEASURES = (
    "补正有关材料，对经办人批评教育，组织一次业务培训，结果报大队备案",
    "约谈单位负责人，完善登记和复核制度，举一反三开展自查，逐项对账销号",
    "责令经营者限期改正，建立问题清单，安排专人跟踪，到期前再检查一次",
)
#: What becomes of entries, and of how many in a hundred.
LIVES: tuple[tuple[int, tuple[Move, ...]], ...] = (
    (50, ("progress", "ask_closing", "sign", "close")),
    (12, ("ask_closing", "sign", "send_back", "ask_closing", "sign", "close")),
    (3, ("ask_closing", "sign", "close", "reopen")),
    (5, ("progress", "ask_transfer", "sign", "transfer")),
    (12, ("progress", "progress", "correct")),
    (8, ("progress", "ask_extension", "sign", "grant")),
    (4, ("progress", "ask_extension", "sign")),
    (2, ("progress", "ask_closing")),
    (4, ("progress", "ask_closing", "sign")),
)


def now() -> datetime:
    """Return the moment at which everything is asked."""
    return NOW


def open_store(path: str) -> Store:
    """Return the store in this file."""
    return Store(f"sqlite:///{path}", now=now, campaign=campaigns.load(SAMPLE))


class Author:
    """Writes entries that read like real ones, the same ones every time."""

    def __init__(self, items: list[str]) -> None:
        self._dice = random.Random(2020)
        self._items = items

    def entry(self, number: int) -> tuple[Row, list[Row]]:
        """Return the columns of the entry of this id, and those of its changes."""
        dice = self._dice
        unit, sequence = UNITS[(number - 1) % len(UNITS)], (number - 1) // len(UNITS) + 1
        at = BEGIN + (NOW - BEGIN) * (number / ENTRIES * 0.9)
        due = at.date() + timedelta(dice.randrange(10, 60))
        answers = self._answers(number, at.date(), due)
        area, _, item = answers["item"].partition("/")
        row = {
            "id": number,
            "number": f"U{unit[-2:]}-2020-{sequence:03}",
            "unit": unit,
            "year": 2020,
            "sequence": sequence,
            "area": area,
            "item": item,
            **{key: answers[key] for key in ("source", "kind", "severity", "handling", "epidemic")},
            "found_on": at.date(),
            "happened_on": at.date() - timedelta(3),
            "due": due,
            "first_due": due,
            "answers": answers,
            "search": f"u{unit[-2:]}-2020-{sequence:03} {search_text(answers)}",
            "fingerprint": fingerprint(unit, answers["found_on"], f"{number}{answers['description']}"),
            "entered_by": dice.randrange(1, PEOPLE + 1),
            "entered_at": at,
            "criminal": False,
            "continuing": False,
            "wanted_due": None,
        }
        changes = list(self._life(row))
        last = changes[-1]
        row |= {"version": len(changes), "state": last["after"], "asked": last["asked_after"], "changed_at": last["at"]}
        row["latest"] = {each["move"]: {"by": "张某", **each["detail"]} for each in changes[1:]}
        return row, changes

    def _answers(self, number: int, found: date, due: date) -> Row:
        dice = self._dice
        said = f"{dice.choice(WAYS)}第{dice.randrange(1, 400)}号{dice.choice(PLACES)}{dice.choice(FAULTS)}，"
        said += "；".join(dice.sample(REMARKS, dice.randrange(1, 4))) + "。"
        return {
            "item": dice.choice(self._items),
            "source": dice.choice(("自查", "群众信访举报", "专项检查")),
            "kind": dice.choice(("不作为", "慢作为", "乱作为", "随意性执法")),
            "severity": dice.choice(("一般", "一般", "较重", "严重")),
            "found_on": found.isoformat(),
            "happened_on": (found - timedelta(3)).isoformat(),
            "epidemic": False,
            "description": said + (f"其中涉及{RARE}一辆。" if number % 25_000 == 77 else ""),
            "handling": "dated",
            "measures": dice.choice(MEASURES),
            "responsible": "张某",
            "phone": "13800000000",
            "timetable": "本月中旬前补正材料，月底前完成培训和复查",
            "due": due.isoformat(),
        }

    def _life(self, row: Row) -> Iterator[Row]:
        state: State = "found"
        asked: Asked = ""
        at: datetime = row["entered_at"]
        change = {"issue_id": row["id"], "unit": row["unit"], "person_id": row["entered_by"], "reason": ""}
        change |= {"due_before": row["due"], "due_after": row["due"]}
        yield change | _step(1, at, "enter", ("", ""), (state, asked)) | {"due_before": None, "detail": {}}
        (life,) = self._dice.choices([life for _, life in LIVES], [often for often, _ in LIVES])
        for version, move in enumerate(life, 2):
            at += timedelta(hours=self._dice.randrange(1, 300))
            if at >= NOW:
                return
            before, (state, asked) = (state, asked), after(state, asked, move)
            detail = {"text": self._dice.choice(MEASURES), "at": at.isoformat()}
            yield change | _step(version, at, move, before, (state, asked)) | {"detail": detail}


def _step(version: int, at: datetime, move: str, before: tuple[str, str], then: tuple[str, str]) -> Row:
    stood = {"before": before[0], "asked_before": before[1], "after": then[0], "asked_after": then[1]}
    return {"version": version, "at": at, "move": move, **stood}


def make(path: str, entries: int) -> None:
    """Make the database, its history in the order in which it happened."""
    store = open_store(path)
    store.migrate()
    for number in range(PEOPLE):
        store.do(people.create_person, f"第{number}人")
    author = Author([f"{area.key}/{item}" for area in store.campaign.areas for item in area.items])
    changes: list[Row] = []
    for first in range(1, entries + 1, AT_ONCE):
        made = [author.entry(number) for number in range(first, min(first + AT_ONCE, entries + 1))]
        changes = sorted(chain(changes, *(steps for _, steps in made)), key=itemgetter("at"))
        known = bisect(changes, made[-1][0]["entered_at"], key=itemgetter("at"))
        store.do(fill, Issue, [row for row, _ in made])
        store.do(fill, IssueChange, changes[:known])
        del changes[:known]
    store.do(fill, IssueChange, changes)
    store.close()


def fill(work: Work, table: type[SQLModel], rows: list[Row]) -> None:
    """Insert all these, if there are any."""
    if rows:
        work.conn.execute(insert(table), rows)


def reconcile(work: Work, since: datetime) -> None:
    """Reconcile what was and what is now."""
    lines = reconciliation.lines(UNITS, ledger.tally(work, TODAY), ledger.flows(work, since))
    assert reconciliation.total(lines).found >= len(UNITS)


def page(which: Filter, where: float = 0) -> Question:
    """Return the question for one page of these: at 0 the first, at 1 the last."""
    totals: list[int] = []

    def turn(work: Work) -> None:
        if not totals:  # counted once, where anything has to be
            totals.append(ledger.count(work, which, TODAY, SOON) if where else 0)
        offset = int(max(totals[0] - 1, 0) * where) // PAGE * PAGE
        ledger.page(work, which, TODAY, offset, PAGE, SOON, total=totals[0])

    return turn


def number(which: Filter) -> Question:
    """Return the question how many these are."""
    return lambda work: ledger.count(work, which, TODAY, SOON)


ONE, THREE = UNITS[:1], UNITS[:3]
#: What is asked, with the floor it stands beside: ten rows by their ids, or how many there are.
QUESTIONS: Final[dict[str, tuple[str, Question]]] = {
    "all: first page": ("rows", page(Filter())),
    "all: middle page": ("rows", page(Filter(), 0.5)),
    "all: last page": ("rows", page(Filter(), 1)),
    "all: number": ("number", number(Filter())),
    "open: first page": ("rows", page(Filter(view="open"))),
    "open: last page": ("rows", page(Filter(view="open"), 1)),
    "open: number": ("number", number(Filter(view="open"))),
    "overdue: first page": ("rows", page(Filter(view="overdue"))),
    "overdue: number": ("number", number(Filter(view="overdue"))),
    "soon: first page": ("rows", page(Filter(view="soon"))),
    "closed: first page": ("rows", page(Filter(view="closed"))),
    "closed: last page": ("rows", page(Filter(view="closed"), 1)),
    "closed: number": ("number", number(Filter(view="closed"))),
    "one unit: first page": ("rows", page(Filter(ONE))),
    "one unit: last page": ("rows", page(Filter(ONE), 1)),
    "one unit, open: first page": ("rows", page(Filter(ONE, "open"))),
    "one unit, closed: first page": ("rows", page(Filter(ONE, "closed"))),
    "three units, open: first page": ("rows", page(Filter(THREE, "open"))),
    "one area: first page": ("rows", page(Filter(area="staff"))),
    "one area: last page": ("rows", page(Filter(area="staff"), 1)),
    "one area: number": ("number", number(Filter(area="staff"))),
    "one area, overdue: number": ("number", number(Filter(view="overdue", area="staff"))),
    "one's own: first page": ("rows", page(Filter(entered_by=7))),
    "one's own: number": ("number", number(Filter(entered_by=7))),
    "rare word: first page": ("number", page(Filter(words=RARE))),
    "rare word: number": ("number", number(Filter(words=RARE))),
    "common word: first page": ("number", page(Filter(words=COMMON))),
    "common word: last page": ("number", page(Filter(words=COMMON), 1)),
    "common word: number": ("number", number(Filter(words=COMMON))),
    "common word, open: first page": ("number", page(Filter(view="open", words=COMMON))),
    "word of none: first page": ("number", page(Filter(words=NOWHERE))),
    "word of none: number": ("number", number(Filter(words=NOWHERE))),
    "word of none, open: first page": ("number", page(Filter(view="open", words=NOWHERE))),
    "word of none, one unit: first page": ("number", page(Filter(ONE, words=NOWHERE))),
    "an entry's number: first page": ("number", page(Filter(words="U07-2020-1234"))),
    "two words: number": ("number", number(Filter(words=f"{COMMON} 屠宰场"))),
    "reconciliation, a week": ("number", lambda work: reconcile(work, NOW - timedelta(7))),
    "reconciliation, the campaign": ("number", lambda work: reconcile(work, BEGIN)),
    "to decide: first page": ("rows", lambda work: ledger.waiting(work, TO_DECIDE, None, 0, PAGE)),
    "to decide: number": ("number", lambda work: ledger.count_waiting(work, TO_DECIDE, None)),
    "to sign, one unit: first page": ("rows", lambda work: ledger.waiting(work, TO_SIGN, ONE, 0, PAGE)),
    "due within five days": ("rows", lambda work: ledger.due_between(work, TODAY, SOON, limit=PAGE)),
}


async def ask(path: str, question: Question, rounds: int) -> list[float]:
    """Return how long it took each time, in milliseconds."""
    store = open_store(path)
    waits = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await store.read(question)
        waits.append(1000 * (time.perf_counter() - begun))
    await store.aclose()
    return waits


def floor(path: str, sql: str) -> float:
    """Return what bare sqlite3 takes for it: median, in milliseconds."""
    bare, waits = sqlite3.connect(path), []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        bare.execute(sql).fetchall()
        waits.append(1000 * (time.perf_counter() - begun))
    bare.close()
    return median(waits)


def measure(path: str, entries: int) -> None:
    """Print what each question takes, each in a process of its own."""
    ids = ", ".join(map(str, random.Random(1).sample(range(1, entries + 1), PAGE)))
    floors = {
        "rows": floor(path, f"SELECT * FROM issue WHERE id IN ({ids})"),  # noqa: S608 - numbers of our own
        "number": floor(path, "SELECT count(*) FROM issue"),
    }
    print(f"bare sqlite3: {PAGE} rows by id {floors['rows']:.2f} ms, number of all {floors['number']:.2f} ms")
    print(f"{'':36} first ms   median      p99   x floor")
    for name, (beside, _) in QUESTIONS.items():
        command = [sys.executable, "-m", "bench.ledger", "ask", path, name]
        first, *waits = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
        middle, tail = median(waits), quantiles(waits, n=100)[98]
        print(f"{name:36} {first:8.1f} {middle:8.1f} {tail:8.1f} {middle / floors[beside]:9.1f}", flush=True)


def main(entries: int) -> None:
    """Make a ledger and measure what is asked of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "ledger.db"))
        begun = time.perf_counter()
        make(path, entries)
        size = Path(path).stat().st_size / 1024**2
        print(f"{entries} entries made in {time.perf_counter() - begun:.0f} s, {size:.0f} MB")
        measure(path, entries)


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        print(json.dumps(asyncio.run(ask(sys.argv[2], QUESTIONS[sys.argv[3]][1], ROUNDS))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
