"""What it adds up to: figures with their n and interval, lists and exports across features.

metrics       arithmetic of shares, means, NPS and their intervals, pure; quantiles and suppression stand behind it
filters       which responses a figure, a list or an export is about, as one WHERE
dashboard     the figures of a unit and a period
reports       the list of responses and the rows of the export, joined with cases and clicks
one_response  everything about one
csv_form      the export's cells

Knows everything below, writes nothing. Known by web and the command line.
"""
