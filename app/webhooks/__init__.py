"""Telling other systems what happened, signed by Standard Webhooks, retried, logged, replayable.

models       endpoints and what was sent to each
events       what can be told
service      endpoints added, changed, switched; tests; sending again
listing      endpoints and deliveries as administrators see them
fan_out      one event becomes a delivery for each endpoint that wants it
body         what is told of an event
secret_keys  an endpoint's secrets, encrypted
signing      signatures
addresses    where a webhook may go
calling      one POST, within its limits
retries      when it is tried again, and what an answer means
sending      one delivery on its way: before the call, and after it

Knows kit and what lies below routing; its events come from the outbox, its worker is jobs/webhooks.
"""
