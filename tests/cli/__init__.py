"""The command line, through the very commands."""
