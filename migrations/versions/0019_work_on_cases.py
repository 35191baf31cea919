"""What working a case needs: two warnings, promises, complaints, merging, reopening; outcomes and causes from a file.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPEN = "closed_at IS NULL"
_FREE = "closed_at IS NULL AND claimed_by_id IS NULL AND contact_id IS NOT NULL"
_HELD = "closed_at IS NULL AND claimed_by_id IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("callback_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("interaction_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("complaint", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("opened_by_id", sa.Uuid(), nullable=True))
        # Cases of before begin anew, if they do, with the clocks of a call that somebody asked for.
        batch_op.add_column(sa.Column("first_attempt_hours", sa.Double(), server_default="24", nullable=False))
        batch_op.add_column(sa.Column("settle_hours", sa.Double(), server_default="48", nullable=False))
        batch_op.add_column(sa.Column("hurried_by", sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("first_attempt_warn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settle_warn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("first_reached_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("promise_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reopenings", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_callback_case_interaction_id"), ["interaction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_callback_case_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_callback_case_opened_by_id_staff_user"), "staff_user", ["opened_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_callback_case_merged_into_id_callback_case"), "callback_case", ["merged_into_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_callback_case_interaction_id_interaction"), "interaction", ["interaction_id"], ["id"]
        )
        batch_op.drop_constraint(batch_op.f("ck_callback_case_reason_known"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_callback_case_outcome_known"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_callback_case_cause_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_callback_case_reason_known"), "reason IN ('low_rating', 'requested', 'complaint', 'raised')"
        )
        batch_op.create_check_constraint(batch_op.f("ck_callback_case_complaint_length"), "length(complaint) <= 2000")
        batch_op.create_check_constraint(
            batch_op.f("ck_callback_case_merged_is_closed"), "merged_into_id IS NULL OR closed_at IS NOT NULL"
        )
        batch_op.create_check_constraint(batch_op.f("ck_callback_case_counted"), "attempts >= 0 AND reopenings >= 0")

    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_case_event_kind_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_case_event_kind_known"),
            "kind IN ('opened', 'number_added', 'callback_requested', 'rating_changed', 'claimed', 'released', 'revealed', 'attempt', 'note', 'closed', 'escalated', 'acknowledged', 'rescheduled', 'handed_over', 'merged', 'promised', 'promise_kept', 'promise_withdrawn', 'compensation_proposed', 'compensation_approved', 'compensation_declined', 'compensation_withdrawn', 'asked_back', 'answered_back', 'reopened')",
        )

    # Cases of before: the lists said as much. Attempts are counted from the timeline.
    op.execute(
        "UPDATE callback_case SET settled = (outcome IN ('settled', 'settled_on_site')) WHERE closed_at IS NOT NULL"
    )
    op.execute(
        "UPDATE callback_case SET attempts = (SELECT count(*) FROM case_event"
        " WHERE case_event.case_id = callback_case.id AND case_event.kind = 'attempt')"
    )

    op.create_table(
        "case_promise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_case_promise_kept_or_withdrawn")),
        sa.CheckConstraint("length(promise) <= 500", name=op.f("ck_case_promise_promise_length")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_case_promise_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff_user.id"], name=op.f("fk_case_promise_made_by_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_promise")),
    )
    with op.batch_alter_table("case_promise", schema=None) as batch_op:
        batch_op.create_index("ix_case_promise_case_id_due_at", ["case_id", "due_at"], unique=False)

    # Each holds all that a queue asks, so that no row is read for one that does not belong there.
    _index(
        "open_due", ["due_at", "id", "unit_id", "contact_id", "claimed_by_id", "next_attempt_at", "closed_at"], _OPEN
    )
    _index("open_free", ["due_at", "id", "unit_id", "closed_at"], _FREE)
    _index("open_claimed", ["claimed_by_id", "due_at", "id", "unit_id", "closed_at"], _HELD)
    wide = ["unit_id", "due_at", "id", "contact_id", "claimed_by_id", "next_attempt_at", "closed_at"]
    _index("open_unit", wide, _OPEN)
    _index("closed_at", ["closed_at", "id", "unit_id"], "closed_at IS NOT NULL")
    _index("closed_unit", ["unit_id", "closed_at", "id"], "closed_at IS NOT NULL")
    # SQLite would look for the cases of nobody by it.
    _index("contact_id", ["contact_id"], "contact_id IS NOT NULL")
    op.create_index("ix_case_event_at", "case_event", ["at", "case_id"])


def _index(name: str, columns: list[str], condition: str) -> None:
    """Make the partial index in place of the one of before, if there was one."""
    op.drop_index(f"ix_callback_case_{name}", table_name="callback_case", if_exists=True)
    where = sa.text(condition)
    op.create_index(f"ix_callback_case_{name}", "callback_case", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_case_event_at", table_name="case_event")
    op.drop_index("ix_callback_case_contact_id", table_name="callback_case")
    op.create_index("ix_callback_case_contact_id", "callback_case", ["contact_id"])
    op.drop_index("ix_callback_case_open_free", table_name="callback_case")
    op.drop_index("ix_callback_case_closed_unit", table_name="callback_case")
    _index("open_due", ["due_at", "id"], _OPEN)
    _index("open_claimed", ["claimed_by_id", "due_at"], _OPEN)
    _index("open_unit", ["closed_at", "unit_id", "due_at", "contact_id"], _OPEN)
    _index("closed_at", ["closed_at", "id"], "closed_at IS NOT NULL")
    op.drop_table("case_promise")
    # What the code before cannot read: other ways to end or to open a case, and other lines of its timeline.
    op.execute(
        "DELETE FROM case_event WHERE NOT (kind IN ('opened', 'number_added', 'callback_requested', 'rating_changed', 'claimed', 'released', 'revealed', 'attempt', 'note', 'closed'))"
    )
    op.execute("UPDATE callback_case SET reason = 'requested' WHERE reason NOT IN ('low_rating', 'requested')")
    op.execute(
        "UPDATE callback_case SET outcome = 'not_ours' WHERE NOT (outcome IS NULL OR outcome IN ('settled', 'settled_on_site', 'not_settled', 'not_reached', 'wrong_number', 'refused', 'duplicate', 'not_ours'))"
    )
    op.execute(
        "UPDATE callback_case SET cause = 'other' WHERE NOT (cause IS NULL OR cause IN ('waiting', 'employee', 'unresolved', 'price', 'technical', 'information', 'premises', 'other'))"
    )
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_case_event_kind_known"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_case_event_kind_known"),
            "kind IN ('opened', 'number_added', 'callback_requested', 'rating_changed', 'claimed', 'released', 'revealed', 'attempt', 'note', 'closed')",
        )

    with op.batch_alter_table("callback_case", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_callback_case_complaint_length"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_callback_case_merged_is_closed"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_callback_case_counted"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_callback_case_reason_known"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_callback_case_interaction_id_interaction"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_callback_case_merged_into_id_callback_case"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_callback_case_opened_by_id_staff_user"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_callback_case_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_callback_case_interaction_id"))
        batch_op.drop_column("reopenings")
        batch_op.drop_column("reopened_at")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("promise_due_at")
        batch_op.drop_column("attempts")
        batch_op.drop_column("first_reached_at")
        batch_op.drop_column("settle_warn_at")
        batch_op.drop_column("first_attempt_warn_at")
        batch_op.drop_column("hurried_by")
        batch_op.drop_column("settle_hours")
        batch_op.drop_column("first_attempt_hours")
        batch_op.drop_column("opened_by_id")
        batch_op.drop_column("language")
        batch_op.drop_column("complaint")
        batch_op.drop_column("interaction_id")
        batch_op.drop_column("channel")
        batch_op.drop_column("settled")
        batch_op.create_check_constraint(
            batch_op.f("ck_callback_case_reason_known"), "reason IN ('low_rating', 'requested')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_callback_case_outcome_known"),
            "outcome IS NULL OR outcome IN ('settled', 'settled_on_site', 'not_settled', 'not_reached', 'wrong_number', 'refused', 'duplicate', 'not_ours')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_callback_case_cause_known"),
            "cause IS NULL OR cause IN ('waiting', 'employee', 'unresolved', 'price', 'technical', 'information', 'premises', 'other')",
        )
