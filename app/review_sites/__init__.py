"""Public review sites: which of them an office is on, who is offered them, and who went there.

Words: a *listing* is a unit's page on a site, inherited down the tree; an *offer* is that its link was led with; a
*click* is that somebody left for it. We count clicks and never claim reviews.

catalogue  the sites of `config/review_sites.yaml`: link form, hosts, policy, audience, pure
links      from what people paste (a firm page, a place id, a domain) to the link that writes a review, pure
models     review_listing, review_offer, review_click
audience   who is shown a site, and why somebody is not, pure
service    set and find listings, offers for a response, record a click
editing    what staff change, one page at a time, written to the audit
pasted     what a pasted table would do, line by line, pure
many       a pasted list of codes and links: planned, shown, taken whole or not at all
overview   which units are on which sites, counted and paged
sheet      one unit's pages on every site

public_ratings  the stars that the sites show of our pages, day by day

Knows responses, touchpoints, surveys (their words), accounts (scope, audit), organisation and kit. Known by routing,
imports and above.
"""
