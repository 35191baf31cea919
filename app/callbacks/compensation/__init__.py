"""What a person is given for the trouble: at once within a role's authority, above it after an approval.

authority  how much somebody may give, by where in the tree they stand; pure
approvers  who is asked to approve: the nearest whose authority covers the amount
amounts    amounts as people type them, pure
models     compensation
giving     propose, decide, withdraw
totals     what waits for an approval, and what was given by unit and month: read-only selects

Knows cases, accounts, organisation and kit.
"""
