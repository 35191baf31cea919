"""The demo company: everything a newcomer needs to rate, see the routing and settle a case in two minutes.

company     its units, people, pages and codes as plain data, all with made-up names
words       what its customers write, in four languages
answers     sixty days of answers made from a seed; pure
calls       the contact centre's last two weeks; pure
work        what its staff do about a case, step by step; pure
stories     the freshest answers, written by hand
build       makes units, people and codes
staff       its users, whose password only this installation can derive
roster      who is on duty, and who hears at last
stars       what review sites showed of its pages, for sixty days
cases       a case as its row and timeline
asked       a finished call as rows, with its invitation and message
asked_back  what they said the day after their case was closed
writing     writes answers and what followed from them, by the rules that hold in life, in bulk and without an event
service     create, find and remove it; removing takes only what is marked

Knows every feature; known by the command line and the first page.
"""
