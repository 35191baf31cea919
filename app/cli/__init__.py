"""The command line, `flask --app wsgi …`: a file a topic, each use case the very one that the pages call.

register    hangs every command on the application
told        errors of the business as one message on standard error and exit code 1

Standard output belongs to what was asked for (CSV, codes, passwords); everything else goes to standard error.
"""
