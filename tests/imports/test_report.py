"""The words of a report."""

from app.imports.report import ImportReport, Remark


def test_a_report_counts_rows_and_names_lines() -> None:
    report = ImportReport(read=9, taken=4, repeated=3, changed=1, ignored_columns=("район", "код"), added_parents=2)
    report.refused = [Remark(9, "bad zone")]
    report.warnings = [Remark(line, "no parent") for line in (4, 2, 3, 7)]

    assert list(report.lines(dry_run=True)) == [
        "9 rows read: 4 taken, 3 repeated, 1 changed, 1 refused",
        "2 parents added, which stood in no row of their own",
        "columns ignored: район, код",
        "warning, lines 2-4, 7: no parent",
        "refused, line 9: bad zone",
        "nothing was changed: mend the lines above, or take them out, and import the file again",
    ]


def test_a_dry_run_says_that_nothing_was_written() -> None:
    assert list(ImportReport(read=1, taken=1).lines(dry_run=True))[-1] == "dry run: nothing was written"


def test_a_report_of_thousands_of_lines_stays_short() -> None:
    report = ImportReport(refused=[Remark(line, "bad") for line in range(1, 1001)])
    report.warnings = [Remark(line, "odd") for line in range(2, 1000, 2)]
    lines = list(report.lines(dry_run=False))

    assert len(lines) == 104
    assert "and 479 more: odd" in lines[1]
    assert lines[-2] == "refused: 900 more lines"
