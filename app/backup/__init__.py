"""A copy of everything in the database as one encrypted file, and the way back, onto either engine.

sealing     bytes in authenticated chunks: a cut, altered or reordered file is recognised, a wrong key told apart
keys        the backup's own key, which is none of the data keys
columns     what kinds of values there are, and how each is written as JSON, so that no engine's own form is in the file
archive     the file's inside: a header, the rows of each table in batches, a closing line; written and read as a stream
loading     rows into a table, as fast as the engine takes them
dump        from the database to the file, at one instant while the service runs
restore     from the file to an empty database, all or nothing, migrated from the schema it was made with
audit_hold  the audit let go for the moment in which a restore empties the database, and for nothing else
errors      why one cannot be written, read or restored

Telephone numbers stay the ciphertext that they are in the database; the data keys are in no backup. Knows the ground
and what must not outlive a restore: sign-ins, invitations, messages that wait. Known by the command line.
"""
