"""The audit is only ever added to: the database itself refuses to change or delete an entry.

Revision 0027, after 0026. A later migration that copies the table, as SQLite alters one, has to write the triggers anew.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
    "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END",
)
_POSTGRESQL = (
    # 23001, restrict_violation: the same kind of error as SQLite's.
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = '23001'; END $$",
    "CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_entry_kept BEFORE TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
)


def upgrade() -> None:
    op.create_index("ix_audit_entry_action_at", "audit_entry", ["action", "at"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("DROP TRIGGER audit_entry_kept")
        op.execute("DROP TRIGGER audit_entry_unchanged")
    else:
        op.execute("DROP FUNCTION refuse_audit_change() CASCADE")  # with the triggers that call it
    op.drop_index("ix_audit_entry_action_at", table_name="audit_entry")
