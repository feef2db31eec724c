"""Coaching notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Carry out."""
    op.create_table(
        "coaching_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.String(length=200), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answers"], ["coaching_notes.id"], name=op.f("fk_coaching_notes_answers")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_coaching_notes_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_coaching_notes_rep_id"), "coaching_notes", ["rep_id"])
