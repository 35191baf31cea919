"""Who may sign in and what was done: users, one's own account, the audit.

users    /manage/users: who may sign in, invited here
user_editing  each of them changed; user_sign_in: how they sign in
account  /manage/account: one's own sign-ins, password, language; security: codes, passkeys, recovery codes
audit    /manage/audit (audit_query: its filter in the address; audit_words, audit_details: all that is recorded)
words    roles, states and refusals in the reader's language
"""
