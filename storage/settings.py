"""What the installation remembers of itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from storage.statements import insert_once
from storage.tables import Setting

if TYPE_CHECKING:
    from storage.work import Work

INSTALLED = "installed_at"

_GET = select(col(Setting.value)).where(col(Setting.key) == bindparam("name"))
_ADD = insert_once(Setting)
_SET = update(Setting).where(col(Setting.key) == bindparam("name")).values(value=bindparam("value"))


def get(work: Work, key: str) -> str | None:
    """Return a setting, None when it was never put."""
    found: str | None = work.conn.scalar(_GET, {"name": key})
    return found


def put(work: Work, key: str, value: str) -> None:
    """Keep a setting, whatever it was before."""
    if not put_once(work, key, value):
        work.conn.execute(_SET, {"name": key, "value": value})


def put_once(work: Work, key: str, value: str) -> bool:
    """Keep a setting unless there is one; return whether this call did."""
    return work.conn.scalar(_ADD(work), {"key": key, "value": value}) is not None


def install(work: Work) -> None:
    """Remember when the product was first set up: what fell due before is nobody's duty here.

    A clock that stands before that (a rehearsal's) makes it earlier: the product is in use then, too.
    """
    if not put_once(work, INSTALLED, work.now.isoformat()) and work.now < installed_at(work):
        put(work, INSTALLED, work.now.isoformat())


def installed_at(work: Work) -> datetime:
    """Return when the product was first set up."""
    value = get(work, INSTALLED)
    return datetime.fromisoformat(value) if value is not None else work.now
