"""Where a respondent meets a survey: a unit (or an employee's desk) + survey + placement, under a printed code.

Words: a *code* is 8 random Crockford characters, printed and therefore kept for ever; a touchpoint is *revoked* (it
then answers like an unknown code) or *re-pointed* (another unit, survey or placement under the same code).

models   touchpoint, poster_batch, page_open
service  add, find
adding   codes for a unit or for every unit of a kind
changes  re-point, withdraw, take back into use
history  what was done to a code, from the audit log
opens    how often a code's page was seen
counts   how many codes are in use, by unit
qr       addresses and images of codes, pure
posters  what hangs beside a code, as pages of a PDF; batches of them

Knows accounts (scopes), surveys, organisation and kit. Known by responses, routing and above.
"""
