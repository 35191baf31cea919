"""The staff's pages, behind their gates; what each shows is narrowed to `access.scope()`.

dashboard     /manage/: how it stands, every figure with its n and a way to what lies behind it
figures       one metric after another, events, public ratings, reports
callbacks     the callback desk, its roster and its figures
responses     what was said: lists, reading, coaching, improvements, topics
messages      who is asked, and the messages
organisation  units and employees
touchpoints   codes and posters
review_sites  which office is on which
accounts      users, one's own account, the audit
connections   webhooks and API keys
imports       files brought in with the browser
surveys       /manage/surveys: each with its words, what follows an answer, a preview
settings      /manage/settings: how the installation is set up, in words
design        /manage/design: the parts that pages are built from

table         what is sought, filtered and sorted, as it stands in the address
filter_fields  a day, a unit or a choice in a filter, as it stands in the address
unit_choice   a unit named in a form by its code or a part of its name
noted         what was done on a page, into the audit log
told          what is said once on the next page
charts, bars  figures to the geometry of drawings, pure; trend_view: the line over time
words         what is stored as keys, in the reader's language; each package has its own

The layout is templates/manage/layout.html; the parts to build pages from are listed in static/css/manage.css.
"""
