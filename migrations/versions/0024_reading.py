"""Every rating is read: marks, coaching, thanks.

Revision 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No CHECK and no foreign key: such a column is added to millions of rows without copying them.
    op.add_column("survey_response", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_survey_response_unread",
        "survey_response",
        ["answered_at", "id", "unit_id"],
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_survey_response_commented",
        "survey_response",
        ["touched_at", "id"],
        sqlite_where=sa.text("comment IS NOT NULL"),
        postgresql_where=sa.text("comment IS NOT NULL"),
    )
    op.create_table(
        "read_response",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["read_by_id"], ["staff_user.id"], name=op.f("fk_read_response_read_by_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_read_response_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_read_response")),
    )
    with op.batch_alter_table("read_response", schema=None) as batch_op:
        batch_op.create_index("ix_read_response_read_at", ["read_at"], unique=False)

    op.create_table(
        "response_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('thanked', 'coaching', 'case_raised', 'suspect', 'genuine')",
            name=op.f("ck_response_mark_kind_known"),
        ),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_response_mark_note_length")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_response_mark_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_response_mark_user_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_mark")),
    )
    with op.batch_alter_table("response_mark", schema=None) as batch_op:
        batch_op.create_index("ix_response_mark_response_id_at", ["response_id", "at"], unique=False)

    op.create_table(
        "coaching_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("done_note", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_coaching_item_note_length")),
        sa.CheckConstraint("length(done_note) <= 500", name=op.f("ck_coaching_item_done_note_length")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["staff_user.id"], name=op.f("fk_coaching_item_added_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["staff_user.id"], name=op.f("fk_coaching_item_done_by_id_staff_user")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_coaching_item_employee_id_employee"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_coaching_item_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_item")),
        sa.UniqueConstraint("employee_id", "response_id", name=op.f("uq_coaching_item_employee_id_response_id")),
    )
    with op.batch_alter_table("coaching_item", schema=None) as batch_op:
        batch_op.create_index(
            "ix_coaching_item_open",
            ["employee_id", "added_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "employee_thanks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("thanked_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_employee_thanks_note_length")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_employee_thanks_employee_id_employee"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_employee_thanks_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thanked_by_id"], ["staff_user.id"], name=op.f("fk_employee_thanks_thanked_by_id_staff_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee_thanks")),
        sa.UniqueConstraint("employee_id", "response_id", name=op.f("uq_employee_thanks_employee_id_response_id")),
    )


def downgrade() -> None:
    op.drop_table("employee_thanks")
    op.drop_table("coaching_item")
    op.drop_table("response_mark")
    op.drop_table("read_response")
    op.drop_index("ix_survey_response_commented", "survey_response")
    op.drop_index("ix_survey_response_unread", "survey_response")
    op.drop_column("survey_response", "read_at")
