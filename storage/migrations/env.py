"""Alembic's entry: run the revisions on the connection handed over, or, for developers, on DUBAN_DATABASE."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from storage import tables
from storage.engine import open_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write our own types into a revision as what they are in the database: revisions must outlive the code."""
    if kind != "type":
        return False
    if item is tables.BYTEWISE:
        return 'sa.String().with_variant(sa.String(collation="C"), "postgresql")'
    if isinstance(item, AutoString):
        return "sa.String()"
    if isinstance(item, tables.Moment):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked for within one transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with open_engine(os.environ["DUBAN_DATABASE"], pooled=False).begin() as opened:
        migrate(opened)
