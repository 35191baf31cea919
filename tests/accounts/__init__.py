"""Staff: accounts, passwords, sign-ins, scopes, audit."""
