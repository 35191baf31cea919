"""Figures: what it all adds up to, each number with its n and a way to the answers behind it.

query    what all of these pages are asked for, as it stands in the address; last_days: of a quarter at most
metric   /manage/figures: one metric over time and by unit (drawing: how it is drawn, on the page and on paper)
hours, who_answers, contact_centre, drivers, employees, topics  the other pages of figures, by their names
events   what happened when, and whether a figure changed then (event_editing; event_marks: on the lines of figures)
staff_view  employees against customers as points of a drawing
public_ratings  stars of the review sites beside our own figures (rating_entry: typed in by hand)
evidence  for ISO 10004 and ISO 18295 (evidence_paper: its words, for page and press)
downloads  the tables of each page as CSV and the report as PDF
report_paper  the report in words (report_chapters; report_cards: a figure on a card)
report_plans, report_letter  the same by e-mail, every week or month
contact_words  seconds and shares of contacts, for page and press
saved_views  a page with its filter under a name
words, *_words  what is stored as keys, in the reader's language
"""
