"""Files of answers go straight into their tables, and answers without a code or an employee into fewer indexes.

Revision 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_RESPONSE = "survey_response"
# Most answers have no employee, and imported ones no code: for them the entries said nothing.
_INDEXES = {
    "ix_survey_response_employee_id": (["employee_id"], "employee_id IS NOT NULL"),
    "ix_survey_response_touchpoint_id_answered_at": (["touchpoint_id", "answered_at"], "touchpoint_id IS NOT NULL"),
}


def upgrade() -> None:
    """Drop what rows waited in during an import, which is empty at any other time, and make the indexes smaller."""
    op.drop_table("staged_answer")
    op.drop_table("staged_row")
    for name, (columns, where) in _INDEXES.items():
        op.drop_index(name, _RESPONSE)
        op.create_index(name, _RESPONSE, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Make them as they were."""
    for name, (columns, _) in _INDEXES.items():
        op.drop_index(name, _RESPONSE)
        op.create_index(name, _RESPONSE, columns)
    op.create_table(
        "staged_row",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_seconds", sa.Integer(), nullable=True),
        sa.Column("handle_seconds", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_staged_row")),
    )
    op.create_table(
        "staged_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("staged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question_key", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_answer")),
    )
