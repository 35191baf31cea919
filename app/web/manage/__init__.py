"""The staff's pages, behind their gates; what each shows is narrowed to `access.scope()`.

dashboard  /manage/: how it stands, every figure with its n and a way to what lies behind it
callbacks  /manage/callbacks: whom to ring next, claimed, attempted, closed
responses  /manage/responses: what was said, and where it led
review_sites  /manage/review-sites: which office is on which, one unit's links; review_links: a pasted list of them
settings   /manage/settings: how the installation is set up, in words
posters    /manage/posters: the posters of many codes as one file; /touchpoints/<code>/poster.pdf: of one
units      /manage/units: the tree, a search, each unit (unit_editing: changed by its admins)
employees  /manage/employees
file_import  /manage/units/import, /manage/employees/import: a file tried in the browser and taken in
account    /manage/account: one's own sign-ins, password, language

The layout is templates/manage/layout.html; the parts to build pages from are listed in static/css/manage.css.
"""
