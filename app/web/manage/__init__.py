"""The staff's pages, behind their gates; what each shows is narrowed to `access.scope()`.

dashboard  /manage/: how it stands, every figure with its n and a way to what lies behind it (trend_view: over time)
figures    /manage/figures: one metric over time and by unit (figure_query: the filter that all pages of figures share)
callbacks  /manage/callbacks: whom to ring next, claimed, attempted, closed
figure_topics  /manage/figures/topics: what customers speak of; topics  /manage/topics: what its rules catch and miss
callback_figures  /manage/callbacks/figures: who was won back, how long people waited, and the cases behind each figure
roster     /manage/roster: who is on duty, owners of last resort, load (roster_editing: kept by admins)
escalations  /manage/escalations: what one was told of because a clock ran out
responses  /manage/responses: what was said, and where it led (response_query: its filter in the address)
units      /manage/units: the tree, a search, each unit (unit_editing: changed by its admins)
employees  /manage/employees
file_import  /manage/units/import, /manage/employees/import: a file tried in the browser and taken in
touchpoint_pages  /manage/touchpoints: the codes, and each of them (touchpoint_changes: made, re-pointed, withdrawn)
touchpoints  /touchpoints/<code>/qr.svg, qr.png
posters    /manage/posters: the posters of many codes as one file; /touchpoints/<code>/poster.pdf: of one
surveys    /manage/surveys: each with its words, what follows an answer, a preview
review_sites  /manage/review-sites: which office is on which, one unit's links; review_links: a pasted list of them
users      /manage/users: who may sign in, invited here (user_editing: each of them changed)
settings   /manage/settings: how the installation is set up, in words
account    /manage/account: one's own sign-ins, password, language
design     /manage/design: the parts that pages are built from

table        what is sought, filtered and sorted, as it stands in the address
filter_fields  a day or a choice in a filter, as it stands in the address
unit_choice  a unit named in a form by its code or a part of its name
noted        what was done on a page, into the audit log
charts, bars  figures to the geometry of drawings, pure
words        what is stored as keys, in the reader's language; and by topic case_words, code_words, import_words,
             review_words, settings_words, unit_words, user_words

The layout is templates/manage/layout.html; the parts to build pages from are listed in static/css/manage.css.
"""
