"""Where a respondent meets a survey: a unit (or an employee's desk) + survey + placement, under a printed code.

Words: a *code* is 8 random Crockford characters, printed and therefore kept for ever; a touchpoint is *revoked* (it
then answers like an unknown code) or *re-pointed* (another unit, survey or placement under the same code).

models   touchpoint
service  add, find, revoke, re-point
qr       addresses and images of codes, pure

Knows accounts (scopes), organisation and kit. Known by responses, routing and above.
"""
