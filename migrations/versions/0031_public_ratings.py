"""The stars of offices on public review sites, day by day.

Revision 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_SITES = "site IN ('google', '2gis', 'yandex', 'facebook', 'trustpilot')"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "public_rating",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(source = 'manual') = (entered_by_id IS NOT NULL)", name=op.f("ck_public_rating_entered_by_somebody")
        ),
        sa.CheckConstraint("count >= 1", name=op.f("ck_public_rating_count_positive")),
        sa.CheckConstraint("rating BETWEEN 100 AND 500", name=op.f("ck_public_rating_rating_in_stars")),
        sa.CheckConstraint(_SITES, name=op.f("ck_public_rating_site_known")),
        sa.CheckConstraint("source IN ('api', 'manual')", name=op.f("ck_public_rating_source_known")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["staff_user.id"], name=op.f("fk_public_rating_entered_by_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_public_rating_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "site", "day", name=op.f("pk_public_rating")),
    )
    op.create_table(
        "rating_page",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("place_known_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_rating_page_failures_counted")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('rated', 'none_yet', 'bad_key', 'rate_limited', 'field_denied', "
            "'not_found', 'unavailable', 'nonsense')",
            name=op.f("ck_rating_page_outcome_known"),
        ),
        sa.CheckConstraint(_SITES, name=op.f("ck_rating_page_site_known")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_rating_page_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("unit_id", "site", name=op.f("pk_rating_page")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("rating_page")
    op.drop_table("public_rating")
