"""More ways to reach a contact, and the addresses that must not be written to.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppression",
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'email', 'telegram', 'viber')", name=op.f("ck_suppression_kind_known")),
        sa.CheckConstraint("reason IN ('opted_out', 'staff')", name=op.f("ck_suppression_reason_known")),
        sa.PrimaryKeyConstraint("address_index", "reason", name=op.f("pk_suppression")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("telegram_enc", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("telegram_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("viber_enc", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("viber_index", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("whatsapp_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unsubscribe_hash", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_contact_telegram_index"), ["telegram_index"])
        batch_op.create_unique_constraint(batch_op.f("uq_contact_unsubscribe_hash"), ["unsubscribe_hash"])
        batch_op.create_unique_constraint(batch_op.f("uq_contact_viber_index"), ["viber_index"])
        batch_op.create_check_constraint(
            batch_op.f("ck_contact_telegram_with_its_index"), "(telegram_enc IS NULL) = (telegram_index IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_contact_viber_with_its_index"), "(viber_enc IS NULL) = (viber_index IS NULL)"
        )


def downgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.drop_constraint(batch.f("ck_contact_telegram_with_its_index"), type_="check")
        batch.drop_constraint(batch.f("ck_contact_viber_with_its_index"), type_="check")
        batch.drop_constraint(batch.f("uq_contact_telegram_index"), type_="unique")
        batch.drop_constraint(batch.f("uq_contact_viber_index"), type_="unique")
        batch.drop_constraint(batch.f("uq_contact_unsubscribe_hash"), type_="unique")
        for column in ("telegram_enc", "telegram_index", "viber_enc", "viber_index"):
            batch.drop_column(column)
        for column in ("whatsapp_seen_at", "unsubscribe_hash", "asked_at"):
            batch.drop_column(column)
    op.drop_table("suppression")
