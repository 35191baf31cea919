"""What review sites show of our pages, day by day: stars and number of reviews, asked for or typed in.

Words: a *page* is a unit's own listing on a site; a *reading* is what it showed on a day; a *source* is a site's own
interface, off until its key is set. What a site does not tell stays what it last was, with its day, and is never zero.

models         public_rating, rating_page
references     what a source is asked about, from a unit's link, pure
numbers        stars, counts and days as people type them, pure
sources        the protocol of a source, and how it says no
google_places  Google Maps
twogis         2GIS
trustpilot     Trustpilot
keeping        writes readings
asking         plans the day's questions and writes what came of each
entering       one reading typed in by staff, or taken away, written to the audit
many           a pasted table of readings: planned, shown, taken whole or not at all
readings       how pages stood on days, summed up by unit and site; read-only

Knows the listings of review_sites, messaging's way to call out, accounts, organisation and kit. Known by analytics,
jobs and the faces.
"""
