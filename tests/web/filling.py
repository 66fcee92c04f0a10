"""A bureau in the middle of its campaign, for tests of the board."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from bot.services.visit import Visit
from storage import audit, excuses, people, submissions
from tests.storage import making
from tests.web.conftest import NOON, THURSDAY

if TYPE_CHECKING:
    import httpx

    from storage.work import Work

WEEK = "2020-W28"
#: Of the first unit: more than a page.
MANY = 57


def ledger_of_many(work: Work) -> None:
    """Fill the ledger: many of the first unit, three of them late and two nearly; two of the second, one closed."""
    by = people.create_person(work, "录入人")
    today = THURSDAY.date()
    for number in range(1, MANY + 1):
        due = today - timedelta(number) if number <= 3 else today + timedelta(1 if number <= 5 else 40)
        making.enter(work, by, making.new(f"第{number:02}号门店台账不全", "nongji", due=due))
    making.enter(work, by, making.new("<b>冷链车</b>没有消毒记录", "xumu", area="staff", item="staff/执法人员管理"))
    closed = making.enter(work, by, making.new("已补正的100%案卷", "xumu"))
    making.change(work, closed, "close", by, "closed")


def reports_of_all_kinds(work: Work) -> None:
    """Let units stand in every way there is with this week's report."""
    units = [unit.key for unit in work.campaign.units]
    by = people.create_person(work, "填报人")
    for unit, state, hours in (
        (units[2], "reported", -2),
        (units[3], "accepted", 26),
        (units[4], "awaiting", None),
        (units[5], "returned", None),
        (units[6], "withdrawn", None),
    ):
        file(work, unit, state, None if hours is None else hours)
    excuses.grant(
        work, unit=units[7], duty="weekly", first=date(2020, 7, 6), last=date(2020, 7, 12), reason="机构改革", by=by
    )


def file(work: Work, unit: str, state: str = "reported", hours: int | None = -1) -> None:
    """File a unit's report of the week, so many hours after it was due; somebody elsewhere has done it."""
    by = people.create_person(work, "填报人")
    filed = submissions.file(
        work,
        duty="weekly",
        period=WEEK,
        unit=unit,
        number=f"{unit}-28",
        answers={},
        form_version=1,
        zero=True,
        filed_by=by,
        state=state,
        reported_at=None if hours is None else NOON + timedelta(hours=hours),
    )
    audit.note(work, by, "submission.file", f"submission:{filed.id}")


async def got(caller: httpx.AsyncClient, path: str, person: str = "zhao") -> Any:  # noqa: ANN401 - JSON
    answer = await caller.get(f"/api/board{path}", params={"as": person} if "?" not in path else None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(caller: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await caller.get("/api/board/entries", params={"as": "zhao", **asked})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def texts_in(workbook: bytes) -> set[str]:
    """Return everything that is written in a workbook."""
    [sheet] = load_workbook(BytesIO(workbook)).worksheets
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


def visiting(work: Work, person: str = "zhao") -> Visit:
    return Visit(work, people.account(work, "web", f"home-of-{person}"), 0)


def end_role(work: Work, person: str, role: str) -> None:
    account = people.account(work, "web", f"home-of-{person}")
    assert account.person_id is not None
    people.end(work, account.person_id, role)
