"""Users, one's own account, the second factor, the audit."""
