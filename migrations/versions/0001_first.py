"""The first tables, and the root of the organisation: the company itself.

Revision 0001, after nothing.
"""

import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_address_action_at", ["address", "action", "at"], unique=False)
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_object_id_action_at", ["object_id", "action", "at"], unique=False)
        batch_op.create_index("ix_audit_entry_user_id_at", ["user_id", "at"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_enc", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_enc", sa.LargeBinary(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(email_enc IS NULL) = (email_index IS NULL)", name=op.f("ck_contact_email_with_its_index")),
        sa.CheckConstraint("(phone_enc IS NULL) = (phone_index IS NULL)", name=op.f("ck_contact_phone_with_its_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("email_index", name=op.f("uq_contact_email_index")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_contact_phone_index")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_run_started_at"), ["started_at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("once_key", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dead')", name=op.f("ck_outbox_state_known")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("once_key", name=op.f("uq_outbox_once_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_done_at", ["done_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "staff_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("one_time_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff_user_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_staff_user_fs_uniquifier")),
    )
    op.create_table(
        "survey_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_survey_version_version_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_survey_version_key_version")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (kind = 'company')", name=op.f("ck_unit_only_the_company_has_no_parent")
        ),
        sa.CheckConstraint(
            "kind IN ('company', 'region', 'city', 'office', 'desk', 'contact_centre', 'queue')",
            name=op.f("ck_unit_kind_known"),
        ),
        sa.CheckConstraint("latitude IS NULL OR (latitude BETWEEN -90 AND 90)", name=op.f("ck_unit_latitude_on_earth")),
        sa.CheckConstraint(
            "longitude IS NULL OR (longitude BETWEEN -180 AND 180)", name=op.f("ck_unit_longitude_on_earth")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("source_key", name=op.f("uq_unit_source_key")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index("ix_unit_parent_id_name", ["parent_id", "name"], unique=False)

    op.create_table(
        "worker_beat",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_beat")),
    )
    with op.batch_alter_table("worker_beat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_beat_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('callback')", name=op.f("ck_consent_purpose_known")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "employee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_employee_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("code", name=op.f("uq_employee_code")),
    )
    with op.batch_alter_table("employee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employee_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "review_listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "site IN ('google', '2gis', 'yandex', 'facebook', 'trustpilot')", name=op.f("ck_review_listing_site_known")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_review_listing_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_listing")),
        sa.UniqueConstraint("unit_id", "site", name=op.f("uq_review_listing_unit_id_site")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_sign_in_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "staff_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'manager', 'analyst')", name=op.f("ck_staff_grant_role_known")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_staff_grant_unit_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_staff_grant_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_grant")),
        sa.UniqueConstraint("user_id", "unit_id", "role", name=op.f("uq_staff_grant_user_id_unit_id_role")),
    )
    op.create_table(
        "unit_ancestor",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["unit.id"], name=op.f("fk_unit_ancestor_ancestor_id_unit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_unit_ancestor_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "ancestor_id", name=op.f("pk_unit_ancestor")),
    )
    with op.batch_alter_table("unit_ancestor", schema=None) as batch_op:
        batch_op.create_index("ix_unit_ancestor_ancestor_id", ["ancestor_id", "unit_id"], unique=False)

    op.create_table(
        "touchpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("survey_key", sa.String(), nullable=False),
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "channel IN ('call', 'visit', 'chat', 'messenger', 'social', 'written', 'video', 'app', 'field')",
            name=op.f("ck_touchpoint_channel_known"),
        ),
        sa.CheckConstraint("length(code) = 8", name=op.f("ck_touchpoint_code_length")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_touchpoint_employee_id_employee")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_touchpoint_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint")),
        sa.UniqueConstraint("code", name=op.f("uq_touchpoint_code")),
    )
    with op.batch_alter_table("touchpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_touchpoint_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_touchpoint_live",
            ["unit_id", "survey_key", "placement"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND employee_id IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND employee_id IS NULL"),
        )
        batch_op.create_index(
            "uq_touchpoint_live_employee",
            ["unit_id", "employee_id", "survey_key", "placement"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND employee_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND employee_id IS NOT NULL"),
        )

    op.create_table(
        "survey_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survey_version_id", sa.Uuid(), nullable=False),
        sa.Column("touchpoint_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("scale_style", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("form_hash", sa.LargeBinary(), nullable=True),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.Column("suspect_reasons", sa.String(), nullable=False),
        sa.Column("routed", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "band IS NULL OR band IN ('happy', 'neutral', 'unhappy')", name=op.f("ck_survey_response_band_known")
        ),
        sa.CheckConstraint(
            "via IN ('page', 'kiosk', 'sms', 'email', 'telegram', 'whatsapp', 'viber', 'api', 'import')",
            name=op.f("ck_survey_response_via_known"),
        ),
        sa.CheckConstraint("length(comment) <= 2000", name=op.f("ck_survey_response_comment_length")),
        sa.CheckConstraint("rating BETWEEN 0 AND 100", name=op.f("ck_survey_response_rating_in_range")),
        sa.CheckConstraint(
            "score IS NULL OR (score BETWEEN 0 AND 100)", name=op.f("ck_survey_response_score_in_percent")
        ),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_survey_response_employee_id_employee")),
        sa.ForeignKeyConstraint(
            ["survey_version_id"],
            ["survey_version.id"],
            name=op.f("fk_survey_response_survey_version_id_survey_version"),
        ),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_survey_response_touchpoint_id_touchpoint")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_survey_response_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_response")),
        sa.UniqueConstraint("form_hash", name=op.f("uq_survey_response_form_hash")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_survey_response_key_hash")),
    )
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.create_index("ix_survey_response_answered_at_id", ["answered_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_response_employee_id"), ["employee_id"], unique=False)
        batch_op.create_index(
            "ix_survey_response_touchpoint_id_answered_at", ["touchpoint_id", "answered_at"], unique=False
        )
        batch_op.create_index("ix_survey_response_unit_id_answered_at", ["unit_id", "answered_at"], unique=False)

    op.create_table(
        "callback_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("call_window", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "call_window IS NULL OR call_window IN ('any', 'morning', 'afternoon', 'evening')",
            name=op.f("ck_callback_case_call_window_known"),
        ),
        sa.CheckConstraint(
            "cause IS NULL OR cause IN ('waiting', 'employee', 'unresolved', 'price', 'technical', 'information', 'premises', 'other')",
            name=op.f("ck_callback_case_cause_known"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('settled', 'settled_on_site', 'not_settled', 'not_reached', 'wrong_number', 'refused', 'duplicate', 'not_ours')",
            name=op.f("ck_callback_case_outcome_known"),
        ),
        sa.CheckConstraint("reason IN ('low_rating', 'requested')", name=op.f("ck_callback_case_reason_known")),
        sa.CheckConstraint(
            "(claimed_by_id IS NULL) = (claimed_at IS NULL)", name=op.f("ck_callback_case_claim_is_whole")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (cause IS NULL)",
            name=op.f("ck_callback_case_closed_says_how"),
        ),
        sa.CheckConstraint(
            "(contact_id IS NULL) OR (first_attempt_due_at IS NOT NULL)",
            name=op.f("ck_callback_case_callback_has_a_clock"),
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by_id"], ["staff_user.id"], name=op.f("fk_callback_case_claimed_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["staff_user.id"], name=op.f("fk_callback_case_closed_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_callback_case_consent_id_consent")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_callback_case_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["survey_response.id"], name=op.f("fk_callback_case_response_id_survey_response")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_callback_case_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_case")),
    )
    with op.batch_alter_table("callback_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_case_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_callback_case_closed_at",
            ["closed_at", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_callback_case_open_claimed",
            ["claimed_by_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_callback_case_open_due",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index("ix_callback_case_response_id_opened_at", ["response_id", "opened_at"], unique=False)
        batch_op.create_index("ix_callback_case_unit_id_opened_at", ["unit_id", "opened_at"], unique=False)
        batch_op.create_index(
            "uq_callback_case_open_response",
            ["response_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "device_answer",
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("touchpoint_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_device_answer_response_id_survey_response"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"],
            ["touchpoint.id"],
            name=op.f("fk_device_answer_touchpoint_id_touchpoint"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_hash", "touchpoint_id", name=op.f("pk_device_answer")),
    )
    with op.batch_alter_table("device_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_answer_first_answered_at"), ["first_answered_at"], unique=False)

    op.create_table(
        "rating_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_rating", sa.Integer(), nullable=False),
        sa.Column("new_rating", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_rating_change_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_change")),
    )
    with op.batch_alter_table("rating_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_change_response_id"), ["response_id"], unique=False)

    op.create_table(
        "response_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_key", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.CheckConstraint("(value IS NULL) <> (text IS NULL)", name=op.f("ck_response_answer_value_or_text")),
        sa.CheckConstraint("length(text) <= 2000", name=op.f("ck_response_answer_text_length")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_response_answer_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_answer")),
        sa.UniqueConstraint(
            "response_id", "question_key", "value", name=op.f("uq_response_answer_response_id_question_key_value")
        ),
    )
    with op.batch_alter_table("response_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_answer_response_id"), ["response_id"], unique=False)

    op.create_table(
        "review_click",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=True),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "site IN ('google', '2gis', 'yandex', 'facebook', 'trustpilot')", name=op.f("ck_review_click_site_known")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["review_listing.id"],
            name=op.f("fk_review_click_listing_id_review_listing"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_review_click_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_click")),
    )
    with op.batch_alter_table("review_click", schema=None) as batch_op:
        batch_op.create_index("ix_review_click_listing_id_clicked_at", ["listing_id", "clicked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_click_response_id"), ["response_id"], unique=False)

    op.create_table(
        "review_offer",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("sites", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_response.id"],
            name=op.f("fk_review_offer_response_id_survey_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_review_offer")),
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opened', 'number_added', 'callback_requested', 'rating_changed', 'claimed', 'released', 'revealed', 'attempt', 'note', 'closed')",
            name=op.f("ck_case_event_kind_known"),
        ),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_case_event_note_length")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["callback_case.id"], name=op.f("fk_case_event_case_id_callback_case"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_case_event_user_id_staff_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.create_index("ix_case_event_case_id_at", ["case_id", "at"], unique=False)

    _add_company()


def downgrade() -> None:
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.drop_index("ix_case_event_case_id_at")

    op.drop_table("case_event")
    op.drop_table("review_offer")
    with op.batch_alter_table("review_click", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_click_response_id"))
        batch_op.drop_index("ix_review_click_listing_id_clicked_at")

    op.drop_table("review_click")
    with op.batch_alter_table("response_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_answer_response_id"))

    op.drop_table("response_answer")
    with op.batch_alter_table("rating_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_change_response_id"))

    op.drop_table("rating_change")
    with op.batch_alter_table("device_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_answer_first_answered_at"))

    op.drop_table("device_answer")
    with op.batch_alter_table("callback_case", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_callback_case_open_response",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_callback_case_unit_id_opened_at")
        batch_op.drop_index("ix_callback_case_response_id_opened_at")
        batch_op.drop_index(
            "ix_callback_case_closed_at",
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_callback_case_open_claimed",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_callback_case_open_due",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_callback_case_contact_id"))

    op.drop_table("callback_case")
    with op.batch_alter_table("survey_response", schema=None) as batch_op:
        batch_op.drop_index("ix_survey_response_unit_id_answered_at")
        batch_op.drop_index("ix_survey_response_touchpoint_id_answered_at")
        batch_op.drop_index(batch_op.f("ix_survey_response_employee_id"))
        batch_op.drop_index("ix_survey_response_answered_at_id")

    op.drop_table("survey_response")
    with op.batch_alter_table("touchpoint", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_touchpoint_live_employee",
            sqlite_where=sa.text("revoked_at IS NULL AND employee_id IS NOT NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND employee_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_touchpoint_live",
            sqlite_where=sa.text("revoked_at IS NULL AND employee_id IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL AND employee_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_touchpoint_unit_id"))

    op.drop_table("touchpoint")
    with op.batch_alter_table("unit_ancestor", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_ancestor_ancestor_id")

    op.drop_table("unit_ancestor")
    op.drop_table("staff_grant")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))

    op.drop_table("sign_in")
    op.drop_table("review_listing")
    with op.batch_alter_table("employee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_employee_unit_id"))

    op.drop_table("employee")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_contact_id"))

    op.drop_table("consent")
    with op.batch_alter_table("worker_beat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_beat_seen_at"))

    op.drop_table("worker_beat")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_parent_id_name")

    op.drop_table("unit")
    op.drop_table("survey_version")
    op.drop_table("staff_user")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_outbox_done_at")

    op.drop_table("outbox")
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_run_started_at"))

    op.drop_table("job_run")
    op.drop_table("contact")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_user_id_at")
        batch_op.drop_index("ix_audit_entry_object_id_action_at")
        batch_op.drop_index("ix_audit_entry_at")
        batch_op.drop_index("ix_audit_entry_address_action_at")

    op.drop_table("audit_entry")


def _add_company() -> None:
    """The root; `flask db upgrade` and every start give it the settings' name, zone and hours in place of these."""
    unit = sa.table(
        "unit",
        sa.column("id", sa.Uuid),
        *[sa.column(name, sa.String) for name in ("code", "name", "kind", "time_zone", "hours")],
        sa.column("demo", sa.Boolean),
        *[sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "updated_at")],
    )
    ancestor = sa.table(
        "unit_ancestor",
        sa.column("unit_id", sa.Uuid),
        sa.column("ancestor_id", sa.Uuid),
        sa.column("distance", sa.Integer),
    )
    root, now = uuid7(), datetime.datetime.now(datetime.UTC)
    if op.get_context().dialect.name == "sqlite":  # instants are kept without a zone there, in UTC
        now = now.replace(tzinfo=None)
    op.bulk_insert(
        unit,
        [
            {
                "id": root,
                "code": "company",
                "name": "Otklik",
                "kind": "company",
                "time_zone": "Asia/Almaty",
                "hours": "Mo-Fr 09:00-18:00",
                "demo": False,
                "created_at": now,
                "updated_at": now,
            }
        ],
    )
    op.bulk_insert(ancestor, [{"unit_id": root, "ancestor_id": root, "distance": 0}])
