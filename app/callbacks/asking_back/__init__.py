"""Closing the loop: the day after a case was closed its person is asked whether it is settled; "no" opens it anew.

Words: a *question* is one asking, once for each closing of a case (`round` counts reopenings); its *link* is
`/s/<token>`; the *answer* is yes or no, the *rating* of 1 to 5 that may follow it is kept apart from every survey's.

models     asked_back
deciding   whether somebody is asked and by what; pure
planning   a question for each case that was closed
asking     those that are due: the message, or why there is none
rerouting  by another address where nobody was at the first
composing  what the message says in each channel
links      the token and what it opens
answering  yes or no, the rating, a few words, the window of the day
hearing    yes and no in words; pure

Knows the cases it asks about, invitations (how people are reached) and messaging. Known by routing and above.
"""
