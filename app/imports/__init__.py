"""Files that administrators bring: units, employees and finished calls, mapped, tried out and reported.

Words: a *row* is taken (new), repeated (as it was), changed or refused; a *dry run* does everything but the writing; a
refused file changes nothing. A file is read, checked and compared first, with a session that only reads; what differs
is written in one short transaction, so that raters never wait for an import.

tables     CSV, JSON and workbooks of any shape to rows with their line numbers, pure (csv_rows, json_rows, workbooks
           and table_errors beside it)
encodings  in which letters a file is written, pure
heads      where a table begins and ends among titles and totals, pure
foot       which of the refused rows of calls and answers are totals below them, pure
mapping    which column is which field, pure
report     what came of each row
unit_rows  one row of a file to the facts of a unit, pure
units      plan and write a file of units (unit_match finds which unit and which parent a row means)
employees  plan and write a file of employees
times      dates, times of day and lengths of time as files write them, pure (spelled_dates: months in words, zones by
           name; lengths: lengths of time in words)
written_dates  in which order day and month stand, where several ways of writing them meet, pure
interaction_rows  one row of a file to a finished call, visit or chat, pure
interactions  plan and write a file of finished calls as history (operators finds or makes who took them)
past       files of answers of the past: scales, codes of no answer, staging
guessing   which column is probably which field, by the words of its head, pure
models     files between their dry run in the browser and the import
drafts     keep such a file, claim it once, forget it after a day
trial      what a file would change as it is mapped, and that very thing taken in

Knows everything below. Known by the command line, the staff's pages and the periodic jobs.
"""
