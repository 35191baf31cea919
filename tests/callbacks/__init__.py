"""Callbacks: deadlines, cases, the list."""
