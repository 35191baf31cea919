"""Files that administrators bring: units and employees, mapped, tried out and reported.

Words: a *row* is taken, repeated (as it was), changed or refused; a *dry run* does everything but the writing; a refused
file changes nothing.

tables  CSV and JSON of any shape to rows with their line numbers
units   offices with their cities, hours and listings
employees  people and their units
report  what came of each row

Knows everything below. Known by the command line.
"""
