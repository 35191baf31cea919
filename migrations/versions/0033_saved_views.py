"""Views of figures that somebody saved, and reports sent by the clock.

Revision 0033, after 0032.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_saved_view_name_length")),
        sa.CheckConstraint("length(query) <= 2000", name=op.f("ck_saved_view_query_length")),
        sa.CheckConstraint("path LIKE '/manage/%'", name=op.f("ck_saved_view_path_of_staff")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_saved_view_unit_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_saved_view_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_view_user_id_name")),
    )
    op.create_index(
        "ix_saved_view_shared",
        "saved_view",
        ["unit_id"],
        sqlite_where=sa.text("shared"),
        postgresql_where=sa.text("shared"),
    )
    op.create_table(
        "report_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("every IN ('week', 'month')", name=op.f("ck_report_plan_every_known")),
        sa.CheckConstraint("language IN ('kk', 'ru', 'uk', 'en')", name=op.f("ck_report_plan_language_known")),
        sa.CheckConstraint(
            "day >= 1 AND day <= CASE WHEN every = 'week' THEN 7 ELSE 28 END", name=op.f("ck_report_plan_day_known")
        ),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_report_plan_minute_of_day")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff_user.id"], name=op.f("fk_report_plan_made_by_id_staff_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_plan_unit_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_report_plan_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_plan")),
    )
    op.create_index("ix_report_plan_user_id", "report_plan", ["user_id"])
    op.create_table(
        "report_sending",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'skipped', 'failed')", name=op.f("ck_report_sending_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["report_plan.id"], name=op.f("fk_report_sending_plan_id_report_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "slot", name=op.f("pk_report_sending")),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in ("report_sending", "report_plan", "saved_view"):
        op.drop_table(table)
