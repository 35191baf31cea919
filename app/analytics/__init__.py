"""What it adds up to: figures with their n and interval, lists and exports across features.

metrics  arithmetic of shares, means and intervals, pure
reports  read-only selects over responses, cases and clicks, returning small dataclasses

Knows everything below, writes nothing. Known by web and the command line.
"""
