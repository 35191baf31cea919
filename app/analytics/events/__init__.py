"""What happened when ("new script from 3 March"), and whether a figure changed then.

models    the table
keeping   add, change and take away an event, written to the audit
listing   the events that touch what is looked at, and those of units below
windows   the days before and after an event, and what else happened in them, pure
judging   the figure before and after each event, by the one rule there is, with what else may explain it
lines     the same as lines of a file

An event at a unit touches that unit and all below it. Known by web; an event changes no figure.
"""
