"""The demo company: everything a newcomer needs to rate, see the routing and settle a case in two minutes.

company     its units, people, listings and codes, all with made-up names
answers     what its customers said, and how far their cases are, through the real use cases at past instants
staff       two users whose password only this installation can derive
service     create, find and remove it; removing takes only what is marked

Knows every feature; known by the command line and the first page.
"""
