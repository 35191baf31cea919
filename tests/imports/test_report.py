"""The words of a report."""

from app.imports.report import ImportReport, Reason, Remark, remark


def test_a_report_counts_rows_and_names_lines() -> None:
    report = ImportReport(read=9, taken=4, repeated=3, changed=1, ignored_columns=("район", "код"), added_parents=2)
    report.refused = [Remark(9, "bad zone")]
    report.warnings = [Remark(line, "no parent") for line in (4, 2, 3, 7)]

    assert list(report.lines(dry_run=True)) == [
        "9 rows read: 4 taken, 3 repeated, 1 changed, 1 refused",
        "2 parents added, which stood in no row of their own",
        "columns ignored: район, код",
        "warning, 4 rows, lines 2-4, 7: no parent",
        "refused, line 9: bad zone",
        "nothing was changed: mend these lines, or take them out, and import the file again",
    ]


def test_a_dry_run_says_that_nothing_was_written() -> None:
    assert list(ImportReport(read=1, taken=1).lines(dry_run=True))[-1] == "dry run: nothing was written"


def test_a_report_of_thousands_of_lines_stays_short() -> None:
    report = ImportReport(read=1000, refused=[Remark(line, "bad") for line in range(1, 1001)])
    report.warnings = [Remark(line, "odd") for line in range(2, 1000, 2)]

    assert not report.is_cut, "every refused line is named"
    assert list(report.lines(dry_run=False))[1:3] == [
        "warning, 499 rows, lines 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 489 more: odd",
        "refused, 1000 rows, lines 1-1000: bad",
    ]


def test_cells_with_the_same_mistake_are_told_once_with_the_first_of_them() -> None:
    report = ImportReport(read=4)
    for line, cell in ((2, "soon"), (5, "later"), (3, "soon")):
        report.refused.append(remark(line, Reason(f"Date: {cell!r} is no date", "no_date", column="Date")))
    report.refused.append(remark(4, Reason("Wait: 'soon' is no length", "no_length", column="Wait")))

    assert report.is_cut
    assert list(report.lines(dry_run=True, listed="/all.csv"))[1:] == [
        "refused, 3 rows, lines 2-3, 5: Date: 'soon' is no date (and 1 other value like it)",
        "refused, line 4: Wait: 'soon' is no length",
        "every refused line with its reason: /all.csv",
        "nothing was changed: mend these lines, or take them out, and import the file again",
    ]
