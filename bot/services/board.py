"""The board in the browser: who it is for, when it has changed, and all of it but the entries (`board_ledger`).

Everything is counted where the chat's pages count it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.core import deadlines
from bot.core.access import may
from bot.core.plain_text import unbracketed
from bot.core.problems import Problem
from bot.services import board_files, board_ledger, board_matrix
from bot.services.visit import Visit
from bot.texts import board as texts
from bot.texts import moments
from exports import summary
from storage import people
from storage.pulse import pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.core.summary import Summary
    from bot.services.board_files import File
    from bot.services.board_ledger import Choices
    from bot.services.board_matrix import Matrix
    from storage.work import Work

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number above the board; `view` is the letter of the list behind it."""

    label: str
    value: str
    note: str = ""
    tone: texts.Tone = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """All of it, as of `now`; `ledger` is None for who does not see the entries."""

    now: str
    stage: str
    figures: Sequence[Figure]
    matrix: Matrix
    ledger: Choices | None
    files: Sequence[File]


def looking(work: Work, channel: str, address: str, use_case: Callable[[Visit], R]) -> R:
    """Run a use case for who is at this address and only looks; Problem("forbidden") when the board is not for them."""
    account = people.look(work, channel, address)
    if account is None or account.person_id is None:
        raise Problem("forbidden")
    visit = Visit(work, account, 0)
    visit.require("standing.see")
    return use_case(visit)


def open_to(work: Work, channel: str, address: str) -> bool:
    """Tell whether the board is for whoever is at this address."""
    account = people.look(work, channel, address)
    return account is not None and may(account.roles, "standing.see")


def mark(visit: Visit) -> str:
    """Return what is another text whenever the board may be another: after any change, and with every minute."""
    visit.require("standing.see")
    return f"{pulse(visit.work)} {visit.now:%Y-%m-%d %H:%M}"


def board(visit: Visit) -> Board:
    """Return the board."""
    visit.require("standing.see")
    told, ledger = summary.load(visit.work), board_ledger.choices(visit)
    stock = {line.key: line.stock for line in told.units} if ledger else {}
    return Board(
        now=f"{visit.now.year}年{moments.deadline(visit.now, visit.campaign.zone)}",
        stage=texts.stage(told.stage, moments.day(told.stage_end)) if told.stage_end else "",
        figures=list(_figures(visit, told, ledger=ledger is not None)),
        matrix=board_matrix.matrix(visit, stock),
        ledger=ledger,
        files=board_files.offered(visit),
    )


def _figures(visit: Visit, told: Summary, *, ledger: bool) -> Iterator[Figure]:
    if week := told.week:
        name, due = unbracketed(week.title), moments.deadline(week.due, visit.campaign.zone)
        value = f"{week.reported}/{week.expected}"
        this = week.key.endswith(f"/{deadlines.week_of(visit.now.date())}")
        label = texts.REPORTED if this else texts.LAST_REPORTED
        note = texts.week(name, due, past=week.past)
        yield Figure(label, value, note, "missing" if week.past and week.owing else "")
    if ledger and (stock := told.stock):
        yield Figure(texts.OPEN, str(stock.closing), view="o")
        yield Figure(texts.OVERDUE, str(stock.overdue), tone="missing" if stock.overdue else "", view="l")
        yield Figure(texts.VERIFYING, str(stock.verifying), tone="waiting" if stock.verifying else "", view="v")
        rate = texts.NONE if stock.rate is None else f"{stock.rate:g}%"
        yield Figure(texts.RATE, rate, texts.mended(stock.found, stock.mended), view="a")
