"""What it adds up to: figures with their n and interval, lists and exports across features.

metrics       arithmetic of shares, means, NPS and their intervals, pure; quantiles and suppression stand behind it
cut_points    where each scale is cut, pure
measures      what a histogram says of a metric: the headline and its parts, for every face alike, pure
measured      a metric as measured, and groups beside their whole so that no small one can be worked out, pure
series        which questions of which versions of surveys feed a metric
wanted        whose answers a figure counts, as a value
all_days      as many days as there are; last_answers: as many as are read, of those that have answers
histograms    how many answers have each value: the one place that figures are counted by; counts: ahead and raw
metric_view   one metric as its page shows it: now, before, over time, by the units below
filters       which responses a figure, a list or an export is about, as one WHERE
differences   whether two figures differ more than chance explains, pure
before_after  before and after: what may be said of a change, pure
distributions whether the answers of one group tend to be higher, from two histograms, pure
aapor         response rates from what became of each invitation, pure
periods       the days a figure is about and their slots, by the clock on the wall, pure
trend         a figure slot by slot, with gaps where there are too few answers, pure
attention     who stands out of many, pure
tallies       what each unit of an area adds up to with all below it
unit_table    those units sought, sorted and paged, and which of them to look at
dashboard     the figures of a unit and a period, all of the above together
recovery      who was won back, who waited how long: from recovery_counts and case_times (pure)
metric_figures  one metric by name with its groups and the period before, from metric_sources
employee_figures  what employees say, cut so that employee_privacy (pure) lets nobody be found out
ways          in which way a metric is asked: by questions of one type, never added up with those of another
options       one list of options for questions that have them in another order, pure
beside_others how each of many groups stands to all the others together, pure
centre        how contacts went beside how satisfied people were; seconds: means, medians and bands of times, pure
hours         how satisfied people are by the hour of the week, by wall_clock
drivers       which later question goes with the overall rating most
funnel        how far the people asked came, step by step
staff_and_customers  what employees say beside what their customers do
events        what happened when, and whether a figure changed then
grouping      how contacts, people asked and cases are narrowed and told apart, as the counts of answers are
response_rate what became of the people asked, by AAPOR, and how walk-ups went on
topics        what was spoken of in comments and reasons, and how satisfied those were who did
first_request resolved on the first request, by what people answer and by who comes again
reports       the list of responses, joined with cases and clicks
export_rows   the rows of the export, each with its case and its interaction
touchpoint_list  codes, with what came of each lately
one_interaction  the call behind a response, with its recording and what else the person asked about
survey_list   surveys, with how much each is used
one_response  everything about one
csv_form      the export as CSV
sheet_form    the export as a workbook, written part by part
kept          views that staff saved, and reports that come by the clock
paper         reports on paper: what stands on them, drawn as PDF in a process of its own
report        what a printed report of a unit and a period says
evidence      what ISO 10004 wants told beside the figures: wording, frame, dates, funnel, cases
figure_lines  figures as lines of a file, pure
page_lines    the tables of each page of figures as such lines (public_rating_lines: of the stars)
rank_correlation  whether two figures of the same units rise together, pure
none_chosen  who saw a question of reasons and chose none

Knows everything below, writes nothing but what is counted ahead, what is `kept` and `events`. Known by web and the
command line.
"""
