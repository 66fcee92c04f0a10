"""Whom a summary is sent to by itself, and a way to what was pushed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_subscription_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_subscription_person_id_kind")),
    )
    op.create_index(
        "ix_outbox_push",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("kind = 'push'"),
        postgresql_where=sa.text("kind = 'push'"),
    )
