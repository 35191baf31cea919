"""Who is asked after a call, visit or chat, when, and by which single-use link.

Words: an *interaction* is one finished call, visit or chat that the contact centre told us of; an *invitation* is that
we ask about it, once; the *decision* says whether and why; its *link* is `/i/<token>`, spent by one response.

models    interaction, invitation, how many were asked today
rules     `config/delivery.yaml`: the policy as data, narrowed by unit
policy    decide(candidate, rules, facts): who is asked and when; pure, as is zones (where somebody's clock is)
drafts    what we are told, in one form, and what makes two tellings the same
service   accept interactions: idempotent, decided, invited; counts keeps caps, writing puts it down in batches
rerouting the person's night before each try, and the next channel when one does not reach them
ending    nothing more is sent once it is answered
trial     what a policy would have done with the past; writes nothing
listing   what was decided, for staff
history   interactions of the past, kept without anybody being asked
links     the single-use token and what it opens
composing  an invitation into a message of each channel
letters   the e-mail of an invitation, as plain text and HTML; pure
recordings  the address of a recording, if a browser may be sent there; pure

Knows messaging, surveys, touchpoints and below. Known by responses (a response knows its interaction) and above.
"""
