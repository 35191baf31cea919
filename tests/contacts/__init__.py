"""Contacts: encrypted numbers and consents."""
