"""The ground every feature stands on, with no word of the business in it.

db        engine, sessions, the fair write lock of SQLite, column types
rows      many rows into a table by the shortest way of each database (copying: PostgreSQL’s)
clock     the one place that reads the time
ids       UUIDv7 keys, Crockford codes
errors    errors as nouns with a stable code
outbox    events and outgoing work, claimed by lease
group_commit  several requests' writes in one commit
crypto    encryption, blind indexes, derived link keys
link_tokens  tokens of the links that we send
phones    numbers in E.164, masked numbers
emails    e-mail addresses as they are stored and compared
cursors   where a page of a list goes on
idempotency  what was answered to a request that may be sent again
log       structured logs without personal data
i18n      the four languages and texts carried by language
yaml_files  reading YAML of our own with the line of each mistake
locks     the first-come-first-served lock behind SQLite's one writer
slots     periodic jobs once per slot, and the workers' sign of life
schema    migrate up and down, and tell whether the schema is this code's
installation  what an installation was set up with, for its administrators to look at

Knows nothing of app above it; everything above knows it.
"""
