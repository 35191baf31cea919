"""Batches of posters, drawn by the worker.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poster_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("survey_key", sa.String(), nullable=True),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'drawing', 'done', 'failed')", name=op.f("ck_poster_batch_state_known")
        ),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_poster_batch_done_within_total")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_poster_batch_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_poster_batch_user_id_staff_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_batch")),
    )
    op.create_index("ix_poster_batch_created_at", "poster_batch", ["created_at"])
    op.create_index("ix_poster_batch_unit_id", "poster_batch", ["unit_id"])
    op.create_index("ix_poster_batch_user_id_created_at", "poster_batch", ["user_id", "created_at"])


def downgrade() -> None:
    op.drop_table("poster_batch")
