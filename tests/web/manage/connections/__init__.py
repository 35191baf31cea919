"""Webhooks and API keys."""
