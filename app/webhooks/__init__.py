"""Telling other systems what happened, signed by Standard Webhooks, retried, logged, replayable.

models    endpoints and what was sent to each

Knows kit and what lies below routing; its events come from the outbox.
"""
