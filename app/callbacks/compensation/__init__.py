"""What a person is given for the trouble: at once within a role's authority, above it after an approval."""
