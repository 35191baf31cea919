"""Which office is on which review site.

pages  /manage/review-sites: the company, and one unit's links
links  a pasted list of many offices' links
words  what to paste, why a link was refused
"""
