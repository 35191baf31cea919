"""The JSON API: /api/v1 for other systems, its description and its reference page.

A *call* is one method of one address with everything there is to say of it: which scope it asks for, what it takes and
gives. What a call says is what is checked, described in OpenAPI and shown on the page: there is no second text.

calls         a call and the blueprint of a resource; how a request becomes arguments and a model an answer
door          the key in the header: found, alive, allowed, not too often
reading       strict JSON and query strings to models
repeats       the header Idempotency-Key
problems      everything refused below /api, as application/problem+json
schemas       what the calls take and give, a module a resource
interactions, responses, callbacks, touchpoints   the calls; views that call one use case
openapi       the description
docs          the reference page

A key sees the whole company: whoever may make keys does, too. No cookie is read and none is given, so no form of
another site can act here; there are no CORS headers, since keys do not belong into browsers.
"""
