"""Who hears when a clock runs out: escalations, duty, owners of last resort.

Revision 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NOT_TRIED = "closed_at IS NULL AND first_attempt_at IS NULL"
CLOCKS = (
    ("ix_callback_case_first_attempt_warn", "first_attempt_warn_at", NOT_TRIED),
    ("ix_callback_case_first_attempt_due", "first_attempt_due_at", NOT_TRIED),
    ("ix_callback_case_settle_warn", "settle_warn_at", "closed_at IS NULL"),
    ("ix_callback_case_settle_due", "settle_due_at", "closed_at IS NULL"),
    ("ix_callback_case_promise_due", "promise_due_at", "closed_at IS NULL AND promise_due_at IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_user_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rule IN ('first_attempt_soon', 'first_attempt_late', 'settle_soon', 'settle_late', 'promise_late')",
            name=op.f("ck_escalation_rule_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_escalation_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["to_user_id"], ["staff_user.id"], name=op.f("fk_escalation_to_user_id_staff_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_escalation_unit_id_unit"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("case_id", "rule", "round", name=op.f("uq_escalation_case_id_rule_round")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_escalation_open",
            ["to_user_id", "at"],
            unique=False,
            sqlite_where=sa.text("acknowledged_at IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL AND ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_escalation_remind_at",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("acknowledged_at IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL AND ended_at IS NULL"),
        )

    # Cases whose clocks have just come up are found among all that are open.
    for name, column, condition in CLOCKS:
        op.create_index(
            name,
            "callback_case",
            [column],
            unique=False,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )

    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "until_on IS NULL OR from_on IS NULL OR from_on <= until_on", name=op.f("ck_duty_days_in_order")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_unit_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_duty_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_user_id"), ["user_id"], unique=False)

    op.create_table(
        "unit_owner",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_owner_unit_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_unit_owner_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_owner")),
    )
    with op.batch_alter_table("unit_owner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_owner_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    for name, _, _ in CLOCKS:
        op.drop_index(name, table_name="callback_case")
    op.drop_table("unit_owner")
    op.drop_table("duty")
    op.drop_table("escalation")
