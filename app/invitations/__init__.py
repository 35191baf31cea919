"""Who is asked after a call, visit or chat, when, and by which single-use link.

Words: an *interaction* is one finished call, visit or chat that the contact centre told us of; an *invitation* is that
we ask about it, once; the *decision* says whether and why; its *link* is `/i/<token>`, spent by one response.

models    interaction, invitation, how many were asked today
rules     `config/delivery.yaml`: the policy as data, narrowed by unit
policy    decide(candidate, rules): who is asked and when; pure
service   accept an interaction: idempotent, decided, invited
links     the single-use token and what it opens
noticed   how often a link was opened, and whether a scanner touched it
composing  an invitation into a message of each channel
letters   the e-mail of an invitation, as plain text and HTML; pure

Knows messaging, surveys, touchpoints and below. Known by responses (a response knows its interaction) and above.
"""
