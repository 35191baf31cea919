"""Public review sites: which of them an office is on, who is offered them, and who went there.

Words: a *listing* is a unit's page on a site, inherited down the tree; an *offer* is that its link was led with; a
*click* is that somebody left for it. We count clicks and never claim reviews.

catalogue  the sites of `config/review_sites.yaml`: link form, hosts, policy, audience, pure
links      from what people paste (a firm page, a place id, a domain) to the link that writes a review, pure
models     review_listing, review_offer, review_click
service    set and find listings, offers for a response, record a click

Knows responses, touchpoints, surveys (their words), organisation and kit. Known by routing, imports and above.
"""
