"""Indexes that hold all a dashboard counts: of answers instead of the narrower ones, of offers, clicks and open cases.

Revision 0011, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0005"
branch_labels = None
depends_on = None

_COUNTED = ["survey_version_id", "rating", "suspect"]
_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_survey_response_unit_figures", "survey_response", ["unit_id", "answered_at", *_COUNTED])
    op.create_index("ix_survey_response_figures", "survey_response", ["answered_at", "id", *_COUNTED])
    # The wider ones begin with the same columns.
    op.drop_index("ix_survey_response_unit_id_answered_at", table_name="survey_response")
    op.drop_index("ix_survey_response_answered_at_id", table_name="survey_response")
    op.create_index("ix_review_offer_offered_at", "review_offer", ["offered_at", "response_id", "sites"])
    op.create_index("ix_review_click_clicked_at", "review_click", ["clicked_at", "response_id", "site"])
    op.create_index(
        "ix_callback_case_open_unit",
        "callback_case",
        ["closed_at", "unit_id", "due_at", "contact_id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_callback_case_open_unit", table_name="callback_case")
    op.drop_index("ix_review_click_clicked_at", table_name="review_click")
    op.drop_index("ix_review_offer_offered_at", table_name="review_offer")
    op.create_index("ix_survey_response_answered_at_id", "survey_response", ["answered_at", "id"])
    op.create_index("ix_survey_response_unit_id_answered_at", "survey_response", ["unit_id", "answered_at"])
    op.drop_index("ix_survey_response_figures", table_name="survey_response")
    op.drop_index("ix_survey_response_unit_figures", table_name="survey_response")
