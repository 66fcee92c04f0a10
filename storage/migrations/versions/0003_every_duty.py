"""Every duty: stamped copies, reports filed for a unit, excuses, deputies, changes of the campaign, rosters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "excuse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_excuse_ended_by")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_excuse_granted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excuse")),
    )
    op.create_index("ix_excuse_last", "excuse", ["last"])
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_override_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    with op.batch_alter_table("ledger_import") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="ledger"))
    with op.batch_alter_table("ledger_import") as batch_op:
        batch_op.alter_column("kind", server_default=None)
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deputy_of", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_membership_deputy_of"), "person", ["deputy_of"], ["id"])
    with op.batch_alter_table("submission") as batch_op:
        batch_op.add_column(sa.Column("on_behalf", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("code", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("stamped_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("stamp", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_submission_stamped_by"), "person", ["stamped_by"], ["id"])
    # What was there needed no more than a signature, where it needed one.
    op.execute(
        "UPDATE submission SET reported_at = coalesce(signed_at, filed_at)"
        " WHERE state IN ('reported', 'accepted') OR signed_at IS NOT NULL"
    )
    with op.batch_alter_table("submission") as batch_op:
        for column in ("on_behalf", "code", "stamp"):
            batch_op.alter_column(column, server_default=None)
        batch_op.create_index(
            "ix_submission_code",
            ["code"],
            sqlite_where=sa.text("code <> ''"),
            postgresql_where=sa.text("code <> ''"),
        )
