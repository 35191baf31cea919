"""A gateway that does what a script says: one HTTP server on localhost that speaks every provider's shapes.

script    what it does with the next requests: accepts, fails, dawdles, lies
shapes    the providers' requests and answers
ledger    what it accepted, one line each, on the disk before the answer
receipts  what it tells us afterwards, signed as the provider signs
server    the server itself; also `python -m tests.gateway`
"""
